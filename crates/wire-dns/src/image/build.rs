//! From a zone as it is written to an image.

use std::collections::BTreeMap;
use std::collections::HashMap;

use hickory_proto::rr::RecordType;

use crate::image::sign::Signer;
use crate::image::{Image, Link, Node, NotAnImage, Set};
use crate::key::Signing;
use crate::name::{key, name_text, sort_key, wire};
use crate::rdata;
use crate::zone::ZoneData;

/// The records of a name and type before they are laid out.
#[derive(Default)]
pub(super) struct RawSet {
    pub(super) ttl: u32,
    /// The data of each record, without doubles, in the order of RFC 4034 §6.3.
    pub(super) data: Vec<Vec<u8>>,
}

type RawNode = BTreeMap<u16, RawSet>;

/// Where the owner of each record points: to the question.
pub(crate) const QUESTION: [u8; 2] = [0xc0, 0x0c];
const TYPE_NS: u16 = 2;
const TYPE_CNAME: u16 = 5;
const TYPE_SOA: u16 = 6;
const TYPE_DS: u16 = 43;
pub(super) const TYPE_RRSIG: u16 = 46;
pub(super) const TYPE_NSEC: u16 = 47;
const TYPE_DNSKEY: u16 = 48;
const TYPE_CDS: u16 = 59;
const TYPE_CDNSKEY: u16 = 60;

impl Image {
    /// Compiles a zone, and signs it where `signing` says how.
    pub fn build(zone: &ZoneData, signing: Option<&Signing>) -> Result<Image, NotAnImage> {
        if signing.is_some_and(|signing| !signing.keys.iter().any(|key| key.signs)) {
            return Err(NotAnImage::NoKey);
        }
        let apex = key(&zone.origin);
        let mut raw = collect(zone, &apex, signing)?;
        add_ancestors(&mut raw, apex.len());
        let keys: Vec<Vec<u8>> = raw.keys().cloned().collect();
        u32::try_from(keys.len()).map_err(|_| NotAnImage::TooMany)?;
        let names: HashMap<Box<[u8]>, u32> =
            (0..).zip(&keys).map(|(index, key)| (key.clone().into_boxed_slice(), index)).collect();
        let cuts: Vec<Option<u32>> = keys.iter().map(|key| cut(key, &raw, &names, apex.len())).collect();
        let chain = match signing {
            Some(_) => add_denials(zone, &keys, &mut raw, &cuts),
            None => Vec::new(),
        };
        let mut signer = signing.map(|signing| Signer::new(signing, &zone.origin));
        let mut nodes = Vec::with_capacity(keys.len());
        for (index, (key, raw_node)) in (0..).zip(raw) {
            let at_cut = cuts[index as usize];
            let mut sets = Vec::with_capacity(raw_node.len());
            for (kind, raw_set) in &raw_node {
                let helpers = helpers(*kind, raw_set, &names);
                let mut set = lay_out(*kind, raw_set, helpers);
                let is_ours = match at_cut {
                    None => true,
                    // RFC 4035 §2.2: at a delegation DS and NSEC are ours, NS and glue are not.
                    Some(cut) => cut == index && matches!(*kind, TYPE_DS | TYPE_NSEC),
                };
                if let Some(signer) = signer.as_mut().filter(|_| is_ours) {
                    signer.sign(&key, raw_set, &mut set);
                }
                sets.push(set);
            }
            // The first set answers ANY: the one that says most to people.
            sets.sort_by_key(|set| (matches!(set.kind, TYPE_NSEC), set.kind));
            let wildcard = wildcard_of(&key, &names);
            nodes.push(Node { key: key.into_boxed_slice(), sets: sets.into(), cut: at_cut, wildcard });
        }
        let renew_at = signer.map(|signer| signer.renew_at());
        let apex_at = names[apex.as_slice()] as usize;
        let soa = nodes[apex_at].set_of(TYPE_SOA).expect("invariant: the apex has its SOA record");
        let denial = with_ttl(soa, negative_ttl(zone));
        Ok(Image {
            origin: zone.origin.clone(),
            apex: apex.into_boxed_slice(),
            serial: zone.serial,
            names,
            nodes,
            chain,
            denial,
            renew_at,
        })
    }
}

/// RFC 2308 §3, RFC 9077 §3.
fn negative_ttl(zone: &ZoneData) -> u32 {
    zone.soa.minimum.min(zone.default_ttl)
}

/// The records by name and type, with those that belong to the apex of every zone.
fn collect(
    zone: &ZoneData,
    apex: &[u8],
    signing: Option<&Signing>,
) -> Result<BTreeMap<Vec<u8>, RawNode>, NotAnImage> {
    let mut raw: BTreeMap<Vec<u8>, RawNode> = BTreeMap::new();
    let mut add = |owner: Vec<u8>, kind: u16, ttl: u32, data: Vec<u8>| {
        let set =
            raw.entry(owner).or_default().entry(kind).or_insert_with(|| RawSet { ttl, data: Vec::new() });
        // One TTL for a set (RFC 2181 §5.2).
        set.ttl = set.ttl.min(ttl);
        set.data.push(data);
    };
    for record in &zone.records {
        if !zone.origin.zone_of(&record.owner) {
            return Err(NotAnImage::Outside(record.text()));
        }
        if record.kind() != RecordType::SOA {
            let octets = rdata::octets(&record.data);
            add(key(&record.owner), u16::from(record.kind()), record.ttl, octets);
        }
    }
    add(apex.to_vec(), TYPE_SOA, zone.default_ttl, soa_octets(zone));
    for key in signing.iter().flat_map(|signing| &signing.keys) {
        add(apex.to_vec(), TYPE_DNSKEY, zone.default_ttl, key.key.dnskey_octets().to_vec());
        if key.in_parent && signing.is_some_and(|signing| !signing.remove_ds) {
            add(apex.to_vec(), TYPE_CDS, zone.default_ttl, key.key.ds_octets(&zone.origin));
            add(apex.to_vec(), TYPE_CDNSKEY, zone.default_ttl, key.key.dnskey_octets().to_vec());
        }
    }
    if signing.is_some_and(|signing| signing.remove_ds) {
        // RFC 8078 §4.
        add(apex.to_vec(), TYPE_CDS, zone.default_ttl, vec![0, 0, 0, 0, 0]);
        add(apex.to_vec(), TYPE_CDNSKEY, zone.default_ttl, vec![0, 0, 3, 0, 0]);
    }
    for (owner, node) in &mut raw {
        if node.contains_key(&TYPE_CNAME) && (node.len() > 1 || node[&TYPE_CNAME].data.len() > 1) {
            let name = crate::name::from_wire(owner).map_or_else(String::new, |name| name_text(&name));
            return Err(NotAnImage::CnameAndMore(name));
        }
        for (kind, set) in node {
            let kind = RecordType::from(*kind);
            set.data.sort_by_cached_key(|data| rdata::canonical(kind, data));
            set.data.dedup_by(|one, other| rdata::canonical(kind, one) == rdata::canonical(kind, other));
        }
    }
    Ok(raw)
}

fn soa_octets(zone: &ZoneData) -> Vec<u8> {
    let mut octets = wire(&zone.soa.primary);
    octets.extend(wire(&zone.soa.contact));
    let soa = &zone.soa;
    for number in [zone.serial, soa.refresh, soa.retry, soa.expire, soa.minimum] {
        octets.extend(number.to_be_bytes());
    }
    octets
}

/// Names without records that have names below (RFC 4592 §2.2.2) exist too.
fn add_ancestors(raw: &mut BTreeMap<Vec<u8>, RawNode>, apex_octets: usize) {
    let keys: Vec<Vec<u8>> = raw.keys().cloned().collect();
    for key in keys {
        let mut at = 0;
        while key.len() - at > apex_octets {
            at += usize::from(key[at]) + 1;
            raw.entry(key[at..].to_vec()).or_default();
        }
    }
}

/// The highest delegation at or above a name, the apex aside.
fn cut(
    key: &[u8],
    raw: &BTreeMap<Vec<u8>, RawNode>,
    names: &HashMap<Box<[u8]>, u32>,
    apex_octets: usize,
) -> Option<u32> {
    let mut found = None;
    let mut at = 0;
    while key.len() - at > apex_octets {
        if raw.get(&key[at..]).is_some_and(|node| node.contains_key(&TYPE_NS)) {
            found = names.get(&key[at..]).copied();
        }
        at += usize::from(key[at]) + 1;
    }
    found
}

/// Adds an NSEC record to every name that has data of ours or is a delegation (RFC 4035 §2.3).
fn add_denials(
    zone: &ZoneData,
    keys: &[Vec<u8>],
    raw: &mut BTreeMap<Vec<u8>, RawNode>,
    cuts: &[Option<u32>],
) -> Vec<Link> {
    let mut chain: Vec<Link> = (0..)
        .zip(keys)
        .filter(|(index, key)| !raw[*key].is_empty() && cuts[*index as usize].is_none_or(|cut| cut == *index))
        .map(|(index, key)| {
            let mut order = Vec::new();
            sort_key(key, &mut order);
            Link { sort_key: order.into(), node: index }
        })
        .collect();
    chain.sort_by(|one, other| one.sort_key.cmp(&other.sort_key));
    let ttl = negative_ttl(zone);
    for (at, link) in chain.iter().enumerate() {
        let next = &keys[chain[(at + 1) % chain.len()].node as usize];
        let is_cut = cuts[link.node as usize].is_some();
        let node = raw.get_mut(&keys[link.node as usize]).expect("invariant: the keys are those of the map");
        let present = node.keys().copied().filter(|kind| !is_cut || matches!(*kind, TYPE_NS | TYPE_DS));
        let mut kinds: Vec<u16> = present.chain([TYPE_RRSIG, TYPE_NSEC]).collect();
        kinds.sort_unstable();
        let mut data = next.clone();
        push_bitmap(&mut data, &kinds);
        node.insert(TYPE_NSEC, RawSet { ttl, data: vec![data] });
    }
    chain
}

/// RFC 4034 §4.1.2. `kinds` is in order.
fn push_bitmap(data: &mut Vec<u8>, kinds: &[u16]) {
    for window in kinds.chunk_by(|one, other| one >> 8 == other >> 8) {
        let mut bits = [0u8; 32];
        let mut length = 0;
        for kind in window {
            let low = usize::from(*kind & 0xff);
            bits[low / 8] |= 0x80 >> (low % 8);
            length = low / 8 + 1;
        }
        data.push((window[0] >> 8) as u8);
        data.push(length as u8);
        data.extend_from_slice(&bits[..length]);
    }
}

/// The names of the zone with addresses that the data speaks of.
fn helpers(kind: u16, set: &RawSet, names: &HashMap<Box<[u8]>, u32>) -> Box<[u32]> {
    let mut found = Vec::new();
    for data in &set.data {
        let Some(target) = rdata::target(RecordType::from(kind), data) else { continue };
        if let Some(index) = names.get(target.to_ascii_lowercase().as_slice())
            && !found.contains(index)
        {
            found.push(*index);
        }
    }
    found.into()
}

fn lay_out(kind: u16, raw: &RawSet, helpers: Box<[u32]>) -> Set {
    let mut body = Vec::new();
    for data in &raw.data {
        push_record(&mut body, kind, raw.ttl, data);
    }
    let count = u16::try_from(raw.data.len()).unwrap_or(u16::MAX);
    Set { kind, count, signature_count: 0, body: body.into(), signatures: Box::default(), helpers }
}

/// A record whose owner is a pointer to the question.
pub(super) fn push_record(body: &mut Vec<u8>, kind: u16, ttl: u32, data: &[u8]) {
    body.extend_from_slice(&QUESTION);
    body.extend_from_slice(&kind.to_be_bytes());
    body.extend_from_slice(&[0, 1]);
    body.extend_from_slice(&ttl.to_be_bytes());
    let length = u16::try_from(data.len()).expect("invariant: data of a record is at most 65535 octets");
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(data);
}

/// The same set with another TTL; what is signed holds the original one.
fn with_ttl(set: &Set, ttl: u32) -> Set {
    let patched = |body: &[u8]| -> Box<[u8]> {
        let mut body = body.to_vec();
        let mut at = 0;
        while at < body.len() {
            body[at + 6..at + 10].copy_from_slice(&ttl.to_be_bytes());
            at += 12 + usize::from(u16::from_be_bytes([body[at + 10], body[at + 11]]));
        }
        body.into()
    };
    Set {
        kind: set.kind,
        count: set.count,
        signature_count: set.signature_count,
        body: patched(&set.body),
        signatures: patched(&set.signatures),
        helpers: Box::default(),
    }
}

fn wildcard_of(key: &[u8], names: &HashMap<Box<[u8]>, u32>) -> Option<u32> {
    let mut wildcard = Vec::with_capacity(key.len() + 2);
    wildcard.extend_from_slice(b"\x01*");
    wildcard.extend_from_slice(key);
    names.get(wildcard.as_slice()).copied()
}
