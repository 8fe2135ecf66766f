//! Every limit of routing, by name.

/// Aliases that lead to aliases (RFC 5321 §3.9 leaves it to us).
pub const ALIAS_DEPTH_LIMIT: usize = 10;
/// Copies that one recipient may become.
pub const TARGET_LIMIT: usize = 1_000;
/// Days for which a forwarded letter's return path leads back: longer than any server keeps trying.
pub const RETURN_PATH_DAYS: i64 = 21;
/// Characters (of five bits) of a return path's hash.
pub const HASH_CHARACTERS: usize = 8;
/// Characters (of five bits) that stand for a sender whose address is too long.
pub const TOKEN_CHARACTERS: usize = 26;
/// Rules for relays: every letter for others is compared with all of them.
pub const RELAY_RULE_LIMIT: usize = 1_000;
/// Positions between two rules, so that another fits in between.
pub const RELAY_RULE_GAP: i64 = 10;
/// Characters of what a subject must contain.
pub const SUBJECT_LIMIT_CHARACTERS: usize = 200;
