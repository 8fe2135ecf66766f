//! Telephone numbers as gateways for short messages take them (ITU-T E.164).

use std::fmt;

use thiserror::Error;

/// Digits of a number with its country (ITU-T E.164 §6.2.1 allows fifteen); shorter ones are no international numbers.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// An international telephone number: `+` and digits. It is personal: `Debug` shows its ending only.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// A text is no international telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is no international telephone number")]
pub struct NotAPhone;

impl Phone {
    /// Reads a number as people write it: `+41 79 123 45 67`, `0041 (79) 123-45-67`.
    ///
    /// # Errors
    /// Where the country is missing, something else than digits stands there, or there are too few or too many.
    pub fn parse(text: &str) -> Result<Phone, NotAPhone> {
        let is_kept = |c: &char| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}' | '\u{202f}');
        let plain: String = text.chars().filter(is_kept).collect();
        let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).ok_or(NotAPhone)?;
        match DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(Phone(format!("+{digits}"))),
            false => Err(NotAPhone),
        }
    }

    /// The number, for whoever sends to it: `+41791234567`.
    pub fn number(&self) -> &str {
        &self.0
    }

    /// The last two digits, by which people know their own telephone and nobody else's.
    pub fn ending(&self) -> &str {
        &self.0[self.0.len() - 2..]
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(…{})", self.ending())
    }
}

#[test]
fn numbers_are_international_and_show_their_ending_only() {
    for (text, wanted) in [
        ("+41 79 123 45 67", Some("+41791234567")),
        ("0041 (79) 123-45.67", Some("+41791234567")),
        ("+1\u{a0}202\u{202f}5550143", Some("+12025550143")),
        ("+123456", None),
        ("+1234567", Some("+1234567")),
        ("+123456789012345", Some("+123456789012345")),
        ("+1234567890123456", None),
        ("079 123 45 67", None),
        ("+41 79 123 45 6a", None),
        ("+٤١٧٩١٢٣٤٥٦٧", None),
        ("+", None),
        ("", None),
    ] {
        let read = Phone::parse(text);
        assert_eq!(read.as_ref().ok().map(Phone::number), wanted, "{text}");
        if let Ok(phone) = read {
            assert_eq!(format!("{phone:?}"), format!("Phone(…{})", phone.ending()), "{text}");
        }
    }
}
