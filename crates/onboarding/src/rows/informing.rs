//! Recipients who are informed: what is read and written of them.

use db::{DbError, Row, Seek, Tx, values};
use gateways::Integration;
use model::{Address, IntegrationId, OrganisationId, Timestamp};

use super::damaged;
use crate::informing::{Informed, InformedCount, LetterState};
use crate::page::Language;

/// Keeps everybody else from counting what the organisation does until the transaction ends.
pub(crate) fn hold_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<(), DbError> {
    tx.execute("UPDATE organisation SET disabled = disabled WHERE id = ?1", values![organisation])?;
    Ok(())
}

/// Adds a recipient whose letter is due at once; false for one whom the organisation informs already. One to whom the
/// letter was refused is added once more.
pub(crate) fn add(
    tx: &mut Tx,
    one: &Integration,
    (id, address): (i64, &Address),
    language: Language,
    (at, who): (Timestamp, &str),
) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO onboarding_informed (id, organisation, integration, address, canonical, language, asked_at,
             asked_by, due_at, posted_at, refusal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, NULL, NULL)
         ON CONFLICT (organisation, canonical) DO UPDATE SET integration = excluded.integration,
             address = excluded.address, language = excluded.language, asked_at = excluded.asked_at,
             asked_by = excluded.asked_by, due_at = excluded.due_at, refusal = NULL
             WHERE onboarding_informed.refusal IS NOT NULL",
        values![
            id,
            one.organisation,
            one.id,
            &address.to_string(),
            &address.canonical(),
            language.tag(),
            at,
            who,
        ],
    )?;
    Ok(added == 1)
}

/// How many recipients the organisation has named since then.
pub(crate) fn asked_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<i64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM onboarding_informed WHERE organisation = ?1 AND asked_at > ?2",
        values![organisation, since],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

fn address(row: &Row<'_>, column: usize) -> Result<Address, DbError> {
    Address::parse(row.text(column)?).map_err(|_| damaged("address of a recipient"))
}

fn language(row: &Row<'_>, column: usize) -> Result<Language, DbError> {
    Language::of_tag(row.text(column)?).ok_or(damaged("language of a recipient"))
}

/// The recipients of an integration, the newest first.
pub(crate) fn informed(tx: &mut Tx, one: &Integration, seek: &Seek) -> Result<Vec<Informed>, DbError> {
    tx.query(
        "SELECT id, address, language, asked_at, asked_by, posted_at, refusal FROM onboarding_informed
         WHERE integration = ?1 AND organisation = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
        values![one.id, one.organisation, seek.before(), seek.rows()],
        |row| {
            let state = match (row.optional_timestamp(5)?, row.optional_text(6)?) {
                (Some(at), _) => LetterState::Posted(at),
                (None, Some(refusal)) => LetterState::Refused(refusal.to_owned()),
                (None, None) => LetterState::Waiting,
            };
            Ok(Informed {
                id: row.integer(0)?,
                address: address(row, 1)?,
                language: language(row, 2)?,
                asked_at: row.timestamp(3)?,
                asked_by: row.text(4)?.to_owned(),
                state,
            })
        },
    )
}

/// How many they are.
pub(crate) fn count(tx: &mut Tx, one: &Integration) -> Result<InformedCount, DbError> {
    let found = tx.query_one(
        "SELECT COUNT(posted_at), COUNT(due_at), COUNT(refusal) FROM onboarding_informed
         WHERE integration = ?1 AND organisation = ?2",
        values![one.id, one.organisation],
        |row| {
            let count = |column| Ok::<_, DbError>(usize::try_from(row.integer(column)?).unwrap_or_default());
            Ok(InformedCount { posted: count(0)?, waiting: count(1)?, refused: count(2)? })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Whether a letter is due that [`take`] takes: looking costs no commit.
pub(crate) fn is_any_due(tx: &mut Tx, now: Timestamp) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM onboarding_informed i
         JOIN onboarding_page p ON p.integration = i.integration
         JOIN organisation o ON o.id = i.organisation
         WHERE i.due_at <= ?1 AND p.is_published = 1 AND o.disabled = 0 AND o.deleted_at IS NULL LIMIT 1",
        values![now],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// A letter that was taken.
pub(crate) struct Taken {
    pub(crate) id: i64,
    pub(crate) organisation: OrganisationId,
    pub(crate) integration: IntegrationId,
    pub(crate) address: Address,
    pub(crate) language: Language,
    pub(crate) asked_at: Timestamp,
}

/// Letters that are due `now`, which are due again at `until` unless they end before.
pub(crate) fn take(
    tx: &mut Tx,
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Taken>, DbError> {
    let mut taken = tx.query(
        "UPDATE onboarding_informed SET due_at = ?2
         WHERE due_at <= ?1 AND id IN (
             SELECT i.id FROM onboarding_informed i
             JOIN onboarding_page p ON p.integration = i.integration
             JOIN organisation o ON o.id = i.organisation
             WHERE i.due_at <= ?1 AND p.is_published = 1 AND o.disabled = 0 AND o.deleted_at IS NULL
             ORDER BY i.due_at, i.id LIMIT ?3)
         RETURNING id, organisation, integration, address, language, asked_at",
        values![now, until, limit],
        |row| {
            Ok(Taken {
                id: row.integer(0)?,
                organisation: OrganisationId(row.integer(1)?),
                integration: IntegrationId(row.integer(2)?),
                address: address(row, 3)?,
                language: language(row, 4)?,
                asked_at: row.timestamp(5)?,
            })
        },
    )?;
    taken.sort_by_key(|letter| letter.id);
    Ok(taken)
}

/// By which the page of an integration is found, if it is published.
pub(crate) fn public_name(
    tx: &mut Tx,
    integration: IntegrationId,
    organisation: OrganisationId,
) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT public_name FROM onboarding_page
         WHERE integration = ?1 AND organisation = ?2 AND is_published = 1",
        values![integration, organisation],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Notes that a letter was posted, or why it never is.
pub(crate) fn end(
    tx: &mut Tx,
    (id, organisation): (i64, OrganisationId),
    at: Timestamp,
    refusal: Option<&str>,
) -> Result<(), DbError> {
    let posted_at = refusal.is_none().then_some(at.0);
    tx.execute(
        "UPDATE onboarding_informed SET due_at = NULL, posted_at = ?3, refusal = ?4
         WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, posted_at, refusal],
    )?;
    Ok(())
}

/// Forgets the recipients of deleted organisations, and those of deleted integrations whose letter was not posted.
pub(crate) fn forget(tx: &mut Tx) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM onboarding_informed
         WHERE organisation IN (SELECT id FROM organisation WHERE deleted_at IS NOT NULL)
             OR (integration IS NULL AND posted_at IS NULL)",
        values![],
    )
}
