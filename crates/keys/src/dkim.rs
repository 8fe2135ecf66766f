//! DKIM keys: how they are made, what their records say, who signs.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Domain, DomainId, OrganisationId, Timestamp};
use zeroize::Zeroizing;

use crate::error::KeysError;

/// How a DKIM key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RSA of 2048 bits with SHA-256 (RFC 8301 §3.2): what everybody verifies.
    Rsa,
    /// Ed25519 with SHA-256 (RFC 8463).
    Ed25519,
}

impl Algorithm {
    /// Both: every letter is signed with each.
    pub const ALL: [Algorithm; 2] = [Algorithm::Rsa, Algorithm::Ed25519];

    /// The `k=` tag of the record (RFC 6376 §3.6.1, RFC 8463 §4).
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa",
            Algorithm::Ed25519 => "ed25519",
        }
    }

    /// The `a=` tag of the signature.
    pub fn signature_tag(self) -> &'static str {
        match self {
            Algorithm::Rsa => "rsa-sha256",
            Algorithm::Ed25519 => "ed25519-sha256",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    fn letter(self) -> char {
        match self {
            Algorithm::Rsa => 'r',
            Algorithm::Ed25519 => 'e',
        }
    }
}

/// Where a DKIM key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DkimState {
    /// Its record is to be published; it does not sign yet.
    Published,
    /// It signs.
    Active,
    /// It signs no more; its record stays for the letters under way.
    Retired,
    /// Its record says that nothing signed with it holds.
    Revoked,
}

impl DkimState {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            DkimState::Published => "published",
            DkimState::Active => "active",
            DkimState::Retired => "retired",
            DkimState::Revoked => "revoked",
        }
    }
}

/// A DKIM key without its private half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimKey {
    /// Its row.
    pub id: i64,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The domain in whose name it signs.
    pub domain: DomainId,
    /// The label below `_domainkey`.
    pub selector: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// What the `p=` tag holds, decoded.
    pub public_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when its record stands in the DNS, as far as we know.
    pub seen_at: Option<Timestamp>,
    /// We serve the zone that holds its record.
    pub is_in_our_zone: bool,
    /// Since when it signs, or signed.
    pub active_at: Option<Timestamp>,
    /// Since when it signs no more.
    pub retired_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl DkimKey {
    /// Where it stands.
    pub fn state(&self) -> DkimState {
        match (self.revoked_at, self.retired_at, self.active_at) {
            (Some(_), _, _) => DkimState::Revoked,
            (None, Some(_), _) => DkimState::Retired,
            (None, None, Some(_)) => DkimState::Active,
            (None, None, None) => DkimState::Published,
        }
    }

    /// The record to publish for it.
    pub fn record(&self, domain: &Domain) -> DkimRecord {
        DkimRecord {
            name: format!("{}._domainkey.{domain}", self.selector),
            selector: self.selector.clone(),
            value: match self.state() {
                // RFC 6376 §3.6.1: an empty p= means that the key has been revoked.
                DkimState::Revoked => format!("v=DKIM1; k={}; p=", self.algorithm.as_str()),
                _ => {
                    format!("v=DKIM1; k={}; p={}", self.algorithm.as_str(), STANDARD.encode(&self.public_key))
                }
            },
            state: self.state(),
        }
    }
}

/// A TXT record that belongs into the domain's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimRecord {
    /// The whole name, without its final dot: `20261121r._domainkey.valbois.example`.
    pub name: String,
    /// The first label of it.
    pub selector: String,
    /// The text in one piece; longer than the 255 octets of one string where the key is RSA.
    pub value: String,
    /// Why it stands there.
    pub state: DkimState,
}

/// A key pair that was just made.
#[derive(Clone)]
pub(crate) struct FreshKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) private_key: Zeroizing<Vec<u8>>,
    pub(crate) public_key: Vec<u8>,
}

/// Key pairs for a domain that is about to be: made before the transaction, because an RSA key takes its time.
#[derive(Clone)]
pub struct FreshKeys(pub(crate) Vec<FreshKey>);

impl FreshKeys {
    /// Makes a pair of each algorithm. Takes some hundred milliseconds of one core.
    pub fn generate(algorithms: &[Algorithm]) -> Result<FreshKeys, KeysError> {
        algorithms.iter().map(|algorithm| generate(*algorithm)).collect::<Result<_, _>>().map(FreshKeys)
    }
}

fn generate(algorithm: Algorithm) -> Result<FreshKey, KeysError> {
    let failed = |_| KeysError::Key("the generator fails");
    let (private_key, public_key) = match algorithm {
        Algorithm::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(failed)?;
            let public = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).map_err(failed)?;
            (private.as_ref().to_vec(), public.as_ref().to_vec())
        }
        Algorithm::Ed25519 => {
            let pair = Ed25519KeyPair::generate().map_err(failed)?;
            let private = pair.to_pkcs8v1().map_err(failed)?;
            // RFC 8463 §4: the bare 32 octets.
            (private.as_ref().to_vec(), pair.public_key().as_ref().to_vec())
        }
    };
    Ok(FreshKey { algorithm, private_key: Zeroizing::new(private_key), public_key })
}

/// A selector made of the day and the algorithm, and a number where the day has more than one.
pub(crate) fn selector(algorithm: Algorithm, now: Timestamp, taken: &[DkimKey]) -> String {
    let day = now.civil();
    let base = format!("{:04}{:02}{:02}{}", day.year, day.month, day.day, algorithm.letter());
    let is_free = |selector: &String| taken.iter().all(|key| key.selector != *selector);
    if is_free(&base) {
        return base;
    }
    (2_u32..).map(|number| format!("{base}{number}")).find(is_free).unwrap_or(base)
}

enum Pair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key that signs.
pub struct DkimSigner {
    /// The `s=` tag.
    pub selector: String,
    /// The `a=` tag.
    pub algorithm: Algorithm,
    pair: Pair,
}

impl DkimSigner {
    pub(crate) fn new(selector: &str, algorithm: Algorithm, pkcs8: &[u8]) -> Result<DkimSigner, KeysError> {
        let damaged = |_| KeysError::Key("a private key is damaged");
        let pair = match algorithm {
            Algorithm::Rsa => Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(damaged)?),
            Algorithm::Ed25519 => {
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(damaged)?)
            }
        };
        Ok(DkimSigner { selector: selector.to_owned(), algorithm, pair })
    }

    /// Signs the canonical header fields. RSA signs the text's SHA-256 itself; Ed25519 signs the 32 octets
    /// of the hash as its message (RFC 8463 §3).
    pub fn sign(&self, header: &[u8]) -> Result<Vec<u8>, KeysError> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), header, &mut signature)
                    .map_err(|_| KeysError::Key("RSA does not sign"))?;
                Ok(signature)
            }
            Pair::Ed25519(pair) => {
                let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, header);
                Ok(pair.sign(hash.as_ref()).as_ref().to_vec())
            }
        }
    }
}

/// The keys that sign for a domain now.
pub struct Signers {
    /// Whose domain it is.
    pub organisation: OrganisationId,
    /// The `d=` tag.
    pub domain: Domain,
    /// One of each algorithm at most; empty while no record has been seen yet.
    pub keys: Vec<DkimSigner>,
}
