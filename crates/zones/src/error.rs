//! What can go wrong: a rule, a name that is taken or absent, or our own trouble.

use db::DbError;
use directory::DirectoryError;
use thiserror::Error;

/// The zones could not be changed or read as asked; nothing was changed.
#[derive(Clone, Debug, Error)]
pub enum ZoneError {
    /// A value breaks a rule.
    #[error("{field}: {reason} (rule: {rule})")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong with the value.
        reason: String,
        /// What holds.
        rule: &'static str,
        /// Which record of the change, counted from 0 over those to be changed and then those to be added;
        /// `None` if it is no single one.
        index: Option<usize>,
    },
    /// The name is taken, perhaps by somebody else, of whom nothing is said.
    #[error("{field}: «{value}» exists already (rule: {rule})")]
    Conflict {
        /// Which field.
        field: &'static str,
        /// The name that is taken.
        value: String,
        /// What holds.
        rule: &'static str,
    },
    /// Other things still depend on it.
    #[error("{field}: «{value}» still has {dependents} (rule: {rule})")]
    InUse {
        /// Which field names the thing.
        field: &'static str,
        /// The thing.
        value: String,
        /// What depends on it.
        dependents: String,
        /// What holds.
        rule: &'static str,
    },
    /// There is no such thing within the scope.
    #[error("{what} not found")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
    },
    /// The zone was changed since it was read: `expected` of [`crate::Edit`] is not its serial any more.
    #[error("the zone is at serial {serial} by now, not at {expected}")]
    Stale {
        /// What the caller had read.
        expected: u32,
        /// What stands.
        serial: u32,
    },
    /// The directory refused its part of a combined act.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The keys of a domain cannot be read or made.
    #[error(transparent)]
    Keys(#[from] keys::KeysError),
    /// The database.
    #[error("cannot reach the rows of the zones")]
    Db(#[from] DbError),
}

impl ZoneError {
    /// A refusal that names no single record.
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>, rule: &'static str) -> ZoneError {
        ZoneError::Invalid { field, reason: reason.into(), rule, index: None }
    }

    /// The same refusal, of the record with this number.
    pub(crate) fn at(self, number: usize) -> ZoneError {
        match self {
            ZoneError::Invalid { field, reason, rule, .. } => {
                ZoneError::Invalid { field, reason, rule, index: Some(number) }
            }
            other => other,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            ZoneError::Db(error) => error.is_temporary(),
            ZoneError::Directory(error) => error.is_temporary(),
            _ => false,
        }
    }

    /// Whether a rule or a name refuses it, as opposed to our own trouble.
    pub fn is_refusal(&self) -> bool {
        match self {
            ZoneError::Directory(error) => error.is_refusal(),
            ZoneError::Keys(error) => {
                matches!(error, keys::KeysError::Invalid { .. } | keys::KeysError::NotFound { .. })
            }
            ZoneError::Db(_) => false,
            _ => true,
        }
    }
}
