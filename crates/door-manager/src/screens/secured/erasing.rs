//! Erasing a letter: what is lost is said first, and what can be taken back instead.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Kept};
use axum::http::StatusCode;
use axum::routing::get;
use mail_secure::{Copy, Overview, SecureError};
use minijinja::{Value, context};

use super::letter::{chosen, facts};
use super::{Answer, PATH, state_key};
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::toast::{Toast, done};
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/secured/{letter}/erase", get(ask).post(erase))
}

async fn ask(Kept(shared): Kept<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    asked(&person, &letter, "", &[])
}

/// For whom the letter would be gone, before it is.
fn asked(person: &Person, letter: &Overview, reason: &str, errors: &[FieldError]) -> Answer {
    let is_open = |copy: &&Copy| copy.can_be_erased(letter.mode);
    let choice = |copy: &Copy| {
        context! {
            slot => copy.slot.to_string(),
            address => copy.address.to_string(),
            state => person.guest.say(&state_key(copy.state), &[]),
            is_open => is_open(&copy),
        }
    };
    let content = context! {
        choices => letter.copies.iter().map(choice).collect::<Vec<Value>>(),
        open => letter.copies.iter().filter(is_open).count(),
        recallable => letter.copies.iter().filter(|copy| copy.can_be_withdrawn(letter.mode)).count(),
        reason,
        errors => Value::from_serialize(errors),
        ..facts(person, letter)
    };
    let mut page = page::of(person, "secured_erase.html", "secured", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn erase(
    Kept(shared): Kept<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let organisation = person.session.organisation;
    let letter = shared.secure.overview(organisation, id).await?;
    let only = chosen(&letter, &fields)?;
    let reason = fields.text("reason");
    match shared.secure.erase_for(person.who(), organisation, id, only, reason).await {
        Ok(copies) => {
            let words = person.guest.say("secured-erased", &[("count", Word::from(copies.len()))]);
            Ok(done(&person, &format!("{PATH}/{id}"), &Toast::of(words)))
        }
        Err(error @ (SecureError::CanBeWithdrawn | SecureError::Ended)) => {
            let key = match error {
                SecureError::CanBeWithdrawn => "secured-erase-not-yet",
                _ => "secured-erase-nothing",
            };
            let words = person.guest.say(key, &[]);
            asked(&person, &letter, reason, &[FieldError::new("copy", words)])
        }
        Err(error) => Err(error.into()),
    }
}
