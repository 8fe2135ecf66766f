//! Macros: `%{ir}.%{v}._spf.%{d2}` (RFC 7208 §7).

use std::fmt;
use std::net::IpAddr;

use crate::limits;

/// A text with macros in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroString {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Expand { letter: u8, is_escaped: bool, keep: usize, is_reversed: bool, delimiters: String },
}

/// What macros stand for.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    /// The local part of the sender; `postmaster` where there is none (§4.3).
    pub local: &'a str,
    /// The domain of the sender.
    pub sender_domain: &'a str,
    /// The domain whose record this is.
    pub domain: &'a str,
    /// The peer.
    pub ip: IpAddr,
    /// The name that the peer gave.
    pub helo: &'a str,
    /// The peer's validated name; `unknown` where there is none (§7.3).
    pub validated: &'a str,
    /// The host that checks: only in explanations.
    pub receiver: &'a str,
    /// Seconds since 1970: only in explanations.
    pub timestamp: i64,
}

impl MacroString {
    /// macro-string of a term: without c, r and t, which belong to explanations.
    pub fn parse(text: &str) -> Result<MacroString, String> {
        MacroString::read(text, b"slodiphv")
    }

    /// explain-string: with blanks and every letter.
    pub fn explanation(text: &str) -> Result<MacroString, String> {
        MacroString::read(text, b"slodiphvcrt")
    }

    /// domain-spec = macro-string domain-end
    pub fn domain(text: &str) -> Result<MacroString, String> {
        let parsed = MacroString::parse(text)?;
        let ends_well = match parsed.parts.last() {
            None => return Err("the domain is missing".to_owned()),
            Some(Part::Expand { .. }) => true,
            // domain-end = ( "." toplabel [ "." ] ) / macro-expand; %%, %_ and %- are macro-expand as well.
            Some(Part::Literal(_))
                if text.ends_with("%%") || text.ends_with("%_") || text.ends_with("%-") =>
            {
                true
            }
            Some(Part::Literal(_)) => {
                let name = text.strip_suffix('.').unwrap_or(text);
                name.rsplit_once('.').is_some_and(|(_, label)| is_top_label(label))
            }
        };
        match ends_well {
            true => Ok(parsed),
            false => Err(format!("{text} is no domain name with a dot and a top-level label")),
        }
    }

    fn read(text: &str, letters: &[u8]) -> Result<MacroString, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            literal.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            rest = match after.as_bytes().first() {
                Some(b'%') => {
                    literal.push('%');
                    &after[1..]
                }
                Some(b'_') => {
                    literal.push(' ');
                    &after[1..]
                }
                Some(b'-') => {
                    literal.push_str("%20");
                    &after[1..]
                }
                Some(b'{') => {
                    let Some(end) = after.find('}') else {
                        return Err("a macro ends with a closing brace".to_owned());
                    };
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(expand(&after[1..end], letters)?);
                    &after[end + 1..]
                }
                _ => return Err("behind a percent sign stands %, _, - or a macro in braces".to_owned()),
            };
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(MacroString { text: text.to_owned(), parts })
    }

    /// A name without macros.
    pub fn literal(name: &str) -> MacroString {
        MacroString { text: name.to_owned(), parts: vec![Part::Literal(name.to_owned())] }
    }

    /// The name, if there is no macro in it.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.parts[..] {
            [Part::Literal(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether %{p} occurs, for which names must be looked up.
    pub fn needs_validated_name(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Expand { letter: b'p', .. }))
    }

    /// The domain name that it stands for, cut from the left where it is too long (§7.3).
    pub fn expand_name(&self, values: &Values<'_>) -> String {
        let mut name = self.expand(values, limits::RECORD_LIMIT_OCTETS);
        if name.ends_with('.') {
            name.pop();
        }
        let mut begin = 0;
        while name.len() - begin > limits::EXPANDED_NAME_LIMIT_OCTETS {
            match name[begin..].find('.') {
                Some(dot) => begin += dot + 1,
                None => break,
            }
        }
        name.split_off(begin)
    }

    /// The text that it stands for, at most `limit` octets long or so.
    pub fn expand(&self, values: &Values<'_>, limit: usize) -> String {
        let mut expanded = String::new();
        for part in &self.parts {
            if expanded.len() > limit {
                break;
            }
            match part {
                Part::Literal(literal) => expanded.push_str(literal),
                Part::Expand { letter, is_escaped, keep, is_reversed, delimiters } => {
                    let value = value(*letter, values);
                    let mut pieces: Vec<&str> = value.split(|c: char| delimiters.contains(c)).collect();
                    if *is_reversed {
                        pieces.reverse();
                    }
                    let joined = pieces[pieces.len().saturating_sub(*keep)..].join(".");
                    match is_escaped {
                        true => expanded.push_str(&escape(&joined)),
                        false => expanded.push_str(&joined),
                    }
                }
            }
        }
        expanded
    }
}

/// macro-letter transformers *delimiter
fn expand(text: &str, letters: &[u8]) -> Result<Part, String> {
    let Some(&first) = text.as_bytes().first() else { return Err("a macro has a letter".to_owned()) };
    let letter = first.to_ascii_lowercase();
    if !letters.contains(&letter) {
        return Err(format!("there is no macro %{{{}}} here", char::from(first)));
    }
    let rest = text.get(1..).unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let keep = match &rest[..digits] {
        "" => usize::MAX,
        number => match number.parse::<u64>() {
            Ok(0) => return Err("the number in a macro is not zero".to_owned()),
            Ok(number) => usize::try_from(number).unwrap_or(usize::MAX),
            Err(_) => usize::MAX,
        },
    };
    let rest = &rest[digits..];
    let (is_reversed, delimiters) = match rest.as_bytes().first() {
        Some(b'r' | b'R') => (true, &rest[1..]),
        _ => (false, rest),
    };
    if !delimiters.bytes().all(|octet| b".-+,/_=".contains(&octet)) {
        return Err("a macro is a letter, a number, r and delimiters, in this order".to_owned());
    }
    let delimiters = if delimiters.is_empty() { "." } else { delimiters };
    let is_escaped = first.is_ascii_uppercase();
    Ok(Part::Expand { letter, is_escaped, keep, is_reversed, delimiters: delimiters.to_owned() })
}

fn value(letter: u8, values: &Values<'_>) -> String {
    match letter {
        b's' => format!("{}@{}", values.local, values.sender_domain),
        b'l' => values.local.to_owned(),
        b'o' => values.sender_domain.to_owned(),
        b'd' => values.domain.to_owned(),
        b'i' => match values.ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let digits: Vec<String> = ip
                    .octets()
                    .iter()
                    .flat_map(|octet| [octet >> 4, octet & 15])
                    // In capitals, as the test suite of RFC 7208 has it; names are the same in both.
                    .map(|digit| format!("{digit:X}"))
                    .collect();
                digits.join(".")
            }
        },
        b'p' => values.validated.to_owned(),
        b'h' => values.helo.to_owned(),
        b'v' => if values.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
        b'c' => values.ip.to_string(),
        b'r' => values.receiver.to_owned(),
        _ => values.timestamp.to_string(),
    }
}

/// RFC 3986 §2.3: everything but the unreserved characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(octet))
            }
            _ => escaped.push_str(&format!("%{octet:02X}")),
        }
    }
    escaped
}

/// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
fn is_top_label(label: &str) -> bool {
    let is_edge = |octet: Option<u8>| octet.is_some_and(|octet| octet.is_ascii_alphanumeric());
    is_edge(label.bytes().next())
        && is_edge(label.bytes().last())
        && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !label.bytes().all(|octet| octet.is_ascii_digit())
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
