//! Tag lists: `v=DKIM1; k=rsa; p=…` (RFC 6376 §3.2), the form of most records here.

use crate::{Fault, limits};

/// A parsed tag list. Names are compared exactly (RFC 6376 §3.2: case-sensitive).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags<'a>(Vec<(&'a str, &'a str, usize)>);

impl<'a> Tags<'a> {
    /// Splits `text`. White space around names and values falls away; a tag named twice is a fault.
    pub fn parse(text: &'a str) -> Result<Tags<'a>, Fault> {
        let mut tags: Vec<(&str, &str, usize)> = Vec::new();
        let mut position = 0;
        for part in text.split(';') {
            let begin = position + (part.len() - part.trim_start().len());
            position += part.len() + 1;
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let Some((name, value)) = part.split_once('=') else {
                return Err(Fault::new(begin, part, "a tag is a name, an equals sign and a value"));
            };
            let (name, value) = (name.trim(), value.trim());
            let is_word = name.bytes().next().is_some_and(|octet| octet.is_ascii_alphabetic())
                && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
            if !is_word {
                return Err(Fault::new(
                    begin,
                    part,
                    "a tag's name is made of letters, digits and underlines",
                ));
            }
            if tags.iter().any(|(known, ..)| *known == name) {
                return Err(Fault::new(begin, part, format!("the tag {name} stands there twice")));
            }
            if tags.len() == limits::TAG_LIMIT {
                return Err(Fault::new(begin, part, "there are too many tags"));
            }
            tags.push((name, value, begin));
        }
        Ok(Tags(tags))
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, ..)| *known == name).map(|(_, value, _)| *value)
    }

    /// The first tag.
    pub fn first(&self) -> Option<(&'a str, &'a str)> {
        self.0.first().map(|(name, value, _)| (*name, *value))
    }

    /// Every tag in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.0.iter().map(|(name, value, _)| (*name, *value))
    }

    /// A fault at `name`, or at the beginning where it is missing.
    pub(crate) fn fault(&self, name: &str, reason: impl Into<String>) -> Fault {
        match self.0.iter().find(|(known, ..)| *known == name) {
            Some((name, value, position)) => Fault::new(*position, &format!("{name}={value}"), reason),
            None => Fault::new(0, name, reason),
        }
    }
}
