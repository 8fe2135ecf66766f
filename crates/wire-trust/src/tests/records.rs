//! DMARC, MTA-STS, TLS-RPT, TLSA, BIMI.

use crate::*;

#[test]
fn dmarc_records_are_read_and_printed() {
    let same = |text: &str| assert_eq!(dmarc::Record::parse(text).unwrap().to_string(), text);
    same("v=DMARC1; p=none");
    same("v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@valbois.test");
    same(
        "v=DMARC1; p=reject; sp=none; np=reject; adkim=s; aspf=s; pct=50; t=y; psd=n; rua=mailto:a@b.test,mailto:c@d.test!10m; ruf=mailto:e@f.test; fo=1:d; ri=3600",
    );
    for (wrong, what) in [
        ("p=none", "v=DMARC1"),
        ("v=DMARC1", "policy is missing"),
        ("v=DMARC1; p=maybe", "none, quarantine"),
        ("v=DMARC1; p=none; pct=101", "percentage"),
        ("v=DMARC1; p=none; adkim=x", "alignment"),
        ("v=DMARC1; p=none; rua=a@b.test", "mailto"),
        ("v=DMARC1; p=none; p=none", "twice"),
        ("v=DMARC1; p", "equals sign"),
    ] {
        let fault = dmarc::Record::parse(wrong).unwrap_err();
        assert!(fault.reason.contains(what), "{wrong}: {fault}");
    }
}

#[test]
fn receivers_forgive_what_the_standard_lets_them() {
    let receive = |text: &str| dmarc::Record::receive(text).map(|record| record.policy);
    assert_eq!(receive("v=DMARC1; p=maybe; rua=mailto:a@b.test"), Ok(dmarc::Policy::None));
    assert!(receive("v=DMARC1; p=maybe").is_err());
    assert_eq!(receive("v=DMARC1;p=REJECT;pct=1000;adkim=q;sp=x"), Ok(dmarc::Policy::Reject));
    assert!(dmarc::Record::is_meant(b"v=DMARC1; p=none"));
    assert!(dmarc::Record::is_meant(b"v = DMARC1;p=none"));
    assert!(!dmarc::Record::is_meant(b"v=DMARC12; p=none"));
    assert!(!dmarc::Record::is_meant(b"v=spf1 -all"));
}

#[test]
fn mta_sts_policies_are_read_and_printed() {
    let text =
        "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n";
    let policy = mta_sts::Policy::parse(text).unwrap();
    assert_eq!(policy.to_string(), text);
    for (host, expected) in [
        ("mail.example.com", true),
        ("MAIL.example.com.", true),
        ("a.example.net", true),
        ("a.b.example.net", false),
        ("example.net", false),
        (".example.net", false),
        ("other.example.com", false),
    ] {
        assert_eq!(policy.allows(host), expected, "{host}");
    }
    assert!(mta_sts::Policy::parse("version: STSv1\nmode: none\nmax_age: 1\nextra: x\n").is_ok());
    for wrong in [
        "",
        "version: STSv2\nmode: none\nmax_age: 1\n",
        "version: STSv1\nmode: enforce\nmax_age: 1\n",
        "version: STSv1\nmode: maybe\nmax_age: 1\n",
        "version: STSv1\nmode: none\n",
        "version: STSv1\nmode: none\nmax_age: -1\n",
        "version: STSv1\nmode: testing\nmx: a b\nmax_age: 1\n",
        "mode: none\nmax_age: 1\n",
        "version: STSv1\nnonsense\n",
    ] {
        assert!(mta_sts::Policy::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        mta_sts::Record::parse("v=STSv1; id=20160831085700Z;").unwrap().to_string(),
        "v=STSv1; id=20160831085700Z;"
    );
    assert!(mta_sts::Record::parse("v=STSv1; id=;").is_err());
    assert!(mta_sts::Record::parse("v=STSv1; id=a-b;").is_err());
}

#[test]
fn the_small_records_are_read_and_printed() {
    let text = "v=TLSRPTv1; rua=mailto:reports@example.com,https://reports.example.com/v1";
    assert_eq!(tls_rpt::Record::parse(text).unwrap().to_string(), text);
    assert!(tls_rpt::Record::parse("v=TLSRPTv1;").is_err());
    assert!(tls_rpt::Record::parse("v=TLSRPTv1; rua=reports@example.com").is_err());
    let text = format!("3 1 1 {}", "0a".repeat(32));
    assert_eq!(tlsa::Record::parse(&text).unwrap().to_string(), text);
    assert!(tlsa::Record::parse(&format!("3 1 1 {} {}", "0A".repeat(16), "0a".repeat(16))).is_ok());
    for wrong in ["", "3 1 1", "3 1 1 0a", "3 1 2 0a", "300 1 0 0a", "3 1 0 0", "3 1 0 zz"] {
        assert!(tlsa::Record::parse(wrong).is_err(), "{wrong}");
    }
    let text = "v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/vmc.pem";
    assert_eq!(bimi::Record::parse(text).unwrap().to_string(), text);
    assert!(bimi::Record::parse("v=BIMI1; l=http://example.com/logo.svg").is_err());
    assert!(bimi::Record::parse("v=BIMI1; a=").is_err());
}

proptest::proptest! {
    #[test]
    fn no_record_is_too_strange(text in "\\PC{0,100}", tags in "(v=(DMARC1|STSv1|TLSRPTv1|BIMI1|DKIM1); ?)?([a-z]{1,4}=[ -~]{0,20};){0,5}") {
        for text in [&text, &tags] {
            let _ = dmarc::Record::receive(text);
            let _ = mta_sts::Record::parse(text);
            let _ = mta_sts::Policy::parse(text);
            let _ = tls_rpt::Record::parse(text);
            let _ = tlsa::Record::parse(text);
            let _ = bimi::Record::parse(text);
            let _ = dkim::KeyRecord::parse(text);
            let _ = dkim::Signature::parse(text);
            let _ = dkim::Seal::parse(text);
            if let Ok(record) = dmarc::Record::parse(text) {
                let printed = record.to_string();
                proptest::prop_assert_eq!(dmarc::Record::parse(&printed).unwrap(), record);
            }
        }
    }
}
