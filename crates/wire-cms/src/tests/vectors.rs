//! The files that docs/formats/receipts.md publishes.

use model::Timestamp;

use super::lab::NOW;
use crate::certificate::hexadecimal;
use crate::time_stamp::Token;
use crate::{Certificate, Purpose, der, pades, signed_data, smime};

const ATTACHED: &[u8] = include_bytes!("../../../../fuzz/seeds/cms_signed_data/attached");
const CERTIFICATE: &[u8] = include_bytes!("../../../../fuzz/seeds/cms_signed_data/certificate");
const LETTER: &[u8] = include_bytes!("../../../../fuzz/seeds/cms_signed_data/letter");
const TOKEN: &[u8] = include_bytes!("../../../../fuzz/seeds/time_stamp_token/token");
const SIGNED: &[u8] = include_bytes!("../../../../fuzz/seeds/pdf_signature/signed");

#[test]
fn the_published_vectors_hold() {
    let certificate = Certificate::from_der(CERTIFICATE).unwrap();
    let fingerprint = hexadecimal(&certificate.sha256());
    assert_eq!(fingerprint, "a3a724fad24c3f92e08811711689a493315ff7cf0a8efde531a8bf081b989f87");
    assert_eq!(certificate.subject(), "CN=signer");
    let signed = signed_data::verify(ATTACHED, None).unwrap();
    assert_eq!((signed.content.as_deref(), signed.signing_time), (Some(&b"content"[..]), Some(NOW)));
    signed.verify_chain(std::slice::from_ref(&certificate), NOW, Purpose::Seal).unwrap();

    let letter = smime::verify(LETTER).unwrap();
    assert_eq!(letter.entity, b"Content-Type: text/plain\r\n\r\nletter\r\n");
    assert_eq!(letter.signed.signer, certificate);

    let token = Token::from_der(TOKEN).unwrap();
    assert_eq!((token.digest(), token.claimed_time()), (&[7; 32][..], Timestamp(NOW.0 + 500)));
    let signed = signed_data::verify(TOKEN, None).unwrap();
    assert!(signed_data::names_its_certificate(TOKEN, &signed).unwrap());
    token.verify(&[7; 32], &[signed.signer]).unwrap_err();

    let signature = pades::verify_whole(SIGNED).unwrap();
    assert_eq!((signature.covered_bytes, signature.signing_time), (11_690, Some(NOW)));
    let files = pades::embedded_files(SIGNED).unwrap();
    assert_eq!((files.len(), files[0].name.as_str()), (1, "evidence.json"));
    assert_eq!(files[0].bytes, b"{\"evidence\":true}");
    let range = b"/ByteRange[0 6280 11068 622 ";
    assert!(SIGNED.windows(range.len()).any(|window| window == range));
}

#[test]
fn der_has_one_spelling() {
    for wrong in [
        // Indefinite, longer than needed, beyond the end, a tag of many bytes, something behind.
        &[0x30, 0x80, 0x00, 0x00][..],
        &[0x30, 0x81, 0x00],
        &[0x30, 0x82, 0x00, 0x80],
        &[0x30, 0x01],
        &[0x30, 0x85, 0, 0, 0, 0, 0],
        &[0x3F, 0x81, 0x00],
        &[0x30, 0x00, 0x00],
        &[0x31, 0x00],
        &[],
    ] {
        assert!(der::Item::only(wrong, der::SEQUENCE).is_err(), "{wrong:02x?}");
    }
    for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
        let written = der::encode(der::OCTET_STRING, &[&vec![7; length]]);
        assert_eq!(der::Item::only(&written, der::OCTET_STRING).unwrap().value.len(), length);
    }
    for number in [0, 1, 127, 128, 255, 256, u64::MAX >> 1, u64::MAX] {
        let written = der::unsigned(number);
        assert_eq!(der::Item::only(&written, der::INTEGER).unwrap().unsigned(), Ok(number));
    }
    for wrong in [&[0x02, 0x00][..], &[0x02, 0x02, 0x00, 0x7F], &[0x02, 0x01, 0x80]] {
        assert!(der::Item::only(wrong, der::INTEGER).unwrap().unsigned().is_err(), "{wrong:02x?}");
    }
}
