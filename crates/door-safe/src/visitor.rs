//! Who visits: the language, the cookie of a visit, the session of an account; and whether a form comes from our page.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HOST, ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Uri};
use directory::{Opens, Session};
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
/// The same where the account has none.
const BY_PASSWORD: &str = "account of the platform";
/// Characters that are kept of what a browser calls itself.
const AGENT_LIMIT: usize = 200;

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
    /// What the browser calls itself.
    pub(crate) agent: String,
    /// The name under which the page is asked for, without a port.
    pub(crate) host: Option<String>,
}

/// Who somebody is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    /// Whose mailbox was shown by a code.
    pub(crate) by_code: Option<Shown>,
    /// Who had the code of one letter from the telephone that its sender named: good for that letter and for nothing else.
    by_telephone: Option<Shown>,
    /// Whose account it is, where the address with which they sign in is known to be theirs; strong only with a second
    /// factor.
    pub(crate) by_account: Option<Shown>,
    /// The session of the account.
    pub(crate) session: Option<Session>,
}

impl Visitor {
    /// Who may open a letter by what was shown: its recipient, or somebody to whom the mail of that address comes today.
    pub(crate) async fn reader(&self, shared: &Shared, seen: &Seen) -> Result<Option<Shown>, Trouble> {
        if let Some(own) = self.for_letter(seen) {
            return Ok(Some(own.clone()));
        }
        if seen.copy.telephone.is_some() {
            return Ok(None);
        }
        let Some(session) = &self.session else { return Ok(None) };
        let is_enough = seen.letter.mode == Mode::Confidential || session.has_second_factor;
        match shared.directory.opens(session, &seen.copy.address).await? {
            Some(Opens::Acting) if is_enough => {
                let acting = Some(session.login.clone());
                Ok(Some(Shown { acting, ..by_account(session, seen.copy.address.canonical()) }))
            }
            _ => Ok(None),
        }
    }

    /// Why an account that is signed in does not do for a letter.
    pub(crate) async fn hindrance(
        &self,
        shared: &Shared,
        seen: &Seen,
    ) -> Result<Option<&'static str>, Trouble> {
        let Some(session) = &self.session else { return Ok(None) };
        let opens = shared.directory.opens(session, &seen.copy.address).await?;
        Ok(match (opens, session.has_second_factor) {
            (None, _) => Some("other"),
            (Some(Opens::Own | Opens::Acting | Opens::Unproved), false) => Some("weak"),
            (Some(Opens::Unproved), true) => Some("unproved"),
            (Some(Opens::Own | Opens::Acting), true) => None,
        })
    }

    /// What of it is good for a letter: an account before a code; where the sender named a telephone only what came there.
    pub(crate) fn for_letter(&self, seen: &Seen) -> Option<&Shown> {
        if seen.copy.telephone.is_some() {
            return self.by_telephone.as_ref().filter(|who| who.by_telephone == Some(seen.copy.slot));
        }
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
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let language = named.unwrap_or_else(|| words::language(kept.as_deref(), &parts.headers));
        Guest {
            client,
            language,
            names_language: named.is_some(),
            visit: cookie(&parts.headers, visit),
            session: cookie(&parts.headers, session),
            host: host_of(parts).map(str::to_owned),
            agent: agent.chars().take(AGENT_LIMIT).collect(),
        }
    }

    /// Who it is, as far as cookies tell.
    pub(crate) async fn known(&self, shared: &Shared) -> Result<Visitor, Trouble> {
        let mut visitor = Visitor::default();
        if let Some(token) = &self.visit {
            let shown = shared.secure.visit(token).await?;
            (visitor.by_telephone, visitor.by_code) = match shown {
                Some(who) if who.by_telephone.is_some() => (Some(who), None),
                shown => (None, shown),
            };
        }
        visitor.session = self.session(shared).await?;
        if let Some(session) = &visitor.session
            && let Ok(login) = model::Address::parse(&session.login)
        {
            let own = by_account(session, login.canonical());
            visitor.by_account = match shared.directory.opens(session, &login).await? {
                Some(Opens::Own) => Some(own),
                // Whoever shows the mailbox besides has shown what an administrator could not.
                Some(Opens::Unproved) => {
                    visitor.by_code.as_ref().filter(|code| code.canonical == own.canonical).map(|code| {
                        Shown {
                            authentication: format!("{}; {}", own.authentication, code.authentication),
                            ..own
                        }
                    })
                }
                _ => None,
            };
        }
        Ok(visitor)
    }

    /// The session of an account, with an organisation or without.
    pub(crate) async fn session(&self, shared: &Shared) -> Result<Option<Session>, Trouble> {
        match &self.session {
            Some(token) => Ok(shared.directory.portal_session(token).await?),
            None => Ok(None),
        }
    }

    /// The cookie of an account's session; ends it with an empty token.
    pub(crate) fn session_cookie(&self, token: &str) -> String {
        let seconds = if token.is_empty() { 0 } else { directory::limits::SESSION_LIFETIME.as_secs() };
        let (name, secure) =
            if self.client.is_tls { (SECURE_SESSION, "; Secure") } else { (PLAIN_SESSION, "") };
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// A session has begun with this very request.
    pub(crate) fn sign_in(&mut self, token: &str) {
        self.session = Some(token.to_owned());
    }

    /// The rest of this request is answered in a language that was just chosen.
    pub(crate) fn read_in(&mut self, language: Language) {
        self.language = language;
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

/// The name that a request is for (RFC 9110 §7.2), without a port.
fn host_of(parts: &Parts) -> Option<&str> {
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| parts.headers.get(HOST)?.to_str().ok())?;
    Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

/// Somebody with an account, for the letters to an address.
fn by_account(session: &Session, canonical: String) -> Shown {
    let is_strong = session.has_second_factor;
    Shown {
        canonical,
        authentication: if is_strong { BY_ACCOUNT } else { BY_PASSWORD }.to_owned(),
        acting: None,
        person: Some(session.user),
        is_strong,
        by_telephone: None,
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
