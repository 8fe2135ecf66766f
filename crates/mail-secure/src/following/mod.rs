//! What a sender's organisation asks about its letters: where they are, what happened since, how many there were.

mod rows;

use db::Tx;
use evidence::{Event, Mode};
use model::{Address, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::types::{Copy, Letter, Way};
use crate::{Secure, State};

/// Statements that are listed at once.
pub const HAPPENED_LIMIT: usize = 200;
/// Lines of a journal that are read at once.
pub const JOURNAL_LIMIT: usize = 100_000;

/// A statement, without what it is sealed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Which copy it is about.
    pub slot: Slot,
    /// Its number among those of the copy, from 1.
    pub sequence: u64,
    /// What others call the letter by.
    pub letter: [u8; 16],
    /// For whom.
    pub recipient: Address,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Timestamp,
    /// Its place in the public log: places are given one after the other, in the order in which they become known.
    pub log_index: u64,
}

/// The place in the list of statements behind one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    log_index: u64,
}

impl Cursor {
    /// Behind this statement.
    pub fn behind(happened: &Happened) -> Cursor {
        Cursor { log_index: happened.log_index }
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Cursor> {
        let log_index: u64 = text.parse().ok()?;
        let is_ours = log_index <= evidence::limits::WHOLE_NUMBER && log_index.to_string() == text;
        is_ours.then_some(Cursor { log_index })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.log_index)
    }
}

/// How many letters of a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The mode.
    pub mode: Mode,
    /// Letters that were taken.
    pub letters: u64,
    /// Their recipients.
    pub recipients: u64,
    /// Octets of the letters, each counted once.
    pub octets: u64,
}

/// A letter for one recipient, as an organisation's journal has it: nothing of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// When it was taken.
    pub at: Timestamp,
    /// What others call the letter by.
    pub letter: [u8; 16],
    /// How it is treated.
    pub mode: Mode,
    /// Who sent it.
    pub sender: Address,
    /// To whom.
    pub recipient: Address,
    /// How it goes.
    pub way: Way,
    /// How far it is.
    pub state: State,
    /// Octets of the letter.
    pub octets: u64,
    /// What the sender's program called it.
    pub client_reference: Option<String>,
}

impl Secure {
    /// A letter of an organisation by what others call it, and its copies.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] outside of the organisation.
    pub async fn letter_called(
        &self,
        organisation: OrganisationId,
        public_id: [u8; 16],
    ) -> Result<(Letter, Vec<Copy>), SecureError> {
        let secure = self.clone();
        self.db()
            .tenant(organisation)
            .read(move |tx: &mut Tx| {
                let id = rows::id_of(tx, organisation, &public_id)?.ok_or(SecureError::NotFound)?;
                let letter = crate::rows::letter(tx, secure.vault(), id)?.ok_or(SecureError::NotFound)?;
                Ok((letter, crate::rows::copies_of(tx, id)?))
            })
            .await
    }

    /// The copies of an organisation's letter, in the order of their addresses.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn copies(&self, organisation: OrganisationId, letter: i64) -> Result<Vec<Copy>, SecureError> {
        let scope = self.db().tenant(organisation);
        scope.read(move |tx: &mut Tx| Ok(crate::rows::copies_of(tx, letter)?)).await
    }

    /// When the last statement about each copy of a letter was made.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_statements(
        &self,
        organisation: OrganisationId,
        letter: i64,
    ) -> Result<Vec<(Slot, Timestamp)>, SecureError> {
        let scope = self.db().tenant(organisation);
        scope.read(move |tx: &mut Tx| Ok(rows::last_statements(tx, organisation, letter)?)).await
    }

    /// What happened to an organisation's letters behind a place in the list, in the order of the public log; of one letter
    /// only where it is named. What is not in the log yet, where it comes within seconds, is listed then: nothing comes
    /// to stand before what was listed, however long its letter took to be sealed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn happened_since(
        &self,
        organisation: OrganisationId,
        letter: Option<[u8; 16]>,
        behind: Option<Cursor>,
        limit: usize,
    ) -> Result<Vec<Happened>, SecureError> {
        self.happened_to(organisation, None, letter, behind, limit).await
    }

    /// As [`Secure::happened_since`], to letters that the application account of a login sent; to all for `None`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn happened_to(
        &self,
        organisation: OrganisationId,
        application: Option<&str>,
        letter: Option<[u8; 16]>,
        behind: Option<Cursor>,
        limit: usize,
    ) -> Result<Vec<Happened>, SecureError> {
        let application = application.map(str::to_owned);
        let limit = limit.min(HAPPENED_LIMIT);
        let scope = self.db().tenant(organisation);
        scope
            .read(move |tx: &mut Tx| {
                let application = application.clone();
                let of = rows::Listed { organisation, application, letter, behind, limit };
                Ok(rows::happened(tx, &of)?)
            })
            .await
    }

    /// How many letters an organisation sent from `since` until before `until`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usage(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Usage>, SecureError> {
        let scope = self.db().tenant(organisation);
        scope.read(move |tx: &mut Tx| Ok(rows::usage(tx, organisation, since, until)?)).await
    }

    /// The journal of an organisation from `since` until before `until`, oldest first: at most [`JOURNAL_LIMIT`] lines.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journal(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<JournalLine>, SecureError> {
        let scope = self.db().tenant(organisation);
        scope.read(move |tx: &mut Tx| Ok(rows::journal(tx, organisation, since, until)?)).await
    }
}
