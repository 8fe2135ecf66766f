//! Every limit of the queue, by name.

use std::time::Duration;

/// How long a claim lasts without renewal. Long enough for the slowest peer's time-outs between two
/// renewals, short enough that a dead node's work is not forgotten.
pub const LEASE: Duration = Duration::from_secs(600);
/// How long a claim is looked for whose write failed: as long as a lost connection's write may take to end.
pub const DOUBTED_FOR: Duration = Duration::from_secs(30);
/// Claims whose writes failed that are looked for at most; others are due again when they run out.
pub const DOUBTED_LIMIT: usize = 1_000;
/// How long a delivery is tried (RFC 5321 §4.5.4.1: at least four to five days).
pub const LIFETIME: Duration = Duration::from_secs(5 * 86_400);
/// When the sender hears that it takes long.
pub const DELAY_NOTICE_AFTER: Duration = Duration::from_secs(4 * 3600);
/// The first pause after a failed attempt; it doubles each time.
/// RFC 5321 §4.5.4.1 asks for 30 minutes on average; the first tries may be closer together.
pub const FIRST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// The longest pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(4 * 3600);
/// Attempts from which on a delivery in hand when a node died may be why it died.
pub const SUSPECT_ATTEMPTS: i64 = 3;
/// How long such a delivery waits after the node's next start.
pub const SUSPECT_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Transactions at the same time to one destination.
pub const DESTINATION_CONCURRENCY: usize = 10;
/// Loads that wait in memory for one destination; more stay in the database for a while.
pub const DESTINATION_WAITING: usize = 200;
/// Destinations remembered as closed; the oldest is forgotten, which costs one attempt.
pub const DESTINATION_LIMIT: usize = 50_000;
/// How long deliveries stay in the database that find their destination's waiting room full.
pub const CROWDED_PAUSE: Duration = Duration::from_secs(30);
/// Rows that one command lists or changes.
pub const COMMAND_LIMIT: usize = 10_000;
/// Characters of a reply that are kept with a delivery.
pub const REPLY_LIMIT_CHARACTERS: usize = 2_000;
