//! TLSA records as text: `3 1 1 <hex>` (RFC 6698 §2.2).

use std::fmt;

use crate::Fault;

/// One association of a certificate with a name. The numbers may be unknown ones: who uses the record
/// decides what to do with them (RFC 7671 §4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// 2 is DANE-TA, 3 is DANE-EE (RFC 7218 §2.1).
    pub usage: u8,
    /// 0 is the whole certificate, 1 its public key.
    pub selector: u8,
    /// 0 is the thing itself, 1 its SHA-256, 2 its SHA-512.
    pub matching: u8,
    /// The thing or its digest.
    pub data: Vec<u8>,
}

impl Record {
    /// Reads the presentation form; blanks within the hexadecimal digits are allowed (RFC 6698 §2.2).
    pub fn parse(text: &str) -> Result<Record, Fault> {
        let mut words = text.split_ascii_whitespace();
        let mut number = |name: &str| {
            let word = words.next().unwrap_or_default();
            word.parse::<u8>()
                .map_err(|_| Fault::new(0, word, format!("the {name} is a number from 0 to 255")))
        };
        let (usage, selector, matching) = (number("usage")?, number("selector")?, number("matching type")?);
        let digits: String = words.collect();
        let data = octets(&digits)
            .ok_or_else(|| Fault::new(0, &digits, "the data are pairs of hexadecimal digits"))?;
        let length = match matching {
            1 => Some(32),
            2 => Some(64),
            _ => None,
        };
        if data.is_empty() || length.is_some_and(|length| length != data.len()) {
            return Err(Fault::new(0, &digits, "SHA-256 has 64 hexadecimal digits, SHA-512 has 128"));
        }
        Ok(Record { usage, selector, matching, data })
    }
}

fn octets(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage, self.selector, self.matching)?;
        self.data.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
