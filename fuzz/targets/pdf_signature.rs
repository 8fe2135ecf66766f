//! Signed PDFs: never a panic, never more than the limits; what holds covers what it says.
#![no_main]

use wire_cms::pades;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(signatures) = pades::verify(bytes) {
        for signature in signatures {
            assert!(signature.covered_bytes <= bytes.len());
            assert_eq!(signature.covers_whole_file, signature.covered_bytes == bytes.len());
        }
    }
    _ = pades::signature_digest(bytes);
    if let Ok(files) = pades::embedded_files(bytes) {
        assert!(files.len() <= wire_cms::limits::PDF_EMBEDDED_FILES);
    }
});
