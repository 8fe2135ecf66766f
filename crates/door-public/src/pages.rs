//! The frame of the public pages: template, words, languages.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{Html, IntoResponse, Response};
use doorway_http::Problem;
use languages::Language;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, Value, context};
use tracing::error;

use crate::words::say;

const TEMPLATES: [(&str, &str); 8] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("ip.html", include_str!("../templates/ip.html")),
    ("unblock.html", include_str!("../templates/unblock.html")),
    ("allow.html", include_str!("../templates/allow.html")),
    ("redirection.html", include_str!("../templates/redirection.html")),
    ("certificates.html", include_str!("../templates/certificates.html")),
    ("recipients.html", include_str!("../templates/recipients.html")),
    ("help.html", include_str!("../templates/help.html")),
];
const STYLE: &str = include_str!("../../../web/public/style.css");

static ENVIRONMENTS: LazyLock<[Environment<'static>; 4]> = LazyLock::new(|| Language::ALL.map(environment));

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.add_function("t", move |key: &str, values: Kwargs| -> Result<String, Error> {
        let mut words = Vec::new();
        for name in values.args() {
            words.push((name, values.get::<Value>(name)?.to_string()));
        }
        let words: Vec<(&str, &str)> = words.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(say(language, key, &words))
    });
    environment.add_filter("urlencode", |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect::<String>()
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("the templates are tested to be well formed");
    }
    environment
}

/// A page; `path` is its own, to which the links of the other languages lead.
pub(crate) fn page(
    language: Language,
    template: &str,
    path: &str,
    content: Value,
) -> Result<Response, Problem> {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    let sign = if path.contains('?') { '&' } else { '?' };
    let languages: Vec<Value> = Language::ALL
        .iter()
        .map(|known| context! { tag => known.tag(), name => known.name(), href => format!("{path}{sign}lang={known}") })
        .collect();
    let frame = context! { language => language.tag(), languages, ..content };
    let made = ENVIRONMENTS[index].get_template(template).and_then(|template| template.render(frame));
    let text = made.map_err(|error| {
        error!(%error, template, "a public page cannot be made");
        Problem::bug()
    })?;
    Ok(([(CACHE_CONTROL, "no-store"), (VARY, "Accept, Accept-Language")], Html(text)).into_response())
}

/// `GET /public/style.css`
pub(crate) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], STYLE)
        .into_response()
}
