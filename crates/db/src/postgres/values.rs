//! Values on their way to the server and back: parameters and their types, columns of a row.

use std::error::Error;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::limits::*;
use crate::value::Value;

/// Types of the parameters of a statement, two bits each.
pub(super) type Signature = u128;
/// Lets the server find the types.
const UNTYPED: Signature = Signature::MAX;

pub(super) fn signature(values: &[Value<'_>]) -> Signature {
    if values.len() >= 64 {
        return UNTYPED;
    }
    values.iter().fold(1, |signature, value| {
        signature << 2
            | match value {
                Value::Null => 0,
                Value::Integer(_) => 1,
                Value::Text(_) => 2,
                Value::Bytes(_) => 3,
            }
    })
}

/// Types to try for the parameters, the likely first: what the values are; what the server finds (where
/// BIGINT does not fit, as in `substr`); and for a NULL of which the server cannot say what it is, as in
/// `?1 IS NULL OR id = ?1`, one type after the other.
pub(super) fn attempts(values: &[Value<'_>], signature: Signature) -> Vec<Vec<Type>> {
    if signature == UNTYPED {
        return vec![Vec::new()];
    }
    let kind = |value: &Value<'_>| match value {
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    };
    let likely: Vec<Type> = values.iter().map(kind).collect();
    let nulls: Vec<usize> = (0..values.len()).filter(|at| values[*at] == Value::Null).collect();
    let mut attempts = vec![likely.clone(), Vec::new()];
    if !nulls.is_empty() && nulls.len() <= UNKNOWN_NULLS_LIMIT {
        for choice in 0..3_usize.pow(nulls.len() as u32) {
            let mut types = likely.clone();
            for (digit, at) in nulls.iter().enumerate() {
                types[*at] =
                    [Type::INT8, Type::TEXT, Type::BYTEA][choice / 3_usize.pow(digit as u32) % 3].clone();
            }
            attempts.push(types);
        }
    }
    attempts
}

pub(super) fn parameters<'a>(values: &'a [Value<'a>]) -> impl ExactSizeIterator<Item = Parameter<'a>> {
    values.iter().map(|value| Parameter(*value))
}

#[derive(Debug)]
pub(super) struct Parameter<'a>(Value<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(value) => match *kind {
                Type::INT4 => out.extend_from_slice(&i32::try_from(value)?.to_be_bytes()),
                Type::INT2 => out.extend_from_slice(&i16::try_from(value)?.to_be_bytes()),
                Type::BOOL => out.extend_from_slice(&[u8::from(value != 0)]),
                Type::TEXT | Type::VARCHAR | Type::UNKNOWN => {
                    out.extend_from_slice(value.to_string().as_bytes());
                }
                Type::INT8 => out.extend_from_slice(&value.to_be_bytes()),
                _ => return Err(format!("an integer is no {kind}").into()),
            },
            Value::Text(value) => match *kind {
                Type::TEXT | Type::VARCHAR | Type::UNKNOWN | Type::NAME | Type::BPCHAR => {
                    out.extend_from_slice(value.as_bytes());
                }
                _ => return Err(format!("a text is no {kind}").into()),
            },
            Value::Bytes(value) => match *kind {
                Type::BYTEA => out.extend_from_slice(value),
                _ => return Err(format!("bytes are no {kind}").into()),
            },
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a row as it came over the wire.
pub(crate) struct Cell<'a> {
    kind: Type,
    raw: &'a [u8],
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Cell<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Cell { kind: kind.clone(), raw })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl<'a> Cell<'a> {
    pub(crate) fn integer(&self) -> Option<i64> {
        match self.kind {
            Type::INT8 => Some(i64::from_be_bytes(self.raw.try_into().ok()?)),
            Type::INT4 => Some(i64::from(i32::from_be_bytes(self.raw.try_into().ok()?))),
            Type::INT2 => Some(i64::from(i16::from_be_bytes(self.raw.try_into().ok()?))),
            Type::BOOL => Some(i64::from(*self.raw.first()? != 0)),
            // What sum() of BIGINT gives.
            Type::NUMERIC => numeric(self.raw),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.kind {
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
                std::str::from_utf8(self.raw).ok()
            }
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        (self.kind == Type::BYTEA).then_some(self.raw)
    }
}

/// A whole number in PostgreSQL's binary NUMERIC: count, weight, sign, scale, digits of base 10000.
pub(crate) fn numeric(raw: &[u8]) -> Option<i64> {
    let word = |index: usize| Some(u16::from_be_bytes(raw.get(index * 2..index * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign) = (word(0)?, i32::from(word(1)?.cast_signed()), word(2)?);
    let mut value: i128 = 0;
    for index in 0..i32::from(count) {
        let digit = i128::from(word(4 + usize::try_from(index).ok()?)?);
        match u32::try_from(weight - index) {
            Ok(power) => {
                let unit = 10_000_i128.checked_pow(power)?;
                value = value.checked_add(digit.checked_mul(unit)?)?;
            }
            Err(_) if digit == 0 => {}
            Err(_) => return None,
        }
    }
    match sign {
        0x0000 => i64::try_from(value).ok(),
        0x4000 => i64::try_from(-value).ok(),
        _ => None,
    }
}
