//! Rows of application accounts.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{Address, Domain, OrganisationId};

use super::{ApplicationId, ApplicationInfo, login, text_of};
use crate::DirectoryError;

macro_rules! select_application {
    ($($rest:literal),+) => {
        concat!(
            "SELECT t.id, t.organisation, t.name, t.senders, t.hourly_limit, t.size_limit_bytes, t.disabled, t.version,
                    t.created_by, t.created_at, t.last_used_at, t.last_source, t.reads, t.smtp_used_at,
                    t.soap_used_at
             FROM application_account t ",
            $($rest),+
        )
    };
}

fn info(row: &Row) -> Result<ApplicationInfo, DbError> {
    let organisation = OrganisationId(row.integer(1)?);
    let name = row.text(2)?.to_owned();
    let damaged = |column| move |_| DbError::Column { column, expected: "application account" };
    Ok(ApplicationInfo {
        id: ApplicationId(row.integer(0)?),
        organisation,
        login: login::login_of(&name, organisation),
        name,
        senders: row
            .text(3)?
            .split(' ')
            .map(|sender| sender.parse().map_err(|_| DbError::Column { column: 3, expected: "senders" }))
            .collect::<Result<_, _>>()?,
        hourly_limit: u32::try_from(row.integer(4)?).map_err(damaged(4))?,
        size_limit_bytes: u64::try_from(row.integer(5)?).map_err(damaged(5))?,
        is_disabled: row.boolean(6)?,
        version: row.integer(7)?,
        created_by: row.text(8)?.to_owned(),
        created_at: row.timestamp(9)?,
        last_used_at: row.optional_timestamp(10)?,
        last_source: row.optional_text(11)?.map(str::to_owned),
        reads: row
            .text(12)?
            .split_whitespace()
            .map(|text| {
                Address::parse(text).map_err(|_| DbError::Column { column: 12, expected: "addresses" })
            })
            .collect::<Result<_, _>>()?,
        smtp_used_at: row.optional_timestamp(13)?,
        soap_used_at: row.optional_timestamp(14)?,
    })
}

pub(super) fn insert(
    tx: &mut Tx,
    new: &ApplicationInfo,
    selector: &str,
    argon2: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO application_account (id, organisation, name, senders, hourly_limit, size_limit_bytes, selector,
                                          argon2, version, disabled, created_by, created_at, counted_hour, counted, reads)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?11, 0, 0, ?12)",
        values![
            new.id.0,
            new.organisation,
            &new.name,
            text_of(&new.senders).as_str(),
            i64::from(new.hourly_limit),
            i64::try_from(new.size_limit_bytes).unwrap_or(i64::MAX),
            selector,
            argon2,
            new.version,
            &new.created_by,
            new.created_at,
            text_of(&new.reads).as_str()
        ],
    )?;
    Ok(())
}

pub(super) fn names(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<String>, DbError> {
    tx.query("SELECT name FROM application_account WHERE organisation = ?1", values![organisation], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

pub(super) fn page(tx: &mut Tx, seek: &Seek) -> Result<Page<ApplicationInfo>, DbError> {
    tx.page(in_order!(select_application, "t"), None, seek, info, |one| one.id.0)
}

pub(super) fn one(tx: &mut Tx, id: ApplicationId) -> Result<Option<ApplicationInfo>, DbError> {
    let scope = tx.organisation();
    tx.query_one(
        select_application!("WHERE t.id = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR t.organisation = ?2)"),
        values![id.0, scope],
        info,
    )
}

/// One that can sign in.
pub(super) fn in_use(tx: &mut Tx, id: ApplicationId) -> Result<Option<ApplicationInfo>, DirectoryError> {
    let scope = tx.organisation();
    Ok(tx.query_one(
        select_application!(
            "JOIN organisation o ON o.id = t.organisation AND o.disabled = 0 AND o.deleted_at IS NULL
             WHERE t.id = ?1 AND t.organisation = ?2 AND t.disabled = 0"
        ),
        values![id.0, scope],
        info,
    )?)
}

pub(super) fn change(tx: &mut Tx, after: &ApplicationInfo) -> Result<(), DbError> {
    tx.execute(
        "UPDATE application_account SET senders = ?3, hourly_limit = ?4, size_limit_bytes = ?5, disabled = ?6,
             reads = ?7
         WHERE id = ?1 AND organisation = ?2",
        values![
            after.id.0,
            after.organisation,
            text_of(&after.senders).as_str(),
            i64::from(after.hourly_limit),
            i64::try_from(after.size_limit_bytes).unwrap_or(i64::MAX),
            after.is_disabled,
            text_of(&after.reads).as_str()
        ],
    )?;
    Ok(())
}

pub(super) fn renew(
    tx: &mut Tx,
    before: &ApplicationInfo,
    selector: &str,
    argon2: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE application_account SET selector = ?3, argon2 = ?4, version = version + 1
         WHERE id = ?1 AND organisation = ?2",
        values![before.id.0, before.organisation, selector, argon2],
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, organisation: OrganisationId, id: ApplicationId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM application_account WHERE id = ?1 AND organisation = ?2",
        values![id.0, organisation],
    )?;
    Ok(())
}

/// Whether a domain, in use, is the organisation's.
pub(super) fn has_domain(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &Domain,
) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM domain WHERE name = ?1 AND organisation = ?2 AND disabled = 0",
            values![domain.as_str(), organisation],
            |row| row.integer(0),
        )?
        .is_some())
}

/// Counts recipients in an hour; false, and nothing counted, where they are more than the limit leaves.
pub(super) fn count(tx: &mut Tx, of: &ApplicationInfo, hour: i64, recipients: u32) -> Result<bool, DbError> {
    let counted = tx.execute(
        "UPDATE application_account
         SET counted = CASE WHEN counted_hour = ?3 THEN counted ELSE 0 END + ?4, counted_hour = ?3
         WHERE id = ?1 AND organisation = ?2
           AND CASE WHEN counted_hour = ?3 THEN counted ELSE 0 END + ?4 <= hourly_limit",
        values![of.id.0, of.organisation, hour, i64::from(recipients)],
    )?;
    Ok(counted == 1)
}

/// What signing in needs of an application: itself, its password's public characters and hash, whether its organisation
/// is out of use.
pub(crate) struct Candidate {
    pub(crate) info: ApplicationInfo,
    pub(crate) selector: String,
    pub(crate) argon2: String,
    pub(crate) is_organisation_disabled: bool,
}

pub(crate) fn candidate(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &str,
) -> Result<Option<Candidate>, DbError> {
    tx.query_one(
        "SELECT t.id, t.organisation, t.name, t.senders, t.hourly_limit, t.size_limit_bytes, t.disabled, t.version,
                t.created_by, t.created_at, t.last_used_at, t.last_source, t.reads, t.smtp_used_at,
                t.soap_used_at, t.selector, t.argon2,
                CASE WHEN o.disabled = 0 AND o.deleted_at IS NULL THEN 0 ELSE 1 END
         FROM application_account t JOIN organisation o ON o.id = t.organisation
         WHERE t.organisation = ?1 AND t.name = ?2",
        values![organisation, name],
        |row| {
            Ok(Candidate {
                info: info(row)?,
                selector: row.text(15)?.to_owned(),
                argon2: row.text(16)?.to_owned(),
                is_organisation_disabled: row.boolean(17)?,
            })
        },
    )
}
