//! One question by HTTP POST to a server that the operator chose, with a short answer in octets: time-stamps.

use std::net::SocketAddr;
use std::time::Duration;

use model::{Chain, Domain};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};
use thiserror::Error;

use crate::fetch::is_elsewhere;
use crate::{Dial, FetchOptions, LookupError, Names};

/// From the connection to the last octet.
const POST_TIMEOUT: Duration = Duration::from_secs(20);
/// To connect and shake hands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A question.
#[derive(Clone, Debug)]
pub struct PostRequest<'a> {
    /// `https://…`, or `http://` where the answer proves itself.
    pub url: &'a str,
    /// The media type of what is sent.
    pub content_type: &'a str,
    /// The media type of the answer; another is refused.
    pub answer_type: &'a str,
    /// What is sent.
    pub body: Vec<u8>,
    /// The most octets of an answer.
    pub limit_bytes: usize,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum PostError {
    /// Not an address of HTTP.
    #[error("«{0}» is no address of HTTP")]
    Url(String),
    /// The name has no address.
    #[error(transparent)]
    Name(#[from] LookupError),
    /// The name leads to this machine alone.
    #[error("the address of {0} is none that a web server can have")]
    Nowhere(Domain),
    /// No connection, or it broke.
    #[error("{host} cannot be reached: {why}")]
    Connection {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
    /// Another status than 200, another media type, or too large.
    #[error("{host}: {why}")]
    Answer {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Asks; a name that leads to this machine is refused, an address of this machine that stands in the settings is not:
/// whoever wrote it meant it. No redirects, no cookies, no proxy.
pub(crate) async fn post(
    names: &Names,
    dial: &Dial,
    options: FetchOptions,
    request: PostRequest<'_>,
) -> Result<Vec<u8>, PostError> {
    let unread = || PostError::Url(request.url.to_owned());
    let url = Url::parse(request.url).map_err(|_| unread())?;
    let host = url.host_str().ok_or_else(unread)?.to_owned();
    let port = url.port_or_known_default().ok_or_else(unread)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unread());
    }
    let broken = |error: reqwest::Error| PostError::Connection {
        host: host.clone(),
        why: Chain(&error.without_url()).to_string(),
    };
    let mut client = reqwest::Client::builder()
        .tls_backend_preconfigured(dial.tls_verified().as_ref().clone())
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(POST_TIMEOUT);
    if host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_err() {
        let name = Domain::parse(&host).map_err(|_| unread())?;
        let mut addresses = names.addresses(&name).await?;
        if !options.may_reach_itself {
            addresses.retain(|ip| is_elsewhere(*ip));
        }
        if addresses.is_empty() {
            return Err(PostError::Nowhere(name));
        }
        let addresses: Vec<SocketAddr> = addresses.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
        client = client.resolve_to_addrs(&host, &addresses);
    }
    let sent = client
        .build()
        .map_err(broken)?
        .post(url)
        .header(CONTENT_TYPE, request.content_type)
        .header(ACCEPT, request.answer_type)
        .body(request.body)
        .send()
        .await;
    let mut response = sent.map_err(broken)?;
    let wrong = |why: String| PostError::Answer { host: host.clone(), why };
    if response.status() != StatusCode::OK {
        return Err(wrong(format!("the answer is {} and not 200", response.status())));
    }
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case(request.answer_type) {
        return Err(wrong(format!("the answer is of type «{media_type}» and not {}", request.answer_type)));
    }
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if answer.len() + chunk.len() > request.limit_bytes {
            return Err(wrong(format!("the answer is larger than {} bytes", request.limit_bytes)));
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}
