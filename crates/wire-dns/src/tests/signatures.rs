//! Signed zones, checked by the library's verifier.

use std::sync::Arc;
use std::time::Duration;

use hickory_proto::dnssec::PublicKey as _;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG};
use hickory_proto::dnssec::{TBS, Verifier};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, RData, Record, RecordType};

use super::{NOW, ask, ask_signed, example, images, lines, name};
use crate::{Image, Images, NotAnImage, Signing, SigningKey, ZoneKey};

fn signed() -> (Arc<SigningKey>, Images) {
    let key = Arc::new(SigningKey::generate());
    let images = images(&example(), Some(&Signing::new(Arc::clone(&key), NOW)));
    (key, images)
}

fn dnskey(key: &SigningKey) -> DNSKEY {
    match key.dnskey() {
        RData::DNSSEC(DNSSECRData::DNSKEY(dnskey)) => dnskey,
        other => panic!("not a key: {other}"),
    }
}

/// Every set of the section is proved by a signature of `key`; how many signatures there are.
fn verify(records: &[Record], key: &SigningKey) -> usize {
    let dnskey = dnskey(key);
    assert_eq!(dnskey.calculate_key_tag().unwrap(), key.tag());
    assert_eq!(dnskey.public_key().public_bytes().len(), 64);
    let mut count = 0;
    for signature in records {
        let RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) = &signature.data else { continue };
        let input = rrsig.input();
        let set: Vec<&Record> = records
            .iter()
            .filter(|record| record.name == signature.name && record.record_type() == input.type_covered)
            .collect();
        assert!(!set.is_empty(), "a signature of {} {} alone", signature.name, input.type_covered);
        let tbs = TBS::from_input(&signature.name, DNSClass::IN, input, set.into_iter()).unwrap();
        dnskey.verify(tbs.as_ref(), rrsig.sig()).unwrap_or_else(|error| {
            panic!("{} {}: {error}", signature.name, input.type_covered);
        });
        count += 1;
    }
    for record in records {
        let is_proved = records.iter().any(|signature| {
            signature.name == record.name && covered(signature) == Some(record.record_type())
        });
        let may_stand_alone = matches!(record.record_type(), RecordType::RRSIG | RecordType::NS);
        assert!(is_proved || may_stand_alone, "{} {} has no signature", record.name, record.record_type());
    }
    count
}

fn rrsig(record: &Record) -> Option<&RRSIG> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) => Some(rrsig),
        _ => None,
    }
}

fn covered(record: &Record) -> Option<RecordType> {
    rrsig(record).map(|rrsig| rrsig.input().type_covered)
}

/// Owners and next names of the NSEC records of a denial, in order.
fn denials(message: &Message) -> Vec<(String, String)> {
    let mut found: Vec<_> = message
        .authorities
        .iter()
        .filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::NSEC(nsec)) => {
                Some((record.name.to_ascii(), nsec.next_domain_name().to_ascii()))
            }
            _ => None,
        })
        .collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(owner, next)| (format!("{owner}example.org."), format!("{next}example.org.")))
        .collect()
}

#[test]
fn every_answer_is_signed() {
    let (key, images) = signed();
    for (owner, kind) in [
        ("example.org.", "SOA"),
        ("example.org.", "NS"),
        ("example.org.", "MX"),
        ("example.org.", "DNSKEY"),
        ("example.org.", "CDS"),
        ("example.org.", "CDNSKEY"),
        ("example.org.", "ANY"),
        ("www.example.org.", "A"),
        ("_imaps._tcp.example.org.", "SRV"),
        ("any.wild.example.org.", "TXT"),
        ("alias.wild2.example.org.", "TXT"),
        ("safe.example.org.", "DS"),
        ("web.example.org.", "NSEC"),
    ] {
        let answer = ask_signed(&images, owner, kind);
        assert!(verify(&answer.answers, &key) > 0, "{owner} {kind}");
        verify(&answer.additionals, &key);
        verify(&answer.authorities, &key);
    }
}

#[test]
fn without_the_bit_nothing_of_it_is_said() {
    let (_, images) = signed();
    for (owner, kind) in [("example.org.", "MX"), ("nobody.example.org.", "A"), ("sub.example.org.", "A")] {
        let answer = ask(&images, owner, kind);
        let records = answer.answers.iter().chain(&answer.authorities).chain(&answer.additionals);
        assert!(records.into_iter().all(|record| !record.record_type().is_dnssec()), "{owner} {kind}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_proved_not_to() {
    let (key, images) = signed();
    let answer = ask_signed(&images, "nobody.example.org.", "A");
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    verify(&answer.authorities, &key);
    // The name itself, and the wildcard that could have stood for it (RFC 4035 §3.1.3.2).
    assert_eq!(denials(&answer), pairs(&[("", "_imaps._tcp."), ("mx1.", "ns1.")]));
    // One record may prove both.
    let answer = ask_signed(&images, "0.example.org.", "A");
    assert_eq!(denials(&answer), pairs(&[("", "_imaps._tcp.")]));
}

#[test]
fn a_missing_type_is_proved_by_the_name_itself_or_by_the_one_before() {
    let (key, images) = signed();
    let answer = ask_signed(&images, "web.example.org.", "AAAA");
    verify(&answer.authorities, &key);
    assert_eq!(denials(&answer).len(), 1);
    assert_eq!(denials(&answer)[0].0, "web.example.org.");
    // A name that only has names below: the one before it in order.
    let answer = ask_signed(&images, "b.c.example.org.", "A");
    verify(&answer.authorities, &key);
    assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
    assert_eq!(denials(&answer), pairs(&[("_imaps._tcp.", "a.b.c.")]));
}

#[test]
fn a_wildcard_is_proved_to_be_needed() {
    let (key, images) = signed();
    let answer = ask_signed(&images, "any.thing.wild.example.org.", "TXT");
    verify(&answer.answers, &key);
    verify(&answer.authorities, &key);
    let labels = answer.answers.iter().find_map(rrsig).unwrap().input().num_labels;
    assert_eq!(labels, 3, "the wildcard's labels without its asterisk (RFC 4034 §3.1.3)");
    assert_eq!(denials(&answer).len(), 1);
    // Neither this type: both the wildcard and that the name is not there.
    let answer = ask_signed(&images, "any.thing.wild.example.org.", "A");
    verify(&answer.authorities, &key);
    assert_eq!(denials(&answer).len(), 2);
    assert!(denials(&answer).iter().any(|(owner, _)| owner == "*.wild.example.org."));
}

#[test]
fn a_delegation_says_whether_the_zone_below_is_signed() {
    let (key, images) = signed();
    let answer = ask_signed(&images, "host.safe.example.org.", "A");
    assert_eq!(verify(&answer.authorities, &key), 1);
    assert!(lines(&answer.authorities).iter().any(|line| line.contains(" DS ")));
    let answer = ask_signed(&images, "host.sub.example.org.", "A");
    assert_eq!(verify(&answer.authorities, &key), 1);
    assert_eq!(denials(&answer).len(), 1);
    assert!(answer.additionals.iter().all(|record| covered(record).is_none()), "glue is not ours to sign");
    let answer = ask_signed(&images, "sub.example.org.", "DS");
    assert!(answer.metadata.authoritative);
    assert_eq!(denials(&answer)[0].0, "sub.example.org.");
}

#[test]
fn the_chain_is_a_circle_through_every_name_of_ours() {
    let (_, images) = signed();
    let mut at = name("example.org.");
    let mut seen = Vec::new();
    loop {
        let answer = ask_signed(&images, &at.to_ascii(), "NSEC");
        // A delegation is referred, with its NSEC record, where it is not signed below.
        let records = answer.answers.iter().chain(&answer.authorities);
        let next = records.into_iter().find_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::NSEC(nsec)) if record.name == at => {
                Some(nsec.next_domain_name().clone())
            }
            _ => None,
        });
        // With a DS record it is not needed in a referral.
        let next = next.unwrap_or_else(|| name("sub.example.org."));
        seen.push(at.to_ascii());
        if next == name("example.org.") {
            break;
        }
        at = next;
    }
    assert!(!seen.contains(&"ns.sub.example.org.".to_owned()), "glue has no place in it");
    assert!(!seen.contains(&"b.c.example.org.".to_owned()), "neither has a name without records");
    let mut names: Vec<String> = example()
        .records
        .iter()
        .map(|record| record.owner.to_ascii())
        .filter(|owner| !owner.ends_with("ns.sub.example.org."))
        .collect();
    names.sort();
    names.dedup();
    seen.sort();
    assert_eq!(seen, names);
}

#[test]
fn signatures_are_kept_while_they_have_time_and_nothing_changed() {
    let key = Arc::new(SigningKey::generate());
    let first = Arc::new(Image::build(&example(), Some(&Signing::new(Arc::clone(&key), NOW))).unwrap());
    let mut changed = example();
    changed.serial += 1;
    changed.records.push(crate::parse_record("new", 60, "A", "192.0.2.200", &changed.origin).unwrap());
    let build = |days: u64| {
        let now = NOW.plus(Duration::from_secs(days * 86_400));
        let signing = Signing { previous: Some(Arc::clone(&first)), ..Signing::new(Arc::clone(&key), now) };
        let mut images = Images::default();
        images.insert(Arc::new(Image::build(&changed, Some(&signing)).unwrap()));
        images
    };
    let mut before = Images::default();
    before.insert(Arc::clone(&first));
    let signature = |images: &Images, owner: &str, kind: &str| {
        let answer = ask_signed(images, owner, kind);
        answer.answers.iter().find_map(rrsig).unwrap().sig().to_vec()
    };
    let soon = build(1);
    assert_eq!(signature(&before, "web.example.org.", "A"), signature(&soon, "web.example.org.", "A"));
    assert_ne!(signature(&before, "example.org.", "SOA"), signature(&soon, "example.org.", "SOA"));
    verify(&ask_signed(&soon, "new.example.org.", "A").answers, &key);
    let late = build(10);
    assert_ne!(signature(&before, "web.example.org.", "A"), signature(&late, "web.example.org.", "A"));
    verify(&ask_signed(&late, "web.example.org.", "A").answers, &key);
}

#[test]
fn signatures_end_at_different_times_and_are_renewed_well_before() {
    let (_, images) = signed();
    let now = u32::try_from(NOW.seconds()).unwrap();
    let mut ends = Vec::new();
    for (owner, kind) in [("example.org.", "MX"), ("web.example.org.", "A"), ("mx1.example.org.", "A")] {
        let answer = ask_signed(&images, owner, kind);
        let input = answer.answers.iter().find_map(rrsig).unwrap().input().clone();
        assert!(input.sig_inception.get() < now);
        let left = input.sig_expiration.get() - now;
        assert!((12 * 86_400..=14 * 86_400).contains(&left), "{left}");
        ends.push(left);
    }
    ends.sort_unstable();
    ends.dedup();
    assert!(ends.len() > 1, "not all at once");
    let renew_at = images.iter().next().unwrap().renew_at().unwrap();
    let days = renew_at.since(NOW).as_secs() / 86_400;
    assert!((7..=9).contains(&days), "{days}");
}

#[test]
fn during_a_rollover_both_keys_prove_the_set_of_keys() {
    let (old, new) = (Arc::new(SigningKey::generate()), Arc::new(SigningKey::generate()));
    let signing = Signing {
        keys: vec![
            ZoneKey { key: Arc::clone(&old), signs: true, in_parent: true },
            ZoneKey { key: Arc::clone(&new), signs: false, in_parent: true },
        ],
        ..Signing::new(Arc::clone(&old), NOW)
    };
    let images = images(&example(), Some(&signing));
    let answer = ask_signed(&images, "example.org.", "DNSKEY");
    let tags: Vec<u16> = answer.answers.iter().filter_map(rrsig).map(|rrsig| rrsig.input().key_tag).collect();
    assert_eq!(tags.len(), 2);
    assert!(tags.contains(&old.tag()) && tags.contains(&new.tag()));
    assert_eq!(ask_signed(&images, "example.org.", "CDS").answers.len(), 3);
    verify(&ask_signed(&images, "example.org.", "MX").answers, &old);
}

#[test]
fn the_parent_can_be_asked_to_forget() {
    let key = Arc::new(SigningKey::generate());
    let signing = Signing { remove_ds: true, ..Signing::new(key, NOW) };
    let images = images(&example(), Some(&signing));
    // RFC 8078 §4.
    let (_, out) =
        super::respond(&images, &super::question("example.org.", "CDS", None), crate::Transport::Tcp);
    assert!(out.ends_with(&[0, 5, 0, 0, 0, 0, 0]));
    let (_, out) =
        super::respond(&images, &super::question("example.org.", "CDNSKEY", None), crate::Transport::Tcp);
    assert!(out.ends_with(&[0, 5, 0, 0, 3, 0, 0]));
}

#[test]
fn a_zone_without_a_key_that_signs_is_refused() {
    let mut signing = Signing::new(Arc::new(SigningKey::generate()), NOW);
    signing.keys[0].signs = false;
    assert_eq!(Image::build(&example(), Some(&signing)).err(), Some(NotAnImage::NoKey));
}

#[test]
fn a_key_survives_its_way_through_pkcs8() {
    let key = SigningKey::generate();
    let again = SigningKey::from_pkcs8(&key.pkcs8()).unwrap();
    assert_eq!((again.tag(), again.dnskey_text()), (key.tag(), key.dnskey_text()));
    assert!(key.dnskey_text().starts_with("257 3 13 "));
    assert_eq!(SigningKey::from_pkcs8(b"nothing").err(), Some(crate::BadKey));
    let ds = key.ds_text(&name("Example.org."));
    assert!(ds.starts_with(&format!("Example.org. IN DS {} 13 2 ", key.tag())), "{ds}");
}
