//! Tag, length, value: the reading and writing of DER (X.690) that every structure here rests on.
//!
//! Own, because signatures are over bytes as they came: each [`Item`] knows its whole encoding, which typed decoders
//! throw away and make anew.

/// BOOLEAN.
pub(crate) const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// SEQUENCE, SEQUENCE OF.
pub(crate) const SEQUENCE: u8 = 0x30;
/// SET, SET OF.
pub(crate) const SET: u8 = 0x31;
/// UTCTime.
pub(crate) const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub(crate) const GENERALIZED_TIME: u8 = 0x18;

/// `[number]` of a primitive value, as IMPLICIT makes it.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// `[number]` of a constructed value, as EXPLICIT makes it.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xA0 | number
}

/// Why bytes are not the DER that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDer {
    /// The bytes end within a value.
    #[error("the bytes end within a value")]
    Short,
    /// A length that DER forbids: indefinite, or written longer than needed.
    #[error("a length is not in the one form that DER allows")]
    Length,
    /// Another kind of value stands here.
    #[error("a value with tag {found:#04x} where {expected:#04x} was expected")]
    Tag {
        /// The tag of the standard.
        expected: u8,
        /// The tag in the bytes.
        found: u8,
    },
    /// Something follows the last value.
    #[error("bytes follow the last value")]
    Trailing,
    /// The value's contents are not of its type.
    #[error("a value is not what its type demands")]
    Value,
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) tag: u8,
    /// The contents.
    pub(crate) value: &'a [u8],
    /// Tag, length and contents.
    pub(crate) whole: &'a [u8],
}

impl<'a> Item<'a> {
    /// The only value in `bytes`, with this tag.
    pub(crate) fn only(bytes: &'a [u8], tag: u8) -> Result<Item<'a>, NotDer> {
        let mut items = Items(bytes);
        let item = items.take(tag)?;
        items.end()?;
        Ok(item)
    }

    /// The values within.
    pub(crate) fn items(&self) -> Items<'a> {
        Items(self.value)
    }

    /// A small non-negative INTEGER.
    pub(crate) fn unsigned(&self) -> Result<u64, NotDer> {
        let value = self.magnitude()?;
        if value.len() > 8 {
            return Err(NotDer::Value);
        }
        Ok(value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The big-endian bytes of a non-negative INTEGER, without leading zeros; empty for zero.
    pub(crate) fn magnitude(&self) -> Result<&'a [u8], NotDer> {
        match self.value {
            // X.690 §8.3.2: the first nine bits are not all equal.
            [] => Err(NotDer::Value),
            [0] => Ok(&[]),
            [0, second, ..] if *second < 0x80 => Err(NotDer::Value),
            [0, rest @ ..] => Ok(rest),
            [first, ..] if *first < 0x80 => Ok(self.value),
            _ => Err(NotDer::Value),
        }
    }

    /// The bytes of a BIT STRING of whole bytes.
    pub(crate) fn bits(&self) -> Result<&'a [u8], NotDer> {
        match self.value {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(NotDer::Value),
        }
    }

    /// A BOOLEAN.
    pub(crate) fn boolean(&self) -> Result<bool, NotDer> {
        match self.value {
            [0x00] => Ok(false),
            [0xFF] => Ok(true),
            _ => Err(NotDer::Value),
        }
    }
}

/// Values one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'a>(pub(crate) &'a [u8]);

impl<'a> Items<'a> {
    /// The next value, whatever it is; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Item<'a>>, NotDer> {
        let Some((&tag, rest)) = self.0.split_first() else { return Ok(None) };
        // X.690 §8.1.2.4: tags above 30 have more bytes; no structure here has one.
        if tag & 0x1F == 0x1F {
            return Err(NotDer::Value);
        }
        let (&first, rest) = rest.split_first().ok_or(NotDer::Short)?;
        let (length, rest) = match first {
            0..=0x7F => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F)).ok_or(NotDer::Short)?;
                let length = bytes.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
                // X.690 §10.1: the definite form with the fewest bytes.
                if bytes[0] == 0 || length < 0x80 {
                    return Err(NotDer::Length);
                }
                (length, rest)
            }
            _ => return Err(NotDer::Length),
        };
        let (value, after) = rest.split_at_checked(length).ok_or(NotDer::Short)?;
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Ok(Some(Item { tag, value, whole }))
    }

    /// The next value, with this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<Item<'a>, NotDer> {
        match self.next()? {
            Some(item) if item.tag == tag => Ok(item),
            Some(item) => Err(NotDer::Tag { expected: tag, found: item.tag }),
            None => Err(NotDer::Short),
        }
    }

    /// The next value if it has this tag; otherwise nothing is taken.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Item<'a>>, NotDer> {
        if self.0.first() == Some(&tag) { self.next() } else { Ok(None) }
    }

    /// The contents of an OBJECT IDENTIFIER.
    pub(crate) fn object_identifier(&mut self) -> Result<&'a [u8], NotDer> {
        Ok(self.take(OBJECT_IDENTIFIER)?.value)
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), NotDer> {
        if self.0.is_empty() { Ok(()) } else { Err(NotDer::Trailing) }
    }

    /// All values to the end, at most `limit`.
    pub(crate) fn all(mut self, limit: usize) -> Result<Vec<Item<'a>>, NotDer> {
        let mut all = Vec::new();
        while let Some(item) = self.next()? {
            if all.len() == limit {
                return Err(NotDer::Trailing);
            }
            all.push(item);
        }
        Ok(all)
    }
}

/// A value of this tag whose contents are the pieces one after another.
pub(crate) fn encode(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        out.push(0x80 | (bytes.len() - zeros) as u8);
        out.extend_from_slice(&bytes[zeros..]);
    }
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out
}

/// SEQUENCE.
pub(crate) fn sequence(pieces: &[&[u8]]) -> Vec<u8> {
    encode(SEQUENCE, pieces)
}

/// SET OF: DER demands the elements in the order of their encodings (X.690 §11.6).
pub(crate) fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    let pieces: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    encode(tag, &pieces)
}

/// OBJECT IDENTIFIER from its contents.
pub(crate) fn object_identifier(contents: &[u8]) -> Vec<u8> {
    encode(OBJECT_IDENTIFIER, &[contents])
}

/// INTEGER from a number.
pub(crate) fn unsigned(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    let bytes = &bytes[zeros..];
    if bytes[0] < 0x80 { encode(INTEGER, &[bytes]) } else { encode(INTEGER, &[&[0], bytes]) }
}

/// AlgorithmIdentifier without parameters.
pub(crate) fn algorithm(oid: &[u8]) -> Vec<u8> {
    sequence(&[&object_identifier(oid)])
}

/// AlgorithmIdentifier with NULL as parameters.
pub(crate) fn algorithm_null(oid: &[u8]) -> Vec<u8> {
    sequence(&[&object_identifier(oid), &[0x05, 0x00]])
}

/// An object identifier as people write it, `1.2.840.113549`; `None` if it is none.
pub(crate) fn dotted(contents: &[u8]) -> Option<String> {
    x509_cert::der::asn1::ObjectIdentifier::from_bytes(contents).ok().map(|oid| oid.to_string())
}
