//! IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) with extensions: bytes to values and back.
//!
//! Pure: no IO, no clock, no async. Bytes from strangers never panic here.
//!
//! Three steps lead from a socket to a [`Command`]: [`Framer`] finds where a command ends (lines and
//! literals, within [`limits`]), [`Tagged::parse`] makes a value of it, and the door acts. On the way back
//! the functions of [`Output`] append responses to a buffer.
//!
//! Each family of commands has a file: its types, its grammar above each parser, its encoder. The encoder of
//! commands serves tests and the fuzz target (`encode(parse(x))` is stable).

mod append;
mod command;
mod cursor;
mod date;
mod fetch;
mod flag;
mod folder;
mod frame;
pub mod limits;
mod login;
mod output;
mod search;
mod sequence;
mod store;
mod utf7;

pub use append::AppendMessage;
pub use command::{Command, Malformed, Tagged, read_tag};
pub use date::{Date, DateTime};
pub use fetch::{Fetch, FetchItem, Partial, Section, SectionText};
pub use flag::Flag;
pub use folder::{List, ListReturn, ListSelection, MailboxName, NotAName, QuickResync, Select, StatusItem};
pub use frame::{FrameLimits, Framer, Step};
pub use login::{Secret, decode_base64, encode_base64};
pub use output::{Code, Condition, Output};
pub use search::{Search, SearchKey, SearchReturn};
pub use sequence::{End, SequenceSet, Span};
pub use store::{Store, StoreKind};
pub use utf7::{from_utf7, to_utf7};

#[cfg(test)]
mod tests;
