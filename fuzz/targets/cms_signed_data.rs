//! CMS, S/MIME and certificates: never a panic, and nobody is trusted without an anchor.
#![no_main]

use model::Timestamp;
use wire_cms::{Certificate, Purpose, signed_data, smime};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let at = Timestamp(1_795_392_000_000);
    for content in [None, Some(&b"content"[..])] {
        if let Ok(signed) = signed_data::verify(bytes, content) {
            assert!(signed.verify_chain(&[], at, Purpose::Seal).is_err());
            assert!(signed_data::signature_digest(bytes).is_ok());
            _ = signed.verify_time_stamp(&[]);
        }
    }
    _ = signed_data::signature_digest(bytes);
    if let Ok(read) = smime::verify(bytes) {
        assert!(read.entity.len() <= bytes.len());
    }
    if let Ok(certificate) = Certificate::from_der(bytes) {
        assert_eq!(Certificate::from_pem(&certificate.pem()).expect("our own PEM"), [certificate.clone()]);
        _ = (certificate.subject(), certificate.dns_names(), certificate.serial(), certificate.ip_addresses());
    }
});
