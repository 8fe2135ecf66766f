//! Sealed envelopes from strangers: whatever comes, reading, verifying and opening end. What was sealed opens, and no other
//! octet in it goes unnoticed.
#![no_main]

use std::sync::LazyLock;

use model::{OrganisationId, Timestamp};
use wire_safe::{
    Envelope, EnvelopeSigner, Header, MailShare, Mode, PortalOrigin, Sealing, SecureLetterId, ShareContext, Slot,
    StoreShare, WrappingKey, WrappingKeyName, read_form_field, seal,
};

static SIGNER: LazyLock<EnvelopeSigner> =
    LazyLock::new(|| EnvelopeSigner::generate(&[1; 32].into()).expect("32 octets are a seed"));

fn sealed(letter: &[u8], mail_share: &MailShare, store_share: &StoreShare) -> Vec<u8> {
    let sealing = Sealing {
        letter: SecureLetterId([4; 16]),
        slot: Slot([5; 16]),
        mode: Mode::Registered,
        wrapping_key: &WrappingKeyName::parse("key").expect("a name"),
        not_before: Timestamp(0),
        not_after: Timestamp(1000),
        origin: &PortalOrigin::parse("https://safe.example.ch").expect("an origin"),
        mail_share,
        store_share,
        secret: None,
        randomness: [6; 32],
    };
    seal(&sealing, letter, &SIGNER).expect("a short letter is sealed")
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (mail_share, store_share) = (MailShare::new([2; 32]), StoreShare::new([3; 32]));
    let keys = [SIGNER.key()];

    // As strangers send it.
    if let Ok(envelope) = Envelope::parse(input) {
        if let Ok(genuine) = envelope.verify(&keys) {
            let _ = genuine.open(&mail_share, &store_share, None);
        }
    }
    // The header alone: it has one spelling.
    if let Ok(header) = Header::decode(input) {
        assert_eq!(header.encode(), input);
    }
    if let Ok(octets) = read_form_field(input) {
        let _ = Envelope::parse(&octets);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = PortalOrigin::parse(text);
        if let Ok(share) = MailShare::from_base64url(text) {
            assert_eq!(*share.to_base64url(), text);
        }
    }
    let context = ShareContext { letter: SecureLetterId([4; 16]), slot: Slot([5; 16]), organisation: OrganisationId(7) };
    assert!(StoreShare::unwrap(input, &WrappingKey::new([7; 32]), &context).is_err());

    // As ours, changed: the first octets say where and how, the rest is the letter.
    let Some((change, letter)) = input.split_first_chunk::<5>() else { return };
    let mut octets = sealed(letter, &mail_share, &store_share);
    let opened = Envelope::parse(&octets).expect("ours").verify(&keys).expect("ours").open(&mail_share, &store_share, None);
    assert_eq!(&*opened.expect("ours"), letter);
    let [place @ .., with] = change;
    let place = u32::from_be_bytes(*place) as usize % octets.len();
    if *with != 0 {
        octets[place] ^= with;
        if let Ok(envelope) = Envelope::parse(&octets) {
            assert!(envelope.verify(&keys).is_err());
        }
    }
});
