//! The tree of parts with the place of each (RFC 2045, RFC 2046).

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr_iter, memmem};

use crate::header::{end_of_header, fields, has_blank_line};
use crate::limits::{BOUNDARY_LIMIT_OCTETS, DEPTH_LIMIT, PARTS_LIMIT};
use crate::parameters::Valued;
use crate::section::{Section, SectionPart};
use crate::transfer::Encoding;

/// What a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// `text/…`, and a multipart in which no part can be found.
    Text,
    /// Parts.
    Multipart,
    /// An enclosed message (`message/rfc822`, `message/global`): its one child.
    Message,
    /// Anything else.
    Other,
}

/// A part: the message itself, a part of a multipart, or an enclosed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The header with its blank line.
    pub header: Range<usize>,
    /// The body.
    pub body: Range<usize>,
    /// What it is made of.
    pub content: Content,
    /// Content-Type; what RFC 2045 §5.2 and RFC 2046 §5.1.5 say where the field is missing.
    pub content_type: Valued,
    /// Content-Transfer-Encoding.
    pub encoding: Encoding,
    /// Whether a Content-Type field is there.
    pub has_content_type: bool,
    /// Indices of the children in [`Structure::parts`].
    pub children: Vec<usize>,
    /// Values of the fields that BODYSTRUCTURE tells of.
    pub(crate) told: Told,
}

/// Where the values of some fields lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) id: Option<Range<usize>>,
    pub(crate) description: Option<Range<usize>>,
    pub(crate) encoding: Option<Range<usize>>,
    pub(crate) disposition: Option<Range<usize>>,
    pub(crate) language: Option<Range<usize>>,
    pub(crate) location: Option<Range<usize>>,
}

/// The parts of a message; the first is the message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    parts: Vec<Part>,
}

/// What a section of a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// These bytes of the message.
    Range(Range<usize>),
    /// Chosen header fields, put together.
    Fields(Vec<u8>),
}

/// The part's transfer encoding is one that we do not know (`[UNKNOWN-CTE]`, RFC 3516 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEncoding;

impl Structure {
    /// Finds the parts; never fails.
    pub fn parse(message: &[u8]) -> Structure {
        let mut structure = Structure { parts: Vec::with_capacity(4) };
        structure.entity(message, 0..message.len(), 0, "text/plain");
        structure
    }

    /// Every part, each before its children; the first is the message.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The message itself.
    pub fn root(&self) -> &Part {
        &self.parts[0]
    }

    fn entity(&mut self, message: &[u8], within: Range<usize>, depth: usize, default_type: &str) -> usize {
        let body_at = end_of_header(message, within.clone());
        let header = within.start..body_at;
        let body = body_at..within.end;
        let (content_type, told) = described(message, header.clone());
        let has_content_type = content_type.is_some();
        let is_typed = |valued: &Valued| {
            valued
                .value
                .split_once('/')
                .is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())
        };
        // RFC 2045 §5.2: what cannot be understood counts as text/plain.
        let content_type = match content_type {
            Some(valued) if is_typed(&valued) => valued,
            Some(_) => Valued { value: "text/plain".to_owned(), parameters: Vec::new() },
            None => Valued { value: default_type.to_owned(), parameters: Vec::new() },
        };
        let encoding = told.encoding.clone().map(|value| Encoding::parse(message[value].trim_ascii()));
        let content = match content_type.value.as_str() {
            "message/rfc822" | "message/global" => Content::Message,
            value if value.starts_with("multipart/") => Content::Multipart,
            value if value.starts_with("text/") => Content::Text,
            _ => Content::Other,
        };
        let index = self.parts.len();
        self.parts.push(Part {
            header,
            body: body.clone(),
            content,
            content_type,
            encoding: encoding.unwrap_or_default(),
            has_content_type,
            children: Vec::new(),
            told,
        });
        if matches!(content, Content::Text | Content::Other) {
            return index;
        }
        let children = if depth + 1 >= DEPTH_LIMIT || self.parts.len() >= PARTS_LIMIT {
            Vec::new()
        } else if content == Content::Message {
            vec![self.entity(message, body, depth + 1, "text/plain")]
        } else {
            self.multipart(message, index, depth)
        };
        if children.is_empty() {
            // No boundary, no delimiter, or a limit: the body is shown as it is.
            let replacement =
                if content == Content::Message { "application/octet-stream" } else { "text/plain" };
            let part = &mut self.parts[index];
            part.content = if content == Content::Message { Content::Other } else { Content::Text };
            part.content_type = Valued { value: replacement.to_owned(), parameters: Vec::new() };
        }
        self.parts[index].children = children;
        index
    }

    fn multipart(&mut self, message: &[u8], index: usize, depth: usize) -> Vec<usize> {
        let part = &self.parts[index];
        // RFC 2046 §5.1.5: parts of a digest are messages unless they say otherwise.
        let is_digest = part.content_type.value == "multipart/digest";
        let default_type = if is_digest { "message/rfc822" } else { "text/plain" };
        let Some(boundary) = part.content_type.parameter("boundary") else { return Vec::new() };
        let boundary = boundary.value.trim_ascii_end();
        if boundary.is_empty() || boundary.len() > BOUNDARY_LIMIT_OCTETS {
            return Vec::new();
        }
        let ranges = split(message, part.body.clone(), boundary);
        let mut children = Vec::with_capacity(ranges.len());
        for range in ranges {
            if self.parts.len() >= PARTS_LIMIT {
                break;
            }
            children.push(self.entity(message, range, depth + 1, default_type));
        }
        children
    }

    /// The part of that number (RFC 9051 §6.4.5.1): `[]` is the message, `[1]` of a message that is
    /// no multipart is the message, too.
    pub fn part(&self, path: &[u32]) -> Option<&Part> {
        let mut container = Some(self.root());
        let mut found = self.root();
        for number in path {
            let parent = container?;
            found = if parent.content == Content::Multipart {
                let index = usize::try_from(number.checked_sub(1)?).ok()?;
                &self.parts[*parent.children.get(index)?]
            } else if *number == 1 {
                parent
            } else {
                return None;
            };
            container = match found.content {
                Content::Multipart => Some(found),
                Content::Message => found.children.first().map(|child| &self.parts[*child]),
                _ => None,
            };
        }
        Some(found)
    }

    /// The message that `path` names: the root for `[]`, else what the `message/rfc822` part encloses.
    fn message_at(&self, path: &[u32]) -> Option<&Part> {
        let part = self.part(path)?;
        if path.is_empty() {
            return Some(part);
        }
        (part.content == Content::Message).then(|| part.children.first().map(|child| &self.parts[*child]))?
    }

    /// The bytes of a section; `None` if the message has no such part.
    pub fn section(&self, message: &[u8], section: &Section) -> Option<Found> {
        let path = section.path.as_slice();
        match &section.part {
            SectionPart::Whole if path.is_empty() => Some(Found::Range(0..message.len())),
            SectionPart::Whole => Some(Found::Range(self.part(path)?.body.clone())),
            SectionPart::Mime if path.is_empty() => None,
            SectionPart::Mime => Some(Found::Range(self.part(path)?.header.clone())),
            SectionPart::Header => Some(Found::Range(self.message_at(path)?.header.clone())),
            SectionPart::Text => Some(Found::Range(self.message_at(path)?.body.clone())),
            SectionPart::HeaderFields(names) => {
                let header = message.get(self.message_at(path)?.header.clone())?;
                Some(Found::Fields(chosen_fields(header, |field| names.iter().any(|name| field.is(name)))))
            }
            SectionPart::HeaderFieldsNot(names) => {
                let header = message.get(self.message_at(path)?.header.clone())?;
                Some(Found::Fields(chosen_fields(header, |field| !names.iter().any(|name| field.is(name)))))
            }
        }
    }

    /// A part's body with its transfer encoding undone (`BINARY[1.2]`, RFC 9051 §6.4.5.2); `None` if there is
    /// no such part. Multiparts and the whole message come as they are.
    pub fn binary<'a>(
        &self,
        message: &'a [u8],
        path: &[u32],
    ) -> Option<Result<Cow<'a, [u8]>, UnknownEncoding>> {
        if path.is_empty() {
            return Some(Ok(Cow::Borrowed(message)));
        }
        let part = self.part(path)?;
        let body = message.get(part.body.clone())?;
        if matches!(part.content, Content::Multipart | Content::Message) {
            return Some(Ok(Cow::Borrowed(body)));
        }
        Some(part.encoding.decode(body).ok_or(UnknownEncoding))
    }
}

/// What a part's header says of it: its Content-Type, and where the other fields' values lie.
fn described(message: &[u8], header: Range<usize>) -> (Option<Valued>, Told) {
    let mut content_type: Option<Valued> = None;
    let mut told = Told::default();
    for field in fields(&message[header.clone()]) {
        // All fields that matter here begin so; most do not.
        if !field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            continue;
        }
        let value_at = header.start + field.value_at;
        let value = value_at..value_at + field.value.len();
        let place = if field.is("content-type") {
            content_type.get_or_insert_with(|| Valued::parse(field.value));
            continue;
        } else if field.is("content-transfer-encoding") {
            &mut told.encoding
        } else if field.is("content-disposition") {
            &mut told.disposition
        } else if field.is("content-id") {
            &mut told.id
        } else if field.is("content-description") {
            &mut told.description
        } else if field.is("content-language") {
            &mut told.language
        } else if field.is("content-location") {
            &mut told.location
        } else {
            continue;
        };
        // RFC 5322 §3.6: a field stands once; the first counts.
        place.get_or_insert(value);
    }
    (content_type, told)
}

impl Part {
    /// Lines of the body: its line breaks.
    pub fn lines(&self, message: &[u8]) -> usize {
        memchr_iter(b'\n', message.get(self.body.clone()).unwrap_or_default()).count()
    }

    /// Content-Disposition, if there is one.
    pub fn disposition(&self, message: &[u8]) -> Option<Valued> {
        self.told.disposition.clone().map(|value| Valued::parse(&message[value]))
    }
}

/// The chosen fields and the blank line, if the header has one (RFC 9051 §6.4.5.1).
fn chosen_fields(header: &[u8], is_chosen: impl Fn(&crate::header::Field<'_>) -> bool) -> Vec<u8> {
    let mut chosen = Vec::new();
    for field in fields(header).filter(|field| is_chosen(field)) {
        chosen.extend_from_slice(field.raw);
        // The last field of a header that ends without a line break.
        if !field.raw.ends_with(b"\n") {
            chosen.extend_from_slice(b"\r\n");
        }
    }
    if has_blank_line(header) {
        chosen.extend_from_slice(b"\r\n");
    }
    chosen
}

/// The parts between the delimiters (RFC 2046 §5.1.1); the line break before a delimiter belongs to it.
fn split(message: &[u8], body: Range<usize>, boundary: &[u8]) -> Vec<Range<usize>> {
    let bytes = &message[body.clone()];
    let delimiter = [b"--", boundary].concat();
    let mut ranges = Vec::new();
    let mut open: Option<usize> = None;
    for at in memmem::find_iter(bytes, &delimiter) {
        if at > 0 && bytes[at - 1] != b'\n' {
            continue;
        }
        let after = &bytes[at + delimiter.len()..];
        let line_length = memchr::memchr(b'\n', after).map_or(after.len(), |length| length + 1);
        let tail = after[..line_length].trim_ascii();
        let is_last = tail.starts_with(b"--");
        // Another boundary that only begins like ours.
        if !tail.is_empty() && !is_last {
            continue;
        }
        if let Some(start) = open.take() {
            let mut end = at.saturating_sub(1);
            end -= usize::from(end > 0 && bytes[end - 1] == b'\r');
            ranges.push(body.start + start..body.start + end.max(start));
        }
        if is_last {
            return ranges;
        }
        if ranges.len() >= PARTS_LIMIT {
            return ranges;
        }
        open = Some(at + delimiter.len() + line_length);
    }
    // The last delimiter is missing: the part reaches to the end.
    if let Some(start) = open {
        ranges.push(body.start + start.min(bytes.len())..body.end);
    }
    ranges
}
