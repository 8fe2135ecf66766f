//! What has broken other readers.

use super::*;

fn document(head: &str, note: &str) -> String {
    let good = envelope(Version::One, "", &send(&GOOD.replace("two\nlines &amp; more", note)));
    good.replacen("?>", &format!("?>{head}"), 1)
}

#[test]
fn no_document_type_is_read_whatever_it_declares() {
    let lol: String = (1..10)
        .map(|level| format!("<!ENTITY lol{level} \"{}\">", format!("&lol{};", level - 1).repeat(10)))
        .collect();
    for (doctype, note) in [
        ("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>".to_owned(), "&e;"),
        ("<!DOCTYPE x SYSTEM \"http://169.254.169.254/x.dtd\">".to_owned(), "x"),
        ("<!DOCTYPE x PUBLIC \"-//x\" \"http://127.0.0.1/x.dtd\">".to_owned(), "x"),
        (format!("<!DOCTYPE x [<!ENTITY lol0 \"lol\">{lol}]>"), "&lol9;"),
        ("<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1/p\"> %p;]>".to_owned(), "x"),
        ("<!DOCTYPE x>".to_owned(), "x"),
    ] {
        refused(read_document(&document(&doctype, note)), Code::Validation, "no DOCTYPE");
    }
    refused(read_document(&document("", "&e;")), Code::Validation, "no entity «e»");
    refused(read_document(&document("", "&nbsp;")), Code::Validation, "no entity «nbsp»");
    refused(
        read_document(&document("<?xml-stylesheet href=\"http://127.0.0.1/\"?>", "x")),
        Code::Validation,
        "no processing instruction",
    );
}

#[test]
fn nothing_grows_beyond_its_limit() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    refused(read_body(&deep), Code::TooLarge, "32 elements within each other");
    let many = "<a/>".repeat(20_001);
    refused(
        read_body(&format!("<Send xmlns=\"{NAMESPACE}\">{many}</Send>")),
        Code::TooLarge,
        "20000 elements",
    );
    let attributes: String = (0..50_000).map(|number| format!(" a{number}=\"\"")).collect();
    refused(read_body(&format!("<Send{attributes}/>")), Code::TooLarge, "32 attributes");
    let namespaces: String = (0..50_000).map(|number| format!(" xmlns:a{number}=\"u\"")).collect();
    refused(read_body(&format!("<Send{namespaces}/>")), Code::TooLarge, "16 namespaces of one element");
    let nested: String = (0..30)
        .map(|level| {
            let declared: String = (0..16).map(|number| format!(" xmlns:a{level}x{number}=\"u\"")).collect();
            format!("<a{declared}>")
        })
        .collect();
    refused(read_body(&nested), Code::TooLarge, "64 namespaces in one place");
    refused(
        read_body(&format!("<Send xmlns=\"{}\"/>", "u".repeat(2000))),
        Code::TooLarge,
        "1024 octets of an attribute",
    );
    refused(read_body(&format!("<{}/>", "n".repeat(200))), Code::TooLarge, "128 octets of a name");
    let large = format!("<Send>{}</Send>", "x".repeat(MOST_OCTETS));
    refused(read_body(&large), Code::TooLarge, "1000000 octets");
}

#[test]
fn a_million_attributes_cost_no_more_than_the_first_few() {
    let attributes: String = (0..1_000_000).map(|number| format!(" a{number}=\"\"")).collect();
    let whole = format!("<Send{attributes}/>");
    assert!(matches!(crate::xml::read(whole.as_bytes()), Err(crate::xml::NotXml::TooMuch { most: 32, .. })));
}

#[test]
fn a_second_body_or_a_moved_one_is_refused() {
    // Signature wrapping: what was checked is not what is done.
    let good = send(GOOD);
    let two = format!("{good}</s:Body><s:Body>{good}");
    refused(read_body(&two), Code::Validation, "nothing comes after the Body");
    refused(read_body(&format!("{good}{good}")), Code::Validation, "exactly one element");
    refused(read_body(""), Code::Validation, "exactly one element");
    refused(read_body(&format!("x{good}")), Code::Validation, "exactly one element");
    let two_headers = envelope(Version::One, "<s:Header/><s:Header/>", &good);
    refused(read_document(&two_headers), Code::Validation, "a Header or none, then a Body");
    let wrapped = envelope(Version::One, &format!("<Wrapper><s:Body>{good}</s:Body></Wrapper>"), &good);
    refused(read_document(&wrapped), Code::Validation, "a Header or none, then a Body");
    let after = envelope(Version::One, "", &good).replace("</s:Body>", "</s:Body><Wrapper/>");
    refused(read_document(&after), Code::Validation, "nothing comes after the Body");
    let trailing = envelope(Version::One, "", &good) + "<s:Envelope xmlns:s=\"urn:x\"/>";
    refused(read_document(&trailing), Code::Validation, "one root");
    let nested = format!("<Ping xmlns=\"{NAMESPACE}\">{good}</Ping>");
    refused(read_body(&nested), Code::Validation, "«Send» is unknown");
}

#[test]
fn a_value_means_the_same_to_every_reader() {
    let note = |note: &str| {
        read_document(&document("", note)).map(|request| typed(request).note.unwrap_or_default())
    };
    assert_eq!(note("<![CDATA[<b>&amp;]]]]><![CDATA[>]]>").unwrap(), "<b>&amp;]]>");
    assert_eq!(note("a&#x41;&#65;&lt;&gt;&quot;&apos;&amp;").unwrap(), "aAA<>\"'&");
    assert_eq!(note("a\r\nb\rc&#13;d").unwrap(), "a\nb\nc\rd");
    refused(
        read_document(&document("", "anna@a.ch<!-- -->.evil.test")),
        Code::Validation,
        "a comment stands within a value",
    );
    for (wrong, words) in [
        ("]]>", "«]]>»"),
        ("&#0;", "no entity"),
        ("&#xD800;", "no entity"),
        ("&#x110000;", "no entity"),
        ("&#xFFFE;", "no entity"),
        ("&#-1;", "no entity"),
        ("&#+65;", "no entity"),
        ("&#x;", "no entity"),
        ("&#00000000065;", "no entity"),
        ("&", "not well-formed"),
        ("&amp", "not well-formed"),
        ("\u{1}", "no character"),
        ("\u{ffff}", "no character"),
        ("<!-- a -- b -->", "not well-formed"),
    ] {
        refused(read_document(&document("", wrong)), Code::Validation, words);
    }
}

#[test]
fn only_utf_8_is_read() {
    let good = envelope(Version::One, "", &send(GOOD));
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(good.as_bytes());
    assert!(read_as("text/xml", None, &marked).is_ok());
    let words = |read: Result<Request, Refused>| match read {
        Err(Refused::Fault { fault, .. }) => fault.reason,
        other => panic!("{other:?}"),
    };
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(words(read_as("text/xml", None, &utf_16)).contains("UTF-16"));
    assert!(words(read_as("text/xml", None, &[b"\xff\xfe".to_vec(), utf_16].concat())).contains("UTF-16"));
    assert!(words(read_as("text/xml; charset=utf-16", None, good.as_bytes())).contains("send UTF-8"));
    assert!(words(read_as("text/xml; charset=iso-8859-1", None, good.as_bytes())).contains("send UTF-8"));
    let declared = good.replace("encoding=\"utf-8\"", "encoding=\"utf-7\"");
    assert!(words(read_as("text/xml", None, declared.as_bytes())).contains("utf-7"));
    let latin = good.replace("Anna", "Ann\u{e9}").into_bytes();
    let latin: Vec<u8> = latin.into_iter().filter(|byte| *byte != 0xa9).collect();
    assert!(words(read_as("text/xml", None, &latin)).contains("no character"));
    assert!(
        words(read_as("text/xml; charset=utf-8; charset=utf-7", None, good.as_bytes()).map_err(|refused| {
            assert_eq!(refused, Refused::MediaType);
            Refused::Fault { version: Version::One, fault: Fault::new(Code::Validation, "twice") }
        }))
        .contains("twice")
    );
}

#[test]
fn prefixes_mean_what_they_mean_where_they_stand() {
    let good = send(GOOD);
    let prefixed = GOOD.replace("</", "</p:").replace('<', "<p:").replace("<p:/p:", "</p:");
    let prefixed = format!("<p:Send xmlns:p=\"{NAMESPACE}\" xmlns:q=\"urn:other\">{prefixed}</p:Send>");
    assert_eq!(typed(read_body(&prefixed).unwrap()), typed(read_body(&good).unwrap()));
    refused(read_body(&prefixed.replace("xmlns:p=", "xmlns:r=")), Code::Validation, "prefix «p»");
    // A default that is taken back, a prefix that means something else within, the envelope's prefix taken over.
    refused(
        read_body(&good.replace("<grams>", "<grams xmlns=\"\">")),
        Code::Validation,
        "not of the service's namespace",
    );
    refused(
        read_body(&prefixed.replace("<p:grams>", "<p:grams xmlns:p=\"urn:other\">")),
        Code::Validation,
        "not of the service's namespace",
    );
    let taken = format!("<s:Send xmlns:s=\"{NAMESPACE}\" xmlns=\"{NAMESPACE}\">{GOOD}</s:Send>");
    assert!(read_body(&taken).is_ok());
    for (declaration, words) in [
        ("xmlns:xml=\"urn:x\"", "keep their prefixes"),
        ("xmlns:p=\"http://www.w3.org/XML/1998/namespace\"", "keep their prefixes"),
        ("xmlns:xmlns=\"urn:x\"", "a prefix is a name"),
        ("xmlns:p=\"\"", "a prefix is a name"),
        ("xmlns=\"http://www.w3.org/2000/xmlns/\"", "keep their prefixes"),
        ("a=\"1\" a=\"2\"", "stands once"),
        ("xmlns:a=\"u\" xmlns:b=\"u\" a:x=\"1\" b:x=\"2\"", "stands once"),
        ("xmlns:a=\"u\" xmlns:a=\"v\"", "stands once"),
        ("a:b:c=\"1\"", "at most one colon"),
    ] {
        refused(read_body(&format!("<Send {declaration}/>")), Code::Validation, words);
    }
}

#[test]
fn a_type_that_is_said_is_the_one_that_is_declared() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=";
    let typed_as =
        |kind: &str| read_body(&send(&GOOD.replace("<thing>", &format!("<thing {xsi}\"{kind}\">"))));
    assert!(typed_as("p:Thing").is_ok());
    refused(typed_as("p:Other"), Code::Validation, "the attribute «type»");
}
