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
