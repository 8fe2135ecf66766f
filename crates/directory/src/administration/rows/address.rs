//! Addresses, and the accounts of mailboxes.

use db::{DbError, Page, Row, Seek, Tx, holding, in_order, values};
use model::{AccountId, AddressId, DomainId, OrganisationId, ServiceId, Timestamp};

use super::count;
use crate::administration::{AddressQuery, AddressSort};
use crate::entities::{AddressInfo, AddressKind, Agreed, DomainInfo, Purpose};
use crate::limits;
use crate::rows::{address_of, quota};

/// An address before its targets are read.
struct Bare {
    info: AddressInfo,
    is_alias: bool,
}

fn bare(row: &Row) -> Result<Bare, DbError> {
    let account = row.optional_integer(8)?.map(AccountId);
    let kind = match account {
        Some(account) => AddressKind::Mailbox {
            purpose: Purpose::of(row.text(12)?),
            account,
            own_quota_bytes: quota(row.optional_integer(9)?),
            quota_bytes: quota(row.optional_integer(10)?),
            passwords: count(row.integer(11)?),
            users: count(row.integer(18)?),
        },
        None if row.text(12)? == "redirection" => AddressKind::Redirection,
        None => AddressKind::Alias { targets: Vec::new() },
    };
    let is_alias = matches!(kind, AddressKind::Alias { .. });
    let info = AddressInfo {
        id: AddressId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        domain: DomainId(row.integer(3)?),
        address: address_of(row.text(4)?, row.text(5)?)?,
        kind,
        display_name: row.text(13)?.to_owned(),
        note: row.text(14)?.to_owned(),
        targets: Agreed { targets: count(row.integer(16)?), accepted: count(row.integer(17)?) },
        keeps_copy: row.boolean(15)?,
        is_disabled: row.boolean(6)?,
        created_at: row.timestamp(7)?,
    };
    Ok(Bare { info, is_alias })
}

fn with_targets(tx: &mut Tx, bare: Bare) -> Result<AddressInfo, DbError> {
    let mut info = bare.info;
    if bare.is_alias {
        let targets = crate::rows::alias_targets(tx, info.organisation, info.id.0)?;
        info.kind = AddressKind::Alias { targets };
    }
    Ok(info)
}

macro_rules! select_address {
    ($($rest:literal),+) => {
        concat!(
            "SELECT a.id, a.organisation, a.service, a.domain, a.localpart, d.name, a.disabled, a.created_at,
                    a.account, c.quota_bytes, COALESCE(c.quota_bytes, s.quota_bytes),
                    (SELECT count(*) FROM credential k WHERE k.account = a.account),
                    a.kind, a.display_name, a.note, a.keeps_copy,
                    (SELECT count(*) FROM forward_target t WHERE t.address = a.id AND t.removed = 0),
                    (SELECT count(*) FROM forward_target t
                     WHERE t.address = a.id AND t.removed = 0 AND t.state = 'accepted'),
                    (SELECT count(*) FROM mailbox_access x WHERE x.account = a.account)
             FROM address a
             JOIN domain d ON d.id = a.domain
             JOIN service s ON s.id = a.service
             LEFT JOIN account c ON c.id = a.account ",
            $($rest),+
        )
    };
}

pub(in crate::administration) fn address(tx: &mut Tx, id: AddressId) -> Result<Option<AddressInfo>, DbError> {
    let found = tx.query_one(
        select_address!(
            "WHERE a.id = ?1 AND a.organisation = COALESCE(?2, a.organisation) AND a.domain = COALESCE(?3, a.domain)"
        ),
        values![id, tx.organisation(), tx.domain()],
        bare,
    )?;
    found.map(|bare| with_targets(tx, bare)).transpose()
}

pub(in crate::administration) fn address_called(
    tx: &mut Tx,
    domain: &str,
    key: &str,
) -> Result<Option<AddressInfo>, DbError> {
    let id = tx.query_one(
        "SELECT a.id FROM domain d JOIN address a ON a.domain = d.id AND a.localpart_key = ?2
         WHERE d.name = ?1 AND a.organisation = COALESCE(?3, a.organisation)",
        values![domain, key, tx.organisation()],
        |row| Ok(AddressId(row.integer(0)?)),
    )?;
    match id {
        Some(id) => address(tx, id),
        None => Ok(None),
    }
}

/// One statement for each scope, so that each reads its own rows by an index.
pub(in crate::administration) fn addresses(
    tx: &mut Tx,
    domain: Option<DomainId>,
) -> Result<Vec<AddressInfo>, DbError> {
    let domain = domain.or(tx.domain());
    let found = match (domain, tx.organisation()) {
        (Some(domain), _) if tx.domain().is_some_and(|limit| limit != domain) => Vec::new(),
        (Some(domain), _) => tx.query(
            select_address!(
                "WHERE a.domain = ?1 AND a.organisation = COALESCE(?2, a.organisation)
                 ORDER BY d.name, a.localpart_key"
            ),
            values![domain, tx.organisation()],
            bare,
        )?,
        (None, Some(organisation)) => tx.query(
            select_address!("WHERE a.organisation = ?1 ORDER BY d.name, a.localpart_key"),
            values![organisation],
            bare,
        )?,
        (None, None) => tx.query(select_address!("ORDER BY d.name, a.localpart_key"), &[], bare)?,
    };
    found.into_iter().map(|bare| with_targets(tx, bare)).collect()
}

pub(in crate::administration) fn page_of_addresses(
    tx: &mut Tx,
    domain: Option<DomainId>,
    seek: &Seek,
) -> Result<Page<AddressInfo>, DbError> {
    let page = match domain.or(tx.domain()) {
        Some(domain) if tx.domain().is_some_and(|limit| limit != domain) => seek.page(Vec::new(), |_| 0),
        Some(domain) => {
            let rows = tx.query(
                select_address!(
                    "WHERE a.domain = ?1 AND a.organisation = COALESCE(?2, a.organisation) AND a.id > ?3
                     ORDER BY a.id LIMIT ?4"
                ),
                values![domain, tx.organisation(), seek.after(), seek.rows()],
                bare,
            )?;
            seek.page(rows, |one| one.info.id.0)
        }
        None => tx.page(in_order!(select_address, "a"), None, seek, bare, |one| one.info.id.0)?,
    };
    let items = page.items.into_iter().map(|bare| with_targets(tx, bare)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

pub(in crate::administration) fn is_address_taken(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    key: &str,
) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM address WHERE domain = ?1 AND localpart_key = ?2 AND organisation = ?3",
            values![domain, key, organisation],
            |row| row.integer(0),
        )?
        .is_some())
}

/// Whether a deleted address has the name, which can be restored yet.
pub(in crate::administration) fn is_address_restorable(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    key: &str,
) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM deleted_address WHERE domain = ?1 AND localpart_key = ?2 AND organisation = ?3",
            values![domain, key, organisation],
            |row| row.integer(0),
        )?
        .is_some())
}

/// An address about to be inserted.
pub(in crate::administration) struct AddressRow<'a> {
    pub(in crate::administration) id: AddressId,
    pub(in crate::administration) localpart: &'a str,
    pub(in crate::administration) key: &'a str,
    pub(in crate::administration) account: Option<AccountId>,
    pub(in crate::administration) kind: &'static str,
    pub(in crate::administration) display_name: &'a str,
    pub(in crate::administration) note: &'a str,
    pub(in crate::administration) at: Timestamp,
}

pub(in crate::administration) fn insert_address(
    tx: &mut Tx,
    domain: &DomainInfo,
    new: &AddressRow,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO address
             (id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at,
              kind, display_name, note, keeps_copy)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, 1)",
        values![
            new.id,
            domain.organisation,
            domain.service,
            domain.id,
            new.localpart,
            new.key,
            new.account,
            new.at,
            new.kind,
            new.display_name,
            new.note
        ],
    )?;
    Ok(())
}

/// What people call an address, what they noted, and what a mailbox is for.
pub(in crate::administration) fn describe_address(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    display_name: &str,
    note: &str,
    kind: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address SET display_name = ?3, note = ?4, kind = ?5 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, display_name, note, kind],
    )?;
    Ok(())
}

pub(in crate::administration) fn keep_copy(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    keeps_copy: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address SET keeps_copy = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, keeps_copy],
    )?;
    Ok(())
}

pub(in crate::administration) fn insert_account(
    tx: &mut Tx,
    id: AccountId,
    organisation: OrganisationId,
    address: AddressId,
    quota_bytes: Option<i64>,
    salt: &[u8],
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO account (id, organisation, address, quota_bytes, scram_salt, scram_iterations, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![id, organisation, address, quota_bytes, salt, limits::SCRAM_ITERATIONS, at],
    )?;
    Ok(())
}

pub(in crate::administration) fn replace_targets(
    tx: &mut Tx,
    address: AddressId,
    organisation: OrganisationId,
    targets: &[String],
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM alias_target WHERE address = ?1 AND organisation = ?2",
        values![address, organisation],
    )?;
    for (position, target) in targets.iter().enumerate() {
        tx.execute(
            "INSERT INTO alias_target (address, position, organisation, target) VALUES (?1, ?2, ?3, ?4)",
            values![address, position as i64, organisation, target.as_str()],
        )?;
    }
    Ok(())
}

pub(in crate::administration) fn disable_address(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address SET disabled = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_disabled],
    )?;
    Ok(())
}

pub(in crate::administration) fn account_quota(
    tx: &mut Tx,
    id: AccountId,
    organisation: OrganisationId,
    quota_bytes: Option<i64>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET quota_bytes = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, quota_bytes],
    )?;
    Ok(())
}

/// The order of a table, once for the rows that are chosen and once for those that are shown.
macro_rules! ordered {
    ($order:literal) => {
        select_address!(
            "WHERE a.id IN (
                 SELECT f.id FROM address f JOIN domain e ON e.id = f.domain
                 WHERE f.organisation = ?1 AND f.service = COALESCE(?2, f.service) AND (?3 = '' OR f.kind = ?3)
                   AND f.domain = COALESCE(?7, f.domain)
                   AND (?4 = '%' OR f.localpart_key || '@' || e.name LIKE ?4 ESCAPE '!'
                        OR small(f.display_name) LIKE ?4 ESCAPE '!' OR small(f.note) LIKE ?4 ESCAPE '!')
                 ORDER BY ",
            $order,
            " LIMIT ?5 OFFSET ?6)"
        )
    };
}

/// A part of the addresses that fit a question, how many fit, and how many there are.
pub(in crate::administration) fn find_addresses(
    tx: &mut Tx,
    organisation: OrganisationId,
    query: &AddressQuery,
) -> Result<(Vec<AddressInfo>, u64, u64), DbError> {
    let like = holding(&query.search);
    let (service, kind) = (query.service, query.kind.as_str());
    let total = tx.query_one(
        "SELECT count(*) FROM address WHERE organisation = ?1 AND service = COALESCE(?2, service)
           AND domain = COALESCE(?3, domain)",
        values![organisation, service, tx.domain()],
        |row| row.integer(0),
    )?;
    // At 10,000 addresses counting costs as much as finding; a window over all rows costs five times that.
    let is_all = like == "%" && kind.is_empty();
    let fit = if is_all {
        total
    } else {
        tx.query_one(
            "SELECT count(*) FROM address f JOIN domain e ON e.id = f.domain
         WHERE f.organisation = ?1 AND f.service = COALESCE(?2, f.service) AND (?3 = '' OR f.kind = ?3)
           AND f.domain = COALESCE(?5, f.domain)
           AND (?4 = '%' OR f.localpart_key || '@' || e.name LIKE ?4 ESCAPE '!'
                OR small(f.display_name) LIKE ?4 ESCAPE '!' OR small(f.note) LIKE ?4 ESCAPE '!')",
            values![organisation, service, kind, like.as_str(), tx.domain()],
            |row| row.integer(0),
        )?
    };
    let sql = match (query.sort, query.is_descending) {
        (AddressSort::Address, false) => ordered!("e.name, f.localpart_key"),
        (AddressSort::Address, true) => ordered!("e.name DESC, f.localpart_key DESC"),
        (AddressSort::Kind, false) => ordered!("f.kind, e.name, f.localpart_key"),
        (AddressSort::Kind, true) => ordered!("f.kind DESC, e.name DESC, f.localpart_key DESC"),
        (AddressSort::Note, false) => ordered!("f.note, e.name, f.localpart_key"),
        (AddressSort::Note, true) => ordered!("f.note DESC, e.name DESC, f.localpart_key DESC"),
    };
    let rows = tx.query(
        sql,
        values![
            organisation,
            service,
            kind,
            like.as_str(),
            query.limit as i64,
            query.skip as i64,
            tx.domain()
        ],
        bare,
    )?;
    let mut items: Vec<AddressInfo> =
        rows.into_iter().map(|bare| with_targets(tx, bare)).collect::<Result<_, _>>()?;
    // The rows of a part are few: they are put in order here.
    items.sort_by_cached_key(|one| {
        let name = (one.address.domain().to_string(), crate::rows::localpart_key(one.address.localpart()));
        let first = match query.sort {
            AddressSort::Address => String::new(),
            AddressSort::Kind => one.kind.as_str().to_owned(),
            AddressSort::Note => one.note.clone(),
        };
        (first, name)
    });
    if query.is_descending {
        items.reverse();
    }
    Ok((items, count(fit.unwrap_or(0)), count(total.unwrap_or(0))))
}

/// The mailboxes of an organisation that have a quota, their own or the mail service's, with it.
pub(in crate::administration) fn quotas(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<(AccountId, AddressId, u64)>, DbError> {
    tx.query(
        "SELECT a.account, a.id, COALESCE(c.quota_bytes, s.quota_bytes)
         FROM address a
         JOIN account c ON c.id = a.account
         JOIN service s ON s.id = a.service
         WHERE a.organisation = ?1 AND a.organisation = COALESCE(?3, a.organisation)
           AND a.domain = COALESCE(?2, a.domain) AND COALESCE(c.quota_bytes, s.quota_bytes) > 0",
        values![organisation, tx.domain(), tx.organisation()],
        |row| Ok((AccountId(row.integer(0)?), AddressId(row.integer(1)?), count(row.integer(2)?))),
    )
}

/// The aliases that stand for an address, among others or alone.
pub(in crate::administration) fn aliases_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    address: &str,
) -> Result<Vec<AddressInfo>, DbError> {
    let found = tx.query(
        select_address!(
            "WHERE a.organisation = ?1 AND a.kind = 'alias' AND a.id IN
                 (SELECT t.address FROM alias_target t WHERE t.organisation = ?1 AND lower(t.target) = ?2)
               AND a.domain = COALESCE(?3, a.domain)
             ORDER BY d.name, a.localpart_key"
        ),
        values![organisation, address, tx.domain()],
        bare,
    )?;
    found.into_iter().map(|bare| with_targets(tx, bare)).collect()
}
