//! `multipart/signed`, with OpenSSL on the other side.

use super::lab::{Lab, NOW, Wish, now};
use crate::Purpose;
use crate::signed_data::CmsError;
use crate::smime::{NotSignable, SmimeError, sign, verify};

const ENTITY: &[u8] = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BCezi\r\n  \r\n.\r\nthe end without a line's end";
const SIGNING: &str = "keyUsage=digitalSignature\nextendedKeyUsage=emailProtection\n";

fn letter(entity: &[u8]) -> Vec<u8> {
    [b"From: a@example.com\r\nSubject: signed\r\nMIME-Version: 1.0\r\n", entity].concat()
}

#[test]
fn openssl_verifies_our_letters() {
    let lab = Lab::new();
    for (name, key) in [
        ("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
        ("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
    ] {
        lab.openssl_signer(name, key, SIGNING);
        for entity in [ENTITY, b"\r\n", b"\r\n\r\n\r\n", b"Content-Type: text/plain\r\n\r\n"] {
            let signed = sign(&lab.signer(name), entity, "=_boundary/1", NOW).unwrap();
            lab.write("letter", letter(&signed));
            for tool in ["smime -verify", "cms -verify"] {
                lab.openssl(&format!("{tool} -in letter -CAfile ca.pem -out out"));
                assert_eq!(lab.read("out"), entity);
            }
            let letter = letter(&signed);
            let read = verify(&letter).unwrap();
            assert_eq!(read.entity, entity);
            read.signed.verify_chain(&[lab.certificate("ca.pem")], now(), Purpose::Email).unwrap();
        }
    }
}

#[test]
fn we_verify_openssls_letters() {
    let lab = Lab::new();
    let certificate = lab.openssl_signer("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", SIGNING);
    lab.write("entity", ENTITY);
    // -noindef: DER. Its header lines end with LF alone, which SMTP makes CRLF.
    lab.openssl("cms -sign -noindef -crlfeol -in entity -signer ec.pem -inkey ec.key -out letter");
    let text = String::from_utf8(lab.read("letter")).unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
    let read = verify(text.as_bytes()).unwrap();
    assert_eq!((read.entity, read.signed.signer), (ENTITY, certificate));
}

#[test]
fn a_changed_letter_does_not_hold() {
    let signed = sign(&Wish::leaf("signer").alone().signer(), ENTITY, "b", NOW).unwrap();
    verify(&signed).unwrap();
    let start = signed.windows(ENTITY.len()).position(|window| window == ENTITY).unwrap();
    for at in start..start + ENTITY.len() {
        let mut other = signed.clone();
        other[at] ^= 1;
        assert!(verify(&other).is_err(), "byte {at}");
    }
    let text = String::from_utf8(signed).unwrap();
    let other = text.replace("the end", "an end");
    assert!(matches!(verify(other.as_bytes()), Err(SmimeError::Signature(CmsError::OtherContent))));
}

#[test]
fn what_is_not_two_parts_with_a_signature_is_refused() {
    let signed = sign(&Wish::leaf("signer").alone().signer(), ENTITY, "b", NOW).unwrap();
    let text = String::from_utf8(signed).unwrap();
    for (from, to) in [
        ("multipart/signed;", "multipart/mixed;"),
        ("protocol=\"application/pkcs7-signature\"", "protocol=\"application/pgp-signature\""),
        ("boundary=\"b\"", "boundary=\"\""),
        ("boundary=\"b\"", "boundary=\"c\""),
        ("boundary=\"b\"", "boundary=\"b"),
        ("Content-Type: application/pkcs7-signature", "Content-Type: text/plain"),
        ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit"),
        ("Content-Type: multipart", "Content-Type: text/plain\r\nContent-Type: multipart"),
        ("--b--", "--b"),
        ("--b--", "--b\r\n\r\nmore\r\n--b--"),
        ("\r\n--b\r\nContent-Type: application", "\r\nContent-Type: application"),
    ] {
        assert!(text.contains(from));
        let other = text.replace(from, to);
        assert!(matches!(verify(other.as_bytes()), Err(SmimeError::NotSigned(_))), "{from} → {to}");
    }
    for end in 0..text.len() - 4 {
        assert!(verify(&text.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn what_would_not_survive_the_way_is_not_signed() {
    let signer = Wish::leaf("signer").alone().signer();
    let long = "x".repeat(999);
    for wrong in ["a\n", "a\r", "a\rb", "\n\r", "ü", "\0", &long] {
        assert_eq!(sign(&signer, wrong.as_bytes(), "b", NOW), Err(NotSignable::NotCanonical), "{wrong:?}");
    }
    sign(&signer, &long.as_bytes()[1..], "b", NOW).unwrap();
    for wrong in ["", "with space", "with\"quote", &long[..71]] {
        assert_eq!(sign(&signer, b"", wrong, NOW), Err(NotSignable::Boundary), "{wrong}");
    }
    assert_eq!(sign(&signer, b"a\r\n--b", "b", NOW), Err(NotSignable::Boundary));
}
