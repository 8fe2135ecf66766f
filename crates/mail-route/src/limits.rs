//! Every limit of routing, by name.

/// Aliases that lead to aliases (RFC 5321 §3.9 leaves it to us).
pub const ALIAS_DEPTH_LIMIT: usize = 10;
/// Copies that one recipient may become.
pub const TARGET_LIMIT: usize = 1_000;
