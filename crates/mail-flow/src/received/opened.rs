//! An opened letter: who got it, its text, its files.

use std::borrow::Cow;

use bytes::Bytes;
use wire_mime::{Content, ListedAddress, Part, Structure, decode_charset, parse_addresses};

/// Files of a letter that are answered.
const FILES_LIMIT: usize = 1000;
/// Addresses of a field that are answered.
const ADDRESSES_LIMIT: usize = 200;

/// A letter, read.
#[derive(Clone, Debug)]
pub struct Opened {
    /// To whom, as the letter says.
    pub to: Vec<model::Address>,
    /// To whom a copy.
    pub cc: Vec<model::Address>,
    /// Its text.
    pub plain: Option<String>,
    /// Its text as HTML, as it came: nothing of it was made harmless.
    pub html: Option<String>,
    /// Its files.
    pub files: Vec<OpenedFile>,
}

/// A file of a letter.
#[derive(Clone, Debug)]
pub struct OpenedFile {
    /// Its number, from 1.
    pub part: i64,
    /// Its name, as the sender says: no path to write to.
    pub name: String,
    /// What kind of file it is, as the sender says.
    pub media_type: String,
    /// The file.
    pub content: Bytes,
}

impl Opened {
    /// Reads a letter.
    pub(crate) fn read(letter: &[u8]) -> Opened {
        let structure = Structure::parse(letter);
        let leaves = leaves(&structure);
        let first = |kind: &str| {
            leaves.iter().position(|part| {
                part.content_type.value.eq_ignore_ascii_case(kind) && !is_attached(letter, part)
            })
        };
        let (plain, html) = (first("text/plain"), first("text/html"));
        let files = leaves.iter().enumerate().filter(|(at, _)| Some(*at) != plain && Some(*at) != html);
        let files = files.take(FILES_LIMIT).zip(1..).map(|((_, part), number)| OpenedFile {
            part: number,
            name: name(letter, part).unwrap_or_else(|| number.to_string()),
            media_type: part.content_type.value.clone(),
            content: Bytes::from(octets(letter, part).into_owned()),
        });
        Opened {
            to: addresses(letter, "to"),
            cc: addresses(letter, "cc"),
            files: files.collect(),
            plain: plain.map(|at| text(letter, leaves[at])),
            html: html.map(|at| text(letter, leaves[at])),
        }
    }
}

/// The parts that hold something, in order; a letter within the letter is one of them.
fn leaves(structure: &Structure) -> Vec<&Part> {
    let (mut leaves, mut waiting) = (Vec::new(), vec![structure.root()]);
    while let Some(part) = waiting.pop() {
        match part.content {
            Content::Multipart => {
                let children = part.children.iter().rev();
                waiting.extend(children.filter_map(|child| structure.parts().get(*child)));
            }
            Content::Text | Content::Message | Content::Other => leaves.push(part),
        }
    }
    leaves
}

fn is_attached(letter: &[u8], part: &Part) -> bool {
    part.disposition(letter).is_some_and(|how| how.value.eq_ignore_ascii_case("attachment"))
}

fn octets<'a>(letter: &'a [u8], part: &Part) -> Cow<'a, [u8]> {
    let body = letter.get(part.body.clone()).unwrap_or_default();
    part.encoding.decode(body).unwrap_or(Cow::Borrowed(body))
}

fn text(letter: &[u8], part: &Part) -> String {
    decode_charset(&octets(letter, part), part.content_type.text("charset").as_deref()).into_owned()
}

fn name(letter: &[u8], part: &Part) -> Option<String> {
    let said = part.disposition(letter).and_then(|how| how.text("filename"));
    let said = said.or_else(|| part.content_type.text("name"))?;
    let name: String = said.chars().filter(|c| !c.is_control()).collect();
    (!name.trim().is_empty()).then_some(name)
}

fn addresses(letter: &[u8], name: &str) -> Vec<model::Address> {
    let header = wire_mime::whole_header(letter).unwrap_or(letter);
    let fields = wire_mime::fields(header).filter(|field| field.is(name));
    let listed = fields.flat_map(|field| parse_addresses(&field.unfolded()));
    let address = |one| match one {
        ListedAddress::Mailbox { local, domain, .. } => {
            let (local, domain) = (String::from_utf8(local).ok()?, String::from_utf8(domain).ok()?);
            model::Address::parse(&format!("{local}@{domain}")).ok()
        }
        ListedAddress::GroupBegins(_) | ListedAddress::GroupEnds => None,
    };
    listed.filter_map(address).take(ADDRESSES_LIMIT).collect()
}
