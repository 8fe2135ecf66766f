//! How a client carries one envelope to one peer: which parameters, in which groups (RFC 2920).

use model::{BodyKind, Envelope, TlsWish};
use thiserror::Error;

use crate::limits::PIPELINE_LIMIT_COMMANDS;
use crate::{Capabilities, Command, ForwardPath, Mail, Rcpt};

/// How the message goes after the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// `DATA`, then the message by [`crate::DataEncoder`] after a 354.
    Data,
    /// `BDAT size LAST`, then the message as it is (only for binary bodies).
    Bdat,
}

/// Why the peer cannot take this message as it is.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Obstacle {
    /// RFC 6531 §3.6: report 5.6.7.
    #[error("an address or a header needs SMTPUTF8, which the server does not offer")]
    NeedsSmtpUtf8,
    /// RFC 6152 §3: report 5.6.3. The rule is the caller's to bend, see [`Plan::new`].
    #[error("the message has eight-bit lines, and the server does not offer 8BITMIME")]
    NeedsEightBitMime,
    /// RFC 3030 §3: report 5.6.3.
    #[error("the message is binary, and the server does not offer CHUNKING and BINARYMIME")]
    NeedsBinaryMime,
    /// RFC 8689 §4.2.1: report 5.7.30.
    #[error("the sender demands REQUIRETLS, which the server does not offer")]
    NeedsRequireTls,
    /// RFC 1870 §6.1: report 5.3.4.
    #[error("the message has {size_bytes} bytes, and the server takes {limit_bytes} at most")]
    TooLarge {
        /// The message.
        size_bytes: u64,
        /// What the peer takes.
        limit_bytes: u64,
    },
}

/// One transaction: MAIL and each RCPT, as this peer understands them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `MAIL`, then one `RCPT` for each recipient of the envelope, in order.
    pub commands: Vec<Command>,
    /// Whether several commands may go out before the first reply is read.
    pub pipelining: bool,
    /// How the message follows.
    pub transfer: Transfer,
}

impl Plan {
    /// What to say to a peer with these `capabilities`; `size_bytes` is the message as stored.
    ///
    /// Eight-bit content without 8BITMIME is an [`Obstacle`]; a caller that prefers to send it all the same,
    /// as most servers of today do, passes an envelope whose body is [`BodyKind::SevenBit`].
    pub fn new(envelope: &Envelope, size_bytes: u64, capabilities: &Capabilities) -> Result<Plan, Obstacle> {
        let is_ascii = envelope.from.address().is_none_or(|address| address.is_ascii())
            && envelope.recipients.iter().all(|recipient| recipient.address.is_ascii());
        if (envelope.smtputf8 || !is_ascii) && !capabilities.smtputf8 {
            return Err(Obstacle::NeedsSmtpUtf8);
        }
        let require_tls = envelope.tls == TlsWish::Required;
        if require_tls && !capabilities.require_tls {
            return Err(Obstacle::NeedsRequireTls);
        }
        if let Some(limit_bytes) = capabilities.size_limit_bytes.filter(|limit| size_bytes > *limit) {
            return Err(Obstacle::TooLarge { size_bytes, limit_bytes });
        }
        let (body, transfer) = match envelope.body {
            BodyKind::SevenBit => (None, Transfer::Data),
            BodyKind::EightBit if capabilities.eight_bit_mime => (Some(BodyKind::EightBit), Transfer::Data),
            BodyKind::EightBit => return Err(Obstacle::NeedsEightBitMime),
            BodyKind::Binary if capabilities.chunking && capabilities.binary_mime => {
                (Some(BodyKind::Binary), Transfer::Bdat)
            }
            BodyKind::Binary => return Err(Obstacle::NeedsBinaryMime),
        };
        let mail = Mail {
            from: envelope.from.clone(),
            size_bytes: capabilities.size.then_some(size_bytes),
            body,
            smtputf8: envelope.smtputf8 || !is_ascii,
            require_tls,
            return_content: envelope.return_content.filter(|_| capabilities.dsn),
            envelope_id: envelope.envelope_id.clone().filter(|_| capabilities.dsn),
            auth: None,
        };
        let recipients = envelope.recipients.iter().map(|recipient| {
            Command::Rcpt(Rcpt {
                to: ForwardPath::Address(recipient.address.clone()),
                notify: recipient.notify.filter(|_| capabilities.dsn),
                original: recipient.original.clone().filter(|_| capabilities.dsn),
            })
        });
        let commands = std::iter::once(Command::Mail(mail)).chain(recipients).collect();
        Ok(Plan { commands, pipelining: capabilities.pipelining, transfer })
    }

    /// The commands in groups: write a whole group, then read a reply for each of its commands.
    ///
    /// DATA is in no group: a client that waits for the recipients' replies first never has to send an empty
    /// message to get out of a DATA that no recipient wanted (RFC 2920 §3.1).
    pub fn groups(&self) -> impl Iterator<Item = &[Command]> {
        self.commands.chunks(if self.pipelining { PIPELINE_LIMIT_COMMANDS } else { 1 })
    }
}
