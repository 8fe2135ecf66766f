//! How much is too much.

use std::time::Duration;

/// Certificates of a chain that are looked at; the peer's own counts.
pub const CHAIN_LIMIT: usize = 10;

/// Octets of one certificate that an administrator gives, in PEM or in DER.
pub const PEM_LIMIT_OCTETS: usize = 65_536;

/// Octets of a certificate that a server presented, in DER, up to which it is kept to be shown.
pub const CERTIFICATE_LIMIT_OCTETS: usize = 16_384;

/// Integrations of one organisation.
pub const INTEGRATION_LIMIT: usize = 50;

/// Domains of one integration.
pub const DOMAIN_LIMIT: usize = 200;

/// Certificates of one integration: several at a time, so that a renewal never interrupts.
pub const CERTIFICATE_LIMIT: usize = 10;

/// Authorities that hold at the same time, of the list that the operator manages.
pub const AUTHORITY_LIMIT: usize = 200;

/// Characters of a name.
pub const NAME_LIMIT_CHARACTERS: usize = 100;

/// Characters of a contact: names, telephone numbers, addresses.
pub const CONTACT_LIMIT_CHARACTERS: usize = 500;

/// From when on a certificate's end is told.
pub const EXPIRY_WARNING: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Lengths of RSA keys, in bits, whose possession a handshake proves (what our TLS library verifies).
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// How long it takes until another certificate is noted for the same name.
pub const SEEN_AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);

/// How long the same sighting of a server is not written again.
pub const SIGHTING_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// How long another sighting of the same kind is not written.
pub const SIGHTING_ANEW_AFTER: Duration = Duration::from_secs(3);

/// Characters of what is told of a sighting.
pub const SIGHTING_LIMIT_CHARACTERS: usize = 500;

/// Sightings that a process remembers to have written.
pub const SEEN_KINDS_LIMIT: usize = 10_000;
