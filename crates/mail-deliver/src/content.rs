//! The bytes of a message, wherever they are.

use blobs::{BlobError, Blobs};
use bytes::Bytes;
use model::BlobRef;

/// A message as it goes out: our prefix and then the bytes received.
#[derive(Clone)]
pub struct Content {
    /// Fields stamped by us.
    pub prefix: Bytes,
    /// The body as received.
    pub blob: BlobRef,
    /// The body itself, if it is in memory.
    pub bytes: Option<Bytes>,
    /// Where it is otherwise.
    pub blobs: Blobs,
}

impl Content {
    /// A message in memory, made from another one.
    pub(crate) fn in_memory(whole: Vec<u8>, from: &Content) -> Content {
        let nothing = BlobRef { size_bytes: 0, ..from.blob };
        Content { prefix: whole.into(), blob: nothing, bytes: None, blobs: from.blobs.clone() }
    }

    /// Octets of the whole.
    pub fn size_bytes(&self) -> u64 {
        self.prefix.len() as u64 + self.blob.size_bytes
    }

    /// Octets of the body from `offset`, at most `limit`; empty at its end.
    pub(crate) async fn block(&self, offset: u64, limit: usize) -> Result<Bytes, BlobError> {
        let end = offset.saturating_add(limit as u64).min(self.blob.size_bytes);
        if offset >= end {
            return Ok(Bytes::new());
        }
        match &self.bytes {
            // The whole body is there, so that both fit into memory's numbers.
            Some(bytes) => Ok(bytes.slice(offset as usize..end as usize)),
            None if offset == 0 && end == self.blob.size_bytes => self.blobs.get(&self.blob).await,
            None => self.blobs.get_range(&self.blob, offset..end).await,
        }
    }

    /// The whole message in memory.
    pub(crate) async fn whole(&self) -> Result<Vec<u8>, BlobError> {
        let body = match &self.bytes {
            Some(bytes) => bytes.clone(),
            None => self.blobs.get(&self.blob).await?,
        };
        Ok([&self.prefix[..], &body[..]].concat())
    }
}
