//! One letter: each recipient's copy with what happened to it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Kept};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use evidence::Event;
use mail_secure::{Language, Overview};
use minijinja::{Value, context};
use model::Timestamp;

use super::{Answer, PATH, lamp, mode_words, state_key, way_words};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::{Shared, page, reader};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/secured/{letter}", get(show))
        .route("/secured/{letter}/evidence", get(evidence_of))
        .route("/secured/{letter}/receipts/{copy}/{of}", get(receipt))
}

/// The key of an event's words: `secured-event-ContentHandover`.
fn event_key(event: Event) -> String {
    format!("secured-event-{}", event.name())
}

/// What a receipt is of, by the word in its address.
const RECEIPTS: [(&str, Event); 5] = [
    ("submission", Event::SubmissionAcceptance),
    ("acceptance", Event::ConsignmentAcceptance),
    ("refusal", Event::ConsignmentRejection),
    ("expiry", Event::AcceptanceRejectionExpiry),
    ("handover", Event::ContentHandover),
];

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.rfc3339())
}

pub(super) fn facts(person: &Person, letter: &Overview) -> Value {
    context! {
        id => letter.id.to_string(),
        sender => letter.sender.to_string(),
        mode => mode_words(person, letter.mode),
        application => letter.application,
        size => reader::octets(person.guest.language, letter.size_bytes),
        submitted_at => letter.submitted_at.rfc3339(),
        can_be_withdrawn => letter.copies.iter().any(|copy| copy.can_be_withdrawn(letter.mode)),
        can_be_erased => letter.copies.iter().any(|copy| copy.can_be_erased(letter.mode)),
    }
}

async fn show(Kept(shared): Kept<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    let mut copies = Vec::new();
    for copy in &letter.copies {
        let happened = shared.secure.happened(&copy.slot).await?;
        let events: Vec<Value> = happened
            .iter()
            .map(|one| {
                let key = event_key(one.event);
                context! {
                    at => one.at.rfc3339(),
                    says => person.guest.say(&key, &[]),
                    log_index => one.log_index,
                    is_stamped => one.is_stamped,
                }
            })
            .collect();
        // Receipts name the subject: they are the organisation's where its programme wrote it (decision 0074).
        let receipts: Vec<Value> = RECEIPTS
            .iter()
            .filter(|(_, event)| happened.iter().any(|one| one.event == *event && one.is_stamped))
            .filter(|_| letter.application.is_some())
            .map(|(word, _)| {
                let text = person.guest.say(&format!("secured-receipt-{word}"), &[]);
                context! { href => format!("{PATH}/{id}/receipts/{}/{word}", copy.slot), text }
            })
            .collect();
        copies.push(context! {
            receipts,
            address => copy.address.to_string(),
            way => way_words(&person, copy.way),
            lamp => lamp(copy.state),
            state => person.guest.say(&state_key(copy.state), &[]),
            deadline => time(copy.deadline),
            accepted_at => time(copy.accepted_at),
            // Of more interest than nothing at all, until the letter is known to have been opened.
            released_at => time(copy.released.as_ref().filter(|_| copy.opened_at.is_none()).map(|one| one.at)),
            opened_at => time(copy.opened_at),
            ended_at => time(copy.ended_at),
            erased_at => time(copy.erased_at),
            events,
        });
    }
    let content = context! { copies, ..facts(&person, &letter) };
    page::of(&person, "secured_letter.html", "secured", content)
}

/// The letter, where what proves its content is the organisation's: an application account sent it.
async fn of_application(shared: &Shared, person: &Person, id: i64) -> Result<Overview, Trouble> {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    if letter.application.is_some() { Ok(letter) } else { Err(Trouble::NotAllowed) }
}

fn file(kind: &'static str, name: &str, octets: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], octets).into_response()
}

async fn evidence_of(Kept(shared): Kept<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let letter = of_application(&shared, &person, id).await?;
    let bundle = shared.secure.bundle_of_letter(letter.id).await?;
    let json = bundle.to_json().map_err(|error| Trouble::ours(&error))?;
    Ok(file("application/json", &format!("{id}.evidence.json"), json))
}

async fn receipt(
    Kept(shared): Kept<Arc<Shared>>,
    person: Administrator,
    Path((id, copy, of)): Path<(i64, String, String)>,
) -> Answer {
    let letter = shared.secure.overview(person.session.organisation, id).await?;
    let known = letter.copies.iter().find(|known| known.slot.to_string() == copy);
    let slot = known.ok_or(Trouble::NotFound)?.slot;
    let (_, event) = RECEIPTS.iter().find(|(word, _)| *word == of).ok_or(Trouble::NotFound)?;
    of_application(&shared, &person, id).await?;
    let language = Language::of_tag(person.guest.language.tag()).unwrap_or_default();
    let page = shared.secure.receipt(&slot, *event, language).await?;
    Ok(file("application/pdf", &format!("{of}-{slot}.pdf"), page))
}

#[cfg(test)]
pub(super) fn keys() -> Vec<String> {
    let receipts = RECEIPTS.iter().map(|(word, _)| format!("secured-receipt-{word}"));
    Event::ALL.into_iter().map(event_key).chain(receipts).collect()
}
