//! The chain of digests, and how it is walked.

use db::{DbError, Tx};
use model::OrganisationId;

use super::rows::{self, Stored};
use crate::limits;
use crate::rows::somebody;

/// The digest before the first entry.
pub(crate) const START: [u8; 32] = [0; 32];

/// The end of a chain, or any entry of it: whoever notes it elsewhere can prove later that nothing before it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The entry's place.
    pub number: i64,
    /// Its digest.
    pub digest: blake3::Hash,
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, self.digest)
    }
}

impl std::str::FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Head, &'static str> {
        const FORM: &str = "an end is a number, a colon and 64 hexadecimal digits";
        let (number, digest) = text.split_once(':').ok_or(FORM)?;
        let digest = blake3::Hash::from_hex(digest).map_err(|_| FORM)?;
        Ok(Head { number: number.parse().map_err(|_| FORM)?, digest })
    }
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It, or the digest before it, is not what was written.
    Changed,
    /// It is gone.
    Missing,
    /// Nobody wrote it as an act.
    Added,
    /// It is not the one that was noted elsewhere.
    Unknown,
    /// It was noted elsewhere and lies before the beginning of the chain, so that nothing tells whether the chain is
    /// still the same: what retention forgets has to be noted anew before.
    Forgotten,
}

impl Fault {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Changed => "changed",
            Fault::Missing => "missing",
            Fault::Added => "added",
            Fault::Unknown => "not the one that was noted",
            Fault::Forgotten => "older than the chain is kept: note a newer end",
        }
    }
}

/// The first entry that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// Its place; `None` where it has none.
    pub number: Option<i64>,
    /// Its identifier, where there is a row.
    pub id: Option<i64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What a walk along a chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whose; `None` for the installation's.
    pub organisation: Option<OrganisationId>,
    /// Where it begins: 1, or what follows the last entry that retention deleted.
    pub first: i64,
    /// Entries that are as they were written, from the first on.
    pub checked: i64,
    /// The end as it is noted; `None` for an empty chain.
    pub head: Option<Head>,
    /// The first that is not.
    pub broken: Option<Break>,
}

/// The digest of an entry: over the one before it and every column, each with its length, so that no two rows are
/// written the same way.
pub(crate) fn digest(previous: &[u8; 32], number: i64, row: &Stored) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_derive_key("relais 2026-11 trail chain of changes");
    hasher.update(previous);
    for integer in [row.organisation, number, row.at, row.id] {
        hasher.update(&integer.to_le_bytes());
    }
    let texts =
        [Some(&row.who), row.behalf.as_ref(), row.source.as_ref(), Some(&row.action), Some(&row.what)];
    for text in texts.into_iter().chain([row.before.as_ref(), row.after.as_ref()]) {
        match text {
            None => hasher.update(&[0]),
            Some(text) => {
                hasher.update(&[1]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes())
            }
        };
    }
    hasher.finalize()
}

/// How far a walk along one chain has come. A chain is read some entries at a time, each time in a snapshot of its own:
/// however long it is, a walk holds neither much memory nor one of the database's few readers for its whole length.
#[derive(Clone, Copy)]
pub(crate) struct Walker {
    organisation: i64,
    /// An end that was noted elsewhere and has to be part of the chain.
    noted: Option<Head>,
    /// `None` before the first entry.
    place: Option<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    /// Where the chain began when the walk did.
    first: i64,
    /// The entry that comes next.
    number: i64,
    /// The digest of the one before it.
    previous: [u8; 32],
}

impl Walker {
    pub(crate) fn new(organisation: i64, noted: Option<Head>) -> Walker {
        Walker { organisation, noted, place: None }
    }

    /// Walks on by one page; the result once the end, or a fault, is reached. What is written meanwhile is walked as
    /// well; where retention takes away what was about to be walked, the walk begins anew.
    pub(crate) fn step(&mut self, tx: &mut Tx) -> Result<Option<Walk>, DbError> {
        let (organisation, noted) = (self.organisation, self.noted);
        let chain = rows::chain(tx, organisation)?;
        let (first, last) = chain.as_ref().map_or((1, 0), |chain| (chain.first, chain.last));
        let start = chain.as_ref().map_or(START, |chain| chain.start);
        let end = chain.as_ref().map_or(START, |chain| chain.digest);
        let head = (last >= first).then(|| Head { number: last, digest: blake3::Hash::from_bytes(end) });
        let found = |place: Place, broken| {
            let checked = place.number - place.first;
            let organisation = somebody(organisation);
            Ok(Some(Walk { organisation, first: place.first, checked, head, broken }))
        };
        let begun = self.place.filter(|place| place.number >= first);
        let mut place = begun.unwrap_or(Place { first, number: first, previous: start });
        if begun.is_none() {
            // What was added before the beginning, or without a place.
            if let Some((number, id)) = rows::out_of_place(tx, organisation, first)? {
                return found(place, Some(Break { number, id: Some(id), fault: Fault::Added }));
            }
            if let Some(fault) = noted.and_then(|noted| outside(noted, first, last, &start)) {
                let number = noted.map(|noted| noted.number);
                return found(place, Some(Break { number, id: None, fault }));
            }
        }
        let page = rows::from_number(tx, organisation, place.number)?;
        let is_last = page.len() < limits::PAGE;
        for row in page {
            let number = place.number;
            let right = digest(&place.previous, number, &row.stored);
            let is_noted = noted.is_none_or(|noted| noted.number != number || noted.digest == right);
            let is_end = number != last || right == end;
            let is_right =
                row.digest.as_deref() == Some(&right.as_bytes()[..]) && row.is_searchable && is_end;
            let fault = match () {
                () if row.number != number => Some(Fault::Missing),
                () if number > last => Some(Fault::Added),
                () if !is_right => Some(Fault::Changed),
                () if !is_noted => Some(Fault::Unknown),
                () => None,
            };
            if let Some(fault) = fault {
                let id = (fault != Fault::Missing).then_some(row.stored.id);
                return found(place, Some(Break { number: Some(number), id, fault }));
            }
            place = Place { number: number + 1, previous: *right.as_bytes(), ..place };
        }
        if !is_last {
            self.place = Some(place);
            return Ok(None);
        }
        let missing = Break { number: Some(place.number), id: None, fault: Fault::Missing };
        found(place, (place.number <= last).then_some(missing))
    }
}

/// What is wrong with a noted end that none of the entries from `first` to `last` is.
fn outside(noted: Head, first: i64, last: i64, start: &[u8; 32]) -> Option<Fault> {
    match noted.number {
        number if number > last && number >= first => Some(Fault::Missing),
        number if number >= first => None,
        // The last entry that is forgotten: what follows it begins with its digest.
        number if number == first - 1 => (noted.digest != *start).then_some(Fault::Unknown),
        _ => Some(Fault::Forgotten),
    }
}
