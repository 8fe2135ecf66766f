//! Every limit of the format, by name.

/// Octets of a whole envelope. Larger letters go as links to their parts, not as larger envelopes.
pub const ENVELOPE_LIMIT_OCTETS: usize = 64 * 1024 * 1024;
/// Octets of an encoded header; the longest possible one has 436.
pub const HEADER_LIMIT_OCTETS: usize = 512;
/// The last second that stands in a header: that of the year 9999, so that every language counts it exactly.
pub const LAST_SECOND: u64 = 253_402_300_799;
/// Characters of a portal's origin.
pub const ORIGIN_LIMIT_CHARACTERS: usize = 255;
/// Characters of a wrapping key's name.
pub const WRAPPING_KEY_NAME_LIMIT_CHARACTERS: usize = 32;
/// Octets of a chunk before it is encrypted; only the last one may have fewer.
pub const CHUNK_OCTETS: usize = 64 * 1024;
/// The least length to which a letter is padded: below it, «yes» and «no» look alike.
pub const PADDED_MINIMUM_OCTETS: usize = 4 * 1024;
/// Rounds of PBKDF2-HMAC-SHA-256 for a new envelope, and the fewest that are accepted in one.
pub const STRETCHING_MINIMUM_ITERATIONS: u32 = 600_000;
/// The most rounds that are accepted: some seconds of a browser.
pub const STRETCHING_LIMIT_ITERATIONS: u32 = 10_000_000;
/// Octets of a passphrase in UTF-8.
pub const PASSPHRASE_LIMIT_OCTETS: usize = 1024;
/// Octets of a form field with an envelope in base64: lines of 76 characters with CR and LF, and as much white space again
/// as some client may put between.
pub const FORM_FIELD_LIMIT_OCTETS: usize = ENVELOPE_LIMIT_OCTETS / 3 * 4 / 76 * 80 + 1024;
/// Characters after which the page's text goes on in the next line.
pub const PAGE_LINE_CHARACTERS: usize = 100;
/// Characters of a word after which the page allows a break: as references of nine characters they stay well below
/// the 998 of a line (RFC 5322 §2.1.1).
pub const PAGE_WORD_CHARACTERS: usize = 60;
