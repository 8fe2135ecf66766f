//! A program answers a letter that it has read, in the letter's mode.

use std::collections::HashSet;

use bytes::Bytes;
use mail_secure::{Attached, Composing, Language, Letter, SecureError, Seen, Shown};
use model::Address;
use wire_safe::Slot;

use super::reader::Who;
use super::{NotDone, Reader, is_opened};
use crate::composed::{BOUNDARY_OCTETS, reference_of};
use crate::{Flow, Sending};

/// An answer to a letter.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// What the program calls it: the same is not sent twice.
    pub reference: &'a str,
    /// Whether it goes to all who stand in the letter's To and Cc and got it.
    pub to_all: bool,
    /// The e-mail that brought the letter, where it is needed: only the letter says who got it.
    pub mail: Option<Bytes>,
    /// The subject; that of the letter where nothing is said.
    pub subject: Option<&'a str>,
    /// The text.
    pub plain: Option<&'a str>,
    /// The text as HTML.
    pub html: Option<&'a str>,
    /// The files.
    pub attachments: Vec<Attached<'a>>,
}

/// An answer that was taken.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The letter that it is.
    pub letter: Letter,
    /// Its copy for the first recipient: the chain begins with the submission.
    pub first: Slot,
}

impl Flow {
    /// Answers a letter that was opened, from the address at which it came.
    ///
    /// # Errors
    /// [`NotDone`]; nothing was sent then.
    pub async fn answer_received(
        &self,
        reader: &Reader,
        slot: &Slot,
        answer: Answer<'_>,
    ) -> Result<Answered, NotDone> {
        reader.acts()?;
        let (seen, who) = self.to_read(reader, slot).await?;
        let from = seen.copy.address.clone();
        if !self.may_write_as(reader, &from).await? {
            let why = "the application reads for this address, and was not given it as a sender";
            return Err(NotDone::Forbidden(why));
        }
        is_opened(&seen, "a letter is answered once it was opened")?;
        let cc = match answer.to_all {
            true => self.others(reader, &seen, &who, answer.mail.clone()).await?,
            false => Vec::new(),
        };
        let sender = std::iter::once(&seen.letter.sender);
        let recipients: Vec<Address> = sender.chain(&cc).cloned().collect();
        let letter = self.answering_letter(&seen, &answer, &cc);
        let own_name = match &reader.who {
            Who::Application(application) => {
                let counted = self.count_application(application, recipients.len(), letter.len() as u64);
                counted.await.map_err(NotDone::Refused)?;
                application.name.clone()
            }
            Who::Person { login, .. } => login.to_string(),
        };
        let reference = reference_of(&own_name, answer.reference);
        let answers = self.counted_under(reader, &seen, &who, &reference).await?;
        let sending = Sending {
            organisation: reader.organisation,
            author: from,
            authentication: reader.authentication.clone(),
            mode: seen.letter.mode,
            letter: letter.into(),
            recipients,
            reference: Some(reference),
            answers,
            language: Language::default(),
            passphrase: None,
            phones: mail_secure::phone::Phones::default(),
        };
        let taken = self.send_secured(sending).await.map_err(NotDone::Refused)?.letter;
        let copies = self.secure().copies(taken.organisation, taken.id).await?;
        let first = copies.first().ok_or(SecureError::Damaged("a letter without copies"))?.slot;
        Ok(Answered { letter: taken, first })
    }

    /// Who stands in the letter's To and Cc and got it: neither the sender nor the reader, and nobody blind.
    async fn others(
        &self,
        reader: &Reader,
        seen: &Seen,
        who: &Shown,
        mail: Option<Bytes>,
    ) -> Result<Vec<Address>, NotDone> {
        let opened = self.opened(reader, seen, who, mail).await?;
        let letter = &seen.letter;
        let copies = self.secure().copies(letter.organisation, letter.id).await?;
        let got: HashSet<String> = copies.iter().map(|copy| copy.address.canonical()).collect();
        let mut named = HashSet::from([who.canonical.clone(), letter.sender.canonical()]);
        let others = opened.to.into_iter().chain(opened.cc);
        Ok(others.filter(|one| got.contains(&one.canonical()) && named.insert(one.canonical())).collect())
    }

    /// The copy under which an answer is counted, as at the portal: a person's. An application's answers are counted with
    /// all that it sends. Neither answers a letter whose time is over; what was sent before is only told again.
    async fn counted_under(
        &self,
        reader: &Reader,
        seen: &Seen,
        who: &Shown,
        reference: &str,
    ) -> Result<Option<Slot>, NotDone> {
        let secure = self.secure();
        let is_person = matches!(reader.who, Who::Person { .. });
        let before = secure.sent_as(reader.organisation, reference).await?;
        if before.is_none() && is_person {
            secure.answerable(&seen.copy.slot, who).await?;
        } else if before.is_none() && !seen.copy.can_be_opened(self.inner.world.clock.now()) {
            return Err(SecureError::Ended.into());
        }
        Ok(is_person.then_some(seen.copy.slot))
    }

    fn answering_letter(&self, seen: &Seen, answer: &Answer<'_>, cc: &[Address]) -> Vec<u8> {
        let mut random = [0; BOUNDARY_OCTETS];
        self.inner.world.random.fill(&mut random);
        let usual = format!("Re: {}", seen.letter.subject);
        let cc: Vec<(Address, Option<String>)> = cc.iter().map(|one| (one.clone(), None)).collect();
        mail_secure::compose(&Composing {
            from: &seen.copy.address,
            to: &[(seen.letter.sender.clone(), None)],
            cc: &cc,
            subject: answer.subject.unwrap_or(&usual),
            plain: answer.plain,
            html: answer.html,
            attachments: &answer.attachments,
            answers: Some(&seen.letter.message_id),
            boundary: &mail_secure::hex(&random),
        })
    }
}
