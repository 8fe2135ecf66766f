//! Answers from the portal: to whom somebody may write who has opened a letter, and how often. They write to the letter's
//! sender and to those whom the letter itself names, and to nobody else, so that the portal relays for nobody.

use db::Tx;
use evidence::{Event, Illegal, State};
use model::Address;
use wire_safe::Slot;

use crate::error::SecureError;
use crate::portal::Seen;
use crate::rows::answers as rows;
use crate::statement::Shown;
use crate::types::{Copy, Letter, Way};
use crate::{Secure, limits, rows as letters};

/// What somebody may answer.
#[derive(Clone, Debug)]
pub struct Answerable {
    /// The letter.
    pub letter: Letter,
    /// Its copy for whoever answers.
    pub copy: Copy,
    /// The other recipients that the letter names and that it may have reached: whom an answer to all also goes to. None of
    /// a letter whose code goes to a telephone.
    pub others: Vec<Address>,
}

impl Secure {
    /// The letter of a copy for whoever may answer it once they have opened it.
    ///
    /// # Errors
    /// [`SecureError::Proof`], [`SecureError::NotFound`].
    pub async fn would_answer(&self, slot: &Slot, who: &Shown) -> Result<Answerable, SecureError> {
        let (secure, slot, who) = (self.clone(), *slot, who.clone());
        let scope = self.db().operator("see whom the recipient of a letter may answer");
        scope.read(move |tx: &mut Tx| secure.answerable_in(tx, &slot, &who)).await
    }

    /// The letter of a copy for whoever answers it now: they have opened it, it can still be opened, and they have not
    /// answered too often.
    ///
    /// # Errors
    /// [`SecureError::Proof`], [`SecureError::Ended`], [`SecureError::TooOften`], and [`SecureError::Illegal`] before it
    /// was opened.
    pub async fn answerable(&self, slot: &Slot, who: &Shown) -> Result<Answerable, SecureError> {
        let (secure, slot, who) = (self.clone(), *slot, who.clone());
        let scope = self.db().operator("see whether the recipient of a letter may answer it");
        scope
            .read(move |tx: &mut Tx| {
                let answerable = secure.answerable_in(tx, &slot, &who)?;
                let Answerable { letter, copy, .. } = &answerable;
                if !copy.can_be_opened(secure.now()) {
                    return Err(SecureError::Ended);
                }
                if copy.state != State::HandedOver {
                    let event = Event::ContentAccessTracking;
                    return Err(Illegal { mode: letter.mode, state: copy.state, event }.into());
                }
                secure.counted(tx, &slot, &who.canonical)?;
                Ok(answerable)
            })
            .await
    }

    fn answerable_in(&self, tx: &mut Tx, slot: &Slot, who: &Shown) -> Result<Answerable, SecureError> {
        let Seen { letter, copy } = self.read(tx, slot)?;
        self.may(tx, &letter, &copy, who)?;
        let sender = letter.sender.canonical();
        let is_other = |other: &Copy| {
            let canonical = other.address.canonical();
            other.is_named && other.is_reached() && canonical != who.canonical && canonical != sender
        };
        // The sender alone says whose telephone it was: in this recipient's name it writes to nobody else.
        let others = match &copy.telephone {
            Some(_) => Vec::new(),
            None => letters::copies_of(tx, letter.id)?.into_iter().filter(is_other).collect(),
        };
        let others = others.into_iter().map(|other| other.address).collect();
        Ok(Answerable { letter, copy, others })
    }

    /// Whether an answer may be kept: asked again in the transaction that keeps it, while nobody else changes the copy
    /// that it answers.
    pub(crate) fn may_be_answered_again(
        &self,
        tx: &mut Tx,
        answered: &Slot,
        answer: &Letter,
    ) -> Result<(), SecureError> {
        letters::copy_to_change(tx, answered)?.ok_or(SecureError::NotFound)?;
        self.counted(tx, answered, &answer.sender.canonical())
    }

    fn counted(&self, tx: &mut Tx, answered: &Slot, canonical: &str) -> Result<(), SecureError> {
        let since = self.now().minus(limits::ANSWERS_COUNTED_FOR);
        let is_much = rows::to_copy(tx, answered)? >= limits::ANSWERS_PER_COPY_LIMIT
            || rows::of_person(tx, canonical, since)? >= limits::ANSWERS_PER_DAY_LIMIT;
        if is_much { Err(SecureError::TooOften) } else { Ok(()) }
    }
}

impl Copy {
    /// Whether the letter went to this recipient and was not found to be undeliverable.
    fn is_reached(&self) -> bool {
        self.way != Way::Blocked
            && !matches!(self.state, State::Rejected | State::Blocked | State::Undeliverable)
    }
}
