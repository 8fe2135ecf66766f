//! The database: SQLite by default, PostgreSQL for several nodes, one set of SQL for both.
//!
//! Rows are reached only through a tenant ([`Db::tenant`]) or, with a reason, as the operator
//! ([`Db::operator`]). `write` and `read` take synchronous closures over [`Tx`]; they run on threads
//! of this crate, so the runtime never blocks.
//!
//! **Write.** The closure's changes are durable when `write` returns `Ok`. It may be run more than
//! once, of which at most one counts, so it changes nothing outside of the transaction; what must
//! happen after the commit goes into [`Tx::after_commit`] or [`Tx::notify`]. An `Err`, a panic or a
//! failed commit leaves nothing behind. On SQLite all closures run one after the other; on PostgreSQL
//! (READ COMMITTED) two that count from the same row begin with `UPDATE … SET n = n + 1 … RETURNING n`,
//! which makes the second wait for the first. If the connection breaks during COMMIT the outcome is
//! unknown and the error is [`DbError::Unavailable`]: callers can repeat what they did.
//!
//! **Read.** The closure sees one snapshot, on SQLite and on PostgreSQL (REPEATABLE READ).
//!
//! **SQL.** Parameters are `?1 ?2 …`, types BIGINT, TEXT, BLOB in capitals; `WITHOUT ROWID` and `BLOB`
//! are translated. LIKE minds case and text compares octet by octet on both engines. Foreign keys are
//! enforced on both.

mod courier;
mod dialect;
mod error;
mod job;
mod like;
mod limits;
mod migrate;
mod page;
mod postgres;
mod rows;
mod sqlite;
pub mod testing;
mod tx;
mod value;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{DomainId, OrganisationId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

pub use error::{Cause, DbError};
pub use like::{holding, small};
pub use migrate::{Migrations, Pending};
pub use page::{List, Moment, Page, Seek};
use tx::Reach;
pub use tx::Tx;
pub use value::{Row, Value};

/// Where a fault may strike: see [`Options::commit_hook`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitPoint {
    /// Everything is written, nothing is durable.
    Before,
    /// Everything is durable, nobody knows it yet.
    After,
}

/// A fault layer: an error at a point makes the commit fail there.
pub type CommitHook = Arc<dyn Fn(CommitPoint) -> std::io::Result<()> + Send + Sync>;

/// How to open a database.
#[derive(Clone)]
pub struct Options {
    /// Called around every commit; for crash tests. One that fails for ever is a dead process.
    pub commit_hook: Option<CommitHook>,
    /// Threads that read snapshots (SQLite).
    pub readers: usize,
    /// Connections (PostgreSQL); each has a thread, and is opened when it is first needed.
    pub connections: usize,
    /// Whether a commit waits for the disk (SQLite). False for tests that do not pull the plug.
    pub durable: bool,
    /// The schema that holds the tables (PostgreSQL); made if it is missing. `None` is the server's choice.
    pub schema: Option<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options { commit_hook: None, readers: 4, connections: 8, durable: true, schema: None }
    }
}

/// Something that a transaction told: see [`Tx::notify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing changed.
    pub channel: String,
    /// Which one; empty means: look again at all of them.
    pub payload: String,
    /// Whose it is; `None` where it may be anybody's.
    pub organisation: Option<OrganisationId>,
}

/// How much was committed since the database was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Durable commits.
    pub commits: u64,
    /// Closures in them.
    pub transactions: u64,
}

/// What the handle and the engine's threads share.
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) options: Options,
    pub(crate) notices: broadcast::Sender<Notice>,
    pub(crate) commits: AtomicU64,
    pub(crate) transactions: AtomicU64,
}

impl Shared {
    fn hook(&self, point: CommitPoint) -> Result<(), DbError> {
        match &self.options.commit_hook {
            None => Ok(()),
            Some(hook) => hook(point).map_err(|source| match source.kind() {
                std::io::ErrorKind::StorageFull => DbError::Full { source: Arc::new(source) },
                _ => DbError::unavailable("commit", source),
            }),
        }
    }

    fn tell(&self, notice: Notice) {
        // Nobody listening is no error.
        drop(self.notices.send(notice));
    }

    /// Makes every subscriber look again at everything: see [`Notices::recv`].
    pub(crate) fn tell_all(&self) {
        self.tell(Notice { channel: String::new(), payload: String::new(), organisation: None });
    }
}

/// The end of a subscription.
pub struct Notices(broadcast::Receiver<Notice>);

impl Notices {
    /// The next notice. `Lagged` means that some were missed (this receiver was slow, the connection to
    /// other nodes broke, another process wrote): look again at everything.
    pub async fn recv(&mut self) -> Result<Notice, RecvError> {
        match self.0.recv().await {
            Ok(notice) if notice.channel.is_empty() => Err(RecvError::Lagged(1)),
            result => result,
        }
    }

    /// The next notice, if there is one already.
    pub fn try_recv(&mut self) -> Result<Notice, TryRecvError> {
        match self.0.try_recv() {
            Ok(notice) if notice.channel.is_empty() => Err(TryRecvError::Lagged(1)),
            result => result,
        }
    }
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

struct Inner {
    engine: Option<Engine>,
    shared: Arc<Shared>,
    /// Removes what a test made, after everything is closed.
    leftover: Option<testing::Leftover>,
}

impl Drop for Inner {
    /// Waits until the threads have done what they were given, so that a file can be opened again and
    /// notices have gone out.
    fn drop(&mut self) {
        match self.engine.take() {
            Some(Engine::Sqlite(engine)) => {
                drop((engine.writes, engine.reads, engine.looking));
                join_all(engine.threads);
            }
            Some(Engine::Postgres(engine)) => engine.close(),
            None => {}
        }
        drop(self.leftover.take());
    }
}

/// Waits for threads that have been told to end.
pub(crate) fn join_all(threads: Vec<std::thread::JoinHandle<()>>) {
    let ourselves = std::thread::current().id();
    // The last handle can lie in a closure, and so be dropped on one of these threads.
    if threads.iter().any(|thread| thread.thread().id() == ourselves) {
        return;
    }
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a thread of the database panicked");
        }
    }
}

/// A database. Cheap to clone; closed when the last clone goes.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl Db {
    /// Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. Blocks: called before serving.
    pub fn open(url: &str, options: Options) -> Result<Db, DbError> {
        let (notices, _) = broadcast::channel(limits::NOTICES_LIMIT);
        let shared = Arc::new(Shared {
            url: url.to_owned(),
            options,
            notices,
            commits: AtomicU64::new(0),
            transactions: AtomicU64::new(0),
        });
        let engine = match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                Engine::Sqlite(sqlite::open(path, Arc::clone(&shared))?)
            }
            Some(("postgres" | "postgresql", _)) => {
                Engine::Postgres(postgres::open(url, Arc::clone(&shared))?)
            }
            _ => return Err(DbError::Url { url: url.to_owned() }),
        };
        Ok(Db { inner: Arc::new(Inner { engine: Some(engine), shared, leftover: None }) })
    }

    /// Runs the steps that have not run yet, all of them or none. Blocks: called before serving.
    /// Refuses a database that a newer program made. A SQLite database that is not fresh is copied to
    /// `PATH.before-OWNER-STEP` first; of PostgreSQL the operator keeps backups.
    pub fn migrate(&self, migrations: &[Migrations]) -> Result<(), DbError> {
        self.run_migrations(migrations, false).map(drop)
    }

    /// The steps that [`Db::migrate`] would run. Blocks.
    pub fn pending(&self, migrations: &[Migrations]) -> Result<Vec<Pending>, DbError> {
        self.run_migrations(migrations, true)
    }

    fn run_migrations(&self, migrations: &[Migrations], dry: bool) -> Result<Vec<Pending>, DbError> {
        let (reply, answer) = std::sync::mpsc::channel();
        let run = migrate::Run { migrations: migrations.to_vec(), dry, reply };
        match self.engine() {
            Engine::Sqlite(engine) => hand_over(&engine.writes, sqlite::Work::Migrate(run))?,
            Engine::Postgres(engine) => hand_over(engine.work(), postgres::Work::Migrate(run))?,
        }
        answer.recv().map_err(|_| DbError::closed())?
    }

    /// The rows of one organisation.
    pub fn tenant(&self, organisation: OrganisationId) -> Scoped {
        Scoped { db: self.clone(), reach: Reach { organisation: Some(organisation), domain: None } }
    }

    /// The rows of one mail domain of an organisation: only for closures whose statements ask [`Tx::domain`].
    pub fn domain(&self, organisation: OrganisationId, domain: DomainId) -> Scoped {
        Scoped { db: self.clone(), reach: Reach { organisation: Some(organisation), domain: Some(domain) } }
    }

    /// The rows of everybody, for work that belongs to no organisation: `why` says which.
    pub fn operator(&self, why: &'static str) -> Scoped {
        tracing::trace!(why, "reaching rows as the operator");
        Scoped { db: self.clone(), reach: Reach::default() }
    }

    /// What transactions tell from now on, on this and every other node. A receiver that lags, or one
    /// whose connection broke, gets `Lagged`: it looks again at everything. So it does within a second
    /// or so after another process (the command line) wrote to the same SQLite file.
    pub fn subscribe(&self) -> Notices {
        let receiver = Notices(self.inner.shared.notices.subscribe());
        if let Engine::Postgres(engine) = self.engine() {
            engine.listen();
        }
        receiver
    }

    /// How much was committed since the database was opened.
    pub fn counters(&self) -> Counters {
        Counters {
            commits: self.inner.shared.commits.load(Ordering::Relaxed),
            transactions: self.inner.shared.transactions.load(Ordering::Relaxed),
        }
    }

    fn engine(&self) -> &Engine {
        self.inner.engine.as_ref().expect("invariant: taken only when the last handle is dropped")
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let engine = match self.engine() {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        };
        f.debug_tuple("Db").field(&engine).finish()
    }
}

/// Gives work to a thread without waiting in the runtime: only before serving, when there is room.
fn hand_over<T>(sender: &tokio::sync::mpsc::Sender<T>, work: T) -> Result<(), DbError> {
    sender.try_send(work).map_err(|_| DbError::closed())
}

/// The rows of one organisation or of a domain of it, or of everybody.
#[derive(Clone, Debug)]
pub struct Scoped {
    db: Db,
    reach: Reach,
}

impl Scoped {
    /// Whose rows; `None` for the operator.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.reach.organisation
    }

    /// Runs a closure that changes rows; `Ok` means durable. The closure may be run more than once.
    /// If the caller stops waiting, the changes can stand all the same.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (job, answer) = job::Closure::boxed(self.reach, work);
        let sent = match self.db.engine() {
            Engine::Sqlite(engine) => engine.writes.send(sqlite::Work::Write(job)).await.is_ok(),
            Engine::Postgres(engine) => engine.work().send(postgres::Work::Write(job)).await.is_ok(),
        };
        match answer.await {
            Ok(result) if sent => result,
            _ => Err(E::from(DbError::closed())),
        }
    }

    /// Runs a closure on a snapshot; statements that change rows fail.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let mut work = Some(work);
        let once = move |tx: &mut Tx| match work.take() {
            Some(work) => work(tx),
            None => Err(E::from(DbError::closed())),
        };
        let (job, answer) = job::Closure::boxed(self.reach, once);
        let sent = match self.db.engine() {
            Engine::Sqlite(engine) => match &engine.reads {
                Some(reads) => reads.send(job).await.is_ok(),
                None => engine.writes.send(sqlite::Work::Read(job)).await.is_ok(),
            },
            Engine::Postgres(engine) => engine.work().send(postgres::Work::Read(job)).await.is_ok(),
        };
        match answer.await {
            Ok(result) if sent => result,
            _ => Err(E::from(DbError::closed())),
        }
    }
}

#[cfg(test)]
mod tests;
