//! For whom a caller reads: an application account for the addresses that it was given, a person for the own one. What
//! either of them did stands in the evidence with who acted.

use directory::{AllowedSender, Session, SignedInApplication};
use mail_secure::receiving::SentBy;
use mail_secure::{Mode, SecureError, Seen, Shown};
use model::{AccountRef, Address, OrganisationId, UserId};

use super::NotDone;
use crate::Flow;

/// Somebody who reads.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) organisation: OrganisationId,
    /// Whose letters: at least one address.
    addresses: Vec<Address>,
    pub(super) who: Who,
    /// How the caller was known, in the words of the evidence.
    pub(super) authentication: String,
    /// Whether it was more than a password.
    is_strong: bool,
    /// Whether the caller accepts, refuses, answers.
    may_act: bool,
}

/// Who reads.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Business software: it acts for addresses that are not its own, and is nobody's.
    Application(SignedInApplication),
    /// A person, for the own address.
    Person { user: UserId, login: Address },
}

impl Reader {
    /// Whose letters are read.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Whether the mailbox of an address that is read for may be looked into for what brought a letter: a person's own,
    /// which was shown with this request, or one of the application's organisation.
    pub(super) fn looks_into(&self, account: AccountRef) -> bool {
        matches!(self.who, Who::Person { .. }) || account.organisation == self.organisation
    }

    /// What the same caller sent.
    pub(super) fn sent_by(&self) -> SentBy {
        match &self.who {
            Who::Application(application) => SentBy::Application(application.login.clone()),
            Who::Person { login, .. } => SentBy::Address(login.clone()),
        }
    }

    /// Whether a letter is to an address that is read for; otherwise there is none.
    pub(super) fn reaches(&self, seen: &Seen) -> Result<(), NotDone> {
        let canonical = seen.copy.address.canonical();
        match self.addresses.iter().any(|address| address.canonical() == canonical) {
            true => Ok(()),
            false => Err(SecureError::NotFound.into()),
        }
    }

    /// What the caller shows for a letter, if it may read it.
    pub(super) fn shown(&self, seen: &Seen) -> Result<Shown, NotDone> {
        self.reaches(seen)?;
        let (acting, person) = match &self.who {
            Who::Application(application) => (Some(application.login.clone()), None),
            Who::Person { user, .. } => (None, Some(*user)),
        };
        if seen.letter.mode == Mode::Personal && acting.is_some() {
            return Err(NotDone::Forbidden("a personal letter is read by the person, not by an application"));
        }
        if seen.letter.mode != Mode::Confidential && !self.is_strong {
            let why = "personal and registered letters need an account with a second factor";
            return Err(NotDone::Forbidden(why));
        }
        Ok(Shown {
            canonical: seen.copy.address.canonical(),
            authentication: self.authentication.clone(),
            acting,
            person,
            is_strong: self.is_strong,
            by_telephone: None,
        })
    }

    /// Refuses a caller who only looks.
    pub(super) fn acts(&self) -> Result<(), NotDone> {
        match self.may_act {
            true => Ok(()),
            false => Err(NotDone::Forbidden("the token may only read")),
        }
    }
}

impl Flow {
    /// A person who reads the own letters, known by a token of the person's own. Personal and registered ones are read
    /// where the person has a second factor: such a token is made after it was shown.
    ///
    /// # Errors
    /// [`NotDone::Forbidden`] where nobody has shown that the login's mailbox is the person's: an administrator may have
    /// written down the login of somebody else's, and it opens nothing of it.
    pub async fn reader_of_person(
        &self,
        person: &Session,
        may_act: bool,
        authentication: &str,
    ) -> Result<Reader, NotDone> {
        let proved = self.inner.directory.proved_address(person).await?;
        let login = proved.ok_or(NotDone::Forbidden(
            "nobody has shown that the mailbox of this login is the person's: a person's token reads where the login's \
             domain is of an organisation to which the person belongs",
        ))?;
        Ok(Reader {
            organisation: person.home,
            addresses: vec![login.clone()],
            who: Who::Person { user: person.user, login },
            authentication: authentication.to_owned(),
            is_strong: person.has_second_factor,
            may_act,
        })
    }

    /// An application that reads for the addresses that its administrator gave it.
    ///
    /// # Errors
    /// [`NotDone::Forbidden`] where it was given none.
    pub async fn reader_of_application(
        &self,
        application: &SignedInApplication,
        authentication: String,
    ) -> Result<Reader, NotDone> {
        let addresses = self.inner.directory.read_by_application(application).await?;
        if addresses.is_empty() {
            let why = "the application reads for no address; its administrator can give it some";
            return Err(NotDone::Forbidden(why));
        }
        Ok(Reader {
            organisation: application.organisation,
            addresses,
            who: Who::Application(application.clone()),
            authentication,
            // The organisation is the recipient of what comes to its offices; its administrator gave the right.
            is_strong: true,
            may_act: true,
        })
    }

    /// Whether a reader may write in the name of an address that it reads for.
    pub(super) async fn may_write_as(&self, reader: &Reader, address: &Address) -> Result<bool, NotDone> {
        match &reader.who {
            Who::Application(application) => {
                Ok(self.inner.directory.application_may_send_as(application, address).await?)
            }
            Who::Person { .. } => {
                let mut own = reader.addresses.iter();
                Ok(own.any(|own| AllowedSender::Address(own.clone()).permits(address)))
            }
        }
    }
}
