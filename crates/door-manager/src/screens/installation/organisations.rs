//! The organisations: made, renamed, put out of use, ended; how many days of the log they see, and the quotas of their
//! mail services.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use directory::{OrganisationChange, OrganisationInfo, ServiceChange, quota_of_text};
use minijinja::{Value, context};
use model::OrganisationId;

use super::{Answer, Desk};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::addresses::quota_text;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;

const PATH: &str = "/manager/installation/organisations";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/installation/organisations", get(list).post(create))
        .route("/installation/organisations/{organisation}", get(show).post(change))
        .route("/installation/organisations/{organisation}/quotas", post(grant))
        .route("/installation/organisations/{organisation}/state", post(state))
        .route("/installation/organisations/{organisation}/delete", get(ending).post(end))
}

async fn list(desk: Desk) -> Answer {
    listed(&desk, "", &[]).await
}

async fn listed(desk: &Desk, typed: &str, errors: &[FieldError]) -> Answer {
    let rows = desk.directory().organisations().await?.into_iter().map(|organisation| {
        let state = match organisation.is_disabled {
            true => Cell::lamp("lost", desk.say("organisation-disabled", &[])),
            false => Cell::lamp("ok", desk.say("organisation-in-use", &[])),
        };
        Row {
            id: organisation.id.to_string(),
            href: format!("{PATH}/{}", organisation.id),
            cells: vec![
                Cell::text(&organisation.name),
                Cell::number(organisation.domains),
                Cell::number(organisation.addresses),
                Cell::kind("time", organisation.created_at.rfc3339()),
                state,
            ],
            ..Row::default()
        }
    });
    let columns = ["organisation", "domains", "addresses", "made-at", "state"]
        .map(|key| Column { key, is_number: matches!(key, "domains" | "addresses") });
    let wish = Wish::of(&desk.person.guest.target);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("organisations", |key| desk.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table), name => typed };
    desk.page("installation_organisations.html", "installation-organisations", content, errors)
}

async fn create(desk: Desk, fields: Fields) -> Answer {
    match desk.directory().create_organisation(fields.text("name")).await {
        Ok(made) => {
            let words = desk.say("organisation-made", &[("name", made.name.into())]);
            desk.done(&format!("{PATH}/{}", made.id), words)
        }
        Err(error) => {
            let error = directory_refusal(&desk.person.guest, error)?;
            listed(&desk, fields.text("name"), &[error]).await
        }
    }
}

async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    card(&desk, id, &Fields::default(), &[]).await
}

/// Whether it is where the person's own account belongs: who ends it or puts it out of use locks himself out.
fn is_own(desk: &Desk, organisation: &OrganisationInfo) -> bool {
    desk.person.session.home == organisation.id
}

async fn card(desk: &Desk, id: i64, typed: &Fields, errors: &[FieldError]) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    let users = directory.users(Some(info.id)).await?.len();
    let window = desk.shared.trail.window(info.id, desk.shared.world.clock.now()).await?;
    let services: Vec<Value> = directory
        .services(Some(info.id))
        .await?
        .into_iter()
        .map(|service| {
            let field = format!("quota-{}", service.id);
            let saved =
                service.quota_bytes.map(|bytes| quota_text(&desk.person.guest, bytes)).unwrap_or_default();
            let quota = if typed.has("quotas") { typed.text(&field).to_owned() } else { saved };
            context! { field, name => service.name, quota }
        })
        .collect();
    let own = |name: &str, saved: String| if typed.has(name) { typed.text(name).to_owned() } else { saved };
    let content = context! {
        id => info.id.to_string(),
        title => info.name,
        name => own("name", info.name.clone()),
        days => own("days", window.visible_days.to_string()),
        kept_days => window.kept_days,
        is_disabled => info.is_disabled,
        is_own => is_own(desk, &info),
        is_looked_at => desk.person.session.organisation == info.id,
        created_at => info.created_at.rfc3339(),
        domains => info.domains,
        addresses => info.addresses,
        users,
        services,
    };
    desk.page("installation_organisation.html", "installation-organisations", content, errors)
}

async fn change(desk: Desk, Path(id): Path<i64>, fields: Fields) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    // The plan first: its rule is the one that what was typed can break without anything being taken.
    let days = u64::from(fields.number("days").unwrap_or(0));
    let name = fields.text("name");
    let result = match directory.set_log_days(info.id, days).await {
        Ok(()) if name != info.name => {
            let change = OrganisationChange { name: Some(name.to_owned()), ..OrganisationChange::default() };
            directory.change_organisation(info.id, change).await.map(drop)
        }
        other => other,
    };
    match result {
        Ok(()) => desk.done(&format!("{PATH}/{id}"), desk.say("saved", &[])),
        Err(error) => {
            let error = directory_refusal(&desk.person.guest, error)?;
            let error = if error.field == "visible_days" { error.at("days") } else { error };
            card(&desk, id, &fields, &[error]).await
        }
    }
}

/// The quotas of addresses without one of their own, service by service.
async fn grant(desk: Desk, Path(id): Path<i64>, fields: Fields) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    let (mut wanted, mut errors) = (Vec::new(), Vec::new());
    for service in directory.services(Some(info.id)).await? {
        let field = format!("quota-{}", service.id);
        let text = fields.text(&field);
        let quota = quota_of_text(text);
        if quota.is_none() && !text.is_empty() {
            errors.push(FieldError::new(&field, desk.say("quota-wrong", &[("text", text.into())])));
        } else if quota != service.quota_bytes {
            wanted.push((service.id, quota));
        }
    }
    if !errors.is_empty() {
        return card(&desk, id, &fields, &errors).await;
    }
    for (service, quota) in wanted {
        let change = ServiceChange { quota_bytes: Some(quota), ..ServiceChange::default() };
        directory.change_service(service, change).await?;
    }
    desk.done(&format!("{PATH}/{id}"), desk.say("saved", &[]))
}

/// Leads back home who looks at an organisation that ends or is put out of use: nothing of it can be looked at then.
async fn leave(desk: &Desk, organisation: OrganisationId) -> Result<(), Trouble> {
    let session = &desk.person.session;
    if session.organisation == organisation {
        desk.shared.directory.choose_organisation(session, session.home).await?;
    }
    Ok(())
}

async fn state(desk: Desk, Path(id): Path<i64>, fields: Fields) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    let is_disabled = fields.text("state") == "off";
    if is_disabled && is_own(&desk, &info) {
        return Err(Trouble::NotAllowed);
    }
    if is_disabled {
        leave(&desk, info.id).await?;
    }
    let change = OrganisationChange { is_disabled: Some(is_disabled), ..OrganisationChange::default() };
    directory.change_organisation(info.id, change).await?;
    let key = if is_disabled { "organisation-was-disabled" } else { "organisation-was-enabled" };
    desk.done(&format!("{PATH}/{id}"), desk.say(key, &[("name", info.name.into())]))
}

async fn ending(desk: Desk, Path(id): Path<i64>) -> Answer {
    end_page(&desk, id, &[]).await
}

async fn end_page(desk: &Desk, id: i64, errors: &[FieldError]) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    if is_own(desk, &info) {
        return Err(Trouble::NotAllowed);
    }
    let users = directory.users(Some(info.id)).await?.len();
    let content = context! {
        id => info.id.to_string(),
        title => info.name,
        domains => info.domains,
        addresses => info.addresses,
        users,
    };
    desk.page("installation_organisation_delete.html", "installation-organisations", content, errors)
}

async fn end(desk: Desk, Path(id): Path<i64>, fields: Fields) -> Answer {
    let directory = desk.directory();
    let info = directory.organisation(OrganisationId(id)).await?;
    if is_own(&desk, &info) {
        return Err(Trouble::NotAllowed);
    }
    if fields.text("name") != info.name {
        let words = desk.say("confirm-name-wrong", &[("name", info.name.into())]);
        return end_page(&desk, id, &[FieldError::new("name", words)]).await;
    }
    leave(&desk, info.id).await?;
    match directory.delete_organisation(info.id, true).await {
        Ok(()) => desk.done(PATH, desk.say("organisation-was-deleted", &[("name", info.name.into())])),
        Err(error) => {
            let error = directory_refusal(&desk.person.guest, error)?.at("name");
            end_page(&desk, id, &[error]).await
        }
    }
}
