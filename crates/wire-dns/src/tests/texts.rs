//! Records and zone files as text.

use proptest::prelude::*;

use super::{ZONE, example, name, zone};
use crate::{Name, RecordType, name_text, parse_kind, parse_name, parse_record, zone_file};

fn text(kind: &str, data: &str) -> String {
    let record = parse_record("@", 3600, kind, data, &name("example.org.")).unwrap_or_else(|fault| {
        panic!("{kind} {data}: {fault}");
    });
    record.data_text()
}

fn fault(kind: &str, data: &str) -> (&'static str, String) {
    let fault = parse_record("@", 3600, kind, data, &name("example.org.")).expect_err(data);
    (fault.field, fault.reason)
}

#[test]
fn every_type_is_read_and_written() {
    for (kind, data, expected) in [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1"),
        ("CNAME", "www", "www.example.org."),
        ("NS", "ns1.example.net.", "ns1.example.net."),
        ("PTR", "Host", "Host.example.org."),
        ("MX", "10 mx", "10 mx.example.org."),
        ("MX", "0 .", "0 ."),
        ("TXT", "v=spf1 -all", "\"v=spf1\" \"-all\""),
        ("TXT", "\"v=spf1 -all\"", "\"v=spf1 -all\""),
        ("TXT", r#""a \"quoted\" \\ word; \233""#, r#""a \"quoted\" \\ word; \233""#),
        ("TXT", "\"\"", "\"\""),
        ("SRV", "0 1 993 imap", "0 1 993 imap.example.org."),
        ("CAA", "0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""),
        ("CAA", "128 iodef mailto:a@b.example", "128 iodef \"mailto:a@b.example\""),
        ("TLSA", "3 1 1 0A0b0C", "3 1 1 0A0B0C"),
        ("TLSA", "3 1 1 0A 0b 0C", "3 1 1 0A0B0C"),
        ("SSHFP", "4 2 ABCDEF", "4 2 ABCDEF"),
        ("DS", "12345 13 2 ABCD", "12345 13 2 ABCD"),
        ("HTTPS", "1 . alpn=h3,h2 port=8443", "1 . alpn=\"h3,h2\" port=8443"),
        ("SVCB", "0 other.example.net.", "0 other.example.net."),
        (
            "SVCB",
            "1 svc ipv6hint=2001:db8::1 ipv4hint=192.0.2.1,192.0.2.2 no-default-alpn mandatory=alpn,ipv4hint alpn=\"h2\" key7=\"x y\"",
            "1 svc.example.org. mandatory=alpn,ipv4hint alpn=\"h2\" no-default-alpn ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 key7=\"x y\"",
        ),
        (
            "NAPTR",
            "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:i@e.org!\" .",
            "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:i@e.org!\" .",
        ),
        ("HINFO", "PDP-11 UNIX", "\"PDP-11\" \"UNIX\""),
        ("TYPE65534", "\\# 3 ABcd ef", "\\# 3 ABCDEF"),
        ("TYPE65534", "\\# 0", "\\# 0"),
        ("A", "\\# 4 C0000201", "192.0.2.1"),
    ] {
        assert_eq!(text(kind, data), expected, "{kind} {data}");
        // What we write is what we read.
        assert_eq!(text(kind, expected), expected, "{kind} {expected}");
    }
}

#[test]
fn a_refusal_names_the_field() {
    for (kind, data, field, words) in [
        ("A", "192.0.2.256", "address", "IPv4"),
        ("A", "", "address", "missing"),
        ("A", "192.0.2.1 192.0.2.2", "data", "too much"),
        ("AAAA", "192.0.2.1", "address", "IPv6"),
        ("MX", "mx 10", "preference", "65535"),
        ("MX", "10", "exchange", "missing"),
        ("MX", "65536 mx", "preference", "65535"),
        ("SRV", "0 0 70000 imap", "port", "65535"),
        ("CNAME", "a..b", "target", "empty label"),
        ("CNAME", "caf\u{e9}", "target", "xn--"),
        ("CNAME", "a\\", "data", "backslash"),
        ("CAA", "0 is-sue x", "tag", "tag"),
        ("TLSA", "3 1 1 ABC", "data", "hexadecimal"),
        ("TLSA", "3 1 1 XY", "data", "hexadecimal"),
        ("HTTPS", "1 . alpn=h2 alpn=h3", "parameters", "twice"),
        ("HTTPS", "1 . nonsense=1", "parameters", "no such"),
        ("TXT", "\"open", "data", "\""),
        ("TXT", "(\"a\"", "data", "("),
        ("TYPE65534", "hello", "data", "3597"),
        ("TYPE65534", "\\# 2 ABCDEF", "data", "octets"),
        ("RRSIG", "whatever", "type", "signed"),
        ("AXFR", "x", "type", "not served"),
        ("DNAME", "x", "type", "not served"),
        ("NONSENSE", "x", "type", "not a record type"),
    ] {
        let (found, reason) = fault(kind, data);
        assert_eq!(found, field, "{kind} {data}: {reason}");
        assert!(reason.contains(words), "{kind} {data}: {reason}");
    }
    let label = "a".repeat(64);
    assert_eq!(fault("CNAME", &label).0, "target");
    let string = format!("\"{}\"", "a".repeat(256));
    assert_eq!(fault("TXT", &string).0, "text");
    let long = format!("{0}.{0}.{0}.{0}.", "a".repeat(63));
    assert!(fault("CNAME", &long).1.contains("253"));
    let owner = parse_record("a..b", 60, "A", "192.0.2.1", &Name::root()).unwrap_err();
    assert_eq!(owner.field, "owner");
    let ttl = parse_record("@", u32::MAX, "A", "192.0.2.1", &Name::root()).unwrap_err();
    assert_eq!(ttl.field, "ttl");
}

#[test]
fn names_are_relative_absolute_or_the_origin_and_keep_their_case() {
    let origin = name("example.org.");
    for (text, expected) in [
        ("@", "example.org."),
        ("www", "www.example.org."),
        ("WwW", "WwW.example.org."),
        ("www.example.net.", "www.example.net."),
        (".", "."),
        ("*", "*.example.org."),
        (r"a\.b", r"a\.b.example.org."),
        (r"a\046b", r"a\.b.example.org."),
        (r"a\000b", r"a\000b.example.org."),
    ] {
        assert_eq!(name_text(&parse_name(text, &origin).unwrap()), expected);
    }
    assert!(parse_name("", &origin).is_err());
    assert!(parse_name(".a", &origin).is_err());
    assert!(parse_name("a..", &origin).is_err());
}

#[test]
fn types_without_a_name_have_a_number() {
    assert_eq!(parse_kind("type257"), Ok(RecordType::CAA));
    assert_eq!(parse_kind("mx"), Ok(RecordType::MX));
    assert_eq!(crate::kind_text(RecordType::Unknown(1234)), "TYPE1234");
    assert_eq!(crate::kind_text(parse_kind("SPF").unwrap()), "SPF");
    assert!(parse_kind("TYPE65536").is_err());
    assert!(parse_kind("ANAME").is_err());
}

#[test]
fn a_zone_file_is_read_with_all_its_shorthands() {
    let text = "
$TTL 1h30m ; everything says so
$ORIGIN example.org.
@  IN SOA ns1 host\\.master ( 7 ; serial
        1d 2h
        3w   ; expire
        60 )
   NS ns1        ; the owner is the one before
ns1 600 IN A 192.0.2.1
    IN 700 AAAA 2001:db8::1
$ORIGIN sub.example.org.
www A 192.0.2.2
txt TXT ( \"one\"
    \"two; not a comment\" )
";
    let file = zone_file::read(text, &name("example.org."), 3600);
    assert_eq!(file.bad_lines, []);
    let (serial, soa) = file.soa.unwrap();
    assert_eq!((serial, soa.refresh, soa.retry, soa.expire, soa.minimum), (7, 86_400, 7200, 1_814_400, 60));
    assert_eq!(name_text(&soa.contact), r"host\.master.example.org.");
    let lines: Vec<(usize, String)> =
        file.records.iter().map(|(line, record)| (*line, record.text())).collect();
    assert_eq!(
        lines,
        [
            (8, "example.org. 5400 IN NS ns1.example.org.".to_owned()),
            (9, "ns1.example.org. 600 IN A 192.0.2.1".to_owned()),
            (10, "ns1.example.org. 700 IN AAAA 2001:db8::1".to_owned()),
            (12, "www.sub.example.org. 5400 IN A 192.0.2.2".to_owned()),
            (13, "txt.sub.example.org. 5400 IN TXT \"one\" \"two; not a comment\"".to_owned()),
        ]
    );
}

#[test]
fn bad_lines_are_told_by_number_and_the_others_are_read() {
    let text = "@ A 192.0.2.1\nwww A nonsense\n$INCLUDE /etc/passwd\n$GENERATE 1-9 a A 1\nb CH TXT x\n) \nc\nok A 192.0.2.2\n\"open\n";
    let file = zone_file::read(text, &name("example.org."), 3600);
    let bad: Vec<(usize, &str)> = file.bad_lines.iter().map(|bad| (bad.line, bad.fault.field)).collect();
    assert_eq!(
        bad,
        [(2, "address"), (3, "line"), (4, "line"), (5, "class"), (6, "line"), (7, "type"), (9, "line")]
    );
    assert!(file.bad_lines[1].to_string().starts_with("line 3: line: $INCLUDE is refused"));
    assert_eq!(file.records.len(), 2);
    let blank_first = zone_file::read("  A 192.0.2.1\n", &name("example.org."), 3600);
    assert_eq!(blank_first.bad_lines[0].fault.field, "owner");
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let data = example();
    let written = zone_file::write(&data);
    assert_eq!(zone("example.org.", &written), data);
    assert!(written.contains("\nwww\tIN\tCNAME\tweb.example.org.\n"), "{written}");
    assert!(ZONE.len() < written.len() * 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_record_survives(strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..4)) {
        let octets: Vec<&[u8]> = strings.iter().map(Vec::as_slice).collect();
        let data = crate::RData::TXT(hickory_proto::rr::rdata::TXT::from_bytes(octets));
        let record = crate::Record { owner: name("example.org."), ttl: 60, data };
        let again = parse_record("@", 60, "TXT", &record.data_text(), &record.owner).unwrap();
        prop_assert_eq!(again, record);
    }

    #[test]
    fn any_name_survives(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..6)) {
        let mut one = Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap();
        one.set_fqdn(true);
        prop_assert_eq!(parse_name(&name_text(&one), &Name::root()).unwrap(), one);
    }

    #[test]
    fn no_zone_file_makes_it_panic(text in "[a-z0-9$@.\\\\\"(); \t\nINAMXTSO#]{0,200}") {
        let file = zone_file::read(&text, &name("example.org."), 60);
        for (_, record) in &file.records {
            let again = record.text();
            prop_assert_eq!(&zone_file::read(&again, &Name::root(), 60).records[0].1, record);
        }
    }
}
