//! The letter of ours that a complaint is about: only such complaints count, since anybody can write one.
//!
//! Reporters send the letter, or its header, with the complaint. Our own Received field names it, and so does a Message-ID
//! of ours; where reporters took them away, the letters to the reader who complains are looked through. Either way the
//! letter must bear the Message-ID that the complaint shows: whoever complains has seen the letter.

use model::{Address, DeliveryId, Domain, MessageId, OrganisationId, Timestamp};
use trail::{Event, Search, Step};

use crate::limits::{AGE_LIMIT, LETTERS_TRIED};
use crate::{Complaint, Reports, ReportsError};

/// A letter that one of our users sent to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The letter.
    pub message: MessageId,
    /// The sender of its envelope.
    pub sender: String,
    /// The sender's domain.
    pub domain: Domain,
    /// The recipient who complains, as the letter was sent to him, and his delivery; `None` if the complaint hides him
    /// or names somebody else.
    pub reader: Option<(String, DeliveryId)>,
}

impl Reports {
    /// The organisation's letter that the complaint is about, if it names one.
    pub(crate) async fn letter_of(
        &self,
        organisation: OrganisationId,
        complaint: &Complaint,
        received_at: Timestamp,
    ) -> Result<Option<Sent>, ReportsError> {
        for mark in &complaint.marks {
            if let Some(sent) = self.sent(organisation, *mark, complaint).await? {
                return Ok(Some(sent));
            }
        }
        let Some(Ok(reader)) = complaint.recipient.as_deref().map(Address::parse) else { return Ok(None) };
        let search = Search {
            organisation: Some(organisation),
            to: Some(reader),
            since: Some(received_at.minus(AGE_LIMIT)),
            ..Search::default()
        };
        let mut tried: Vec<MessageId> = Vec::new();
        for event in self.trail.search(search).await?.iter().rev() {
            match event.message {
                Some(message) if tried.len() < LETTERS_TRIED && !tried.contains(&message) => {
                    tried.push(message)
                }
                _ => {}
            }
        }
        for message in tried {
            if let Some(sent) = self.sent(organisation, message, complaint).await? {
                return Ok(Some(sent));
            }
        }
        Ok(None)
    }

    /// The letter, if one of the organisation's users sent it to somebody elsewhere in the name of a domain of the
    /// organisation, and it bears the complaint's Message-ID.
    async fn sent(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        complaint: &Complaint,
    ) -> Result<Option<Sent>, ReportsError> {
        let search = Search {
            organisation: Some(organisation),
            message: Some(message),
            limit: Some(trail::limits::SEARCH_LIMIT),
            ..Search::default()
        };
        let events = self.trail.search(search).await?;
        let Some((sender, reader)) = fits(&events, complaint) else { return Ok(None) };
        let Some(Ok(domain)) = sender.rsplit_once('@').map(|(_, name)| Domain::parse(name)) else {
            return Ok(None);
        };
        let Some(domain) = self.hosted(organisation, &domain).await? else { return Ok(None) };
        Ok(Some(Sent { message, sender, domain, reader }))
    }
}

/// The sender of the letter with these events, and the reader who complains, if the letter is the complaint's and went
/// out from one of our users.
fn fits(events: &[Event], complaint: &Complaint) -> Option<(String, Option<(String, DeliveryId)>)> {
    let shown = complaint.message_id.as_deref().map(bare)?;
    let is_it = events.iter().any(|event| {
        matches!(&event.step, Step::Accepted { login: Some(_), message_id: Some(ours), .. } if bare(ours) == shown)
    });
    let out: Vec<&Event> = events.iter().filter(|event| is_it && goes_out(event)).collect();
    let sender = out.first()?.sender.clone();
    let reader = out.iter().find_map(|event| {
        let (recipient, delivery) = (event.recipient.as_deref()?, event.delivery?);
        let complains = complaint.recipient.as_deref()?;
        recipient.eq_ignore_ascii_case(complains).then(|| (recipient.to_ascii_lowercase(), delivery))
    });
    Some((sender, reader))
}

fn goes_out(event: &Event) -> bool {
    matches!(&event.step, Step::Queued { route } if !route.starts_with("mailbox "))
}

fn bare(message_id: &str) -> &str {
    message_id.trim().trim_start_matches('<').trim_end_matches('>')
}
