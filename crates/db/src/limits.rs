//! Every limit of this crate, with its reason.

use std::time::Duration;

/// Closures in one durable commit: more gains nothing and makes the first of them wait.
pub(crate) const BATCH_LIMIT: usize = 512;
/// Closures that may wait for the committer; callers beyond that wait before they hand theirs over.
pub(crate) const WAITING_WRITES_LIMIT: usize = 1024;
/// Closures that may wait for a reader.
pub(crate) const WAITING_READS_LIMIT: usize = 1024;
/// How long SQLite waits for another process (the command line) that writes.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Page cache of the SQLite committer, in KiB.
pub(crate) const WRITER_CACHE_KIB: i64 = 8 * 1024;
/// Page cache of each SQLite reader, in KiB.
pub(crate) const READER_CACHE_KIB: i64 = 2 * 1024;
/// Pages of 4 KiB in the write-ahead log before the committer moves them into the database: hot pages
/// are written many times between two checkpoints and moved once.
pub(crate) const CHECKPOINT_PAGES: i64 = 8000;
/// The write-ahead log is cut back to this size after a checkpoint.
pub(crate) const LOG_SIZE_LIMIT_BYTES: i64 = 64 << 20;
/// Prepared statements kept per connection.
pub(crate) const STATEMENTS_LIMIT: usize = 512;
/// Notices that a subscriber may lag behind before it has to look again at everything.
pub(crate) const NOTICES_LIMIT: usize = 4096;
/// Octets of a notice's payload: PostgreSQL takes less than 8000 with the channel.
pub(crate) const NOTICE_LIMIT_BYTES: usize = 7000;
/// How long to wait for a connection to PostgreSQL.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a closure is run again after a deadlock or a serialization failure.
pub(crate) const RETRIES_LIMIT: u32 = 20;
/// How long after a failed connection the notices thread tries again.
pub(crate) const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// How long a subscriber waits until the notices of other nodes are heard.
pub(crate) const LISTEN_WAIT: Duration = Duration::from_secs(2);
/// When a silent connection to PostgreSQL is probed.
pub(crate) const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
/// When a connection to PostgreSQL that does not take our bytes is given up.
pub(crate) const TCP_USER_TIMEOUT: Duration = Duration::from_secs(20);
/// NULLs in a statement of which PostgreSQL may be unable to find the types: each multiplies the attempts by 3.
pub(crate) const UNKNOWN_NULLS_LIMIT: usize = 4;
/// How often an idle SQLite committer looks whether another process wrote: what a command changes is in force within a
/// second, and whoever hears of it needs a part of that (a zone of 10,000 records). A look is one pragma.
pub(crate) const LOOK_PAUSE: Duration = Duration::from_millis(250);
