//! Values that keep to a table, by name.

use bytes::Bytes;
use model::Timestamp;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, or a word of an enumeration.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Moment(Timestamp),
    /// Octets; those that came by MTOM are a slice of the request's body.
    Bytes(Bytes),
    /// Named values.
    Record(Values),
}

/// Values with their names. Those that were read stand in the order of their table; those that are written may stand in
/// any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Values {
    /// None.
    pub fn new() -> Values {
        Values::default()
    }

    /// Adds one behind the others of its name.
    pub fn push(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    /// With one more.
    pub fn with(mut self, name: &'static str, value: Value) -> Values {
        self.push(name, value);
        self
    }

    /// All of a name, in their order.
    pub fn all<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v Value> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The first of a name.
    pub fn first(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Takes all of a name out.
    pub fn take(&mut self, name: &str) -> Vec<Value> {
        self.0.extract_if(.., |(known, _)| *known == name).map(|(_, value)| value).collect()
    }

    /// Every name that stands here.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// The first of a name, if it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.first(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The first of a name, if it is a number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.first(name)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The first of a name, if it is yes or no.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.first(name)? {
            Value::Boolean(fact) => Some(*fact),
            _ => None,
        }
    }

    /// The first of a name, if it is a moment.
    pub fn moment(&self, name: &str) -> Option<Timestamp> {
        match self.first(name)? {
            Value::Moment(moment) => Some(*moment),
            _ => None,
        }
    }

    /// The first of a name, if it is octets.
    pub fn bytes(&self, name: &str) -> Option<&Bytes> {
        match self.first(name)? {
            Value::Bytes(octets) => Some(octets),
            _ => None,
        }
    }

    /// All of a name that are records.
    pub fn records<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v Values> {
        self.all(name).filter_map(|value| match value {
            Value::Record(record) => Some(record),
            _ => None,
        })
    }
}
