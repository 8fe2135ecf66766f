//! Every limit of the portal, by name.

use std::time::Duration;

/// Octets of a request that brings an envelope: the form's field, and room for what stands around it.
pub(crate) const BRINGING_LIMIT_BYTES: usize = wire_safe::limits::FORM_FIELD_LIMIT_OCTETS + 64 * 1024;
/// Octets of all letters that are opened and answered at the same time by visitors who have shown who they are.
pub(crate) const OPENING_MEMORY_BYTES: usize = 2 * OPENING_SHARE_BYTES;
/// Of those, as many as one source gets: the largest answer to all, with what is made of it.
pub(crate) const OPENING_SHARE_BYTES: usize = 192 * 1024 * 1024;
/// Octets of all envelopes that are being brought at the same time, by anybody.
pub(crate) const BRINGING_MEMORY_BYTES: usize = 2 * BRINGING_SHARE_BYTES;
/// Of those, as many as one source gets: the largest envelope, and its place while it grows.
pub(crate) const BRINGING_SHARE_BYTES: usize = 2 * wire_safe::limits::ENVELOPE_LIMIT_OCTETS;
/// Octets of all files that are being verified at the same time, by anybody.
pub(crate) const VERIFYING_MEMORY_BYTES: usize = 2 * VERIFYING_SHARE_BYTES;
/// Of those, as many as one source gets: one request of the largest size.
pub(crate) const VERIFYING_SHARE_BYTES: usize = 3 * VERIFYING_BYTES;
/// In what time a form ends, or comes on (`doorway_http::Pace`).
pub(crate) const STILL_FOR: Duration = Duration::from_secs(10);
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
/// Elements of a letter's HTML that is shown without script, with those that are opened again (HTML §13.2.4.3).
pub(crate) const HTML_ELEMENTS_LIMIT: usize = 20_000;
/// Attributes of all of them.
pub(crate) const HTML_ALL_ATTRIBUTES_LIMIT: usize = 100_000;
/// Octets of the values of these.
pub(crate) const HTML_VALUES_LIMIT_BYTES: usize = 2 * HTML_LIMIT_BYTES;
/// Attributes of one tag: readers of HTML compare each with all others.
pub(crate) const HTML_ATTRIBUTES_LIMIT: usize = 64;
/// How often each octet may be part of something that looks like a tag.
pub(crate) const HTML_TAGS_READ_TIMES: usize = 4;
/// Octets of all files that are verified at once.
pub(crate) const VERIFYING_BYTES: usize = 32 * 1024 * 1024;
/// Octets of the request that brings them.
pub(crate) const VERIFYING_REQUEST_BYTES: usize = VERIFYING_BYTES + 256 * 1024;
/// Files that are verified at once.
pub(crate) const VERIFYING_FILES_LIMIT: usize = 20;
/// Letters, and claims, of one file that its page shows.
pub(crate) const VERIFIED_SHOWN_LIMIT: usize = 500;
/// Letters that are made a page of at the same time: it is work for a processor.
pub(crate) const READING_TURNS: usize = 4;
/// Letters of one page of the journal.
pub(crate) const JOURNAL_PAGE: usize = 50;
/// Lines of a journal that is saved as a file.
pub(crate) const EXPORT_LIMIT: usize = 20_000;
/// Of those, as many as are read at once.
pub(crate) const EXPORT_AT_ONCE: usize = 1_000;
/// Characters of a field of a search.
pub(crate) const SEARCH_CHARACTERS: usize = 200;
/// Octets of all files of an answer: many servers take no more than that, and it grows on its way.
pub(crate) const REPLY_FILES_BYTES: usize = 10 * 1024 * 1024;
/// Files of an answer.
pub(crate) const REPLY_FILES_LIMIT: usize = 20;
/// Octets of the text of an answer.
pub(crate) const REPLY_TEXT_BYTES: usize = 256 * 1024;
/// Characters of a text that is quoted.
pub(crate) const QUOTED_CHARACTERS: usize = 30_000;
/// The same in octets.
pub(crate) const QUOTED_BYTES: usize = 4 * QUOTED_CHARACTERS;
/// Octets of any other field of an answer.
pub(crate) const REPLY_FIELD_BYTES: usize = 4 * 1024;
/// Characters of the subject of an answer.
pub(crate) const REPLY_SUBJECT_CHARACTERS: usize = 300;
/// Fields of the form, with those that hold files.
pub(crate) const REPLY_FIELDS_LIMIT: usize = 40;
/// Octets of the request: an answer that is somewhat too large is told so, and one that is much too large is not read.
pub(crate) const REPLY_REQUEST_BYTES: usize = 2 * REPLY_FILES_BYTES;
/// Octets of an answer for all of its recipients: each gets an envelope of their own.
pub(crate) const REPLY_TO_ALL_BYTES: usize = 48 * 1024 * 1024;
/// Characters of a file's name.
pub(crate) const FILE_NAME_CHARACTERS: usize = 150;
