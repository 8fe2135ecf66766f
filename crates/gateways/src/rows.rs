//! Integrations, their domains and certificates, authorities: what is read and written of them.

use db::{DbError, Row, Tx, values};
use model::{Domain, Gateway, IntegrationId, OrganisationId, Timestamp};

use crate::Seen;
use crate::authority::{Authority, AuthorityId, AuthorityKind};
use crate::certificate::Certificate;
use crate::entities::{CertificateId, Integration, IntegrationDomain, PeerCertificate, Proof};
use crate::judge::{Fingerprint, Identity};
use crate::limits::CERTIFICATE_LIMIT_OCTETS;
use crate::sighting::{Sighting, SightingKind};

const NAME: &str = "name";
const FINGERPRINT: &str = "fingerprint";

/// What tells one reading of the tables from another.
pub(crate) type Revision = (i64, i64, i64);

fn damaged(expected: &'static str) -> DbError {
    DbError::Column { column: 0, expected }
}

fn word<T: std::str::FromStr>(row: &Row<'_>, column: usize, expected: &'static str) -> Result<T, DbError> {
    row.text(column)?.parse().map_err(|_| damaged(expected))
}

/// What makes a proof void: the name is another organisation's mail domain here by now, or no more this one's.
macro_rules! void {
    () => {
        "(EXISTS (SELECT 1 FROM domain d WHERE d.name = g.name AND d.organisation <> g.organisation)
          OR (g.proof = 'hosted' AND NOT EXISTS
              (SELECT 1 FROM domain d WHERE d.name = g.name AND d.organisation = g.organisation)))"
    };
}

/// How often anything changed, how many integrations are active, how many proofs are void: organisations and mail
/// domains come and go without counting.
pub(crate) fn revision(tx: &mut Tx) -> Result<Revision, DbError> {
    let found = tx.query_one(
        concat!(
            "SELECT revision, (SELECT count(*) FROM gateway_integration WHERE state = 'active'
                  AND organisation IN (SELECT id FROM organisation WHERE disabled = 0)),
                 (SELECT count(*) FROM gateway_domain g WHERE ",
            void!(),
            ") FROM gateway_book WHERE id = 1"
        ),
        values![],
        |row| Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?)),
    )?;
    found.ok_or(damaged("the revision of the book of gateways"))
}

/// From now on every node reads again.
pub(crate) fn count_change(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute("UPDATE gateway_book SET revision = revision + 1 WHERE id = 1", values![])?;
    Ok(())
}

/// Keeps everybody else from changing an integration, what belongs to it and its onboarding until the transaction ends;
/// false if there is none within the scope. Only then it is read: what was read before is what others may have changed.
pub(crate) fn hold(tx: &mut Tx, id: IntegrationId) -> Result<bool, DbError> {
    let held = tx.query_one(
        "UPDATE gateway_integration SET state = state
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation) RETURNING id",
        values![id, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(held.is_some())
}

fn integration_of(row: &Row<'_>) -> Result<Integration, DbError> {
    Ok(Integration {
        id: IntegrationId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        name: row.text(2)?.to_owned(),
        state: word(row, 3, "state of an integration")?,
        contact: row.text(4)?.to_owned(),
        is_hosted_gateway: row.boolean(5)?,
        inbound: word(row, 6, "target of an integration")?,
        accepts_host_name: row.boolean(7)?,
        created_at: row.timestamp(8)?,
        takes_ordinary: row.boolean(9)?,
        domains: Vec::new(),
        certificates: Vec::new(),
    })
}

fn domain_of(row: &Row<'_>) -> Result<(i64, IntegrationDomain), DbError> {
    let domain = IntegrationDomain {
        name: Domain::parse(row.text(1)?).map_err(|_| damaged("domain of an integration"))?,
        proof: row
            .optional_text(2)?
            .map(|text| text.parse::<Proof>().map_err(|_| damaged("proof")))
            .transpose()?,
        proven_at: row.optional_integer(3)?.map(Timestamp),
    };
    Ok((row.integer(0)?, domain))
}

fn certificate_of(row: &Row<'_>) -> Result<(i64, PeerCertificate), DbError> {
    let identity = match row.text(2)? {
        FINGERPRINT => Fingerprint::parse(row.text(3)?).map(Identity::Fingerprint),
        _ => Domain::parse(row.text(3)?).ok().map(Identity::Name),
    };
    let certificate = PeerCertificate {
        id: CertificateId(row.integer(1)?),
        identity: identity.ok_or(damaged("identity of a gateway"))?,
        direction: word(row, 4, "direction")?,
        ends_at: row.optional_integer(5)?.map(Timestamp),
        seen_fingerprint: row.optional_text(6)?.and_then(Fingerprint::parse),
        seen_at: row.optional_integer(7)?.map(Timestamp),
        certificate: row.optional_bytes(9)?.and_then(Certificate::read).map(Box::new),
        created_at: row.timestamp(8)?,
    };
    Ok((row.integer(0)?, certificate))
}

/// Integrations within the scope, of one organisation or of all, the oldest first; at most what there may be.
pub(crate) fn integrations(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<Integration>, DbError> {
    let scope = tx.organisation();
    let mut found = tx.query(
        "SELECT id, organisation, name, state, contact, is_hosted_gateway, inbound, accepts_host_name, created_at,
             takes_ordinary
         FROM gateway_integration
         WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
           AND organisation IN (SELECT id FROM organisation WHERE deleted_at IS NULL)
         ORDER BY id",
        values![scope, organisation],
        integration_of,
    )?;
    let domains = tx.query(
        concat!(
            "SELECT g.integration, g.name, CASE WHEN ",
            void!(),
            " THEN NULL ELSE g.proof END, g.proven_at FROM gateway_domain g
             WHERE g.organisation = COALESCE(?1, g.organisation)
               AND g.organisation = COALESCE(?2, g.organisation)
             ORDER BY g.name"
        ),
        values![scope, organisation],
        domain_of,
    )?;
    let certificates = tx.query(
        "SELECT integration, id, kind, value, direction, ends_at, seen_fingerprint, seen_at, created_at, certificate
         FROM gateway_certificate
         WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
         ORDER BY id",
        values![scope, organisation],
        certificate_of,
    )?;
    let place = |found: &[Integration], id: i64| found.binary_search_by_key(&id, |one| one.id.0).ok();
    for (id, domain) in domains {
        if let Some(at) = place(&found, id) {
            found[at].domains.push(domain);
        }
    }
    for (id, certificate) in certificates {
        if let Some(at) = place(&found, id) {
            found[at].certificates.push(certificate);
        }
    }
    Ok(found)
}

pub(crate) fn integration(tx: &mut Tx, id: IntegrationId) -> Result<Option<Integration>, DbError> {
    let owner = tx.query_one(
        "SELECT organisation FROM gateway_integration
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
        |row| row.integer(0),
    )?;
    let Some(owner) = owner else { return Ok(None) };
    Ok(integrations(tx, Some(OrganisationId(owner)))?.into_iter().find(|one| one.id == id))
}

/// Whether an organisation exists and is in use.
pub(crate) fn is_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM organisation WHERE id = ?1 AND disabled = 0",
        values![organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// What deleted organisations left behind: their domains are free for others.
pub(crate) fn forget_deleted(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM gateway_integration
         WHERE organisation IN (SELECT id FROM organisation WHERE deleted_at IS NOT NULL)",
        values![],
    )?;
    Ok(())
}

pub(crate) fn insert(tx: &mut Tx, one: &Integration) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway_integration
             (id, organisation, name, state, contact, is_hosted_gateway, inbound, accepts_host_name, created_at,
              takes_ordinary)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            one.id,
            one.organisation,
            &one.name,
            one.state.as_str(),
            &one.contact,
            one.is_hosted_gateway,
            &one.inbound.to_string(),
            one.accepts_host_name,
            one.created_at,
            one.takes_ordinary,
        ],
    )?;
    count_change(tx)
}

pub(crate) fn update(tx: &mut Tx, one: &Integration) -> Result<(), DbError> {
    tx.execute(
        "UPDATE gateway_integration
         SET name = ?3, state = ?4, contact = ?5, is_hosted_gateway = ?6, inbound = ?7, accepts_host_name = ?8,
             takes_ordinary = ?9
         WHERE id = ?1 AND organisation = ?2",
        values![
            one.id,
            one.organisation,
            &one.name,
            one.state.as_str(),
            &one.contact,
            one.is_hosted_gateway,
            &one.inbound.to_string(),
            one.accepts_host_name,
            one.takes_ordinary,
        ],
    )?;
    count_change(tx)
}

pub(crate) fn delete(tx: &mut Tx, one: &Integration) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM gateway_integration WHERE id = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
    )?;
    count_change(tx)
}

/// Whose mail domain a name is here.
pub(crate) fn hosted_by(tx: &mut Tx, name: &Domain) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one("SELECT organisation FROM domain WHERE name = ?1", values![name.as_str()], |row| {
        Ok(OrganisationId(row.integer(0)?))
    })
}

/// Whether a domain was shown to belong to another integration.
pub(crate) fn is_proven_elsewhere(tx: &mut Tx, name: &Domain, one: IntegrationId) -> Result<bool, DbError> {
    let other = tx.query_one(
        "SELECT 1 FROM gateway_domain WHERE name = ?1 AND integration <> ?2 AND proof IS NOT NULL",
        values![name.as_str(), one],
        |row| row.integer(0),
    )?;
    Ok(other.is_some())
}

pub(crate) fn insert_domain(
    tx: &mut Tx,
    id: i64,
    one: &Integration,
    domain: &IntegrationDomain,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway_domain (id, organisation, integration, name, proof, proven_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![
            id,
            one.organisation,
            one.id,
            domain.name.as_str(),
            domain.proof.map(Proof::as_str),
            domain.proven_at,
            at,
        ],
    )?;
    count_change(tx)
}

pub(crate) fn prove_domain(
    tx: &mut Tx,
    one: &Integration,
    name: &Domain,
    proof: Proof,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE gateway_domain SET proof = ?4, proven_at = ?5
         WHERE integration = ?1 AND organisation = ?2 AND name = ?3",
        values![one.id, one.organisation, name.as_str(), proof.as_str(), at],
    )?;
    count_change(tx)
}

pub(crate) fn delete_domain(tx: &mut Tx, one: &Integration, name: &Domain) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM gateway_domain WHERE integration = ?1 AND organisation = ?2 AND name = ?3",
        values![one.id, one.organisation, name.as_str()],
    )?;
    count_change(tx)
}

pub(crate) fn insert_certificate(
    tx: &mut Tx,
    one: &Integration,
    certificate: &PeerCertificate,
) -> Result<(), DbError> {
    let (kind, value) = match &certificate.identity {
        Identity::Name(name) => (NAME, name.to_string()),
        Identity::Fingerprint(fingerprint) => (FINGERPRINT, fingerprint.to_string()),
    };
    tx.execute(
        "INSERT INTO gateway_certificate
             (id, organisation, integration, kind, value, direction, ends_at, created_at, certificate)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            certificate.id.0,
            one.organisation,
            one.id,
            kind,
            &value,
            certificate.direction.as_str(),
            certificate.ends_at,
            certificate.created_at,
            certificate.certificate.as_ref().map(|known| known.der.as_slice()),
        ],
    )?;
    count_change(tx)
}

pub(crate) fn delete_certificate(
    tx: &mut Tx,
    one: &Integration,
    certificate: CertificateId,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM gateway_certificate WHERE id = ?1 AND organisation = ?2",
        values![certificate.0, one.organisation],
    )?;
    count_change(tx)
}

/// Which certificate a server presented; everybody reads again, so that it is noted once.
pub(crate) fn note_seen(
    tx: &mut Tx,
    organisation: OrganisationId,
    slot: CertificateId,
    seen: &Seen,
    at: Timestamp,
) -> Result<(), DbError> {
    // First, as whoever changes an integration does: two that wait for each other would wait for ever.
    count_change(tx)?;
    tx.execute(
        "UPDATE gateway_certificate SET ends_at = ?3, seen_fingerprint = ?4, seen_at = ?5, certificate = ?6
         WHERE id = ?1 AND organisation = ?2",
        values![
            slot.0,
            organisation,
            seen.ends_at,
            &seen.fingerprint.to_string(),
            at,
            Some(seen.certificate.as_slice()).filter(|der| der.len() <= CERTIFICATE_LIMIT_OCTETS),
        ],
    )?;
    Ok(())
}

/// Keeps what was last seen of an integration's servers; one that is gone leaves nothing behind.
pub(crate) fn note_sighting(tx: &mut Tx, gateway: Gateway, sighting: &Sighting) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO gateway_sighting (organisation, integration, kind, at, detail, ends_at)
         SELECT organisation, id, ?3, ?4, ?5, CAST(?6 AS BIGINT) FROM gateway_integration
         WHERE id = ?1 AND organisation = ?2
         ON CONFLICT (integration, kind)
         DO UPDATE SET at = excluded.at, detail = excluded.detail, ends_at = excluded.ends_at",
        values![
            gateway.integration,
            gateway.organisation,
            sighting.kind.as_str(),
            sighting.at,
            &sighting.detail,
            sighting.ends_at,
        ],
    )?;
    Ok(())
}

/// What was last seen of an integration's servers.
pub(crate) fn sightings(
    tx: &mut Tx,
    organisation: OrganisationId,
    integration: IntegrationId,
) -> Result<Vec<Sighting>, DbError> {
    tx.query(
        "SELECT kind, at, detail, ends_at FROM gateway_sighting
         WHERE integration = ?1 AND organisation = ?2 ORDER BY kind",
        values![integration, organisation],
        |row| {
            Ok(Sighting {
                kind: SightingKind::of_word(row.text(0)?).ok_or(damaged("kind of a sighting"))?,
                at: row.timestamp(1)?,
                detail: row.text(2)?.to_owned(),
                ends_at: row.optional_integer(3)?.map(Timestamp),
            })
        },
    )
}

/// The list of authorities, those that were removed too, the oldest first.
pub(crate) fn authorities(tx: &mut Tx) -> Result<Vec<Authority>, DbError> {
    tx.query(
        "SELECT id, name, certificate, added_at, removed_at FROM gateway_authority ORDER BY id",
        values![],
        |row| {
            let kind = match row.optional_bytes(2)? {
                None => AuthorityKind::Public,
                Some(der) => AuthorityKind::Registered(Box::new(
                    Certificate::read(der).ok_or(damaged("certificate of an authority"))?,
                )),
            };
            Ok(Authority {
                id: AuthorityId(row.integer(0)?),
                name: row.text(1)?.to_owned(),
                kind,
                added_at: row.timestamp(3)?,
                removed_at: row.optional_integer(4)?.map(Timestamp),
            })
        },
    )
}

pub(crate) fn insert_authority(tx: &mut Tx, one: &Authority) -> Result<(), DbError> {
    let certificate = match &one.kind {
        AuthorityKind::Public => None,
        AuthorityKind::Registered(certificate) => Some(certificate.der.as_slice()),
    };
    tx.execute(
        "INSERT INTO gateway_authority (id, name, certificate, added_at, removed_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![one.id.0, &one.name, certificate, one.added_at, one.removed_at],
    )?;
    count_change(tx)
}

/// One that was removed holds again, under its name of now.
pub(crate) fn restore_authority(tx: &mut Tx, one: &Authority) -> Result<(), DbError> {
    tx.execute(
        "UPDATE gateway_authority SET name = ?2, removed_at = NULL WHERE id = ?1",
        values![one.id.0, &one.name],
    )?;
    count_change(tx)
}

pub(crate) fn set_removed(tx: &mut Tx, id: AuthorityId, at: Option<Timestamp>) -> Result<(), DbError> {
    tx.execute("UPDATE gateway_authority SET removed_at = ?2 WHERE id = ?1", values![id.0, at])?;
    count_change(tx)
}
