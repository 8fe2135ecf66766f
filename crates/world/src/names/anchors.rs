//! The keys at which every chain of signatures must end.

use hickory_proto::dnssec::{PublicKeyBuf, TrustAnchors, Verifier};
use hickory_proto::rr::Name;
use hickory_proto::serialize::txt::trust_anchor::{Entry, Parser};

use super::NamesSetupError;

/// Trusted keys: those of the root, and of zones that no chain from the root reaches.
pub(super) struct Anchors {
    pub(super) keys: TrustAnchors,
    /// The zones other than the root that have a key of their own.
    zones: Vec<Name>,
}

impl Anchors {
    /// The built-in keys of the root, or those of a file's DNSKEY records. A file without keys of the root
    /// adds to the built-in ones.
    pub(super) fn new(file: Option<&str>) -> Result<Anchors, NamesSetupError> {
        let Some(text) = file else {
            return Ok(Anchors { keys: TrustAnchors::default(), zones: Vec::new() });
        };
        let wrong = |why: String| NamesSetupError::TrustAnchor(why);
        let entries = Parser::new(text).parse().map_err(|error| {
            wrong(format!("not DNSKEY records in zone-file form, one a line, with absolute names: {error}"))
        })?;
        let records: Vec<_> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::DNSKEY(record) => Some((record.name(), record.data())),
                _ => None,
            })
            .collect();
        let names_the_root = records.iter().any(|(zone, _)| zone.is_root());
        let mut keys = if names_the_root { TrustAnchors::empty() } else { TrustAnchors::default() };
        let mut zones = Vec::new();
        for (zone, record) in &records {
            let key = record.key().map_err(|error| wrong(error.to_string()))?;
            let key = PublicKeyBuf::new(key.public_bytes().to_vec(), record.algorithm());
            keys.insert_with_name(&key, (*zone).into());
            if !zone.is_root() {
                zones.push((*zone).clone());
            }
        }
        match records.is_empty() {
            true => Err(wrong("the file holds no DNSKEY record".to_owned())),
            false => Ok(Anchors { keys, zones }),
        }
    }

    /// Whether a key other than the root's vouches for `name`.
    pub(super) fn covers(&self, name: &Name) -> bool {
        self.zones.iter().any(|zone| zone.zone_of(name))
    }
}
