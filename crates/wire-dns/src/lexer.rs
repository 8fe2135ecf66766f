//! The words of a zone file (RFC 1035 §5.1): comments, quotes, parentheses over lines.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// As written, without quotes; escapes stand.
    pub(crate) raw: String,
    /// What it means: escapes resolved.
    pub(crate) octets: Vec<u8>,
    /// Whether any of it stood in quotes.
    pub(crate) is_quoted: bool,
}

/// An entry: one line, or several held together by parentheses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// Whether it begins with a blank: the owner is the one before.
    pub(crate) begins_blank: bool,
    /// Its words.
    pub(crate) words: Vec<Word>,
}

/// A line whose words cannot be told apart, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    pub(crate) line: usize,
    pub(crate) reason: &'static str,
}

pub(crate) struct Lexer<'text> {
    rest: std::iter::Peekable<std::str::Bytes<'text>>,
    line: usize,
}

impl<'text> Lexer<'text> {
    pub(crate) fn new(text: &'text str) -> Lexer<'text> {
        Lexer { rest: text.bytes().peekable(), line: 1 }
    }

    /// The next entry with at least one word.
    pub(crate) fn entry(&mut self) -> Result<Option<Entry>, BadLine> {
        loop {
            let Some(first) = self.rest.peek() else { return Ok(None) };
            let begins_blank = matches!(first, b' ' | b'\t');
            let line = self.line;
            let words = self.words()?;
            if !words.is_empty() {
                return Ok(Some(Entry { line, begins_blank, words }));
            }
        }
    }

    /// The words up to the end of the entry.
    fn words(&mut self) -> Result<Vec<Word>, BadLine> {
        let began = self.line;
        let mut words = Vec::new();
        let mut depth = 0usize;
        while let Some(octet) = self.rest.next() {
            match octet {
                b'\n' => {
                    self.line += 1;
                    if depth == 0 {
                        return Ok(words);
                    }
                }
                b' ' | b'\t' | b'\r' => {}
                b';' => while self.rest.next_if(|next| *next != b'\n').is_some() {},
                b'(' => depth += 1,
                b')' if depth == 0 => return Err(self.bad("a ) without its (")),
                b')' => depth -= 1,
                first => words.push(self.word(first)?),
            }
        }
        match depth {
            0 => Ok(words),
            _ => Err(BadLine { line: began, reason: "a ( without its )" }),
        }
    }

    fn word(&mut self, first: u8) -> Result<Word, BadLine> {
        let (mut raw, mut octets) = (Vec::new(), Vec::new());
        let mut is_quoted = false;
        let mut in_quotes = false;
        let mut octet = first;
        loop {
            match octet {
                b'"' => {
                    in_quotes = !in_quotes;
                    is_quoted = true;
                }
                b'\n' => return Err(self.bad("a \" without its other \"")),
                b'\\' => {
                    raw.push(b'\\');
                    octets.push(self.escaped(&mut raw)?);
                }
                other => {
                    raw.push(other);
                    octets.push(other);
                }
            }
            let is_part = |next: &u8| match next {
                b'\n' | b' ' | b'\t' | b'\r' | b';' | b'(' | b')' => in_quotes,
                _ => true,
            };
            match self.rest.next_if(is_part) {
                Some(next) => octet = next,
                None if in_quotes => return Err(self.bad("a \" without its other \"")),
                None => break,
            }
        }
        let raw = String::from_utf8(raw).map_err(|_| self.bad("a backslash within a character"))?;
        Ok(Word { raw, octets, is_quoted })
    }

    fn escaped(&mut self, raw: &mut Vec<u8>) -> Result<u8, BadLine> {
        const REASON: &str = "a backslash without a character or three digits after it";
        let first = self.rest.next_if(|next| *next != b'\n').ok_or_else(|| self.bad(REASON))?;
        raw.push(first);
        if !first.is_ascii_digit() {
            return Ok(first);
        }
        let mut value = u32::from(first - b'0');
        for _ in 0..2 {
            let digit = self.rest.next_if(u8::is_ascii_digit).ok_or_else(|| self.bad(REASON))?;
            raw.push(digit);
            value = value * 10 + u32::from(digit - b'0');
        }
        u8::try_from(value).map_err(|_| self.bad("a backslash with a number above 255"))
    }

    fn bad(&self, reason: &'static str) -> BadLine {
        BadLine { line: self.line, reason }
    }
}
