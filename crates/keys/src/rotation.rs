//! When keys take over from each other: pure, so that a test can walk through the years.
//!
//! ```text
//! made ── seen in the DNS ── DKIM_SETTLING ── signs (DKIM_LIFETIME) ── signs no more ── DKIM_OVERLAP ── gone
//!                                             └ the next one is made          └ in the moment the next one signs
//! ```

use model::Timestamp;

use crate::dkim::{Algorithm, DkimKey, DkimState};
use crate::limits::{DKIM_LIFETIME, DKIM_OVERLAP, DKIM_REVOKED, DKIM_SETTLING};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a key, and publish its record.
    Make(Algorithm),
    /// Let this key sign.
    Activate(i64),
    /// Let this key sign no more; its record stays.
    Retire(i64),
    /// Forget this key and its record.
    Remove(i64),
}

/// What is due for the keys of one domain. Whether a record stands in the DNS is each key's `seen_at`.
pub fn due(now: Timestamp, keys: &[DkimKey]) -> Vec<Action> {
    let mut actions = Vec::new();
    for algorithm in Algorithm::ALL {
        let mine = |state| {
            keys.iter().filter(move |key: &&DkimKey| key.algorithm == algorithm && key.state() == state)
        };
        // At most one signs; a second would be a mistake that ends here.
        let signing = mine(DkimState::Active).max_by_key(|key| key.active_at);
        let next = mine(DkimState::Published).max_by_key(|key| key.created_at);
        match (signing, next) {
            (None, None) => actions.push(Action::Make(algorithm)),
            // The first key: nobody can have asked for its record before, and every hour counts.
            (None, Some(next)) if next.seen_at.is_some() => actions.push(Action::Activate(next.id)),
            (Some(signing), Some(next)) => {
                let has_settled = next.seen_at.is_some_and(|at| now.since(at) >= DKIM_SETTLING);
                if has_settled {
                    actions.extend([Action::Activate(next.id), Action::Retire(signing.id)]);
                }
            }
            (Some(signing), None) => {
                if signing.active_at.is_some_and(|at| now.since(at) >= DKIM_LIFETIME) {
                    actions.push(Action::Make(algorithm));
                }
            }
            (None, Some(_)) => {}
        }
        let is_surplus = |key: &&DkimKey| signing.is_some_and(|signing| signing.id != key.id);
        actions.extend(mine(DkimState::Active).filter(is_surplus).map(|key| Action::Retire(key.id)));
        let is_over = |at: Option<Timestamp>, span| at.is_some_and(|at| now.since(at) >= span);
        let retired = mine(DkimState::Retired).filter(|key| is_over(key.retired_at, DKIM_OVERLAP));
        actions.extend(retired.map(|key| Action::Remove(key.id)));
        let revoked = mine(DkimState::Revoked).filter(|key| is_over(key.revoked_at, DKIM_REVOKED));
        actions.extend(revoked.map(|key| Action::Remove(key.id)));
    }
    actions
}

/// What happens next in a key's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The domain's first key of its kind signs as soon as its record is seen.
    SignsOnceSeen,
    /// It takes over from the one that signs: at that moment, or once its record has been seen and has stood for
    /// [`DKIM_SETTLING`].
    TakesOver(Option<Timestamp>),
    /// A successor is made at that moment; this one goes on signing until it takes over.
    IsSucceeded(Timestamp),
    /// It signs no more from that moment on; `None` until its successor's record is seen.
    HandsOver(Option<Timestamp>),
    /// It is forgotten at that moment, and its record may go.
    IsRemoved(Timestamp),
}

impl Next {
    /// Every kind, for words.
    pub const EACH: [&str; 5] = ["signs once seen", "takes over", "is succeeded", "hands over", "is removed"];

    /// A few words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Next::SignsOnceSeen => "signs once seen",
            Next::TakesOver(_) => "takes over",
            Next::IsSucceeded(_) => "is succeeded",
            Next::HandsOver(_) => "hands over",
            Next::IsRemoved(_) => "is removed",
        }
    }

    /// When, as far as it is known; [`due`] finds it due from then on.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Next::SignsOnceSeen => None,
            Next::TakesOver(at) | Next::HandsOver(at) => at,
            Next::IsSucceeded(at) | Next::IsRemoved(at) => Some(at),
        }
    }
}

/// What comes next for one of the keys of a domain, by the same rules as [`due`].
pub fn next(key: &DkimKey, keys: &[DkimKey]) -> Next {
    let others =
        |state| keys.iter().filter(move |other| other.algorithm == key.algorithm && other.state() == state);
    let settled = |successor: &DkimKey| successor.seen_at.map(|at| at.plus(DKIM_SETTLING));
    match (key.state(), key.retired_at, key.revoked_at) {
        (_, _, Some(at)) => Next::IsRemoved(at.plus(DKIM_REVOKED)),
        (_, Some(at), None) => Next::IsRemoved(at.plus(DKIM_OVERLAP)),
        (DkimState::Published, ..) => match others(DkimState::Active).next() {
            Some(_) => Next::TakesOver(settled(key)),
            None => Next::SignsOnceSeen,
        },
        _ => match others(DkimState::Published).max_by_key(|other| other.created_at) {
            Some(successor) => Next::HandsOver(settled(successor)),
            None => Next::IsSucceeded(key.active_at.unwrap_or(key.created_at).plus(DKIM_LIFETIME)),
        },
    }
}
