//! What can go wrong with a body.

use std::io;
use std::sync::Arc;

use model::BlobRef;
use thiserror::Error;

/// The cause behind a [`BlobError`]; shared, because one failed write answers many callers.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// A body could not be kept or read.
#[derive(Clone, Debug, Error)]
pub enum BlobError {
    /// No space is left; nothing was kept, and it works again when there is space.
    #[error("the disk of the bodies is full")]
    Full {
        /// What the system said.
        #[source]
        source: Cause,
    },
    /// The place cannot be reached, read or written now; it works again when the trouble is over.
    #[error("the bodies are not available: cannot {what}")]
    Unavailable {
        /// What we tried.
        what: String,
        /// What the system said.
        #[source]
        source: Cause,
    },
    /// The bytes are not the ones that were kept: `relais fsck` tells more.
    #[error("the blob {blob} is damaged: {why}")]
    Damaged {
        /// Which one.
        blob: BlobRef,
        /// How it shows.
        why: &'static str,
    },
    /// There is nothing where the blob should lie.
    #[error("the blob {blob} is missing")]
    Missing {
        /// Which one.
        blob: BlobRef,
    },
    /// A range that reaches beyond the blob: a mistake of the caller.
    #[error("bytes {start} to {end} are not within the blob {blob}")]
    Range {
        /// Which one.
        blob: BlobRef,
        /// The first byte asked for.
        start: u64,
        /// The byte behind the last.
        end: u64,
    },
    /// The URL names no place that we know.
    #[error("«{url}» is no place for bodies: use file:PATH or s3://BUCKET/PREFIX")]
    Url {
        /// What was given, without keys.
        url: String,
    },
}

impl BlobError {
    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, BlobError::Full { .. } | BlobError::Unavailable { .. })
    }

    pub(crate) fn io(what: impl Into<String>, source: io::Error) -> BlobError {
        if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return BlobError::Full { source: Arc::new(source) };
        }
        BlobError::Unavailable { what: what.into(), source: Arc::new(source) }
    }

    pub(crate) fn closed() -> BlobError {
        BlobError::io("reach its thread", io::Error::other("the blob store is closed"))
    }
}
