//! SMTP and LMTP on the wire: bytes to values and back. Pure: no IO, no clock, no async.
//!
//! A server reads lines with [`next_line`], parses them with [`Command::parse`] and reads a message with
//! [`DataDecoder`] (DATA) or [`ChunkChecker`] (BDAT). A client makes a [`Plan`], encodes its commands, reads
//! replies with [`ReplyParser`] and [`Capabilities::parse`], and writes the message with [`DataEncoder`].
//! [`sasl`] holds the base64 and the messages of PLAIN and LOGIN for both.
//!
//! Everything that the wire may carry has a limit in [`limits`]; bytes from strangers never panic.

mod capabilities;
mod command;
mod data;
mod error;
pub mod limits;
mod line;
mod parameter;
mod path;
mod plan;
mod reply;
pub mod sasl;
pub mod xtext;

pub use capabilities::Capabilities;
pub use command::{Auth, Chunk, Command, ForwardPath, Hello, HelloVerb, Mail, Rcpt};
pub use data::{ChunkChecker, DataDecoder, DataEncoder, DataError, Decoded};
pub use error::SyntaxError;
pub use line::{Line, next_line};
pub use plan::{Obstacle, Plan, Transfer};
pub use reply::{ReplyError, ReplyParser};

#[cfg(test)]
mod tests;
