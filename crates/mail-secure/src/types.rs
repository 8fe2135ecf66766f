//! What is kept of a secure letter.

use evidence::{Content, Digest, Event, Illegal, Machine, Mode, State};
use model::{Address, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::phone::Telephone;

/// A letter as it lies in the database; its text does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The id.
    pub id: i64,
    /// The sender's organisation; 0 for somebody without one who answers from the portal.
    pub organisation: OrganisationId,
    /// What others call it by.
    pub public_id: [u8; 16],
    /// How it is treated.
    pub mode: Mode,
    /// Who sent it.
    pub sender: Address,
    /// What the sender is called; the address where nothing is known.
    pub sender_name: String,
    /// How the sender was known, in the words of the evidence.
    pub authentication: String,
    /// Message-ID with its angle brackets.
    pub message_id: String,
    /// The subject, without marks.
    pub subject: String,
    /// Digests of what was in it.
    pub content: Content,
    /// The digests' salt.
    pub salt: Digest,
    /// SHA-256 of the whole letter and then of each part, without salt: what a receipt says to whoever has the letter.
    pub digests: Vec<Digest>,
    /// Octets of the letter as the recipient reads it.
    pub size_bytes: u64,
    /// When it was taken.
    pub submitted_at: Timestamp,
    /// What a program called it, so that it is not sent twice.
    pub client_reference: Option<String>,
    /// The copy whose recipient answers with it at the portal.
    pub answers: Option<Slot>,
}

/// Before the login of an application account, where evidence says how a sender was known.
const OF_APPLICATION: &str = "application account ";

/// How an application account was known, in the words of the evidence: `by` is what it showed, `way` is where.
pub fn application_words(by: &str, login: &str, way: &str) -> String {
    format!("{by} the {OF_APPLICATION}{login} ({way})")
}

/// The login of the application account in such words; `None` where a person or a mail server was known.
pub fn application_in(authentication: &str) -> Option<&str> {
    let (login, way) = authentication.rsplit_once(OF_APPLICATION)?.1.split_once(' ')?;
    (login.contains('@') && way.starts_with('(')).then_some(login)
}

impl Letter {
    /// The login of the application account that sent it; `None` for a letter that a person or a mail server sent.
    pub fn application(&self) -> Option<&str> {
        application_in(&self.authentication)
    }
}

/// By which way a recipient gets a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In an envelope that is opened at the portal.
    Sealed,
    /// As it is, into a mailbox of this platform.
    Mailbox,
    /// As it is, over a verified connection to an integrated organisation's gateway.
    Gateway,
    /// Not at all: the recipient takes no registered letters.
    Blocked,
}

impl Way {
    /// The word by which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Way::Sealed => "sealed",
            Way::Mailbox => "mailbox",
            Way::Gateway => "gateway",
            Way::Blocked => "blocked",
        }
    }

    /// Reads what [`Way::word`] writes.
    pub fn from_word(word: &str) -> Option<Way> {
        [Way::Sealed, Way::Mailbox, Way::Gateway, Way::Blocked].into_iter().find(|way| way.word() == word)
    }
}

/// A letter for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What it is called by.
    pub slot: Slot,
    /// The letter.
    pub letter: i64,
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// The recipient, without a suffix.
    pub address: Address,
    /// How it goes.
    pub way: Way,
    /// How far it is.
    pub state: State,
    /// The store's share of the key, wrapped in the vault; `None` once it is destroyed.
    pub store_share: Option<Vec<u8>>,
    /// Until when it can be opened.
    pub not_after: Timestamp,
    /// When the letter was taken.
    pub submitted_at: Timestamp,
    /// Of a registered letter: until when it can be accepted or refused.
    pub deadline: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When the store's share of the key was first given to somebody's browser: from then on they can have it open,
    /// whether they say so or not.
    pub released: Option<Released>,
    /// When it came to its end without being opened.
    pub ended_at: Option<Timestamp>,
    /// When the sender's side had the share destroyed with which its recipient could open it, or had opened it.
    pub erased_at: Option<Timestamp>,
    /// Reminders sent.
    pub reminders: u32,
    /// The last statement about it, from 1; 0 before the first.
    pub sequence: u64,
    /// The digest of that statement's sealed form.
    pub last_statement: Option<Digest>,
    /// When what that statement tells of happened; when the letter was taken before the first.
    pub last_at: Timestamp,
    /// Whether a passphrase of the sender's is needed to open it.
    pub has_passphrase: bool,
    /// Whether the letter itself names the recipient (To, Cc): the others see that they got it.
    pub is_named: bool,
    /// To which telephone the codes go, where the sender named one; `None` where they go to the mailbox.
    pub telephone: Option<Telephone>,
}

/// That the store's share of a key was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// When, the first time.
    pub at: Timestamp,
    /// How who asked was known, in the words of the evidence.
    pub to: String,
}

impl Copy {
    /// Whether anybody can still open it.
    pub fn can_be_opened(&self, now: Timestamp) -> bool {
        self.store_share.is_some() && now < self.not_after
    }

    /// What follows upon an event of this copy of a letter: the machine of states says so, and that the key was given
    /// out. Whoever has the key can have the letter: it is neither taken back from them nor undeliverable.
    ///
    /// # Errors
    /// When the event cannot follow.
    pub fn after(&self, mode: Mode, event: Event) -> Result<State, Illegal> {
        let after = Machine::resume(mode, self.state).after(event)?.state();
        let takes_it_away = matches!(after, State::Withdrawn | State::Undeliverable);
        if self.released.is_some() && takes_it_away {
            return Err(Illegal { mode, state: State::HandedOver, event });
        }
        Ok(after)
    }

    /// Whether the sender's side can take it back.
    pub fn can_be_withdrawn(&self, mode: Mode) -> bool {
        self.after(mode, Event::ContentConsignmentFailure).is_ok()
    }

    /// Whether the sender's side can have the share of its key destroyed: its recipient has it, or may have it, so that
    /// it is not taken back any more.
    pub fn can_be_erased(&self, mode: Mode) -> bool {
        self.store_share.is_some() && !self.can_be_withdrawn(mode)
    }

    /// Nobody opens it any more.
    pub(crate) fn end(&mut self, now: Timestamp) {
        self.store_share = None;
        self.ended_at = Some(now);
    }
}

/// 16 octets in hexadecimal digits.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Reads 32 hexadecimal digits, in small letters.
pub fn sixteen(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut octets = [0; 16];
    for (index, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(octets)
}
