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
        self.0.insert(name.to_owned(), value.to_string());
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

    /// With one that is another one than before, and is not told: a secret, a picture.
    pub fn with_new(self, name: &str) -> Facts {
        self.with(name, "a new one")
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

    /// Both without what is the same in them. Compared whole: what is long is cut only where it is stored.
    pub(crate) fn differences(mut before: Facts, mut after: Facts) -> (Facts, Facts) {
        before.0.retain(|name, value| {
            let is_same = after.0.get(name) == Some(value);
            if is_same {
                after.0.remove(name);
            }
            !is_same
        });
        for (name, before) in &mut before.0 {
            if let Some(after) = after.0.get_mut(name) {
                leave_out_beginning(before, after);
            }
        }
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
        let short = self.0.iter().map(|(name, value)| (name, shortened(value)));
        let fitting = short.take_while(|entry| {
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

/// What stands for the part of a long value that is left out.
const LEFT_OUT: &str = "…";

/// Of two values of which at least one would be cut, that part of their beginning which is the same, as far as the last
/// comma in it: else a long list would look the same before and after.
fn leave_out_beginning(before: &mut String, after: &mut String) {
    if before.len().max(after.len()) <= limits::FACT_LIMIT_OCTETS {
        return;
    }
    let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let Some(comma) = before[..before.floor_char_boundary(same)].rfind(", ") else { return };
    for value in [before, after] {
        value.replace_range(..comma, LEFT_OUT);
    }
}

/// The value as it is stored.
fn shortened(value: &str) -> String {
    if value.len() <= limits::FACT_LIMIT_OCTETS {
        return value.to_owned();
    }
    format!("{}{LEFT_OUT}", cut(value, limits::FACT_LIMIT_OCTETS - LEFT_OUT.len()))
}

/// The text, cut at a character's boundary.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[test]
fn what_is_long_is_compared_whole_and_cut_where_it_is_stored() {
    let names = |count: usize| (0..count).map(|at| format!("somebody{at}@valbois.test")).collect::<Vec<_>>();
    let of = |all: &[String]| Facts::new().with("targets", all.join(", ")).with("note", "the same");
    let (before, after) = Facts::differences(of(&names(40)), of(&names(41)));
    assert!(before.get("note").is_none() && after.get("note").is_none());
    assert_eq!(before.get("targets"), Some("…, somebody39@valbois.test"));
    assert_eq!(after.get("targets"), Some("…, somebody39@valbois.test, somebody40@valbois.test"));
    let (before, after) = Facts::differences(of(&names(1)), of(&names(100)));
    assert_eq!(before.get("targets"), Some("somebody0@valbois.test"));
    let read = Facts::read(after.stored().as_deref());
    let stored = read.get("targets").unwrap();
    assert!(stored.len() <= limits::FACT_LIMIT_OCTETS && stored.ends_with('…'), "{stored}");
    assert!(stored.starts_with("somebody0@valbois.test, somebody1@"), "{stored}");
}
