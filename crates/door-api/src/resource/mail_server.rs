//! `/mail-servers`: hosts with the roles IMAP, SMTP in and SMTP out, and who uses them.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use hosts::{HostId, MailServerId, NewMailServer, Roles, ServerRole, ServerSearch};
use model::AddressId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::host;
use super::user::Whose;
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Id, Input, Of, OfDomain};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// A mail server.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailServer {
    id: String,
    /// The machine.
    host: host::Host,
    /// People read their mail there.
    imap: bool,
    /// It takes mail from the world for our domains.
    smtp_in: bool,
    /// It takes mail from our people and brings mail to the world.
    smtp_out: bool,
    /// `create` or `modify` while that waits to be applied; null when the nodes act on what is shown.
    waits: Option<&'static str>,
    #[schema(format = DateTime)]
    created_at: String,
}

fn view(server: hosts::MailServer) -> MailServer {
    MailServer {
        id: server.id.to_string(),
        host: host::view(server.host),
        imap: server.roles.imap,
        smtp_in: server.roles.smtp_in,
        smtp_out: server.roles.smtp_out,
        waits: server.waits.map(hosts::Act::as_str),
        created_at: server.created_at.rfc3339(),
    }
}

/// What to find: every condition that is given holds.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// A part of the host's name.
    #[serde(default)]
    name: Option<String>,
    /// The beginning of an address.
    #[serde(default)]
    ip: Option<String>,
    /// Only servers with IMAP.
    #[serde(default)]
    imap: Option<bool>,
    /// Only servers with SMTP in.
    #[serde(default)]
    smtp_in: Option<bool>,
    /// Only servers with SMTP out.
    #[serde(default)]
    smtp_out: Option<bool>,
}

impl From<Search> for ServerSearch {
    fn from(search: Search) -> ServerSearch {
        ServerSearch {
            name: search.name.unwrap_or_default(),
            ip: search.ip.unwrap_or_default(),
            roles: Roles {
                imap: search.imap.unwrap_or_default(),
                smtp_in: search.smtp_in.unwrap_or_default(),
                smtp_out: search.smtp_out.unwrap_or_default(),
            },
        }
    }
}

/// A new mail server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMailServer)]
pub(crate) struct New {
    /// The machine, by its identifier.
    #[schema(value_type = String)]
    host: Id,
    #[serde(default)]
    imap: bool,
    #[serde(default)]
    smtp_in: bool,
    #[serde(default)]
    smtp_out: bool,
}

/// Which roles to change; what is absent stays, and so does the host.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailServerChange)]
pub(crate) struct Change {
    imap: Option<bool>,
    smtp_in: Option<bool>,
    smtp_out: Option<bool>,
}

/// What keeps a mail server from being deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailServerLinks {
    /// Whether nothing does.
    can_be_deleted: bool,
    /// Mailboxes that are read there.
    users: u64,
    /// Domains that use it.
    domains: u64,
}

/// The servers of a domain in each role; none is the installation's.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainServers {
    imap: Vec<MailServer>,
    smtp_in: Vec<MailServer>,
    smtp_out: Vec<MailServer>,
}

/// The servers that a domain is to use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DomainServersChange)]
pub(crate) struct Assignment {
    /// `imap`, `smtp_in` or `smtp_out`.
    role: String,
    /// Their identifiers; none for the installation's.
    #[schema(value_type = Vec<String>)]
    servers: Vec<Id>,
}

/// The server on which a mailbox is read.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxServer {
    /// Null: wherever its domain is.
    server: Option<MailServer>,
}

/// The server on which a mailbox is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailboxServerChange)]
pub(crate) struct Choice {
    /// Its identifier; null: wherever its domain is.
    #[schema(value_type = Option<String>)]
    server: Option<Id>,
}

/// The mail servers
#[utoipa::path(get, path = "/mail-servers", tag = "servers", params(Whose, Search, PageQuery),
    responses((status = 200, body = Page<MailServer>)))]
pub(crate) async fn list_mail_servers(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(search): Asked<Search>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<MailServer>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.hosts().page_of_servers(organisation, search.into(), page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// The mail servers as CSV (RFC 4180)
#[utoipa::path(get, path = "/mail-servers/export", tag = "servers", params(Whose, Search),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export_mail_servers(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(search): Asked<Search>,
) -> Result<Response> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let servers = caller.hosts().servers(organisation, search.into()).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], hosts::csv(&servers)).into_response())
}

/// Make a host a mail server; it waits to be applied
#[utoipa::path(post, path = "/mail-servers", tag = "servers", request_body = New,
    responses((status = 201, body = MailServer)))]
pub(crate) async fn create_mail_server(
    AnyCaller(caller): AnyCaller,
    Input(new): Input<New>,
) -> Result<Created<MailServer>> {
    let roles = Roles { imap: new.imap, smtp_in: new.smtp_in, smtp_out: new.smtp_out };
    let made = caller.hosts().create_server(NewMailServer { host: HostId(new.host.0), roles }).await?;
    Ok(Created(format!("/api/v1/mail-servers/{}", made.id), view(made)))
}

/// A mail server
#[utoipa::path(get, path = "/mail-servers/{mail_server}", tag = "servers",
    params(("mail_server" = String, Path)), responses((status = 200, body = MailServer)))]
pub(crate) async fn show_mail_server(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<MailServer>> {
    Ok(Json(view(caller.hosts().server(MailServerId(id)).await?)))
}

/// Change the roles of a mail server; they wait to be applied
#[utoipa::path(patch, path = "/mail-servers/{mail_server}", tag = "servers",
    params(("mail_server" = String, Path)), request_body = Change,
    responses((status = 200, body = MailServer)))]
pub(crate) async fn change_mail_server(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<MailServer>> {
    let servers = caller.hosts();
    let Roles { imap, smtp_in, smtp_out } = servers.server(MailServerId(id)).await?.roles;
    let roles = Roles {
        imap: change.imap.unwrap_or(imap),
        smtp_in: change.smtp_in.unwrap_or(smtp_in),
        smtp_out: change.smtp_out.unwrap_or(smtp_out),
    };
    Ok(Json(view(servers.change_server(MailServerId(id), roles).await?)))
}

/// Delete a mail server that nobody uses; it waits to be applied
#[utoipa::path(delete, path = "/mail-servers/{mail_server}", tag = "servers",
    params(("mail_server" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_mail_server(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.hosts().delete_server(MailServerId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a mail server can be deleted
#[utoipa::path(get, path = "/mail-servers/{mail_server}/links", tag = "servers",
    params(("mail_server" = String, Path)), responses((status = 200, body = MailServerLinks)))]
pub(crate) async fn show_mail_server_links(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<MailServerLinks>> {
    let links = caller.hosts().links(MailServerId(id)).await?;
    let can_be_deleted = links.is_empty();
    Ok(Json(MailServerLinks { can_be_deleted, users: links.users, domains: links.domains }))
}

/// The servers that a domain uses
#[utoipa::path(get, path = "/domains/{domain}/servers", tag = "servers", params(("domain" = String, Path)),
    responses((status = 200, body = DomainServers)))]
pub(crate) async fn list_domain_servers(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DomainServers>> {
    let mut servers = DomainServers { imap: Vec::new(), smtp_in: Vec::new(), smtp_out: Vec::new() };
    for (role, server) in caller.hosts().servers_of_domain(domain.id).await? {
        match role {
            ServerRole::Imap => servers.imap.push(view(server)),
            ServerRole::SmtpIn => servers.smtp_in.push(view(server)),
            ServerRole::SmtpOut => servers.smtp_out.push(view(server)),
        }
    }
    Ok(Json(servers))
}

/// Choose the servers that a domain uses in a role; its mail records follow
#[utoipa::path(put, path = "/domains/{domain}/servers", tag = "servers", params(("domain" = String, Path)),
    request_body = Assignment, responses((status = 200, body = DomainServers)))]
pub(crate) async fn set_domain_servers(
    caller: Caller,
    OfDomain(domain): OfDomain,
    Input(wanted): Input<Assignment>,
) -> Result<Json<DomainServers>> {
    let role = wanted
        .role
        .parse()
        .map_err(|reason: String| invalid("role", reason, "a role is imap, smtp_in or smtp_out"))?;
    let servers = wanted.servers.into_iter().map(|Id(id)| MailServerId(id)).collect();
    caller.zones().assign_servers(&domain.name, role, servers).await?;
    list_domain_servers(AnyCaller(caller), OfDomain(domain)).await
}

/// The server that was chosen for a mailbox
#[utoipa::path(get, path = "/addresses/{address}/server", tag = "servers",
    params(("address" = String, Path)), responses((status = 200, body = MailboxServer)))]
pub(crate) async fn show_mailbox_server(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<MailboxServer>> {
    let server = caller.hosts().server_of_mailbox(AddressId(id)).await?;
    Ok(Json(MailboxServer { server: server.map(view) }))
}

/// Choose the server on which a mailbox is read
#[utoipa::path(put, path = "/addresses/{address}/server", tag = "servers",
    params(("address" = String, Path)), request_body = Choice,
    responses((status = 200, body = MailboxServer)))]
pub(crate) async fn set_mailbox_server(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(choice): Input<Choice>,
) -> Result<Json<MailboxServer>> {
    let server = choice.server.map(|Id(id)| MailServerId(id));
    caller.hosts().assign_mailbox(AddressId(id), server).await?;
    show_mailbox_server(AnyCaller(caller), Of(id)).await
}
