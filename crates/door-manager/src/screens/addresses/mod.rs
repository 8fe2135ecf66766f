//! Mail services and their addresses: the table, what is done with several, and the pages of one.

mod deleted;
mod devices;
mod list;
mod new;
mod one;
mod services;
mod several;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use directory::{AddressInfo, AddressKind};
use minijinja::{Value, context};

pub(super) use new::addresses as parsed;
pub(super) use one::target;

use super::Answer;
use super::refusal::FieldError;
use crate::visitor::{Guest, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    services::routes()
        .merge(list::routes())
        .merge(new::routes())
        .merge(several::routes())
        .merge(deleted::routes())
        .merge(one::routes())
        .merge(devices::routes())
}

/// A number of octets as people say it: `1.5 GB`.
fn size(guest: &Guest, bytes: u64) -> String {
    crate::reader::octets(guest.language, bytes)
}

/// A quota to the octet: what stands in a form is read back unchanged.
pub(super) fn quota_text(guest: &Guest, bytes: u64) -> String {
    crate::reader::exact_octets(guest.language, bytes)
}

/// What a mailbox holds of what it may hold.
fn usage(guest: &Guest, used: u64, quota: Option<u64>) -> Value {
    let share = quota.filter(|quota| *quota > 0).map(|quota| used.saturating_mul(100) / quota);
    context! {
        used => size(guest, used),
        quota => quota.map(|quota| quota_text(guest, quota)),
        share => share.map(|share| share.min(100)),
        class => match share { Some(share) if share >= 100 => "over", Some(share) if share >= 90 => "near", _ => "" },
    }
}

pub(super) fn kind_word(guest: &Guest, kind: &str) -> String {
    guest.say(&format!("what-{kind}"), &[])
}

/// What every page of one address shows above.
fn about(person: &Person, info: &AddressInfo) -> Value {
    context! {
        id => info.id.to_string(),
        address => info.address.to_string(),
        kind => info.kind.as_str(),
        kind_text => kind_word(&person.guest, info.kind.as_str()),
        is_mailbox => matches!(info.kind, AddressKind::Mailbox { .. }),
        is_alias => matches!(info.kind, AddressKind::Alias { .. }),
        is_disabled => info.is_disabled,
        service => info.service.to_string(),
    }
}

/// A page of this part; with errors it is refused.
fn shown(person: &Person, template: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! { errors => Value::from_serialize(errors), ..content };
    let mut page: Response = page::of(person, template, "services", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn counted(count: u64) -> [(&'static str, Word); 1] {
    [("count", Word::from(usize::try_from(count).unwrap_or(usize::MAX)))]
}
