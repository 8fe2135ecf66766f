//! Who uses which server: the one on which a mailbox is read, and those of a domain in each role.

use std::sync::Arc;

use ::hosts::{MailServerId, Roles, ServerRole, ServerSearch};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{AddressKind, DomainInfo};
use minijinja::{Value, context};
use model::{AddressId, ServiceId};
use zones::ZoneError;

use super::{Answer, Desk, addresses, id};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::{FieldError, directory_refusal, refusal};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Person;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/{id}/server", post(read_on))
        .route("/services/{service}/domains/{name}/servers", get(show).post(choose))
}

/// The servers on which a mailbox can be read, and the one that was chosen for it: what its page offers. Nothing where
/// there are none.
pub(in crate::screens) async fn offered(
    shared: &Shared,
    person: &Person,
    address: AddressId,
) -> Result<Value, Trouble> {
    let hosts = shared.hosts.administration(person.scope(), person.who());
    let roles = Roles { imap: true, ..Roles::default() };
    let servers = hosts.servers(None, ServerSearch { roles, ..ServerSearch::default() }).await?;
    let chosen = hosts.server_of_mailbox(address).await?;
    let mut options: Vec<Value> = Vec::new();
    if !servers.is_empty() || chosen.is_some() {
        let text = person.guest.say("server-of-the-domain", &[]);
        options.push(context! { value => "", text });
    }
    options.extend(servers.iter().map(|server| {
        let text = format!("{} ({})", server.host.name, addresses(&server.host));
        context! { value => server.id.to_string(), text }
    }));
    let chosen_id = chosen.as_ref().map(|server| server.id.to_string());
    Ok(
        context! { options, chosen => chosen_id.unwrap_or_default(), waits => chosen.is_some_and(|one| one.waits.is_some()) },
    )
}

/// Links a mailbox to a server, or takes the link away.
async fn read_on(desk: Desk, Path(address): Path<String>, fields: Fields) -> Answer {
    let (address, text) = (AddressId(id(&address)?), fields.text("server"));
    let server = match text {
        "" => None,
        text => Some(MailServerId(id(text)?)),
    };
    let info = desk.person.people(&desk.shared).address(address).await?;
    if !matches!(info.kind, AddressKind::Mailbox { .. }) {
        return Err(Trouble::NotFound);
    }
    let path = format!("/manager/addresses/{address}");
    let toast = match desk.servers().assign_mailbox(address, server).await {
        Ok(()) => {
            let key = if server.is_some() { "server-user-linked" } else { "server-user-unlinked" };
            desk.say(key, &[("address", info.address.to_string().into())])
        }
        // The server lost the role meanwhile: the page shows what can be chosen now.
        Err(error) => directory_refusal(&desk.person.guest, error)?.sentence(),
    };
    Ok(done(&desk.person, &path, &Toast::of(toast)))
}

/// A mail domain of a mail service, by its name. Only who administers the whole organisation chooses for it.
async fn domain_of(desk: &Desk, service: i64, name: &str) -> Result<DomainInfo, Trouble> {
    if !desk.person.administers() {
        return Err(Trouble::NotFound);
    }
    let people = desk.person.people(&desk.shared);
    let domains = people.domains(Some(desk.person.session.organisation)).await?;
    let mut domains = domains.into_iter();
    domains
        .find(|domain| domain.service == ServiceId(service) && domain.name.as_str() == name)
        .ok_or(Trouble::NotFound)
}

async fn show(desk: Desk, Path((service, name)): Path<(i64, String)>) -> Answer {
    let domain = domain_of(&desk, service, &name).await?;
    show_with(&desk, &domain, None, &[]).await
}

/// The page: for each role the servers that have it, those ticked that the domain uses or that were just ticked.
async fn show_with(
    desk: &Desk,
    domain: &DomainInfo,
    typed: Option<(ServerRole, &[MailServerId])>,
    errors: &[FieldError],
) -> Answer {
    let servers = desk.servers().servers(None, ServerSearch::default()).await?;
    let used = desk.servers().servers_of_domain(domain.id).await?;
    let roles: Vec<Value> = ServerRole::ALL
        .into_iter()
        .map(|role| {
            let is_ticked = |server: MailServerId| match typed {
                Some((own, ticked)) if own == role => ticked.contains(&server),
                _ => used.iter().any(|(known, one)| *known == role && one.id == server),
            };
            let servers: Vec<Value> = servers
                .iter()
                .filter(|server| server.roles.has(role))
                .map(|server| {
                    context! {
                        id => server.id.to_string(),
                        name => server.host.name,
                        ip => addresses(&server.host),
                        is_ticked => is_ticked(server.id),
                        waits => server.waits.is_some(),
                    }
                })
                .collect();
            context! { name => role.as_str(), key => role.as_str().replace('_', "-"), servers }
        })
        .collect();
    let service = desk.person.people(&desk.shared).service(domain.service).await?;
    let content = context! {
        id => service.id.to_string(),
        service => service.name,
        name => domain.name.to_string(),
        roles,
        errors => Value::from_serialize(errors),
    };
    let mut page = desk.page("domain_servers.html", "services", content).await?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn choose(desk: Desk, Path((service, name)): Path<(i64, String)>, fields: Fields) -> Answer {
    let domain = domain_of(&desk, service, &name).await?;
    let role: ServerRole = fields.text("role").parse().map_err(|_| Trouble::NotFound)?;
    let mut servers = Vec::new();
    for text in fields.all("server") {
        servers.push(MailServerId(id(text)?));
    }
    let zones = desk.shared.zones.administration(desk.person.scope(), desk.person.who());
    match zones.assign_servers(&domain.name, role, servers.clone()).await {
        Ok(_) => {
            let words = desk.say("domain-servers-saved", &[("domain", domain.name.to_string().into())]);
            let path = format!("/manager/services/{service}/domains/{}/servers", domain.name);
            Ok(done(&desk.person, &path, &Toast::of(words)))
        }
        Err(error) => {
            let error = match error {
                ZoneError::Directory(error) => directory_refusal(&desk.person.guest, error)?,
                error => refusal(&desk.person.guest, error)?,
            };
            show_with(&desk, &domain, Some((role, &servers)), &[error.at(role.as_str())]).await
        }
    }
}
