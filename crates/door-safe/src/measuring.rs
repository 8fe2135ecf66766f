//! Whether a letter's HTML can be made a page of in reasonable time and memory. Few octets become much work: a formatting
//! element that stays open is opened again in every paragraph, with all of its attributes (HTML §13.2.4.3), and deep trees
//! are walked for each tag. No look at the text tells what a reader makes of it, so the very reader is asked that cleans it
//! afterwards: it builds a tree of nothing, and is stopped once it builds too much.
//!
//! Before that each tag is looked at by itself, because the reader compares every attribute of a tag with all others.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{Attribute, ElementFlags, ExpandedName, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{LocalName, ParseOpts, QualName, local_name, ns, parse_fragment};

use crate::limits;

/// Octets that the reader gets at once: so much is built at most after the limit.
const PIECE_OCTETS: usize = 1024;

/// Whether HTML is simple enough to be shown.
pub(crate) fn is_simple(html: &str) -> bool {
    has_small_tags(html) && is_small_tree(html)
}

/// Whether no tag has too many attributes, wherever one may begin: within a comment or a script none does, and where these
/// end is the reader's to say.
fn has_small_tags(html: &str) -> bool {
    let octets = html.as_bytes();
    // Tags within values of others are read again and again; letters that are meant to be read have few.
    let mut left = octets.len().saturating_mul(limits::HTML_TAGS_READ_TIMES);
    for (at, _) in html.match_indices('<') {
        let name = at + 1 + usize::from(octets.get(at + 1) == Some(&b'/'));
        if !octets.get(name).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        match tag_octets(&octets[name..], left) {
            Some(read) => left -= read,
            None => return false,
        }
    }
    true
}

/// Octets of a tag behind `<`, as HTML §13.2.5.8 and §13.2.5.32 to 40 read it; `None` if it has too many attributes, or more
/// than `most` octets.
fn tag_octets(octets: &[u8], most: usize) -> Option<usize> {
    enum Place {
        Name,
        BeforeAttribute,
        Attribute,
        AfterAttribute,
        BeforeValue,
        Value,
        Quoted(u8),
    }
    let (mut place, mut attributes) = (Place::Name, 0);
    for (at, octet) in octets.iter().enumerate() {
        if at >= most {
            return None;
        }
        let is_space = octet.is_ascii_whitespace();
        place = match (place, octet) {
            (Place::Quoted(quote), octet) if *octet == quote => Place::BeforeAttribute,
            (Place::Quoted(quote), _) => Place::Quoted(quote),
            (_, b'>') => return Some(at),
            (Place::BeforeValue, quote @ (b'"' | b'\'')) => Place::Quoted(*quote),
            (Place::BeforeValue, _) if is_space => Place::BeforeValue,
            (Place::Value, _) if is_space => Place::BeforeAttribute,
            (Place::BeforeValue | Place::Value, _) => Place::Value,
            (Place::Attribute | Place::AfterAttribute, b'=') => Place::BeforeValue,
            (Place::Attribute | Place::AfterAttribute, _) if is_space => Place::AfterAttribute,
            (Place::BeforeAttribute, _) if is_space => Place::BeforeAttribute,
            (Place::Name, _) if is_space => Place::BeforeAttribute,
            (_, b'/') => Place::BeforeAttribute,
            (Place::Name, _) => Place::Name,
            (Place::Attribute, _) => Place::Attribute,
            // Also «=», which begins a name here.
            (Place::BeforeAttribute | Place::AfterAttribute, _) => {
                attributes += 1;
                Place::Attribute
            }
        };
        if attributes > limits::HTML_ATTRIBUTES_LIMIT {
            return None;
        }
    }
    Some(octets.len())
}

/// Whether the reader builds no more of it than the limits say.
fn is_small_tree(html: &str) -> bool {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(Measure::default(), ParseOpts::default(), context, Vec::new(), false);
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE_OCTETS));
        parser.process(piece.into());
        if !parser.tokenizer.sink.sink.is_small() {
            return false;
        }
        rest = behind;
    }
    parser.finish()
}

/// What a reader has built so far.
#[derive(Default)]
struct Measure {
    elements: Cell<usize>,
    attributes: Cell<usize>,
    /// Octets of the attributes' values.
    values: Cell<usize>,
    deepest: Cell<usize>,
}

/// A place in the tree: what the reader asks of one, and how deep it lies.
struct Node {
    name: QualName,
    depth: Cell<usize>,
}

impl Measure {
    fn is_small(&self) -> bool {
        self.elements.get() <= limits::HTML_ELEMENTS_LIMIT
            && self.attributes.get() <= limits::HTML_ALL_ATTRIBUTES_LIMIT
            && self.values.get() <= limits::HTML_VALUES_LIMIT_BYTES
            && self.deepest.get() <= limits::HTML_DEPTH_LIMIT
    }

    fn place(&self, child: &NodeOrText<Rc<Node>>, depth: usize) {
        if let NodeOrText::AppendNode(node) = child {
            node.depth.set(depth);
            self.deepest.set(self.deepest.get().max(depth));
        }
    }
}

/// A node that is no element: the reader only puts it somewhere.
fn nameless() -> Rc<Node> {
    Rc::new(Node { name: QualName::new(None, ns!(), LocalName::from("")), depth: Cell::new(0) })
}

impl TreeSink for Measure {
    type Handle = Rc<Node>;
    type Output = bool;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> bool {
        self.is_small()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Rc<Node> {
        let octets: usize = attributes.iter().map(|attribute| attribute.value.len()).sum();
        self.elements.set(self.elements.get() + 1);
        self.attributes.set(self.attributes.get() + attributes.len());
        self.values.set(self.values.get() + octets);
        Rc::new(Node { name, depth: Cell::new(0) })
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.place(&child, parent.depth.get() + 1);
    }

    fn append_before_sibling(&self, sibling: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        self.place(&child, sibling.depth.get());
    }

    fn append_based_on_parent_node(
        &self,
        element: &Rc<Node>,
        previous: &Rc<Node>,
        child: NodeOrText<Rc<Node>>,
    ) {
        self.place(&child, element.depth.get().max(previous.depth.get() + 1));
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn same_node(&self, one: &Rc<Node>, other: &Rc<Node>) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn get_document(&self) -> Rc<Node> {
        nameless()
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Node> {
        nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Node> {
        nameless()
    }

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        Rc::clone(target)
    }

    // What a reader tells besides builds nothing.
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn add_attrs_if_missing(&self, _: &Rc<Node>, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &Rc<Node>) {}
    fn reparent_children(&self, _: &Rc<Node>, _: &Rc<Node>) {}
}
