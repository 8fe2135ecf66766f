//! Names, serials, SPF: rules without a database.

use model::Timestamp;
use proptest::prelude::*;

use crate::serial::{is_after, next};
use crate::{DnsName, RecordKind, quoted, spf, text_octets};

const NOON: Timestamp = Timestamp(1_795_262_400_000);

#[test]
fn serials_look_like_dates_and_never_go_back() {
    assert_eq!(next(0, NOON), 2_026_112_100);
    assert_eq!(next(2_026_112_100, NOON), 2_026_112_101);
    assert_eq!(next(2_026_112_199, NOON), 2_026_112_200);
    assert_eq!(next(2_026_112_005, NOON), 2_026_112_100);
    // One that came from elsewhere and is ahead.
    assert_eq!(next(3_000_000_000, NOON), 3_000_000_001);
    assert_eq!(next(u32::MAX, NOON), 2_026_112_100);
    assert!(is_after(1, u32::MAX) && !is_after(u32::MAX, 1) && !is_after(7, 7));
}

#[test]
fn names_are_compared_in_one_form() {
    let name = |text: &str| DnsName::parse(text).unwrap();
    assert_eq!(name("WWW.Example.ORG.").to_string(), "www.example.org.");
    assert_eq!(name("bücher.example").as_str(), "xn--bcher-kva.example");
    assert_eq!(name(".").to_string(), ".");
    assert_eq!(name("a.b.example.org").relative_to(&name("example.org")).unwrap(), "a.b");
    assert_eq!(name("example.org").relative_to(&name("example.org")).unwrap(), "@");
    assert_eq!(name("anexample.org").relative_to(&name("example.org")), None);
    assert_eq!(name("www").relative_to(&DnsName::root()).unwrap(), "www");
    assert!(name("a.example.org").is_within(&name("example.org")));
    assert!(!name("aexample.org").is_within(&name("example.org")));
    assert_eq!(DnsName::within("www", &name("example.org")).unwrap(), name("www.example.org"));
    assert_eq!(DnsName::within("www", &DnsName::root()).unwrap(), name("www"));
    for wrong in ["", "a..b", "-.a b", "a.*.b", "*a", "a@b", &"x".repeat(64), &"abcdefgh.".repeat(29)] {
        assert!(DnsName::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn data_has_one_form() {
    let origin = DnsName::parse("example.org").unwrap();
    for (kind, text, form) in [
        (RecordKind::A, " 192.0.2.1 ", "192.0.2.1"),
        (RecordKind::Aaaa, "2001:DB8:0:0::1", "2001:db8::1"),
        (RecordKind::Mx, "10  MX", "10 mx.example.org."),
        (RecordKind::Mx, "0 .", "0 ."),
        (RecordKind::Srv, "0 1 993 imap.example.net.", "0 1 993 imap.example.net."),
        (RecordKind::Cname, "@", "example.org."),
        (RecordKind::Txt, "v=spf1 -all", "\"v=spf1 -all\""),
        (RecordKind::Txt, "\"a\" \"b\"", "\"ab\""),
        (RecordKind::Txt, "\"\\065\\\"\"", "\"A\\\"\""),
        (RecordKind::Txt, "é", "\"\\195\\169\""),
        (RecordKind::Caa, "0 ISSUE ca.example.net", "0 issue \"ca.example.net\""),
        (
            RecordKind::Sshfp,
            "4 1 AA00AA00AA00AA00AA00 AA00AA00AA00AA00AA00",
            "4 1 aa00aa00aa00aa00aa00aa00aa00aa00aa00aa00",
        ),
        (RecordKind::Https, "1 . alpn=h2", "1 . alpn=h2"),
    ] {
        assert_eq!(kind.normalise(text, &origin).unwrap(), form, "{kind} {text}");
        assert_eq!(kind.normalise(form, &origin).unwrap(), form, "{kind} {form}");
    }
}

proptest! {
    #[test]
    fn text_comes_back_from_its_quotes(octets in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert_eq!(text_octets(&quoted(&octets)).unwrap(), octets);
    }

    #[test]
    fn whatever_is_entered_nothing_panics(text in ".{0,60}", kind in 0..14_usize) {
        let origin = DnsName::parse("example.org").unwrap();
        if let Ok(form) = RecordKind::EACH[kind].normalise(&text, &origin) {
            prop_assert_eq!(RecordKind::EACH[kind].normalise(&form, &origin).unwrap(), form);
        }
        drop(DnsName::within(&text, &origin));
    }
}

#[test]
fn the_three_records_of_the_seed_become_one() {
    // R122.
    let merged = spf::merge(
        "v=spf1 include:spf.infomaniak.ch -all",
        &["v=spf1 include:the-second-domain.xyz ~all", "v=spf1 include:the-other-domain.xyz ?all"],
    );
    assert_eq!(
        merged.unwrap(),
        "v=spf1 include:spf.infomaniak.ch include:the-second-domain.xyz include:the-other-domain.xyz -all"
    );
    let twice = spf::merge("v=spf1 include:a.test ?all", &["v=spf1 include:a.test mx -all"]).unwrap();
    assert_eq!(twice, "v=spf1 include:a.test mx ?all");
    assert!(spf::merge("v=spf1 -all", &["v=spf2 -all"]).is_err());
}
