//! The one reader of XML: no DTD, no processing instruction, no entity but the five of the standard and characters by
//! number, UTF-8 only, everything within limits. It fetches nothing, whatever a document names.

use std::borrow::Cow;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use thiserror::Error;

use super::characters::{is_character, is_ncname};
use super::{Attribute, Element, Name, is_space};
use crate::limits::{
    ATTRIBUTE_OCTETS, ATTRIBUTES, DECLARATIONS, DECLARATIONS_IN_SCOPE, DEPTH, ELEMENTS, NAME_OCTETS,
};
use crate::namespaces::{XML, XMLNS};

/// Why a document is not read.
#[derive(Debug, Error)]
pub enum NotXml {
    /// Another encoding than UTF-8.
    #[error("a document is UTF-8 here, and this one is {0}")]
    Encoding(String),
    /// An octet that no text has.
    #[error("octet {0} is no character of XML 1.0 (§2.2)")]
    Character(usize),
    /// A document type, with or without entities.
    #[error("a document has no DOCTYPE here: SOAP 1.2 part 1 §5")]
    Doctype,
    /// A processing instruction.
    #[error("a document has no processing instruction here: SOAP 1.2 part 1 §5")]
    Instruction,
    /// A reference to an entity that was nowhere declared.
    #[error("there is no entity «{0}»: only lt, gt, amp, apos, quot and characters by number")]
    Entity(String),
    /// A limit of [`limits`](crate::limits).
    #[error("more than {most} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// Against the grammar of XML 1.0.
    #[error("not well-formed at octet {octet}: {reason}")]
    Grammar {
        /// Where the reader stood.
        octet: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// Against the grammar of XML 1.0, as the tokenizer found.
    #[error("not well-formed at octet {octet}")]
    Tokens {
        /// Where the reader stood.
        octet: u64,
        /// What is wrong.
        source: quick_xml::Error,
    },
    /// A prefix without a namespace.
    #[error("the prefix «{0}» has no namespace here")]
    Prefix(String),
}

/// Reads a document into its root element.
///
/// # Errors
/// [`NotXml`], for everything that is not plain, small, well-formed XML 1.0 with namespaces in UTF-8.
pub fn read(document: &[u8]) -> Result<Element<'_>, NotXml> {
    let text = decode(document)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    let mut is_first = true;
    loop {
        let octet = reader.buffer_position();
        let event = reader.read_event().map_err(|source| NotXml::Tokens { octet, source })?;
        tree.octet = octet;
        match event {
            Event::Decl(declaration) if is_first => check(&declaration, octet)?,
            Event::Decl(_) => return Err(tree.wrong("an XML declaration stands at the very beginning")),
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => {
                if memchr::memmem::find(text.as_bytes(), b"]]>").is_some() {
                    return Err(tree.wrong("«]]>» stands nowhere in text"));
                }
                tree.text(text.xml10_content())?;
            }
            Event::CData(text) => tree.data(text.xml10_content())?,
            Event::GeneralRef(reference) => {
                tree.data(Cow::Owned(resolve(&reference)?.to_string()))?;
            }
            Event::Comment(_) => {
                if let Some(open) = tree.open.last_mut() {
                    open.element.has_comment = true;
                }
            }
            Event::PI(_) => return Err(NotXml::Instruction),
            Event::DocType(_) => return Err(NotXml::Doctype),
            Event::Eof => break,
        }
        is_first = false;
    }
    tree.end()
}

/// The document's text: UTF-8, with or without its mark, and nothing that is no character.
fn decode(document: &[u8]) -> Result<&str, NotXml> {
    // XML 1.0 appendix F.1: how other encodings begin.
    if let [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, b'<', ..] | [b'<', 0, ..] | [0, 0, ..] = document {
        return Err(NotXml::Encoding("UTF-16 or UTF-32".to_owned()));
    }
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let text = std::str::from_utf8(document).map_err(|wrong| NotXml::Character(wrong.valid_up_to()))?;
    // Whole pieces without a branch for each octet: a document may be one long attachment.
    let is_control = |byte: &u8| (*byte < 0x20) & !matches!(*byte, b'\t' | b'\n' | b'\r');
    let mut pieces = document.chunks(4096).enumerate();
    let wrong = pieces.find(|(_, piece)| piece.iter().fold(false, |found, byte| found | is_control(byte)));
    if let Some((number, piece)) = wrong {
        let within = piece.iter().position(is_control).unwrap_or_default();
        return Err(NotXml::Character(number * 4096 + within));
    }
    // U+FFFE and U+FFFF, the only characters above the controls that XML does not have: EF BF BE, EF BF BF.
    let mut suspects = memchr::memmem::find_iter(document, b"\xef\xbf");
    let noncharacter = suspects.find(|at| matches!(document.get(at + 2), Some(0xbe | 0xbf)));
    noncharacter.map_or(Ok(text), |octet| Err(NotXml::Character(octet)))
}

fn check(declaration: &BytesDecl<'_>, octet: u64) -> Result<(), NotXml> {
    let version = declaration.version().map_err(|source| NotXml::Tokens { octet, source })?;
    if version != "1.0" {
        return Err(NotXml::Grammar { octet, reason: "only version 1.0 of XML is read" });
    }
    let Some(encoding) = declaration.encoding() else { return Ok(()) };
    let encoding = encoding.map_err(|source| NotXml::Tokens { octet, source: source.into() })?;
    let is_read = ["utf-8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known));
    if is_read { Ok(()) } else { Err(NotXml::Encoding(encoding.chars().take(NAME_OCTETS).collect())) }
}

/// What a reference stands for (XML 1.0 §4.1, §4.6).
fn resolve(reference: &str) -> Result<char, NotXml> {
    let unknown = || NotXml::Entity(reference.chars().take(NAME_OCTETS).collect());
    let number = match reference.strip_prefix("#x") {
        Some(digits) => Some((digits, 16)),
        None => reference.strip_prefix('#').map(|digits| (digits, 10)),
    };
    if let Some((digits, radix)) = number {
        // Leading zeros are allowed; whoever needs more than these has something in mind.
        let is_number = (1..=10).contains(&digits.len()) && digits.chars().all(|digit| digit.is_digit(radix));
        let code = u32::from_str_radix(digits, radix).ok().filter(|_| is_number);
        return code.and_then(char::from_u32).filter(|&one| is_character(one)).ok_or_else(unknown);
    }
    Ok(match reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return Err(unknown()),
    })
}

/// An element that has not ended.
struct Open<'a> {
    element: Element<'a>,
    /// How many declarations hold outside of it.
    declared_outside: usize,
}

#[derive(Default)]
struct Tree<'a> {
    open: Vec<Open<'a>>,
    root: Option<Element<'a>>,
    /// Prefix (empty for the default) and namespace (empty for none), inner ones last.
    declared: Vec<(Box<str>, Arc<str>)>,
    elements: usize,
    octet: u64,
}

impl<'a> Tree<'a> {
    fn wrong(&self, reason: &'static str) -> NotXml {
        NotXml::Grammar { octet: self.octet, reason }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), NotXml> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.wrong("a document has one root"));
        }
        if self.open.len() >= DEPTH {
            return Err(NotXml::TooMuch { what: "elements within each other", most: DEPTH });
        }
        self.elements += 1;
        if self.elements > ELEMENTS {
            return Err(NotXml::TooMuch { what: "elements", most: ELEMENTS });
        }
        let declared_outside = self.declared.len();
        let mut plain = Vec::new();
        let mut rest = start.attributes_raw();
        while let Some((name, value)) = self.attribute(&mut rest)? {
            let prefix = match name.split_once(':') {
                None if name == "xmlns" => Some(""),
                Some(("xmlns", prefix)) => Some(prefix),
                _ => None,
            };
            match prefix {
                Some(prefix) => self.declare(prefix, &value, declared_outside)?,
                None if plain.len() >= ATTRIBUTES => {
                    return Err(NotXml::TooMuch { what: "attributes of one element", most: ATTRIBUTES });
                }
                None => plain.push((name, value)),
            }
        }
        let name = self.expand(start.name().0, true)?;
        let mut attributes: Vec<Attribute> = Vec::with_capacity(plain.len());
        for (name, value) in plain {
            let name = self.expand(name, false)?;
            // Namespaces in XML 1.0 §6.3: also under two prefixes for one namespace.
            if attributes.iter().any(|one| one.name == name) {
                return Err(self.wrong("an attribute stands once in an element"));
            }
            attributes.push(Attribute { name, value });
        }
        let element =
            Element { name, attributes, children: Vec::new(), text: Cow::Borrowed(""), has_comment: false };
        self.open.push(Open { element, declared_outside });
        Ok(())
    }

    /// The next `Attribute` of XML 1.0 §3.1, taken off `rest`: its name and its value.
    fn attribute<'s>(&self, rest: &mut &'s str) -> Result<Option<(&'s str, String)>, NotXml> {
        let found = rest.trim_start_matches(is_space);
        if found.is_empty() {
            return Ok(None);
        }
        if found.len() == rest.len() {
            return Err(self.wrong("white space stands before an attribute"));
        }
        let (name, value) =
            found.split_once('=').ok_or_else(|| self.wrong("an attribute has an equals sign"))?;
        let value = value.trim_start_matches(is_space);
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let inside = quote.and_then(|quote| value.get(1..)?.split_once(quote));
        let (value, after) = inside.ok_or_else(|| self.wrong("an attribute's value stands in quotes"))?;
        *rest = after;
        Ok(Some((name.trim_end_matches(is_space), self.attribute_value(value)?)))
    }

    fn attribute_value(&self, raw: &str) -> Result<String, NotXml> {
        if raw.len() > ATTRIBUTE_OCTETS {
            return Err(NotXml::TooMuch { what: "octets of an attribute", most: ATTRIBUTE_OCTETS });
        }
        if raw.contains('<') {
            return Err(self.wrong("«<» stands nowhere in an attribute"));
        }
        let mut value = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('&') {
            spaced(before, &mut value);
            let (reference, after) =
                after.split_once(';').ok_or_else(|| self.wrong("a reference ends with a semicolon"))?;
            value.push(resolve(reference)?);
            rest = after;
        }
        spaced(rest, &mut value);
        Ok(value)
    }

    /// Namespaces in XML 1.0 §3.
    fn declare(&mut self, prefix: &str, namespace: &str, outside: usize) -> Result<(), NotXml> {
        if !prefix.is_empty() && (!is_ncname(prefix) || prefix == "xmlns" || namespace.is_empty()) {
            return Err(self.wrong("a prefix is a name and has a namespace"));
        }
        if (prefix == "xml") != (namespace == XML) || namespace == XMLNS {
            return Err(self.wrong("the namespaces of XML itself keep their prefixes"));
        }
        if prefix.len() > NAME_OCTETS {
            return Err(NotXml::TooMuch { what: "octets of a name", most: NAME_OCTETS });
        }
        let own = self.declared.get(outside..).unwrap_or_default();
        if own.iter().any(|(known, _)| **known == *prefix) {
            return Err(self.wrong("an attribute stands once in an element"));
        }
        if own.len() >= DECLARATIONS {
            return Err(NotXml::TooMuch { what: "namespaces of one element", most: DECLARATIONS });
        }
        if self.declared.len() >= DECLARATIONS_IN_SCOPE {
            return Err(NotXml::TooMuch { what: "namespaces in one place", most: DECLARATIONS_IN_SCOPE });
        }
        self.declared.push((prefix.into(), namespace.into()));
        Ok(())
    }

    /// `QName` of Namespaces in XML 1.0 §4, with what its prefix stands for here (§6).
    fn expand(&self, name: &str, is_element: bool) -> Result<Name, NotXml> {
        if name.len() > NAME_OCTETS {
            return Err(NotXml::TooMuch { what: "octets of a name", most: NAME_OCTETS });
        }
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, name),
        };
        if !is_ncname(local) || prefix.is_some_and(|prefix| !is_ncname(prefix)) {
            return Err(self.wrong("a name has letters, digits, hyphens, dots and at most one colon"));
        }
        let local = local.into();
        let looked_up = match prefix {
            None if !is_element => return Ok(Name { namespace: None, local }),
            None => "",
            Some("xml") => return Ok(Name { namespace: Some(XML.into()), local }),
            Some(prefix) => prefix,
        };
        let found = self.declared.iter().rev().find(|(known, _)| **known == *looked_up);
        match (found, prefix) {
            (None, Some(prefix)) => Err(NotXml::Prefix(prefix.to_owned())),
            (found, _) => {
                let namespace = found.map(|(_, namespace)| namespace.clone());
                Ok(Name { namespace: namespace.filter(|namespace| !namespace.is_empty()), local })
            }
        }
    }

    fn close(&mut self) -> Result<(), NotXml> {
        let Some(Open { element, declared_outside }) = self.open.pop() else {
            return Err(self.wrong("an element ends that did not begin"));
        };
        self.declared.truncate(declared_outside);
        match self.open.last_mut() {
            Some(outer) => outer.element.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// Characters as they are: outside of the root only white space is one of those.
    fn text(&mut self, text: Cow<'a, str>) -> Result<(), NotXml> {
        let is_blank = text.chars().all(is_space);
        match self.open.last_mut() {
            None if is_blank => Ok(()),
            None => Err(self.wrong("text stands in the root")),
            Some(open) if is_blank && !open.element.children.is_empty() => Ok(()),
            Some(_) => self.data(text),
        }
    }

    /// Characters that mean themselves.
    fn data(&mut self, text: Cow<'a, str>) -> Result<(), NotXml> {
        let Some(open) = self.open.last_mut() else { return Err(self.wrong("text stands in the root")) };
        let known = &mut open.element.text;
        if known.is_empty() {
            *known = text
        } else {
            known.to_mut().push_str(&text)
        }
        Ok(())
    }

    fn end(self) -> Result<Element<'a>, NotXml> {
        let wrong = |reason| Err(NotXml::Grammar { octet: self.octet, reason });
        match self.root {
            _ if !self.open.is_empty() => wrong("an element does not end"),
            None => wrong("a document has a root"),
            Some(root) => Ok(root),
        }
    }
}

/// XML 1.0 §2.11, §3.3.3: each end of a line, and each other white space, is one space.
fn spaced(raw: &str, value: &mut String) {
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\r' && characters.peek() == Some(&'\n') {
            continue;
        }
        value.push(if is_space(character) { ' ' } else { character });
    }
}
