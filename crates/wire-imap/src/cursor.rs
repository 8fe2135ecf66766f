//! The words of the grammar: atoms, strings, numbers, literals (RFC 9051 §9, "Formal Syntax").

use bytes::Bytes;

/// Nothing that the grammar allows stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected(pub(crate) &'static str);

pub(crate) type Parsed<T> = Result<T, Expected>;

/// A place in a command.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    all: &'a Bytes,
    at: usize,
}

/// `ATOM-CHAR = <any CHAR except atom-specials>`.
pub(crate) fn is_atom_char(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !matches!(byte, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']')
}

/// `ASTRING-CHAR = ATOM-CHAR / resp-specials`.
pub(crate) fn is_astring_char(byte: u8) -> bool {
    is_atom_char(byte) || byte == b']'
}

/// `list-char = ATOM-CHAR / list-wildcards / resp-specials`; Thunderbird and mbsync send UTF-8 quoted.
pub(crate) fn is_list_char(byte: u8) -> bool {
    is_astring_char(byte) || byte == b'%' || byte == b'*'
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(all: &'a Bytes) -> Cursor<'a> {
        Cursor { all, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.all.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.all.get(self.at).copied()
    }

    /// Takes `byte` if it stands here.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Parsed<()> {
        if self.take(byte) { Ok(()) } else { Err(Expected(expected)) }
    }

    pub(crate) fn space(&mut self) -> Parsed<()> {
        self.expect(b' ', "a space")
    }

    /// The command ends here. A lone line feed ends it too: people type commands into plain sockets.
    pub(crate) fn end(&self) -> Parsed<()> {
        match self.rest() {
            b"\r\n" | b"\n" => Ok(()),
            _ => Err(Expected("the end of the command")),
        }
    }

    /// Takes octets while `is` says so.
    pub(crate) fn take_while(&mut self, is: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| !is(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Takes `word` (any case) if it stands here and no atom character follows.
    pub(crate) fn keyword(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
            && !rest.get(word.len()).copied().is_some_and(is_atom_char);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Takes `text` (any case), whatever follows.
    pub(crate) fn prefix(&mut self, text: &str) -> bool {
        let found =
            self.rest().get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// `atom = 1*ATOM-CHAR`.
    pub(crate) fn atom(&mut self) -> Parsed<&'a str> {
        ascii(self.take_while(is_atom_char)).ok_or(Expected("an atom"))
    }

    /// An atom in capitals: the name of a command or item.
    pub(crate) fn word(&mut self) -> Parsed<String> {
        Ok(self.atom()?.to_ascii_uppercase())
    }

    /// `number64 = 1*DIGIT`, below 2^63.
    pub(crate) fn number64(&mut self) -> Parsed<u64> {
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        ascii(digits)
            .and_then(|digits| digits.parse::<u64>().ok())
            .filter(|&number| i64::try_from(number).is_ok())
            .ok_or(Expected("a number"))
    }

    /// `number = 1*DIGIT`, below 2^32.
    pub(crate) fn number(&mut self) -> Parsed<u32> {
        u32::try_from(self.number64()?).map_err(|_| Expected("a number below 4294967296"))
    }

    /// `nz-number = digit-nz *DIGIT`.
    pub(crate) fn nonzero(&mut self) -> Parsed<std::num::NonZeroU32> {
        std::num::NonZeroU32::new(self.number()?).ok_or(Expected("a number above 0"))
    }

    /// `astring = 1*ASTRING-CHAR / string`.
    pub(crate) fn astring(&mut self) -> Parsed<Bytes> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self.chars(is_astring_char, "a string"),
        }
    }

    /// `list-mailbox = 1*list-char / string`.
    pub(crate) fn list_mailbox(&mut self) -> Parsed<Bytes> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => self.chars(is_list_char, "a pattern"),
        }
    }

    fn chars(&mut self, is: impl Fn(u8) -> bool, expected: &'static str) -> Parsed<Bytes> {
        let begin = self.at;
        if self.take_while(is).is_empty() {
            return Err(Expected(expected));
        }
        Ok(self.all.slice(begin..self.at))
    }

    /// `string = quoted / literal`; without NUL (RFC 9051 §9: CHAR8 is %x01-ff).
    pub(crate) fn string(&mut self) -> Parsed<Bytes> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => {
                let literal = self.literal()?;
                if literal.contains(&0) { Err(Expected("a string without NUL")) } else { Ok(literal) }
            }
            _ => Err(Expected("a quoted string or a literal")),
        }
    }

    /// `nstring = string / nil`.
    pub(crate) fn nstring(&mut self) -> Parsed<Option<Bytes>> {
        if self.keyword("NIL") { Ok(None) } else { self.string().map(Some) }
    }

    /// `quoted = DQUOTE *QUOTED-CHAR DQUOTE`, with UTF-8 (RFC 9051 §9).
    fn quoted(&mut self) -> Parsed<Bytes> {
        const EXPECTED: Expected = Expected("a closing quote, and \\ before \\ and \" only");
        self.expect(b'"', "a quote")?;
        let begin = self.at;
        let plain = self.take_while(|byte| !matches!(byte, b'"' | b'\\' | b'\r' | b'\n' | 0));
        if self.take(b'"') {
            return Ok(self.all.slice(begin..self.at - 1));
        }
        let mut content = plain.to_vec();
        loop {
            if self.take(b'"') {
                return Ok(Bytes::from(content));
            }
            self.expect(b'\\', EXPECTED.0)?;
            let escaped = self.peek().filter(|byte| matches!(byte, b'"' | b'\\')).ok_or(EXPECTED)?;
            self.at += 1;
            content.push(escaped);
            content
                .extend_from_slice(self.take_while(|byte| !matches!(byte, b'"' | b'\\' | b'\r' | b'\n' | 0)));
        }
    }

    /// `literal = "{" number64 ["+"] "}" CRLF *CHAR8`: the octets, which share the command's buffer.
    pub(crate) fn literal(&mut self) -> Parsed<Bytes> {
        self.expect(b'{', "a literal")?;
        let length = self.number64()?;
        self.take(b'+');
        self.expect(b'}', "}")?;
        self.take(b'\r');
        self.expect(b'\n', "a line break after }")?;
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length))
            .filter(|&end| end <= self.all.len())
            .ok_or(Expected("as many octets as the literal says"))?;
        let literal = self.all.slice(self.at..end);
        self.at = end;
        Ok(literal)
    }

    /// `"(" [item *(SP item)] ")"`.
    pub(crate) fn list<T>(&mut self, item: impl Fn(&mut Cursor<'a>) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect(b'(', "(")?;
        let mut items = Vec::new();
        if self.take(b')') {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(b')') {
                return Ok(items);
            }
            self.space()?;
        }
    }
}

/// The octets as text, if there are some and all are ASCII.
pub(crate) fn ascii(octets: &[u8]) -> Option<&str> {
    std::str::from_utf8(octets).ok().filter(|text| !text.is_empty() && text.is_ascii())
}
