//! The transaction that a closure gets: the same few calls on both engines.

use model::{DomainId, OrganisationId};

use crate::Notice;
use crate::error::DbError;
use crate::limits::NOTICE_LIMIT_BYTES;
use crate::postgres::Connection as PostgresConnection;
use crate::sqlite;
use crate::value::{Row, Value};

/// One transaction, lent to a closure by `Scoped::write` or `Scoped::read`.
///
/// After a statement has failed the transaction is spoiled on both engines (as PostgreSQL has it):
/// the closure returns the error, or the call fails with [`DbError::Spoiled`].
pub struct Tx {
    pub(crate) connection: Connection,
    pub(crate) reach: Reach,
    pub(crate) effects: Effects,
    pub(crate) spoiled: bool,
    /// See [`Tx::leave`].
    left: Option<Box<dyn std::any::Any + Send>>,
}

pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PostgresConnection>),
}

/// Whose rows a transaction may reach.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reach {
    /// One organisation's; `None`: everybody's.
    pub(crate) organisation: Option<OrganisationId>,
    /// Of these only the ones of one mail domain.
    pub(crate) domain: Option<DomainId>,
}

/// What happens after the durable commit.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) hooks: Vec<Box<dyn FnOnce() + Send>>,
    pub(crate) notices: Vec<Notice>,
}

impl Tx {
    pub(crate) fn new(connection: Connection) -> Tx {
        Tx { connection, reach: Reach::default(), effects: Effects::default(), spoiled: false, left: None }
    }

    /// Whose rows this transaction may reach; `None` for the operator.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.reach.organisation
    }

    /// The only mail domain of the organisation whose rows this transaction may reach; `None`: all of them.
    pub fn domain(&self) -> Option<DomainId> {
        self.reach.domain
    }

    /// Runs a statement and tells how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, DbError> {
        self.guard(|connection| match connection {
            Connection::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Connection::Postgres(connection) => connection.execute(sql, values),
        })
    }

    /// Runs a statement and collects what `read` makes of its rows.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.for_each(sql, values, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Runs a statement and reads its first row, if there is one.
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut found = None;
        self.guard(|connection| {
            let mut first = |row: &Row<'_>| {
                found = Some(read(row)?);
                Ok(false)
            };
            match connection {
                Connection::Sqlite(connection) => sqlite::each(connection, sql, values, &mut first),
                Connection::Postgres(connection) => connection.each(sql, values, &mut first),
            }
        })?;
        Ok(found)
    }

    /// Runs a statement and hands over its rows one by one, never all in memory.
    pub fn for_each(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        self.guard(|connection| {
            let mut every = |row: &Row<'_>| read(row).map(|()| true);
            match connection {
                Connection::Sqlite(connection) => sqlite::each(connection, sql, values, &mut every),
                Connection::Postgres(connection) => connection.each(sql, values, &mut every),
            }
        })
    }

    /// Runs `hook` once this transaction is durable, before its caller goes on; never if it is not.
    /// It runs on the committer's thread: it hands work over and does none itself.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.effects.hooks.push(Box::new(hook));
    }

    /// Tells every subscriber on every node, once this transaction is durable. A payload above 7000
    /// octets arrives empty, which means: look again at everything of this channel.
    pub fn notify(&mut self, channel: &'static str, payload: String) {
        self.notify_of(self.reach.organisation, channel, payload);
    }

    /// As [`Tx::notify`], of an organisation's thing within the operator's scope.
    pub fn notify_of(
        &mut self,
        organisation: Option<OrganisationId>,
        channel: &'static str,
        payload: String,
    ) {
        let payload = if payload.len() > NOTICE_LIMIT_BYTES { String::new() } else { payload };
        self.effects.notices.push(Notice { channel: channel.to_owned(), payload, organisation });
    }

    /// Leaves something for a later step of this transaction, in place of what was left before.
    pub fn leave<T: std::any::Any + Send>(&mut self, thing: T) {
        self.left = Some(Box::new(thing));
    }

    /// Takes what an earlier step of this transaction left, if it is one of these.
    pub fn take_left<T: std::any::Any>(&mut self) -> Option<T> {
        let left = self.left.take()?;
        match left.downcast() {
            Ok(thing) => Some(*thing),
            Err(other) => {
                self.left = Some(other);
                None
            }
        }
    }

    fn guard<T>(&mut self, run: impl FnOnce(&mut Connection) -> Result<T, DbError>) -> Result<T, DbError> {
        if self.spoiled {
            return Err(DbError::Spoiled);
        }
        let result = run(&mut self.connection);
        self.spoiled = result.is_err();
        result
    }

    /// Makes the transaction ready for the next closure.
    pub(crate) fn begin_for(&mut self, reach: Reach) {
        self.reach = reach;
        self.effects = Effects::default();
        self.spoiled = false;
        self.left = None;
    }
}

impl Effects {
    /// Runs the hooks and gives the notices; a hook that panics harms nobody else.
    pub(crate) fn run(self) -> Vec<Notice> {
        for hook in self.hooks {
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(hook)).is_err() {
                tracing::error!("an after-commit hook panicked");
            }
        }
        self.notices
    }
}
