//! «Lettres sécurisées»: how many are where, which there are, what happened to each copy, and ending one.
//!
//! Whoever administers sees envelopes and states, never a subject, never what is in a letter. Receipts and evidence tell of
//! the content: of what a person sent they are that person's; what an application account sent is the organisation's
//! (decision 0074).

mod alerts;
mod counts;
mod ending;
mod letter;
mod list;
mod policy;

use std::sync::Arc;

use axum::Router;
use evidence::{Mode, State};
use mail_secure::{SecureError, Way};
use model::Timestamp;

use super::Answer;
use crate::Shared;
use crate::table::Cell;
use crate::trouble::Trouble;
use crate::visitor::Person;

pub(super) use alerts::alerts;
pub(super) use policy::how;

const PATH: &str = "/manager/secured";
/// What the filter of states calls copies of which nothing arrived, in whichever state they are.
const FAILED: &str = "failed";
/// Every mode, in the order of the tags' letters.
const MODES: [Mode; 3] = [Mode::Confidential, Mode::Personal, Mode::Registered];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(list::routes())
        .merge(letter::routes())
        .merge(ending::routes())
        .merge(counts::routes())
        .merge(policy::routes())
}

impl From<SecureError> for Trouble {
    fn from(error: SecureError) -> Trouble {
        match error {
            SecureError::NotFound => Trouble::NotFound,
            error if error.is_temporary() => {
                tracing::warn!(error = %model::Chain(&error), "the Manager cannot reach the secured letters");
                Trouble::Later
            }
            error => Trouble::ours(&error),
        }
    }
}

/// The key of a state's words: `secured-state-handed-over`.
fn state_key(state: State) -> String {
    format!("secured-state-{}", state.word().replace(' ', "-"))
}

/// How a state is lit: what nobody will read is lost, what somebody has is done, the rest is on its way.
fn lamp(state: State) -> &'static str {
    match state {
        State::Accepted | State::HandedOver | State::Relayed => "ok",
        State::Unsent | State::Submitted | State::Offered | State::Consigned | State::Notified => "waiting",
        State::Withdrawn => "unknown",
        State::Rejected
        | State::Blocked
        | State::Refused
        | State::Expired
        | State::Undeliverable
        | State::Unclaimed => "lost",
    }
}

fn state_cell(person: &Person, state: State) -> Cell {
    Cell::lamp(lamp(state), person.guest.say(&state_key(state), &[]))
}

fn mode_words(person: &Person, mode: Mode) -> String {
    person.guest.say(&format!("secured-mode-{mode}"), &[])
}

fn way_words(person: &Person, way: Way) -> String {
    person.guest.say(&format!("secured-way-{}", way.word()), &[])
}

/// The first moment of the last so many days, today's included, in UTC as charts count.
fn days_ago(now: Timestamp, days: u32) -> Timestamp {
    const DAY: i64 = 86_400_000;
    Timestamp((now.0.div_euclid(DAY) - i64::from(days) + 1) * DAY)
}

/// Every key that is put together here, for the test of the words.
#[cfg(test)]
pub(crate) fn keys() -> Vec<String> {
    let mut keys: Vec<String> = State::ALL.into_iter().map(state_key).collect();
    keys.extend(MODES.map(|mode| format!("secured-mode-{mode}")));
    let ways = [Way::Sealed, Way::Mailbox, Way::Gateway, Way::Blocked];
    keys.extend(ways.map(|way| format!("secured-way-{}", way.word())));
    keys.extend(letter::keys());
    keys
}
