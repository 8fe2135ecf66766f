//! The message after DATA: cut anywhere it decodes the same, and what is decoded and encoded again decodes the same.
#![no_main]

use wire_smtp::{DataDecoder, DataEncoder};

fn decode(mut wire: &[u8], step: usize) -> Option<Vec<u8>> {
    let mut decoder = DataDecoder::new();
    let mut content = Vec::new();
    while !wire.is_empty() {
        let (now, later) = wire.split_at(step.min(wire.len()));
        let mut now = now;
        while !now.is_empty() {
            let decoded = decoder.decode(now, &mut content).ok()?;
            if decoded.ended {
                return Some(content);
            }
            assert!(decoded.consumed > 0, "no progress");
            now = &now[decoded.consumed..];
        }
        wire = later;
    }
    None
}

libfuzzer_sys::fuzz_target!(|wire: &[u8]| {
    let whole = decode(wire, usize::MAX);
    assert_eq!(decode(wire, 1), whole);
    assert_eq!(decode(wire, 7), whole);
    if let Some(content) = whole {
        let mut encoder = DataEncoder::new();
        let mut again = Vec::new();
        encoder.encode(&content, &mut again);
        encoder.finish(&mut again);
        assert_eq!(decode(&again, usize::MAX), Some(content));
    }
});
