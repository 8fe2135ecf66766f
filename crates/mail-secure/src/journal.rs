//! Looking back: what was sent and received, what happened to each copy, how many are where.
//!
//! Whoever administers sees counts and states; subjects are for those who sent a letter or may read it, and it is the
//! faces that leave them out.

use db::{Scoped, Tx};
use evidence::{Event, Mode, State};
use model::{Address, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::rows::journal as rows;
use crate::types::{Copy, Letter};
use crate::{Secure, rows as letters};

/// Letters that are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of this sender.
    pub sender: Option<Address>,
    /// To this recipient.
    pub recipient: Option<Address>,
    /// Only those before this id: the next page.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// A letter with its copies.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The letter.
    pub letter: Letter,
    /// One for each recipient, in the order of their addresses.
    pub copies: Vec<Copy>,
}

/// Something that happened to a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Its place in the public log.
    pub log_index: Option<u64>,
    /// Whether a time-stamp shows that it was written before.
    pub is_stamped: bool,
}

/// How many copies are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The sender's.
    pub organisation: OrganisationId,
    /// How the letters are treated.
    pub mode: Mode,
    /// Where the copies are.
    pub state: State,
    /// How many.
    pub copies: u64,
    /// How many of them can be opened and were not, and each server on their way said that it has no such mailbox, or
    /// threw them back. Whoever has the letter might say so as well: the state is as it was.
    pub unreached: u64,
}

impl Count {
    /// Copies of which nothing arrived, as far as is known: undeliverable, or reported as such later.
    pub fn failed(&self) -> u64 {
        if self.state == State::Undeliverable { self.copies } else { self.unreached }
    }
}

impl Secure {
    /// Letters of an organisation, or of everybody's for `None`, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn letters(
        &self,
        organisation: Option<OrganisationId>,
        wanted: Wanted,
    ) -> Result<Vec<Entry>, SecureError> {
        let secure = self.clone();
        self.scope(organisation)
            .read(move |tx: &mut Tx| {
                let mut entries = Vec::new();
                for letter in rows::letters(tx, secure.vault(), &wanted)? {
                    let copies = letters::copies_of(tx, letter.id)?;
                    entries.push(Entry { letter, copies });
                }
                Ok(entries)
            })
            .await
    }

    /// One letter of an organisation, or of anybody's for `None`.
    ///
    /// # Errors
    /// [`SecureError::NotFound`].
    pub async fn letter(&self, organisation: Option<OrganisationId>, id: i64) -> Result<Entry, SecureError> {
        let secure = self.clone();
        self.scope(organisation)
            .read(move |tx: &mut Tx| {
                let letter = letters::letter(tx, secure.vault(), id)?.ok_or(SecureError::NotFound)?;
                Ok(Entry { letter, copies: letters::copies_of(tx, id)? })
            })
            .await
    }

    /// What happened to a copy, from the first. Who may ask was decided before: the slot came from a letter in reach.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn happened(&self, slot: &Slot) -> Result<Vec<Happened>, SecureError> {
        let slot = *slot;
        let scope = self.db().operator("tell what happened to a letter");
        Ok(scope.read(move |tx: &mut Tx| rows::happened(tx, &slot)).await?)
    }

    /// How many copies of the letters taken since a moment are in which state.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn statistics(
        &self,
        organisation: Option<OrganisationId>,
        since: Timestamp,
    ) -> Result<Vec<Count>, SecureError> {
        Ok(self.scope(organisation).read(move |tx: &mut Tx| rows::counts(tx, since)).await?)
    }

    fn scope(&self, organisation: Option<OrganisationId>) -> Scoped {
        match organisation {
            Some(organisation) => self.db().tenant(organisation),
            None => self.db().operator("look back at everybody's secured letters"),
        }
    }
}

impl Entry {
    /// The header of [`Entry::csv`].
    pub const CSV_HEADER: &'static str =
        "letter,submitted,mode,sender,recipient,way,state,deadline,accepted,opened,ended,octets,erased\r\n";

    /// A line of CSV (RFC 4180) for each copy, without the subject. Times are in UTC.
    pub fn csv(&self) -> String {
        let letter = &self.letter;
        let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339).unwrap_or_default();
        let line = |copy: &Copy| {
            let cells = [
                letter.id.to_string(),
                letter.submitted_at.rfc3339(),
                letter.mode.to_string(),
                letter.sender.to_string(),
                copy.address.to_string(),
                copy.way.word().to_owned(),
                copy.state.word().to_owned(),
                time(copy.deadline),
                time(copy.accepted_at),
                time(copy.opened_at),
                time(copy.ended_at),
                letter.size_bytes.to_string(),
                time(copy.erased_at),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
            format!("{}\r\n", cells.join(","))
        };
        self.copies.iter().map(line).collect()
    }
}

/// A cell of CSV. Strangers choose addresses: what a spreadsheet would compute gets a quote before it.
pub(crate) fn csv_cell(text: &str) -> String {
    let text = match text.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
