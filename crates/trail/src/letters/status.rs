//! What became of a letter for one recipient, in the words of the column «Statut».

use std::fmt;
use std::str::FromStr;

use model::{Reply, Timestamp};

use super::Direction;
use crate::{Event, Step};

/// What became of a letter for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It lies in its folder, or the remote server took it.
    Delivered,
    /// It lies in the folder of unwanted letters.
    Spam,
    /// A rule put it into another folder.
    Sorted,
    /// It went on to another address.
    Redirected,
    /// It waits for its next attempt, or is held.
    Waiting,
    /// The remote server asked to come back later, because it did not know us yet.
    Greylisted,
    /// It was refused at the door.
    Rejected,
    /// Its sender is blocked here.
    Blocked,
    /// It failed for good, and its sender was told.
    Bounced,
    /// It was refused because nobody was logged in.
    NotAuthenticated,
    /// The mailbox had no room.
    OverQuota,
    /// The sender had sent as much as one may.
    OverSendLimit,
    /// An administrator deleted it from the queue.
    Deleted,
}

impl Status {
    /// All of them, in the order in which they are offered.
    pub const EACH: [Status; 13] = [
        Status::Delivered,
        Status::Spam,
        Status::Sorted,
        Status::Redirected,
        Status::Waiting,
        Status::Greylisted,
        Status::Rejected,
        Status::Blocked,
        Status::Bounced,
        Status::NotAuthenticated,
        Status::OverQuota,
        Status::OverSendLimit,
        Status::Deleted,
    ];

    /// The word that addresses, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Delivered => "delivered",
            Status::Spam => "spam",
            Status::Sorted => "sorted",
            Status::Redirected => "redirected",
            Status::Waiting => "waiting",
            Status::Greylisted => "greylisted",
            Status::Rejected => "rejected",
            Status::Blocked => "blocked",
            Status::Bounced => "bounced",
            Status::NotAuthenticated => "not-authenticated",
            Status::OverQuota => "over-quota",
            Status::OverSendLimit => "over-send-limit",
            Status::Deleted => "deleted",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Status, String> {
        let words = || Status::EACH.map(Status::as_str).join(", ");
        Status::EACH
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("«{text}» is none of {}", words()))
    }
}

/// A status, when it became so, and the words behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: Status,
    pub(super) at: Timestamp,
    pub(super) detail: String,
}

/// What the events of one delivery come to; `begin` is the one by which the line was found.
pub(super) fn of(direction: Direction, begin: &Event, follows: &[Event], why_spam: Option<&str>) -> Outcome {
    let first = Outcome { status: Status::Waiting, at: begin.at, detail: String::new() };
    let mut outcome = match &begin.step {
        Step::Refused { reply, .. } => Outcome { status: refused(reply), detail: reply.to_string(), ..first },
        _ => first,
    };
    for event in follows {
        let told = match &event.step {
            Step::Delivered { place, reply: None } => Some(in_folder(place, why_spam)),
            Step::Delivered { place, reply: Some(reply) } => Some(match direction {
                Direction::Sent => (Status::Delivered, format!("{place}: {reply}")),
                // What came for an address of ours and a remote server took.
                Direction::Received => (Status::Redirected, format!("{place}: {reply}")),
            }),
            Step::Deferred { reply, next_at } => {
                let status = if is_greylisting(reply) { Status::Greylisted } else { Status::Waiting };
                Some((status, format!("{reply} ({})", next_at.rfc3339())))
            }
            Step::Bounced { reply } => Some((failed(reply), reply.to_string())),
            Step::Expired => Some((Status::Bounced, outcome.detail.clone())),
            Step::Held | Step::Released => Some((Status::Waiting, outcome.detail.clone())),
            Step::Deleted => Some((Status::Deleted, outcome.detail.clone())),
            Step::Refused { reply, .. } => Some((refused(reply), reply.to_string())),
            Step::Accepted { .. }
            | Step::Judged { .. }
            | Step::Queued { .. }
            | Step::Tried { .. }
            | Step::Reported { .. }
            | Step::Complained { .. } => None,
        };
        if let Some((status, detail)) = told {
            outcome = Outcome { status, at: event.at, detail };
        }
    }
    outcome
}

fn in_folder(place: &str, why_spam: Option<&str>) -> (Status, String) {
    let why = why_spam.unwrap_or_default();
    match place {
        "Spam" if why.contains("blocked sender") => (Status::Blocked, why.to_owned()),
        "Spam" => (Status::Spam, why.to_owned()),
        place if place.starts_with("folder ") => (Status::Sorted, place.to_owned()),
        place => (Status::Delivered, place.to_owned()),
    }
}

/// RFC 6647 §2.1: there is no code for greylisting; servers say it in words.
fn is_greylisting(reply: &Reply) -> bool {
    let text = reply.text().to_ascii_lowercase();
    ["greylist", "graylist", "grey-list", "gray-list"].iter().any(|word| text.contains(word))
}

/// RFC 3463 §3.3: X.2.2 is a full mailbox.
fn is_full(reply: &Reply) -> bool {
    reply.status().ends_with(".2.2")
}

fn failed(reply: &Reply) -> Status {
    if is_full(reply) { Status::OverQuota } else { Status::Bounced }
}

fn refused(reply: &Reply) -> Status {
    match reply.code() {
        _ if is_full(reply) => Status::OverQuota,
        // RFC 4954 §6.
        530 | 535 => Status::NotAuthenticated,
        _ if reply.text().contains("sending limit") => Status::OverSendLimit,
        _ if is_greylisting(reply) => Status::Greylisted,
        _ => Status::Rejected,
    }
}
