//! Rows of people who belong to no organisation, of their sessions and of the codes for a new password.

use db::{DbError, Tx, values};
use model::{AccountRef, OrganisationId, Timestamp, UserId};

use super::{Holder, NOWHERE};
use crate::session::{Session, SessionId};
use crate::{Brand, Role, Support};

/// Whose login it is: whoever opened an account for its letters goes before a user with the same.
pub(crate) fn holder(tx: &mut Tx, login: &str) -> Result<Option<Holder>, DbError> {
    tx.query_one(
        "SELECT id, organisation FROM person WHERE login = ?1 ORDER BY organisation LIMIT 1",
        values![login],
        |row| {
            let is_recipient = OrganisationId(row.integer(1)?) == NOWHERE;
            Ok(Holder { user: UserId(row.integer(0)?), is_recipient })
        },
    )
}

/// Whether it is known whose mailbox somebody's login is: its owner opened an account, or the login is of a domain of an
/// organisation to which the person belongs, blocked there or not. Of any other it is an administrator's word.
pub(crate) fn is_proved(tx: &mut Tx, user: UserId) -> Result<bool, DbError> {
    let person =
        tx.query_one("SELECT login, organisation FROM person WHERE id = ?1", values![user], |row| {
            Ok((row.text(0)?.to_owned(), OrganisationId(row.integer(1)?)))
        })?;
    let Some((login, home)) = person else { return Ok(false) };
    if home == NOWHERE {
        return Ok(true);
    }
    let domain = login.rsplit_once('@').map_or("", |(_, domain)| domain);
    let Some(owner) = crate::membership::rows::owner_of_domain(tx, domain)? else { return Ok(false) };
    if owner == home {
        return Ok(true);
    }
    let member = "SELECT 1 FROM membership WHERE person = ?1 AND organisation = ?2";
    Ok(tx.query_one(member, values![user, owner], |row| row.integer(0))?.is_some())
}

/// The account of somebody without an organisation for an address.
pub(super) fn recipient_called(tx: &mut Tx, login: &str) -> Result<Option<UserId>, DbError> {
    Ok(holder(tx, login)?.filter(|holder| holder.is_recipient).map(|holder| holder.user))
}

/// Whether a user has the login whose mailbox it is known to be.
pub(super) fn is_users(tx: &mut Tx, login: &str) -> Result<bool, DbError> {
    match crate::membership::rows::person_called(tx, login)? {
        Some(user) => is_proved(tx, user),
        None => Ok(false),
    }
}

/// People without an organisation, in the order of their ids, behind one of them.
pub(super) fn recipients_behind(
    tx: &mut Tx,
    last: UserId,
    limit: i64,
) -> Result<Vec<(UserId, String)>, DbError> {
    tx.query(
        "SELECT id, login FROM person WHERE organisation = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        values![NOWHERE, last, limit],
        |row| Ok((UserId(row.integer(0)?), row.text(1)?.to_owned())),
    )
}

/// Since when others read somebody's mailbox, as was seen; from now on where it was not.
pub(super) fn shared_since(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Timestamp, DbError> {
    tx.execute(
        "INSERT INTO shared_recipient (person, since) VALUES (?1, ?2) ON CONFLICT (person) DO NOTHING",
        values![user, now],
    )?;
    let since = "SELECT since FROM shared_recipient WHERE person = ?1";
    Ok(tx.query_one(since, values![user], |row| row.timestamp(0))?.unwrap_or(now))
}

/// Nobody else reads somebody's mailbox, or the account is gone.
pub(super) fn forget_shared(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM shared_recipient WHERE person = ?1", values![user])?;
    Ok(())
}

/// Whose account stands behind a login, in the caller's transaction; whatever organisation is theirs.
pub fn login_holder(tx: &mut Tx, login: &str) -> Result<Option<UserId>, DbError> {
    Ok(holder(tx, login)?.map(|holder| holder.user))
}

/// Until when somebody else had a login, the last of them; `None` where nobody had.
///
/// # Errors
/// When the database does not answer.
pub fn login_ended(tx: &mut Tx, login: &str) -> Result<Option<Timestamp>, DbError> {
    tx.query_one("SELECT ended_at FROM past_login WHERE login = ?1", values![login], |row| row.timestamp(0))
}

/// The login of somebody without an organisation; `None` for anybody else.
pub(super) fn login_of(tx: &mut Tx, user: UserId) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT login FROM person WHERE id = ?1 AND organisation = ?2",
        values![user, NOWHERE],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

pub(super) struct NewPerson<'a> {
    pub(super) user: UserId,
    pub(super) login: &'a str,
    pub(super) argon2: &'a str,
    pub(super) language: Option<&'a str>,
    pub(super) at: Timestamp,
}

pub(super) fn insert(tx: &mut Tx, new: &NewPerson<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person (id, organisation, login, name, argon2, version, disabled, created_at, language)
         VALUES (?1, ?2, ?3, ?3, ?4, 1, 0, ?5, ?6)",
        values![new.user, NOWHERE, new.login, new.argon2, new.at, new.language],
    )?;
    Ok(())
}

/// The session of somebody without an organisation.
pub(super) fn session(tx: &mut Tx, hash: &[u8]) -> Result<Option<Session>, DbError> {
    tx.query_one(
        "SELECT s.id, p.id, p.login, p.name, p.language,
                CASE WHEN EXISTS (SELECT 1 FROM factor k WHERE k.person = p.id) THEN 1 ELSE 0 END,
                s.created_at, s.last_seen_at, s.source, p.version
         FROM session s
         JOIN person p ON p.id = s.person AND p.version = s.password_version AND p.disabled = 0
         WHERE s.token_hash = ?1 AND s.organisation = ?2 AND p.organisation = ?2",
        values![hash, NOWHERE],
        |row| {
            Ok(Session {
                id: SessionId(row.integer(0)?),
                user: UserId(row.integer(1)?),
                login: row.text(2)?.to_owned(),
                name: row.text(3)?.to_owned(),
                role: Role::External,
                domain: None,
                home: NOWHERE,
                organisation: NOWHERE,
                is_member: false,
                language: row.optional_text(4)?.map(ToOwned::to_owned),
                has_second_factor: row.boolean(5)?,
                is_second_factor_required: true,
                organisation_name: String::new(),
                brand: Brand::default(),
                support: Support::default(),
                is_operator: false,
                created_at: row.timestamp(6)?,
                last_seen_at: row.timestamp(7)?,
                source: row.text(8)?.to_owned(),
                token: None,
                version: row.integer(9)?,
            })
        },
    )
}

/// Whether somebody may read a mailbox by an access that an administrator gave, and still belongs to its organisation.
pub(super) fn reads(tx: &mut Tx, user: UserId, account: AccountRef) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_access x
         JOIN membership m ON m.person = x.person AND m.organisation = x.organisation AND m.disabled = 0
         JOIN organisation o ON o.id = m.organisation AND o.disabled = 0
         JOIN person p ON p.id = m.person AND p.disabled = 0
         WHERE x.account = ?1 AND x.organisation = ?2 AND x.person = ?3",
        values![account.account, account.organisation, user],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether somebody belongs to an organisation that is in use, and is not blocked there.
pub(super) fn belongs(tx: &mut Tx, user: UserId, organisation: OrganisationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM membership m JOIN organisation o ON o.id = m.organisation AND o.disabled = 0
         WHERE m.person = ?1 AND m.organisation = ?2 AND m.disabled = 0",
        values![user, organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// How often one of these subjects asked since a moment; forgets what is older.
pub(super) fn asked(tx: &mut Tx, subject: &str, since: Timestamp) -> Result<i64, DbError> {
    tx.execute("DELETE FROM recipient_code_asked WHERE at < ?1", values![since])?;
    let count = tx.query_one(
        "SELECT count(*) FROM recipient_code_asked WHERE subject = ?1",
        values![subject],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

pub(super) fn note_asked(tx: &mut Tx, id: i64, subject: &str, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO recipient_code_asked (id, subject, at) VALUES (?1, ?2, ?3)",
        values![id, subject, at],
    )?;
    Ok(())
}

/// The newest code takes the place of every other.
pub(super) fn put_code(tx: &mut Tx, user: UserId, hash: &[u8], at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO recipient_code (person, code_hash, made_at, failures) VALUES (?1, ?2, ?3, 0)
         ON CONFLICT (person) DO UPDATE SET code_hash = excluded.code_hash, made_at = excluded.made_at, failures = 0",
        values![user, hash, at],
    )?;
    Ok(())
}

/// The digest of the code that is good now, made since a moment and tried less often than the limit, for one try more,
/// which is counted.
pub(super) fn try_code(
    tx: &mut Tx,
    user: UserId,
    since: Timestamp,
    tries: i64,
) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_one(
        "UPDATE recipient_code SET failures = failures + 1
         WHERE person = ?1 AND made_at > ?2 AND failures < ?3 RETURNING code_hash",
        values![user, since, tries],
        |row| Ok(row.bytes(0)?.to_vec()),
    )
}

/// The addresses for which applications of an organisation read.
pub(super) fn read_by_applications(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<String>, DbError> {
    let texts = tx.query(
        "SELECT reads FROM application_account WHERE organisation = ?1 AND reads <> ''",
        values![organisation],
        |row| Ok(row.text(0)?.to_owned()),
    )?;
    Ok(texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect())
}

/// Whether anybody was given access to a mailbox.
pub(super) fn is_shared(tx: &mut Tx, account: AccountRef) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM mailbox_access WHERE account = ?1 AND organisation = ?2 LIMIT 1",
        values![account.account, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether this very code was still there: of two who come at once one wins.
pub(super) fn take_code(tx: &mut Tx, user: UserId, hash: &[u8]) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM recipient_code WHERE person = ?1 AND code_hash = ?2", values![user, hash])?
        > 0)
}
