//! The domains of an integration: added, shown to be the organisation's by a text record or confirmed by the operator's
//! staff, taken out.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::{Integration, IntegrationDomain};
use minijinja::{Value, context};
use model::Domain;

use super::{Answer, Desk, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/domains", get(show).post(add))
        .route("/integrations/{id}/domains/prove", post(prove))
        .route("/integrations/{id}/domains/confirm", post(confirm))
        .route("/integrations/{id}/domains/remove", post(remove))
}

async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    listed(&desk, &one, "", &[]).await
}

/// The domains, each with what shows whose it is, and the form of another one.
async fn listed(desk: &Desk, one: &Integration, typed: &str, errors: &[FieldError]) -> Answer {
    let mut domains = Vec::new();
    for domain in &one.domains {
        domains.push(facts(desk, one, domain).await?);
    }
    let content = context! {
        top => desk.top(one, "domains"),
        domains,
        domain_name => typed,
        can_confirm => desk.person.session.is_operator,
    };
    desk.page("integration_domains.html", content, errors)
}

async fn facts(desk: &Desk, one: &Integration, domain: &IntegrationDomain) -> Result<Value, Trouble> {
    let name = domain.name.to_string();
    Ok(match domain.proof {
        Some(proof) => context! {
            name,
            is_proven => true,
            says => desk.say(&format!("integration-proof-{proof}"), &[]),
            at => domain.proven_at.map(|at| at.rfc3339()),
        },
        None => {
            let record = desk.gateways().proof_record(one, &domain.name).await?;
            let line = format!("{}. TXT \"{}\"", record.name, record.value);
            context! { name, is_proven => false, owner => record.name, value => record.value, line }
        }
    })
}

async fn add(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let typed = fields.text("domain");
    let Ok(domain) = Domain::parse(typed) else {
        let words = desk.say("integration-domain-wrong", &[("text", Word::from(typed))]);
        return listed(&desk, &one, typed, &[FieldError::new("domain", words)]).await;
    };
    match desk.gateways().add_domain(one.id, domain.clone()).await {
        Ok(changed) => {
            let is_proven = changed.domains.iter().any(|known| known.name == domain && known.proof.is_some());
            let key = if is_proven { "integration-domain-counts" } else { "integration-domain-added" };
            desk.done(&format!("{}/domains", path_of(&one)), key, domain.as_str())
        }
        Err(error) => listed(&desk, &one, typed, &[desk.refusal(error)?.at("domain")]).await,
    }
}

/// The domain that a form names; it has to be one of the integration's.
fn chosen(one: &Integration, fields: &Fields) -> Result<Domain, Trouble> {
    let name = fields.text("domain");
    let found = one.domains.iter().find(|domain| domain.name.as_str() == name);
    found.map(|domain| domain.name.clone()).ok_or(Trouble::NotFound)
}

/// Where what is wrong with a domain that is listed is shown.
fn field_of(domain: &Domain) -> String {
    format!("domain-{domain}")
}

/// Looks for the record now.
async fn prove(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let domain = chosen(&one, &fields)?;
    match desk.gateways().prove_domain(one.id, &domain).await {
        Ok(_) => {
            desk.done(&format!("{}/domains", path_of(&one)), "integration-domain-proven", domain.as_str())
        }
        Err(error) => listed(&desk, &one, "", &[desk.refusal(error)?.at(&field_of(&domain))]).await,
    }
}

/// The operator's staff knows whose the domain is.
async fn confirm(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let staff = desk.as_staff()?;
    let domain = chosen(&one, &fields)?;
    match staff.confirm_domain(one.id, &domain).await {
        Ok(_) => {
            desk.done(&format!("{}/domains", path_of(&one)), "integration-domain-proven", domain.as_str())
        }
        Err(error) => listed(&desk, &one, "", &[desk.refusal(error)?.at(&field_of(&domain))]).await,
    }
}

async fn remove(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let domain = chosen(&one, &fields)?;
    match desk.gateways().remove_domain(one.id, domain.clone()).await {
        Ok(_) => {
            desk.done(&format!("{}/domains", path_of(&one)), "integration-domain-removed", domain.as_str())
        }
        Err(error) => listed(&desk, &one, "", &[desk.refusal(error)?.at(&field_of(&domain))]).await,
    }
}
