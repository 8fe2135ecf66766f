//! The four languages of the screens: a Fluent file per subject for each, the same keys in all.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
pub use languages::Language;
use languages::typeset_french;
use unic_langid::LanguageIdentifier;

use crate::reader;

/// The words of a language: one file for each subject.
macro_rules! source {
    ($tag:literal) => {
        concat!(
            include_str!(concat!("../words/", $tag, "/general.ftl")),
            include_str!(concat!("../words/", $tag, "/names.ftl")),
            include_str!(concat!("../words/", $tag, "/domains.ftl")),
            include_str!(concat!("../words/", $tag, "/servers.ftl")),
            include_str!(concat!("../words/", $tag, "/integrations.ftl")),
            include_str!(concat!("../words/", $tag, "/onboarding.ftl")),
            include_str!(concat!("../words/", $tag, "/informing.ftl")),
            include_str!(concat!("../words/", $tag, "/applications.ftl")),
            include_str!(concat!("../words/", $tag, "/secured.ftl")),
            include_str!(concat!("../words/", $tag, "/people.ftl")),
            include_str!(concat!("../words/", $tag, "/addresses.ftl")),
            include_str!(concat!("../words/", $tag, "/access.ftl")),
            include_str!(concat!("../words/", $tag, "/linking.ftl")),
            include_str!(concat!("../words/", $tag, "/watching.ftl")),
            include_str!(concat!("../words/", $tag, "/journal.ftl")),
            include_str!(concat!("../words/", $tag, "/letters.ftl")),
            include_str!(concat!("../words/", $tag, "/operator.ftl")),
            include_str!(concat!("../words/", $tag, "/refusals.ftl")),
            include_str!(concat!("../words/", $tag, "/renumbering.ftl")),
        )
    };
}

fn text(language: Language) -> &'static str {
    match language {
        Language::French => source!("fr"),
        Language::German => source!("de"),
        Language::Italian => source!("it"),
        Language::English => source!("en"),
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 4]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = language.tag().parse().expect("the tags are valid");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Directional marks around values are for languages that we do not write.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(reader::number(number.value as i64)),
        _ => None,
    }));
    let text = match language {
        Language::French => typeset_french(text(language)),
        _ => text(language).to_owned(),
    };
    let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// One value of a text.
#[derive(Clone, Debug)]
pub(crate) enum Word {
    /// A text.
    Text(String),
    /// A whole number, which chooses the plural.
    Number(f64),
}

impl Word {
    /// A text that may be a number.
    pub(crate) fn of(text: &str) -> Word {
        match text.parse::<u32>() {
            Ok(number) => Word::Number(f64::from(number)),
            Err(_) => Word::Text(text.to_owned()),
        }
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Word {
        Word::Text(text.to_owned())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Word {
        Word::Text(text)
    }
}

impl From<usize> for Word {
    fn from(number: usize) -> Word {
        Word::Number(number as f64)
    }
}

/// The text under `key`, or the key itself, so that a lack is seen and nothing fails; a test fails.
pub(crate) fn say(language: Language, key: &str, values: &[(&str, Word)]) -> String {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    let bundle = &BUNDLES[index];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        #[cfg(test)]
        panic!("nothing is said under «{key}»");
        #[cfg(not(test))]
        return key.to_owned();
    };
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        let value: FluentValue<'_> = match value {
            Word::Text(text) => text.as_str().into(),
            Word::Number(number) => (*number).into(),
        };
        arguments.set((*name).to_owned(), value);
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
    #[cfg(test)]
    assert!(errors.is_empty(), "«{key}» lacks a value: {errors:?}");
    text
}

/// Whether there is a text under `key`.
pub(crate) fn knows(language: Language, key: &str) -> bool {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    BUNDLES[index].has_message(key)
}

/// The texts of a language, for tests.
#[cfg(test)]
pub(crate) fn source(language: Language) -> &'static str {
    text(language)
}
