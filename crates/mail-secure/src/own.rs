//! The journal of a person: the secured letters that they sent and received, what happened to each, and its receipts.
//!
//! How much of it they see depends on how they have shown who they are: by a code to the mailbox, what such a code opens.
//! Of the time when somebody else had the address as their login they see nothing.
//! Subjects lie encrypted, so that a search reads a person's rows one by one, from the newest, and only so many at once.

use std::fmt;

use db::Tx;
use evidence::{Event, Mode, Sealed, State};
use languages::Language;
use model::Timestamp;
use wire_cms::time_stamp::Token;
use wire_safe::Slot;

use crate::error::SecureError;
use crate::journal::csv_cell;
use crate::profile::ShownSender;
use crate::rows::{log, own as rows};
use crate::types::{Copy, Letter, sixteen};
use crate::{Secure, limits, rows as letters};

/// How somebody has shown who they are, and what they see by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By a code to the mailbox: confidential letters.
    Mailbox,
    /// By an account without a second factor: what they sent, and confidential letters.
    Account,
    /// By an account with a second factor: everything.
    SecondFactor,
}

/// Whose journal it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The address, in the form of comparisons.
    pub canonical: String,
    /// What they see.
    pub reach: Reach,
}

impl Owner {
    /// Letters of which mode they see, in one direction: `None` for all, where `wanted` asks for nothing; nothing at
    /// all where it asks for what they do not see.
    fn within(&self, is_sent: bool, wanted: Option<Mode>) -> Option<Option<Mode>> {
        let is_all = match self.reach {
            Reach::Mailbox => false,
            Reach::Account => is_sent,
            Reach::SecondFactor => true,
        };
        match (is_all, wanted) {
            (true, wanted) => Some(wanted),
            (false, None | Some(Mode::Confidential)) => Some(Some(Mode::Confidential)),
            (false, Some(_)) => None,
        }
    }
}

/// A place in a journal: what comes after it is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    at: Timestamp,
    slot: [u8; 16],
}

impl Place {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Place> {
        let (at, slot) = text.split_once('-')?;
        Some(Place { at: Timestamp(at.parse().ok()?), slot: sixteen(slot)? })
    }

    /// As rows have it: when, and the slot.
    pub(crate) fn as_row(self) -> (i64, String) {
        (self.at.0, Slot(self.slot).to_string())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.0, Slot(self.slot))
    }
}

/// What is looked for in a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Only what was sent, or only what was received.
    pub is_sent: Option<bool>,
    /// Only of this mode.
    pub mode: Option<Mode>,
    /// Only in this state.
    pub state: Option<State>,
    /// Words that stand in the other's address or in the subject; any where it is empty.
    pub words: String,
    /// Submitted not before.
    pub from: Option<Timestamp>,
    /// Submitted before.
    pub until: Option<Timestamp>,
    /// Only what comes after this place.
    pub after: Option<Place>,
}

/// A copy of a letter in a journal.
#[derive(Clone, Debug)]
pub struct Own {
    /// The letter.
    pub letter: Letter,
    /// The copy.
    pub copy: Copy,
    /// Whether it was sent by the journal's owner; else it was received.
    pub is_sent: bool,
}

impl Own {
    /// Who sent it, as far as the owner may know it.
    pub fn sender<'a>(&'a self, secure: &Secure, language: Language) -> ShownSender<'a> {
        match self.is_sent {
            true => ShownSender::told(&self.letter),
            false => secure.settings().shown_sender(&self.letter, &self.copy, language),
        }
    }

    /// Who is on the other side.
    pub fn other(&self, secure: &Secure, language: Language) -> String {
        match self.is_sent {
            true => self.copy.address.to_string(),
            false => self.sender(secure, language).address.into_owned(),
        }
    }

    /// The subject, as far as the owner may know it: of what they sent or can read, and where it stands on the outside
    /// anyhow.
    pub fn subject(&self, secure: &Secure) -> Option<&str> {
        let is_readable = match self.letter.mode {
            Mode::Registered => self.copy.accepted_at.is_some(),
            // Whoever has the mailbox or its account may not have the telephone.
            Mode::Confidential | Mode::Personal => self.copy.telephone.is_none(),
        };
        let is_known = self.is_sent || is_readable || secure.settings().shows_subject;
        is_known.then_some(self.letter.subject.as_str())
    }

    /// Whether the sender can take it back now.
    pub fn can_be_withdrawn(&self) -> bool {
        self.is_sent && self.copy.can_be_withdrawn(self.letter.mode)
    }

    /// Whether the owner may have the receipt of an event: the sender of all, the recipient of what they did.
    pub fn may_have_receipt(&self, secure: &Secure, event: Event) -> bool {
        match event {
            Event::SubmissionAcceptance | Event::AcceptanceRejectionExpiry => self.is_sent,
            // A receipt names the sender.
            Event::ConsignmentAcceptance | Event::ConsignmentRejection | Event::ContentHandover => {
                self.sender(secure, Language::default()).is_told
            }
            _ => false,
        }
    }

    /// Whether the owner may have the evidence, which names every part of the letter: the sender, and a recipient who
    /// could read it by what a journal asks for.
    pub fn may_have_evidence(&self) -> bool {
        let could_be_read = matches!(self.copy.state, State::Consigned | State::Notified | State::HandedOver);
        self.is_sent || (could_be_read && self.copy.telephone.is_none())
    }

    /// Its place.
    pub fn place(&self) -> Place {
        Place { at: self.copy.submitted_at, slot: self.copy.slot.0 }
    }

    /// The header of [`Own::csv`].
    pub const CSV_HEADER: &'static str = "direction,submitted,mode,sender,recipient,subject,state,deadline,accepted,opened,ended,octets,letter,erased\r\n";

    /// A line of CSV (RFC 4180). Times are in UTC.
    pub fn csv(&self, secure: &Secure) -> String {
        let (letter, copy) = (&self.letter, &self.copy);
        let sender = self.sender(secure, Language::default());
        let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339).unwrap_or_default();
        let cells = [
            if self.is_sent { "sent" } else { "received" }.to_owned(),
            letter.submitted_at.rfc3339(),
            letter.mode.to_string(),
            Some(sender)
                .filter(|sender| sender.is_told)
                .map(|sender| sender.address.into_owned())
                .unwrap_or_default(),
            copy.address.to_string(),
            self.subject(secure).unwrap_or_default().to_owned(),
            copy.state.word().to_owned(),
            time(copy.deadline),
            time(copy.accepted_at),
            time(copy.opened_at),
            time(copy.ended_at),
            letter.size_bytes.to_string(),
            crate::types::hex(&letter.public_id),
            time(copy.erased_at),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        format!("{}\r\n", cells.join(","))
    }

    fn has(&self, words: &str, secure: &Secure) -> bool {
        let stands_in = |text: &str| text.to_lowercase().contains(words);
        let language = Language::default();
        let is_told = self.sender(secure, language).is_told;
        words.is_empty()
            || (is_told && stands_in(&self.other(secure, language)))
            || self.subject(secure).is_some_and(stands_in)
    }
}

/// A page of a journal.
#[derive(Clone, Debug)]
pub struct OwnPage {
    /// The newest first.
    pub letters: Vec<Own>,
    /// Where the next page begins.
    pub next: Option<Place>,
    /// Whether the search stopped because it has read enough: the next page goes on.
    pub is_cut: bool,
}

/// What happened to a copy, with what shows when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEvent {
    /// What.
    pub event: Event,
    /// When, by the platform's clock.
    pub at: Timestamp,
    /// Why, where it is negative.
    pub reason: Option<String>,
    /// How the recipient was known, where it has to do with that; in the words of the evidence.
    pub authentication: Option<String>,
    /// Its place in the public log.
    pub log_index: Option<u64>,
    /// Until when it must have been written, by a time-stamp.
    pub stamped_at: Option<Timestamp>,
}

impl Secure {
    /// A page of somebody's journal, of at most `limit` letters, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn own_letters(
        &self,
        owner: &Owner,
        searched: &Searched,
        limit: usize,
    ) -> Result<OwnPage, SecureError> {
        let (secure, owner, searched) = (self.clone(), owner.clone(), searched.clone());
        let scope = self.db().operator("show people the secured letters that they sent and received");
        scope.read(move |tx: &mut Tx| secure.search(tx, &owner, searched.clone(), limit)).await
    }

    fn search(
        &self,
        tx: &mut Tx,
        owner: &Owner,
        mut searched: Searched,
        limit: usize,
    ) -> Result<OwnPage, SecureError> {
        let words = searched.words.trim().to_lowercase();
        let since = directory::login_ended(tx, &owner.canonical)?;
        searched.from = searched.from.max(since);
        let mut page = OwnPage { letters: Vec::new(), next: None, is_cut: false };
        let mut read = 0;
        loop {
            let some = self.some(tx, owner, &searched)?;
            let is_last = some.len() < limits::SEARCHED_AT_ONCE;
            for own in some {
                if page.letters.len() == limit && own.has(&words, self) {
                    page.next = page.letters.last().map(Own::place);
                    return Ok(page);
                }
                searched.after = Some(own.place());
                if own.has(&words, self) {
                    page.letters.push(own);
                }
                read += 1;
            }
            if is_last {
                return Ok(page);
            }
            if read >= limits::SEARCHED_LIMIT.max(limit) {
                page.next = searched.after;
                page.is_cut = true;
                return Ok(page);
            }
        }
    }

    /// What comes next, sent and received together. What somebody sent to themselves was sent.
    fn some(&self, tx: &mut Tx, owner: &Owner, searched: &Searched) -> Result<Vec<Own>, SecureError> {
        let mut some = Vec::new();
        for is_sent in [true, false] {
            if searched.is_sent.is_some_and(|wanted| wanted != is_sent) {
                continue;
            }
            let Some(mode) = owner.within(is_sent, searched.mode) else { continue };
            let within = Searched { mode, ..searched.clone() };
            let found = match is_sent {
                true => rows::sent(tx, self.vault(), &owner.canonical, &within, limits::SEARCHED_AT_ONCE)?,
                false => {
                    rows::received(tx, self.vault(), &owner.canonical, &within, limits::SEARCHED_AT_ONCE)?
                }
            };
            some.extend(found.into_iter().map(|(copy, letter)| Own { letter, copy, is_sent }));
        }
        some.sort_by_key(|own| std::cmp::Reverse(own.place()));
        some.truncate(limits::SEARCHED_AT_ONCE);
        Ok(some)
    }

    /// One letter of somebody's journal.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] for what is not in it.
    pub async fn own_letter(&self, owner: &Owner, slot: &Slot) -> Result<Own, SecureError> {
        let (secure, wanted, canonical) = (self.clone(), *slot, owner.canonical.clone());
        let scope = self.db().operator("show people one of the letters that they sent and received");
        let (seen, since) = scope
            .read(move |tx: &mut Tx| {
                let since = directory::login_ended(tx, &canonical)?;
                Ok::<_, SecureError>((secure.read(tx, &wanted)?, since))
            })
            .await?;
        let (letter, copy) = (seen.letter, seen.copy);
        if since.is_some_and(|since| letter.submitted_at < since) {
            return Err(SecureError::NotFound);
        }
        let is_sent = letter.sender.canonical() == owner.canonical;
        let is_theirs = is_sent || copy.address.canonical() == owner.canonical;
        let is_seen = owner.within(is_sent, Some(letter.mode)).is_some();
        if is_theirs && is_seen { Ok(Own { letter, copy, is_sent }) } else { Err(SecureError::NotFound) }
    }

    /// What happened to a letter of somebody's journal, from the first.
    ///
    /// # Errors
    /// When the database does not answer, or [`SecureError::Damaged`].
    pub async fn own_events(&self, own: &Own) -> Result<Vec<OwnEvent>, SecureError> {
        let slot = own.copy.slot;
        let scope = self.db().operator("tell people what happened to a letter of theirs");
        scope
            .read(move |tx: &mut Tx| {
                let statements = log::statements(tx, &slot)?;
                statements.iter().map(|one| event_of(tx, one)).collect()
            })
            .await
    }

    /// The sender takes a letter back from one recipient, or from all of them.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] for who did not send it; [`SecureError::Illegal`] when it is too late.
    pub async fn withdraw_own(&self, own: &Own, is_from_all: bool, reason: &str) -> Result<(), SecureError> {
        if !own.is_sent {
            return Err(SecureError::NotFound);
        }
        let only = (!is_from_all).then_some(own.copy.slot);
        self.withdraw(own.letter.organisation, own.letter.id, only, reason).await?;
        Ok(())
    }

    /// How many recipients a letter has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_copies(&self, letter: i64) -> Result<usize, SecureError> {
        let scope = self.db().operator("tell a sender to how many a letter went");
        Ok(scope.read(move |tx: &mut Tx| letters::copies_of(tx, letter)).await?.len())
    }
}

fn event_of(tx: &mut Tx, one: &log::Placed) -> Result<OwnEvent, SecureError> {
    let sealed = Sealed::parse(&one.sealed).map_err(|_| SecureError::Damaged("a sealed statement"))?;
    let evidence = sealed.evidence();
    let stamped = one.log_index.map(|index| log::stamped_checkpoint(tx, index)).transpose()?.flatten();
    let token = stamped.and_then(|checkpoint| Token::from_der(&checkpoint.token?).ok());
    Ok(OwnEvent {
        event: one.event,
        at: evidence.event_time,
        reason: evidence.reasons.first().map(|reason| reason.detail.clone()),
        authentication: evidence.recipient.authentication.clone(),
        log_index: one.log_index,
        stamped_at: token.map(|token| token.claimed_time()),
    })
}
