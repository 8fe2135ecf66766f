//! Lists of strangers in JSON, of which no more is stored than is kept.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// The first `LIMIT` elements of a list; the others are read over without being built. Null is an empty list.
pub(crate) fn capped<'de, D, T, const LIMIT: usize>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_any(List::<T, LIMIT>(PhantomData))
}

/// A list of texts, or a single one.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>, const LIMIT: usize>(
    from: D,
) -> Result<Vec<String>, D::Error> {
    from.deserialize_any(Texts::<LIMIT>)
}

fn take<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(mut list: A, limit: usize) -> Result<Vec<T>, A::Error> {
    let mut kept = Vec::new();
    while kept.len() < limit {
        match list.next_element()? {
            Some(element) => kept.push(element),
            None => return Ok(kept),
        }
    }
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(kept)
}

struct List<T, const LIMIT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const LIMIT: usize> Visitor<'de> for List<T, LIMIT> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
        take(list, LIMIT)
    }
}

struct Texts<const LIMIT: usize>;

impl<'de, const LIMIT: usize> Visitor<'de> for Texts<LIMIT> {
    type Value = Vec<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a list of texts")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Vec<String>, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<String>, A::Error> {
        take(list, LIMIT)
    }
}
