//! Versions, actions, headers, who calls.

use super::*;

const SECURITY: &str = "xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
     xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"";
const TEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

fn with_header(header: &str) -> Result<Request, Fault> {
    read_document(&envelope(Version::One, &format!("<s:Header>{header}</s:Header>"), &send(GOOD)))
}

fn with_security(content: &str) -> Result<Option<UsernameToken>, Fault> {
    let header = format!("<wsse:Security {SECURITY} s:mustUnderstand=\"1\">{content}</wsse:Security>");
    with_header(&header).map(|request| request.username_token)
}

#[test]
fn a_name_and_a_password_are_read_from_the_header() {
    let token = |password: &str| {
        format!("<wsse:UsernameToken><wsse:Username>anna</wsse:Username>{password}</wsse:UsernameToken>")
    };
    let plain = token(&format!(
        "<wsse:Password Type=\"{TEXT}\">s3&lt;cret</wsse:Password><wsse:Nonce>eA==</wsse:Nonce>"
    ));
    let stamp = "<wsu:Timestamp><wsu:Created>2026-11-21T20:00:00Z</wsu:Created><wsu:Expires>2026-11-21T20:05:00Z</wsu:Expires></wsu:Timestamp>";
    let read = with_security(&format!("{stamp}{plain}")).unwrap().unwrap();
    assert_eq!((read.username.as_str(), read.password.as_str()), ("anna", "s3<cret"));
    assert_eq!(read.expires, Some(model::Timestamp(1_795_291_500_000)));
    assert!(!format!("{read:?}").contains("s3"), "a secret is not shown");
    assert_eq!(with_security("").unwrap(), None);
    let digest = token(
        "<wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest\">eA==</wsse:Password>",
    );
    refused_security(&digest, "digest");
    refused_security(&token(""), "one Password");
    refused_security(&format!("{plain}{plain}"), "stands twice");
    refused_security(&token("<wsse:Password>a<!-- -->b</wsse:Password>"), "plain texts");
    refused_security(&token(&format!("<wsse:Password>{}</wsse:Password>", "x".repeat(1025))), "plain texts");
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    refused_security(&format!("{plain}{signature}"), "«Signature» is not read here");
}

fn refused_security(content: &str, words: &str) {
    let fault = with_security(content).unwrap_err();
    assert_eq!(fault.code, Code::Auth);
    assert!(fault.reason.contains(words), "{}", fault.reason);
}

#[test]
fn what_must_be_understood_and_is_not_is_refused() {
    assert!(with_header("<x:a xmlns:x=\"urn:x\"/><x:b xmlns:x=\"urn:x\" s:mustUnderstand=\"0\"/>").is_ok());
    refused(with_header("<x:a xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/>"), Code::MustUnderstand, "«a»");
    assert!(with_header("<x:a xmlns:x=\"urn:x\" s:mustUnderstand=\"1\" s:actor=\"urn:somebody\"/>").is_ok());
    refused(
        with_header(
            "<x:a xmlns:x=\"urn:x\" s:mustUnderstand=\"1\" s:actor=\"http://schemas.xmlsoap.org/soap/actor/next\"/>",
        ),
        Code::MustUnderstand,
        "«a»",
    );
    refused(with_header(&"<x xmlns=\"urn:x\"/>".repeat(33)), Code::TooLarge, "32 entries");
    let entry = "<s:Header><x:a xmlns:x=\"urn:x\" s:mustUnderstand=\"true\"/></s:Header>";
    let document = envelope(Version::Two, entry, &send(GOOD));
    let Err(Refused::Fault { version, fault }) = read_as("application/soap+xml", None, document.as_bytes())
    else {
        panic!("it must be understood")
    };
    assert_eq!((version, fault.code), (Version::Two, Code::MustUnderstand));
}

#[test]
fn the_version_is_that_of_the_media_type() {
    let document = envelope(Version::Two, "", &send(GOOD));
    refused(read_document(&document), Code::VersionMismatch, "another version");
    for other in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/xml; charset",
        "",
        "application/xop+xml",
    ] {
        assert_eq!(read_as(other, None, document.as_bytes()).unwrap_err(), Refused::MediaType, "{other}");
    }
    let unknown = document.replace("http://www.w3.org/2003/05/soap-envelope", "urn:soap-3");
    refused(read_document(&unknown), Code::VersionMismatch, "another version");
    refused(read_document("<html/>"), Code::Validation, "no Envelope");
}

#[test]
fn an_action_that_says_another_operation_is_refused() {
    let one = envelope(Version::One, "", &send(GOOD));
    for good in [None, Some(""), Some("\"\""), Some("\"urn:relais:test/Send\""), Some("urn:relais:test/Send")]
    {
        assert!(read_as("text/xml", good, one.as_bytes()).is_ok(), "{good:?}");
    }
    let wrong = |refused| matches!(refused, Refused::Fault { fault, .. } if fault.reason.contains("action"));
    assert!(wrong(read_as("text/xml", Some("\"urn:relais:test/Ping\""), one.as_bytes()).unwrap_err()));
    let two = envelope(Version::Two, "", &send(GOOD));
    let media = "application/soap+xml; charset=utf-8; action=";
    assert!(read_as(&format!("{media}\"urn:relais:test/Send\""), None, two.as_bytes()).is_ok());
    // Of another version: not looked at.
    assert!(read_as(&format!("{media}\"\""), Some("urn:relais:test/Ping"), two.as_bytes()).is_ok());
    assert!(wrong(read_as(&format!("{media}\"urn:relais:test/Ping\""), None, two.as_bytes()).unwrap_err()));
}

#[test]
fn only_operations_of_the_table_are_there() {
    assert!(read_body(&format!("<Ping xmlns=\"{NAMESPACE}\"/>")).is_ok());
    refused(read_body(&format!("<Pong xmlns=\"{NAMESPACE}\"/>")), Code::Validation, "no operation «Pong»");
    refused(read_body("<Ping/>"), Code::Validation, "no operation «Ping»");
    refused(read_body("<Ping xmlns=\"urn:relais:other\"/>"), Code::Validation, "no operation «Ping»");
}
