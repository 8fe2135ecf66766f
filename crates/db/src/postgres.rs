//! The PostgreSQL engine: threads with a connection each, and one more that carries notices.
//!
//! A closure is one transaction; what the server refuses because of a deadlock is run again, and a
//! connection that breaks is opened again when the next closure comes. BEGIN travels together with the
//! first statement. A COMMIT whose answer never came has an unknown outcome and is an error.

mod server;
mod values;

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::join;
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_postgres::{Client, Statement};

use crate::courier::Courier;
use crate::error::DbError;
use crate::job::Job;
use crate::limits::*;
use crate::migrate::{self, Applied, Pending};
use crate::sqlite::spawn;
use crate::tx::{Connection as AnyConnection, Tx};
use crate::value::{AnyRow, Row, Value};
use crate::{CommitPoint, Shared, dialect, rows};

pub(crate) use server::{Heard, Server, quoted};
pub(crate) use values::Cell;
#[cfg(test)]
pub(crate) use values::numeric;

use values::{Signature, attempts, parameters, signature};

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Work for a connection thread.
pub(crate) enum Work {
    Write(Box<dyn Job>),
    Read(Box<dyn Job>),
    Migrate(migrate::Run),
}

pub(crate) struct Engine {
    work: mpsc::Sender<Work>,
    courier: Arc<Courier>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Engine {
    pub(crate) fn work(&self) -> &mpsc::Sender<Work> {
        &self.work
    }

    /// Begins to hear what other nodes tell.
    pub(crate) fn listen(&self) {
        self.courier.listen();
    }

    /// Lets the threads finish what they have; notices that wait go out.
    pub(crate) fn close(self) {
        drop(self.work);
        crate::join_all(self.threads);
        self.courier.close();
    }
}

pub(crate) fn open(url: &str, shared: Arc<Shared>) -> Result<Engine, DbError> {
    let server = Arc::new(Server::parse(url, shared.options.schema.clone())?);
    // The caller may be inside a runtime, so the first connection is made on a thread of its own.
    let first = Arc::clone(&server);
    let (reply, answer) = std::sync::mpsc::channel();
    let probe = spawn("db-probe", move || drop(reply.send(probe(&first))))?;
    answer.recv().map_err(|_| DbError::closed())??;
    crate::join_all(vec![probe]);

    let courier = Arc::new(Courier::new(Arc::clone(&server), Arc::clone(&shared)));
    let (work, waiting) = mpsc::channel(WAITING_WRITES_LIMIT);
    let waiting = Arc::new(Mutex::new(waiting));
    let mut threads = Vec::new();
    for _ in 0..shared.options.connections.max(1) {
        let waiting = Arc::clone(&waiting);
        let connection = Connection::new(Arc::clone(&server))?;
        let mut worker = Worker {
            tx: Tx::new(AnyConnection::Postgres(Box::new(connection))),
            shared: Arc::clone(&shared),
            courier: Arc::clone(&courier),
        };
        threads.push(spawn("db-connection", move || worker.serve(&waiting))?);
    }
    Ok(Engine { work, courier, threads })
}

/// Does something that no transaction can hold, on a connection of its own.
pub(crate) fn administer(
    url: &str,
    work: impl FnOnce(&mut Connection) -> Result<(), DbError> + Send + 'static,
) -> Result<(), DbError> {
    let server = Arc::new(Server::parse(url, None)?);
    let (reply, answer) = std::sync::mpsc::channel();
    // The caller may be inside a runtime.
    let thread = spawn("db-administration", move || {
        let done = Connection::new(server).and_then(|mut connection| {
            connection.connect()?;
            work(&mut connection)
        });
        drop(reply.send(done));
    })?;
    let done = answer.recv().map_err(|_| DbError::closed())?;
    crate::join_all(vec![thread]);
    done
}

/// Connects once, so that a wrong URL is found at the start, and makes the schema if it is missing.
fn probe(server: &Arc<Server>) -> Result<(), DbError> {
    let mut connection = Connection::new(Arc::clone(server))?;
    connection.connect()?;
    if let Some(schema) = &server.schema {
        connection.batch(&format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema)))?;
    }
    Ok(())
}

/// Why a transaction cannot go on, beyond the statement itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// A deadlock or a stale plan: run the closure again.
    Again,
    /// The connection is gone.
    Lost,
}

/// A connection with its own small runtime, driven by one thread.
pub(crate) struct Connection {
    server: Arc<Server>,
    runtime: Runtime,
    client: Option<Client>,
    statements: HashMap<(&'static str, Signature), Statement>,
    /// A BEGIN that has not been sent yet.
    begin: Option<&'static str>,
    trouble: Option<Trouble>,
}

impl Connection {
    fn new(server: Arc<Server>) -> Result<Connection, DbError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| DbError::unavailable("make a runtime", source))?;
        Ok(Connection {
            server,
            runtime,
            client: None,
            statements: HashMap::new(),
            begin: None,
            trouble: None,
        })
    }

    fn connect(&mut self) -> Result<(), DbError> {
        if self.client.as_ref().is_some_and(|client| !client.is_closed()) {
            return Ok(());
        }
        self.forget();
        self.client = Some(self.runtime.block_on(self.server.connect(None))?);
        Ok(())
    }

    fn forget(&mut self) {
        self.client = None;
        self.statements.clear();
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        let client = self.client.as_ref().ok_or_else(DbError::closed)?;
        let result = self.runtime.block_on(client.batch_execute(sql));
        result.map_err(|error| self.explain("", error))
    }

    /// A prepared statement; sends a waiting BEGIN first.
    fn prepared(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<(Statement, Option<&'static str>), DbError> {
        let signature = signature(values);
        if let Some(statement) = self.statements.get(&(sql, signature)) {
            return Ok((statement.clone(), self.begin.take()));
        }
        if self.statements.len() >= STATEMENTS_LIMIT {
            self.statements.clear();
        }
        let text = dialect::for_postgres(sql);
        let client = self.client.as_ref().ok_or_else(DbError::closed)?;
        // Before BEGIN a failed attempt harms nothing; within a transaction a savepoint keeps it whole.
        let inside = self.begin.is_none();
        let result = self.runtime.block_on(async {
            if inside {
                client.batch_execute("SAVEPOINT prepare").await?;
            }
            let mut first = None;
            for types in attempts(values, signature) {
                match client.prepare_typed(&text, &types).await {
                    Ok(statement) => {
                        if inside {
                            client.batch_execute("RELEASE SAVEPOINT prepare").await?;
                        }
                        return Ok(statement);
                    }
                    Err(error) if error.code().is_none() => return Err(error),
                    Err(error) => drop(first.get_or_insert(error)),
                }
                if inside {
                    client.batch_execute("ROLLBACK TO SAVEPOINT prepare").await?;
                }
            }
            Err(first.expect("invariant: there is at least one attempt"))
        });
        let statement = result.map_err(|error| self.explain(sql, error))?;
        self.statements.insert((sql, signature), statement.clone());
        Ok((statement, self.begin.take()))
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        let (statement, begin) = self.prepared(sql, values)?;
        let client = self.client.as_ref().ok_or_else(DbError::closed)?;
        let result = self.runtime.block_on(async {
            let run = client.execute_raw(&statement, parameters(values));
            match begin {
                None => run.await,
                // Polled in this order, so BEGIN is sent first; one round trip for both.
                Some(begin) => {
                    let (begun, result) = join(client.batch_execute(begin), run).await;
                    begun.and(result)
                }
            }
        });
        result.map_err(|error| self.explain(sql, error))
    }

    /// Hands the rows over until `read` says false.
    pub(crate) fn each(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: &mut dyn FnMut(&Row<'_>) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        let (statement, begin) = self.prepared(sql, values)?;
        let client = self.client.as_ref().ok_or_else(DbError::closed)?;
        let mut stopped = None;
        let result = self.runtime.block_on(async {
            let run = client.query_raw(&statement, parameters(values));
            let rows = match begin {
                None => run.await?,
                Some(begin) => {
                    let (begun, rows) = join(client.batch_execute(begin), run).await;
                    begun?;
                    rows?
                }
            };
            let mut rows = std::pin::pin!(rows);
            while let Some(row) = rows.try_next().await? {
                // Rows are read to the end in any case: an error can stand behind the last of them.
                if stopped.is_none() {
                    match read(&Row(AnyRow::Postgres(&row))) {
                        Ok(true) => {}
                        Ok(false) => stopped = Some(Ok(())),
                        Err(error) => stopped = Some(Err(error)),
                    }
                }
            }
            Ok(())
        });
        result.map_err(|error| self.explain(sql, error))?;
        stopped.unwrap_or(Ok(()))
    }

    /// Ends a transaction; nothing is sent if nothing was begun.
    fn end(&mut self, sql: &'static str) -> Result<(), DbError> {
        if self.begin.take().is_some() {
            return Ok(());
        }
        self.batch(sql)
    }

    /// Undoes what was done; a connection that cannot even do that is given up.
    fn roll_back(&mut self) {
        if self.client.is_some() && self.end("ROLLBACK").is_err() {
            self.forget();
        }
        self.trouble = None;
    }

    fn explain(&mut self, sql: &'static str, error: tokio_postgres::Error) -> DbError {
        let Some(database) = error.as_db_error() else {
            let broken =
                error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
            if broken {
                self.trouble = Some(Trouble::Lost);
                return DbError::unavailable("speak with PostgreSQL", error);
            }
            return DbError::Statement { sql, source: Arc::new(error) };
        };
        let code = database.code().code().to_owned();
        let constraint = || database.constraint().unwrap_or(database.message()).to_owned();
        match code.as_str() {
            "23505" => DbError::Conflict { constraint: constraint() },
            code if code.starts_with("23") => DbError::Constraint { constraint: constraint() },
            "53100" => DbError::Full { source: Arc::new(error) },
            "40001" | "40P01" => {
                self.trouble = Some(Trouble::Again);
                DbError::unavailable("finish beside other transactions", error)
            }
            // A plan from before a migration; a statement that a pooler in between has lost.
            "0A000" | "26000" if !self.statements.is_empty() => {
                self.statements.clear();
                self.trouble = Some(Trouble::Again);
                DbError::Statement { sql, source: Arc::new(error) }
            }
            "57P01" | "57P02" | "57P03" => {
                self.trouble = Some(Trouble::Lost);
                DbError::unavailable("speak with PostgreSQL", error)
            }
            // Connection, authorisation, resources, operator, system and internal errors; a standby.
            code if ["08", "28", "3D", "53", "55", "57", "58", "XX"].contains(&&code[..2]) => {
                DbError::unavailable("execute a statement", error)
            }
            "25006" => DbError::unavailable("write", error),
            _ => DbError::Statement { sql, source: Arc::new(error) },
        }
    }

    fn migrate(&mut self, run: &migrate::Run) -> Result<Vec<Pending>, DbError> {
        self.connect()?;
        let result = self.migrate_locked(run);
        if result.is_err() {
            self.roll_back();
        }
        self.statements.clear();
        result
    }

    fn migrate_locked(&mut self, run: &migrate::Run) -> Result<Vec<Pending>, DbError> {
        self.batch("BEGIN")?;
        // Nodes that start together migrate one after the other; the lock ends with the transaction.
        self.batch(
            "SELECT pg_advisory_xact_lock(hashtext('relais migrations'), hashtext(current_schema()))",
        )?;
        self.batch(&dialect::tables_for_postgres(rows::CREATE))?;
        if !run.dry {
            self.batch(dialect::SMALL_ON_POSTGRES)?;
        }
        let mut applied = Vec::new();
        self.each(rows::APPLIED, &[], &mut |row| {
            applied.push(Applied {
                owner: row.text(0)?.to_owned(),
                number: row.integer(1)?,
                checksum: row.text(2)?.to_owned(),
            });
            Ok(true)
        })?;
        let pending = migrate::plan(&run.migrations, &applied)?;
        if !run.dry {
            for step in &pending {
                self.batch(&dialect::tables_for_postgres(step.sql)).map_err(|error| match error {
                    DbError::Statement { source, .. } => DbError::Statement { sql: step.sql, source },
                    other => other,
                })?;
                let checksum = migrate::checksum(step.sql);
                let values = [
                    step.owner.into(),
                    i64::from(step.number).into(),
                    step.name.into(),
                    Value::Text(&checksum),
                ];
                self.execute(rows::RECORD, &values)?;
            }
        }
        self.batch("COMMIT")?;
        Ok(pending)
    }
}

struct Worker {
    tx: Tx,
    shared: Arc<Shared>,
    courier: Arc<Courier>,
}

impl Worker {
    fn serve(&mut self, waiting: &Mutex<mpsc::Receiver<Work>>) {
        loop {
            let work = waiting.lock().blocking_recv();
            match work {
                None => return,
                Some(Work::Write(job)) => self.write(job),
                Some(Work::Read(job)) => self.read(job),
                Some(Work::Migrate(run)) => {
                    let result = self.connection().migrate(&run);
                    run.answer(result);
                }
            }
        }
    }

    fn connection(&mut self) -> &mut Connection {
        match &mut self.tx.connection {
            AnyConnection::Postgres(connection) => connection,
            AnyConnection::Sqlite(_) => unreachable!("invariant: this thread opened PostgreSQL"),
        }
    }

    fn write(&mut self, mut job: Box<dyn Job>) {
        let mut attempt = 0;
        loop {
            match self.try_write(job.as_mut()) {
                Ok(()) => return job.answer(Ok(())),
                Err(Unfinished::Failed(error)) => return job.answer(Err(error)),
                // Its own error says what happened.
                Err(Unfinished::Again(error)) if attempt >= RETRIES_LIMIT => return job.answer(Err(error)),
                Err(Unfinished::Again(_)) => {
                    attempt += 1;
                    // Threads differ, so two that met in a deadlock do not meet again at once.
                    let thread = std::process::id() as u64 ^ (&raw const *self as u64 >> 6);
                    std::thread::sleep(Duration::from_micros(u64::from(attempt) * (200 + thread % 800)));
                }
                Err(Unfinished::Lost(_)) if attempt == 0 => attempt = RETRIES_LIMIT / 2,
                Err(Unfinished::Lost(error)) => return job.answer(Err(error)),
            }
        }
    }

    fn try_write(&mut self, job: &mut dyn Job) -> Result<(), Unfinished> {
        let connection = self.connection();
        connection.connect().map_err(Unfinished::Failed)?;
        connection.trouble = None;
        connection.begin = Some(BEGIN);
        let kept = job.run(&mut self.tx);
        let connection = self.connection();
        match connection.trouble {
            Some(Trouble::Again) => {
                connection.roll_back();
                let source = std::io::Error::other("too many deadlocks");
                return Err(Unfinished::Again(DbError::unavailable("finish beside others", source)));
            }
            // Nothing was committed, so it may run again.
            Some(Trouble::Lost) => {
                connection.forget();
                let source = std::io::Error::other("the connection broke");
                return Err(Unfinished::Lost(DbError::unavailable("speak with PostgreSQL", source)));
            }
            None => {}
        }
        if !kept {
            connection.roll_back();
            return Ok(());
        }
        if let Err(error) = self.shared.hook(CommitPoint::Before) {
            self.connection().roll_back();
            return Err(Unfinished::Failed(error));
        }
        let connection = self.connection();
        if let Err(error) = connection.end("COMMIT") {
            return Err(match connection.trouble {
                Some(Trouble::Again) => Unfinished::Again(error),
                Some(Trouble::Lost) => {
                    connection.forget();
                    Unfinished::Failed(error)
                }
                None => {
                    connection.roll_back();
                    Unfinished::Failed(error)
                }
            });
        }
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        self.shared.transactions.fetch_add(1, Ordering::Relaxed);
        self.shared.hook(CommitPoint::After).map_err(Unfinished::Failed)?;
        for notice in std::mem::take(&mut self.tx.effects).run() {
            self.shared.tell(notice.clone());
            self.courier.carry(notice);
        }
        Ok(())
    }

    fn read(&mut self, mut job: Box<dyn Job>) {
        if let Err(error) = self.begin_snapshot() {
            return job.answer(Err(error));
        }
        job.run(&mut self.tx);
        // The caller need not wait for the end of a transaction that changed nothing.
        job.answer(Ok(()));
        let connection = self.connection();
        match connection.trouble {
            Some(Trouble::Lost) => connection.forget(),
            _ => connection.roll_back(),
        }
    }

    /// The closure can run once only, so a connection that broke while it was idle is found here.
    fn begin_snapshot(&mut self) -> Result<(), DbError> {
        let connection = self.connection();
        connection.begin = None;
        for last in [false, true] {
            connection.connect()?;
            connection.trouble = None;
            match connection.batch(BEGIN_SNAPSHOT) {
                Err(_) if !last && connection.trouble == Some(Trouble::Lost) => connection.forget(),
                other => return other,
            }
        }
        Ok(())
    }
}

/// How a transaction ended that did not commit.
enum Unfinished {
    Failed(DbError),
    Again(DbError),
    Lost(DbError),
}
