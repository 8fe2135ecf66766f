//! Addresses: never a panic, and what was read is read again from what it prints.
#![no_main]

use model::{Address, Domain};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(address) = Address::parse(text) {
        assert_eq!(Address::parse(&address.to_string()).expect("what we print is an address"), address);
    }
    if let Ok(domain) = Domain::parse(text) {
        assert_eq!(Domain::parse(&domain.to_string()).expect("what we print is a domain"), domain);
    }
});
