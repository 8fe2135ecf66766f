//! One header has one spelling.

use proptest::prelude::*;

use crate::limits::{HEADER_LIMIT_OCTETS, LAST_SECOND};
use crate::tests::{Sample, signer};
use crate::{
    Envelope, Header, Mode, NotAHeader, NotAnEnvelope, PortalOrigin, Stretching, WrappingKeyName, seal,
};

fn header() -> Header {
    let whole = Sample::new(1).seal(b"yes");
    Envelope::parse(&whole).unwrap().header().clone()
}

/// The octets with those at `at` replaced.
fn with(at: usize, old: &[u8], new: &[u8]) -> Vec<u8> {
    let octets = header().encode();
    assert_eq!(&octets[at..at + old.len()], old, "at {at}");
    [&octets[..at], new, &octets[at + old.len()..]].concat()
}

#[test]
fn the_longest_header_is_within_the_limit() {
    let mut longest = header();
    longest.wrapping_key = WrappingKeyName::parse(&"k".repeat(32)).unwrap();
    let label = "l".repeat(61);
    longest.origin = PortalOrigin::parse(&format!("https://{label}.{label}.{label}.{label}")).unwrap();
    assert_eq!(longest.origin.as_str().len(), 255);
    longest.not_before_seconds = LAST_SECOND;
    longest.not_after_seconds = LAST_SECOND;
    longest.stretching = Some(Stretching::with_iterations([1; 16], 10_000_000).unwrap());
    longest.padded_octets = 1 << 40;
    let octets = longest.encode();
    assert_eq!(octets.len(), 436);
    assert!(octets.len() <= HEADER_LIMIT_OCTETS);
    assert_eq!(Header::decode(&octets).unwrap(), longest);
}

#[test]
fn what_is_not_deterministic_cbor_is_refused() {
    let octets = header().encode();
    assert_eq!(Header::decode(&octets).unwrap(), header());
    // RFC 8949 §4.2.1: shortest numbers, definite lengths, keys in order.
    let padded_at = octets.len() - 3;
    for (why, spelling) in [
        ("a number in two octets", with(0, &[0xac, 1, 1], &[0xac, 1, 0x18, 1])),
        ("a key in two octets", with(0, &[0xac, 1, 1], &[0xac, 0x18, 1, 1])),
        ("a map's size in two octets", with(0, &[0xac], &[0xb8, 12])),
        ("a length in two octets", with(5, &[3, 0x50], &[3, 0x58, 16])),
        ("a length in four octets", with(padded_at, &[0x19, 0x10, 0], &[0x1a, 0, 0, 0x10, 0])),
        ("octets behind the map", [octets.as_slice(), &[0xf6]].concat()),
        ("undefined in place of null", with(octets.len() - 5, &[0xf6], &[0xf7])),
        ("a tag", [&[0xd9, 0xd9, 0xf7], octets.as_slice()].concat()),
    ] {
        assert!(Header::decode(&spelling).is_err(), "{why}");
    }
    let unending = [&[0xbf], &octets[1..], &[0xff]].concat();
    assert!(matches!(Header::decode(&unending), Err(NotAHeader::Cbor(_))), "a map without a length");
    let mut in_pieces = with(5, &[3, 0x50], &[3, 0x5f, 0x50]);
    in_pieces.insert(7 + 17, 0xff);
    assert!(Header::decode(&in_pieces).is_err(), "a string in pieces");
}

#[test]
fn fields_that_are_unknown_missing_repeated_or_in_another_order_are_refused() {
    let octets = header().encode();
    let unknown = [&[0xad], &octets[1..], &[13, 1]].concat();
    let missing = [&[0xab], &octets[1..octets.len() - 4]].concat();
    let repeated = with(3, &[2, 1], &[1, 1]);
    let reversed = with(1, &[1, 1, 2, 1], &[2, 1, 1, 1]);
    for (why, spelling) in
        [("unknown", unknown), ("missing", missing), ("repeated", repeated), ("reversed", reversed)]
    {
        assert!(matches!(Header::decode(&spelling), Err(NotAHeader::Fields)), "{why}");
    }
}

#[test]
fn values_that_mean_nothing_are_refused() {
    let refused = |at, old: &[u8], new: &[u8]| Header::decode(&with(at, old, new)).unwrap_err();
    assert!(matches!(refused(1, &[1, 1], &[1, 2]), NotAHeader::Unknown { version: 2, suite: 1 }));
    assert!(matches!(refused(3, &[2, 1], &[2, 2]), NotAHeader::Unknown { version: 1, suite: 2 }));
    assert!(matches!(refused(41, &[5, 1], &[5, 0]), NotAHeader::Mode(0)));
    assert!(matches!(refused(41, &[5, 1], &[5, 4]), NotAHeader::Mode(4)));
    assert!(matches!(refused(41, &[5, 1], &[5, 0x19, 1, 1]), NotAHeader::Mode(257)));
    assert!(matches!(refused(5, &[3, 0x50, 0x11], &[3, 0x4f]), NotAHeader::Length { field: 3, octets: 15 }));
    assert!(matches!(refused(43, &[6, 0x67, b'2'], &[6, 0x67, b' ']), NotAHeader::WrappingKey(_)));
    assert!(matches!(refused(43, &[6, 0x67, b'2'], &[6, 0x47, b'2']), NotAHeader::Cbor(_)));

    let changed = |change: &dyn Fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        Header::decode(&header.encode())
    };
    assert!(matches!(changed(&|header| header.not_after_seconds = 1), Err(NotAHeader::Validity)));
    assert!(matches!(
        changed(&|header| header.not_after_seconds = LAST_SECOND + 1),
        Err(NotAHeader::Validity)
    ));
    for padded in [0, 4095, 4097, 5000, 65537] {
        assert!(matches!(changed(&|header| header.padded_octets = padded), Err(NotAHeader::Padding(_))));
    }
    assert!(changed(&|header| header.padded_octets = 8192).is_ok());
    assert!(changed(&|header| header.mode = Mode::Registered).is_ok());
}

#[test]
fn a_passphrase_is_stretched_neither_too_little_nor_too_much() {
    for (iterations, accepted) in [
        (0, false),
        (599_999, false),
        (600_000, true),
        (10_000_000, true),
        (10_000_001, false),
        (u32::MAX, false),
    ] {
        assert_eq!(Stretching::with_iterations([1; 16], iterations).is_ok(), accepted, "{iterations}");
    }
    let mut with_secret = header();
    with_secret.stretching = Some(Stretching::new([1; 16]));
    let octets = with_secret.encode();
    assert_eq!(Header::decode(&octets).unwrap(), with_secret);
    let at = octets.len() - 9;
    assert_eq!(octets[at..at + 5], [0x1a, 0x00, 0x09, 0x27, 0xc0], "600,000 rounds");
    let mut fewer = octets.clone();
    fewer[at + 4] -= 1;
    assert!(matches!(Header::decode(&fewer), Err(NotAHeader::Stretching(_))));
    let mut unknown = octets;
    unknown[at - 18] = 2;
    assert!(matches!(Header::decode(&unknown), Err(NotAHeader::UnknownStretching(2))));
}

#[test]
fn a_long_header_is_not_read() {
    let mut whole = Sample::new(1).seal(b"yes");
    for length in [HEADER_LIMIT_OCTETS as u32 + 1, u32::MAX] {
        whole[4..8].copy_from_slice(&length.to_be_bytes());
        let refused = Envelope::parse(&whole).unwrap_err();
        assert!(matches!(refused, NotAnEnvelope::HeaderLength { octets } if octets == length));
    }
}

#[test]
fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
    for origin in [
        "https://safe.example.ch",
        "https://xn--gnve-2oa.ch:8443",
        "https://192.0.2.1",
        "http://127.0.0.1:8080",
        "http://localhost",
    ] {
        assert_eq!(PortalOrigin::parse(origin).map(|origin| origin.to_string()).as_deref(), Ok(origin));
    }
    for origin in [
        "",
        "safe.example.ch",
        "https://",
        "https:///",
        "https://safe.example.ch/",
        "https://safe.example.ch#a",
        "https://safe.example.ch?a",
        "https://user@safe.example.ch",
        "https://Safe.example.ch",
        "https://genève.ch",
        "https://safe..ch",
        "https://-safe.ch",
        "https://safe.ch:",
        "https://safe.ch:0",
        "https://safe.ch:08",
        "https://safe.ch:65536",
        "https://safe.ch:8x",
        "https://safe.ch\" onload=\"",
        "https://safe.ch; default-src *",
        "https://[2001:db8::1]",
        "http://[::1]:1",
        "http://safe.example.ch",
        "http://127.0.0.1.example.ch",
        "javascript://safe.ch",
        "ftp://safe.ch",
    ] {
        assert!(PortalOrigin::parse(origin).is_err(), "{origin}");
    }
    assert!(PortalOrigin::parse(&format!("https://{}", "a.".repeat(130))).is_err());
}

#[test]
fn the_header_says_nothing_of_sender_recipient_or_letter() {
    // Two letters of one length differ in their salt alone.
    let sample = Sample::new(1);
    let header_of = |letter: &[u8]| {
        let octets = seal(&sample.sealing(None), letter, &signer()).unwrap();
        let mut header = Envelope::parse(&octets).unwrap().header().clone();
        header.salt = [0; 32];
        header
    };
    assert_eq!(header_of(b"yes"), header_of(b"Subject: no, and a longer text\r\n\r\nno"));
}

proptest! {
    #[test]
    fn a_header_that_is_read_is_written_as_it_was(place in 0_usize..150, octet: u8, insert: bool, remove: bool) {
        let mut octets = header().encode();
        let place = place % octets.len();
        if remove {
            octets.remove(place);
        }
        if insert {
            octets.insert(place, octet);
        } else if let Some(there) = octets.get_mut(place) {
            *there = octet;
        }
        if let Ok(read) = Header::decode(&octets) {
            prop_assert_eq!(read.encode(), octets);
        }
    }
}
