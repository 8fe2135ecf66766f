//! Envelopes that stay as they are: testdata/envelopes.json, which the browser's and the independent implementation open too.
//! `UPDATE=1` writes it anew, which is a change of the format.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{OrganisationId, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    Envelope, EnvelopeSigner, MailShare, Mode, PortalOrigin, RecipientSecret, Sealing, SecureLetterId,
    ShareContext, Slot, StoreShare, Stretching, WrappingKey, WrappingKeyName, seal,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/envelopes.json");

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// 32 octets that begin with `first` and count upwards.
fn counting<const OCTETS: usize>(first: u8) -> [u8; OCTETS] {
    std::array::from_fn(|place| first.wrapping_add(place as u8))
}

struct Case {
    name: &'static str,
    letter: Vec<u8>,
    mode: Mode,
    passphrase: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let short = "From: Anna <anna@valbois.test>\r\nTo: eve@stranger.test\r\nSubject: =?utf-8?q?D=C3=A9cision?=\r\n\
                 MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOnly for you: é.\r\n";
    // 70,000 octets: two chunks. The n-th is n² / 251, in the lowest eight bits.
    let long = (0..70_000_u64).map(|place| (place * place / 251) as u8).collect();
    vec![
        Case { name: "short", letter: short.into(), mode: Mode::Confidential, passphrase: None },
        Case { name: "empty", letter: Vec::new(), mode: Mode::Personal, passphrase: None },
        Case {
            name: "passphrase",
            letter: short.into(),
            mode: Mode::Registered,
            // Decomposed, with a space that does not break: both have to become the usual ones.
            passphrase: Some("Gene\u{300}ve\u{a0}2026"),
        },
        Case { name: "two chunks", letter: long, mode: Mode::Confidential, passphrase: None },
    ]
}

fn answer(case: &Case, signer: &EnvelopeSigner) -> Value {
    let (mail_share, store_share) = (MailShare::new(counting(0x40)), StoreShare::new(counting(0x80)));
    let (wrapping_key, origin) =
        (WrappingKeyName::parse("2026-11").unwrap(), PortalOrigin::parse("https://safe.example.ch").unwrap());
    let secret =
        case.passphrase.map(|text| RecipientSecret::stretch(text, Stretching::new(counting(0x60))).unwrap());
    let sealing = Sealing {
        letter: SecureLetterId(counting(0x01)),
        slot: Slot(counting(0x11)),
        mode: case.mode,
        wrapping_key: &wrapping_key,
        not_before: Timestamp(1_795_305_600_000),
        not_after: Timestamp(1_826_841_600_000),
        origin: &origin,
        mail_share: &mail_share,
        store_share: &store_share,
        secret: secret.as_ref(),
        randomness: counting(0xc0),
    };
    let octets = seal(&sealing, &case.letter, signer).unwrap();
    let parsed = Envelope::parse(&octets).unwrap();
    let opened = parsed.clone().verify(&[signer.key()]).unwrap();
    assert_eq!(
        *opened.open(&mail_share, &store_share, secret.as_ref()).unwrap(),
        case.letter,
        "{}",
        case.name
    );

    let front = 8 + parsed.header().encode().len();
    let small = octets.len() < 10_000;
    json!({
        "name": case.name,
        "letter": if small { json!(STANDARD.encode(&case.letter)) } else { json!("the octet at n is (n * n / 251) modulo 256, for n from 0 to 69999") },
        "mail_share": *mail_share.to_base64url(),
        "store_share": hex(store_share.octets()),
        "passphrase": case.passphrase,
        "randomness": hex(&sealing.randomness),
        "header": hex(&octets[8..front]),
        "commitment": hex(&octets[front..front + 32]),
        "root": hex(&octets[front + 32..front + 64]),
        "signature": hex(&octets[front + 64..front + 128]),
        "octets": octets.len(),
        "sha256": hex(&crate::tree::hash(&[&octets])),
        "envelope": if small { json!(STANDARD.encode(&octets)) } else { Value::Null },
    })
}

#[test]
fn envelopes_are_what_they_always_were() {
    let seed = Zeroizing::new(counting(0xe0));
    let signer = EnvelopeSigner::generate(&seed).unwrap();
    let (key, nonce) = (WrappingKey::new(counting(0x20)), counting(0x30));
    let context = ShareContext {
        letter: SecureLetterId(counting(0x01)),
        slot: Slot(counting(0x11)),
        organisation: OrganisationId(7),
    };
    let wrapped = StoreShare::new(counting(0x80)).wrap(&key, &context, nonce).unwrap();
    let answers = json!({
        "signing_seed": hex(seed.as_slice()),
        "signing_key": hex(signer.key().octets()),
        "wrapping_key": hex(&counting::<32>(0x20)),
        "organisation": 7,
        "wrapped_store_share": hex(&wrapped),
        "envelopes": cases().iter().map(|case| answer(case, &signer)).collect::<Vec<_>>(),
    });
    let text = format!("{answers:#}\n");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(Path::new(FILE).parent().unwrap()).unwrap();
        std::fs::write(FILE, &text).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert!(kept == text, "the format has changed: see testdata/envelopes.json");
}

#[test]
fn the_kept_envelopes_are_opened_without_sealing_them_again() {
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let signer = EnvelopeSigner::generate(&Zeroizing::new(counting(0xe0))).unwrap();
    let mut opened = 0;
    for envelope in kept["envelopes"].as_array().unwrap() {
        let Some(octets) = envelope["envelope"].as_str() else { continue };
        let octets = STANDARD.decode(octets).unwrap();
        let genuine = Envelope::parse(&octets).unwrap().verify(&[signer.key()]).unwrap();
        let mail_share = MailShare::from_base64url(envelope["mail_share"].as_str().unwrap()).unwrap();
        let secret = envelope["passphrase"]
            .as_str()
            .map(|text| RecipientSecret::stretch(text, genuine.header().stretching.unwrap()).unwrap());
        let letter = genuine.open(&mail_share, &StoreShare::new(counting(0x80)), secret.as_ref()).unwrap();
        assert_eq!(STANDARD.encode(&*letter), envelope["letter"].as_str().unwrap());
        opened += 1;
    }
    assert_eq!(opened, 3);
}

#[test]
fn the_specification_shows_the_second_of_them() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/safe-envelope.md"));
    let vector = page.unwrap().split("## Test vector").nth(1).unwrap().replace([' ', '\n'], "");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    for part in ["signing_seed", "signing_key", "wrapping_key", "wrapped_store_share"] {
        assert!(vector.contains(kept[part].as_str().unwrap()), "{part}");
    }
    let envelope = &kept["envelopes"][1];
    let parts =
        ["mail_share", "store_share", "randomness", "header", "commitment", "root", "signature", "sha256"];
    for part in parts {
        assert!(vector.contains(envelope[part].as_str().unwrap()), "{part}");
    }
}
