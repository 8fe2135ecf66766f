//! Responses, written straight into a buffer (RFC 9051 §7).

use std::ops::RangeInclusive;

use crate::cursor::is_astring_char;
use crate::date::DateTime;

/// The word of a status response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is done, or a greeting.
    Ok,
    /// It cannot be done.
    No,
    /// It is not a command, or not now.
    Bad,
    /// The connection ends.
    Bye,
}

/// A response code (RFC 9051 §7.1 and the extensions'); what stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the words of the standards")]
pub enum Code {
    Alert,
    AlreadyExists,
    /// `APPENDUID validity uids` (RFC 9051 §7.1).
    AppendUid {
        uid_validity: u32,
        uids: Vec<RangeInclusive<u32>>,
    },
    AuthenticationFailed,
    AuthorizationFailed,
    /// `BADCHARSET (UTF-8 …)`.
    BadCharset,
    Cannot,
    Capability(String),
    ClientBug,
    Closed,
    CompressionActive,
    /// `COPYUID validity from to`.
    CopyUid {
        uid_validity: u32,
        from: Vec<RangeInclusive<u32>>,
        to: Vec<RangeInclusive<u32>>,
    },
    ExpungeIssued,
    HasChildren,
    HighestModSeq(u64),
    InUse,
    Limit,
    /// `MODIFIED set` (RFC 7162 §3.1.3).
    Modified(Vec<RangeInclusive<u32>>),
    NoModSeq,
    NonExistent,
    NotSaved,
    OverQuota,
    /// The flags, ready to send.
    PermanentFlags(String),
    PrivacyRequired,
    ReadOnly,
    ReadWrite,
    ServerBug,
    TooBig,
    TryCreate,
    UidNext(u32),
    UidNotSticky,
    UidValidity(u32),
    Unavailable,
    UnknownCte,
    Unseen(u32),
    UseAttr,
}

/// Appends a number.
pub(crate) fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn ranges(out: &mut Vec<u8>, set: &[RangeInclusive<u32>]) {
    for (index, range) in set.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        number(out, u64::from(*range.start()));
        if range.end() != range.start() {
            out.push(b':');
            number(out, u64::from(*range.end()));
        }
    }
}

fn quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        if byte == b'"' || byte == b'\\' {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn fits_quotes(text: &[u8], is_utf8: bool) -> bool {
    text.len() <= 1000
        && !text.iter().any(|&byte| matches!(byte, 0 | b'\r' | b'\n'))
        && (text.is_ascii() || is_utf8 && std::str::from_utf8(text).is_ok())
}

/// Appends a string of a command: an atom, a quoted string, or a literal that does not wait.
pub(crate) fn command_string(out: &mut Vec<u8>, text: &[u8]) {
    if !text.is_empty() && text.len() <= 1000 && text.iter().all(|&byte| is_astring_char(byte)) {
        // NIL and NOT and such stand in quotes, so that they are never taken for a word of the grammar.
        if text.eq_ignore_ascii_case(b"NIL") { quoted(out, text) } else { out.extend_from_slice(text) }
    } else {
        quoted_or_literal(out, text);
    }
}

/// Appends a string of a command that may not be an atom.
pub(crate) fn quoted_or_literal(out: &mut Vec<u8>, text: &[u8]) {
    if fits_quotes(text, true) {
        quoted(out, text);
    } else {
        out.push(b'{');
        number(out, text.len() as u64);
        out.extend_from_slice(b"+}\r\n");
        out.extend_from_slice(text);
    }
}

impl Code {
    fn encode(&self, out: &mut Vec<u8>) {
        let word: &[u8] = match self {
            Code::Alert => b"ALERT",
            Code::AlreadyExists => b"ALREADYEXISTS",
            Code::AppendUid { uid_validity, uids } => {
                out.extend_from_slice(b"APPENDUID ");
                number(out, u64::from(*uid_validity));
                out.push(b' ');
                return ranges(out, uids);
            }
            Code::AuthenticationFailed => b"AUTHENTICATIONFAILED",
            Code::AuthorizationFailed => b"AUTHORIZATIONFAILED",
            Code::BadCharset => b"BADCHARSET (US-ASCII UTF-8)",
            Code::Cannot => b"CANNOT",
            Code::Capability(list) => {
                out.extend_from_slice(b"CAPABILITY ");
                list.as_bytes()
            }
            Code::ClientBug => b"CLIENTBUG",
            Code::Closed => b"CLOSED",
            Code::CompressionActive => b"COMPRESSIONACTIVE",
            Code::CopyUid { uid_validity, from, to } => {
                out.extend_from_slice(b"COPYUID ");
                number(out, u64::from(*uid_validity));
                out.push(b' ');
                ranges(out, from);
                out.push(b' ');
                return ranges(out, to);
            }
            Code::ExpungeIssued => b"EXPUNGEISSUED",
            Code::HasChildren => b"HASCHILDREN",
            Code::HighestModSeq(modseq) => {
                out.extend_from_slice(b"HIGHESTMODSEQ ");
                return number(out, *modseq);
            }
            Code::InUse => b"INUSE",
            Code::Limit => b"LIMIT",
            Code::Modified(set) => {
                out.extend_from_slice(b"MODIFIED ");
                return ranges(out, set);
            }
            Code::NoModSeq => b"NOMODSEQ",
            Code::NonExistent => b"NONEXISTENT",
            Code::NotSaved => b"NOTSAVED",
            Code::OverQuota => b"OVERQUOTA",
            Code::PermanentFlags(flags) => {
                out.extend_from_slice(b"PERMANENTFLAGS (");
                out.extend_from_slice(flags.as_bytes());
                b")"
            }
            Code::PrivacyRequired => b"PRIVACYREQUIRED",
            Code::ReadOnly => b"READ-ONLY",
            Code::ReadWrite => b"READ-WRITE",
            Code::ServerBug => b"SERVERBUG",
            Code::TooBig => b"TOOBIG",
            Code::TryCreate => b"TRYCREATE",
            Code::UidNext(uid) => {
                out.extend_from_slice(b"UIDNEXT ");
                return number(out, u64::from(*uid));
            }
            Code::UidNotSticky => b"UIDNOTSTICKY",
            Code::UidValidity(uid_validity) => {
                out.extend_from_slice(b"UIDVALIDITY ");
                return number(out, u64::from(*uid_validity));
            }
            Code::Unavailable => b"UNAVAILABLE",
            Code::UnknownCte => b"UNKNOWN-CTE",
            Code::Unseen(sequence_number) => {
                out.extend_from_slice(b"UNSEEN ");
                return number(out, u64::from(*sequence_number));
            }
            Code::UseAttr => b"USEATTR",
        };
        out.extend_from_slice(word);
    }
}

/// A buffer that grows by responses; the caller sends and empties it.
#[derive(Debug, Default)]
pub struct Output(pub Vec<u8>);

impl Output {
    /// An empty buffer.
    pub fn new() -> Output {
        Output::default()
    }

    /// Appends octets as they are.
    pub fn raw(&mut self, octets: impl AsRef<[u8]>) -> &mut Output {
        self.0.extend_from_slice(octets.as_ref());
        self
    }

    /// Appends a number.
    pub fn number(&mut self, value: impl Into<u64>) -> &mut Output {
        number(&mut self.0, value.into());
        self
    }

    /// Appends a set such as `2:4,7`.
    pub fn set(&mut self, set: &[RangeInclusive<u32>]) -> &mut Output {
        ranges(&mut self.0, set);
        self
    }

    /// Appends a string: quoted if it may be, else a literal. `is_utf8` lets UTF-8 stand in quotes
    /// (RFC 9051 §4.3, RFC 6855 §3).
    pub fn string(&mut self, text: impl AsRef<[u8]>, is_utf8: bool) -> &mut Output {
        let text = text.as_ref();
        if !fits_quotes(text, is_utf8) {
            return self.literal(text);
        }
        quoted(&mut self.0, text);
        self
    }

    /// Appends a literal.
    pub fn literal(&mut self, octets: &[u8]) -> &mut Output {
        self.literal_head(octets.len() as u64).raw(octets)
    }

    /// Appends `{n}` and a line break; the caller sends `octets` octets next.
    pub fn literal_head(&mut self, octets: u64) -> &mut Output {
        self.raw(b"{").number(octets).raw(b"}\r\n")
    }

    /// Appends a literal8, which may hold NUL (RFC 9051 §4.3).
    pub fn literal8(&mut self, octets: &[u8]) -> &mut Output {
        self.raw(b"~").literal(octets)
    }

    /// Appends a folder's name; modified UTF-7 unless `is_utf8`.
    pub fn mailbox(&mut self, name: &str, is_utf8: bool) -> &mut Output {
        if is_utf8 { self.string(name, true) } else { self.string(crate::to_utf7(name), false) }
    }

    /// Appends a date and time in UTC, with quotes.
    pub fn date_time(&mut self, seconds: i64) -> &mut Output {
        DateTime { seconds, zone_minutes: 0 }.encode(&mut self.0);
        self
    }

    /// Appends the end of a line.
    pub fn end(&mut self) -> &mut Output {
        self.raw(b"\r\n")
    }

    /// Appends `* 12 EXISTS`.
    pub fn counted(&mut self, count: u32, word: &str) -> &mut Output {
        self.raw(b"* ").number(count).raw(b" ").raw(word).end()
    }

    /// Appends `tag OK [code] text`, or `* …` without a tag (`resp-cond-state`).
    pub fn status(
        &mut self,
        tag: Option<&str>,
        condition: Condition,
        code: Option<&Code>,
        text: &str,
    ) -> &mut Output {
        self.raw(tag.unwrap_or("*"));
        self.raw(match condition {
            Condition::Ok => " OK ",
            Condition::No => " NO ",
            Condition::Bad => " BAD ",
            Condition::Bye => " BYE ",
        });
        if let Some(code) = code {
            self.raw(b"[");
            code.encode(&mut self.0);
            self.raw(b"] ");
        }
        // `resp-text = ["[" resp-text-code "]" SP] text`: text is one line of ASCII, and never empty.
        for character in text.chars() {
            match character {
                ' '..='~' => self.0.push(character as u8),
                '§' => self.0.extend_from_slice(b"section "),
                '«' | '»' => self.0.push(b'"'),
                character if character.is_control() => self.0.push(b' '),
                _ => self.0.push(b'?'),
            }
        }
        self.end()
    }

    /// Appends `+ text` (`continue-req`).
    pub fn go_on(&mut self, text: &str) -> &mut Output {
        self.raw(b"+ ").raw(text).end()
    }
}
