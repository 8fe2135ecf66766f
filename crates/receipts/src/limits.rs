//! What one page for people may hold at most.

/// How many parts of a letter, or lines of a report, are listed.
pub const ENTRIES: usize = 2_000;

/// How many characters of one name, subject or address are shown; the rest is replaced by `…`.
pub const TEXT_CHARACTERS: usize = 1_000;

/// The largest evidence that is embedded, in bytes.
pub const BUNDLE_BYTES: usize = 16 * 1024 * 1024;
