//! What can go wrong: a rule, a name that is taken or absent, or our own trouble.

use db::DbError;
use model::Timestamp;
use thiserror::Error;

/// The directory could not do as asked.
#[derive(Clone, Debug, Error)]
pub enum DirectoryError {
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
        /// What depends on it, with the count: `3 addresses`.
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
    /// More passwords wait to be checked than we are ready to keep waiting.
    #[error("too many logins wait to be checked")]
    Busy,
    /// The program was built without what it needs, or runs out of memory.
    #[error("cannot hash a password: {0}")]
    Hash(String),
    /// The database.
    #[error("cannot reach the directory's rows")]
    Db(#[from] DbError),
}

impl DirectoryError {
    /// A value that breaks a rule.
    pub fn invalid(field: &'static str, reason: impl Into<String>, rule: &'static str) -> DirectoryError {
        DirectoryError::Invalid { field, reason: reason.into(), rule }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            DirectoryError::Db(error) => error.is_temporary(),
            DirectoryError::Busy => true,
            _ => false,
        }
    }

    /// Whether a rule or a name refuses it, as opposed to our own trouble.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            DirectoryError::Invalid { .. }
                | DirectoryError::Conflict { .. }
                | DirectoryError::InUse { .. }
                | DirectoryError::NotFound { .. }
        )
    }
}

/// Why a peer is not logged in.
#[derive(Clone, Debug, Error)]
pub enum AuthRefusal {
    /// Name or password is wrong, or the password is not for this protocol. The same for an unknown
    /// name, so that nobody learns which addresses exist.
    #[error("name or password is wrong")]
    Wrong,
    /// The source, or the login name from an unknown source, failed too often.
    #[error("too many failures until {}", until.rfc3339())]
    Banned {
        /// When it may try again.
        until: Timestamp,
    },
    /// The password is right, but the address, its domain or its organisation is disabled.
    #[error("the address is disabled")]
    Disabled,
    /// The password is right, but the mail service is being worked on: letters are received, nobody reads or sends.
    #[error("the mail service is in maintenance")]
    Maintenance,
    /// The peer's message breaks its mechanism's grammar (RFC 4616, RFC 5802).
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// Our trouble; try again later.
    #[error("cannot check the password now")]
    Later(#[source] DirectoryError),
}

impl From<DirectoryError> for AuthRefusal {
    fn from(error: DirectoryError) -> Self {
        AuthRefusal::Later(error)
    }
}
