//! `/allowed-sources`, `/ips`: sources that no rule keeps out, and the addresses of the installation.

use std::net::IpAddr;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use directory::{AllowedSource, IpChange, IpInfo, NewAllowedSource, NewIp, SourceSearch};
use model::ServiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, absent_or, validity};
use crate::page::{Page, PageQuery, TextQuery};
use crate::refusal::{Result, not_found};

/// A source that no rule keeps out, or that is to become one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Allowed {
    id: String,
    organisation: String,
    source: String,
    /// `asked`, `confirmed`, `active`, `refused` or `ended`.
    state: &'static str,
    purpose: String,
    /// The words that were accepted.
    acceptance: String,
    asked_by: String,
    #[schema(format = DateTime)]
    asked_at: String,
    /// The address that has to confirm, by the link in a letter.
    contact: String,
    #[schema(format = DateTime)]
    confirmed_at: Option<String>,
    decided_by: Option<String>,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    reason: String,
    /// From when it passes; null: since the decision.
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// When it no longer does; null: never.
    #[schema(format = DateTime)]
    valid_until: Option<String>,
}

fn view(source: AllowedSource) -> Allowed {
    Allowed {
        id: source.id.to_string(),
        organisation: source.organisation.to_string(),
        source: source.source,
        state: source.state.as_str(),
        purpose: source.purpose,
        acceptance: source.acceptance,
        asked_by: source.asked_by,
        asked_at: source.asked_at.rfc3339(),
        contact: source.contact,
        confirmed_at: source.confirmed_at.map(|at| at.rfc3339()),
        decided_by: source.decided_by,
        decided_at: source.decided_at.map(|at| at.rfc3339()),
        reason: source.reason,
        valid_from: source.validity.from.map(|at| at.rfc3339()),
        valid_until: source.validity.until.map(|at| at.rfc3339()),
    }
}

/// The sources that no rule keeps out, and the requests for such, the newest first
#[utoipa::path(get, path = "/allowed-sources", tag = "bans", params(TextQuery, PageQuery),
    responses((status = 200, body = Page<Allowed>)))]
pub(crate) async fn list_allowed_sources(
    caller: Caller,
    Asked(which): Asked<TextQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Allowed>>> {
    let search = SourceSearch { part: which.part(), states: Vec::new() };
    let page = caller.directory().page_of_allowed_sources(search, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// A request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAllowed {
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// A public IP address; of IPv6 the /64.
    ip: String,
    /// What comes from there.
    purpose: String,
    /// The words with which the whole responsibility for attacks from there is accepted.
    acceptance: String,
    /// The login of an owner or administrator, whose address gets the letter with the link.
    contact: String,
}

/// Ask that no rule keeps a source out: the contact confirms by a link in a letter, then the operator decides
#[utoipa::path(post, path = "/allowed-sources", tag = "bans", request_body = NewAllowed,
    responses((status = 201, body = Allowed)))]
pub(crate) async fn ask_for_allowed_source(
    caller: Caller,
    Input(new): Input<NewAllowed>,
) -> Result<Created<Allowed>> {
    let new = NewAllowedSource {
        organisation: caller.owner(new.organisation.map(|Id(id)| id)).await?,
        ip: new.ip,
        purpose: new.purpose,
        acceptance: new.acceptance,
        language: "en".to_owned(),
        contact: new.contact,
    };
    let source = caller.directory().ask_for_allowed_source(new).await?;
    Ok(Created(format!("/api/v1/allowed-sources/{}", source.id), view(source)))
}

/// What the operator says to a request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    granted: bool,
    /// Why not; needed for a refusal.
    reason: Option<String>,
}

/// Let a confirmed source pass for good, or refuse (operator only)
#[utoipa::path(post, path = "/allowed-sources/{allowed_source}/decision", tag = "bans", request_body = Decision,
    params(("allowed_source" = String, Path)), responses((status = 200, body = Allowed)))]
pub(crate) async fn decide_allowed_source(
    caller: Caller,
    Of(id): Of,
    Input(decision): Input<Decision>,
) -> Result<Json<Allowed>> {
    let reason = decision.reason.unwrap_or_default();
    let decided = caller.directory().decide_allowed_source(id, decision.granted, &reason).await?;
    Ok(Json(view(decided)))
}

/// From when until when a source passes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllowedInterval)]
pub(crate) struct Interval {
    /// From when (RFC 3339); without it since the decision.
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// When it no longer does; without it never.
    #[schema(format = DateTime)]
    valid_until: Option<String>,
}

/// Say from when until when an allowed source passes (operator only)
#[utoipa::path(put, path = "/allowed-sources/{allowed_source}/validity", tag = "bans", request_body = Interval,
    params(("allowed_source" = String, Path)), responses((status = 200, body = Allowed)))]
pub(crate) async fn limit_allowed_source(
    caller: Caller,
    Of(id): Of,
    Input(interval): Input<Interval>,
) -> Result<Json<Allowed>> {
    let validity = validity(interval.valid_from.as_deref(), interval.valid_until.as_deref())?;
    Ok(Json(view(caller.directory().limit_allowed_source(id, validity).await?)))
}

/// End what is allowed, or take a request back
#[utoipa::path(delete, path = "/allowed-sources/{allowed_source}", tag = "bans",
    params(("allowed_source" = String, Path)), responses((status = 204)))]
pub(crate) async fn end_allowed_source(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().end_allowed_source(id, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An address of the installation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ip {
    ip: String,
    /// Whom it is dedicated to; null: shared.
    organisation: Option<String>,
    is_static: bool,
    is_dedicated: bool,
    note: String,
    /// The name that its pointer (PTR) is to lead to; empty: none.
    pointer: String,
    /// The name that the DNS had when it was last asked.
    pointer_found: String,
    /// Whether that name leads back to the address.
    is_confirmed: bool,
    #[schema(format = DateTime)]
    looked_at: Option<String>,
    /// The mail service whose letters leave from it.
    service: Option<String>,
    /// The mail server, by its host's full name, whose letters leave from it; with a service, those that are both.
    server: Option<String>,
}

fn ip_view(info: IpInfo) -> Ip {
    Ip {
        ip: info.ip.to_string(),
        organisation: info.organisation.map(|id| id.to_string()),
        is_static: info.is_static,
        is_dedicated: info.is_dedicated,
        note: info.note,
        pointer: info.pointer_wanted,
        pointer_found: info.pointer_found,
        is_confirmed: info.is_confirmed,
        looked_at: info.looked_at.map(|at| at.rfc3339()),
        service: info.service.map(|id| id.to_string()),
        server: info.server.map(|name| name.to_string()),
    }
}

fn parsed(ip: &str) -> Result<IpAddr> {
    ip.parse().map_err(|_| not_found("address"))
}

/// The addresses of the installation; to an organisation those dedicated to it
#[utoipa::path(get, path = "/ips", tag = "bans", params(PageQuery),
    responses((status = 200, body = Page<Ip>)))]
pub(crate) async fn list_ips(caller: Caller, Asked(page): Asked<PageQuery>) -> Result<Json<Page<Ip>>> {
    Ok(Json(Page::of(caller.directory().page_of_ips(page.seek()?).await?, ip_view)))
}

/// An address to be listed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIpView {
    ip: String,
    /// Whom it is dedicated to.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// Whether it stays the same; it does unless it is said.
    is_static: Option<bool>,
    note: Option<String>,
}

/// List an address of the installation (operator only)
#[utoipa::path(post, path = "/ips", tag = "bans", request_body = NewIpView, responses((status = 201, body = Ip)))]
pub(crate) async fn add_ip(caller: Caller, Input(new): Input<NewIpView>) -> Result<Created<Ip>> {
    let new = NewIp {
        ip: new.ip,
        organisation: caller.chosen(new.organisation.map(|Id(id)| id)).await?,
        is_static: new.is_static.unwrap_or(true),
        note: new.note.unwrap_or_default(),
    };
    let info = caller.directory().add_ip(new).await?;
    Ok(Created(format!("/api/v1/ips/{}", info.ip), ip_view(info)))
}

/// What to change of an address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedIp {
    /// The name that its pointer (PTR) is to lead to; empty: none.
    pointer: Option<String>,
    is_static: Option<bool>,
    note: Option<String>,
    /// The mail service whose letters leave from it; null: none.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    service: Option<Option<Id>>,
    /// The mail server, by its host's full name, whose letters leave from it; null: any. With a service, those of the
    /// service that this server carries.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    server: Option<Option<String>>,
}

/// Change an address: an organisation the pointer of its own and what leaves from it, the operator everything
#[utoipa::path(patch, path = "/ips/{ip}", tag = "bans", request_body = ChangedIp, params(("ip" = String, Path)),
    responses((status = 200, body = Ip)))]
pub(crate) async fn change_ip(
    caller: Caller,
    Path(ip): Path<String>,
    Input(change): Input<ChangedIp>,
) -> Result<Json<Ip>> {
    let (ip, directory) = (parsed(&ip)?, caller.directory());
    let server = match change.server {
        Some(Some(name)) => Some(Some(caller.shared.hosts.sending_server(&directory, &name).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let is_pointer = change.pointer.is_some();
    // All of it, or nothing.
    let change = IpChange {
        is_static: change.is_static,
        note: change.note,
        pointer_wanted: change.pointer,
        service: change.service.map(|service| service.map(|Id(id)| ServiceId(id))),
        server,
    };
    let info = directory.change_ip(ip, change).await?;
    if is_pointer {
        caller.shared.zones.follow_pointer(&directory, &info).await?;
    }
    Ok(Json(ip_view(info)))
}

/// Ask the DNS for an address's pointer, and whether its name leads back
#[utoipa::path(post, path = "/ips/{ip}/look", tag = "bans", params(("ip" = String, Path)),
    responses((status = 200, body = Ip)))]
pub(crate) async fn look_at_ip(caller: Caller, Path(ip): Path<String>) -> Result<Json<Ip>> {
    Ok(Json(ip_view(caller.directory().look_at_ip(parsed(&ip)?).await?)))
}

/// Take an address from the list (operator only)
#[utoipa::path(delete, path = "/ips/{ip}", tag = "bans", params(("ip" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove_ip(caller: Caller, Path(ip): Path<String>) -> Result<StatusCode> {
    caller.directory().remove_ip(parsed(&ip)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
