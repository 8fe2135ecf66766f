//! What is answered.

use hickory_proto::op::ResponseCode;

use super::{ZONE, ask, example, images, lines, question, refused, respond, zone};
use crate::{Code, Image, Images, NotAnImage, Transport, Unanswerable, cut_short, refuse};

#[test]
fn a_set_is_answered_whole_and_with_authority() {
    let images = images(&example(), None);
    let answer = ask(&images, "example.org.", "MX");
    assert!(answer.metadata.authoritative);
    assert!(!answer.metadata.recursion_available);
    assert!(answer.metadata.recursion_desired);
    assert_eq!(
        lines(&answer.answers),
        ["example.org. MX 10 mx1.example.org.", "example.org. MX 20 mx2.example.net."]
    );
    assert_eq!(lines(&answer.additionals), ["mx1.example.org. A 192.0.2.25"]);
    assert_eq!(lines(&answer.authorities), [""; 0]);
}

#[test]
fn servers_and_services_come_with_their_addresses() {
    let images = images(&example(), None);
    let answer = ask(&images, "example.org.", "NS");
    assert_eq!(
        lines(&answer.additionals),
        ["ns1.example.org. A 192.0.2.1", "ns1.example.org. AAAA 2001:db8::1"]
    );
    let answer = ask(&images, "_imaps._tcp.example.org.", "SRV");
    assert_eq!(lines(&answer.answers), ["_imaps._tcp.example.org. SRV 0 1 993 mx1.example.org."]);
    assert_eq!(lines(&answer.additionals), ["mx1.example.org. A 192.0.2.25"]);
}

#[test]
fn a_name_that_does_not_exist_is_denied_with_the_soa_record() {
    let images = images(&example(), None);
    let answer = ask(&images, "nobody.example.org.", "A");
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    assert!(answer.metadata.authoritative);
    assert_eq!(
        lines(&answer.authorities),
        ["example.org. SOA ns1.example.org. hostmaster.example.org. 2026112100 14400 3600 1209600 900"]
    );
    // RFC 2308 §3.
    assert_eq!(answer.authorities[0].ttl, 900);
}

#[test]
fn a_name_without_such_records_exists() {
    let images = images(&example(), None);
    for (owner, kind) in
        [("web.example.org.", "AAAA"), ("b.c.example.org.", "A"), ("wild.example.org.", "TXT")]
    {
        let answer = ask(&images, owner, kind);
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError, "{owner}");
        assert_eq!((answer.answers.len(), answer.authorities.len()), (0, 1), "{owner}");
    }
}

#[test]
fn an_alias_is_followed_within_our_zones_and_no_further() {
    let mut images = images(&example(), None);
    let answer = ask(&images, "www.example.org.", "A");
    assert_eq!(
        lines(&answer.answers),
        ["www.example.org. CNAME web.example.org.", "web.example.org. A 192.0.2.80"]
    );
    let answer = ask(&images, "www.example.org.", "CNAME");
    assert_eq!(lines(&answer.answers), ["www.example.org. CNAME web.example.org."]);
    let answer = ask(&images, "far.example.org.", "A");
    assert_eq!(lines(&answer.answers), ["far.example.org. CNAME www.example.net."]);
    // RFC 6604 §3: the code is that of the last name.
    let answer = ask(&images, "lost.example.org.", "A");
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(lines(&answer.answers), ["lost.example.org. CNAME nothing.example.org."]);
    let other = "@ SOA ns1 hostmaster 1 1 1 1 1\n@ NS ns1.example.org.\nwww A 198.51.100.1\nwww MX 5 www\n";
    images.insert(std::sync::Arc::new(Image::build(&zone("example.net.", other), None).unwrap()));
    let answer = ask(&images, "far.example.org.", "A");
    assert_eq!(
        lines(&answer.answers),
        ["far.example.org. CNAME www.example.net.", "www.example.net. A 198.51.100.1"]
    );
    let answer = ask(&images, "far.example.org.", "MX");
    assert_eq!(lines(&answer.additionals), ["www.example.net. A 198.51.100.1"]);
}

#[test]
fn aliases_in_a_circle_end() {
    let text = "@ SOA ns h 1 1 1 1 1\n@ NS ns.example.\none CNAME two\ntwo CNAME one\n";
    let answer = ask(&images(&zone("loop.example.", text), None), "one.loop.example.", "A");
    assert!(answer.answers.len() <= crate::limits::ALIASES + 1);
}

#[test]
fn a_wildcard_stands_for_what_does_not_exist_below_it() {
    let images = images(&example(), None);
    let answer = ask(&images, "any.thing.wild.example.org.", "TXT");
    assert_eq!(lines(&answer.answers), ["any.thing.wild.example.org. TXT \"from the wildcard\""]);
    let answer = ask(&images, "x.wild.example.org.", "MX");
    assert_eq!(lines(&answer.additionals), ["mx1.example.org. A 192.0.2.25"]);
    let answer = ask(&images, "x.wild.example.org.", "A");
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NoError, 0));
    // RFC 4592 §2.2.1: a name that exists hides it, also for names below that one.
    let answer = ask(&images, "here.wild.example.org.", "TXT");
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NoError, 0));
    let answer = ask(&images, "below.here.wild.example.org.", "TXT");
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    // Asked for by its own name.
    let answer = ask(&images, "*.wild.example.org.", "TXT");
    assert_eq!(answer.answers.len(), 1);
    // At the end of an alias.
    let answer = ask(&images, "alias.wild2.example.org.", "TXT");
    assert_eq!(
        lines(&answer.answers),
        [
            "alias.wild2.example.org. CNAME x.wild.example.org.",
            "x.wild.example.org. TXT \"from the wildcard\""
        ]
    );
}

#[test]
fn a_delegation_is_referred_with_its_addresses() {
    let images = images(&example(), None);
    for owner in ["sub.example.org.", "host.sub.example.org.", "deep.ns.sub.example.org."] {
        let answer = ask(&images, owner, "A");
        assert!(!answer.metadata.authoritative, "{owner}");
        assert_eq!(answer.answers.len(), 0);
        assert_eq!(
            lines(&answer.authorities),
            ["sub.example.org. NS ns.sub.example.org.", "sub.example.org. NS ns.elsewhere.example."]
        );
        assert_eq!(lines(&answer.additionals), ["ns.sub.example.org. A 192.0.2.53"]);
    }
}

#[test]
fn ds_is_answered_by_the_zone_above() {
    let mut images = images(&example(), None);
    let below = "@ SOA ns h 1 1 1 1 1\n@ NS ns2.example.net.\n";
    images.insert(std::sync::Arc::new(Image::build(&zone("safe.example.org.", below), None).unwrap()));
    let answer = ask(&images, "safe.example.org.", "DS");
    assert_eq!(answer.answers.len(), 1);
    assert!(answer.metadata.authoritative);
    assert_eq!(ask(&images, "safe.example.org.", "SOA").answers.len(), 1);
    // Nobody above: the zone denies it itself.
    let answer = ask(&images, "example.org.", "DS");
    assert_eq!((answer.metadata.response_code, answer.authorities.len()), (ResponseCode::NoError, 1));
}

#[test]
fn any_gets_one_set() {
    let answer = ask(&images(&example(), None), "example.org.", "ANY");
    assert_eq!(lines(&answer.answers).len(), 2);
    assert!(answer.answers.iter().all(|record| record.record_type() == crate::RecordType::NS));
}

#[test]
fn names_that_are_not_ours_and_transfers_are_refused() {
    let images = images(&example(), None);
    for (owner, kind) in [
        ("example.com.", "A"),
        ("org.", "NS"),
        (".", "NS"),
        ("example.org.", "AXFR"),
        ("example.org.", "IXFR"),
    ] {
        let answer = ask(&images, owner, kind);
        assert_eq!(answer.metadata.response_code, ResponseCode::Refused, "{owner} {kind}");
        assert_eq!(answer.answers.len() + answer.authorities.len() + answer.additionals.len(), 0);
    }
    // CH TXT version.bind.
    let mut message = question("version.bind.", "TXT", None);
    let class = message.len() - 1;
    message[class] = 3;
    assert_eq!(respond(&images, &message, Transport::Udp).0.code, Code::Refused);
}

#[test]
fn the_root_may_be_a_zone() {
    let images = images(&zone(".", "@ SOA a.root. h. 1 1 1 1 60\n@ NS a.root.\na.root. A 192.0.2.1\n"), None);
    assert_eq!(lines(&ask(&images, ".", "NS").answers), [". NS a.root."]);
    assert_eq!(ask(&images, "no.such.name.", "A").metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(lines(&ask(&images, "a.root.", "A").answers), ["a.root. A 192.0.2.1"]);
}

#[test]
fn the_case_of_the_question_comes_back() {
    let images = images(&example(), None);
    let message = question("wWw.ExAmPlE.oRg.", "A", None);
    let (_, out) = respond(&images, &message, Transport::Udp);
    assert_eq!(out[12..12 + 17], message[12..12 + 17]);
    assert_eq!(out[..2], [0x12, 0x34]);
}

#[test]
fn an_answer_that_is_too_long_for_a_datagram_says_so() {
    let images = images(&example(), None);
    let (answered, out) = respond(&images, &question("long.example.org.", "TXT", None), Transport::Udp);
    assert!(answered.is_truncated);
    assert!(out.len() <= 512 && out[2] & 0x02 != 0);
    let (answered, out) =
        respond(&images, &question("long.example.org.", "TXT", Some((4096, false))), Transport::Udp);
    assert!(!answered.is_truncated && out.len() <= crate::limits::UDP_OCTETS);
    // RFC 6891 §6.2.3: less than 512 means 512.
    let (_, out) = respond(&images, &question("example.org.", "MX", Some((10, false))), Transport::Udp);
    assert_eq!(out[2] & 0x02, 0);
    let (answered, _) = respond(&images, &question("long.example.org.", "TXT", None), Transport::Tcp);
    assert!(!answered.is_truncated);
}

#[test]
fn edns_is_answered_with_edns_and_only_then() {
    let images = images(&example(), None);
    let (_, out) = respond(&images, &question("web.example.org.", "A", None), Transport::Udp);
    assert_eq!(out[10..12], [0, 0]);
    let (_, out) = respond(&images, &question("web.example.org.", "A", Some((1232, true))), Transport::Udp);
    assert_eq!(out[out.len() - 11..], [0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]);
    // RFC 6891 §6.1.3: version 1 is BADVERS, whose upper bits stand in OPT.
    let mut message = question("web.example.org.", "A", Some((1232, false)));
    let version = message.len() - 5;
    message[version] = 1;
    let (answered, out) = respond(&images, &message, Transport::Udp);
    assert_eq!(answered.code, Code::BadVers);
    assert_eq!((out[3] & 0x0f, out[out.len() - 6]), (0, 1));
    assert_eq!(out[6..8], [0, 0]);
}

#[test]
fn what_is_not_a_question_is_turned_away() {
    let good = question("web.example.org.", "A", None);
    assert_eq!(refused(&good[..11]), Unanswerable::Silent);
    let mut response = good.clone();
    response[2] |= 0x80;
    assert_eq!(refused(&response), Unanswerable::Silent);
    for opcode in [1u8, 2, 4, 5, 6, 15] {
        let mut other = good.clone();
        other[2] = opcode << 3;
        assert_eq!(refused(&other), Unanswerable::Code(Code::NotImp));
    }
    let mut two = good.clone();
    two[5] = 2;
    let mut pointer = good.clone();
    pointer[12] = 0xc0;
    let mut cut = good.clone();
    cut.truncate(good.len() - 3);
    for message in [two, pointer, cut] {
        assert_eq!(refused(&message), Unanswerable::Code(Code::FormErr));
        let mut out = Vec::new();
        assert!(refuse(&message, Unanswerable::Code(Code::FormErr), &mut out));
        assert_eq!((out.len(), out[3] & 0x0f, out[2] & 0x80), (12, 1, 0x80));
    }
    let mut out = Vec::new();
    assert!(!refuse(&good[..5], Unanswerable::Silent, &mut out));
}

#[test]
fn an_answer_cut_short_keeps_its_question_only() {
    let images = images(&example(), None);
    let message = question("example.org.", "MX", Some((1232, true)));
    let (_, mut out) = respond(&images, &message, Transport::Udp);
    cut_short(&crate::Query::read(&message).unwrap(), &mut out);
    assert!(out.len() <= message.len());
    assert_eq!(out[2] & 0x02, 2);
    assert_eq!(out[6..12], [0; 6]);
}

#[test]
fn the_same_denial_is_one_subject_and_different_sets_are_two() {
    let images = images(&example(), None);
    let subject =
        |owner: &str, kind: &str| respond(&images, &question(owner, kind, None), Transport::Udp).0.subject;
    assert_eq!(subject("a1.example.org.", "A"), subject("a2.example.org.", "TXT"));
    assert_eq!(subject("1.wild.example.org.", "TXT"), subject("2.wild.example.org.", "TXT"));
    assert_ne!(subject("web.example.org.", "A"), subject("mx1.example.org.", "A"));
    assert_ne!(subject("example.org.", "NS"), subject("example.org.", "MX"));
}

#[test]
fn what_cannot_be_a_zone_is_said() {
    let mut outside = example();
    outside
        .records
        .push(crate::parse_record("www.example.com.", 60, "A", "192.0.2.1", &outside.origin).unwrap());
    assert!(matches!(Image::build(&outside, None), Err(NotAnImage::Outside(_))));
    let mut beside = example();
    beside.records.push(crate::parse_record("www", 60, "A", "192.0.2.1", &beside.origin).unwrap());
    assert_eq!(
        Image::build(&beside, None).err(),
        Some(NotAnImage::CnameAndMore("www.example.org.".to_owned()))
    );
}

#[test]
fn a_zone_can_be_replaced_and_removed() {
    let mut images = images(&example(), None);
    let other = zone("example.org.", &ZONE.replace("192.0.2.80", "192.0.2.81"));
    images.insert(std::sync::Arc::new(Image::build(&other, None).unwrap()));
    assert_eq!(lines(&ask(&images, "web.example.org.", "A").answers), ["web.example.org. A 192.0.2.81"]);
    images.remove(&super::name("EXAMPLE.org."));
    assert_eq!(ask(&images, "web.example.org.", "A").metadata.response_code, ResponseCode::Refused);
    assert!(Images::default().is_empty() && images.is_empty());
}
