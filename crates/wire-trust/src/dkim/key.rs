//! The public key in DNS: `v=DKIM1; k=rsa; p=MIIB…` (RFC 6376 §3.6.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Fault, Tags};

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA; the data are a SubjectPublicKeyInfo, or an RSAPublicKey (both are seen).
    Rsa,
    /// Ed25519 (RFC 8463 §4): 32 octets.
    Ed25519,
}

/// The TXT record of `<selector>._domainkey.<domain>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// k.
    pub key_type: KeyType,
    /// p; empty means that the key is revoked.
    pub public_key: Vec<u8>,
    /// h: the hash algorithms that count; empty means all.
    pub hashes: Vec<String>,
    /// s: the services; empty means all.
    pub services: Vec<String>,
    /// t=y: the domain is testing.
    pub is_testing: bool,
    /// t=s: the identity's domain must be the signing domain itself.
    pub is_exact: bool,
    /// n: for people.
    pub note: String,
}

impl KeyRecord {
    /// A record for a new key.
    pub fn new(key_type: KeyType, public_key: Vec<u8>) -> KeyRecord {
        KeyRecord {
            key_type,
            public_key,
            hashes: Vec::new(),
            services: Vec::new(),
            is_testing: false,
            is_exact: false,
            note: String::new(),
        }
    }

    /// Reads the record.
    pub fn parse(text: &str) -> Result<KeyRecord, Fault> {
        let tags = Tags::parse(text)?;
        // v is recommended; where it stands it is the first.
        if tags.get("v").is_some() && tags.first() != Some(("v", "DKIM1")) {
            return Err(tags.fault("v", "the version is DKIM1 and stands first"));
        }
        let Some(data) = tags.get("p") else {
            return Err(tags.fault("p", "the tag p with the public key is missing"));
        };
        let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let public_key =
            STANDARD.decode(data).map_err(|_| tags.fault("p", "the public key is written in base64"))?;
        let key_type = match tags.get("k") {
            None | Some("rsa") => KeyType::Rsa,
            Some("ed25519") if public_key.is_empty() || public_key.len() == 32 => KeyType::Ed25519,
            Some("ed25519") => return Err(tags.fault("p", "an Ed25519 key has 32 octets")),
            Some(_) => return Err(tags.fault("k", "the kind of key is rsa or ed25519")),
        };
        let list = |name: &str| -> Vec<String> {
            let words = tags.get(name).unwrap_or_default().split(':').map(str::trim);
            words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let flags = list("t");
        Ok(KeyRecord {
            key_type,
            public_key,
            hashes: list("h"),
            services: list("s").into_iter().filter(|service| service != "*").collect(),
            is_testing: flags.iter().any(|flag| flag == "y"),
            is_exact: flags.iter().any(|flag| flag == "s"),
            note: tags.get("n").unwrap_or_default().to_owned(),
        })
    }

    /// Whether the owner took the key back.
    pub fn is_revoked(&self) -> bool {
        self.public_key.is_empty()
    }

    /// Whether it may be used for signatures of mail with SHA-256.
    pub fn serves_mail(&self) -> bool {
        (self.services.is_empty() || self.services.iter().any(|service| service == "email"))
            && (self.hashes.is_empty() || self.hashes.iter().any(|hash| hash == "sha256"))
    }
}

impl fmt::Display for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key_type = match self.key_type {
            KeyType::Rsa => "rsa",
            KeyType::Ed25519 => "ed25519",
        };
        write!(f, "v=DKIM1; k={key_type}")?;
        for (name, words) in [("h", &self.hashes), ("s", &self.services)] {
            if !words.is_empty() {
                write!(f, "; {name}={}", words.join(":"))?;
            }
        }
        match (self.is_testing, self.is_exact) {
            (true, true) => write!(f, "; t=y:s")?,
            (true, false) => write!(f, "; t=y")?,
            (false, true) => write!(f, "; t=s")?,
            (false, false) => {}
        }
        if !self.note.is_empty() {
            write!(f, "; n={}", self.note)?;
        }
        write!(f, "; p={}", STANDARD.encode(&self.public_key))
    }
}
