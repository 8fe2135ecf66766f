//! What a search asks for: SEARCH of RFC 9051 §6.4.4 in this crate's words.

use model::Timestamp;

use crate::flags::Flags;
use crate::uids::UidSet;

/// A header field whose decoded text stands in the stored envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeField {
    /// `SUBJECT`.
    Subject,
    /// `FROM`.
    From,
    /// `TO`.
    To,
    /// `CC`.
    Cc,
    /// `BCC`.
    Bcc,
}

/// A calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

/// A condition on a message. Texts are found without regard to case, as substrings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchKey {
    /// Every message.
    All,
    /// All of these flags are set (`SEEN`, `KEYWORD …`).
    Flags(Flags),
    /// One of these UIDs; sequence numbers are for the door to turn into UIDs.
    Uids(UidSet),
    /// RFC822.SIZE above.
    Larger(u64),
    /// RFC822.SIZE below.
    Smaller(u64),
    /// INTERNALDATE before that day, in UTC.
    Before(Day),
    /// INTERNALDATE on that day.
    On(Day),
    /// INTERNALDATE on that day or later.
    Since(Day),
    /// INTERNALDATE at that moment or later (`YOUNGER`, RFC 5032).
    Younger(Timestamp),
    /// INTERNALDATE at that moment or earlier (`OLDER`, RFC 5032).
    Older(Timestamp),
    /// `Date:` before that day, whatever its time and zone.
    SentBefore(Day),
    /// `Date:` on that day.
    SentOn(Day),
    /// `Date:` on that day or later.
    SentSince(Day),
    /// Saved before that day (RFC 8514).
    SavedBefore(Day),
    /// Saved on that day.
    SavedOn(Day),
    /// Saved on that day or later.
    SavedSince(Day),
    /// MODSEQ of at least this (RFC 7162 §3.1.5).
    ModSeq(u64),
    /// The decoded field contains the text.
    Envelope(EnvelopeField, String),
    /// A field of that name exists and contains the text; any text, if it is empty (`HEADER`).
    Header {
        /// The field's name.
        name: String,
        /// What it contains.
        text: String,
    },
    /// The body contains the text (`BODY`).
    Body(String),
    /// Header or body contain the text (`TEXT`).
    Text(String),
    /// The opposite.
    Not(Box<SearchKey>),
    /// One of these.
    Any(Vec<SearchKey>),
    /// All of these.
    Every(Vec<SearchKey>),
}

/// A message that a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// UID.
    pub uid: u32,
    /// MODSEQ (RFC 7162 §3.1.5).
    pub modseq: u64,
}
