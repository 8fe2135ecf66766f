//! Notes, checkpoints, their keys and the paths of tiles: never a panic, and what was read is read again from what it
//! prints.
#![no_main]

use evidence::log::{Checkpoint, Note, NoteKey, Tile};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(tile) = Tile::parse(text) {
        assert_eq!(tile.to_string(), text);
        assert_eq!(tile.nodes().count(), usize::from(tile.width));
    }
    if let Ok(key) = NoteKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text);
    }
    if let Ok(note) = Note::parse(text) {
        assert!(text.starts_with(note.text()));
        assert!(!note.signatures().is_empty());
        let strange = NoteKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        let strange = strange.expect("a key in the code");
        let _ = note.signed([&strange]);
        let _ = Checkpoint::parse(note.text());
    }
});
