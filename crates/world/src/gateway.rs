//! One HTTP request to a gateway that the operator chose: short messages.

use std::time::Duration;

use model::Chain;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use thiserror::Error;

use crate::Dial;

/// From the connection to the answer.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(20);

/// A request.
#[derive(Clone, Debug)]
pub struct GatewayRequest {
    /// `POST` and so on.
    pub method: String,
    /// `https://…`, or `http://` to a gateway beside us.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: String,
}

/// Why a gateway did not take a request.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The settings make no request.
    #[error("the gateway's settings make no request: {0}")]
    Settings(String),
    /// No connection, or it broke: it may be well in a minute.
    #[error("the gateway cannot be reached: {0}")]
    Connection(String),
    /// The gateway answered with another status than 2xx.
    #[error("the gateway answers {0}")]
    Answer(u16),
}

impl GatewayError {
    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            GatewayError::Settings(_) => false,
            GatewayError::Connection(_) => true,
            GatewayError::Answer(status) => *status >= 500 || *status == 429,
        }
    }
}

pub(crate) async fn send(dial: &Dial, request: &GatewayRequest) -> Result<(), GatewayError> {
    let settings = |why: String| GatewayError::Settings(why);
    let method: reqwest::Method =
        request.method.parse().map_err(|_| settings(format!("«{}» is no method", request.method)))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let wrong = || settings(format!("«{name}» is no header"));
        let key: HeaderName = name.parse().map_err(|_| wrong())?;
        headers.append(key, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(dial.tls_verified().as_ref().clone())
        .no_proxy()
        .redirect(Policy::none())
        .timeout(GATEWAY_TIMEOUT)
        .build()
        .map_err(|error| settings(Chain(&error).to_string()))?;
    let sent = client.request(method, &request.url).headers(headers).body(request.body.clone()).send().await;
    match sent {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(GatewayError::Answer(response.status().as_u16())),
        // What the URL carries is a secret.
        Err(error) if error.is_builder() => Err(settings("the URL cannot be read".to_owned())),
        Err(error) => Err(GatewayError::Connection(Chain(&error.without_url()).to_string())),
    }
}
