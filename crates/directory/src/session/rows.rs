//! Rows of sessions and of the operator's staff.

use db::{DbError, Tx, values};
use model::{DomainId, OrganisationId, Timestamp, UserId};

use super::{Session, SessionId, SessionInfo};
use crate::error::DirectoryError;
use crate::{Brand, Role, SignedIn, Support, limits};

pub(super) struct NewSession<'a> {
    pub(super) id: i64,
    pub(super) hash: &'a [u8],
    pub(super) person: &'a SignedIn,
    pub(super) source: &'a str,
    pub(super) agent: &'a str,
    pub(super) now: Timestamp,
}

pub(super) fn open(tx: &mut Tx, new: &NewSession<'_>) -> Result<(), DirectoryError> {
    let made = tx.execute(
        // Whoever's home is disabled begins in another organisation.
        "INSERT INTO session (id, token_hash, person, organisation, acting, password_version, source, agent,
                              created_at, last_seen_at)
         SELECT ?1, ?2, p.id, p.organisation,
                COALESCE((SELECT m.organisation FROM membership m
                          JOIN organisation o ON o.id = m.organisation AND o.disabled = 0
                          WHERE m.person = p.id AND m.disabled = 0
                          ORDER BY CASE WHEN m.organisation = p.organisation THEN 0 ELSE 1 END, m.organisation
                          LIMIT 1), p.organisation),
                p.version, ?5, ?6, ?7, ?7
         FROM person p WHERE p.id = ?3 AND p.organisation = ?4",
        values![new.id, new.hash, new.person.user, new.person.organisation, new.source, new.agent, new.now],
    )?;
    if made == 0 { Err(DirectoryError::NotFound { what: "user" }) } else { Ok(()) }
}

pub(super) fn find(tx: &mut Tx, hash: &[u8]) -> Result<Option<Session>, DbError> {
    tx.query_one(
        // Who left the staff or an organisation looks at the home again.
        "SELECT s.id, p.id, p.login, p.name, m.role, s.organisation, a.id, a.name,
                CASE WHEN f.person IS NULL THEN 0 ELSE 1 END, s.created_at, s.last_seen_at, m.domain, p.language,
                CASE WHEN EXISTS (SELECT 1 FROM factor k WHERE k.person = p.id) THEN 1 ELSE 0 END,
                CASE WHEN EXISTS (
                        SELECT 1 FROM organisation_settings w WHERE w.requires_second_factor = 1 AND (
                            w.organisation = a.id OR w.organisation IN
                                (SELECT r.organisation FROM membership r WHERE r.person = p.id AND r.disabled = 0)))
                     THEN 1 ELSE 0 END,
                COALESCE(z.brand_name, ''), COALESCE(z.brand_colour, ''), CASE WHEN z.logo IS NULL THEN 0 ELSE 1 END,
                s.source, p.version, COALESCE(z.support_email, ''), COALESCE(z.support_phone, ''),
                COALESCE(z.support_page, ''), COALESCE(z.support_hours, '')
         FROM session s
         JOIN person p ON p.id = s.person AND p.version = s.password_version AND p.disabled = 0
         LEFT JOIN operator_staff f ON f.person = p.id
         JOIN organisation a ON a.deleted_at IS NULL
              AND a.id = CASE WHEN f.person IS NOT NULL OR EXISTS
                                   (SELECT 1 FROM membership n JOIN organisation i ON i.id = n.organisation
                                    WHERE n.person = p.id AND n.organisation = s.acting
                                      AND n.disabled = 0 AND i.disabled = 0)
                              THEN s.acting ELSE s.organisation END
         LEFT JOIN membership m ON m.organisation = a.id AND m.person = p.id AND m.disabled = 0
         LEFT JOIN organisation_settings z ON z.organisation = a.id
         WHERE s.token_hash = ?1 AND (f.person IS NOT NULL OR (m.person IS NOT NULL AND a.disabled = 0))",
        values![hash],
        |row| {
            let role = row.optional_text(4)?.and_then(|role| role.parse().ok());
            let is_operator = row.boolean(8)?;
            Ok(Session {
                id: SessionId(row.integer(0)?),
                user: UserId(row.integer(1)?),
                login: row.text(2)?.to_owned(),
                name: row.text(3)?.to_owned(),
                role: if is_operator { Role::LegalOwner } else { role.unwrap_or(Role::External) },
                domain: if is_operator { None } else { row.optional_integer(11)?.map(DomainId) },
                home: OrganisationId(row.integer(5)?),
                organisation: OrganisationId(row.integer(6)?),
                organisation_name: row.text(7)?.to_owned(),
                is_member: role.is_some(),
                language: row.optional_text(12)?.map(ToOwned::to_owned),
                has_second_factor: row.boolean(13)?,
                is_second_factor_required: row.boolean(14)?,
                brand: Brand {
                    name: row.text(15)?.to_owned(),
                    colour: row.text(16)?.to_owned(),
                    has_logo: row.boolean(17)?,
                },
                support: Support {
                    email: row.text(20)?.to_owned(),
                    phone: row.text(21)?.to_owned(),
                    page: row.text(22)?.to_owned(),
                    hours: row.text(23)?.to_owned(),
                },
                is_operator,
                created_at: row.timestamp(9)?,
                last_seen_at: row.timestamp(10)?,
                source: row.text(18)?.to_owned(),
                version: row.integer(19)?,
                token: None,
            })
        },
    )
}

pub(super) fn seen(tx: &mut Tx, id: SessionId, now: Timestamp) -> Result<(), DirectoryError> {
    tx.execute(
        "UPDATE session SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2",
        values![id.0, now],
    )?;
    Ok(())
}

pub(super) fn end(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    id: SessionId,
) -> Result<bool, DirectoryError> {
    let ended = tx.execute(
        "DELETE FROM session WHERE id = ?1 AND organisation = ?2 AND person = ?3",
        values![id.0, organisation, user],
    )?;
    Ok(ended > 0)
}

pub(super) fn end_others(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    id: SessionId,
) -> Result<u64, DirectoryError> {
    Ok(tx.execute(
        "DELETE FROM session WHERE id <> ?1 AND organisation = ?2 AND person = ?3",
        values![id.0, organisation, user],
    )?)
}

pub(super) fn end_every(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<u64, DirectoryError> {
    Ok(tx.execute(
        "DELETE FROM session WHERE organisation = ?1 AND person = ?2",
        values![organisation, user],
    )?)
}

pub(super) fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SessionInfo>, DirectoryError> {
    Ok(tx.query(
        "SELECT s.id, s.source, s.agent, s.created_at, s.last_seen_at FROM session s
         JOIN person p ON p.id = s.person AND p.version = s.password_version
         WHERE s.organisation = ?1 AND s.person = ?2 AND s.created_at > ?3 AND s.last_seen_at > ?4
         ORDER BY s.last_seen_at DESC, s.id DESC",
        values![organisation, user, now.minus(limits::SESSION_LIFETIME), now.minus(limits::SESSION_IDLE)],
        |row| {
            Ok(SessionInfo {
                id: SessionId(row.integer(0)?),
                source: row.text(1)?.to_owned(),
                agent: row.text(2)?.to_owned(),
                created_at: row.timestamp(3)?,
                last_seen_at: row.timestamp(4)?,
            })
        },
    )?)
}

/// The session in which somebody changed the own password goes on with the new one.
pub(super) fn keep_after_new_password(tx: &mut Tx, id: SessionId) -> Result<(), DirectoryError> {
    tx.execute(
        "UPDATE session SET password_version = (SELECT p.version FROM person p WHERE p.id = session.person)
         WHERE id = ?1",
        values![id.0],
    )?;
    Ok(())
}

/// Wherever the person signed in from.
pub(super) fn end_all_others(tx: &mut Tx, user: UserId, id: SessionId) -> Result<(), DirectoryError> {
    tx.execute("DELETE FROM session WHERE person = ?1 AND id <> ?2", values![user, id.0])?;
    Ok(())
}

/// The oldest make room for a new one.
pub(super) fn keep_within_limit(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<(), DirectoryError> {
    tx.execute(
        "DELETE FROM session WHERE organisation = ?1 AND person = ?2 AND id NOT IN
            (SELECT id FROM session WHERE organisation = ?1 AND person = ?2
             ORDER BY last_seen_at DESC, id DESC LIMIT ?3)",
        values![organisation, user, limits::SESSIONS_PER_PERSON_LIMIT as i64 - 1],
    )?;
    Ok(())
}

pub(super) fn forget_dead(
    tx: &mut Tx,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    tx.execute(
        "DELETE FROM session WHERE organisation = ?1 AND (created_at < ?2 OR last_seen_at < ?3)",
        values![organisation, now.minus(limits::SESSION_LIFETIME), now.minus(limits::SESSION_IDLE)],
    )?;
    Ok(())
}

pub(super) fn choose(tx: &mut Tx, id: SessionId, organisation: OrganisationId) -> Result<(), DirectoryError> {
    tx.execute("UPDATE session SET acting = ?2 WHERE id = ?1", values![id.0, organisation])?;
    Ok(())
}

pub(super) fn is_operator(tx: &mut Tx, user: UserId) -> Result<bool, DirectoryError> {
    let found =
        tx.query_one("SELECT 1 FROM operator_staff WHERE person = ?1", values![user], |row| row.integer(0))?;
    Ok(found.is_some())
}

pub(super) fn set_operator(
    tx: &mut Tx,
    user: UserId,
    is_operator: bool,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    if is_operator {
        tx.execute(
            "INSERT INTO operator_staff (person, granted_at) VALUES (?1, ?2) ON CONFLICT (person) DO NOTHING",
            values![user, now],
        )?;
    } else {
        tx.execute("DELETE FROM operator_staff WHERE person = ?1", values![user])?;
    }
    Ok(())
}
