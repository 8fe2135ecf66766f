//! Long lists a page at a time, by the key of the last thing seen (the «seek» method): a page costs the same
//! wherever it lies, and things that come and go meanwhile neither repeat nor hide others.
//!
//! The statement itself begins behind the key (`AND id > ?1 ORDER BY id LIMIT ?2`, with [`Seek::after`] or
//! [`Seek::before`] and [`Seek::rows`]) and [`Seek::page`] makes a [`Page`] of its rows. Where rows belong to
//! organisations, [`Tx::page`] does all of it.

use model::{OrganisationId, Timestamp};

use crate::error::DbError;
use crate::tx::Tx;
use crate::value::Row;
use crate::values;

/// Which page of a list: at most `limit` things that follow the key `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seek<K = i64> {
    /// The key of the last thing of the page before; `None` for the first page.
    pub after: Option<K>,
    /// The most things on the page.
    pub limit: usize,
}

/// The key of things that are listed by time, the newest first.
pub type Moment = (Timestamp, i64);

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K = i64> {
    /// The things, in the list's order.
    pub items: Vec<T>,
    /// The key of the last one, if more follow.
    pub next: Option<K>,
}

impl<K> Seek<K> {
    /// The first page.
    pub fn first(limit: usize) -> Seek<K> {
        Seek { after: None, limit }
    }

    /// The rows to read: one more than the page holds, which tells whether more follow.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The page of the rows that were read.
    pub fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> K) -> Page<T, K> {
        let has_more = items.len() > self.limit;
        items.truncate(self.limit);
        let next = has_more.then(|| items.last().map(key)).flatten();
        Page { items, next }
    }
}

impl Seek<i64> {
    /// The key behind which an ascending list begins.
    pub fn after(&self) -> i64 {
        self.after.unwrap_or(i64::MIN)
    }

    /// The key before which a descending list begins.
    pub fn before(&self) -> i64 {
        self.after.unwrap_or(i64::MAX)
    }
}

impl Seek<Moment> {
    /// The key before which a descending list begins.
    pub fn before(&self) -> Moment {
        self.after.unwrap_or((Timestamp(i64::MAX), i64::MAX))
    }
}

/// The two statements of a list in the order of identifiers; [`in_order!`](crate::in_order) writes them.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// The rows of the organisation `?1` behind `?2`, at most `?3`: by an index that begins with it.
    pub of_one: &'static str,
    /// Everybody's rows behind `?1`, at most `?2`.
    pub of_all: &'static str,
}

/// The [`List`] of a table by its alias; `$select!` puts the columns and joins before the rest of a statement.
#[macro_export]
macro_rules! in_order {
    ($select:ident, $table:literal) => {
        $crate::List {
            of_one: $select!(
                "WHERE ",
                $table,
                ".organisation = ?1 AND ",
                $table,
                ".id > ?2 ORDER BY ",
                $table,
                ".id LIMIT ?3"
            ),
            of_all: $select!("WHERE ", $table, ".id > ?1 ORDER BY ", $table, ".id LIMIT ?2"),
        }
    };
}

impl Tx {
    /// A page of the rows within the scope, of one organisation or of all. Within one domain it is empty: a list that
    /// reaches there has statements of its own.
    pub fn page<T>(
        &mut self,
        list: List,
        organisation: Option<OrganisationId>,
        seek: &Seek,
        read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
        id: impl Fn(&T) -> i64,
    ) -> Result<Page<T>, DbError> {
        if self.domain().is_some() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let whose = match (self.organisation(), organisation) {
            (Some(own), Some(other)) if own != other => return Ok(Page { items: Vec::new(), next: None }),
            (own, wanted) => own.or(wanted),
        };
        let rows = match whose {
            Some(whose) => self.query(list.of_one, values![whose, seek.after(), seek.rows()], read)?,
            None => self.query(list.of_all, values![seek.after(), seek.rows()], read)?,
        };
        Ok(seek.page(rows, id))
    }
}

impl<T, K> Page<T, K> {
    /// The page with something else made of each thing.
    pub fn map<V>(self, make: impl FnMut(T) -> V) -> Page<V, K> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next }
    }
}

#[test]
fn a_page_tells_whether_more_follow() {
    let seek = Seek { after: Some(3), limit: 2 };
    assert_eq!((seek.after(), seek.rows()), (3, 3));
    assert_eq!(seek.page(vec![4, 5, 6], |id| *id), Page { items: vec![4, 5], next: Some(5) });
    assert_eq!(seek.page(vec![4, 5], |id| *id), Page { items: vec![4, 5], next: None });
    assert_eq!(Seek::first(0).page(vec![4], |id| *id), Page { items: vec![], next: None });
}
