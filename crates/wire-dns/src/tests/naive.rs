//! The compiled image against a look-up that walks through the records.

use std::collections::BTreeSet;

use hickory_proto::op::{Message, ResponseCode};
use proptest::prelude::*;

use super::{images, lines, question, respond, zone};
use crate::{Name, Record, RecordType, Signing, SigningKey, Transport, ZoneData};

/// What a name server has to say, in the plainest way.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Referral(BTreeSet<String>),
    Answer(BTreeSet<String>),
    NoData,
    NoName,
}

fn naive(zone: &ZoneData, asked: &Name, kind: RecordType) -> Expected {
    let below = |one: &Name, other: &Name| other.zone_of(one);
    // The highest delegation on the way.
    let mut labels = zone.origin.num_labels() + 1;
    while labels <= asked.num_labels() {
        let cut = asked.trim_to(labels.into());
        let servers: BTreeSet<String> = zone
            .records
            .iter()
            .filter(|record| record.kind() == RecordType::NS && record.owner == cut)
            .map(Record::data_text)
            .collect();
        let is_ours = cut == *asked && kind == RecordType::DS;
        if !is_ours && !servers.is_empty() {
            return Expected::Referral(servers);
        }
        labels += 1;
    }
    let exists =
        |name: &Name| zone.records.iter().any(|record| below(&record.owner, name)) || *name == zone.origin;
    let at = |owner: &Name| {
        let sets = zone.records.iter().filter(|record| record.owner == *owner);
        let wanted = sets.clone().filter(|record| record.kind() == kind).map(Record::data_text);
        let wanted: BTreeSet<String> = wanted.collect();
        let alias = sets.filter(|record| record.kind() == RecordType::CNAME).map(Record::data_text);
        if wanted.is_empty() { alias.collect() } else { wanted }
    };
    let found: BTreeSet<String>;
    if exists(asked) {
        found = at(asked);
    } else {
        let mut encloser = asked.base_name();
        while !exists(&encloser) {
            encloser = encloser.base_name();
        }
        let wildcard = encloser.prepend_label("*").unwrap();
        if !exists(&wildcard) {
            return Expected::NoName;
        }
        found = at(&wildcard);
    }
    if found.is_empty() { Expected::NoData } else { Expected::Answer(found) }
}

fn seen(message: &Message, asked: &Name) -> Expected {
    let data = |records: &[hickory_proto::rr::Record], owner: Option<&Name>| {
        records
            .iter()
            .filter(|record| owner.is_none_or(|owner| record.name == *owner))
            .filter(|record| record.record_type() != RecordType::RRSIG)
            .map(|record| crate::rdata::text(&record.data))
            .collect::<BTreeSet<String>>()
    };
    let answers = data(&message.answers, Some(asked));
    if !answers.is_empty() {
        return Expected::Answer(answers);
    }
    let servers = message.authorities.iter().filter(|record| record.record_type() == RecordType::NS);
    let servers: Vec<_> = servers.cloned().collect();
    match message.metadata.response_code {
        ResponseCode::NXDomain => Expected::NoName,
        _ if !servers.is_empty() => Expected::Referral(data(&servers, None)),
        _ => Expected::NoData,
    }
}

fn owner() -> impl Strategy<Value = String> {
    let label = prop_oneof![Just("a"), Just("b"), Just("*"), Just("ns"), Just("w")];
    prop::collection::vec(label, 0..4).prop_map(|labels| {
        labels.iter().map(|label| format!("{label}.")).collect::<String>() + "example.org."
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_image_answers_as_a_walk_through_the_records_does(
        records in prop::collection::vec((owner(), 0..5usize, 0..3u8), 0..14),
        questions in prop::collection::vec((owner(), 0..4usize), 1..20),
        is_signed: bool,
    ) {
        let mut data = zone("example.org.", "@ SOA ns h 1 1 1 1 60\n@ NS ns.example.net.\n");
        for (owner, kind, value) in records {
            let (kind, text) = match kind {
                0 => ("A", format!("192.0.2.{value}")),
                1 => ("TXT", format!("\"{value}\"")),
                2 => ("NS", format!("ns{value}.example.net.")),
                3 => ("CNAME", format!("far{value}.example.net.")),
                _ => ("DS", "1 13 2 0000000000000000000000000000000000000000000000000000000000000000".to_owned()),
            };
            // What ZONES refuses does not come here: aliases beside others, delegations by wildcard.
            let name = super::name(&owner);
            let present = data.records.iter().filter(|record| record.owner == name);
            let is_refused = match kind {
                "CNAME" => present.count() > 0 || owner == "example.org.",
                "NS" | "DS" => owner.starts_with('*')
                    || owner == "example.org."
                    || present.clone().any(|record| record.kind() == RecordType::CNAME),
                _ => present.clone().any(|record| record.kind() == RecordType::CNAME),
            };
            let record = crate::parse_record(&owner, 60, kind, &text, &data.origin).unwrap();
            if !is_refused && !data.records.contains(&record) {
                data.records.push(record);
            }
        }
        let signing = Signing::new(SigningKey::generate().into(), super::NOW);
        let images = images(&data, is_signed.then_some(&signing));
        for (owner, kind) in questions {
            let kind = ["A", "TXT", "DS", "CNAME"][kind];
            let (_, out) = respond(&images, &question(&owner, kind, Some((1232, true))), Transport::Tcp);
            let message = Message::from_vec(&out).unwrap();
            let asked = super::name(&owner);
            let expected = naive(&data, &asked, kind.parse().unwrap());
            prop_assert_eq!(
                seen(&message, &asked), expected,
                "{} {} of {:#?}: {:?}", owner, kind,
                data.records.iter().map(Record::text).collect::<Vec<_>>(), lines(&message.authorities)
            );
        }
    }

    #[test]
    fn no_message_makes_it_panic(message in prop::collection::vec(any::<u8>(), 0..120)) {
        let images = images(&super::example(), None);
        if let Ok(query) = crate::Query::read(&message) {
            let mut out = Vec::new();
            crate::answer(&images, &query, &message, 512, &mut out);
            prop_assert!(out.len() <= 512.max(query.question_end() + 11));
        }
    }
}
