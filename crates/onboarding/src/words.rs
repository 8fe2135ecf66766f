//! The words of phases, checklists, tests and the standard notice: a file for each language, a line for each key, `{name}`
//! for a value.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Language;
use crate::checks::Line;

fn file(language: Language) -> &'static str {
    match language {
        Language::French => include_str!("../words/fr.txt"),
        Language::German => include_str!("../words/de.txt"),
        Language::Italian => include_str!("../words/it.txt"),
        Language::English => include_str!("../words/en.txt"),
    }
}

pub(crate) fn lines(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    file(language).lines().filter_map(|line| line.split_once(" = "))
}

static WORDS: LazyLock<HashMap<(&'static str, &'static str), String>> = LazyLock::new(|| {
    let all = Language::ALL.into_iter();
    all.flat_map(|language| {
        lines(language).map(move |(key, words)| ((language.tag(), key), typeset(language, words)))
    })
    .collect()
});

/// French has a no-break space before high signs and within guillemets.
fn typeset(language: Language, words: &str) -> String {
    if language != Language::French {
        return words.to_owned();
    }
    let mut text = words.to_owned();
    for sign in [":", ";", "!", "?", "»"] {
        text = text.replace(&format!(" {sign}"), &format!("\u{a0}{sign}"));
    }
    text.replace("« ", "«\u{a0}")
}

/// The words of a key with values in their places; the key itself if there are none.
pub fn say(language: Language, key: &str, values: &[(&str, &str)]) -> String {
    let Some(text) = WORDS.get(&(language.tag(), key)) else { return key.to_owned() };
    // One pass: a value that looks like a place stays as it is.
    let mut rest = text.as_str();
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

/// Whether there are words of a key.
pub(crate) fn has(language: Language, key: &str) -> bool {
    WORDS.contains_key(&(language.tag(), key))
}

/// What was found, and what to do about it, where there is something to do.
pub fn line_words(language: Language, line: &Line) -> (String, Option<String>) {
    let says = line.says.as_str();
    let mut text = say(language, &format!("check-{}", line.check.as_str()), &[]);
    if !line.subject.is_empty() {
        text = format!("{text} · {}", line.subject);
    }
    let separator = if language == Language::French { "\u{a0}: " } else { ": " };
    let found = say(language, &format!("says-{says}"), &[("what", &line.what)]);
    let key = format!("do-{says}");
    let remedy = has(language, &key).then(|| say(language, &key, &[("what", &line.what)]));
    (format!("{text}{separator}{found}"), remedy)
}
