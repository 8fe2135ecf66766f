//! What domains publish about their mail: no record panics, and what is printed is read again as the same.
#![no_main]

use wire_trust::{bimi, dkim, dmarc, mta_sts, spf, tls_rpt, tlsa};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let _ = (spf::Record::is_meant(input), dmarc::Record::is_meant(input));
    if let Ok(record) = spf::Record::parse(&text) {
        assert_eq!(spf::Record::parse(&record.to_string()).unwrap(), record);
        let merged = spf::merge(&record, std::slice::from_ref(&record));
        spf::Record::parse(&merged.to_string()).unwrap();
        let values = spf::Values {
            local: "local",
            sender_domain: "sender.test",
            domain: "domain.test",
            ip: [192, 0, 2, 1].into(),
            helo: "helo.test",
            validated: "unknown",
            receiver: "mx.test",
            timestamp: 0,
        };
        if let Some(target) = record.redirect() {
            assert!(target.expand_name(&values).len() < 70_000);
        }
        let _ = record.remarks();
    }
    if let Ok(record) = dmarc::Record::parse(&text) {
        assert_eq!(dmarc::Record::parse(&record.to_string()).unwrap(), record);
    }
    if let Ok(policy) = mta_sts::Policy::parse(&text) {
        assert_eq!(mta_sts::Policy::parse(&policy.to_string()).unwrap(), policy);
    }
    let _ = dmarc::Record::receive(&text);
    let _ = mta_sts::Record::parse(&text);
    let _ = tls_rpt::Record::parse(&text);
    let _ = tlsa::Record::parse(&text);
    let _ = bimi::Record::parse(&text);
    let _ = dkim::KeyRecord::parse(&text);
});
