//! What recipients and senders are told by letter: a file for each language, a line for each key, `{name}` for a value,
//! `\n` for a new line.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::people::AGREED;

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

/// Ways of showing who one is, in the words of the evidence, and the keys of their words for people.
const PROOFS: [(&str, &str); 6] = [
    ("code sent to the mailbox", "proof-code"),
    ("password and one-time code", "proof-password-code"),
    ("passkey", "proof-passkey"),
    ("account of the platform with a second factor", "proof-account"),
    (STANDING_INSTRUCTION, "proof-standing"),
    ("decrypted by the platform at the recipient's wish", "proof-platform"),
];

/// How a recipient accepts who wants every registered letter, in the words of the evidence.
pub(crate) const STANDING_INSTRUCTION: &str = "standing instruction of the recipient";

/// What evidence says of how somebody showed who they are, as people read it; what is not known stays as it is.
pub fn said_in(language: Language, said: &str) -> String {
    let word = |part: &str| match PROOFS.iter().find(|(known, _)| *known == part) {
        Some((_, key)) => say(language, key, &[]),
        None => match part.strip_prefix(AGREED).and_then(|rest| rest.split_once(" on ")) {
            Some((version, at)) => say(language, "proof-agreed", &[("version", version), ("at", at)]),
            None => part.to_owned(),
        },
    };
    said.split("; ").map(word).collect::<Vec<_>>().join("; ")
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
