//! What is kept of a message beside its bytes, so that listing a folder never opens it.

use crate::date::Date;

/// A mailbox of an address list, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded; empty if there is none.
    pub name: String,
    /// `local@domain`, as written.
    pub address: String,
}

/// What a folder's list shows of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// ENVELOPE (RFC 9051 §7.5.2), ready to send.
    pub envelope: Vec<u8>,
    /// BODYSTRUCTURE with extension data, ready to send.
    pub body_structure: Vec<u8>,
    /// The subject, decoded.
    pub subject: String,
    /// From, decoded.
    pub from: Vec<Mailbox>,
    /// To, decoded.
    pub to: Vec<Mailbox>,
    /// Message-ID with its angle brackets.
    pub message_id: Option<String>,
    /// The ids of In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// The ids of References.
    pub references: Vec<String>,
    /// Date.
    pub date: Option<Date>,
    /// Whether a part is meant to be saved rather than shown.
    pub has_attachment: bool,
}
