//! Addresses that were deleted and can be restored, and what is left when they cannot.

use db::{DbError, Page, Row, Seek, Tx, holding, in_order, values};
use model::{AccountId, AddressId, DomainId, OrganisationId, ServiceId, Timestamp};

use crate::administration::deleted::{DeletedAddress, DeletedQuery, DeletedSort};
use crate::rows::address_of;

macro_rules! select_deleted {
    ($($rest:literal),+) => {
        concat!(
            "SELECT a.id, a.organisation, a.service, a.domain, a.localpart, d.name, a.kind, a.display_name, a.note,
                    a.deleted_at, a.deleted_by, a.account
             FROM deleted_address a JOIN domain d ON d.id = a.domain ",
            $($rest),+
        )
    };
}

fn deleted(row: &Row) -> Result<DeletedAddress, DbError> {
    Ok(DeletedAddress {
        id: AddressId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        domain: DomainId(row.integer(3)?),
        address: address_of(row.text(4)?, row.text(5)?)?,
        kind: row.text(6)?.to_owned(),
        display_name: row.text(7)?.to_owned(),
        note: row.text(8)?.to_owned(),
        deleted_at: row.timestamp(9)?,
        deleted_by: row.text(10)?.to_owned(),
        account: row.optional_integer(11)?.map(AccountId),
    })
}

pub(in crate::administration) fn deleted_address(
    tx: &mut Tx,
    id: AddressId,
) -> Result<Option<DeletedAddress>, DbError> {
    tx.query_one(
        select_deleted!(
            "WHERE a.id = ?1 AND a.organisation = COALESCE(?2, a.organisation) AND a.domain = COALESCE(?3, a.domain)"
        ),
        values![id, tx.organisation(), tx.domain()],
        deleted,
    )
}

pub(in crate::administration) fn page_of_deleted_addresses(
    tx: &mut Tx,
    seek: &Seek,
) -> Result<Page<DeletedAddress>, DbError> {
    if let Some(domain) = tx.domain() {
        let rows = tx.query(
            select_deleted!(
                "WHERE a.domain = ?1 AND a.organisation = ?2 AND a.id > ?3 ORDER BY a.id LIMIT ?4"
            ),
            values![domain, tx.organisation(), seek.after(), seek.rows()],
            deleted,
        )?;
        return Ok(seek.page(rows, |one| one.id.0));
    }
    tx.page(in_order!(select_deleted, "a"), None, seek, deleted, |one| one.id.0)
}

/// The order of a table of deleted addresses.
macro_rules! ordered {
    ($order:literal) => {
        select_deleted!(
            "WHERE a.organisation = COALESCE(?1, a.organisation) AND a.domain = COALESCE(?2, a.domain)
               AND (?3 = '%' OR a.localpart_key || '@' || d.name LIKE ?3 ESCAPE '!')
             ORDER BY ",
            $order,
            " LIMIT ?4 OFFSET ?5"
        )
    };
}

/// A part of the deleted addresses that fit a question, how many fit, and how many there are.
pub(in crate::administration) fn find_deleted_addresses(
    tx: &mut Tx,
    query: &DeletedQuery,
) -> Result<(Vec<DeletedAddress>, u64, u64), DbError> {
    let (whose, domain) = (tx.organisation(), tx.domain());
    let like = holding(&query.search);
    let mut count = |like: &str| {
        tx.query_one(
            "SELECT count(*) FROM deleted_address a JOIN domain d ON d.id = a.domain
             WHERE a.organisation = COALESCE(?1, a.organisation) AND a.domain = COALESCE(?2, a.domain)
               AND (?3 = '%' OR a.localpart_key || '@' || d.name LIKE ?3 ESCAPE '!')",
            values![whose, domain, like],
            |row| row.integer(0),
        )
        .map(|count| u64::try_from(count.unwrap_or(0)).unwrap_or(0))
    };
    let total = count("%")?;
    let found = if like == "%" { total } else { count(&like)? };
    let sql = match (query.sort, query.is_descending) {
        (DeletedSort::DeletedAt, true) => ordered!("a.deleted_at DESC, a.id DESC"),
        (DeletedSort::DeletedAt, false) => ordered!("a.deleted_at, a.id"),
        (DeletedSort::Address, true) => ordered!("d.name DESC, a.localpart_key DESC"),
        (DeletedSort::Address, false) => ordered!("d.name, a.localpart_key"),
    };
    let (limit, skip) = (query.limit as i64, query.skip as i64);
    let items = tx.query(sql, values![whose, domain, like.as_str(), limit, skip], deleted)?;
    Ok((items, found, total))
}

/// Takes an address out of use in a way that can be undone.
pub(in crate::administration) fn put_away(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO deleted_address
             (id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at, kind,
              display_name, note, keeps_copy, deleted_at, deleted_by)
         SELECT id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at, kind,
                display_name, note, keeps_copy, ?3, ?4
         FROM address WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, at, who],
    )?;
    tx.execute("DELETE FROM address WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

/// The way back.
pub(in crate::administration) fn bring_back(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO address
             (id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at, kind,
              display_name, note, keeps_copy)
         SELECT id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at, kind,
                display_name, note, keeps_copy
         FROM deleted_address WHERE id = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    tx.execute("DELETE FROM deleted_address WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

/// The address, deleted or not, with its passwords and targets; a mailbox's account stays, marked.
pub(in crate::administration) fn erase_address(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    account: Option<AccountId>,
    key: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    if let Some(account) = account {
        crate::forgetting::rows::of_account(tx, account, organisation)?;
        tx.execute(
            "DELETE FROM credential WHERE account = ?1 AND organisation = ?2",
            values![account, organisation],
        )?;
        tx.execute(
            "UPDATE account SET deleted_at = ?3 WHERE id = ?1 AND organisation = ?2",
            values![account, organisation, at],
        )?;
        let subject = format!("login {key}");
        tx.execute("DELETE FROM known_source WHERE subject = ?1", values![subject.as_str()])?;
    }
    for statement in [
        "DELETE FROM alias_target WHERE address = ?1 AND organisation = ?2",
        "DELETE FROM forward_target WHERE address = ?1 AND organisation = ?2",
        "DELETE FROM address WHERE id = ?1 AND organisation = ?2",
        "DELETE FROM deleted_address WHERE id = ?1 AND organisation = ?2",
    ] {
        tx.execute(statement, values![id, organisation])?;
    }
    Ok(())
}

/// Deleted addresses that nobody restored in time.
pub(in crate::administration) fn overdue(
    tx: &mut Tx,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<DeletedAddress>, DbError> {
    tx.query(
        select_deleted!("WHERE a.deleted_at < ?1 ORDER BY a.deleted_at LIMIT ?2"),
        values![before, limit],
        deleted,
    )
}
