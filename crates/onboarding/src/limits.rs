//! How much is too much.

use std::time::Duration;

/// Characters of a remark, of a notice to recipients.
pub const REMARKS_LIMIT_CHARACTERS: usize = 2_000;
/// Characters of a notice to recipients in one language.
pub const NOTICE_LIMIT_CHARACTERS: usize = 5_000;
/// Characters of a field of one line.
pub const LINE_LIMIT_CHARACTERS: usize = 200;
/// Servers that a set-up names for one direction.
pub const SERVERS_LIMIT: usize = 20;
/// Characters of the public name of a page.
pub const PUBLIC_NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=60;

/// Domains of an integration whose servers one test looks at.
pub const TESTED_DOMAINS: usize = 10;
/// How long the name service has to answer one question of a test or of the matrix.
pub const NAMES_TIME: Duration = Duration::from_secs(10);
/// Questions to the name service that the matrix has under way at the same time.
pub const ASKED_AT_ONCE: usize = 8;
/// How long a whole test takes at most: more than its parts, which `mail_deliver` limits.
pub const TEST_TIME: Duration = Duration::from_secs(90);
/// After that a test that has not ended was interrupted by a restart.
pub const TEST_ABANDONED_AFTER: Duration = Duration::from_secs(150);
/// Tests of an integration within an hour: each of them talks to other people's servers.
pub const TESTS_PER_HOUR: usize = 30;
/// Tests of an integration that are kept.
pub const TESTS_KEPT: usize = 50;
/// What was last seen of a server counts for so long.
pub const SIGHTING_COUNTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Rows of a network matrix.
pub const MATRIX_LIMIT: usize = 200;
/// Characters of what another server said that a line shows.
pub const SAID_LIMIT_CHARACTERS: usize = 300;

/// Octets of a list of recipients to be informed: 500 addresses of RFC 5321 §4.5.3.1 with a name before each.
pub const RECIPIENTS_LIMIT_OCTETS: usize = 256 * 1024;
/// Recipients that one request informs.
pub const RECIPIENTS_LIMIT: usize = 500;
/// Recipients that an organisation informs within [`RECIPIENTS_TIME`]: the letter is no means to write to the world.
pub const RECIPIENTS_PER_DAY: i64 = 1_000;
/// A day.
pub const RECIPIENTS_TIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Letters to recipients that are taken to be posted at once.
pub const RECIPIENT_LETTERS_AT_ONCE: i64 = 100;
/// How long a letter that was taken is nobody else's; and after how long it is tried again if it could not be posted.
pub const RECIPIENT_LETTER_TIME: Duration = Duration::from_secs(10 * 60);
/// Characters of a refusal that are kept.
pub const REFUSAL_LIMIT_CHARACTERS: usize = 300;
