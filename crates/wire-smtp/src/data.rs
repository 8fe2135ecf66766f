//! The message itself: after DATA with dots (RFC 5321 §4.5.2), after BDAT as it is (RFC 3030).
//!
//! Only CRLF ends a line and only CRLF.CRLF ends the data. A lone CR or LF is refused wherever it stands:
//! servers that disagree about it let a stranger smuggle a second message behind the first
//! (CVE-2023-51764 and its kin).

use memchr::{memchr2, memchr3};
use thiserror::Error;

use crate::limits::DATA_LINE_LIMIT_OCTETS;

/// What is wrong with a message's lines.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DataError {
    /// A CR without LF (RFC 5321 §2.3.8).
    #[error("a CR stands without LF (RFC 5321 §2.3.8)")]
    BareCr,
    /// An LF without CR (RFC 5321 §2.3.8).
    #[error("an LF stands without CR (RFC 5321 §2.3.8)")]
    BareLf,
    /// A line above the limit.
    #[error("a line is longer than {DATA_LINE_LIMIT_OCTETS} octets")]
    LineTooLong,
    /// RFC 5321 §4.5.2: a message has no NUL; and no IMAP literal could carry it (RFC 9051 §4.3).
    #[error("the message holds a NUL character")]
    Null,
}

/// How far [`DataDecoder::decode`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of the input that belong to the message; what follows the end is the next command.
    pub consumed: usize,
    /// The line with the single dot was read.
    pub ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    Text,
    /// CR was read and is held back until its LF comes.
    Cr,
    /// A dot at the beginning of a line.
    Dot,
    /// The dot and CR.
    DotCr,
    Ended,
    Broken(DataError),
}

/// Takes the dots out of what follows DATA, in pieces of any size.
#[derive(Debug)]
pub struct DataDecoder {
    state: State,
    line_octets: usize,
    has_null: bool,
}

impl Default for DataDecoder {
    fn default() -> DataDecoder {
        DataDecoder::new()
    }
}

impl DataDecoder {
    /// A decoder at the beginning of a message.
    pub fn new() -> DataDecoder {
        DataDecoder { state: State::LineStart, line_octets: 0, has_null: false }
    }

    /// Whether a NUL character was in what has been decoded; the message is then to be refused at its end.
    pub fn has_null(&self) -> bool {
        self.has_null
    }

    /// Decodes `input` onto the end of `content`. After an error nothing is known about where the message
    /// ends: the session answers and closes, and every further call gives the same error.
    pub fn decode(&mut self, input: &[u8], content: &mut Vec<u8>) -> Result<Decoded, DataError> {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            self.state = match (self.state, byte) {
                (State::LineStart, b'.') => {
                    at += 1;
                    self.line_octets = 1;
                    State::Dot
                }
                (State::Dot, b'\r') => {
                    at += 1;
                    State::DotCr
                }
                (State::DotCr, b'\n') => {
                    self.state = State::Ended;
                    return Ok(Decoded { consumed: at + 1, ended: true });
                }
                (State::Cr, b'\n') => {
                    at += 1;
                    content.extend_from_slice(b"\r\n");
                    self.line_octets = 0;
                    State::LineStart
                }
                (State::Cr | State::DotCr, _) => return Err(self.broken(DataError::BareCr)),
                (State::LineStart | State::Text | State::Dot, _) => {
                    let (state, next) = self.text(input, at, content)?;
                    at = next;
                    state
                }
                (State::Ended, _) => return Ok(Decoded { consumed: 0, ended: true }),
                (State::Broken(error), _) => return Err(error),
            };
        }
        Ok(Decoded { consumed: at, ended: self.state == State::Ended })
    }

    /// Whole lines without a dot in front are copied in one go.
    fn text(
        &mut self,
        input: &[u8],
        from: usize,
        content: &mut Vec<u8>,
    ) -> Result<(State, usize), DataError> {
        let mut at = from;
        let mut line_from = from;
        loop {
            let Some(found) = memchr3(b'\r', b'\n', 0, &input[at..]).map(|offset| at + offset) else {
                self.line_octets += input.len() - line_from;
                self.check_line()?;
                content.extend_from_slice(&input[from..]);
                return Ok((State::Text, input.len()));
            };
            match (input[found], input.get(found + 1)) {
                (0, _) => {
                    self.has_null = true;
                    at = found + 1;
                }
                (b'\r', Some(b'\n')) => {
                    self.line_octets += found + 2 - line_from;
                    self.check_line()?;
                    self.line_octets = 0;
                    at = found + 2;
                    line_from = at;
                    if input.get(at) == Some(&b'.') || at == input.len() {
                        content.extend_from_slice(&input[from..at]);
                        return Ok((State::LineStart, at));
                    }
                }
                (b'\r', None) => {
                    self.line_octets += found - line_from;
                    self.check_line()?;
                    content.extend_from_slice(&input[from..found]);
                    return Ok((State::Cr, input.len()));
                }
                (b'\r', Some(_)) => return Err(self.broken(DataError::BareCr)),
                (_, _) => return Err(self.broken(DataError::BareLf)),
            }
        }
    }

    fn check_line(&mut self) -> Result<(), DataError> {
        match self.line_octets > DATA_LINE_LIMIT_OCTETS {
            true => Err(self.broken(DataError::LineTooLong)),
            false => Ok(()),
        }
    }

    fn broken(&mut self, error: DataError) -> DataError {
        self.state = State::Broken(error);
        error
    }
}

/// Looks at the octets of BDAT chunks without changing them. Without BINARYMIME their lines obey the same
/// rules as after DATA (RFC 3030 §2), but their end is never in doubt, so that the session can go on.
#[derive(Debug, Default)]
pub struct ChunkChecker {
    after_cr: bool,
    line_octets: usize,
    trouble: Option<DataError>,
}

impl ChunkChecker {
    /// A checker at the beginning of a message.
    pub fn new() -> ChunkChecker {
        ChunkChecker::default()
    }

    /// Looks at the next octets.
    pub fn check(&mut self, octets: &[u8]) {
        let mut at = 0;
        while at < octets.len() && self.trouble.is_none() {
            if std::mem::take(&mut self.after_cr) {
                match octets[at] {
                    b'\n' => {
                        self.line_octets = 0;
                        at += 1;
                    }
                    _ => self.trouble = Some(DataError::BareCr),
                }
                continue;
            }
            let found = memchr3(b'\r', b'\n', 0, &octets[at..]).map_or(octets.len(), |offset| at + offset);
            self.line_octets += found - at;
            at = found + 1;
            if self.line_octets + 2 > DATA_LINE_LIMIT_OCTETS {
                self.trouble = Some(DataError::LineTooLong);
            }
            match octets.get(found) {
                Some(b'\r') => self.after_cr = true,
                Some(b'\n') => self.trouble = Some(DataError::BareLf),
                Some(_) => self.trouble = Some(DataError::Null),
                None => {}
            }
        }
    }

    /// The first thing that was wrong; asked after the last chunk.
    pub fn finish(&self) -> Result<(), DataError> {
        match self.trouble {
            Some(error) => Err(error),
            None if self.after_cr => Err(DataError::BareCr),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    LineStart,
    Text,
    Cr,
}

/// Puts the dots into a message for DATA, in pieces of any size.
///
/// A lone CR or LF, which no SMTP client may send (RFC 5321 §2.3.8), becomes CRLF: otherwise what we carry
/// for others could be used to smuggle.
#[derive(Debug)]
pub struct DataEncoder {
    written: Written,
}

impl Default for DataEncoder {
    fn default() -> DataEncoder {
        DataEncoder::new()
    }
}

impl DataEncoder {
    /// An encoder at the beginning of a message.
    pub fn new() -> DataEncoder {
        DataEncoder { written: Written::LineStart }
    }

    /// Encodes `input` onto the end of `wire`.
    pub fn encode(&mut self, input: &[u8], wire: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            match (self.written, byte) {
                (Written::Cr, b'\n') => {
                    wire.extend_from_slice(b"\r\n");
                    self.written = Written::LineStart;
                    at += 1;
                }
                (Written::Cr, _) => {
                    wire.extend_from_slice(b"\r\n");
                    self.written = Written::LineStart;
                }
                (Written::LineStart, b'.') => {
                    wire.extend_from_slice(b"..");
                    self.written = Written::Text;
                    at += 1;
                }
                (_, b'\r') => {
                    self.written = Written::Cr;
                    at += 1;
                }
                (_, b'\n') => {
                    wire.extend_from_slice(b"\r\n");
                    self.written = Written::LineStart;
                    at += 1;
                }
                (Written::LineStart | Written::Text, _) => {
                    let end = memchr2(b'\r', b'\n', &input[at..]).map_or(input.len(), |offset| at + offset);
                    wire.extend_from_slice(&input[at..end]);
                    self.written = Written::Text;
                    at = end;
                }
            }
        }
    }

    /// Ends the message: the line with the single dot, after a CRLF if the last line has none.
    pub fn finish(self, wire: &mut Vec<u8>) {
        if self.written != Written::LineStart {
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b".\r\n");
    }
}
