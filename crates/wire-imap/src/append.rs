//! APPEND, with several messages at once (RFC 9051 §6.3.12, RFC 3502, RFC 6855 §4).

use bytes::Bytes;

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::date::DateTime;
use crate::flag::Flag;
use crate::folder::MailboxName;
use crate::output;

/// One message of APPEND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendMessage {
    /// Its flags.
    pub flags: Vec<Flag>,
    /// Its date; now where none is given.
    pub date: Option<DateTime>,
    /// `UTF8 (~{…}…)`: its header holds UTF-8.
    pub is_utf8: bool,
    /// The message.
    pub message: Bytes,
}

/// `append = "APPEND" SP mailbox 1*(SP append-message)`
/// `append-message = [flag-list SP] [date-time SP] append-data`
/// `append-data = literal / literal8 / "UTF8" SP "(" literal8 ")"`.
pub(crate) fn append(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    let mailbox = MailboxName(cursor.astring()?);
    let mut messages = Vec::new();
    cursor.space()?;
    loop {
        let mut flags = Vec::new();
        if cursor.peek() == Some(b'(') {
            flags = cursor.list(Flag::parse)?;
            cursor.space()?;
        }
        let mut date = None;
        if cursor.peek() == Some(b'"') {
            date = Some(DateTime::parse(cursor)?);
            cursor.space()?;
        }
        let is_utf8 = cursor.keyword("UTF8");
        let message = if is_utf8 {
            cursor.space()?;
            cursor.expect(b'(', "(")?;
            cursor.expect(b'~', "a literal8")?;
            let message = cursor.literal()?;
            cursor.expect(b')', ")")?;
            message
        } else {
            cursor.take(b'~');
            cursor.literal().map_err(|_| Expected("a message as a literal"))?
        };
        messages.push(AppendMessage { flags, date, is_utf8, message });
        if !cursor.take(b' ') {
            return Ok(Command::Append { mailbox, messages });
        }
    }
}

pub(crate) fn encode(mailbox: &MailboxName, messages: &[AppendMessage], out: &mut Vec<u8>) {
    out.extend_from_slice(b"APPEND ");
    mailbox.encode(out);
    for message in messages {
        out.push(b' ');
        if !message.flags.is_empty() {
            Flag::encode_list(&message.flags, out);
            out.push(b' ');
        }
        if let Some(date) = message.date {
            date.encode(out);
            out.push(b' ');
        }
        out.extend_from_slice(if message.is_utf8 { b"UTF8 (~{" } else { b"~{" });
        output::number(out, message.message.len() as u64);
        out.extend_from_slice(b"+}\r\n");
        out.extend_from_slice(&message.message);
        if message.is_utf8 {
            out.push(b')');
        }
    }
}
