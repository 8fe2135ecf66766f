//! STORE, and what EXPUNGE, COPY and MOVE share with it (RFC 9051 §6.4, RFC 7162 §3.1.3).

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::flag::Flag;
use crate::folder::MailboxName;
use crate::output;
use crate::sequence::SequenceSet;

/// What becomes of the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// `FLAGS`: these and no others.
    Replace,
    /// `+FLAGS`.
    Add,
    /// `-FLAGS`.
    Remove,
}

/// STORE, UID STORE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The messages.
    pub set: SequenceSet,
    /// UID STORE.
    pub is_uid: bool,
    /// Only messages whose mod-sequence is not above this one (RFC 7162 §3.1.3).
    pub unchanged_since: Option<u64>,
    /// What to do.
    pub kind: StoreKind,
    /// `.SILENT`.
    pub is_silent: bool,
    /// The flags.
    pub flags: Vec<Flag>,
}

/// `store = "STORE" SP sequence-set [store-modifiers] SP store-att-flags`
/// `store-modifiers = SP "(" "UNCHANGEDSINCE" SP mod-sequence-valzer ")"`
/// `store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))`.
pub(crate) fn store(cursor: &mut Cursor<'_>, is_uid: bool) -> Parsed<Command> {
    cursor.space()?;
    let set = SequenceSet::parse(cursor)?;
    cursor.space()?;
    let mut unchanged_since = None;
    if cursor.take(b'(') {
        if !cursor.keyword("UNCHANGEDSINCE") {
            return Err(Expected("UNCHANGEDSINCE"));
        }
        cursor.space()?;
        unchanged_since = Some(cursor.number64()?);
        cursor.expect(b')', ")")?;
        cursor.space()?;
    }
    let (kind, is_silent) = match cursor.word()?.as_str() {
        "FLAGS" => (StoreKind::Replace, false),
        "FLAGS.SILENT" => (StoreKind::Replace, true),
        "+FLAGS" => (StoreKind::Add, false),
        "+FLAGS.SILENT" => (StoreKind::Add, true),
        "-FLAGS" => (StoreKind::Remove, false),
        "-FLAGS.SILENT" => (StoreKind::Remove, true),
        _ => return Err(Expected("FLAGS, +FLAGS or -FLAGS")),
    };
    cursor.space()?;
    let flags = if cursor.peek() == Some(b'(') {
        cursor.list(Flag::parse)?
    } else {
        let mut flags = vec![Flag::parse(cursor)?];
        while cursor.take(b' ') {
            flags.push(Flag::parse(cursor)?);
        }
        flags
    };
    Ok(Command::Store(Store { set, is_uid, unchanged_since, kind, is_silent, flags }))
}

/// `copy = "COPY" SP sequence-set SP mailbox`, `move = "MOVE" SP sequence-set SP mailbox`.
pub(crate) fn copy(cursor: &mut Cursor<'_>) -> Parsed<(SequenceSet, MailboxName)> {
    cursor.space()?;
    let set = SequenceSet::parse(cursor)?;
    cursor.space()?;
    Ok((set, MailboxName(cursor.astring()?)))
}

/// `uid-expunge = "UID" SP "EXPUNGE" SP sequence-set` (RFC 9051 §6.4.9).
pub(crate) fn uid_expunge(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    cursor.space()?;
    SequenceSet::parse(cursor).map(|set| Command::Expunge { uids: Some(set) })
}

pub(crate) fn encode(command: &Command, out: &mut Vec<u8>) {
    let uid = |out: &mut Vec<u8>, is_uid: bool| out.extend_from_slice(if is_uid { b"UID " } else { b"" });
    match command {
        Command::Store(store) => {
            uid(out, store.is_uid);
            out.extend_from_slice(b"STORE ");
            store.set.encode(out);
            if let Some(modseq) = store.unchanged_since {
                out.extend_from_slice(b" (UNCHANGEDSINCE ");
                output::number(out, modseq);
                out.push(b')');
            }
            out.extend_from_slice(match store.kind {
                StoreKind::Replace => b" FLAGS",
                StoreKind::Add => b" +FLAGS",
                StoreKind::Remove => b" -FLAGS",
            });
            out.extend_from_slice(if store.is_silent { b".SILENT " } else { b" " });
            Flag::encode_list(&store.flags, out);
        }
        Command::Copy { set, mailbox, is_uid } => {
            uid(out, *is_uid);
            out.extend_from_slice(b"COPY ");
            set.encode(out);
            out.push(b' ');
            mailbox.encode(out);
        }
        Command::Move { set, mailbox, is_uid } => {
            uid(out, *is_uid);
            out.extend_from_slice(b"MOVE ");
            set.encode(out);
            out.push(b' ');
            mailbox.encode(out);
        }
        Command::Expunge { uids: None } => out.extend_from_slice(b"EXPUNGE"),
        Command::Expunge { uids: Some(set) } => {
            out.extend_from_slice(b"UID EXPUNGE ");
            set.encode(out);
        }
        _ => {}
    }
}
