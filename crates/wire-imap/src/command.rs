//! A command with its tag: which words lead to which family, and back to bytes.

use bytes::Bytes;
use thiserror::Error;

use crate::append::{self, AppendMessage};
use crate::cursor::{Cursor, Expected, Parsed, is_astring_char};
use crate::fetch::{self, Fetch};
use crate::folder::{self, List, MailboxName, Select, StatusItem};
use crate::limits;
use crate::login::{self, Secret};
use crate::search::{self, Search};
use crate::sequence::SequenceSet;
use crate::store::{self, Store};

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants and fields are the words of RFC 9051 §6")]
pub enum Command {
    Capability,
    Noop,
    Logout,
    StartTls,
    Authenticate {
        mechanism: String,
        initial: Option<Secret>,
    },
    Login {
        user: Bytes,
        password: Secret,
    },
    Enable(Vec<String>),
    /// SELECT and EXAMINE.
    Select(Select),
    Create {
        mailbox: MailboxName,
        special_use: Vec<String>,
    },
    Delete(MailboxName),
    Rename {
        from: MailboxName,
        to: MailboxName,
    },
    Subscribe(MailboxName),
    Unsubscribe(MailboxName),
    /// LIST and LSUB.
    List(List),
    Namespace,
    Status {
        mailbox: MailboxName,
        items: Vec<StatusItem>,
    },
    Append {
        mailbox: MailboxName,
        messages: Vec<AppendMessage>,
    },
    /// DONE follows on a line of its own.
    Idle,
    Check,
    Close,
    Unselect,
    /// EXPUNGE, and UID EXPUNGE with its set.
    Expunge {
        uids: Option<SequenceSet>,
    },
    Search(Search),
    Fetch(Fetch),
    Store(Store),
    Copy {
        set: SequenceSet,
        mailbox: MailboxName,
        is_uid: bool,
    },
    Move {
        set: SequenceSet,
        mailbox: MailboxName,
        is_uid: bool,
    },
    GetQuota(Bytes),
    GetQuotaRoot(MailboxName),
    SetQuota {
        root: Bytes,
        limits: Vec<(String, u64)>,
    },
    /// RFC 2971; empty for NIL.
    Id(Vec<(Bytes, Option<Bytes>)>),
    /// RFC 4978; the algorithm.
    Compress(String),
    /// RFC 8437.
    Unauthenticate,
}

/// A command and its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// What the answer begins with.
    pub tag: String,
    /// What is wanted.
    pub command: Command,
}

/// The bytes are no command; answer BAD.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("expected {expected}")]
pub struct Malformed {
    /// The tag, if one could be read.
    pub tag: Option<String>,
    /// What would have been right where it went wrong.
    pub expected: &'static str,
}

/// The tag at the beginning of a line, if there is one.
///
/// `tag = 1*<any ASTRING-CHAR except "+">`.
pub fn read_tag(line: &[u8]) -> Option<String> {
    let length = line.iter().position(|&byte| !is_astring_char(byte) || byte == b'+')?;
    let tag = line.get(..length).filter(|tag| !tag.is_empty() && tag.len() <= limits::TAG_OCTETS)?;
    // Something must follow it: `NOOP` alone is a command without a tag, not a tag.
    (line.get(length) == Some(&b' ')).then(|| String::from_utf8_lossy(tag).into_owned())
}

impl Tagged {
    /// Parses what [`crate::Framer`] found: `command = tag SP (command-any / …) CRLF`.
    pub fn parse(bytes: &Bytes) -> Result<Tagged, Malformed> {
        let Some(tag) = read_tag(bytes) else {
            return Err(Malformed { tag: None, expected: "a tag, a space and a command" });
        };
        let mut cursor = Cursor::new(bytes);
        cursor.take_while(is_astring_char);
        let parsed = cursor.space().and_then(|()| {
            let command = command(&mut cursor)?;
            cursor.end()?;
            Ok(command)
        });
        match parsed {
            Ok(command) => Ok(Tagged { tag, command }),
            Err(Expected(expected)) => Err(Malformed { tag: Some(tag), expected }),
        }
    }

    /// The command on the wire. Strings that need it become non-synchronising literals.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(self.tag.as_bytes());
        out.push(b' ');
        self.command.encode(&mut out);
        out.extend_from_slice(b"\r\n");
        out
    }
}

fn command(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let word = cursor.word().map_err(|_| Expected("a command"))?;
    Ok(match word.as_str() {
        "CAPABILITY" => Command::Capability,
        "NOOP" => Command::Noop,
        "LOGOUT" => Command::Logout,
        "STARTTLS" => Command::StartTls,
        "AUTHENTICATE" => login::authenticate(cursor)?,
        "LOGIN" => login::login(cursor)?,
        "ENABLE" => login::enable(cursor)?,
        "ID" => login::id(cursor)?,
        "COMPRESS" => login::compress(cursor)?,
        "UNAUTHENTICATE" => Command::Unauthenticate,
        "SELECT" => folder::select(cursor, false)?,
        "EXAMINE" => folder::select(cursor, true)?,
        "CREATE" => folder::create(cursor)?,
        "DELETE" => folder::delete(cursor)?,
        "RENAME" => folder::rename(cursor)?,
        "SUBSCRIBE" => folder::subscribe(cursor)?,
        "UNSUBSCRIBE" => folder::unsubscribe(cursor)?,
        "LIST" => folder::list(cursor)?,
        "LSUB" => folder::lsub(cursor)?,
        "NAMESPACE" => Command::Namespace,
        "STATUS" => folder::status(cursor)?,
        "GETQUOTA" => folder::get_quota(cursor)?,
        "GETQUOTAROOT" => folder::get_quota_root(cursor)?,
        "SETQUOTA" => folder::set_quota(cursor)?,
        "APPEND" => append::append(cursor)?,
        "IDLE" => Command::Idle,
        "CHECK" => Command::Check,
        "CLOSE" => Command::Close,
        "UNSELECT" => Command::Unselect,
        "EXPUNGE" => Command::Expunge { uids: None },
        "UID" => {
            // `uid = "UID" SP (copy / move / fetch / search / store / uid-expunge)`.
            cursor.space()?;
            match cursor.word()?.as_str() {
                "EXPUNGE" => store::uid_expunge(cursor)?,
                word => numbered(word, cursor, true)?,
            }
        }
        word => numbered(word, cursor, false)?,
    })
}

/// The commands that take sequence numbers, or UIDs after `UID`.
fn numbered(word: &str, cursor: &mut Cursor<'_>, is_uid: bool) -> Parsed<Command> {
    match word {
        "FETCH" => fetch::fetch(cursor, is_uid),
        "SEARCH" => search::search(cursor, is_uid),
        "STORE" => store::store(cursor, is_uid),
        "COPY" => store::copy(cursor).map(|(set, mailbox)| Command::Copy { set, mailbox, is_uid }),
        "MOVE" => store::copy(cursor).map(|(set, mailbox)| Command::Move { set, mailbox, is_uid }),
        _ => Err(Expected("a command that we know")),
    }
}

impl Command {
    fn encode(&self, out: &mut Vec<u8>) {
        let word: &[u8] = match self {
            Command::Capability => b"CAPABILITY",
            Command::Noop => b"NOOP",
            Command::Logout => b"LOGOUT",
            Command::StartTls => b"STARTTLS",
            Command::Namespace => b"NAMESPACE",
            Command::Idle => b"IDLE",
            Command::Check => b"CHECK",
            Command::Close => b"CLOSE",
            Command::Unselect => b"UNSELECT",
            Command::Unauthenticate => b"UNAUTHENTICATE",
            Command::Authenticate { .. }
            | Command::Login { .. }
            | Command::Enable(_)
            | Command::Id(_)
            | Command::Compress(_) => return login::encode(self, out),
            Command::Select(_)
            | Command::Create { .. }
            | Command::Delete(_)
            | Command::Rename { .. }
            | Command::Subscribe(_)
            | Command::Unsubscribe(_)
            | Command::List(_)
            | Command::Status { .. }
            | Command::GetQuota(_)
            | Command::GetQuotaRoot(_)
            | Command::SetQuota { .. } => return folder::encode(self, out),
            Command::Append { mailbox, messages } => return append::encode(mailbox, messages, out),
            Command::Search(search) => return search::encode(search, out),
            Command::Fetch(fetch) => return fetch::encode(fetch, out),
            Command::Expunge { .. } | Command::Store(_) | Command::Copy { .. } | Command::Move { .. } => {
                return store::encode(self, out);
            }
        };
        out.extend_from_slice(word);
    }

    /// The word that begins the command: for logs and counters.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Capability => "CAPABILITY",
            Command::Noop => "NOOP",
            Command::Logout => "LOGOUT",
            Command::StartTls => "STARTTLS",
            Command::Authenticate { .. } => "AUTHENTICATE",
            Command::Login { .. } => "LOGIN",
            Command::Enable(_) => "ENABLE",
            Command::Select(select) if select.is_read_only => "EXAMINE",
            Command::Select(_) => "SELECT",
            Command::Create { .. } => "CREATE",
            Command::Delete(_) => "DELETE",
            Command::Rename { .. } => "RENAME",
            Command::Subscribe(_) => "SUBSCRIBE",
            Command::Unsubscribe(_) => "UNSUBSCRIBE",
            Command::List(list) if list.is_lsub => "LSUB",
            Command::List(_) => "LIST",
            Command::Namespace => "NAMESPACE",
            Command::Status { .. } => "STATUS",
            Command::Append { .. } => "APPEND",
            Command::Idle => "IDLE",
            Command::Check => "CHECK",
            Command::Close => "CLOSE",
            Command::Unselect => "UNSELECT",
            Command::Expunge { .. } => "EXPUNGE",
            Command::Search(_) => "SEARCH",
            Command::Fetch(_) => "FETCH",
            Command::Store(_) => "STORE",
            Command::Copy { .. } => "COPY",
            Command::Move { .. } => "MOVE",
            Command::GetQuota(_) => "GETQUOTA",
            Command::GetQuotaRoot(_) => "GETQUOTAROOT",
            Command::SetQuota { .. } => "SETQUOTA",
            Command::Id(_) => "ID",
            Command::Compress(_) => "COMPRESS",
            Command::Unauthenticate => "UNAUTHENTICATE",
        }
    }
}
