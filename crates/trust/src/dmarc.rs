//! What a domain asks for letters in its name, and whose domains belong together (RFC 7489).

use wire_trust::dmarc::{Alignment, Policy, Record};
use world::{LookupError, Names};

/// What was found for a From domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The record.
    pub record: Record,
    /// The record as text.
    pub text: String,
    /// The domain at which it stands.
    pub domain: String,
    /// The policy that holds for the From domain: p, or sp for what lies below.
    pub policy: Policy,
}

/// Why there is no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// Here it is.
    Found(Box<Published>),
    /// Nothing is published, or nothing that counts (RFC 7489 §6.6.3).
    Nothing,
    /// A name cannot be looked up now.
    Later(String),
}

/// The organisational domain (RFC 7489 §3.2): one label more than the public suffix. Lower case; a public
/// suffix is its own.
pub fn organisational_domain(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// Whether `domain` fits `from` (RFC 7489 §3.1.1, §3.1.2); both lower case, in their A-label form.
pub fn is_aligned(domain: &str, from: &str, alignment: Alignment) -> bool {
    match alignment {
        Alignment::Strict => domain == from,
        Alignment::Relaxed => domain == from || organisational_domain(domain) == organisational_domain(from),
    }
}

/// Looks for the policy of `from`: at the domain itself, then at its organisational domain (RFC 7489 §6.6.3).
pub async fn discover(names: &Names, from: &str) -> Discovery {
    let from = from.strip_suffix('.').unwrap_or(from).to_ascii_lowercase();
    let organisation = organisational_domain(&from);
    let (mut found, mut domain) = (record(names, &from).await, from.as_str());
    if found == Ok(None) && organisation != from {
        (found, domain) = (record(names, organisation).await, organisation);
    }
    let (record, text) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Discovery::Nothing,
        Err(error) => return Discovery::Later(error.to_string()),
    };
    let mut policy = match (domain == from, record.subdomains) {
        (false, Some(subdomains)) => subdomains,
        _ => record.policy,
    };
    if domain != from
        && let Some(nonexistent) = record.nonexistent.filter(|nonexistent| *nonexistent != policy)
    {
        // DMARCbis: np is for names that do not exist (RFC 9091 §3.2: NXDOMAIN).
        match exists(names, &from).await {
            Ok(true) => {}
            Ok(false) => policy = nonexistent,
            Err(error) => return Discovery::Later(error.to_string()),
        }
    }
    Discovery::Found(Box::new(Published { policy, text, domain: domain.to_owned(), record }))
}

/// The one record that counts; several count as none, and so does one that cannot be understood.
async fn record(names: &Names, domain: &str) -> Result<Option<(Record, String)>, LookupError> {
    let texts = match names.texts(&format!("_dmarc.{domain}")).await {
        Ok(texts) => texts,
        Err(error) if error.is_void() => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut meant = texts.iter().filter(|text| Record::is_meant(text));
    let (Some(text), None) = (meant.next(), meant.next()) else { return Ok(None) };
    let text = String::from_utf8_lossy(text).into_owned();
    Ok(Record::receive(&text).ok().map(|record| (record, text)))
}

/// Whether the name exists at all, whatever stands there.
async fn exists(names: &Names, name: &str) -> Result<bool, LookupError> {
    match names.look_up(name, world::RecordType::A).await {
        Err(LookupError::NoSuchName(_)) => Ok(false),
        Err(error @ LookupError::Later { .. }) => Err(error),
        Ok(_) | Err(LookupError::NoRecords(_)) => Ok(true),
    }
}
