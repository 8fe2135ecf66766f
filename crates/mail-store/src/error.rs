//! What can go wrong in an account: the caller's trouble (no such folder, over quota) and ours.

use blobs::BlobError;
use db::DbError;
use model::{AccountId, BlobRef, FolderId, LetterId, NotABlobRef};
use thiserror::Error;

/// Why an operation on an account did not happen. Nothing of it has happened then.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The account does not exist, or belongs to another organisation.
    #[error("no such account")]
    NoSuchAccount,
    /// The message would exceed the account's quota.
    #[error("over quota")]
    OverQuota,
    /// No folder has this name or id.
    #[error("no such folder")]
    NoSuchFolder,
    /// No message of the folder has this UID, or it has gone meanwhile.
    #[error("no such message")]
    NoSuchMessage,
    /// A folder of that name exists.
    #[error("folder «{0}» exists")]
    FolderExists(String),
    /// The name breaks a rule, or the folder may not be treated so; the text says which rule.
    #[error("folder «{name}»: {rule}")]
    Refused {
        /// The folder's name as given.
        name: String,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// A limit of this crate is reached; the text names it.
    #[error("limit reached: {0}")]
    Limit(&'static str),
    /// The database does not answer, or refused.
    #[error("the mail store's database failed")]
    Db(#[from] DbError),
    /// The object store or disk does not give a body, or does not take one.
    #[error("cannot reach the body of letter {letter}")]
    Body {
        /// The letter.
        letter: LetterId,
        /// Why.
        source: BlobError,
    },
    /// A new body cannot be kept.
    #[error("cannot keep a new body")]
    NewBody(#[source] BlobError),
    /// A stored row does not make sense: our fault, or the disk's.
    #[error("damaged row: {0}")]
    Damaged(&'static str),
}

impl StoreError {
    /// Whether trying again later may help: the answer is a 4xx or `NO [UNAVAILABLE]` then.
    pub fn is_temporary(&self) -> bool {
        match self {
            StoreError::OverQuota => true,
            StoreError::Db(source) => source.is_temporary(),
            StoreError::Body { source, .. } | StoreError::NewBody(source) => source.is_temporary(),
            _ => false,
        }
    }

    pub(crate) fn damaged_blob(_: NotABlobRef) -> StoreError {
        StoreError::Damaged("blob reference")
    }
}

/// A blob that a live letter needs: what compaction and `fsck` go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveBlob {
    /// The account and letter, which the next call goes on after.
    pub after: (AccountId, LetterId),
    /// The blob.
    pub blob: BlobRef,
}

/// A place where counters or letters are not what the rows of messages say: what `fsck` reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCounter {
    /// The account.
    pub account: AccountId,
    /// The folder; `None` for the account's own counters and its letters.
    pub folder: Option<FolderId>,
}
