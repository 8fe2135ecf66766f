//! Content-Type and Content-Disposition: a value and its parameters (RFC 2045 §5.1, RFC 2183, RFC 2231).

use crate::header::unfold;
use crate::limits::PARAMETERS_LIMIT;
use crate::text::decode_charset;
use crate::words::decode_words;

/// A parameter, its continuations (RFC 2231 §3) joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name in lower case, without `*`.
    pub name: String,
    /// The value; percent-encoded with `charset'language'` before it if `is_extended`.
    pub value: Vec<u8>,
    /// Whether the value has the form of RFC 2231 §4.
    pub is_extended: bool,
}

impl Parameter {
    /// The value as text.
    pub fn text(&self) -> String {
        if !self.is_extended {
            // RFC 2047 §5 forbids encoded words here; Outlook and many web mailers write them all the same.
            return decode_words(&self.value);
        }
        let mut pieces = self.value.splitn(3, |octet| *octet == b'\'');
        let (charset, _language, value) = (pieces.next(), pieces.next(), pieces.next());
        match (charset, value) {
            (Some(charset), Some(value)) => {
                decode_charset(&percent_decode(value), std::str::from_utf8(charset).ok()).into_owned()
            }
            _ => decode_charset(&percent_decode(&self.value), None).into_owned(),
        }
    }
}

/// A value such as `text/plain` or `attachment`, and its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Valued {
    /// The value in lower case.
    pub value: String,
    /// The parameters in their order.
    pub parameters: Vec<Parameter>,
}

impl Valued {
    /// Reads a field's value; never fails, what cannot be read is left out.
    pub fn parse(field: &[u8]) -> Valued {
        let line = unfold(field);
        let mut reader = Reader { bytes: &line, at: 0 };
        reader.skip_blanks();
        let mut value = reader.token(b"/").to_vec();
        reader.skip_blanks();
        if reader.eat(b'/') {
            reader.skip_blanks();
            value.push(b'/');
            value.extend_from_slice(reader.token(b""));
        }
        value.make_ascii_lowercase();
        let value = String::from_utf8_lossy(&value).into_owned();
        Valued { value, parameters: join_continuations(reader.parameters()) }
    }

    /// The parameter of that (lower-case) name, raw.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameter of that (lower-case) name as text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.parameter(name).map(Parameter::text)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, octet: u8) -> bool {
        let is_here = self.peek() == Some(octet);
        self.at += usize::from(is_here);
        is_here
    }

    /// Blanks and comments (RFC 822 §3.1.4), which may be nested.
    fn skip_blanks(&mut self) {
        let mut depth = 0_usize;
        while let Some(octet) = self.peek() {
            match octet {
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b'\\' if depth > 0 => self.at += 1,
                b' ' | b'\t' => {}
                _ if depth > 0 => {}
                _ => return,
            }
            self.at += 1;
        }
        self.at = self.at.min(self.bytes.len());
    }

    /// Up to a blank, semicolon, equals sign or one of `stops`: wider than RFC 2045's token, since many
    /// programs forget the quotes.
    fn token(&mut self, stops: &[u8]) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_end = |octet: &u8| matches!(octet, b' ' | b'\t' | b';' | b'=' | b'"') || stops.contains(octet);
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        while let Some(octet) = self.peek() {
            self.at += 1;
            match octet {
                b'"' => break,
                b'\\' => {
                    // Some programs write Windows paths unescaped: only `\"` and `\\` are escapes.
                    match self.peek() {
                        Some(next @ (b'"' | b'\\')) => {
                            content.push(next);
                            self.at += 1;
                        }
                        _ => content.push(b'\\'),
                    }
                }
                octet => content.push(octet),
            }
        }
        content
    }

    // RFC 2045 §5.1: parameter := attribute "=" value
    fn parameters(mut self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        while self.at < self.bytes.len() && found.len() < PARAMETERS_LIMIT {
            self.skip_blanks();
            if self.eat(b';') {
                continue;
            }
            let name = self.token(b"");
            self.skip_blanks();
            if !self.eat(b'=') {
                // Neither `;` nor `=`: pass over what is in the way.
                if name.is_empty() {
                    self.at += 1;
                }
                continue;
            }
            self.skip_blanks();
            let value = if self.eat(b'"') {
                self.quoted()
            } else {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let length = rest.iter().position(|octet| *octet == b';').unwrap_or(rest.len());
                // A comment may follow a token (RFC 2045 §5.1 gives `charset=us-ascii (Plain text)`).
                let value = &rest[..length];
                let value = match value.windows(2).position(|pair| pair == b" (") {
                    Some(comment) if value.trim_ascii_end().ends_with(b")") => &value[..comment],
                    _ => value,
                };
                self.at += length;
                value.trim_ascii().to_vec()
            };
            if !name.is_empty() {
                found.push((String::from_utf8_lossy(name).to_ascii_lowercase(), value));
            }
        }
        found
    }
}

/// RFC 2231 §3 and §4: `name*0*=…; name*1=…` becomes one parameter, pieces by their numbers.
fn join_continuations(raw: Vec<(String, Vec<u8>)>) -> Vec<Parameter> {
    let mut joined: Vec<Parameter> = Vec::new();
    // Name, number, whether this piece is percent-encoded, value.
    let mut pieces: Vec<(String, u32, bool, Vec<u8>)> = Vec::new();
    for (name, value) in raw {
        let Some((base, mark)) = name.split_once('*') else {
            if !joined.iter().any(|known| known.name == name && !known.is_extended) {
                joined.push(Parameter { name, value, is_extended: false });
            }
            continue;
        };
        let (number, is_encoded) = match mark.strip_suffix('*') {
            Some(number) => (number, true),
            None => (mark, mark.is_empty()),
        };
        match number.parse::<u32>() {
            Ok(number) => pieces.push((base.to_owned(), number, is_encoded, value)),
            Err(_) if number.is_empty() => pieces.push((base.to_owned(), 0, true, value)),
            Err(_) => joined.push(Parameter { name, value, is_extended: false }),
        }
    }
    pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for group in pieces.chunk_by(|a, b| a.0 == b.0) {
        let is_extended = group.iter().any(|piece| piece.2);
        let mut value = Vec::new();
        for (_, _, is_encoded, piece) in group {
            if is_extended && !is_encoded {
                percent_encode(piece, &mut value);
            } else {
                value.extend_from_slice(piece);
            }
        }
        // RFC 2231 says nothing of both forms; RFC 6266 §4.3 prefers the extended one, and so do mail programs.
        let name = group[0].0.clone();
        joined.retain(|known| known.name != name);
        joined.push(Parameter { name, value, is_extended });
    }
    joined
}

fn percent_encode(piece: &[u8], into: &mut Vec<u8>) {
    for octet in piece {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.') {
            into.push(*octet);
        } else {
            into.extend_from_slice(format!("%{octet:02X}").as_bytes());
        }
    }
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let hex = |octet: u8| (octet as char).to_digit(16).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                decoded.push(hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0));
                rest = after;
            }
            _ => {
                decoded.push(*first);
                rest = tail;
            }
        }
    }
    decoded
}
