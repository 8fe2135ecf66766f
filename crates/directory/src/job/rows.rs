//! Lists of new addresses and their lines.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{AddressId, DomainId, OrganisationId, Timestamp};

use super::{AddressJob, Fault, JobLine, JobState};
use crate::entities::DomainInfo;
use crate::login::NewHash;
use crate::rows::quota;

fn count(row: &Row, column: usize) -> Result<u64, DbError> {
    Ok(u64::try_from(row.integer(column)?).unwrap_or(0))
}

macro_rules! select_job {
    ($($rest:literal),+) => {
        concat!(
            "SELECT j.id, j.organisation, j.domain, j.domain_name, j.state, j.created_by, j.created_at, j.ended_at,
                    (SELECT count(*) FROM address_job_line l WHERE l.job = j.id),
                    (SELECT count(*) FROM address_job_line l WHERE l.job = j.id AND l.fault <> ''),
                    (SELECT count(*) FROM address_job_line l WHERE l.job = j.id AND l.hashed = 1),
                    (SELECT count(*) FROM address_job_line l WHERE l.job = j.id AND l.address IS NOT NULL),
                    (SELECT count(*) FROM address_job_line l
                     WHERE l.job = j.id AND l.made_secret = 1 AND l.secret IS NOT NULL AND l.address IS NOT NULL),
                    j.choice
             FROM address_job j ",
            $($rest),+
        )
    };
}

fn read(row: &Row) -> Result<AddressJob, DbError> {
    Ok(AddressJob {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        domain: DomainId(row.integer(2)?),
        domain_name: row.text(3)?.to_owned(),
        state: JobState::of(row.text(4)?),
        created_by: row.text(5)?.to_owned(),
        created_at: row.timestamp(6)?,
        ended_at: row.optional_timestamp(7)?,
        lines: count(row, 8)?,
        bad: count(row, 9)?,
        ready: count(row, 10)?,
        made: count(row, 11)?,
        passwords: count(row, 12)?,
    })
}

pub(super) fn job(tx: &mut Tx, id: i64) -> Result<Option<AddressJob>, DbError> {
    let scope = tx.organisation();
    tx.query_one(
        select_job!(
            "WHERE j.id = ?1 AND j.organisation = COALESCE(?2, j.organisation) AND j.domain = COALESCE(?3, j.domain)"
        ),
        values![id, scope, tx.domain()],
        read,
    )
}

pub(super) fn page_of_jobs(tx: &mut Tx, seek: &Seek) -> Result<Page<AddressJob>, DbError> {
    if let Some(domain) = tx.domain() {
        let rows = tx.query(
            select_job!("WHERE j.domain = ?1 AND j.organisation = ?2 AND j.id > ?3 ORDER BY j.id LIMIT ?4"),
            values![domain, tx.organisation(), seek.after(), seek.rows()],
            read,
        )?;
        return Ok(seek.page(rows, |one| one.id));
    }
    tx.page(in_order!(select_job, "j"), None, seek, read, |one| one.id)
}

/// A list that was confirmed, with what to do about bad lines and who gave it.
pub(super) fn confirmed(tx: &mut Tx, id: i64) -> Result<Option<(AddressJob, String, String)>, DbError> {
    tx.query_one(select_job!("WHERE j.id = ?1 AND j.state = 'running'"), values![id], |row| {
        let job = read(row)?;
        let who = job.created_by.clone();
        Ok((job, row.text(13)?.to_owned(), who))
    })
}

/// Lets the oldest lists go that wait to be confirmed, so that one more has room.
pub(super) fn make_room(tx: &mut Tx, organisation: OrganisationId, limit: usize) -> Result<(), DbError> {
    let shown = tx.query(
        "SELECT id FROM address_job
         WHERE organisation = ?1 AND domain = COALESCE(?2, domain) AND state = 'shown' ORDER BY id",
        values![organisation, tx.domain()],
        |row| row.integer(0),
    )?;
    let over = (shown.len() + 1).saturating_sub(limit);
    for id in shown.into_iter().take(over) {
        delete(tx, id, organisation)?;
    }
    Ok(())
}

pub(super) fn insert(
    tx: &mut Tx,
    id: i64,
    domain: &DomainInfo,
    makes_passwords: bool,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO address_job
             (id, organisation, domain, domain_name, state, choice, makes_passwords, created_by, created_at)
         VALUES (?1, ?2, ?3, ?4, 'shown', '', ?5, ?6, ?7)",
        values![id, domain.organisation, domain.id, domain.name.as_str(), makes_passwords, who, at],
    )?;
    Ok(())
}

pub(super) fn insert_line(
    tx: &mut Tx,
    job: i64,
    organisation: OrganisationId,
    line: &JobLine,
    secret: Option<&str>,
) -> Result<(), DbError> {
    let (fault, value) = match &line.fault {
        Some((fault, value)) => (Some(*fault), value.as_str()),
        None => (None, ""),
    };
    tx.execute(
        "INSERT INTO address_job_line
             (job, number, organisation, localpart, display_name, quota_bytes, note, fault_field, fault, fault_value,
              secret, made_secret, hashed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0)",
        values![
            job,
            i64::from(line.number),
            organisation,
            line.localpart.as_str(),
            line.display_name.as_str(),
            line.quota_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
            line.note.as_str(),
            fault.map_or("", Fault::field),
            fault.map_or("", Fault::as_str),
            value,
            secret
        ],
    )?;
    Ok(())
}

pub(super) fn lines(
    tx: &mut Tx,
    job: i64,
    organisation: OrganisationId,
    only_bad: bool,
    after: u32,
    limit: usize,
) -> Result<Vec<JobLine>, DbError> {
    tx.query(
        "SELECT l.number, l.localpart, l.display_name, l.quota_bytes, l.note, l.fault, l.fault_value, l.address,
                CASE WHEN l.secret IS NOT NULL OR l.argon2 IS NOT NULL OR j.makes_passwords = 1 THEN 1 ELSE 0 END
         FROM address_job_line l JOIN address_job j ON j.id = l.job
         WHERE l.job = ?1 AND l.organisation = ?2 AND l.number > ?3 AND (?4 = 0 OR l.fault <> '')
         ORDER BY l.number LIMIT ?5",
        values![job, organisation, i64::from(after), i64::from(only_bad), limit as i64],
        |row| {
            Ok(JobLine {
                number: u32::try_from(row.integer(0)?).unwrap_or(u32::MAX),
                localpart: row.text(1)?.to_owned(),
                display_name: row.text(2)?.to_owned(),
                quota_bytes: quota(row.optional_integer(3)?),
                note: row.text(4)?.to_owned(),
                has_password: row.boolean(8)?,
                fault: match Fault::of(row.text(5)?) {
                    Some(fault) => Some((fault, row.text(6)?.to_owned())),
                    None => None,
                },
                address: row.optional_integer(7)?.map(AddressId),
            })
        },
    )
}

pub(super) fn confirm(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    choice: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job SET state = 'running', choice = ?3, confirmed_at = ?4
         WHERE id = ?1 AND organisation = ?2 AND state = 'shown'",
        values![id, organisation, choice, at],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, id: i64, organisation: OrganisationId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM address_job_line WHERE job = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    tx.execute("DELETE FROM address_job WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

/// The made passwords by local part; they are gone from the rows.
pub(super) fn take_made(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
) -> Result<Vec<(String, String)>, DbError> {
    let made = tx.query(
        "SELECT localpart, secret FROM address_job_line
         WHERE job = ?1 AND organisation = ?2 AND made_secret = 1 AND secret IS NOT NULL AND address IS NOT NULL
         ORDER BY number",
        values![id, organisation],
        |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())),
    )?;
    tx.execute(
        "UPDATE address_job_line SET secret = NULL WHERE job = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    Ok(made)
}

pub(super) fn running(tx: &mut Tx) -> Result<Vec<i64>, DbError> {
    tx.query("SELECT id FROM address_job WHERE state = 'running' ORDER BY id", &[], |row| row.integer(0))
}

/// A good line whose password is not hashed yet.
pub(super) struct Unhashed {
    pub(super) number: i64,
    pub(super) secret: Option<String>,
    pub(super) makes_password: bool,
}

pub(super) fn unhashed(tx: &mut Tx, job: i64, limit: i64) -> Result<Vec<Unhashed>, DbError> {
    tx.query(
        "SELECT l.number, l.secret, j.makes_passwords FROM address_job_line l
         JOIN address_job j ON j.id = l.job AND j.state = 'running'
         WHERE l.job = ?1 AND l.hashed = 0 AND l.fault = '' ORDER BY l.number LIMIT ?2",
        values![job, limit],
        |row| {
            Ok(Unhashed {
                number: row.integer(0)?,
                secret: row.optional_text(1)?.map(str::to_owned),
                makes_password: row.boolean(2)?,
            })
        },
    )
}

/// A line is ready. Another node that hashed it at the same time was first, or is not.
pub(super) fn hashed(
    tx: &mut Tx,
    job: i64,
    number: i64,
    salt: &[u8],
    hash: Option<&NewHash>,
    made: Option<&str>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job_line SET hashed = 1, scram_salt = ?3, argon2 = ?4, scram_stored_key = ?5,
                scram_server_key = ?6, secret = ?7, made_secret = CASE WHEN ?8 = 1 THEN 1 ELSE 0 END
         WHERE job = ?1 AND number = ?2 AND hashed = 0",
        values![
            job,
            number,
            salt,
            hash.map(|hash| hash.argon2.as_str()),
            hash.map(|hash| hash.scram_stored_key.as_slice()),
            hash.map(|hash| hash.scram_server_key.as_slice()),
            made,
            i64::from(made.is_some())
        ],
    )?;
    Ok(())
}

/// A line that is ready to be made.
pub(super) struct Good {
    pub(super) number: i64,
    pub(super) localpart: String,
    pub(super) display_name: String,
    pub(super) quota_bytes: Option<u64>,
    pub(super) note: String,
    pub(super) salt: Vec<u8>,
    pub(super) hash: Option<NewHash>,
}

pub(super) fn good(tx: &mut Tx, job: i64) -> Result<Vec<Good>, DbError> {
    tx.query(
        "SELECT number, localpart, display_name, quota_bytes, note, scram_salt, argon2, scram_stored_key,
                scram_server_key
         FROM address_job_line WHERE job = ?1 AND hashed = 1 AND fault = '' AND address IS NULL ORDER BY number",
        values![job],
        |row| {
            let hash = match row.optional_text(6)? {
                Some(argon2) => Some(NewHash {
                    argon2: argon2.to_owned(),
                    scram_stored_key: row.bytes(7)?.to_vec(),
                    scram_server_key: row.bytes(8)?.to_vec(),
                }),
                None => None,
            };
            Ok(Good {
                number: row.integer(0)?,
                localpart: row.text(1)?.to_owned(),
                display_name: row.text(2)?.to_owned(),
                quota_bytes: quota(row.optional_integer(3)?),
                note: row.text(4)?.to_owned(),
                salt: row.bytes(5)?.to_vec(),
                hash,
            })
        },
    )
}

/// A line went bad since it was shown.
pub(super) fn spoil(tx: &mut Tx, job: i64, number: i64, fault: Fault, value: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job_line SET fault_field = ?3, fault = ?4, fault_value = ?5, secret = NULL
         WHERE job = ?1 AND number = ?2",
        values![job, number, fault.field(), fault.as_str(), value],
    )?;
    Ok(())
}

pub(super) fn count_bad(tx: &mut Tx, job: i64) -> Result<i64, DbError> {
    let bad = tx.query_one(
        "SELECT count(*) FROM address_job_line WHERE job = ?1 AND fault <> ''",
        values![job],
        |row| row.integer(0),
    )?;
    Ok(bad.unwrap_or(0))
}

pub(super) fn made(tx: &mut Tx, job: i64, number: i64, address: AddressId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job_line SET address = ?3, argon2 = NULL, scram_stored_key = NULL, scram_server_key = NULL,
                scram_salt = NULL
         WHERE job = ?1 AND number = ?2",
        values![job, number, address],
    )?;
    Ok(())
}

pub(super) fn end(tx: &mut Tx, id: i64, state: &str, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job SET state = ?2, ended_at = ?3 WHERE id = ?1 AND state = 'running'",
        values![id, state, at],
    )?;
    if state == "failed" {
        tx.execute(
            "UPDATE address_job_line SET secret = NULL, argon2 = NULL, scram_stored_key = NULL,
                    scram_server_key = NULL, scram_salt = NULL
             WHERE job = ?1",
            values![id],
        )?;
    }
    Ok(())
}

pub(super) fn forget(tx: &mut Tx, secrets: Timestamp, kept: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address_job_line SET secret = NULL WHERE secret IS NOT NULL AND job IN
             (SELECT id FROM address_job WHERE ended_at < ?1)",
        values![secrets],
    )?;
    let old = tx.query(
        "SELECT id, organisation FROM address_job
         WHERE (state = 'shown' AND created_at < ?1) OR (ended_at IS NOT NULL AND ended_at < ?2)",
        values![secrets, kept],
        |row| Ok((row.integer(0)?, OrganisationId(row.integer(1)?))),
    )?;
    for (id, organisation) in old {
        delete(tx, id, organisation)?;
    }
    Ok(())
}
