//! What a thing is, as far as an act changes it: short texts by their names.

use std::collections::BTreeMap;

use crate::limits;

/// Names and values, as an entry tells what was before and what is now. Never a secret: whoever makes one leaves them
/// out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    /// None yet.
    pub fn new() -> Facts {
        Facts::default()
    }

    /// With one more.
    pub fn with(mut self, name: &str, value: impl ToString) -> Facts {
        let value = cut(&value.to_string(), limits::FACT_LIMIT_OCTETS).to_owned();
        self.0.insert(name.to_owned(), value);
        self
    }

    /// With one more, if there is something to tell.
    pub fn with_some(self, name: &str, value: Option<impl ToString>) -> Facts {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With `yes` or `no`.
    pub fn with_bool(self, name: &str, is_so: bool) -> Facts {
        self.with(name, if is_so { "yes" } else { "no" })
    }

    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Name and value of each, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Both without what is the same in them.
    pub(crate) fn differences(mut before: Facts, mut after: Facts) -> (Facts, Facts) {
        before.0.retain(|name, value| {
            let is_same = after.0.get(name) == Some(value);
            if is_same {
                after.0.remove(name);
            }
            !is_same
        });
        (before, after)
    }

    /// A JSON object, as programs get it.
    pub fn to_json(&self) -> serde_json::Value {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// As the column has it: `None` without any; what exceeds the limit is left out.
    pub(crate) fn stored(&self) -> Option<String> {
        let mut octets = 0;
        let fitting = self.0.iter().take_while(|entry| {
            octets += serde_json::to_string(entry).map_or(0, |text| text.len());
            octets <= limits::FACTS_LIMIT_OCTETS
        });
        let stored: BTreeMap<_, _> = fitting.collect();
        if stored.is_empty() { None } else { serde_json::to_string(&stored).ok() }
    }

    /// What the column has.
    pub(crate) fn read(text: Option<&str>) -> Facts {
        Facts(text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
    }
}

/// The text, cut at a character's boundary.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
