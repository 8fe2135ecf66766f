//! `/hosts`: the machines of a domain, in the form that waits to be applied or is.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::Json;
use axum::http::StatusCode;
use hosts::{HostChange, HostId, NewHost};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::Whose;
use crate::caller::AnyCaller;
use crate::input::{Asked, Created, Input, Of, absent_or, domain};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// A machine of a domain.
#[derive(Serialize, ToSchema)]
pub(crate) struct Host {
    id: String,
    organisation: String,
    /// The identifier of the domain that it belongs to.
    domain: String,
    /// That domain's name.
    domain_name: String,
    /// Unique in its domain.
    name: String,
    /// The name by which others find it.
    fqdn: String,
    ipv4: Option<String>,
    ipv6: Option<String>,
    description: String,
    /// `create` or `modify` while that waits to be applied; null when the nodes act on what is shown.
    waits: Option<&'static str>,
    #[schema(format = DateTime)]
    created_at: String,
}

pub(super) fn view(host: hosts::Host) -> Host {
    Host {
        id: host.id.to_string(),
        organisation: host.organisation.to_string(),
        domain: host.domain.to_string(),
        domain_name: host.domain_name.to_string(),
        name: host.name,
        fqdn: host.fqdn.to_string(),
        ipv4: host.ipv4.map(|ip| ip.to_string()),
        ipv6: host.ipv6.map(|ip| ip.to_string()),
        description: host.description,
        waits: host.waits.map(hosts::Act::as_str),
        created_at: host.created_at.rfc3339(),
    }
}

/// A new host.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHost)]
pub(crate) struct New {
    /// The domain that it belongs to, by identifier or by name.
    domain: String,
    /// Letters, digits and hyphens; unique in its domain.
    name: String,
    /// The name by which others find it; null is its name below its domain.
    fqdn: Option<String>,
    /// It has an IPv4 or an IPv6 address.
    ipv4: Option<String>,
    ipv6: Option<String>,
    #[serde(default)]
    description: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HostChange)]
pub(crate) struct Change {
    name: Option<String>,
    fqdn: Option<String>,
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    ipv4: Option<Option<String>>,
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    ipv6: Option<Option<String>>,
    description: Option<String>,
}

fn ipv4(text: &str) -> Result<Ipv4Addr> {
    text.parse().map_err(|_| invalid("ipv4", format!("«{text}» is no IPv4 address"), "as 192.0.2.1"))
}

fn ipv6(text: &str) -> Result<Ipv6Addr> {
    text.parse().map_err(|_| invalid("ipv6", format!("«{text}» is no IPv6 address"), "as 2001:db8::1"))
}

/// The hosts
#[utoipa::path(get, path = "/hosts", tag = "servers", params(Whose, PageQuery),
    responses((status = 200, body = Page<Host>)))]
pub(crate) async fn list_hosts(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Host>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.hosts().page_of_hosts(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create a host; it waits to be applied
#[utoipa::path(post, path = "/hosts", tag = "servers", request_body = New,
    responses((status = 201, body = Host)))]
pub(crate) async fn create_host(
    AnyCaller(caller): AnyCaller,
    Input(new): Input<New>,
) -> Result<Created<Host>> {
    let new = NewHost {
        domain: caller.domain(&new.domain).await?.id,
        name: new.name,
        fqdn: new.fqdn.as_deref().map(|name| domain("fqdn", name)).transpose()?,
        ipv4: new.ipv4.as_deref().map(ipv4).transpose()?,
        ipv6: new.ipv6.as_deref().map(ipv6).transpose()?,
        description: new.description,
    };
    let made = caller.hosts().create_host(new).await?;
    Ok(Created(format!("/api/v1/hosts/{}", made.id), view(made)))
}

/// A host
#[utoipa::path(get, path = "/hosts/{host}", tag = "servers", params(("host" = String, Path)),
    responses((status = 200, body = Host)))]
pub(crate) async fn show_host(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Host>> {
    Ok(Json(view(caller.hosts().host(HostId(id)).await?)))
}

/// Change a host; it waits to be applied
#[utoipa::path(patch, path = "/hosts/{host}", tag = "servers", params(("host" = String, Path)),
    request_body = Change, responses((status = 200, body = Host)))]
pub(crate) async fn change_host(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<Host>> {
    let change = HostChange {
        name: change.name,
        fqdn: change.fqdn.as_deref().map(|name| domain("fqdn", name)).transpose()?,
        ipv4: change.ipv4.map(|ip| ip.as_deref().map(ipv4).transpose()).transpose()?,
        ipv6: change.ipv6.map(|ip| ip.as_deref().map(ipv6).transpose()).transpose()?,
        description: change.description,
    };
    Ok(Json(view(caller.hosts().change_host(HostId(id), change).await?)))
}

/// Delete a host that is no mail server; it waits to be applied
#[utoipa::path(delete, path = "/hosts/{host}", tag = "servers", params(("host" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_host(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.hosts().delete_host(HostId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
