//! What can happen to a secure letter, with the names of ETSI EN 319 522.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands before each name.
const BASE: &str = "http://uri.etsi.org/19522/Event/";

/// An event of EN 319 522-1 §6, by the name that its URI ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The letter was taken from its sender.
    SubmissionAcceptance,
    /// The letter was not taken, or its recipient takes none of this kind.
    SubmissionRejection,
    /// Another platform took the letter.
    RelayAcceptance,
    /// Another platform refused the letter.
    RelayRejection,
    /// Another platform could not be reached.
    RelayFailure,
    /// The recipient was asked whether they accept.
    NotificationForAcceptance,
    /// The recipient could not be asked.
    NotificationForAcceptanceFailure,
    /// The recipient accepted.
    ConsignmentAcceptance,
    /// The recipient refused.
    ConsignmentRejection,
    /// The time to accept or refuse ended.
    AcceptanceRejectionExpiry,
    /// The content is ready for the recipient.
    ContentConsignment,
    /// The content will not be given: the sender withdrew it.
    ContentConsignmentFailure,
    /// The recipient was told that the content is ready.
    ConsignmentNotification,
    /// The recipient could not be told.
    ConsignmentNotificationFailure,
    /// The content was given to the recipient.
    ContentHandover,
    /// The content was not given before its time ended.
    ContentHandoverFailure,
    /// The recipient's server took the notice.
    NotificationDelivered,
    /// The recipient looked at the content again.
    ContentAccessTracking,
    /// The letter went to an ordinary mail server over a verified connection.
    RelayToNonERDS,
    /// It could not go there.
    RelayToNonERDSFailure,
    /// The letter came from an ordinary mail server.
    ReceivedFromNonERDS,
}

impl Event {
    /// All of them, in the order of the standard.
    pub const ALL: [Event; 21] = [
        Event::SubmissionAcceptance,
        Event::SubmissionRejection,
        Event::RelayAcceptance,
        Event::RelayRejection,
        Event::RelayFailure,
        Event::NotificationForAcceptance,
        Event::NotificationForAcceptanceFailure,
        Event::ConsignmentAcceptance,
        Event::ConsignmentRejection,
        Event::AcceptanceRejectionExpiry,
        Event::ContentConsignment,
        Event::ContentConsignmentFailure,
        Event::ConsignmentNotification,
        Event::ConsignmentNotificationFailure,
        Event::ContentHandover,
        Event::ContentHandoverFailure,
        Event::NotificationDelivered,
        Event::ContentAccessTracking,
        Event::RelayToNonERDS,
        Event::RelayToNonERDSFailure,
        Event::ReceivedFromNonERDS,
    ];

    /// The standard's name.
    pub fn name(self) -> &'static str {
        match self {
            Event::SubmissionAcceptance => "SubmissionAcceptance",
            Event::SubmissionRejection => "SubmissionRejection",
            Event::RelayAcceptance => "RelayAcceptance",
            Event::RelayRejection => "RelayRejection",
            Event::RelayFailure => "RelayFailure",
            Event::NotificationForAcceptance => "NotificationForAcceptance",
            Event::NotificationForAcceptanceFailure => "NotificationForAcceptanceFailure",
            Event::ConsignmentAcceptance => "ConsignmentAcceptance",
            Event::ConsignmentRejection => "ConsignmentRejection",
            Event::AcceptanceRejectionExpiry => "AcceptanceRejectionExpiry",
            Event::ContentConsignment => "ContentConsignment",
            Event::ContentConsignmentFailure => "ContentConsignmentFailure",
            Event::ConsignmentNotification => "ConsignmentNotification",
            Event::ConsignmentNotificationFailure => "ConsignmentNotificationFailure",
            Event::ContentHandover => "ContentHandover",
            Event::ContentHandoverFailure => "ContentHandoverFailure",
            Event::NotificationDelivered => "NotificationDelivered",
            Event::ContentAccessTracking => "ContentAccessTracking",
            Event::RelayToNonERDS => "RelayToNonERDS",
            Event::RelayToNonERDSFailure => "RelayToNonERDSFailure",
            Event::ReceivedFromNonERDS => "ReceivedFromNonERDS",
        }
    }

    /// Reads what [`Event::name`] writes.
    pub fn from_name(name: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.name() == name)
    }

    /// `http://uri.etsi.org/19522/Event/` and the name.
    pub fn uri(self) -> String {
        format!("{BASE}{}", self.name())
    }

    /// Reads what [`Event::uri`] writes.
    pub fn from_uri(uri: &str) -> Option<Event> {
        Event::from_name(uri.strip_prefix(BASE)?)
    }

    /// Whether it tells that something did not happen, and so must tell why.
    pub fn is_negative(self) -> bool {
        match self {
            Event::SubmissionRejection
            | Event::RelayRejection
            | Event::RelayFailure
            | Event::NotificationForAcceptanceFailure
            | Event::ConsignmentRejection
            | Event::AcceptanceRejectionExpiry
            | Event::ContentConsignmentFailure
            | Event::ConsignmentNotificationFailure
            | Event::ContentHandoverFailure
            | Event::RelayToNonERDSFailure => true,
            Event::SubmissionAcceptance
            | Event::RelayAcceptance
            | Event::NotificationForAcceptance
            | Event::ConsignmentAcceptance
            | Event::ContentConsignment
            | Event::ConsignmentNotification
            | Event::ContentHandover
            | Event::NotificationDelivered
            | Event::ContentAccessTracking
            | Event::RelayToNonERDS
            | Event::ReceivedFromNonERDS => false,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.uri())
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        crate::digest::text(deserializer, Event::from_uri, "the URI of an event of EN 319 522")
    }
}
