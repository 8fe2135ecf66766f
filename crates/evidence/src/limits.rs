//! Every limit of what is read from strangers. They are part of the format: docs/formats/evidence.md.

/// A bundle. A thousand letters with four statements each need about 25 MiB.
pub const BUNDLE_BYTES: usize = 64 * 1024 * 1024;
/// Letters (each to one recipient) in a bundle.
pub const LETTERS: usize = 10_000;
/// Statements about one letter to one recipient.
pub const STATEMENTS: usize = 1_000;
/// Checkpoints in a bundle.
pub const CHECKPOINTS: usize = 1_000;
/// Time-stamps of one checkpoint.
pub const TOKENS: usize = 4;
/// A time-stamp token or a certificate, in DER.
pub const DER_BYTES: usize = 64 * 1024;
/// Certificates in a bundle.
pub const CERTIFICATES: usize = 64;
/// A sealed statement: a thousand parts need about 300 KiB.
pub const SEALED_BYTES: usize = 1024 * 1024;
/// Parts of a letter.
pub const PARTS: usize = 1_000;
/// Any one text of a statement, in bytes of UTF-8.
pub const TEXT_BYTES: usize = 2_000;
/// Reasons of one statement.
pub const REASONS: usize = 16;
/// The largest whole number that JSON carries everywhere (RFC 8785 §3.2.2.3): 2⁵³ − 1.
pub const WHOLE_NUMBER: u64 = (1 << 53) - 1;
/// Hashes of one proof: a tree of 2⁶³ leaves needs 63, a consistency proof one more.
pub const PROOF_HASHES: usize = 64;
/// A signed note with all its signatures.
pub const NOTE_BYTES: usize = 64 * 1024;
/// Signatures of one note; the specification asks for at least 16.
pub const NOTE_SIGNATURES: usize = 32;
/// The name of a key of the log or of a witness.
pub const KEY_NAME_BYTES: usize = 255;
/// The file of published keys.
pub const KEYS_BYTES: usize = 1024 * 1024;
/// Keys of one kind in that file.
pub const KEYS: usize = 256;
/// Documents compared with one bundle.
pub const DOCUMENTS: usize = 1_000;
/// Octets that are hashed to find out which letter a document belongs to: each letter has a salt of its own, so a
/// document is hashed anew for each letter that has something of its size.
pub const COMPARED_BYTES: u64 = 4 << 30;
/// How much later than its time-stamp a statement may say that it happened: clocks differ.
pub const CLOCKS_DIFFER_MILLISECONDS: i64 = 2_000;
