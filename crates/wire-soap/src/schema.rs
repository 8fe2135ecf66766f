//! A service as a table: what can be asked, with what, and what holds for each value.

use crate::fault::Code;
use crate::limits::{REPETITIONS, TEXT_CHARACTERS};
use crate::pattern::Pattern;

/// A service at a path.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its name in the WSDL: `IncaMailSendService`.
    pub name: &'static str,
    /// The namespace of its elements and types.
    pub namespace: &'static str,
    /// Where it is: `/3.0/`.
    pub path: &'static str,
    /// What it is for.
    pub documentation: &'static str,
    /// What it does.
    pub operations: &'static [Operation],
}

impl Service {
    /// The action of an operation (SOAP 1.1 §6.1.1): its namespace and its name.
    pub fn action(&self, operation: &Operation) -> String {
        format!("{}/{}", self.namespace, operation.name)
    }
}

/// Something that can be asked. Its request is an element of its name, its answer one with `Response` behind it.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name: `SendMessage`.
    pub name: &'static str,
    /// What it does.
    pub documentation: &'static str,
    /// With what, in this order.
    pub input: &'static [Field],
    /// What is answered, in this order.
    pub output: &'static [Field],
    /// The codes of faults that are its own; any may be answered with `Validation`, `Auth`, `Forbidden`, `TooLarge`,
    /// `Temporary` and `Internal`.
    pub faults: &'static [Code],
}

/// A value of a request, an answer or a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name: `clientRef`.
    pub name: &'static str,
    /// What it means.
    pub documentation: &'static str,
    /// What it is.
    pub kind: Kind,
    /// How often it stands.
    pub occurs: Occurs,
}

/// How often a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurs {
    /// At least.
    pub least: usize,
    /// At most.
    pub most: usize,
}

impl Occurs {
    /// Once.
    pub const REQUIRED: Occurs = Occurs { least: 1, most: 1 };
    /// Once or not.
    pub const OPTIONAL: Occurs = Occurs { least: 0, most: 1 };
    /// Any number of times within the limit of all lists.
    pub const MANY: Occurs = Occurs { least: 0, most: REPETITIONS };
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Characters. With a pattern, white space around it does not count (`xs:token`), else it does (`xs:string`).
    Text {
        /// Characters at least.
        least: usize,
        /// Characters at most.
        most: usize,
        /// Which form they have.
        pattern: Option<Pattern>,
        /// Whether no fault repeats what was sent.
        is_secret: bool,
    },
    /// One of some words.
    Enumeration(&'static Enumeration),
    /// A whole number.
    Integer {
        /// At least.
        least: i64,
        /// At most.
        most: i64,
    },
    /// Yes or no.
    Boolean,
    /// A moment, with its offset (`xs:dateTime`).
    Moment,
    /// Octets: `xs:base64Binary`, inline or by MTOM.
    Bytes {
        /// Octets at most.
        most: usize,
    },
    /// Named values within a value.
    Record(&'static Record),
}

impl Kind {
    /// Any text within the limit of all texts.
    pub const TEXT: Kind = Kind::text(0, TEXT_CHARACTERS);

    /// A text of a form.
    pub const fn formed(most: usize, pattern: Pattern) -> Kind {
        Kind::Text { least: 1, most, pattern: Some(pattern), is_secret: false }
    }

    /// A text of so many characters.
    pub const fn text(least: usize, most: usize) -> Kind {
        Kind::Text { least, most, pattern: None, is_secret: false }
    }

    /// The same text as one that no fault repeats: a passphrase, a number that belongs to somebody.
    pub const fn secret(self) -> Kind {
        match self {
            Kind::Text { least, most, pattern, .. } => Kind::Text { least, most, pattern, is_secret: true },
            other => other,
        }
    }
}

/// Some words, of which one holds.
#[derive(Clone, Copy, Debug)]
pub struct Enumeration {
    /// Its name as a type.
    pub name: &'static str,
    /// What it says.
    pub documentation: &'static str,
    /// The words, each with what it means.
    pub words: &'static [(&'static str, &'static str)],
}

/// A type of values with names.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Its name as a type.
    pub name: &'static str,
    /// What it is.
    pub documentation: &'static str,
    /// What it has, in this order.
    pub fields: &'static [Field],
}
