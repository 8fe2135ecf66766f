//! Seals: OpenSSL agrees with ours, and nothing but the exact text is sealed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use tempfile::TempDir;
use wire_cms::{Certificate, Signer};

use super::lab::{Authority, openssl};
use super::statement::statement;
use crate::{NotSealable, NotSealed, SealBroken, SealKey, Sealed, seal};

#[test]
fn a_seal_is_read_again_and_holds() {
    let root = Authority::new("Root");
    let owned = root.seal("Sealer", [2025, 2030]);
    let at = Timestamp(statement().event_time.0 + 5_999);
    let sealed = seal(&statement(), &owned.signer(), at).expect("sealed");
    let read = Sealed::parse(sealed.text()).expect("sealed");
    assert_eq!(read, sealed);
    assert_eq!(read.evidence(), &statement());
    assert_eq!(read.sealed_at(), Timestamp(at.seconds() * 1000));
    assert_eq!(read.certificate().0, owned.certificate.sha256());
    assert_eq!(read.verify(&SealKey::of(&owned.certificate).expect("a key")), Ok(()));
    let other = SealKey::of(&root.seal("Other", [2025, 2030]).certificate).expect("a key");
    assert_eq!(read.verify(&other), Err(SealBroken::OtherCertificate));
    let header = URL_SAFE_NO_PAD.decode(read.text().split('.').next().expect("a header")).expect("base64url");
    let value: serde_json::Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(serde_json_canonicalizer::to_vec(&value).expect("JSON"), header, "the form of RFC 8785");
    assert_eq!(
        String::from_utf8(header).expect("text"),
        format!(
            "{{\"alg\":\"ES256\",\"crit\":[\"sigT\"],\"cty\":\"json\",\"kid\":\"seal-1\",\"sigT\":\"2026-11-22T20:00:06Z\",\
             \"typ\":\"JOSE\",\"x5t#S256\":\"{}\"}}",
            URL_SAFE_NO_PAD.encode(owned.certificate.sha256())
        )
    );
}

#[test]
fn openssl_says_the_same_of_a_seal() {
    let owned = Authority::new("Root").seal("Sealer", [2025, 2030]);
    let sealed = seal(&statement(), &owned.signer(), statement().event_time).expect("sealed");
    let (signed, signature) = sealed.text().rsplit_once('.').expect("a signature");
    let raw = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    // r and s as INTEGERs, as OpenSSL wants them (RFC 3279 §2.2.3).
    let integer = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let digits = if digits[0] & 0x80 == 0 { digits } else { [vec![0], digits].concat() };
        [vec![2, digits.len() as u8], digits].concat()
    };
    let content = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let at = TempDir::new().expect("a directory");
    std::fs::write(at.path().join("signature"), [vec![0x30, content.len() as u8], content].concat())
        .expect("a file");
    std::fs::write(at.path().join("signed"), signed).expect("a file");
    std::fs::write(at.path().join("certificate.pem"), owned.certificate.pem()).expect("a file");
    let public = openssl(at.path(), &["x509", "-in", "certificate.pem", "-noout", "-pubkey"]);
    std::fs::write(at.path().join("public.pem"), public).expect("a file");
    let said = openssl(
        at.path(),
        &["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "signed"],
    );
    assert_eq!(said.trim(), "Verified OK");
}

#[test]
fn every_flipped_bit_of_a_sealed_statement_is_seen() {
    let owned = Authority::new("Root").seal("Sealer", [2025, 2030]);
    let key = SealKey::of(&owned.certificate).expect("a key");
    let sealed = seal(&statement(), &owned.signer(), statement().event_time).expect("sealed");
    let mut read_but_broken = 0;
    for at in 0..sealed.text().len() {
        for bit in 0..8 {
            let mut bytes = sealed.text().as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            if let Ok(read) = Sealed::parse(&text) {
                assert!(read.verify(&key).is_err(), "byte {at}, bit {bit}");
                read_but_broken += 1;
            }
        }
    }
    assert!(read_but_broken > 100, "the signature was reached");
}

#[test]
fn what_cannot_be_sealed_is_not() {
    let owned = Authority::new("Root").seal("Sealer", [2025, 2030]);
    let early = Timestamp(statement().event_time.0 - 1_000);
    assert!(matches!(seal(&statement(), &owned.signer(), early), Err(NotSealable::BeforeEvent)));
    let mut wrong = statement();
    wrong.sequence = 0;
    assert!(matches!(seal(&wrong, &owned.signer(), wrong.event_time), Err(NotSealable::Statement(_))));
    assert!(matches!(
        seal(&statement(), &owned.signer(), Timestamp(i64::MAX)),
        Err(NotSealable::Statement(_))
    ));
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).expect("a key");
    let certificate = rcgen::CertificateParams::default().self_signed(&key).expect("a certificate");
    let certificate = Certificate::from_der(certificate.der()).expect("a certificate");
    assert!(SealKey::of(&certificate).is_err());
    let signer = Signer::from_pkcs8(&key.serialize_der(), vec![certificate]).expect("a signer");
    assert!(matches!(
        seal(&statement(), &signer, statement().event_time),
        Err(NotSealable::Algorithm("RS256"))
    ));
}

#[test]
fn a_second_form_of_a_seal_is_refused() {
    let owned = Authority::new("Root").seal("Sealer", [2025, 2030]);
    let sealed = seal(&statement(), &owned.signer(), statement().event_time).expect("sealed");
    let parts: Vec<&str> = sealed.text().split('.').collect();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url")).expect("text");
    let with_header =
        |header: String| format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header), parts[1], parts[2]);
    for (from, to) in [
        ("\"ES256\"", "\"none\""),
        ("\"ES256\"", "\"HS256\""),
        ("{\"alg\"", "{ \"alg\""),
        ("[\"sigT\"]", "[]"),
        ("[\"sigT\"]", "[\"sigT\",\"b64\"]"),
        ("\"typ\"", "\"x\":1,\"typ\""),
        ("\"JOSE\"", "\"jose\""),
        ("00:00Z", "00:00.000Z"),
    ] {
        let changed = header.replace(from, to);
        assert_ne!(changed, header, "{from}");
        assert!(matches!(Sealed::parse(&with_header(changed)), Err(NotSealed::Header)), "{from} → {to}");
    }
    assert!(matches!(
        Sealed::parse(&with_header(header.replace("seal-1", "seal-2"))),
        Err(NotSealed::OtherKey)
    ));
    let earlier = header.replace("20:00:00Z", "19:59:59Z");
    assert!(matches!(Sealed::parse(&with_header(earlier)), Err(NotSealed::BeforeEvent)));
    for text in [
        String::new(),
        "..".to_owned(),
        parts[..2].join("."),
        format!("{}.", sealed.text()),
        format!("{}=", sealed.text()),
        format!("{} ", sealed.text()),
        "a".repeat(crate::limits::SEALED_BYTES + 1),
    ] {
        assert!(Sealed::parse(&text).is_err(), "{text:.40}");
    }
    // The last character of a signature of 64 bytes has bits that mean nothing; they must be zero.
    let last = sealed.text().chars().last().expect("a character");
    assert!("AQgw".contains(last), "{last}");
}
