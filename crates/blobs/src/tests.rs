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
