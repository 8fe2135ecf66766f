//! BDAT (RFC 3030 §2). DATA has no argument and stands in `simple`.

use crate::SyntaxError;

/// The head of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Octets that follow the line.
    pub size_bytes: u64,
    /// The message ends with this chunk.
    pub last: bool,
}

impl Chunk {
    // bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CR LF, chunk-size = 1*DIGIT, end-marker = "LAST"
    pub(super) fn parse(argument: &str) -> Result<Chunk, SyntaxError> {
        let form =
            || SyntaxError::argument("BDAT", "the argument is a size, perhaps with LAST (RFC 3030 §2)");
        let mut words = argument.split(' ').filter(|word| !word.is_empty());
        let size = words.next().filter(|size| size.len() <= 20 && size.bytes().all(|b| b.is_ascii_digit()));
        let last = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("LAST") => true,
            Some(_) => return Err(form()),
        };
        match (size.map(str::parse), words.next()) {
            (Some(Ok(size_bytes)), None) => Ok(Chunk { size_bytes, last }),
            _ => Err(form()),
        }
    }

    pub(super) fn encode(&self, wire: &mut Vec<u8>) {
        let last = if self.last { " LAST" } else { "" };
        wire.extend_from_slice(format!("BDAT {}{last}", self.size_bytes).as_bytes());
    }
}
