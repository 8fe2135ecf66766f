//! Values that go into a statement and rows that come out: three types, the same on both engines.

use model::Timestamp;

use crate::error::DbError;
use crate::postgres::Cell;

/// A parameter of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// BIGINT.
    Integer(i64),
    /// TEXT.
    Text(&'a str),
    /// BLOB (BYTEA).
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Integer(i64::from(value))
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Value::Integer(i64::from(value))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Integer(i64::from(value))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Value::Integer(value.0)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

macro_rules! from_id {
    ($($id:ident),*) => {$(
        impl From<model::$id> for Value<'_> {
            fn from(id: model::$id) -> Self {
                Value::Integer(id.0)
            }
        }
    )*};
}

from_id!(
    OrganisationId,
    ServiceId,
    DomainId,
    AddressId,
    AccountId,
    UserId,
    CredentialId,
    MessageId,
    DeliveryId,
    FolderId,
    LetterId,
    ZoneId,
    RecordId,
    IntegrationId
);

/// The parameters of a statement: `values![organisation, "text", &bytes[..], None::<i64>]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*][..] };
}

/// A row of a result; columns are counted from 0.
pub struct Row<'a>(pub(crate) AnyRow<'a>);

pub(crate) enum AnyRow<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// A BIGINT (also what `count`, `sum` and comparisons give).
    pub fn integer(&self, column: usize) -> Result<i64, DbError> {
        self.optional_integer(column)?.ok_or(DbError::Column { column, expected: "integer" })
    }

    /// A BIGINT that is 0 or 1.
    pub fn boolean(&self, column: usize) -> Result<bool, DbError> {
        Ok(self.integer(column)? != 0)
    }

    /// A TEXT.
    pub fn text(&self, column: usize) -> Result<&str, DbError> {
        self.optional_text(column)?.ok_or(DbError::Column { column, expected: "text" })
    }

    /// A BLOB.
    pub fn bytes(&self, column: usize) -> Result<&[u8], DbError> {
        self.optional_bytes(column)?.ok_or(DbError::Column { column, expected: "bytes" })
    }

    /// A BIGINT or NULL.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, DbError> {
        let wrong = DbError::Column { column, expected: "integer" };
        match &self.0 {
            AnyRow::Sqlite(row) => match row.get_ref(column) {
                Ok(rusqlite::types::ValueRef::Integer(value)) => Ok(Some(value)),
                Ok(rusqlite::types::ValueRef::Null) => Ok(None),
                _ => Err(wrong),
            },
            AnyRow::Postgres(row) => match row.try_get::<usize, Option<Cell<'_>>>(column) {
                Ok(None) => Ok(None),
                Ok(Some(cell)) => cell.integer().map(Some).ok_or(wrong),
                Err(_) => Err(wrong),
            },
        }
    }

    /// A TEXT or NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, DbError> {
        let wrong = DbError::Column { column, expected: "text" };
        match &self.0 {
            AnyRow::Sqlite(row) => match row.get_ref(column) {
                Ok(rusqlite::types::ValueRef::Text(value)) => {
                    std::str::from_utf8(value).map(Some).map_err(|_| wrong)
                }
                Ok(rusqlite::types::ValueRef::Null) => Ok(None),
                _ => Err(wrong),
            },
            AnyRow::Postgres(row) => match row.try_get::<usize, Option<Cell<'_>>>(column) {
                Ok(None) => Ok(None),
                Ok(Some(cell)) => cell.text().map(Some).ok_or(wrong),
                Err(_) => Err(wrong),
            },
        }
    }

    /// A BLOB or NULL.
    pub fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, DbError> {
        let wrong = DbError::Column { column, expected: "bytes" };
        match &self.0 {
            AnyRow::Sqlite(row) => match row.get_ref(column) {
                Ok(rusqlite::types::ValueRef::Blob(value)) => Ok(Some(value)),
                Ok(rusqlite::types::ValueRef::Null) => Ok(None),
                _ => Err(wrong),
            },
            AnyRow::Postgres(row) => match row.try_get::<usize, Option<Cell<'_>>>(column) {
                Ok(None) => Ok(None),
                Ok(Some(cell)) => cell.bytes().map(Some).ok_or(wrong),
                Err(_) => Err(wrong),
            },
        }
    }

    /// A BIGINT that is a moment.
    pub fn timestamp(&self, column: usize) -> Result<Timestamp, DbError> {
        self.integer(column).map(Timestamp)
    }

    /// A BIGINT that is a moment, or NULL.
    pub fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, DbError> {
        Ok(self.optional_integer(column)?.map(Timestamp))
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}
