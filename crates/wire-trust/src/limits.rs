//! Every limit of these languages, by name.

/// Octets of a TXT record that is read at all: what fits into a DNS message over TCP.
pub const RECORD_LIMIT_OCTETS: usize = 64 * 1024;
/// Terms of one SPF record; RFC 7208 sets none, and ten look-ups leave no use for more.
pub const SPF_TERM_LIMIT: usize = 1_000;
/// Octets of a name after macro expansion (RFC 7208 §7.3): longer ones lose labels from the left.
pub const EXPANDED_NAME_LIMIT_OCTETS: usize = 253;
/// Octets of an explanation after macro expansion.
pub const EXPLANATION_LIMIT_OCTETS: usize = 1_024;
/// Tags of one tag list.
pub const TAG_LIMIT: usize = 100;
/// Report addresses taken from one record (RFC 7489 §6.3 leaves more than two to the receiver).
pub const REPORT_ADDRESS_LIMIT: usize = 10;
/// Header fields named in one signature: real ones name some twenty, each twice at most.
pub const SIGNED_FIELD_LIMIT: usize = 200;
/// Octets of an MTA-STS policy (RFC 8461 §3.3: 64 KB is suggested).
pub const MTA_STS_POLICY_LIMIT_OCTETS: usize = 64 * 1024;
/// The longest life of an MTA-STS policy (RFC 8461 §3.2).
pub const MTA_STS_MAX_AGE_SECONDS: u32 = 31_557_600;
/// MX patterns of one policy.
pub const MTA_STS_MX_LIMIT: usize = 100;
