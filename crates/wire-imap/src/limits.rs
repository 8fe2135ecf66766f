//! What a stranger may make us hold or walk through.

/// Octets of one line of a command, literals apart (RFC 7162 §4 asks for 8192 at least).
pub const LINE_OCTETS: usize = 64 * 1024;
/// Octets of all lines and literals of a command before anybody has logged in.
pub const UNAUTHENTICATED_OCTETS: usize = 16 * 1024;
/// Octets of one literal that is no message: a folder name, a search string.
pub const SMALL_LITERAL_OCTETS: u64 = 64 * 1024;
/// Octets of all lines and small literals of a command.
pub const COMMAND_OCTETS: usize = 512 * 1024;
/// Parentheses, NOT and OR within one another in a SEARCH.
pub const SEARCH_DEPTH: usize = 64;
/// Part numbers in a section (`1.2.3`).
pub const SECTION_DEPTH: usize = 64;
/// Octets of a tag; longer ones are malformed.
pub const TAG_OCTETS: usize = 256;
/// Field and value pairs of ID (RFC 2971 §3.3: no more than 30).
pub const ID_PAIRS: usize = 30;
/// Octets of one line that answers a continuation request (AUTHENTICATE, IDLE).
pub const CONTINUATION_OCTETS: usize = 16 * 1024;
