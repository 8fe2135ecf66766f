//! How much the trail keeps and returns.

use std::time::Duration;

/// How long events are kept (hosting plan: 20 days).
pub const RETENTION: Duration = Duration::from_secs(20 * 24 * 60 * 60);
/// The most events that one search returns.
pub const SEARCH_LIMIT: usize = 10_000;
/// The events that a search returns when nothing was said.
pub const SEARCH_DEFAULT: usize = 1_000;
/// Events that are read at once when all of a time are counted.
pub const PAGE: usize = 2_000;
/// Events that are read at once while letters are looked for.
pub(crate) const WAY_BATCH: usize = 1_000;
/// The most letters whose way is told at once.
pub const WAYS_LIMIT: usize = 1_000;
/// The most events of one letter that are told.
pub const EVENTS_PER_MESSAGE_LIMIT: usize = 20_000;
/// The events that one transaction forgets.
pub const PRUNE_BATCH: u64 = 2_000;
/// Octets of any one text (a remote's reply, a subject) in an event; the rest is cut.
pub const TEXT_LIMIT_OCTETS: usize = 2_048;
/// How long administrative acts are kept.
pub const CHANGES_RETENTION: Duration = Duration::from_secs(5 * 366 * 24 * 60 * 60);
/// Octets of a name in an administrative act: who, from where, the action.
pub(crate) const NAME_LIMIT_OCTETS: usize = 500;
/// Octets of one value before or after an act.
pub(crate) const FACT_LIMIT_OCTETS: usize = 500;
/// Octets of all values before an act, or after it.
pub(crate) const FACTS_LIMIT_OCTETS: usize = 4_096;
/// Days of the log that an organisation sees unless its plan shows more.
pub const VISIBLE_DAYS: u64 = 20;
/// Days that are kept although the plan shows fewer: who buys a longer plan sees them at once.
pub const KEPT_DAYS: u64 = 90;
/// The most days that a plan shows, and so the longest that anything is kept.
pub const VISIBLE_DAYS_LIMIT: u64 = 366;
/// Beginnings of lines that are read at once.
pub(crate) const LINE_BATCH: usize = 100;
/// Beginnings of lines that are read for one page.
pub(crate) const LINES_READ_LIMIT: usize = 500;
/// Events of one delivery that are looked at for its status: the newest.
pub(crate) const EVENTS_PER_LINE: usize = 50;
/// How long a node that said nothing is still listed.
pub(crate) const NODE_REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
