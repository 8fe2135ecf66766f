//! Telephones that a sender names: the code for a letter goes there, and not to the recipient's mailbox. Here is what the
//! field says, and what is kept of it.

use std::collections::BTreeSet;

use directory::Phone;
use evidence::Mode;
use model::{Address, Domain};
use wire_mime::{decode_words, fields};

use crate::wish::{BadMark, without_suffix};

/// The field by which a program names a recipient's telephone: an address, a space, the number; the number alone where the
/// letter has one recipient. Once for each recipient. It is taken out of the letter.
pub const PHONE_FIELD: &str = "X-Relais-Phone";

/// The telephones that one letter's sender named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones(Vec<(Option<Address>, Phone)>);

impl Phones {
    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names one more: whose it is, without a suffix; `None` for the only recipient.
    pub fn add(&mut self, of: Option<Address>, phone: Phone) {
        self.0.push((of, phone));
    }

    /// Names those that others name besides.
    pub fn append(&mut self, others: Phones) {
        self.0.extend(others.0);
    }

    /// The telephone of a recipient, whose address has no suffix.
    pub fn of(&self, recipient: &Address) -> Option<&Phone> {
        let canonical = recipient.canonical();
        let is_theirs = |of: &Option<Address>| of.as_ref().is_none_or(|of| of.canonical() == canonical);
        self.0.iter().find(|(of, _)| is_theirs(of)).map(|(_, phone)| phone)
    }

    /// Whether each telephone is that of one recipient.
    ///
    /// # Errors
    /// [`BadMark::PhoneOfWhom`], [`BadMark::PhoneOfNobody`], [`BadMark::Phones`].
    pub fn check<'a>(
        &self,
        recipients: impl Iterator<Item = &'a Address>,
        suffixes: &[Domain],
    ) -> Result<(), BadMark> {
        let plain = |address: &Address| {
            without_suffix(address, suffixes).map_or_else(|| address.canonical(), |short| short.canonical())
        };
        let everybody: BTreeSet<String> = recipients.map(plain).collect();
        let mut named = BTreeSet::new();
        for (of, _) in &self.0 {
            let of = match of {
                Some(of) => of.canonical(),
                None if everybody.len() == 1 => everybody.iter().cloned().collect(),
                None => return Err(BadMark::PhoneOfWhom),
            };
            if !everybody.contains(&of) {
                return Err(BadMark::PhoneOfNobody(of));
            }
            if let Some(of) = named.replace(of) {
                return Err(BadMark::Phones(of));
            }
        }
        Ok(())
    }

    /// Whether a letter of this mode may have them: a code opens neither a personal nor a registered one.
    ///
    /// # Errors
    /// [`BadMark::PhoneOfAccount`].
    pub fn allowed_in(&self, mode: Mode) -> Result<(), BadMark> {
        match self.is_empty() || mode == Mode::Confidential {
            true => Ok(()),
            false => Err(BadMark::PhoneOfAccount),
        }
    }
}

/// The telephones that a header names.
///
/// # Errors
/// [`BadMark::Phone`].
pub fn phones(header: &[u8], suffixes: &[Domain]) -> Result<Phones, BadMark> {
    let mut phones = Phones::default();
    for field in fields(header).filter(|field| field.is(PHONE_FIELD)) {
        let value = decode_words(&field.unfolded());
        let value = value.trim();
        let (of, number) = match value.split_once(char::is_whitespace) {
            Some((of, number)) if of.contains('@') => {
                let of = Address::parse(of).map_err(|_| BadMark::Phone)?;
                (Some(without_suffix(&of, suffixes).unwrap_or(of)), number)
            }
            _ => (None, value),
        };
        phones.add(of, Phone::parse(number).map_err(|_| BadMark::Phone)?);
    }
    Ok(phones)
}

/// What is kept of the telephone to which the codes for a copy go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telephone {
    /// The last two digits of its number, which the page and the evidence say.
    pub ending: String,
    /// The number, wrapped in the vault; `None` once nobody opens the letter any more.
    pub(crate) number: Option<Vec<u8>>,
}

/// How a code that went to a telephone stands in evidence, before its ending.
const BY_PHONE: &str = "code sent to the telephone that the sender named (…";

impl Telephone {
    /// How somebody is known who had a code from it, in the words of the evidence.
    pub(crate) fn in_evidence(&self) -> String {
        format!("{BY_PHONE}{})", self.ending)
    }
}

/// The ending of the telephone in such words.
pub(crate) fn ending_in(said: &str) -> Option<&str> {
    said.strip_prefix(BY_PHONE)?.strip_suffix(')')
}
