//! Passwords of mailboxes.

use db::{DbError, Page, Row, Seek, Tx, values};
use model::{AccountId, AccountRef, CredentialId, OrganisationId, Timestamp};

use crate::access::remember_use;
use crate::entities::{DeviceKind, DevicePasswordInfo, Protocols};
use crate::limits;
use crate::login::NewHash;

pub(in crate::administration) fn scram_parameters(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<Option<(Vec<u8>, u32)>, DbError> {
    tx.query_one(
        "SELECT scram_salt, scram_iterations FROM account
         WHERE id = ?1 AND organisation = ?2 AND deleted_at IS NULL",
        values![account, organisation],
        |row| {
            let iterations = u32::try_from(row.integer(1)?).unwrap_or(limits::SCRAM_ITERATIONS);
            Ok((row.bytes(0)?.to_vec(), iterations))
        },
    )
}

fn password_info(row: &Row) -> Result<DevicePasswordInfo, DbError> {
    Ok(DevicePasswordInfo {
        id: CredentialId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        account: AccountId(row.integer(2)?),
        label: row.text(3)?.to_owned(),
        selector: row.optional_text(4)?.map(str::to_owned),
        protocols: Protocols::from_bits(row.integer(5)?),
        is_disabled: row.boolean(6)?,
        created_at: row.timestamp(7)?,
        last_used_at: row.optional_timestamp(8)?,
        kind: row.text(9)?.parse().unwrap_or_default(),
        last_source: row.optional_text(10)?.map(str::to_owned),
    })
}

macro_rules! select_password {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation, account, label, selector, protocols, disabled, created_at, last_used_at,
                    kind, last_source
             FROM credential ",
            $rest
        )
    };
}

pub(in crate::administration) fn password(
    tx: &mut Tx,
    id: CredentialId,
) -> Result<Option<DevicePasswordInfo>, DbError> {
    let found = tx.query_one(
        select_password!("WHERE id = ?1 AND organisation = COALESCE(?2, organisation)"),
        values![id, tx.organisation()],
        password_info,
    )?;
    match found {
        Some(info) if super::is_account_in_reach(tx, info.account)? => Ok(Some(info)),
        _ => Ok(None),
    }
}

pub(in crate::administration) fn passwords(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<Vec<DevicePasswordInfo>, DbError> {
    tx.query(
        select_password!("WHERE account = ?1 AND organisation = ?2 ORDER BY id"),
        values![account, organisation],
        password_info,
    )
}

pub(in crate::administration) fn page_of_passwords(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    seek: &Seek,
) -> Result<Page<DevicePasswordInfo>, DbError> {
    let rows = tx.query(
        select_password!("WHERE account = ?1 AND organisation = ?2 AND id > ?3 ORDER BY id LIMIT ?4"),
        values![account, organisation, seek.after(), seek.rows()],
        password_info,
    )?;
    Ok(seek.page(rows, |one| one.id.0))
}

pub(in crate::administration) struct NewCredential<'a> {
    pub(in crate::administration) id: CredentialId,
    pub(in crate::administration) account: AccountId,
    pub(in crate::administration) organisation: OrganisationId,
    pub(in crate::administration) label: &'a str,
    pub(in crate::administration) selector: Option<&'a str>,
    pub(in crate::administration) protocols: Protocols,
    pub(in crate::administration) kind: DeviceKind,
    pub(in crate::administration) hash: &'a NewHash,
    pub(in crate::administration) at: Timestamp,
}

pub(in crate::administration) fn insert_password(tx: &mut Tx, new: &NewCredential) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO credential
             (account, id, organisation, label, selector, protocols, argon2, scram_stored_key, scram_server_key,
              version, disabled, created_at, kind)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 0, ?10, ?11)",
        values![
            new.account,
            new.id,
            new.organisation,
            new.label,
            new.selector,
            new.protocols.bits(),
            new.hash.argon2.as_str(),
            &new.hash.scram_stored_key,
            &new.hash.scram_server_key,
            new.at,
            new.kind.as_str(),
        ],
    )?;
    Ok(())
}

pub(in crate::administration) fn disable_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credential SET disabled = ?4 WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation, is_disabled],
    )?;
    Ok(())
}

pub(in crate::administration) fn describe_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
    label: &str,
    protocols: Protocols,
    kind: DeviceKind,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credential SET label = ?4, protocols = ?5, kind = ?6
         WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation, label, protocols.bits(), kind.as_str()],
    )?;
    Ok(())
}

pub(in crate::administration) fn delete_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
) -> Result<(), DbError> {
    remember_use(tx, AccountRef { account, organisation })?;
    tx.execute(
        "DELETE FROM credential WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation],
    )?;
    Ok(())
}

/// All of an address; gives how many there were.
pub(in crate::administration) fn delete_passwords(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    remember_use(tx, AccountRef { account, organisation })?;
    tx.execute(
        "DELETE FROM credential WHERE account = ?1 AND organisation = ?2",
        values![account, organisation],
    )
}
