//! May this peer send for that domain? (RFC 7208)
//!
//! [`evaluate()`] is check_host(); [`count()`] walks the same records without a peer, for their owner.

mod count;
mod evaluate;

pub use count::{Branch, Count, Problem, count};
pub use evaluate::{Question, SpfOutcome, ask, evaluate};

use wire_trust::spf::Record;
use world::{LookupError, Names};

/// Whether check_host() asks about a domain of that form at all (RFC 7208 §4.3): several labels of 1 to 63 octets.
fn is_askable(domain: &str) -> bool {
    let name = domain.strip_suffix('.').unwrap_or(domain);
    name.len() <= 253
        && name.contains('.')
        && name.is_ascii()
        && !name.starts_with('[')
        && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// The records of a domain that mean to be SPF, as text.
async fn published(names: &Names, domain: &str) -> Result<Vec<String>, LookupError> {
    match names.texts(domain).await {
        Ok(texts) => Ok(texts
            .iter()
            .filter(|text| Record::is_meant(text))
            // What is no UTF-8 becomes characters that the grammar refuses.
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .collect()),
        Err(error) if error.is_void() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
