//! Transfers, their signatures, and NOTIFY.

use std::sync::Arc;

use hickory_proto::op::Message;

use super::{NOW, example, lines, name, question};
use crate::transfer::Transfer;
use crate::tsig::{NotSigned, Signer, TsigKey, push_error, sign_question, verify};
use crate::{Image, Query, Record, Signing, SigningKey, notify};

fn transferred(image: &Image, message: &[u8]) -> Vec<String> {
    let query = Query::read(message).unwrap();
    assert!(query.is_transfer());
    let mut transfer = Transfer::new(image, &query, message);
    let (mut all, mut out) = (Vec::new(), Vec::new());
    while transfer.next_message(&mut out) {
        assert!(out.len() <= 60_000);
        let message = Message::from_vec(&out).unwrap();
        assert_eq!(message.metadata.id, 0x1234);
        all.extend(lines(&message.answers));
    }
    assert!(!transfer.next_message(&mut out));
    all
}

#[test]
fn a_transfer_is_the_whole_zone_between_two_soa_records() {
    let image = Image::build(&example(), None).unwrap();
    let lines = transferred(&image, &question("example.org.", "AXFR", None));
    assert_eq!(lines.first(), lines.last());
    assert!(lines[0].contains("SOA"));
    let mut records = lines[1..lines.len() - 1].to_vec();
    records.sort();
    let text = |record: &Record| {
        format!(
            "{} {} {}",
            crate::name_text(&record.owner),
            crate::kind_text(record.kind()),
            record.data_text()
        )
    };
    let mut expected: Vec<String> = example().records.iter().map(text).collect();
    expected.sort();
    assert_eq!(records, expected);
}

#[test]
fn a_large_zone_takes_several_messages() {
    let mut zone = example();
    for number in 0..4000 {
        let data = format!("\"{number} {}\"", "x".repeat(60));
        let owner = format!("n{number}");
        zone.records.push(crate::parse_record(&owner, 60, "TXT", &data, &zone.origin).unwrap());
    }
    let image = Image::build(&zone, None).unwrap();
    assert_eq!(transferred(&image, &question("example.org.", "AXFR", None)).len(), zone.records.len() + 2);
}

#[test]
fn a_signed_zone_is_transferred_with_its_signatures() {
    let signing = Signing::new(Arc::new(SigningKey::generate()), NOW);
    let image = Image::build(&example(), Some(&signing)).unwrap();
    let lines = transferred(&image, &question("example.org.", "AXFR", None));
    let count = |kind: &str| lines.iter().filter(|line| line.contains(kind)).count();
    assert!(count(" RRSIG ") > 30 && count(" NSEC ") > 10 && count(" DNSKEY ") == 1);
}

#[test]
fn an_incremental_question_is_answered_in_full_or_with_nothing_new() {
    let image = Image::build(&example(), None).unwrap();
    let with_serial = |serial: u32| {
        let mut message = question("example.org.", "IXFR", None);
        message[9] = 1;
        message.extend([0xc0, 0x0c, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0]);
        message.extend(serial.to_be_bytes());
        message.extend([0; 16]);
        message
    };
    assert_eq!(transferred(&image, &with_serial(2_026_112_100)).len(), 1);
    assert_eq!(transferred(&image, &with_serial(2_026_112_101)).len(), 1, "RFC 1995 §2: nothing newer");
    assert!(transferred(&image, &with_serial(2_026_112_099)).len() > 20);
}

fn key() -> TsigKey {
    TsigKey::new(&name("Transfer.Example."), b"0123456789abcdef0123456789abcdef")
}

#[test]
fn a_signed_question_is_verified_and_a_changed_one_is_not() {
    let (now, key) = (1_795_262_400, key());
    let mut message = question("example.org.", "AXFR", Some((1232, false)));
    sign_question(&mut message, &key, now);
    let query = Query::read(&message).unwrap();
    assert!(query.is_signed());
    assert!(verify(&message, &query, [&key], now).is_ok());
    assert!(verify(&message, &query, [&key], now + 299).is_ok());
    assert!(matches!(verify(&message, &query, [&key], now + 301), Err(NotSigned::BadTime(_))));
    assert_eq!(verify(&message, &query, [], now).err(), Some(NotSigned::BadKey));
    let other = TsigKey::new(&name("transfer.example."), b"another secret");
    assert_eq!(verify(&message, &query, [&other], now).err(), Some(NotSigned::BadSignature));
    // Each octet of the question is covered, the identifier aside: relays change that.
    for at in 2..message.len() {
        let mut changed = message.clone();
        changed[at] ^= 0x01;
        let Ok(query) = Query::read(&changed) else { continue };
        let seen = verify(&changed, &query, [&key], now);
        let is_case = changed.eq_ignore_ascii_case(&message);
        assert!(seen.is_err() || is_case, "octet {at} may be changed");
    }
    assert!(matches!(
        verify(&question("a.", "A", None), &Query::read(&question("a.", "A", None)).unwrap(), [&key], now),
        Err(NotSigned::Malformed)
    ));
}

#[test]
fn the_messages_of_an_answer_are_signed_one_upon_the_other() {
    let (now, key) = (1_795_262_400, key());
    let mut message = question("example.org.", "AXFR", None);
    sign_question(&mut message, &key, now);
    let query = Query::read(&message).unwrap();
    let (known, verified) = verify(&message, &query, [&key], now).unwrap();
    let mut signer = Signer::new(known, &verified);
    let image = Image::build(&example(), None).unwrap();
    let mut transfer = Transfer::new(&image, &query, &message);
    let mut first = Vec::new();
    assert!(transfer.next_message(&mut first));
    let before = first.len();
    signer.sign(&mut first, now);
    assert!(first.len() <= before + key.octets());
    assert_eq!(Message::from_vec(&first).unwrap().metadata.id, 0x1234);
    let mut second = first[..before].to_vec();
    second[10..12].fill(0);
    signer.sign(&mut second, now);
    // The second hashes fewer fields and the first one's signature: never the same octets.
    assert_ne!(first[before..], second[before..]);
}

#[test]
fn an_error_about_a_signature_is_said_unsigned() {
    let mut message = question("example.org.", "AXFR", None);
    sign_question(&mut message, &key(), 1_795_262_400);
    let query = Query::read(&message).unwrap();
    let (_, mut out) = super::respond(&crate::Images::default(), &message, crate::Transport::Tcp);
    let before = out.len();
    push_error(&mut out, &message, &query, &NotSigned::BadKey, 1_795_262_400);
    assert_eq!(out[10..12], [0, 1]);
    assert!(out[before..].ends_with(&[0, 0, 0x12, 0x34, 0, 17, 0, 0]));
}

#[test]
fn a_notice_is_a_question_about_the_soa_record() {
    let image = Image::build(&example(), None).unwrap();
    let message = notify::message(&image, 0x0102);
    assert_eq!(message[..12], [1, 2, 0x24, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    assert!(message.ends_with(b"\x07example\x03org\x00\x00\x06\x00\x01"));
    let mut taken = message.clone();
    taken[2] |= 0x80;
    assert!(notify::is_taken(&taken, 0x0102, &name("example.org.")));
    assert!(!notify::is_taken(&taken, 0x0103, &name("example.org.")));
    assert!(!notify::is_taken(&taken, 0x0102, &name("example.net.")));
    assert!(!notify::is_taken(&message, 0x0102, &name("example.org.")));
    taken[3] |= 5;
    assert!(!notify::is_taken(&taken, 0x0102, &name("example.org.")));
}
