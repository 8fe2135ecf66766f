//! The first domain of a mail service, and the end of a mail service and of a mail domain, with what goes in numbers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{AddressKind, DomainInfo, ServiceChange, ServiceInfo};
use minijinja::{Value, context};
use model::{AccountId, Domain, ServiceId};
use zones::{Standing, ZoneError};

use super::Answer;
use super::refusal::{FieldError, directory_refusal, refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/domain", get(first_form).post(first))
        .route("/services/{service}/domain", get(form).post(create))
        .route("/services/{service}/delete", get(ending).post(end))
        .route("/services/{service}/state", post(state))
        .route("/services/{service}/domains/{name}/delete", get(domain_ending).post(domain_end))
}

fn shown(person: &Administrator, template: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! { errors => Value::from_serialize(errors), ..content };
    let mut page = page::of(person, template, "services", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// The form, for a mail service or for an organisation that has none yet: then one is made with the domain.
fn form_with(
    person: &Administrator,
    service: Option<&ServiceInfo>,
    fields: &Fields,
    errors: &[FieldError],
) -> Answer {
    let content = context! {
        path => service.map_or_else(
            || "/manager/addresses/domain".to_owned(),
            |service| format!("/manager/services/{}/domain", service.id),
        ),
        id => service.map(|service| service.id.to_string()),
        service => service.map(|service| service.name.clone()),
        name => fields.text("name"),
        create_zone => if errors.is_empty() || fields.has("create_zone") { "yes" } else { "" },
    };
    shown(person, "mail_domain.html", content, errors)
}

async fn first_form(person: Administrator) -> Answer {
    form_with(&person, None, &Fields::default(), &[])
}

async fn first(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    create_in(&shared, &person, None, &fields).await
}

async fn form(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let service = person.people(&shared).service(ServiceId(id)).await?;
    form_with(&person, Some(&service), &Fields::default(), &[])
}

async fn create(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let service = person.people(&shared).service(ServiceId(id)).await?;
    create_in(&shared, &person, Some(&service), &fields).await
}

async fn create_in(
    shared: &Shared,
    person: &Administrator,
    service: Option<&ServiceInfo>,
    fields: &Fields,
) -> Answer {
    let refused = |error: ZoneError| {
        let error = refusal(&person.guest, error)?.at("name");
        form_with(person, service, fields, &[error])
    };
    let Ok(name) = Domain::parse(fields.text("name")) else {
        let words = person.guest.say("mail-domain-none", &[("text", fields.text("name").into())]);
        return form_with(person, service, fields, &[FieldError::new("name", words)]);
    };
    let zones = shared.zones.administration(person.scope(), person.who());
    let organisation = person.session.organisation;
    // The zone first: where its name servers are ours, the name needs no other proof. What stands already serves.
    if fields.has("create_zone") && zones.enclosing(name.as_str()).await?.is_none() {
        match zones.create_zone(organisation, name.as_str()).await {
            Ok(_) => {}
            Err(error) => return refused(error),
        }
    }
    match zones.create_domain(organisation, service.map(|one| one.id), &name, Standing::Stays).await {
        Ok(made) => {
            let values = [("domain", Word::from(made.domain.name.to_string()))];
            let (path, key) = match made.zone {
                Some(_) => (format!("/manager/services/{}", made.domain.service), "mail-domain-created"),
                // The records to copy stand there, each with what the world says.
                None => (
                    format!("/manager/domains/{}/security", made.domain.name),
                    "mail-domain-created-elsewhere",
                ),
            };
            Ok(done(person, &path, &Toast::of(person.guest.say(key, &values))))
        }
        Err(error) => refused(error),
    }
}

async fn domains_of(
    shared: &Shared,
    person: &Administrator,
    service: ServiceId,
) -> Result<Vec<DomainInfo>, Trouble> {
    let mut domains = person.people(shared).domains(Some(person.session.organisation)).await?;
    domains.retain(|domain| domain.service == service);
    Ok(domains)
}

async fn service_end_page(shared: &Shared, person: &Administrator, id: i64, errors: &[FieldError]) -> Answer {
    let service = person.people(shared).service(ServiceId(id)).await?;
    let domains = domains_of(shared, person, service.id).await?;
    let addresses: u64 = domains.iter().map(|domain| domain.addresses).sum();
    let domains: Vec<Value> = domains
        .iter()
        .map(|domain| context! { name => domain.name.to_string(), addresses => domain.addresses })
        .collect();
    let content = context! { id => service.id.to_string(), title => service.name, domains, addresses };
    shown(person, "service_delete.html", content, errors)
}

async fn ending(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    service_end_page(&shared, &person, id, &[]).await
}

async fn end(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let service = person.people(&shared).service(ServiceId(id)).await?;
    match person.people(&shared).delete_service(service.id).await {
        Ok(()) => {
            let words = person.guest.say("service-deleted", &[("name", service.name.into())]);
            Ok(done(&person, "/manager/services", &Toast::of(words)))
        }
        Err(error) => {
            service_end_page(&shared, &person, id, &[directory_refusal(&person.guest, error)?]).await
        }
    }
}

async fn state(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let is_disabled = fields.text("state") == "off";
    let change = ServiceChange { is_disabled: Some(is_disabled), ..ServiceChange::default() };
    let service = person.people(&shared).change_service(ServiceId(id), change).await?;
    let key = if is_disabled { "service-disabled" } else { "service-enabled" };
    let words = person.guest.say(key, &[("name", service.name.into())]);
    Ok(done(&person, &format!("/manager/services/{id}"), &Toast::of(words)))
}

/// A mail domain of a mail service, by its name.
async fn domain_named(
    shared: &Shared,
    person: &Administrator,
    service: i64,
    name: &str,
) -> Result<DomainInfo, Trouble> {
    let domains = domains_of(shared, person, ServiceId(service)).await?;
    domains.into_iter().find(|domain| domain.name.as_str() == name).ok_or(Trouble::NotFound)
}

async fn domain_end_page(
    shared: &Shared,
    person: &Administrator,
    domain: &DomainInfo,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let service = people.service(domain.service).await?;
    let addresses = people.addresses(Some(domain.id)).await?;
    let accounts: Vec<AccountId> = addresses
        .iter()
        .filter_map(|address| match address.kind {
            AddressKind::Mailbox { account, .. } => Some(account),
            AddressKind::Alias { .. } | AddressKind::Redirection => None,
        })
        .collect();
    let mailboxes = accounts.len();
    let held = mail_store::used_bytes(&shared.db, person.session.organisation, accounts).await?;
    let content = context! {
        id => service.id.to_string(),
        service => service.name,
        name => domain.name.to_string(),
        addresses => addresses.len(),
        mailboxes,
        held => crate::reader::octets(person.guest.language, held.iter().sum()),
    };
    shown(person, "mail_domain_delete.html", content, errors)
}

async fn domain_ending(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    domain_end_page(&shared, &person, &domain, &[]).await
}

async fn domain_end(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
    fields: Fields,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    if !fields.text("name").eq_ignore_ascii_case(domain.name.as_str()) {
        let words = person.guest.say("confirm-name-wrong", &[("name", domain.name.to_string().into())]);
        return domain_end_page(&shared, &person, &domain, &[FieldError::new("name", words)]).await;
    }
    let zones = shared.zones.administration(person.scope(), person.who());
    match zones.delete_domain(domain.id, true).await {
        Ok(_) => {
            let words =
                person.guest.say("mail-domain-deleted", &[("domain", domain.name.to_string().into())]);
            Ok(done(&person, &format!("/manager/services/{service}"), &Toast::of(words)))
        }
        Err(error) => {
            let error = refusal(&person.guest, error)?.at("name");
            domain_end_page(&shared, &person, &domain, &[error]).await
        }
    }
}
