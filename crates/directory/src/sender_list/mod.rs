//! Sender lists of a mail service: whom it blocks and whom it approves, for all of its addresses.
//!
//! ```text
//! add ─ waits ─┐              ┌ discard: as before
//! remove ─ waits ┴─ «Valider» ─ applied: the next letter is judged by it
//! ```
//!
//! The lists lie above those of single mailboxes and never touch them. Of two entries that name a letter's senders
//! the more exact one counts (docs/decisions/0055).

mod compiled;
mod pattern;
mod rows;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use db::{Db, Notices, Page, Seek, Tx};
use model::{Address, Domain, OrganisationId, ServiceId, Timestamp};
use tokio::sync::Mutex;

use crate::administration::{check_whole_service, facts, found};
use crate::error::DirectoryError;
use crate::{Administration, Directory, limits};
use compiled::Compiled;

pub use pattern::{Glob, Pattern};

type Result<T> = std::result::Result<T, DirectoryError>;

/// The channel on which a change of the lists is told.
const CHANNEL: &str = "sender_lists";

/// What a list does with its senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenderKind {
    /// «Adresse bloquée»: their letters go to Spam.
    Blocked,
    /// «Adresse approuvée»: their letters pass the filter.
    Approved,
}

impl SenderKind {
    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            SenderKind::Blocked => "blocked",
            SenderKind::Approved => "approved",
        }
    }

    fn other(self) -> SenderKind {
        match self {
            SenderKind::Blocked => SenderKind::Approved,
            SenderKind::Approved => SenderKind::Blocked,
        }
    }
}

impl fmt::Display for SenderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SenderKind {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<SenderKind, String> {
        let known =
            [SenderKind::Blocked, SenderKind::Approved].into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| format!("«{text}» is neither blocked nor approved"))
    }
}

/// Whether an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It acts on mail.
    Applied,
    /// It will, once what waits is applied.
    Adding,
    /// It acts on mail, and will not once what waits is applied.
    Removing,
}

impl EntryState {
    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryState::Applied => "applied",
            EntryState::Adding => "adding",
            EntryState::Removing => "removing",
        }
    }

    fn of(text: &str) -> EntryState {
        let known =
            [EntryState::Adding, EntryState::Removing].into_iter().find(|state| state.as_str() == text);
        known.unwrap_or(EntryState::Applied)
    }
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderEntry {
    /// Which.
    pub id: i64,
    /// Whose.
    pub organisation: OrganisationId,
    /// Of which mail service.
    pub service: ServiceId,
    /// In which list.
    pub kind: SenderKind,
    /// What it says.
    pub pattern: String,
    /// Whether it holds.
    pub state: EntryState,
    /// Who wrote it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// By what a table of entries is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SenderSort {
    /// What the entry says.
    #[default]
    Pattern,
    /// When it was written.
    At,
    /// Whether it holds.
    State,
}

/// Which part of one list a table shows.
#[derive(Clone, Debug)]
pub struct SenderQuery {
    /// The list.
    pub kind: SenderKind,
    /// What the entries contain; empty: all.
    pub search: String,
    /// The order.
    pub sort: SenderSort,
    /// The other way round.
    pub is_descending: bool,
    /// Entries that stand before the part.
    pub skip: usize,
    /// The most entries.
    pub limit: usize,
}

/// A part of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundSenders {
    /// The entries.
    pub items: Vec<SenderEntry>,
    /// How many fit the search.
    pub found: u64,
    /// How many the list has.
    pub total: u64,
}

/// What the lists say of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What is done with it.
    pub kind: SenderKind,
    /// The entry.
    pub pattern: String,
    /// The sender that it names.
    pub sender: String,
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Listed { kind, pattern, sender } = self;
        write!(f, "the mail service's list of {kind} senders names {sender} by «{pattern}»")
    }
}

impl Administration {
    /// The entries of both lists, in the order in which they were written.
    pub async fn senders(&self, service: ServiceId) -> Result<Vec<SenderEntry>> {
        self.whole_service(service).await?;
        self.read_limited(move |tx| Ok(rows::entries(tx, service)?)).await
    }

    /// As [`Administration::senders`], a page at a time.
    pub async fn page_of_senders(&self, service: ServiceId, seek: Seek) -> Result<Page<SenderEntry>> {
        self.whole_service(service).await?;
        self.read_limited(move |tx| Ok(rows::page_of_entries(tx, service, &seek)?)).await
    }

    /// A part of one list, searched and sorted; past its end the last part.
    pub async fn find_senders(&self, service: ServiceId, query: SenderQuery) -> Result<FoundSenders> {
        self.whole_service(service).await?;
        self.read_limited(move |tx| {
            let (mut items, found, total) = rows::find(tx, service, &query)?;
            if items.is_empty() && found > 0 && query.limit > 0 {
                let last = (found as usize - 1) / query.limit * query.limit;
                items = rows::find(tx, service, &SenderQuery { skip: last, ..query.clone() })?.0;
            }
            Ok(FoundSenders { items, found, total })
        })
        .await
    }

    /// How many changes of a service's lists wait to be applied.
    pub async fn count_waiting_senders(&self, service: ServiceId) -> Result<u64> {
        self.whole_service(service).await?;
        self.read_limited(move |tx| Ok(rows::count_waiting(tx, service)?)).await
    }

    /// An entry.
    pub async fn sender(&self, id: i64) -> Result<SenderEntry> {
        self.read_limited(move |tx| entry_within(tx, id)).await
    }

    /// Writes an entry; it acts once what waits is applied. One that waits to go stays instead.
    pub async fn add_sender(
        &self,
        service: ServiceId,
        kind: SenderKind,
        pattern: &str,
    ) -> Result<SenderEntry> {
        let info = self.whole_service(service).await?;
        let organisation = info.organisation;
        let pattern = Pattern::parse(pattern)?.to_string();
        let (id, at, who) = (self.new_id(), self.now(), self.who().to_owned());
        let name = info.name;
        self.act_limited("add sender", pattern.clone(), move |tx| {
            let told = trail::Told::of_two(&pattern, &name);
            trail::tell(tx, told.after(trail::Facts::new().with("list", kind)));
            let taken = || DirectoryError::Conflict {
                field: "pattern",
                value: pattern.clone(),
                rule: "an entry stands once, in one of the two lists",
            };
            let known = rows::entries_called(tx, service, &pattern)?;
            if let Some(own) = known.iter().find(|entry| entry.kind == kind) {
                if own.state != EntryState::Removing {
                    return Err(taken());
                }
                rows::set_state(tx, own.id, EntryState::Applied)?;
                return Ok((Some(organisation), found("sender", rows::entry(tx, own.id)?)?));
            }
            if known.iter().any(|entry| entry.kind == kind.other() && entry.state != EntryState::Removing) {
                return Err(taken());
            }
            if rows::count(tx, service, kind)? >= limits::SENDERS_PER_LIST_LIMIT {
                return Err(DirectoryError::Invalid {
                    field: "pattern",
                    reason: format!("the list has {} entries", limits::SENDERS_PER_LIST_LIMIT),
                    rule: "a list has at most ten thousand entries",
                });
            }
            let entry = SenderEntry {
                id,
                organisation,
                service,
                kind,
                pattern: pattern.clone(),
                state: EntryState::Adding,
                who: who.clone(),
                at,
            };
            rows::insert(tx, &entry)?;
            Ok((Some(organisation), entry))
        })
        .await
    }

    /// Takes an entry away once what waits is applied; one that never acted goes at once.
    pub async fn remove_sender(&self, id: i64) -> Result<()> {
        self.act_limited("remove sender", String::new(), move |tx| {
            let entry = entry_within(tx, id)?;
            match entry.state {
                EntryState::Adding => rows::delete(tx, id)?,
                EntryState::Applied | EntryState::Removing => rows::set_state(tx, id, EntryState::Removing)?,
            }
            let service = facts::name_of_service(tx, entry.service)?;
            let told = trail::Told::of_two(&entry.pattern, service.unwrap_or_default());
            trail::tell(tx, told.before(trail::Facts::new().with("list", entry.kind)));
            Ok((Some(entry.organisation), ()))
        })
        .await
    }

    /// «Valider»: what waits holds from the next letter on; gives how many entries came and went.
    pub async fn apply_senders(&self, service: ServiceId) -> Result<(u64, u64)> {
        let info = self.whole_service(service).await?;
        let organisation = info.organisation;
        self.act_limited("apply senders", info.name.clone(), move |tx| {
            // By name before they are one with the others, and how many, as not all of ten thousand names are kept.
            let waiting = rows::entries(tx, service)?;
            let of = |state: EntryState| {
                let some = waiting.iter().filter(|entry| entry.state == state);
                facts::list(some.map(|entry| format!("{} ({})", entry.pattern, entry.kind)))
            };
            let (came, gone) = (of(EntryState::Adding), of(EntryState::Removing));
            let changed = rows::apply(tx, service, organisation)?;
            let told = trail::Told::of_thing(&info.name);
            let after = trail::Facts::new().with("senders", came).with("added", changed.0);
            let before = trail::Facts::new().with("senders", gone);
            trail::tell(tx, told.before(before).after(after.with("removed", changed.1)));
            tx.notify(CHANNEL, service.to_string());
            Ok((Some(organisation), changed))
        })
        .await
    }

    /// Forgets what waits; gives how many changes these were.
    pub async fn discard_senders(&self, service: ServiceId) -> Result<u64> {
        let info = self.whole_service(service).await?;
        let organisation = info.organisation;
        self.act_limited("discard senders", info.name.clone(), move |tx| {
            let discarded = rows::discard(tx, service)?;
            let before = trail::Facts::new().with("changes", discarded);
            trail::tell(tx, trail::Told::of_thing(&info.name).before(before));
            Ok((Some(organisation), discarded))
        })
        .await
    }
}

/// An entry of a mail service that lies wholly within the scope.
fn entry_within(tx: &mut Tx, id: i64) -> Result<SenderEntry> {
    let entry = found("sender", rows::entry(tx, id)?)?;
    match check_whole_service(tx, entry.service) {
        Ok(_) => Ok(entry),
        Err(DirectoryError::NotFound { .. }) => Err(DirectoryError::NotFound { what: "sender" }),
        Err(error) => Err(error),
    }
}

/// The lists as they were a moment ago, ready to be compared.
#[derive(Default)]
pub(crate) struct Lists {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What tells that something changed; none before the first letter.
    notices: Option<Notices>,
    is_fresh: bool,
    /// The services that have applied something, with the version.
    versions: HashMap<ServiceId, i64>,
    /// Which service receives for a domain, and when that was read.
    services: HashMap<String, (ServiceId, Timestamp)>,
    compiled: HashMap<ServiceId, (i64, Arc<Compiled>)>,
}

impl State {
    /// Takes in what was told since the last letter.
    fn hear(&mut self, db: &Db) {
        let notices = self.notices.get_or_insert_with(|| db.subscribe());
        let mut context = Context::from_waker(Waker::noop());
        loop {
            let next = std::pin::pin!(notices.recv()).poll(&mut context);
            match next {
                Poll::Pending => return,
                Poll::Ready(Ok(notice)) if notice.channel != CHANNEL => {}
                Poll::Ready(Err(tokio::sync::broadcast::error::RecvError::Closed)) => {
                    self.is_fresh = false;
                    return;
                }
                // Another list, or some notices were missed.
                Poll::Ready(_) => {
                    self.is_fresh = false;
                    self.services.clear();
                }
            }
        }
    }
}

impl Directory {
    /// What the mail service that receives for `domain` says of a letter by its senders: the envelope's, and the
    /// authors that readers see. Asks the database only after a change, and for domains that it has not met.
    pub async fn listed(
        &self,
        domain: &Domain,
        envelope: Option<&Address>,
        authors: &[Address],
    ) -> Result<Option<Listed>> {
        Ok(match self.sender_lists(domain).await? {
            Some(lists) => lists.opinion(envelope, authors),
            None => None,
        })
    }

    async fn sender_lists(&self, domain: &Domain) -> Result<Option<Arc<Compiled>>> {
        let mut state = self.senders.state.lock().await;
        state.hear(&self.db);
        let operator = self.db.operator("judge letters by the lists of the mail services that get them");
        if !state.is_fresh {
            state.versions = operator.read(rows::versions).await?.into_iter().collect();
            state.is_fresh = true;
        }
        if state.versions.is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let known = state.services.get(domain.as_str());
        let known = known.filter(|(_, at)| now.since(*at) < limits::SENDER_SERVICE_KNOWN_FOR);
        let service = match known.map(|(service, _)| *service) {
            Some(service) => service,
            None => {
                let name = domain.as_str().to_owned();
                let Some(service) = operator.read(move |tx| rows::service_of(tx, &name)).await? else {
                    return Ok(None);
                };
                if state.services.len() >= limits::SENDER_SERVICES_LIMIT {
                    state.services.clear();
                }
                state.services.insert(domain.as_str().to_owned(), (service, now));
                service
            }
        };
        let Some(version) = state.versions.get(&service).copied() else { return Ok(None) };
        if let Some((known, compiled)) = state.compiled.get(&service)
            && *known == version
        {
            return Ok(Some(compiled.clone()));
        }
        let entries = operator.read(move |tx| rows::in_force(tx, service)).await?;
        let compiled = Arc::new(Compiled::of(entries));
        state.compiled.insert(service, (version, compiled.clone()));
        Ok(Some(compiled))
    }
}
