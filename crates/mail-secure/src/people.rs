//! What recipients have said of themselves: whether they agreed to receive personal and registered letters, whether they
//! take registered ones, whether they accept each of them, in which language they are written to.
//!
//! It is kept under an address, with whose account it was: an address may come to somebody else, who has said nothing.

use db::{DbError, Tx};
use evidence::Mode;
use languages::Language;
use model::{Address, Timestamp, UserId};

use crate::Secure;
use crate::error::SecureError;
use crate::portal::Seen;
use crate::rows::people as rows;
use crate::statement::Shown;

/// Which text recipients agree to now (docs/manual/portal.md): a new text has a new number, and is asked for again.
pub const CONSENT_VERSION: i64 = 1;

/// That somebody agreed to receive personal and registered letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// When.
    pub at: Timestamp,
    /// To which text.
    pub version: i64,
    /// In which language they read it.
    pub language: Language,
    /// Whose account it was.
    pub person: Option<UserId>,
}

impl Consent {
    /// As it stands behind the words of how somebody showed who they are.
    pub(crate) fn in_evidence(&self) -> String {
        format!("; {AGREED}{} on {}", self.version, self.at.rfc3339())
    }
}

/// How the words of an agreement begin in evidence.
pub(crate) const AGREED: &str = "agreed to version ";

/// The choices of a recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The agreement to receive personal and registered letters.
    pub consent: Option<Consent>,
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

    /// What somebody whose address it is has chosen; nothing where somebody else said it, who had the address before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn choices_of(&self, address: &Address, person: UserId) -> Result<Choices, SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("read what a recipient has chosen");
        Ok(scope.read(move |tx: &mut Tx| rows::choices_of(tx, &canonical, person)).await?)
    }

    /// Keeps what the owner of an address chose. Whoever blocks registered letters does not accept them: blocking
    /// counts. What they agreed to stays; what somebody else said who had the address before is over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn choose(
        &self,
        address: &Address,
        person: UserId,
        choices: Choices,
    ) -> Result<(), SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("keep what a recipient has chosen");
        Ok(scope.write(move |tx: &mut Tx| rows::put_choices(tx, &canonical, person, &choices)).await?)
    }

    /// Somebody agrees to receive personal and registered letters, in the words of a language; a second time changes
    /// nothing. What another person chose who had the address before is over.
    ///
    /// # Errors
    /// [`SecureError::Proof`] for whoever showed no account with a second factor.
    pub async fn consent(&self, who: &Shown, language: Language) -> Result<(), SecureError> {
        if !who.is_strong {
            return Err(SecureError::Proof);
        }
        let (who, at) = (who.clone(), self.now());
        let scope = self.db().operator("a recipient agrees to receive registered letters");
        scope
            .write(move |tx: &mut Tx| {
                if consented(tx, &who)?.is_none() {
                    let consent = Consent { at, version: CONSENT_VERSION, language, person: who.person };
                    rows::put_consent(tx, who.own(), &consent)?;
                }
                Ok::<_, SecureError>(())
            })
            .await
    }

    /// Whether somebody has agreed to receive personal and registered letters.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_consented(&self, who: &Shown) -> Result<bool, SecureError> {
        let who = who.clone();
        let scope = self.db().operator("see whether a recipient has agreed");
        Ok(scope.read(move |tx: &mut Tx| consented(tx, &who)).await?.is_some())
    }

    /// Whether somebody has agreed to all that a letter asks for: a confidential one asks for nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn may_decide(&self, seen: &Seen, who: &Shown) -> Result<bool, SecureError> {
        Ok(seen.letter.mode == Mode::Confidential || self.has_consented(who).await?)
    }

    /// Whoever had the address leaves: what they agreed to and chose is forgotten, and no browser is known for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_recipient(&self, address: &Address) -> Result<(), SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("a recipient leaves");
        scope
            .write(move |tx: &mut Tx| {
                rows::forget(tx, &canonical)?;
                crate::rows::end_visits_of(tx, &canonical)?;
                Ok::<_, SecureError>(())
            })
            .await
    }

    /// How many browsers are known for an address by a code.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visits(&self, address: &Address) -> Result<i64, SecureError> {
        let (canonical, now) = (address.canonical(), self.now());
        let scope = self.db().operator("count the browsers that are known for a recipient");
        Ok(scope.read(move |tx: &mut Tx| crate::rows::count_visits(tx, &canonical, now)).await?)
    }

    /// No browser is known for an address any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_visits(&self, address: &Address) -> Result<(), SecureError> {
        let canonical = address.canonical();
        let scope = self.db().operator("a recipient forgets browsers");
        scope.write(move |tx: &mut Tx| crate::rows::end_visits_of(tx, &canonical)).await?;
        Ok(())
    }

    /// The language that somebody chose: at the portal, else as a person of this platform.
    pub(crate) fn language_chosen(
        &self,
        tx: &mut Tx,
        address: &Address,
    ) -> Result<Option<Language>, DbError> {
        let canonical = address.canonical();
        if let Some(language) = in_force(tx, &canonical)?.language {
            return Ok(Some(language));
        }
        let chosen = directory::language_of(tx, &canonical)?;
        Ok(chosen.as_deref().and_then(Language::of_tag))
    }
}

/// What somebody has agreed to, if it is the present text and it was this very person.
pub(crate) fn consented(tx: &mut Tx, who: &Shown) -> Result<Option<Consent>, DbError> {
    let kept = rows::choices(tx, who.own())?.consent;
    Ok(kept.filter(|kept| kept.version == CONSENT_VERSION && kept.person == who.person))
}

/// What the owner of an address chose who still has it: whoever has it afterwards has said nothing.
pub(crate) fn in_force(tx: &mut Tx, canonical: &str) -> Result<Choices, DbError> {
    match directory::login_holder(tx, canonical)? {
        Some(person) => rows::choices_of(tx, canonical, person),
        None => Ok(Choices::default()),
    }
}

/// The agreement of whoever accepts every registered letter to an address as it arrives, and still has it.
pub(crate) fn standing_instruction(tx: &mut Tx, canonical: &str) -> Result<Option<Consent>, DbError> {
    let Choices { consent, accepts_registered: true, .. } = rows::choices(tx, canonical)? else {
        return Ok(None);
    };
    let Some(consent) = consent.filter(|consent| consent.version == CONSENT_VERSION) else { return Ok(None) };
    let holder = directory::login_holder(tx, canonical)?;
    Ok((holder.is_some() && holder == consent.person).then_some(consent))
}
