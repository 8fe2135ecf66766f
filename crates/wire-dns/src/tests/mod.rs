//! Tests of the pure rules: text, zone files, answers, signatures, transfers.

mod answers;
mod naive;
mod signatures;
mod texts;
mod transfers;

use std::sync::Arc;

use hickory_proto::op::Message;
use hickory_proto::rr::Name;

use crate::{Answer, Image, Images, Query, Signing, Transport, Unanswerable, ZoneData, answer, zone_file};

/// 2026-11-21T12:00:00Z.
pub(super) const NOW: model::Timestamp = model::Timestamp(1_795_262_400_000);

pub(super) const ZONE: &str = r#"
$ORIGIN example.org.
$TTL 3600
@ IN SOA ns1 hostmaster 2026112100 4h 1h 2w 15m
@        NS    ns1
@        NS    ns2.example.net.
@        MX    10 mx1
@        MX    20 mx2.example.net.
@        TXT   "v=spf1 mx -all"
ns1      A     192.0.2.1
ns1      AAAA  2001:db8::1
mx1      A     192.0.2.25
www      CNAME web
web      A     192.0.2.80
far      CNAME www.example.net.
lost     CNAME nothing
*.wild   TXT   "from the wildcard"
*.wild   MX    10 mx1
here.wild A    192.0.2.99
a.b.c    A     192.0.2.7
sub      NS    ns.sub
sub      NS    ns.elsewhere.example.
ns.sub   A     192.0.2.53
deep.ns.sub A  192.0.2.54
safe     NS    ns2.example.net.
safe     DS    12345 13 2 0102030405060708091011121314151617181920212223242526272829303132
_imaps._tcp SRV 0 1 993 mx1
alias.wild2 CNAME x.wild
long     TXT   "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT   "1123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT   "2123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
long     TXT   "3123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
"#;

pub(super) fn name(text: &str) -> Name {
    crate::parse_name(text, &Name::root()).expect("a name")
}

/// The zone of a file; every line has to be good.
pub(super) fn zone(origin: &str, text: &str) -> ZoneData {
    let file = zone_file::read(text, &name(origin), 3600);
    assert_eq!(file.bad_lines, []);
    let (serial, soa) = file.soa.expect("a SOA record");
    let records = file.records.into_iter().map(|(_, record)| record).collect();
    ZoneData { origin: name(origin), serial, soa, default_ttl: file.default_ttl.unwrap_or(3600), records }
}

pub(super) fn example() -> ZoneData {
    zone("example.org.", ZONE)
}

pub(super) fn images(zone: &ZoneData, signing: Option<&Signing>) -> Images {
    let mut images = Images::default();
    images.insert(Arc::new(Image::build(zone, signing).expect("an image")));
    images
}

/// A question as it goes over the wire.
pub(super) fn question(owner: &str, kind: &str, edns: Option<(u16, bool)>) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns.is_some())];
    message.extend(crate::name::wire(&name(owner)));
    let kind = match kind {
        "ANY" => 255,
        "IXFR" => 251,
        kind => u16::from(crate::parse_kind(kind).expect("a type")),
    };
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    if let Some((octets, wants_signatures)) = edns {
        message.extend([0, 0, 41]);
        message.extend(octets.to_be_bytes());
        message.extend([0, 0, if wants_signatures { 0x80 } else { 0 }, 0, 0, 0]);
    }
    message
}

/// The answer as octets.
pub(super) fn respond(images: &Images, message: &[u8], transport: Transport) -> (Answer, Vec<u8>) {
    let query = Query::read(message).expect("a question");
    let mut out = Vec::new();
    let answered = answer(images, &query, message, query.room(transport), &mut out);
    (answered, out)
}

/// The answer as another reader sees it.
pub(super) fn ask(images: &Images, owner: &str, kind: &str) -> Message {
    let (_, out) = respond(images, &question(owner, kind, None), Transport::Tcp);
    Message::from_vec(&out).expect("a message")
}

/// The same with signatures.
pub(super) fn ask_signed(images: &Images, owner: &str, kind: &str) -> Message {
    let (_, out) = respond(images, &question(owner, kind, Some((1232, true))), Transport::Tcp);
    Message::from_vec(&out).expect("a message")
}

/// `owner TYPE data` of each record.
pub(super) fn lines(records: &[hickory_proto::rr::Record]) -> Vec<String> {
    records
        .iter()
        .map(|record| {
            let kind = crate::kind_text(record.data.record_type());
            format!("{} {kind} {}", crate::name_text(&record.name), crate::rdata::text(&record.data))
        })
        .collect()
}

pub(super) fn refused(message: &[u8]) -> Unanswerable {
    Query::read(message).expect_err("no regular question")
}
