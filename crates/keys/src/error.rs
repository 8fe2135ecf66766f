//! What can go wrong with keys and certificates.

use std::io;
use std::path::PathBuf;

use db::DbError;
use directory::DirectoryError;
use thiserror::Error;

/// A certificate or key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A file is not there or may not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no certificate.
    #[error("{path} holds no certificate")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Key and certificate do not belong together, or the key's kind is unknown.
    #[error("the key in {path} does not fit its certificate")]
    Unusable {
        /// The key's file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate for {name}")]
    Make {
        /// Whom it was for.
        name: String,
        /// Why.
        source: rcgen::Error,
    },
}

/// Signing keys cannot be read, made or changed.
#[derive(Clone, Debug, Error)]
pub enum KeysError {
    /// There is no such thing within the scope.
    #[error("{what} not found")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
    },
    /// A rule refuses it.
    #[error("{field}: {reason} (rule: {rule})")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong with the value.
        reason: String,
        /// What holds.
        rule: &'static str,
    },
    /// The cryptographic library refuses: a damaged row, or no memory.
    #[error("cannot use a key: {0}")]
    Key(&'static str),
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The database.
    #[error("cannot reach the rows of keys")]
    Db(#[from] DbError),
}

impl KeysError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            KeysError::Db(error) => error.is_temporary(),
            KeysError::Directory(error) => error.is_temporary(),
            KeysError::NotFound { .. } | KeysError::Invalid { .. } | KeysError::Key(_) => false,
        }
    }
}
