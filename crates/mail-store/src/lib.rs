//! What accounts own: folders, messages, flags, and the feed of changes.
//!
//! A stored message is a *letter* (immutable content: a prefix of ours, and the blob as received) and a row
//! in a folder (UID, flags, dates). Copies share the letter; the last row takes it along.
//!
//! Invariants, kept by every function that writes, in the caller's transaction:
//! - Each step takes the next MODSEQ of the account once, and every row it touches carries it; the same rows
//!   stand in `store_change`. The account's row is locked by that first update, so steps of one account
//!   never interleave.
//! - Counters of folders and account equal the sums over rows, after every commit.
//! - UIDs of a folder only rise; UIDVALIDITY of an account's folders only rises, so a name that comes
//!   back never meets an old cache with the same numbers.
//! - Whoever watches the account is told after the commit, on every node.
//!
//! The face, on [`Account`] (all `async` unless they take a transaction):
//! ```text
//! append(tx, Target, &NewMessage) -> Appended          deliver: in the caller's transaction
//! append_messages(Target, Vec<Import>) -> Vec<Appended>  APPEND, MULTIAPPEND, import: all or none
//! folders() folder(FolderId) folder_named(&str) folder_of(Role) -> Folder
//! create_folder(&str, Option<Role>) rename_folder(&str, &str) delete_folder(&str)
//! subscribe(&str, bool) subscriptions() -> Vec<String>
//! open(FolderId, OpenOptions) -> Opened                SELECT: state and all UIDs in one snapshot
//! changes_since(FolderId, modseq) -> Changes           NOOP, IDLE, QRESYNC
//! messages(FolderId, &UidSet, Columns) -> Rows         rows.next_batch() until None, or rows.all()
//! store(FolderId, &UidSet, FlagChange, unchanged_since: Option<u64>) -> Stored
//! copy(FolderId, &UidSet, FolderId) move_to(…) -> Copied
//! expunge(FolderId, Option<&UidSet>) -> Expunged       messages with \Deleted only
//! search(FolderId, &SearchKey) -> Vec<Match>
//! read_letter(LetterId) read_range(LetterId, Range) -> Bytes, parsed(LetterId) -> Arc<Parsed>
//! section(LetterId, &wire_mime::Section) -> Option<Bytes>
//! binary(LetterId, &[u32]) -> Option<Result<Bytes, UnknownEncoding>>
//! usage() usage_in(tx) -> Usage                        the quota itself is the directory's
//! watch() -> Watch                                     watch.changed().await
//! ```

mod account;
mod error;
mod flags;
mod folders;
mod letters;
pub mod limits;
mod messages;
mod names;
mod rows;
mod search;
mod search_key;
mod types;
mod uids;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;

use blobs::Blobs;
use db::Db;
use model::{AccountId, AccountRef, LetterId, OrganisationId, Timestamp};
use world::World;

pub use account::Account;
pub use error::{LiveBlob, StoreError, WrongCounter};
pub use flags::{FlagChange, Flags, NotAFlag};
pub use letters::Parsed;
pub use messages::Rows;
pub use names::SEPARATOR;
pub use rows::MIGRATIONS;
pub use search_key::{Day, EnvelopeField, Match, SearchKey};
pub use types::{
    Appended, Changes, Columns, Copied, Expunged, Folder, Import, ImportContent, MessageRow, NewMessage,
    OpenOptions, Opened, Role, Stored, StoredRow, Target, Usage,
};
pub use uids::UidSet;
pub use watch::Watch;

/// The channel on which commits that changed an account are told; the payload is the account's id.
pub(crate) const CHANNEL: &str = "account";

/// Where accounts keep their letters. Cheap to clone.
#[derive(Clone)]
pub struct MailStore {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    db: Db,
    blobs: Blobs,
    world: World,
    parsed: letters::ParsedCache,
    watchers: watch::Watchers,
    history: rows::History,
}

/// How many octets each of an organisation's accounts holds, in their order; zero for one that is empty or gone.
pub async fn used_bytes(
    db: &Db,
    organisation: OrganisationId,
    accounts: Vec<AccountId>,
) -> Result<Vec<u64>, db::DbError> {
    db.tenant(organisation)
        .read(move |tx| accounts.iter().map(|account| rows::used_bytes(tx, *account, organisation)).collect())
        .await
}

/// How many octets an organisation's accounts hold, of those that hold something.
pub async fn used_by_account(
    db: &Db,
    organisation: OrganisationId,
) -> Result<HashMap<AccountId, u64>, db::DbError> {
    db.tenant(organisation).read(move |tx| rows::used_by_account(tx, organisation)).await
}

/// How many letters one of an organisation's accounts holds; none if it is empty or gone.
pub async fn used_messages(
    db: &Db,
    organisation: OrganisationId,
    account: AccountId,
) -> Result<u64, db::DbError> {
    db.tenant(organisation).read(move |tx| rows::used_messages(tx, account, organisation)).await
}

impl MailStore {
    /// The store over a database that has run [`MIGRATIONS`].
    pub fn new(db: Db, blobs: Blobs, world: World) -> MailStore {
        let history = rows::History { kept: limits::CHANGES_KEPT, slack: limits::CHANGES_SLACK };
        MailStore::with_history(db, blobs, world, history)
    }

    fn with_history(db: Db, blobs: Blobs, world: World, history: rows::History) -> MailStore {
        let (parsed, watchers) = (letters::parsed_cache(), watch::Watchers::default());
        MailStore { inner: Arc::new(Inner { db, blobs, world, parsed, watchers, history }) }
    }

    /// A handle on an account; reaches nothing yet.
    pub fn account(&self, account: AccountRef) -> Account {
        Account { store: self.clone(), account }
    }

    /// The next blobs that letters need, after the given place, for compaction and `fsck`; empty at the end.
    pub async fn live_blobs(
        &self,
        after: Option<(AccountId, LetterId)>,
        limit: usize,
    ) -> Result<Vec<LiveBlob>, StoreError> {
        let after = after.unwrap_or((AccountId(0), LetterId(0)));
        let rows = self.inner.db.operator("list the blobs in use");
        rows.read(move |tx| rows::live_blobs(tx, after, limit)).await
    }

    /// Where counters and rows disagree: nowhere, unless there is a fault. Reads everything.
    pub async fn wrong_counters(&self) -> Result<Vec<WrongCounter>, StoreError> {
        let rows = self.inner.db.operator("compare counters with rows");
        rows.read(|tx| Ok(rows::wrong_counters(tx)?)).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.world.clock.now()
    }
}

#[cfg(test)]
mod tests;
