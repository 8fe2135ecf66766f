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
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(wrong)?;
    transaction.execute_batch(rows::CREATE).map_err(wrong)?;
    let applied = {
        let mut statement = transaction.prepare(rows::APPLIED).map_err(wrong)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Applied { owner: row.get(0)?, number: row.get(1)?, checksum: row.get(2)? })
        };
        statement.query_map([], read).map_err(wrong)?.collect::<Result<Vec<_>, _>>().map_err(wrong)?
    };
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
