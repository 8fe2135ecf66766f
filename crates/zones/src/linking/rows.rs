//! The tables of operations.

use db::{DbError, Page, Row, Seek, Tx, values};
use model::{Domain, OrganisationId, ServiceId, Timestamp};

use super::entities::{Failure, LineKind, LogLine, Operation, OperationId, OperationKind, OperationState};

impl From<OperationId> for db::Value<'_> {
    fn from(id: OperationId) -> Self {
        db::Value::from(id.0)
    }
}

fn domain(text: &str, column: usize) -> Result<Domain, DbError> {
    Domain::parse(text).map_err(|_| DbError::Column { column, expected: "domain" })
}

fn operation_of(row: &Row<'_>) -> Result<Operation, DbError> {
    let word = |column| DbError::Column { column, expected: "known word" };
    let failure = match (row.optional_text(12)?, row.optional_text(13)?) {
        (Some(reason), rule) => {
            Some(Failure { reason: reason.to_owned(), rule: rule.unwrap_or_default().to_owned() })
        }
        _ => None,
    };
    Ok(Operation {
        id: OperationId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        kind: OperationKind::read(row.text(3)?).ok_or_else(|| word(3))?,
        domain: domain(row.text(4)?, 4)?,
        options: serde_json::from_str(row.text(5)?).map_err(|_| word(5))?,
        state: OperationState::read(row.text(6)?).ok_or_else(|| word(6))?,
        done: usize::try_from(row.integer(7)?).unwrap_or(0),
        former: row.optional_text(8)?.map(|text| domain(text, 8)).transpose()?,
        who: row.text(9)?.to_owned(),
        started_at: row.timestamp(10)?,
        ended_at: row.optional_integer(11)?.map(Timestamp),
        failure,
    })
}

macro_rules! select_operation {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation, service, kind, domain, options, state, step, former, who, started_at, ended_at,
                    failure, rule
             FROM domain_operation ",
            $rest
        )
    };
}

pub(crate) fn insert(tx: &mut Tx, operation: &Operation) -> Result<(), DbError> {
    let options = serde_json::json!(operation.options).to_string();
    tx.execute(
        "INSERT INTO domain_operation
             (id, organisation, service, kind, domain, options, state, step, who, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'running', 0, ?7, ?8)",
        values![
            operation.id,
            operation.organisation,
            operation.service,
            operation.kind.as_str(),
            operation.domain.as_str(),
            options.as_str(),
            operation.who.as_str(),
            operation.started_at
        ],
    )?;
    Ok(())
}

pub(crate) fn operation(tx: &mut Tx, id: OperationId) -> Result<Option<Operation>, DbError> {
    tx.query_one(
        select_operation!("WHERE id = ?1 AND organisation = COALESCE(?2, organisation)"),
        values![id, tx.organisation()],
        operation_of,
    )
}

/// The operations of a mail service, the newest first.
pub(crate) fn operations(tx: &mut Tx, service: ServiceId, seek: &Seek) -> Result<Page<Operation>, DbError> {
    let rows = tx.query(
        select_operation!(
            "WHERE service = ?1 AND organisation = COALESCE(?2, organisation) AND id < ?3
             ORDER BY id DESC LIMIT ?4"
        ),
        values![service, tx.organisation(), seek.before(), seek.rows()],
        operation_of,
    )?;
    Ok(seek.page(rows, |operation| operation.id.0))
}

/// Those that have not ended, in the order in which they began.
pub(crate) fn running(tx: &mut Tx) -> Result<Vec<OperationId>, DbError> {
    tx.query("SELECT id FROM domain_operation WHERE state = 'running' ORDER BY id", &[], |row| {
        Ok(OperationId(row.integer(0)?))
    })
}

/// Those of an organisation that have not ended, in the order in which they began.
pub(crate) fn running_of(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Operation>, DbError> {
    tx.query(
        select_operation!(
            "WHERE organisation = ?1 AND state = 'running' AND organisation = COALESCE(?2, organisation)
             ORDER BY id"
        ),
        values![organisation, tx.organisation()],
        operation_of,
    )
}

/// Counts a step; false if another has counted it, or the operation has ended.
pub(crate) fn count_step(tx: &mut Tx, operation: &Operation) -> Result<bool, DbError> {
    let counted = tx.execute(
        "UPDATE domain_operation SET step = step + 1
         WHERE id = ?1 AND organisation = ?2 AND state = 'running' AND step = ?3",
        values![operation.id, operation.organisation, operation.done as i64],
    )?;
    Ok(counted > 0)
}

pub(crate) fn set_former(tx: &mut Tx, operation: &Operation, former: &Domain) -> Result<(), DbError> {
    tx.execute(
        "UPDATE domain_operation SET former = ?3 WHERE id = ?1 AND organisation = ?2",
        values![operation.id, operation.organisation, former.as_str()],
    )?;
    Ok(())
}

/// Ends an operation that runs; false if it has ended.
pub(crate) fn end(
    tx: &mut Tx,
    operation: &Operation,
    at: Timestamp,
    failure: Option<&Failure>,
) -> Result<bool, DbError> {
    let state = if failure.is_some() { OperationState::Failed } else { OperationState::Done };
    let ended = tx.execute(
        "UPDATE domain_operation SET state = ?3, ended_at = ?4, failure = ?5, rule = ?6
         WHERE id = ?1 AND organisation = ?2 AND state = 'running'",
        values![
            operation.id,
            operation.organisation,
            state.as_str(),
            at,
            failure.map(|failure| failure.reason.as_str()),
            failure.map(|failure| failure.rule.as_str())
        ],
    )?;
    Ok(ended > 0)
}

/// Writes the next line of an operation's log.
pub(crate) fn add_line(tx: &mut Tx, operation: &Operation, line: &LogLine) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO domain_operation_line (operation, number, organisation, at, what, name, count)
         SELECT ?1, COALESCE(max(number), 0) + 1, CAST(?2 AS BIGINT), CAST(?3 AS BIGINT), CAST(?4 AS TEXT),
                CAST(?5 AS TEXT), CAST(?6 AS BIGINT)
         FROM domain_operation_line WHERE operation = ?1",
        values![
            operation.id,
            operation.organisation,
            line.at,
            line.what.as_str(),
            line.name.as_str(),
            i64::try_from(line.count).unwrap_or(i64::MAX)
        ],
    )?;
    Ok(())
}

pub(crate) fn lines(tx: &mut Tx, operation: OperationId) -> Result<Vec<LogLine>, DbError> {
    tx.query(
        "SELECT at, what, name, count FROM domain_operation_line
         WHERE operation = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY number",
        values![operation, tx.organisation()],
        |row| {
            Ok(LogLine {
                at: row.timestamp(0)?,
                what: LineKind::read(row.text(1)?)
                    .ok_or(DbError::Column { column: 1, expected: "known word" })?,
                name: row.text(2)?.to_owned(),
                count: u64::try_from(row.integer(3)?).unwrap_or(0),
            })
        },
    )
}

/// Forgets all but the newest operations of a mail service, with their logs.
pub(crate) fn forget_old(
    tx: &mut Tx,
    organisation: OrganisationId,
    service: ServiceId,
    keep: i64,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM domain_operation WHERE organisation = ?1 AND service = ?2 AND state <> 'running' AND id NOT IN
             (SELECT id FROM domain_operation WHERE organisation = ?1 AND service = ?2 ORDER BY id DESC LIMIT ?3)",
        values![organisation, service, keep],
    )?;
    tx.execute(
        "DELETE FROM domain_operation_line WHERE organisation = ?1 AND NOT EXISTS
             (SELECT 1 FROM domain_operation o WHERE o.id = domain_operation_line.operation)",
        values![organisation],
    )?;
    Ok(())
}
