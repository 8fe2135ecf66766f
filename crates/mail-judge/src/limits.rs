//! Every limit of judging, by name.

use std::time::Duration;

/// Received fields from which on a letter runs in circles (RFC 5321 §6.3: at least 100 is common, large
/// numbers only delay the discovery; no real way has fifty stops).
pub const RECEIVED_LIMIT: usize = 50;
/// Bytes of a header (RFC 5322 sets none).
pub const HEADER_LIMIT_BYTES: usize = 256 * 1024;
/// Octets of the From field of a submission; far below what the parser reads of a field, and of addresses.
pub const FROM_LIMIT_OCTETS: usize = 4 * 1024;
/// Fields of a header, lines that are none included.
pub const FIELD_LIMIT: usize = 5_000;
/// Signatures of one letter that are checked; further ones are not looked at (RFC 6376 §8.4).
pub const SIGNATURE_LIMIT: usize = 10;
/// Canonical forms of one body, with their lengths.
pub const BODY_FORM_LIMIT: usize = 8;
/// Sets of an ARC chain (RFC 8617 §4.2.1: 50).
pub const ARC_SET_LIMIT: usize = 50;
/// An RSA key below is not believed (RFC 8301 §3.2: 1024 bits).
pub const RSA_KEY_LEAST_OCTETS: usize = 128;
/// An RSA key below is noted as weak (RFC 8301 §3.2: 2048 bits).
pub const RSA_KEY_WANTED_OCTETS: usize = 256;
/// How far clocks may differ before a signature counts as made in the future.
pub const FUTURE_LIMIT_SECONDS: i64 = 24 * 60 * 60;
/// Senders whose SPF is remembered between MAIL and the end of data, and for their next letters.
pub const REMEMBERED_LIMIT: usize = 4_096;
/// How long: below the life of most records.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// Octets of any one text of a stranger in the evidence.
pub const EVIDENCE_TEXT_LIMIT: usize = 300;
/// Asking one list: it is left alone if it takes longer.
pub const LIST_TIME_LIMIT: Duration = Duration::from_secs(4);
/// Points of a sender's earlier letters below which his name is a bad one.
pub const SENDER_POINTS_LEAST: u8 = 40;
/// Letters below which nothing follows from them.
pub const SENDER_LETTERS_LEAST: u64 = 20;

/// How long a virus scanner may take to be reached.
pub(crate) const SCANNER_CONNECT: Duration = Duration::from_secs(5);
/// How long it may take for a letter; the sender waits ten minutes for the answer to the final dot (RFC 5321
/// §4.5.3.2.6).
pub(crate) const SCANNER_PATIENCE: Duration = Duration::from_secs(120);
/// Octets that are shown to it at a time.
pub(crate) const SCANNER_PIECE_BYTES: usize = 256 * 1024;
/// Octets of its answer.
pub(crate) const SCANNER_ANSWER_BYTES: u64 = 4096;
