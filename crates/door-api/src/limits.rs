//! How much and how often.

/// How often one token may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in a second, in the long run.
    pub requests_per_second: u32,
    /// Requests that may come at once.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { requests_per_second: 50, burst: 500 }
    }
}

/// Octets of a request's body: a zone file of 10,000 records has less.
pub(crate) const BODY_BYTES: usize = 4 * 1024 * 1024;
/// Octets of a body with a letter: thirty mebibytes of files as base64, and its text.
pub(crate) const LETTER_BODY_BYTES: usize = 48 * 1024 * 1024;
/// Where letters are sent.
const LETTERS_PATH: &str = "/api/v1/secure-letters";
/// Letters that are sent at the same time.
pub(crate) const LETTERS_AT_ONCE: usize = 8;

/// Where evidence is brought with what it is about.
const VERIFICATION_PATH: &str = "/api/v1/secure-evidence/verification";
/// Where letters are that came, and what of theirs is brought or sent with one.
const RECEIVED_PATH: &str = "/api/v1/received-letters/";
const RECEIVED_LARGE: [&str; 2] = ["/opening", "/replies"];

/// Octets of the body of a request to this path.
pub(crate) fn body_bytes(path: &str) -> usize {
    let is_of_received =
        path.starts_with(RECEIVED_PATH) && RECEIVED_LARGE.iter().any(|last| path.ends_with(last));
    match path {
        LETTERS_PATH | VERIFICATION_PATH => LETTER_BODY_BYTES,
        _ if is_of_received => LETTER_BODY_BYTES,
        _ => BODY_BYTES,
    }
}

/// Octets of an answer that is kept for a repetition of its request.
pub(crate) const KEPT_ANSWER_BYTES: usize = 256 * 1024;
/// Characters of an `Idempotency-Key`.
pub(crate) const KEY_CHARACTERS: usize = 255;
/// Things on a page where the request says nothing.
pub(crate) const PAGE_DEFAULT: usize = 100;
/// Things on a page.
pub(crate) const PAGE_LIMIT: usize = 200;
/// Tokens whose rate is remembered.
pub(crate) const RATES_LIMIT: usize = 10_000;
