//! The first domain of a mail service; a mail domain that goes into another one, out of use and into use again; and the
//! end of a mail service and of a mail domain: each with what it does in numbers.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{AddressKind, DomainChange, DomainInfo, DomainPlace, ServiceChange, ServiceInfo};
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
        .route("/services/{service}/domains/{name}/move", get(moving).post(move_there))
        .route("/services/{service}/domains/{name}/state", get(stopping).post(set_state))
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

/// How many addresses of a mail domain answer, how many mailboxes are among them, and how many linked domains answer for
/// them; under a linked name those of its main domain do.
struct Extent {
    main: DomainInfo,
    addresses: usize,
    mailboxes: usize,
    linked: usize,
}

async fn extent(shared: &Shared, person: &Administrator, domain: &DomainInfo) -> Result<Extent, Trouble> {
    let all = domains_of(shared, person, domain.service).await?;
    let main = match domain.place {
        DomainPlace::Linked => all.iter().find(|one| one.place == DomainPlace::Main).unwrap_or(domain),
        DomainPlace::Main | DomainPlace::Apart => domain,
    };
    let linked = match domain.place {
        DomainPlace::Main => all.iter().filter(|one| one.place == DomainPlace::Linked).count(),
        DomainPlace::Linked | DomainPlace::Apart => 0,
    };
    let addresses = person.people(shared).addresses(Some(main.id)).await?;
    let is_mailbox = |address: &&directory::AddressInfo| matches!(address.kind, AddressKind::Mailbox { .. });
    let mailboxes = addresses.iter().filter(is_mailbox).count();
    Ok(Extent { main: main.clone(), addresses: addresses.len(), mailboxes, linked })
}

/// What all pages about a mail domain show.
fn about(service: &ServiceInfo, domain: &DomainInfo, extent: &Extent) -> Value {
    context! {
        id => service.id.to_string(),
        service => service.name,
        name => domain.name.to_string(),
        main => extent.main.name.to_string(),
        is_linked => domain.place == DomainPlace::Linked,
        addresses => extent.addresses,
        mailboxes => extent.mailboxes,
        linked => extent.linked,
    }
}

async fn moving_page(
    shared: &Shared,
    person: &Administrator,
    domain: &DomainInfo,
    chosen: &str,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let services = people.services(Some(person.session.organisation)).await?;
    let service = services.iter().find(|one| one.id == domain.service).ok_or(Trouble::NotFound)?;
    let extent = extent(shared, person, domain).await?;
    let others = services.iter().filter(|one| one.id != domain.service);
    let options: Vec<Value> =
        others.map(|one| context! { value => one.id.to_string(), text => one.name }).collect();
    let content = context! { options, chosen, ..about(service, domain, &extent) };
    shown(person, "mail_domain_move.html", content, errors)
}

async fn moving(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    moving_page(&shared, &person, &domain, "", &[]).await
}

async fn move_there(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
    fields: Fields,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    let people = person.people(&shared);
    let chosen = fields.text("service");
    let there = ServiceId(chosen.parse().map_err(|_| Trouble::NotFound)?);
    let target = people.service(there).await?;
    // Alone there, or apart from the main domain: back there it is what it was.
    let is_alone = domains_of(&shared, &person, domain.service).await?.len() == 1;
    let comes_back = is_alone || domain.place == DomainPlace::Apart;
    let change = DomainChange { service: Some(there), ..DomainChange::default() };
    match people.change_domain(domain.id, change).await {
        Ok(_) => {
            let values = [("domain", Word::from(name.as_str())), ("service", Word::from(target.name))];
            let toast = Toast::of(person.guest.say("mail-domain-moved", &values));
            let toast = match comes_back {
                true => toast.with_undo(
                    format!("/manager/services/{there}/domains/{name}/move"),
                    &[("service", &service.to_string())],
                ),
                false => toast,
            };
            Ok(done(&person, &format!("/manager/services/{there}"), &toast))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("service");
            moving_page(&shared, &person, &domain, chosen, &[error]).await
        }
    }
}

async fn stopping(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    let service = person.people(&shared).service(domain.service).await?;
    let extent = extent(&shared, &person, &domain).await?;
    let content = context! { is_disabled => domain.is_disabled, ..about(&service, &domain, &extent) };
    shown(&person, "mail_domain_state.html", content, &[])
}

async fn set_state(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((service, name)): Path<(i64, String)>,
    fields: Fields,
) -> Answer {
    let domain = domain_named(&shared, &person, service, &name).await?;
    let is_disabled = fields.text("state") == "off";
    let change = DomainChange { is_disabled: Some(is_disabled), ..DomainChange::default() };
    person.people(&shared).change_domain(domain.id, change).await?;
    let key = if is_disabled { "mail-domain-stopped" } else { "mail-domain-started" };
    let toast = Toast::of(person.guest.say(key, &[("domain", Word::from(name.as_str()))]));
    let toast = match is_disabled {
        true => {
            toast.with_undo(format!("/manager/services/{service}/domains/{name}/state"), &[("state", "on")])
        }
        false => toast,
    };
    Ok(done(&person, &format!("/manager/services/{service}"), &toast))
}
