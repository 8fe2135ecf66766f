//! The journal: what somebody sent and received secured, what happened to each letter, its receipts and its evidence; and
//! taking back what was sent.

pub(crate) mod letter;
pub(crate) mod list;
pub(crate) mod searching;
pub(crate) mod withdrawing;

use axum::http::StatusCode;
use axum::response::Response;
use mail_secure::{Own, Owner, Reach, Way, sixteen};
use minijinja::{Value, context};
use wire_safe::Slot;

use crate::trouble::Trouble;
use crate::visitor::{Guest, Visitor};
use crate::{Shared, pages};

/// Whose journal a visitor sees: that of the account, or else of the mailbox that was shown by a code.
pub(crate) fn owner(visitor: &Visitor) -> Option<Owner> {
    let account = visitor.by_account.as_ref().map(|who| Owner {
        canonical: who.canonical.clone(),
        reach: if who.is_strong { Reach::SecondFactor } else { Reach::Account },
    });
    let mailbox = || {
        visitor.by_code.as_ref().map(|who| Owner { canonical: who.canonical.clone(), reach: Reach::Mailbox })
    };
    account.or_else(mailbox)
}

/// A letter of the visitor's own journal.
async fn own(shared: &Shared, guest: &Guest, slot: &str) -> Result<(Owner, Own), Trouble> {
    let owner = owner(&guest.known(shared).await?).ok_or(Trouble::Proof)?;
    let slot = Slot(sixteen(slot).ok_or(Trouble::NotFound)?);
    let own = shared.secure.own_letter(&owner, &slot).await?;
    Ok((owner, own))
}

/// The page for who has not shown who they are.
fn stranger(guest: &Guest) -> Response {
    let content = context! { title => "journal-title", next => "/safe/journal" };
    let mut page = pages::standing(guest, "journal-stranger.html", "/safe/journal", &content);
    *page.status_mut() = StatusCode::FORBIDDEN;
    page
}

/// How much of the journal is seen, for its words.
fn reach_word(reach: Reach) -> &'static str {
    match reach {
        Reach::Mailbox => "mailbox",
        Reach::Account => "account",
        Reach::SecondFactor => "all",
    }
}

/// The end of the key of a state's words.
fn state_word(state: mail_secure::State) -> String {
    state.word().replace(' ', "-")
}

/// What a letter's line and its page both say.
fn facts(shared: &Shared, guest: &Guest, own: &Own) -> Value {
    use mail_secure::State;
    let (letter, copy) = (&own.letter, &own.copy);
    // Colour helps; the words say it.
    let tone = match copy.state {
        State::Offered => "waiting",
        State::Rejected
        | State::Blocked
        | State::Refused
        | State::Expired
        | State::Undeliverable
        | State::Withdrawn
        | State::Unclaimed => "lost",
        _ => "",
    };
    context! {
        slot => copy.slot.to_string(),
        is_sent => own.is_sent,
        other => own.other(&shared.secure, guest.language),
        sender => &*own.sender(&shared.secure, guest.language).address,
        recipient => copy.address.to_string(),
        mode => letter.mode.to_string(),
        subject => own.subject(&shared.secure),
        // A mailbox has what was handed to it, opened or not.
        state => match (copy.state, copy.way) {
            (State::HandedOver, Way::Mailbox | Way::Gateway) => "delivered".to_owned(),
            (state, _) => state_word(state),
        },
        tone,
        submitted_at => crate::letter::moment(shared, letter.submitted_at),
        deadline => copy.deadline.filter(|_| copy.state == State::Offered).map(|at| crate::letter::moment(shared, at)),
    }
}
