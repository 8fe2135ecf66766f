//! The envelope: who sends, who receives, and what the sender asked for (RFC 5321, RFC 3461).

use std::fmt;

use crate::Address;

/// The argument of `MAIL FROM`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: a report; nothing is ever reported back (RFC 5321 §4.5.5).
    Null,
    /// Where reports go.
    Address(Address),
}

impl ReversePath {
    /// The address, if there is one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            ReversePath::Null => None,
            ReversePath::Address(address) => Some(address),
        }
    }
}

impl fmt::Display for ReversePath {
    /// Without angle brackets; the null path is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReversePath::Null => Ok(()),
            ReversePath::Address(address) => address.fmt(f),
        }
    }
}

/// When the sender wants to hear about a recipient (`NOTIFY`, RFC 3461 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notify {
    /// When it was delivered.
    pub success: bool,
    /// When it failed.
    pub failure: bool,
    /// When it takes long.
    pub delay: bool,
}

impl Notify {
    /// What holds where nothing was asked: failures, and delays as a courtesy.
    pub const DEFAULT: Notify = Notify { success: false, failure: true, delay: true };
    /// `NOTIFY=NEVER`.
    pub const NEVER: Notify = Notify { success: false, failure: false, delay: false };
}

/// `ORCPT` (RFC 3461 §4.2): the address as the first sender wrote it, decoded from xtext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginalRecipient {
    /// `rfc822`, `utf-8` and the like.
    pub address_type: String,
    /// The address in that type's own form.
    pub address: String,
}

/// One `RCPT TO` with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipient {
    /// The address as received.
    pub address: Address,
    /// `NOTIFY`; `None` where it was not given.
    pub notify: Option<Notify>,
    /// `ORCPT`.
    pub original: Option<OriginalRecipient>,
}

/// How much of the message a report returns (`RET`, RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnContent {
    /// The whole message.
    Full,
    /// The headers only.
    Headers,
}

/// What the body holds (`BODY`, RFC 6152, RFC 3030).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// Lines of US-ASCII.
    SevenBit,
    /// Lines with the eighth bit.
    EightBit,
    /// Any octets; needs BDAT all the way.
    Binary,
}

/// A transaction's envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `MAIL FROM`.
    pub from: ReversePath,
    /// `RCPT TO`, in the order received.
    pub recipients: Vec<Recipient>,
    /// `RET`.
    pub return_content: Option<ReturnContent>,
    /// `ENVID`, decoded from xtext.
    pub envelope_id: Option<String>,
    /// `BODY`.
    pub body: BodyKind,
    /// `SMTPUTF8` (RFC 6531).
    pub smtputf8: bool,
    /// `REQUIRETLS` (RFC 8689).
    pub tls: TlsWish,
}

/// What the sender wishes of TLS on the further way (RFC 8689).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsWish {
    /// What the recipients' domain demands, no more and no less.
    #[default]
    Usual,
    /// `REQUIRETLS`: servers that are known for certain and demand the same, or not at all.
    Required,
    /// `TLS-Required: No`: rather without TLS than not at all, whatever the recipients' domain demands.
    Waived,
}

/// The protocol a message came by; what the `with` of a Received field says (RFC 3848, RFC 6531).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `HELO`.
    Smtp,
    /// `EHLO`; TLS and AUTH add `S` and `A`.
    Esmtp,
    /// `LHLO` (RFC 2033).
    Lmtp,
}
