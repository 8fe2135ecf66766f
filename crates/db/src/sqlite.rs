//! The SQLite engine: one committer thread that runs many waiting closures in one durable commit, and
//! a pool of readers on snapshots.
//!
//! A batch is one transaction with a savepoint per closure. If SQLite gives the whole transaction up
//! (disk full, IO error) or the commit fails, each closure of the batch is run again in a commit of
//! its own, so that the one at fault fails alone and nobody hears "done" for what is not durable.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, OpenFlags};
use tokio::sync::mpsc;

use crate::error::DbError;
use crate::job::Job;
use crate::limits::*;
use crate::tx::{Connection, Effects, Tx};
use crate::value::{AnyRow, Row, Value};
use crate::{CommitPoint, Shared, migrate};

/// Work for the committer.
pub(crate) enum Work {
    Write(Box<dyn Job>),
    /// Only for a database in memory, which has one connection.
    Read(Box<dyn Job>),
    Migrate(migrate::Run),
    /// Has another process written?
    Look,
}

pub(crate) struct Engine {
    pub(crate) writes: mpsc::Sender<Work>,
    pub(crate) reads: Option<mpsc::Sender<Box<dyn Job>>>,
    /// Ends the thread that asks the committer to look.
    pub(crate) looking: Option<std::sync::mpsc::Sender<()>>,
    pub(crate) threads: Vec<std::thread::JoinHandle<()>>,
}

/// Where the database lies.
#[derive(Clone)]
enum Place {
    Memory,
    File(PathBuf),
}

pub(crate) fn open(path: &str, shared: Arc<Shared>) -> Result<Engine, DbError> {
    let place = if path == ":memory:" { Place::Memory } else { Place::File(PathBuf::from(path)) };
    let mut committer = Committer { place: place.clone(), shared: Arc::clone(&shared), open: None };
    committer.connect(true)?;
    let (writes, waiting) = mpsc::channel(WAITING_WRITES_LIMIT);
    let mut threads = vec![spawn("db-committer", move || committer.serve(waiting))?];
    let (mut reads, mut looking) = (None, None);
    if let Place::File(path) = &place {
        let (sender, waiting) = mpsc::channel(WAITING_READS_LIMIT);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..shared.options.readers.max(1) {
            let waiting = Arc::clone(&waiting);
            let mut reader = Reader { path: path.clone(), open: None };
            threads.push(spawn("db-reader", move || reader.serve(&waiting))?);
        }
        reads = Some(sender);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let committer = writes.downgrade();
        threads.push(spawn("db-look", move || {
            use std::sync::mpsc::RecvTimeoutError::Timeout;
            while ended.recv_timeout(LOOK_PAUSE) == Err(Timeout) {
                // A committer that is busy looks by itself.
                committer.upgrade().map(|committer| committer.try_send(Work::Look));
            }
        })?);
        looking = Some(end);
    }
    Ok(Engine { writes, reads, looking, threads })
}

pub(crate) fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, DbError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|source| DbError::unavailable("start a thread", source))
}

/// An open database file and which file it was: a file that was removed or replaced under us would
/// otherwise swallow commits unseen.
struct Open {
    tx: Tx,
    identity: Option<(u64, u64)>,
    /// Changes when another connection commits.
    version: Option<i64>,
}

#[cfg(unix)]
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    fs::metadata(path).map(|_| (0, 0))
}

/// Why a batch did not become durable.
struct Broken {
    error: DbError,
    /// Each closure may be tried alone.
    alone: bool,
}

struct Committer {
    place: Place,
    shared: Arc<Shared>,
    open: Option<Open>,
}

impl Committer {
    fn serve(&mut self, mut waiting: mpsc::Receiver<Work>) {
        let mut batch = Vec::new();
        while let Some(first) = waiting.blocking_recv() {
            let mut next = Some(first);
            while let Some(work) = next.take() {
                match work {
                    Work::Write(job) => {
                        batch.push(job);
                        if batch.len() < BATCH_LIMIT {
                            next = waiting.try_recv().ok();
                        }
                    }
                    Work::Read(job) => self.read(job),
                    Work::Look => {}
                    Work::Migrate(run) => {
                        self.commit(std::mem::take(&mut batch));
                        self.migrate(run);
                    }
                }
            }
            self.commit(std::mem::take(&mut batch));
            self.look();
        }
    }

    /// Other processes do not tell what they changed, so subscribers look again at everything.
    fn look(&mut self) {
        let Some(open) = &mut self.open else { return };
        let read = |row: &rusqlite::Row<'_>| row.get(0);
        let version = sqlite_of(&mut open.tx)
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], read))
            .ok();
        let before = std::mem::replace(&mut open.version, version);
        if before.is_some() && before != version {
            self.shared.tell_all();
        }
    }

    /// Opens the database, or makes sure that the open one is still the file of that name.
    fn connect(&mut self, create: bool) -> Result<&mut Tx, DbError> {
        if let (Some(open), Place::File(path)) = (&self.open, &self.place) {
            match identity(path) {
                Ok(found) if Some(found) == open.identity => {}
                Ok(_) => self.open = None,
                Err(source) => {
                    self.open = None;
                    return Err(DbError::unavailable(format!("find {}", path.display()), source));
                }
            }
        }
        if self.open.is_none() {
            self.open = Some(self.open_database(create)?);
        }
        let open = self.open.as_mut().expect("invariant: opened just above");
        Ok(&mut open.tx)
    }

    fn open_database(&self, create: bool) -> Result<Open, DbError> {
        let synchronous = if self.shared.options.durable { "FULL" } else { "OFF" };
        let (connection, identity) = match &self.place {
            Place::Memory => {
                (rusqlite::Connection::open_in_memory().map_err(|error| explain("open it", error))?, None)
            }
            Place::File(path) => {
                let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                if create {
                    flags |= OpenFlags::SQLITE_OPEN_CREATE;
                }
                let what = format!("open {}", path.display());
                let connection = rusqlite::Connection::open_with_flags(path, flags)
                    .map_err(|error| explain(&what, error))?;
                connection
                    .execute_batch("PRAGMA journal_mode = WAL")
                    .map_err(|error| explain(&what, error))?;
                let identity = identity(path).map_err(|source| DbError::unavailable(what, source))?;
                (connection, Some(identity))
            }
        };
        connection
            .execute_batch(&format!(
                "PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
                 PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; \
                 PRAGMA journal_size_limit = {LOG_SIZE_LIMIT_BYTES}; \
                 PRAGMA cache_size = -{WRITER_CACHE_KIB};"
            ))
            .map_err(|error| explain("set it up", error))?;
        set_up(&connection)?;
        Ok(Open { tx: Tx::new(Connection::Sqlite(connection)), identity, version: None })
    }

    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        if jobs.is_empty() {
            return;
        }
        match self.try_commit(&mut jobs) {
            Ok(effects) => {
                for effect in effects {
                    for notice in effect.run() {
                        self.shared.tell(notice);
                    }
                }
                for job in jobs {
                    job.answer(Ok(()));
                }
            }
            Err(broken) if broken.alone && jobs.len() > 1 => {
                tracing::warn!(error = %broken.error, closures = jobs.len(), "a batch failed: one by one");
                for job in jobs {
                    self.commit(vec![job]);
                }
            }
            Err(broken) => {
                for job in jobs {
                    job.answer(Err(broken.error.clone()));
                }
            }
        }
    }

    fn try_commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<Vec<Effects>, Broken> {
        let shared = Arc::clone(&self.shared);
        let together = |error| Broken { error, alone: false };
        let tx = self.connect(false).map_err(together)?;
        if let Err(error) = plain(tx, "BEGIN IMMEDIATE") {
            if !matches!(error, DbError::Full { .. }) {
                self.open = None;
            }
            return Err(together(error));
        }
        let mut effects = Vec::with_capacity(jobs.len());
        let only = jobs.len() == 1;
        for job in &mut *jobs {
            let (kept, lost) = run_in_savepoint(tx, job.as_mut());
            match lost {
                None if kept => effects.push(std::mem::take(&mut tx.effects)),
                None => {}
                // The closure has its own error, and there is nothing else in this transaction.
                Some(_) if only && !kept => return Ok(Vec::new()),
                Some(error) => {
                    roll_back(tx);
                    return Err(Broken { error, alone: true });
                }
            }
        }
        if let Err(error) = shared.hook(CommitPoint::Before) {
            roll_back(tx);
            return Err(together(error));
        }
        if let Err(error) = plain(tx, "COMMIT") {
            roll_back(tx);
            if !matches!(error, DbError::Full { .. } | DbError::Constraint { .. }) {
                self.open = None;
            }
            return Err(Broken { error, alone: true });
        }
        shared.commits.fetch_add(1, Ordering::Relaxed);
        shared.transactions.fetch_add(effects.len() as u64, Ordering::Relaxed);
        shared.hook(CommitPoint::After).map_err(together)?;
        Ok(effects)
    }

    fn read(&mut self, mut job: Box<dyn Job>) {
        let outcome = self.connect(false).and_then(|tx| {
            plain(tx, "PRAGMA query_only = ON")?;
            let outcome = read_snapshot(tx, job.as_mut());
            plain(tx, "PRAGMA query_only = OFF")?;
            outcome
        });
        job.answer(outcome);
    }

    fn migrate(&mut self, run: migrate::Run) {
        let result = self.connect(false).and_then(|tx| migrate::on_sqlite(sqlite_of(tx), &run));
        run.answer(result);
    }
}

/// Runs one closure; tells whether its changes are kept and, if SQLite gave up the whole
/// transaction, why.
fn run_in_savepoint(tx: &mut Tx, job: &mut dyn Job) -> (bool, Option<DbError>) {
    if let Err(error) = plain(tx, "SAVEPOINT closure") {
        return (true, Some(error));
    }
    let kept = job.run(tx);
    if sqlite_of(tx).is_autocommit() {
        let source = std::io::Error::other("SQLite rolled the transaction back");
        return (kept, Some(DbError::unavailable("go on with the transaction", source)));
    }
    let end = if kept {
        plain(tx, "RELEASE closure")
    } else {
        plain(tx, "ROLLBACK TO closure").and_then(|()| plain(tx, "RELEASE closure"))
    };
    (kept, end.err())
}

fn roll_back(tx: &mut Tx) {
    if !sqlite_of(tx).is_autocommit()
        && let Err(error) = plain(tx, "ROLLBACK")
    {
        tracing::error!(error = %model::Chain(&error), "cannot roll back");
    }
}

fn read_snapshot(tx: &mut Tx, job: &mut dyn Job) -> Result<(), DbError> {
    plain(tx, "BEGIN")?;
    job.run(tx);
    tx.effects = Effects::default();
    roll_back(tx);
    Ok(())
}

struct Reader {
    path: PathBuf,
    open: Option<Open>,
}

impl Reader {
    fn serve(&mut self, waiting: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
        loop {
            let job = waiting.lock().blocking_recv();
            let Some(mut job) = job else { return };
            let outcome = self.connect().and_then(|tx| read_snapshot(tx, job.as_mut()));
            if outcome.is_err() {
                self.open = None;
            }
            job.answer(outcome);
        }
    }

    fn connect(&mut self) -> Result<&mut Tx, DbError> {
        let what = || format!("open {}", self.path.display());
        let found = identity(&self.path).map_err(|source| DbError::unavailable(what(), source))?;
        if self.open.as_ref().is_none_or(|open| open.identity != Some(found)) {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = rusqlite::Connection::open_with_flags(&self.path, flags)
                .map_err(|error| explain(&what(), error))?;
            connection
                .execute_batch(&format!("PRAGMA cache_size = -{READER_CACHE_KIB}; PRAGMA query_only = ON;"))
                .map_err(|error| explain("set it up", error))?;
            set_up(&connection)?;
            self.open = Some(Open {
                tx: Tx::new(Connection::Sqlite(connection)),
                identity: Some(found),
                version: None,
            });
        }
        let open = self.open.as_mut().expect("invariant: opened just above");
        Ok(&mut open.tx)
    }
}

/// What every connection needs.
fn set_up(connection: &rusqlite::Connection) -> Result<(), DbError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_LIMIT);
    // Otherwise the planner looks at bound values, and a cached statement is compiled anew whenever they
    // change: half of the time that a look-up takes.
    connection
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| explain("set it up", error))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| explain("set it up", error))?;
    // Otherwise SQLite plans some statements anew for each value that is bound to them.
    connection
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| explain("set it up", error))?;
    create_small(connection).map_err(|error| explain("set it up", error))?;
    // LIKE compares as on PostgreSQL; sorting in memory spares a file in a directory we may not write.
    connection
        .execute_batch("PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY;")
        .map_err(|error| explain("set it up", error))
}

/// `small(text)`: SQLite's own `lower` knows ASCII only.
fn create_small(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("small", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(text) => Some(crate::small(&String::from_utf8_lossy(text))),
            _ => None,
        })
    })
}

fn sqlite_of(tx: &mut Tx) -> &mut rusqlite::Connection {
    match &mut tx.connection {
        Connection::Sqlite(connection) => connection,
        Connection::Postgres(_) => unreachable!("invariant: this thread opened SQLite"),
    }
}

/// A statement of ours, without parameters or rows.
fn plain(tx: &mut Tx, sql: &'static str) -> Result<(), DbError> {
    let connection = sqlite_of(tx);
    let run = || {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    };
    run().map_err(|error| explain(&sql.to_lowercase(), error))
}

pub(crate) fn execute(
    connection: &rusqlite::Connection,
    sql: &'static str,
    values: &[Value<'_>],
) -> Result<u64, DbError> {
    let run = || connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values));
    run().map(|changed| changed as u64).map_err(|error| explain_statement(sql, error))
}

/// Hands the rows over until `read` says false.
pub(crate) fn each(
    connection: &rusqlite::Connection,
    sql: &'static str,
    values: &[Value<'_>],
    read: &mut dyn FnMut(&Row<'_>) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    let wrong = |error| explain_statement(sql, error);
    let mut statement = connection.prepare_cached(sql).map_err(wrong)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(wrong)?;
    while let Some(row) = rows.next().map_err(wrong)? {
        if !read(&Row(AnyRow::Sqlite(row)))? {
            break;
        }
    }
    Ok(())
}

fn explain_statement(sql: &'static str, error: rusqlite::Error) -> DbError {
    match explain("execute a statement", error) {
        DbError::Unavailable { source, .. } if !is_trouble(&source) => DbError::Statement { sql, source },
        other => other,
    }
}

/// Whether the cause lies outside of the statement: the disk, the file, another process.
fn is_trouble(source: &crate::error::Cause) -> bool {
    let code = source.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    matches!(
        code,
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationAborted
        )
    )
}

pub(crate) fn explain(what: &str, error: rusqlite::Error) -> DbError {
    if let rusqlite::Error::SqliteFailure(failure, message) = &error {
        let message = || message.clone().unwrap_or_else(|| failure.to_string());
        // "UNIQUE constraint failed: address.domain, address.localpart"
        let columns = || match message().split_once(": ") {
            Some((_, columns)) => columns.to_owned(),
            None => message(),
        };
        match failure.code {
            ErrorCode::DiskFull => return DbError::Full { source: Arc::new(error) },
            ErrorCode::ConstraintViolation => {
                return match failure.extended_code {
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                    | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID => DbError::Conflict { constraint: columns() },
                    _ => DbError::Constraint { constraint: message() },
                };
            }
            _ => {}
        }
    }
    DbError::unavailable(what, error)
}
