//! What is kept is read again, whatever happens in between.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use model::BlobRef;

use crate::*;

mod s3;

fn options() -> Options {
    Options { durable: false, ..Options::default() }
}

fn without_cache() -> Options {
    Options { cache_bytes: 0, ..options() }
}

fn open(directory: &Path, options: Options) -> Blobs {
    Blobs::open(&format!("file:{}", directory.display()), options).unwrap()
}

fn body(seed: u64, length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes.into()
}

/// Every kind of place, without a cache so that reading reads.
fn places() -> Vec<(Blobs, Option<tempfile::TempDir>)> {
    let directory = tempfile::tempdir().unwrap();
    let files = open(directory.path(), without_cache());
    vec![(files, Some(directory)), (Blobs::open("memory:", without_cache()).unwrap(), None)]
}

async fn written(blobs: &Blobs, bytes: &[u8], step: usize) -> Result<BlobRef, BlobError> {
    let mut writer = blobs.writer();
    for chunk in bytes.chunks(step) {
        writer.write(chunk).await?;
    }
    assert_eq!(writer.size_bytes(), bytes.len() as u64);
    writer.finish().await
}

fn files_in(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn blobs_of_every_size_are_read_again_whole_and_in_part() {
    let (small, large) = (SMALL_BLOB_LIMIT_BYTES, 11 << 20);
    for (blobs, _directory) in places() {
        for (seed, length) in
            [0, 1, 4096, small - 1, small, small + 1, 700_000, large].into_iter().enumerate()
        {
            let bytes = body(seed as u64, length);
            for blob in
                [blobs.put(bytes.clone()).await.unwrap(), written(&blobs, &bytes, 100_003).await.unwrap()]
            {
                assert_eq!(blob.size_bytes, length as u64);
                assert_eq!(&blob.hash, blake3::hash(&bytes).as_bytes());
                assert_eq!(blob.offset == 0, length > small);
                assert_eq!(blobs.get(&blob).await.unwrap(), bytes);
                for range in [0..0, 0..length / 2, length / 3..length, length..length, 0..length.min(7)] {
                    let part = blobs.get_range(&blob, range.start as u64..range.end as u64).await.unwrap();
                    assert_eq!(part, bytes.slice(range));
                }
                let beyond = blobs.get_range(&blob, 0..length as u64 + 1).await;
                assert!(matches!(beyond, Err(BlobError::Range { .. })));
            }
        }
    }
}

/// A place in a directory, with a switch for faults at a point.
fn faulty(directory: &Path, point: WritePoint, kind: io::ErrorKind) -> (Blobs, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&armed);
    let hook = move |at| {
        let strikes = at == point && switch.load(Ordering::SeqCst);
        if strikes { Err(io::Error::from(kind)) } else { Ok(()) }
    };
    (open(directory, Options { hook: Some(Arc::new(hook)), ..without_cache() }), armed)
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_half_and_goes_on_later() {
    use WritePoint::{AfterSync, BeforeSync, BeforeWrite, HalfWritten};
    for point in [BeforeWrite, HalfWritten, BeforeSync, AfterSync] {
        let directory = tempfile::tempdir().unwrap();
        let (blobs, armed) = faulty(directory.path(), point, io::ErrorKind::StorageFull);
        let first = blobs.put(body(1, 5000)).await.unwrap();
        armed.store(true, Ordering::SeqCst);
        let full = blobs.put(body(2, 5000)).await;
        assert!(matches!(&full, Err(BlobError::Full { .. })), "{full:?}");
        assert!(full.unwrap_err().is_temporary());
        if point != HalfWritten {
            let full = blobs.put(body(3, 300_000)).await;
            assert!(matches!(full, Err(BlobError::Full { .. })), "{point:?}: {full:?}");
        }
        armed.store(false, Ordering::SeqCst);
        let (last, big) =
            (blobs.put(body(4, 5000)).await.unwrap(), blobs.put(body(5, 300_000)).await.unwrap());
        for (blob, seed) in [(first, 1), (last, 4), (big, 5)] {
            assert_eq!(blobs.get(&blob).await.unwrap(), body(seed, blob.size_bytes as usize));
        }
        let check = blobs.fsck([first, last, big]).await.unwrap();
        assert!(check.is_clean(), "{point:?}: {check:?}");
        if matches!(point, BeforeWrite | HalfWritten) {
            assert_eq!((check.orphan_bytes, check.torn_bytes), (0, 0));
            assert_eq!(first.segment, last.segment);
        } else {
            assert!(check.orphan_bytes >= 5000);
        }
        assert!(files_in(&directory.path().join("incoming")).is_empty());
    }
}

/// `SMALL_DISK` names a directory on a disk of a few megabytes, such as a small tmpfs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_really_full_takes_blobs_again_when_there_is_space() {
    let Ok(disk) = std::env::var("SMALL_DISK") else { return };
    // Two tests fill it, and each expects it to itself.
    let alone = std::fs::File::create(Path::new(&disk).join("lock")).unwrap();
    alone.lock().unwrap();
    let directory = Path::new(&disk).join("blobs");
    std::fs::create_dir_all(&directory).unwrap();
    let filler = directory.join("filler");
    std::fs::write(&filler, vec![1; 600_000]).unwrap();
    let blobs = open(&directory, without_cache());
    let mut kept = Vec::new();
    for round in 0..2 {
        let tasks: Vec<_> = (0..300)
            .map(|seed| {
                let (blobs, seed) = (blobs.clone(), round * 1000 + seed);
                let length = if seed % 20 == 7 { 270_000 } else { 9000 };
                tokio::spawn(async move { (seed, blobs.put(body(seed, length)).await) })
            })
            .collect();
        let before = kept.len();
        let mut full = 0;
        for task in tasks {
            match task.await.unwrap() {
                (seed, Ok(blob)) => kept.push((seed, blob)),
                (_, Err(BlobError::Full { .. })) => full += 1,
                (_, Err(other)) => panic!("{other:?}"),
            }
        }
        assert!(full > 0 && kept.len() > before, "{full} {before} {}", kept.len());
        for (seed, blob) in &kept {
            assert_eq!(blobs.get(blob).await.unwrap(), body(*seed, blob.size_bytes as usize));
        }
        let check = blobs.fsck(kept.iter().map(|(_, blob)| *blob)).await.unwrap();
        assert!(check.is_clean() && check.torn_bytes == 0, "{check:?}");
        assert!(files_in(&directory.join("incoming")).is_empty());
        if round == 0 {
            std::fs::remove_file(&filler).unwrap();
        }
    }
    drop(blobs);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blobs_that_wait_share_a_write() {
    let directory = tempfile::tempdir().unwrap();
    let writes = Arc::new(AtomicUsize::new(0));
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = parking_lot::Mutex::new(held);
    let counter = Arc::clone(&writes);
    let hook = move |at| {
        if at == WritePoint::BeforeWrite && counter.fetch_add(1, Ordering::SeqCst) == 0 {
            held.lock().recv().unwrap_err();
        }
        Ok(())
    };
    let blobs = open(directory.path(), Options { hook: Some(Arc::new(hook)), ..without_cache() });
    let put = |seed| {
        let blobs = blobs.clone();
        tokio::spawn(async move { blobs.put(body(seed, 1000)).await.unwrap() })
    };
    let mut tasks = vec![put(0)];
    while writes.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // The committer is held in its first write now.
    tasks.extend((1..300).map(put));
    while match blobs.place() {
        Place::Files(files) => files.puts().capacity() > limits::WAITING_LIMIT - 299,
        Place::Objects(_) => false,
    } {
        tokio::task::yield_now().await;
    }
    drop(release);
    for (seed, task) in tasks.into_iter().enumerate() {
        let blob = task.await.unwrap();
        assert_eq!(blobs.get(&blob).await.unwrap(), body(seed as u64, 1000));
    }
    assert!(writes.load(Ordering::SeqCst) <= 3, "{writes:?}");
}

#[tokio::test]
async fn a_cut_at_any_byte_leaves_the_earlier_blobs_whole() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), without_cache());
    let bodies: Vec<Bytes> = (0..4).map(|seed| body(seed, 150)).collect();
    let mut refs = Vec::new();
    for bytes in &bodies {
        refs.push(blobs.put(bytes.clone()).await.unwrap());
    }
    drop(blobs);
    let path = files::path_of(directory.path(), refs[0].segment, false);
    let whole = std::fs::read(&path).unwrap();
    for cut in refs[3].offset as usize..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let blobs = open(directory.path(), without_cache());
        for at in 0..3 {
            assert_eq!(blobs.get(&refs[at]).await.unwrap(), bodies[at]);
        }
        let lost = blobs.get(&refs[3]).await;
        assert!(matches!(lost, Err(BlobError::Damaged { .. })), "{lost:?}");
        let check = blobs.fsck(refs[..3].iter().copied()).await.unwrap();
        assert!(check.is_clean(), "{cut}: {check:?}");
        assert_eq!(check.torn_bytes, (cut - refs[3].offset as usize) as u64);
        // What comes next is whole again, whatever the tail looks like.
        let next = blobs.put(body(9, 10)).await.unwrap();
        assert_eq!(blobs.get(&next).await.unwrap(), body(9, 10));
        drop(blobs);
        std::fs::remove_file(files::path_of(directory.path(), next.segment, false)).unwrap();
    }
}

#[tokio::test]
async fn a_flipped_bit_is_always_noticed_and_harms_one_blob() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), without_cache());
    let mut refs = Vec::new();
    for seed in 0..3 {
        refs.push(blobs.put(body(seed, 60)).await.unwrap());
    }
    let big = blobs.put(body(9, 300_000)).await.unwrap();
    let path = files::path_of(directory.path(), refs[0].segment, false);
    let whole = std::fs::read(&path).unwrap();
    for at in refs[1].offset as usize..refs[2].offset as usize {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        assert!(matches!(blobs.get(&refs[1]).await, Err(BlobError::Damaged { .. })), "{at}");
        for seed in [0, 2] {
            assert_eq!(blobs.get(&refs[seed]).await.unwrap(), body(seed as u64, 60));
        }
        let check = blobs.fsck(refs.iter().copied().chain([big])).await.unwrap();
        assert_eq!(check.damaged.iter().filter_map(|damage| damage.blob).collect::<Vec<_>>(), [refs[1]]);
        assert_eq!(check.missing, []);
    }
    std::fs::write(&path, &whole).unwrap();
    let path = files::path_of(directory.path(), big.segment, true);
    let mut flipped = std::fs::read(&path).unwrap();
    flipped[77] ^= 4;
    std::fs::write(&path, &flipped).unwrap();
    assert!(matches!(blobs.get(&big).await, Err(BlobError::Damaged { .. })));
    assert_eq!(blobs.fsck(refs.iter().copied().chain([big])).await.unwrap().damaged.len(), 1);
}

#[test]
fn segments_from_strangers_never_panic() {
    let record = |bytes: &[u8]| {
        let mut record = format::record_header(bytes.len() as u64, blake3::hash(bytes).as_bytes()).to_vec();
        record.extend_from_slice(bytes);
        record
    };
    let mut segment = format::segment_header(7, &[(32, 64), (99, 200)]);
    segment.extend(record(b"one"));
    segment.extend(record(b"RBLB"));
    segment.extend(format::record_header(u64::MAX, &[0; 32]));
    segment.extend(record(b"three"));
    let header = format::parse_segment_header(&segment).unwrap();
    assert_eq!(format::parse_table(&header, &segment[32..]), Some(vec![(32, 64), (99, 200)]));
    let pieces = format::pieces(&segment, 64);
    let lengths = |pieces: &[format::Piece]| -> Vec<Option<u64>> {
        let length = |piece: &format::Piece| match piece {
            format::Piece::Record { length, whole: true, .. } => Some(*length),
            _ => None,
        };
        pieces.iter().map(length).collect()
    };
    assert_eq!(lengths(&pieces), [Some(3), Some(4), None, Some(5)]);
    for at in 0..segment.len() {
        for bit in 0..8 {
            let mut flipped = segment.clone();
            flipped[at] ^= 1 << bit;
            if let Some(header) = format::parse_segment_header(&flipped) {
                assert!(at >= 32);
                assert_eq!(format::parse_table(&header, &flipped[32..]).is_none(), at < 64);
            }
            let whole = lengths(&format::pieces(&flipped, 64)).into_iter().flatten().count();
            assert!(whole >= 2, "{at}");
        }
        format::pieces(&segment[..at], 64);
        format::pieces(&segment, at as u64);
    }
    format::pieces(&segment, u64::MAX);
}

#[tokio::test]
async fn what_crashed_writers_left_is_removed_and_what_others_receive_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let incoming = directory.path().join("incoming");
    let blobs = open(directory.path(), without_cache());
    std::fs::write(incoming.join("left"), b"half").unwrap();
    let mut writer = blobs.writer();
    for _ in 0..10 {
        writer.write(&body(1, 100_000)).await.unwrap();
    }
    assert_eq!(files_in(&incoming).len(), 2);
    // Another process of the same machine opens the same place.
    let other = open(directory.path(), without_cache());
    assert_eq!(files_in(&incoming).len(), 1);
    let blob = writer.finish().await.unwrap();
    assert_eq!(other.get(&blob).await.unwrap().len(), 1_000_000);
    assert!(files_in(&incoming).is_empty());
    let mut dropped = blobs.writer();
    dropped.write(&body(1, 1_000_000)).await.unwrap();
    drop(dropped);
    // The file goes on a thread of the store; its last handle waits for nothing, so look until it is gone.
    while !files_in(&incoming).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn two_processes_keep_blobs_in_the_same_place() {
    let directory = tempfile::tempdir().unwrap();
    let (one, two) = (open(directory.path(), without_cache()), open(directory.path(), without_cache()));
    let mut refs = Vec::new();
    for seed in 0..20 {
        let blobs = if seed % 2 == 0 { &one } else { &two };
        refs.push(blobs.put(body(seed, 500)).await.unwrap());
    }
    assert_ne!(refs[0].segment, refs[1].segment);
    for (seed, blob) in refs.iter().enumerate() {
        for blobs in [&one, &two] {
            assert_eq!(blobs.get(blob).await.unwrap(), body(seed as u64, 500));
        }
    }
}

#[tokio::test]
async fn a_recent_blob_is_read_from_memory() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), options());
    let blob = blobs.put(body(1, 500)).await.unwrap();
    std::fs::remove_file(files::path_of(directory.path(), blob.segment, false)).unwrap();
    assert_eq!(blobs.get(&blob).await.unwrap(), body(1, 500));
    assert_eq!(blobs.get_range(&blob, 10..20).await.unwrap(), body(1, 500).slice(10..20));
    let other = open(directory.path(), options());
    assert!(matches!(other.get(&blob).await, Err(BlobError::Missing { .. })));
    // A segment that was removed under us takes no further blobs.
    let next = blobs.put(body(2, 500)).await.unwrap();
    assert_ne!(next.segment, blob.segment);
    assert_eq!(other.get(&next).await.unwrap(), body(2, 500));
}

#[tokio::test]
async fn a_place_that_vanishes_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    let blobs = open(&place, without_cache());
    let first = blobs.put(body(1, 500)).await.unwrap();
    let away = directory.path().join("away");
    std::fs::rename(&place, &away).unwrap();
    assert!(blobs.put(body(2, 500)).await.is_err_and(|error| error.is_temporary()));
    assert!(blobs.put(body(2, 500_000)).await.is_err_and(|error| error.is_temporary()));
    let other = first.segment ^ 0x100;
    let unopened = BlobRef { segment: other, ..first };
    assert!(blobs.get(&unopened).await.is_err_and(|error| error.is_temporary()));
    assert!(!place.exists());
    std::fs::rename(&away, &place).unwrap();
    let second = blobs.put(body(2, 500)).await.unwrap();
    for (blob, seed) in [(first, 1), (second, 2)] {
        assert_eq!(blobs.get(&blob).await.unwrap(), body(seed, 500));
    }
    assert!(Blobs::open("ftp://x", options()).is_err());
    assert!(Blobs::open("file:/proc/nowhere", options()).is_err_and(|error| error.is_temporary()));
}

/// Segments of a few blobs each, and no grace, so that there is something to compact.
fn shrinking() -> Options {
    Options { segment_limit_bytes: 10_000, grace: Duration::ZERO, ..without_cache() }
}

#[tokio::test]
async fn compaction_frees_what_is_dead_and_keeps_every_reference() {
    let directory = tempfile::tempdir().unwrap();
    let places = [open(directory.path(), shrinking()), Blobs::open("memory:", shrinking()).unwrap()];
    for (place, blobs) in places.into_iter().enumerate() {
        let mut kept = Vec::new();
        for seed in 0..200_u64 {
            let length = if seed % 50 == 0 { 300_000 } else { 900 };
            kept.push((seed, blobs.put(body(seed, length)).await.unwrap()));
        }
        // Open for reading before the files are replaced.
        for (seed, blob) in &kept {
            assert_eq!(blobs.get(blob).await.unwrap(), body(*seed, blob.size_bytes as usize));
        }
        let fresh = (place == 0).then(|| open(directory.path(), shrinking()));
        for (round, divisor) in [(1, 3), (2, 7), (3, 40)] {
            kept.retain(|(seed, _)| seed % divisor == 0);
            let live = || kept.iter().map(|(_, blob)| *blob);
            let before = blobs.fsck(live()).await.unwrap();
            assert!(before.is_clean(), "{before:?}");
            let done = blobs.compact(live(), Compaction { live_below: 0.9 }).await.unwrap();
            assert!(done.freed_bytes > 0, "{round}: {done:?}");
            assert!(done.damaged.is_empty());
            let after = blobs.fsck(live()).await.unwrap();
            assert!(after.is_clean(), "{after:?}");
            assert!(after.orphan_bytes < before.orphan_bytes);
            for (seed, blob) in &kept {
                for blobs in [Some(&blobs), fresh.as_ref()].into_iter().flatten() {
                    let bytes = body(*seed, blob.size_bytes as usize);
                    assert_eq!(blobs.get_range(blob, 5..95).await.unwrap(), bytes.slice(5..95));
                    assert_eq!(blobs.get(blob).await.unwrap(), bytes);
                }
            }
        }
        blobs.compact([], Compaction::default()).await.unwrap();
        let after = blobs.fsck([]).await.unwrap();
        // Only the segment that is being written stays.
        assert!(after.segments <= 1, "{after:?}");
        let gone = blobs.get(&kept[0].1).await;
        assert!(gone.is_err(), "{gone:?}");
    }
}

#[tokio::test]
async fn compaction_spares_the_young_and_what_is_being_written() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), without_cache());
    let sealed = Options { segment_limit_bytes: 1, ..without_cache() };
    let other = open(directory.path(), sealed);
    let (active, young) = (blobs.put(body(1, 10)).await.unwrap(), other.put(body(2, 10)).await.unwrap());
    let done = blobs.compact([], Compaction::default()).await.unwrap();
    assert_eq!(done, Compacted::default());
    let eager = open(directory.path(), Options { grace: Duration::ZERO, ..without_cache() });
    let done = eager.compact([], Compaction::default()).await.unwrap();
    assert_eq!((done.removed, done.rewritten), (1, 0));
    assert!(eager.get(&active).await.is_ok());
    assert!(matches!(eager.get(&young).await, Err(BlobError::Missing { .. })));
}

#[tokio::test]
async fn repair_saves_what_is_whole_and_keeps_what_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let mut refs = Vec::new();
    let blobs = open(directory.path(), without_cache());
    for seed in 0..6 {
        refs.push(blobs.put(body(seed, 300)).await.unwrap());
    }
    let big = blobs.put(body(6, 300_000)).await.unwrap();
    refs.push(big);
    drop(blobs);
    let segment = refs[0].segment;
    let path = files::path_of(directory.path(), segment, false);
    let mut bytes = std::fs::read(&path).unwrap();
    let damaged_body = refs[2].offset as usize + 60;
    let damaged_header = refs[4].offset as usize + 5;
    // The header of the whole segment, a body, the header of a record.
    for at in [3, damaged_body, damaged_header] {
        bytes[at] ^= 0xff;
    }
    std::fs::write(&path, &bytes).unwrap();
    let big_path = files::path_of(directory.path(), big.segment, true);
    std::fs::write(&big_path, b"short").unwrap();
    let missing = BlobRef { segment: 12345, ..refs[0] };
    let live: Vec<BlobRef> = refs.iter().copied().chain([missing]).collect();

    let blobs = open(directory.path(), without_cache());
    let check = blobs.fsck(live.clone()).await.unwrap();
    assert_eq!(check.missing, [missing]);
    let mut damaged: Vec<BlobRef> = check.damaged.iter().filter_map(|damage| damage.blob).collect();
    damaged.sort_by_key(|blob| (blob.offset == 0, blob.offset));
    assert_eq!(damaged, [refs[2], refs[4], big]);

    // Damaged segments are for repair: compaction would be the end of what it cannot read.
    let eager = open(directory.path(), Options { grace: Duration::ZERO, ..without_cache() });
    let done = eager.compact(live.clone(), Compaction { live_below: 2.0 }).await.unwrap();
    assert_eq!((done.damaged, done.removed), (vec![segment], 0));

    let repaired = blobs.repair(live.clone()).await.unwrap();
    assert_eq!(repaired.saved, 4);
    assert_eq!(repaired.lost.len(), 4);
    assert_eq!(repaired.set_aside.len(), 2);
    let aside = files_in(&directory.path().join("damaged"));
    assert_eq!(aside.len(), 2);
    assert!(aside.iter().any(|path| std::fs::read(path).unwrap() == bytes));
    for (seed, blob) in refs.iter().enumerate() {
        let result = blobs.get(blob).await;
        match seed {
            2 | 4 | 6 => assert!(matches!(result, Err(BlobError::Missing { .. })), "{seed} {result:?}"),
            _ => assert_eq!(result.unwrap(), body(seed as u64, 300)),
        }
    }
    let whole: Vec<BlobRef> = [0, 1, 3, 5].map(|at| refs[at]).to_vec();
    assert!(blobs.fsck(whole.clone()).await.unwrap().is_clean());
    assert_eq!(blobs.repair(whole).await.unwrap(), Repaired::default());
}

#[tokio::test]
async fn a_lost_table_is_found_again_by_the_hashes() {
    let directory = tempfile::tempdir().unwrap();
    let mut refs = Vec::new();
    let blobs = open(directory.path(), shrinking());
    for seed in 0..30 {
        refs.push((seed, blobs.put(body(seed, 900)).await.unwrap()));
    }
    let segment = refs[0].1.segment;
    refs.retain(|(seed, blob)| seed % 3 == 2 && blob.segment == segment);
    let live: Vec<BlobRef> = refs.iter().map(|(_, blob)| *blob).collect();
    blobs.compact(live.clone(), Compaction::default()).await.unwrap();
    let path = files::path_of(directory.path(), segment, false);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let fresh = open(directory.path(), shrinking());
    assert!(matches!(fresh.get(&live[0]).await, Err(BlobError::Damaged { .. })));
    assert_eq!(fresh.repair(live.clone()).await.unwrap().lost, []);
    for (seed, blob) in &refs {
        assert_eq!(fresh.get(blob).await.unwrap(), body(*seed, 900));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_and_writing_go_on_during_compaction() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), shrinking());
    let mut kept = Vec::new();
    for seed in 0..300_u64 {
        let blob = blobs.put(body(seed, 900)).await.unwrap();
        if seed % 4 == 0 {
            kept.push((seed, blob));
        }
    }
    let live: Vec<BlobRef> = kept.iter().map(|(_, blob)| *blob).collect();
    let (stop, reader) = (Arc::new(AtomicBool::new(false)), blobs.clone());
    let stopped = Arc::clone(&stop);
    let reading = tokio::spawn(async move {
        let mut rounds = 0;
        while !stopped.load(Ordering::SeqCst) || rounds < 3 {
            for (seed, blob) in &kept {
                assert_eq!(reader.get(blob).await.unwrap(), body(*seed, 900));
            }
            rounds += 1;
        }
    });
    let done = blobs.compact(live.clone(), Compaction::default()).await.unwrap();
    assert!(done.rewritten > 0);
    stop.store(true, Ordering::SeqCst);
    reading.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed_of_small_durable_blobs() {
    let large = std::env::var("SLOW_TESTS").is_ok();
    let directory = tempfile::tempdir().unwrap();
    let blobs = open(directory.path(), Options::default());
    let (writers, each) = (64, if large { 1000 } else { 10 });
    let bytes = body(1, 4096);
    let started = std::time::Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (blobs, bytes) = (blobs.clone(), bytes.clone());
            tokio::spawn(async move {
                for _ in 0..each {
                    blobs.put(bytes.clone()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{:.0} durable blobs of 4 KiB per second", f64::from(writers * each) / seconds);
}
