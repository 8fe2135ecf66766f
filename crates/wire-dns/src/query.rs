//! A question as it came (RFC 1035 §4.1, RFC 6891, RFC 8945 §4.2).

use hickory_proto::rr::{Name, RecordType};

use crate::limits::{NAME_OCTETS, PLAIN_UDP_OCTETS, TCP_OCTETS, UDP_OCTETS};
use crate::name::from_wire;

pub(crate) const HEADER_OCTETS: usize = 12;
pub(crate) const CLASS_IN: u16 = 1;
pub(crate) const CLASS_ANY: u16 = 255;
pub(crate) const TYPE_OPT: u16 = 41;
pub(crate) const TYPE_TSIG: u16 = 250;
pub(crate) const TYPE_IXFR: u16 = 251;
pub(crate) const TYPE_AXFR: u16 = 252;
pub(crate) const TYPE_ANY: u16 = 255;

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In a datagram: the source may be forged, and the answer has to be small.
    Udp,
    /// Over a connection.
    Tcp,
}

/// The numbers of RFC 1035 §4.1.1 and RFC 6895 §2.3 that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Answered.
    NoError = 0,
    /// Not understood.
    FormErr = 1,
    /// Our trouble.
    ServFail = 2,
    /// There is no such name.
    NxDomain = 3,
    /// A kind of question that is not answered.
    NotImp = 4,
    /// Not for you, or not our zone.
    Refused = 5,
    /// Not authoritative, or not signed as it should be (RFC 8945 §5.2).
    NotAuth = 9,
    /// A version of EDNS above 0 (RFC 6891 §6.1.3).
    BadVers = 16,
}

/// Why a message gets no regular answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswerable {
    /// Too short to have a header, or a response: answering could make a loop.
    Silent,
    /// An answer with this code and nothing else.
    Code(Code),
}

/// What EDNS says (RFC 6891 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edns {
    pub(crate) udp_octets: u16,
    pub(crate) version: u8,
    pub(crate) wants_signatures: bool,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    /// The name in lower case, on the wire.
    key: [u8; NAME_OCTETS],
    key_octets: u8,
    pub(crate) kind: u16,
    pub(crate) class: u16,
    pub(crate) edns: Option<Edns>,
    /// Where the TSIG record begins.
    pub(crate) tsig_at: Option<usize>,
    /// The serial number that the asker of IXFR has.
    serial: Option<u32>,
}

impl Query {
    /// Reads a message with one question.
    pub fn read(message: &[u8]) -> Result<Query, Unanswerable> {
        if message.len() < HEADER_OCTETS || message[2] & 0x80 != 0 {
            return Err(Unanswerable::Silent);
        }
        // NOTIFY and UPDATE are for primaries elsewhere; we take neither.
        if message[2] >> 3 & 0x0f != 0 {
            return Err(Unanswerable::Code(Code::NotImp));
        }
        Query::read_sections(message).ok_or(Unanswerable::Code(Code::FormErr))
    }

    fn read_sections(message: &[u8]) -> Option<Query> {
        let count = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
        let [questions, answers, authorities, additionals] = [count(4), count(6), count(8), count(10)];
        if questions != 1 || answers != 0 || authorities > 1 || additionals > 3 {
            return None;
        }
        let mut key = [0; NAME_OCTETS];
        let mut at = HEADER_OCTETS;
        let mut end = 0;
        loop {
            let length = usize::from(*message.get(at)?);
            // No pointers: there is nothing before a question to point to (RFC 1035 §4.1.4).
            if length > 63 || end + length + 1 > NAME_OCTETS {
                return None;
            }
            let label = message.get(at..=at + length)?;
            key[end..=end + length].copy_from_slice(label);
            at += length + 1;
            end += length + 1;
            if length == 0 {
                break;
            }
        }
        key[..end].make_ascii_lowercase();
        let fixed = message.get(at..at + 4)?;
        let mut query = Query {
            key,
            key_octets: u8::try_from(end).ok()?,
            kind: u16::from_be_bytes([fixed[0], fixed[1]]),
            class: u16::from_be_bytes([fixed[2], fixed[3]]),
            edns: None,
            tsig_at: None,
            serial: None,
        };
        at += 4;
        if authorities == 1 {
            let record = Extra::read(message, at)?;
            // RFC 1995 §3: the SOA record that the asker has; its serial number is 20 octets from the end.
            if record.kind == u16::from(RecordType::SOA) && record.data.len() >= 20 {
                let serial = &record.data[record.data.len() - 20..record.data.len() - 16];
                query.serial = serial.try_into().ok().map(u32::from_be_bytes);
            }
            at = record.end;
        }
        for _ in 0..additionals {
            // A signature is the last record (RFC 8945 §5.1).
            if query.tsig_at.is_some() {
                return None;
            }
            let record = Extra::read(message, at)?;
            match record.kind {
                TYPE_OPT => {
                    // RFC 6891 §6.1.1: one at most, at the root.
                    if query.edns.is_some() || message[at] != 0 {
                        return None;
                    }
                    let [_, version, flags, _] = record.ttl;
                    let wants_signatures = flags & 0x80 != 0;
                    query.edns = Some(Edns { udp_octets: record.class, version, wants_signatures });
                }
                TYPE_TSIG => query.tsig_at = Some(at),
                _ => {}
            }
            at = record.end;
        }
        Some(query)
    }

    /// The name in lower case, on the wire.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key[..usize::from(self.key_octets)]
    }

    /// The name that is asked for, in lower case.
    pub fn name(&self) -> Name {
        from_wire(self.key()).unwrap_or_else(Name::root)
    }

    /// What is asked for.
    pub fn kind(&self) -> RecordType {
        RecordType::from(self.kind)
    }

    /// Whether a whole zone is asked for: [`crate::transfer`], and never without a signature.
    pub fn is_transfer(&self) -> bool {
        self.class == CLASS_IN && matches!(self.kind, TYPE_AXFR | TYPE_IXFR)
    }

    /// The serial number that the asker of an incremental transfer has (RFC 1995 §3).
    pub fn serial(&self) -> Option<u32> {
        self.serial.filter(|_| self.kind == TYPE_IXFR)
    }

    /// Whether it carries a signature (RFC 8945).
    pub fn is_signed(&self) -> bool {
        self.tsig_at.is_some()
    }

    /// How long the answer may be.
    pub fn room(&self, transport: Transport) -> usize {
        match (transport, self.edns) {
            (Transport::Tcp, _) => TCP_OCTETS,
            (Transport::Udp, None) => PLAIN_UDP_OCTETS,
            // RFC 6891 §6.2.3: less than 512 means 512.
            (Transport::Udp, Some(edns)) => usize::from(edns.udp_octets).clamp(PLAIN_UDP_OCTETS, UDP_OCTETS),
        }
    }

    /// Where the question ends in its message.
    pub(crate) fn question_end(&self) -> usize {
        HEADER_OCTETS + usize::from(self.key_octets) + 4
    }
}

/// A record behind the question.
struct Extra<'message> {
    kind: u16,
    class: u16,
    ttl: [u8; 4],
    data: &'message [u8],
    end: usize,
}

impl<'message> Extra<'message> {
    fn read(message: &'message [u8], at: usize) -> Option<Extra<'message>> {
        let fixed_at = skip_name(message, at)?;
        let fixed = message.get(fixed_at..fixed_at + 10)?;
        let data_at = fixed_at + 10;
        let end = data_at + usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        Some(Extra {
            kind: u16::from_be_bytes([fixed[0], fixed[1]]),
            class: u16::from_be_bytes([fixed[2], fixed[3]]),
            ttl: [fixed[4], fixed[5], fixed[6], fixed[7]],
            data: message.get(data_at..end)?,
            end,
        })
    }
}

/// The place after a name, compressed or not.
pub(crate) fn skip_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length if length <= 63 => at += usize::from(length) + 1,
            pointer if pointer >= 0xc0 => return Some(at + 2),
            _ => return None,
        }
    }
}
