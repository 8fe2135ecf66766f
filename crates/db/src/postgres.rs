//! The PostgreSQL engine: threads with a connection each, and one more that carries notices.
//!
//! A closure is one transaction; what the server refuses because of a deadlock is run again, and a
//! connection that breaks is opened again when the next closure comes. BEGIN travels together with the
//! first statement. A COMMIT whose answer never came has an unknown outcome and is an error.

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
use tokio_postgres::config::SslMode;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Statement};

use crate::courier::Courier;
use crate::error::DbError;
use crate::job::Job;
use crate::limits::*;
use crate::migrate::{self, Applied, Pending};
use crate::sqlite::spawn;
use crate::tx::{Connection as AnyConnection, Tx};
use crate::value::{AnyRow, Row, Value};
use crate::{CommitPoint, Shared, dialect, rows};

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

/// Connects once, so that a wrong URL is found at the start, and makes the schema if it is missing.
fn probe(server: &Arc<Server>) -> Result<(), DbError> {
    let mut connection = Connection::new(Arc::clone(server))?;
    connection.connect()?;
    if let Some(schema) = &server.schema {
        connection.batch(&format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema)))?;
    }
    Ok(())
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// How to reach the server.
pub(crate) struct Server {
    config: Config,
    tls: Option<rustls::ClientConfig>,
    pub(crate) schema: Option<String>,
}

impl Server {
    fn parse(url: &str, schema: Option<String>) -> Result<Server, DbError> {
        let wrong = || DbError::Url { url: without_password(url) };
        let mut parsed = url::Url::parse(url).map_err(|_| wrong())?;
        let mut roots_file = None;
        let mut kept = Vec::new();
        for (name, value) in parsed.query_pairs() {
            match (&*name, &*value) {
                ("sslrootcert", path) => roots_file = Some(path.to_owned()),
                // We never speak TLS without verifying whom we speak to.
                ("sslmode", "verify-full" | "verify-ca") => {
                    kept.push(("sslmode".to_owned(), "require".to_owned()));
                }
                (name, value) => kept.push((name.to_owned(), value.to_owned())),
            }
        }
        if kept.is_empty() {
            parsed.set_query(None);
        } else {
            // Not form encoding: a plus sign stays a plus sign.
            let pairs: Vec<String> =
                kept.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
            parsed.set_query(Some(&pairs.join("&")));
        }
        let mut config: Config = parsed.as_str().parse().map_err(|_| wrong())?;
        config.connect_timeout(CONNECT_TIMEOUT).keepalives_idle(KEEPALIVE_IDLE);
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
        if config.get_application_name().is_none() {
            config.application_name("relais");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(client_config(roots_file.as_deref())?),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Server { config, tls, schema })
    }

    /// Connects and lets `drive` have the connection, which must be polled for the client to work.
    pub(crate) async fn connect(&self, courier: Option<mpsc::Sender<Heard>>) -> Result<Client, DbError> {
        let failed = |source| DbError::unavailable("connect to PostgreSQL", source);
        let client = match &self.tls {
            None => {
                let (client, connection) =
                    self.config.connect(tokio_postgres::NoTls).await.map_err(failed)?;
                tokio::spawn(drive(connection, courier));
                client
            }
            Some(tls) => {
                let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls.clone());
                let (client, connection) = self.config.connect(tls).await.map_err(failed)?;
                tokio::spawn(drive(connection, courier));
                client
            }
        };
        if let Some(schema) = &self.schema {
            client.batch_execute(&format!("SET search_path TO {}", quoted(schema))).await.map_err(failed)?;
        }
        // A name of 63 octets is cut silently and such notices only fill the log.
        client.batch_execute("SET client_min_messages TO warning").await.map_err(failed)?;
        Ok(client)
    }
}

/// A notice of another connection.
pub(crate) struct Heard {
    pub(crate) process: i32,
    pub(crate) payload: String,
}

/// Moves a connection's bytes until it breaks or its client goes; hands notifications over.
async fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>, courier: Option<mpsc::Sender<Heard>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        let message = std::future::poll_fn(|context| connection.poll_message(context)).await;
        match message {
            Some(Ok(tokio_postgres::AsyncMessage::Notification(notification))) => {
                let Some(courier) = &courier else { continue };
                let heard =
                    Heard { process: notification.process_id(), payload: notification.payload().to_owned() };
                if courier.send(heard).await.is_err() {
                    return;
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(error = %model::Chain(&error), "a connection to PostgreSQL broke");
                return;
            }
            None => return,
        }
    }
}

fn client_config(roots_file: Option<&str>) -> Result<rustls::ClientConfig, DbError> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let failed = |source: std::io::Error| DbError::unavailable("read the root certificates", source);
    let mut roots = rustls::RootCertStore::empty();
    match roots_file {
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
                .map_err(|error| failed(std::io::Error::other(error)))?;
            roots.add_parsable_certificates(certificates);
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| DbError::unavailable("set up TLS", source))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn percent(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:,".contains(&byte);
    value.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) => {
            // Fails only for URLs that cannot hold a password.
            let _ = parsed.set_password(None);
            parsed.set_query(None);
            parsed.into()
        }
        Err(_) => "postgres://…".to_owned(),
    }
}

/// Why a transaction cannot go on, beyond the statement itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// A deadlock or a stale plan: run the closure again.
    Again,
    /// The connection is gone.
    Lost,
}

/// Types of the parameters of a statement, two bits each.
type Signature = u128;
/// Lets the server find the types.
const UNTYPED: Signature = Signature::MAX;

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

    fn batch(&mut self, sql: &str) -> Result<(), DbError> {
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

fn signature(values: &[Value<'_>]) -> Signature {
    if values.len() >= 64 {
        return UNTYPED;
    }
    values.iter().fold(1, |signature, value| {
        signature << 2
            | match value {
                Value::Null => 0,
                Value::Integer(_) => 1,
                Value::Text(_) => 2,
                Value::Bytes(_) => 3,
            }
    })
}

/// Types to try for the parameters, the likely first: what the values are; what the server finds (where
/// BIGINT does not fit, as in `substr`); and for a NULL of which the server cannot say what it is, as in
/// `?1 IS NULL OR id = ?1`, one type after the other.
fn attempts(values: &[Value<'_>], signature: Signature) -> Vec<Vec<Type>> {
    if signature == UNTYPED {
        return vec![Vec::new()];
    }
    let kind = |value: &Value<'_>| match value {
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    };
    let likely: Vec<Type> = values.iter().map(kind).collect();
    let nulls: Vec<usize> = (0..values.len()).filter(|at| values[*at] == Value::Null).collect();
    let mut attempts = vec![likely.clone(), Vec::new()];
    if !nulls.is_empty() && nulls.len() <= UNKNOWN_NULLS_LIMIT {
        for choice in 0..3_usize.pow(nulls.len() as u32) {
            let mut types = likely.clone();
            for (digit, at) in nulls.iter().enumerate() {
                types[*at] =
                    [Type::INT8, Type::TEXT, Type::BYTEA][choice / 3_usize.pow(digit as u32) % 3].clone();
            }
            attempts.push(types);
        }
    }
    attempts
}

fn parameters<'a>(values: &'a [Value<'a>]) -> impl ExactSizeIterator<Item = Parameter<'a>> {
    values.iter().map(|value| Parameter(*value))
}

#[derive(Debug)]
struct Parameter<'a>(Value<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(value) => match *kind {
                Type::INT4 => out.extend_from_slice(&i32::try_from(value)?.to_be_bytes()),
                Type::INT2 => out.extend_from_slice(&i16::try_from(value)?.to_be_bytes()),
                Type::BOOL => out.extend_from_slice(&[u8::from(value != 0)]),
                Type::TEXT | Type::VARCHAR | Type::UNKNOWN => {
                    out.extend_from_slice(value.to_string().as_bytes());
                }
                Type::INT8 => out.extend_from_slice(&value.to_be_bytes()),
                _ => return Err(format!("an integer is no {kind}").into()),
            },
            Value::Text(value) => match *kind {
                Type::TEXT | Type::VARCHAR | Type::UNKNOWN | Type::NAME | Type::BPCHAR => {
                    out.extend_from_slice(value.as_bytes());
                }
                _ => return Err(format!("a text is no {kind}").into()),
            },
            Value::Bytes(value) => match *kind {
                Type::BYTEA => out.extend_from_slice(value),
                _ => return Err(format!("bytes are no {kind}").into()),
            },
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a row as it came over the wire.
pub(crate) struct Cell<'a> {
    kind: Type,
    raw: &'a [u8],
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Cell<'a>, Box<dyn Error + Sync + Send>> {
        Ok(Cell { kind: kind.clone(), raw })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl<'a> Cell<'a> {
    pub(crate) fn integer(&self) -> Option<i64> {
        match self.kind {
            Type::INT8 => Some(i64::from_be_bytes(self.raw.try_into().ok()?)),
            Type::INT4 => Some(i64::from(i32::from_be_bytes(self.raw.try_into().ok()?))),
            Type::INT2 => Some(i64::from(i16::from_be_bytes(self.raw.try_into().ok()?))),
            Type::BOOL => Some(i64::from(*self.raw.first()? != 0)),
            // What sum() of BIGINT gives.
            Type::NUMERIC => numeric(self.raw),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.kind {
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
                std::str::from_utf8(self.raw).ok()
            }
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        (self.kind == Type::BYTEA).then_some(self.raw)
    }
}

/// A whole number in PostgreSQL's binary NUMERIC: count, weight, sign, scale, digits of base 10000.
pub(crate) fn numeric(raw: &[u8]) -> Option<i64> {
    let word = |index: usize| Some(u16::from_be_bytes(raw.get(index * 2..index * 2 + 2)?.try_into().ok()?));
    let (count, weight, sign) = (word(0)?, i32::from(word(1)?.cast_signed()), word(2)?);
    let mut value: i128 = 0;
    for index in 0..i32::from(count) {
        let digit = i128::from(word(4 + usize::try_from(index).ok()?)?);
        match u32::try_from(weight - index) {
            Ok(power) => {
                let unit = 10_000_i128.checked_pow(power)?;
                value = value.checked_add(digit.checked_mul(unit)?)?;
            }
            Err(_) if digit == 0 => {}
            Err(_) => return None,
        }
    }
    match sign {
        0x0000 => i64::try_from(value).ok(),
        0x4000 => i64::try_from(-value).ok(),
        _ => None,
    }
}
