//! `/bans`, `/unban-requests`: who is kept out, and who asks to be let in again.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use directory::{BanView, SourceSearch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Asked, Input, Of};
use crate::page::{Page, PageQuery, TextQuery};
use crate::refusal::Result;

/// A source, or a login name, that is kept out.
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
    /// `logins`, `requests`, `recipients` or `operator`.
    rule: &'static str,
    /// What led to it.
    reason: String,
    /// How often over which protocol.
    counts: Vec<Count>,
    /// The login names that were tried; an organisation sees its own.
    logins: Vec<String>,
    /// Whether people sign in from there: they are not refused the connection.
    is_known: bool,
    /// Whether somebody asks to be let in.
    is_asked: bool,
    /// Whether the token may lift it.
    can_lift: bool,
}

/// How often over a protocol.
#[derive(Serialize, ToSchema)]
pub(crate) struct Count {
    protocol: String,
    failures: u32,
}

fn view(view: BanView) -> Ban {
    let BanView { ban, is_known, is_asked, can_lift } = view;
    let count = |(protocol, failures)| Count { protocol, failures };
    Ban {
        subject: ban.subject,
        from: ban.from.rfc3339(),
        until: ban.until.rfc3339(),
        strikes: ban.strikes,
        rule: ban.rule.as_str(),
        reason: ban.reason,
        counts: ban.evidence.counts.into_iter().map(count).collect(),
        logins: ban.evidence.logins,
        is_known,
        is_asked,
        can_lift,
    }
}

/// The bans that hold, the longest first; to an organisation those that concern its people and login names
#[utoipa::path(get, path = "/bans", tag = "bans", params(TextQuery, PageQuery),
    responses((status = 200, body = Page<Ban>)))]
pub(crate) async fn list_bans(
    caller: Caller,
    Asked(which): Asked<TextQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Ban>>> {
    Ok(Json(Page::of(caller.directory().page_of_bans(&which.part(), page.seek()?).await?, view)))
}

/// A source to be kept out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBan {
    /// An IP address; of IPv6 the /64.
    source: String,
    /// For how long.
    #[schema(minimum = 1, maximum = 8760)]
    hours: u32,
    reason: String,
}

/// Keep a source out (operator only)
#[utoipa::path(post, path = "/bans", tag = "bans", request_body = NewBan, responses((status = 204)))]
pub(crate) async fn create_ban(caller: Caller, Input(new): Input<NewBan>) -> Result<StatusCode> {
    let for_so_long = std::time::Duration::from_secs(u64::from(new.hours) * 3600);
    caller.directory().ban_source(&new.source, for_so_long, &new.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift a ban: an IP address, an IPv6 network or a login name
#[utoipa::path(delete, path = "/bans/{subject}", tag = "bans", params(("subject" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn lift_ban(caller: Caller, Path(subject): Path<String>) -> Result<StatusCode> {
    caller.directory().lift_ban(&subject).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody asks to be let in again.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnbanRequest {
    id: String,
    /// Null where the domain is nobody's here.
    organisation: Option<String>,
    domain: String,
    source: String,
    contact: String,
    message: String,
    #[schema(format = DateTime)]
    at: String,
    /// `open`, `granted`, `refused`, or `passed-on` to the operator.
    state: &'static str,
    decided_by: Option<String>,
    /// Null where the source is not kept out, or no longer.
    #[schema(format = DateTime)]
    banned_until: Option<String>,
    /// Whether granting lifts the ban; otherwise it passes the request on to the operator.
    can_lift: bool,
}

/// Who asks to be let in again, the newest first
#[utoipa::path(get, path = "/unban-requests", tag = "bans", params(TextQuery, PageQuery),
    responses((status = 200, body = Page<UnbanRequest>)))]
pub(crate) async fn list_unban_requests(
    caller: Caller,
    Asked(which): Asked<TextQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<UnbanRequest>>> {
    let search = SourceSearch { part: which.part(), states: Vec::new() };
    let page = caller.directory().page_of_unban_requests(search, page.seek()?).await?;
    Ok(Json(Page::of(page, |request| UnbanRequest {
        id: request.id.to_string(),
        organisation: request.organisation.map(|id| id.to_string()),
        domain: request.domain,
        source: request.source,
        contact: request.contact,
        message: request.message,
        at: request.at.rfc3339(),
        state: request.state.as_str(),
        decided_by: request.decided_by,
        banned_until: request.banned_until.map(|until| until.rfc3339()),
        can_lift: request.can_lift,
    })))
}

/// Lift the ban that a request is about, or pass the request on to the operator
///
/// An organisation lifts bans of sources from which its people signed in recently, and never one that the operator
/// made; otherwise the operator decides.
#[utoipa::path(post, path = "/unban-requests/{unban_request}/grant", tag = "bans",
    params(("unban_request" = String, Path)), responses((status = 204)))]
pub(crate) async fn grant_unban_request(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().decide_unban_request(id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let the ban stand
#[utoipa::path(post, path = "/unban-requests/{unban_request}/refuse", tag = "bans",
    params(("unban_request" = String, Path)), responses((status = 204)))]
pub(crate) async fn refuse_unban_request(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().decide_unban_request(id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
