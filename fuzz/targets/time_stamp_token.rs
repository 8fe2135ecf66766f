//! Time-stamps: never a panic, and no time is proven without an authority that is trusted.
#![no_main]

use wire_cms::time_stamp::{Token, response};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(token) = Token::from_der(bytes) {
        let digest = <[u8; 32]>::try_from(token.digest()).expect("only SHA-256 is read");
        assert!(token.verify(&digest, &[]).is_err());
        assert_eq!(Token::from_der(token.der()).expect("what was read"), token);
    }
    _ = response(bytes, &[7; 32], 7);
});
