//! Ending a letter: taking it back before somebody has it, erasing it afterwards. What is lost is said first, and what can
//! be done instead.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Kept};
use axum::http::StatusCode;
use axum::routing::get;
use evidence::Mode;
use mail_secure::{Copy, Overview, SecureError};
use minijinja::{Value, context};
use wire_safe::Slot;

use super::letter::facts;
use super::{Answer, PATH, state_key};
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/secured/{letter}/withdraw", get(ask_to_withdraw).post(withdraw))
        .route("/secured/{letter}/erase", get(ask_to_erase).post(erase))
}

/// An end that whoever administers can give a letter.
struct End {
    template: &'static str,
    /// Whether a copy can come to it.
    is_open: fn(&Copy, Mode) -> bool,
    /// The words for a number of copies that came to it.
    done: &'static str,
    /// The words for why none does; `None` where the error is another.
    refused: fn(&SecureError) -> Option<&'static str>,
}

const WITHDRAWN: End = End {
    template: "secured_withdraw.html",
    is_open: Copy::can_be_withdrawn,
    done: "secured-withdrawn",
    refused: |error| match error {
        SecureError::Underway => Some("secured-withdraw-underway"),
        SecureError::Illegal(_) => Some("secured-withdraw-too-late"),
        _ => None,
    },
};

const ERASED: End = End {
    template: "secured_erase.html",
    is_open: Copy::can_be_erased,
    done: "secured-erased",
    refused: |error| match error {
        SecureError::CanBeWithdrawn => Some("secured-erase-not-yet"),
        SecureError::Ended => Some("secured-erase-nothing"),
        _ => None,
    },
};

async fn ask_to_withdraw(
    Kept(shared): Kept<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
) -> Answer {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    WITHDRAWN.asked(&person, &letter, "", &[])
}

async fn ask_to_erase(Kept(shared): Kept<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    ERASED.asked(&person, &letter, "", &[])
}

async fn withdraw(
    Kept(shared): Kept<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let organisation = person.session.organisation;
    let letter = shared.secure.overview(organisation, id).await?;
    let (only, reason) = (chosen(&letter, &fields)?, fields.text("reason"));
    let ended = shared.secure.withdraw_for(person.who(), organisation, id, only, reason).await;
    WITHDRAWN.answer(&person, &letter, reason, ended)
}

async fn erase(
    Kept(shared): Kept<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let organisation = person.session.organisation;
    let letter = shared.secure.overview(organisation, id).await?;
    let (only, reason) = (chosen(&letter, &fields)?, fields.text("reason"));
    let ended = shared.secure.erase_for(person.who(), organisation, id, only, reason).await;
    ERASED.answer(&person, &letter, reason, ended)
}

/// The copy that a form names; `None` for all of them.
fn chosen(letter: &Overview, fields: &Fields) -> Result<Option<Slot>, Trouble> {
    match fields.text("copy") {
        "" => Ok(None),
        text => {
            let found = letter.copies.iter().find(|copy| copy.slot.to_string() == text);
            found.map(|copy| Some(copy.slot)).ok_or(Trouble::NotFound)
        }
    }
}

impl End {
    /// For whom the letter would end, before anything is done.
    fn asked(&self, person: &Person, letter: &Overview, reason: &str, errors: &[FieldError]) -> Answer {
        let is_open = |copy: &&Copy| (self.is_open)(copy, letter.mode);
        let choice = |copy: &Copy| {
            context! {
                slot => copy.slot.to_string(),
                address => copy.address.to_string(),
                state => person.guest.say(&state_key(copy.state), &[]),
                is_open => is_open(&copy),
            }
        };
        let open = letter.copies.iter().filter(is_open).count();
        let content = context! {
            choices => letter.copies.iter().map(choice).collect::<Vec<Value>>(),
            open,
            closed => letter.copies.len() - open,
            recallable => letter.copies.iter().filter(|copy| copy.can_be_withdrawn(letter.mode)).count(),
            reason,
            errors => Value::from_serialize(errors),
            ..facts(person, letter)
        };
        let mut page = page::of(person, self.template, "secured", content)?;
        if !errors.is_empty() {
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(page)
    }

    /// The letter's page with what was done, or the form again with why not.
    fn answer(
        &self,
        person: &Person,
        letter: &Overview,
        reason: &str,
        ended: Result<Vec<Copy>, SecureError>,
    ) -> Answer {
        match ended {
            Ok(copies) => {
                let words = person.guest.say(self.done, &[("count", Word::from(copies.len()))]);
                Ok(done(person, &format!("{PATH}/{}", letter.id), &Toast::of(words)))
            }
            Err(error) => match (self.refused)(&error) {
                Some(key) => {
                    let words = person.guest.say(key, &[]);
                    self.asked(person, letter, reason, &[FieldError::new("copy", words)])
                }
                None => Err(error.into()),
            },
        }
    }
}
