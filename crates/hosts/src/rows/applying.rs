//! What waits, the runs that apply it, and the one step from the staged form to the applied one.

use db::{DbError, Row, Tx, values};
use model::{DomainId, OrganisationId, Timestamp};

use super::count;
use crate::entities::{
    Act, ApplyRun, ChangeId, HostId, MailServerId, PendingChange, RunId, RunState, Thing, Values,
};

fn change_of(row: &Row<'_>) -> Result<PendingChange, DbError> {
    let values = |column: usize| -> Result<Option<Values>, DbError> {
        Ok(row.optional_text(column)?.and_then(|text| serde_json::from_str(text).ok()))
    };
    Ok(PendingChange {
        id: ChangeId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        domain: DomainId(row.integer(2)?),
        thing: Thing::read(row.text(3)?, row.integer(4)?),
        act: Act::read(row.text(5)?),
        name: row.text(6)?.to_owned(),
        before: values(7)?,
        after: values(8)?,
        who: row.text(9)?.to_owned(),
        at: row.timestamp(10)?,
        run: row.optional_integer(11)?.map(RunId),
    })
}

macro_rules! select_change {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation, domain, entity, thing, act, name, before, after, who, at, run
             FROM pending_change ",
            $rest
        )
    };
}

/// What waits within the scope, in the order in which it is applied.
pub(crate) fn changes(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    domain: Option<DomainId>,
) -> Result<Vec<PendingChange>, DbError> {
    tx.query(
        select_change!(
            "WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
               AND domain = COALESCE(?3, domain)
             ORDER BY rank, id"
        ),
        values![tx.organisation(), organisation, domain],
        change_of,
    )
}

pub(crate) fn count_changes(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    domain: Option<DomainId>,
) -> Result<u64, DbError> {
    let waiting = tx.query_one(
        "SELECT count(*) FROM pending_change
         WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
           AND domain = COALESCE(?3, domain)",
        values![tx.organisation(), organisation, domain],
        |row| row.integer(0),
    )?;
    Ok(count(waiting.unwrap_or(0)))
}

pub(crate) fn change(tx: &mut Tx, id: ChangeId) -> Result<Option<PendingChange>, DbError> {
    tx.query_one(
        select_change!("WHERE organisation = COALESCE(?1, organisation) AND id = ?2"),
        values![tx.organisation(), id],
        change_of,
    )
}

/// Writes what waits of a thing, in place of what waited of it before.
pub(crate) fn write_change(tx: &mut Tx, change: &PendingChange, rank: i64) -> Result<(), DbError> {
    let text = |values: &Option<Values>| values.as_ref().map(|values| serde_json::json!(values).to_string());
    tx.execute(
        "INSERT INTO pending_change
             (id, organisation, domain, entity, thing, act, rank, name, before, after, who, at, run)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL)
         ON CONFLICT (entity, thing) DO UPDATE SET act = excluded.act, rank = excluded.rank,
             name = excluded.name, before = excluded.before, after = excluded.after, who = excluded.who,
             at = excluded.at",
        values![
            change.id,
            change.organisation,
            change.domain,
            change.thing.entity(),
            change.thing.id(),
            change.act.as_str(),
            rank,
            &change.name,
            text(&change.before).as_deref(),
            text(&change.after).as_deref(),
            &change.who,
            change.at,
        ],
    )?;
    Ok(())
}

/// Nothing of the thing waits any more; gives the run that was about to apply it.
pub(crate) fn forget_change(tx: &mut Tx, thing: Thing) -> Result<Option<RunId>, DbError> {
    let run = tx.query_one(
        "DELETE FROM pending_change WHERE entity = ?1 AND thing = ?2
           AND organisation = COALESCE(?3, organisation)
         RETURNING run",
        values![thing.entity(), thing.id(), tx.organisation()],
        |row| row.optional_integer(0),
    )?;
    Ok(run.flatten().map(RunId))
}

/// The applied form becomes what the staged form is.
pub(crate) fn apply_thing(tx: &mut Tx, thing: Thing) -> Result<(), DbError> {
    let id = thing.id();
    match thing {
        Thing::Host(_) => {
            tx.execute(
                "DELETE FROM applied_host WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM host h WHERE h.id = ?1)",
                values![id],
            )?;
            tx.execute(
                "INSERT INTO applied_host
                     (id, organisation, domain, name, fqdn, ipv4, ipv6, description, created_at)
                 SELECT id, organisation, domain, name, fqdn, ipv4, ipv6, description, created_at
                 FROM host WHERE id = ?1
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, fqdn = excluded.fqdn,
                     ipv4 = excluded.ipv4, ipv6 = excluded.ipv6, description = excluded.description",
                values![id],
            )?;
        }
        Thing::MailServer(_) => {
            tx.execute(
                "DELETE FROM applied_mail_server
                 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mail_server s WHERE s.id = ?1)",
                values![id],
            )?;
            tx.execute(
                "INSERT INTO applied_mail_server
                     (id, organisation, host, imap, smtp_in, smtp_out, created_at)
                 SELECT id, organisation, host, imap, smtp_in, smtp_out, created_at
                 FROM mail_server WHERE id = ?1
                 ON CONFLICT (id) DO UPDATE SET imap = excluded.imap, smtp_in = excluded.smtp_in,
                     smtp_out = excluded.smtp_out",
                values![id],
            )?;
        }
    }
    Ok(())
}

/// The staged form becomes what the applied form is.
pub(crate) fn revert_host(tx: &mut Tx, id: HostId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM host WHERE id = ?1 AND organisation = COALESCE(?2, organisation)
           AND NOT EXISTS (SELECT 1 FROM applied_host h WHERE h.id = ?1)",
        values![id, tx.organisation()],
    )?;
    tx.execute(
        "INSERT INTO host (id, organisation, domain, name, fqdn, ipv4, ipv6, description, created_at)
         SELECT id, organisation, domain, name, fqdn, ipv4, ipv6, description, created_at
         FROM applied_host WHERE id = ?1 AND organisation = COALESCE(?2, organisation)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, fqdn = excluded.fqdn,
             ipv4 = excluded.ipv4, ipv6 = excluded.ipv6, description = excluded.description",
        values![id, tx.organisation()],
    )?;
    Ok(())
}

/// The staged form becomes what the applied form is.
pub(crate) fn revert_server(tx: &mut Tx, id: MailServerId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM mail_server
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)
           AND NOT EXISTS (SELECT 1 FROM applied_mail_server s WHERE s.id = ?1)",
        values![id, tx.organisation()],
    )?;
    tx.execute(
        "INSERT INTO mail_server (id, organisation, host, imap, smtp_in, smtp_out, created_at)
         SELECT id, organisation, host, imap, smtp_in, smtp_out, created_at
         FROM applied_mail_server WHERE id = ?1 AND organisation = COALESCE(?2, organisation)
         ON CONFLICT (id) DO UPDATE SET imap = excluded.imap, smtp_in = excluded.smtp_in,
             smtp_out = excluded.smtp_out",
        values![id, tx.organisation()],
    )?;
    Ok(())
}

/// The host under an applied server.
pub(crate) fn host_of_applied(tx: &mut Tx, id: MailServerId) -> Result<Option<HostId>, DbError> {
    tx.query_one(
        "SELECT host FROM applied_mail_server WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
        |row| Ok(HostId(row.integer(0)?)),
    )
}

fn run_of(row: &Row<'_>) -> Result<ApplyRun, DbError> {
    Ok(ApplyRun {
        id: RunId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        domain: row.optional_integer(2)?.map(DomainId),
        who: row.text(3)?.to_owned(),
        started_at: row.timestamp(4)?,
        ended_at: row.optional_integer(5)?.map(Timestamp),
        state: RunState::read(row.text(6)?),
        total: count(row.integer(7)?),
        done: count(row.integer(8)?),
        failure: row.optional_text(9)?.map(str::to_owned),
    })
}

macro_rules! select_run {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation, domain, who, started_at, ended_at, state, total, done, failure
             FROM apply_run ",
            $rest
        )
    };
}

pub(crate) fn run(tx: &mut Tx, id: RunId) -> Result<Option<ApplyRun>, DbError> {
    tx.query_one(
        select_run!("WHERE organisation = COALESCE(?1, organisation) AND id = ?2"),
        values![tx.organisation(), id],
        run_of,
    )
}

/// The runs within the scope, the newest first.
pub(crate) fn runs(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    domain: Option<DomainId>,
    limit: usize,
) -> Result<Vec<ApplyRun>, DbError> {
    tx.query(
        select_run!(
            "WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
               AND (CAST(?3 AS BIGINT) IS NULL OR domain = ?3)
             ORDER BY id DESC LIMIT ?4"
        ),
        values![tx.organisation(), organisation, domain, limit as i64],
        run_of,
    )
}

/// Writes a new run, which anybody may take up, and gives it what waits.
pub(crate) fn begin_run(tx: &mut Tx, run: &ApplyRun) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO apply_run
             (id, organisation, domain, who, started_at, state, total, done, lease_token, lease_until)
         VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6, 0, 0, 0)",
        values![run.id, run.organisation, run.domain, &run.who, run.started_at, run.total as i64],
    )?;
    tx.execute(
        "UPDATE pending_change SET run = ?1 WHERE organisation = ?2 AND domain = COALESCE(?3, domain)",
        values![run.id, run.organisation, run.domain],
    )?;
    Ok(())
}

/// Forgets all but the newest runs of an organisation.
pub(crate) fn forget_old_runs(tx: &mut Tx, organisation: OrganisationId, keep: usize) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM apply_run WHERE organisation = ?1 AND state <> 'running' AND id NOT IN
             (SELECT id FROM apply_run WHERE organisation = ?1 ORDER BY id DESC LIMIT ?2)",
        values![organisation, keep as i64],
    )?;
    Ok(())
}

/// Takes a run that nobody works on; false if somebody does, or it has ended.
pub(crate) fn take_run(
    tx: &mut Tx,
    id: RunId,
    token: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, DbError> {
    let taken = tx.execute(
        "UPDATE apply_run SET lease_token = ?2, lease_until = ?4
         WHERE id = ?1 AND state = 'running' AND lease_until <= ?3",
        values![id, token, now, until],
    )?;
    Ok(taken > 0)
}

/// Prolongs the lease; false if the run is no longer ours.
pub(crate) fn hold_run(tx: &mut Tx, id: RunId, token: i64, until: Timestamp) -> Result<bool, DbError> {
    let held = tx.execute(
        "UPDATE apply_run SET lease_until = ?3 WHERE id = ?1 AND state = 'running' AND lease_token = ?2",
        values![id, token, until],
    )?;
    Ok(held > 0)
}

/// The next change of a run.
pub(crate) fn next_of_run(tx: &mut Tx, id: RunId) -> Result<Option<PendingChange>, DbError> {
    tx.query_one(select_change!("WHERE run = ?1 ORDER BY rank, id LIMIT 1"), values![id], change_of)
}

/// One change of a run is applied, or was cancelled.
pub(crate) fn count_in_run(tx: &mut Tx, id: RunId, is_applied: bool) -> Result<(), DbError> {
    tx.execute(
        "UPDATE apply_run SET done = done + ?2, total = total - ?3 WHERE id = ?1
           AND organisation = COALESCE(?4, organisation)",
        values![id, is_applied, !is_applied, tx.organisation()],
    )?;
    Ok(())
}

/// Ends a run; what it has not applied waits still.
pub(crate) fn end_run(
    tx: &mut Tx,
    id: RunId,
    state: RunState,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE apply_run SET state = ?2, failure = ?3, ended_at = ?4 WHERE id = ?1
           AND organisation = COALESCE(?5, organisation)",
        values![id, state.as_str(), failure, now, tx.organisation()],
    )?;
    tx.execute(
        "UPDATE pending_change SET run = NULL WHERE run = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
    )?;
    Ok(())
}

/// Runs that nobody works on.
pub(crate) fn abandoned_runs(tx: &mut Tx, now: Timestamp) -> Result<Vec<RunId>, DbError> {
    tx.query(
        "SELECT id FROM apply_run WHERE state = 'running' AND lease_until <= ?1 ORDER BY id",
        values![now],
        |row| Ok(RunId(row.integer(0)?)),
    )
}
