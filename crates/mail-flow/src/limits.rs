//! Every limit of the flow, by name.

use std::time::Duration;

/// How much of a letter's beginning stays in memory for judging; a longer header is refused. It is also
/// what a small letter may be so that its delivery needs no reading.
pub(crate) const HEAD_LIMIT_BYTES: usize = 256 * 1024;
/// Letters accepted here that wait in memory for the delivery loop; more are found by polling.
pub(crate) const FRESH_LIMIT: usize = 2_000;
/// KiB of bodies that wait in memory with them; the others are read again.
pub(crate) const RIDING_MEMORY_KIB: usize = 64 * 1024;
/// KiB of bodies that are read for delivery into accounts at the same time. One letter above it takes it all.
pub(crate) const READING_MEMORY_KIB: usize = 128 * 1024;
/// Answers of RCPT that are remembered.
pub(crate) const KNOWN_LIMIT: usize = 10_000;
/// How long they are remembered.
pub(crate) const KNOWN_FOR: Duration = Duration::from_secs(10);
/// Copies that one letter may become, over all its recipients: a list reached under many subaddresses would
/// otherwise multiply what a stranger sends.
pub(crate) const COPIES_LIMIT: usize = 10_000;
/// Reports of success for one letter of somebody who has not signed in; his sender may be forged, and each
/// report goes there.
pub(crate) const STRANGERS_SUCCESS_REPORT_LIMIT: usize = 5;
/// Attempts after which a letter that is past its lifetime is not tried once more: those that crash us never
/// come to the end of an attempt, where lifetimes are looked at.
pub(crate) const ATTEMPTS_PAST_LIFETIME: u32 = 3;
/// How far past its lifetime: the last attempt is made at its end.
pub(crate) const PAST_LIFETIME: Duration = Duration::from_secs(3600);
/// Deliveries claimed in one go.
pub(crate) const CLAIM_LIMIT: usize = 200;
/// Deliveries that this node works on at the same time, waiting for a turn included.
pub(crate) const IN_HAND_LIMIT: usize = 8_000;
/// Deliveries into one account in one commit.
pub(crate) const ACCOUNT_BATCH_LIMIT: usize = 32;
/// Transactions with other servers at the same time, over all destinations.
pub(crate) const CARRIER_LIMIT: usize = 200;
/// How often the queue is asked for what is due when nothing wakes us earlier.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long an attempt's outcome waits in memory when the database does not take it.
pub(crate) const STORAGE_PAUSE: Duration = Duration::from_secs(5);
/// How long a clean stop waits for deliveries in hand.
pub(crate) const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// Octets of a large body that are read back at a time, to be hashed.
pub(crate) const READ_BACK_BYTES: u64 = 1024 * 1024;
/// Octets that are hashed in one go.
pub(crate) const HASH_BLOCK_BYTES: usize = 4096;
/// Fields of one name that are signed: a header of a thousand To fields is no letter of ours.
pub(crate) const SIGNED_FIELD_LIMIT: usize = 8;
/// ARC sets of one letter (RFC 8617 §4.2.1).
pub(crate) const ARC_SETS_LIMIT: usize = 50;
/// How far above a host's name its hosted domain is looked for.
pub(crate) const LABELS_ABOVE_LIMIT: usize = 5;
/// Header bytes that a report returns at most.
pub(crate) const REPORTED_HEADER_LIMIT_BYTES: u64 = 64 * 1024;
/// A whole message larger than this is returned as its header (RFC 3461 §4.3 leaves that to us).
pub(crate) const REPORTED_MESSAGE_LIMIT_BYTES: u64 = 1024 * 1024;
/// A mailbox with room for twice as much is not asked about smaller letters for a while.
pub(crate) const ROOMY_BYTES: u64 = 256 * 1024;

/// Octets of a letter that is read as a report; [`mail_reports::limits`] has the limits of what is in it.
pub(crate) const REPORT_LIMIT_BYTES: u64 = 16 * 1024 * 1024;
/// Domains of which is remembered whether they are ours.
pub(crate) const HOSTED_LIMIT: usize = 10_000;
/// How long that is remembered.
pub(crate) const HOSTED_FOR: Duration = Duration::from_secs(30);
/// Authors of one letter that are looked for in sender lists.
pub(crate) const LISTED_AUTHORS_LIMIT: usize = 10;
/// The step in which a secured letter takes memory while it arrives.
pub(crate) const SECRET_SHARE_BYTES: usize = 256 * 1024;
/// Such steps for all secured letters that arrive at the same time: 512 MiB.
pub(crate) const SECRET_SHARES: usize = 2048;
/// Secured letters that are sealed at the same time: each takes its envelope and a page of it, some five times its size.
pub(crate) const SEALED_AT_ONCE: usize = 4;
/// Mailboxes that one recipient of a secured letter may stand for; each gets a letter of its own. A return path has room
/// for three digits.
pub(crate) const LEGS_LIMIT: usize = 200;
/// How often notices of secure letters are looked for when nothing wakes us earlier.
pub(crate) const NOTICE_INTERVAL: Duration = Duration::from_secs(5);
/// Recipients of one report about a delivery that are looked at.
pub(crate) const REPORTED_RECIPIENTS_LIMIT: usize = 100;
/// Characters of a value in a report about a delivery.
pub(crate) const REPORTED_WORDS_LIMIT: usize = 500;
/// Recipients of a letter of a gateway that are looked at for the test of its connection.
pub(crate) const SIGHTED_RECIPIENTS: usize = 20;
