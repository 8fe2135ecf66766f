//! Rows of tokens and of what their requests were answered.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{DomainId, OrganisationId, Timestamp, UserId};

use super::{Repetition, StoredAnswer, TokenId, TokenInfo};
use crate::error::DirectoryError;
use crate::{Brand, Role, Session, SessionId, Support, limits};

fn info(row: &Row) -> Result<TokenInfo, DbError> {
    Ok(TokenInfo {
        id: TokenId(row.integer(0)?),
        organisation: row.optional_integer(1)?.map(OrganisationId),
        name: row.text(2)?.to_owned(),
        shown: row.text(3)?.to_owned(),
        may_write: row.boolean(4)?,
        created_by: row.text(5)?.to_owned(),
        created_at: row.timestamp(6)?,
        expires_at: row.optional_integer(7)?.map(Timestamp),
        last_used_at: row.optional_integer(8)?.map(Timestamp),
        last_source: row.optional_text(9)?.map(str::to_owned),
        domain: row.optional_integer(10)?.map(DomainId),
        user: row.optional_integer(11)?.map(UserId),
        user_login: row.optional_text(13)?.map(str::to_owned),
        is_own: row.optional_integer(12)?.is_some(),
    })
}

pub(super) fn insert(tx: &mut Tx, token: &TokenInfo, hash: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO api_token (id, organisation, name, shown, token_hash, may_write, created_by, created_at,
                                expires_at, domain, person)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        values![
            token.id.0,
            token.organisation,
            &token.name,
            &token.shown,
            hash,
            token.may_write,
            &token.created_by,
            token.created_at,
            token.expires_at,
            token.domain,
            token.user
        ],
    )?;
    Ok(())
}

pub(super) fn count(tx: &mut Tx, organisation: OrganisationId) -> Result<i64, DbError> {
    let counted = tx.query_one(
        "SELECT count(*) FROM api_token WHERE organisation = ?1 AND person_version IS NULL",
        values![organisation],
        |row| row.integer(0),
    )?;
    Ok(counted.unwrap_or(0))
}

macro_rules! select_token {
    ($($rest:literal),+) => {
        concat!(
            "SELECT t.id, t.organisation, t.name, t.shown, t.may_write, t.created_by, t.created_at, t.expires_at,
                    t.last_used_at, t.last_source, t.domain, t.person, t.person_version,
                    (SELECT o.login FROM person o WHERE o.id = t.person)
             FROM api_token t ",
            $($rest),+
        )
    };
}

/// Within a tenant's scope its own; the operator's tokens belong to none.
pub(super) fn page(tx: &mut Tx, seek: &Seek) -> Result<Page<TokenInfo>, DbError> {
    tx.page(in_order!(select_token, "t"), None, seek, info, |one| one.id.0)
}

pub(super) fn one(tx: &mut Tx, id: TokenId) -> Result<Option<TokenInfo>, DbError> {
    let scope = tx.organisation();
    tx.query_one(
        select_token!("WHERE t.id = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR t.organisation = ?2)"),
        values![id.0, scope],
        info,
    )
}

/// The tokens that a person made for the own things with the present password, oldest first: also those whose time is
/// over, until the person makes another one.
pub(super) fn own(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<Vec<TokenInfo>, DbError> {
    tx.query(
        select_token!(
            "JOIN person p ON p.id = t.person AND p.version = t.person_version
             WHERE t.organisation = ?1 AND t.person = ?2 ORDER BY t.id"
        ),
        values![organisation, user],
        info,
    )
}

/// Ties a token that was just made to a password of its person; false if the person has another one by now.
pub(super) fn make_own(
    tx: &mut Tx,
    id: TokenId,
    user: UserId,
    version: i64,
    by_second_factor: bool,
) -> Result<bool, DbError> {
    let made = tx.execute(
        "UPDATE api_token SET person_version = ?3, by_second_factor = ?5
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM person p WHERE p.id = ?2 AND p.version = ?3)
           AND organisation = COALESCE(?4, organisation)",
        values![id.0, user, version, tx.organisation(), by_second_factor],
    )?;
    Ok(made == 1)
}

/// Forgets a person's own tokens that hold no more.
pub(super) fn forget_ended(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    now: Timestamp,
) -> Result<(), DbError> {
    let ended = tx.query(
        "SELECT t.id FROM api_token t JOIN person p ON p.id = t.person
         WHERE t.organisation = ?1 AND t.person = ?2 AND t.person_version IS NOT NULL
           AND (t.person_version <> p.version OR t.expires_at <= ?3)",
        values![organisation, user, now],
        |row| row.integer(0),
    )?;
    ended.into_iter().try_for_each(|id| delete(tx, TokenId(id)))
}

/// Revokes the own tokens of a person that the password alone made; gives how many.
pub(crate) fn revoke_weak(tx: &mut Tx, user: UserId) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM api_answer WHERE token IN (SELECT t.id FROM api_token t
             WHERE t.person = ?1 AND t.person_version IS NOT NULL AND t.by_second_factor = 0
               AND t.organisation = COALESCE(?2, t.organisation))",
        values![user, tx.organisation()],
    )?;
    tx.execute(
        "DELETE FROM api_token
         WHERE person = ?1 AND person_version IS NOT NULL AND by_second_factor = 0
           AND organisation = COALESCE(?2, organisation)",
        values![user, tx.organisation()],
    )
}

/// The person of a token for the own things, who looks at the home, or where that is closed to the person at another
/// organisation of the person.
pub(super) fn person_of(tx: &mut Tx, id: TokenId) -> Result<Option<Session>, DbError> {
    tx.query_one(
        "SELECT p.id, p.login, p.name, m.role, p.organisation, a.id, a.name, p.language,
                CASE WHEN t.by_second_factor = 1 AND EXISTS (SELECT 1 FROM factor k WHERE k.person = p.id)
                     THEN 1 ELSE 0 END,
                CASE WHEN EXISTS (
                        SELECT 1 FROM organisation_settings w
                        JOIN membership r ON r.organisation = w.organisation AND r.person = p.id AND r.disabled = 0
                        WHERE w.requires_second_factor = 1)
                     THEN 1 ELSE 0 END,
                t.created_at, COALESCE(t.last_source, ''), p.version
         FROM api_token t
         JOIN person p ON p.id = t.person AND p.version = t.person_version AND p.disabled = 0
         JOIN membership m ON m.person = p.id AND m.disabled = 0
         JOIN organisation a ON a.id = m.organisation AND a.disabled = 0 AND a.deleted_at IS NULL
         WHERE t.id = ?1
         ORDER BY CASE WHEN a.id = p.organisation THEN 0 ELSE 1 END, a.id LIMIT 1",
        values![id.0],
        |row| {
            Ok(Session {
                // No row has it: «every session but this one» is every session.
                id: SessionId(0),
                user: UserId(row.integer(0)?),
                login: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                role: row.text(3)?.parse().unwrap_or(Role::External),
                domain: None,
                home: OrganisationId(row.integer(4)?),
                organisation: OrganisationId(row.integer(5)?),
                is_member: true,
                language: row.optional_text(7)?.map(ToOwned::to_owned),
                has_second_factor: row.boolean(8)?,
                is_second_factor_required: row.boolean(9)?,
                organisation_name: row.text(6)?.to_owned(),
                brand: Brand::default(),
                support: Support::default(),
                is_operator: false,
                // The person did not sign in lately: that would be proof enough to add a second factor.
                created_at: Timestamp(0),
                last_seen_at: row.timestamp(10)?,
                source: row.text(11)?.to_owned(),
                version: row.integer(12)?,
                token: None,
            })
        },
    )
}

/// The caller has read the token within its scope.
pub(super) fn delete(tx: &mut Tx, id: TokenId) -> Result<(), DbError> {
    let within = tx.organisation();
    tx.execute(
        "DELETE FROM api_answer WHERE token IN (SELECT t.id FROM api_token t
             WHERE t.id = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR t.organisation = ?2))",
        values![id.0, within],
    )?;
    tx.execute(
        "DELETE FROM api_token WHERE id = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR organisation = ?2)",
        values![id.0, within],
    )?;
    Ok(())
}

pub(super) fn bearer(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<TokenInfo>, DirectoryError> {
    let found = tx.query_one(
        select_token!(
            "LEFT JOIN organisation o ON o.id = t.organisation
             WHERE t.token_hash = ?1 AND (t.expires_at IS NULL OR t.expires_at > ?2)
               AND (t.organisation IS NULL OR (o.disabled = 0 AND o.deleted_at IS NULL))
               AND (t.person_version IS NULL OR EXISTS
                       (SELECT 1 FROM person p
                        WHERE p.id = t.person AND p.version = t.person_version AND p.disabled = 0))"
        ),
        values![hash, now],
        info,
    )?;
    match found {
        Some(token) if token.is_own => Ok(Some(token)),
        Some(token) => within_its_person(tx, token),
        None => Ok(None),
    }
}

/// What a token reaches while it is somebody's: nothing without a person who administers, and no domain but that
/// person's.
fn within_its_person(tx: &mut Tx, token: TokenInfo) -> Result<Option<TokenInfo>, DirectoryError> {
    let (Some(organisation), Some(user)) = (token.organisation, token.user) else { return Ok(Some(token)) };
    let Some(limit) = limit_of(tx, organisation, user)? else { return Ok(None) };
    Ok(match (token.domain, limit) {
        (Some(own), Some(limit)) if own != limit => None,
        (own, limit) => Some(TokenInfo { domain: own.or(limit), ..token }),
    })
}

/// The domain to which a person is limited who administers an organisation, if it is one; `None`: the person does not
/// administer it, or cannot sign in.
pub(super) fn limit_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<Option<Option<DomainId>>, DbError> {
    tx.query_one(
        "SELECT m.domain FROM membership m JOIN person p ON p.id = m.person AND p.disabled = 0
         WHERE m.organisation = ?1 AND m.person = ?2 AND m.disabled = 0 AND m.role IN (?3, ?4)",
        values![organisation, user, Role::LegalOwner.as_str(), Role::Administrator.as_str()],
        |row| Ok(row.optional_integer(0)?.map(DomainId)),
    )
}

pub(super) fn used(tx: &mut Tx, id: TokenId, now: Timestamp, source: &str) -> Result<(), DirectoryError> {
    tx.execute(
        "UPDATE api_token SET last_used_at = ?2, last_source = ?3 WHERE id = ?1",
        values![id.0, now, source],
    )?;
    Ok(())
}

pub(super) fn repetition(
    tx: &mut Tx,
    token: TokenId,
    key: &str,
    hash: &[u8],
    now: Timestamp,
) -> Result<Repetition, DirectoryError> {
    tx.execute("DELETE FROM api_answer WHERE at < ?1", values![now.minus(limits::ANSWER_KEPT_FOR)])?;
    // A node that stopped in the middle leaves a key that nobody answers.
    tx.execute(
        "DELETE FROM api_answer WHERE token = ?1 AND request_key = ?2 AND status IS NULL AND at < ?3",
        values![token.0, key, now.minus(limits::ANSWER_AWAITED_FOR)],
    )?;
    let known = tx.query_one(
        "SELECT request_hash, status, content_type, body FROM api_answer WHERE token = ?1 AND request_key = ?2",
        values![token.0, key],
        |row| {
            if row.bytes(0)? != hash {
                return Ok(Repetition::Another);
            }
            let Some(status) = row.optional_integer(1)? else { return Ok(Repetition::UnderWay) };
            Ok(Repetition::Done(StoredAnswer {
                status: u16::try_from(status).unwrap_or(500),
                content_type: row.optional_text(2)?.unwrap_or_default().to_owned(),
                body: row.optional_bytes(3)?.map(<[u8]>::to_vec),
            }))
        },
    )?;
    if let Some(known) = known {
        return Ok(known);
    }
    if let Some(limit) = full(tx, token)? {
        return Ok(Repetition::Full(limit));
    }
    let is_first = tx.execute(
        "INSERT INTO api_answer (token, request_key, request_hash, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        values![token.0, key, hash, now],
    )?;
    // Another node may have been first a moment ago.
    Ok(if is_first == 1 { Repetition::First } else { Repetition::UnderWay })
}

/// The limit that the answers of a token have reached.
fn full(tx: &mut Tx, token: TokenId) -> Result<Option<&'static str>, DbError> {
    let counted = tx.query_one(
        "SELECT count(*), CAST(coalesce(sum(octet_length(body)), 0) AS BIGINT) FROM api_answer WHERE token = ?1",
        values![token.0],
        |row| Ok((row.integer(0)?, row.integer(1)?)),
    )?;
    let (keys, octets) = counted.unwrap_or_default();
    if keys >= limits::ANSWERS_PER_TOKEN_LIMIT {
        return Ok(Some("a token has at most 10,000 keys of the last 24 hours"));
    }
    if octets >= limits::ANSWER_OCTETS_PER_TOKEN_LIMIT {
        return Ok(Some("a token has at most 64 MiB of answers of the last 24 hours"));
    }
    Ok(None)
}

pub(super) fn keep(
    tx: &mut Tx,
    token: TokenId,
    key: &str,
    answer: &StoredAnswer,
) -> Result<(), DirectoryError> {
    tx.execute(
        "UPDATE api_answer SET status = ?3, content_type = ?4, body = ?5 WHERE token = ?1 AND request_key = ?2",
        values![
            token.0,
            key,
            i64::from(answer.status),
            &answer.content_type,
            answer.body.as_deref()
        ],
    )?;
    Ok(())
}

pub(super) fn free(tx: &mut Tx, token: TokenId, key: &str) -> Result<(), DirectoryError> {
    tx.execute(
        "DELETE FROM api_answer WHERE token = ?1 AND request_key = ?2 AND status IS NULL",
        values![token.0, key],
    )?;
    Ok(())
}
