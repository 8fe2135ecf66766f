//! The key that signs a zone: ECDSA on P-256 with SHA-256, algorithm 13 (RFC 6605), used as a combined signing key
//! (docs/decisions/0023-dnssec.md).

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use hickory_proto::rr::{Name, RData, RecordType};
use model::Timestamp;
use thiserror::Error;

use crate::image::Image;
use crate::name::{key, name_text};
use crate::rdata;

/// ECDSA P-256 with SHA-256 (RFC 6605 §2).
pub(crate) const ALGORITHM: u8 = 13;
/// Zone key and secure entry point (RFC 4034 §2.1.1).
const FLAGS: u16 = 257;
/// SHA-256 (RFC 4509).
const DIGEST_KIND: u8 = 2;

/// These octets are not a private key of ECDSA P-256 in PKCS #8.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not a private key of ECDSA P-256 in PKCS #8")]
pub struct BadKey;

/// A private key that signs a zone.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    dnskey: Vec<u8>,
    tag: u16,
}

impl SigningKey {
    /// A new key.
    pub fn generate() -> SigningKey {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .expect("invariant: the library makes a P-256 key without input of ours");
        SigningKey::new(pair)
    }

    /// The key in PKCS #8.
    pub fn from_pkcs8(octets: &[u8]) -> Result<SigningKey, BadKey> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, octets)
            .map(SigningKey::new)
            .map_err(|_| BadKey)
    }

    fn new(pair: EcdsaKeyPair) -> SigningKey {
        let mut dnskey = FLAGS.to_be_bytes().to_vec();
        dnskey.extend_from_slice(&[3, ALGORITHM]);
        // Without the octet that says «uncompressed point» (RFC 6605 §4).
        dnskey.extend_from_slice(&pair.public_key().as_ref()[1..]);
        let tag = key_tag(&dnskey);
        SigningKey { pair, dnskey, tag }
    }

    /// The private key in PKCS #8, to be kept.
    pub fn pkcs8(&self) -> Vec<u8> {
        let document = self.pair.to_pkcs8v1();
        document.expect("invariant: a key that signs can be written").as_ref().to_vec()
    }

    /// The number by which signatures name the key (RFC 4034 appendix B).
    pub fn tag(&self) -> u16 {
        self.tag
    }

    /// The public key as a record of the zone.
    pub fn dnskey(&self) -> RData {
        rdata::read(RecordType::DNSKEY, &self.dnskey).expect("invariant: a key of ours is a record")
    }

    /// The public key in zone-file form: `257 3 13 …`, as a trust anchor wants it.
    pub fn dnskey_text(&self) -> String {
        rdata::text_of_wire(RecordType::DNSKEY, &self.dnskey)
    }

    /// What the parent zone has to say about the key of `zone` (RFC 4034 §5).
    pub fn ds(&self, zone: &Name) -> RData {
        rdata::read(RecordType::DS, &self.ds_octets(zone)).expect("invariant: a digest of ours is a record")
    }

    /// The line for the parent zone: `example.org. IN DS 12345 13 2 …`.
    pub fn ds_text(&self, zone: &Name) -> String {
        let data = rdata::text_of_wire(RecordType::DS, &self.ds_octets(zone));
        format!("{} IN DS {data}", name_text(zone))
    }

    pub(crate) fn dnskey_octets(&self) -> &[u8] {
        &self.dnskey
    }

    pub(crate) fn ds_octets(&self, zone: &Name) -> Vec<u8> {
        let mut hashed = key(zone);
        hashed.extend_from_slice(&self.dnskey);
        let mut octets = self.tag.to_be_bytes().to_vec();
        octets.extend_from_slice(&[ALGORITHM, DIGEST_KIND]);
        octets.extend_from_slice(digest(&SHA256, &hashed).as_ref());
        octets
    }

    /// The 64 octets of a signature (RFC 6605 §4).
    pub(crate) fn sign(&self, octets: &[u8]) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), octets);
        signature.expect("invariant: a valid key signs anything").as_ref().to_vec()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SigningKey").field("tag", &self.tag).finish_non_exhaustive()
    }
}

/// RFC 4034 appendix B.
fn key_tag(dnskey: &[u8]) -> u16 {
    let sum: u32 = dnskey
        .iter()
        .enumerate()
        .map(|(index, octet)| if index % 2 == 0 { u32::from(*octet) << 8 } else { u32::from(*octet) })
        .sum();
    ((sum + (sum >> 16)) & 0xffff) as u16
}

/// A key of a zone and what it does there. Every key stands in the DNSKEY set and signs that set.
#[derive(Clone, Debug)]
pub struct ZoneKey {
    /// The key.
    pub key: Arc<SigningKey>,
    /// Whether it signs the zone's data. At least one has to; a new key is published before, an old one stays after
    /// (RFC 6781 §4.1).
    pub signs: bool,
    /// Whether the parent is asked, by CDS and CDNSKEY, to name it (RFC 7344).
    pub in_parent: bool,
}

/// How a zone is signed.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Its keys.
    pub keys: Vec<ZoneKey>,
    /// Whether the parent is asked to remove its DS records (RFC 8078 §4); the zone stays signed meanwhile.
    pub remove_ds: bool,
    /// Now.
    pub now: Timestamp,
    /// The zone's image before: signatures of what did not change are taken from it while they have time left.
    pub previous: Option<Arc<Image>>,
}

impl Signing {
    /// A zone with one key, which the parent names or should name.
    pub fn new(key: Arc<SigningKey>, now: Timestamp) -> Signing {
        Signing {
            keys: vec![ZoneKey { key, signs: true, in_parent: true }],
            remove_ds: false,
            now,
            previous: None,
        }
    }
}
