//! What whoever administers sees of secured letters: who wrote to whom, how, when, and how far each copy is. Subjects are
//! not even read here, so that no face can show one.

use db::Tx;
use evidence::{Mode, State};
use model::{Address, OrganisationId, Timestamp};

use crate::error::SecureError;
use crate::rows::overview as rows;
use crate::types::Copy;
use crate::{Secure, rows as letters};

/// A letter without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The letter's id.
    pub id: i64,
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// How it is treated.
    pub mode: Mode,
    /// Who sent it.
    pub sender: Address,
    /// The login of the application account that sent it; `None` for a letter that a person or a mail server sent.
    pub application: Option<String>,
    /// Octets of the letter as the recipient reads it.
    pub size_bytes: u64,
    /// When it was taken.
    pub submitted_at: Timestamp,
    /// One for each recipient, in the order of their addresses.
    pub copies: Vec<Copy>,
}

/// What is looked for; `None` is anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// In the sender's or a recipient's address, in any case.
    pub part: Option<String>,
    /// How letters are treated.
    pub mode: Option<Mode>,
    /// How far a copy is.
    pub state: Option<State>,
    /// Only copies of which nothing arrived, as far as is known ([`crate::Count::failed`]).
    pub has_failed: bool,
    /// Taken at this moment or later.
    pub since: Option<Timestamp>,
    /// Taken before this moment.
    pub until: Option<Timestamp>,
    /// Only those before this id: the next page.
    pub before: Option<i64>,
    /// At most so many letters.
    pub limit: u32,
}

/// How many copies of the letters of a day were sent in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Midnight, in UTC.
    pub day: Timestamp,
    /// How the letters are treated.
    pub mode: Mode,
    /// How many.
    pub copies: u64,
}

impl Secure {
    /// The letters of an organisation that are looked for, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn overviews(
        &self,
        organisation: OrganisationId,
        sought: Sought,
    ) -> Result<Vec<Overview>, SecureError> {
        let read = move |tx: &mut Tx| {
            let mut found = rows::sought(tx, &sought)?;
            for one in &mut found {
                one.copies = letters::copies_of(tx, one.id)?;
            }
            Ok(found)
        };
        self.db().tenant(organisation).read(read).await
    }

    /// One letter of an organisation.
    ///
    /// # Errors
    /// [`SecureError::NotFound`].
    pub async fn overview(&self, organisation: OrganisationId, id: i64) -> Result<Overview, SecureError> {
        let read = move |tx: &mut Tx| {
            let one = rows::one(tx, id)?.ok_or(SecureError::NotFound)?;
            Ok(Overview { copies: letters::copies_of(tx, id)?, ..one })
        };
        self.db().tenant(organisation).read(read).await
    }

    /// How many copies an organisation sent each day since a moment, by mode; days without any are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn days(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<Vec<DayCount>, SecureError> {
        Ok(self.db().tenant(organisation).read(move |tx: &mut Tx| rows::days(tx, since)).await?)
    }
}
