//! Messages: whatever the bytes, a structure, an envelope and a body structure that can be sent as they are.
#![no_main]

use wire_mime::{StoredEnvelope, Structure, Summary, body_of_structure};

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    let structure = Structure::parse(message);
    let summary = Summary::of_parsed(message, &structure);
    for list in [&summary.envelope, &summary.body_structure, &body_of_structure(&summary.body_structure)] {
        assert!(list.starts_with(b"(") && list.ends_with(b")"));
        // Eight-bit addresses and file names stand in literals; everything else is printable ASCII.
        assert!(!list.contains(&0), "CHAR8 has no NUL");
        assert!(list.contains(&b'{') || list.iter().all(|byte| (0x20..0x7f).contains(byte)));
    }
    assert!(StoredEnvelope::parse(&summary.envelope).is_some(), "we cannot read our own envelope");
    for text in structure.texts(message) {
        let _ = text.len();
    }
    let _ = structure.body_contains(message, "needle");
});
