//! Every limit of this crate, with its reason.

use std::time::Duration;

/// Blobs up to here go into segments with others; bigger ones have a file or object of their own.
pub const SMALL_BLOB_LIMIT_BYTES: usize = 256 << 10;
/// A segment is closed when it is this big: small enough to be read whole for compaction.
pub(crate) const SEGMENT_LIMIT_BYTES: u64 = 64 << 20;
/// Blobs in one write.
pub(crate) const BATCH_LIMIT: usize = 512;
/// Bytes in one write, beyond which no further blob is added.
pub(crate) const BATCH_LIMIT_BYTES: usize = 4 << 20;
/// A write buffer above this is given back after the batch.
pub(crate) const BUFFER_KEPT_BYTES: usize = 1 << 20;
/// Blobs that may wait for the committer; callers beyond that wait before they hand theirs over.
pub(crate) const WAITING_LIMIT: usize = 1024;
/// Memory for blobs that were kept a moment ago, so that delivery right after reads nothing.
pub(crate) const CACHE_LIMIT_BYTES: u64 = 16 << 20;
/// A piece that begins below this is read together with its record's header.
pub(crate) const NEAR_BYTES: u64 = 4096;
/// Threads for reading and for big blobs.
pub(crate) const IO_THREADS: usize = 4;
/// Segment files held open for reading.
pub(crate) const OPEN_SEGMENTS_LIMIT: u64 = 256;
/// Packs on their way to the object store at once.
pub(crate) const UPLOADS_LIMIT: usize = 8;
/// A part of a multipart upload: S3 takes no less than 5 MiB (but for the last).
pub(crate) const PART_BYTES: usize = 5 << 20;
/// How much of a big blob is read at once when it is checked.
pub(crate) const CHECK_CHUNK_BYTES: u64 = 4 << 20;
/// Segments written to within this time are left alone by compaction: a blob is kept before the row
/// that refers to it is.
pub(crate) const GRACE: Duration = Duration::from_secs(24 * 3600);
/// How often a request to the object store is repeated.
pub(crate) const S3_RETRIES_LIMIT: usize = 4;
/// How long a request to the object store is repeated: a peer waits for its 250 meanwhile.
pub(crate) const S3_RETRY_TIMEOUT: Duration = Duration::from_secs(20);
