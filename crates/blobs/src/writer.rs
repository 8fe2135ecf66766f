//! Keeps a blob that arrives bit by bit: in memory while it is small, then in a file or object of its own.

use bytes::{Bytes, BytesMut};
use model::BlobRef;

use crate::error::BlobError;
use crate::files::Incoming;
use crate::limits::{PART_BYTES, SMALL_BLOB_LIMIT_BYTES};
use crate::objects::Upload;
use crate::{Blobs, Place};

/// A blob being received. Dropped before [`Writer::finish`], it leaves nothing behind.
pub struct Writer {
    blobs: Blobs,
    hasher: blake3::Hasher,
    buffer: BytesMut,
    size_bytes: u64,
    spilled: Spilled,
}

/// What did not stay in memory.
enum Spilled {
    Nothing,
    File(Incoming),
    Upload(Box<Upload>),
    /// A write failed or was given up half-way: nothing can follow.
    Broken,
}

impl Writer {
    pub(crate) fn new(blobs: Blobs) -> Writer {
        Writer {
            blobs,
            hasher: blake3::Hasher::new(),
            buffer: BytesMut::new(),
            size_bytes: 0,
            spilled: Spilled::Nothing,
        }
    }

    /// How many bytes were written so far.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Adds bytes. After an error the writer can only be dropped.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        self.hasher.update(bytes);
        self.size_bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let limit = self.buffer_limit();
            let room = (limit - self.buffer.len().min(limit)).min(bytes.len());
            self.buffer.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if !bytes.is_empty() {
                self.spill().await?;
            }
        }
        Ok(())
    }

    fn buffer_limit(&self) -> usize {
        match self.spilled {
            Spilled::Upload(_) => PART_BYTES,
            _ => SMALL_BLOB_LIMIT_BYTES,
        }
    }

    /// Moves the buffer on, to the disk or the object store.
    async fn spill(&mut self) -> Result<(), BlobError> {
        // Broken meanwhile: a caller that stops waiting half-way cannot go on with a gap.
        let spilled = std::mem::replace(&mut self.spilled, Spilled::Broken);
        self.spilled = match (self.blobs.place(), spilled) {
            (Place::Files(files), spilled @ (Spilled::Nothing | Spilled::File(_))) => {
                let bytes = self.buffer.split().freeze();
                let (here, files) = (std::sync::Arc::clone(files), std::sync::Arc::clone(files));
                let task = move || {
                    let mut incoming = match spilled {
                        Spilled::File(incoming) => incoming,
                        _ => Incoming::begin(&files)?,
                    };
                    incoming.append(&bytes)?;
                    Ok(incoming)
                };
                Spilled::File(here.pool.run(task).await?)
            }
            // The first part has to have 5 MiB, so the buffer only grows.
            (Place::Objects(objects), Spilled::Nothing) => Spilled::Upload(Box::new(Upload::begin(objects)?)),
            (Place::Objects(_), Spilled::Upload(mut upload)) => {
                upload.append(self.buffer.split().freeze()).await?;
                Spilled::Upload(upload)
            }
            _ => return Err(broken()),
        };
        Ok(())
    }

    /// Keeps the blob; durable when it returns.
    pub async fn finish(mut self) -> Result<BlobRef, BlobError> {
        let hash = *self.hasher.finalize().as_bytes();
        let bytes: Bytes = self.buffer.split().freeze();
        match (self.blobs.place(), std::mem::replace(&mut self.spilled, Spilled::Broken)) {
            (_, Spilled::Nothing) => self.blobs.put_small(bytes, hash).await,
            (Place::Files(files), Spilled::File(mut incoming)) => {
                let (here, files) = (std::sync::Arc::clone(files), std::sync::Arc::clone(files));
                here.pool
                    .run(move || {
                        incoming.append(&bytes)?;
                        incoming.finish(&files, hash)
                    })
                    .await
            }
            (Place::Objects(_), Spilled::Upload(upload)) => upload.finish(bytes, self.size_bytes, hash).await,
            _ => Err(broken()),
        }
    }
}

fn broken() -> BlobError {
    BlobError::io("go on", std::io::Error::other("an earlier write of this blob failed"))
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let (Place::Files(files), Spilled::File(incoming)) =
            (self.blobs.place(), std::mem::replace(&mut self.spilled, Spilled::Broken))
        {
            // Removing a big file takes a while: not on the caller's thread.
            files.pool.hand_over(move || drop(incoming));
        }
    }
}
