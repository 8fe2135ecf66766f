//! Signatures with certificates: CMS, S/MIME, RFC 3161 time-stamps, signed PDF. Bytes to values and back; no IO, no clock.
//!
//! A [`Signer`] is a key with the certificates that speak for it. What it signs is one of
//!
//! - CMS SignedData ([`signed_data`], RFC 5652), the form in which all the others carry their signature;
//! - a `multipart/signed` letter ([`smime`], RFC 8551);
//! - a PDF ([`pades`], ETSI EN 319 142-1);
//! - raw bytes ([`Signer::sign`], [`Signer::sign_fixed`]), for what has a form of its own.
//!
//! A verifier here answers two questions apart. Whether *this certificate's key* signed *these bytes* is answered by
//! `verify` of each module. Whether *anybody should care about this certificate* is answered by [`chain::verify`],
//! with the certificates that the caller trusts and the moment that matters: now for a connection, the time of the
//! time-stamp for a document. [`time_stamp::Token::verify`] asks both, because a token without a trusted authority
//! proves nothing.
//!
//! Structures are read as DER only. RFC 3161 and the signed attributes of RFC 5652 must be DER, and the programs with
//! which we exchange detached signatures write DER; BER's second ways of saying the same have been a source of
//! signatures that two readers understand differently.

pub mod certificate;
pub mod chain;
pub mod limits;
pub mod pades;
pub mod signed_data;
pub mod smime;
pub mod time_stamp;

mod algorithm;
mod der;
mod digest;
mod oid;
mod signer;

pub use algorithm::SignatureError;
pub use certificate::{Certificate, NotACertificate};
pub use chain::{ChainError, Purpose};
pub use der::NotDer;
pub use signer::{NotASigner, Signer, SigningFailed};
pub use x509_cert::der::asn1::ObjectIdentifier;

#[cfg(test)]
mod tests;
