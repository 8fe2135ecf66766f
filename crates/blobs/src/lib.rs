//! Message bodies: append-only segment files, or an object store.
//!
//! A blob is kept once and never changes. [`Blobs::put`] returns when it is durable; blobs that arrive
//! together share one write and one sync. What is read is checked against its BLAKE3. References stay
//! valid for ever, also across compaction.
//!
//! **Files.** `segments/xx/ID.seg` holds small blobs (see `format`), `segments/xx/ID.big` one big blob,
//! `incoming/` what is still being received, `damaged/` what repair set aside. A process never appends
//! to a segment that it did not begin: each opening begins a new one with its first blob. So a tail
//! torn by a crash needs no mending (no reference into it was ever given out), and a second process,
//! such as the command line, cannot get in the way. A segment that is being written is locked, and
//! compaction leaves locked and young ones alone.
//!
//! **Objects.** The same bytes under the same names; the small blobs of a batch make one object.

mod error;
mod files;
mod format;
mod limits;
mod objects;
mod pool;
mod upkeep;
mod writer;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::BlobRef;
use moka::sync::Cache;

pub use error::{BlobError, Cause};
pub use limits::SMALL_BLOB_LIMIT_BYTES;
pub use upkeep::{Check, Compacted, Compaction, Damage, Repaired};
pub use writer::Writer;

/// Where a fault may strike: see [`Options::hook`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritePoint {
    /// Nothing is written yet.
    BeforeWrite,
    /// Half of the bytes are written (only asked if there is a hook).
    HalfWritten,
    /// Everything is written, nothing is durable.
    BeforeSync,
    /// Everything is durable, nobody knows it yet.
    AfterSync,
}

/// A fault layer: an error at a point makes the write fail there.
pub type WriteHook = Arc<dyn Fn(WritePoint) -> std::io::Result<()> + Send + Sync>;

/// How to open the place.
#[derive(Clone)]
pub struct Options {
    /// Called around every write; for crash tests. One that fails for ever is a dead process.
    pub hook: Option<WriteHook>,
    /// Whether a write waits for the disk. False for tests that do not pull the plug.
    pub durable: bool,
    /// A segment is closed when it is this big.
    pub segment_limit_bytes: u64,
    /// Memory for blobs that were kept a moment ago; 0 for none.
    pub cache_bytes: u64,
    /// How old a segment is before compaction touches it.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            hook: None,
            durable: true,
            segment_limit_bytes: limits::SEGMENT_LIMIT_BYTES,
            cache_bytes: limits::CACHE_LIMIT_BYTES,
            grace: limits::GRACE,
        }
    }
}

impl Options {
    pub(crate) fn strike(&self, point: WritePoint) -> Result<(), BlobError> {
        match &self.hook {
            None => Ok(()),
            Some(hook) => hook(point).map_err(|source| BlobError::io("write", source)),
        }
    }
}

/// Files or objects.
#[derive(Clone)]
pub(crate) enum Place {
    Files(Arc<files::Files>),
    Objects(Arc<objects::Objects>),
}

struct Inner {
    place: Place,
    cache: Cache<(u64, u64), Bytes>,
}

/// The place of the bodies. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    inner: Arc<Inner>,
}

/// A small blob on its way to a committer.
pub(crate) struct Put {
    pub(crate) bytes: Bytes,
    pub(crate) hash: [u8; 32],
    pub(crate) reply: tokio::sync::oneshot::Sender<Result<BlobRef, BlobError>>,
}

impl Blobs {
    /// Opens `file:PATH` (made if it is missing), `s3://BUCKET/PREFIX?…` or `memory:` (tests).
    /// Blocks: called before serving.
    ///
    /// Options of S3 stand in the query or, as `AWS_…`, in the environment: `endpoint`, `region`,
    /// `access_key_id`, `secret_access_key`, `token`, `allow_http`, `virtual_hosted_style_request`.
    pub fn open(url: &str, options: Options) -> Result<Blobs, BlobError> {
        let cache = Cache::builder()
            .max_capacity(options.cache_bytes)
            .weigher(|_, bytes: &Bytes| u32::try_from(bytes.len() + 128).unwrap_or(u32::MAX))
            .build();
        let place = match url.split_once(':') {
            Some(("file", path)) if !path.is_empty() => {
                Place::Files(files::Files::open(PathBuf::from(path), options)?)
            }
            Some(("s3" | "memory", _)) => Place::Objects(objects::Objects::open(url, options)?),
            _ => return Err(BlobError::Url { url: url.to_owned() }),
        };
        Ok(Blobs { inner: Arc::new(Inner { place, cache }) })
    }

    /// Keeps bytes; durable when it returns. Big ones get a file or object of their own.
    pub async fn put(&self, bytes: Bytes) -> Result<BlobRef, BlobError> {
        if bytes.len() > SMALL_BLOB_LIMIT_BYTES {
            let mut writer = self.writer();
            writer.write(&bytes).await?;
            return writer.finish().await;
        }
        let hash = *blake3::hash(&bytes).as_bytes();
        self.put_small(bytes, hash).await
    }

    pub(crate) async fn put_small(&self, bytes: Bytes, hash: [u8; 32]) -> Result<BlobRef, BlobError> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let put = Put { bytes: bytes.clone(), hash, reply };
        let sent = match &self.inner.place {
            Place::Files(files) => files.puts().send(put).await,
            Place::Objects(objects) => objects.puts().send(put).await,
        };
        sent.map_err(|_| BlobError::closed())?;
        let blob = answer.await.map_err(|_| BlobError::closed())??;
        self.inner.cache.insert((blob.segment, blob.offset), bytes);
        Ok(blob)
    }

    /// The whole blob, checked against its hash.
    pub async fn get(&self, blob: &BlobRef) -> Result<Bytes, BlobError> {
        if let Some(bytes) = self.cached(blob) {
            return Ok(bytes);
        }
        match &self.inner.place {
            Place::Files(files) => files.get(*blob).await,
            Place::Objects(objects) => objects.get(*blob).await,
        }
    }

    /// A part of the blob. Only that something of this name lies there is checked, not these bytes.
    pub async fn get_range(&self, blob: &BlobRef, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.start > range.end || range.end > blob.size_bytes {
            return Err(BlobError::Range { blob: *blob, start: range.start, end: range.end });
        }
        if let Some(bytes) = self.cached(blob) {
            // The cached blob has the size that its reference says, which the range is within.
            return Ok(bytes.slice(range.start as usize..range.end as usize));
        }
        match &self.inner.place {
            Place::Files(files) => files.get_range(*blob, range).await,
            Place::Objects(objects) => objects.get_range(*blob, range).await,
        }
    }

    /// Keeps bytes that arrive bit by bit.
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    fn cached(&self, blob: &BlobRef) -> Option<Bytes> {
        let bytes = self.inner.cache.get(&(blob.segment, blob.offset))?;
        (bytes.len() as u64 == blob.size_bytes).then_some(bytes)
    }

    pub(crate) fn place(&self) -> &Place {
        &self.inner.place
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match &self.inner.place {
            Place::Files(_) => "files",
            Place::Objects(_) => "objects",
        };
        f.debug_tuple("Blobs").field(&place).finish()
    }
}

/// A segment's name: random, so unique across nodes and restarts.
pub(crate) fn new_segment_id() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    // The standard library seeds this from the system's randomness; collisions are found by create_new.
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}

#[cfg(test)]
mod tests;
