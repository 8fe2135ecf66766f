//! Where a letter that comes in lies for one recipient: what the judge found of the letter, and what the recipient's
//! mail service says of its senders. Pure, as [`crate::decide`] is, which looks at what all recipients have in common.

use trust::{Authentication, DmarcResult};
use wire_trust::dmarc;

use crate::Placement;

/// What the sender lists of a recipient's mail service say of a letter's senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Blocked: the letter is spam, whatever else is known of it.
    Blocked,
    /// Approved: the letter passes the filter.
    Approved,
}

/// Where the letter lies. An approved sender passes the filter, but never what says that the letter is somebody
/// else's: a domain that asks to refuse what it did not send (such letters are refused before, but for those that the
/// domain's percentage leaves out), and a stranger who claims one of our domains (docs/decisions/0055).
pub fn place(
    found: Placement,
    authentication: Option<&Authentication>,
    standing: Option<Standing>,
) -> Placement {
    match standing {
        None => found,
        Some(Standing::Blocked) => Placement::Junk,
        Some(Standing::Approved) if authentication.is_some_and(is_forged) => found,
        Some(Standing::Approved) => Placement::Inbox,
    }
}

fn is_forged(authentication: &Authentication) -> bool {
    let dmarc = authentication.dmarc.as_ref();
    authentication.claims_hosted.is_some()
        || dmarc
            .is_some_and(|dmarc| dmarc.result == DmarcResult::Fail && dmarc.policy == dmarc::Policy::Reject)
}
