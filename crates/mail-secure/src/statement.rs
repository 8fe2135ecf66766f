//! What happened to a letter, as a statement that others can check: made, sealed and kept in the transaction that makes
//! it true.

use db::Tx;
use evidence::{Event, Evidence, Identifier, Issuer, Reason, Recipient, Sealed, Sender};
use model::{Timestamp, UserId};
use wire_safe::Slot;
use world::World;

use crate::error::SecureError;
use crate::platform::Platform;
use crate::rows::{self, KeptStatement};
use crate::settings::Settings;
use crate::types::{Copy, Letter};

/// Something that happened to one recipient's copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happening {
    /// What.
    pub(crate) event: Event,
    /// When.
    pub(crate) at: Timestamp,
    /// Why; needed by what is negative.
    pub(crate) reason: Option<Reason>,
    /// How the recipient showed who they are, where the event has to do with that.
    pub(crate) authentication: Option<String>,
    /// Who acted for a shared address.
    pub(crate) acting: Option<String>,
}

impl Happening {
    /// Something without more to be said.
    pub(crate) fn new(event: Event, at: Timestamp) -> Happening {
        Happening { event, at, reason: None, authentication: None, acting: None }
    }

    /// With its reason: a code of the standard and words.
    pub(crate) fn because(mut self, code: &str, detail: impl Into<String>) -> Happening {
        self.reason = Some(Reason { code: code.to_owned(), detail: detail.into() });
        self
    }

    /// By somebody who has shown who they are.
    pub(crate) fn by(mut self, who: &Shown) -> Happening {
        self.authentication = Some(who.authentication.clone());
        self.acting.clone_from(&who.acting);
        self
    }
}

/// Somebody at the portal, and how they have shown who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The address that is theirs, in the form of comparisons.
    pub canonical: String,
    /// How, in the words of the evidence.
    pub authentication: String,
    /// Who acts, where the address is not their own: the address with which they sign in.
    pub acting: Option<String>,
    /// Whose account it is; `None` where a code was shown.
    pub person: Option<UserId>,
    /// Whether it was more than a code sent to the mailbox.
    pub is_strong: bool,
    /// For which copy alone it counts, where it was a code sent to the telephone that the sender named: it shows nothing
    /// about the mailbox.
    pub by_telephone: Option<Slot>,
}

impl Shown {
    /// Who it is, in the words of the evidence.
    pub(crate) fn in_evidence(&self) -> String {
        match &self.acting {
            None => self.authentication.clone(),
            Some(acting) => format!("{acting}, {}", self.authentication),
        }
    }

    /// Under which address what this person says of himself is kept: the own one, whoever's letters it is about.
    pub(crate) fn own(&self) -> &str {
        self.acting.as_deref().unwrap_or(&self.canonical)
    }
}

/// What statements are made with.
pub(crate) struct Notary<'a> {
    pub(crate) world: &'a World,
    pub(crate) platform: &'a Platform,
    pub(crate) settings: &'a Settings,
}

impl Notary<'_> {
    /// Lets something happen to a copy: its state, the statement about it, its place in the chain. What may not happen
    /// there changes nothing.
    pub(crate) fn state(
        &self,
        tx: &mut Tx,
        letter: &Letter,
        copy: &mut Copy,
        happening: &Happening,
    ) -> Result<(), SecureError> {
        let after = copy.after(letter.mode, happening.event)?;
        // A clock that was put back, or another node's that is behind, does not let a letter happen before it was taken,
        // nor what follows before what it follows.
        let at = happening.at.max(letter.submitted_at).max(copy.last_at);
        let sealed_at = self.world.clock.now().max(at);
        let sealed = self.sealed(letter, copy, happening, (at, sealed_at))?;
        let text = sealed.text();
        copy.state = after;
        copy.sequence += 1;
        copy.last_statement = Some(sealed.digest());
        copy.last_at = at;
        let mut blind = [0; 32];
        self.world.random.fill(&mut blind);
        let event = happening.event;
        rows::insert_statement(tx, &KeptStatement { copy, event, at, sealed_at, sealed: text, blind })?;
        Ok(())
    }

    fn sealed(
        &self,
        letter: &Letter,
        copy: &Copy,
        happening: &Happening,
        (at, sealed_at): (Timestamp, Timestamp),
    ) -> Result<Sealed, SecureError> {
        let mut id = [0; 16];
        self.world.random.fill(&mut id);
        let evidence = Evidence {
            deadline: copy.deadline.filter(|_| happening.event == Event::NotificationForAcceptance),
            version: Evidence::version(),
            id: Identifier(id),
            event: happening.event,
            reasons: happening.reason.iter().cloned().collect(),
            event_time: at,
            submission_time: letter.submitted_at,
            policy: self.settings.policy.clone(),
            issuer: Issuer { name: self.settings.issuer.clone(), key: self.platform.seal_name.clone() },
            letter: Identifier(letter.public_id),
            message_identifier: letter.message_id.clone(),
            mode: letter.mode,
            sender: Sender {
                address: letter.sender.to_string(),
                organisation: None,
                authentication: letter.authentication.clone(),
            },
            recipient: Recipient {
                address: copy.address.to_string(),
                slot: Identifier(copy.slot.0),
                authentication: happening.authentication.clone(),
                acting_person: happening.acting.clone(),
            },
            content: letter.content.clone(),
            sequence: copy.sequence + 1,
            previous: copy.last_statement,
        };
        evidence::seal(&evidence, &self.platform.seal, sealed_at).map_err(|error| SecureError::Evidence {
            event: happening.event,
            why: model::Chain(&error).to_string(),
        })
    }
}
