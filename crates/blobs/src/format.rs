//! The bytes of a segment: pure, so that every cut and flip can be tested.
//!
//! ```text
//! segment  = header [table] *record
//! header   = "RELAISB1" id:u64 entries:u64 table_crc32:u32 header_crc32:u32          32 octets
//! table    = *(old_offset:u64 new_offset:u64), by old offset; only after compaction
//! record   = "RBLB" length:u64 blake3:32 header_crc32:u32  body                      48 octets + body
//! big      = body  trailer                  the trailer is a record's 48 octets, behind the body
//! ```
//! Numbers are little-endian. A reference names the offset of the record as it was written first;
//! after compaction the table says where it lies now. Offset 0 is no record of a segment (its header
//! lies there), so it marks a big blob, which has a file or object of its own.

/// Octets before the first record (and the table).
pub(crate) const SEGMENT_HEADER_BYTES: u64 = 32;
/// Octets before a body, and behind a big one.
pub(crate) const RECORD_HEADER_BYTES: u64 = 48;
/// Octets of an entry of the table.
pub(crate) const ENTRY_BYTES: u64 = 16;
const SEGMENT_MAGIC: &[u8; 8] = b"RELAISB1";
const RECORD_MAGIC: &[u8; 4] = b"RBLB";

/// What the first 32 octets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) id: u64,
    pub(crate) entries: u64,
    pub(crate) table_crc32: u32,
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// The header of a segment and its table.
pub(crate) fn segment_header(id: u64, table: &[(u64, u64)]) -> Vec<u8> {
    let mut entries = Vec::with_capacity(table.len() * 16);
    for (old, new) in table {
        entries.extend_from_slice(&old.to_le_bytes());
        entries.extend_from_slice(&new.to_le_bytes());
    }
    let mut bytes = Vec::with_capacity(32 + entries.len());
    bytes.extend_from_slice(SEGMENT_MAGIC);
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&(table.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&entries).to_le_bytes());
    let crc32 = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc32.to_le_bytes());
    bytes.extend_from_slice(&entries);
    bytes
}

/// Reads the first 32 octets; `None` if they are not what we write.
pub(crate) fn parse_segment_header(bytes: &[u8]) -> Option<SegmentHeader> {
    let bytes = bytes.get(..32)?;
    if &bytes[..8] != SEGMENT_MAGIC || u32_at(bytes, 28)? != crc32fast::hash(&bytes[..28]) {
        return None;
    }
    Some(SegmentHeader {
        id: u64_at(bytes, 8)?,
        entries: u64_at(bytes, 16)?,
        table_crc32: u32_at(bytes, 24)?,
    })
}

/// Reads the table behind a header.
pub(crate) fn parse_table(header: &SegmentHeader, bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
    let length = usize::try_from(header.entries.checked_mul(ENTRY_BYTES)?).ok()?;
    let bytes = bytes.get(..length)?;
    if crc32fast::hash(bytes) != header.table_crc32 {
        return None;
    }
    bytes.chunks_exact(16).map(|entry| Some((u64_at(entry, 0)?, u64_at(entry, 8)?))).collect()
}

/// The 48 octets before a body.
pub(crate) fn record_header(length: u64, hash: &[u8; 32]) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[..4].copy_from_slice(RECORD_MAGIC);
    bytes[4..12].copy_from_slice(&length.to_le_bytes());
    bytes[12..44].copy_from_slice(hash);
    let crc32 = crc32fast::hash(&bytes[..44]);
    bytes[44..].copy_from_slice(&crc32.to_le_bytes());
    bytes
}

/// Reads the 48 octets before a body: its length and hash.
pub(crate) fn parse_record_header(bytes: &[u8]) -> Option<(u64, [u8; 32])> {
    let bytes = bytes.get(..48)?;
    if &bytes[..4] != RECORD_MAGIC || u32_at(bytes, 44)? != crc32fast::hash(&bytes[..44]) {
        return None;
    }
    Some((u64_at(bytes, 4)?, bytes[12..44].try_into().ok()?))
}

/// A piece of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A record; `whole` if the body is the one its hash names.
    Record { offset: u64, length: u64, hash: [u8; 32], whole: bool },
    /// Octets that are no record: a tail that a crash cut off, or damage.
    Rubble { offset: u64, length: u64 },
}

/// The pieces of a segment from `start` on. After rubble it goes on at the next header that is one.
pub(crate) fn pieces(segment: &[u8], start: u64) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = usize::try_from(start).unwrap_or(usize::MAX).min(segment.len());
    while at < segment.len() {
        match record_at(segment, at) {
            Some((piece, next)) => {
                found.push(piece);
                at = next;
            }
            None => {
                let next = next_record(segment, at + 1).unwrap_or(segment.len());
                found.push(Piece::Rubble { offset: at as u64, length: (next - at) as u64 });
                at = next;
            }
        }
    }
    found
}

fn record_at(segment: &[u8], at: usize) -> Option<(Piece, usize)> {
    let (length, hash) = parse_record_header(segment.get(at..)?)?;
    let body = at.checked_add(48)?;
    let end = body.checked_add(usize::try_from(length).ok()?)?;
    let whole = *blake3::hash(segment.get(body..end)?).as_bytes() == hash;
    Some((Piece::Record { offset: at as u64, length, hash, whole }, end))
}

fn next_record(segment: &[u8], from: usize) -> Option<usize> {
    let rest = segment.get(from..)?;
    memchr::memmem::find_iter(rest, RECORD_MAGIC)
        .map(|at| from + at)
        .find(|at| record_at(segment, *at).is_some())
}
