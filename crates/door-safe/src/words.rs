//! The words of the portal: files for each language, a line for each key, `{name}` for a value.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use mail_secure::Language;

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

const FILES: [(Language, &str); 4] = [
    (Language::French, words!("fr")),
    (Language::German, words!("de")),
    (Language::Italian, words!("it")),
    (Language::English, words!("en")),
];

static WORDS: LazyLock<HashMap<(Language, &str), String>> = LazyLock::new(|| {
    let lines = FILES.iter().flat_map(|(language, text)| {
        pairs(text).map(|(key, words)| ((*language, key), typeset(*language, words)))
    });
    lines.collect()
});

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once(" = "))
}

/// French has a narrow no-break space before high signs and within guillemets.
fn typeset(language: Language, words: &str) -> String {
    let mut text = words.to_owned();
    if language == Language::French {
        for sign in [":", ";", "!", "?", "»"] {
            text = text.replace(&format!(" {sign}"), &format!("\u{202f}{sign}"));
        }
        text = text.replace("« ", "«\u{202f}");
    }
    text
}

/// What a language calls itself.
pub(crate) fn own_name(language: Language) -> &'static str {
    match language {
        Language::French => "Français",
        Language::German => "Deutsch",
        Language::Italian => "Italiano",
        Language::English => "English",
    }
}

/// The words of a key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let mut text = WORDS.get(&(language, key)).cloned().unwrap_or_else(|| key.to_owned());
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// The words that the script says, by their keys without the prefix `js-`.
pub(crate) fn of_script(language: Language) -> serde_json::Value {
    let of = |(key, _): &(&str, &str)| key.strip_prefix("js-").map(str::to_owned);
    pairs(FILES[0].1)
        .filter_map(|pair| Some((of(&pair)?, say(language, pair.0, &[]).into())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The language of a request: the one it names, or the first that its browser asks for among ours
/// (RFC 9110 §12.5.4), or French.
pub(crate) fn language(named: Option<&str>, headers: &HeaderMap) -> Language {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked =
        || asked.split(',').take(20).find_map(|range| Language::of_tag(range.split(';').next()?.trim()));
    named.and_then(Language::of_tag).or_else(asked).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{FILES, pairs};

    #[test]
    fn every_language_says_the_same_things() {
        let keys = |text: &'static str| {
            let of = |(key, words): (&'static str, &'static str)| {
                let inside = words.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
                let mut values: Vec<&str> = inside.collect();
                values.sort_unstable();
                (key, values)
            };
            pairs(text).map(of).collect::<BTreeMap<_, _>>()
        };
        for (language, text) in FILES {
            assert_eq!(keys(text), keys(FILES[0].1), "{}", language.tag());
        }
    }
}
