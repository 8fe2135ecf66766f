//! Who visits: the language, the cookie of a visit, the session of an account; and whether a form comes from our page.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri};
use doorway_http::Client;
use mail_secure::{Language, Mode, Seen, Shown};

use crate::trouble::Trouble;
use crate::{Shared, limits, words};

/// The cookie of a visit where the connection is encrypted (RFC 6265bis §4.1.3.2).
const SECURE_COOKIE: &str = "__Host-relais-safe";
/// The same without encryption, which only loopback has: the demo.
const PLAIN_COOKIE: &str = "relais-safe";
/// The cookie of an account's session: the Manager's, where people sign in.
const SECURE_SESSION: &str = "__Host-relais-session";
/// The same without encryption.
const PLAIN_SESSION: &str = "relais-session";
/// The chosen language.
const LANGUAGE_COOKIE: &str = "relais-safe-language";

/// How a session of an account stands in evidence.
const BY_ACCOUNT: &str = "account of the platform with a second factor";

/// Somebody, known or not.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) client: Client,
    pub(crate) language: Language,
    /// Whether the language was asked for by this request, and is to be remembered.
    pub(crate) names_language: bool,
    /// The token of a visit.
    visit: Option<String>,
    /// The token of an account's session.
    session: Option<String>,
}

/// Who somebody is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    /// Whose mailbox was shown by a code.
    pub(crate) by_code: Option<Shown>,
    /// Whose account it is; strong only with a second factor.
    pub(crate) by_account: Option<Shown>,
}

impl Visitor {
    /// What of it is good for a letter: an account before a code.
    pub(crate) fn for_letter(&self, seen: &Seen) -> Option<&Shown> {
        let canonical = seen.copy.address.canonical();
        let is_enough = |who: &&Shown| {
            who.canonical == canonical && (seen.letter.mode == Mode::Confidential || who.is_strong)
        };
        self.by_account.as_ref().filter(is_enough).or_else(|| self.by_code.as_ref().filter(is_enough))
    }
}

impl Guest {
    fn of(parts: &Parts) -> Guest {
        let loopback = Client { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), is_tls: false };
        let client = parts.extensions.get::<Client>().copied().unwrap_or(loopback);
        let (visit, session) = match client.is_tls {
            true => (SECURE_COOKIE, SECURE_SESSION),
            false => (PLAIN_COOKIE, PLAIN_SESSION),
        };
        let query = parts.uri.query().unwrap_or_default();
        let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang");
        let named = named.and_then(|(_, tag)| Language::of_tag(&tag));
        let kept = cookie(&parts.headers, LANGUAGE_COOKIE);
        let language = named.unwrap_or_else(|| words::language(kept.as_deref(), &parts.headers));
        Guest {
            client,
            language,
            names_language: named.is_some(),
            visit: cookie(&parts.headers, visit),
            session: cookie(&parts.headers, session),
        }
    }

    /// Who it is, as far as cookies tell.
    pub(crate) async fn known(&self, shared: &Shared) -> Result<Visitor, Trouble> {
        let mut visitor = Visitor::default();
        if let Some(token) = &self.visit {
            visitor.by_code = shared.secure.visit(token).await?;
        }
        if let Some(token) = &self.session
            && let Some(session) = shared.directory.session(token).await?
            && let Ok(login) = model::Address::parse(&session.login)
        {
            visitor.by_account = Some(Shown {
                canonical: login.canonical(),
                authentication: BY_ACCOUNT.to_owned(),
                acting: None,
                is_strong: session.has_second_factor,
            });
        }
        Ok(visitor)
    }

    /// The token of the visit, to end it.
    pub(crate) fn visit_token(&self) -> Option<&str> {
        self.visit.as_deref()
    }

    /// The cookie of a visit; ends it with an empty token. Lax: whoever comes from a mail program's page is known, and
    /// forms of other pages carry nothing.
    pub(crate) fn visit_cookie(&self, token: &str) -> String {
        let seconds = if token.is_empty() { 0 } else { limits::VISIT_SECONDS };
        let (name, secure) =
            if self.client.is_tls { (SECURE_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// What remembers the language in the browser.
    pub(crate) fn language_cookie(&self) -> String {
        let secure = if self.client.is_tls { "; Secure" } else { "" };
        let tag = self.language.tag();
        format!("{LANGUAGE_COOKIE}={tag}; Path=/safe/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
    }
}

impl FromRequestParts<Arc<Shared>> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Guest, Self::Rejection> {
        Ok(Guest::of(parts))
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(';')).find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        (known == name && value.len() <= 200).then(|| value.to_owned())
    })
}

/// Whether the browser itself says that a page of ours sent the form: with Origin, which every POST has (Fetch §3.2), and
/// with Sec-Fetch-Site where it sends that (Fetch Metadata §2.3). Whoever says nothing is not let in.
pub(crate) fn is_from_ours(headers: &HeaderMap, uri: &Uri, _: &Extensions) -> bool {
    let site = headers.get("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN) else { return site.is_some() };
    let authority = uri.authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| headers.get(HOST).and_then(|host| host.to_str().ok()));
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    from.is_some() && from == host
}

impl Guest {
    /// A visit has begun with this very request.
    pub(crate) fn enter(&mut self, token: &str) {
        self.visit = Some(token.to_owned());
    }
}
