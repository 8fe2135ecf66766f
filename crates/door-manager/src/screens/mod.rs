//! The screens, one file each.

mod access;
mod addresses;
mod announcements;
mod applications;
mod dashboard;
mod dkim;
mod domains;
mod global;
mod granted;
mod guide;
mod history;
mod installation;
mod integrations;
mod invitation;
mod journal;
mod linking;
mod logs;
mod mail_domains;
mod mine;
mod organisation;
mod own_tokens;
mod profile;
mod queue;
mod record;
mod refusal;
mod reports;
mod reputation;
mod routes;
mod secured;
mod security;
mod servers;
mod sessions;
mod settings;
mod signing_in;
mod sources;
mod spf;
mod subject;
mod synonyms;
mod system;
mod tokens;
mod transfer;
mod users;
mod way;
mod zone;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;

use crate::Shared;
use crate::trouble::Trouble;

/// What a screen answers.
type Answer = Result<Response, Trouble>;

/// The first page, by its whole path.
pub(crate) fn first() -> Router<Arc<Shared>> {
    dashboard::routes().merge(invitation::routes())
}

/// The routes of every screen, relative to `/manager`.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(signing_in::routes())
        .merge(sessions::routes())
        .merge(profile::routes())
        .merge(own_tokens::routes())
        .merge(addresses::routes())
        .merge(users::routes())
        .merge(organisation::routes())
        .merge(tokens::routes())
        .merge(domains::routes())
        .merge(zone::routes())
        .merge(record::routes())
        .merge(history::routes())
        .merge(transfer::routes())
        .merge(settings::routes())
        .merge(spf::routes())
        .merge(synonyms::routes())
        .merge(linking::routes())
        .merge(mail_domains::routes())
        .merge(security::routes())
        .merge(dkim::routes())
        .merge(reports::routes())
        .merge(reputation::routes())
        .merge(logs::routes())
        .merge(journal::routes())
        .merge(sources::routes())
        .merge(queue::routes())
        .merge(routes::routes())
        .merge(announcements::routes())
        .merge(system::routes())
        .merge(installation::routes())
        .merge(servers::routes())
        .merge(integrations::routes())
        .merge(applications::routes())
        .merge(secured::routes())
        .merge(access::routes())
        .merge(mine::routes())
        .merge(global::routes())
        .merge(granted::routes())
}

pub(crate) use signing_in::sign_in_keeping;

#[cfg(test)]
pub(crate) use journal::{action_key, fact_key};
#[cfg(test)]
pub(crate) use refusal::{held_key, rule_key};
/// Every key that the screens of secured letters put together, for the test of the words.
#[cfg(test)]
pub(crate) use secured::keys as secured_keys;
#[cfg(test)]
pub(crate) use way::{ANSWERS as OWN_ANSWERS, SENTENCES as STORED_SENTENCES, SYSTEM as SYSTEM_ANSWERS};

/// Every key that guided entry puts together, for the test of the words.
#[cfg(test)]
pub(crate) fn guide_keys() -> Vec<String> {
    let mut keys = Vec::new();
    for (group, kinds) in guide::KINDS {
        keys.push(format!("kinds-{group}"));
        for kind in kinds {
            keys.extend(["", "-short", "-text", "-effect"].map(|part| format!("kind-{kind}{part}")));
            let inputs = guide::inputs(kind).expect("every kind that is offered has fields");
            keys.extend(inputs.iter().map(|input| format!("field-{}", input.name)));
        }
    }
    keys.extend(guide::PRESETS.iter().map(|(preset, ..)| format!("preset-{preset}")));
    keys
}
