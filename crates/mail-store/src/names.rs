//! Names of folders: the form in which they are stored and compared, and the rules they keep.

use unicode_normalization::UnicodeNormalization;

use crate::error::StoreError;
use crate::limits::{FOLDER_DEPTH_LIMIT, FOLDER_NAME_LIMIT_OCTETS};

/// What separates the levels of a name.
pub const SEPARATOR: char = '/';

/// The name as it is stored: NFC (RFC 9051 §5.1 asks for one form), `INBOX` in capitals, no slash at the end.
///
/// A name that could not be stored is returned as it is; it will not be found.
pub(crate) fn canonical(name: &str) -> String {
    let name = name.strip_suffix(SEPARATOR).unwrap_or(name);
    let name: String = name.nfc().collect();
    // RFC 9051 §5.1: INBOX is case-insensitive, also where it stands above others.
    let (first, rest) = name.split_at(name.find(SEPARATOR).unwrap_or(name.len()));
    if first.eq_ignore_ascii_case("INBOX") { format!("INBOX{rest}") } else { name }
}

/// The name under which a new folder may be stored.
pub(crate) fn checked(name: &str) -> Result<String, StoreError> {
    let refused = |rule| Err(StoreError::Refused { name: name.chars().take(200).collect(), rule });
    if name.len() > 4 * FOLDER_NAME_LIMIT_OCTETS {
        return refused("a name has at most 1000 octets");
    }
    let stored = canonical(name);
    if stored.len() > FOLDER_NAME_LIMIT_OCTETS {
        return refused("a name has at most 1000 octets");
    }
    if stored.split(SEPARATOR).count() > FOLDER_DEPTH_LIMIT {
        return refused("a name has at most 20 levels");
    }
    if stored.split(SEPARATOR).any(|level| level.trim().is_empty()) {
        return refused("each level of a name has a visible character");
    }
    // RFC 5198 §2, to which RFC 9051 §5.1 points: no controls, no line or paragraph separators.
    if stored.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return refused("a name has no control characters (RFC 9051 §5.1)");
    }
    // RFC 9051 §5.1: wildcards of LIST; a folder of that name could hardly be listed alone.
    if stored.contains(['*', '%']) {
        return refused("a name has neither * nor % (RFC 9051 §5.1)");
    }
    Ok(stored)
}

/// The names above a name, the highest first.
pub(crate) fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices(SEPARATOR).map(|(at, _)| &name[..at])
}
