//! SMTP commands: never a panic; a command that was read is read the same from its encoding.
#![no_main]

use wire_smtp::Command;

libfuzzer_sys::fuzz_target!(|line: &[u8]| {
    if let Ok(command) = Command::parse(line) {
        let mut wire = Vec::new();
        command.encode(&mut wire);
        let encoded = wire.strip_suffix(b"\r\n").expect("a command ends with CRLF");
        assert_eq!(Command::parse(encoded).expect("our own encoding"), command);
    }
});
