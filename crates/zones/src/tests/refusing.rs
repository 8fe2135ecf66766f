//! Every rule a line: what is entered, the field that is blamed, and the standard that says so.

use super::{record, refusal, towns};
use crate::Edit;

/// What stands in the zone before.
const STANDING: &[&str] = &[
    "@ MX 10 mx",
    "mx A 192.0.2.1",
    "www CNAME mx",
    "@ TXT v=spf1 -all",
    "_dmarc TXT v=DMARC1; p=none",
    "_mta-sts TXT v=STSv1; id=1",
    "_smtp._tls TXT v=TLSRPTv1; rua=mailto:t@valbois.test",
    "null MX 0 .",
    "shop NS ns.elsewhere.test.",
    "*.wild CNAME mx",
];

/// Records, the field blamed, part of the rule.
const REFUSED: &[(&[&str], &str, &str)] = &[
    (&["x SPF v=spf1 -all"], "kind", "RFC 7208 §3.1"),
    (&["x TYPE99 v=spf1 -all"], "kind", "RFC 7208 §3.1"),
    (&["x SOA a. b. 1 2 3 4 5"], "kind", "RFC 1035 §5.2"),
    (&["x RRSIG whatever"], "kind", "RFC 4034"),
    (&["x WKS whatever"], "kind", "SVCB, HTTPS or DS"),
    (&["x A"], "data", "a record has data"),
    (&["x A 192.0.2.256"], "data", "RFC 1035 §3.4.1"),
    (&["x A 2001:db8::1"], "data", "RFC 3596"),
    (&["x AAAA 192.0.2.1"], "data", "RFC 1035 §3.4.1"),
    (&["x MX 10 192.0.2.1"], "target", "RFC 2181 §10.3"),
    (&["x MX 10 2001:db8::1"], "target", "RFC 2181 §10.3"),
    (&["x MX 70000 mx"], "priority", "RFC 1035 §3.3.9"),
    (&["x MX mx"], "data", "10 mx.example.org."),
    (&["x MX 10 ."], "priority", "RFC 7505"),
    (&["x MX 10 www"], "target", "RFC 2181 §10.3"),
    (&["x MX 10 a.wild"], "target", "RFC 2181 §10.3"),
    (&["_x._tcp SRV 0 0 1 www"], "target", "RFC 2181 §10.3"),
    (&["sub NS www"], "target", "RFC 2181 §10.3"),
    (&["mx CNAME www"], "owner", "RFC 1034 §3.6.2"),
    (&["www A 192.0.2.1"], "owner", "RFC 1034 §3.6.2"),
    (&["www CNAME other"], "owner", "RFC 1034 §3.6.2"),
    (&["@ CNAME mx"], "kind", "RFC 1034 §3.6.2"),
    (&["@ TXT v=spf1 mx -all"], "data", "RFC 7208 §3.2"),
    (&["y TXT v=spf1 -all", "y TXT \"v=spf1 \" \"?all\""], "data", "RFC 7208 §3.2"),
    (&["y TXT v=spf1 ip4:300.1.1.1 -all"], "data", "RFC 7208 §12"),
    (&["_dmarc TXT v=DMARC1; p=reject"], "data", "RFC 7489 §6.6.3"),
    (&["_dmarc.x TXT v=DMARC1; p=perhaps"], "data", "RFC 7489 §6.4"),
    (&["_mta-sts TXT v=STSv1; id=2"], "data", "RFC 8461 §3.1"),
    (&["default._bimi TXT v=BIMI1; l=http://a.test/m.svg"], "data", "behind https://"),
    (
        &["b._bimi TXT v=BIMI1; l=https://a.test/m.svg", "b._bimi TXT v=BIMI1; l=https://b.test/m.svg"],
        "data",
        "one BIMI record",
    ),
    (&["_smtp._tls TXT v=TLSRPTv1; rua=mailto:u@valbois.test"], "data", "RFC 8460 §3"),
    (&["null MX 10 mx"], "data", "RFC 7505 §3"),
    (&["@ MX 0 ."], "data", "RFC 7505 §3"),
    (&["@ MX 10 mx.valbois.test."], "data", "RFC 2181 §5"),
    (&["z A 192.0.2.9", "z A 192.0.2.9"], "data", "RFC 2181 §5"),
    (&["www.elsewhere.test. A 192.0.2.1"], "owner", "RFC 1034 §4.2.1"),
    (&["a.*.b A 192.0.2.1"], "owner", "RFC 4592 §2.1.1"),
    (&["a*b A 192.0.2.1"], "owner", "RFC 4592 §2.1.1"),
    (&["* NS ns.elsewhere.test."], "owner", "RFC 4592 §4.2"),
    (&["x CNAME *.valbois.test."], "target", "RFC 4592"),
    (&["a..b A 192.0.2.1"], "owner", "RFC 1035 §2.3.4"),
    (&["a!b A 192.0.2.1"], "owner", "RFC 1035 §2.3.1"),
    (&["www.shop A 192.0.2.1", "www.shop TXT x"], "owner", "RFC 1034 §4.2.1"),
    (&["shop TXT hello"], "owner", "RFC 1034 §4.2.1"),
    (
        &["@ DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000"],
        "owner",
        "RFC 4035 §2.4",
    ),
    (
        &["x DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000"],
        "owner",
        "RFC 4035 §2.4",
    ),
    (&["shop DS 1 13 2 00"], "digest", "length"),
    (&["imap SRV 0 0 1 mx"], "owner", "RFC 2782"),
    (&["_x._tcp SRV 0 0 65536 mx"], "port", "RFC 2782"),
    (&["_x._tcp SRV 0 0 mx"], "data", "priority, weight, port and target"),
    (&["x CAA 0 issues \"ca.test\""], "tag", "RFC 8659"),
    (&["x CAA 300 issue \"ca.test\""], "flags", "RFC 8659"),
    (&["_25._tcp.mx TLSA 3 1 1 00"], "data", "RFC 6698"),
    (&["_25._tcp.mx TLSA 4 1 1 00"], "data", "RFC 6698"),
    (&["x SSHFP 4 2 00"], "fingerprint", "RFC 6594"),
    (&["x HTTPS 0 mx alpn=h2"], "parameters", "RFC 9460 §2.4.2"),
    (&["x HTTPS 1 mx nonsense=h2"], "data", "RFC 1035 §5"),
    (&["x TXT \"open"], "data", "RFC 1035 §5.1"),
];

#[tokio::test]
async fn every_rule_is_told_with_its_field_and_changes_nothing() {
    for town in towns().await {
        town.add(STANDING).await.unwrap();
        let before = town.operator.zone(town.zone.id).await.unwrap();
        let lines = town.lines(town.zone.id).await;
        for (entered, field, rule) in REFUSED {
            let (blamed, reason, told) = refusal(town.add(entered).await);
            assert_eq!(blamed, *field, "{entered:?}: {reason}");
            assert!(told.contains(rule), "{entered:?}: {reason} (rule: {told})");
            assert!(!reason.is_empty());
        }
        assert_eq!(town.lines(town.zone.id).await, lines);
        let after = town.operator.zone(town.zone.id).await.unwrap();
        assert_eq!((after.serial, after.version), (before.serial, before.version));
    }
}

#[tokio::test]
async fn labels_names_and_texts_have_their_lengths() {
    for town in towns().await {
        let label = "a".repeat(63);
        town.add(&[&format!("{label} A 192.0.2.1")]).await.unwrap();
        let (field, reason, rule) = refusal(town.add(&[&format!("{label}a A 192.0.2.1")]).await);
        assert_eq!(field, "owner");
        assert!(reason.contains("64 octets") && rule.contains("63"), "{reason} {rule}");
        // valbois.test with its dot: 13; four labels of 59 and the dots between them: 239; one more: 253.
        let name = format!("b{}", vec!["b".repeat(59); 4].join("."));
        town.add(&[&format!("{name} A 192.0.2.1")]).await.unwrap();
        let (_, _, rule) = refusal(town.add(&[&format!("b{name} A 192.0.2.1")]).await);
        assert!(rule.contains("253"), "{rule}");
        // 600 octets are cut into three strings, and quotes are kept.
        town.add(&[&format!("text TXT {}\"", "x".repeat(599))]).await.unwrap();
        let text = town
            .id_of(&format!("text TXT \"{0}\" \"{0}\" \"{1}\\\"\"", "x".repeat(255), "x".repeat(89)))
            .await;
        assert!(text.0 > 0);
        let (field, _, _) = refusal(town.add(&[&format!("long TXT {}", "x".repeat(4097))]).await);
        assert_eq!(field, "data");
    }
}

#[tokio::test]
async fn times_to_live_have_limits_and_a_set_has_one() {
    for town in towns().await {
        for (ttl, is_taken) in [(59, false), (60, true), (86_400, true), (86_401, false)] {
            let add = vec![record(&format!("t{ttl} A 192.0.2.1")).with_ttl(ttl)];
            let result = town.tenant.edit(town.zone.id, Edit { add, ..Edit::default() }).await;
            assert_eq!(result.is_ok(), is_taken, "{ttl}");
            if !is_taken {
                assert_eq!(refusal(result).0, "ttl");
            }
        }
        let ttls = async |owner: &str| {
            let records = town.tenant.records(town.zone.id).await.unwrap();
            records.iter().filter(|info| info.owner == owner).map(|info| info.ttl).collect::<Vec<_>>()
        };
        // RFC 2181 §5.2: one that says nothing takes the set's, one that says something gives it to the set.
        let add = vec![record("set A 192.0.2.1").with_ttl(120)];
        town.tenant.edit(town.zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        town.add(&["set A 192.0.2.2"]).await.unwrap();
        assert_eq!(ttls("set").await, [120, 120]);
        let add = vec![record("set A 192.0.2.3").with_ttl(300)];
        town.tenant.edit(town.zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        assert_eq!(ttls("set").await, [300, 300, 300]);
    }
}

#[tokio::test]
async fn a_refusal_names_the_record_of_the_change() {
    for town in towns().await {
        let add = vec![record("a A 192.0.2.1"), record("b A 192.0.2.2"), record("c MX 10 192.0.2.3")];
        match town.tenant.edit(town.zone.id, Edit { add, ..Edit::default() }).await.unwrap_err() {
            crate::ZoneError::Invalid { index, .. } => assert_eq!(index, Some(2)),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn targets_in_other_zones_of_ours_are_looked_at_too() {
    for town in towns().await {
        let other = town.operator.create_zone(town.acme, "acme.test").await.unwrap();
        let add = vec![record("alias CNAME elsewhere.test.")];
        town.operator.edit(other.id, Edit { add, ..Edit::default() }).await.unwrap();
        assert_eq!(refusal(town.add(&["@ MX 10 alias.acme.test."]).await).0, "target");
        // What becomes an alias is no target any more.
        town.add(&["@ MX 10 later"]).await.unwrap();
        assert_eq!(refusal(town.add(&["later CNAME mx.elsewhere.test."]).await).0, "target");
    }
}
