//! What happened to each message, and who changed what.
//!
//! An [`Event`] is one step of one message (or of one recipient of it): accepted, judged, queued, tried,
//! delivered, deferred, bounced. It is written with [`record`] in the transaction that makes the step
//! true, so that the trail neither runs ahead of the queue nor falls behind it. A [`Change`] is one
//! administrative act, written with [`audit`] in the transaction of the act, and chained to the one before it.
//!
//! Events are read back by recipient, sender, message or time ([`Trail::search`]), or grouped into the
//! whole way of each letter ([`Trail::ways`]); [`Trail::prune`] forgets them after their retention.
//! Step and detail are stored as a kind and a JSON document, so that a later version may add a step
//! without a migration.

mod changes;
mod event;
mod letters;
pub mod limits;
mod nodes;
mod rows;
mod step;
mod way;

use std::net::IpAddr;
use std::time::Duration;

use db::{Db, DbError, Moment, Page, Scoped, Seek};
use model::{Address, MessageId, OrganisationId, Timestamp};

pub use changes::rows::audit;
pub use changes::{Actor, Break, ChainOf, Change, ChangeSearch, Entry, Facts, Fault, Head, Told, Walk, tell};
pub use event::Event;
pub use letters::{Direction, LetterSearch, Line, Status, Whose, Window, set_visible_days, visible_days};
pub use nodes::{ChoreRun, NodeInfo, NodeState};
pub use rows::{MIGRATIONS, record};
pub use step::Step;
pub use way::Way;

/// Which events to find; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Only this tenant's events; `None` is for the operator.
    pub organisation: Option<OrganisationId>,
    /// The recipient as received, or as it became by an alias; any case.
    pub to: Option<Address>,
    /// The envelope's sender; any case.
    pub from: Option<Address>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
    /// One message.
    pub message: Option<MessageId>,
    /// The most events (or letters, for [`Trail::ways`]), newest first; at most [`limits::SEARCH_LIMIT`].
    pub limit: Option<usize>,
}

/// Reads and forgets events and changes.
#[derive(Clone)]
pub struct Trail {
    db: Db,
}

impl Trail {
    /// The trail kept in this database.
    pub fn new(db: Db) -> Trail {
        Trail { db }
    }

    fn operator(&self, why: &'static str) -> Scoped {
        self.db.operator(why)
    }

    fn scoped(&self, organisation: Option<OrganisationId>) -> Scoped {
        match organisation {
            Some(organisation) => self.db.tenant(organisation),
            None => self.db.operator("search the log of every organisation"),
        }
    }

    /// The newest events that match, in the order they happened.
    pub async fn search(&self, search: Search) -> Result<Vec<Event>, DbError> {
        let limit = search.limit.unwrap_or(limits::SEARCH_DEFAULT).min(limits::SEARCH_LIMIT);
        let newest = Seek::<Moment>::first(limit).before();
        self.scoped(search.organisation).read(move |tx| rows::search(tx, &search, newest, limit)).await
    }

    /// The whole way of each letter of which some event matches, oldest letter first; the newest letters where
    /// they are more than the limit.
    pub async fn ways(&self, search: Search) -> Result<Vec<Way>, DbError> {
        let limit = search.limit.unwrap_or(limits::WAYS_LIMIT).min(limits::WAYS_LIMIT);
        let mut ways = self.page_of_ways(search, Seek::first(limit)).await?.items;
        ways.reverse();
        Ok(ways)
    }

    /// As [`Trail::ways`], a page at a time, newest letter first. A letter stands where its first event that matches
    /// does, so that what happens to it meanwhile moves it nowhere. A page may hold less than was asked for although
    /// more follow: where events of many are read and few letters begin.
    pub async fn page_of_ways(
        &self,
        search: Search,
        seek: Seek<Moment>,
    ) -> Result<Page<Way, Moment>, DbError> {
        self.scoped(search.organisation).read(move |tx| way::page(tx, &search, &seek)).await
    }

    /// Shows every event of these kinds (at most four) from `since` up to and without `until` to `each`:
    /// organisation by organisation, and in the order they happened. For what is counted from the trail
    /// afterwards, so that nothing more has to be written while letters travel.
    pub async fn for_each(
        &self,
        kinds: &'static [&'static str],
        since: Timestamp,
        until: Timestamp,
        mut each: impl FnMut(Event),
    ) -> Result<(), DbError> {
        let operator = self.db.operator("count what happened to the letters of every organisation");
        let mut organisation = operator.read(move |tx| rows::next_organisation(tx, -1)).await?;
        while let Some(current) = organisation {
            let mut after = (since, i64::MIN);
            loop {
                let page = operator.read(move |tx| rows::page(tx, current, after, until, kinds)).await?;
                let is_last = page.len() < limits::PAGE;
                if let Some(last) = page.last() {
                    after = (last.at, last.id);
                }
                page.into_iter().for_each(&mut each);
                if is_last {
                    break;
                }
            }
            organisation = operator.read(move |tx| rows::next_organisation(tx, current)).await?;
        }
        Ok(())
    }

    /// Forgets the events before `now` less `retention` ([`limits::RETENTION`] by default), in small
    /// transactions so that nobody waits long; returns how many. Changes are kept longer: [`Trail::prune_changes`].
    pub async fn prune(&self, now: Timestamp, retention: Duration) -> Result<u64, DbError> {
        let before = now.minus(retention);
        let operator = self.db.operator("forget events whose retention is over");
        let mut forgotten = 0;
        let mut organisation = operator.read(move |tx| rows::next_organisation(tx, -1)).await?;
        while let Some(current) = organisation {
            loop {
                let batch = operator.write(move |tx| rows::prune_batch(tx, current, before)).await?;
                forgotten += batch;
                if batch < limits::PRUNE_BATCH {
                    break;
                }
            }
            organisation = operator.read(move |tx| rows::next_organisation(tx, current)).await?;
        }
        Ok(forgotten)
    }
}

/// How an address stands in the columns that are searched.
fn search_key(address: &str) -> String {
    address.to_lowercase()
}

/// An IP address as a person reads it; IPv4 in IPv6 as IPv4.
fn readable(ip: &IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests;
