//! The words of the public pages.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use languages::{Catalogue, Language};

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new([
        (Language::French, include_str!("../words/fr.txt")),
        (Language::German, include_str!("../words/de.txt")),
        (Language::Italian, include_str!("../words/it.txt")),
        (Language::English, include_str!("../words/en.txt")),
    ])
});

/// The words of a key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    WORDS.say(language, key, values)
}

/// The language of a request: the one it names, or the first that its browser asks for among ours
/// (RFC 9110 §12.5.4), or French.
pub(crate) fn language(named: Option<&str>, headers: &HeaderMap) -> Language {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.and_then(Language::of_tag).or_else(|| Language::of_accept(asked)).unwrap_or_default()
}

#[test]
fn every_language_says_the_same_things() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
}
