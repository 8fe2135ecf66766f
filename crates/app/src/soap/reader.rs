//! For whom a caller reads: an application account for the addresses that it was given, a person for the own one. What
//! either of them did stands in the evidence with who acted.

use directory::{AllowedSender, Directory};
use door_soap::{Code, Fault};
use mail_secure::receiving::SentBy;
use mail_secure::{Mode, Seen, Shown};
use model::{AccountRef, Address, OrganisationId, UserId};

use super::caller::Caller;
use super::of_directory;

/// How a person's own token stands in evidence.
const BY_OWN_TOKEN: &str = "token of the person's own for the account (SOAP)";

/// Somebody who reads.
pub(super) struct Reader {
    /// Whose organisation.
    pub(super) organisation: OrganisationId,
    /// Whose letters: at least one address.
    pub(super) addresses: Vec<Address>,
    /// What the same caller sent.
    pub(super) sent_by: SentBy,
    /// How the caller was known, in the words of the evidence.
    pub(super) authentication: String,
    /// The login of an application, which acts for addresses that are not its own.
    acting: Option<String>,
    /// Whose account it is; an application is nobody's.
    person: Option<UserId>,
    /// Whether it was more than a password.
    is_strong: bool,
    /// Whether the caller accepts, refuses, answers.
    may_act: bool,
}

impl Caller {
    /// For whom it reads.
    pub(super) async fn reader(&self, directory: &Directory) -> Result<Reader, Fault> {
        match self {
            Caller::Application(application) => {
                let addresses = directory.read_by_application(application).await.map_err(of_directory)?;
                if addresses.is_empty() {
                    let why = "the application reads for no address; its administrator can give it some";
                    return Err(Fault::new(Code::Forbidden, why));
                }
                let login = application.login.clone();
                Ok(Reader {
                    organisation: application.organisation,
                    addresses,
                    sent_by: SentBy::Application(login.clone()),
                    authentication: mail_secure::application_words("password of", &login, "SOAP"),
                    acting: Some(login),
                    person: None,
                    // The organisation is the recipient of what comes to its offices; its administrator gave the right.
                    is_strong: true,
                    may_act: true,
                })
            }
            Caller::Person { person, may_write } => {
                // An administrator may have written the login down of somebody else's mailbox: it opens nothing of it.
                let proved = directory.proved_address(person).await.map_err(of_directory)?;
                let login = proved.ok_or_else(|| {
                    let why = "nobody has shown that the mailbox of this login is the person's";
                    Fault::new(Code::Forbidden, why)
                        .rule("a person's token reads where the login's domain is of an organisation to which the person belongs")
                })?;
                Ok(Reader {
                    organisation: person.home,
                    addresses: vec![login.clone()],
                    sent_by: SentBy::Address(login),
                    authentication: BY_OWN_TOKEN.to_owned(),
                    acting: None,
                    person: Some(person.user),
                    // Such a token is made after the second factor was shown.
                    is_strong: person.has_second_factor,
                    may_act: *may_write,
                })
            }
            Caller::Token { .. } => Err(Fault::new(
                Code::Forbidden,
                "an organisation's token reads no letters: an application account does for addresses that it was given, or a person's own token",
            )),
        }
    }
}

impl Reader {
    /// Whether the mailbox of an address that is read for may be looked into for what brought a letter: a person's own,
    /// which was shown with this request, or one of the application's organisation.
    pub(super) fn looks_into(&self, account: AccountRef) -> bool {
        self.person.is_some() || account.organisation == self.organisation
    }

    /// The letter, if it is to an address that is read for, and what the caller shows for it.
    pub(super) fn shown(&self, seen: &Seen) -> Result<Shown, Fault> {
        let canonical = seen.copy.address.canonical();
        if !self.addresses.iter().any(|address| address.canonical() == canonical) {
            return Err(Fault::not_found("letter"));
        }
        if seen.letter.mode == Mode::Personal && self.acting.is_some() {
            let why = "a personal letter is read by the person, not by an application";
            return Err(Fault::new(Code::Forbidden, why));
        }
        if seen.letter.mode != Mode::Confidential && !self.is_strong {
            let why = "personal and registered letters need an account with a second factor";
            return Err(Fault::new(Code::Forbidden, why));
        }
        Ok(Shown {
            canonical,
            authentication: self.authentication.clone(),
            acting: self.acting.clone(),
            person: self.person,
            is_strong: self.is_strong,
        })
    }

    /// Refuses a caller who only looks.
    pub(super) fn acts(&self) -> Result<(), Fault> {
        match self.may_act {
            true => Ok(()),
            false => Err(Fault::new(Code::Forbidden, "the token may only read")),
        }
    }

    /// Whether the caller may write in the name of an address that it reads for.
    pub(super) async fn may_write_as(
        &self,
        directory: &Directory,
        caller: &Caller,
        address: &Address,
    ) -> Result<bool, Fault> {
        match caller {
            Caller::Application(application) => {
                directory.application_may_send_as(application, address).await.map_err(of_directory)
            }
            Caller::Person { .. } => {
                Ok(self.addresses.iter().any(|own| AllowedSender::Address(own.clone()).permits(address)))
            }
            Caller::Token { .. } => Ok(false),
        }
    }
}
