//! Allowed sources, unban requests, the installation's addresses, and whose people come from where.

use std::net::IpAddr;

use db::{DbError, Row, Seek, Tx, holding, values};
use model::{Domain, OrganisationId, ServiceId, Timestamp, Validity};

use super::{AllowState, AllowedSource, IpInfo, SourceSearch, UnbanRequest, UnbanState, shown};

// Allowed sources

macro_rules! select_allowed {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, organisation, subject, state, purpose, acceptance, language, asked_by, asked_at, contact,
                    confirmed_at, confirmed_from, decided_by, decided_at, reason, valid_from, valid_until
             FROM allowed_source ",
            $($rest),+
        )
    };
}

fn allowed(row: &Row) -> Result<AllowedSource, DbError> {
    Ok(AllowedSource {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        source: shown(row.text(2)?).to_owned(),
        state: AllowState::of(row.text(3)?),
        purpose: row.text(4)?.to_owned(),
        acceptance: row.text(5)?.to_owned(),
        language: row.text(6)?.to_owned(),
        asked_by: row.text(7)?.to_owned(),
        asked_at: row.timestamp(8)?,
        contact: row.text(9)?.to_owned(),
        confirmed_at: row.optional_timestamp(10)?,
        confirmed_from: row.optional_text(11)?.map(str::to_owned),
        decided_by: row.optional_text(12)?.map(str::to_owned),
        decided_at: row.optional_timestamp(13)?,
        reason: row.text(14)?.to_owned(),
        validity: Validity { from: row.optional_timestamp(15)?, until: row.optional_timestamp(16)? },
    })
}

/// A text of it contains `?3`, or its state is among `?4`.
macro_rules! is_sought_allowed {
    () => {
        "(substr(subject, 8) LIKE ?3 ESCAPE '!' OR small(purpose) LIKE ?3 ESCAPE '!'
          OR small(asked_by) LIKE ?3 ESCAPE '!' OR small(contact) LIKE ?3 ESCAPE '!'
          OR small(COALESCE(decided_by, '')) LIKE ?3 ESCAPE '!' OR small(reason) LIKE ?3 ESCAPE '!'
          OR ?4 LIKE '%,' || state || ',%')"
    };
}

pub(super) fn allowed_sources(
    tx: &mut Tx,
    search: &SourceSearch<AllowState>,
    seek: &Seek,
) -> Result<Vec<AllowedSource>, DbError> {
    let (like, states) = (holding(&search.part), search.listed());
    let (like, states) = (like.as_str(), states.as_str());
    match tx.organisation() {
        Some(whose) => tx.query(
            select_allowed!(
                "WHERE organisation = ?1 AND id < ?2 AND ",
                is_sought_allowed!(),
                " ORDER BY id DESC LIMIT ?5"
            ),
            values![whose, seek.before(), like, states, seek.rows()],
            allowed,
        ),
        None => tx.query(
            select_allowed!("WHERE id < ?2 AND ", is_sought_allowed!(), " ORDER BY id DESC LIMIT ?1"),
            values![seek.rows(), seek.before(), like, states],
            allowed,
        ),
    }
}

/// The sources of an organisation that are allowed, or are to become so: there are few of them at once.
pub(super) fn open_allowed_of(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<AllowedSource>, DbError> {
    tx.query(
        select_allowed!(
            "WHERE organisation = ?1 AND state IN ('asked', 'confirmed', 'active') ORDER BY id DESC"
        ),
        values![organisation],
        allowed,
    )
}

pub(super) fn allowed_source(tx: &mut Tx, id: i64) -> Result<Option<AllowedSource>, DbError> {
    let whose = tx.organisation();
    tx.query_one(
        select_allowed!("WHERE id = ?1 AND organisation = COALESCE(?2, organisation)"),
        values![id, whose],
        allowed,
    )
}

pub(super) fn allowed_source_by_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<AllowedSource>, DbError> {
    tx.query_one(select_allowed!("WHERE token_hash = ?1 AND state = 'asked'"), values![hash], allowed)
}

pub(super) fn allowed_without_letter(tx: &mut Tx, limit: usize) -> Result<Vec<AllowedSource>, DbError> {
    tx.query(
        select_allowed!("WHERE state = 'asked' AND letter_sent_at IS NULL ORDER BY id LIMIT ?1"),
        values![limit as i64],
        allowed,
    )
}

pub(super) fn add_allowed_source(tx: &mut Tx, source: &AllowedSource, subject: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO allowed_source (id, organisation, subject, state, purpose, acceptance, language, asked_by,
                                     asked_at, contact, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '')",
        values![
            source.id,
            source.organisation,
            subject,
            source.state.as_str(),
            source.purpose.as_str(),
            source.acceptance.as_str(),
            source.language.as_str(),
            source.asked_by.as_str(),
            source.asked_at,
            source.contact.as_str()
        ],
    )?;
    Ok(())
}

pub(super) fn set_allow_token(tx: &mut Tx, id: i64, hash: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_source SET token_hash = ?2 WHERE id = ?1
             AND organisation = COALESCE(?3, organisation)",
        values![id, hash, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn allow_letter_sent(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_source SET letter_sent_at = ?2 WHERE id = ?1
             AND organisation = COALESCE(?3, organisation)",
        values![id, now, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn confirm_allowed_source(
    tx: &mut Tx,
    id: i64,
    now: Timestamp,
    from: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_source SET state = 'confirmed', confirmed_at = ?2, confirmed_from = ?3, token_hash = NULL
         WHERE id = ?1 AND organisation = COALESCE(?4, organisation)",
        values![id, now, from, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn decide_allowed_source(
    tx: &mut Tx,
    id: i64,
    state: AllowState,
    who: &str,
    at: Timestamp,
    reason: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_source SET state = ?2, decided_by = ?3, decided_at = ?4, reason = ?5, token_hash = NULL
         WHERE id = ?1 AND organisation = COALESCE(?6, organisation)",
        values![id, state.as_str(), who, at, reason, tx.organisation()],
    )?;
    Ok(())
}

/// The subjects that no rule keeps out now.
pub(crate) fn active_subjects(tx: &mut Tx, now: Timestamp) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT subject FROM allowed_source WHERE state = 'active'
             AND COALESCE(valid_from, ?1) <= ?1 AND (valid_until IS NULL OR valid_until > ?1)",
        values![now],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// The active ones of a subject, whosever they are.
pub(super) fn active_of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<AllowedSource>, DbError> {
    tx.query(
        select_allowed!("WHERE subject = ?1 AND state = 'active' ORDER BY id"),
        values![subject],
        allowed,
    )
}

/// From when until when one passes.
pub(super) fn limit_allowed_source(
    tx: &mut Tx,
    source: &AllowedSource,
    validity: Validity,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_source SET valid_from = ?3, valid_until = ?4 WHERE id = ?1 AND organisation = ?2",
        values![source.id, source.organisation, validity.from, validity.until],
    )?;
    Ok(())
}

// Unban requests

macro_rules! select_unban {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, organisation, domain, subject, contact, message, sent_from, at, state, decided_by
             FROM unban_request ",
            $($rest),+
        )
    };
}

fn unban(row: &Row) -> Result<UnbanRequest, DbError> {
    Ok(UnbanRequest {
        id: row.integer(0)?,
        organisation: row.optional_integer(1)?.map(OrganisationId),
        domain: row.text(2)?.to_owned(),
        source: row.text(3)?.to_owned(),
        contact: row.text(4)?.to_owned(),
        message: row.text(5)?.to_owned(),
        sent_from: row.text(6)?.to_owned(),
        at: row.timestamp(7)?,
        state: UnbanState::of(row.text(8)?),
        decided_by: row.optional_text(9)?.map(str::to_owned),
        banned_until: None,
        can_lift: false,
    })
}

/// A text of it contains `?3`, or its state is among `?4`.
macro_rules! is_sought_unban {
    () => {
        "(substr(subject, 8) LIKE ?3 ESCAPE '!' OR small(domain) LIKE ?3 ESCAPE '!'
          OR small(contact) LIKE ?3 ESCAPE '!' OR small(message) LIKE ?3 ESCAPE '!'
          OR small(COALESCE(decided_by, '')) LIKE ?3 ESCAPE '!' OR ?4 LIKE '%,' || state || ',%')"
    };
}

pub(super) fn unban_requests(
    tx: &mut Tx,
    search: &SourceSearch<UnbanState>,
    seek: &Seek,
) -> Result<Vec<UnbanRequest>, DbError> {
    let (like, states) = (holding(&search.part), search.listed());
    let (like, states) = (like.as_str(), states.as_str());
    match tx.organisation() {
        Some(whose) => tx.query(
            select_unban!(
                "WHERE organisation = ?1 AND id < ?2 AND ",
                is_sought_unban!(),
                " ORDER BY id DESC LIMIT ?5"
            ),
            values![whose, seek.before(), like, states, seek.rows()],
            unban,
        ),
        None => tx.query(
            select_unban!("WHERE id < ?2 AND ", is_sought_unban!(), " ORDER BY id DESC LIMIT ?1"),
            values![seek.rows(), seek.before(), like, states],
            unban,
        ),
    }
}

/// How many requests wait for the organisation's own decision.
pub(super) fn undecided_unban_requests(tx: &mut Tx) -> Result<u64, DbError> {
    let whose = tx.organisation();
    let count = tx.query_one(
        "SELECT COUNT(*) FROM unban_request
         WHERE state = 'open' AND (CAST(?1 AS BIGINT) IS NULL OR organisation = CAST(?1 AS BIGINT))",
        values![whose],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn unban_request(tx: &mut Tx, id: i64) -> Result<Option<UnbanRequest>, DbError> {
    match tx.organisation() {
        Some(whose) => {
            tx.query_one(select_unban!("WHERE id = ?1 AND organisation = ?2"), values![id, whose], unban)
        }
        None => tx.query_one(select_unban!("WHERE id = ?1"), values![id], unban),
    }
}

pub(super) fn unban_without_letter(tx: &mut Tx, limit: usize) -> Result<Vec<UnbanRequest>, DbError> {
    tx.query(
        select_unban!("WHERE state = 'open' AND letter_sent_at IS NULL ORDER BY id LIMIT ?1"),
        values![limit as i64],
        unban,
    )
}

pub(super) fn unban_letter_sent(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE unban_request SET letter_sent_at = ?2 WHERE id = ?1
             AND (CAST(?3 AS BIGINT) IS NULL OR organisation = ?3)",
        values![id, now, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn unban_requests_from(tx: &mut Tx, source: &str, since: Timestamp) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM unban_request WHERE sent_from = ?1 AND at > ?2",
        values![source, since],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// Whether a request about a source waits that named this domain.
pub(super) fn is_unban_asked_for(tx: &mut Tx, domain: &str, source: &str) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM unban_request
         WHERE subject = ?1 AND domain = ?2 AND state IN ('open', 'passed-on') LIMIT 1",
        values![source, domain],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether a request about a source waits at an organisation.
pub(super) fn is_unban_asked(
    tx: &mut Tx,
    organisation: OrganisationId,
    source: &str,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM unban_request
         WHERE subject = ?1 AND organisation = ?2 AND state IN ('open', 'passed-on') LIMIT 1",
        values![source, organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// How many requests wait at an organisation, or at the operator alone.
pub(super) fn open_unban_requests(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM unban_request
         WHERE COALESCE(organisation, 0) = ?1 AND state IN ('open', 'passed-on')",
        values![organisation.map_or(0, |id| id.0)],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// How many requests wait that came from a network.
pub(super) fn open_unban_requests_from(tx: &mut Tx, network: &str) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM unban_request WHERE network = ?1 AND state IN ('open', 'passed-on')",
        values![network],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn add_unban_request(tx: &mut Tx, request: &UnbanRequest, network: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO unban_request (id, organisation, domain, subject, contact, message, sent_from, at, state, network)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9)",
        values![
            request.id,
            request.organisation,
            request.domain.as_str(),
            request.source.as_str(),
            request.contact.as_str(),
            request.message.as_str(),
            request.sent_from.as_str(),
            request.at,
            network
        ],
    )?;
    Ok(())
}

pub(super) fn decide_unban_request(
    tx: &mut Tx,
    id: i64,
    state: UnbanState,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE unban_request SET state = ?2, decided_by = ?3, decided_at = ?4
         WHERE id = ?1 AND (CAST(?5 AS BIGINT) IS NULL OR organisation = ?5)",
        values![id, state.as_str(), who, at, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn banned_until(tx: &mut Tx, subject: &str, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
    tx.query_one("SELECT until FROM ban WHERE subject = ?1 AND until > ?2", values![subject, now], |row| {
        row.timestamp(0)
    })
}

// The installation's addresses

macro_rules! select_ip {
    ($rest:literal) => {
        concat!(
            "SELECT ip, organisation, is_static, is_dedicated, note, pointer_wanted, pointer_found, is_confirmed,
                    looked_at, service, server
             FROM ip_address ",
            $rest
        )
    };
}

fn ip_info(row: &Row) -> Result<IpInfo, DbError> {
    Ok(IpInfo {
        ip: row.text(0)?.parse().map_err(|_| DbError::Column { column: 0, expected: "IP address" })?,
        organisation: row.optional_integer(1)?.map(OrganisationId),
        is_static: row.boolean(2)?,
        is_dedicated: row.boolean(3)?,
        note: row.text(4)?.to_owned(),
        pointer_wanted: row.text(5)?.to_owned(),
        pointer_found: row.text(6)?.to_owned(),
        is_confirmed: row.boolean(7)?,
        looked_at: row.optional_timestamp(8)?,
        service: row.optional_integer(9)?.map(ServiceId),
        server: row.optional_text(10)?.and_then(|name| Domain::parse(name).ok()),
    })
}

/// The addresses that letters of an organisation may be bound to, first in the order of the addresses.
pub(super) fn bound_ips(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<Vec<IpInfo>, DbError> {
    tx.query(
        select_ip!(
            "WHERE (organisation = ?1 OR organisation IS NULL) AND (service IS NOT NULL OR server IS NOT NULL)
             ORDER BY ip"
        ),
        values![organisation],
        ip_info,
    )
}

/// The mail service of a domain, or of the one whose synonym it is.
pub(super) fn service_of_domain(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
) -> Result<Option<ServiceId>, DbError> {
    tx.query_one(
        "SELECT service FROM domain WHERE organisation = ?1
             AND name = COALESCE((SELECT main FROM domain_synonym WHERE name = ?2
               AND organisation = ?1), ?2)",
        values![organisation, domain],
        |row| row.integer(0).map(ServiceId),
    )
}

/// Whether a mail service is the organisation's own.
pub(super) fn has_service(
    tx: &mut Tx,
    organisation: OrganisationId,
    service: ServiceId,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM service WHERE organisation = ?1 AND id = ?2",
        values![organisation, service],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(super) fn ips(tx: &mut Tx, seek: &Seek<IpAddr>) -> Result<Vec<IpInfo>, DbError> {
    let (whose, after) = (tx.organisation(), seek.after.map(|ip| ip.to_string()).unwrap_or_default());
    match whose {
        Some(whose) => tx.query(
            select_ip!("WHERE organisation = ?1 AND ip > ?2 ORDER BY ip LIMIT ?3"),
            values![whose, after.as_str(), seek.rows()],
            ip_info,
        ),
        None => tx.query(
            select_ip!("WHERE ip > ?1 ORDER BY ip LIMIT ?2"),
            values![after.as_str(), seek.rows()],
            ip_info,
        ),
    }
}

pub(super) fn ip(tx: &mut Tx, ip: IpAddr) -> Result<Option<IpInfo>, DbError> {
    let (whose, ip) = (tx.organisation(), ip.to_string());
    match whose {
        Some(whose) => {
            tx.query_one(select_ip!("WHERE ip = ?1 AND organisation = ?2"), values![&ip, whose], ip_info)
        }
        None => tx.query_one(select_ip!("WHERE ip = ?1"), values![&ip], ip_info),
    }
}

pub(super) fn add_ip(tx: &mut Tx, info: &IpInfo, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO ip_address (ip, organisation, is_static, is_dedicated, note, pointer_wanted, pointer_found,
                                 is_confirmed, looked_at, created_at, service, server)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        values![
            &info.ip.to_string(),
            info.organisation,
            info.is_static,
            info.is_dedicated,
            info.note.as_str(),
            info.pointer_wanted.as_str(),
            info.pointer_found.as_str(),
            info.is_confirmed,
            info.looked_at,
            now,
            info.service,
            info.server.as_ref().map(Domain::as_str)
        ],
    )?;
    Ok(())
}

/// Writes what people decide of an address, if it still belongs to whom it did when it was read.
pub(super) fn change_ip(tx: &mut Tx, info: &IpInfo) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE ip_address SET is_static = ?3, note = ?4, pointer_wanted = ?5, service = ?6, server = ?7
         WHERE ip = ?1 AND COALESCE(organisation, 0) = COALESCE(CAST(?2 AS BIGINT), 0)",
        values![
            &info.ip.to_string(),
            info.organisation,
            info.is_static,
            info.note.as_str(),
            info.pointer_wanted.as_str(),
            info.service,
            info.server.as_ref().map(Domain::as_str)
        ],
    )?;
    Ok(changed == 1)
}

/// Writes what the DNS says of an address, and nothing else of it; nothing where it was removed meanwhile.
pub(super) fn looked_at_ip(tx: &mut Tx, info: &IpInfo) -> Result<(), DbError> {
    tx.execute(
        "UPDATE ip_address SET pointer_found = ?2, is_confirmed = ?3, looked_at = ?4
         WHERE ip = ?1 AND (CAST(?5 AS BIGINT) IS NULL OR organisation = ?5)",
        values![
            &info.ip.to_string(),
            info.pointer_found.as_str(),
            info.is_confirmed,
            info.looked_at,
            tx.organisation()
        ],
    )?;
    Ok(())
}

pub(super) fn delete_ip(tx: &mut Tx, ip: IpAddr) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM ip_address WHERE ip = ?1 AND (CAST(?2 AS BIGINT) IS NULL OR organisation = ?2)",
        values![&ip.to_string(), tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn has_dedicated_ip(tx: &mut Tx, organisation: OrganisationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM ip_address WHERE organisation = ?1 AND is_dedicated = 1 AND is_static = 1 LIMIT 1",
        values![organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}
