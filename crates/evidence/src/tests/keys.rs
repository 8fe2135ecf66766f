//! The published keys: read again as written, and what is none.

use model::Timestamp;

use super::lab::Platform;
use crate::{Keys, NotKeys};

#[test]
fn published_keys_are_read_again() {
    let mut keys = Platform::new().keys();
    keys.log[0].until = Some(Timestamp(1_800_000_000_000));
    let json = keys.to_json().expect("JSON");
    assert_eq!(Keys::parse(&json).expect("keys"), keys);
    assert!(keys.log[0].at(Timestamp(1_799_999_999_999)));
    assert!(!keys.log[0].at(Timestamp(1_800_000_000_000)), "until is the first moment after");
    assert!(!keys.log[0].at(Timestamp(1_735_689_599_999)));
}

#[test]
fn what_are_no_published_keys_is_refused() {
    let text = String::from_utf8(Platform::new().keys().to_json().expect("JSON")).expect("text");
    for (from, to, expected) in [
        ("relais-keys/1", "relais-keys/2", "the file is of the unknown format \"relais-keys/2\""),
        ("Relais Example", "", "the platform's name is empty, too long or not plain text"),
        ("2025-01-01T00:00:00Z", "2025-01-01", "the validity of a key for seals is not one"),
        ("log.example.ch+", "log.example.com+", "cannot read a key for the log"),
        ("\"MI", "\"!!", "a key for seals is not base64 of the right length"),
        ("\"MI", "\"AA", "cannot read a certificate for seals"),
        ("BQUFBQUF", "BQUF", "a key for envelopes is not base64 of the right length"),
        ("\"seal\"", "\"seals\"", "cannot read the file as published keys"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let error = Keys::parse(changed.as_bytes()).expect_err(expected);
        assert_eq!(error.to_string(), expected, "{from} → {to}");
    }
    let mut keys = Platform::new().keys();
    keys.seal[0].until = Some(keys.seal[0].from);
    assert!(matches!(Keys::parse(&keys.to_json().expect("JSON")), Err(NotKeys::Validity("seals"))));
    let mut keys = Platform::new().keys();
    keys.witnesses = keys.log.clone();
    assert!(matches!(Keys::parse(&keys.to_json().expect("JSON")), Err(NotKeys::Kind("witnesses"))));
    let mut keys = Platform::new().keys();
    keys.log = vec![keys.log[0].clone(); crate::limits::KEYS + 1];
    assert!(matches!(Keys::parse(&keys.to_json().expect("JSON")), Err(NotKeys::TooMany("the log"))));
    assert!(matches!(Keys::parse(&vec![b' '; crate::limits::KEYS_BYTES + 1]), Err(NotKeys::TooLong)));
}
