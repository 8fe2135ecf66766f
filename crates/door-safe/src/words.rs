//! The words of the portal: files for each language.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use languages::{Catalogue, Language};

/// A language's files, as one text.
macro_rules! words {
    ($tag:literal) => {
        concat!(
            include_str!(concat!("../words/", $tag, ".txt")),
            include_str!(concat!("../words/journal/", $tag, ".txt")),
            include_str!(concat!("../words/public/", $tag, ".txt")),
            include_str!(concat!("../words/reply/", $tag, ".txt")),
        )
    };
}

static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new([
        (Language::French, words!("fr")),
        (Language::German, words!("de")),
        (Language::Italian, words!("it")),
        (Language::English, words!("en")),
    ])
});

/// The words of a key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    WORDS.say(language, key, values)
}

/// The words that the script says, by their keys without the prefix `js-`.
pub(crate) fn of_script(language: Language) -> serde_json::Value {
    let said = |key| WORDS.get(language, key).unwrap_or_default();
    WORDS
        .keys(language)
        .filter_map(|key| Some((key.strip_prefix("js-")?.to_owned(), said(key).into())))
        .collect::<serde_json::Map<_, _>>()
        .into()
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
