//! Rows of what recipients have chosen.

use db::{DbError, Tx, values};
use model::Timestamp;

use crate::people::Choices;
use crate::words::Language;

/// What a recipient has chosen; nothing where nobody said anything.
pub(crate) fn choices(tx: &mut Tx, canonical: &str) -> Result<Choices, DbError> {
    let found = tx.query_one(
        "SELECT consented_at, blocks_registered, accepts_registered, language FROM secure_person
         WHERE canonical = ?1",
        values![canonical],
        |row| {
            Ok(Choices {
                consented_at: row.optional_timestamp(0)?,
                blocks_registered: row.boolean(1)?,
                accepts_registered: row.boolean(2)?,
                language: row.optional_text(3)?.and_then(Language::of_tag),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Keeps what a recipient chose; when they agreed stays what it was first.
pub(crate) fn put_choices(tx: &mut Tx, canonical: &str, choices: &Choices) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_person (canonical, consented_at, blocks_registered, accepts_registered, language)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (canonical) DO UPDATE SET consented_at = COALESCE(secure_person.consented_at, ?2),
             blocks_registered = ?3, accepts_registered = ?4, language = ?5",
        values![
            canonical,
            choices.consented_at,
            choices.blocks_registered,
            choices.accepts_registered,
            choices.language.map(Language::tag)
        ],
    )?;
    Ok(())
}

/// The first agreement of a recipient; a later one changes nothing.
pub(crate) fn consent(tx: &mut Tx, canonical: &str, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_person (canonical, consented_at, blocks_registered, accepts_registered)
         VALUES (?1, ?2, 0, 0)
         ON CONFLICT (canonical) DO UPDATE SET consented_at = COALESCE(secure_person.consented_at, ?2)",
        values![canonical, at],
    )?;
    Ok(())
}
