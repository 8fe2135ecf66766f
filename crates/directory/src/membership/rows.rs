//! Rows of memberships.

use db::{DbError, Page, Row, Seek, Tx, values};
use model::{DomainId, OrganisationId, ServiceId, Timestamp, UserId};

use super::{Membership, MembershipOffer};
use crate::Role;
use crate::error::DirectoryError;

fn membership(row: &Row) -> Result<Membership, DbError> {
    Ok(Membership {
        organisation: OrganisationId(row.integer(0)?),
        organisation_name: row.text(1)?.to_owned(),
        role: row.text(2)?.parse().map_err(|_| DbError::Column { column: 2, expected: "role" })?,
        domain: row.optional_integer(3)?.map(DomainId),
        is_disabled: row.boolean(4)?,
        is_home: row.boolean(5)?,
        requires_second_factor: row.boolean(6)?,
        created_at: row.timestamp(7)?,
    })
}

macro_rules! select_membership {
    ($rest:literal) => {
        concat!(
            "SELECT m.organisation, o.name, m.role, m.domain, m.disabled,
                    CASE WHEN m.organisation = p.organisation THEN 1 ELSE 0 END,
                    COALESCE(s.requires_second_factor, 0), m.created_at
             FROM membership m
             JOIN person p ON p.id = m.person
             JOIN organisation o ON o.id = m.organisation AND o.deleted_at IS NULL
             LEFT JOIN organisation_settings s ON s.organisation = m.organisation ",
            $rest
        )
    };
}

/// Every membership of a person, the home first.
pub(crate) fn of_person(tx: &mut Tx, person: UserId) -> Result<Vec<Membership>, DbError> {
    tx.query(
        select_membership!("WHERE m.person = ?1 ORDER BY 6 DESC, o.name_key"),
        values![person],
        membership,
    )
}

/// The memberships that open something, the home first.
pub(crate) fn open_to_person(tx: &mut Tx, person: UserId) -> Result<Vec<Membership>, DbError> {
    tx.query(
        select_membership!(
            "WHERE m.person = ?1 AND m.disabled = 0 AND o.disabled = 0 ORDER BY 6 DESC, o.name_key"
        ),
        values![person],
        membership,
    )
}

pub(crate) fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
    role: Role,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO membership (organisation, person, role, domain, disabled, granted_by, created_at)
         VALUES (?1, ?2, ?3, NULL, 0, ?4, ?5)",
        values![organisation, person, role.as_str(), who, at],
    )?;
    Ok(())
}

pub(crate) fn set_role(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
    role: Role,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE membership SET role = ?3 WHERE organisation = ?1 AND person = ?2",
        values![organisation, person, role.as_str()],
    )?;
    Ok(())
}

pub(crate) fn limit_to(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
    domain: Option<DomainId>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE membership SET domain = ?3 WHERE organisation = ?1 AND person = ?2",
        values![organisation, person, domain.map(|id| id.0)],
    )?;
    Ok(())
}

pub(crate) fn disable(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE membership SET disabled = ?3 WHERE organisation = ?1 AND person = ?2",
        values![organisation, person, is_disabled],
    )?;
    Ok(())
}

/// Takes the membership away; the home moves to another one, where there is one.
pub(crate) fn remove(tx: &mut Tx, organisation: OrganisationId, person: UserId) -> Result<(), DbError> {
    crate::access::forget_member(tx, organisation, person)?;
    for table in [
        "DELETE FROM membership_service WHERE organisation = ?1 AND person = ?2",
        "DELETE FROM membership WHERE organisation = ?1 AND person = ?2",
        // Whose home it was begins anew at the next one.
        "DELETE FROM session WHERE organisation = ?1 AND person = ?2",
        "DELETE FROM api_answer WHERE token IN
             (SELECT t.id FROM api_token t WHERE t.organisation = ?1 AND t.person = ?2 AND t.person_version IS NOT NULL)",
        "DELETE FROM api_token WHERE organisation = ?1 AND person = ?2 AND person_version IS NOT NULL",
    ] {
        tx.execute(table, values![organisation, person])?;
    }
    tx.execute(
        "UPDATE person SET organisation = (SELECT min(m.organisation) FROM membership m WHERE m.person = ?2)
         WHERE id = ?2 AND organisation = ?1 AND EXISTS (SELECT 1 FROM membership m WHERE m.person = ?2)",
        values![organisation, person],
    )?;
    Ok(())
}

pub(crate) fn services(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
) -> Result<Vec<ServiceId>, DbError> {
    tx.query(
        "SELECT g.service FROM membership_service g
         JOIN service s ON s.id = g.service AND s.organisation = g.organisation
         WHERE g.organisation = ?1 AND g.person = ?2 ORDER BY g.service",
        values![organisation, person],
        |row| Ok(ServiceId(row.integer(0)?)),
    )
}

/// Gives exactly these services, which have to be the organisation's.
pub(crate) fn grant(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
    services: &[ServiceId],
) -> Result<(), DirectoryError> {
    tx.execute(
        "DELETE FROM membership_service WHERE organisation = ?1 AND person = ?2",
        values![organisation, person],
    )?;
    for service in services {
        let made = tx.execute(
            "INSERT INTO membership_service (organisation, person, service)
             SELECT ?1, ?2, s.id FROM service s WHERE s.id = ?3 AND s.organisation = ?1
             ON CONFLICT (organisation, person, service) DO NOTHING",
            values![organisation, person, *service],
        )?;
        if made == 0 && !services_has(tx, organisation, *service)? {
            return Err(DirectoryError::NotFound { what: "service" });
        }
    }
    Ok(())
}

fn services_has(tx: &mut Tx, organisation: OrganisationId, service: ServiceId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM service WHERE id = ?2 AND organisation = ?1",
        values![organisation, service],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(crate) fn has_domain(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: DomainId,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM domain WHERE id = ?2 AND organisation = ?1",
        values![organisation, domain],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// How many legal owners can act for an organisation. Takes the organisation's row first, so that two who leave at
/// the same moment see one another.
pub(crate) fn count_owners(tx: &mut Tx, organisation: OrganisationId) -> Result<u64, DbError> {
    tx.execute("UPDATE organisation SET disabled = disabled WHERE id = ?1", values![organisation])?;
    let owners = tx.query_one(
        "SELECT count(*) FROM membership m JOIN person p ON p.id = m.person AND p.disabled = 0
         WHERE m.organisation = ?1 AND m.role = ?2 AND m.disabled = 0",
        values![organisation, Role::LegalOwner.as_str()],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(owners.unwrap_or(0)).unwrap_or(0))
}

/// A person by login, in the whole installation: the caller learns no more than that it exists. Whoever belongs to no
/// organisation and has an account for letters only is nobody's to ask.
pub(crate) fn person_called(tx: &mut Tx, login: &str) -> Result<Option<UserId>, DbError> {
    tx.query_one("SELECT id FROM person WHERE login = ?1 AND organisation <> 0", values![login], |row| {
        Ok(UserId(row.integer(0)?))
    })
}

/// People whose only membership is in this organisation and who have their home here.
pub(crate) fn delete_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<(), DbError> {
    let members =
        tx.query("SELECT person FROM membership WHERE organisation = ?1", values![organisation], |row| {
            Ok(UserId(row.integer(0)?))
        })?;
    for person in members {
        remove(tx, organisation, person)?;
    }
    tx.execute("DELETE FROM organisation_settings WHERE organisation = ?1", values![organisation])?;
    tx.execute("DELETE FROM membership_offer WHERE organisation = ?1", values![organisation])?;
    Ok(())
}

// Offers

macro_rules! select_offer {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.organisation, o.name, p.login, f.role, f.offered_by, f.created_at, f.expires_at
             FROM membership_offer f
             JOIN person p ON p.id = f.person
             JOIN organisation o ON o.id = f.organisation AND o.deleted_at IS NULL ",
            $rest
        )
    };
}

fn offer_of(row: &Row) -> Result<MembershipOffer, DbError> {
    Ok(MembershipOffer {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        organisation_name: row.text(2)?.to_owned(),
        login: row.text(3)?.to_owned(),
        role: row.text(4)?.parse().map_err(|_| DbError::Column { column: 4, expected: "role" })?,
        offered_by: row.text(5)?.to_owned(),
        created_at: row.timestamp(6)?,
        expires_at: row.timestamp(7)?,
    })
}

/// Asks a person; false if the organisation does already.
pub(super) fn insert_offer(tx: &mut Tx, offer: &MembershipOffer, person: UserId) -> Result<bool, DbError> {
    let made = tx.execute(
        "INSERT INTO membership_offer (id, organisation, person, role, offered_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (organisation, person) DO NOTHING",
        values![
            offer.id,
            offer.organisation,
            person,
            offer.role.as_str(),
            offer.offered_by.as_str(),
            offer.created_at,
            offer.expires_at
        ],
    )?;
    Ok(made > 0)
}

/// The offers within the scope that hold, by login.
pub(super) fn offers(tx: &mut Tx, now: Timestamp) -> Result<Vec<MembershipOffer>, DbError> {
    let whose = tx.organisation();
    tx.query(
        select_offer!(
            "WHERE f.organisation = COALESCE(?1, f.organisation) AND f.expires_at > ?2 ORDER BY p.login, f.id"
        ),
        values![whose, now],
        offer_of,
    )
}

pub(super) fn page_of_offers(
    tx: &mut Tx,
    now: Timestamp,
    seek: &Seek,
) -> Result<Page<MembershipOffer>, DbError> {
    let whose = tx.organisation();
    let rows = tx.query(
        select_offer!(
            "WHERE f.organisation = COALESCE(?1, f.organisation) AND f.expires_at > ?2 AND f.id > ?3
             ORDER BY f.id LIMIT ?4"
        ),
        values![whose, now, seek.after(), seek.rows()],
        offer_of,
    )?;
    Ok(seek.page(rows, |offer| offer.id))
}

pub(super) fn offer(tx: &mut Tx, id: i64, now: Timestamp) -> Result<Option<MembershipOffer>, DbError> {
    let whose = tx.organisation();
    tx.query_one(
        select_offer!(
            "WHERE f.id = ?1 AND f.organisation = COALESCE(?2, f.organisation) AND f.expires_at > ?3"
        ),
        values![id, whose, now],
        offer_of,
    )
}

/// The offers to a person from organisations that are in use, the oldest first.
pub(super) fn offers_to(
    tx: &mut Tx,
    person: UserId,
    now: Timestamp,
) -> Result<Vec<MembershipOffer>, DbError> {
    tx.query(
        select_offer!("WHERE f.person = ?1 AND f.expires_at > ?2 AND o.disabled = 0 ORDER BY f.id"),
        values![person, now],
        offer_of,
    )
}

/// How many offers wait of an organisation and to a person.
pub(super) fn count_offers(
    tx: &mut Tx,
    organisation: OrganisationId,
    person: UserId,
) -> Result<(u64, u64), DbError> {
    let mut count = |sql: &'static str, id: i64| {
        let count = tx.query_one(sql, values![id], |row| row.integer(0))?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    };
    Ok((
        count("SELECT count(*) FROM membership_offer WHERE organisation = ?1", organisation.0)?,
        count("SELECT count(*) FROM membership_offer WHERE person = ?1", person.0)?,
    ))
}

/// Ends an offer; false if somebody else did.
pub(super) fn delete_offer(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.execute(
        "DELETE FROM membership_offer WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
    )? > 0)
}

pub(super) fn forget_offer(tx: &mut Tx, organisation: OrganisationId, person: UserId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM membership_offer WHERE organisation = ?1 AND person = ?2",
        values![organisation, person],
    )?;
    Ok(())
}

/// Of a person who is deleted.
pub(crate) fn forget_offers_to(tx: &mut Tx, person: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM membership_offer WHERE person = ?1", values![person])?;
    Ok(())
}

pub(super) fn forget_old_offers(tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM membership_offer WHERE expires_at <= ?1", values![now])?;
    Ok(())
}

/// Whose a domain is here, under its own name or by a synonym; only the owner's identifier leaves the scope, and only
/// to be compared.
pub(crate) fn owner_of_domain(tx: &mut Tx, domain: &str) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one(
        "SELECT organisation FROM domain WHERE name = ?1
         UNION ALL SELECT organisation FROM domain_synonym WHERE name = ?1 LIMIT 1",
        values![domain],
        |row| Ok(OrganisationId(row.integer(0)?)),
    )
}
