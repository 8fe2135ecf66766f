//! The four languages.

use std::fmt;

/// A language that people are spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// French: the language of the first customers, and what is shown when nothing else is asked for.
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

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Language::French => "Français",
            Language::German => "Deutsch",
            Language::Italian => "Italiano",
            Language::English => "English",
        }
    }

    /// The language of a tag such as `de-CH`, whatever follows its first subtag.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let first = tag.trim().split('-').next()?;
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// The first that a browser asks for among ours (RFC 9110 §12.5.4; browsers send them in order).
    pub fn of_accept(header: &str) -> Option<Language> {
        header.split(',').take(20).find_map(|range| Language::of_tag(range.split(';').next()?))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// French sets a narrow space, at which no line breaks, before `: ; ! ? %` and inside of `« »`.
pub fn typeset_french(text: &str) -> String {
    const NARROW: char = '\u{202f}';
    let mut set = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let is_before_sign = matches!(next, Some(':' | ';' | '!' | '?' | '%' | '»')) && {
            let mut ahead = characters.clone();
            ahead.next();
            // A sign that begins a word, as in `?all`, is none of these.
            ahead.next().is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ')' | '»' | '\u{202f}'))
        };
        let is_narrow = character == ' ' && (is_before_sign || before == Some('«'));
        set.push(if is_narrow { NARROW } else { character });
        before = Some(character);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::{Language, typeset_french};

    #[test]
    fn tags_and_what_browsers_ask_for_find_their_language() {
        for (tag, language) in [
            ("fr", Some(Language::French)),
            ("DE-ch", Some(Language::German)),
            (" it ", Some(Language::Italian)),
            ("rm", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        assert_eq!(Language::of_accept("rm, de-CH;q=0.9, fr;q=0.8"), Some(Language::German));
        assert_eq!(Language::of_accept("rm;q=0.9"), None);
        let many = "xx,".repeat(20) + "fr";
        assert_eq!(Language::of_accept(&many), None, "what is absurdly long is not read to its end");
    }

    #[test]
    fn french_has_its_spaces() {
        for (plain, set) in [
            ("Quoi ? Ceci : « rien » !", "Quoi\u{202f}? Ceci\u{202f}: «\u{202f}rien\u{202f}»\u{202f}!"),
            ("Souple (?all) ou ?all, 10 % de x:y", "Souple (?all) ou ?all, 10\u{202f}% de x:y"),
            ("a « b ».", "a «\u{202f}b\u{202f}»."),
            ("v=spf1 ?all ; https://exemple.ch", "v=spf1 ?all\u{202f}; https://exemple.ch"),
        ] {
            assert_eq!(typeset_french(plain), set);
        }
    }
}
