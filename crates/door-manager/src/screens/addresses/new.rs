//! «Créer une adresse mail»: one address of one of five kinds.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use directory::{AddressCreation, NewKind, NewTargets, Purpose};
use minijinja::{Value, context};
use model::Address;

use super::{kind_word, shown};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::Wish;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/addresses/new", get(blank).post(create))
}

async fn blank(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let wish = Wish::of(&person.guest.target);
    let kind = if wish.filter("kind").is_empty() { "mailbox" } else { wish.filter("kind") }.to_owned();
    form(&shared, &person, &kind, &Fields::default(), &[]).await
}

/// The domains in which addresses are made, for a list to choose from.
pub(super) async fn domains(shared: &Shared, person: &Person) -> Result<Vec<Value>, Trouble> {
    let domains = person.people(shared).domains(Some(person.session.organisation)).await?;
    Ok(domains
        .into_iter()
        .filter(|domain| domain.place != directory::DomainPlace::Linked)
        .map(|domain| context! { value => domain.name.to_string(), text => format!("@{}", domain.name) })
        .collect())
}

async fn form(
    shared: &Shared,
    person: &Person,
    kind: &str,
    fields: &Fields,
    errors: &[FieldError],
) -> Answer {
    if !["mailbox", "shared", "catchall", "alias", "redirection"].contains(&kind) {
        return Err(Trouble::NotFound);
    }
    let content = context! {
        kind,
        kind_text => kind_word(&person.guest, kind),
        domains => domains(shared, person).await?,
        local => if kind == "catchall" { "catchall" } else { fields.text("address") },
        wanted_domain => fields.text("domain"),
        name => fields.text("display-name"),
        note => fields.text("note"),
        quota => fields.text("quota"),
        targets => fields.raw("targets"),
        makes_password => fields.has("makes_password"),
    };
    shown(person, "address_new.html", content, errors)
}

/// The addresses in a text, one a line or with commas between them; what is none is told beside the field.
pub(in crate::screens) fn addresses(
    person: &Person,
    field: &str,
    text: &str,
    errors: &mut Vec<FieldError>,
) -> Vec<Address> {
    let mut all = Vec::new();
    for text in text.split([',', ';', '\n']).map(str::trim).filter(|text| !text.is_empty()).take(200) {
        match Address::parse(text) {
            Ok(address) => all.push(address),
            Err(_) => {
                let words = person.guest.say("people-no-address", &[("text", text.into())]);
                errors.push(FieldError::new(field, words));
            }
        }
    }
    all
}

async fn create(State(shared): State<Arc<Shared>>, person: AnyAdministrator, fields: Fields) -> Answer {
    let kind = fields.text("kind").to_owned();
    let local = if kind == "catchall" { "catchall" } else { fields.text("address") };
    let mut errors = Vec::new();
    let text = format!("{local}@{}", fields.text("domain"));
    let address = Address::parse(&text);
    if address.is_err() {
        errors.push(FieldError::new(
            "address",
            person.guest.say("people-no-address", &[("text", text.into())]),
        ));
    }
    let quota_bytes = super::services::quota(&person, &fields, &mut errors);
    let leads_to = addresses(&person, "targets", fields.raw("targets"), &mut errors);
    if matches!(kind.as_str(), "alias" | "redirection") && leads_to.is_empty() && errors.is_empty() {
        errors.push(FieldError::new("targets", person.guest.say("targets-none", &[])));
    }
    let Ok(address) = address else { return form(&shared, &person, &kind, &fields, &errors).await };
    if !errors.is_empty() {
        return form(&shared, &person, &kind, &fields, &errors).await;
    }
    let mailbox = |purpose| NewKind::Mailbox { purpose, quota_bytes };
    let new_kind = match kind.as_str() {
        "shared" => mailbox(Purpose::Shared),
        "catchall" => mailbox(Purpose::CatchAll),
        "alias" => NewKind::Alias(leads_to.clone()),
        "redirection" => NewKind::Redirection,
        _ => mailbox(Purpose::Personal),
    };
    let people = person.people(&shared);
    let creation = AddressCreation {
        address,
        kind: new_kind,
        display_name: fields.text("display-name").to_owned(),
        note: fields.text("note").to_owned(),
    };
    let made = match people.create_address(creation).await {
        Ok(made) => made,
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?
                .at_known(&["quota", "note", "display-name"], "address");
            return form(&shared, &person, &kind, &fields, &[error]).await;
        }
    };
    if kind == "redirection" {
        let language = person.guest.language.tag().to_owned();
        let new = NewTargets { targets: leads_to, keeps_copy: None, language };
        if let Err(error) = people.set_targets(made.id, new).await {
            // A redirection that leads nowhere is not what was asked for.
            people.erase_address(made.id).await?;
            let error = directory_refusal(&person.guest, error)?.at("targets");
            return form(&shared, &person, &kind, &fields, &[error]).await;
        }
    }
    let words = person.guest.say("address-created", &[("address", made.address.to_string().into())]);
    let place = match kind.as_str() {
        "alias" => format!("/manager/addresses/{}", made.id),
        "redirection" => format!("/manager/addresses/{}/redirections", made.id),
        _ => format!("/manager/addresses/{}/devices", made.id),
    };
    Ok(done(&person, &place, &Toast::of(words)))
}
