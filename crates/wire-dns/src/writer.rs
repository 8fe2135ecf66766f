//! A response as it is written into a buffer.

use crate::image::{Set, label_count};
use crate::limits::NAME_OCTETS;
use crate::query::{Code, HEADER_OCTETS, Query};

/// The three parts behind the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Answer = 0,
    Authority = 1,
    Additional = 2,
}

/// Pointers reach this far (RFC 1035 §4.1.4).
const POINTER_LIMIT: usize = 0x4000;
const POINTER: u16 = 0xc000;
/// Everything of a record before its data, with a pointer as its owner.
const RECORD_HEAD: usize = 12;

/// Writes records whose owners are shortened against one name, at first that of the question.
pub(crate) struct Writer<'out> {
    pub(crate) out: &'out mut Vec<u8>,
    room: usize,
    counts: [u16; 3],
    base: [u8; NAME_OCTETS],
    base_octets: usize,
    base_at: usize,
}

/// Where a record's owner can be read.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'key> {
    /// It is the base itself.
    Base,
    /// A name on the wire, in lower case.
    Key(&'key [u8]),
}

impl<'out> Writer<'out> {
    /// Begins a response with the question of `message`. `room` is what may be written in all.
    pub(crate) fn new(query: &Query, message: &[u8], room: usize, out: &'out mut Vec<u8>) -> Writer<'out> {
        out.clear();
        out.extend_from_slice(&message[..query.question_end()]);
        // QR, the opcode and RD as asked; CD as asked (RFC 4035 §3.1.6).
        out[2] = 0x80 | message[2] & 0x79;
        out[3] = message[3] & 0x10;
        out[6..HEADER_OCTETS].fill(0);
        let mut writer = Writer {
            out,
            room,
            counts: [0; 3],
            base: [0; NAME_OCTETS],
            base_octets: 0,
            base_at: HEADER_OCTETS,
        };
        writer.set_base(query.key(), HEADER_OCTETS);
        writer
    }

    /// Lets owners be shortened against `key`, which stands in full at `at`.
    pub(crate) fn set_base(&mut self, key: &[u8], at: usize) {
        self.base[..key.len()].copy_from_slice(key);
        self.base_octets = key.len();
        self.base_at = at;
    }

    /// Leaves room for what comes last.
    pub(crate) fn reserve(&mut self, octets: usize) {
        self.room = self.room.saturating_sub(octets);
    }

    pub(crate) fn release(&mut self, octets: usize) {
        self.room += octets;
    }

    /// How much is written.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    pub(crate) fn set_authoritative(&mut self) {
        self.out[2] |= 0x04;
    }

    pub(crate) fn set_code(&mut self, code: Code) {
        self.out[3] = self.out[3] & 0xf0 | (code as u8) & 0x0f;
    }

    /// Leaves out everything behind the question and says so: ask again over TCP (RFC 2181 §9).
    pub(crate) fn truncate(&mut self, question_end: usize) {
        self.out.truncate(question_end);
        self.out[2] |= 0x02;
        self.counts = [0; 3];
    }

    /// Writes the records of a set, and its signatures; false, and nothing written, where there is no room.
    pub(crate) fn set(
        &mut self,
        section: Section,
        owner: Owner<'_>,
        set: &Set,
        with_signatures: bool,
    ) -> bool {
        let (began, former) = (self.out.len(), self.counts[section as usize]);
        let mut fits = self.records(section, owner, &set.body, set.count);
        if fits && with_signatures && set.signature_count > 0 {
            fits = self.records(section, owner, &set.signatures, set.signature_count);
        }
        if !fits {
            self.out.truncate(began);
            self.counts[section as usize] = former;
        }
        fits
    }

    /// Writes records as an image keeps them: each with a pointer to the question as its owner.
    pub(crate) fn records(&mut self, section: Section, owner: Owner<'_>, body: &[u8], count: u16) -> bool {
        if self.out.len() + body.len() > self.room {
            return false;
        }
        let mut pointer = match owner {
            Owner::Base => self.pointer_to_base(0),
            Owner::Key(key) => {
                self.shared(key).filter(|(kept, _)| *kept == 0).and_then(|(_, pointer)| pointer)
            }
        };
        if pointer == Some(POINTER | HEADER_OCTETS as u16) {
            self.out.extend_from_slice(body);
        } else {
            let mut rest = body;
            while rest.len() >= RECORD_HEAD {
                let length = RECORD_HEAD + usize::from(u16::from_be_bytes([rest[10], rest[11]]));
                let (record, after) = rest.split_at(length);
                match pointer {
                    Some(pointer) => self.out.extend_from_slice(&pointer.to_be_bytes()),
                    None => pointer = self.name(owner),
                }
                self.out.extend_from_slice(&record[2..]);
                rest = after;
            }
        }
        self.counts[section as usize] += count;
        self.out.len() <= self.room
    }

    /// Writes a name as short as may be; a pointer to it, where one reaches.
    fn name(&mut self, owner: Owner<'_>) -> Option<u16> {
        let at = self.out.len();
        let base = self.base;
        let key = match owner {
            Owner::Key(key) => key,
            Owner::Base => &base[..self.base_octets],
        };
        match self.shared(key) {
            Some((kept, Some(pointer))) => {
                self.out.extend_from_slice(&key[..kept]);
                self.out.extend_from_slice(&pointer.to_be_bytes());
            }
            _ => self.out.extend_from_slice(key),
        }
        (at < POINTER_LIMIT).then_some(POINTER | at as u16)
    }

    /// How much of `key` comes before the longest end that the base has too, and a pointer to that end.
    fn shared(&self, key: &[u8]) -> Option<(usize, Option<u16>)> {
        let base = &self.base[..self.base_octets];
        let (key_labels, base_labels) = (label_count(key), label_count(base));
        // Both names begin where they have the same number of labels left.
        let (mut at, mut base_at) = (0, 0);
        let mut left = key_labels.min(base_labels);
        for _ in left..key_labels {
            at += usize::from(key[at]) + 1;
        }
        for _ in left..base_labels {
            base_at += usize::from(base[base_at]) + 1;
        }
        while left > 0 {
            if key[at..] == base[base_at..] {
                return Some((at, self.pointer_to_base(base_at)));
            }
            at += usize::from(key[at]) + 1;
            base_at += usize::from(base[base_at]) + 1;
            left -= 1;
        }
        None
    }

    fn pointer_to_base(&self, offset: usize) -> Option<u16> {
        let at = self.base_at + offset;
        (at < POINTER_LIMIT).then_some(POINTER | at as u16)
    }

    /// Writes the OPT record (RFC 6891 §6.1), outside of the room that was reserved for it.
    pub(crate) fn edns(&mut self, udp_octets: u16, code: Code, wants_signatures: bool) {
        self.out.extend_from_slice(&[0, 0, 41]);
        self.out.extend_from_slice(&udp_octets.to_be_bytes());
        self.out.extend_from_slice(&[(code as u8) >> 4, 0, if wants_signatures { 0x80 } else { 0 }, 0, 0, 0]);
        self.counts[Section::Additional as usize] += 1;
    }

    /// Writes the counts.
    pub(crate) fn finish(self) {
        for (section, count) in self.counts.iter().enumerate() {
            let at = 6 + 2 * section;
            self.out[at..at + 2].copy_from_slice(&count.to_be_bytes());
        }
    }
}
