//! Certificates: those an operator brings, and those our own authority makes for the demo and for the
//! first hours of an installation.
//!
//! Files are PEM. Private keys are written with mode 0600, to a new name and renamed, so that a crash
//! leaves either the old file or the new one.

mod authority;
mod server;

pub use authority::Authority;
pub use server::ServerTls;

use std::io;
use std::path::PathBuf;

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

#[cfg(test)]
mod tests;
