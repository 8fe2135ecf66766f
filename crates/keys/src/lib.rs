//! Keys and certificates: what signs our users' letters (DKIM), what signs hosted zones (DNSSEC), what our
//! doors show (TLS), and secrets that all nodes share.
//!
//! DKIM and zone keys lie in the database, because every node signs; docs/security.md says what follows from
//! that. [`Keys::dkim`] gives the signers of a domain, [`Keys::dkim_records`] what its zone has to say about
//! them, [`Keys::tend`] lets keys take over from each other without anybody noticing ([`rotation`]).
//!
//! Certificates are PEM files: those an operator brings, and those our own authority makes for the demo and
//! for the first hours of an installation. Private keys are written with mode 0600, to a new name and
//! renamed, so that a crash leaves either the old file or the new one.

mod administration;
mod authority;
mod certificate;
mod dkim;
mod error;
mod keys;
pub mod limits;
pub mod rotation;
mod rows;
mod server;
mod vault;
mod zone;

pub use administration::Administration;
pub use authority::Authority;
pub use certificate::CertificateFacts;
pub use dkim::{Algorithm, DkimKey, DkimRecord, DkimSigner, DkimState, FreshKeys, Signers};
pub use error::{KeyError, KeysError};
pub use keys::{CHANNEL, Keys};
pub use rows::MIGRATIONS;
pub use server::ServerTls;
pub use vault::{BODY_OVERHEAD_BYTES, BodyKey, Vault, VaultError};
pub use zone::{ZoneKey, ZoneKeyState};

#[cfg(test)]
mod tests;
