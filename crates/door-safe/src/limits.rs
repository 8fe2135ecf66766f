//! Every limit of the portal, by name.

/// Octets of a request that brings an envelope: the form's field, and room for what stands around it.
pub(crate) const BRINGING_LIMIT_BYTES: usize = wire_safe::limits::FORM_FIELD_LIMIT_OCTETS + 64 * 1024;
/// Octets of all envelopes that are being brought or fetched at the same time.
pub(crate) const MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// Octets that are taken from that memory at once.
pub(crate) const MEMORY_SHARE_BYTES: usize = 256 * 1024;
/// Octets of the share that the second button sends: 43 characters, and white space that a client may add.
pub(crate) const SHARE_FIELD_LIMIT_BYTES: usize = 64;
/// Octets of any other form.
pub(crate) const FORM_LIMIT_BYTES: usize = 64 * 1024;
/// Fields of a form.
pub(crate) const FORM_FIELDS_LIMIT: usize = 20;
/// Fields of the form that brings an envelope.
pub(crate) const BRINGING_FIELDS_LIMIT: usize = 4;
/// Octets of a letter's HTML that is shown without script.
pub(crate) const HTML_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// Octets of a letter's text that is shown without script.
pub(crate) const TEXT_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// Octets of all pictures within the text that are shown without script.
pub(crate) const PICTURES_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// Attachments that are listed without script.
pub(crate) const ATTACHMENTS_LIMIT: usize = 200;
/// How long a browser keeps the cookie of a visit.
pub(crate) const VISIT_SECONDS: u64 = mail_secure::limits::VISIT_FOR.as_secs();
/// Elements within one another in a letter's HTML that is shown without script: readers of HTML take time with the square.
pub(crate) const HTML_DEPTH_LIMIT: usize = 256;
/// Of those, elements that format text: every paragraph within opens all of them again (HTML §13.2.4.3).
pub(crate) const HTML_FORMATTING_LIMIT: usize = 32;
/// Tags of a letter's HTML that is shown without script.
pub(crate) const HTML_TAGS_LIMIT: usize = 20_000;
