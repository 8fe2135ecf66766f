//! What logging in reads and writes.

use db::{DbError, Row, Tx, values};
use model::{AccountId, AccountRef, Address, CredentialId, OrganisationId, Timestamp, UserId};

use super::AuthProtocol;
use crate::application::ApplicationId;
use crate::entities::{Ban, Protocols, Role};
use crate::limits;
use crate::recipient::NOWHERE;
use crate::rows::{address_of, quota};
use crate::sources::{BanRule, Evidence};

/// The account that a login names, with all its passwords.
pub(super) struct Candidate {
    pub(super) account: AccountRef,
    pub(super) address: Address,
    pub(super) quota_bytes: Option<u64>,
    pub(super) is_disabled: bool,
    /// The mail service lets nobody read or send now.
    pub(super) is_in_maintenance: bool,
    pub(super) scram_salt: Vec<u8>,
    pub(super) scram_iterations: u32,
    pub(super) credentials: Vec<Credential>,
}

#[derive(Clone)]
pub(super) struct Credential {
    pub(super) id: CredentialId,
    pub(super) selector: Option<String>,
    pub(super) protocols: Protocols,
    pub(super) argon2: String,
    pub(super) scram_stored_key: Vec<u8>,
    pub(super) scram_server_key: Vec<u8>,
    pub(super) version: i64,
    pub(super) is_disabled: bool,
    pub(super) last_used_at: Option<Timestamp>,
}

pub(super) fn candidate(tx: &mut Tx, localpart: &str, domain: &str) -> Result<Option<Candidate>, DbError> {
    let mut found: Option<Candidate> = None;
    tx.for_each(
        "SELECT c.organisation, c.id, a.localpart, h.name, COALESCE(c.quota_bytes, s.quota_bytes),
                a.disabled + d.disabled + h.disabled + s.disabled + o.disabled, c.scram_salt, c.scram_iterations,
                k.id, k.selector, k.protocols, k.argon2, k.scram_stored_key, k.scram_server_key, k.version,
                k.disabled, k.last_used_at, s.maintenance
         FROM domain d
         JOIN service s ON s.id = d.service
         JOIN domain h ON h.id = CASE WHEN d.linked = 1 THEN s.main_domain ELSE d.id END
         JOIN address a ON a.domain = h.id AND a.localpart_key = ?2
         JOIN account c ON c.id = a.account
         JOIN organisation o ON o.id = a.organisation
         LEFT JOIN credential k ON k.account = c.id
         WHERE d.name = ?1 ORDER BY k.id",
        values![domain, localpart],
        |row| {
            if found.is_none() {
                found = Some(Candidate {
                    account: AccountRef {
                        organisation: OrganisationId(row.integer(0)?),
                        account: AccountId(row.integer(1)?),
                    },
                    address: address_of(row.text(2)?, row.text(3)?)?,
                    quota_bytes: quota(row.optional_integer(4)?),
                    is_disabled: row.integer(5)? > 0,
                    is_in_maintenance: row.boolean(17)?,
                    scram_salt: row.bytes(6)?.to_vec(),
                    scram_iterations: u32::try_from(row.integer(7)?).unwrap_or(limits::SCRAM_ITERATIONS),
                    credentials: Vec::new(),
                });
            }
            if let (Some(found), Some(id)) = (found.as_mut(), row.optional_integer(8)?) {
                found.credentials.push(Credential {
                    id: CredentialId(id),
                    selector: row.optional_text(9)?.map(str::to_owned),
                    protocols: Protocols::from_bits(row.integer(10)?),
                    argon2: row.text(11)?.to_owned(),
                    scram_stored_key: row.bytes(12)?.to_vec(),
                    scram_server_key: row.bytes(13)?.to_vec(),
                    version: row.integer(14)?,
                    is_disabled: row.boolean(15)?,
                    last_used_at: row.optional_timestamp(16)?,
                });
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// A user, as signing in needs it.
pub(super) struct Person {
    pub(super) user: UserId,
    pub(super) organisation: OrganisationId,
    pub(super) role: Role,
    pub(super) argon2: String,
    pub(super) version: i64,
    pub(super) is_disabled: bool,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) has_factor: bool,
    pub(super) login: String,
}

/// Whom a sign-in is about.
#[derive(Clone)]
pub(crate) enum Sought {
    /// The user with a login.
    User(String),
    /// Whoever has the account for letters to an address, or else the user with that login.
    Anybody(String),
    /// Somebody who is known.
    Known(UserId),
}

pub(super) fn person(tx: &mut Tx, sought: &Sought) -> Result<Option<Person>, DbError> {
    let (login, from, id) = match sought {
        Sought::User(login) => (Some(login.as_str()), NOWHERE.0 + 1, None),
        Sought::Anybody(login) => (Some(login.as_str()), NOWHERE.0, None),
        Sought::Known(user) => (None, NOWHERE.0, Some(*user)),
    };
    tx.query_one(
        "SELECT p.id, p.organisation,
                COALESCE((SELECT h.role FROM membership h
                          WHERE h.organisation = p.organisation AND h.person = p.id), 'external'),
                p.argon2, p.version,
                CASE WHEN p.disabled = 0 AND (
                        EXISTS (SELECT 1 FROM membership m
                                JOIN organisation o ON o.id = m.organisation AND o.disabled = 0
                                WHERE m.person = p.id AND m.disabled = 0)
                        OR EXISTS (SELECT 1 FROM operator_staff f WHERE f.person = p.id)
                        OR p.organisation = 0)
                     THEN 0 ELSE 1 END,
                p.last_used_at, CASE WHEN EXISTS (SELECT 1 FROM factor k WHERE k.person = p.id) THEN 1 ELSE 0 END,
                p.login
         FROM person p WHERE (p.login = ?1 OR p.id = ?3) AND p.organisation >= ?2
         ORDER BY p.organisation LIMIT 1",
        values![login, from, id],
        |row| {
            Ok(Person {
                user: UserId(row.integer(0)?),
                organisation: OrganisationId(row.integer(1)?),
                role: row.text(2)?.parse().unwrap_or(Role::External),
                argon2: row.text(3)?.to_owned(),
                version: row.integer(4)?,
                is_disabled: row.integer(5)? > 0,
                last_used_at: row.optional_timestamp(6)?,
                has_factor: row.boolean(7)?,
                login: row.text(8)?.to_owned(),
            })
        },
    )
}

/// Whose last use is written.
#[derive(Clone, Copy)]
pub(super) enum Use {
    Credential(AccountId, CredentialId),
    Person(UserId),
    Application(ApplicationId, AuthProtocol),
}

pub(super) fn used(
    tx: &mut Tx,
    organisation: OrganisationId,
    usage: Use,
    source: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    match usage {
        Use::Credential(account, credential) => tx.execute(
            "UPDATE credential SET last_used_at = ?4, last_source = ?5
             WHERE account = ?1 AND id = ?2 AND organisation = ?3",
            values![account, credential, organisation, now, source],
        )?,
        Use::Person(user) => tx.execute(
            "UPDATE person SET last_used_at = ?3 WHERE id = ?1 AND organisation = ?2",
            values![user, organisation, now],
        )?,
        Use::Application(application, protocol) => {
            let by_soap = protocol == AuthProtocol::Soap;
            tx.execute(
                "UPDATE application_account SET last_used_at = ?3, last_source = ?4,
                     soap_used_at = CASE WHEN ?5 = 1 THEN ?3 ELSE soap_used_at END,
                     smtp_used_at = CASE WHEN ?5 = 1 THEN smtp_used_at ELSE ?3 END
                 WHERE id = ?1 AND organisation = ?2",
                values![application.0, organisation, now, source, by_soap],
            )?
        }
    };
    Ok(())
}

pub(super) fn know_source(tx: &mut Tx, login: &str, source: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO known_source (subject, source, last_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (subject, source) DO UPDATE SET last_at = excluded.last_at",
        values![login, source, now],
    )?;
    Ok(())
}

pub(super) fn known_since(tx: &mut Tx, login: &str, source: &str) -> Result<Option<Timestamp>, DbError> {
    tx.query_one(
        "SELECT last_at FROM known_source WHERE subject = ?1 AND source = ?2",
        values![login, source],
        |row| row.timestamp(0),
    )
}

/// Whether anybody is known to log in from a source.
pub(super) fn has_known_login(tx: &mut Tx, source: &str, recent: Timestamp) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM known_source WHERE source = ?1 AND last_at >= ?2 LIMIT 1",
            values![source, recent],
            |row| row.integer(0),
        )?
        .is_some())
}

pub(crate) fn keep_ban(tx: &mut Tx, ban: &Ban) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO ban (subject, banned_at, until, strikes, reason, rule, evidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (subject) DO UPDATE SET banned_at = excluded.banned_at, until = excluded.until,
             strikes = excluded.strikes, reason = excluded.reason, rule = excluded.rule,
             evidence = excluded.evidence",
        values![
            ban.subject.as_str(),
            ban.from,
            ban.until,
            i64::from(ban.strikes),
            ban.reason.as_str(),
            ban.rule.as_str(),
            ban.evidence.written().as_str()
        ],
    )?;
    Ok(())
}

/// A ban: subject, begin, end, strikes, reason, rule, evidence.
pub(crate) fn ban_of(row: &Row) -> Result<Ban, DbError> {
    Ok(Ban {
        subject: row.text(0)?.to_owned(),
        from: row.timestamp(1)?,
        until: row.timestamp(2)?,
        strikes: u32::try_from(row.integer(3)?).unwrap_or(u32::MAX),
        reason: row.text(4)?.to_owned(),
        rule: BanRule::of(row.text(5)?),
        evidence: Evidence::read(row.text(6)?),
    })
}

pub(crate) fn delete_ban(tx: &mut Tx, subject: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM ban WHERE subject = ?1", values![subject])
}

pub(super) fn ban_holds(tx: &mut Tx, subject: &str, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx
        .query_one("SELECT 1 FROM ban WHERE subject = ?1 AND until > ?2", values![subject, now], |row| {
            row.integer(0)
        })?
        .is_some())
}

/// The bans that hold, and whether anybody is known to log in from there.
pub(super) fn bans(tx: &mut Tx, now: Timestamp) -> Result<Vec<(Ban, bool)>, DbError> {
    tx.query(
        "SELECT b.subject, b.banned_at, b.until, b.strikes, b.reason, b.rule, b.evidence,
                CASE WHEN EXISTS (SELECT 1 FROM known_source k WHERE k.source = b.subject AND k.last_at >= ?2)
                     THEN 1 ELSE 0 END
         FROM ban b WHERE b.until > ?1 ORDER BY b.until DESC LIMIT ?3",
        values![now, now.minus(limits::KNOWN_SOURCE_FOR), limits::BANS_LIMIT as i64],
        |row| {
            let ban = ban_of(row)?;
            // CASE gives an int4 on PostgreSQL, which reads as an integer all the same.
            Ok((ban, row.boolean(7)?))
        },
    )
}

/// Forgets bans that are over for so long that they no longer count, and sources not seen for long.
pub(super) fn forget_old(
    tx: &mut Tx,
    now: Timestamp,
    ban_memory: std::time::Duration,
) -> Result<(), DbError> {
    tx.execute("DELETE FROM ban WHERE until < ?1", values![now.minus(ban_memory)])?;
    tx.execute("DELETE FROM known_source WHERE last_at < ?1", values![now.minus(limits::KNOWN_SOURCE_FOR)])?;
    Ok(())
}

/// The installation's secret of this name; `fresh` becomes it if there is none.
pub(super) fn server_secret(tx: &mut Tx, name: &str, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    tx.execute(
        "INSERT INTO server_secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
        values![name, fresh],
    )?;
    tx.query_one("SELECT value FROM server_secret WHERE name = ?1", values![name], |row| {
        Ok(row.bytes(0)?.to_vec())
    })?
    .ok_or(DbError::Column { column: 0, expected: "secret" })
}
