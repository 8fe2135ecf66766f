//! What DNS says: records, zone files, questions and answers, compiled and signed zones.
//!
//! Pure: no sockets, no clock (time is an argument). `hickory-proto` holds the types of record data.
//!
//! - [`Record`], [`ZoneData`], [`zone_file`]: a zone as people write it; every refusal is a [`Fault`] with its field.
//! - [`Image`]: a zone compiled for answering and, with [`Signing`], signed. Immutable; a change makes a new one.
//! - [`Images`]: every zone that is served; [`answer()`] writes the response to one question into a caller's buffer.
//! - [`tsig`], [`transfer`], [`notify`]: what secondaries need.

mod answer;
mod image;
mod key;
mod lexer;
pub mod limits;
mod name;
pub mod notify;
mod query;
mod rdata;
mod record;
pub mod transfer;
pub mod tsig;
mod writer;
mod zone;
pub mod zone_file;

pub use hickory_proto::rr::{Name, RData, RecordType};

pub use crate::answer::{Answer, answer, cut_short, refuse};
pub use crate::image::{Image, Images, NotAnImage};
pub use crate::key::{BadKey, Signing, SigningKey, ZoneKey};
pub use crate::name::{name_text, parse_name};
pub use crate::query::{Code, Query, Transport, Unanswerable};
pub use crate::record::{Fault, Record, kind_text, parse_kind, parse_record};
pub use crate::zone::{Soa, ZoneData};

#[cfg(test)]
mod tests;
