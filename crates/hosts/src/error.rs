//! What can go wrong: a rule, a name that is taken or absent, or our own trouble.

use db::DbError;
use directory::DirectoryError;
use thiserror::Error;

/// Hosts and servers could not be changed or read as asked; nothing was changed.
#[derive(Clone, Debug, Error)]
pub enum HostError {
    /// A value breaks a rule.
    #[error("{field}: {reason} (rule: {rule})")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong with the value.
        reason: String,
        /// What holds.
        rule: &'static str,
    },
    /// The name is taken.
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
    /// The directory refused its part.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database.
    #[error("cannot reach the rows of hosts and servers")]
    Db(#[from] DbError),
}

impl HostError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            HostError::Db(error) => error.is_temporary(),
            HostError::Directory(error) => error.is_temporary(),
            _ => false,
        }
    }

    /// Whether a rule or a name refuses it, as opposed to our own trouble.
    pub fn is_refusal(&self) -> bool {
        match self {
            HostError::Directory(error) => error.is_refusal(),
            other => !matches!(other, HostError::Db(_)),
        }
    }

    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>, rule: &'static str) -> HostError {
        HostError::Invalid { field, reason: reason.into(), rule }
    }
}
