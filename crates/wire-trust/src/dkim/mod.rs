//! DKIM: key records, signature fields and the canonical forms that are signed (RFC 6376, RFC 8463), and the
//! fields of ARC, which are built from the same parts (RFC 8617). Cryptography is left to the callers.

mod canonical;
mod key;
mod signature;

pub use canonical::{BodyCanonicalizer, Canonicalization, canonical_field};
pub use key::{KeyRecord, KeyType};
pub use signature::{Algorithm, Seal, Signature, TOO_MANY_SIGNED_FIELDS, instance, without_signature};
