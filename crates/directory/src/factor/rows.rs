//! Rows of second factors, recovery codes and ceremonies.

use db::{DbError, Tx, values};
use model::{Timestamp, UserId};

use super::{FactorId, FactorInfo, FactorKind};
use crate::limits;

/// A factor with its secret.
pub(super) struct Stored {
    pub(super) info: FactorInfo,
    pub(super) secret: Vec<u8>,
    pub(super) passkey: String,
}

pub(super) fn of_person(tx: &mut Tx, person: UserId) -> Result<Vec<Stored>, DbError> {
    tx.query(
        "SELECT id, kind, name, secret, passkey, created_at, last_used_at FROM factor
         WHERE person = ?1 ORDER BY id",
        values![person],
        |row| {
            Ok(Stored {
                info: FactorInfo {
                    id: FactorId(row.integer(0)?),
                    kind: match row.text(1)? {
                        "passkey" => FactorKind::Passkey,
                        _ => FactorKind::Totp,
                    },
                    name: row.text(2)?.to_owned(),
                    created_at: row.timestamp(5)?,
                    last_used_at: row.optional_timestamp(6)?,
                },
                secret: row.optional_bytes(3)?.unwrap_or_default().to_vec(),
                passkey: row.optional_text(4)?.unwrap_or_default().to_owned(),
            })
        },
    )
}

pub(crate) fn has_any(tx: &mut Tx, person: UserId) -> Result<bool, DbError> {
    let found = tx
        .query_one("SELECT 1 FROM factor WHERE person = ?1 LIMIT 1", values![person], |row| row.integer(0))?;
    Ok(found.is_some())
}

pub(super) struct NewFactor<'a> {
    pub(super) id: FactorId,
    pub(super) person: UserId,
    pub(super) kind: FactorKind,
    pub(super) name: &'a str,
    pub(super) secret: Option<&'a [u8]>,
    pub(super) last_step: i64,
    pub(super) credential_id: Option<&'a [u8]>,
    pub(super) passkey: Option<&'a str>,
    pub(super) at: Timestamp,
}

pub(super) fn insert(tx: &mut Tx, new: &NewFactor<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO factor (id, person, kind, name, secret, last_step, credential_id, passkey, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            new.id.0,
            new.person,
            new.kind.as_str(),
            new.name,
            new.secret,
            new.last_step,
            new.credential_id,
            new.passkey,
            new.at
        ],
    )?;
    Ok(())
}

/// Takes a step once: whether it was not taken before, by whichever node.
pub(super) fn take_step(
    tx: &mut Tx,
    person: UserId,
    id: FactorId,
    step: i64,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute(
        "UPDATE factor SET last_step = ?3, last_used_at = ?4 WHERE id = ?1 AND person = ?2 AND last_step < ?3",
        values![id.0, person, step, now],
    )? > 0)
}

pub(super) fn used_passkey(
    tx: &mut Tx,
    person: UserId,
    id: FactorId,
    passkey: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE factor SET passkey = ?3, last_used_at = ?4 WHERE id = ?1 AND person = ?2",
        values![id.0, person, passkey, now],
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Tx, person: UserId, id: FactorId) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM factor WHERE id = ?1 AND person = ?2", values![id.0, person])? > 0)
}

/// Everything that a deleted person would have shown or has begun.
pub(crate) fn forget_person(tx: &mut Tx, person: UserId) -> Result<(), DbError> {
    for statement in [
        "DELETE FROM factor WHERE person = ?1",
        "DELETE FROM recovery_code WHERE person = ?1",
        "DELETE FROM ceremony WHERE person = ?1",
        "DELETE FROM person_contact WHERE person = ?1",
        "DELETE FROM recipient_code WHERE person = ?1",
    ] {
        tx.execute(statement, values![person])?;
    }
    Ok(())
}

/// Whose passkey it is.
pub(super) fn owner_of_passkey(tx: &mut Tx, credential_id: &[u8]) -> Result<Option<UserId>, DbError> {
    tx.query_one("SELECT person FROM factor WHERE credential_id = ?1", values![credential_id], |row| {
        Ok(UserId(row.integer(0)?))
    })
}

/// New recovery codes in the place of all others.
pub(super) fn set_recovery_codes(tx: &mut Tx, person: UserId, hashes: &[Vec<u8>]) -> Result<(), DbError> {
    tx.execute("DELETE FROM recovery_code WHERE person = ?1", values![person])?;
    for hash in hashes {
        tx.execute(
            "INSERT INTO recovery_code (person, code_hash) VALUES (?1, ?2)",
            values![person, hash.as_slice()],
        )?;
    }
    Ok(())
}

/// Takes a recovery code once.
pub(super) fn take_recovery_code(
    tx: &mut Tx,
    person: UserId,
    hash: &[u8],
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute(
        "UPDATE recovery_code SET used_at = ?3 WHERE person = ?1 AND code_hash = ?2 AND used_at IS NULL",
        values![person, hash, now],
    )? > 0)
}

pub(super) fn recovery_codes_left(tx: &mut Tx, person: UserId) -> Result<u64, DbError> {
    let left = tx.query_one(
        "SELECT count(*) FROM recovery_code WHERE person = ?1 AND used_at IS NULL",
        values![person],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(left.unwrap_or(0)).unwrap_or(0))
}

/// Something that was begun.
#[derive(Clone, Debug)]
pub(super) struct Ceremony {
    pub(super) person: Option<UserId>,
    pub(super) state: String,
}

pub(super) struct NewCeremony<'a> {
    pub(super) hash: &'a [u8],
    pub(super) kind: &'static str,
    pub(super) person: Option<UserId>,
    pub(super) source: &'a str,
    pub(super) state: &'a str,
    pub(super) now: Timestamp,
}

/// Writes down what was begun; whatever is too old goes, and of one source the oldest.
pub(super) fn begin(tx: &mut Tx, new: &NewCeremony<'_>) -> Result<(), DbError> {
    tx.execute("DELETE FROM ceremony WHERE created_at < ?1", values![new.now.minus(limits::CEREMONY_FOR)])?;
    tx.execute(
        "DELETE FROM ceremony WHERE source = ?1 AND token_hash NOT IN
            (SELECT token_hash FROM ceremony WHERE source = ?1 ORDER BY created_at DESC LIMIT ?2)",
        values![new.source, limits::CEREMONIES_PER_SOURCE_LIMIT as i64 - 1],
    )?;
    tx.execute(
        "INSERT INTO ceremony (token_hash, kind, person, password_version, source, state, failures, created_at)
         VALUES (?1, ?2, ?3, COALESCE((SELECT p.version FROM person p WHERE p.id = ?3), 0), ?4, ?5, 0, ?6)",
        values![new.hash, new.kind, new.person, new.source, new.state, new.now],
    )?;
    Ok(())
}

/// What was begun with this token, as long as it holds: not too old, not failed too often, and the password still
/// the same.
pub(super) fn begun(
    tx: &mut Tx,
    hash: &[u8],
    kind: &str,
    now: Timestamp,
) -> Result<Option<Ceremony>, DbError> {
    tx.query_one(
        "SELECT c.person, c.state FROM ceremony c
         LEFT JOIN person p ON p.id = c.person
         WHERE c.token_hash = ?1 AND c.kind = ?2 AND c.created_at > ?3 AND c.failures < ?4
           AND (c.person IS NULL OR p.version = c.password_version)",
        values![hash, kind, now.minus(limits::CEREMONY_FOR), limits::CEREMONY_FAILURES_LIMIT],
        |row| Ok(Ceremony { person: row.optional_integer(0)?.map(UserId), state: row.text(1)?.to_owned() }),
    )
}

/// Keeps what a passkey's challenge needs.
pub(super) fn keep_state(tx: &mut Tx, hash: &[u8], state: &str) -> Result<(), DbError> {
    tx.execute("UPDATE ceremony SET state = ?2 WHERE token_hash = ?1", values![hash, state])?;
    Ok(())
}

/// What was begun with this token, for one try more, which is counted; `None` where [`begun`] gives none.
pub(super) fn count_try(
    tx: &mut Tx,
    hash: &[u8],
    kind: &str,
    now: Timestamp,
) -> Result<Option<Ceremony>, DbError> {
    tx.query_one(
        "UPDATE ceremony SET failures = failures + 1
         WHERE token_hash = ?1 AND kind = ?2 AND created_at > ?3 AND failures < ?4
           AND (person IS NULL OR EXISTS (SELECT 1 FROM person p
                WHERE p.id = ceremony.person AND p.version = ceremony.password_version))
         RETURNING person, state",
        values![hash, kind, now.minus(limits::CEREMONY_FOR), limits::CEREMONY_FAILURES_LIMIT],
        |row| Ok(Ceremony { person: row.optional_integer(0)?.map(UserId), state: row.text(1)?.to_owned() }),
    )
}

/// Ends it: whether it was still there, so that one of two who come at once wins.
pub(super) fn end(tx: &mut Tx, hash: &[u8]) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM ceremony WHERE token_hash = ?1", values![hash])? > 0)
}

/// What somebody needs to open a session: as [`crate::login`] reads it, by identifier.
pub(super) fn login_of(tx: &mut Tx, person: UserId) -> Result<Option<String>, DbError> {
    tx.query_one("SELECT login FROM person WHERE id = ?1", values![person], |row| Ok(row.text(0)?.to_owned()))
}
