//! NOTIFY: a zone has changed (RFC 1996).

use hickory_proto::rr::Name;

use crate::image::Image;
use crate::name::wire;
use crate::query::{CLASS_IN, HEADER_OCTETS};

const TYPE_SOA: u16 = 6;
/// QR clear, opcode 4, AA.
const FLAGS: u8 = 4 << 3 | 0x04;

/// The message that tells a secondary of the zone's serial.
pub fn message(image: &Image, id: u16) -> Vec<u8> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend([FLAGS, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    out.extend(wire(image.origin()));
    out.extend(TYPE_SOA.to_be_bytes());
    out.extend(CLASS_IN.to_be_bytes());
    out
}

/// Whether `message` is the answer to the NOTIFY `id` about `zone`, and the other side took it.
pub fn is_taken(message: &[u8], id: u16, zone: &Name) -> bool {
    let question = wire(zone);
    let echoed = message.get(HEADER_OCTETS..HEADER_OCTETS + question.len());
    message.len() >= HEADER_OCTETS
        && message[..2] == id.to_be_bytes()
        && message[2] & 0xf8 == 0x80 | 4 << 3
        && message[3] & 0x0f == 0
        && echoed.is_none_or(|echoed| echoed.eq_ignore_ascii_case(&question))
}
