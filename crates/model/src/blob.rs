//! Where a body lies and how to know that it is whole.

use std::fmt;

use thiserror::Error;

/// A reference to bytes kept by `blobs`: never changes once given out, survives compaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobRef {
    /// The segment file or object that holds the bytes.
    pub segment: u64,
    /// Where in the segment, as written first (compaction keeps a translation).
    pub offset: u64,
    /// How many bytes.
    pub size_bytes: u64,
    /// BLAKE3 of the bytes.
    pub hash: [u8; 32],
}

/// The stored form is not 56 bytes long.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a stored blob reference has 56 bytes, not {0}")]
pub struct NotABlobRef(pub usize);

impl BlobRef {
    /// The form that database columns keep: three big-endian numbers and the hash.
    pub fn to_bytes(&self) -> [u8; 56] {
        let mut bytes = [0; 56];
        bytes[..8].copy_from_slice(&self.segment.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.offset.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.size_bytes.to_be_bytes());
        bytes[24..].copy_from_slice(&self.hash);
        bytes
    }

    /// Reads what [`BlobRef::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<BlobRef, NotABlobRef> {
        let bytes: &[u8; 56] = bytes.try_into().map_err(|_| NotABlobRef(bytes.len()))?;
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_be_bytes(eight)
        };
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[24..]);
        Ok(BlobRef { segment: number(0), offset: number(8), size_bytes: number(16), hash })
    }
}

impl fmt::Display for BlobRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.hash[..8] {
            write!(f, "{byte:02x}")?;
        }
        write!(f, " ({} bytes at {:x}:{})", self.size_bytes, self.segment, self.offset)
    }
}

impl fmt::Debug for BlobRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobRef({self})")
    }
}
