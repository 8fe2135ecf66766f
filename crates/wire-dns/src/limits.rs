//! How much is too much.

/// A label (RFC 1035 §2.3.4).
pub const LABEL_OCTETS: usize = 63;
/// A name on the wire (RFC 1035 §2.3.4): 253 characters and the octets around them.
pub const NAME_OCTETS: usize = 255;
/// The data of one record.
pub const DATA_OCTETS: usize = 65_535;
/// A zone file that is read.
pub const ZONE_FILE_OCTETS: usize = 32 << 20;
/// Records of a zone file that is read.
pub const ZONE_FILE_RECORDS: usize = 200_000;
/// What is answered over UDP at most, whatever the other side says it takes: no fragments (RFC 9715 §3.1).
pub const UDP_OCTETS: usize = 1232;
/// What somebody without EDNS takes over UDP (RFC 1035 §4.2.1).
pub const PLAIN_UDP_OCTETS: usize = 512;
/// A message over TCP.
pub const TCP_OCTETS: usize = 65_535;
/// Aliases followed within our zones for one answer.
pub const ALIASES: usize = 8;
/// Names whose addresses are added to one answer.
pub const ADDITIONAL_NAMES: usize = 16;
/// Octets of one message of a zone transfer: as many as a TCP message may carry, less room for its signature.
pub const TRANSFER_OCTETS: usize = 60_000;
/// How far a signer's clock may be off (RFC 8945 §10).
pub const TSIG_FUDGE_SECONDS: u64 = 300;
/// How long a signature holds.
pub const SIGNATURE_SECONDS: u32 = 14 * 86_400;
/// How much of it is given up by chance, so that a zone's signatures do not all end at the same time.
pub const SIGNATURE_JITTER_SECONDS: u32 = 2 * 86_400;
/// How long before now a signature begins, for those whose clock is late.
pub const SIGNATURE_BEFORE_SECONDS: u32 = 3600;
/// A signature with less left than this is made anew: secondaries and caches need time to learn it.
pub const SIGNATURE_RENEW_SECONDS: u32 = 5 * 86_400;
/// Whenever signatures are made, those that would be due within this time are made too: fewer new serial numbers.
pub const SIGNATURE_AHEAD_SECONDS: u32 = 86_400;
