//! Nodes and their chores.

use db::{DbError, Tx, values};
use model::Timestamp;

use super::{ChoreRun, NodeInfo, NodeState};
use crate::rows::cut;

pub(super) fn write_node(tx: &mut Tx, state: &NodeState, now: Timestamp) -> Result<(), DbError> {
    let octets = |bytes: Option<u64>| bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    tx.execute(
        "INSERT INTO node (name, version, started_at, seen_at, doors, disk_bytes, free_bytes, certificate_names,
                           certificate_ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, started_at = excluded.started_at,
             seen_at = excluded.seen_at, doors = excluded.doors, disk_bytes = excluded.disk_bytes,
             free_bytes = excluded.free_bytes, certificate_names = excluded.certificate_names,
             certificate_ends_at = excluded.certificate_ends_at",
        values![
            state.name.as_str(),
            state.version.as_str(),
            state.started_at,
            now,
            state.doors.as_str(),
            octets(state.disk_bytes),
            octets(state.free_bytes),
            state.certificate_names.as_str(),
            state.certificate_ends_at
        ],
    )?;
    Ok(())
}

pub(super) fn forget_nodes(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM node WHERE seen_at < ?1", values![before])?;
    tx.execute("DELETE FROM chore_run WHERE ended_at < ?1", values![before])?;
    Ok(())
}

pub(super) fn write_chore(tx: &mut Tx, node: &str, run: &ChoreRun) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO chore_run (node, chore, began_at, ended_at, error) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (node, chore) DO UPDATE SET began_at = excluded.began_at, ended_at = excluded.ended_at,
             error = excluded.error",
        values![node, run.chore.as_str(), run.began_at, run.ended_at, run.error.as_deref().map(cut)],
    )?;
    Ok(())
}

pub(super) fn nodes(tx: &mut Tx) -> Result<Vec<NodeInfo>, DbError> {
    let octets = |bytes: Option<i64>| bytes.and_then(|bytes| u64::try_from(bytes).ok());
    let mut nodes = tx.query(
        "SELECT name, version, started_at, seen_at, doors, disk_bytes, free_bytes, certificate_names,
                certificate_ends_at
         FROM node ORDER BY name",
        &[],
        |row| {
            Ok(NodeInfo {
                state: NodeState {
                    name: row.text(0)?.to_owned(),
                    version: row.text(1)?.to_owned(),
                    started_at: row.timestamp(2)?,
                    doors: row.text(4)?.to_owned(),
                    disk_bytes: octets(row.optional_integer(5)?),
                    free_bytes: octets(row.optional_integer(6)?),
                    certificate_names: row.text(7)?.to_owned(),
                    certificate_ends_at: row.optional_timestamp(8)?,
                },
                seen_at: row.timestamp(3)?,
                chores: Vec::new(),
            })
        },
    )?;
    for node in &mut nodes {
        node.chores = tx.query(
            "SELECT chore, began_at, ended_at, error FROM chore_run WHERE node = ?1 ORDER BY chore",
            values![node.state.name.as_str()],
            |row| {
                Ok(ChoreRun {
                    chore: row.text(0)?.to_owned(),
                    began_at: row.timestamp(1)?,
                    ended_at: row.timestamp(2)?,
                    error: row.optional_text(3)?.map(str::to_owned),
                })
            },
        )?;
    }
    Ok(nodes)
}
