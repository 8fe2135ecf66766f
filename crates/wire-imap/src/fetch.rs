//! FETCH: items, sections, partials, modifiers (RFC 9051 §6.4.5, RFC 7162, RFC 8514).

use smallvec::SmallVec;

use crate::command::Command;
use crate::cursor::{Cursor, Expected, Parsed};
use crate::sequence::SequenceSet;
use crate::{limits, output};

/// `<offset.length>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partial {
    /// The first octet.
    pub offset: u64,
    /// How many, at most.
    pub length: u32,
}

/// What a section names within its part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectionText {
    /// `HEADER`.
    Header,
    /// `HEADER.FIELDS (…)`; the names as written.
    HeaderFields(Vec<String>),
    /// `HEADER.FIELDS.NOT (…)`.
    HeaderFieldsNot(Vec<String>),
    /// `TEXT`.
    Text,
    /// `MIME`.
    Mime,
}

/// `[1.2.HEADER]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Part numbers; none for the message itself.
    pub part: SmallVec<[u32; 4]>,
    /// What of it; `None` for all.
    pub text: Option<SectionText>,
}

/// What FETCH asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchItem {
    /// `ENVELOPE`.
    Envelope,
    /// `FLAGS`.
    Flags,
    /// `INTERNALDATE`.
    InternalDate,
    /// `RFC822.SIZE`.
    Size,
    /// `BODYSTRUCTURE`.
    BodyStructure,
    /// `BODY` without a section.
    Body,
    /// `UID`.
    Uid,
    /// `MODSEQ`.
    ModSeq,
    /// `SAVEDATE` (RFC 8514).
    SaveDate,
    /// `RFC822` (RFC 3501 §6.4.5).
    Rfc822,
    /// `RFC822.HEADER`.
    Rfc822Header,
    /// `RFC822.TEXT`.
    Rfc822Text,
    /// `BODY[…]<…>`, `BODY.PEEK[…]<…>`.
    Section {
        /// Which octets.
        section: Section,
        /// Which of these.
        partial: Option<Partial>,
        /// Leaves `\Seen` alone.
        peek: bool,
    },
    /// `BINARY[…]<…>`, `BINARY.PEEK[…]<…>`.
    Binary {
        /// The part.
        part: SmallVec<[u32; 4]>,
        /// Which of its decoded octets.
        partial: Option<Partial>,
        /// Leaves `\Seen` alone.
        peek: bool,
    },
    /// `BINARY.SIZE[…]`.
    BinarySize(SmallVec<[u32; 4]>),
}

/// FETCH, UID FETCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The messages.
    pub set: SequenceSet,
    /// UID FETCH.
    pub is_uid: bool,
    /// What of them.
    pub items: Vec<FetchItem>,
    /// `CHANGEDSINCE`.
    pub changed_since: Option<u64>,
    /// `VANISHED` (RFC 7162 §3.2.6).
    pub vanished: bool,
}

/// `fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
/// [fetch-modifiers]`.
pub(crate) fn fetch(cursor: &mut Cursor<'_>, is_uid: bool) -> Parsed<Command> {
    use FetchItem::{Body, Envelope, Flags, InternalDate, Size};
    cursor.space()?;
    let set = SequenceSet::parse(cursor)?;
    cursor.space()?;
    let items = if cursor.peek() == Some(b'(') {
        cursor.list(item)?
    } else if cursor.keyword("ALL") {
        vec![Flags, InternalDate, Size, Envelope]
    } else if cursor.keyword("FAST") {
        vec![Flags, InternalDate, Size]
    } else if cursor.keyword("FULL") {
        vec![Flags, InternalDate, Size, Envelope, Body]
    } else {
        vec![item(cursor)?]
    };
    if items.is_empty() {
        return Err(Expected("an item"));
    }
    let mut fetch = Fetch { set, is_uid, items, changed_since: None, vanished: false };
    if cursor.take(b' ') {
        // `fetch-modifiers = SP "(" fetch-modifier *(SP fetch-modifier) ")"` (RFC 4466 §2.4, RFC 7162 §7).
        let modifiers = cursor.list(|cursor| match cursor.word()?.as_str() {
            "CHANGEDSINCE" => {
                cursor.space()?;
                cursor.number64().map(Some)
            }
            "VANISHED" => Ok(None),
            _ => Err(Expected("CHANGEDSINCE or VANISHED")),
        })?;
        for modifier in modifiers {
            match modifier {
                None => fetch.vanished = true,
                since => fetch.changed_since = since,
            }
        }
        // RFC 7162 §3.2.6: only with UID FETCH and CHANGEDSINCE.
        if fetch.vanished && (!is_uid || fetch.changed_since.is_none()) {
            return Err(Expected("VANISHED with UID FETCH and CHANGEDSINCE"));
        }
    }
    Ok(Command::Fetch(fetch))
}

/// `fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] /
/// "BODY" ["STRUCTURE"] / "UID" / "BODY" [".PEEK"] section [partial] /
/// "BINARY" [".PEEK"] section-binary [partial] / "BINARY.SIZE" section-binary`.
fn item(cursor: &mut Cursor<'_>) -> Parsed<FetchItem> {
    let word = cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'.').to_ascii_uppercase();
    Ok(match word.as_slice() {
        b"ENVELOPE" => FetchItem::Envelope,
        b"FLAGS" => FetchItem::Flags,
        b"INTERNALDATE" => FetchItem::InternalDate,
        b"RFC822.SIZE" => FetchItem::Size,
        b"BODYSTRUCTURE" => FetchItem::BodyStructure,
        b"UID" => FetchItem::Uid,
        b"MODSEQ" => FetchItem::ModSeq,
        b"SAVEDATE" => FetchItem::SaveDate,
        b"RFC822" => FetchItem::Rfc822,
        b"RFC822.HEADER" => FetchItem::Rfc822Header,
        b"RFC822.TEXT" => FetchItem::Rfc822Text,
        b"BODY" if cursor.peek() != Some(b'[') => FetchItem::Body,
        b"BODY" | b"BODY.PEEK" => {
            let section = section(cursor)?;
            FetchItem::Section { section, partial: partial(cursor)?, peek: word.len() > 4 }
        }
        b"BINARY" | b"BINARY.PEEK" => {
            let part = section_binary(cursor)?;
            FetchItem::Binary { part, partial: partial(cursor)?, peek: word.len() > 6 }
        }
        b"BINARY.SIZE" => FetchItem::BinarySize(section_binary(cursor)?),
        _ => return Err(Expected("an item that FETCH knows")),
    })
}

/// `section = "[" [section-spec] "]"`, `section-spec = section-msgtext / (section-part ["." section-text])`.
fn section(cursor: &mut Cursor<'_>) -> Parsed<Section> {
    cursor.expect(b'[', "[")?;
    let mut section = Section::default();
    if cursor.take(b']') {
        return Ok(section);
    }
    let mut has_more = true;
    while has_more && cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        part_number(cursor, &mut section.part)?;
        has_more = cursor.take(b'.');
    }
    if has_more {
        section.text = Some(section_text(cursor, !section.part.is_empty())?);
    }
    cursor.expect(b']', "]")?;
    Ok(section)
}

/// `section-part = nz-number *("." nz-number)`.
fn part_number(cursor: &mut Cursor<'_>, part: &mut SmallVec<[u32; 4]>) -> Parsed<()> {
    part.push(cursor.nonzero()?.get());
    if part.len() > limits::SECTION_DEPTH {
        return Err(Expected("fewer part numbers"));
    }
    Ok(())
}

/// `section-text = section-msgtext / "MIME"`
/// `section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"`.
fn section_text(cursor: &mut Cursor<'_>, is_in_part: bool) -> Parsed<SectionText> {
    let fields = |cursor: &mut Cursor<'_>| -> Parsed<Vec<String>> {
        cursor.space()?;
        // `header-list = "(" header-fld-name *(SP header-fld-name) ")"`, `header-fld-name = astring`.
        let fields = cursor.list(|cursor| {
            let name = cursor.astring()?;
            let is_name =
                !name.is_empty() && name.iter().all(|&byte| matches!(byte, b'!'..=b'~') && byte != b':');
            String::from_utf8(name.to_vec()).ok().filter(|_| is_name).ok_or(Expected("a field name"))
        })?;
        if fields.is_empty() { Err(Expected("a field name")) } else { Ok(fields) }
    };
    match cursor.word()?.as_str() {
        "HEADER" => Ok(SectionText::Header),
        "HEADER.FIELDS" => fields(cursor).map(SectionText::HeaderFields),
        "HEADER.FIELDS.NOT" => fields(cursor).map(SectionText::HeaderFieldsNot),
        "TEXT" => Ok(SectionText::Text),
        "MIME" if is_in_part => Ok(SectionText::Mime),
        _ => Err(Expected("HEADER, HEADER.FIELDS, TEXT or, in a part, MIME")),
    }
}

/// `section-binary = "[" [section-part] "]"`.
fn section_binary(cursor: &mut Cursor<'_>) -> Parsed<SmallVec<[u32; 4]>> {
    cursor.expect(b'[', "[")?;
    let mut part = SmallVec::new();
    if cursor.take(b']') {
        return Ok(part);
    }
    loop {
        part_number(cursor, &mut part)?;
        if cursor.take(b']') {
            return Ok(part);
        }
        cursor.expect(b'.', ". or ]")?;
    }
}

/// `partial = "<" number64 "." nz-number64 ">"`.
fn partial(cursor: &mut Cursor<'_>) -> Parsed<Option<Partial>> {
    if !cursor.take(b'<') {
        return Ok(None);
    }
    let offset = cursor.number64()?;
    cursor.expect(b'.', ".")?;
    let length = cursor.number64()?;
    cursor.expect(b'>', ">")?;
    if length == 0 {
        return Err(Expected("a length above 0"));
    }
    // No message is that long, so a longer wish is the same wish.
    Ok(Some(Partial { offset, length: u32::try_from(length).unwrap_or(u32::MAX) }))
}

impl Section {
    /// Appends `[1.2.HEADER]`, as a response repeats it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        encode_part(&self.part, out);
        if let Some(text) = &self.text {
            if !self.part.is_empty() {
                out.push(b'.');
            }
            let (name, fields) = match text {
                SectionText::Header => ("HEADER", None),
                SectionText::HeaderFields(fields) => ("HEADER.FIELDS", Some(fields)),
                SectionText::HeaderFieldsNot(fields) => ("HEADER.FIELDS.NOT", Some(fields)),
                SectionText::Text => ("TEXT", None),
                SectionText::Mime => ("MIME", None),
            };
            out.extend_from_slice(name.as_bytes());
            if let Some(fields) = fields {
                out.extend_from_slice(b" (");
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(b' ');
                    }
                    output::command_string(out, field.as_bytes());
                }
                out.push(b')');
            }
        }
        out.push(b']');
    }
}

fn encode_part(part: &[u32], out: &mut Vec<u8>) {
    for (index, number) in part.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        output::number(out, u64::from(*number));
    }
}

impl FetchItem {
    /// Appends the name under which a response carries this item: without `.PEEK`, and of a partial only the
    /// offset (RFC 9051 §7.5.2).
    pub fn encode_response_name(&self, out: &mut Vec<u8>) {
        self.encode_name(out, false);
    }

    fn encode_name(&self, out: &mut Vec<u8>, is_command: bool) {
        let partial = |out: &mut Vec<u8>, partial: Option<Partial>| {
            if let Some(partial) = partial {
                out.push(b'<');
                output::number(out, partial.offset);
                if is_command {
                    out.push(b'.');
                    output::number(out, u64::from(partial.length));
                }
                out.push(b'>');
            }
        };
        let plain: &[u8] = match self {
            FetchItem::Envelope => b"ENVELOPE",
            FetchItem::Flags => b"FLAGS",
            FetchItem::InternalDate => b"INTERNALDATE",
            FetchItem::Size => b"RFC822.SIZE",
            FetchItem::BodyStructure => b"BODYSTRUCTURE",
            FetchItem::Body => b"BODY",
            FetchItem::Uid => b"UID",
            FetchItem::ModSeq => b"MODSEQ",
            FetchItem::SaveDate => b"SAVEDATE",
            FetchItem::Rfc822 => b"RFC822",
            FetchItem::Rfc822Header => b"RFC822.HEADER",
            FetchItem::Rfc822Text => b"RFC822.TEXT",
            FetchItem::Section { section, partial: octets, peek } => {
                out.extend_from_slice(if *peek && is_command { b"BODY.PEEK" } else { b"BODY" });
                section.encode(out);
                partial(out, *octets);
                return;
            }
            FetchItem::Binary { part, partial: octets, peek } => {
                out.extend_from_slice(if *peek && is_command { b"BINARY.PEEK[" } else { b"BINARY[" });
                encode_part(part, out);
                out.push(b']');
                partial(out, *octets);
                return;
            }
            FetchItem::BinarySize(part) => {
                out.extend_from_slice(b"BINARY.SIZE[");
                encode_part(part, out);
                b"]"
            }
        };
        out.extend_from_slice(plain);
    }
}

pub(crate) fn encode(fetch: &Fetch, out: &mut Vec<u8>) {
    out.extend_from_slice(if fetch.is_uid { b"UID FETCH " } else { b"FETCH " });
    fetch.set.encode(out);
    out.extend_from_slice(b" (");
    for (index, item) in fetch.items.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        item.encode_name(out, true);
    }
    out.push(b')');
    if let Some(modseq) = fetch.changed_since {
        out.extend_from_slice(b" (CHANGEDSINCE ");
        output::number(out, modseq);
        out.extend_from_slice(if fetch.vanished { b" VANISHED)" } else { b")" });
    }
}
