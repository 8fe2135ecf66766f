//! A message's structure: header fields, parts with their places, and what IMAP tells of them.
//!
//! Nothing here fails and nothing recurses without a limit: mail comes from strangers, and a message that is
//! wrong in some way is still kept and shown. Where the limits of [`limits`] end the parsing, the
//! rest counts as the body of the part reached. All offsets lie within the bytes given.

mod date;
pub mod limits;
mod section;
mod summary;

pub use date::Date;
pub use section::{Section, SectionPart};
pub use summary::{Mailbox, Summary};
