//! How much of everything. The octets of a whole body are the caller's to say: what a letter may have is configuration.

/// Elements within each other; an envelope of ours has less than ten.
pub const DEPTH: usize = 32;
/// Attributes of one element, namespace declarations not counted.
pub const ATTRIBUTES: usize = 32;
/// Namespace declarations of one element.
pub const DECLARATIONS: usize = 16;
/// Namespace declarations that hold at one place.
pub const DECLARATIONS_IN_SCOPE: usize = 64;
/// Elements of one document.
pub const ELEMENTS: usize = 20_000;
/// Octets of a name with its prefix.
pub const NAME_OCTETS: usize = 128;
/// Octets of an attribute's value, and so of a namespace.
pub const ATTRIBUTE_OCTETS: usize = 1024;
/// Entries of one envelope's header.
pub const HEADER_ENTRIES: usize = 32;
/// Characters of a user name or a password in a header.
pub const CREDENTIAL_CHARACTERS: usize = 1024;
/// Octets of a `Content-Type` field.
pub const MEDIA_TYPE_OCTETS: usize = 1024;
/// Characters of a boundary (RFC 2046 §5.1.1).
pub const BOUNDARY_CHARACTERS: usize = 70;
/// Parts of a multipart body, the envelope included.
pub const PARTS: usize = 101;
/// Octets of the header of one part.
pub const PART_HEADER_OCTETS: usize = 4096;
/// Header fields of one part.
pub const PART_HEADER_FIELDS: usize = 16;
/// Repetitions of a field that says no number of its own.
pub const REPETITIONS: usize = 1000;
/// Characters of a text that says no number of its own.
pub const TEXT_CHARACTERS: usize = 1000;
/// Characters of a stranger's text that are repeated in a fault.
pub(crate) const QUOTED_CHARACTERS: usize = 60;
