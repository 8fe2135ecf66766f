//! The pages' templates, in the program, once for each language: macros see no variables of the page, so the
//! language is bound to the words.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};

use crate::assets;
use crate::words::{self, Language, Word};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template: name and text.
        pub(crate) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../templates/", $name)))),*];
    };
}

templates![
    "layout.html",
    "alone.html",
    "ui.html",
    "sign_in.html",
    "dashboard.html",
    "domains.html",
    "zone.html",
    "record_kind.html",
    "record.html",
    "confirm.html",
    "import.html",
    "history.html",
    "version.html",
    "settings.html",
    "spf.html",
    "synonyms.html",
    "security.html",
    "dmarc.html",
    "tls.html",
    "reputation.html",
    "sessions.html",
    "organisations.html",
    "trouble.html",
];

static ENVIRONMENTS: LazyLock<[Environment<'static>; 4]> = LazyLock::new(|| Language::ALL.map(environment));

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_function("t", move |key: &str, values: Kwargs| -> Result<String, Error> {
        let mut words = Vec::new();
        for name in values.args() {
            let value: Value = values.get(name)?;
            let word = match f64::try_from(value.clone()) {
                Ok(number) if value.is_number() => Word::Number(number),
                _ => Word::Text(value.to_string()),
            };
            words.push((name, word));
        }
        Ok(words::say(language, key, &words))
    });
    environment.add_function("knows", move |key: &str| words::knows(language, key));
    environment.add_function("asset", |name: &str| assets::path(name).unwrap_or_default());
    environment.add_filter("group", |number: i64| grouped(number));
    environment.add_filter("query", |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("the templates are tested to be well formed");
    }
    environment
}

/// A number with the Swiss apostrophe between thousands.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('’');
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

/// A page.
pub(crate) fn render(language: Language, template: &str, context: &Value) -> Result<String, Error> {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    ENVIRONMENTS[index].get_template(template)?.render(context)
}
