//! DMARC aggregate reports: what can be read is read the same again from what we write.
#![no_main]

use mail_reports::Aggregate;

libfuzzer_sys::fuzz_target!(|xml: &[u8]| {
    let Ok(report) = Aggregate::parse(xml) else { return };
    let report = Aggregate { left_out: 0, ..report };
    let again = Aggregate::parse(report.to_xml().as_bytes());
    // Texts are trimmed and cut when they are read: once is enough.
    assert_eq!(again.as_ref(), Ok(&report), "{}", report.to_xml());
});
