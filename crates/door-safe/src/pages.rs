//! The frame of the pages: template, words, languages, and the headers that make a browser careful.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use mail_secure::Language;
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Error, Value, context};
use tracing::error;

use crate::visitor::Guest;
use crate::words::say;

/// Nothing inline but the styles of elements within the frame in which a letter's HTML is shown: that document inherits
/// this policy (HTML §7.1.7), and has a stricter one of its own besides.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const TEMPLATES: [(&str, &str); 28] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("forms.html", include_str!("../templates/forms.html")),
    ("letter.html", include_str!("../templates/letter.html")),
    ("refuse.html", include_str!("../templates/refuse.html")),
    ("reading.html", include_str!("../templates/reading.html")),
    ("languages.html", include_str!("../templates/languages.html")),
    ("start.html", include_str!("../templates/start.html")),
    ("policy.html", include_str!("../templates/policy.html")),
    ("verify.html", include_str!("../templates/verify.html")),
    ("verified.html", include_str!("../templates/verified.html")),
    ("journal.html", include_str!("../templates/journal.html")),
    ("journal-letter.html", include_str!("../templates/journal-letter.html")),
    ("journal-stranger.html", include_str!("../templates/journal-stranger.html")),
    ("withdraw.html", include_str!("../templates/withdraw.html")),
    ("reply.html", include_str!("../templates/reply.html")),
    ("reply_form.html", include_str!("../templates/reply_form.html")),
    ("reply-sent.html", include_str!("../templates/reply-sent.html")),
    ("trouble.html", include_str!("../templates/trouble.html")),
    ("account.html", include_str!("../templates/account.html")),
    ("account-sign-in.html", include_str!("../templates/account-sign-in.html")),
    ("account-step.html", include_str!("../templates/account-step.html")),
    ("account-join.html", include_str!("../templates/account-join.html")),
    ("account-forgotten.html", include_str!("../templates/account-forgotten.html")),
    ("account-totp.html", include_str!("../templates/account-totp.html")),
    ("account-codes.html", include_str!("../templates/account-codes.html")),
    ("account-settings.html", include_str!("../templates/account-settings.html")),
    ("account-passkey.html", include_str!("../templates/account-passkey.html")),
    ("account-done.html", include_str!("../templates/account-done.html")),
];

static ENVIRONMENTS: LazyLock<[Environment<'static>; 4]> = LazyLock::new(|| Language::ALL.map(environment));

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_function("t", move |key: &str, values: Kwargs| -> Result<String, Error> {
        let mut words = Vec::new();
        for name in values.args() {
            words.push((name, values.get::<Value>(name)?.to_string()));
        }
        let words: Vec<(&str, &str)> = words.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(say(language, key, &words))
    });
    environment.add_filter("urlencode", |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
    });
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("the templates are tested to be well formed");
    }
    environment
}

/// A page.
pub(crate) fn page(language: Language, template: &str, content: &Value) -> Response {
    let index = Language::ALL.iter().position(|known| *known == language).unwrap_or_default();
    let languages: Vec<Value> =
        Language::ALL.iter().map(|known| context! { tag => known.tag(), name => known.name() }).collect();
    let frame = context! { language => language.tag(), languages, ..content.clone() };
    match ENVIRONMENTS[index].get_template(template).and_then(|template| template.render(frame)) {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            error!(%error, template, "a page of the portal cannot be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page with an address of its own, `path`: other languages are chosen there, and the choice is remembered.
pub(crate) fn standing(guest: &Guest, template: &str, path: &str, content: &Value) -> Response {
    let mut page = page(guest.language, template, &context! { path, ..content.clone() });
    if guest.names_language
        && let Ok(cookie) = HeaderValue::from_str(&guest.language_cookie())
    {
        page.headers_mut().append(SET_COOKIE, cookie);
    }
    page
}

/// Goes on to another page of ours.
pub(crate) fn see_other(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/safe/"));
    (StatusCode::SEE_OTHER, [(axum::http::header::LOCATION, location)]).into_response()
}

/// Adds what every answer needs.
pub(crate) async fn complete(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Others get nothing. With `no-referrer` browsers would send `Origin: null` with our own forms (Fetch §3.2), and there
    // would be less by which to tell them from a stranger's. What stands behind «#» is never part of it.
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry("x-robots-tag").or_insert(HeaderValue::from_static("noindex, nofollow"));
    response
}
