//! Every limit of reports, by name: they are written by strangers and read by machines.

use std::time::Duration;

/// Octets of a report's attachment as it comes (compressed).
pub const PACKED_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// Octets of a report when it is unpacked; a bomb ends here.
pub const UNPACKED_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Parts of a letter that are tried as a report.
pub const PARTS_TRIED: usize = 20;
/// Rows of one DMARC report that are kept, those of the largest sources; the rest is counted together.
pub const ROWS_LIMIT: usize = 1_000;
/// Depth of elements in a DMARC report; RFC 7489 appendix C has five.
pub const DEPTH_LIMIT: usize = 16;
/// Results of DKIM and SPF that one row keeps (RFC 7489 appendix C has no limit).
pub const RESULTS_PER_ROW: usize = 10;
/// Policies of one TLS report: honest ones have one or two, by RFC 8460 §4.3 one for each policy that was in force.
pub const POLICIES_LIMIT: usize = 20;
/// Failures of one policy of a TLS report.
pub const FAILURES_LIMIT: usize = 100;
/// Rows of one TLS report, those of the most sessions; what is beyond is counted together for each policy.
pub const TLS_ROWS_LIMIT: usize = 500;
/// Lines and names of one policy of a TLS report.
pub const POLICY_LINES: usize = 50;
/// Octets of any one text that is kept of a stranger's report.
pub const TEXT_LIMIT_OCTETS: usize = 300;
/// Octets of a text that is a word: `reject`, `r`, `1:d:s`.
pub const WORD_LIMIT_OCTETS: usize = 40;
/// Octets of all texts of one row together, as they are written.
pub const ROW_LIMIT_OCTETS: usize = 2 * 1024;
/// Octets of what a reporter says of our policy, as it is written: half of its row.
pub const POLICY_LIMIT_OCTETS: usize = 1024;
/// The largest number that is kept of a stranger's report: sums over all rows of all days stay far from 2⁶³.
pub const COUNT_LIMIT: u64 = 1 << 32;
/// Octets of text between two elements of a DMARC report.
pub const ELEMENT_LIMIT_OCTETS: usize = 64 * 1024;
/// Numbers in a complaint's letter that are looked up as ours.
pub const MARKS_LIMIT: usize = 10;
/// Letters to the reader who complains that are looked through.
pub const LETTERS_TRIED: usize = 20;
/// Reports about one domain and day that are kept: more come from nobody honest.
pub const REPORTS_PER_DAY: i64 = 2_000;
/// Rows of all reports about one domain and day; a report that would bring more is not kept.
pub const ROWS_PER_DAY: i64 = 20_000;
/// Rows of one statement: many in one are written several times as fast as one by one.
pub const ROWS_PER_STATEMENT: usize = 100;
/// How long a period a report may cover: longer ones would spoil the days of a chart.
pub const PERIOD_LIMIT: Duration = Duration::from_secs(8 * 86_400);
/// How far a report's period may lie in the past or in the future.
pub const AGE_LIMIT: Duration = Duration::from_secs(60 * 86_400);
/// How long reports are kept.
pub const RETENTION: Duration = Duration::from_secs(400 * 86_400);
/// Reports that one transaction forgets.
pub const PRUNE_BATCH: usize = 500;
/// Rows of reports that one transaction forgets; at least one report goes.
pub const PRUNE_ROWS: i64 = 5_000;

/// How long after the end of a day its letters are counted: what is under way then has reached the trail.
pub const GATHER_AFTER: Duration = Duration::from_secs(15 * 60);
/// Days in the past that are still reported on after a stop.
pub const GATHER_DAYS: i64 = 3;
/// Different rows of one domain's report; what looks different still is left out.
pub const OUTGOING_ROWS_LIMIT: usize = 10_000;
/// Domains of one day that are reported to.
pub const OUTGOING_DOMAINS_LIMIT: usize = 50_000;
/// Addresses that one report goes to (RFC 7489 §6.2: a receiver may limit them to two or more).
pub const DESTINATIONS_LIMIT: usize = 5;
/// Octets of a report letter, whatever its destination takes.
pub const LETTER_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// How long a node may work on a report before another one takes it.
pub const LEASE: Duration = Duration::from_secs(900);
/// Reports that are made at once.
pub const CLAIM_LIMIT: usize = 20;
/// Pause before the next try where DNS does not answer.
pub const RETRY_PAUSE: Duration = Duration::from_secs(3600);
/// Tries; then the day's report is given up.
pub const ATTEMPTS_LIMIT: i64 = 24;
/// How long it is remembered what was sent.
pub const SENT_RETENTION: Duration = Duration::from_secs(60 * 86_400);

/// Sources that a chart names.
pub const SOURCES_LIMIT: usize = 200;
/// Names of sources that are looked up for one page.
pub const NAMES_PER_PAGE: usize = 50;
/// How long a source's name is remembered.
pub const NAME_LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// How long a page waits for names.
pub const NAMES_PATIENCE: Duration = Duration::from_secs(3);
