//! Who is kept out for a while, and whose people come from there.

use std::collections::HashSet;

use db::{DbError, Row, Tx, holding, values};
use model::{OrganisationId, Timestamp};

use crate::entities::{Ban, BanKey};
use crate::login::ban_of;

/// A ban, whether anybody signed in from there recently, and whether somebody asks the organisation, to the operator
/// anybody, that it be lifted.
pub(in crate::administration) struct SeenBan {
    pub(in crate::administration) ban: Ban,
    pub(in crate::administration) has_logins: bool,
    pub(in crate::administration) is_asked: bool,
}

/// `?1` is now, `?2` since when a login is recent, `?3` the organisation. What is known of a ban is asked of those
/// that are read, not of all that hold.
macro_rules! select_seen {
    ($which:literal) => {
        concat!(
            "SELECT b.subject, b.banned_at, b.until, b.strikes, b.reason, b.rule, b.evidence,
                    CASE WHEN EXISTS (SELECT 1 FROM known_source k WHERE k.source = b.subject AND k.last_at >= ?2)
                         THEN 1 ELSE 0 END,
                    CASE WHEN EXISTS (SELECT 1 FROM unban_request r
                                      WHERE r.subject = b.subject AND r.state IN ('open', 'passed-on')
                                        AND (CAST(?3 AS BIGINT) IS NULL OR r.organisation = CAST(?3 AS BIGINT)))
                         THEN 1 ELSE 0 END
             FROM (SELECT subject, banned_at, until, strikes, reason, rule, evidence FROM ban WHERE until > ?1 ",
            $which,
            ") b ORDER BY b.until DESC, b.subject"
        )
    };
}

fn seen(row: &Row) -> Result<SeenBan, DbError> {
    Ok(SeenBan { ban: ban_of(row)?, has_logins: row.boolean(7)?, is_asked: row.boolean(8)? })
}

/// The bans that hold and whose subject contains `part`, the longest first, behind `after`.
pub(in crate::administration) fn bans(
    tx: &mut Tx,
    (now, recent): (Timestamp, Timestamp),
    part: &str,
    after: Option<&BanKey>,
    limit: i64,
) -> Result<Vec<SeenBan>, DbError> {
    let like = holding(part);
    let whose = tx.organisation();
    let (until, subject) = after.map_or((Timestamp(i64::MAX), ""), |(until, subject)| (*until, subject));
    tx.query(
        select_seen!(
            "AND until <= ?4 AND (until < ?4 OR subject > ?5) AND subject LIKE ?6 ESCAPE '!'
             ORDER BY until DESC, subject LIMIT ?7"
        ),
        values![now, recent, whose, until, subject, like.as_str(), limit],
        seen,
    )
}

/// The ban of this subject, if it holds, with what is known of it.
pub(in crate::administration) fn seen_ban(
    tx: &mut Tx,
    (now, recent): (Timestamp, Timestamp),
    subject: &str,
) -> Result<Option<SeenBan>, DbError> {
    let whose = tx.organisation();
    tx.query_one(select_seen!("AND subject = ?4"), values![now, recent, whose, subject], seen)
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
        "SELECT subject FROM known_source WHERE source = ?1 AND last_at >= ?2",
        values![source, recent],
        |row| Ok(row.text(0)?.to_owned()),
    )
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
