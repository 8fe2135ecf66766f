//! Why there is no page.

use crate::limits;

/// Why values do not make a page.
#[derive(Debug, thiserror::Error)]
pub enum NotARecord {
    /// More parts or lines than [`limits::ENTRIES`].
    #[error("{count} entries are more than {} that are listed", limits::ENTRIES)]
    TooManyEntries {
        /// How many.
        count: usize,
    },
    /// The evidence is larger than [`limits::BUNDLE_BYTES`].
    #[error("evidence of {length} bytes is larger than {} that are embedded", limits::BUNDLE_BYTES)]
    BundleTooLarge {
        /// How large, in bytes.
        length: usize,
    },
    /// A time outside of the years 0 to 9999.
    #[error("a time is outside of the years that a page can show")]
    Time,
    /// The page cannot be written as PDF/A-3b.
    #[error("cannot write the page as PDF/A-3b: {0}")]
    Pdf(String),
}
