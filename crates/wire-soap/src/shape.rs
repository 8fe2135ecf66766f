//! Rust types that are part of a table: one declaration makes the type, its fields in the WSDL, and the way between its
//! values and it.

use bytes::Bytes;
use model::Timestamp;

use crate::schema::{Field, Kind, Occurs};
use crate::value::{Value, Values};

/// A type that is a request, an answer or a record. [`shape!`](macro@crate::shape) makes them.
pub trait Shape: Sized {
    /// What it has, in the order of the wire.
    const FIELDS: &'static [Field];

    /// From values that were read by [`Shape::FIELDS`]; `None` for others.
    fn from_values(values: Values) -> Option<Self>;

    /// To values that [`Answer`](crate::Answer) writes.
    fn into_values(self) -> Values;
}

/// A type of one value.
pub trait Single: Sized {
    /// What it is where a field says nothing else.
    const KIND: Kind;

    /// From a value of its kind; `None` for others.
    fn from_value(value: Value) -> Option<Self>;

    /// To a value.
    fn into_value(self) -> Value;
}

/// A type of a field: one value, perhaps one, or several.
pub trait Member: Sized {
    /// How often it stands where the field says nothing else.
    const OCCURS: Occurs;
    /// What each is where the field says nothing else.
    const KIND: Kind;

    /// Takes its values out; `None` if they are not as they ought to be.
    fn take(values: &mut Values, name: &'static str) -> Option<Self>;

    /// The values with its own behind them.
    fn put(self, values: Values, name: &'static str) -> Values;
}

impl<T: Single> Member for T {
    const OCCURS: Occurs = Occurs::REQUIRED;
    const KIND: Kind = T::KIND;

    fn take(values: &mut Values, name: &'static str) -> Option<T> {
        T::from_value(values.take(name).pop()?)
    }

    fn put(self, values: Values, name: &'static str) -> Values {
        values.with(name, self.into_value())
    }
}

impl<T: Single> Member for Option<T> {
    const OCCURS: Occurs = Occurs::OPTIONAL;
    const KIND: Kind = T::KIND;

    fn take(values: &mut Values, name: &'static str) -> Option<Option<T>> {
        match values.take(name).pop() {
            None => Some(None),
            Some(value) => T::from_value(value).map(Some),
        }
    }

    fn put(self, values: Values, name: &'static str) -> Values {
        match self {
            None => values,
            Some(one) => values.with(name, one.into_value()),
        }
    }
}

impl<T: Single> Member for Vec<T> {
    const OCCURS: Occurs = Occurs::MANY;
    const KIND: Kind = T::KIND;

    fn take(values: &mut Values, name: &'static str) -> Option<Vec<T>> {
        values.take(name).into_iter().map(T::from_value).collect()
    }

    fn put(self, values: Values, name: &'static str) -> Values {
        self.into_iter().fold(values, |values, one| values.with(name, one.into_value()))
    }
}

macro_rules! single {
    ($type:ty, $variant:ident, $kind:expr) => {
        impl Single for $type {
            const KIND: Kind = $kind;

            fn from_value(value: Value) -> Option<$type> {
                match value {
                    Value::$variant(inner) => Some(inner),
                    _ => None,
                }
            }

            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    };
}

single!(String, Text, Kind::TEXT);
single!(i64, Integer, Kind::Integer { least: i64::MIN, most: i64::MAX });
single!(bool, Boolean, Kind::Boolean);
single!(Timestamp, Moment, Kind::Moment);
single!(Bytes, Bytes, Kind::Bytes { most: usize::MAX });

/// The kind of a field's type.
#[doc(hidden)]
pub const fn kind_of<T: Member>() -> Kind {
    T::KIND
}

/// Declares types with their fields: the name in Rust, the name on the wire, the type, then perhaps what holds (a
/// [`Kind`]) and how often (`; 1..=100`).
///
/// ```text
/// shape! {
///     /// A recipient.
///     pub struct Recipient {
///         /// Where it goes.
///         address "address": String = ADDRESS,
///         /// How to reach the person.
///         phones "phone": Vec<String> = PHONE; 0..=3,
///     }
/// }
/// ```
#[macro_export]
macro_rules! shape {
    ($(
        $(#[doc = $about:literal])*
        $vis:vis struct $shape:ident {
            $(
                $(#[doc = $meaning:literal])*
                $field:ident $name:literal: $type:ty $(= $kind:expr)? $(; $least:literal ..= $most:literal)?
            ),* $(,)?
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $shape {
            $( $(#[doc = $meaning])* $vis $field: $type, )*
        }

        impl $crate::Shape for $shape {
            const FIELDS: &'static [$crate::Field] = &[$(
                $crate::Field {
                    name: $name,
                    documentation: concat!($($meaning),*),
                    kind: $crate::shape!(@kind $type $(, $kind)?),
                    occurs: $crate::shape!(@occurs $type $(, $least, $most)?),
                },
            )*];

            fn from_values(values: $crate::Values) -> Option<Self> {
                // Not read where a shape is empty.
                let _rest = &mut { values };
                Some($shape { $( $field: $crate::Member::take(_rest, $name)?, )* })
            }

            fn into_values(self) -> $crate::Values {
                let values = $crate::Values::new();
                $( let values = $crate::Member::put(self.$field, values, $name); )*
                values
            }
        }

        impl $crate::Single for $shape {
            const KIND: $crate::Kind = $crate::Kind::Record(&$crate::Record {
                name: stringify!($shape),
                documentation: concat!($($about),*),
                fields: <$shape as $crate::Shape>::FIELDS,
            });

            fn from_value(value: $crate::Value) -> Option<Self> {
                match value {
                    $crate::Value::Record(values) => <$shape as $crate::Shape>::from_values(values),
                    _ => None,
                }
            }

            fn into_value(self) -> $crate::Value {
                $crate::Value::Record($crate::Shape::into_values(self))
            }
        }
    )*};
    (@kind $type:ty) => { $crate::private::kind_of::<$type>() };
    (@kind $type:ty, $kind:expr) => { $kind };
    (@occurs $type:ty) => { <$type as $crate::Member>::OCCURS };
    (@occurs $type:ty, $least:literal, $most:literal) => { $crate::Occurs { least: $least, most: $most } };
}

/// Declares enumerations with their words on the wire.
#[macro_export]
macro_rules! choice {
    ($(
        $(#[doc = $about:literal])*
        $vis:vis enum $choice:ident {
            $( $(#[doc = $meaning:literal])* $variant:ident $word:literal ),+ $(,)?
        }
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $choice {
            $( $(#[doc = $meaning])* $variant, )+
        }

        impl $choice {
            /// The word on the wire.
            $vis fn as_str(self) -> &'static str {
                match self {
                    $( $choice::$variant => $word, )+
                }
            }
        }

        impl $crate::Single for $choice {
            const KIND: $crate::Kind = $crate::Kind::Enumeration(&$crate::Enumeration {
                name: stringify!($choice),
                documentation: concat!($($about),*),
                words: &[$( ($word, concat!($($meaning),*)), )+],
            });

            fn from_value(value: $crate::Value) -> Option<Self> {
                let $crate::Value::Text(word) = value else { return None };
                match word.as_str() {
                    $( $word => Some($choice::$variant), )+
                    _ => None,
                }
            }

            fn into_value(self) -> $crate::Value {
                $crate::Value::Text(self.as_str().to_owned())
            }
        }
    )*};
}
