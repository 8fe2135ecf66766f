//! One integration: what it is, what is missing until it is in service, what is to be known; changed, put in service and
//! out of it, deleted.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::{Direction, Integration, IntegrationChange, IntegrationState, Warning};
use minijinja::{Value, context};

use super::list::{Form, form, saved, target_words};
use super::{Answer, Desk, PATH, name_of, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}", get(show))
        .route("/integrations/{id}/edit", get(edit).post(change))
        .route("/integrations/{id}/state", post(set_state))
        .route("/integrations/{id}/delete", get(ask_delete).post(delete))
}

async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    card(&desk, &desk.found(&id).await?, &[])
}

fn card(desk: &Desk, one: &Integration, errors: &[FieldError]) -> Answer {
    let now = desk.now();
    let warnings: Vec<Value> = one.warnings(now).iter().map(|warning| told(desk, one, warning)).collect();
    let servers = |way: Direction| -> Vec<Value> {
        let fitting =
            one.certificates.iter().filter(move |slot| [Direction::Both, way].contains(&slot.direction));
        let shown = fitting.map(|slot| {
            let lamp = desk.expiry(slot, now);
            context! { identity => slot.identity.to_string(), lamp => lamp.state, says => lamp.text }
        });
        shown.collect()
    };
    let content = context! {
        top => desk.top(one, "general"),
        warnings,
        steps => steps(desk, one),
        is_planned => one.state == IntegrationState::Planned,
        is_active => one.state == IntegrationState::Active,
        can_set_state => desk.person.session.is_operator,
        inbound => target_words(desk, &one.inbound),
        accepts_host_name => one.accepts_host_name,
        hosted => one.is_hosted_gateway,
        ordinary => one.takes_ordinary,
        contact_text => one.contact,
        created_at => one.created_at.rfc3339(),
        senders => servers(Direction::Sending),
        receivers => servers(Direction::Reception),
    };
    desk.page("integration.html", content, errors)
}

/// What is missing until the integration is in service, in the order in which it is done.
fn steps(desk: &Desk, one: &Integration) -> Vec<Value> {
    let has_domain = one.domains.iter().any(|domain| domain.proof.is_some());
    let has_certificate = !one.certificates.is_empty() && one.knows_receivers();
    let path = path_of(one);
    let step = |is_done: bool, key: &str, href: String| {
        let lamp = if is_done { "ok" } else { "waiting" };
        context! { lamp, text => desk.say(key, &[]), href }
    };
    vec![
        step(has_domain, "integration-step-domain", format!("{path}/domains")),
        step(has_certificate, "integration-step-certificate", format!("{path}/certificates")),
        step(one.state == IntegrationState::Active, "integration-step-active", String::new()),
    ]
}

/// A warning as a sentence, with the page on which something is done about it.
fn told(desk: &Desk, one: &Integration, warning: &Warning) -> Value {
    let path = path_of(one);
    let day = |at: model::Timestamp| Word::Text(crate::reader::day_of(desk.person.guest.language, at));
    let (kind, href) = match warning {
        Warning::StaticAddress | Warning::HostedGateway => ("waiting", format!("{path}/edit")),
        Warning::CertificateEnded { .. } => ("lost", format!("{path}/certificates")),
        Warning::CertificateEnds { .. } | Warning::SingleFingerprint => {
            ("waiting", format!("{path}/certificates"))
        }
        Warning::UnprovenDomain(_) => ("waiting", format!("{path}/domains")),
    };
    let values = match warning {
        Warning::CertificateEnds { identity, ends_at } | Warning::CertificateEnded { identity, ends_at } => {
            vec![("name", Word::from(name_of(identity))), ("day", day(*ends_at))]
        }
        Warning::UnprovenDomain(domain) => vec![("name", Word::from(domain.to_string()))],
        Warning::StaticAddress | Warning::HostedGateway | Warning::SingleFingerprint => Vec::new(),
    };
    let text = match warning {
        // The seed's own sentence, which routes say as well.
        Warning::StaticAddress => desk.say("route-static", &[]),
        other => desk.say(&format!("integration-warning-{}", other.as_str()), &values),
    };
    context! { kind, text, href }
}

async fn edit(desk: Desk, Path(id): Path<String>) -> Answer {
    saved(&desk, &desk.found(&id).await?)
}

async fn change(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let typed = Form::typed(&fields);
    let change = match typed.change(&desk) {
        Ok(change) => change,
        Err(error) => return form(&desk, &typed, Some(&one), &[error]),
    };
    match desk.gateways().change(one.id, change).await {
        Ok(changed) => desk.done(&path_of(&changed), "integration-changed", &changed.name),
        Err(error) => form(&desk, &typed, Some(&one), &[desk.refusal(error)?]),
    }
}

/// In service or out of it: who activates says whom everybody trusts, so it is the operator's staff.
async fn set_state(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let staff = desk.as_staff()?;
    let (state, key) = match fields.text("state") {
        "active" => (IntegrationState::Active, "integration-activated"),
        "suspended" => (IntegrationState::Suspended, "integration-suspended"),
        _ => return Err(Trouble::NotFound),
    };
    let change = IntegrationChange { state: Some(state), ..IntegrationChange::default() };
    match staff.change(one.id, change).await {
        Ok(changed) => desk.done(&path_of(&changed), key, &changed.name),
        Err(error) => card(&desk, &one, &[desk.refusal(error)?]),
    }
}

async fn ask_delete(desk: Desk, Path(id): Path<String>) -> Answer {
    asked(&desk, &desk.found(&id).await?, &[])
}

fn asked(desk: &Desk, one: &Integration, errors: &[FieldError]) -> Answer {
    let content = context! {
        id => one.id.to_string(),
        name => one.name,
        is_active => one.state == IntegrationState::Active,
        domains => one.domains.len(),
        certificates => one.certificates.len(),
    };
    desk.page("integration_delete.html", content, errors)
}

/// Ends it, once its name was typed.
async fn delete(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    if fields.text("name") != one.name {
        let words = desk.say("confirm-name-wrong", &[("name", Word::from(one.name.clone()))]);
        return asked(&desk, &one, &[FieldError::new("name", words)]);
    }
    match desk.gateways().delete(one.id).await {
        Ok(()) => desk.done(PATH, "integration-deleted", &one.name),
        Err(error) => asked(&desk, &one, &[desk.refusal(error)?.at("name")]),
    }
}
