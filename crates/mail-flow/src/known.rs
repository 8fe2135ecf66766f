//! What RCPT has learned of a mailbox a moment ago, so that the end of the same letter need not ask again.

use std::collections::HashMap;

use model::{AccountRef, Address, Timestamp};
use parking_lot::Mutex;

use crate::limits::{KNOWN_FOR, KNOWN_LIMIT};

/// Mailboxes by the address as received, and accounts with much room. Being out of date does no harm: an
/// account that is gone or full by then refuses the letter when it is to go in.
#[derive(Default)]
pub(crate) struct Known {
    mailboxes: Mutex<HashMap<Address, (AccountRef, Address, Timestamp)>>,
    roomy: Mutex<HashMap<AccountRef, Timestamp>>,
}

impl Known {
    /// At RCPT, after the directory was asked.
    pub(crate) fn learn(&self, recipient: &Address, account: AccountRef, mailbox: Address, now: Timestamp) {
        let mut mailboxes = self.mailboxes.lock();
        if mailboxes.len() >= KNOWN_LIMIT {
            mailboxes.clear();
        }
        mailboxes.insert(recipient.clone(), (account, mailbox, now));
    }

    /// At the end of the letter; each answer serves once, so that every letter asks anew at RCPT.
    pub(crate) fn take(&self, recipient: &Address, now: Timestamp) -> Option<(AccountRef, Address)> {
        let (account, mailbox, at) = self.mailboxes.lock().remove(recipient)?;
        (now.since(at) < KNOWN_FOR).then_some((account, mailbox))
    }

    /// Whether the account had much room a moment ago.
    pub(crate) fn is_roomy(&self, account: AccountRef, now: Timestamp) -> bool {
        self.roomy.lock().get(&account).is_some_and(|at| now.since(*at) < KNOWN_FOR)
    }

    /// The account has room for many letters.
    pub(crate) fn note_roomy(&self, account: AccountRef, now: Timestamp) {
        let mut roomy = self.roomy.lock();
        if roomy.len() >= KNOWN_LIMIT {
            roomy.clear();
        }
        roomy.insert(account, now);
    }
}
