//! Replies of other servers: never a panic, always progress or an end.
#![no_main]

use wire_smtp::ReplyParser;

libfuzzer_sys::fuzz_target!(|wire: &[u8]| {
    let mut parser = ReplyParser::new();
    let mut rest = wire;
    while !rest.is_empty() {
        match parser.read(rest) {
            Ok((consumed, reply)) => {
                rest = &rest[consumed..];
                if consumed == 0 && reply.is_none() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
});
