//! Known answers for addresses, replies and dates.

use crate::*;

fn address(text: &str) -> Option<String> {
    Address::parse(text).ok().map(|address| address.to_string())
}

#[test]
fn addresses_are_accepted_as_the_standard_says() {
    for (text, expected) in [
        ("anna@valbois.test", Some("anna@valbois.test")),
        ("Anna+List@Valbois.TEST", Some("Anna+List@valbois.test")),
        ("\"a b\"@valbois.test", Some("\"a b\"@valbois.test")),
        ("\"anna\"@valbois.test", Some("anna@valbois.test")),
        ("\"a\\\"b\"@valbois.test", Some("\"a\\\"b\"@valbois.test")),
        ("a@[192.0.2.1]", Some("a@[192.0.2.1]")),
        ("a@[IPv6:2001:db8::1]", Some("a@[IPv6:2001:db8::1]")),
        ("josé@bücher.example", Some("josé@xn--bcher-kva.example")),
        ("anna", None),
        ("@valbois.test", None),
        ("anna@", None),
        ("a..b@valbois.test", None),
        ("a b@valbois.test", None),
        ("a\r\nb@valbois.test", None),
        ("\"a\nb\"@valbois.test", None),
        ("a@-b.test", None),
        ("a@b..test", None),
        ("a@[300.1.1.1]", None),
    ] {
        assert_eq!(address(text).as_deref(), expected, "{text}");
    }
    assert!(address(&format!("{}@x.test", "a".repeat(64))).is_some());
    assert!(address(&format!("{}@x.test", "a".repeat(65))).is_none());
    assert!(address(&format!("a@{}.test", "b".repeat(64))).is_none());
}

#[test]
fn a_local_part_is_compared_as_mail_is_sent_to_it() {
    for (written, sent, compared) in [
        // The sign for kelvin, which in lower case would be kim's.
        ("\u{212a}im@x.test", "Kim@x.test", "kim@x.test"),
        ("\u{212b}sa@x.test", "\u{c5}sa@x.test", "\u{e5}sa@x.test"),
        // Composed and decomposed by different keyboards.
        ("E\u{301}ric@x.test", "\u{c9}ric@x.test", "\u{e9}ric@x.test"),
        // The Greek question mark is a semicolon, which stands within quotes.
        ("a\u{37e}b@x.test", "\"a;b\"@x.test", "a;b@x.test"),
        // Similar is not the same: these stay who they are.
        ("\u{ff2b}im@x.test", "\u{ff2b}im@x.test", "\u{ff4b}im@x.test"),
        ("\u{131}da@x.test", "\u{131}da@x.test", "\u{131}da@x.test"),
    ] {
        let address = Address::parse(written).unwrap();
        assert_eq!((address.to_string().as_str(), address.canonical().as_str()), (sent, compared));
        assert_eq!(Address::parse(sent).unwrap(), address, "it is read as it was written");
    }
    // What becomes longer than 64 octets is too long.
    assert!(Address::parse(&format!("{}@x.test", "\u{fb1d}".repeat(21))).is_err());
}

#[test]
fn subaddresses_fall_apart_at_the_first_plus() {
    let address = Address::parse("Anna+a+b@valbois.test").unwrap();
    let (base, detail) = address.subaddress().unwrap();
    assert_eq!((base.canonical().as_str(), detail), ("anna@valbois.test", "a+b"));
    assert!(Address::parse("+x@valbois.test").unwrap().subaddress().is_none());
}

#[test]
fn replies_derive_their_class() {
    let reply = Reply::later(452, 2, 2, "mailbox full\ntry later");
    assert_eq!(reply.to_wire(), "452-4.2.2 mailbox full\r\n452 4.2.2 try later\r\n");
    assert_eq!((reply.class(), reply.status().as_str()), (Class::Later, "4.2.2"));
    assert_eq!(Reply::new(550, None, "no\r\nsuch").to_wire(), "550-no \r\n550 such\r\n");
}

#[test]
fn dates_are_right_across_leap_years() {
    for (millis, expected) in [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (951_827_696_000, "Tue, 29 Feb 2000 12:34:56 +0000"),
        (1_795_291_500_000, "Sat, 21 Nov 2026 20:05:00 +0000"),
        (-1000, "Wed, 31 Dec 1969 23:59:59 +0000"),
    ] {
        assert_eq!(Timestamp(millis).rfc5322(), expected);
    }
}

#[test]
fn blob_references_survive_the_database() {
    let blob = BlobRef { segment: 7, offset: 1 << 40, size_bytes: 4096, hash: [9; 32] };
    assert_eq!(BlobRef::from_bytes(&blob.to_bytes()), Ok(blob));
    assert_eq!(BlobRef::from_bytes(&[0; 3]), Err(NotABlobRef(3)));
}

#[test]
fn a_chain_shows_every_cause_on_one_line() {
    #[derive(Debug, thiserror::Error)]
    #[error("{what}")]
    struct Trouble {
        what: &'static str,
        source: Option<Box<Trouble>>,
    }
    let root = Trouble { what: "permission denied", source: None };
    let top = Trouble { what: "cannot open blob 7", source: Some(Box::new(root)) };
    assert_eq!(Chain(&top).to_string(), "cannot open blob 7: permission denied");
}

#[test]
fn targets_of_relays_are_read_and_written() {
    for (text, expected) in [
        ("mx:im.post.ch", Some("mx:im.post.ch")),
        ("mail.example.org", Some("mail.example.org:25")),
        ("Mail.Example.org:2525", Some("mail.example.org:2525")),
        ("192.0.2.1", Some("192.0.2.1:25")),
        ("192.0.2.1:26", Some("192.0.2.1:26")),
        ("2001:db8::1", Some("[2001:db8::1]:25")),
        ("[2001:db8::1]", Some("[2001:db8::1]:25")),
        ("[2001:db8::1]:26", Some("[2001:db8::1]:26")),
        ("mx:192.0.2.1", None),
        ("mx:", None),
        ("mx:[192.0.2.1]", None),
        ("mail.example.org:0", None),
        ("mail.example.org:70000", None),
        ("192.0.2.1:0", None),
        ("a b", None),
        ("", None),
    ] {
        let target = text.parse::<RelayTarget>().ok();
        assert_eq!(target.as_ref().map(ToString::to_string).as_deref(), expected, "{text}");
        if let Some(target) = target {
            assert_eq!(target.to_string().parse(), Ok(target.clone()));
            assert_eq!(target.warning().is_some(), matches!(target, RelayTarget::Address(_)));
        }
    }
}
