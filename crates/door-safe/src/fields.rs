//! What a form of ours sent; one that does not come from our page is not read.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use crate::limits;
use crate::trouble::Trouble;
use crate::visitor::is_from_ours;

/// A form's fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
}

impl Fields {
    /// The first value under `name`, without the spaces around it; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value under `name` as it was typed: passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.pairs.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The mail's share of the key, where a page without script carries it.
    pub(crate) fn share(&self) -> Option<&str> {
        Some(self.text(wire_safe::SHARE_FIELD))
            .filter(|share| !share.is_empty() && share.len() <= limits::SHARE_FIELD_LIMIT_BYTES)
    }
}

/// A form, or why it was not taken: the page says so in the visitor's language.
#[derive(Debug)]
pub(crate) struct Sent(pub(crate) Result<Fields, Trouble>);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Self::Rejection> {
        if !is_from_ours(request.headers(), request.uri(), request.extensions()) {
            return Ok(Sent(Err(Trouble::NotOurs)));
        }
        let Ok(body) = Bytes::from_request(request, state).await else {
            return Ok(Sent(Err(Trouble::Unreadable)));
        };
        let pairs = url::form_urlencoded::parse(&body).into_owned().take(limits::FORM_FIELDS_LIMIT + 1);
        let pairs: Vec<(String, String)> = pairs.collect();
        Ok(Sent(match pairs.len() > limits::FORM_FIELDS_LIMIT {
            true => Err(Trouble::Unreadable),
            false => Ok(Fields { pairs }),
        }))
    }
}
