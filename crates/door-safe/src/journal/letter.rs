//! One letter of the journal: what happened to it, and what proves that.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use mail_secure::{Event, Own, OwnEvent, Owner, Reach, Way, hex, said_in};
use minijinja::{Value, context};

use super::{facts, own, stranger};
use crate::letter::moment;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, download, pages};

/// `GET /safe/journal/{slot}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(slot): Path<String>,
) -> Response {
    match own(&shared, &guest, &slot).await {
        Ok((owner, own)) => page_of(&shared, &guest, &owner, &own, None).await,
        Err(Trouble::Proof) => stranger(&guest),
        Err(trouble) => trouble.page(&guest),
    }
}

/// The page of a letter; `told` is the key of what was done a moment ago.
pub(super) async fn page_of(
    shared: &Shared,
    guest: &Guest,
    owner: &Owner,
    own: &Own,
    told: Option<&str>,
) -> Response {
    let gathered = async {
        let events = shared.secure.own_events(own).await?;
        // An answer to all is in the journal of people who did not get the letter that it answers.
        let answered = match &own.letter.answers {
            Some(slot) => shared.secure.own_letter(owner, slot).await.ok(),
            None => None,
        };
        Ok::<_, Trouble>((events, answered))
    };
    let (events, answered) = match gathered.await {
        Ok(gathered) => gathered,
        Err(trouble) => return trouble.page(guest),
    };
    let receipts: Vec<&str> = events
        .iter()
        .filter(|event| event.stamped_at.is_some() && own.may_have_receipt(&shared.secure, event.event))
        .map(|event| event.event.name())
        .collect();
    let events: Vec<Value> = events.iter().map(|event| shown(shared, guest, event)).collect();
    let letter = &own.letter;
    let path = format!("/safe/journal/{}", own.copy.slot);
    let content = context! {
        title => format!("title-{}", letter.mode),
        told,
        events,
        receipts,
        identifier => hex(&letter.public_id),
        accepted_at => own.copy.accepted_at.map(|at| moment(shared, at)),
        released_at => own
            .copy
            .released
            .as_ref()
            .filter(|_| own.copy.opened_at.is_none())
            .map(|released| moment(shared, released.at)),
        opened_at => own.copy.opened_at.filter(|_| own.copy.way == Way::Sealed).map(|at| moment(shared, at)),
        erased_at => own.copy.erased_at.map(|at| moment(shared, at)),
        may_have_evidence => own.may_have_evidence(),
        can_be_withdrawn => own.can_be_withdrawn() && owner.reach != Reach::Mailbox,
        answers => answered.map(|answered| answered.copy.slot.to_string()),
        ..facts(shared, guest, own)
    };
    pages::standing(guest, "journal-letter.html", &path, &content)
}

fn shown(shared: &Shared, guest: &Guest, event: &OwnEvent) -> Value {
    context! {
        event => event.event.name(),
        is_negative => event.event.is_negative(),
        at => moment(shared, event.at),
        reason => event.reason,
        authentication => event.authentication.as_deref().map(|said| said_in(guest.language, said)),
        log_index => event.log_index,
        stamped_at => event.stamped_at.map(|at| moment(shared, at)),
    }
}

/// `GET /safe/journal/{slot}/receipt/{event}`: the signed page, made anew each time from the same evidence.
pub(crate) async fn receipt(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((slot, event)): Path<(String, String)>,
) -> Response {
    let made = async {
        let (_, own) = own(&shared, &guest, &slot).await?;
        let event = Event::from_name(&event)
            .filter(|event| own.may_have_receipt(&shared.secure, *event))
            .ok_or(Trouble::NotFound)?;
        let pdf = shared.secure.receipt(&own.copy.slot, event, guest.language).await?;
        let name = format!("{}-{}.pdf", event.name(), hex(&own.letter.public_id[..4]));
        Ok::<_, Trouble>(download::file("application/pdf", &name, pdf))
    };
    made.await.unwrap_or_else(|trouble| trouble.page(&guest))
}

/// `GET /safe/journal/{slot}/evidence`: everything that proves what happened to this copy.
pub(crate) async fn evidence(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(slot): Path<String>,
) -> Response {
    let made = async {
        let (_, own) = own(&shared, &guest, &slot).await?;
        if !own.may_have_evidence() {
            return Err(Trouble::NotFound);
        }
        let bundle = shared.secure.bundle(&own.copy.slot).await?.to_json().map_err(|_| Trouble::Later)?;
        let name = format!("{}.evidence.json", hex(&own.letter.public_id[..4]));
        Ok::<_, Trouble>(download::file("application/json", &name, bundle))
    };
    made.await.unwrap_or_else(|trouble| trouble.page(&guest))
}
