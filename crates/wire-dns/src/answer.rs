//! The answer to one question (RFC 1034 §4.3.2, RFC 4035 §3.1, RFC 4592, RFC 8482).

use std::hash::{DefaultHasher, Hash, Hasher};

use hickory_proto::rr::RecordType;

use crate::image::{ADDRESS_KINDS, Image, Images, Node, Set};
use crate::limits::{ADDITIONAL_NAMES, ALIASES, NAME_OCTETS, UDP_OCTETS};
use crate::query::{CLASS_ANY, CLASS_IN, Code, HEADER_OCTETS, Query, TYPE_ANY, Unanswerable};
use crate::rdata::name_octets;
use crate::writer::{Owner, Section, Writer};

const TYPE_CNAME: u16 = 5;
const TYPE_DS: u16 = 43;
const TYPE_RRSIG: u16 = 46;
/// What an OPT record without options takes.
const OPT_OCTETS: usize = 11;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The code.
    pub code: Code,
    /// Whether the asker has to come again over TCP.
    pub is_truncated: bool,
    /// Stands for what was answered, not for what was asked: the same for all names that a zone denies, or that
    /// one wildcard answers. For limiting how often the same is said.
    pub subject: u64,
}

/// Writes the answer to `query`, which was read from `message`, into `out`; at most `room` octets.
pub fn answer(images: &Images, query: &Query, message: &[u8], room: usize, out: &mut Vec<u8>) -> Answer {
    let mut writer = Writer::new(query, message, room, out);
    let wants_signatures = query.edns.is_some_and(|edns| edns.wants_signatures);
    if query.edns.is_some() {
        writer.reserve(OPT_OCTETS);
    }
    let mut answered = Answer { code: Code::NoError, is_truncated: false, subject: 0 };
    if query.edns.is_some_and(|edns| edns.version > 0) {
        answered.code = Code::BadVers;
    } else if !matches!(query.class, CLASS_IN | CLASS_ANY) || is_no_data(query.kind) {
        answered.code = Code::Refused;
    } else {
        // The DS records of a zone stand in the one above it (RFC 4035 §3.1.4.1).
        let is_ds = query.kind == TYPE_DS;
        let above = images.enclosing(query.key(), is_ds).filter(|_| is_ds);
        match above.or_else(|| images.enclosing(query.key(), false)) {
            None => answered.code = Code::Refused,
            Some(image) => {
                let mut reply = Reply {
                    images,
                    image,
                    kind: query.kind,
                    wants_signatures,
                    writer,
                    subject: DefaultHasher::new(),
                    code: Code::NoError,
                    helped: [0; ADDITIONAL_NAMES],
                    helped_count: 0,
                };
                let fits = reply.resolve(query.key());
                (answered.code, answered.subject) = (reply.code, reply.subject.finish());
                writer = reply.writer;
                if !fits {
                    writer.truncate(query.question_end());
                    answered.is_truncated = true;
                }
            }
        }
    }
    writer.set_code(answered.code);
    if query.edns.is_some() {
        writer.release(OPT_OCTETS);
        writer.edns(UDP_OCTETS as u16, answered.code, wants_signatures);
    }
    writer.finish();
    answered
}

/// Writes the answer to a message that is not a regular question; false where nothing is to be said.
pub fn refuse(message: &[u8], why: Unanswerable, out: &mut Vec<u8>) -> bool {
    out.clear();
    match (why, message.get(..HEADER_OCTETS)) {
        (Unanswerable::Code(code), Some(header)) => {
            out.extend_from_slice(header);
            out[2] = 0x80 | header[2] & 0x79;
            out[3] = code as u8 & 0x0f;
            out[4..].fill(0);
            true
        }
        _ => false,
    }
}

/// Makes of a written response one without records that says: ask over TCP. For askers whose address may be forged.
pub fn cut_short(query: &Query, out: &mut Vec<u8>) {
    out.truncate(query.question_end());
    out[2] |= 0x02;
    out[6..HEADER_OCTETS].fill(0);
}

/// Types that are questions or belong to the exchange itself (RFC 6895 §3.1); ANY aside.
fn is_no_data(kind: u16) -> bool {
    kind != TYPE_ANY && (kind == 0 || kind == 41 || (128..256).contains(&kind))
}

struct Reply<'images, 'out> {
    images: &'images Images,
    image: &'images Image,
    kind: u16,
    wants_signatures: bool,
    writer: Writer<'out>,
    subject: DefaultHasher,
    code: Code,
    /// Names whose addresses are to be added.
    helped: [u32; ADDITIONAL_NAMES],
    helped_count: usize,
}

/// Where to look next.
enum Next {
    /// All is said.
    Done,
    /// There is no room.
    Full,
    /// At the target of an alias, which stands at this place of the response.
    Alias(usize),
}

impl<'images> Reply<'images, '_> {
    /// Writes everything; false where it does not fit.
    fn resolve(&mut self, asked: &[u8]) -> bool {
        let mut key = [0; NAME_OCTETS];
        key[..asked.len()].copy_from_slice(asked);
        let mut octets = asked.len();
        for step in 0..=ALIASES {
            match self.step(&key[..octets], step == 0) {
                Next::Full => return false,
                Next::Done => break,
                Next::Alias(at) => {
                    let Some(target) = self.writer.out.get(at..).and_then(name_octets) else { break };
                    octets = target.len();
                    key[..octets].copy_from_slice(target);
                    key[..octets].make_ascii_lowercase();
                    // RFC 1034 §4.3.2 3a: as far as our own zones go.
                    let Some(image) = self.images.enclosing(&key[..octets], false) else { break };
                    self.image = image;
                    self.writer.set_base(&key[..octets], at);
                }
            }
        }
        self.help();
        true
    }

    fn step(&mut self, key: &[u8], is_first: bool) -> Next {
        let image = self.image;
        if let Some(index) = image.find(key) {
            let node = image.node(index);
            return match node.cut {
                Some(cut) if !(cut == index && self.kind == TYPE_DS) => self.refer(cut, is_first),
                _ => self.at_node(key, node, false, is_first),
            };
        }
        // The closest name that exists (RFC 4592 §3.3.1); the apex always does.
        let mut at = 0;
        let encloser = loop {
            at += usize::from(key[at]) + 1;
            if let Some(index) = image.find(&key[at..]) {
                break image.node(index);
            }
            if key[at] == 0 {
                return Next::Done;
            }
        };
        if let Some(cut) = encloser.cut {
            return self.refer(cut, is_first);
        }
        if is_first {
            self.writer.set_authoritative();
        }
        if let Some(wildcard) = encloser.wildcard {
            return self.at_node(key, image.node(wildcard), true, is_first);
        }
        // The name that the last alias points to does not exist: NXDOMAIN all the same (RFC 6604 §3).
        self.code = Code::NxDomain;
        (&image.apex, u8::MAX).hash(&mut self.subject);
        let mut deniers = Deniers::default();
        if self.wants_signatures && image.is_signed() {
            let mut scratch = Vec::with_capacity(NAME_OCTETS);
            deniers.add(image.denier(key, &mut scratch));
            let mut wildcard = Vec::with_capacity(NAME_OCTETS + 2);
            wildcard.extend_from_slice(b"\x01*");
            wildcard.extend_from_slice(&encloser.key);
            deniers.add(image.denier(&wildcard, &mut scratch));
        }
        self.deny(&deniers)
    }

    /// Answers from a name, or from the wildcard that stands for it.
    fn at_node(&mut self, key: &[u8], node: &'images Node, is_wildcard: bool, is_first: bool) -> Next {
        if is_first {
            self.writer.set_authoritative();
        }
        (&node.key, self.kind).hash(&mut self.subject);
        let image = self.image;
        let mut deniers = Deniers::default();
        if is_wildcard && self.wants_signatures && image.is_signed() {
            // That the name itself does not exist (RFC 4035 §3.1.3.3).
            deniers.add(image.denier(key, &mut Vec::with_capacity(NAME_OCTETS)));
        }
        let found = match self.kind {
            TYPE_ANY | TYPE_RRSIG => node.sets.first(),
            kind => node.set_of(kind),
        };
        if let Some(set) = found {
            let fits = match self.kind {
                // One set is enough (RFC 8482 §4.1).
                TYPE_RRSIG if set.signature_count == 0 => return self.deny_at(node, image, key, deniers),
                TYPE_RRSIG => {
                    let (body, count) = (&set.signatures, set.signature_count);
                    self.writer.records(Section::Answer, Owner::Base, body, count)
                }
                _ => self.writer.set(Section::Answer, Owner::Base, set, self.wants_signatures),
            };
            self.remember(set);
            return if fits && self.put_deniers(&deniers) { Next::Done } else { Next::Full };
        }
        if let Some(alias) = node.set_of(TYPE_CNAME) {
            // The target is the data of the record that is written next.
            let began = self.writer.len();
            if !self.writer.set(Section::Answer, Owner::Base, alias, self.wants_signatures)
                || !self.put_deniers(&deniers)
            {
                return Next::Full;
            }
            let data = skip_head(self.writer.out, began);
            return data.map_or(Next::Done, Next::Alias);
        }
        self.deny_at(node, image, key, deniers)
    }

    /// The name exists, and not what was asked for.
    fn deny_at(
        &mut self,
        node: &'images Node,
        image: &'images Image,
        key: &[u8],
        mut deniers: Deniers<'images>,
    ) -> Next {
        if self.wants_signatures && image.is_signed() {
            match node.set(RecordType::NSEC) {
                Some(_) => deniers.add(Some(node)),
                // A name that has only names below it: the one before says so.
                None => deniers.add(image.denier(key, &mut Vec::with_capacity(NAME_OCTETS))),
            }
        }
        self.deny(&deniers)
    }

    /// SOA, and the proof.
    fn deny(&mut self, deniers: &Deniers<'images>) -> Next {
        let image = self.image;
        let soa = self.writer.set(
            Section::Authority,
            Owner::Key(&image.apex),
            &image.denial,
            self.wants_signatures,
        );
        if soa && self.put_deniers(deniers) { Next::Done } else { Next::Full }
    }

    fn put_deniers(&mut self, deniers: &Deniers<'images>) -> bool {
        deniers.nodes.iter().flatten().all(|node| match node.set(RecordType::NSEC) {
            Some(set) => self.writer.set(Section::Authority, Owner::Key(&node.key), set, true),
            None => true,
        })
    }

    /// Somebody else's zone begins at `cut`: who, and where (RFC 1034 §4.3.2 3b).
    fn refer(&mut self, cut: u32, is_first: bool) -> Next {
        let image = self.image;
        let node = image.node(cut);
        if !is_first {
            // Behind an alias of ours the asker finds the way himself.
            return Next::Done;
        }
        (&node.key, u8::MAX - 1).hash(&mut self.subject);
        let Some(servers) = node.set(RecordType::NS) else { return Next::Done };
        let mut fits = self.writer.set(Section::Authority, Owner::Key(&node.key), servers, false);
        if self.wants_signatures {
            // Whether the zone below is signed (RFC 4035 §3.1.4).
            if let Some(proof) = node.set(RecordType::DS).or_else(|| node.set(RecordType::NSEC)) {
                fits &= self.writer.set(Section::Authority, Owner::Key(&node.key), proof, true);
            }
        }
        // Without the addresses of servers inside the zone below nobody could go on (RFC 9471 §3.1).
        for helper in servers.helpers.iter().take(ADDITIONAL_NAMES) {
            let server = image.node(*helper);
            let is_needed = server.key.ends_with(&node.key);
            for kind in ADDRESS_KINDS {
                if let Some(set) = server.set_of(kind) {
                    let put = self.writer.set(Section::Additional, Owner::Key(&server.key), set, false);
                    fits &= put || !is_needed;
                }
            }
        }
        if fits { Next::Done } else { Next::Full }
    }

    /// Notes the names that `set` speaks of.
    fn remember(&mut self, set: &Set) {
        for helper in &set.helpers {
            if self.helped_count < ADDITIONAL_NAMES {
                self.helped[self.helped_count] = *helper;
                self.helped_count += 1;
            }
        }
    }

    /// Adds the addresses of the names that the answer speaks of, as far as there is room.
    fn help(&mut self) {
        let image = self.image;
        for helper in &self.helped[..self.helped_count] {
            let node = image.node(*helper);
            let with_signatures = self.wants_signatures && node.cut.is_none();
            for kind in ADDRESS_KINDS {
                if let Some(set) = node.set_of(kind) {
                    self.writer.set(Section::Additional, Owner::Key(&node.key), set, with_signatures);
                }
            }
        }
    }
}

/// The names whose NSEC records prove a denial; none twice.
#[derive(Default)]
struct Deniers<'images> {
    nodes: [Option<&'images Node>; 3],
}

impl<'images> Deniers<'images> {
    fn add(&mut self, node: Option<&'images Node>) {
        let Some(node) = node else { return };
        for place in &mut self.nodes {
            match place {
                Some(known) if std::ptr::eq(*known, node) => return,
                Some(_) => {}
                None => {
                    *place = Some(node);
                    return;
                }
            }
        }
    }
}

/// Where the data of the record at `at` begins.
fn skip_head(message: &[u8], at: usize) -> Option<usize> {
    Some(crate::query::skip_name(message, at)? + 10)
}
