//! The object store (S3 and compatible): the same bytes as in segment files, an object per batch of
//! small blobs or per big blob, moved by one thread with a runtime of its own.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use model::BlobRef;
use moka::sync::Cache;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::sync::{Semaphore, mpsc};

use crate::error::BlobError;
use crate::format::{self, ENTRY_BYTES, RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES};
use crate::limits::*;
use crate::upkeep::Found;
use crate::{Options, Put, WritePoint, new_segment_id, pool};

/// Old and new offsets of a compacted object.
type Table = Arc<Vec<(u64, u64)>>;

/// A bucket (or memory) and the thread that speaks with it.
pub(crate) struct Objects {
    pub(crate) reach: Reach,
    runtime: tokio::runtime::Handle,
    puts: Option<mpsc::Sender<Put>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What a request needs; cheap to clone.
#[derive(Clone)]
pub(crate) struct Reach {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    pub(crate) options: Options,
    tables: Cache<u64, Table>,
}

impl Drop for Objects {
    /// Waits until what was handed over is kept.
    fn drop(&mut self) {
        drop(self.puts.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the object store panicked");
        }
    }
}

impl Objects {
    pub(crate) fn open(url: &str, options: Options) -> Result<Arc<Objects>, BlobError> {
        let (store, prefix) = connect(url)?;
        let tables = Cache::new(OPEN_SEGMENTS_LIMIT);
        let reach = Reach { store, prefix, options, tables };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| BlobError::io("make a runtime", source))?;
        let handle = runtime.handle().clone();
        let (puts, waiting) = mpsc::channel(WAITING_LIMIT);
        let committing = reach.clone();
        let thread = pool::spawn("blob-objects", move || runtime.block_on(committing.commit(waiting)))?;
        Ok(Arc::new(Objects { reach, runtime: handle, puts: Some(puts), thread: Some(thread) }))
    }

    pub(crate) fn puts(&self) -> &mpsc::Sender<Put> {
        self.puts.as_ref().expect("invariant: taken only when dropped")
    }

    /// Runs a request on the thread of the object store.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, BlobError>> + Send + 'static,
    ) -> Result<T, BlobError> {
        self.runtime.spawn(request).await.map_err(|_| BlobError::closed())?
    }

    pub(crate) async fn get(&self, blob: BlobRef) -> Result<Bytes, BlobError> {
        let reach = self.reach.clone();
        self.run(async move { reach.read_whole(blob).await }).await
    }

    pub(crate) async fn get_range(&self, blob: BlobRef, range: Range<u64>) -> Result<Bytes, BlobError> {
        let reach = self.reach.clone();
        self.run(async move { reach.read_range(blob, range).await }).await
    }
}

fn connect(url: &str) -> Result<(Arc<dyn ObjectStore>, Path), BlobError> {
    if url == "memory:" {
        return Ok((Arc::new(object_store::memory::InMemory::new()), Path::default()));
    }
    let wrong = || BlobError::Url { url: url.split('?').next().unwrap_or_default().to_owned() };
    let parsed = url::Url::parse(url).map_err(|_| wrong())?;
    let bucket = parsed.host_str().ok_or_else(wrong)?;
    let prefix = Path::from_url_path(parsed.path()).map_err(|_| wrong())?;
    let retry = object_store::RetryConfig {
        max_retries: S3_RETRIES_LIMIT,
        retry_timeout: S3_RETRY_TIMEOUT,
        ..Default::default()
    };
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
    for (name, value) in parsed.query_pairs() {
        let key: AmazonS3ConfigKey = name.parse().map_err(|_| wrong())?;
        builder = builder.with_config(key, value);
    }
    let store = builder.build().map_err(|error| explain("set up the object store", error))?;
    Ok((Arc::new(store), prefix))
}

/// What the store said, for a request that names no blob.
pub(crate) fn explain(what: &str, error: object_store::Error) -> BlobError {
    BlobError::Unavailable { what: what.to_owned(), source: Arc::new(error) }
}

impl Reach {
    fn path(&self, segment: u64, big: bool) -> Path {
        let suffix = if big { "big" } else { "seg" };
        self.path_in("segments", &format!("{:02x}/{segment:016x}.{suffix}", segment & 0xff))
    }

    fn path_in(&self, folder: &str, name: &str) -> Path {
        Path::from(format!("{}/{folder}/{name}", self.prefix))
    }

    /// Gathers what waits into packs; some are on their way at once.
    async fn commit(self, mut waiting: mpsc::Receiver<Put>) {
        let slots = Arc::new(Semaphore::new(UPLOADS_LIMIT));
        while let Some(first) = waiting.recv().await {
            // While all slots are taken, more blobs gather for the next pack.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            let mut bytes = first.bytes.len();
            let mut batch = vec![first];
            while batch.len() < BATCH_LIMIT && bytes < BATCH_LIMIT_BYTES {
                let Ok(put) = waiting.try_recv() else { break };
                bytes += put.bytes.len();
                batch.push(put);
            }
            let reach = self.clone();
            tokio::spawn(async move {
                reach.put_pack(batch).await;
                drop(slot);
            });
        }
        // The uploads on their way end before the runtime does.
        drop(slots.acquire_many(UPLOADS_LIMIT as u32).await);
    }

    async fn put_pack(&self, batch: Vec<Put>) {
        let segment = new_segment_id();
        let mut pack = format::segment_header(segment, &[]);
        let mut offsets = Vec::with_capacity(batch.len());
        for put in &batch {
            offsets.push(pack.len() as u64);
            pack.extend_from_slice(&format::record_header(put.bytes.len() as u64, &put.hash));
            pack.extend_from_slice(&put.bytes);
        }
        let result = self.put_object(segment, false, pack.into()).await;
        for (put, offset) in batch.into_iter().zip(offsets) {
            let size_bytes = put.bytes.len() as u64;
            let result = result.clone().map(|()| BlobRef { segment, offset, size_bytes, hash: put.hash });
            // Whoever stopped waiting leaves an orphan, which compaction removes.
            drop(put.reply.send(result));
        }
    }

    async fn put_object(&self, segment: u64, big: bool, bytes: Bytes) -> Result<(), BlobError> {
        self.options.strike(WritePoint::BeforeWrite)?;
        self.store
            .put(&self.path(segment, big), PutPayload::from(bytes))
            .await
            .map_err(|error| explain("keep a pack", error))?;
        self.options.strike(WritePoint::AfterSync)
    }

    pub(crate) async fn read_whole(&self, blob: BlobRef) -> Result<Bytes, BlobError> {
        let bytes = self.read_range(blob, 0..blob.size_bytes).await?;
        if *blake3::hash(&bytes).as_bytes() != blob.hash {
            return Err(BlobError::Damaged { blob, why: "its hash differs" });
        }
        Ok(bytes)
    }

    async fn read_range(&self, blob: BlobRef, range: Range<u64>) -> Result<Bytes, BlobError> {
        if blob.offset == 0 {
            return self.fetch(blob, range).await;
        }
        if let Some(table) = self.tables.get(&blob.segment) {
            return self.read_record(blob, locate(&table, blob)?, range).await;
        }
        let first = self.read_record(blob, blob.offset, range.clone()).await;
        if !matches!(first, Err(BlobError::Damaged { .. } | BlobError::Unavailable { .. })) {
            return first;
        }
        // The object may have been compacted since the reference was made.
        match self.table(blob).await {
            Ok(table) if !table.is_empty() => {
                self.tables.insert(blob.segment, Arc::clone(&table));
                self.read_record(blob, locate(&table, blob)?, range).await
            }
            Err(BlobError::Missing { .. }) => Err(BlobError::Missing { blob }),
            _ => first,
        }
    }

    /// Reads a part of a record at the place where it lies now.
    async fn read_record(&self, blob: BlobRef, at: u64, range: Range<u64>) -> Result<Bytes, BlobError> {
        let body = at.saturating_add(RECORD_HEADER_BYTES);
        // Small blobs are small: the header comes along with what stands before the range.
        let bytes = self.fetch(blob, at..body.saturating_add(range.end)).await?;
        match format::parse_record_header(&bytes) {
            Some((length, hash)) if length == blob.size_bytes && hash == blob.hash => {
                Ok(bytes.slice(48 + range.start as usize..))
            }
            Some(_) => Err(BlobError::Damaged { blob, why: "another blob lies in its place" }),
            None => Err(BlobError::Damaged { blob, why: "its header is unreadable" }),
        }
    }

    async fn table(&self, blob: BlobRef) -> Result<Table, BlobError> {
        let unreadable = BlobError::Damaged { blob, why: "the header of its object is unreadable" };
        let header = self.fetch(blob, 0..SEGMENT_HEADER_BYTES).await?;
        let header = format::parse_segment_header(&header).ok_or_else(|| unreadable.clone())?;
        if header.entries == 0 {
            return Ok(Arc::default());
        }
        let end = header.entries.saturating_mul(ENTRY_BYTES).saturating_add(SEGMENT_HEADER_BYTES);
        let bytes = self.fetch(blob, SEGMENT_HEADER_BYTES..end).await?;
        format::parse_table(&header, &bytes).map(Arc::new).ok_or(unreadable)
    }

    async fn fetch(&self, blob: BlobRef, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let length = range.end - range.start;
        let bytes = self.store.get_range(&self.path(blob.segment, blob.offset == 0), range).await;
        match bytes {
            Ok(bytes) if bytes.len() as u64 == length => Ok(bytes),
            Ok(_) => Err(BlobError::Damaged { blob, why: "its object is too short" }),
            Err(object_store::Error::NotFound { .. }) => Err(BlobError::Missing { blob }),
            Err(error) => Err(explain("read a body", error)),
        }
    }

    // What upkeep needs.

    pub(crate) async fn list(&self) -> Result<Vec<Found>, BlobError> {
        let folder = self.path_in("segments", "");
        let mut listing = self.store.list(Some(&folder));
        let mut found = Vec::new();
        while let Some(object) =
            listing.try_next().await.map_err(|error| explain("list the objects", error))?
        {
            let modified = std::time::SystemTime::from(object.last_modified);
            let name = object.location.filename().unwrap_or_default();
            found.extend(Found::parse(name, object.size, crate::files::age(modified)));
        }
        Ok(found)
    }

    pub(crate) async fn load(&self, found: &Found, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let bytes = self.store.get_range(&self.path(found.segment, found.big), range).await;
        bytes.map_err(|error| explain("read an object", error))
    }

    pub(crate) async fn replace(&self, segment: u64, bytes: Bytes) -> Result<(), BlobError> {
        self.put_object(segment, false, bytes).await?;
        self.tables.invalidate(&segment);
        Ok(())
    }

    pub(crate) async fn remove(&self, found: &Found) -> Result<(), BlobError> {
        let result = self.store.delete(&self.path(found.segment, found.big)).await;
        result.map_err(|error| explain("remove an object", error))
    }

    pub(crate) async fn copy_aside(&self, found: &Found) -> Result<(), BlobError> {
        let aside = self.path_in("damaged", &found.name());
        let result = self.store.copy(&self.path(found.segment, found.big), &aside).await;
        result.map_err(|error| explain("set an object aside", error))
    }
}

fn locate(table: &[(u64, u64)], blob: BlobRef) -> Result<u64, BlobError> {
    match table.binary_search_by_key(&blob.offset, |(old, _)| *old) {
        Ok(at) => Ok(table[at].1),
        Err(_) => Err(BlobError::Missing { blob }),
    }
}

/// A big blob on its way into an object of its own.
pub(crate) struct Upload {
    objects: Arc<Objects>,
    segment: u64,
    /// Begun with the first full part: a blob of less than one is a plain object.
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    pub(crate) fn begin(objects: &Arc<Objects>) -> Result<Upload, BlobError> {
        objects.reach.options.strike(WritePoint::BeforeWrite)?;
        Ok(Upload { objects: Arc::clone(objects), segment: new_segment_id(), parts: None })
    }

    pub(crate) async fn append(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let reach = self.objects.reach.clone();
        let (parts, segment) = (self.parts.take(), self.segment);
        let request = async move {
            let mut parts = match parts {
                Some(parts) => parts,
                None => {
                    let begun = reach.store.put_multipart(&reach.path(segment, true)).await;
                    begun.map_err(|error| explain("begin a big body", error))?
                }
            };
            match parts.put_part(PutPayload::from(bytes)).await {
                Ok(()) => Ok(parts),
                Err(error) => {
                    // The store forgets parts that were never completed, sooner if asked to.
                    drop(parts.abort().await);
                    Err(explain("receive a big body", error))
                }
            }
        };
        self.parts = Some(self.objects.run(request).await?);
        Ok(())
    }

    pub(crate) async fn finish(
        mut self,
        rest: Bytes,
        size_bytes: u64,
        hash: [u8; 32],
    ) -> Result<BlobRef, BlobError> {
        let segment = self.segment;
        let mut last = rest.to_vec();
        last.extend_from_slice(&format::record_header(size_bytes, &hash));
        if self.parts.is_none() {
            let reach = self.objects.reach.clone();
            self.objects.run(async move { reach.put_object(segment, true, last.into()).await }).await?;
        } else {
            self.append(last.into()).await?;
            let parts = self.parts.take();
            let reach = self.objects.reach.clone();
            let request = async move {
                let Some(mut parts) = parts else { return Err(BlobError::closed()) };
                parts.complete().await.map_err(|error| explain("keep a big body", error))?;
                reach.options.strike(WritePoint::AfterSync)
            };
            self.objects.run(request).await?;
        }
        Ok(BlobRef { segment, offset: 0, size_bytes, hash })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            self.objects.runtime.spawn(async move {
                if let Err(error) = parts.abort().await {
                    tracing::debug!(error = %model::Chain(&error), "cannot give up an upload");
                }
            });
        }
    }
}
