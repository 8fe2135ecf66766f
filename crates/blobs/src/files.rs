//! Segment files: one committer thread that writes and syncs batches, a few threads that read and
//! receive big blobs.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use model::BlobRef;
use moka::sync::Cache;
use tokio::sync::mpsc;

use crate::error::BlobError;
use crate::format::{self, ENTRY_BYTES, RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES};
use crate::limits::*;
use crate::pool::{self, Pool};
use crate::{Options, Put, WritePoint, new_segment_id};

/// The directory and its threads.
pub(crate) struct Files {
    pub(crate) root: PathBuf,
    pub(crate) options: Options,
    pub(crate) pool: Pool,
    puts: Option<mpsc::Sender<Put>>,
    committer: Option<std::thread::JoinHandle<()>>,
    open: Cache<u64, Arc<Segment>>,
}

/// A file open for reading.
pub(crate) struct Segment {
    pub(crate) file: File,
    /// Old and new offsets; empty unless it was compacted.
    pub(crate) table: Vec<(u64, u64)>,
}

impl Segment {
    /// Where a record lies now.
    fn locate(&self, offset: u64) -> Option<u64> {
        if self.table.is_empty() {
            return Some(offset);
        }
        let at = self.table.binary_search_by_key(&offset, |(old, _)| *old).ok()?;
        Some(self.table[at].1)
    }
}

impl Drop for Files {
    /// Waits for the committer, so that what was handed over is on the disk.
    fn drop(&mut self) {
        drop(self.puts.take());
        if let Some(thread) = self.committer.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the committer of the blob store panicked");
        }
    }
}

impl Files {
    pub(crate) fn open(root: PathBuf, options: Options) -> Result<Arc<Files>, BlobError> {
        for name in ["segments", "incoming", "damaged"] {
            let directory = root.join(name);
            std::fs::create_dir_all(&directory)
                .map_err(|source| BlobError::io(format!("make {}", directory.display()), source))?;
        }
        sync_directory(&root)?;
        remove_leftovers(&root.join("incoming"))?;
        let (puts, waiting) = mpsc::channel(WAITING_LIMIT);
        let mut committer =
            Committer { root: root.clone(), options: options.clone(), active: None, buffer: Vec::new() };
        let committer = pool::spawn("blob-committer", move || committer.serve(waiting))?;
        Ok(Arc::new(Files {
            root,
            options,
            pool: Pool::start("blob-reader", IO_THREADS)?,
            puts: Some(puts),
            committer: Some(committer),
            open: Cache::new(OPEN_SEGMENTS_LIMIT),
        }))
    }

    pub(crate) fn puts(&self) -> &mpsc::Sender<Put> {
        self.puts.as_ref().expect("invariant: taken only when dropped")
    }

    pub(crate) async fn get(self: &Arc<Files>, blob: BlobRef) -> Result<Bytes, BlobError> {
        let files = Arc::clone(self);
        self.pool.run(move || files.read_whole(blob)).await
    }

    pub(crate) async fn get_range(
        self: &Arc<Files>,
        blob: BlobRef,
        range: Range<u64>,
    ) -> Result<Bytes, BlobError> {
        let files = Arc::clone(self);
        self.pool.run(move || files.read_range(blob, range)).await
    }

    pub(crate) fn read_whole(&self, blob: BlobRef) -> Result<Bytes, BlobError> {
        let bytes = self.read_range(blob, 0..blob.size_bytes)?;
        if *blake3::hash(&bytes).as_bytes() != blob.hash {
            return Err(BlobError::Damaged { blob, why: "its hash differs" });
        }
        Ok(bytes)
    }

    pub(crate) fn read_range(&self, blob: BlobRef, range: Range<u64>) -> Result<Bytes, BlobError> {
        let segment = self.segment(blob)?;
        match read_from(&segment, blob, &range) {
            // The file may have been compacted or repaired by another process since we opened it.
            Err(BlobError::Missing { .. } | BlobError::Damaged { .. }) => {
                self.open.invalidate(&blob.segment);
                read_from(&*self.segment(blob)?, blob, &range)
            }
            result => result,
        }
    }

    /// The open file of a blob.
    fn segment(&self, blob: BlobRef) -> Result<Arc<Segment>, BlobError> {
        if let Some(segment) = self.open.get(&blob.segment) {
            return Ok(segment);
        }
        let path = path_of(&self.root, blob.segment, blob.offset == 0);
        let segment = match open_segment(&path, blob.offset == 0) {
            Ok(Some(segment)) => Arc::new(segment),
            Ok(None) => {
                return Err(BlobError::Damaged { blob, why: "the header of its segment is unreadable" });
            }
            // A missing file in a directory that is there: the blob is gone. Else all are, for now.
            Err(source)
                if source.kind() == io::ErrorKind::NotFound && self.root.join("segments").is_dir() =>
            {
                return Err(BlobError::Missing { blob });
            }
            Err(source) => return Err(BlobError::io(format!("open {}", path.display()), source)),
        };
        self.open.insert(blob.segment, Arc::clone(&segment));
        Ok(segment)
    }

    /// Forgets open files, after they were replaced.
    pub(crate) fn forget(&self, segment: u64) {
        self.open.invalidate(&segment);
    }
}

/// Reads a body or a part of it, after looking whether it is the one that was meant.
fn read_from(segment: &Segment, blob: BlobRef, range: &Range<u64>) -> Result<Bytes, BlobError> {
    let missing = BlobError::Missing { blob };
    let (header_at, body_at) = if blob.offset == 0 {
        (blob.size_bytes, 0)
    } else {
        let at = segment.locate(blob.offset).ok_or(missing)?;
        (at, at.saturating_add(RECORD_HEADER_BYTES))
    };
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::UnexpectedEof => BlobError::Damaged { blob, why: "its file is too short" },
        _ => BlobError::io("read a body", source),
    };
    let start = body_at.saturating_add(range.start);
    let length = usize::try_from(range.end - range.start).map_err(|_| BlobError::Range {
        blob,
        start: range.start,
        end: range.end,
    })?;
    // Header and body in one read when they lie together.
    let near = blob.offset != 0 && range.start <= NEAR_BYTES;
    let (header, bytes) = if near {
        let mut all = vec![0; RECORD_HEADER_BYTES as usize + range.start as usize + length];
        segment.file.read_exact_at(&mut all, header_at).map_err(failed)?;
        let all = Bytes::from(all);
        (
            all.slice(..RECORD_HEADER_BYTES as usize),
            all.slice(RECORD_HEADER_BYTES as usize + range.start as usize..),
        )
    } else {
        let mut header = vec![0; RECORD_HEADER_BYTES as usize];
        segment.file.read_exact_at(&mut header, header_at).map_err(failed)?;
        let mut bytes = vec![0; length];
        segment.file.read_exact_at(&mut bytes, start).map_err(failed)?;
        (Bytes::from(header), Bytes::from(bytes))
    };
    match format::parse_record_header(&header) {
        Some((length, hash)) if length == blob.size_bytes && hash == blob.hash => Ok(bytes),
        Some(_) => Err(BlobError::Damaged { blob, why: "another blob lies in its place" }),
        None => Err(BlobError::Damaged { blob, why: "its header is unreadable" }),
    }
}

/// Opens a file for reading; `None` if its header or table is not what we write.
pub(crate) fn open_segment(path: &Path, big: bool) -> io::Result<Option<Segment>> {
    let file = File::open(path)?;
    if big {
        return Ok(Some(Segment { file, table: Vec::new() }));
    }
    let mut header = [0; SEGMENT_HEADER_BYTES as usize];
    if let Err(error) = file.read_exact_at(&mut header, 0) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let Some(header) = format::parse_segment_header(&header) else { return Ok(None) };
    let length = header.entries.saturating_mul(ENTRY_BYTES);
    if length > file.metadata()?.len() {
        return Ok(None);
    }
    let mut table = vec![0; usize::try_from(length).unwrap_or(0)];
    file.read_exact_at(&mut table, SEGMENT_HEADER_BYTES)?;
    Ok(format::parse_table(&header, &table).map(|table| Segment { file, table }))
}

/// Where a segment or a big blob lies. 256 directories keep each of them short.
pub(crate) fn path_of(root: &Path, segment: u64, big: bool) -> PathBuf {
    let suffix = if big { "big" } else { "seg" };
    root.join("segments").join(format!("{:02x}", segment & 0xff)).join(format!("{segment:016x}.{suffix}"))
}

/// Makes the directory of a segment if it is the first in it.
pub(crate) fn make_directory_of(path: &Path) -> Result<(), BlobError> {
    let Some(directory) = path.parent() else { return Ok(()) };
    match std::fs::create_dir(directory) {
        Ok(()) => directory.parent().map_or(Ok(()), sync_directory),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not create_dir_all: a root that vanished (an unmounted disk) is not made anew in its place.
        Err(source) => Err(BlobError::io(format!("make {}", directory.display()), source)),
    }
}

/// Makes names in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), BlobError> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| BlobError::io(format!("sync {}", directory.display()), source))
}

/// Removes what crashed writers left; a file that a living process receives is locked.
fn remove_leftovers(incoming: &Path) -> Result<(), BlobError> {
    let failed = |source| BlobError::io(format!("tidy {}", incoming.display()), source);
    for entry in std::fs::read_dir(incoming).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_ok() {
            match std::fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(source)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The segment that is being written.
struct Active {
    id: u64,
    file: File,
    path: PathBuf,
    inode: u64,
    /// Where the next record begins.
    end: u64,
}

struct Committer {
    root: PathBuf,
    options: Options,
    active: Option<Active>,
    buffer: Vec<u8>,
}

impl Committer {
    fn serve(&mut self, mut waiting: mpsc::Receiver<Put>) {
        let mut batch: Vec<Put> = Vec::new();
        while let Some(first) = waiting.blocking_recv() {
            let mut bytes = first.bytes.len();
            batch.push(first);
            while batch.len() < BATCH_LIMIT && bytes < BATCH_LIMIT_BYTES {
                let Ok(put) = waiting.try_recv() else { break };
                bytes += put.bytes.len();
                batch.push(put);
            }
            let result = self.write(&batch);
            for (index, put) in batch.drain(..).enumerate() {
                let result = match &result {
                    Ok((segment, offsets)) => Ok(BlobRef {
                        segment: *segment,
                        offset: offsets[index],
                        size_bytes: put.bytes.len() as u64,
                        hash: put.hash,
                    }),
                    Err(error) => Err(error.clone()),
                };
                // Whoever stopped waiting leaves an orphan, which compaction removes.
                drop(put.reply.send(result));
            }
            if self.buffer.capacity() > BUFFER_KEPT_BYTES {
                self.buffer = Vec::new();
            }
        }
    }

    /// Writes a batch with one write and one sync; all of it or nothing.
    fn write(&mut self, batch: &[Put]) -> Result<(u64, Vec<u64>), BlobError> {
        self.options.strike(WritePoint::BeforeWrite)?;
        let mut active = self.active()?;
        self.buffer.clear();
        let mut offsets = Vec::with_capacity(batch.len());
        for put in batch {
            offsets.push(active.end + self.buffer.len() as u64);
            self.buffer.extend_from_slice(&format::record_header(put.bytes.len() as u64, &put.hash));
            self.buffer.extend_from_slice(&put.bytes);
        }
        if let Err(error) = self.write_buffer(&active) {
            // Cut back what was half written. If even that fails the segment is not used any more.
            if active.file.set_len(active.end).is_ok() {
                self.active = Some(active);
            }
            return Err(error);
        }
        // After a failed sync the kernel may have dropped the pages while the file looks whole: from
        // here on an error leaves the segment behind for good.
        self.options.strike(WritePoint::BeforeSync)?;
        if self.options.durable {
            active.file.sync_data().map_err(|source| BlobError::io("sync bodies", source))?;
        }
        let segment = active.id;
        active.end += self.buffer.len() as u64;
        if active.end < self.options.segment_limit_bytes {
            self.active = Some(active);
        }
        self.options.strike(WritePoint::AfterSync)?;
        Ok((segment, offsets))
    }

    fn write_buffer(&self, active: &Active) -> Result<(), BlobError> {
        let failed = |source| BlobError::io("write bodies", source);
        let mut done = 0;
        if self.options.hook.is_some() {
            done = self.buffer.len() / 2;
            active.file.write_all_at(&self.buffer[..done], active.end).map_err(failed)?;
            self.options.strike(WritePoint::HalfWritten)?;
        }
        active.file.write_all_at(&self.buffer[done..], active.end + done as u64).map_err(failed)
    }

    /// Takes the segment to write to; begins one if there is none, or if it is no longer where it was.
    fn active(&mut self) -> Result<Active, BlobError> {
        if let Some(active) = self.active.take() {
            // A file removed under us would swallow blobs unseen.
            match std::fs::metadata(&active.path) {
                Ok(metadata) if metadata.ino() == active.inode => return Ok(active),
                _ => tracing::warn!(path = %active.path.display(), "the segment vanished: beginning another"),
            }
        }
        let id = new_segment_id();
        let path = path_of(&self.root, id, false);
        make_directory_of(&path)?;
        let failed = |source| BlobError::io(format!("begin {}", path.display()), source);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        let begun = file
            .lock()
            .and_then(|()| file.write_all_at(&format::segment_header(id, &[]), 0))
            .and_then(|()| if self.options.durable { file.sync_all() } else { Ok(()) })
            .and_then(|()| file.metadata());
        let metadata = match begun {
            Ok(metadata) => metadata,
            Err(source) => {
                // Nothing refers to it; an empty file left behind harms nobody.
                drop(std::fs::remove_file(&path));
                return Err(failed(source));
            }
        };
        if self.options.durable
            && let Some(directory) = path.parent()
        {
            sync_directory(directory)?;
        }
        Ok(Active { id, file, path, inode: metadata.ino(), end: SEGMENT_HEADER_BYTES })
    }
}

/// A big blob on its way into a file of its own.
pub(crate) struct Incoming {
    file: File,
    path: PathBuf,
    size_bytes: u64,
    kept: bool,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // At worst the next opening removes it.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

impl Incoming {
    pub(crate) fn begin(files: &Files) -> Result<Incoming, BlobError> {
        files.options.strike(WritePoint::BeforeWrite)?;
        let path = files.root.join("incoming").join(format!("{:016x}", new_segment_id()));
        let failed = |source| BlobError::io(format!("begin {}", path.display()), source);
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Incoming { file, path, size_bytes: 0, kept: false })
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.file
            .write_all_at(bytes, self.size_bytes)
            .map_err(|source| BlobError::io("receive a body", source))?;
        self.size_bytes += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn finish(mut self, files: &Files, hash: [u8; 32]) -> Result<BlobRef, BlobError> {
        let size_bytes = self.size_bytes;
        self.append(&format::record_header(size_bytes, &hash))?;
        files.options.strike(WritePoint::BeforeSync)?;
        let failed = |source| BlobError::io("keep a big body", source);
        if files.options.durable {
            self.file.sync_all().map_err(failed)?;
        }
        let segment = new_segment_id();
        let path = path_of(&files.root, segment, true);
        make_directory_of(&path)?;
        std::fs::rename(&self.path, &path).map_err(failed)?;
        self.kept = true;
        if files.options.durable
            && let Some(directory) = path.parent()
        {
            sync_directory(directory)?;
        }
        files.options.strike(WritePoint::AfterSync)?;
        Ok(BlobRef { segment, offset: 0, size_bytes, hash })
    }
}

/// How long ago a file was written to, by the file system's clock.
pub(crate) fn age(modified: SystemTime) -> Duration {
    modified.elapsed().unwrap_or_default()
}
