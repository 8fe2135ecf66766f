//! What can go wrong, and whose trouble it is.

use std::error::Error;
use std::sync::Arc;

use thiserror::Error;

/// The cause behind a [`DbError`]; shared, because one failed commit answers many callers.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// A statement, a commit or an opening failed.
#[derive(Clone, Debug, Error)]
pub enum DbError {
    /// No space is left on the disk; nothing was changed, and it works again when there is space.
    #[error("the disk of the database is full")]
    Full {
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// The database cannot be reached, read or written now; it works again when the trouble is over.
    /// After a lost connection the outcome of a commit can be unknown: callers are idempotent.
    #[error("the database is not available: cannot {what}")]
    Unavailable {
        /// What we tried.
        what: String,
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// A row with this key exists already.
    #[error("a row with this key exists already ({constraint})")]
    Conflict {
        /// The columns (SQLite) or the name of the constraint (PostgreSQL).
        constraint: String,
    },
    /// Another constraint (foreign key, NOT NULL, CHECK) refuses the row.
    #[error("the row breaks a constraint: {constraint}")]
    Constraint {
        /// What the engine said.
        constraint: String,
    },
    /// A statement that is wrong in itself, or values that do not fit it.
    #[error("cannot execute «{sql}»")]
    Statement {
        /// The statement.
        sql: &'static str,
        /// What the engine said.
        #[source]
        source: Cause,
    },
    /// A column does not hold what the reader of the row expects.
    #[error("column {column} of a row is no {expected}")]
    Column {
        /// Counted from 0.
        column: usize,
        /// The type that was asked for.
        expected: &'static str,
    },
    /// The closure went on after a failed statement; its transaction was rolled back.
    #[error("the transaction went on after a failed statement")]
    Spoiled,
    /// The closure panicked; its transaction was rolled back.
    #[error("a transaction panicked: {0}")]
    Panicked(String),
    /// The database was migrated by a newer program.
    #[error("the tables of {owner} are at step {found}, and this program knows {known}: it is too old")]
    Newer {
        /// Whose tables.
        owner: String,
        /// The last step in the database.
        found: u32,
        /// The last step of this program.
        known: u32,
    },
    /// A migration that ran already differs from the one in this program.
    #[error("step {number} of the tables of {owner} is not the one that made this database")]
    Changed {
        /// Whose tables.
        owner: String,
        /// Which step.
        number: u32,
    },
    /// The URL names no database that we know.
    #[error("«{url}» is no database: use sqlite:PATH or postgres://…")]
    Url {
        /// What was given, without a password.
        url: String,
    },
}

impl DbError {
    /// Whether the same call may succeed later without anybody changing the program.
    pub fn is_temporary(&self) -> bool {
        matches!(self, DbError::Full { .. } | DbError::Unavailable { .. })
    }

    pub(crate) fn unavailable(
        what: impl Into<String>,
        source: impl Error + Send + Sync + 'static,
    ) -> DbError {
        DbError::Unavailable { what: what.into(), source: Arc::new(source) }
    }

    /// The engine's thread is gone: only while the program ends.
    pub(crate) fn closed() -> DbError {
        DbError::unavailable("reach its thread", std::io::Error::other("the database is closed"))
    }
}
