//! How much, and how long.

use std::time::Duration;

/// What a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a request: a letter of the largest size has a third more as base64.
    pub request_octets: usize,
    /// Octets of all requests that are held at the same time of callers who are known by HTTP.
    pub room_octets: usize,
    /// Of those, as many as one source gets.
    pub room_share_octets: usize,
    /// Octets of all requests besides: who calls stands within, if anywhere.
    pub strangers_octets: usize,
    /// Of those, as many as one source gets: one request of the largest size.
    pub strangers_share_octets: usize,
    /// In what time a body ends, or comes on (`doorway_http::Pace`).
    pub still_for: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            request_octets: 64 * 1024 * 1024,
            room_octets: 512 * 1024 * 1024,
            room_share_octets: 256 * 1024 * 1024,
            strangers_octets: 128 * 1024 * 1024,
            strangers_share_octets: 64 * 1024 * 1024,
            still_for: Duration::from_secs(10),
        }
    }
}

/// Seconds after which a request for which there was no room is worth another try.
pub(crate) const ROOM_RETRY_SECONDS: u32 = 5;
/// Octets of an `Authorization` field.
pub(crate) const AUTHORIZATION_OCTETS: usize = 4096;
/// Octets of one attachment.
pub const ATTACHMENT_OCTETS: usize = 30 * 1024 * 1024;
/// Octets of an e-mail with a sealed letter of the largest size in it.
pub const MAIL_OCTETS: usize = 44 * 1024 * 1024;
/// Octets of a bundle of evidence.
pub const BUNDLE_OCTETS: usize = 10 * 1024 * 1024;
/// Octets of a receipt or an export, as we answer it.
pub const DOCUMENT_OCTETS: usize = 100 * 1024 * 1024;
/// Characters of a letter's text or HTML.
pub const BODY_CHARACTERS: usize = 2 * 1024 * 1024;
/// Characters of a passphrase. That it is long enough is said by whoever does the operation: of its octets, without the
/// white space around it.
pub const PASSPHRASE_CHARACTERS: usize = 1024;
/// Octets of a certificate as PEM or DER.
pub const CERTIFICATE_OCTETS: usize = 16 * 1024;
