//! Who is kept out for a while, and whose people come from there.

use std::collections::HashSet;

use db::{DbError, Tx, holding, values};
use model::{OrganisationId, Timestamp};

use crate::entities::Ban;
use crate::limits;
use crate::login::ban_of;

/// Logins of one source that are looked at.
const LOGINS_LIMIT: i64 = 200;

/// The bans that hold and whose subject contains `part`, the longest first, as many as are listed.
pub(in crate::administration) fn bans(tx: &mut Tx, now: Timestamp, part: &str) -> Result<Vec<Ban>, DbError> {
    let like = holding(part);
    tx.query(
        "SELECT subject, banned_at, until, strikes, reason, rule, evidence FROM ban
         WHERE until > ?1 AND subject LIKE ?3 ESCAPE '!'
         ORDER BY until DESC, subject LIMIT ?2",
        values![now, limits::BANS_LISTED, like.as_str()],
        ban_of,
    )
}

/// The ban of this subject, if it holds.
pub(in crate::administration) fn ban(
    tx: &mut Tx,
    now: Timestamp,
    subject: &str,
) -> Result<Option<Ban>, DbError> {
    tx.query_one(
        "SELECT subject, banned_at, until, strikes, reason, rule, evidence FROM ban
         WHERE until > ?1 AND subject = ?2",
        values![now, subject],
        ban_of,
    )
}

/// The logins that succeeded from a source since `recent`.
pub(in crate::administration) fn known_logins(
    tx: &mut Tx,
    source: &str,
    recent: Timestamp,
) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT subject FROM known_source WHERE source = ?1 AND last_at >= ?2 LIMIT ?3",
        values![source, recent, LOGINS_LIMIT],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// The sources about which somebody asks: an organisation, or all.
pub(in crate::administration) fn asked_sources(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<HashSet<String>, DbError> {
    let read = |row: &db::Row| Ok(row.text(0)?.to_owned());
    let subjects = match organisation {
        Some(whose) => tx.query(
            "SELECT subject FROM unban_request WHERE state IN ('open', 'passed-on') AND organisation = ?1 LIMIT ?2",
            values![whose, limits::BANS_LISTED],
            read,
        )?,
        None => tx.query(
            "SELECT subject FROM unban_request WHERE state IN ('open', 'passed-on') LIMIT ?1",
            values![limits::BANS_LISTED],
            read,
        )?,
    };
    Ok(subjects.into_iter().collect())
}

pub(in crate::administration) fn names_of_domains(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashSet<String>, DbError> {
    let names =
        tx.query("SELECT name FROM domain WHERE organisation = ?1", values![organisation], |row| {
            Ok(row.text(0)?.to_owned())
        })?;
    Ok(names.into_iter().collect())
}

pub(in crate::administration) fn logins_of_people(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashSet<String>, DbError> {
    let logins =
        tx.query("SELECT login FROM person WHERE organisation = ?1", values![organisation], |row| {
            Ok(row.text(0)?.to_owned())
        })?;
    Ok(logins.into_iter().collect())
}
