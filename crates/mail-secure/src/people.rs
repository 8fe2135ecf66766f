//! What recipients have chosen: whether they take registered letters, whether they accept each of them, in which
//! language they are written to.

use db::{DbError, Tx};
use model::{Address, Timestamp};

use crate::Secure;
use crate::error::SecureError;
use crate::rows::people as rows;
use crate::words::Language;

/// The choices of a recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// When they agreed to receive personal and registered letters.
    pub consented_at: Option<Timestamp>,
    /// They take no registered letters: whoever sends one hears so at once.
    pub blocks_registered: bool,
    /// They accept each registered letter when it arrives.
    pub accepts_registered: bool,
    /// In which language they are written to.
    pub language: Option<Language>,
}

impl Secure {
    /// What the owner of an address has chosen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn choices(&self, address: &Address) -> Result<Choices, SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("read what a recipient has chosen");
        Ok(scope.read(move |tx: &mut Tx| rows::choices(tx, &canonical)).await?)
    }

    /// Keeps what the owner of an address chose. Whoever blocks registered letters does not accept them: blocking
    /// counts. When they agreed stays what it was first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn choose(&self, address: &Address, choices: Choices) -> Result<(), SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("keep what a recipient has chosen");
        Ok(scope.write(move |tx: &mut Tx| rows::put_choices(tx, &canonical, &choices)).await?)
    }

    /// The owner of an address agrees to receive personal and registered letters; a second time changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn consent(&self, address: &Address) -> Result<(), SecureError> {
        let (canonical, now) = (address.canonical(), self.now());
        let scope = self.db().operator("a recipient agrees to receive registered letters");
        Ok(scope.write(move |tx: &mut Tx| rows::consent(tx, &canonical, now)).await?)
    }

    /// The language that somebody chose: at the portal, else as a person of this platform.
    pub(crate) fn language_chosen(
        &self,
        tx: &mut Tx,
        address: &Address,
    ) -> Result<Option<Language>, DbError> {
        let canonical = address.canonical();
        if let Some(language) = rows::choices(tx, &canonical)?.language {
            return Ok(Some(language));
        }
        let chosen = directory::language_of(tx, &canonical)?;
        Ok(chosen.as_deref().and_then(Language::of_tag))
    }
}
