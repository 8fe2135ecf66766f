//! Numbered migrations: each crate owns the steps of its tables, a table of the database remembers
//! which ran and what they were.

use std::sync::mpsc;

use crate::error::DbError;
use crate::{rows, sqlite};

/// The steps of one crate's tables, in order. A step that was released never changes: add another.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The crate.
    pub owner: &'static str,
    /// Number (counted from 1), name and SQL of each step.
    pub steps: &'static [(u32, &'static str, &'static str)],
}

/// A step that has not run yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The crate.
    pub owner: &'static str,
    /// The number of the step.
    pub number: u32,
    /// What it does.
    pub name: &'static str,
    pub(crate) sql: &'static str,
}

/// A request to an engine's thread.
pub(crate) struct Run {
    pub(crate) migrations: Vec<Migrations>,
    /// Only look, change nothing.
    pub(crate) dry: bool,
    pub(crate) reply: mpsc::Sender<Result<Vec<Pending>, DbError>>,
}

impl Run {
    pub(crate) fn answer(self, result: Result<Vec<Pending>, DbError>) {
        // Whoever asked may be gone.
        drop(self.reply.send(result));
    }
}

/// A row of the migration table.
pub(crate) struct Applied {
    pub(crate) owner: String,
    pub(crate) number: i64,
    pub(crate) checksum: String,
}

pub(crate) fn checksum(sql: &str) -> String {
    blake3::hash(sql.as_bytes()).to_hex().as_str()[..32].to_owned()
}

/// What is left to do; refuses a database that a newer or another program made.
pub(crate) fn plan(migrations: &[Migrations], applied: &[Applied]) -> Result<Vec<Pending>, DbError> {
    let mut pending = Vec::new();
    for Migrations { owner, steps } in migrations {
        let known = steps.iter().map(|(number, ..)| *number).max().unwrap_or(0);
        for row in applied.iter().filter(|row| row.owner == *owner) {
            let number = u32::try_from(row.number).unwrap_or(u32::MAX);
            match steps.iter().find(|(step, ..)| *step == number) {
                None if number > known => {
                    return Err(DbError::Newer { owner: row.owner.clone(), found: number, known });
                }
                Some((.., sql)) if checksum(sql) == row.checksum => {}
                _ => return Err(DbError::Changed { owner: row.owner.clone(), number }),
            }
        }
        for (number, name, sql) in *steps {
            let ran = |row: &Applied| row.owner == *owner && row.number == i64::from(*number);
            if !applied.iter().any(ran) {
                pending.push(Pending { owner, number: *number, name, sql });
            }
        }
    }
    Ok(pending)
}

pub(crate) fn on_sqlite(connection: &mut rusqlite::Connection, run: &Run) -> Result<Vec<Pending>, DbError> {
    let wrong = |error| sqlite::explain("migrate", error);
    if !run.dry {
        snapshot(connection, run)?;
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(wrong)?;
    transaction.execute_batch(rows::CREATE).map_err(wrong)?;
    let applied = applied_on_sqlite(&transaction)?;
    let pending = plan(&run.migrations, &applied)?;
    if run.dry {
        return Ok(pending);
    }
    // All steps in one transaction: a start that fails half-way leaves the database as it was.
    for step in &pending {
        let what = |error| sqlite::explain(&format!("run step {} of {}", step.number, step.owner), error);
        transaction.execute_batch(step.sql).map_err(what)?;
        transaction
            .execute(rows::RECORD, (step.owner, step.number, step.name, checksum(step.sql)))
            .map_err(what)?;
    }
    transaction.commit().map_err(wrong)?;
    connection.flush_prepared_statement_cache();
    Ok(pending)
}

fn applied_on_sqlite(connection: &rusqlite::Connection) -> Result<Vec<Applied>, DbError> {
    let wrong = |error| sqlite::explain("read which migrations ran", error);
    let mut statement = connection.prepare(rows::APPLIED).map_err(wrong)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Applied { owner: row.get(0)?, number: row.get(1)?, checksum: row.get(2)? })
    };
    statement.query_map([], read).map_err(wrong)?.collect::<Result<Vec<_>, _>>().map_err(wrong)
}

/// Copies a database that is about to change, so that the program before can be put back.
fn snapshot(connection: &rusqlite::Connection, run: &Run) -> Result<(), DbError> {
    let wrong = |error| sqlite::explain("copy the database before it is migrated", error);
    let Some(path) = connection.path().filter(|path| !path.is_empty()).map(str::to_owned) else {
        return Ok(());
    };
    if !connection.table_exists(None, "schema_step").map_err(wrong)? {
        return Ok(());
    }
    let applied = applied_on_sqlite(connection)?;
    let pending = plan(&run.migrations, &applied)?;
    let Some(first) = pending.first().filter(|_| !applied.is_empty()) else { return Ok(()) };
    let copy = format!("{path}.before-{}-{}", first.owner, first.number);
    let part = format!("{copy}.part");
    let failed = |source| DbError::unavailable(format!("keep {copy}"), source);
    if std::path::Path::new(&copy).exists() {
        return Ok(());
    }
    // What a start that was cut off left behind.
    match std::fs::remove_file(&part) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(failed(source)),
        _ => {}
    }
    connection.execute("VACUUM INTO ?1", [&part]).map_err(wrong)?;
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&part, &copy).map_err(failed)?;
    tracing::info!(copy, "the database was copied before it is migrated");
    Ok(())
}
