//! The words of the pages.

use std::sync::LazyLock;

use languages::{Catalogue, Language};

pub(crate) static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new([
        (Language::French, include_str!("../words/fr.txt")),
        (Language::German, include_str!("../words/de.txt")),
        (Language::Italian, include_str!("../words/it.txt")),
        (Language::English, include_str!("../words/en.txt")),
    ])
});

/// What a language says on the pages.
pub(crate) trait Speaks: Copy {
    /// The words of a key; the key itself if there are none.
    fn say(self, key: &'static str) -> &'static str;
    /// The same with values in their places.
    fn say_with(self, key: &'static str, values: &[(&str, &str)]) -> String;
    /// A whole number with the separators of the language in Switzerland.
    fn number(self, number: u64) -> String;
}

impl Speaks for Language {
    fn say(self, key: &'static str) -> &'static str {
        WORDS.get(self, key).unwrap_or(key)
    }

    fn say_with(self, key: &'static str, values: &[(&str, &str)]) -> String {
        WORDS.say(self, key, values)
    }

    fn number(self, number: u64) -> String {
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
