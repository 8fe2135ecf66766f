//! Strangers' text on a terminal.

use serde_json::json;

use super::{Output, shown};

#[test]
fn text_from_strangers_neither_moves_the_cursor_nor_turns_around() {
    let text = "a\u{1b}[2J\u{9b}2J\r\n\u{202e}gpj.exe\u{2069}";
    assert!(!shown(text).contains(['\u{1b}', '\u{9b}', '\r', '\n', '\u{202e}', '\u{2069}']));
    let line = Output::new(json!([text, "é 𝄞"]), "").to_json();
    assert!(line.trim_end().chars().all(|c| !super::moves_text(c)) && line.contains("é 𝄞"), "{line}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), json!([text, "é 𝄞"]));
}
