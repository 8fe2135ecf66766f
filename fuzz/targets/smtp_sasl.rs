//! SASL messages and xtext: never a panic, and stable under encoding.
#![no_main]

use wire_smtp::{sasl, xtext};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = sasl::parse_plain(input);
    let _ = sasl::parse_login(input);
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = sasl::decode_initial(text);
        if let Ok(message) = sasl::decode_base64(text) {
            assert_eq!(sasl::decode_base64(&sasl::encode_base64(&message)).expect("our own encoding"), message);
        }
        if let Some(decoded) = xtext::decode(text) {
            assert_eq!(xtext::decode(&xtext::encode(&decoded)), Some(decoded));
        }
        let _ = xtext::decode_utf8_address(text);
    }
});
