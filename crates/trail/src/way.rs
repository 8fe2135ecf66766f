//! The whole way of a letter, and pages of such ways.

use std::collections::HashMap;

use db::{DbError, Moment, Page, Seek, Tx};
use model::MessageId;

use crate::{Event, Search, limits, rows, search_key};

/// All events of one message, in the order they happened; events that belong to no message (a refusal
/// before the message was ours) stand alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The message; `None` for an event that belongs to none.
    pub message: Option<MessageId>,
    /// Its events.
    pub events: Vec<Event>,
}

impl Way {
    /// Who wrote and who was to get it, as the events have them.
    pub fn addresses(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for event in &self.events {
            let recipient = event.recipient.iter();
            for text in std::iter::once(&event.sender).chain(recipient) {
                if !text.is_empty() && !all.contains(text) {
                    all.push(text.clone());
                }
            }
        }
        all
    }
}

/// The ways that begin before the key, newest first.
pub(crate) fn page(tx: &mut Tx, search: &Search, seek: &Seek<Moment>) -> Result<Page<Way, Moment>, DbError> {
    let mut items = Vec::new();
    // Where each letter stands that was met; a letter is met once for each of its events.
    let mut places: HashMap<MessageId, Moment> = HashMap::new();
    let mut before = seek.before();
    let mut last = None;
    let mut seen = 0;
    while seen < limits::SEARCH_LIMIT {
        let events = rows::search(tx, search, before, limits::WAY_BATCH)?;
        let is_last = events.len() < limits::WAY_BATCH;
        seen += events.len();
        for event in events.into_iter().rev() {
            if items.len() == seek.limit {
                return Ok(Page { items, next: last });
            }
            before = place(&event);
            let Some(message) = event.message else {
                items.push(Way { message: None, events: vec![event] });
                last = Some(before);
                continue;
            };
            if places.get(&message).is_some_and(|stands| *stands != before) {
                continue;
            }
            let events = rows::of_message(tx, message)?;
            let stands = events.iter().find(|event| search.holds(event)).map_or(before, place);
            places.insert(message, stands);
            if stands == before {
                items.push(Way { message: Some(message), events });
                last = Some(before);
            }
        }
        if is_last {
            return Ok(Page { items, next: None });
        }
    }
    Ok(Page { items, next: Some(before) })
}

fn place(event: &Event) -> Moment {
    (event.at, event.id)
}

impl Search {
    /// Whether an event of the letter is one that is looked for, as the statements have it.
    fn holds(&self, event: &Event) -> bool {
        let from = self.from.as_ref().map(|from| from.to_string().to_lowercase());
        let to = self.to.as_ref().map(|to| search_key(&to.to_string()));
        self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && from.is_none_or(|from| event.sender.to_lowercase() == from)
            && to.is_none_or(|to| event.recipient.as_deref().map(search_key) == Some(to))
    }
}
