//! What somebody sent and received, as one list.

use std::collections::HashSet;

use mail_secure::receiving::{Listed, Sought};
use mail_secure::{Mode, State};
use model::{Address, Timestamp};

use super::{NotDone, Page, Reader, page};
use crate::Flow;

/// On which side of a letter somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received.
    Received,
    /// Sent.
    Sent,
}

/// A letter in the journal, for one recipient.
#[derive(Clone, Debug)]
pub struct JournalEntry {
    /// Of a received letter the copy, of a sent one what its sender calls it.
    pub name: String,
    /// On which side the reader is.
    pub direction: Direction,
    /// How it is protected.
    pub mode: Mode,
    /// The other side; a sender as far as it is told yet.
    pub address: Option<Address>,
    /// The subject, as far as it is told yet.
    pub subject: Option<String>,
    /// How far it is.
    pub state: State,
    /// When it was taken.
    pub submitted_at: Timestamp,
    /// When the last statement about it was made.
    pub last_at: Timestamp,
}

impl Flow {
    /// What came to a reader's addresses and what the same caller sent, newest first; or one side of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn search_journal(
        &self,
        reader: &Reader,
        only: Option<Direction>,
        sought: Sought,
    ) -> Result<Page<JournalEntry>, NotDone> {
        let secure = self.secure();
        let mut listed = Vec::new();
        if only != Some(Direction::Sent) {
            for address in reader.addresses() {
                listed.extend(secure.received(address, sought.clone()).await?);
            }
            // Whoever looks for a sender that is not yet told does not learn it that way.
            listed.retain(|one| sought.with.is_none() || self.tells_sender(&one.letter, &one.copy));
        }
        let received: HashSet<_> = listed.iter().map(|one| one.copy.slot).collect();
        if only != Some(Direction::Received) {
            let sent = secure.sent_copies(reader.organisation, reader.sent_by(), sought.clone()).await?;
            listed.extend(sent.into_iter().filter(|one| !received.contains(&one.copy.slot)));
        }
        let Page { items, next } = page(listed, sought.limit);
        let entries = items.iter().map(|one| match received.contains(&one.copy.slot) {
            true => self.received_entry(one),
            false => sent_entry(one),
        });
        Ok(Page { items: entries.collect(), next })
    }

    fn received_entry(&self, one: &Listed) -> JournalEntry {
        let summary = self.summary(&one.letter, &one.copy);
        JournalEntry {
            name: summary.slot.to_string(),
            direction: Direction::Received,
            address: summary.from,
            subject: summary.subject,
            ..sent_entry(one)
        }
    }
}

fn sent_entry(Listed { letter, copy, last_at }: &Listed) -> JournalEntry {
    JournalEntry {
        name: mail_secure::hex(&letter.public_id),
        direction: Direction::Sent,
        mode: letter.mode,
        address: Some(copy.address.clone()),
        subject: Some(letter.subject.clone()),
        state: copy.state,
        submitted_at: letter.submitted_at,
        last_at: *last_at,
    }
}
