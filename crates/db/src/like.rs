//! Searching in texts: any case, any language, nothing of the text a pattern.

/// In small letters, as `small(…)` in a statement makes them on both engines.
pub fn small(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// What `small(…) LIKE ?1 ESCAPE '!'` compares with to find texts that hold this one: `%` for nothing.
pub fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    // No text of PostgreSQL holds a NUL.
    for c in small(text.trim()).chars().filter(|c| *c != '\0') {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    if pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

#[test]
fn a_pattern_holds_nothing_but_the_text() {
    assert_eq!(holding("  "), "%");
    assert_eq!(holding("\0"), "%");
    assert_eq!(holding(" Élodie_\0 "), "%élodie!_%");
    assert_eq!(holding("100%!"), "%100!%!!%");
}
