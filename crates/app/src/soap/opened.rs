//! An opened letter in the words of the table: who got it, its text, its files.

use std::borrow::Cow;

use bytes::Bytes;
use door_soap::common::LetterText;
use door_soap::read::ReceivedAttachment;
use wire_mime::{Content, ListedAddress, Part, Structure, decode_charset, parse_addresses};

/// Files of a letter that are answered.
const FILES_LIMIT: usize = 1000;
/// Addresses of a field that are answered.
const ADDRESSES_LIMIT: usize = 200;

/// A letter, read.
pub(super) struct Opened {
    /// To whom, as the letter says.
    pub(super) to: Vec<model::Address>,
    /// To whom a copy.
    pub(super) cc: Vec<model::Address>,
    /// Its text.
    pub(super) text: LetterText,
    /// Its files, all with their content.
    pub(super) files: Vec<ReceivedAttachment>,
}

impl Opened {
    /// Reads a letter.
    pub(super) fn read(letter: &[u8]) -> Opened {
        let structure = Structure::parse(letter);
        let leaves = leaves(&structure);
        let first = |kind: &str| {
            leaves.iter().position(|part| {
                part.content_type.value.eq_ignore_ascii_case(kind) && !is_attached(letter, part)
            })
        };
        let (plain, html) = (first("text/plain"), first("text/html"));
        let files = leaves.iter().enumerate().filter(|(at, _)| Some(*at) != plain && Some(*at) != html);
        let files = files.take(FILES_LIMIT).zip(1..).map(|((_, part), number)| {
            let content = octets(letter, part).into_owned();
            ReceivedAttachment {
                part: number,
                file_name: name(letter, part).unwrap_or_else(|| number.to_string()),
                media_type: part.content_type.value.clone(),
                size: i64::try_from(content.len()).unwrap_or(i64::MAX),
                content: Some(Bytes::from(content)),
            }
        });
        Opened {
            to: addresses(letter, "to"),
            cc: addresses(letter, "cc"),
            files: files.collect(),
            text: LetterText {
                plain: plain.map(|at| text(letter, leaves[at])),
                html: html.map(|at| text(letter, leaves[at])),
            },
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
