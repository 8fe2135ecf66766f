//! Whom people ask: the own help of the organisation first, the operator's help desk for what is harder.

use std::fmt;
use std::str::FromStr;

use directory::DirectoryError;
use model::Address;

use crate::limits::LINE_LIMIT_CHARACTERS;
use crate::{Result, one_line};

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Users ask it first.
    First,
    /// The organisation's IT asks it about what is harder.
    Second,
}

impl Level {
    /// Both.
    pub const EACH: [Level; 2] = [Level::First, Level::Second];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::First => "first",
            Level::Second => "second",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Level, String> {
        Level::EACH
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or_else(|| format!("«{text}» is none of first, second"))
    }
}

/// A contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Who: a help desk, a person.
    pub name: String,
    /// The address, where they are asked by e-mail.
    pub email: String,
    /// The telephone number, where they are called.
    pub phone: String,
    /// When somebody is there.
    pub hours: String,
    /// Nobody is there on general holidays.
    pub except_holidays: bool,
}

impl Contact {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        [&self.name, &self.email, &self.phone, &self.hours].iter().all(|text| text.is_empty())
    }

    /// The same with blanks trimmed, or the field that breaks a rule.
    pub fn checked(self) -> Result<Contact> {
        let rule = "a text of one line and a limited length";
        let contact = Contact {
            name: one_line("name", &self.name, LINE_LIMIT_CHARACTERS, rule)?,
            email: one_line("email", &self.email, LINE_LIMIT_CHARACTERS, rule)?,
            phone: one_line("phone", &self.phone, LINE_LIMIT_CHARACTERS, rule)?,
            hours: one_line("hours", &self.hours, LINE_LIMIT_CHARACTERS, rule)?,
            ..self
        };
        if !contact.email.is_empty() && Address::parse(&contact.email).is_err() {
            let reason = format!("«{}» is no address", contact.email);
            return Err(DirectoryError::invalid(
                "email",
                reason,
                "an address such as help@example.ch, or none",
            ));
        }
        let is_number = |c: char| c.is_ascii_digit() || "+()/ .-'".contains(c);
        if !contact.phone.chars().all(is_number) {
            let reason = format!("«{}» is no telephone number", contact.phone);
            return Err(DirectoryError::invalid(
                "phone",
                reason,
                "digits, blanks and + ( ) / . - ', or none",
            ));
        }
        Ok(contact)
    }
}
