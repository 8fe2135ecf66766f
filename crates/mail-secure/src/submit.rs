//! A letter is taken to go secured: sealed for each recipient before it is ours, kept in one commit with the first
//! statements about it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use db::Tx;
use evidence::{Digest, Event, Mode, State};
use languages::Language;
use model::{Address, BlobRef, OrganisationId};
use wire_mime::{ListedAddress, fields, parse_addresses, whole_header};
use wire_safe::{
    MailShare, RecipientSecret, Sealing, SecureLetterId, Slot, StoreShare, Stretching, WrappingKeyName,
};
use zeroize::Zeroizing;

use crate::carrier::{Carried, Carrier};
use crate::deadline;
use crate::error::SecureError;
use crate::letter::{Unmarked, digested};
use crate::notice::NoticeKind;
use crate::people::in_force;
use crate::phone::Phones;
use crate::platform::Platform;
use crate::statement::{Happening, Notary};
use crate::types::{Copy, Letter, Way};
use crate::wish::Passphrase;
use crate::{Secure, limits, rows};

/// Behind the last moment of a deadline.
const SECOND: Duration = Duration::from_secs(1);

/// A letter that somebody may send secured.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The sender's organisation; 0 for somebody without one.
    pub organisation: OrganisationId,
    /// Who sends.
    pub sender: Address,
    /// What the sender is called; empty where nothing is known.
    pub sender_name: String,
    /// How the sender was known, in the words of the evidence.
    pub authentication: String,
    /// How it is treated.
    pub mode: Mode,
    /// The letter.
    pub letter: Unmarked,
    /// The Message-ID where the letter has none.
    pub message_id: String,
    /// To whom, and by which way.
    pub recipients: Vec<(Address, Way)>,
    /// In which language recipients are written to of whom no other is known.
    pub language: Language,
    /// What a program calls it.
    pub client_reference: Option<String>,
    /// The copy whose recipient answers with it at the portal.
    pub answers: Option<Slot>,
}

/// A submission with everything sealed: only the commit is missing.
pub struct Prepared {
    platform: Arc<Platform>,
    letter: Letter,
    copies: Vec<PreparedCopy>,
    carriers: Vec<Parcel>,
}

struct PreparedCopy {
    copy: Copy,
    envelope: Option<BlobRef>,
}

/// An ordinary letter that brings an envelope or a link.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The copy it brings.
    pub slot: Slot,
    /// To whom.
    pub recipient: Address,
    /// The whole letter. It holds the mail's share of the key: at rest it is to be closed.
    pub bytes: Bytes,
}

impl Prepared {
    /// The letters that bring it, to be queued in the commit; none where a [`Sealer`] has given them one by one.
    pub fn carriers(&self) -> &[Parcel] {
        &self.carriers
    }

    /// The letter's id, for whoever follows it.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// Which copy goes to an address.
    pub fn slot_of(&self, address: &Address) -> Option<Slot> {
        let canonical = address.canonical();
        self.copies.iter().find(|one| one.copy.address.canonical() == canonical).map(|one| one.copy.slot)
    }
}

/// A letter that is sealed for one recipient after the other: what brings one need not stay in memory until the last is
/// sealed.
pub struct Sealer {
    secure: Secure,
    platform: Arc<Platform>,
    letter: Letter,
    bytes: Bytes,
    passphrase: Option<Passphrase>,
    phones: Phones,
    /// Whom the letter itself names.
    named: HashSet<String>,
    wanted: std::vec::IntoIter<(Address, Way, Language)>,
    copies: Vec<PreparedCopy>,
}

impl Sealer {
    /// Seals for the next recipient who gets an envelope; gives what brings it. `None` when there is nobody left.
    ///
    /// # Errors
    /// When the letter is too large, or ours cannot be done.
    pub async fn next(&mut self) -> Result<Option<Parcel>, SecureError> {
        while let Some((address, way, language)) = self.wanted.next() {
            let copy = self.copy_for(address, way)?;
            if way != Way::Sealed {
                self.copies.push(PreparedCopy { copy, envelope: None });
                continue;
            }
            let secure = self.secure.clone();
            let (platform, letter, bytes) = (self.platform.clone(), self.letter.clone(), self.bytes.clone());
            let passphrase = self.passphrase.clone();
            let Sealed { copy, parcel, kept } = blocking(move || {
                secure.seal(&platform, &letter, copy, &bytes, (language, passphrase.as_ref()))
            })
            .await?;
            let envelope = match kept {
                Some(envelope) => Some(self.secure.blobs().put(envelope.into()).await?),
                None => None,
            };
            self.copies.push(PreparedCopy { copy, envelope });
            return Ok(Some(parcel));
        }
        Ok(None)
    }

    /// Everything sealed: to be called when [`Sealer::next`] gives nothing more.
    pub fn done(self) -> Prepared {
        let Sealer { platform, letter, copies, .. } = self;
        Prepared { platform, letter, copies, carriers: Vec::new() }
    }

    fn copy_for(&self, address: Address, way: Way) -> Result<Copy, SecureError> {
        let Letter { id, organisation, mode, submitted_at: now, .. } = self.letter;
        let mut slot = [0; 16];
        self.secure.world().random.fill(&mut slot);
        let settings = self.secure.settings();
        let deadline = (mode == Mode::Registered).then(|| deadline::of(now, settings)).transpose()?;
        let slot = Slot(slot);
        let phone = self.phones.of(&address).filter(|_| way == Way::Sealed);
        let context = rows::phone_context(&slot, id, organisation);
        Ok(Copy {
            slot,
            letter: id,
            organisation,
            telephone: phone.map(|phone| self.secure.telephone(phone, context)),
            is_named: self.named.contains(&address.canonical()),
            address,
            way,
            state: State::Unsent,
            store_share: None,
            // A letter can be opened for as long as it can be accepted, and what is not opens nothing.
            not_after: deadline.map_or(now, |deadline| deadline.plus(SECOND)).max(now.plus(limits::OPEN_FOR)),
            submitted_at: now,
            deadline,
            accepted_at: None,
            opened_at: None,
            ended_at: None,
            erased_at: None,
            reminders: 0,
            sequence: 0,
            last_statement: None,
            last_at: now,
            released: None,
            has_passphrase: way == Way::Sealed && self.passphrase.is_some(),
        })
    }
}

impl Secure {
    /// Seals a letter for its recipients, with all that brings it in memory.
    ///
    /// # Errors
    /// When it is too large, or ours cannot be done.
    pub async fn prepare(&self, submission: Submission) -> Result<Prepared, SecureError> {
        let mut sealer = self.sealer(submission).await?;
        let mut carriers = Vec::new();
        while let Some(parcel) = sealer.next().await? {
            carriers.push(parcel);
        }
        Ok(Prepared { carriers, ..sealer.done() })
    }

    /// Begins to seal a letter for its recipients.
    ///
    /// # Errors
    /// When ours cannot be done.
    pub async fn sealer(&self, submission: Submission) -> Result<Sealer, SecureError> {
        let platform = self.platform().await?;
        let wanted = self.wanted(&submission).await?;
        let now = self.world().clock.now();
        let id = self.world().new_id();
        let (mut public_id, mut salt) = ([0; 16], [0; 32]);
        self.world().random.fill(&mut public_id);
        self.world().random.fill(&mut salt);
        let Submission { organisation, sender, authentication, mode, client_reference, answers, .. } =
            submission;
        let sender_name = match submission.sender_name.trim() {
            "" => sender.to_string(),
            name => name.to_owned(),
        };
        let bytes = Bytes::from(submission.letter.bytes);
        let salt = Digest(salt);
        let (digesting, size_bytes) = (bytes.clone(), bytes.len() as u64);
        let (content, digests) = blocking(move || digested(&salt, &digesting)).await;
        let letter = Letter {
            id,
            organisation,
            public_id,
            mode,
            sender,
            sender_name,
            authentication,
            message_id: submission.letter.message_id.unwrap_or(submission.message_id),
            subject: submission.letter.subject,
            content,
            salt,
            digests,
            size_bytes,
            submitted_at: now,
            client_reference,
            answers,
        };
        Ok(Sealer {
            secure: self.clone(),
            platform,
            letter,
            named: named_in(&bytes),
            bytes,
            passphrase: submission.letter.passphrase,
            phones: submission.letter.phones,
            wanted: wanted.into_iter(),
            copies: Vec::new(),
        })
    }

    /// The rows of a prepared letter, in the caller's transaction, with the statements that begin its chain.
    ///
    /// # Errors
    /// When the database does not take them, or a statement cannot be made.
    pub fn commit(&self, tx: &mut Tx, prepared: &Prepared) -> Result<(), SecureError> {
        let Prepared { platform, letter, copies, .. } = prepared;
        if let Some(answered) = &letter.answers {
            self.may_be_answered_again(tx, answered, letter)?;
        }
        rows::insert_letter(tx, self.vault(), letter)?;
        let notary = Notary { world: self.world(), platform, settings: self.settings() };
        let at = letter.submitted_at;
        for PreparedCopy { copy, envelope } in copies {
            let mut copy = copy.clone();
            rows::insert_copy(tx, &copy, envelope.as_ref())?;
            let events: &[Event] = match (copy.way, letter.mode) {
                (Way::Sealed, Mode::Registered) => {
                    &[Event::SubmissionAcceptance, Event::NotificationForAcceptance]
                }
                (Way::Sealed, _) => {
                    &[Event::SubmissionAcceptance, Event::ContentConsignment, Event::ConsignmentNotification]
                }
                // What follows is known when the letter is there.
                (Way::Mailbox | Way::Gateway, _) => &[Event::SubmissionAcceptance],
                (Way::Blocked, _) => &[Event::SubmissionAcceptance, Event::SubmissionRejection],
            };
            for event in events {
                let mut happening = Happening::new(*event, at);
                if event.is_negative() {
                    happening = happening.because("RA06", "the recipient takes no registered letters");
                }
                notary.state(tx, letter, &mut copy, &happening)?;
            }
            if copy.way == Way::Blocked {
                copy.ended_at = Some(at);
                self.tell_sender(tx, letter, &copy, NoticeKind::Blocked, at)?;
            } else if letter.mode == Mode::Registered {
                self.tell_sender(tx, letter, &copy, NoticeKind::Submitted, at)?;
            }
            rows::update_copy(tx, &copy)?;
        }
        Ok(())
    }

    /// The recipients with the ways that they allow, and their languages.
    async fn wanted(&self, submission: &Submission) -> Result<Vec<(Address, Way, Language)>, SecureError> {
        let (secure, recipients) = (self.clone(), submission.recipients.clone());
        let (is_registered, otherwise) = (submission.mode == Mode::Registered, submission.language);
        let scope = self.db().operator("read what the recipients of a letter have chosen");
        scope
            .read(move |tx: &mut Tx| {
                let one = |(address, way): &(Address, Way)| {
                    let language = secure.language_chosen(tx, address)?.unwrap_or(otherwise);
                    let is_blocked = is_registered && in_force(tx, &address.canonical())?.blocks_registered;
                    let way = if is_blocked { Way::Blocked } else { *way };
                    Ok((address.clone(), way, language))
                };
                recipients.iter().map(one).collect()
            })
            .await
    }

    fn seal(
        &self,
        platform: &Platform,
        letter: &Letter,
        mut copy: Copy,
        bytes: &[u8],
        (language, passphrase): (Language, Option<&Passphrase>),
    ) -> Result<Sealed, SecureError> {
        let random = |world: &world::World| {
            let mut bytes = Zeroizing::new([0; 32]);
            world.random.fill(&mut bytes[..]);
            bytes
        };
        let mail_share = MailShare::new(*random(self.world()));
        let store_share = StoreShare::new(*random(self.world()));
        let wrapping_key = WrappingKeyName::parse(&self.vault().key_id())
            .map_err(|_| SecureError::Keys("the master key has no name"))?;
        let mut stretching = [0; 16];
        self.world().random.fill(&mut stretching);
        let secret = passphrase
            .map(|said| RecipientSecret::stretch(said.text(), Stretching::new(stretching)))
            .transpose()
            .map_err(|_| SecureError::Passphrase)?;
        let settings = self.settings();
        let envelope = wire_safe::seal(
            &Sealing {
                letter: SecureLetterId(letter.public_id),
                slot: copy.slot,
                mode: mode_of(letter.mode),
                wrapping_key: &wrapping_key,
                not_before: letter.submitted_at,
                // The row says when it ends; the envelope itself says when at the latest.
                not_after: copy.not_after.plus(limits::ACCEPTED_OPEN_FOR),
                origin: &settings.portal,
                mail_share: &mail_share,
                store_share: &store_share,
                secret: secret.as_ref(),
                randomness: *random(self.world()),
            },
            bytes,
            &platform.envelope,
        )?;
        let context = rows::share_context(&copy.slot, copy.letter, copy.organisation);
        copy.store_share = Some(self.vault().wrap(&context, store_share.octets()));
        let is_link = envelope.len() > settings.link_above_bytes || settings.takes_links(&copy.address);
        let content = if is_link { Carried::Link } else { Carried::Envelope(&envelope) };
        let carrier =
            Carrier::of((letter, &copy), settings, language, letter.submitted_at, &mail_share, content);
        let whole = carrier.signed(platform)?;
        let parcel = Parcel { slot: copy.slot, recipient: copy.address.clone(), bytes: whole.into() };
        Ok(Sealed { copy, parcel, kept: is_link.then_some(envelope) })
    }
}

/// Whom a letter names as its recipients, in the form of comparisons.
fn named_in(letter: &[u8]) -> HashSet<String> {
    let header = whole_header(letter).unwrap_or(letter);
    let listed = fields(header)
        .filter(|field| field.is("to") || field.is("cc"))
        .flat_map(|field| parse_addresses(&field.unfolded()));
    let canonical = |one: ListedAddress| {
        let ListedAddress::Mailbox { local, domain, .. } = one else { return None };
        let text = format!("{}@{}", String::from_utf8_lossy(&local), String::from_utf8_lossy(&domain));
        Some(Address::parse(&text).ok()?.canonical())
    };
    listed.filter_map(canonical).collect()
}

/// A copy that is sealed.
struct Sealed {
    copy: Copy,
    parcel: Parcel,
    /// The envelope, where it stays here.
    kept: Option<Vec<u8>>,
}

/// Sealing takes its time, in which others should go on.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

pub(crate) fn mode_of(mode: Mode) -> wire_safe::Mode {
    match mode {
        Mode::Confidential => wire_safe::Mode::Confidential,
        Mode::Personal => wire_safe::Mode::Personal,
        Mode::Registered => wire_safe::Mode::Registered,
    }
}

/// SHA-256 of a secret text, under which it is kept.
pub(crate) fn hash_of(text: &[u8]) -> Vec<u8> {
    digest(&SHA256, text).as_ref().to_vec()
}
