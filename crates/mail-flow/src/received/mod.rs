//! What programs do with secured letters that came to somebody: list, open, accept, refuse, answer them, and look into
//! the journal. For an address that an application was given, or for the person's own.
//!
//! To open a letter the platform needs what came in the recipient's e-mail: the request brings it, or it lies in the
//! recipient's mailbox here. That the platform decrypted, and for whom, stands in the evidence.

mod answer;
mod journal;
mod mailbox;
mod opened;
mod reader;

use bytes::Bytes;
use directory::DirectoryError;
use mail_secure::receiving::{Behind, Listed, RECEIVED_LIMIT, Sought};
use mail_secure::{Event, Mode, SecureError, Seen, Shown, State, Way};
use mail_store::StoreError;
use model::{Address, Reply, Timestamp};
use thiserror::Error;
use wire_safe::Slot;

use crate::Flow;

pub use answer::{Answer, Answered};
pub use journal::{Direction, JournalEntry};
pub use opened::{Opened, OpenedFile};
pub use reader::Reader;

/// Letters of a page where nobody says how many.
const LETTERS_USUAL: usize = 100;

/// Why something was not done. What is the caller's trouble is to be told; the other variants are ours.
#[derive(Debug, Error)]
pub enum NotDone {
    /// There is no such thing within the reader's reach.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The reader may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// How far the letter is does not allow it.
    #[error("{reason}")]
    State {
        /// How far it is.
        reason: &'static str,
        /// What comes first.
        rule: &'static str,
    },
    /// The e-mail that brought the letter is needed, and was not brought.
    #[error("the e-mail that brought the letter is in no mailbox of this platform")]
    MailNeeded,
    /// A rule of the flow, about the answer to a letter.
    #[error("{0}")]
    Refused(Reply),
    /// What secure letters themselves refuse.
    #[error(transparent)]
    Secure(#[from] SecureError),
    /// The directory does not answer, or refuses.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The mailbox with the e-mail cannot be read.
    #[error("the mailbox of the recipient cannot be read")]
    Store(#[from] StoreError),
}

/// A page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where to go on; `None`: this was the last page.
    pub next: Option<Behind>,
}

/// What a list says of a letter. Before a registered one is accepted, no more than its e-mail says.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The recipient's copy: another name than the one by which its sender knows the letter.
    pub slot: Slot,
    /// How it is protected.
    pub mode: Mode,
    /// Who sent it, as far as it is told yet.
    pub from: Option<Address>,
    /// The address at which it came.
    pub to: Address,
    /// The subject, as far as it is told yet.
    pub subject: Option<String>,
    /// How far it is.
    pub state: State,
    /// When it was taken.
    pub submitted_at: Timestamp,
    /// Until when a registered one can be accepted or refused.
    pub deadline: Option<Timestamp>,
    /// When the sender's side destroyed its key: nobody opens it any more.
    pub erased_at: Option<Timestamp>,
    /// Octets of the letter.
    pub size_bytes: u64,
}

/// A step that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// How far the letter is now.
    pub state: State,
    /// The copy that it is about.
    pub slot: Slot,
    /// The number of the statement about it among those of the copy, from 1.
    pub statement: usize,
    /// When it was taken.
    pub at: Timestamp,
}

/// How many things a page has, for what a program asked.
pub fn page_limit(asked: Option<i64>) -> usize {
    let asked = asked.and_then(|limit| usize::try_from(limit).ok());
    asked.unwrap_or(LETTERS_USUAL).clamp(1, RECEIVED_LIMIT)
}

impl Flow {
    /// The letters to the addresses for which somebody reads, or to one of them.
    ///
    /// # Errors
    /// [`NotDone::NotFound`] for an address that is not read for.
    pub async fn received(
        &self,
        reader: &Reader,
        only: Option<&Address>,
        sought: Sought,
    ) -> Result<Page<Listed>, NotDone> {
        let wanted = only.map(Address::canonical);
        let is_wanted = |one: &&Address| wanted.as_ref().is_none_or(|wanted| one.canonical() == *wanted);
        let addresses: Vec<&Address> = reader.addresses().iter().filter(is_wanted).collect();
        if addresses.is_empty() {
            return Err(NotDone::NotFound("address that the caller reads for"));
        }
        let mut listed = Vec::new();
        for address in addresses {
            listed.extend(self.secure().received(address, sought.clone()).await?);
        }
        Ok(page(listed, sought.limit))
    }

    /// What a list says of one letter.
    ///
    /// # Errors
    /// [`NotDone::NotFound`] for a letter to somebody else.
    pub async fn received_letter(&self, reader: &Reader, slot: &Slot) -> Result<Summary, NotDone> {
        let seen = self.secure().seen(slot).await?;
        reader.reaches(&seen)?;
        Ok(self.summary(&seen.letter, &seen.copy))
    }

    /// Opens a letter, with what is brought of its e-mail or else with what lies in the mailbox. Who opened it is stated.
    ///
    /// # Errors
    /// [`NotDone`]; a registered letter is accepted first.
    pub async fn open_received(
        &self,
        reader: &Reader,
        slot: &Slot,
        mail: Option<Bytes>,
    ) -> Result<(Summary, Opened), NotDone> {
        let (seen, who) = self.to_read(reader, slot).await?;
        let opened = self.opened(reader, &seen, &who, mail).await?;
        let seen = self.secure().seen(slot).await?;
        Ok((self.summary(&seen.letter, &seen.copy), opened))
    }

    /// Accepts a registered letter; one that was accepted stays so, and is answered as before.
    ///
    /// # Errors
    /// [`NotDone`].
    pub async fn accept_received(&self, reader: &Reader, slot: &Slot) -> Result<Step, NotDone> {
        reader.acts()?;
        let (seen, who) = self.to_read(reader, slot).await?;
        if seen.copy.accepted_at.is_none() {
            self.secure().accept(slot, &who).await?;
        }
        self.step(slot, Event::ConsignmentAcceptance).await
    }

    /// Refuses a registered letter; sent again it does nothing twice.
    ///
    /// # Errors
    /// [`NotDone`].
    pub async fn refuse_received(&self, reader: &Reader, slot: &Slot, reason: &str) -> Result<Step, NotDone> {
        reader.acts()?;
        let (seen, who) = self.to_read(reader, slot).await?;
        if seen.copy.state != State::Refused {
            self.secure().refuse(slot, &who, reason).await?;
        }
        self.step(slot, Event::ConsignmentRejection).await
    }

    /// Notes that a letter was processed; tells when it first was.
    ///
    /// # Errors
    /// [`NotDone::State`] for one that nobody has opened.
    pub async fn acknowledge_received(&self, reader: &Reader, slot: &Slot) -> Result<Timestamp, NotDone> {
        reader.acts()?;
        let (seen, who) = self.to_read(reader, slot).await?;
        is_opened(&seen, "a letter is acknowledged once it was opened")?;
        Ok(self.secure().acknowledge(slot, &who).await?)
    }

    /// What may be said of a letter to its recipient now.
    pub fn summary(&self, letter: &mail_secure::Letter, copy: &mail_secure::Copy) -> Summary {
        let settings = self.secure().settings();
        let may_know =
            copy.accepted_at.is_some() || letter.mode != Mode::Registered || settings.shows_subject;
        Summary {
            slot: copy.slot,
            mode: letter.mode,
            from: self.tells_sender(letter, copy).then(|| letter.sender.clone()),
            to: copy.address.clone(),
            subject: may_know.then(|| letter.subject.clone()),
            state: copy.state,
            submitted_at: letter.submitted_at,
            deadline: copy.deadline,
            erased_at: copy.erased_at,
            size_bytes: letter.size_bytes,
        }
    }

    /// Whether the recipient may know who sends: some customs tell it only once the letter is accepted.
    fn tells_sender(&self, letter: &mail_secure::Letter, copy: &mail_secure::Copy) -> bool {
        let settings = self.secure().settings();
        settings.shown_sender(letter, copy, settings.language).is_told
    }

    /// A letter that may be read for its recipient, and what is shown for it.
    async fn to_read(&self, reader: &Reader, slot: &Slot) -> Result<(Seen, Shown), NotDone> {
        let seen = self.secure().seen(slot).await?;
        let who = reader.shown(&seen)?;
        Ok((seen, who))
    }

    async fn opened(
        &self,
        reader: &Reader,
        seen: &Seen,
        who: &Shown,
        mail: Option<Bytes>,
    ) -> Result<Opened, NotDone> {
        if seen.copy.state == State::Offered {
            return Err(NotDone::State {
                reason: "the letter is offered and not accepted",
                rule: "a registered letter is accepted before it is opened",
            });
        }
        let brought = match (mail, seen.copy.way) {
            (Some(mail), Way::Sealed) => Some(mail),
            _ => self.mail_of(reader, seen).await?,
        };
        let brought = brought.ok_or(NotDone::MailNeeded)?;
        match seen.copy.way {
            Way::Sealed => {
                let letter = self.secure().open_mail(&seen.copy.slot, brought, who).await?;
                Ok(Opened::read(&letter))
            }
            // It came as it is, and whoever has the mailbox has read it there.
            Way::Mailbox | Way::Gateway => Ok(Opened::read(&brought)),
            Way::Blocked => Err(NotDone::NotFound("letter")),
        }
    }

    /// What the last step was, with the statement about it.
    async fn step(&self, slot: &Slot, event: Event) -> Result<Step, NotDone> {
        let now = self.secure().seen(slot).await?;
        let happened = self.secure().happened(slot).await?;
        let place = happened.iter().position(|one| one.event == event);
        let place = place.ok_or(SecureError::Damaged("a step without its statement"))?;
        Ok(Step { state: now.copy.state, slot: *slot, statement: place + 1, at: happened[place].at })
    }
}

fn is_opened(seen: &Seen, rule: &'static str) -> Result<(), NotDone> {
    match seen.copy.opened_at {
        Some(_) => Ok(()),
        None => Err(NotDone::State { reason: "nobody has opened the letter", rule }),
    }
}

/// The newest of several lists, each of which goes back as far as the page.
fn page(mut listed: Vec<Listed>, limit: usize) -> Page<Listed> {
    listed.sort_by_key(|one| std::cmp::Reverse((one.copy.submitted_at, one.copy.slot.to_string())));
    let is_more = listed.len() >= limit;
    listed.truncate(limit);
    let next = listed.last().filter(|_| is_more).map(|last| Behind::copy(&last.copy));
    Page { items: listed, next }
}
