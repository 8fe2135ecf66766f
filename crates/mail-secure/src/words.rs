//! What recipients and senders are told by letter: a file for each language, a line for each key, `{name}` for a value,
//! `\n` for a new line.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A language that people are written to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    #[default]
    French,
    /// German, as it is written in Switzerland.
    German,
    /// Italian.
    Italian,
    /// English.
    English,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 4] = [Language::French, Language::German, Language::Italian, Language::English];

    /// The tag of RFC 5646.
    pub fn tag(self) -> &'static str {
        match self {
            Language::French => "fr",
            Language::German => "de",
            Language::Italian => "it",
            Language::English => "en",
        }
    }

    /// The language of a tag such as `de-CH`.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let tag = tag.split('-').next()?.to_ascii_lowercase();
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    fn words(self) -> &'static str {
        match self {
            Language::French => include_str!("../words/fr.txt"),
            Language::German => include_str!("../words/de.txt"),
            Language::Italian => include_str!("../words/it.txt"),
            Language::English => include_str!("../words/en.txt"),
        }
    }
}

static WORDS: LazyLock<HashMap<(Language, &str), String>> = LazyLock::new(|| {
    let lines = Language::ALL.into_iter().flat_map(|language| {
        language
            .words()
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(move |(key, words)| ((language, key), typeset(language, words)))
    });
    lines.collect()
});

/// French has a narrow no-break space before high signs and within guillemets.
fn typeset(language: Language, words: &str) -> String {
    let mut text = words.replace("\\n", "\n");
    if language == Language::French {
        for sign in [":", ";", "!", "?", "»"] {
            text = text.replace(&format!(" {sign}"), &format!("\u{202f}{sign}"));
        }
        text = text.replace("« ", "«\u{202f}");
    }
    text
}

/// The words of a key.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let mut text = WORDS.get(&(language, key)).cloned().unwrap_or_else(|| key.to_owned());
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

#[cfg(test)]
pub(crate) fn keys(language: Language) -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<_> = language
        .words()
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, words)| {
            let inside = words.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()));
            let mut values: Vec<String> = inside.collect();
            values.sort();
            values.dedup();
            (key.to_owned(), values)
        })
        .collect();
    keys.sort();
    keys
}
