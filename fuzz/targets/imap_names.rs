//! Modified UTF-7: every name survives the way there and back.
#![no_main]

use wire_imap::{from_utf7, to_utf7};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Ok(name) = from_utf7(input) {
        assert_eq!(from_utf7(to_utf7(&name).as_bytes()).expect("our own encoding"), name);
    }
    if let Ok(name) = std::str::from_utf8(input) {
        assert_eq!(from_utf7(to_utf7(name).as_bytes()).expect("our own encoding"), name);
    }
});
