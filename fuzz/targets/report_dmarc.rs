//! DMARC aggregate reports: what can be read can be read again from what we write, with as many rows.
#![no_main]

use mail_reports::Aggregate;

libfuzzer_sys::fuzz_target!(|xml: &[u8]| {
    let Ok(report) = Aggregate::parse(xml) else { return };
    let written = report.to_xml();
    let again = Aggregate::parse(written.as_bytes());
    assert!(again.is_ok_and(|again| again.rows.len() == report.rows.len()), "{written}");
});
