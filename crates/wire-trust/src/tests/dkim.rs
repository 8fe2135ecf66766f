//! Canonical forms (RFC 6376 §3.4.5), key records, signature fields.

use crate::dkim::*;

fn body(text: &[u8], form: Canonicalization, piece: usize) -> String {
    let mut canonical = Vec::new();
    let mut canonicalizer = BodyCanonicalizer::new(form);
    for piece in text.chunks(piece.max(1)) {
        canonicalizer.push(piece, &mut |bytes| canonical.extend_from_slice(bytes));
    }
    canonicalizer.finish(&mut |bytes| canonical.extend_from_slice(bytes));
    String::from_utf8_lossy(&canonical).into_owned()
}

#[test]
fn bodies_have_canonical_forms_however_they_are_cut() {
    use Canonicalization::{Relaxed, Simple};
    for (text, form, expected) in [
        // RFC 6376 §3.4.5.
        (" C \r\nD \t E\r\n\r\n\r\n", Relaxed, " C\r\nD E\r\n"),
        (" C \r\nD \t E\r\n\r\n\r\n", Simple, " C \r\nD \t E\r\n"),
        ("", Simple, "\r\n"),
        ("", Relaxed, ""),
        ("\r\n\r\n", Simple, "\r\n"),
        ("\r\n\r\n", Relaxed, ""),
        (" \t\r\n", Relaxed, ""),
        (" \t\r\n", Simple, " \t\r\n"),
        ("a", Simple, "a\r\n"),
        ("a ", Relaxed, "a\r\n"),
        ("a\r\n\r\n\r\nb\r\n", Simple, "a\r\n\r\n\r\nb\r\n"),
        ("a\r\n \r\n\t\r\nb", Relaxed, "a\r\n\r\n\r\nb\r\n"),
        ("a\rb\nc\r", Simple, "a\rb\nc\r\r\n"),
    ] {
        for piece in [1, 2, 3, 100] {
            assert_eq!(body(text.as_bytes(), form, piece), expected, "{text:?} in pieces of {piece}");
        }
    }
}

#[test]
fn fields_have_canonical_forms() {
    let canonical = |name: &str, value: &str, form| {
        let mut text = Vec::new();
        canonical_field(name.as_bytes(), value.as_bytes(), form, &mut |bytes| text.extend_from_slice(bytes));
        String::from_utf8(text).unwrap()
    };
    // RFC 6376 §3.4.5.
    assert_eq!(canonical("A", " X\r\n", Canonicalization::Relaxed), "a:X");
    assert_eq!(canonical("B ", " Y\t\r\n\tZ  \r\n", Canonicalization::Relaxed), "b:Y Z");
    assert_eq!(canonical("A", " X\r\n", Canonicalization::Simple), "A: X");
    assert_eq!(canonical("B ", " Y\t\r\n\tZ  ", Canonicalization::Simple), "B : Y\t\r\n\tZ  ");
}

#[test]
fn key_records_are_read_and_printed() {
    let same = |text: &str| assert_eq!(KeyRecord::parse(text).unwrap().to_string(), text);
    same("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    same("v=DKIM1; k=rsa; h=sha256; s=email; t=y:s; n=old; p=AAAA");
    same("v=DKIM1; k=rsa; p=");
    assert!(KeyRecord::parse("v=DKIM1; k=rsa; p=").unwrap().is_revoked());
    assert!(KeyRecord::parse(" p = AA AA ;").unwrap().serves_mail());
    assert!(!KeyRecord::parse("h=sha1; p=AAAA").unwrap().serves_mail());
    assert!(!KeyRecord::parse("s=tlsrpt; p=AAAA").unwrap().serves_mail());
    for wrong in [
        "",
        "k=rsa",
        "k=rsa; v=DKIM1; p=AAAA",
        "v=DKIM2; p=AAAA",
        "p=?",
        "k=dsa; p=AAAA",
        "k=ed25519; p=AAAA",
    ] {
        assert!(KeyRecord::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn signatures_are_read() {
    let text = " v=1; a=rsa-sha256; s=brisbane; d=Example.COM;\r\n\tc=simple/relaxed; q=dns/txt; i=joe@football.example.com;\r\n\th=Received : From : To; bh=AA\r\n\tAA; b=BBBB\r\n\tBBBB; t=1; x=2; l=5; z=From:x";
    let signature = Signature::parse(text).unwrap();
    assert_eq!(signature.domain, "example.com");
    assert_eq!(signature.fields, ["received", "from", "to"]);
    assert_eq!(
        (signature.header_form, signature.body_form),
        (Canonicalization::Simple, Canonicalization::Relaxed)
    );
    assert_eq!((signature.body_hash.len(), signature.signature.len()), (3, 6));
    assert_eq!((signature.signed_at, signature.expires_at, signature.length), (Some(1), Some(2), Some(5)));
    for (from, to) in [
        ("v=1", "v=2"),
        ("rsa-sha256", "rsa-md5"),
        ("d=Example.COM", "d="),
        (" From :", ""),
        ("football.example.com", "football.example.org"),
        ("football.example.com", "notexample.com"),
        ("simple/relaxed", "nofws"),
        ("dns/txt", "http"),
        ("x=2", "x=0"),
        ("b=BBBB", "b=?"),
        ("bh=AA\r\n\tAA;", ""),
        ("l=5", "l=x"),
        ("s=brisbane", "s=a..b"),
        ("s=brisbane", "s=a/b"),
        ("t=1", "t=1; t=1"),
    ] {
        assert!(Signature::parse(&text.replace(from, to)).is_err(), "{from} -> {to}");
    }
}

#[test]
fn a_domain_has_letters_digits_and_hyphens_only() {
    let text = |domain: &str| format!("v=1; a=rsa-sha256; d={domain}; s=y; h=from; bh=AAAA; b=BBBB");
    for good in ["x.test", "X-1.test.", "under_score.test", "xn--bcher-kva.test", "bücher.test"] {
        assert!(Signature::parse(&text(good)).is_ok(), "{good}");
    }
    for wrong in [
        "good.test(.evil.test",
        "good.test\".evil.test",
        "good.test/.evil.test",
        "a b.test",
        "a..test",
        "a@b.test",
    ] {
        assert!(Signature::parse(&text(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_signature_names_two_hundred_fields_at_most() {
    let text = |more: usize| {
        let names = "from:".repeat(more);
        format!("v=1; a=rsa-sha256; d=x.test; s=y; h={names}from; bh=AAAA; b=BBBB")
    };
    assert_eq!(Signature::parse(&text(199)).unwrap().fields.len(), 200);
    for more in [200, 10_000] {
        assert_eq!(Signature::parse(&text(more)).unwrap_err().reason, TOO_MANY_SIGNED_FIELDS);
    }
}

#[test]
fn a_signature_is_hashed_without_its_value() {
    let without = |text: &str| String::from_utf8(without_signature(text.as_bytes())).unwrap();
    assert_eq!(without(" v=1; b=AAAA\r\n\tBBBB; bh=CC"), " v=1; b=; bh=CC");
    assert_eq!(without(" v=1; bh=CC; b = AAAA"), " v=1; bh=CC; b =");
    assert_eq!(without(""), "");
}

#[test]
fn seals_and_instances_are_read() {
    let seal = Seal::parse("i=2; a=rsa-sha256; cv=pass; d=x.test; s=y; b=AAAA").unwrap();
    assert_eq!((seal.instance, seal.chain.as_str()), (2, "pass"));
    for wrong in ["i=0", "i=51", "i=x", "i=2; h=from"] {
        assert!(Seal::parse(&format!("{wrong}; a=rsa-sha256; cv=pass; d=x.test; s=y; b=AAAA")).is_err());
    }
    assert_eq!(instance(" i=1; mx.test; none"), Some((1, " mx.test; none")));
    assert_eq!(instance("mx.test; none"), None);
}

proptest::proptest! {
    #[test]
    fn cutting_a_body_changes_nothing(text in "[a \t\r\n]{0,40}", piece in 1usize..7) {
        for form in [Canonicalization::Simple, Canonicalization::Relaxed] {
            proptest::prop_assert_eq!(body(text.as_bytes(), form, piece), body(text.as_bytes(), form, 1000));
        }
    }
}
