//! Flags and keywords (RFC 9051 §2.3.2).

use crate::cursor::{Cursor, Expected, Parsed};

/// A flag of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// `\Answered`.
    Answered,
    /// `\Flagged`.
    Flagged,
    /// `\Deleted`.
    Deleted,
    /// `\Seen`.
    Seen,
    /// `\Draft`.
    Draft,
    /// `\Recent`: only the server sets it (RFC 3501 §2.3.2).
    Recent,
    /// A keyword such as `$Junk`, as it was written.
    Keyword(String),
    /// Another system flag, without its backslash: nobody knows it.
    Unknown(String),
}

impl Flag {
    /// `flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension`.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Parsed<Flag> {
        if !cursor.take(b'\\') {
            return cursor.atom().map(|atom| Flag::Keyword(atom.to_owned())).map_err(|_| Expected("a flag"));
        }
        let name = cursor.atom()?;
        Ok(match name.to_ascii_uppercase().as_str() {
            "ANSWERED" => Flag::Answered,
            "FLAGGED" => Flag::Flagged,
            "DELETED" => Flag::Deleted,
            "SEEN" => Flag::Seen,
            "DRAFT" => Flag::Draft,
            "RECENT" => Flag::Recent,
            _ => Flag::Unknown(name.to_owned()),
        })
    }

    /// As it stands in a flag list.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let text = match self {
            Flag::Answered => "\\Answered",
            Flag::Flagged => "\\Flagged",
            Flag::Deleted => "\\Deleted",
            Flag::Seen => "\\Seen",
            Flag::Draft => "\\Draft",
            Flag::Recent => "\\Recent",
            Flag::Keyword(keyword) => keyword,
            Flag::Unknown(name) => {
                out.push(b'\\');
                name
            }
        };
        out.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn encode_list(flags: &[Flag], out: &mut Vec<u8>) {
        out.push(b'(');
        for (index, flag) in flags.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            flag.encode(out);
        }
        out.push(b')');
    }
}
