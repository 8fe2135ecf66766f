//! `/bans`: sources and login names that failed too often; the operator's.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::refusal::Result;

/// A source, or a login name, that failed too often.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ban {
    /// `source 192.0.2.1`, `source 2001:db8::/64` or `login anna@…`.
    subject: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    /// How many bans in a row: each is twice as long as the one before.
    strikes: u32,
    /// What led to it.
    reason: String,
}

/// All bans that hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct Bans {
    items: Vec<Ban>,
}

/// The bans that hold, the longest first (operator only)
#[utoipa::path(get, path = "/bans", tag = "bans", responses((status = 200, body = Bans)))]
pub(crate) async fn list_bans(caller: Caller) -> Result<Json<Bans>> {
    let bans = caller.directory().bans().await?;
    let items = bans.into_iter().map(|ban| Ban {
        subject: ban.subject,
        from: ban.from.rfc3339(),
        until: ban.until.rfc3339(),
        strikes: ban.strikes,
        reason: ban.reason,
    });
    Ok(Json(Bans { items: items.collect() }))
}

/// Lift a ban: an IP address, an IPv6 network or a login name (operator only)
#[utoipa::path(delete, path = "/bans/{subject}", tag = "bans", params(("subject" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn lift_ban(caller: Caller, Path(subject): Path<String>) -> Result<StatusCode> {
    caller.directory().lift_ban(&subject).await?;
    Ok(StatusCode::NO_CONTENT)
}
