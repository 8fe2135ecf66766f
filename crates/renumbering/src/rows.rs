//! Changes of addresses, whom they concern, and their letters: what is read and written of them.

use db::{DbError, Row, Tx, values};
use directory::Successor;
use model::{OrganisationId, Timestamp, ZoneId};
use serde::{Deserialize, Serialize};
use zones::RecordSet;

use crate::endpoint::{modes_of, modes_text};
use crate::entities::{Answer, NoticeKind, Renumbering, RenumberingId, Stage};
use crate::{Endpoint, Mode};

fn damaged(column: usize, expected: &'static str) -> DbError {
    DbError::Column { column, expected }
}

/// What the first step found, for the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Former {
    /// The times to live.
    pub(crate) sets: Vec<RecordSet>,
    /// The allowed sources.
    pub(crate) sources: Vec<Successor>,
    /// The routes.
    pub(crate) routes: Vec<Successor>,
}

#[derive(Serialize, Deserialize)]
struct StoredSet {
    zone: i64,
    owner: String,
    kind: String,
    ttl: u32,
}

#[derive(Serialize, Deserialize)]
struct StoredSuccessor {
    original: i64,
    twin: Option<i64>,
    until_before: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
struct StoredFormer {
    sets: Vec<StoredSet>,
    sources: Vec<StoredSuccessor>,
    routes: Vec<StoredSuccessor>,
}

impl Former {
    fn write(&self) -> String {
        let successor = |one: &Successor| StoredSuccessor {
            original: one.original,
            twin: one.twin,
            until_before: one.until_before.map(|at| at.0),
        };
        let stored = StoredFormer {
            sets: self
                .sets
                .iter()
                .map(|set| StoredSet {
                    zone: set.zone.0,
                    owner: set.owner.clone(),
                    kind: set.kind.as_str().to_owned(),
                    ttl: set.ttl,
                })
                .collect(),
            sources: self.sources.iter().map(successor).collect(),
            routes: self.routes.iter().map(successor).collect(),
        };
        serde_json::to_string(&stored).expect("invariant: texts and numbers are always JSON")
    }

    fn read(text: &str) -> Option<Former> {
        let stored: StoredFormer = serde_json::from_str(text).ok()?;
        let successor = |one: StoredSuccessor| Successor {
            original: one.original,
            twin: one.twin,
            until_before: one.until_before.map(Timestamp),
        };
        let set = |set: StoredSet| {
            let kind = set.kind.parse().ok()?;
            Some(RecordSet { zone: ZoneId(set.zone), owner: set.owner, kind, ttl: set.ttl })
        };
        Some(Former {
            sets: stored.sets.into_iter().map(set).collect::<Option<_>>()?,
            sources: stored.sources.into_iter().map(successor).collect(),
            routes: stored.routes.into_iter().map(successor).collect(),
        })
    }
}

fn renumbering(row: &Row<'_>) -> Result<Renumbering, DbError> {
    let endpoints: Vec<String> =
        serde_json::from_str(row.text(7)?).map_err(|_| damaged(7, "endpoints of a change"))?;
    let endpoints = endpoints.iter().map(|text| text.parse::<Endpoint>()).collect::<Result<_, _>>();
    Ok(Renumbering {
        id: RenumberingId(row.integer(0)?),
        name: row.text(1)?.to_owned(),
        stage: Stage::of(row.text(2)?).ok_or(damaged(2, "stage of a change"))?,
        switches_at: row.timestamp(3)?,
        ends_at: row.timestamp(4)?,
        reminds_at: row.timestamp(5)?,
        lowered_ttl: u32::try_from(row.integer(6)?).map_err(|_| damaged(6, "time to live"))?,
        endpoints: endpoints.map_err(|_| damaged(7, "endpoint of a change"))?,
        declared_by: row.text(8)?.to_owned(),
        declared_at: row.timestamp(9)?,
        announced_at: row.optional_timestamp(10)?,
        prepared_at: row.optional_timestamp(11)?,
        switched_at: row.optional_timestamp(12)?,
        ended_at: row.optional_timestamp(13)?,
    })
}

macro_rules! select {
    ($($rest:literal),+) => {
        concat!(
            "SELECT id, name, stage, switches_at, ends_at, reminds_at, lowered_ttl, endpoints, declared_by, declared_at,
                    announced_at, prepared_at, switched_at, ended_at
             FROM renumbering ",
            $($rest),+
        )
    };
}

/// All of them, the newest first.
pub(crate) fn all(tx: &mut Tx) -> Result<Vec<Renumbering>, DbError> {
    tx.query(select!("ORDER BY id DESC"), values![], renumbering)
}

/// Those in which something is still to come, the earliest date first.
pub(crate) fn open(tx: &mut Tx) -> Result<Vec<Renumbering>, DbError> {
    tx.query(
        select!("WHERE stage IN ('declared', 'prepared', 'switched') ORDER BY switches_at, id"),
        values![],
        renumbering,
    )
}

pub(crate) fn one(tx: &mut Tx, id: RenumberingId) -> Result<Option<Renumbering>, DbError> {
    tx.query_one(select!("WHERE id = ?1"), values![id.0], renumbering)
}

pub(crate) fn insert(tx: &mut Tx, new: &Renumbering) -> Result<(), DbError> {
    let endpoints: Vec<String> = new.endpoints.iter().map(ToString::to_string).collect();
    let endpoints = serde_json::to_string(&endpoints).expect("invariant: texts are always JSON");
    tx.execute(
        "INSERT INTO renumbering (id, name, stage, switches_at, ends_at, reminds_at, lowered_ttl, endpoints,
                                  declared_by, declared_at, former)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        values![
            new.id.0,
            new.name.as_str(),
            new.stage.as_str(),
            new.switches_at,
            new.ends_at,
            new.reminds_at,
            i64::from(new.lowered_ttl),
            endpoints.as_str(),
            new.declared_by.as_str(),
            new.declared_at,
            Former::default().write().as_str()
        ],
    )?;
    Ok(())
}

/// From one stage to the next; of several nodes one does it.
pub(crate) fn advance(
    tx: &mut Tx,
    id: RenumberingId,
    (from, to): (Stage, Stage),
    at: Timestamp,
) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE renumbering SET stage = ?3,
             prepared_at = CASE WHEN ?3 = 'prepared' THEN ?4 ELSE prepared_at END,
             switched_at = CASE WHEN ?3 = 'switched' THEN ?4 ELSE switched_at END,
             ended_at = CASE WHEN ?3 IN ('completed', 'cancelled') THEN ?4 ELSE ended_at END
         WHERE id = ?1 AND stage = ?2",
        values![id.0, from.as_str(), to.as_str(), at],
    )?;
    Ok(changed == 1)
}

pub(crate) fn set_former(tx: &mut Tx, id: RenumberingId, former: &Former) -> Result<(), DbError> {
    tx.execute("UPDATE renumbering SET former = ?2 WHERE id = ?1", values![id.0, former.write().as_str()])?;
    Ok(())
}

pub(crate) fn former(tx: &mut Tx, id: RenumberingId) -> Result<Former, DbError> {
    let text = tx.query_one("SELECT former FROM renumbering WHERE id = ?1", values![id.0], |row| {
        Ok(row.text(0)?.to_owned())
    })?;
    text.and_then(|text| Former::read(&text)).ok_or(damaged(0, "what was before a change"))
}

/// Whether nobody had announced it before.
pub(crate) fn announce(tx: &mut Tx, id: RenumberingId, at: Timestamp) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE renumbering SET announced_at = ?2 WHERE id = ?1 AND announced_at IS NULL",
        values![id.0, at],
    )?;
    Ok(changed == 1)
}

/// A customer's row: how it is connected and what it has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomerRow {
    pub(crate) renumbering: RenumberingId,
    pub(crate) organisation: OrganisationId,
    pub(crate) modes: Vec<Mode>,
    pub(crate) answer: Option<Answer>,
    pub(crate) answered_by: Option<String>,
    pub(crate) answered_at: Option<Timestamp>,
}

fn customer(row: &Row<'_>) -> Result<CustomerRow, DbError> {
    let modes = match row.text(2)? {
        "" => Vec::new(),
        text => modes_of(text).map_err(|_| damaged(2, "modes of a customer"))?,
    };
    Ok(CustomerRow {
        renumbering: RenumberingId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        modes,
        answer: row.optional_text(3)?.and_then(Answer::of),
        answered_by: row.optional_text(4)?.map(str::to_owned),
        answered_at: row.optional_timestamp(5)?,
    })
}

/// Whom a change concerns, within the scope.
pub(crate) fn customers(tx: &mut Tx, id: RenumberingId) -> Result<Vec<CustomerRow>, DbError> {
    tx.query(
        "SELECT renumbering, organisation, modes, answer, answered_by, answered_at FROM renumbering_customer
         WHERE renumbering = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY organisation",
        values![id.0, tx.organisation()],
        customer,
    )
}

/// The changes that were announced to an organisation, the newest first.
pub(crate) fn announced_to(tx: &mut Tx, whose: OrganisationId) -> Result<Vec<CustomerRow>, DbError> {
    tx.query(
        "SELECT renumbering, organisation, modes, answer, answered_by, answered_at FROM renumbering_customer
         WHERE organisation = ?1 ORDER BY renumbering DESC",
        values![whose],
        customer,
    )
}

pub(crate) fn add_customer(
    tx: &mut Tx,
    id: RenumberingId,
    organisation: OrganisationId,
    modes: &[Mode],
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO renumbering_customer (renumbering, organisation, modes) VALUES (?1, ?2, ?3)",
        values![id.0, organisation, modes_text(modes).as_str()],
    )?;
    Ok(())
}

pub(crate) fn set_answer(
    tx: &mut Tx,
    id: RenumberingId,
    organisation: OrganisationId,
    (answer, who, at): (Answer, &str, Timestamp),
) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE renumbering_customer SET answer = ?3, answered_by = ?4, answered_at = ?5
         WHERE renumbering = ?1 AND organisation = ?2",
        values![id.0, organisation, answer.as_str(), who, at],
    )?;
    Ok(changed == 1)
}

/// Writes a letter down, unless it was before.
pub(crate) fn add_notice(
    tx: &mut Tx,
    row: i64,
    id: RenumberingId,
    (organisation, kind, at): (OrganisationId, NoticeKind, Timestamp),
) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO renumbering_notice (id, renumbering, organisation, kind, written_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (renumbering, organisation, kind) DO NOTHING",
        values![row, id.0, organisation, kind.as_str(), at],
    )?;
    Ok(added == 1)
}

/// A letter's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoticeRow {
    pub(crate) id: i64,
    pub(crate) renumbering: RenumberingId,
    pub(crate) organisation: OrganisationId,
    pub(crate) kind: NoticeKind,
    pub(crate) written_at: Timestamp,
    pub(crate) posted_at: Option<Timestamp>,
}

fn notice(row: &Row<'_>) -> Result<NoticeRow, DbError> {
    Ok(NoticeRow {
        id: row.integer(0)?,
        renumbering: RenumberingId(row.integer(1)?),
        organisation: OrganisationId(row.integer(2)?),
        kind: NoticeKind::of(row.text(3)?).ok_or(damaged(3, "kind of a notice"))?,
        written_at: row.timestamp(4)?,
        posted_at: row.optional_timestamp(5)?,
    })
}

/// The letters of a change, the oldest first.
pub(crate) fn notices(tx: &mut Tx, id: RenumberingId) -> Result<Vec<NoticeRow>, DbError> {
    tx.query(
        "SELECT id, renumbering, organisation, kind, written_at, posted_at FROM renumbering_notice
         WHERE renumbering = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY id",
        values![id.0, tx.organisation()],
        notice,
    )
}

/// Letters that were not posted yet, the oldest first.
pub(crate) fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<NoticeRow>, DbError> {
    tx.query(
        "SELECT id, renumbering, organisation, kind, written_at, posted_at FROM renumbering_notice
         WHERE posted_at IS NULL ORDER BY id LIMIT ?1",
        values![limit],
        notice,
    )
}

pub(crate) fn posted(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE renumbering_notice SET posted_at = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, at],
    )?;
    Ok(())
}
