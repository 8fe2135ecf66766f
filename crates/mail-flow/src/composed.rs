//! Secured letters that business software has composed of what it says of them: over SOAP, over the REST API. The account
//! decides whom it may name and how much; its own name for a letter keeps that from being sent twice.

use directory::{DirectoryError, SignedInApplication};
use mail_secure::phone::Phones;
use mail_secure::wish::Passphrase;
use mail_secure::{Attached, Composing, Language, Letter, Mode, SecureError};
use model::{Address, Reply};
use thiserror::Error;

use crate::{Flow, Sending};

/// Random octets of a boundary between parts.
pub(crate) const BOUNDARY_OCTETS: usize = 16;

/// A letter that an application wants to be sent.
#[derive(Clone, Debug)]
pub struct Composed<'a> {
    /// Which account sends it.
    pub application: &'a SignedInApplication,
    /// How it was known, in the words of the evidence: [`mail_secure::application_words`].
    pub authentication: String,
    /// What its programme calls the letter.
    pub reference: &'a str,
    /// Who writes.
    pub from: Address,
    /// To whom, with their names where known.
    pub to: Vec<(Address, Option<String>)>,
    /// To whom a copy.
    pub cc: Vec<(Address, Option<String>)>,
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub plain: Option<&'a str>,
    /// The text as HTML.
    pub html: Option<&'a str>,
    /// The files.
    pub attachments: Vec<Attached<'a>>,
    /// How it is treated.
    pub mode: Mode,
    /// In which language recipients are written to of whom no other is known.
    pub language: Language,
    /// What the recipients have to know besides: the sender tells them by another way.
    pub passphrase: Option<Passphrase>,
    /// The telephones to which codes go, in place of the mailboxes.
    pub phones: Phones,
}

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct TakenComposed {
    /// The letter.
    pub letter: Letter,
    /// Whether it had been taken before under this name.
    pub is_repetition: bool,
}

/// Why it was not.
#[derive(Debug, Error)]
pub enum NotTaken {
    /// The account was not given this sender.
    #[error("the application was not given this sender; its administrator can allow it")]
    Sender,
    /// A rule of the flow.
    #[error("{0}")]
    Refused(Reply),
    /// The directory does not answer.
    #[error("the directory does not answer")]
    Directory(#[from] DirectoryError),
    /// What was sent before cannot be read.
    #[error("what was sent before cannot be read")]
    Secure(#[from] SecureError),
}

impl Flow {
    /// Takes a letter that an application has composed: when it is answered, it is durably ours. What was taken under
    /// the same name before is answered as it was, and nothing is sent.
    ///
    /// # Errors
    /// [`NotTaken`]; nothing was sent then.
    pub async fn send_composed(&self, composed: Composed<'_>) -> Result<TakenComposed, NotTaken> {
        let (application, secure) = (composed.application, self.secure());
        let organisation = application.organisation;
        let reference = reference_of(&application.name, composed.reference);
        if let Some(letter) = secure.sent_as(organisation, &reference).await? {
            return Ok(TakenComposed { letter, is_repetition: true });
        }
        if !self.inner.directory.application_may_send_as(application, &composed.from).await? {
            return Err(NotTaken::Sender);
        }
        let mut recipients: Vec<Address> = Vec::new();
        for (recipient, _) in composed.to.iter().chain(&composed.cc) {
            if !recipients.iter().any(|known| known.canonical() == recipient.canonical()) {
                recipients.push(recipient.clone());
            }
        }
        let mut random = [0; BOUNDARY_OCTETS];
        self.inner.world.random.fill(&mut random);
        let letter = mail_secure::compose(&Composing {
            from: &composed.from,
            to: &composed.to,
            cc: &composed.cc,
            subject: composed.subject,
            plain: composed.plain,
            html: composed.html,
            attachments: &composed.attachments,
            answers: None,
            boundary: &mail_secure::hex(&random),
        });
        let counted = self.count_application(application, recipients.len(), letter.len() as u64).await;
        counted.map_err(NotTaken::Refused)?;
        let sending = Sending {
            organisation,
            author: composed.from,
            authentication: composed.authentication,
            mode: composed.mode,
            letter: letter.into(),
            recipients,
            reference: Some(reference.clone()),
            answers: None,
            language: composed.language,
            passphrase: composed.passphrase,
            phones: composed.phones,
        };
        match self.send_secured(sending).await {
            Ok(taken) => Ok(TakenComposed { letter: taken.letter, is_repetition: false }),
            // The same name, taken a moment ago by another request: the index lets one of them through.
            Err(reply) => match secure.sent_as(organisation, &reference).await? {
                Some(letter) => Ok(TakenComposed { letter, is_repetition: true }),
                None => Err(NotTaken::Refused(reply)),
            },
        }
    }
}

/// How a programme's name for a letter is kept: names are an account's own, two of them may count alike.
pub fn reference_of(application: &str, reference: &str) -> String {
    format!("{application} {reference}")
}

/// The programme's name for a letter, of what is kept.
pub fn reference_shown(kept: &str) -> &str {
    kept.split_once(' ').map_or(kept, |(_, reference)| reference)
}
