//! XML as a small tree with its namespaces resolved, and the writer of what we answer.

mod characters;
mod read;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

pub(crate) use characters::is_character;
pub use read::{NotXml, read};
pub(crate) use write::Writer;

/// A name with its namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The namespace; `None` for none.
    pub namespace: Option<Arc<str>>,
    /// The name without a prefix.
    pub local: Box<str>,
}

impl Name {
    /// Whether it is this name of this namespace.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && &*self.local == local
    }
}

/// An attribute; declarations of namespaces are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name; without a prefix it has no namespace.
    pub name: Name,
    /// Its value, references resolved, white space as spaces (XML 1.0 §3.3.3).
    pub value: String,
}

/// An element. Its text borrows from the document where nothing had to be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name.
    pub name: Name,
    /// Its attributes, in the order of the document.
    pub attributes: Vec<Attribute>,
    /// The elements directly in it.
    pub children: Vec<Element<'a>>,
    /// The text directly in it, white space between elements left out.
    pub text: Cow<'a, str>,
    /// Whether a comment stands directly in it. Programs read a value around a comment differently, some only up to it.
    pub has_comment: bool,
}

impl Element<'_> {
    /// The value of an attribute.
    pub fn attribute(&self, namespace: Option<&str>, local: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        let found =
            all.find(|one| &*one.name.local == local && one.name.namespace.as_deref() == namespace)?;
        Some(&found.value)
    }

    /// Whether nothing but white space stands between its elements.
    pub fn has_only_elements(&self) -> bool {
        self.text.chars().all(is_space)
    }
}

/// White space (XML 1.0 §2.3).
pub fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}
