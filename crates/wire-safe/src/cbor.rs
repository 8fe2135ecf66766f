//! As much CBOR (RFC 8949) as a header needs, in its deterministic encoding (§4.2.1): numbers, octets, texts, null, lists and maps.
//! The reader refuses every other spelling where it meets it, so that what it reads is what the writer writes.

use thiserror::Error;

/// Major types (RFC 8949 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Major {
    Number = 0,
    Octets = 2,
    Text = 3,
    List = 4,
    Map = 5,
}

/// The simple value null (RFC 8949 §3.3).
const NULL: u8 = 0xf6;

/// Octets that are not the CBOR that was asked for.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotCbor {
    /// The octets end within a value.
    #[error("the octets end within a value")]
    CutOff,
    /// A value of another type, a tag, or a length without end.
    #[error("octet {at} begins a value of another type")]
    Type {
        /// From 0 on.
        at: usize,
    },
    /// A number or a length in more octets than it needs.
    #[error("octet {at} begins a number in a long form")]
    LongForm {
        /// From 0 on.
        at: usize,
    },
    /// A text that is not UTF-8.
    #[error("octet {at} begins a text that is not UTF-8")]
    Utf8 {
        /// From 0 on.
        at: usize,
    },
    /// Something behind the last value.
    #[error("something stands behind octet {at}")]
    Behind {
        /// From 0 on.
        at: usize,
    },
}

/// Writes values one after the other.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn with_capacity(octets: usize) -> Writer {
        Writer(Vec::with_capacity(octets))
    }

    /// The shortest head that holds the value (RFC 8949 §4.2.1).
    fn head(&mut self, major: Major, value: u64) {
        let first = (major as u8) << 5;
        let wide = value.to_be_bytes();
        match value {
            0..24 => self.0.push(first | wide[7]),
            24..0x100 => self.0.extend_from_slice(&[first | 24, wide[7]]),
            0x100..0x1_0000 => self.long_head(first | 25, &wide[6..]),
            0x1_0000..0x1_0000_0000 => self.long_head(first | 26, &wide[4..]),
            _ => self.long_head(first | 27, &wide),
        }
    }

    fn long_head(&mut self, first: u8, value: &[u8]) {
        self.0.push(first);
        self.0.extend_from_slice(value);
    }

    pub(crate) fn number(&mut self, value: u64) -> &mut Writer {
        self.head(Major::Number, value);
        self
    }

    pub(crate) fn octets(&mut self, value: &[u8]) -> &mut Writer {
        self.head(Major::Octets, value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Writer {
        self.head(Major::Text, value.len() as u64);
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    pub(crate) fn null(&mut self) -> &mut Writer {
        self.0.push(NULL);
        self
    }

    /// As many values follow.
    pub(crate) fn list(&mut self, values: u64) -> &mut Writer {
        self.head(Major::List, values);
        self
    }

    /// As many keys follow, each before its value, in ascending order.
    pub(crate) fn map(&mut self, keys: u64) -> &mut Writer {
        self.head(Major::Map, keys);
        self
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads values one after the other; whoever asks says of which type the next one is.
pub(crate) struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Reader<'a> {
        Reader { octets, at: 0 }
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], NotCbor> {
        let rest = self.octets.get(self.at..).ok_or(NotCbor::CutOff)?;
        let count = usize::try_from(count).map_err(|_| NotCbor::CutOff)?;
        let taken = rest.get(..count).ok_or(NotCbor::CutOff)?;
        self.at += count;
        Ok(taken)
    }

    fn head(&mut self, major: Major) -> Result<u64, NotCbor> {
        let at = self.at;
        let &[first] = self.take(1)? else { return Err(NotCbor::CutOff) };
        if first >> 5 != major as u8 {
            return Err(NotCbor::Type { at });
        }
        // In how many octets the value follows, and the least for which that many are needed.
        let (octets, least) = match first & 0x1f {
            short @ 0..24 => return Ok(short.into()),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(NotCbor::Type { at }),
        };
        let value = self.take(octets)?.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet));
        if value < least { Err(NotCbor::LongForm { at }) } else { Ok(value) }
    }

    pub(crate) fn number(&mut self) -> Result<u64, NotCbor> {
        self.head(Major::Number)
    }

    pub(crate) fn octets(&mut self) -> Result<&'a [u8], NotCbor> {
        let length = self.head(Major::Octets)?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, NotCbor> {
        let at = self.at;
        let length = self.head(Major::Text)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| NotCbor::Utf8 { at })
    }

    /// How many values follow.
    pub(crate) fn list(&mut self) -> Result<u64, NotCbor> {
        self.head(Major::List)
    }

    /// How many keys with their values follow.
    pub(crate) fn map(&mut self) -> Result<u64, NotCbor> {
        self.head(Major::Map)
    }

    /// Whether null follows; then it is behind us.
    pub(crate) fn is_null(&mut self) -> bool {
        let is_null = self.octets.get(self.at) == Some(&NULL);
        self.at += usize::from(is_null);
        is_null
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), NotCbor> {
        if self.at == self.octets.len() { Ok(()) } else { Err(NotCbor::Behind { at: self.at }) }
    }
}
