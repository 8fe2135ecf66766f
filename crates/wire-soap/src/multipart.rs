//! `multipart/related` as MTOM has it (RFC 2387, XOP §4.1): an envelope, and the octets that it includes by reference.
//! Parts are slices of the body: nothing is copied.

use std::collections::HashMap;

use bytes::Bytes;

use crate::fault::{Code, Fault, quoted};
use crate::limits::{BOUNDARY_CHARACTERS, PART_HEADER_FIELDS, PART_HEADER_OCTETS, PARTS};
use crate::media::MediaType;

/// The media type of an envelope that includes parts (XOP §4.1).
pub(crate) const XOP_XML: &str = "application/xop+xml";

/// What can be included, by Content-ID.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    waiting: HashMap<String, Bytes>,
    taken: Vec<String>,
}

impl Parts {
    /// The octets of a part, once.
    pub(crate) fn take(&mut self, id: &str) -> Result<Bytes, &'static str> {
        if let Some(octets) = self.waiting.remove(id) {
            self.taken.push(id.to_owned());
            return Ok(octets);
        }
        match self.taken.iter().any(|taken| taken == id) {
            true => Err("a part is included once"),
            false => Err("there is no part with this Content-ID"),
        }
    }

    /// Nothing travels along unseen: every part is included somewhere.
    pub(crate) fn check_empty(&self) -> Result<(), Fault> {
        match self.waiting.keys().min() {
            None => Ok(()),
            Some(id) => Err(wrong(format!("nothing includes the part «{}»", quoted(id)))),
        }
    }
}

fn wrong(reason: impl Into<String>) -> Fault {
    Fault::new(Code::Validation, reason).rule("MTOM: multipart/related with an envelope and what it includes")
}

/// A part as it stands in the body.
struct Part {
    id: Option<String>,
    media: Option<MediaType>,
    octets: Bytes,
}

/// Takes a body apart: its envelope, the media type of that, and the other parts.
pub(crate) fn read(media: &MediaType, body: &Bytes) -> Result<(MediaType, Bytes, Parts), Fault> {
    let boundary = media.parameter("boundary").filter(|boundary| is_boundary(boundary));
    let boundary = boundary.ok_or_else(|| wrong("multipart/related has a boundary of 1 to 70 characters"))?;
    let mut parts = split(boundary, body)?;
    let root = match media.parameter("start") {
        // RFC 2387 §3.2: without one it is the first.
        None => 0,
        Some(start) => {
            let start = id(start);
            let found = parts.iter().position(|part| part.id.as_deref() == Some(start));
            found.ok_or_else(|| wrong("no part has the Content-ID that «start» names"))?
        }
    };
    let root = parts.remove(root);
    let envelope = root.media.filter(|media| media.essence == XOP_XML);
    let envelope = envelope.ok_or_else(|| wrong("the first part is application/xop+xml"))?;
    let mut waiting = HashMap::with_capacity(parts.len());
    for part in parts {
        let id = part.id.ok_or_else(|| wrong("every part has a Content-ID"))?;
        if root.id.as_ref() == Some(&id) || waiting.insert(id, part.octets).is_some() {
            return Err(wrong("each part has a Content-ID of its own"));
        }
    }
    Ok((envelope, root.octets, Parts { waiting, taken: Vec::new() }))
}

/// `bchars` of RFC 2046 §5.1.1.
fn is_boundary(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=BOUNDARY_CHARACTERS).contains(&text.len()) && text.bytes().all(is_allowed) && !text.ends_with(' ')
}

/// RFC 2046 §5.1.1: parts between delimiter lines; what stands before the first and after the last is not looked at.
fn split(boundary: &str, body: &Bytes) -> Result<Vec<Part>, Fault> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut found = delimiters(&delimiter, body);
    let mut last = found.next().ok_or_else(|| wrong("the body has no delimiter line"))?;
    while !last.closes {
        let next = found.next().ok_or_else(|| wrong("the body has no closing delimiter"))?;
        if parts.len() >= PARTS {
            return Err(Fault::new(Code::TooLarge, format!("more than {PARTS} parts")));
        }
        parts.push(part(body, last.after..next.before)?);
        last = next;
    }
    if parts.is_empty() { Err(wrong("the body has a part")) } else { Ok(parts) }
}

/// Where a delimiter line begins, with the line end before it, which belongs to it, and where the next line begins.
struct Delimiter {
    before: usize,
    after: usize,
    closes: bool,
}

/// The delimiter lines of a body, up to and including the closing one.
fn delimiters<'b>(delimiter: &'b str, body: &'b [u8]) -> impl Iterator<Item = Delimiter> + 'b {
    let finder = memchr::memmem::Finder::new(delimiter.as_bytes()).into_owned();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + finder.find(body.get(from..)?)?;
            from = at + delimiter.len();
            let before = match body.get(..at)? {
                [] => at,
                [.., b'\r', b'\n'] => at - 2,
                _ => continue,
            };
            let rest = body.get(from..)?;
            let (closes, rest) = match rest.strip_prefix(b"--") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            // White space may follow, added by transport.
            let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let line_end = rest.get(padding..)?;
            if line_end.starts_with(b"\r\n") || (closes && line_end.is_empty()) {
                let after = body.len() - line_end.len() + line_end.len().min(2);
                return Some(Delimiter { before, after, closes });
            }
        }
    })
}

/// One part: header fields (RFC 2045 §3), an empty line, octets as they are.
fn part(body: &Bytes, range: std::ops::Range<usize>) -> Result<Part, Fault> {
    let whole = body.get(range.clone()).ok_or_else(|| wrong("a part lies between its delimiters"))?;
    let head_octets = whole.get(..whole.len().min(PART_HEADER_OCTETS)).unwrap_or(whole);
    let (head, start) = if whole.starts_with(b"\r\n") {
        (&[][..], 2)
    } else {
        let end = memchr::memmem::find(head_octets, b"\r\n\r\n");
        let end = end.ok_or_else(|| {
            wrong(format!("the header of a part ends within {PART_HEADER_OCTETS} octets, with an empty line"))
        })?;
        (head_octets.get(..end).unwrap_or_default(), end + 4)
    };
    let head = std::str::from_utf8(head).map_err(|_| wrong("the header of a part is text"))?;
    let mut part = Part { id: None, media: None, octets: body.slice(range.start + start..range.end) };
    // RFC 5322 §2.2.3: a line that begins with white space continues the one before.
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines: Vec<&str> = if unfolded.is_empty() { Vec::new() } else { unfolded.split("\r\n").collect() };
    if lines.len() > PART_HEADER_FIELDS {
        return Err(wrong(format!("a part has at most {PART_HEADER_FIELDS} header fields")));
    }
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("a header field has a colon"))?;
        let value = value.trim_matches([' ', '\t']);
        match name.to_ascii_lowercase().as_str() {
            "content-id" if part.id.is_some() => return Err(wrong("a part has one Content-ID")),
            "content-id" => part.id = Some(id(value).to_owned()),
            "content-type" if part.media.is_some() => return Err(wrong("a part has one Content-Type")),
            "content-type" => {
                let media = MediaType::parse(value);
                part.media = Some(media.ok_or_else(|| wrong("a part's Content-Type cannot be read"))?);
            }
            "content-transfer-encoding" => {
                // XOP §4.1: octets are themselves.
                let is_plain =
                    ["binary", "8bit", "7bit"].iter().any(|known| value.eq_ignore_ascii_case(known));
                is_plain.then_some(()).ok_or_else(|| wrong("a part is binary, 8bit or 7bit"))?;
            }
            _ => {}
        }
    }
    Ok(part)
}

/// A Content-ID without its angle brackets (RFC 2392 §2).
fn id(text: &str) -> &str {
    text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text)
}

/// The Content-ID that a `cid:` reference means: `%` and two digits are the octet they say (RFC 2392 §2).
pub(crate) fn referenced(reference: &str) -> Option<String> {
    let mut rest = reference.strip_prefix("cid:")?.as_bytes();
    let mut id = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            id.push(first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        id.push(u8::from_str_radix(digits, 16).ok()?);
        rest = rest.get(2..)?;
    }
    String::from_utf8(id).ok().filter(|id| !id.is_empty())
}
