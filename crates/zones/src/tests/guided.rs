//! Guided entries: to the record and back.

use crate::guided::{Caa, Dkim, Guided, Mx, PRESETS, Spf, Srv};
use crate::{DnsName, ManagedBy, NewRecord, RecordData, RecordKind};

fn kept(new: &NewRecord) -> RecordData {
    let origin = DnsName::parse("valbois.test").unwrap();
    let kind = RecordKind::parse(&new.kind).unwrap();
    RecordData {
        owner: DnsName::within(&new.owner, &origin).unwrap().relative_to(&origin).unwrap(),
        kind,
        data: kind.normalise(&new.data, &origin).unwrap(),
        ttl: 3600,
        managed_by: ManagedBy::User,
        note: String::new(),
    }
}

#[test]
fn fields_become_records_and_records_fields() {
    let at = || "@".to_owned();
    let dmarc = crate::guided::Dmarc { policy: crate::guided::Policy::Reject, ..Default::default() };
    let entries = [
        (
            Guided::Spf(Spf {
                domain: at(),
                sources: vec!["include:spf.relais.test".to_owned()],
                others: Some('-'),
            }),
            "@ TXT \"v=spf1 include:spf.relais.test -all\"",
        ),
        (
            Guided::Srv(Srv {
                service: "xmpp-client".to_owned(),
                protocol: "tcp".to_owned(),
                domain: "chat".to_owned(),
                priority: 5,
                weight: 1,
                port: 5222,
                target: "xmpp.valbois.test.".to_owned(),
            }),
            "_xmpp-client._tcp.chat SRV 5 1 5222 xmpp.valbois.test.",
        ),
        (
            Guided::Mx(Mx { domain: at(), priority: 10, host: "mail.relais.test.".to_owned() }),
            "@ MX 10 mail.relais.test.",
        ),
        (
            Guided::Dkim(Dkim {
                domain: at(),
                selector: "20261121e".to_owned(),
                algorithm: "ed25519".to_owned(),
                public_key: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
                is_testing: false,
            }),
            "20261121e._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"",
        ),
        (Guided::Dmarc { domain: at(), record: dmarc }, "_dmarc TXT \"v=DMARC1; p=reject\""),
        (
            Guided::Caa(Caa {
                domain: at(),
                is_critical: true,
                property: "issue".to_owned(),
                value: "ca.test".to_owned(),
            }),
            "@ CAA 128 issue \"ca.test\"",
        ),
    ];
    for (entry, line) in entries {
        let record = kept(&entry.record().unwrap());
        assert_eq!(format!("{} {} {}", record.owner, record.kind, record.data), line);
        assert_eq!(Guided::read(&record), Some(entry.clone()), "{line}");
        let sentences = entry.explain();
        assert!(!sentences.is_empty(), "{line}");
        for sentence in sentences {
            assert!(
                !sentence.english.contains(['{', '}']) && !sentence.french.contains(['{', '}']),
                "{sentence:?}"
            );
        }
    }
}

#[test]
fn what_the_fields_cannot_say_stays_raw() {
    for line in [
        "@ TXT hello",
        "@ TXT v=spf1 -all mx",
        "x._domainkey TXT v=DKIM1; k=rsa; n=hello; p=",
        "x._domainkey TXT v=DKIM1; t=s; p=",
        "@ A 192.0.2.1",
    ] {
        assert_eq!(Guided::read(&kept(&super::record(line))), None, "{line}");
    }
}

#[test]
fn presets_are_sound() {
    for preset in PRESETS {
        for entry in preset.entries_for("@", "host.valbois.test.") {
            let record = kept(&entry.record().unwrap());
            assert_eq!(record.kind, RecordKind::Srv);
            assert_eq!(Guided::read(&record), Some(entry));
        }
    }
    let wrong = Srv {
        service: "a b".to_owned(),
        protocol: "tcp".to_owned(),
        domain: "@".to_owned(),
        priority: 0,
        weight: 0,
        port: 1,
        target: "x".to_owned(),
    };
    assert!(Guided::Srv(wrong).record().is_err());
}
