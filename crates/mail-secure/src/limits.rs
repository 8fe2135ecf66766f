//! Every limit and every span of secure letters, by name.

use std::time::Duration;

/// `Re:` and the like before a tag.
pub(crate) const REPLY_PREFIXES_LIMIT: usize = 10;
/// Octets of a letter as it came; its envelope has to go through other people's servers.
pub const LETTER_LIMIT_BYTES: usize = 30 * 1024 * 1024;
/// Octets of all envelopes of one letter together: each recipient has one.
pub const ENVELOPES_LIMIT_BYTES: usize = 512 * 1024 * 1024;
/// Recipients of one letter.
pub const RECIPIENTS_LIMIT: usize = 100;
/// Larger envelopes stay here, and the notice has a link: many servers take no more than 10 MB.
pub const LINK_ABOVE_BYTES: usize = 7 * 1024 * 1024;
/// Octets of a mail in which what a letter brings is looked for: the largest envelope as base64 in a page.
pub const CARRIER_LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// How long a letter that is neither offered nor withdrawn can be opened.
pub const OPEN_FOR: Duration = Duration::from_secs(365 * 86_400);
/// How long an accepted registered letter can be opened.
pub const ACCEPTED_OPEN_FOR: Duration = Duration::from_secs(365 * 86_400);
/// How long an envelope that was brought to the portal stays there.
/// Whoever opens an account on the way needs an hour, and the envelope behind it.
pub const PARKED_FOR: Duration = Duration::from_secs(2 * 3600);
/// Wrong passphrases of a copy, after which there is a pause before the next is compared here.
pub const PASSPHRASE_TRIES: i64 = 5;
/// The first of these pauses; each is twice as long as the one before.
pub(crate) const PASSPHRASE_PAUSE: Duration = Duration::from_secs(60);
/// The longest of them.
pub(crate) const PASSPHRASE_LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// How long after the last pause the tries are forgotten.
pub(crate) const PASSPHRASE_TRIES_COUNTED_FOR: Duration = Duration::from_secs(86_400);
/// Passphrases of which a key is made at the same time.
pub(crate) const STRETCHING_TURNS: usize = 2;
/// Requests whose evidence is verified at the same time.
pub(crate) const VERIFYING_TURNS: usize = 2;
/// How long a code is good for.
pub const CODE_FOR: Duration = Duration::from_secs(10 * 60);
/// Wrong codes, after which the code is over.
pub const CODE_FAILURES_LIMIT: i64 = 5;
/// Tries of the short message that tells a code.
pub const SHORT_MESSAGE_TRIES: i64 = 4;
/// The pause between two of them: all tries lie well within the time for which the code is good.
pub const SHORT_MESSAGE_PAUSE: Duration = Duration::from_secs(60);
/// Short messages that are taken at once.
pub const SHORT_MESSAGES_AT_ONCE: i64 = 20;
/// Characters of a sender's address in a short message, which has 160 in all.
pub(crate) const TEXTED_SENDER_CHARACTERS: usize = 60;
/// Codes asked for one address within an hour.
pub const CODES_PER_HOUR_LIMIT: i64 = 5;
/// Codes asked for from one source within an hour, for whichever addresses.
pub const CODES_PER_SOURCE_LIMIT: i64 = 30;
/// Codes sent to one telephone within an hour, whoever named it in whichever letters: a short message costs, and disturbs.
pub const CODES_PER_TELEPHONE_LIMIT: i64 = 10;
/// For how long codes that were asked for are counted.
pub(crate) const CODES_COUNTED_FOR: Duration = Duration::from_secs(3600);
/// How long whoever showed a code need not show another one for the same address on the same device.
pub const VISIT_FOR: Duration = Duration::from_secs(12 * 3600);
/// Parts of a letter whose digests stand in its evidence.
pub(crate) const PARTS_LIMIT: usize = 200;
/// Characters of a part's name in evidence.
pub(crate) const PART_NAME_LIMIT: usize = 200;
/// Characters of a passphrase that a sender sets: as many as a code that is said by telephone.
pub const PASSPHRASE_MINIMUM_CHARACTERS: usize = 4;
/// Characters of a subject that is kept.
pub(crate) const SUBJECT_LIMIT: usize = 300;
/// How long certificates of the platform's seal are good for.
pub(crate) const SEAL_LIFE: Duration = Duration::from_secs(5 * 365 * 86_400);
/// How long before they were made keys and certificates are good: other clocks are not ours.
pub(crate) const VALID_BEFORE: Duration = Duration::from_secs(300);
/// How long before the end of a certificate of the seal or of the clock the next one is made.
pub(crate) const RENEWED_BEFORE: Duration = Duration::from_secs(365 * 86_400);
/// How long it may take the chore to make it.
pub(crate) const RENEWAL_MAY_TAKE: Duration = Duration::from_secs(3 * 86_400);
/// How long a new one is published before it is used.
pub(crate) const PUBLISHED_BEFORE: Duration = Duration::from_secs(30 * 86_400);
/// For how long keys are used as they were read: another node may have made the next ones.
pub(crate) const KEYS_READ_AGAIN: Duration = Duration::from_secs(3600);
/// How long its root is.
pub(crate) const SEAL_ROOT_LIFE: Duration = Duration::from_secs(20 * 365 * 86_400);
/// Rows that a chore takes at once.
pub(crate) const CHORE_LIMIT: i64 = 200;
/// The pause between two tries of a notice.
pub(crate) const NOTICE_PAUSE: Duration = Duration::from_secs(60);
/// Statements that come into the public log by one checkpoint.
pub const BATCH_LIMIT: i64 = 4_000;
/// Batches that one run of the chore makes at most.
pub(crate) const BATCHES_LIMIT: usize = 25;
/// Octets of a time-stamp authority's answer: a bundle takes no larger token.
pub(crate) const TIME_STAMP_LIMIT_BYTES: usize = evidence::limits::DER_BYTES;
/// How far the clock of a time-stamp authority may be off ours. A verifier grants no more between what a statement
/// tells and the time-stamp that it was written before.
pub(crate) const CLOCKS_DIFFER: Duration =
    Duration::from_millis(evidence::limits::CLOCKS_DIFFER_MILLISECONDS.unsigned_abs());
/// Statements about one copy after which being looked at again is noted no more: a bundle holds 1,000.
pub(crate) const ACCESSES_LIMIT: u64 = 500;
/// For how long after a server took a letter its report counts that it could not deliver it: two servers, one after the
/// other, may each have tried for five days (RFC 5321 §4.5.4.1).
pub(crate) const REPORTS_FOR: Duration = Duration::from_secs(10 * 86_400);
/// Answers that somebody may send to one copy of a letter.
pub const ANSWERS_PER_COPY_LIMIT: i64 = 20;
/// Answers that somebody may send from the portal within a day.
pub const ANSWERS_PER_DAY_LIMIT: i64 = 50;
/// For how long answers are counted.
pub(crate) const ANSWERS_COUNTED_FOR: Duration = Duration::from_secs(86_400);
/// Rows that one search in a person's journal reads: subjects are encrypted, so that each has to be opened.
pub const SEARCHED_LIMIT: usize = 2_000;
/// Rows of a person's journal that are read at once.
pub(crate) const SEARCHED_AT_ONCE: usize = 200;
