//! Names that tests put in.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{RData, RecordType};

use super::{Found, LookupError, key};

/// Names known without asking anybody.
#[derive(Clone, Debug, Default)]
pub struct StaticNames {
    records: HashMap<String, HashMap<RecordType, Vec<RData>>>,
    failing: HashSet<String>,
    silent: HashSet<String>,
    is_secure: bool,
}

impl StaticNames {
    /// Adds a record in zone-file form: `.with("example.org", "MX", "10 mx.example.org.")`. Panics where
    /// it is none: names are fixed in tests.
    #[must_use]
    pub fn with(mut self, name: &str, kind: &str, data: &str) -> StaticNames {
        let kind: RecordType = kind.parse().expect("a record type");
        let data = match kind {
            // One string, whatever it contains; longer ones are cut as zone files do.
            RecordType::TXT => RData::TXT(TXT::from_bytes(data.as_bytes().chunks(255).collect())),
            _ => RData::try_from_str(kind, data).expect("a record in zone-file form"),
        };
        self.records.entry(key(name)).or_default().entry(kind).or_default().push(data);
        self
    }

    /// Adds an address.
    #[must_use]
    pub fn with_address(self, name: &str, ip: IpAddr) -> StaticNames {
        self.with(name, if ip.is_ipv4() { "A" } else { "AAAA" }, &ip.to_string())
    }

    /// Makes every question about `name` fail for now.
    #[must_use]
    pub fn failing(mut self, name: &str) -> StaticNames {
        self.failing.insert(key(name));
        self
    }

    /// Makes look-ups of `name` never end.
    #[must_use]
    pub fn never_answering(mut self, name: &str) -> StaticNames {
        self.silent.insert(key(name));
        self
    }

    pub(super) fn is_silent(&self, name: &str) -> bool {
        self.silent.contains(&key(name))
    }

    /// Makes every answer authentic.
    #[must_use]
    pub fn secure(mut self) -> StaticNames {
        self.is_secure = true;
        self
    }

    pub(super) fn look_up(&self, name: &str, kind: RecordType) -> Result<Found, LookupError> {
        let mut owner = key(name);
        // RFC 1034 §3.6.2; the number of steps bounds a loop.
        for _ in 0..8 {
            if self.failing.contains(&owner) {
                return Err(LookupError::Later { name: owner, reason: "it fails in this test".to_owned() });
            }
            let Some(kinds) = self.records.get(&owner) else {
                let below = format!(".{owner}");
                // RFC 8020 §2: above a name that exists, names exist.
                return Err(match self.records.keys().any(|known| known.ends_with(&below)) {
                    true => LookupError::NoRecords(owner),
                    false => LookupError::NoSuchName(owner),
                });
            };
            if let Some(records) = kinds.get(&kind) {
                let ttl = Duration::from_secs(3600);
                return Ok(Found { records: records.clone(), is_secure: self.is_secure, ttl });
            }
            match kinds.get(&RecordType::CNAME).and_then(|records| records.first()) {
                Some(RData::CNAME(target)) => owner = key(&target.0.to_ascii()),
                _ => return Err(LookupError::NoRecords(owner)),
            }
        }
        Err(LookupError::NoRecords(owner))
    }
}
