//! Every limit of the door, by name, with the minimum that the standard asks for beside it.

use std::time::Duration;

use doorway::Allowance;

/// Recipients of one message (RFC 5321 §4.5.3.1.8 asks for 100).
const RECIPIENTS: usize = 1000;
/// Bytes of a message (RFC 5321 §4.5.3.1.7 asks for 64 KiB).
const MESSAGE_BYTES: u64 = 75 * 1024 * 1024;
/// Messages of one connection.
const MESSAGES_PER_CONNECTION: u32 = 10_000;
/// Connections at the same time, over all listeners.
const CONNECTIONS: usize = 2_000;
/// Connections at the same time from one source (an IPv4 address, an IPv6 /64).
const CONNECTIONS_PER_SOURCE: usize = 50;
/// New connections from one source in a minute.
const CONNECTIONS_PER_MINUTE: usize = 1_000;
/// Commands not understood or out of sequence, in one connection.
const ERRORS: u32 = 20;
/// Senders and recipients refused in one connection: somebody who tries names does not get far.
const REFUSALS: u32 = 200;
/// Commands that lead to no message (NOOP, RSET, VRFY, EHLO …) since the last message.
const IDLE_COMMANDS: u32 = 100;
/// Failed authentications of one connection (RFC 4954 §4 lets us end it).
const LOGIN_FAILURES: u32 = 3;

/// What may differ from one installation to the next.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a message: what SIZE announces.
    pub message_bytes: u64,
    /// Recipients of one message.
    pub recipients: usize,
    /// Messages of one connection.
    pub messages_per_connection: u32,
    /// Connections at the same time, over all listeners.
    pub connections: usize,
    /// Connections at the same time from one source.
    pub connections_per_source: usize,
    /// New connections from one source in a minute.
    pub connections_per_minute: usize,
    /// Commands not understood or out of sequence, in one connection.
    pub errors: u32,
    /// Senders and recipients refused in one connection.
    pub refusals: u32,
    /// Commands without a message behind them.
    pub idle_commands: u32,
    /// Failed authentications of one connection.
    pub login_failures: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            message_bytes: MESSAGE_BYTES,
            recipients: RECIPIENTS,
            messages_per_connection: MESSAGES_PER_CONNECTION,
            connections: CONNECTIONS,
            connections_per_source: CONNECTIONS_PER_SOURCE,
            connections_per_minute: CONNECTIONS_PER_MINUTE,
            errors: ERRORS,
            refusals: REFUSALS,
            idle_commands: IDLE_COMMANDS,
            login_failures: LOGIN_FAILURES,
        }
    }
}

impl Limits {
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            connections: self.connections,
            connections_per_source: self.connections_per_source,
            connections_per_minute: Some(self.connections_per_minute),
        }
    }
}

/// RFC 5321 §4.5.3.2.7: a server waits at least five minutes for a command.
pub(crate) const COMMAND_PATIENCE: Duration = Duration::from_secs(300);
/// RFC 5321 §4.5.3.2.5: three minutes between blocks of data.
pub(crate) const DATA_PATIENCE: Duration = Duration::from_secs(180);
/// From DATA or the first BDAT to the end of the message, however slowly it drips.
pub(crate) const MESSAGE_PATIENCE: Duration = Duration::from_secs(3600);
/// A connection that brings no message for so long is ended even if it talks.
pub(crate) const SESSION_PATIENCE: Duration = Duration::from_secs(3600);
/// A TLS handshake.
pub(crate) const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(60);
/// A client that does not read our replies.
pub(crate) const WRITE_PATIENCE: Duration = Duration::from_secs(300);
/// How long a failed authentication waits for its answer.
pub(crate) const LOGIN_FAILURE_DELAY: Duration = Duration::from_secs(2);
/// How long, and how much, we read on after we have ended a connection, so that the last reply is not lost
/// to a TCP reset.
pub(crate) const LINGER_PATIENCE: Duration = Duration::from_secs(5);
/// The same while we stop.
pub(crate) const STOP_LINGER_PATIENCE: Duration = Duration::from_millis(300);
/// See [`LINGER_PATIENCE`].
pub(crate) const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a message above its limit that are read and thrown away, so that the client hears 552 instead
/// of a broken connection.
pub(crate) const DRAIN_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of a line above its limit that are skipped before the connection is ended.
pub(crate) const SKIPPED_LINE_BYTES: usize = 1024 * 1024;
/// What is read at once while commands come; with a line of 12,288 octets this is all that a stranger can
/// make us hold.
pub(crate) const COMMAND_BLOCK_BYTES: usize = 4096;
/// What is read at once while a message comes.
pub(crate) const DATA_BLOCK_BYTES: usize = 32 * 1024;
/// Replies that wait for one write; clients that pipeline more than that are answered in between.
pub(crate) const OUTPUT_BYTES: usize = 16 * 1024;

/// Certificates of a peer's chain that are kept of its handshake.
pub(crate) const CERTIFICATES_LIMIT: usize = gateways::limits::CHAIN_LIMIT;
