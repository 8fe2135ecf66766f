//! SOAP 1.1 and 1.2, document/literal wrapped, with attachments inline or by MTOM: bytes to values and back, WSDL.
//! No IO, no clock.
//!
//! A service is a table ([`Service`]): its operations, their fields, what holds for each. From that one table come the
//! WSDL ([`wsdl()`]), the reader that lets nothing else pass ([`Incoming::read`]) and the writer of answers
//! ([`Answer`]). [`crate::shape!`] and [`choice!`](crate::choice) make a Rust type and its part of the table
//! out of one declaration.
//!
//! What comes in passes, in this order: the media type, the parts of MTOM, one XML reader without DTDs
//! ([`xml::read`]), the envelope and its headers, the table. Each step has its limits in [`limits`], and each refusal
//! is a [`Fault`] that says what was wrong where and what holds.

mod answer;
mod credentials;
mod envelope;
mod fault;
mod incoming;
pub mod limits;
mod media;
mod moment;
mod multipart;
mod namespaces;
mod pattern;
mod read;
mod schema;
mod shape;
mod value;
mod wsdl;
pub mod xml;

pub use answer::{Answer, Unwritable};
pub use credentials::UsernameToken;
pub use envelope::Version;
pub use fault::{Code, Fault};
pub use incoming::{Incoming, Refused, Request};
pub use pattern::Pattern;
pub use schema::{Enumeration, Field, Kind, Occurs, Operation, Record, Service};
pub use shape::{Member, Shape, Single};
pub use value::{Value, Values};
pub use wsdl::wsdl;

/// What the macros need of other crates.
#[doc(hidden)]
pub mod private {
    pub use crate::shape::kind_of;
}

#[cfg(test)]
mod tests;
