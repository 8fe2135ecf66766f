//! A zone's settings: DNSSEC and its keys, the usual time to live, secondaries.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Value, context};
use zones::{DnsName, Secondary, ZoneChange};

use super::Answer;
use super::refusal::FieldError;
use super::subject::Hosted;
use crate::Shared;
use crate::fields::Fields;
use crate::toast::Toast;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/settings", get(settings))
        .route("/domains/{name}/zone/dnssec", post(dnssec))
        .route("/domains/{name}/zone/rollover", post(rollover))
        .route("/domains/{name}/zone/ttl", post(default_ttl))
        .route("/domains/{name}/zone/secondaries", post(secondaries))
}

async fn settings(at: Hosted) -> Answer {
    show(&at, &Fields::default(), &[]).await
}

/// The page, with a secondary as it was typed and what is wrong.
async fn show(at: &Hosted, typed: &Fields, errors: &[FieldError]) -> Answer {
    let zone = &at.zone;
    let secondaries: Vec<Value> = at
        .zones()
        .secondaries(zone.id)
        .await?
        .iter()
        .map(|secondary| context! { address => secondary.address.to_string(), key_name => secondary.key_name.to_string(), secret => STANDARD.encode(&secondary.secret) })
        .collect();
    // Each synonym is signed with it, by a key of its own.
    let mut ds_of_synonyms = Vec::new();
    for synonym in at.zones().synonyms(zone.id).await? {
        ds_of_synonyms.extend(at.zones().ds(synonym.id).await?);
    }
    let content = context! {
        form => "settings",
        zone_name => at.zone_name(),
        ds_of_synonyms,
        default_ttl => zone.default_ttl,
        is_signed => zone.is_signed,
        is_synonym => zone.main.is_some(),
        ds => at.zones().ds(zone.id).await?,
        secondaries,
        address => typed.text("address"),
        key_name => typed.text("key_name"),
        secret => typed.text("secret"),
        errors => Value::from_serialize(errors),
    };
    at.page("settings.html", "zone", content)
}

async fn dnssec(at: Hosted, fields: Fields) -> Answer {
    let is_signed = fields.text("signed") == "yes";
    let change = ZoneChange { is_signed: Some(is_signed), ..ZoneChange::default() };
    match at.zones().change_zone(at.zone.id, change).await {
        Ok(_) => {
            let words = at.say(if is_signed { "dnssec-on-done" } else { "dnssec-off-done" }, &[]);
            let opposite = if is_signed { "" } else { "yes" };
            let toast = Toast::of(words).with_undo(at.path("zone/dnssec"), &[("signed", opposite)]);
            at.done("zone/settings", &toast)
        }
        Err(error) => at.refused("zone/settings", error),
    }
}

/// Begins to replace the key that signs the zone (RFC 6781 §4.1.2).
async fn rollover(at: Hosted, _fields: Fields) -> Answer {
    match at.zones().begin_rollover(at.zone.id).await {
        Ok(_) => at.done("zone/settings", &Toast::of(at.say("dnssec-rollover-done", &[]))),
        Err(error) => at.refused("zone/settings", error),
    }
}

async fn default_ttl(at: Hosted, fields: Fields) -> Answer {
    let Some(ttl) = fields.number("ttl") else {
        let error = FieldError::new("ttl", at.say("field-not-a-number", &[]));
        return show(&at, &Fields::default(), &[error]).await;
    };
    let change = ZoneChange { default_ttl: Some(ttl), ..ZoneChange::default() };
    match at.zones().change_zone(at.zone.id, change).await {
        Ok(_) => {
            let before = at.zone.default_ttl.to_string();
            let toast = Toast::of(at.say("saved", &[])).with_undo(at.path("zone/ttl"), &[("ttl", &before)]);
            at.done("zone/settings", &toast)
        }
        Err(error) => show(&at, &Fields::default(), &[at.refusal(error)?.at("ttl")]).await,
    }
}

/// A secondary as it was typed.
fn secondary(at: &Hosted, fields: &Fields) -> Result<Secondary, Vec<FieldError>> {
    let typed = fields.text("address");
    let address = [typed.to_owned(), format!("{typed}:53"), format!("[{typed}]:53")]
        .iter()
        .find_map(|address| address.parse::<SocketAddr>().ok());
    let key_name = DnsName::parse(fields.text("key_name")).ok();
    let secret = STANDARD.decode(fields.text("secret")).ok();
    let checked = [
        ("address", address.is_some(), "secondary-address-wrong"),
        ("key_name", key_name.is_some(), "secondary-key-wrong"),
        ("secret", secret.is_some(), "secondary-secret-wrong"),
    ];
    match (address, key_name, secret) {
        (Some(address), Some(key_name), Some(secret)) => Ok(Secondary { address, key_name, secret }),
        _ => Err(checked
            .into_iter()
            .filter(|(_, is_right, _)| !is_right)
            .map(|(field, _, key)| FieldError::new(field, at.say(key, &[])))
            .collect()),
    }
}

async fn secondaries(at: Hosted, fields: Fields) -> Answer {
    let mut all = at.zones().secondaries(at.zone.id).await?;
    if fields.has("remove") {
        all.retain(|secondary| secondary.address.to_string() != fields.text("remove"));
    } else {
        match secondary(&at, &fields) {
            Ok(secondary) => all.push(secondary),
            Err(errors) => return show(&at, &fields, &errors).await,
        }
    }
    match at.zones().set_secondaries(at.zone.id, all).await {
        Ok(()) => at.done("zone/settings", &Toast::of(at.say("saved", &[]))),
        Err(error) => {
            let error = at.refusal(error)?;
            let error = if error.field == "key" { error.at("key_name") } else { error };
            show(&at, &fields, &[error]).await
        }
    }
}
