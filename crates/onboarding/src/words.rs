//! The words of phases, checklists, tests and the standard notice.

use std::sync::LazyLock;

use languages::{Catalogue, Language};

use crate::checks::Line;

pub(crate) static WORDS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new([
        (Language::French, include_str!("../words/fr.txt")),
        (Language::German, include_str!("../words/de.txt")),
        (Language::Italian, include_str!("../words/it.txt")),
        (Language::English, include_str!("../words/en.txt")),
    ])
});

/// The words of a key with values in their places; the key itself if there are none.
pub fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    WORDS.say(language, key, values)
}

/// Whether there are words of a key.
pub(crate) fn has(language: Language, key: &str) -> bool {
    WORDS.get(language, key).is_some()
}

/// What was found, and what to do about it, where there is something to do. Moments are in the customers' time.
pub fn line_words(language: Language, line: &Line) -> (String, Option<String>) {
    let says = line.says.as_str();
    let mut text = say(language, &format!("check-{}", line.check.as_str()), &[]);
    if !line.subject.is_empty() {
        text = format!("{text} · {}", line.subject);
    }
    let separator = if language == Language::French { "\u{202f}: " } else { ": " };
    let what = match line.at {
        None => line.what.clone(),
        Some(at) if line.what.is_empty() => receipts::day(at, language),
        Some(at) => format!("{}, {}", receipts::moment(at, language), line.what),
    };
    let found = say(language, &format!("says-{says}"), &[("what", &what)]);
    let key = format!("do-{says}");
    let remedy = has(language, &key).then(|| say(language, &key, &[("what", &what)]));
    (format!("{text}{separator}{found}"), remedy)
}
