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
//! messages(FolderId, &UidSet, Columns) -> Rows         rows.next_batch() until None
//! store(FolderId, &UidSet, FlagChange, unchanged_since: Option<u64>) -> Stored
//! copy(FolderId, &UidSet, FolderId) move_to(…) -> Copied
//! expunge(FolderId, Option<&UidSet>) -> Expunged       messages with \Deleted only
//! search(FolderId, &SearchKey) -> Vec<Match>
//! read(LetterId) -> Bytes, read_range, section(LetterId, &wire_mime::Section) -> Option<Bytes>,
//! binary(LetterId, &[u32]) -> Option<Result<Bytes, UnknownEncoding>>
//! usage() -> Usage   usage_in(tx)   set_quota(tx, Option<u64>)
//! watch() -> Watch                                     watch.changed().await
//! ```

mod error;
mod flags;
pub mod limits;
mod migrations;
mod search_key;
mod types;
mod uids;

pub use error::{LiveBlob, StoreError};
pub use flags::{FlagChange, Flags, NotAFlag};
pub use migrations::MIGRATIONS;
pub use search_key::{Day, EnvelopeField, Match, SearchKey};
pub use types::{
    Appended, Changes, Columns, Copied, Expunged, Folder, Import, MessageRow, NewMessage, Opened, Role,
    Stored, StoredRow, Target, Usage,
};
pub use uids::UidSet;
