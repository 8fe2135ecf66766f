//! The authorities that vouch for certificates of integrations: everybody may know them, the operator's staff keeps the
//! list.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::{Authority, AuthorityId, AuthorityKind};
use minijinja::{Value, context};

use super::{Answer, Desk, PATH};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::table::{self, Cell, Row, Wish, columns};
use crate::trouble::Trouble;
use crate::visitor::Staff;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/authorities", get(show))
        .route("/installation/authorities", post(add))
        .route("/installation/authorities/{authority}", post(set))
}

async fn show(desk: Desk) -> Answer {
    listed(&desk, &Fields::default(), &[]).await
}

fn row(desk: &Desk, one: &Authority) -> Row {
    let is_public = one.kind == AuthorityKind::Public;
    let holds = one.removed_at.is_none();
    let (lamp, key) = match (is_public, holds) {
        (_, true) => ("ok", "authority-vouches"),
        (true, false) => ("unknown", "authority-off"),
        (false, false) => ("unknown", "authority-removed"),
    };
    let (name, ends, print) = match &one.kind {
        AuthorityKind::Public => {
            let name = Cell::text(desk.say("authority-public", &[]));
            (name.with_note(desk.say("authority-public-text", &[])), Cell::default(), Cell::default())
        }
        AuthorityKind::Registered(certificate) => {
            let sha1 = desk.say("certificate-sha1-is", &[("print", Word::from(certificate.sha1.clone()))]);
            (
                Cell::text(&one.name).with_note(&certificate.subject),
                desk.end(Some(certificate.ends_at), desk.now()),
                Cell::kind("code", certificate.sha256.to_string()).with_note(sha1),
            )
        }
    };
    Row {
        id: one.id.0.to_string(),
        cells: vec![name, Cell::lamp(lamp, desk.say(key, &[])), ends, print],
        more: context! { holds, is_public },
        ..Row::default()
    }
}

async fn listed(desk: &Desk, typed: &Fields, errors: &[FieldError]) -> Answer {
    let rows = desk.gateways().authorities().await?.iter().map(|one| row(desk, one)).collect();
    let wish = Wish::of(&desk.person.guest.target);
    let table = table::of(&wish, &columns(["name", "state", "authority-ends", "fingerprint"]), rows);
    if wish.is_csv {
        return Ok(table.csv("autorites", |key| desk.say(key, &[])));
    }
    let content = context! {
        table => Value::from_serialize(&table),
        can_change => desk.person.session.is_operator,
        name => typed.text("name"),
        pem => typed.text("pem"),
    };
    desk.page("authorities.html", content, errors)
}

async fn add(Staff(_): Staff, desk: Desk, fields: Fields) -> Answer {
    match desk.as_staff()?.add_authority(fields.text("name"), fields.text("pem")).await {
        Ok(added) => desk.done(&format!("{PATH}/authorities"), "authority-added", &added.name),
        Err(error) => {
            let error = desk.refusal(error)?;
            let error = if error.field == "name" { error } else { error.at("pem") };
            listed(&desk, &fields, &[error]).await
        }
    }
}

/// Removes one or lets it vouch again.
async fn set(Staff(_): Staff, desk: Desk, Path(authority): Path<String>, fields: Fields) -> Answer {
    let id: i64 = authority.parse().map_err(|_| Trouble::NotFound)?;
    let holds = match fields.text("state") {
        "on" => true,
        "off" => false,
        _ => return Err(Trouble::NotFound),
    };
    let changed = desk.as_staff()?.set_authority(AuthorityId(id), holds).await?;
    let key = if holds { "authority-restored" } else { "authority-was-removed" };
    let name = match changed.kind {
        AuthorityKind::Public => desk.say("authority-public", &[]),
        AuthorityKind::Registered(_) => changed.name,
    };
    desk.done(&format!("{PATH}/authorities"), key, &name)
}
