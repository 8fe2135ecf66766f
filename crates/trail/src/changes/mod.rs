//! Who changed what, on whose behalf, from where, and what it was before: written in the transaction of the act, and
//! chained, so that a row that was changed, removed or added afterwards shows.
//!
//! Every organisation has a chain of its own, and the installation one more: writers of one organisation wait for each
//! other from the moment of the entry until their commit, others never. [`Trail::verify`] walks the chains.

mod chain;
mod facts;
pub(crate) mod rows;

use std::time::Duration;

use db::{DbError, Moment, Page, Seek, Tx};
use model::{OrganisationId, Timestamp};

pub use chain::{Break, Fault, Head, Walk};
pub use facts::Facts;

use crate::{Trail, limits};

/// Who acts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// A login, a token, or a program and the account that runs it.
    pub who: String,
    /// The one for whom it is done, if that is another: whose token it is, who asked for a list.
    pub behalf: Option<String>,
    /// From where: an IP address, `command`, `program`.
    pub source: Option<String>,
}

impl Actor {
    /// A program of the installation, which nobody asked at this moment.
    pub fn program(who: impl Into<String>) -> Actor {
        Actor { who: who.into(), behalf: None, source: Some("program".to_owned()) }
    }

    /// The same, from there.
    pub fn coming_from(self, source: impl ToString) -> Actor {
        Actor { source: Some(source.to_string()), ..self }
    }

    /// The same, for somebody else.
    pub fn on_behalf_of(self, behalf: impl Into<String>) -> Actor {
        Actor { behalf: Some(behalf.into()), ..self }
    }
}

impl From<String> for Actor {
    fn from(who: String) -> Actor {
        Actor { who, ..Actor::default() }
    }
}

impl From<&str> for Actor {
    fn from(who: &str) -> Actor {
        Actor::from(who.to_owned())
    }
}

impl From<&String> for Actor {
    fn from(who: &String) -> Actor {
        Actor::from(who.clone())
    }
}

impl From<&Actor> for Actor {
    fn from(actor: &Actor) -> Actor {
        actor.clone()
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.who)
    }
}

/// One administrative act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// The row's own identifier (`world.new_id()`).
    pub id: i64,
    /// The organisation concerned; `None` for the installation itself.
    pub organisation: Option<OrganisationId>,
    /// Who did it.
    pub actor: Actor,
    /// A verb and a noun: `create address`.
    pub action: String,
    /// The thing it was done to, by the name that people know and nothing else; two things with an arrow between them.
    pub what: String,
    /// What it was, as far as it is different now; never a secret.
    pub before: Facts,
    /// What it is now.
    pub after: Facts,
}

impl Change {
    /// An act of which nothing is told but its name.
    pub fn new(
        at: Timestamp,
        id: i64,
        organisation: Option<OrganisationId>,
        actor: impl Into<Actor>,
        action: impl Into<String>,
        what: impl Into<String>,
    ) -> Change {
        Change {
            at,
            id,
            organisation,
            actor: actor.into(),
            action: action.into(),
            what: what.into(),
            before: Facts::default(),
            after: Facts::default(),
        }
    }

    /// With what it was and what it is: what is the same in both is left out.
    pub fn with(self, before: Facts, after: Facts) -> Change {
        let (before, after) = Facts::differences(before, after);
        Change { before, after, ..self }
    }
}

/// What the steps of an act know of the thing while they change it: by what name people know it, what it was, what it
/// is. Left with [`tell`], it goes into the entry that the same transaction writes next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    what: Option<String>,
    before: Facts,
    after: Facts,
}

impl Told {
    /// Of a thing of this name.
    pub fn of_thing(what: impl ToString) -> Told {
        Told { what: Some(what.to_string()), ..Told::default() }
    }

    /// Of what one thing has to do with another: a person with a mailbox, an address with where it leads.
    pub fn of_two(one: impl std::fmt::Display, other: impl std::fmt::Display) -> Told {
        Told::of_thing(format!("{one} → {other}"))
    }

    /// That was so before.
    pub fn before(self, before: Facts) -> Told {
        Told { before, ..self }
    }

    /// That is so now.
    pub fn after(self, after: Facts) -> Told {
        Told { after, ..self }
    }

    fn of(self, change: Change) -> Change {
        let what = self.what.unwrap_or(change.what);
        let change = Change { what, ..change };
        if self.before.is_empty() && self.after.is_empty() {
            change
        } else {
            change.with(self.before, self.after)
        }
    }
}

/// Leaves what is known of an act for its entry, which the same transaction writes next.
pub fn tell(tx: &mut Tx, told: Told) {
    tx.leave(told);
}

/// An act as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The act.
    pub change: Change,
    /// Its place in the chain; `None` for one from before there were chains, until the next act.
    pub number: Option<i64>,
    /// Its digest, which holds that of the entry before it.
    pub digest: Option<blake3::Hash>,
}

impl std::ops::Deref for Entry {
    type Target = Change;

    fn deref(&self) -> &Change {
        &self.change
    }
}

/// Which acts to find; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct ChangeSearch {
    /// Only this tenant's; `None` is for the operator.
    pub organisation: Option<OrganisationId>,
    /// Part of any text of the entry; any case.
    pub text: String,
    /// Part of who did it, or of on whose behalf; any case.
    pub who: String,
    /// Part of the action; any case.
    pub action: String,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
    /// The oldest first; the newest without.
    pub is_oldest_first: bool,
}

impl From<Option<OrganisationId>> for ChangeSearch {
    /// All of an organisation, or of everybody.
    fn from(organisation: Option<OrganisationId>) -> ChangeSearch {
        ChangeSearch { organisation, ..ChangeSearch::default() }
    }
}

/// Whose chain of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainOf {
    /// Every organisation's, and the installation's.
    Everybody,
    /// The installation's own.
    Installation,
    /// One organisation's.
    Organisation(OrganisationId),
}

impl Trail {
    /// The administrative acts that match.
    pub async fn changes(
        &self,
        search: impl Into<ChangeSearch>,
        seek: Seek<Moment>,
    ) -> Result<Page<Entry, Moment>, DbError> {
        let search: ChangeSearch = search.into();
        self.scoped(search.organisation).read(move |tx| rows::search(tx, &search, &seek)).await
    }

    /// One act, of this organisation or (for the operator) of any.
    pub async fn change(
        &self,
        organisation: Option<OrganisationId>,
        id: i64,
    ) -> Result<Option<Entry>, DbError> {
        self.scoped(organisation).read(move |tx| rows::entry(tx, id)).await
    }

    /// Walks the chains, each as far as its first fault. One that is named is walked whether or not anything of it is
    /// left; `noted` is an end of it that somebody kept elsewhere and which must still be part of it.
    pub async fn verify(&self, of: ChainOf, noted: Option<Head>) -> Result<Vec<Walk>, DbError> {
        let operator = self.operator("walk the chains of the log of changes");
        let chains = match of {
            ChainOf::Everybody => operator.read(rows::organisations).await?,
            ChainOf::Installation => vec![crate::rows::NOBODY],
            ChainOf::Organisation(id) => vec![id.0],
        };
        let mut walks = Vec::new();
        for id in chains {
            // What is older than the chains gets its places now, where no act has given them.
            operator.write(move |tx| rows::begin(tx, id)).await?;
            let mut walker = chain::Walker::new(id, noted);
            walks.push(loop {
                // The closure may run again: it begins with what was there before.
                let step = move |tx: &mut Tx| {
                    let mut next = walker;
                    next.step(tx).map(|walk| (next, walk))
                };
                let (next, walk) = operator.read(step).await?;
                match walk {
                    Some(walk) => break walk,
                    None => walker = next,
                }
            });
        }
        Ok(walks)
    }

    /// Forgets the acts before `now` less `retention` ([`limits::CHANGES_RETENTION`]), from the beginning of each
    /// chain, and notes where it begins from now on; returns how many.
    pub async fn prune_changes(&self, now: Timestamp, retention: Duration) -> Result<u64, DbError> {
        let before = now.minus(retention);
        let operator = self.operator("forget changes whose retention is over");
        let mut forgotten = 0;
        for id in operator.read(rows::organisations).await? {
            loop {
                let batch = operator.write(move |tx| rows::prune_batch(tx, id, before)).await?;
                forgotten += batch;
                if batch < limits::PRUNE_BATCH {
                    break;
                }
            }
        }
        Ok(forgotten)
    }
}

#[cfg(test)]
mod tests;
