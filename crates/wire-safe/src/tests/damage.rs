//! What is not exactly what the platform sealed is refused.

use crate::chunks::TAG_OCTETS;
use crate::limits::{CHUNK_OCTETS, ENVELOPE_LIMIT_OCTETS};
use crate::tests::{Sample, genuine, signer};
use crate::{Envelope, EnvelopeSigner, Forged, NotAnEnvelope, NotOpened};

/// The octets before the chunks.
fn front(envelope: &[u8]) -> usize {
    8 + u32::from_be_bytes(envelope[4..8].try_into().unwrap()) as usize + 128
}

/// Puts in a new root and signature, as only a thief of the platform's key could.
fn sign_again(envelope: &mut [u8]) {
    let front = front(envelope);
    let header = crate::tree::hash(&[&envelope[8..front - 128]]);
    let commitment: [u8; 32] = envelope[front - 128..front - 96].try_into().unwrap();
    let mut tree = crate::tree::Tree::default();
    envelope[front..].chunks(CHUNK_OCTETS + TAG_OCTETS).for_each(|chunk| tree.push(chunk));
    let root = tree.root();
    let signature = signer().sign(&crate::signing::signed_octets(&header, &commitment, &root)).unwrap();
    envelope[front - 96..front - 64].copy_from_slice(&root);
    envelope[front - 64..front].copy_from_slice(&signature);
}

#[test]
fn every_flipped_bit_of_a_small_envelope_is_refused() {
    let sample = Sample::new(1);
    let whole = sample.seal(b"yes");
    let keys = [signer().key()];
    assert!(Envelope::parse(&whole).unwrap().verify(&keys).is_ok());
    let mut opened = 0;
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(envelope) = Envelope::parse(&flipped) else { continue };
        // The shares alone refuse it too, where the bit is not of the root or the signature, which they do not know.
        let front = front(&whole);
        if !(front - 96..front).contains(&(bit / 8)) {
            assert!(envelope.open(&sample.mail_share, &sample.store_share, None).is_err(), "bit {bit}");
            opened += 1;
        }
        assert!(envelope.verify(&keys).is_err(), "bit {bit}");
    }
    assert!(opened > 4096 * 8, "most flipped envelopes have the form of one: {opened}");
}

#[test]
fn an_envelope_cut_off_anywhere_is_refused() {
    let whole = Sample::new(1).seal(b"yes");
    for length in 0..whole.len() {
        assert!(Envelope::parse(&whole[..length]).is_err(), "{length} of {} octets", whole.len());
    }
    let longer = [whole.as_slice(), b"\n"].concat();
    assert!(matches!(Envelope::parse(&longer), Err(NotAnEnvelope::Length { .. })));
}

#[test]
fn an_envelope_larger_than_the_limit_is_not_looked_at() {
    let mut huge = Sample::new(1).seal(b"yes");
    huge.resize(ENVELOPE_LIMIT_OCTETS + 1, 0);
    assert!(matches!(Envelope::parse(&huge), Err(NotAnEnvelope::TooLarge { .. })));
}

#[test]
fn swapped_repeated_and_missing_chunks_are_refused_even_with_a_signature() {
    let sample = Sample::new(1);
    let letter: Vec<u8> = (0..3 * CHUNK_OCTETS).map(|place| (place / 7) as u8).collect();
    let whole = sample.seal(&letter);
    let front = front(&whole);
    let chunk = CHUNK_OCTETS + TAG_OCTETS;
    assert!(whole.len() > front + 3 * chunk, "three whole chunks and a rest");
    let open = |octets: &[u8]| genuine(octets).open(&sample.mail_share, &sample.store_share, None).err();
    assert_eq!(open(&whole), None);

    let mut swapped = whole.clone();
    let (first, second) = swapped[front..].split_at_mut(chunk);
    first.swap_with_slice(&mut second[..chunk]);
    let mut repeated = whole.clone();
    repeated.copy_within(front..front + chunk, front + chunk);
    for (broken, number) in [(&mut swapped, 0), (&mut repeated, 1)] {
        let envelope = Envelope::parse(broken).unwrap();
        assert_eq!(envelope.verify(&[signer().key()]).unwrap_err(), Forged::Chunks);
        sign_again(broken);
        assert_eq!(open(broken), Some(NotOpened::Chunk { number }));
    }
    let missing = [&whole[..front], &whole[front + chunk..]].concat();
    assert!(matches!(Envelope::parse(&missing), Err(NotAnEnvelope::Length { .. })));
}

#[test]
fn a_letter_cannot_be_cut_at_the_border_of_two_chunks() {
    // The header with another padded length is another header: neither signature nor commitment are of it.
    let sample = Sample::new(1);
    let whole = sample.seal(&vec![b'a'; CHUNK_OCTETS + 5000]);
    let envelope = Envelope::parse(&whole).unwrap();
    let mut shorter = envelope.header().clone();
    shorter.padded_octets = CHUNK_OCTETS;
    let header = shorter.encode();
    let front = front(&whole);
    let mut cut = b"SEM1".to_vec();
    cut.extend_from_slice(&(header.len() as u32).to_be_bytes());
    cut.extend_from_slice(&header);
    cut.extend_from_slice(&whole[front - 128..front + CHUNK_OCTETS + TAG_OCTETS]);
    assert_eq!(Envelope::parse(&cut).unwrap().verify(&[signer().key()]).unwrap_err(), Forged::Signature);
    sign_again(&mut cut);
    let opened = genuine(&cut).open(&sample.mail_share, &sample.store_share, None);
    assert_eq!(opened.unwrap_err(), NotOpened::Shares);
}

#[test]
fn parts_of_two_envelopes_make_no_third() {
    let (one, other) = (Sample::new(1), Sample::new(2));
    let (first, second) = (one.seal(b"the first letter"), other.seal(b"another letter"));
    assert_eq!(first.len(), second.len());
    let front = front(&first);
    let borders = [0, 8, front - 128, front - 96, front - 64, front, first.len()];
    for part in borders.windows(2).skip(1) {
        let (from, to) = (part[0], part[1]);
        let mut spliced = first.clone();
        spliced[from..to].copy_from_slice(&second[from..to]);
        let refused = Envelope::parse(&spliced).unwrap().verify(&[signer().key()]);
        assert!(refused.is_err(), "octets {from} to {to} of the other");
        // Signed again by a thief of the key, it still opens with nobody's shares, unless it is all of one again.
        if (front - 96..front).contains(&from) {
            continue;
        }
        sign_again(&mut spliced);
        for sample in [&one, &other] {
            let opened = genuine(&spliced).open(&sample.mail_share, &sample.store_share, None);
            assert!(opened.is_err(), "octets {from} to {to} of the other, shares of {}", sample.number);
        }
    }
}

#[test]
fn only_keys_of_the_platform_sign_envelopes() {
    let whole = Sample::new(1).seal(b"yes");
    let stranger = EnvelopeSigner::generate(&[0xee; 32].into()).unwrap();
    let verify = |keys: &[_]| Envelope::parse(&whole).unwrap().verify(keys).map(|_| ());
    let id = signer().id();
    assert_eq!(verify(&[]), Err(Forged::UnknownKey(id)));
    assert_eq!(verify(&[stranger.key()]), Err(Forged::UnknownKey(id)));
    assert_eq!(verify(&[stranger.key(), signer().key()]), Ok(()), "an old key among new ones");

    // A stranger's envelope, which names the platform's key.
    let sample = Sample::new(1);
    let forged = crate::seal(&sample.sealing(None), b"pay at once", &stranger).unwrap();
    let refused = Envelope::parse(&forged).unwrap().verify(&[signer().key()]).unwrap_err();
    assert_eq!(refused, Forged::UnknownKey(stranger.id()));
    let front = front(&forged);
    let mut header = Envelope::parse(&forged).unwrap().header().clone();
    header.signing_key = id;
    let mut renamed = forged.clone();
    renamed[8..front - 128].copy_from_slice(&header.encode());
    let refused = Envelope::parse(&renamed).unwrap().verify(&[signer().key()]).unwrap_err();
    assert_eq!(refused, Forged::Signature);
}

#[test]
fn padding_that_is_not_the_letters_own_is_refused() {
    use crate::derive::Keys;
    let sample = Sample::new(1);
    let whole = sample.seal(b"yes");
    let parsed = Envelope::parse(&whole).unwrap();
    let header = parsed.header().clone();
    let digest = crate::tree::hash(&[&header.encode()]);
    let keys = Keys::new(&header.salt, &digest, &sample.mail_share, &sample.store_share, None).unwrap();
    let front = front(&whole);
    let with = |padded: &[u8]| {
        let mut made = whole[..front].to_vec();
        made.extend_from_slice(padded);
        let nonce = crate::chunks::nonce(0, true);
        let aad = aws_lc_rs::aead::Aad::from(&digest);
        let cipher = crate::chunks::cipher(&keys.content).unwrap();
        let tag = cipher.seal_in_place_separate_tag(nonce, aad, &mut made[front..]).unwrap();
        made.extend_from_slice(tag.as_ref());
        sign_again(&mut made);
        genuine(&made).open(&sample.mail_share, &sample.store_share, None).map(|letter| letter.to_vec())
    };
    let mut padded = vec![0; 4096];
    padded[..3].copy_from_slice(b"yes");
    padded[4095] = 3;
    assert_eq!(with(&padded).unwrap(), b"yes");
    for (place, octet) in [(3, 1), (4087, 1), (4095, 2), (4094, 0x10), (4088, 1), (4088, 0xff)] {
        let mut wrong = padded.clone();
        wrong[place] = octet;
        assert_eq!(with(&wrong), Err(NotOpened::Padding), "octet {place}");
    }
}
