//! Checking, mending and shrinking the segments. Nothing here is in the way of reading and writing.
//!
//! Callers give the references that count ("live"), read in one snapshot of the database before the
//! call. A blob is kept before the row that refers to it, so segments written to within the grace
//! time are left alone; so are segments that a process is writing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::BlobRef;

use crate::error::BlobError;
use crate::files::{Files, age, make_directory_of, path_of, sync_directory};
use crate::format::{self, ENTRY_BYTES, Piece, RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES};
use crate::limits::CHECK_CHUNK_BYTES;
use crate::objects::Reach;
use crate::{Blobs, Place, new_segment_id, pool};

/// What [`Blobs::fsck`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Segments and big blobs that were read.
    pub segments: u64,
    /// Blobs in them that are whole.
    pub blobs: u64,
    /// Bytes that live references need.
    pub live_bytes: u64,
    /// Bytes of whole blobs that nothing refers to: compaction frees them.
    pub orphan_bytes: u64,
    /// Bytes at the ends of segments that a crash cut off; nothing ever referred to them.
    pub torn_bytes: u64,
    /// What does not read as it was written.
    pub damaged: Vec<Damage>,
    /// Live references with nothing behind them.
    pub missing: Vec<BlobRef>,
}

impl Check {
    /// Whether every live reference can be read and nothing is damaged.
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

/// A damaged place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment or big blob.
    pub segment: u64,
    /// Where in the file.
    pub offset: u64,
    /// The live blob that cannot be read because of it, if there is one.
    pub blob: Option<BlobRef>,
    /// How it shows.
    pub why: &'static str,
}

/// What [`Blobs::repair`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Segments of which the damaged form now lies in `damaged/`.
    pub set_aside: Vec<u64>,
    /// Blobs that were saved from them.
    pub saved: u64,
    /// Live references that can no longer be read.
    pub lost: Vec<BlobRef>,
}

/// When a segment is worth rewriting.
#[derive(Clone, Copy, Debug)]
pub struct Compaction {
    /// Rewrite segments of which less than this part (0 to 1) is live.
    pub live_below: f64,
}

impl Default for Compaction {
    fn default() -> Compaction {
        Compaction { live_below: 0.5 }
    }
}

/// What [`Blobs::compact`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Segments that were written anew.
    pub rewritten: u64,
    /// Segments and big blobs that were removed, because nothing in them was live.
    pub removed: u64,
    /// How many bytes are free now.
    pub freed_bytes: u64,
    /// Segments left as they are because they are damaged: repair them first.
    pub damaged: Vec<u64>,
}

impl Blobs {
    /// Reads everything and compares it with what `live` refers to.
    pub async fn fsck(&self, live: impl IntoIterator<Item = BlobRef>) -> Result<Check, BlobError> {
        let live = Live::gather(live);
        self.upkeep(move |ground| async move { ground.check(&live).await.map(|(check, _)| check) }).await
    }

    /// Sets damaged segments aside (into `damaged/`, never deleting them) and saves what is whole in
    /// them; references to it stay valid.
    pub async fn repair(&self, live: impl IntoIterator<Item = BlobRef>) -> Result<Repaired, BlobError> {
        let live = Live::gather(live);
        self.upkeep(move |ground| async move { ground.repair(&live).await }).await
    }

    /// Removes what nothing in `live` refers to from segments that are mostly dead. References stay
    /// valid, a crash at any point leaves the old or the new form of a segment.
    pub async fn compact(
        &self,
        live: impl IntoIterator<Item = BlobRef>,
        compaction: Compaction,
    ) -> Result<Compacted, BlobError> {
        let live = Live::gather(live);
        self.upkeep(move |ground| async move { ground.compact(&live, compaction).await }).await
    }

    /// Runs long work where it is in nobody's way.
    async fn upkeep<T, F, W>(&self, work: W) -> Result<T, BlobError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, BlobError>> + Send + 'static,
        W: FnOnce(Ground) -> F + Send + 'static,
    {
        match self.place() {
            Place::Objects(objects) => objects.run(work(Ground::Objects(objects.reach.clone()))).await,
            Place::Files(files) => {
                let ground = Ground::Files(Arc::clone(files));
                let (reply, answer) = tokio::sync::oneshot::channel();
                let run = move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build();
                    let result = match runtime {
                        Ok(runtime) => runtime.block_on(work(ground)),
                        Err(source) => Err(BlobError::io("make a runtime", source)),
                    };
                    // Whoever asked may be gone.
                    drop(reply.send(result));
                };
                pool::spawn("blob-upkeep", run)?;
                answer.await.map_err(|_| BlobError::closed())?
            }
        }
    }
}

/// The references that count, by segment.
struct Live(HashMap<u64, HashMap<u64, BlobRef>>);

impl Live {
    fn gather(live: impl IntoIterator<Item = BlobRef>) -> Live {
        let mut segments: HashMap<u64, HashMap<u64, BlobRef>> = HashMap::new();
        for blob in live {
            segments.entry(blob.segment).or_default().insert(blob.offset, blob);
        }
        Live(segments)
    }

    fn of(&self, segment: u64) -> impl Iterator<Item = &BlobRef> {
        self.0.get(&segment).into_iter().flat_map(HashMap::values)
    }

    fn at(&self, segment: u64, offset: u64) -> Option<&BlobRef> {
        self.0.get(&segment)?.get(&offset)
    }
}

/// A file or object as a listing shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) segment: u64,
    pub(crate) big: bool,
    pub(crate) size_bytes: u64,
    pub(crate) age: Duration,
}

impl Found {
    /// `None` for names that are not ours.
    pub(crate) fn parse(name: &str, size_bytes: u64, age: Duration) -> Option<Found> {
        let (id, suffix) = name.split_once('.')?;
        let big = match suffix {
            "seg" => false,
            "big" => true,
            _ => return None,
        };
        Some(Found { segment: u64::from_str_radix(id, 16).ok()?, big, size_bytes, age })
    }

    pub(crate) fn name(&self) -> String {
        format!("{:016x}.{}", self.segment, if self.big { "big" } else { "seg" })
    }
}

/// A segment in memory, and what lies where.
struct Loaded {
    bytes: Bytes,
    /// Whole records: offset as written first, offset now, length, hash.
    whole: Vec<(u64, u64, u64, [u8; 32])>,
    damage: Vec<(u64, &'static str)>,
    torn_bytes: u64,
}

/// Where the work is done.
enum Ground {
    Files(Arc<Files>),
    Objects(Reach),
}

impl Ground {
    async fn list(&self) -> Result<Vec<Found>, BlobError> {
        let mut found = match self {
            Ground::Files(files) => list_files(files)?,
            Ground::Objects(reach) => reach.list().await?,
        };
        found.sort_by_key(|found| found.segment);
        Ok(found)
    }

    async fn read(&self, found: &Found, range: Range<u64>) -> Result<Bytes, BlobError> {
        match self {
            Ground::Objects(reach) => reach.load(found, range).await,
            Ground::Files(files) => {
                let path = path_of(&files.root, found.segment, found.big);
                let failed = |source| BlobError::io(format!("read {}", path.display()), source);
                let file = File::open(&path).map_err(failed)?;
                let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, range.start).map_err(failed)?;
                Ok(bytes.into())
            }
        }
    }

    /// Whether a process is writing to it.
    fn is_busy(&self, found: &Found) -> bool {
        match self {
            // Objects appear whole.
            Ground::Objects(_) => false,
            Ground::Files(files) => {
                let file = File::open(path_of(&files.root, found.segment, found.big));
                // A file that cannot be opened now is left alone too.
                !found.big && !file.is_ok_and(|file| file.try_lock().is_ok())
            }
        }
    }

    fn grace(&self) -> Duration {
        match self {
            Ground::Files(files) => files.options.grace,
            Ground::Objects(reach) => reach.options.grace,
        }
    }

    async fn load(&self, found: &Found) -> Result<Loaded, BlobError> {
        let bytes = self.read(found, 0..found.size_bytes).await?;
        let header = format::parse_segment_header(&bytes).filter(|header| header.id == found.segment);
        let table = header.and_then(|header| {
            format::parse_table(&header, bytes.get(SEGMENT_HEADER_BYTES as usize..).unwrap_or_default())
        });
        let mut damage = Vec::new();
        let (start, moved) = match &table {
            Some(table) => (
                SEGMENT_HEADER_BYTES + table.len() as u64 * ENTRY_BYTES,
                table.iter().map(|(old, new)| (*new, *old)).collect::<HashMap<_, _>>(),
            ),
            None => {
                damage.push((0, "the header of its segment is unreadable"));
                (SEGMENT_HEADER_BYTES, HashMap::new())
            }
        };
        let (mut whole, mut torn_bytes) = (Vec::new(), 0);
        for piece in format::pieces(&bytes, start) {
            match piece {
                Piece::Record { offset, length, hash, whole: true } => {
                    let old = moved.get(&offset).copied().unwrap_or(offset);
                    whole.push((old, offset, length, hash));
                }
                Piece::Record { offset, .. } => damage.push((offset, "its hash differs")),
                Piece::Rubble { offset, length } if offset + length == bytes.len() as u64 => {
                    torn_bytes = length;
                }
                Piece::Rubble { offset, .. } => damage.push((offset, "no record lies there")),
            }
        }
        Ok(Loaded { bytes, whole, damage, torn_bytes })
    }

    /// How a big blob is damaged, or its hash.
    async fn check_big(&self, found: &Found) -> Result<Result<[u8; 32], &'static str>, BlobError> {
        let Some(length) = found.size_bytes.checked_sub(RECORD_HEADER_BYTES) else {
            return Ok(Err("its file is too short"));
        };
        let trailer = self.read(found, length..found.size_bytes).await?;
        let Some((_, hash)) = format::parse_record_header(&trailer).filter(|(said, _)| *said == length)
        else {
            return Ok(Err("its trailer is unreadable"));
        };
        let mut hasher = blake3::Hasher::new();
        let mut at = 0;
        while at < length {
            let end = (at + CHECK_CHUNK_BYTES).min(length);
            hasher.update(&self.read(found, at..end).await?);
            at = end;
        }
        Ok(if *hasher.finalize().as_bytes() == hash { Ok(hash) } else { Err("its hash differs") })
    }

    /// The report, and the segments that repair has to look at.
    async fn check(&self, live: &Live) -> Result<(Check, Vec<Found>), BlobError> {
        let mut check = Check::default();
        let mut bad = Vec::new();
        let mut seen = HashMap::new();
        for found in self.list().await? {
            let damages = check.damaged.len();
            seen.insert(found.segment, ());
            check.segments += 1;
            if found.big {
                self.check_one_big(&found, live, &mut check).await?;
            } else {
                self.check_one(&found, live, &mut check).await?;
            }
            if check.damaged.len() > damages {
                bad.push(found);
            }
        }
        for (segment, blobs) in &live.0 {
            if let Entry::Vacant(_) = seen.entry(*segment) {
                check.missing.extend(blobs.values());
            }
        }
        check.missing.sort_by_key(|blob| (blob.segment, blob.offset));
        Ok((check, bad))
    }

    async fn check_one_big(&self, found: &Found, live: &Live, check: &mut Check) -> Result<(), BlobError> {
        let blob = live.at(found.segment, 0).copied();
        let damage = |why| Damage { segment: found.segment, offset: 0, blob, why };
        match (self.check_big(found).await?, blob) {
            (Err(why), _) => check.damaged.push(damage(why)),
            (Ok(hash), Some(blob)) if hash != blob.hash => {
                check.damaged.push(damage("another blob lies in its place"));
            }
            (Ok(_), Some(blob)) => {
                check.blobs += 1;
                check.live_bytes += blob.size_bytes;
            }
            (Ok(_), None) => {
                check.blobs += 1;
                check.orphan_bytes += found.size_bytes - RECORD_HEADER_BYTES;
            }
        }
        Ok(())
    }

    async fn check_one(&self, found: &Found, live: &Live, check: &mut Check) -> Result<(), BlobError> {
        let loaded = self.load(found).await?;
        let mut unseen: HashMap<u64, BlobRef> =
            live.of(found.segment).map(|blob| (blob.offset, *blob)).collect();
        for (old, _, length, hash) in &loaded.whole {
            check.blobs += 1;
            match unseen.get(old) {
                Some(blob) if blob.hash == *hash && blob.size_bytes == *length => {
                    check.live_bytes += length;
                    unseen.remove(old);
                }
                _ => check.orphan_bytes += length,
            }
        }
        check.torn_bytes += loaded.torn_bytes;
        for (offset, why) in &loaded.damage {
            let blob = unseen.remove(offset);
            check.damaged.push(Damage { segment: found.segment, offset: *offset, blob, why });
        }
        let mut unseen: Vec<BlobRef> = unseen.into_values().collect();
        unseen.sort_by_key(|blob| blob.offset);
        for blob in unseen {
            let why = "no record of this name lies there";
            check.damaged.push(Damage { segment: found.segment, offset: blob.offset, blob: Some(blob), why });
        }
        Ok(())
    }

    async fn repair(&self, live: &Live) -> Result<Repaired, BlobError> {
        let (check, bad) = self.check(live).await?;
        let mut repaired = Repaired { lost: check.missing, ..Repaired::default() };
        for found in bad {
            if self.is_busy(&found) {
                tracing::warn!(segment = found.name(), "damaged, but being written: repair it later");
                continue;
            }
            self.copy_aside(&found).await?;
            repaired.set_aside.push(found.segment);
            if found.big {
                self.remove(&found).await?;
                repaired.lost.extend(live.of(found.segment));
                continue;
            }
            let loaded = self.load(&found).await?;
            let mut records = loaded.whole.clone();
            // Where the table is lost, the hash says which record a reference means.
            for blob in live.of(found.segment) {
                let same = |(_, _, length, hash): &&(u64, u64, u64, [u8; 32])| {
                    *hash == blob.hash && *length == blob.size_bytes
                };
                if loaded.whole.iter().any(|(old, _, _, hash)| *old == blob.offset && *hash == blob.hash) {
                    continue;
                }
                match loaded.whole.iter().find(same) {
                    Some((_, now, length, hash)) => {
                        records.retain(|(old, ..)| *old != blob.offset);
                        records.push((blob.offset, *now, *length, *hash));
                    }
                    None => repaired.lost.push(*blob),
                }
            }
            repaired.saved += records.len() as u64;
            if records.is_empty() {
                self.remove(&found).await?;
            } else {
                self.replace(found.segment, rewrite(found.segment, &loaded.bytes, records)).await?;
            }
        }
        Ok(repaired)
    }

    async fn compact(&self, live: &Live, compaction: Compaction) -> Result<Compacted, BlobError> {
        let mut done = Compacted::default();
        for found in self.list().await? {
            if found.age < self.grace() || self.is_busy(&found) {
                continue;
            }
            if live.of(found.segment).next().is_none() {
                self.remove(&found).await?;
                done.removed += 1;
                done.freed_bytes += found.size_bytes;
                continue;
            }
            let live_bytes: u64 =
                live.of(found.segment).map(|blob| blob.size_bytes + RECORD_HEADER_BYTES).sum();
            if found.big || live_bytes as f64 >= compaction.live_below * found.size_bytes as f64 {
                continue;
            }
            let loaded = self.load(&found).await?;
            let mut records = loaded.whole.clone();
            records.retain(|(old, _, length, hash)| {
                let blob = live.at(found.segment, *old);
                blob.is_some_and(|blob| blob.hash == *hash && blob.size_bytes == *length)
            });
            // Something live would be lost: that is for repair to say, not for compaction to do.
            if !loaded.damage.is_empty() || records.len() != live.of(found.segment).count() {
                done.damaged.push(found.segment);
                continue;
            }
            let bytes = rewrite(found.segment, &loaded.bytes, records);
            done.rewritten += 1;
            done.freed_bytes += found.size_bytes.saturating_sub(bytes.len() as u64);
            self.replace(found.segment, bytes).await?;
        }
        Ok(done)
    }

    async fn replace(&self, segment: u64, bytes: Bytes) -> Result<(), BlobError> {
        match self {
            Ground::Objects(reach) => reach.replace(segment, bytes).await,
            Ground::Files(files) => replace_file(files, segment, &bytes),
        }
    }

    async fn remove(&self, found: &Found) -> Result<(), BlobError> {
        match self {
            Ground::Objects(reach) => reach.remove(found).await,
            Ground::Files(files) => {
                let path = path_of(&files.root, found.segment, found.big);
                std::fs::remove_file(&path)
                    .map_err(|source| BlobError::io(format!("remove {}", path.display()), source))?;
                files.forget(found.segment);
                path.parent().map_or(Ok(()), sync_directory)
            }
        }
    }

    /// Gives the file a second name in `damaged/`; the first goes when its new form takes its place.
    async fn copy_aside(&self, found: &Found) -> Result<(), BlobError> {
        match self {
            Ground::Objects(reach) => reach.copy_aside(found).await,
            Ground::Files(files) => {
                let path = path_of(&files.root, found.segment, found.big);
                let directory = files.root.join("damaged");
                let mut aside = directory.join(found.name());
                let mut copy = 1;
                while aside.exists() {
                    aside = directory.join(format!("{}.{copy}", found.name()));
                    copy += 1;
                }
                std::fs::hard_link(&path, &aside)
                    .map_err(|source| BlobError::io(format!("set {} aside", path.display()), source))?;
                sync_directory(&directory)
            }
        }
    }
}

/// A segment with these records only, and the table that says where they were.
fn rewrite(segment: u64, bytes: &[u8], mut records: Vec<(u64, u64, u64, [u8; 32])>) -> Bytes {
    records.sort_unstable();
    let mut at = SEGMENT_HEADER_BYTES + records.len() as u64 * ENTRY_BYTES;
    let mut table = Vec::with_capacity(records.len());
    for (old, _, length, _) in &records {
        table.push((*old, at));
        at += RECORD_HEADER_BYTES + length;
    }
    let mut out = format::segment_header(segment, &table);
    for (_, now, length, _) in &records {
        let (from, to) = (*now as usize, (now + RECORD_HEADER_BYTES + length) as usize);
        out.extend_from_slice(&bytes[from..to]);
    }
    out.into()
}

/// Puts a new form in the place of a segment, in one step. Whoever reads the old form goes on reading it.
fn replace_file(files: &Files, segment: u64, bytes: &[u8]) -> Result<(), BlobError> {
    let path = path_of(&files.root, segment, false);
    let fresh = files.root.join("incoming").join(format!("{:016x}", new_segment_id()));
    let written = || -> io::Result<()> {
        let file = OpenOptions::new().write(true).create_new(true).open(&fresh)?;
        file.lock()?;
        file.write_all_at(bytes, 0)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    make_directory_of(&path)?;
    if let Err(source) = written() {
        // At worst the next opening removes it.
        drop(std::fs::remove_file(&fresh));
        return Err(BlobError::io(format!("rewrite {}", path.display()), source));
    }
    files.forget(segment);
    path.parent().map_or(Ok(()), sync_directory)
}

fn list_files(files: &Files) -> Result<Vec<Found>, BlobError> {
    let root = files.root.join("segments");
    let failed = |source| BlobError::io(format!("list {}", root.display()), source);
    let mut found = Vec::new();
    for directory in std::fs::read_dir(&root).map_err(failed)? {
        let directory = directory.map_err(failed)?.path();
        if !directory.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let metadata = entry.metadata().map_err(failed)?;
            let name = entry.file_name();
            let age = age(metadata.modified().map_err(failed)?);
            found.extend(Found::parse(&name.to_string_lossy(), metadata.len(), age));
        }
    }
    Ok(found)
}
