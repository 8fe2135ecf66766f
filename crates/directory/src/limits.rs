//! How much of everything.

use std::time::Duration;

/// Characters of a name or a label.
pub const NAME_LIMIT_CHARACTERS: usize = 200;
/// Local parts at which every hosted domain takes reports about itself: DMARC aggregates (RFC 7489 §6.2 `rua`),
/// TLS reports (RFC 8460 §3) and complaints (RFC 5965), unless somebody has made an address of that name.
pub const REPORT_LOCALPARTS: [&str; 3] = ["dmarc-reports", "tls-reports", "complaint-reports"];
/// Targets of one alias.
pub const ALIAS_TARGETS_LIMIT: usize = 100;
/// Targets of a redirection address, or of a mailbox that forwards.
pub const FORWARD_TARGETS_LIMIT: usize = 10;
/// Letters that ask one target to agree.
pub const FORWARD_LETTERS_PER_TARGET_LIMIT: u32 = 5;
/// How long after a letter the next one may go to the same target.
pub const FORWARD_LETTER_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);
/// Targets to which one organisation writes within a day.
pub const FORWARD_LETTERS_PER_DAY_LIMIT: i64 = 200;
/// Characters of a note.
pub const NOTE_LIMIT_CHARACTERS: usize = 80;
/// The local part of a catch-all.
pub const CATCH_ALL_LOCALPART: &str = "catchall";
/// How long a deleted address can be restored.
pub const RESTORABLE_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Deleted addresses that are forgotten in one transaction.
pub const FORGOTTEN_AT_ONCE: i64 = 200;
/// Addresses that one act changes.
pub const SELECTED_LIMIT: usize = 1_000;
/// Lines of a list of new addresses.
pub const JOB_LINES_LIMIT: usize = 5_000;
/// Octets of a list of new addresses.
pub const JOB_OCTETS_LIMIT: usize = 1024 * 1024;
/// Lists of an organisation that are shown and not made; the oldest makes room.
pub const JOBS_SHOWN_LIMIT: usize = 20;
/// Lines whose passwords are hashed between two looks at what was asked meanwhile.
pub const JOB_LINES_AT_ONCE: i64 = 20;
/// How long made passwords can be fetched, and a list that nobody confirmed is kept.
pub const JOB_SECRETS_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a list that was made is remembered.
pub const JOB_KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Addresses that are looked at to see whether somebody may open a letter.
pub const OPENED_ADDRESSES_LIMIT: usize = 200;
/// Codes for a new password that are sent to one recipient within [`RECIPIENT_CODES_WITHIN`].
pub const RECIPIENT_CODES_PER_ADDRESS: i64 = 5;
/// How long others may read a recipient's mailbox before the account ends: somebody stands in during the holidays.
pub const SHARED_RECIPIENT_FOR: Duration = Duration::from_secs(60 * 86_400);
/// Recipients that are looked at at once.
pub(crate) const RECIPIENTS_AT_ONCE: i64 = 200;
/// Such codes that are asked for from one source in that time.
pub const RECIPIENT_CODES_PER_SOURCE: i64 = 20;
/// For how long they are counted.
pub const RECIPIENT_CODES_WITHIN: Duration = Duration::from_secs(60 * 60);
/// How long such a code is good for.
pub const RECIPIENT_CODE_FOR: Duration = Duration::from_secs(10 * 60);
/// How many aliases may follow one another until an account, when the sender's right is checked.
pub const ALIAS_DEPTH_LIMIT: usize = 5;
/// Passwords of one address: SCRAM compares a proof with each.
pub const CREDENTIALS_PER_ADDRESS_LIMIT: usize = 50;
/// Characters of a password that somebody chose (NIST SP 800-63B §3.1.1.2 asks for 8, or 15 alone).
pub const CHOSEN_PASSWORD_MINIMUM_CHARACTERS: usize = 10;
/// Octets of a password that is looked at; hashing longer ones would be a gift to an attacker.
pub const PASSWORD_LIMIT_OCTETS: usize = 512;
/// Octets of a login name (an address: 64 + 1 + 253, four octets for each character of a U-label).
pub const LOGIN_LIMIT_OCTETS: usize = 1100;
/// Octets of one SASL message (RFC 4616 §2: 255 characters for each of three parts, with UTF-8).
pub const SASL_MESSAGE_LIMIT_OCTETS: usize = 4096;

/// Public characters of a device password, by which its row is found.
pub const SELECTOR_CHARACTERS: usize = 4;
/// Secret characters of a device password: 5 bits each.
pub const SECRET_CHARACTERS: usize = 20;

/// Argon2id memory (OWASP's set with the least memory: 7 MiB, five passes, one lane). What hashing took
/// stays with the allocator, and the program at rest is to be small.
pub const ARGON2_MEMORY_KIB: u32 = 7 * 1024;
/// Argon2id passes.
pub const ARGON2_PASSES: u32 = 5;
/// Argon2id lanes.
pub const ARGON2_LANES: u32 = 1;
/// Hashes that are computed at once: they hold 7 MiB each.
pub const HASHES_AT_ONCE: usize = 2;
/// Hashes that may wait, of sources with a recent good login.
pub const HASH_QUEUE_LIMIT: usize = 256;
/// Hashes that may wait, of strangers: the rest of the queue is kept for the others.
pub const HASH_QUEUE_STRANGERS_LIMIT: usize = 128;

/// Waiting hashes from which on a source's history is looked up, to know how long it may wait.
pub const HASH_QUEUE_CROWDED: usize = 16;

/// Iterations of SCRAM-SHA-256 keys (RFC 7677 §4: at least 4096).
pub const SCRAM_ITERATIONS: u32 = 10_000;
/// Octets of a SCRAM salt.
pub const SCRAM_SALT_OCTETS: usize = 16;
/// Octets of randomness in our part of a SCRAM nonce.
pub const SCRAM_NONCE_OCTETS: usize = 18;

/// Verified passwords that are remembered, as keyed digests.
pub const VERIFIED_LIMIT: u64 = 20_000;
/// How long a verified password is remembered.
pub const VERIFIED_FOR: Duration = Duration::from_secs(12 * 60 * 60);
/// How often the last use of a password is written at most.
pub const LAST_USED_EVERY: Duration = Duration::from_secs(60 * 60);

/// How long a source with a good login is remembered for that login.
pub const KNOWN_SOURCE_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often a good login's source is written at most.
pub const KNOWN_SOURCE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Known sources that are held in memory.
pub const KNOWN_SOURCES_LIMIT: u64 = 50_000;
/// Sources and login names whose failures are counted in memory.
pub const FAILURE_SUBJECTS_LIMIT: usize = 100_000;
/// Bans that are listed or loaded at once.
pub const BANS_LIMIT: usize = 100_000;
/// Bans, requests and addresses that are read at once, where all of them are wanted or most of them concern others.
pub const SOURCES_AT_ONCE: usize = 1_000;

/// Octets of randomness in a session's token (OWASP asks for 64 bits at least).
pub const SESSION_TOKEN_OCTETS: usize = 32;
/// Characters of a token that is looked at.
pub const SESSION_TOKEN_LIMIT_CHARACTERS: usize = 64;
/// How long a session holds without a request.
pub const SESSION_IDLE: Duration = Duration::from_secs(4 * 60 * 60);
/// How long a session holds at most.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a session's last request is written at most.
pub const SESSION_SEEN_EVERY: Duration = Duration::from_secs(60);
/// Open sessions of one person; the oldest makes room.
pub const SESSIONS_PER_PERSON_LIMIT: usize = 20;
/// Characters that are kept of what a browser calls itself.
pub const SESSION_AGENT_LIMIT_CHARACTERS: usize = 200;

/// Characters of a token of the API that is looked at.
pub const TOKEN_LIMIT_CHARACTERS: usize = 100;
/// Tokens of one organisation.
pub const TOKENS_PER_ORGANISATION_LIMIT: i64 = 100;
/// Tokens that one person makes for the own things.
pub const OWN_TOKENS_LIMIT: usize = 20;
/// How often a token's last use is written at most.
pub const TOKEN_USED_EVERY: Duration = Duration::from_secs(60);
/// How long the answer to a request with an idempotency key is kept.
pub const ANSWER_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Idempotency keys that are remembered for one token.
pub const ANSWERS_PER_TOKEN_LIMIT: i64 = 10_000;
/// Octets of answers' bodies that are kept for one token.
pub const ANSWER_OCTETS_PER_TOKEN_LIMIT: i64 = 64 * 1024 * 1024;
/// After which time a request that nobody answered may be made again: longer than any takes.
pub const ANSWER_AWAITED_FOR: Duration = Duration::from_secs(120);

/// Addresses and domains of an organisation that alone send secured letters.
pub const SECURED_SENDERS_LIMIT: usize = 500;
/// Rules of an organisation by which letters go secured.
pub const SECURING_RULES_LIMIT: usize = 100;
/// Characters of a subject that such a rule names.
pub const SECURING_SUBJECT_LIMIT_CHARACTERS: usize = 100;
/// Characters of what an organisation tells its people about secured letters.
pub const SECURED_GUIDANCE_LIMIT_CHARACTERS: usize = 2_000;
/// Characters of an application account's name.
pub const APPLICATION_NAME_LIMIT_CHARACTERS: usize = 40;
/// Application accounts of one organisation.
pub const APPLICATIONS_PER_ORGANISATION_LIMIT: usize = 100;
/// Senders that one application may name.
pub const APPLICATION_SENDERS_LIMIT: usize = 50;
/// Addresses for which one application may read.
pub const APPLICATION_READS_LIMIT: usize = 20;
/// Recipients to whom an application writes within an hour, where nobody said how many: two thousand payslips.
pub const APPLICATION_HOURLY_LIMIT: u32 = 2_000;
/// The most that can be said.
pub const APPLICATION_HOURLY_LIMIT_MOST: u32 = 1_000_000;
/// Octets of an application's letter, where nobody said how many.
pub const APPLICATION_SIZE_LIMIT_BYTES: u64 = 30 * 1024 * 1024;
/// The least that can be said.
pub const APPLICATION_SIZE_LEAST_BYTES: u64 = 1024;
/// The most that can be said.
pub const APPLICATION_SIZE_MOST_BYTES: u64 = 1024 * 1024 * 1024;

/// How long the step between password and session holds, and every other thing that was begun.
pub const CEREMONY_FOR: Duration = Duration::from_secs(5 * 60);
/// Wrong codes after which the password has to be given again.
pub const CEREMONY_FAILURES_LIMIT: i64 = 5;
/// Things that one source may have begun at once; the oldest makes room.
pub const CEREMONIES_PER_SOURCE_LIMIT: usize = 50;
/// Octets of a TOTP's secret (RFC 4226 §4 recommends 160 bits).
pub const TOTP_SECRET_OCTETS: usize = 20;
/// Recovery codes that are given at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code, 5 bits each.
pub const RECOVERY_CODE_CHARACTERS: usize = 10;
/// Second factors of one person.
pub const FACTORS_PER_PERSON_LIMIT: usize = 20;
/// Octets of what a passkey answers.
pub const PASSKEY_ANSWER_LIMIT_OCTETS: usize = 64 * 1024;
/// How long after signing in a second factor may be added without the password.
pub const RECENTLY_SIGNED_IN: Duration = Duration::from_secs(10 * 60);
/// Addresses at which a person can be reached besides the login.
pub const CONTACTS_LIMIT: usize = 5;
/// Octets of a logo.
pub const LOGO_LIMIT_OCTETS: usize = 128 * 1024;
/// Pixels of a logo's side.
pub const LOGO_LIMIT_PIXELS: u32 = 2_000;

/// How long somebody is asked to belong to an organisation.
pub const MEMBERSHIP_OFFER_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// People whom one organisation asks at once.
pub const OFFERS_PER_ORGANISATION_LIMIT: u64 = 200;
/// Organisations that ask one person at once.
pub const OFFERS_PER_PERSON_LIMIT: u64 = 20;

/// Octets of randomness in an invitation's link.
pub const INVITATION_TOKEN_OCTETS: usize = 24;
/// How long an invitation can be accepted.
pub const INVITATION_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Invitations to one address that wait.
pub const INVITATIONS_PER_ADDRESS_LIMIT: usize = 50;

/// Characters of an entry of a sender list.
pub const SENDER_PATTERN_LIMIT_CHARACTERS: usize = 255;
/// Entries of one list.
pub const SENDERS_PER_LIST_LIMIT: usize = 10_000;
/// Domains of which the service is remembered for judging.
pub const SENDER_SERVICES_LIMIT: usize = 10_000;
/// How long it is: a domain seldom moves to another service.
pub const SENDER_SERVICE_KNOWN_FOR: Duration = Duration::from_secs(60);
/// How long an invitation that nobody accepted is kept after its end.
pub const INVITATION_KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a request to be let in again is kept.
pub const UNBAN_REQUEST_KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long a permanent permission that was refused or has ended is kept: somebody took responsibility for it.
pub const ALLOWED_SOURCE_KEPT_FOR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// How long a mailbox tells its people what administrators opened.
pub const MAILBOX_NOTICE_KEPT_FOR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
