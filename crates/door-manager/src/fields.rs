//! What a form sent: read once, in whichever coding, and only with the proof that our own page sent it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::limits;
use crate::trouble::Trouble;
use crate::visitor;

/// The field that proves that the form came from our page.
pub(crate) const TOKEN: &str = "_token";

/// A form's fields, in order; a name may stand several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    /// Uploaded files as they were sent.
    files: Vec<(String, Bytes)>,
}

impl Fields {
    /// The first value under `name`, without the spaces around it; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value under `name` as it was sent.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// A number as people write it: `86400`, `86'400`, `86 400`; `None` if it is none.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        let separators = ['\'', '’', ' ', '\u{a0}', '\u{202f}'];
        self.text(name).replace(separators, "").parse().ok()
    }

    /// The octets of an uploaded file; `None` without one.
    pub(crate) fn file(&self, name: &str) -> Option<&[u8]> {
        let mut files = self.files.iter().filter(|(field, octets)| field == name && !octets.is_empty());
        files.next().map(|(_, octets)| octets.as_ref())
    }

    /// Whether the form has the field, with any value but none.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// Every value under `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field but the proof, as a form shows it again.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .filter(|(name, _)| name != TOKEN)
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Fields {
    /// What a form in the usual coding says.
    pub(crate) fn of_body(body: &[u8]) -> Fields {
        url::form_urlencoded::parse(body).into_owned().take(limits::FORM_FIELDS_LIMIT + 1).collect()
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Fields {
        Fields { pairs: pairs.into_iter().collect(), files: Vec::new() }
    }
}

/// Why a form was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It cannot be read, or is too long.
    Unreadable,
    /// It does not come from our page.
    NotOurs,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Refused::Unreadable => Trouble::Unreadable.into_response(),
            Refused::NotOurs => Trouble::NotOurs.into_response(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Fields, Refused> {
        if origin(request.headers(), request.uri()) == Origin::Another {
            return Err(Refused::NotOurs);
        }
        let token =
            visitor::session_token(request.headers(), request.extensions()).ok_or(Refused::NotOurs)?;
        let fields = read(request, state).await?;
        let expected = visitor::form_token(&token);
        let sent = fields.raw(TOKEN).split('.').next().unwrap_or_default();
        let is_ours: bool = sent.as_bytes().ct_eq(expected.as_bytes()).into();
        if is_ours { Ok(fields) } else { Err(Refused::NotOurs) }
    }
}

/// The form with which somebody signs in. There is no session whose proof it could carry (a cookie of an old one
/// says nothing), so the browser itself must say that our own page sent it: else a stranger's page could sign its
/// visitor in to the stranger's account.
#[derive(Clone, Debug)]
pub(crate) struct SignInFields(pub(crate) Fields);

impl<S: Send + Sync> FromRequest<S> for SignInFields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<SignInFields, Refused> {
        match origin(request.headers(), request.uri()) {
            Origin::Ours => read(request, state).await.map(SignInFields),
            Origin::Unsaid | Origin::Another => Err(Refused::NotOurs),
        }
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, Refused> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let mut form = Multipart::from_request(request, state).await.map_err(|_| Refused::Unreadable)?;
        let (mut pairs, mut files, mut size) = (Vec::new(), Vec::new(), 0);
        while let Some(part) = form.next_field().await.map_err(|_| Refused::Unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let value = part.bytes().await.map_err(|_| Refused::Unreadable)?;
            size += value.len();
            if size > limits::FORM_LIMIT_BYTES || pairs.len() >= limits::FORM_FIELDS_LIMIT {
                return Err(Refused::Unreadable);
            }
            if is_file {
                files.push((name.clone(), value.clone()));
            }
            pairs.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
        return Ok(Fields { pairs, files });
    }
    let body = Bytes::from_request(request, state).await.map_err(|_| Refused::Unreadable)?;
    if body.len() > limits::FORM_LIMIT_BYTES {
        return Err(Refused::Unreadable);
    }
    let fields = Fields::of_body(&body);
    // Never a part of a form.
    if fields.pairs.len() > limits::FORM_FIELDS_LIMIT { Err(Refused::Unreadable) } else { Ok(fields) }
}

/// Whether the browser itself says that a page of ours sent the form.
pub(crate) fn is_ours(headers: &HeaderMap, uri: &Uri) -> bool {
    origin(headers, uri) == Origin::Ours
}

/// What a browser says of the page that sent a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Ours,
    Another,
    /// Nothing: an older browser or a tool.
    Unsaid,
}

/// Where the form comes from. Browsers send Origin with every POST (Fetch §3.2), and Sec-Fetch-Site (Fetch Metadata
/// §2.3) to hosts that they trust: what they send must not contradict.
fn origin(headers: &HeaderMap, uri: &Uri) -> Origin {
    let site = headers.get("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return Origin::Another;
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return if site.is_some_and(|site| site == "same-origin") { Origin::Ours } else { Origin::Unsaid };
    };
    let authority = uri.authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| headers.get(HOST).and_then(|host| host.to_str().ok()));
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    if from.is_some() && from == host { Origin::Ours } else { Origin::Another }
}
