//! How much is too much.

use std::time::Duration;

/// Connections at once.
pub const CONNECTIONS: usize = 1000;
/// Connections at once from one IPv4 address or IPv6 /64.
pub const CONNECTIONS_PER_SOURCE: usize = 20;
/// Connections in a minute from one source.
pub const CONNECTIONS_PER_MINUTE: usize = 600;
/// A connection without a question ends (RFC 7766 §6.2.3).
pub const IDLE: Duration = Duration::from_secs(10);
/// An answer has to be taken.
pub const WRITE: Duration = Duration::from_secs(10);
/// Questions on one connection.
pub const QUESTIONS_PER_CONNECTION: usize = 2000;
/// Zone transfers at once.
pub const TRANSFERS: usize = 8;
/// Times that a network gets the same answer in a second over UDP, before others may forge its address to flood it.
pub const SAME_ANSWERS_PER_SECOND: u32 = 100;
/// Every so many answers above that are sent short, so that an honest asker can come over TCP.
pub const SLIP: u32 = 2;
/// Places in which answers are counted; the memory is eight times as many octets.
pub const LIMITER_PLACES: usize = 1 << 16;
/// The longest datagram that is read: no honest question is longer.
pub const DATAGRAM_OCTETS: usize = 1280;
/// Datagrams taken from the kernel at once.
pub const BATCH: usize = 32;
/// How often a thread looks whether it should stop.
pub const STOP_LOOK: Duration = Duration::from_millis(250);
/// How often everything is compared with the database, for notices that were missed.
pub const FULL_LOOK: Duration = Duration::from_secs(30);
/// How often signatures are looked at, to renew those that grow old.
pub const RENEW_LOOK: Duration = Duration::from_secs(3600);
/// After trouble with the database.
pub const RETRY: Duration = Duration::from_secs(1);
/// How often a secondary is told of a change, each time after twice the pause.
pub const NOTIFY_TRIES: u32 = 6;
/// How long it has to answer the first time.
pub const NOTIFY_PATIENCE: Duration = Duration::from_secs(2);
/// Secondaries told at the same time.
pub const NOTIFIES: usize = 64;
