//! The audit table and the ends of its chains.

use db::{DbError, Moment, Page, Row, Seek, Tx, holding, values};
use model::Timestamp;

use super::facts::cut;
use super::{Actor, Change, ChangeSearch, Entry, Facts, Told, chain};
use crate::limits;
use crate::rows::{NOBODY, somebody};

/// The columns of a row that its digest is over.
pub(crate) struct Stored {
    pub(crate) organisation: i64,
    pub(crate) at: i64,
    pub(crate) id: i64,
    pub(crate) who: String,
    pub(crate) behalf: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) action: String,
    pub(crate) what: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// A row of a chain.
pub(crate) struct Linked {
    pub(crate) stored: Stored,
    pub(crate) number: i64,
    pub(crate) digest: Option<Vec<u8>>,
    /// Whether a search sees what the row says.
    pub(crate) is_searchable: bool,
}

/// What is noted of a chain.
pub(crate) struct Noted {
    pub(crate) first: i64,
    pub(crate) start: [u8; 32],
    pub(crate) last: i64,
    pub(crate) digest: [u8; 32],
}

impl Stored {
    fn of(change: &Change, organisation: i64) -> Stored {
        let name = |text: &str| cut(text, limits::NAME_LIMIT_OCTETS).to_owned();
        Stored {
            organisation,
            at: change.at.0,
            id: change.id,
            who: name(&change.actor.who),
            behalf: change.actor.behalf.as_deref().map(name),
            source: change.actor.source.as_deref().map(name),
            action: name(&change.action),
            what: cut(&change.what, limits::TEXT_LIMIT_OCTETS).to_owned(),
            before: change.before.stored(),
            after: change.after.stored(),
        }
    }

    /// Every text in small letters: what is searched.
    fn words(&self) -> String {
        let texts = [Some(&self.who), self.behalf.as_ref(), self.source.as_ref(), Some(&self.action)];
        let more = [Some(&self.what), self.before.as_ref(), self.after.as_ref()];
        let texts: Vec<&str> = texts.into_iter().chain(more).flatten().map(String::as_str).collect();
        db::small(&texts.join(" "))
    }
}

fn bytes(found: &[u8]) -> [u8; 32] {
    // What is no digest is none that an entry has.
    found.try_into().unwrap_or([0xff; 32])
}

/// Writes one administrative act into the caller's transaction. Within a tenant's scope the act is the
/// tenant's, whatever it says. Others who write of the same organisation wait until the transaction ends.
pub fn audit(tx: &mut Tx, change: &Change) -> Result<(), DbError> {
    let organisation = tx.organisation().or(change.organisation).map_or(NOBODY, |id| id.0);
    let row = match tx.take_left::<Told>() {
        Some(told) => Stored::of(&told.of(change.clone()), organisation),
        None => Stored::of(change, organisation),
    };
    let (number, previous) = match take_place(tx, organisation)? {
        Some(place) => place,
        None => {
            begin(tx, organisation)?;
            let missing = DbError::Column { column: 0, expected: "the end of the chain of changes" };
            take_place(tx, organisation)?.ok_or(missing)?
        }
    };
    let digest = chain::digest(&previous, number, &row);
    tx.execute(
        "INSERT INTO audit (organisation, at, id, who, behalf, source, action, what, before, after, words, number,
             digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        values![
            organisation,
            row.at,
            row.id,
            &row.who,
            row.behalf.as_ref(),
            row.source.as_ref(),
            &row.action,
            &row.what,
            row.before.as_ref(),
            row.after.as_ref(),
            &row.words(),
            number,
            digest.as_bytes()
        ],
    )?;
    note_end(tx, organisation, &digest)
}

/// The next place and the digest before it; whoever asks at the same time waits. `None` where no chain has begun.
fn take_place(tx: &mut Tx, organisation: i64) -> Result<Option<(i64, [u8; 32])>, DbError> {
    tx.query_one(
        "UPDATE audit_chain SET last = last + 1 WHERE organisation = ?1 RETURNING last, digest",
        values![organisation],
        |row| Ok((row.integer(0)?, bytes(row.bytes(1)?))),
    )
}

fn note_end(tx: &mut Tx, organisation: i64, digest: &blake3::Hash) -> Result<(), DbError> {
    tx.execute(
        "UPDATE audit_chain SET digest = ?2 WHERE organisation = ?1",
        values![organisation, digest.as_bytes()],
    )?;
    Ok(())
}

/// Begins an organisation's chain where it has none: with what was written before there were chains.
pub(crate) fn begin(tx: &mut Tx, organisation: i64) -> Result<(), DbError> {
    let highest = tx
        .query_one("SELECT max(number) FROM audit WHERE organisation = ?1", values![organisation], |row| {
            row.optional_integer(0)
        })?
        .flatten();
    let is_new = tx.execute(
        "INSERT INTO audit_chain (organisation, first, start, last, digest) VALUES (?1, 1, ?2, ?3, ?2)
         ON CONFLICT (organisation) DO NOTHING",
        values![organisation, &chain::START, highest.unwrap_or(0)],
    )? == 1;
    // Entries with places and no end noted: somebody took it away, and a walk will say so.
    if !is_new || highest.is_some() {
        return Ok(());
    }
    loop {
        let older = tx.query(
            "SELECT organisation, at, id, who, behalf, source, action, what, before, after FROM audit
             WHERE organisation = ?1 AND number IS NULL ORDER BY at, id LIMIT ?2",
            values![organisation, limits::PAGE as i64],
            stored,
        )?;
        if older.is_empty() {
            return Ok(());
        }
        for row in older {
            let Some((number, previous)) = take_place(tx, organisation)? else { return Ok(()) };
            let digest = chain::digest(&previous, number, &row);
            tx.execute(
                "UPDATE audit SET number = ?4, digest = ?5, words = ?6 WHERE organisation = ?1 AND at = ?2 AND id = ?3",
                values![organisation, row.at, row.id, number, digest.as_bytes(), &row.words()],
            )?;
            note_end(tx, organisation, &digest)?;
        }
    }
}

fn stored(row: &Row) -> Result<Stored, DbError> {
    let text = |column| row.optional_text(column).map(|text| text.map(str::to_owned));
    Ok(Stored {
        organisation: row.integer(0)?,
        at: row.integer(1)?,
        id: row.integer(2)?,
        who: row.text(3)?.to_owned(),
        behalf: text(4)?,
        source: text(5)?,
        action: row.text(6)?.to_owned(),
        what: row.text(7)?.to_owned(),
        before: text(8)?,
        after: text(9)?,
    })
}

/// Every organisation that has a chain or an entry, and the installation.
pub(crate) fn organisations(tx: &mut Tx) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT organisation FROM audit_chain UNION SELECT organisation FROM audit ORDER BY 1",
        values![],
        |row| row.integer(0),
    )
}

/// What is noted of a chain.
pub(crate) fn chain(tx: &mut Tx, organisation: i64) -> Result<Option<Noted>, DbError> {
    tx.query_one(
        "SELECT first, start, last, digest FROM audit_chain WHERE organisation = ?1",
        values![organisation],
        |row| {
            Ok(Noted {
                first: row.integer(0)?,
                start: bytes(row.bytes(1)?),
                last: row.integer(2)?,
                digest: bytes(row.bytes(3)?),
            })
        },
    )
}

/// An entry without a place, or before the beginning.
pub(crate) fn out_of_place(
    tx: &mut Tx,
    organisation: i64,
    first: i64,
) -> Result<Option<(Option<i64>, i64)>, DbError> {
    let read = |row: &Row| Ok((row.optional_integer(0)?, row.integer(1)?));
    let unplaced = tx.query_one(
        "SELECT number, id FROM audit WHERE organisation = ?1 AND number IS NULL ORDER BY at, id LIMIT 1",
        values![organisation],
        read,
    )?;
    match unplaced {
        Some(found) => Ok(Some(found)),
        None => tx.query_one(
            "SELECT number, id FROM audit WHERE organisation = ?1 AND number < ?2 ORDER BY number LIMIT 1",
            values![organisation, first],
            read,
        ),
    }
}

/// The next entries of a chain.
pub(crate) fn from_number(tx: &mut Tx, organisation: i64, number: i64) -> Result<Vec<Linked>, DbError> {
    tx.query(
        "SELECT organisation, at, id, who, behalf, source, action, what, before, after, number, digest, words
         FROM audit WHERE organisation = ?1 AND number >= ?2 ORDER BY number LIMIT ?3",
        values![organisation, number, limits::PAGE as i64],
        |row| {
            let stored = stored(row)?;
            let is_searchable = stored.words() == row.text(12)?;
            let digest = row.optional_bytes(11)?.map(<[u8]>::to_vec);
            Ok(Linked { stored, number: row.integer(10)?, digest, is_searchable })
        },
    )
}

macro_rules! select_entries {
    ($condition:literal, $rest:literal) => {
        concat!(
            "SELECT organisation, at, id, who, behalf, source, action, what, before, after, number, digest FROM audit
             WHERE ",
            $condition,
            " AND at >= ?4 AND at < ?5 AND words LIKE ?6 ESCAPE '!'
              AND (small(who) LIKE ?7 ESCAPE '!' OR small(COALESCE(behalf, '')) LIKE ?7 ESCAPE '!')
              AND small(action) LIKE ?8 ESCAPE '!' ",
            $rest
        )
    };
}

fn entry_of(row: &Row) -> Result<Entry, DbError> {
    let found = stored(row)?;
    Ok(Entry {
        change: Change {
            at: Timestamp(found.at),
            id: found.id,
            organisation: somebody(found.organisation),
            actor: Actor { who: found.who, behalf: found.behalf, source: found.source },
            action: found.action,
            what: found.what,
            before: Facts::read(found.before.as_deref()),
            after: Facts::read(found.after.as_deref()),
        },
        number: row.optional_integer(10)?,
        digest: row.optional_bytes(11)?.map(|digest| blake3::Hash::from_bytes(bytes(digest))),
    })
}

/// A page of the entries that match.
pub(crate) fn search(
    tx: &mut Tx,
    search: &ChangeSearch,
    seek: &Seek<Moment>,
) -> Result<Page<Entry, Moment>, DbError> {
    let (at, id) = match (search.is_oldest_first, seek.after) {
        (true, None) => (Timestamp(i64::MIN), i64::MIN),
        (true, Some(after)) => after,
        (false, _) => seek.before(),
    };
    let whose = tx.organisation().map_or(NOBODY, |id| id.0);
    let (text, who, action) = (holding(&search.text), holding(&search.who), holding(&search.action));
    let since = search.since.map_or(i64::MIN, |at| at.0);
    let until = search.until.map_or(i64::MAX, |at| at.0);
    let values = values![whose, at, id, since, until, &text, &who, &action, seek.rows()];
    let statement = match (tx.organisation().is_some(), search.is_oldest_first) {
        (true, false) => {
            select_entries!("organisation = ?1 AND (at, id) < (?2, ?3)", "ORDER BY at DESC, id DESC LIMIT ?9")
        }
        (true, true) => {
            select_entries!("organisation = ?1 AND (at, id) > (?2, ?3)", "ORDER BY at, id LIMIT ?9")
        }
        (false, false) => {
            select_entries!(
                "organisation >= ?1 AND (at, id) < (?2, ?3)",
                "ORDER BY at DESC, id DESC LIMIT ?9"
            )
        }
        (false, true) => {
            select_entries!("organisation >= ?1 AND (at, id) > (?2, ?3)", "ORDER BY at, id LIMIT ?9")
        }
    };
    let rows = tx.query(statement, values, entry_of)?;
    Ok(seek.page(rows, |entry| (entry.change.at, entry.change.id)))
}

/// One entry within the scope.
pub(crate) fn entry(tx: &mut Tx, id: i64) -> Result<Option<Entry>, DbError> {
    let whose = tx.organisation().map(|id| id.0);
    tx.query_one(
        "SELECT organisation, at, id, who, behalf, source, action, what, before, after, number, digest FROM audit
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, whose],
        entry_of,
    )
}

/// Forgets up to [`limits::PRUNE_BATCH`] entries from the beginning of a chain: all before the first that is still
/// kept, and notes the new beginning.
pub(crate) fn prune_batch(tx: &mut Tx, organisation: i64, before: Timestamp) -> Result<u64, DbError> {
    begin(tx, organisation)?;
    // Whoever writes or forgets at the same time waits.
    let locked = tx.query_one(
        "UPDATE audit_chain SET first = first WHERE organisation = ?1 RETURNING first, last",
        values![organisation],
        |row| Ok((row.integer(0)?, row.integer(1)?)),
    )?;
    let Some((first, last)) = locked else { return Ok(0) };
    let kept = tx.query_one(
        "SELECT number FROM audit WHERE organisation = ?1 AND number >= ?2 AND at >= ?3 ORDER BY number LIMIT 1",
        values![organisation, first, before],
        |row| row.integer(0),
    )?;
    let next = kept.unwrap_or(last + 1).min(first + limits::PRUNE_BATCH as i64);
    let start = tx.query_one(
        "SELECT digest FROM audit WHERE organisation = ?1 AND number = ?2",
        values![organisation, next - 1],
        |row| Ok(row.optional_bytes(0)?.map(bytes)),
    )?;
    // Nothing is over yet, or the chain is broken here: then it stays as it is, for whoever looks into it.
    let Some(start) = start.flatten().filter(|_| next > first) else { return Ok(0) };
    tx.execute(
        "UPDATE audit_chain SET first = ?2, start = ?3 WHERE organisation = ?1",
        values![organisation, next, &start],
    )?;
    tx.execute(
        "DELETE FROM audit WHERE organisation = ?1 AND number >= ?2 AND number < ?3",
        values![organisation, first, next],
    )
}
