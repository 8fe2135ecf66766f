//! `/services/{service}/domains`: the domains under whose names a mail service answers, and the operations that change
//! that. An operation is begun and goes on by itself; `/domain-operations/{domain_operation}` tells how far it is.

use axum::Json;
use axum::http::StatusCode;
use model::ServiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zones::{Link, NewLink, Operation, OperationId};

use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Input, Of, OfDomain, domain};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A domain of a mail service.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkedDomain {
    /// The domain's identifier.
    id: String,
    name: String,
    /// `main`: the addresses bear its name. `linked`: each of them answers under its name too. `apart`: it has addresses
    /// of its own.
    place: &'static str,
    /// The hosted zone in which its mail records are kept right; null where others keep them.
    zone: Option<String>,
}

/// The domains of a mail service.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkedDomains {
    /// The main one first, then those linked to it, then those apart.
    items: Vec<LinkedDomain>,
}

fn link_view(link: Link) -> LinkedDomain {
    LinkedDomain {
        id: link.domain.id.to_string(),
        name: link.domain.name.to_string(),
        place: link.domain.place.as_str(),
        zone: link.zone.map(|zone| zone.id.to_string()),
    }
}

/// A domain to link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLinkedDomain)]
pub(crate) struct New {
    /// A domain of the organisation without addresses, or another name that is its own; it may lie below a domain.
    name: String,
    /// Host its zone here first, if it is not.
    #[serde(default)]
    create_zone: bool,
    /// Write its mail records where its zone is hosted here, and keep them right. True if absent.
    update_dns: Option<bool>,
    /// Mail records that are in the way go.
    #[serde(default)]
    replace: bool,
    /// Make it the main domain at once.
    #[serde(default)]
    main: bool,
}

/// A line of an operation's log.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationLine {
    #[schema(format = DateTime)]
    at: String,
    /// Such as `linked`, `records-changed`, `addresses-moved`.
    what: &'static str,
    /// What it happened to.
    name: String,
    count: u64,
}

/// An operation on a domain of a mail service.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainOperation {
    id: String,
    organisation: String,
    /// The mail service, on which no other one runs meanwhile.
    service: String,
    /// `link`, `main`, `unlink` or `synonym`.
    kind: &'static str,
    /// The domain's name.
    domain: String,
    /// `running`, `done` or `failed`.
    state: &'static str,
    /// Its steps, in order.
    steps: Vec<&'static str>,
    /// How many of them are done.
    done: usize,
    who: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Why it ended before its end.
    failure: Option<String>,
    /// The rule behind that.
    rule: Option<String>,
}

fn operation_view(operation: Operation) -> DomainOperation {
    let steps = operation.steps().into_iter().map(zones::Step::as_str).collect();
    let (failure, rule) = operation.failure.map(|failure| (failure.reason, failure.rule)).unzip();
    DomainOperation {
        id: operation.id.to_string(),
        organisation: operation.organisation.to_string(),
        service: operation.service.to_string(),
        kind: operation.kind.as_str(),
        domain: operation.domain.to_string(),
        state: operation.state.as_str(),
        steps,
        done: operation.done,
        who: operation.who,
        started_at: operation.started_at.rfc3339(),
        ended_at: operation.ended_at.map(|at| at.rfc3339()),
        failure,
        rule,
    }
}

/// An operation with its log.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainOperationDetails {
    #[serde(flatten)]
    operation: DomainOperation,
    log: Vec<OperationLine>,
}

/// What stops when a domain is unlinked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unlinking {
    /// Addresses that answer under its name now.
    addresses: u64,
    /// The first of them.
    examples: Vec<String>,
    /// Addresses of the organisation that lead to one under its name.
    leading_there: u64,
    /// Mail records that are kept right and will go; what people wrote stays.
    records: u64,
}

type Begun = (StatusCode, Json<DomainOperation>);

fn begun(operation: Operation) -> Begun {
    (StatusCode::ACCEPTED, Json(operation_view(operation)))
}

/// The domains under whose names a mail service answers
#[utoipa::path(get, path = "/services/{service}/domains", tag = "services", params(("service" = String, Path)),
    responses((status = 200, body = LinkedDomains)))]
pub(crate) async fn list_service_domains(
    AnyCaller(caller): AnyCaller,
    Of(service): Of,
) -> Result<Json<LinkedDomains>> {
    let links = caller.zones().links(ServiceId(service)).await?;
    Ok(Json(LinkedDomains { items: links.into_iter().map(link_view).collect() }))
}

/// Begin to link a domain to a mail service: every address of its main domain will answer under its name too
#[utoipa::path(post, path = "/services/{service}/domains", tag = "services", params(("service" = String, Path)),
    request_body = New, responses((status = 202, body = DomainOperation)))]
pub(crate) async fn link_domain(caller: Caller, Of(service): Of, Input(new): Input<New>) -> Result<Begun> {
    let service = caller.directory().service(ServiceId(service)).await?.id;
    let new = NewLink {
        service,
        name: domain("name", &new.name)?,
        create_zone: new.create_zone,
        update_dns: new.update_dns.unwrap_or(true),
        replace: new.replace,
        make_main: new.main,
    };
    Ok(begun(caller.zones().begin_link(new).await?))
}

/// Begin to make a linked domain the main one: the addresses will bear its name, and answer under the former one too
#[utoipa::path(post, path = "/domains/{domain}/main", tag = "domains", params(("domain" = String, Path)),
    responses((status = 202, body = DomainOperation)))]
pub(crate) async fn make_main_domain(caller: Caller, OfDomain(domain): OfDomain) -> Result<Begun> {
    Ok(begun(caller.zones().begin_main(domain.service, &domain.name).await?))
}

/// What stops when a domain is unlinked
#[utoipa::path(get, path = "/domains/{domain}/unlink", tag = "domains", params(("domain" = String, Path)),
    responses((status = 200, body = Unlinking)))]
pub(crate) async fn show_unlinking(caller: Caller, OfDomain(domain): OfDomain) -> Result<Json<Unlinking>> {
    let (unlinked, records) = caller.zones().unlinked(domain.service, &domain.name).await?;
    Ok(Json(Unlinking {
        addresses: unlinked.addresses,
        examples: unlinked.examples.iter().map(ToString::to_string).collect(),
        leading_there: unlinked.leading_there,
        records,
    }))
}

/// Begin to unlink a domain: nobody will answer under its name
#[utoipa::path(post, path = "/domains/{domain}/unlink", tag = "domains", params(("domain" = String, Path)),
    responses((status = 202, body = DomainOperation)))]
pub(crate) async fn unlink_domain(caller: Caller, OfDomain(domain): OfDomain) -> Result<Begun> {
    Ok(begun(caller.zones().begin_unlink(domain.service, &domain.name).await?))
}

/// Begin to unlink a domain and to make its zone a synonym of the main domain's
#[utoipa::path(post, path = "/domains/{domain}/synonym", tag = "domains", params(("domain" = String, Path)),
    responses((status = 202, body = DomainOperation)))]
pub(crate) async fn make_synonym_domain(caller: Caller, OfDomain(domain): OfDomain) -> Result<Begun> {
    Ok(begun(caller.zones().begin_synonym(domain.service, &domain.name).await?))
}

/// The operations on the domains of a mail service, the newest first
#[utoipa::path(get, path = "/services/{service}/operations", tag = "services",
    params(("service" = String, Path), PageQuery), responses((status = 200, body = Page<DomainOperation>)))]
pub(crate) async fn list_domain_operations(
    caller: Caller,
    Of(service): Of,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<DomainOperation>>> {
    let page = caller.zones().page_of_operations(ServiceId(service), page.seek()?).await?;
    Ok(Json(Page::of(page, operation_view)))
}

/// How far an operation on a domain is, with its log
#[utoipa::path(get, path = "/domain-operations/{domain_operation}", tag = "services",
    params(("domain_operation" = String, Path)), responses((status = 200, body = DomainOperationDetails)))]
pub(crate) async fn show_domain_operation(
    caller: Caller,
    Of(id): Of,
) -> Result<Json<DomainOperationDetails>> {
    let (operation, lines) = caller.zones().operation(OperationId(id)).await?;
    let log = lines.into_iter().map(|line| OperationLine {
        at: line.at.rfc3339(),
        what: line.what.as_str(),
        name: line.name,
        count: line.count,
    });
    Ok(Json(DomainOperationDetails { operation: operation_view(operation), log: log.collect() }))
}
