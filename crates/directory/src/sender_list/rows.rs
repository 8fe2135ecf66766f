//! Rows of sender lists.

use db::{DbError, Page, Row, Seek, Tx, holding, values};
use model::{OrganisationId, ServiceId};

use super::{EntryState, Pattern, SenderEntry, SenderKind, SenderQuery, SenderSort};
use crate::error::DirectoryError;

fn read(row: &Row) -> Result<SenderEntry, DbError> {
    Ok(SenderEntry {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        kind: row.text(3)?.parse().map_err(|_| DbError::Column { column: 3, expected: "kind of list" })?,
        pattern: row.text(4)?.to_owned(),
        state: EntryState::of(row.text(5)?),
        who: row.text(6)?.to_owned(),
        at: row.timestamp(7)?,
    })
}

macro_rules! select_entry {
    ($($rest:literal),+) => {
        concat!(
            "SELECT e.id, e.organisation, e.service, e.kind, e.pattern, e.state, e.who, e.at FROM sender_entry e ",
            $($rest),+
        )
    };
}

pub(super) fn entries(tx: &mut Tx, service: ServiceId) -> Result<Vec<SenderEntry>, DbError> {
    tx.query(
        select_entry!("WHERE e.service = ?1 AND e.organisation = COALESCE(?2, e.organisation) ORDER BY e.id"),
        values![service, tx.organisation()],
        read,
    )
}

pub(super) fn page_of_entries(
    tx: &mut Tx,
    service: ServiceId,
    seek: &Seek,
) -> Result<Page<SenderEntry>, DbError> {
    let rows = tx.query(
        select_entry!(
            "WHERE e.service = ?1 AND e.organisation = COALESCE(?2, e.organisation) AND e.id > ?3
             ORDER BY e.id LIMIT ?4"
        ),
        values![service, tx.organisation(), seek.after(), seek.rows()],
        read,
    )?;
    Ok(seek.page(rows, |entry| entry.id))
}

/// The order of a table, for both directions.
macro_rules! ordered {
    ($order:literal) => {
        select_entry!(
            "WHERE e.service = ?1 AND e.organisation = COALESCE(?2, e.organisation) AND e.kind = ?3
               AND (?4 = '%' OR e.pattern LIKE ?4 ESCAPE '!')
             ORDER BY ",
            $order,
            " LIMIT ?5 OFFSET ?6"
        )
    };
}

/// A part of the entries of one list that fit a question, how many fit, and how many there are.
pub(super) fn find(
    tx: &mut Tx,
    service: ServiceId,
    query: &SenderQuery,
) -> Result<(Vec<SenderEntry>, u64, u64), DbError> {
    let (whose, kind) = (tx.organisation(), query.kind.as_str());
    let like = holding(&query.search);
    let mut count = |like: &str| {
        tx.query_one(
            "SELECT count(*) FROM sender_entry e
             WHERE e.service = ?1 AND e.organisation = COALESCE(?2, e.organisation) AND e.kind = ?3
               AND (?4 = '%' OR e.pattern LIKE ?4 ESCAPE '!')",
            values![service, whose, kind, like],
            |row| row.integer(0),
        )
        .map(|count| u64::try_from(count.unwrap_or(0)).unwrap_or(0))
    };
    let total = count("%")?;
    let found = if like == "%" { total } else { count(&like)? };
    let sql = match (query.sort, query.is_descending) {
        (SenderSort::Pattern, false) => ordered!("e.pattern"),
        (SenderSort::Pattern, true) => ordered!("e.pattern DESC"),
        (SenderSort::At, false) => ordered!("e.at, e.id"),
        (SenderSort::At, true) => ordered!("e.at DESC, e.id DESC"),
        (SenderSort::State, false) => ordered!("e.state, e.pattern"),
        (SenderSort::State, true) => ordered!("e.state DESC, e.pattern DESC"),
    };
    let (limit, skip) = (query.limit as i64, query.skip as i64);
    let items = tx.query(sql, values![service, whose, kind, like.as_str(), limit, skip], read)?;
    Ok((items, found, total))
}

/// How many changes of a service's lists wait.
pub(super) fn count_waiting(tx: &mut Tx, service: ServiceId) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM sender_entry
         WHERE service = ?1 AND organisation = COALESCE(?2, organisation) AND state <> 'applied'",
        values![service, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn entry(tx: &mut Tx, id: i64) -> Result<Option<SenderEntry>, DbError> {
    tx.query_one(
        select_entry!("WHERE e.id = ?1 AND e.organisation = COALESCE(?2, e.organisation)"),
        values![id, tx.organisation()],
        read,
    )
}

pub(super) fn entries_called(
    tx: &mut Tx,
    service: ServiceId,
    pattern: &str,
) -> Result<Vec<SenderEntry>, DbError> {
    tx.query(
        select_entry!(
            "WHERE e.service = ?1 AND e.pattern = ?2 AND e.organisation = COALESCE(?3, e.organisation)"
        ),
        values![service, pattern, tx.organisation()],
        read,
    )
}

pub(super) fn count(tx: &mut Tx, service: ServiceId, kind: SenderKind) -> Result<usize, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM sender_entry WHERE service = ?1 AND kind = ?2
           AND organisation = COALESCE(?3, organisation)",
        values![service, kind.as_str(), tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn insert(tx: &mut Tx, entry: &SenderEntry) -> Result<(), DirectoryError> {
    let made = tx.execute(
        "INSERT INTO sender_entry (id, organisation, service, kind, pattern, state, who, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (service, pattern, kind) DO NOTHING",
        values![
            entry.id,
            entry.organisation,
            entry.service,
            entry.kind.as_str(),
            entry.pattern.as_str(),
            entry.state.as_str(),
            entry.who.as_str(),
            entry.at,
        ],
    )?;
    match made {
        // Somebody else wrote the same at the same moment.
        0 => Err(DirectoryError::Conflict {
            field: "pattern",
            value: entry.pattern.clone(),
            rule: "an entry stands once, in one of the two lists",
        }),
        _ => Ok(()),
    }
}

pub(super) fn set_state(tx: &mut Tx, id: i64, state: EntryState) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sender_entry SET state = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)",
        values![id, state.as_str(), tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM sender_entry WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
    )?;
    Ok(())
}

/// Lets hold what waits; gives how many entries came and went.
pub(super) fn apply(
    tx: &mut Tx,
    service: ServiceId,
    organisation: OrganisationId,
) -> Result<(u64, u64), DbError> {
    // The row of the list first, so that two who apply at the same moment follow one another.
    tx.execute(
        "INSERT INTO sender_list (service, organisation, version) VALUES (?1, ?2, 1)
         ON CONFLICT (service) DO UPDATE SET version = sender_list.version + 1",
        values![service, organisation],
    )?;
    let gone = tx.execute(
        "DELETE FROM sender_entry WHERE service = ?1 AND state = 'removing' AND organisation = ?2",
        values![service, organisation],
    )?;
    let come = tx.execute(
        "UPDATE sender_entry SET state = 'applied' WHERE service = ?1 AND state = 'adding'
           AND organisation = ?2",
        values![service, organisation],
    )?;
    Ok((come, gone))
}

pub(super) fn discard(tx: &mut Tx, service: ServiceId) -> Result<u64, DbError> {
    let back = tx.execute(
        "UPDATE sender_entry SET state = 'applied' WHERE service = ?1 AND state = 'removing'
           AND organisation = COALESCE(?2, organisation)",
        values![service, tx.organisation()],
    )?;
    let gone = tx.execute(
        "DELETE FROM sender_entry WHERE service = ?1 AND state = 'adding'
                 AND organisation = COALESCE(?2, organisation)",
        values![service, tx.organisation()],
    )?;
    Ok(back + gone)
}

pub(super) fn versions(tx: &mut Tx) -> Result<Vec<(ServiceId, i64)>, DirectoryError> {
    Ok(tx.query("SELECT service, version FROM sender_list", &[], |row| {
        Ok((ServiceId(row.integer(0)?), row.integer(1)?))
    })?)
}

/// Which service receives for a domain, or for the domain that it is a synonym of.
pub(super) fn service_of(tx: &mut Tx, domain: &str) -> Result<Option<ServiceId>, DirectoryError> {
    Ok(tx.query_one(
        "SELECT d.service FROM domain d
         WHERE d.name = COALESCE((SELECT y.main FROM domain_synonym y WHERE y.name = ?1), ?1)
           AND d.organisation = COALESCE((SELECT y.organisation FROM domain_synonym y WHERE y.name = ?1),
                                         d.organisation)",
        values![domain],
        |row| Ok(ServiceId(row.integer(0)?)),
    )?)
}

/// What acts on mail: an entry that waits to go does until then.
pub(super) fn in_force(
    tx: &mut Tx,
    service: ServiceId,
) -> Result<Vec<(SenderKind, Pattern)>, DirectoryError> {
    let rows = tx.query(
        select_entry!("WHERE e.service = ?1 AND e.state <> 'adding' ORDER BY e.id"),
        values![service],
        read,
    )?;
    // What was taken once is read again, whatever it is that the next version takes.
    Ok(rows
        .into_iter()
        .filter_map(|entry| Some((entry.kind, Pattern::parse(&entry.pattern).ok()?)))
        .collect())
}
