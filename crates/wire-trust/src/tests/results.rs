//! Authentication-Results (RFC 8601).

use crate::results::*;

#[test]
fn fields_are_written_and_read_again() {
    let field = Field {
        authserv_id: "mx.valbois.test".to_owned(),
        results: vec![
            Outcome::new("spf", "pass").because("ip4:192.0.2.0/24").about("smtp.mailfrom", "example.net"),
            Outcome::new("dkim", "fail")
                .because("the \"body\"\r\nwas changed")
                .about("header.d", "example.org"),
            Outcome::new("iprev", "pass").about("policy.iprev", "2001:db8::1"),
            Outcome::new("auth", "pass").about("smtp.auth", "anna@valbois.test").about("header.x", ""),
        ],
    };
    let text = field.to_string();
    assert!(text.starts_with("mx.valbois.test;\r\n\tspf=pass"), "{text}");
    assert!(text.lines().all(|line| line.len() < 100), "{text}");
    let read = Field::parse(text.as_bytes()).unwrap();
    assert_eq!(read.authserv_id, field.authserv_id);
    assert_eq!(read.results[0], field.results[0]);
    assert_eq!(read.results[1].reason.as_deref(), Some("the \"body\"was changed"));
    assert_eq!(read.results[2].property("policy.iprev"), Some("2001:db8::1"));
    assert_eq!(read.results[3].property("smtp.auth"), Some("anna@valbois.test"));
}

#[test]
fn nothing_checked_is_said_so() {
    let field = Field { authserv_id: "mx.test".to_owned(), results: Vec::new() };
    assert_eq!(field.to_string(), "mx.test; none");
    assert_eq!(Field::parse(b"mx.test; none"), Some(field));
}

/// RFC 8601 appendix B, in other words.
#[test]
fn fields_of_others_are_understood() {
    let field = Field::parse(
        b" (a (nested) comment) example.com 1; sender-id=fail header.from=example.com;\r\n\tdkim=pass (good signature) header.i=@example.com; spf/1=pass smtp.mailfrom=user@example.com;",
    )
    .unwrap();
    assert_eq!(field.authserv_id, "example.com");
    let words: Vec<String> =
        field.results.iter().map(|result| format!("{}={}", result.method, result.result)).collect();
    assert_eq!(words, ["sender-id=fail", "dkim=pass", "spf=pass"]);
    assert_eq!(field.results[1].property("header.i"), Some("@example.com"));
}

#[test]
fn whose_results_they_are_is_seen_through_disguises() {
    for (content, expected) in [
        (&b"mx.test; none"[..], Some("mx.test")),
        (b"\r\n\tMX.Test;\r\n none", Some("mx.test")),
        (b"(hi \\) there) \"mx.test\"; none", Some("mx.test")),
        (b"mx.test/1; none", Some("mx.test")),
        (b"other.test; none", Some("other.test")),
        (b"; none", None),
        (b"", None),
        (b"(", None),
        (b"\"", None),
    ] {
        assert_eq!(authserv_id(content).as_deref(), expected, "{}", String::from_utf8_lossy(content));
    }
}

proptest::proptest! {
    #[test]
    fn no_field_is_too_strange(text in "[a-z;=(). \"\\\\@\r\n]{0,60}", octets in proptest::collection::vec(0u8.., 0..64)) {
        let _ = Field::parse(text.as_bytes());
        let _ = Field::parse(&octets);
        let _ = authserv_id(&octets);
    }
}
