//! Words by language and key.

use std::collections::{BTreeMap, HashMap};

use crate::language::{Language, typeset_french};

/// The words of one place in all languages. A text has a line `key = words` for each key, `{name}` in it for a value and
/// `\n` for a new line; other lines are for whoever reads the file.
#[derive(Debug)]
pub struct Catalogue {
    texts: [(Language, &'static str); 4],
    words: HashMap<Language, HashMap<&'static str, String>>,
}

impl Catalogue {
    /// Reads the texts.
    pub fn new(texts: [(Language, &'static str); 4]) -> Catalogue {
        let of = |(language, text): (Language, &'static str)| {
            (language, pairs(text).map(|(key, words)| (key, set(language, words))).collect())
        };
        let words = texts.map(of).into_iter();
        Catalogue { texts, words: words.collect() }
    }

    /// The words of a key, places and all.
    pub fn get(&self, language: Language, key: &str) -> Option<&str> {
        self.words.get(&language)?.get(key).map(String::as_str)
    }

    /// The words of a key with values in their places; the key itself if there are none.
    pub fn say(&self, language: Language, key: &str, values: &[(&str, &str)]) -> String {
        // One pass: a value that looks like a place stays as it is.
        let mut rest = self.get(language, key).unwrap_or(key);
        let mut said = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                said.push('{');
                rest = after;
                continue;
            };
            said.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value));
            rest = behind;
        }
        said.push_str(rest);
        said
    }

    /// The keys of a language in the order of its text.
    pub fn keys(&self, language: Language) -> impl Iterator<Item = &'static str> {
        self.of(language).map(|(key, _)| key)
    }

    fn of(&self, language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
        let text = self.texts.iter().find(|(known, _)| *known == language).map_or("", |(_, text)| *text);
        pairs(text)
    }

    /// What is wrong with the texts, for the test of whoever writes them: keys that stand twice, that a language lacks, or
    /// that have other places in another language.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut read = |language: Language| {
            let mut known = BTreeMap::new();
            for (key, words) in self.of(language) {
                let mut places: Vec<&str> =
                    words.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
                places.sort_unstable();
                places.dedup();
                if known.insert(key, places).is_some() {
                    faults.push(format!("{language}: «{key}» stands twice"));
                }
            }
            known
        };
        let first = read(Language::French);
        let others =
            [Language::German, Language::Italian, Language::English].map(|other| (other, read(other)));
        for (language, other) in others {
            for key in first.keys().chain(other.keys().filter(|key| !first.contains_key(*key))) {
                if first.get(key) != other.get(key) {
                    faults.push(format!("{language}: «{key}» is not what French has"));
                }
            }
        }
        faults
    }
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter_map(|line| line.split_once(" = "))
}

fn set(language: Language, words: &str) -> String {
    let text = words.replace("\\n", "\n");
    match language {
        Language::French => typeset_french(&text),
        Language::German | Language::Italian | Language::English => text,
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;
    use crate::Language;

    fn catalogue(fr: &'static str, en: &'static str) -> Catalogue {
        Catalogue::new([
            (Language::French, fr),
            (Language::German, fr),
            (Language::Italian, fr),
            (Language::English, en),
        ])
    }

    #[test]
    fn values_take_their_places_and_stay_what_they_are() {
        let words =
            catalogue("# titre\nbonjour = Bonjour {name} : {what} {\\n.", "bonjour = Hello {name}{what}.");
        let values = [("name", "{what}"), ("what", "ici")];
        assert_eq!(words.say(Language::French, "bonjour", &values), "Bonjour {what}\u{202f}: ici {\n.");
        assert_eq!(words.say(Language::English, "bonjour", &values[..1]), "Hello {what}.");
        assert_eq!(words.say(Language::English, "absent", &[]), "absent");
    }

    #[test]
    fn texts_that_differ_are_found() {
        assert_eq!(catalogue("a = {x} et {x}\nb = b", "b = b\na = {x}").faults(), Vec::<String>::new());
        let faults = catalogue("a = {x}\na = a\nb = b\nc = {y}", "a = a\nc = {z}\nd = d").faults();
        for fault in ["fr: «a» stands twice", "en: «b» is not", "en: «c» is not", "en: «d» is not"] {
            assert!(faults.iter().any(|found| found.contains(fault)), "{fault} in {faults:?}");
        }
    }
}
