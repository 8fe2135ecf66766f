//! Signatures (RFC 4034 §3, RFC 4035 §2.2).

use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use model::Timestamp;

use crate::image::build::{RawSet, TYPE_RRSIG, push_record};
use crate::image::{Image, Set, label_count};
use crate::key::{ALGORITHM, Signing, SigningKey};
use crate::limits::{
    SIGNATURE_AHEAD_SECONDS, SIGNATURE_BEFORE_SECONDS, SIGNATURE_JITTER_SECONDS, SIGNATURE_RENEW_SECONDS,
    SIGNATURE_SECONDS,
};
use crate::name::key;
use crate::rdata;

/// Where the times stand in the data of a signature: after type, algorithm, labels and TTL.
const EXPIRATION_AT: usize = 8;
const INCEPTION_AT: usize = 12;
const TAG_AT: usize = 16;
/// What comes before the data in a record as it is laid out.
const RECORD_HEAD: usize = 12;

pub(super) struct Signer<'signing> {
    signing: &'signing Signing,
    /// The zone's name as the signer's name.
    zone: Vec<u8>,
    /// Seconds since 1970 as signatures count them (RFC 4034 §3.1.5).
    now: u32,
    first_expiration: Option<u32>,
}

impl<'signing> Signer<'signing> {
    pub(super) fn new(signing: &'signing Signing, origin: &Name) -> Signer<'signing> {
        let now = signing.now.seconds() as u32;
        Signer { signing, zone: key(origin), now, first_expiration: None }
    }

    /// Writes the signatures of `set`, which was laid out from `raw`.
    pub(super) fn sign(&mut self, owner: &[u8], raw: &RawSet, set: &mut Set) {
        let is_keys = set.kind == u16::from(RecordType::DNSKEY);
        let former = self.signing.previous.as_ref().and_then(|image| former(image, owner, set));
        let mut signatures = Vec::new();
        // Every key signs the set of keys, so that whichever of them the parent names proves it (RFC 6781 §4.1).
        let keys: Vec<Arc<SigningKey>> = self
            .signing
            .keys
            .iter()
            .filter(|key| key.signs || is_keys)
            .map(|key| Arc::clone(&key.key))
            .collect();
        set.signature_count = u16::try_from(keys.len()).unwrap_or(u16::MAX);
        for key in keys {
            let kept = former.and_then(|former| self.still_good(former, key.tag()));
            let data = kept.unwrap_or_else(|| self.make(owner, raw, set.kind, &key));
            let expiration = long_at(&data, EXPIRATION_AT);
            self.first_expiration = Some(self.first_expiration.map_or(expiration, |first| {
                // RFC 1982 order, as of now.
                if expiration.wrapping_sub(self.now) < first.wrapping_sub(self.now) {
                    expiration
                } else {
                    first
                }
            }));
            push_record(&mut signatures, TYPE_RRSIG, raw.ttl, &data);
        }
        set.signatures = signatures.into();
    }

    /// When the zone has to be signed again.
    pub(super) fn renew_at(&self) -> Timestamp {
        let left = self.first_expiration.map_or(SIGNATURE_SECONDS, |first| first.wrapping_sub(self.now));
        let left = left.saturating_sub(SIGNATURE_RENEW_SECONDS);
        self.signing.now.plus(Duration::from_secs(u64::from(left)))
    }

    fn make(&self, owner: &[u8], raw: &RawSet, kind: u16, key: &SigningKey) -> Vec<u8> {
        let is_wildcard = owner.starts_with(b"\x01*");
        // RFC 4034 §3.1.3: neither the root nor the asterisk counts.
        let labels = label_count(owner) - usize::from(is_wildcard);
        let lifetime = SIGNATURE_SECONDS - scatter(owner, kind) % SIGNATURE_JITTER_SECONDS;
        let mut data = kind.to_be_bytes().to_vec();
        data.extend([ALGORITHM, labels as u8]);
        data.extend(raw.ttl.to_be_bytes());
        data.extend(self.now.wrapping_add(lifetime).to_be_bytes());
        data.extend(self.now.wrapping_sub(SIGNATURE_BEFORE_SECONDS).to_be_bytes());
        data.extend(key.tag().to_be_bytes());
        data.extend(&self.zone);
        // RFC 4034 §3.1.8.1.
        let mut signed = data.clone();
        for record in &raw.data {
            let record = rdata::canonical(RecordType::from(kind), record);
            signed.extend(owner);
            signed.extend(kind.to_be_bytes());
            signed.extend([0, 1]);
            signed.extend(raw.ttl.to_be_bytes());
            signed.extend((record.len() as u16).to_be_bytes());
            signed.extend(record);
        }
        data.extend(key.sign(&signed));
        data
    }

    /// The data of the signature by the key `tag` in `former`, where it has time left.
    fn still_good(&self, former: &Set, tag: u16) -> Option<Vec<u8>> {
        let mut rest: &[u8] = &former.signatures;
        while rest.len() > RECORD_HEAD {
            let length = usize::from(u16::from_be_bytes([rest[10], rest[11]]));
            let (record, after) = rest.split_at(RECORD_HEAD + length);
            let data = &record[RECORD_HEAD..];
            rest = after;
            let has_begun = self.now.wrapping_sub(long_at(data, INCEPTION_AT)) < 1 << 31;
            let left = long_at(data, EXPIRATION_AT).wrapping_sub(self.now);
            let has_time = left > SIGNATURE_RENEW_SECONDS + SIGNATURE_AHEAD_SECONDS && left < 1 << 31;
            if has_begun && has_time && u16::from_be_bytes([data[TAG_AT], data[TAG_AT + 1]]) == tag {
                return Some(data.to_vec());
            }
        }
        None
    }
}

/// The set of the image before, if it said the same.
fn former<'image>(image: &'image Image, owner: &[u8], set: &Set) -> Option<&'image Set> {
    let former = image.node(image.find(owner)?).set_of(set.kind)?;
    (former.body == set.body).then_some(former)
}

fn long_at(data: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]])
}

/// A number that differs from set to set, and is the same for the same set (FNV-1a).
fn scatter(owner: &[u8], kind: u16) -> u32 {
    owner
        .iter()
        .chain(&kind.to_be_bytes())
        .fold(0x811c_9dc5, |hash, octet| (hash ^ u32::from(*octet)).wrapping_mul(0x0100_0193))
}
