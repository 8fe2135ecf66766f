//! What a client may use, and how long we wait for it.

use std::time::Duration;

/// Octets of one message of APPEND, unless configured otherwise.
pub const MESSAGE_OCTETS: u64 = 75 * 1024 * 1024;
/// Connections at once, unless configured otherwise.
pub const CONNECTIONS: usize = 8192;
/// Connections at once from one address (an IPv4 address, an IPv6 /64), unless configured otherwise.
/// A mail program opens about five for each account, and an office stands behind one address.
pub const CONNECTIONS_PER_SOURCE: usize = 400;
/// Silence before a login.
pub const IDLE_BEFORE_LOGIN: Duration = Duration::from_secs(60);
/// From the greeting to the login, whatever the client does meanwhile.
pub const LOGIN_WITHIN: Duration = Duration::from_secs(3 * 60);
/// Silence after a login (RFC 9051 §5.4: at least 30 minutes).
pub const IDLE_AFTER_LOGIN: Duration = Duration::from_secs(31 * 60);
/// How often a session asks whether its password still holds.
pub const STANDING_INTERVAL: Duration = Duration::from_secs(60);
/// The time for one TLS handshake.
pub const HANDSHAKE: Duration = Duration::from_secs(30);
/// The time in which a client must take some of our output.
pub const WRITE: Duration = Duration::from_secs(5 * 60);
/// The time in which a client must take our farewell.
pub const FAREWELL: Duration = Duration::from_secs(5);
/// Malformed or misplaced commands in a row.
pub const BAD_IN_A_ROW: u32 = 20;
/// Failed logins of one connection.
pub const LOGIN_FAILURES: u32 = 3;
/// Commands before a login: a stranger does not keep us busy.
pub const COMMANDS_BEFORE_LOGIN: u32 = 100;
/// A message of APPEND above this goes to the store as it comes, instead of waiting in memory until it is whole.
pub const LARGE_OCTETS: u64 = 1024 * 1024;
/// Octets of output that we gather before they are sent.
pub const OUTPUT_OCTETS: usize = 64 * 1024;
/// Octets of one response that we gather; a longer one is sent while it grows, so that it can no longer be
/// taken back for a NO.
pub const RESPONSE_OCTETS: usize = 4 * 1024 * 1024;
/// Octets that are kept ready for a client that says nothing: most connections, most of the time.
pub const READ_AT_REST_OCTETS: usize = 4 * 1024;
/// Octets that one read from the socket takes.
pub const READ_OCTETS: usize = 32 * 1024;
/// A body above this is read and sent in pieces of this size.
pub const PIECE_OCTETS: u64 = 1024 * 1024;
/// Messages of one FETCH whose bodies are marked as seen at once.
pub const SEEN_BATCH: usize = 100;
/// Octets of one pattern of LIST with its reference: a folder's name has 1000.
pub const LIST_PATTERN_OCTETS: usize = 2000;
/// Conditions of one SEARCH.
pub const SEARCH_KEYS: usize = 1000;
/// Conditions of one SEARCH that read whole bodies.
pub const SEARCH_TEXTS: usize = 32;
/// Patterns in one LIST.
pub const LIST_PATTERNS: usize = 50;
/// Messages of one APPEND (RFC 3502).
pub const APPEND_MESSAGES: usize = 200;
