//! What strangers may send: thousands of changed signatures, tokens, letters and documents, none of which may panic.

use super::lab::{NOW, Wish};
use super::pades::{CLAIM, page};
use crate::signed_data::{Content, sign, verify};
use crate::time_stamp::{Token, response};
use crate::{Certificate, ObjectIdentifier, der, oid, pades, smime};

/// How many changed inputs of each kind; more with SLOW_TESTS.
fn rounds() -> u64 {
    if std::env::var_os("SLOW_TESTS").is_some() { 20_000 } else { 400 }
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    /// A few changes: bytes replaced, cut, doubled, digits and lengths made large.
    fn change(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len());
            let end = (at + 1 + self.below(40)).min(out.len());
            match self.below(6) {
                0 => out.truncate(at),
                1 => drop(out.drain(at..end)),
                2 => out
                    .splice(
                        at..at,
                        bytes[at.min(bytes.len())..end.min(bytes.len()).max(at.min(bytes.len()))].to_vec(),
                    )
                    .for_each(drop),
                3 => out[at..end].fill([0, 0xFF, 0x80, b'9', b'<'][self.below(5)]),
                _ if !out.is_empty() => out[at] = self.below(256) as u8,
                _ => {}
            }
            if out.is_empty() {
                break;
            }
        }
        out
    }
}

fn check(seed: &[u8], read: impl Fn(&[u8])) {
    let mut numbers = Numbers(seed.len() as u64);
    read(seed);
    for _ in 0..rounds() {
        read(&numbers.change(seed));
    }
}

#[test]
fn changed_signatures_certificates_and_letters_never_panic() {
    let signer = Wish::leaf("signer").alone().signer();
    let content_type = ObjectIdentifier::from_bytes(oid::DATA).unwrap();
    let attached = sign(&signer, Content::Attached { content_type, bytes: b"content" }, NOW).unwrap();
    check(&attached, |bytes| drop(verify(bytes, None)));
    check(signer.certificate().der(), |bytes| drop(Certificate::from_der(bytes)));
    let letter = smime::sign(&signer, b"Content-Type: text/plain\r\n\r\nletter\r\n", "=_b", NOW).unwrap();
    check(&letter, |bytes| drop(smime::verify(bytes)));
}

#[test]
fn changed_time_stamps_never_panic() {
    let signer = Wish::leaf("signer").alone().signer();
    let imprint =
        der::sequence(&[&der::algorithm(oid::SHA256), &der::encode(der::OCTET_STRING, &[&[7; 32]])]);
    let info = der::sequence(&[
        &der::unsigned(1),
        &der::object_identifier(&[0x2A, 3]),
        &imprint,
        &der::unsigned(1),
        &der::encode(der::GENERALIZED_TIME, &[b"20261123000000.5Z"]),
        &der::sequence(&[&der::unsigned(1), &der::encode(der::context(0), &[&[5]])]),
        &der::unsigned(7),
    ]);
    let content_type = ObjectIdentifier::from_bytes(oid::TST_INFO).unwrap();
    let token = sign(&signer, Content::Attached { content_type, bytes: &info }, NOW).unwrap();
    check(&token, |bytes| {
        if let Ok(token) = Token::from_der(bytes) {
            token.verify(&[7; 32], &[]).unwrap_err();
        }
    });
    let answer = der::sequence(&[&der::sequence(&[&der::unsigned(0)]), &token]);
    response(&answer, &[7; 32], 7).unwrap();
    check(&answer, |bytes| drop(response(bytes, &[7; 32], 7)));
}

#[test]
fn changed_documents_never_panic() {
    let signer = Wish::leaf("signer").alone().signer();
    let pdf = pades::sign(&page(&[("evidence.json", b"{\"evidence\":true}")]), &signer, NOW, &CLAIM).unwrap();
    check(&pdf, |bytes| {
        drop(pades::verify(bytes));
        drop(pades::signature_digest(bytes));
        drop(pades::embedded_files(bytes));
        drop(pades::sign(bytes, &signer, NOW, &CLAIM));
    });
}
