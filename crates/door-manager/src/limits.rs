//! How much of everything.

use std::time::Duration;

/// Octets of a form; a pasted zone file fits.
pub(crate) const FORM_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Fields of a form.
pub(crate) const FORM_FIELDS_LIMIT: usize = 2_000;
/// Rows of a table on one page.
pub(crate) const ROWS_PER_PAGE: usize = 50;
/// Characters of a search that are looked at.
pub(crate) const SEARCH_LIMIT_CHARACTERS: usize = 200;
/// Octets of the cookie that carries one message to the next page.
pub(crate) const TOAST_LIMIT_BYTES: usize = 2_000;
/// How long that cookie lives.
pub(crate) const TOAST_SECONDS: u32 = 60;
/// From how many octets on an answer is compressed.
pub(crate) const COMPRESS_FROM_BYTES: usize = 1_024;
/// How often a live connection says that it lives, so that nothing on the way cuts it.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// SPF records that are merged at once.
pub(crate) const SPF_RECORDS_LIMIT: usize = 20;
/// Days that charts may show.
pub(crate) const CHART_DAYS_LIMIT: u32 = 180;
/// How often it is looked whether a change of a zone is served, before its lamps are.
pub(crate) const LOOKS_FOR_CHANGE: u32 = 20;
/// How long after one such look the next one follows.
pub(crate) const LOOK_FOR_CHANGE_AFTER: Duration = Duration::from_millis(100);
/// Octets of a form that is kept while its sender signs in again.
pub(crate) const KEPT_FORM_LIMIT_BYTES: usize = 64 * 1024;
/// How long it is kept.
pub(crate) const KEPT_FORM_FOR: Duration = Duration::from_secs(15 * 60);

/// Rows of a list without end that are sorted in another order than its own: those that come first in that, which the page
/// says. Sorting all of them would read all of them: subject, size and status of a line of the log stand in other events
/// than the one that begins it, and an index for each column of the queue would cost every letter a write.
pub(crate) const SORTED_ROWS: usize = 1_000;
