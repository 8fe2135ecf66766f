//! Every limit of parsing, by name. What lies beyond is not lost: it counts as body.

/// Levels of parts within parts.
pub const DEPTH_LIMIT: usize = 32;
/// Parts of a message, of all levels together.
pub const PARTS_LIMIT: usize = 1000;
/// Octets of one header; what follows counts as body.
pub const HEADER_LIMIT_OCTETS: usize = 1024 * 1024;
/// Fields that are looked at in one header.
pub const HEADER_FIELDS_LIMIT: usize = 10_000;
/// Octets of one field that are looked at when it is decoded.
pub const FIELD_LIMIT_OCTETS: usize = 64 * 1024;
/// Parameters of one Content-Type or Content-Disposition.
pub const PARAMETERS_LIMIT: usize = 64;
/// Mailboxes of one address list.
pub const ADDRESSES_LIMIT: usize = 2000;
/// Octets of a boundary (RFC 2046 §5.1.1 says 70; real ones are longer).
pub const BOUNDARY_LIMIT_OCTETS: usize = 256;
/// Octets of ENVELOPE; longer lists of addresses are cut.
pub const ENVELOPE_LIMIT_OCTETS: usize = 64 * 1024;
/// Octets of BODYSTRUCTURE; parts beyond are left out.
pub const BODY_STRUCTURE_LIMIT_OCTETS: usize = 256 * 1024;
/// Message ids of one References field.
pub const REFERENCES_LIMIT: usize = 100;
/// Octets of one encoded word that are looked at (RFC 2047 §2 says 75; real ones hold whole subjects).
pub const ENCODED_WORD_LIMIT_OCTETS: usize = 4096;
