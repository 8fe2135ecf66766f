//! The words of the pages: a file for each language, a line for each key, `{name}` for a value.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    French,
    /// German.
    German,
    /// Italian.
    Italian,
    /// English.
    English,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Language; 4] = [Language::French, Language::German, Language::Italian, Language::English];

    /// The tag (RFC 5646): `fr`, `de`, `it` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::French => "fr",
            Language::German => "de",
            Language::Italian => "it",
            Language::English => "en",
        }
    }

    /// The language with this tag, whatever follows its first subtag; `None` if it is not one of ours.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let first = tag.split('-').next()?;
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    pub(crate) fn file(self) -> &'static str {
        match self {
            Language::French => include_str!("../words/fr.txt"),
            Language::German => include_str!("../words/de.txt"),
            Language::Italian => include_str!("../words/it.txt"),
            Language::English => include_str!("../words/en.txt"),
        }
    }

    /// The words of a key; the key itself if there are none.
    pub(crate) fn say(self, key: &'static str) -> &'static str {
        WORDS.get(&(self, key)).map_or(key, String::as_str)
    }

    /// The same with values in their places.
    pub(crate) fn say_with(self, key: &'static str, values: &[(&str, &str)]) -> String {
        // One pass: a value that looks like a place stays as it is.
        let mut rest = self.say(key);
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// A whole number with the separators of the language in Switzerland.
    pub(crate) fn number(self, number: u64) -> String {
        let separator = match self {
            Language::French => '\u{a0}',
            Language::German | Language::Italian => '’',
            Language::English => ',',
        };
        let digits = number.to_string();
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(digit);
        }
        out
    }
}

/// Key and words of each line of a language's file.
pub(crate) fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter_map(|line| line.split_once(" = "))
}

static WORDS: LazyLock<HashMap<(Language, &'static str), String>> = LazyLock::new(|| {
    let all = Language::ALL.into_iter().flat_map(|language| {
        lines(language.file()).map(move |(key, words)| ((language, key), typeset(language, words)))
    });
    all.collect()
});

/// The number of a standard stays with its name. French has a no-break space before high signs and within guillemets.
fn typeset(language: Language, words: &str) -> String {
    let mut text = words.replace("RFC ", "RFC\u{a0}");
    if language != Language::French {
        return text;
    }
    for sign in [":", ";", "!", "?", "»"] {
        text = text.replace(&format!(" {sign}"), &format!("\u{a0}{sign}"));
    }
    text.replace("« ", "«\u{a0}")
}
