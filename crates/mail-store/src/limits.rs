//! Every limit of an account, by name.

/// Octets of a folder's whole name in UTF-8.
pub const FOLDER_NAME_LIMIT_OCTETS: usize = 1000;
/// Levels of a folder's name.
pub const FOLDER_DEPTH_LIMIT: usize = 20;
/// Folders of an account.
pub const FOLDERS_LIMIT: i64 = 5000;
/// Subscribed names of an account, existing folders or not.
pub const SUBSCRIPTIONS_LIMIT: i64 = 5000;
/// Octets of one keyword.
pub const KEYWORD_LIMIT_OCTETS: usize = 100;
/// Keywords of one message, beside the flags with a bit of their own.
pub const KEYWORDS_LIMIT: usize = 64;
/// Octets of the prefix (Return-Path, Received …) kept in a letter's row.
pub const PREFIX_LIMIT_OCTETS: usize = 64 * 1024;
/// Changes that a folder's history keeps; who asks for older ones gets the whole picture instead.
pub const CHANGES_KEPT: i64 = 100_000;
/// How far the history may outgrow [`CHANGES_KEPT`] before it is pruned, so that not every change prunes.
pub const CHANGES_SLACK: i64 = 1024;
/// Changes of folders (created, renamed, deleted) that an account's history keeps.
pub const FOLDER_CHANGES_KEPT: i64 = 1000;
/// Rows that one batch of a streamed reading holds.
pub const ROWS_BATCH: usize = 1000;
/// Octets of parsed messages kept for clients that fetch part after part.
pub const PARSED_CACHE_OCTETS: u64 = 8 * 1024 * 1024;
/// Keywords that opening a folder lists.
pub const KEYWORDS_LISTED: usize = 256;
/// Messages of one atomic append (RFC 3502).
pub const APPEND_LIMIT: usize = 1000;
/// Highest UID (RFC 9051 §2.3.1.1: 32 bits, not zero).
pub const UID_LIMIT: i64 = u32::MAX as i64 - 1;
/// Octets of a message that are parsed or searched on the runtime's own threads.
pub const AT_ONCE_OCTETS: usize = 256 * 1024;
/// Octets of a message that are read to find its header.
pub const HEADER_READ_OCTETS: u64 = 64 * 1024;
