//! Rows of what recipients have said of themselves.

use db::{DbError, Tx, values};
use languages::Language;
use model::UserId;

use crate::people::{Choices, Consent};

/// What a recipient has chosen; nothing where nobody said anything.
pub(crate) fn choices(tx: &mut Tx, canonical: &str) -> Result<Choices, DbError> {
    let found = tx.query_one(
        "SELECT consented_at, consent_version, consent_language, person, blocks_registered, accepts_registered,
                language FROM secure_person WHERE canonical = ?1",
        values![canonical],
        |row| {
            let consent = match (row.optional_timestamp(0)?, row.optional_integer(1)?) {
                (Some(at), Some(version)) => Some(Consent {
                    at,
                    version,
                    language: row.optional_text(2)?.and_then(Language::of_tag).unwrap_or_default(),
                    person: row.optional_integer(3)?.map(UserId),
                }),
                _ => None,
            };
            Ok(Choices {
                consent,
                blocks_registered: row.boolean(4)?,
                accepts_registered: row.boolean(5)?,
                language: row.optional_text(6)?.and_then(Language::of_tag),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// What this person chose; nothing where somebody else said it.
pub(crate) fn choices_of(tx: &mut Tx, canonical: &str, person: UserId) -> Result<Choices, DbError> {
    let is_theirs = tx.query_one(
        "SELECT 1 FROM secure_person WHERE canonical = ?1 AND person = ?2",
        values![canonical, person],
        |row| row.integer(0),
    )?;
    if is_theirs.is_some() { choices(tx, canonical) } else { Ok(Choices::default()) }
}

/// Keeps what a recipient chose; what they agreed to stays. Whoever else had the address before has nothing to say any
/// more.
pub(crate) fn put_choices(
    tx: &mut Tx,
    canonical: &str,
    person: UserId,
    choices: &Choices,
) -> Result<(), DbError> {
    forget_others(tx, canonical, Some(person))?;
    tx.execute(
        "INSERT INTO secure_person (canonical, person, blocks_registered, accepts_registered, language)
         VALUES (?1, ?5, ?2, ?3, ?4)
         ON CONFLICT (canonical) DO UPDATE SET person = excluded.person, blocks_registered = excluded.blocks_registered,
             accepts_registered = excluded.accepts_registered, language = excluded.language",
        values![
            canonical,
            choices.blocks_registered,
            choices.accepts_registered,
            choices.language.map(Language::tag),
            person
        ],
    )?;
    Ok(())
}

/// Somebody agrees. Whoever else had the address before has nothing to say any more; what the same person chose stays.
pub(crate) fn put_consent(tx: &mut Tx, canonical: &str, consent: &Consent) -> Result<(), DbError> {
    forget_others(tx, canonical, consent.person)?;
    tx.execute(
        "INSERT INTO secure_person (canonical, person, consented_at, consent_version, consent_language,
             blocks_registered, accepts_registered)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)
         ON CONFLICT (canonical) DO UPDATE SET person = excluded.person, consented_at = excluded.consented_at,
             consent_version = excluded.consent_version, consent_language = excluded.consent_language",
        values![canonical, consent.person, consent.at, consent.version, consent.language.tag()],
    )?;
    Ok(())
}

fn forget_others(tx: &mut Tx, canonical: &str, person: Option<UserId>) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM secure_person WHERE canonical = ?1 AND person IS NOT NULL AND person <> COALESCE(?2, 0)",
        values![canonical, person],
    )?;
    Ok(())
}

/// Forgets what a recipient said.
pub(crate) fn forget(tx: &mut Tx, canonical: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM secure_person WHERE canonical = ?1", values![canonical])?;
    Ok(())
}
