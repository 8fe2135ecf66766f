//! Whether a sender wants a letter to go secured, and how: a field of the header, a tag in the subject, a suffix of the
//! recipient. Pure; who may wish it is for the caller to know.

use std::fmt;

use evidence::Mode;
use model::{Address, Domain};
use thiserror::Error;
use wire_mime::{Field, decode_words, fields};
use zeroize::Zeroizing;

use crate::limits::{PASSPHRASE_MINIMUM_CHARACTERS, REPLY_PREFIXES_LIMIT};
use crate::phone::{self, PHONE_FIELD};
use crate::settings::Marks;

/// The field by which a program says it.
pub const FIELD: &str = "X-Relais-Secure";
/// The field by which a program sets the passphrase that the letter's recipients have to know. It is taken out of the
/// letter, and kept nowhere.
pub const PASSPHRASE_FIELD: &str = "X-Relais-Passphrase";

/// What mail programs put before the subject of an answer or a forwarded letter, in small letters.
const REPLY_PREFIXES: [&str; 14] =
    ["re", "aw", "antw", "antwort", "tr", "fw", "fwd", "wg", "rv", "r", "i", "ri", "rif", "ré"];

/// What was wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How the letter is to be treated.
    pub mode: Mode,
    /// By what it was said.
    pub said_by: SaidBy,
}

/// By what a wish was said; the first of them counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    /// The field [`FIELD`].
    Field,
    /// A tag at the beginning of the subject.
    Tag,
    /// The field [`PASSPHRASE_FIELD`]: whoever sets one means a secret.
    Passphrase,
    /// The field [`PHONE_FIELD`]: as with a passphrase, whoever names a telephone means a secret.
    Phone,
    /// The suffix of a recipient.
    Suffix,
}

/// A passphrase that the sender has agreed with the recipients; wiped when it is dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Reads what somebody wrote: at least [`PASSPHRASE_MINIMUM_CHARACTERS`] characters, and no more octets than an
    /// envelope takes.
    ///
    /// # Errors
    /// [`BadMark::Passphrase`].
    pub fn parse(text: &str) -> Result<Passphrase, BadMark> {
        let is_long_enough = text.chars().count() >= PASSPHRASE_MINIMUM_CHARACTERS;
        let is_short_enough = text.len() <= wire_safe::limits::PASSPHRASE_LIMIT_OCTETS;
        let is_readable = !text.chars().any(|c| c.is_control() || c == '\u{fffd}');
        match is_long_enough && is_short_enough && is_readable {
            true => Ok(Passphrase(Zeroizing::new(text.to_owned()))),
            false => Err(BadMark::Passphrase),
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A mark that cannot be honoured. Such a letter goes nowhere: it would leave in plaintext what was meant to be secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadMark {
    /// The field says something else.
    #[error("{FIELD} says «{0}»: confidential, personal or registered are known")]
    Field(String),
    /// The field stands twice.
    #[error("{FIELD} stands more than once")]
    Fields,
    /// The passphrase stands twice.
    #[error("{PASSPHRASE_FIELD} stands more than once")]
    Passphrases,
    /// The passphrase is none. What it says stands in no answer and no log.
    #[error("{PASSPHRASE_FIELD} needs between 4 characters and 1,024 octets, without control characters")]
    Passphrase,
    /// Behind the address stands no telephone number. Numbers stand in no answer and no log.
    #[error("{PHONE_FIELD} needs a telephone number with its country, as +41 79 123 45 67")]
    Phone,
    /// A number without an address, and several recipients.
    #[error(
        "{PHONE_FIELD} needs the recipient's address before the number: the letter has several recipients"
    )]
    PhoneOfWhom,
    /// Whose telephone it is gets no copy of the letter.
    #[error("{PHONE_FIELD} names {0}, who is no recipient of the letter")]
    PhoneOfNobody(String),
    /// Two telephones of one recipient.
    #[error("two telephones of {0} are named ({PHONE_FIELD})")]
    Phones(String),
    /// A telephone, and a letter that asks for an account.
    #[error(
        "a telephone ({PHONE_FIELD}) is named for confidential letters: personal and registered ones ask for an account"
    )]
    PhoneOfAccount,
    /// A tag of ours with another letter.
    #[error("the subject has the tag <{0}> followed by «{1}»: <c>, <p> and <r> are known")]
    Tag(String, String),
}

/// Reads what the header and the recipients say. `None`: nothing was wished.
///
/// # Errors
/// When something was wished that is not known.
pub fn wish(header: &[u8], recipients: &[Address], marks: &Marks) -> Result<Option<Wish>, BadMark> {
    let said = in_header(header, marks)?;
    let phones = phone::phones(header, &marks.suffixes)?;
    phones.check(recipients.iter(), &marks.suffixes)?;
    let suffix = || recipients.iter().any(|recipient| without_suffix(recipient, &marks.suffixes).is_some());
    Ok(said.or_else(|| suffix().then_some(Wish { mode: Mode::Confidential, said_by: SaidBy::Suffix })))
}

/// What the header alone says.
///
/// # Errors
/// As [`wish`].
pub fn in_header(header: &[u8], marks: &Marks) -> Result<Option<Wish>, BadMark> {
    let mut named = fields(header).filter(|field| field.is(FIELD));
    if let Some(field) = named.next() {
        if named.next().is_some() {
            return Err(BadMark::Fields);
        }
        let value = String::from_utf8_lossy(&field.unfolded()).trim().to_owned();
        let mode = mode_named(&value).ok_or_else(|| BadMark::Field(value.chars().take(80).collect()))?;
        passphrase(header)?;
        phone::phones(header, &marks.suffixes)?.allowed_in(mode)?;
        return Ok(Some(Wish { mode, said_by: SaidBy::Field }));
    }
    let tagged = match fields(header).find(|field| field.is("subject")) {
        Some(subject) => untagged(&subject_of(&subject), &marks.tags)?,
        None => None,
    };
    let tagged = tagged.map(|(mode, _)| Wish { mode, said_by: SaidBy::Tag });
    let secret = passphrase(header)?.map(|_| Wish { mode: Mode::Confidential, said_by: SaidBy::Passphrase });
    let phones = phone::phones(header, &marks.suffixes)?;
    if let Some(Wish { mode, .. }) = tagged {
        phones.allowed_in(mode)?;
    }
    let texted = (!phones.is_empty()).then_some(Wish { mode: Mode::Confidential, said_by: SaidBy::Phone });
    Ok(tagged.or(secret).or(texted))
}

/// The passphrase that a header sets for the recipients.
///
/// # Errors
/// When it stands twice, or is none.
pub fn passphrase(header: &[u8]) -> Result<Option<Passphrase>, BadMark> {
    let mut named = fields(header).filter(|field| field.is(PASSPHRASE_FIELD));
    let Some(field) = named.next() else { return Ok(None) };
    if named.next().is_some() {
        return Err(BadMark::Passphrases);
    }
    let text = Zeroizing::new(decode_words(&field.unfolded()));
    Passphrase::parse(text.trim()).map(Some)
}

/// The words by which the modes are named in the field and over the interfaces.
pub fn mode_named(word: &str) -> Option<Mode> {
    [("confidential", Mode::Confidential), ("personal", Mode::Personal), ("registered", Mode::Registered)]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, mode)| mode)
}

/// The decoded subject of a header.
pub fn subject(header: &[u8]) -> Option<String> {
    fields(header).find(|field| field.is("subject")).map(|field| subject_of(&field))
}

/// The decoded value of a Subject field.
pub(crate) fn subject_of(field: &Field<'_>) -> String {
    decode_words(&field.unfolded()).trim().to_owned()
}

/// The mode that a subject's tag names, and the subject without the tag. What stands before the tag, because somebody
/// answers or forwards, stays. A tag without a letter means confidential: whoever lost half of it meant a secret.
///
/// # Errors
/// When the tag is ours and the letter behind it is not known.
pub(crate) fn untagged(subject: &str, tags: &[String]) -> Result<Option<(Mode, String)>, BadMark> {
    let start = after_reply_prefixes(subject);
    let (before, rest) = subject.split_at(start);
    let Some((tag, rest)) = tags.iter().find_map(|tag| Some((tag, after_tag(rest, tag)?))) else {
        return Ok(None);
    };
    let (mode, rest) = match bracketed(rest.trim_start()) {
        Some((letter, rest)) => match letter.to_ascii_lowercase().as_str() {
            "c" => (Mode::Confidential, rest),
            "p" => (Mode::Personal, rest),
            "r" => (Mode::Registered, rest),
            _ => return Err(BadMark::Tag(tag.clone(), letter.chars().take(20).collect())),
        },
        None => (Mode::Confidential, rest),
    };
    Ok(Some((mode, format!("{before}{}", rest.trim_start()).trim().to_owned())))
}

/// Where the subject begins behind `Re:`, `AW[2]:` and the like.
fn after_reply_prefixes(subject: &str) -> usize {
    let mut at = subject.len() - subject.trim_start().len();
    for _ in 0..REPLY_PREFIXES_LIMIT {
        let rest = &subject[at..];
        let Some((prefix, behind)) = rest.split_once(':') else { break };
        let word = prefix.split(['[', '(']).next().unwrap_or_default().trim_end();
        let counted = &prefix[word.len()..];
        let is_count = counted.chars().all(|c| c.is_ascii_digit() || "[]() ".contains(c));
        if !is_count || !REPLY_PREFIXES.contains(&word.to_lowercase().as_str()) {
            break;
        }
        at = subject.len() - behind.trim_start().len();
    }
    at
}

/// What follows `<tag>`.
fn after_tag<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (inside, rest) = bracketed(text)?;
    inside.eq_ignore_ascii_case(tag).then_some(rest)
}

/// What stands in angle brackets at the beginning, and what follows.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (inside, rest) = text.strip_prefix('<')?.split_once('>')?;
    Some((inside.trim(), rest))
}

/// The recipient that is meant by an address below a suffix: `muster@example.com` for
/// `muster@example.com.incamail.ch`; `None` where there is no suffix.
pub fn without_suffix(address: &Address, suffixes: &[Domain]) -> Option<Address> {
    let domain = address.domain().as_str();
    let short = suffixes.iter().find_map(|suffix| domain.strip_suffix(suffix.as_str())?.strip_suffix('.'))?;
    let domain = Domain::parse(short).ok()?;
    // One label is no mail domain: `somebody@ch.incamail.ch` is nobody.
    if !short.contains('.') {
        return None;
    }
    Some(Address::new(address.localpart().clone(), domain))
}

/// Whether an address lies below a suffix at all, well formed or not.
pub fn has_suffix(address: &Address, suffixes: &[Domain]) -> bool {
    let domain = address.domain().as_str();
    let is_below = |suffix: &Domain| {
        domain == suffix.as_str()
            || domain.strip_suffix(suffix.as_str()).is_some_and(|front| front.ends_with('.'))
    };
    suffixes.iter().any(is_below)
}
