//! The content of messages: whole, ranges, sections, decoded parts.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use model::{AccountId, LetterId};
use wire_mime::{Found, Section, SectionPart, Structure, UnknownEncoding, whole_header};

use crate::account::Account;
use crate::error::StoreError;
use crate::limits::{AT_ONCE_OCTETS, HEADER_READ_OCTETS, PARSED_CACHE_OCTETS};
use crate::rows::{self, LetterRow};

/// A message with its parsed structure.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The whole message.
    pub content: Bytes,
    /// Its parts.
    pub structure: Structure,
}

/// Messages parsed lately: clients fetch part after part of one message.
pub(crate) type ParsedCache = moka::sync::Cache<(AccountId, LetterId), Arc<Parsed>>;

pub(crate) fn parsed_cache() -> ParsedCache {
    moka::sync::Cache::builder()
        .max_capacity(PARSED_CACHE_OCTETS)
        .weigher(|_, parsed: &Arc<Parsed>| u32::try_from(parsed.content.len()).unwrap_or(u32::MAX))
        .time_to_idle(std::time::Duration::from_secs(60))
        .build()
}

fn found(structure: &Structure, content: &Bytes, section: &Section) -> Option<Bytes> {
    Some(match structure.section(content, section)? {
        Found::Range(range) => content.slice(range),
        Found::Fields(fields) => Bytes::from(fields),
    })
}

/// Runs work over that many octets: at once if it takes microseconds, else beside the runtime's threads.
pub(crate) async fn aside<T: Send + 'static>(octets: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if octets <= AT_ONCE_OCTETS {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // Only a panic ends such a task early: it goes on here, where it is caught per connection.
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

impl Account {
    async fn letter_row(&self, letter: LetterId) -> Result<LetterRow, StoreError> {
        self.read(move |tx, account| rows::letter(tx, account, letter)).await
    }

    /// The whole message.
    pub async fn read_letter(&self, letter: LetterId) -> Result<Bytes, StoreError> {
        if let Some(parsed) = self.store.inner.parsed.get(&(self.account.account, letter)) {
            return Ok(parsed.content.clone());
        }
        let row = self.letter_row(letter).await?;
        let blob = self.store.inner.blobs.get(&row.blob).await;
        let blob = blob.map_err(|source| StoreError::Body { letter, source })?;
        if row.prefix.is_empty() {
            return Ok(blob);
        }
        let mut content = BytesMut::with_capacity(row.prefix.len() + blob.len());
        content.extend_from_slice(&row.prefix);
        content.extend_from_slice(&blob);
        Ok(content.freeze())
    }

    /// Some bytes of the message; what lies beyond its end is left out.
    pub async fn read_range(&self, letter: LetterId, range: Range<u64>) -> Result<Bytes, StoreError> {
        if let Some(parsed) = self.store.inner.parsed.get(&(self.account.account, letter)) {
            let size = parsed.content.len() as u64;
            let (start, end) = (range.start.min(size), range.end.min(size));
            return Ok(parsed.content.slice(start as usize..(end.max(start)) as usize));
        }
        let row = self.letter_row(letter).await?;
        let prefix_bytes = row.prefix.len() as u64;
        let size = prefix_bytes + row.blob.size_bytes;
        let (start, end) = (range.start.min(size), range.end.min(size));
        let mut content = BytesMut::new();
        if start < prefix_bytes {
            content.extend_from_slice(&row.prefix[start as usize..end.min(prefix_bytes).max(start) as usize]);
        }
        if end > prefix_bytes {
            let in_blob = start.saturating_sub(prefix_bytes)..end - prefix_bytes;
            let blob = self.store.inner.blobs.get_range(&row.blob, in_blob).await;
            let blob = blob.map_err(|source| StoreError::Body { letter, source })?;
            if content.is_empty() {
                return Ok(blob);
            }
            content.extend_from_slice(&blob);
        }
        Ok(content.freeze())
    }

    /// The message and its structure, which is kept a while for the next part.
    pub async fn parsed(&self, letter: LetterId) -> Result<Arc<Parsed>, StoreError> {
        let key = (self.account.account, letter);
        if let Some(parsed) = self.store.inner.parsed.get(&key) {
            return Ok(parsed);
        }
        let content = self.read_letter(letter).await?;
        let parsed = aside(content.len(), move || {
            let structure = Structure::parse(&content);
            Arc::new(Parsed { content, structure })
        })
        .await;
        if parsed.content.len() as u64 <= PARSED_CACHE_OCTETS / 2 {
            self.store.inner.parsed.insert(key, Arc::clone(&parsed));
        }
        Ok(parsed)
    }

    /// A section of the message (`BODY[…]`); `None` if it has no such part.
    pub async fn section(&self, letter: LetterId, section: &Section) -> Result<Option<Bytes>, StoreError> {
        use SectionPart::{Header, HeaderFields, HeaderFieldsNot, Whole};
        if section.path.is_empty() && section.part == Whole {
            return Ok(Some(self.read_letter(letter).await?));
        }
        // Clients ask for fields of every message of a folder: no need to parse the bodies, or read large ones.
        if section.path.is_empty() && matches!(section.part, Header | HeaderFields(_) | HeaderFieldsNot(_)) {
            let start = self.read_range(letter, 0..HEADER_READ_OCTETS).await?;
            if let Some(header) = whole_header(&start) {
                let header = start.slice_ref(header);
                return Ok(found(&Structure::parse(&header), &header, section));
            }
        }
        let parsed = self.parsed(letter).await?;
        Ok(found(&parsed.structure, &parsed.content, section))
    }

    /// A part with its transfer encoding undone (`BINARY[…]`); `None` if there is no such part.
    pub async fn binary(
        &self,
        letter: LetterId,
        path: &[u32],
    ) -> Result<Option<Result<Bytes, UnknownEncoding>>, StoreError> {
        let (parsed, path) = (self.parsed(letter).await?, path.to_vec());
        let size = parsed.content.len();
        let decode = move || {
            let decoded = parsed.structure.binary(&parsed.content, &path);
            decoded.map(|decoded| decoded.map(|bytes| Bytes::from(bytes.into_owned())))
        };
        Ok(aside(size, decode).await)
    }
}
