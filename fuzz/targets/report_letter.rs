//! Letters to report addresses: whatever the bytes, a report or a reason, and never more memory than the limits allow.
#![no_main]

use mail_reports::{Content, TlsReport};

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    if let Ok(Content::Tls(report)) = Content::find(message) {
        assert_eq!(TlsReport::parse(report.to_json().as_bytes()).as_ref(), Ok(&report));
    }
});
