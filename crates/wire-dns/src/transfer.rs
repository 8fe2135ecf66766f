//! A whole zone for a secondary (RFC 5936; RFC 1995 §4 allows the same as the answer to an incremental question).

use hickory_proto::rr::RecordType;

use crate::image::{Image, Node, Set};
use crate::limits::TRANSFER_OCTETS;
use crate::query::Query;
use crate::writer::{Owner, Section, Writer};

/// The messages of a transfer, one after the other, none of them signed yet.
pub struct Transfer<'image> {
    image: &'image Image,
    query: Query,
    question: Vec<u8>,
    /// Names that were begun.
    node: usize,
    /// Sets of that name that were written.
    set: usize,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    First,
    Middle,
    Ended,
}

impl<'image> Transfer<'image> {
    /// The answer to `query`, read from `message`: [`Query::is_transfer`]. Who has this serial already gets one
    /// SOA record (RFC 1995 §2).
    pub fn new(image: &'image Image, query: &Query, message: &[u8]) -> Transfer<'image> {
        let question = message[..query.question_end()].to_vec();
        Transfer { image, query: query.clone(), question, node: 0, set: 0, stage: Stage::First }
    }

    /// Writes the next message; false where there is none.
    pub fn next_message(&mut self, out: &mut Vec<u8>) -> bool {
        if self.stage == Stage::Ended {
            return false;
        }
        let mut writer = Writer::new(&self.query, &self.question, TRANSFER_OCTETS, out);
        writer.set_authoritative();
        let apex = self.image.apex_node();
        let soa = apex.set(RecordType::SOA).expect("invariant: the apex has its SOA record");
        let mut is_empty = true;
        if self.stage == Stage::First {
            writer.set(Section::Answer, Owner::Key(&self.image.apex), soa, true);
            self.stage = Stage::Middle;
            is_empty = false;
            // RFC 1982: nothing newer than what the asker has.
            if self.query.serial().is_some_and(|theirs| self.image.serial.wrapping_sub(theirs) as i32 <= 0) {
                writer.finish();
                self.stage = Stage::Ended;
                return true;
            }
        }
        while let Some(node) = self.image.nodes.get(self.node) {
            while let Some(set) = node.sets.get(self.set) {
                let fits = is_skipped(node, apex, set)
                    || writer.set(Section::Answer, Owner::Key(&node.key), set, true);
                // A set that does not fit into an empty message fits into none: a message carries 64 KiB.
                if !fits && !is_empty {
                    writer.finish();
                    return true;
                }
                is_empty = false;
                self.set += 1;
            }
            self.node += 1;
            self.set = 0;
        }
        if writer.set(Section::Answer, Owner::Key(&self.image.apex), soa, false) {
            self.stage = Stage::Ended;
        }
        writer.finish();
        true
    }
}

/// The SOA record goes first and last only.
fn is_skipped(node: &Node, apex: &Node, set: &Set) -> bool {
    std::ptr::eq(node, apex) && set.kind == u16::from(RecordType::SOA)
}
