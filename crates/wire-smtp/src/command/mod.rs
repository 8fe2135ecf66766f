//! Commands: one value for each, parsed from a line and written to one. A file per family.

mod auth;
mod data;
mod hello;
mod mail;
mod rcpt;
mod simple;

pub use auth::Auth;
pub use data::Chunk;
pub use hello::{Hello, HelloVerb};
pub use mail::Mail;
pub use rcpt::{ForwardPath, Rcpt};

use crate::SyntaxError;

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `HELO`, `EHLO`, `LHLO`.
    Hello(Hello),
    /// `MAIL FROM:<…>`.
    Mail(Mail),
    /// `RCPT TO:<…>`.
    Rcpt(Rcpt),
    /// `DATA`.
    Data,
    /// `BDAT`; the chunk's octets follow the line.
    Bdat(Chunk),
    /// `RSET`.
    Rset,
    /// `NOOP`, whatever its argument.
    Noop,
    /// `QUIT`.
    Quit,
    /// `VRFY` with what to verify.
    Vrfy(String),
    /// `EXPN` with what to expand.
    Expn(String),
    /// `HELP`, whatever its argument.
    Help,
    /// `STARTTLS` (RFC 3207).
    Starttls,
    /// `AUTH` (RFC 4954).
    Auth(Auth),
}

impl Command {
    /// Parses a line without its CRLF.
    // RFC 5321 §4.1.1: command = verb [ SP argument ] CRLF; verbs in any case, white space before the end is
    // tolerated.
    pub fn parse(line: &[u8]) -> Result<Command, SyntaxError> {
        let line = std::str::from_utf8(line).map_err(|_| SyntaxError::Characters)?;
        if line.chars().any(|c| c.is_control() && c != '\t') {
            return Err(SyntaxError::Characters);
        }
        let line = line.trim_end_matches([' ', '\t']);
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let argument = argument.trim_start_matches(' ');
        // No verb is longer than eight letters, so that the upper-case copy costs nothing.
        if verb.len() > 8 {
            return Err(SyntaxError::UnknownCommand);
        }
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => Hello::parse(HelloVerb::Helo, argument).map(Command::Hello),
            "EHLO" => Hello::parse(HelloVerb::Ehlo, argument).map(Command::Hello),
            "LHLO" => Hello::parse(HelloVerb::Lhlo, argument).map(Command::Hello),
            "MAIL" => Mail::parse(argument).map(Command::Mail),
            "RCPT" => Rcpt::parse(argument).map(Command::Rcpt),
            "BDAT" => Chunk::parse(argument).map(Command::Bdat),
            "AUTH" => Auth::parse(argument).map(Command::Auth),
            verb => simple::parse(verb, argument),
        }
    }

    /// Writes the command with its CRLF.
    pub fn encode(&self, wire: &mut Vec<u8>) {
        match self {
            Command::Hello(hello) => hello.encode(wire),
            Command::Mail(mail) => mail.encode(wire),
            Command::Rcpt(rcpt) => rcpt.encode(wire),
            Command::Bdat(chunk) => chunk.encode(wire),
            Command::Auth(auth) => auth.encode(wire),
            other => simple::encode(other, wire),
        }
        wire.extend_from_slice(b"\r\n");
    }
}
