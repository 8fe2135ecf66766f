//! A zone compiled for answering: every set of records lies as it goes onto the wire.

mod build;
mod sign;

use std::collections::HashMap;
use std::sync::Arc;

use hickory_proto::rr::{Name, RecordType};
use model::Timestamp;
use thiserror::Error;

use crate::name::{key, sort_key};

/// A and AAAA.
pub(crate) const ADDRESS_KINDS: [u16; 2] = [1, 28];

/// Why a zone cannot be served as it is written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnImage {
    /// A record outside the zone.
    #[error("{0} is not in the zone")]
    Outside(String),
    /// An alias beside other data (RFC 1034 §3.6.2).
    #[error("{0} is an alias and has other records too")]
    CnameAndMore(String),
    /// A zone that is to be signed without a key that signs.
    #[error("there is no key that signs")]
    NoKey,
    /// More names than can be counted.
    #[error("there are too many names")]
    TooMany,
}

/// A zone compiled for answering; immutable.
#[derive(Debug)]
pub struct Image {
    pub(crate) origin: Name,
    /// The zone's name on the wire, in lower case.
    pub(crate) apex: Box<[u8]>,
    pub(crate) serial: u32,
    /// Every name of the zone, also those that have no records but names below (RFC 4592 §2.2.2).
    pub(crate) names: HashMap<Box<[u8]>, u32>,
    pub(crate) nodes: Vec<Node>,
    /// The names that deny others, in the order of RFC 4034 §6.1; empty where the zone is not signed.
    pub(crate) chain: Vec<Link>,
    /// The SOA record with the TTL of denials (RFC 2308 §3).
    pub(crate) denial: Set,
    /// When the first signature has to be made anew.
    pub(crate) renew_at: Option<Timestamp>,
}

/// A name.
#[derive(Debug)]
pub(crate) struct Node {
    /// On the wire, in lower case.
    pub(crate) key: Box<[u8]>,
    /// In the order of their types.
    pub(crate) sets: Box<[Set]>,
    /// The delegation at or above this name.
    pub(crate) cut: Option<u32>,
    /// The name `*` below this one.
    pub(crate) wildcard: Option<u32>,
}

/// The records of a name and type, ready for the wire.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) kind: u16,
    pub(crate) count: u16,
    pub(crate) signature_count: u16,
    /// Each record whole; its owner is a pointer to the question.
    pub(crate) body: Box<[u8]>,
    /// The signatures in the same form.
    pub(crate) signatures: Box<[u8]>,
    /// The names of the zone whose addresses help.
    pub(crate) helpers: Box<[u32]>,
}

/// A name in the order of the zone.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) sort_key: Box<[u8]>,
    pub(crate) node: u32,
}

impl Node {
    pub(crate) fn set(&self, kind: RecordType) -> Option<&Set> {
        self.set_of(u16::from(kind))
    }

    pub(crate) fn set_of(&self, kind: u16) -> Option<&Set> {
        self.sets.iter().find(|set| set.kind == kind)
    }
}

impl Image {
    /// The zone's name.
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    /// The serial number that is served.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// Whether the zone is signed.
    pub fn is_signed(&self) -> bool {
        !self.chain.is_empty()
    }

    /// When the zone should be built again because signatures grow old; `None` where there are none.
    pub fn renew_at(&self) -> Option<Timestamp> {
        self.renew_at
    }

    /// How many names it knows.
    pub fn name_count(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    pub(crate) fn find(&self, key: &[u8]) -> Option<u32> {
        self.names.get(key).copied()
    }

    pub(crate) fn apex_node(&self) -> &Node {
        let index = self.find(&self.apex).expect("invariant: every image has its apex");
        self.node(index)
    }

    /// The name at or before `key` in the zone's order: whose NSEC record denies it.
    pub(crate) fn denier(&self, key: &[u8], scratch: &mut Vec<u8>) -> Option<&Node> {
        sort_key(key, scratch);
        let after = self.chain.partition_point(|link| *link.sort_key <= **scratch);
        Some(self.node(self.chain.get(after.checked_sub(1)?)?.node))
    }
}

/// Every zone that is served. Cheap to clone in part: a change copies the list, not the zones.
#[derive(Clone, Debug, Default)]
pub struct Images {
    zones: HashMap<Box<[u8]>, Arc<Image>>,
    /// The most labels that a zone's name has: longer ends of a name need not be looked for.
    most_labels: usize,
}

impl Images {
    /// These with `image`, which takes the place of one of the same name.
    pub fn insert(&mut self, image: Arc<Image>) {
        self.most_labels = self.most_labels.max(usize::from(image.origin.num_labels()));
        self.zones.insert(image.apex.clone(), image);
    }

    /// These without the zone of that name.
    pub fn remove(&mut self, origin: &Name) {
        self.zones.remove(key(origin).as_slice());
    }

    /// The zone of exactly that name.
    pub fn get(&self, origin: &Name) -> Option<&Arc<Image>> {
        self.zones.get(key(origin).as_slice())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Image>> {
        self.zones.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.zones.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// The zone that a name on the wire, in lower case, belongs to: the one with the longest name. With
    /// `is_above`, the one above a zone of exactly that name.
    pub(crate) fn enclosing(&self, key: &[u8], is_above: bool) -> Option<&Arc<Image>> {
        let labels = label_count(key);
        let mut at = 0;
        for left in (0..=labels).rev() {
            let may_be = left <= self.most_labels && !(is_above && at == 0);
            if may_be && let Some(image) = self.zones.get(&key[at..]) {
                return Some(image);
            }
            at += usize::from(key[at]) + 1;
        }
        None
    }
}

/// Labels of a name on the wire, without the root.
pub(crate) fn label_count(key: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while key[at] != 0 {
        count += 1;
        at += usize::from(key[at]) + 1;
    }
    count
}
