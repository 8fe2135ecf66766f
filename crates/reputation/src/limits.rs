//! Every limit of reputation, by name, and what each factor may cost.

use std::time::Duration;

/// How far behind the present the trail is counted: what commits later has a moment no older than this.
pub const LAG: Duration = Duration::from_secs(120);
/// The longest stretch of the trail that one commit counts.
pub const STRETCH: Duration = Duration::from_secs(3600);
/// How far back the first count, or one after a long stop, reaches.
pub const FIRST_REACH: Duration = Duration::from_secs(2 * 86_400);
/// Days that a score looks at; older ones are forgiven.
pub const WINDOW_DAYS: i64 = 30;
/// Days after which a day counts half.
pub const HALF_LIFE_DAYS: f64 = 7.0;
/// How long days are kept.
pub const RETENTION: Duration = Duration::from_secs(400 * 86_400);
/// How long hours are kept.
pub const HOURS_RETENTION: Duration = Duration::from_secs(2 * 86_400);
/// Recipients below which rates say little: they are taken as rates of that many.
pub const LITTLE: f64 = 50.0;
/// Bounces of one stretch whose submission is looked up.
pub const BOUNCES_LOOKED_UP: usize = 2_000;
/// Messages of one stretch whose sender is remembered.
pub const MESSAGES_REMEMBERED: usize = 200_000;
/// Strangers' domains of one stretch that are counted.
pub const SENDERS_OF_STRETCH: usize = 10_000;
/// How long the days of strangers' domains are kept.
pub const SENDERS_RETENTION: Duration = Duration::from_secs(31 * 86_400);
/// Recipients in an hour below which nothing is a burst.
pub const BURST_MINIMUM: i64 = 200;
/// How many times the usual day's busiest hour makes a burst.
pub const BURST_FACTOR: f64 = 5.0;

/// Points that refusals as spam may cost, reached at a tenth of the recipients.
pub const POLICY_POINTS: f64 = 35.0;
/// Points that unknown recipients may cost, reached at a fifth.
pub const UNKNOWN_POINTS: f64 = 20.0;
/// Points that complaints may cost, reached at three in a thousand (Google's and Yahoo's limit for bulk senders).
pub const COMPLAINT_POINTS: f64 = 35.0;
/// Recipients below which complaints are taken as of that many: one reader does not sink a small domain.
pub const COMPLAINTS_OF_AT_LEAST: f64 = 1_000.0;
/// Points that failed authentication of our own sources may cost, reached at a fifth.
pub const AUTHENTICATION_POINTS: f64 = 15.0;
/// Points that one hit of a trap costs.
pub const TRAP_POINTS: f64 = 8.0;
/// Points that all hits of traps may cost.
pub const TRAPS_POINTS: f64 = 40.0;
/// Points that a burst may cost.
pub const BURST_POINTS: f64 = 20.0;
