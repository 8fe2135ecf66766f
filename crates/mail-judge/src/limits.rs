//! Every limit of judging, by name.

/// Received fields from which on a letter runs in circles (RFC 5321 §6.3: at least 100 is common, large
/// numbers only delay the discovery; no real way has fifty stops).
pub const RECEIVED_LIMIT: usize = 50;
/// Bytes of a header (RFC 5322 sets none).
pub const HEADER_LIMIT_BYTES: usize = 256 * 1024;
/// Octets of the From field of a submission; far below what the parser reads of a field, and of addresses.
pub const FROM_LIMIT_OCTETS: usize = 4 * 1024;
/// Fields of a header, lines that are none included.
pub const FIELD_LIMIT: usize = 5_000;
