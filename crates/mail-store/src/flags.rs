//! Flags of a message: the system flags and well-known keywords as bits, other keywords as text.
//!
//! Separate because the two forms (bits and names) meet only here.

use thiserror::Error;

use crate::limits::{KEYWORD_LIMIT_OCTETS, KEYWORDS_LIMIT};

/// The names of the bits, in the order of the bits. Stored rows rely on the order: only append.
const NAMES: [&str; 10] = [
    "\\Seen",
    "\\Answered",
    "\\Flagged",
    "\\Deleted",
    "\\Draft",
    // RFC 9051 §2.3.2: keywords that servers should keep.
    "$Forwarded",
    "$MDNSent",
    "$Junk",
    "$NotJunk",
    "$Phishing",
];

/// A set of flags: system flags and keywords. `\Recent` is none: see `Folder::recent_from`.
///
/// Keywords are compared without regard to case and kept as first written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    bits: u16,
    /// Sorted by lower case, separated by a space; `None` is the common case and costs nothing.
    keywords: Option<Box<str>>,
}

/// The text is no flag that may be stored.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("«{text}» is not a flag: {reason}")]
pub struct NotAFlag {
    /// What was given.
    pub text: String,
    /// The rule that it breaks.
    pub reason: &'static str,
}

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags { bits: 0, keywords: None };
    /// `\Seen`.
    pub const SEEN: Flags = Flags { bits: 1, keywords: None };
    /// `\Answered`.
    pub const ANSWERED: Flags = Flags { bits: 1 << 1, keywords: None };
    /// `\Flagged`.
    pub const FLAGGED: Flags = Flags { bits: 1 << 2, keywords: None };
    /// `\Deleted`.
    pub const DELETED: Flags = Flags { bits: 1 << 3, keywords: None };
    /// `\Draft`.
    pub const DRAFT: Flags = Flags { bits: 1 << 4, keywords: None };
    /// `$Forwarded`.
    pub const FORWARDED: Flags = Flags { bits: 1 << 5, keywords: None };
    /// `$MDNSent` (RFC 3503).
    pub const MDN_SENT: Flags = Flags { bits: 1 << 6, keywords: None };
    /// `$Junk`.
    pub const JUNK: Flags = Flags { bits: 1 << 7, keywords: None };
    /// `$NotJunk`.
    pub const NOT_JUNK: Flags = Flags { bits: 1 << 8, keywords: None };
    /// `$Phishing`.
    pub const PHISHING: Flags = Flags { bits: 1 << 9, keywords: None };

    /// The set of the named flags, as IMAP writes them (`\Seen`, `$Junk`, `project-x`).
    ///
    /// `\Recent` is passed over (RFC 9051 §2.3.2: clients cannot alter it); another unknown `\…` is refused.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Flags, NotAFlag> {
        let mut flags = Flags::NONE;
        let mut keywords: Vec<&str> = Vec::new();
        for name in names {
            let not = |reason| NotAFlag { text: name.chars().take(100).collect(), reason };
            if let Some(bit) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                flags.bits |= 1 << bit;
            } else if name.eq_ignore_ascii_case("\\Recent") {
            } else if name.starts_with('\\') {
                return Err(not("no such system flag (RFC 9051 §2.3.2)"));
            } else if name.is_empty() || name.len() > KEYWORD_LIMIT_OCTETS {
                return Err(not("a keyword has 1 to 100 octets"));
            } else if !name.bytes().all(is_atom_octet) {
                return Err(not("a keyword is an atom (RFC 9051 §9, flag-keyword)"));
            } else {
                keywords.push(name);
            }
        }
        flags.with_keywords(keywords)
    }

    fn with_keywords(mut self, mut keywords: Vec<&str>) -> Result<Flags, NotAFlag> {
        keywords.sort_by_cached_key(|keyword| keyword.to_ascii_lowercase());
        keywords.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        if keywords.len() > KEYWORDS_LIMIT {
            let text = keywords[KEYWORDS_LIMIT].to_owned();
            return Err(NotAFlag { text, reason: "a message has at most 64 keywords" });
        }
        self.keywords = (!keywords.is_empty()).then(|| keywords.join(" ").into_boxed_str());
        Ok(self)
    }

    /// The names of the flags, as IMAP writes them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let bits = self.bits;
        let known = NAMES.iter().enumerate().filter(move |(bit, _)| bits & (1 << bit) != 0);
        known.map(|(_, name)| *name).chain(self.keywords())
    }

    /// The keywords without a bit of their own.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.keywords.as_deref().unwrap_or("").split_terminator(' ')
    }

    /// Whether no flag is in the set.
    pub fn is_empty(&self) -> bool {
        self.bits == 0 && self.keywords.is_none()
    }

    /// Whether every flag of `other` is in this set.
    pub fn contains(&self, other: &Flags) -> bool {
        self.bits & other.bits == other.bits
            && other.keywords().all(|keyword| self.keywords().any(|own| own.eq_ignore_ascii_case(keyword)))
    }

    /// Whether the message has been read.
    pub fn is_seen(&self) -> bool {
        self.contains(&Flags::SEEN)
    }

    /// Whether the message is marked for expunging.
    pub fn is_deleted(&self) -> bool {
        self.contains(&Flags::DELETED)
    }

    /// This set and `other`; refused above the limit of keywords.
    pub fn union(&self, other: &Flags) -> Result<Flags, NotAFlag> {
        let bits = self.bits | other.bits;
        if other.keywords.is_none() {
            return Ok(Flags { bits, keywords: self.keywords.clone() });
        }
        Flags { bits, keywords: None }.with_keywords(self.keywords().chain(other.keywords()).collect())
    }

    /// This set less `other`.
    pub fn minus(&self, other: &Flags) -> Flags {
        let bits = self.bits & !other.bits;
        if other.keywords.is_none() || self.keywords.is_none() {
            return Flags { bits, keywords: self.keywords.clone() };
        }
        let stay = |own: &&str| !other.keywords().any(|gone| gone.eq_ignore_ascii_case(own));
        let keywords: Vec<&str> = self.keywords().filter(stay).collect();
        let keywords = (!keywords.is_empty()).then(|| keywords.join(" ").into_boxed_str());
        Flags { bits, keywords }
    }

    pub(crate) fn stored_bits(&self) -> i64 {
        i64::from(self.bits)
    }

    pub(crate) fn stored_keywords(&self) -> Option<&str> {
        self.keywords.as_deref()
    }

    pub(crate) fn from_stored(bits: i64, keywords: Option<&str>) -> Flags {
        // Bits of a later release are dropped rather than read as something else.
        let bits = (bits & ((1 << NAMES.len()) - 1)) as u16;
        Flags { bits, keywords: keywords.filter(|text| !text.is_empty()).map(Into::into) }
    }
}

/// RFC 9051 §9: ATOM-CHAR, and `]` since flag-keyword is an atom.
fn is_atom_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']')
}

/// How STORE alters flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// `+FLAGS`.
    Add(Flags),
    /// `-FLAGS`.
    Remove(Flags),
    /// `FLAGS`.
    Replace(Flags),
}

impl FlagChange {
    /// The flags after the change.
    pub fn apply(&self, before: &Flags) -> Result<Flags, NotAFlag> {
        match self {
            FlagChange::Add(flags) => before.union(flags),
            FlagChange::Remove(flags) => Ok(before.minus(flags)),
            FlagChange::Replace(flags) => Ok(flags.clone()),
        }
    }
}
