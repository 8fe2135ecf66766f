//! Authentication-Results (RFC 8601): written by us, and read as far as forwarders' words and forgeries of
//! ours go.

use std::fmt;

/// The results of one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Who says so.
    pub authserv_id: String,
    /// What was checked; printed as `none` if nothing was.
    pub results: Vec<Outcome>,
}

/// One method's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// `spf`, `dkim`, `dmarc`, `arc`, `iprev`, …, lower case.
    pub method: String,
    /// `pass`, `fail`, …, lower case.
    pub result: String,
    /// Why, for people.
    pub reason: Option<String>,
    /// `smtp.mailfrom`, `header.d`, … with their values.
    pub properties: Vec<(String, String)>,
}

impl Outcome {
    /// A result without anything around it.
    pub fn new(method: &str, result: &str) -> Outcome {
        Outcome { method: method.to_owned(), result: result.to_owned(), ..Outcome::default() }
    }

    /// Adds why, unless there is nothing to say.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Outcome {
        self.reason = (!reason.is_empty()).then(|| reason.to_owned());
        self
    }

    /// Adds what the result is about, unless it is nothing.
    #[must_use]
    pub fn about(mut self, property: &str, value: &str) -> Outcome {
        if !value.is_empty() {
            self.properties.push((property.to_owned(), value.to_owned()));
        }
        self
    }

    /// The value of a property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Field {
    /// The field's content, folded: `mx.example.org;\r\n\tspf=pass smtp.mailfrom=example.net`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&value(&self.authserv_id))?;
        if self.results.is_empty() {
            // RFC 8601 §2.2: no-result.
            return f.write_str("; none");
        }
        for outcome in &self.results {
            write!(f, ";\r\n\t{}={}", outcome.method, outcome.result)?;
            if let Some(reason) = &outcome.reason {
                write!(f, "\r\n\t reason={}", quoted(reason))?;
            }
            for (name, about) in &outcome.properties {
                // A mail address needs no quotes (pvalue).
                match about.split_once('@') {
                    Some((local, domain)) if is_token(local) && is_token(domain) => {
                        write!(f, " {name}={about}")?
                    }
                    _ => write!(f, " {name}={}", value(about))?,
                }
            }
        }
        Ok(())
    }
}

/// RFC 2045 §5.1: token, or else a quoted string.
fn value(text: &str) -> String {
    if is_token(text) { text.to_owned() } else { quoted(text) }
}

fn is_token(text: &str) -> bool {
    let is_plain = |octet: u8| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet);
    !text.is_empty() && text.bytes().all(is_plain)
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars().filter(|c| !c.is_control()).take(200) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Whose results a field of that content claims to be: lower case, comments skipped. `None` where it cannot
/// be understood.
pub fn authserv_id(content: &[u8]) -> Option<String> {
    let mut reader = Reader::new(content);
    reader.word().map(|word| word.to_ascii_lowercase())
}

impl Field {
    /// Reads a field's content (folded or not).
    pub fn parse(content: &[u8]) -> Option<Field> {
        let mut reader = Reader::new(content);
        let mut field = Field { authserv_id: reader.word()?.to_ascii_lowercase(), results: Vec::new() };
        // authres-version
        reader.skip();
        if reader.peek() != Some(b';') {
            reader.word()?;
        }
        while reader.sign(b';') {
            if field.results.len() == 100 {
                return None;
            }
            let Some(method) = reader.word() else {
                // A last semicolon: some write it.
                reader.skip();
                return reader.rest.is_empty().then_some(field);
            };
            if method.eq_ignore_ascii_case("none") && !reader.sees(b'=') {
                continue;
            }
            // method = Keyword [ "/" method-version ]
            if reader.sign(b'/') {
                reader.word()?;
            }
            if !reader.sign(b'=') {
                return None;
            }
            let mut outcome =
                Outcome::new(&method.to_ascii_lowercase(), &reader.word()?.to_ascii_lowercase());
            while !reader.sees(b';') {
                let Some(name) = reader.word() else { break };
                if !reader.sign(b'=') {
                    return None;
                }
                let about = reader.pvalue()?;
                match name.eq_ignore_ascii_case("reason") {
                    true => outcome.reason = Some(about),
                    false => outcome.properties.push((name.to_ascii_lowercase(), about)),
                }
            }
            field.results.push(outcome);
        }
        reader.skip();
        reader.rest.is_empty().then_some(field)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(content: &'a [u8]) -> Reader<'a> {
        Reader { rest: content }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// CFWS (RFC 5322 §3.2.2).
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some((&octet, rest)) = self.rest.split_first() {
            match octet {
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b'\\' if depth > 0 => {
                    self.rest = rest.get(1..).unwrap_or_default();
                    continue;
                }
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ if depth > 0 => {}
                _ => return,
            }
            self.rest = rest;
        }
    }

    fn sees(&mut self, sign: u8) -> bool {
        self.skip();
        self.peek() == Some(sign)
    }

    fn sign(&mut self, sign: u8) -> bool {
        let is_there = self.sees(sign);
        if is_there {
            self.rest = &self.rest[1..];
        }
        is_there
    }

    /// A token or a quoted string.
    fn word(&mut self) -> Option<String> {
        self.token(|octet| octet > b' ' && !b"()<>@,;:\\\"/[]?=".contains(&octet))
    }

    /// pvalue: a value, or an address with or without its local part.
    fn pvalue(&mut self) -> Option<String> {
        let mut text = match self.sees(b'@') {
            true => String::new(),
            false => self.token(|octet| octet > b' ' && !b"();\\\"@".contains(&octet))?,
        };
        if self.peek() == Some(b'@') {
            self.rest = &self.rest[1..];
            text.push('@');
            text.push_str(&self.token(|octet| octet > b' ' && !b"();\\\"@".contains(&octet))?);
        }
        Some(text)
    }

    fn token(&mut self, is_plain: impl Fn(u8) -> bool) -> Option<String> {
        self.skip();
        if self.peek() == Some(b'"') {
            let mut text = Vec::new();
            let mut octets = self.rest[1..].iter().copied().enumerate();
            while let Some((at, octet)) = octets.next() {
                match octet {
                    b'"' => {
                        self.rest = &self.rest[at + 2..];
                        return Some(String::from_utf8_lossy(&text).into_owned());
                    }
                    b'\\' => text.extend(octets.next().map(|(_, octet)| octet)),
                    b'\r' | b'\n' => {}
                    octet => text.push(octet),
                }
            }
            return None;
        }
        let length = self.rest.iter().take_while(|&&octet| is_plain(octet)).count();
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        (length > 0).then(|| String::from_utf8_lossy(word).into_owned())
    }
}
