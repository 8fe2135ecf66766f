//! What a programme reads for recipients: the letters that came to an address, which of them it has processed, and what
//! was sent and received together.
//!
//! Who may read for an address is decided by whoever calls; what somebody has shown for one letter is asked where that
//! letter is opened.

mod bringing;
mod rows;

use db::Tx;
use evidence::{Mode, State};
use model::{Address, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::statement::Shown;
use crate::types::{Copy, Letter};
use crate::{Secure, rows as letters};

pub use bringing::{Brings, brings, is_mail_of};

/// Copies that are listed at once.
pub const RECEIVED_LIMIT: usize = 200;

/// The place in a list behind a copy: newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    at: Timestamp,
    slot: Slot,
}

impl Behind {
    /// Behind this copy.
    pub fn copy(copy: &Copy) -> Behind {
        Behind { at: copy.submitted_at, slot: copy.slot }
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Behind> {
        let (at, slot) = text.split_once('.')?;
        Some(Behind { at: Timestamp(at.parse().ok()?), slot: Slot(crate::sixteen(slot)?) })
    }
}

impl std::fmt::Display for Behind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.0, self.slot)
    }
}

/// Which copies; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Of letters taken at or after.
    pub since: Option<Timestamp>,
    /// Of letters taken before.
    pub until: Option<Timestamp>,
    /// With whom: the sender of what was received, the recipient of what was sent.
    pub with: Option<Address>,
    /// How treated.
    pub mode: Option<Mode>,
    /// How far.
    pub state: Option<State>,
    /// Only what nobody has acknowledged.
    pub is_unprocessed: bool,
    /// Behind which place.
    pub behind: Option<Behind>,
    /// At most so many, and never more than [`RECEIVED_LIMIT`].
    pub limit: usize,
}

/// A letter for one recipient, in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The letter.
    pub letter: Letter,
    /// Its copy for this recipient.
    pub copy: Copy,
    /// When the last statement about it was made.
    pub last_at: Timestamp,
}

/// Whose sent letters are listed.
#[derive(Clone, Debug)]
pub enum SentBy {
    /// Those of a person, by the address that stood in From.
    Address(Address),
    /// Those that business software sent, by the login of its account.
    Application(String),
}

impl Secure {
    /// Copies for an address, newest first, from whichever organisation. What was refused when it was sent is not among
    /// them: its recipient never heard of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn received(&self, address: &Address, sought: Sought) -> Result<Vec<Listed>, SecureError> {
        let (secure, canonical) = (self.clone(), address.canonical());
        let scope = self.db().operator("list the letters to a recipient");
        scope
            .read(move |tx: &mut Tx| {
                let slots = rows::received(tx, &canonical, &sought)?;
                secure.listed(tx, slots)
            })
            .await
    }

    /// Copies of letters that somebody of an organisation sent, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sent_copies(
        &self,
        organisation: OrganisationId,
        by: SentBy,
        sought: Sought,
    ) -> Result<Vec<Listed>, SecureError> {
        let secure = self.clone();
        let scope = self.db().tenant(organisation);
        scope
            .read(move |tx: &mut Tx| {
                let slots = rows::sent(tx, organisation, &by, &sought)?;
                secure.listed(tx, slots)
            })
            .await
    }

    fn listed(&self, tx: &mut Tx, slots: Vec<(Slot, Timestamp)>) -> Result<Vec<Listed>, SecureError> {
        let mut listed = Vec::with_capacity(slots.len());
        for (slot, last_at) in slots {
            let copy = letters::copy_of(tx, &slot)?.ok_or(SecureError::Damaged("a copy that was listed"))?;
            let letter = letters::letter(tx, self.vault(), copy.letter)?;
            let letter = letter.ok_or(SecureError::Damaged("a copy without its letter"))?;
            listed.push(Listed { letter, copy, last_at });
        }
        Ok(listed)
    }

    /// Notes that a letter was processed by its recipient's programme; the first time counts. It is no event of the
    /// evidence: it says nothing to the sender.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] for a letter to somebody else.
    pub async fn acknowledge(&self, slot: &Slot, who: &Shown) -> Result<Timestamp, SecureError> {
        let (slot, canonical, now) = (*slot, who.canonical.clone(), self.now());
        let scope = self.db().operator("a recipient's programme has processed a letter");
        scope
            .write(move |tx: &mut Tx| {
                let copy = letters::copy_of(tx, &slot)?.filter(|copy| copy.address.canonical() == canonical);
                let copy = copy.ok_or(SecureError::NotFound)?;
                rows::acknowledge(tx, &copy, now)?;
                rows::acknowledged(tx, &copy)?.ok_or(SecureError::Damaged("an acknowledgement"))
            })
            .await
    }

    /// The Message-ID, with its angle brackets, of the letter that brings a copy to a mailbox.
    pub fn carrier_message_id(&self, letter: &Letter, copy: &Copy) -> String {
        match copy.way {
            crate::Way::Sealed | crate::Way::Blocked => {
                format!("<{}@{}>", copy.slot, self.settings().from.domain())
            }
            crate::Way::Mailbox | crate::Way::Gateway => letter.message_id.clone(),
        }
    }
}
