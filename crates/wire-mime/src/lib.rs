//! A message's structure: header fields, parts with their places, and what IMAP tells of them.
//!
//! Nothing here fails and nothing recurses without a limit: mail comes from strangers, and a message that is
//! wrong in some way is still kept and shown. Where the limits of [`limits`] end the parsing, the
//! rest counts as the body of the part reached. All offsets lie within the bytes given.

mod address;
mod date;
mod header;
pub mod limits;
mod parameters;
mod render;
mod section;
mod stored;
mod structure;
mod summary;
mod text;
mod transfer;
mod words;

pub use address::{ListedAddress, parse_addresses};
pub use date::Date;
pub use header::{Field, Fields, fields, unfold, whole_header};
pub use parameters::{Parameter, Valued};
pub use render::body_of_structure;
pub use section::{Section, SectionPart};
pub use stored::StoredEnvelope;
pub use structure::{Content, Found, Part, Structure, UnknownEncoding};
pub use summary::{Mailbox, Summary};
pub use text::{contains, decode_charset, fold};
pub use transfer::Encoding;
pub use words::{decode_words, encode_words};

#[cfg(test)]
mod tests;
