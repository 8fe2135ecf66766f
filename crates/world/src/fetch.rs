//! Small files behind HTTPS, such as MTA-STS policies.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use model::{Chain, Domain};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use thiserror::Error;

use crate::{Dial, LookupError, Names};

/// Bytes of a file (RFC 8461 §3.3 proposes 64 KB).
const FILE_LIMIT_BYTES: usize = 64 * 1024;
/// From the connection to the last byte (RFC 8461 §3.3: a minute).
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);
/// To connect and shake hands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// What tests set otherwise.
#[derive(Clone, Copy, Debug)]
pub struct FetchOptions {
    /// The port of other people's HTTPS servers.
    pub port: u16,
    /// Names that strangers choose may lead to this machine itself.
    pub may_reach_itself: bool,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions { port: 443, may_reach_itself: false }
    }
}

/// Why a file was not fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The host has no address that may be used.
    #[error(transparent)]
    Name(#[from] LookupError),
    /// The host leads to this machine or its own network alone.
    #[error("the address of {0} is none that a web server can have")]
    Nowhere(Domain),
    /// The server's certificate is not valid for the host.
    #[error("the certificate of {host} is not valid: {why}")]
    Certificate {
        /// The host.
        host: Domain,
        /// The TLS library's words.
        why: String,
    },
    /// No connection, or it broke.
    #[error("{host}: {why}")]
    Connection {
        /// The host.
        host: Domain,
        /// What happened.
        why: String,
    },
    /// Not what was asked for: another status than 200, another media type, too large.
    #[error("{host}: {why}")]
    Answer {
        /// The host.
        host: Domain,
        /// What is wrong with it.
        why: String,
    },
}

/// Fetches `https://host/path` as text/plain: no redirects, no cookies, no proxy, nothing above 64 KiB.
pub(crate) async fn fetch(
    names: &Names,
    dial: &Dial,
    options: FetchOptions,
    host: &Domain,
    path: &str,
) -> Result<Vec<u8>, FetchError> {
    let mut addresses = names.addresses(host).await?;
    if !options.may_reach_itself {
        addresses.retain(|ip| is_elsewhere(*ip));
    }
    if addresses.is_empty() {
        return Err(FetchError::Nowhere(host.clone()));
    }
    let addresses: Vec<SocketAddr> =
        addresses.into_iter().map(|ip| SocketAddr::new(ip, options.port)).collect();
    let broken = |error: reqwest::Error| broken(host, &error);
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(dial.tls_verified().as_ref().clone())
        .https_only(true)
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .resolve_to_addrs(host.as_str(), &addresses)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(FETCH_TIMEOUT)
        .build()
        .map_err(broken)?;
    let url = format!("https://{host}:{}{path}", options.port);
    let mut response = client.get(url).send().await.map_err(broken)?;
    let wrong = |why: String| FetchError::Answer { host: host.clone(), why };
    if response.status() != reqwest::StatusCode::OK {
        return Err(wrong(format!("the answer is {} and not 200", response.status())));
    }
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("text/plain") {
        return Err(wrong(format!("the answer is of type «{media_type}» and not text/plain")));
    }
    let mut file = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if file.len() + chunk.len() > FILE_LIMIT_BYTES {
            return Err(wrong(format!("the answer is larger than {FILE_LIMIT_BYTES} bytes")));
        }
        file.extend_from_slice(&chunk);
    }
    Ok(file)
}

fn broken(host: &Domain, error: &reqwest::Error) -> FetchError {
    let host = host.clone();
    match tls_error(error) {
        Some(rustls::Error::InvalidCertificate(reason)) => {
            FetchError::Certificate { host, why: reason.to_string() }
        }
        _ => FetchError::Connection { host, why: Chain(error).to_string() },
    }
}

/// What TLS says is wrapped in errors of input and output, whose `source` leaves it out.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => tls_error(inner),
        None => error.source().and_then(|cause| tls_error(cause)),
    }
}

/// Whether another machine can be there. What strangers publish must not make us talk to what listens on this
/// machine alone, and trusts whoever can reach it.
pub fn is_elsewhere(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            // RFC 1122 §3.2.1.3: 0/8 is this host on this network.
            !(ip.is_loopback()
                || ip.octets()[0] == 0
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local())
        }
    }
}
