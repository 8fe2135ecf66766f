//! The words of the public pages: a file for each language, a line for each key, `{name}` for a value.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// The languages in the order in which they are offered: tag, own name, words.
pub(crate) const LANGUAGES: [(&str, &str, &str); 4] = [
    ("fr", "Français", include_str!("../words/fr.txt")),
    ("de", "Deutsch", include_str!("../words/de.txt")),
    ("it", "Italiano", include_str!("../words/it.txt")),
    ("en", "English", include_str!("../words/en.txt")),
];

static WORDS: LazyLock<HashMap<(&str, &str), String>> = LazyLock::new(|| {
    let lines = LANGUAGES.iter().flat_map(|(tag, _, text)| {
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, words)| ((*tag, key), typeset(tag, words)))
    });
    lines.collect()
});

/// French has a narrow no-break space before high signs and within guillemets.
fn typeset(tag: &str, words: &str) -> String {
    if tag != "fr" {
        return words.to_owned();
    }
    let mut text = words.to_owned();
    for sign in [":", ";", "!", "?", "»"] {
        text = text.replace(&format!(" {sign}"), &format!("\u{202f}{sign}"));
    }
    text.replace("« ", "«\u{202f}")
}

/// The words of a key.
pub(crate) fn say(language: &str, key: &str, values: &[(&str, &str)]) -> String {
    let mut text = WORDS.get(&(language, key)).cloned().unwrap_or_else(|| key.to_owned());
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// The language of a request: the one it names, or the first that its browser asks for among ours
/// (RFC 9110 §12.5.4), or French.
pub(crate) fn language(named: Option<&str>, headers: &HeaderMap) -> &'static str {
    let known = |tag: &str| LANGUAGES.iter().map(|(known, ..)| *known).find(|known| *known == tag);
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named
        .and_then(known)
        .or_else(|| {
            asked.split(',').take(20).find_map(|range| {
                let tag = range.split(';').next()?.trim().split('-').next()?.to_ascii_lowercase();
                known(&tag)
            })
        })
        .unwrap_or("fr")
}

#[test]
fn every_language_says_the_same_things() {
    let keys = |text: &str| {
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, words)| {
                let mut values: Vec<String> = words
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                    .collect();
                values.sort();
                (key.to_owned(), values)
            })
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    for (tag, _, text) in LANGUAGES {
        assert_eq!(keys(text), keys(LANGUAGES[0].2), "{tag}");
    }
}
