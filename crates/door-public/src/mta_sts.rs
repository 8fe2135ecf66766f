//! The policy by which other servers insist on verified TLS towards us (RFC 8461 §3.2).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use doorway_http::{Host, Problem};

use crate::{Shared, limits};
use zones::StsMode;

/// What a server does that cannot verify us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyMode {
    /// It keeps the mail and tries again.
    Enforce,
    /// It delivers and reports.
    Testing,
}

/// The policy of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How strict.
    pub mode: PolicyMode,
    /// The servers that receive mail, as its MX records name them.
    pub exchangers: Vec<String>,
    /// How long it may be kept; at most 31557600 (RFC 8461 §3.2).
    pub max_age_seconds: u32,
}

impl Policy {
    /// What holds for a hosted domain, by the installation's settings as they hold for it.
    pub fn of(installation: &zones::Installation) -> Policy {
        Policy {
            mode: match installation.sts_mode {
                StsMode::Testing => PolicyMode::Testing,
                StsMode::Enforce => PolicyMode::Enforce,
            },
            exchangers: installation.exchangers.iter().map(|one| one.host.name.to_string()).collect(),
            max_age_seconds: limits::POLICY_MAX_AGE_SECONDS,
        }
    }

    /// The file's text, lines ended as RFC 8461 §3.2 has them.
    pub fn text(&self) -> String {
        let mode = match self.mode {
            PolicyMode::Enforce => "enforce",
            PolicyMode::Testing => "testing",
        };
        let mut text = format!("version: STSv1\r\nmode: {mode}\r\n");
        for exchanger in &self.exchangers {
            text.push_str(&format!("mx: {exchanger}\r\n"));
        }
        text.push_str(&format!("max_age: {}\r\n", self.max_age_seconds));
        text
    }
}

/// `GET https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (RFC 8461 §3.3).
pub(crate) async fn policy(
    State(shared): State<Arc<Shared>>,
    Extension(host): Extension<Host>,
) -> Result<Response, Problem> {
    let domain = host.name().and_then(|name| name.strip_prefix("mta-sts.")).ok_or_else(Problem::not_found)?;
    let domain = shared.hosted(domain).await?;
    let policy = match shared.installation(&domain).await? {
        Some(installation) => Policy::of(&installation),
        // Nothing has said which servers receive: those who ask are told that there is no policy.
        None => return Err(Problem::not_found()),
    };
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "max-age=300")];
    Ok((headers, policy.text()).into_response())
}
