//! IMAP commands: framing and grammar never panic; framing does not depend on how the bytes come; a command that was read is
//! read the same from its encoding.
#![no_main]

use bytes::Bytes;
use wire_imap::{FrameLimits, Framer, Step, Tagged};

/// The first end that the framer sees when the input grows by so many octets at a time.
fn first_end(input: &[u8], step: usize) -> Step {
    let limits = FrameLimits::authenticated(100_000);
    let mut framer = Framer::new();
    let mut length = 0;
    loop {
        length = input.len().min(length + step);
        // A client that waits for `+` gets it at once here.
        let mut answer = framer.next(&input[..length], limits);
        while let Step::Wanted(_) = answer {
            answer = framer.next(&input[..length], limits);
        }
        if answer != Step::More || length == input.len() {
            return answer;
        }
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Step::Command(octets) = first_end(input, 1) {
        assert!(octets <= input.len());
        let _ = Tagged::parse(&Bytes::copy_from_slice(&input[..octets]));
    }
    if let Ok(tagged) = Tagged::parse(&Bytes::copy_from_slice(input)) {
        let encoded = Bytes::from(tagged.encode());
        let again = Tagged::parse(&encoded);
        let again = again.unwrap_or_else(|malformed| panic!("{malformed:?}: {:?}", String::from_utf8_lossy(&encoded)));
        assert_eq!(again.command, tagged.command);
    }
});
