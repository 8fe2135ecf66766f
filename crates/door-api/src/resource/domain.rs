//! `/domains`: mail domains.

use axum::Json;
use axum::http::StatusCode;
use directory::{DomainChange, DomainInfo};
use model::ServiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zones::{Kept, Standing};

use super::organisation::Force;
use super::user::Whose;
use super::zone::{Diff, Record, diff_view, record_view};
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Id, Input, OfDomain, domain};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A mail domain.
#[derive(Serialize, ToSchema)]
#[schema(as = Domain)]
pub(crate) struct DomainView {
    id: String,
    organisation: String,
    service: String,
    /// Unique within the installation.
    name: String,
    /// Whether its addresses are out of use.
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// How many addresses it has.
    addresses: u64,
    /// Within its mail service: `main`, `linked` (the addresses of the main domain answer under its name too) or `apart`.
    place: &'static str,
}

fn view(info: DomainInfo) -> DomainView {
    DomainView {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        service: info.service.to_string(),
        name: info.name.to_string(),
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
        addresses: info.addresses,
        place: info.place.as_str(),
    }
}

/// A new domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDomain)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// Its mail service; where the organisation has only one, none need be said.
    #[schema(value_type = Option<String>)]
    service: Option<Id>,
    name: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DomainChange)]
pub(crate) struct Change {
    /// Another mail service of the same organisation.
    #[schema(value_type = Option<String>)]
    service: Option<Id>,
    disabled: Option<bool>,
}

/// The mail domains
#[utoipa::path(get, path = "/domains", tag = "domains", params(Whose, PageQuery),
    responses((status = 200, body = Page<DomainView>)))]
pub(crate) async fn list_domains(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<DomainView>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.directory().page_of_domains(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create a mail domain, with its DKIM keys and, on a hosted zone, its records
#[utoipa::path(post, path = "/domains", tag = "domains", request_body = New,
    responses((status = 201, body = DomainView)))]
pub(crate) async fn create_domain(caller: Caller, Input(new): Input<New>) -> Result<Created<DomainView>> {
    let owner = caller.owner(new.organisation.map(|Id(id)| id)).await?;
    let name = domain("name", &new.name)?;
    let service = new.service.map(|Id(id)| ServiceId(id));
    let made = caller.zones().create_domain(owner, service, &name, Standing::Stays).await?.domain;
    Ok(Created(format!("/api/v1/domains/{}", made.id), view(made)))
}

/// A mail domain
#[utoipa::path(get, path = "/domains/{domain}", tag = "domains", params(("domain" = String, Path)),
    responses((status = 200, body = DomainView)))]
pub(crate) async fn show_domain(
    AnyCaller(_caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DomainView>> {
    Ok(Json(view(domain)))
}

/// Disable or enable a mail domain, or move it to another mail service
#[utoipa::path(patch, path = "/domains/{domain}", tag = "domains", params(("domain" = String, Path)),
    request_body = Change, responses((status = 200, body = DomainView)))]
pub(crate) async fn change_domain(
    caller: Caller,
    OfDomain(domain): OfDomain,
    Input(change): Input<Change>,
) -> Result<Json<DomainView>> {
    let change =
        DomainChange { service: change.service.map(|Id(id)| ServiceId(id)), is_disabled: change.disabled };
    Ok(Json(view(caller.directory().change_domain(domain.id, change).await?)))
}

/// Delete a mail domain and the records that its mail service kept
#[utoipa::path(delete, path = "/domains/{domain}", tag = "domains",
    params(("domain" = String, Path), Force), responses((status = 204)))]
pub(crate) async fn delete_domain(
    caller: Caller,
    OfDomain(domain): OfDomain,
    Asked(how): Asked<Force>,
) -> Result<StatusCode> {
    caller.zones().delete_domain(domain.id, how.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A record that the DNS should hold for a domain's mail.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailRecord {
    /// The whole name, with its final dot.
    name: String,
    r#type: String,
    data: String,
    /// `there`, `missing`, `other` or `unknown`.
    seen: &'static str,
    /// What stands there instead, or why it is not known.
    instead: Vec<String>,
}

/// All records of a domain's mail.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailRecords {
    items: Vec<MailRecord>,
}

/// How to treat what people wrote.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    /// Replace what stands in the way; otherwise it stays and is told.
    #[serde(default)]
    replace: bool,
}

/// A record that was left alone.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailConflict {
    zone: String,
    wanted: Record,
    standing: Vec<Record>,
}

/// What keeping the records right did.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refreshed {
    changes: Vec<Diff>,
    conflicts: Vec<MailConflict>,
}

pub(super) fn refreshed(kept: Kept) -> Refreshed {
    Refreshed {
        changes: kept.changes.into_iter().map(|(_, diff)| diff_view(diff)).collect(),
        conflicts: kept
            .conflicts
            .into_iter()
            .map(|conflict| MailConflict {
                zone: conflict.zone.to_string(),
                wanted: record_view(None, conflict.wanted),
                standing: conflict.standing.into_iter().map(|record| record_view(None, record)).collect(),
            })
            .collect(),
    }
}

/// What the DNS should say for a domain's mail, and what it says
#[utoipa::path(get, path = "/domains/{domain}/mail-records", tag = "domains",
    params(("domain" = String, Path)), responses((status = 200, body = MailRecords)))]
pub(crate) async fn list_mail_records(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<MailRecords>> {
    let name = domain.name;
    let items = caller.zones().check_elsewhere(&name).await?.into_iter().map(|checked| {
        let (seen, instead) = match checked.seen {
            zones::Seen::There => ("there", Vec::new()),
            zones::Seen::Missing => ("missing", Vec::new()),
            zones::Seen::Other(texts) => ("other", texts),
            zones::Seen::Unknown(why) => ("unknown", vec![why]),
        };
        MailRecord {
            name: checked.record.name.to_string(),
            r#type: checked.record.kind.to_string(),
            data: checked.record.data,
            seen,
            instead,
        }
    });
    Ok(Json(MailRecords { items: items.collect() }))
}

/// Bring the mail records of a domain in its hosted zone up to date
#[utoipa::path(post, path = "/domains/{domain}/mail-records/refresh", tag = "domains",
    params(("domain" = String, Path)), request_body = Refresh, responses((status = 200, body = Refreshed)))]
pub(crate) async fn refresh_mail_records(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Input(how): Input<Refresh>,
) -> Result<Json<Refreshed>> {
    let name = domain.name;
    let standing = if how.replace { Standing::IsReplaced } else { Standing::Stays };
    Ok(Json(refreshed(caller.zones().refresh(&name, standing).await?.kept)))
}
