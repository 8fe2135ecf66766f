//! Compressed attachments, opened within a limit.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

use crate::Unreadable;
use crate::limits::{PACKED_LIMIT_BYTES, UNPACKED_LIMIT_BYTES};

/// The bytes of a report: unpacked where they are gzip (RFC 7489 §7.2.1.1, RFC 8460 §4.2) or zip (what Google and others
/// send), as they are otherwise.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if bytes.len() > PACKED_LIMIT_BYTES {
        return Err(Unreadable::TooLarge);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return read(MultiGzDecoder::new(bytes)).map(Cow::Owned);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return unzip(bytes);
    }
    Ok(Cow::Borrowed(bytes))
}

fn read(reader: impl Read) -> Result<Vec<u8>, Unreadable> {
    let mut unpacked = Vec::new();
    reader
        .take(UNPACKED_LIMIT_BYTES as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Unreadable::Packed(error.to_string()))?;
    if unpacked.len() > UNPACKED_LIMIT_BYTES {
        return Err(Unreadable::TooLarge);
    }
    Ok(unpacked)
}

/// The first entry of a zip archive. A deflated stream knows its own end, so that the sizes, which may stand behind
/// it or be wrong, are not needed.
fn unzip(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    let broken = || Unreadable::Packed("the zip archive is cut off".to_owned());
    let two = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let flags = two(6).ok_or_else(broken)?;
    let method = two(8).ok_or_else(broken)?;
    let name = usize::from(two(26).ok_or_else(broken)?);
    let extra = usize::from(two(28).ok_or_else(broken)?);
    let content = bytes.get(30 + name + extra..).ok_or_else(broken)?;
    if flags & 1 != 0 {
        return Err(Unreadable::Packed("the zip archive is encrypted".to_owned()));
    }
    match method {
        8 => read(DeflateDecoder::new(content)).map(Cow::Owned),
        0 => {
            let size = bytes.get(22..26).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
            let size = usize::try_from(size.ok_or_else(broken)?).map_err(|_| Unreadable::TooLarge)?;
            content.get(..size).map(Cow::Borrowed).ok_or_else(broken)
        }
        other => Err(Unreadable::Packed(format!("the zip archive uses method {other}"))),
    }
}
