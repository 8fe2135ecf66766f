//! Letters that go secured: sealed in memory before they are ours, queued in one commit with the first statements about
//! them. Here is how one comes in; what it becomes, what the queue does for it and what people hear of it have their files.

mod carriers;
mod closed;
mod ends;
mod notices;
mod sealing;

use bytes::Bytes;
use db::Tx;
use mail_judge::{HeaderFacts, Verdict, decide};
use mail_secure::phone::Phones;
use mail_secure::{
    Language, Mode, SecureError,
    wish::{self, Passphrase, Wish},
};
use model::{Address, BodyKind, Envelope, MessageId, OrganisationId, Recipient, Reply, ReversePath, TlsWish};
use wire_safe::Slot;

use crate::arrival::{Accepted, Arrival, Kept, Origin};
use crate::judging::Told;
use crate::{Flow, trouble};

use carriers::Bringing;
pub(crate) use closed::plain_size;
pub(crate) use ends::{LinkedCopy, is_about_content};
use sealing::Taking;

impl Origin {
    /// Whether marks of this one are honoured: anybody else may write them, and they mean nothing.
    pub(crate) fn may_secure(&self) -> bool {
        self.organisation().is_some() || self.gateway().is_some()
    }

    /// Whose letter it is, where it may go secured; and how we know, in the words of the evidence.
    fn submitter(&self) -> Option<(OrganisationId, String)> {
        match self {
            Origin::Submitted { authenticated, .. } => {
                let how = "password of the mailbox (SMTP AUTH)".to_owned();
                Some((authenticated.account.organisation, how))
            }
            Origin::Application { application, .. } => {
                let how = mail_secure::application_words("password of", &application.login, "SMTP AUTH");
                Some((application.organisation, how))
            }
            Origin::Peer(_) | Origin::Ourselves => {
                let how = "certificate of the organisation's mail server".to_owned();
                self.gateway().map(|gateway| (gateway.organisation, how))
            }
        }
    }
}

impl Flow {
    /// Takes responsibility for a letter that goes secured.
    pub(crate) async fn accept_secured(&self, arrival: Arrival, kept: Kept) -> Result<Accepted, Reply> {
        let Arrival { origin, mut envelope, body } = arrival;
        let header = HeaderFacts::of(&body.head, body.head.len() as u64 == body.size_bytes);
        let demanded = body.asking.demanded;
        // Its share of the memory stays taken until all that brings it is on the disk.
        let (letter, _share) = kept.into_parts();
        let taking = match self.secured(&origin, &mut envelope, header, demanded, letter).await {
            Ok(taking) => taking,
            Err(reply) => {
                self.note_refusal(&origin, &envelope, &reply, Told::default()).await;
                return Err(reply);
            }
        };
        let taken = self.take_secured(&origin, &envelope, taking).await?;
        Ok(Accepted { message: taken.message })
    }

    /// The one commit of a secured letter: its rows, its first statements, what brings it.
    async fn take_secured(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        Taking { prepared, bringing }: Taking,
    ) -> Result<TakenSecured, Reply> {
        let Bringing { letters, legs } = bringing;
        let letter = prepared.letter().clone();
        let brought = (letter.mode, letter.subject.clone());
        let (secure, organisation) = (self.inner.secure.clone(), letter.organisation);
        let write = move |tx: &mut Tx| {
            secure.commit(tx, &prepared)?;
            secure.note_legs(tx, organisation, &legs)?;
            Ok::<_, SecureError>(true)
        };
        let scope = self
            .inner
            .db
            .operator("take a secured letter: its rows, its first statements and what brings it");
        self.committed(&letters, scope, write).await.map_err(|error| trouble::secure(&error))?;
        let message = letters.first().map(|letter| letter.message.id);
        let recipients = envelope.recipients.iter().map(|recipient| &recipient.address);
        self.note_brought(origin, &envelope.from, recipients, Some((brought.0, &brought.1))).await;
        Ok(TakenSecured { message: message.unwrap_or(MessageId(0)), letter })
    }

    /// Sends a letter secured for somebody who did not come by SMTP: a program over SOAP or REST, a reader who answers
    /// at the portal. The author was made sure of by the caller. A letter that was sent under the same reference is not
    /// sent again.
    pub async fn send_secured(&self, sending: Sending) -> Result<TakenSecured, Reply> {
        let Sending {
            organisation,
            author,
            authentication,
            mode,
            letter,
            recipients,
            reference,
            answers,
            language,
            passphrase,
            phones,
        } = sending;
        let secure = &self.inner.secure;
        if let Some(reference) = &reference
            && let Some(letter) =
                secure.sent_as(organisation, reference).await.map_err(|error| trouble::secure(&error))?
        {
            return Ok(TakenSecured { message: MessageId(0), letter });
        }
        if letter.len() > mail_secure::limits::LETTER_LIMIT_BYTES {
            return Err(Reply::never(552, 3, 4, "a secured letter has at most 30 MiB"));
        }
        let mut envelope = Envelope {
            from: ReversePath::Address(author.clone()),
            recipients: recipients
                .into_iter()
                .map(|address| Recipient { address, notify: None, original: None })
                .collect(),
            return_content: None,
            envelope_id: None,
            body: BodyKind::EightBit,
            smtputf8: false,
            tls: TlsWish::Usual,
        };
        let is_by_itself = mail_secure::application_in(&authentication).is_some();
        let submitter = Submitter {
            organisation,
            authentication,
            author,
            reference,
            answers,
            language,
            passphrase,
            phones,
            is_by_itself,
        };
        let header = HeaderFacts::of(&letter, true);
        let _share = Kept::share_of(&self.inner.secrets, letter.len())?;
        let origin = Origin::Ourselves;
        let taking = self.sealed_for_all(&origin, &mut envelope, submitter, (mode, &header), letter).await?;
        self.take_secured(&origin, &envelope, taking).await
    }

    /// Whose organisation somebody belongs to who sends from a domain of this platform; 0 for anybody else.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn organisation_of(&self, author: &Address) -> Result<OrganisationId, Reply> {
        let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
        let legs = mail_route::route(directory, paths, &ReversePath::Null, author).await;
        let legs = legs.map_err(|error| trouble::routing(&error))?;
        let owner = legs.iter().find_map(|leg| leg.organisation);
        Ok(owner.unwrap_or(OrganisationId(0)))
    }

    /// Everything before the commit: who, how, to whom by which way, sealed.
    async fn secured(
        &self,
        origin: &Origin,
        envelope: &mut Envelope,
        header: HeaderFacts,
        demanded: Option<Mode>,
        letter: Bytes,
    ) -> Result<Taking, Reply> {
        let secure = &self.inner.secure;
        let marks = &secure.settings().marks;
        let Some((organisation, authentication)) = origin.submitter() else {
            return Err(Reply::never(550, 7, 1, "only who signed in sends secured letters"));
        };
        let evidence = self.evidence(origin, envelope, header).await?;
        if let Verdict::Refuse(reply) = decide(&evidence, &self.inner.settings.policy) {
            return Err(reply);
        }
        // A certificate vouches for its own domains, and nobody else's.
        if let Some(gateway) = origin.gateway()
            && !self.vouches(gateway, &evidence.header).await?
        {
            return Err(Reply::never(
                550,
                7,
                1,
                "the author is not of a domain of your organisation's integration",
            ));
        }
        if let Some(application) = origin.application() {
            self.count_application(application, envelope.recipients.len(), letter.len() as u64).await?;
        }
        let addresses: Vec<Address> =
            envelope.recipients.iter().map(|recipient| recipient.address.clone()).collect();
        let whole_header = wire_mime::whole_header(&letter).unwrap_or(&letter);
        let wished = wish::wish(whole_header, &addresses, marks);
        // RFC 3463 §3.8: X.7.0, a security matter without a code of its own.
        let wished = wished.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        // Of what the sender wishes and what the organisation's rules demand the stricter counts.
        let wished = wished.map(|wish: Wish| wish.mode);
        let Some(mode) = wished.max(demanded) else {
            return Err(Reply::never(550, 7, 0, "the letter was to go secured and says no longer how"));
        };
        let sender = author(&evidence.header).or_else(|| envelope.from.address().cloned());
        let sender = sender.ok_or_else(|| Reply::never(550, 7, 1, "nobody is named as the author"))?;
        let submitter = Submitter {
            organisation,
            authentication,
            author: sender,
            reference: None,
            answers: None,
            language: secure.settings().language,
            passphrase: None,
            phones: Phones::default(),
            // Whom a rule obliges may do what it obliges to.
            is_by_itself: origin.application().is_some() || origin.gateway().is_some() || wished.is_none(),
        };
        self.sealed_for_all(origin, envelope, submitter, (mode, &evidence.header), letter).await
    }
}

/// An organisation, but for that of somebody without one.
pub(crate) fn known(organisation: OrganisationId) -> Option<OrganisationId> {
    Some(organisation).filter(|organisation| organisation.0 != 0)
}

/// Who sends a letter secured, and how we know.
struct Submitter {
    organisation: OrganisationId,
    authentication: String,
    author: Address,
    reference: Option<String>,
    answers: Option<Slot>,
    language: Language,
    /// What the recipients have to know besides, where no field of the letter says it.
    passphrase: Option<Passphrase>,
    /// The telephones that no field of the letter names.
    phones: Phones,
    /// An application, a connected mail server, or a rule's doing, for which the organisation's list of people does not
    /// count.
    is_by_itself: bool,
}

/// A letter to be sent secured that did not come by SMTP.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Whose letter it is; 0 for a reader without an organisation.
    pub organisation: OrganisationId,
    /// Who writes: made sure of, and named in `From`.
    pub author: Address,
    /// How, in the words of the evidence.
    pub authentication: String,
    /// How it is treated.
    pub mode: Mode,
    /// The letter: header, empty line, body; lines end with CRLF.
    pub letter: Bytes,
    /// To whom.
    pub recipients: Vec<Address>,
    /// What the sender's program calls it: the same is not sent twice.
    pub reference: Option<String>,
    /// The copy whose recipient answers with it at the portal.
    pub answers: Option<Slot>,
    /// In which language recipients are written to.
    pub language: Language,
    /// What the recipients have to know besides. It is in the sealing and nowhere else.
    pub passphrase: Option<Passphrase>,
    /// The telephones to which codes go, in place of the mailboxes.
    pub phones: Phones,
}

/// A secured letter that is ours now.
#[derive(Clone, Debug)]
pub struct TakenSecured {
    /// The first message that brings it; 0 where it had been sent before.
    pub message: MessageId,
    /// The letter.
    pub letter: mail_secure::Letter,
}

/// The first author that can be read; that all of them are the sender's own was asked before.
fn author(header: &HeaderFacts) -> Option<Address> {
    header.authors().into_iter().find_map(Result::ok)
}
