//! AES-GCM accepts a ciphertext under two keys, if somebody makes it so; the commitment does not.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};

use crate::derive::Keys;
use crate::tests::Sample;
use crate::{Envelope, NotOpened};

/// Multiplication in the field of GHASH (NIST SP 800-38D §6.3): the highest bit is the coefficient of 1.
fn times(left: u128, right: u128) -> u128 {
    let (mut product, mut shifted) = (0, right);
    for place in (0..128).rev() {
        if left >> place & 1 == 1 {
            product ^= shifted;
        }
        shifted = (shifted >> 1) ^ ((shifted & 1) * (0xe1 << 120));
    }
    product
}

/// The inverse: to the power of 2^128 − 2.
fn inverse(value: u128) -> u128 {
    let (mut result, mut power) = (1 << 127, value);
    for _ in 1..128 {
        power = times(power, power);
        result = times(result, power);
    }
    result
}

fn block(key: &[u8; 32], input: u128) -> u128 {
    let cipher = EncryptingKey::ecb(UnboundCipherKey::new(&AES_256, key).unwrap()).unwrap();
    let mut octets = input.to_be_bytes();
    cipher.encrypt(&mut octets).unwrap();
    u128::from_be_bytes(octets)
}

fn ghash(key: u128, header_digest: &[u8], ciphertext: &[u8]) -> u128 {
    let lengths = (header_digest.len() as u128 * 8) << 64 | (ciphertext.len() as u128 * 8);
    let blocks = header_digest.chunks(16).chain(ciphertext.chunks(16));
    let blocks = blocks.map(|block| u128::from_be_bytes(block.try_into().unwrap()));
    blocks.chain([lengths]).fold(0, |sum, block| times(sum ^ block, key))
}

#[test]
fn a_ciphertext_made_for_two_keys_opens_under_one_only() {
    let (ours, other) = (Sample::new(1), Sample::new(2));
    let mut whole = ours.seal(b"the letter that the recipient will see");
    let (header, digest) = {
        let envelope = Envelope::parse(&whole).unwrap();
        (envelope.header().clone(), crate::tree::hash(&[&envelope.header().encode()]))
    };
    let keys_of = |sample: &Sample| {
        Keys::new(&header.salt, &digest, &sample.mail_share, &sample.store_share, None).unwrap()
    };
    let (first, second) = (keys_of(&ours), keys_of(&other));

    // One block of the ciphertext is free, and chosen so that both keys have the same tag: a linear equation.
    let start = whole.len() - 4096 - 16;
    let free = whole.len() - 32;
    whole[free..free + 16].fill(0);
    let nonce_block = 1 << 32 | 1; // Chunk 0, the last one; the first counter of GCM is 1.
    let tag = |key: &[u8; 32], ciphertext: &[u8]| {
        block(key, nonce_block) ^ ghash(block(key, 0), &digest, ciphertext)
    };
    let ciphertext = &whole[start..free + 16];
    let difference = tag(&first.content, ciphertext) ^ tag(&second.content, ciphertext);
    let square = |key| times(block(key, 0), block(key, 0));
    let solution = times(difference, inverse(square(&first.content) ^ square(&second.content)));
    whole[free..free + 16].copy_from_slice(&solution.to_be_bytes());
    let common = tag(&first.content, &whole[start..free + 16]);
    whole[free + 16..].copy_from_slice(&common.to_be_bytes());

    let envelope = Envelope::parse(&whole).unwrap();
    let mut seen_by_first = envelope.decrypt(&first).expect("AES-GCM accepts the first key");
    let mut seen_by_second = envelope.decrypt(&second).expect("AES-GCM accepts the second key");
    let (seen_by_first, seen_by_second) = (seen_by_first.padded(), seen_by_second.padded());
    assert_ne!(seen_by_first, seen_by_second, "two letters in one ciphertext");
    assert!(seen_by_first.starts_with(b"the letter that the recipient will see"));

    let opened = envelope.open(&other.mail_share, &other.store_share, None);
    assert_eq!(opened.unwrap_err(), NotOpened::Shares, "the commitment is of the first key");
}
