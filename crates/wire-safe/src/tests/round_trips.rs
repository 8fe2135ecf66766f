//! What is sealed opens as it was, whatever it is.

use std::sync::LazyLock;

use model::Timestamp;
use proptest::prelude::*;

use crate::limits::{CHUNK_OCTETS, ENVELOPE_LIMIT_OCTETS};
use crate::tests::{Sample, genuine, signer};
use crate::{
    Envelope, MailShare, Mode, NotSealed, PortalOrigin, RecipientSecret, Sealing, SecureLetterId, Slot,
    StoreShare, Stretching, WrappingKeyName, seal,
};

static SECRET: LazyLock<RecipientSecret> =
    LazyLock::new(|| RecipientSecret::stretch("correct horse", Stretching::new([5; 16])).unwrap());

fn letters() -> impl Strategy<Value = Vec<u8>> {
    let borders = prop_oneof![Just(4096), Just(CHUNK_OCTETS), Just(2 * CHUNK_OCTETS)];
    let near = (borders, -20_i32..20).prop_map(|(border, by)| border.saturating_add_signed(by as isize));
    let lengths = prop_oneof![0_usize..6000, near, 0_usize..300_000];
    (lengths, any::<u64>()).prop_map(|(length, seed)| {
        let octet = |place: usize| (seed.wrapping_mul(place as u64 | 1) >> 32) as u8;
        (0..length).map(octet).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens_as_it_was(
        letter in letters(),
        ids in any::<([u8; 16], [u8; 16], [u8; 32], [u8; 32], [u8; 32])>(),
        mode in prop::sample::select(vec![Mode::Confidential, Mode::Personal, Mode::Registered]),
        key in "[A-Za-z0-9._-]{1,32}",
        host in "[a-z0-9]{1,20}(\\.[a-z0-9]{1,20}){0,3}",
        times in (0_i64..4_000_000_000_000, 0_i64..4_000_000_000_000),
        with_secret: bool,
    ) {
        let (letter_id, slot, mail, store, randomness) = ids;
        let (wrapping_key, origin) = (WrappingKeyName::parse(&key).unwrap(), PortalOrigin::parse(&format!("https://{host}")).unwrap());
        let (mail_share, store_share) = (MailShare::new(mail), StoreShare::new(store));
        let secret = with_secret.then_some(&*SECRET);
        let sealing = Sealing {
            letter: SecureLetterId(letter_id),
            slot: Slot(slot),
            mode,
            wrapping_key: &wrapping_key,
            not_before: Timestamp(times.0.min(times.1)),
            not_after: Timestamp(times.0.max(times.1)),
            origin: &origin,
            mail_share: &mail_share,
            store_share: &store_share,
            secret,
            randomness,
        };
        let octets = seal(&sealing, &letter, &signer()).unwrap();
        prop_assert_eq!(&octets, &seal(&sealing, &letter, &signer()).unwrap(), "the same again");
        let envelope = genuine(&octets);
        prop_assert_eq!(&*envelope.open(&mail_share, &store_share, secret).unwrap(), &letter);
        let header = envelope.header();
        prop_assert_eq!((header.letter, header.slot, header.mode), (sealing.letter, sealing.slot, mode));
        prop_assert_eq!((&header.wrapping_key, &header.origin), (&wrapping_key, &origin));
        prop_assert!(header.is_valid_at(sealing.not_before) && header.is_valid_at(sealing.not_after));
        prop_assert!(!header.is_valid_at(Timestamp(sealing.not_before.0 - 1000)));
        prop_assert!(!header.is_valid_at(Timestamp(sealing.not_after.0 + 1000)));
        prop_assert_eq!(header.stretching.is_some(), with_secret);
    }

    #[test]
    fn random_octets_are_refused_and_not_worse(octets in prop::collection::vec(any::<u8>(), 0..700), begins: bool) {
        let octets = if begins { [b"SEM1\0\0\0\x80\xac\x01\x01\x02\x01".as_slice(), &octets].concat() } else { octets };
        prop_assert!(Envelope::parse(&octets).is_err());
    }
}

#[test]
fn the_same_randomness_for_two_letters_gives_two_keys() {
    // Otherwise the same nonces would be used twice under one key, and both letters would be read without any key.
    let sample = Sample::new(1);
    let (first, second) = (sample.seal(b"first"), sample.seal(b"other"));
    let salt = |octets: &[u8]| Envelope::parse(octets).unwrap().header().salt;
    assert_ne!(salt(&first), salt(&second));
    let end = first.len();
    let both = |at: usize| first[at] ^ second[at];
    assert!(
        (end - 4112 + 5..end - 16).any(|at| both(at) != 0),
        "the zeros behind them are encrypted differently"
    );
}

#[test]
fn every_share_and_every_field_changes_the_key() {
    let sample = Sample::new(1);
    let whole = |sealing: &Sealing<'_>| seal(sealing, b"the same letter", &signer()).unwrap();
    let base = whole(&sample.sealing(None));
    let other = Sample::new(2);
    let changed = [
        whole(&Sealing { randomness: [1; 32], ..sample.sealing(None) }),
        whole(&Sealing { slot: Slot([1; 16]), ..sample.sealing(None) }),
        whole(&Sealing { mode: Mode::Registered, ..sample.sealing(None) }),
        whole(&Sealing { mail_share: &other.mail_share, ..sample.sealing(None) }),
        whole(&Sealing { store_share: &other.store_share, ..sample.sealing(None) }),
    ];
    let body = |octets: &[u8]| octets[octets.len() - 4112..].to_vec();
    let mut bodies: Vec<_> = changed.iter().chain([&base]).map(|octets| body(octets)).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 6);
}

#[test]
fn the_largest_letter_goes_into_an_envelope_and_a_larger_one_does_not() {
    // Of the padded lengths, the last one that leaves room for header and tags.
    let sample = Sample::new(1);
    let largest = crate::padding::padded_octets(ENVELOPE_LIMIT_OCTETS - 1024 * 1024 - 8) - 8;
    let mut letter = vec![b'a'; largest];
    let octets = sample.seal(&letter);
    assert!(octets.len() <= ENVELOPE_LIMIT_OCTETS && octets.len() > ENVELOPE_LIMIT_OCTETS - 1024 * 1024);
    assert_eq!(genuine(&octets).open(&sample.mail_share, &sample.store_share, None).unwrap().len(), largest);
    letter.push(b'a');
    let refused = seal(&sample.sealing(None), &letter, &signer());
    assert!(matches!(refused, Err(NotSealed::TooLarge { octets }) if octets == largest + 1));
}

#[test]
fn an_envelope_that_ends_before_it_begins_is_not_made() {
    let sample = Sample::new(1);
    for (from, to) in [(2000, 1000), (-1, 1000), (0, i64::MAX)] {
        let sealing =
            Sealing { not_before: Timestamp(from), not_after: Timestamp(to), ..sample.sealing(None) };
        let refused = seal(&sealing, b"yes", &signer());
        assert!(matches!(refused, Err(NotSealed::Validity { .. })), "{from} to {to}");
    }
}
