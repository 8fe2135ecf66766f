//! «Clés DKIM»: the keys that sign a domain's letters, what comes next for each, their successors by hand, and the end
//! of a key that somebody else may have.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::{get, post};
use db::Seek;
use directory::DomainInfo;
use keys::rotation::{Next, next};
use keys::{Algorithm, DkimKey, DkimState};
use mail_queue::{Reach, Selection};
use minijinja::{Value, context};
use model::ReversePath;
use serde::Deserialize;
use zones::quoted;

use super::Answer;
use super::refusal::FieldError;
use super::subject::Subject;
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::Toast;
use crate::trouble::Trouble;
use crate::words::Word;
use crate::{Shared, limits};

const COLUMNS: [Column; 5] = [
    Column { key: "dkim-selector", is_number: false },
    Column { key: "dkim-algorithm", is_number: false },
    Column { key: "state", is_number: false },
    Column { key: "dkim-since", is_number: false },
    Column { key: "dkim-next", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/dkim", get(show))
        .route("/domains/{name}/dkim/rotate", post(rotate))
        .route("/domains/{name}/dkim/revoke", get(ending).post(revoke))
}

/// Which key; without one, all that sign or signed.
#[derive(Default, Deserialize)]
struct Which {
    #[serde(default)]
    selector: String,
}

async fn keys_of(subject: &Subject, domain: &DomainInfo) -> Result<Vec<DkimKey>, Trouble> {
    let keys = subject.shared.keys.administration(subject.person.scope(), subject.person.who());
    Ok(keys.dkim_keys(&domain.name).await?)
}

fn algorithm(key: &DkimKey) -> &'static str {
    match key.algorithm {
        Algorithm::Rsa => "RSA 2048",
        Algorithm::Ed25519 => "Ed25519",
    }
}

/// The lamp's picture.
fn lamp(state: DkimState) -> &'static str {
    match state {
        DkimState::Active => "ok",
        DkimState::Published => "waiting",
        DkimState::Retired => "unknown",
        DkimState::Revoked => "lost",
    }
}

fn next_cell(subject: &Subject, key: &DkimKey, keys: &[DkimKey]) -> Cell {
    let next = next(key, keys);
    let words = match (next, key.state()) {
        (Next::IsRemoved(_), DkimState::Revoked) => "dkim-next-removed-revoked".to_owned(),
        (Next::TakesOver(None) | Next::HandsOver(None), _) => {
            format!("dkim-next-{}-unseen", next.as_str().replace(' ', "-"))
        }
        _ => format!("dkim-next-{}", next.as_str().replace(' ', "-")),
    };
    let day = next.at().map(|at| crate::reader::day_of(subject.person.guest.language, at));
    let values = day.map(|day| ("day", Word::from(day)));
    Cell::text(subject.say(&words, values.as_slice()))
}

fn row(subject: &Subject, key: &DkimKey, keys: &[DkimKey]) -> Row {
    let state = key.state();
    let since = key.revoked_at.or(key.retired_at).or(key.active_at).unwrap_or(key.created_at);
    Row {
        id: key.selector.clone(),
        cells: vec![
            Cell::kind("code", &key.selector),
            Cell::text(algorithm(key)),
            Cell::lamp(lamp(state), subject.say(&format!("dkim-state-{}", state.as_str()), &[])),
            Cell::time(Some(since), String::new()),
            next_cell(subject, key, keys),
        ],
        more: Value::from(state != DkimState::Revoked),
        ..Row::default()
    }
}

/// The record of a key, as its zone has it or is to have it.
fn record(subject: &Subject, key: &DkimKey, domain: &DomainInfo) -> Value {
    let record = key.record(&domain.name);
    context! {
        selector => key.selector,
        line => format!("{}. IN TXT {}", record.name, quoted(record.value.as_bytes())),
        says => subject.say(&format!("dkim-record-{}", key.state().as_str()), &[]),
        seen_at => key.seen_at.map(|at| at.rfc3339()),
        is_revoked => key.state() == DkimState::Revoked,
    }
}

async fn show(subject: Subject) -> Answer {
    let Some(domain) = &subject.domain else {
        return subject.page("dkim.html", "dkim", context! { has_mail => false });
    };
    let keys = keys_of(&subject, domain).await?;
    let rows = keys.iter().map(|key| row(&subject, key, &keys)).collect();
    let wish = Wish::of(&subject.person.guest.target);
    let table = table::of(&wish, &COLUMNS, rows);
    if wish.is_csv {
        return Ok(table.csv("dkim", |key| subject.say(key, &[])));
    }
    let count = |state| keys.iter().filter(|key| key.state() == state).count();
    let (signing, waiting) = (count(DkimState::Active), count(DkimState::Published));
    let content = context! {
        has_mail => true,
        table => Value::from_serialize(&table),
        records => keys.iter().map(|key| record(&subject, key, domain)).collect::<Vec<_>>(),
        is_hosted => keys.iter().all(|key| key.is_in_our_zone),
        signing,
        waiting,
        ended => signing + count(DkimState::Retired),
        live => "zones",
    };
    subject.page("dkim.html", "dkim", content)
}

async fn rotate(subject: Subject, _fields: Fields) -> Answer {
    let domain = subject.domain.as_ref().ok_or(Trouble::NotFound)?;
    match subject.zones().rotate_dkim(&domain.name).await {
        Ok(keys) => {
            let made = keys.iter().filter(|key| key.state() == DkimState::Published);
            let key = match keys.iter().all(|key| key.is_in_our_zone) {
                true => "dkim-rotated",
                false => "dkim-rotated-elsewhere",
            };
            subject.done("dkim", &Toast::of(subject.say(key, &[("count", Word::from(made.count()))])))
        }
        Err(error) => subject.refused("dkim", error),
    }
}

/// The keys that are to be revoked; one that is so already is none.
fn chosen<'a>(keys: &'a [DkimKey], selector: &str) -> Result<Vec<&'a DkimKey>, Trouble> {
    let is_meant = |key: &&DkimKey| match selector {
        "" => matches!(key.state(), DkimState::Active | DkimState::Retired),
        selector => key.selector == selector && key.state() != DkimState::Revoked,
    };
    let chosen: Vec<&DkimKey> = keys.iter().filter(is_meant).collect();
    if chosen.is_empty() { Err(Trouble::NotFound) } else { Ok(chosen) }
}

/// How many letters of the domain wait in our queue, with the signature they left with; and whether more may.
async fn waiting(subject: &Subject, domain: &DomainInfo) -> Result<(usize, bool), Trouble> {
    let reach = Reach {
        organisation: Some(subject.person.session.organisation),
        domains: Some(vec![domain.name.to_string()]),
    };
    let page = subject.shared.queue.page(reach, Selection::All, Seek::first(limits::SORTED_ROWS)).await?;
    let is_own = |from: &ReversePath| match from {
        ReversePath::Address(address) => *address.domain() == domain.name,
        ReversePath::Null => false,
    };
    let own = page.items.iter().filter(|entry| is_own(&entry.from));
    let letters: BTreeSet<i64> = own.map(|entry| entry.message.0).collect();
    Ok((letters.len(), page.next.is_some()))
}

/// What will happen, in numbers.
async fn ending_page(
    subject: &Subject,
    domain: &DomainInfo,
    selector: &str,
    errors: &[FieldError],
) -> Answer {
    let keys = keys_of(subject, domain).await?;
    let chosen = chosen(&keys, selector)?;
    let is_chosen = |key: &DkimKey| chosen.iter().any(|one| one.id == key.id);
    let left: Vec<&DkimKey> = keys.iter().filter(|key| !is_chosen(key)).collect();
    let signing = left.iter().filter(|key| key.state() == DkimState::Active).count();
    let lives = |key: &&&DkimKey| matches!(key.state(), DkimState::Active | DkimState::Published);
    let living: BTreeSet<Algorithm> = left.iter().filter(lives).map(|key| key.algorithm).collect();
    let has_signed = chosen.iter().any(|key| key.state() != DkimState::Published);
    let (letters, is_more) = if has_signed { waiting(subject, domain).await? } else { (0, false) };
    let content = context! {
        selector,
        selectors => chosen.iter().map(|key| key.selector.as_str()).collect::<Vec<_>>(),
        count => chosen.len(),
        name => if selector.is_empty() { domain.name.as_str() } else { selector },
        has_signed,
        letters,
        is_more,
        signing,
        successors => Algorithm::ALL.len() - living.len(),
        is_hosted => keys.iter().all(|key| key.is_in_our_zone),
        errors => Value::from_serialize(errors),
    };
    let mut page = subject.page("dkim_revoke.html", "dkim", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn ending(subject: Subject, Query(which): Query<Which>) -> Answer {
    let domain = subject.domain.as_ref().ok_or(Trouble::NotFound)?;
    ending_page(&subject, domain, &which.selector, &[]).await
}

async fn revoke(subject: Subject, fields: Fields) -> Answer {
    let domain = subject.domain.as_ref().ok_or(Trouble::NotFound)?;
    let selector = fields.text("selector");
    let count = chosen(&keys_of(&subject, domain).await?, selector)?.len();
    let name = if selector.is_empty() { domain.name.as_str() } else { selector };
    if !fields.text("name").eq_ignore_ascii_case(name) {
        let words = subject.say("confirm-name-wrong", &[("name", name.into())]);
        return ending_page(&subject, domain, selector, &[FieldError::new("name", words)]).await;
    }
    let one = (!selector.is_empty()).then_some(selector);
    match subject.zones().revoke_dkim(&domain.name, one).await {
        Ok(keys) => {
            let key = match keys.iter().all(|key| key.is_in_our_zone) {
                true => "dkim-revoked",
                false => "dkim-revoked-elsewhere",
            };
            subject.done("dkim", &Toast::of(subject.say(key, &[("count", Word::from(count))])))
        }
        Err(error) => {
            let error = subject.refusal(error)?.at("name");
            ending_page(&subject, domain, selector, &[error]).await
        }
    }
}
