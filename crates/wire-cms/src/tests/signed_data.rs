//! CMS SignedData, with OpenSSL on the other side.

use model::Timestamp;

use super::lab::{Lab, NOW, Wish, now};
use crate::signed_data::{CmsError, Content, sign, verify};
use crate::{NotASigner, ObjectIdentifier, Purpose, Signer};

const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const EC: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
const SIGNING: &str = "keyUsage=digitalSignature\n";

#[test]
fn openssl_verifies_what_we_sign_with_either_key_beside_and_within() {
    let lab = Lab::new();
    let content = "Grüezi\r\n".as_bytes();
    lab.write("content", content);
    for (name, key) in [("ec", EC), ("rsa", RSA)] {
        lab.openssl_signer(name, key, SIGNING);
        let signer = lab.signer(name);
        lab.write("detached", sign(&signer, Content::Detached(content), NOW).unwrap());
        let command = "cms -verify -binary -inform DER -purpose any -CAfile ca.pem -out out -in";
        lab.openssl(&format!("{command} detached -content content"));
        assert_eq!(lab.read("out"), content);
        lab.write("other", "Gruezi\r\n");
        assert!(!lab.try_openssl(&format!("{command} detached -content other")).0);

        let within = Content::Attached { content_type: ID_DATA, bytes: content };
        lab.write("attached", sign(&signer, within, NOW).unwrap());
        lab.openssl(&format!("{command} attached"));
        assert_eq!(lab.read("out"), content);
        // OpenSSL, too, finds the time and the certificate in the signed attributes.
        let shown = lab.openssl("cms -cmsout -print -inform DER -in attached");
        for expected in ["UTCTIME:Nov 23 00:00:00 2026 GMT", "id-smime-aa-signingCertificateV2"] {
            assert!(shown.contains(expected), "{expected} is missing in {shown}");
        }
    }
}

#[test]
fn we_verify_what_openssl_signs_with_every_algorithm() {
    let lab = Lab::new();
    lab.write("content", "content");
    let p384 = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";
    let pss = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest";
    for (name, key, digests, options) in [
        ("ec", EC, &["sha256", "sha384", "sha512"][..], ""),
        ("p384", p384, &["sha256", "sha384", "sha512"], ""),
        ("rsa", RSA, &["sha256", "sha384", "sha512"], ""),
        ("pss", RSA, &["sha256", "sha384", "sha512"], pss),
    ] {
        let certificate = lab.openssl_signer(name, key, SIGNING);
        for digest in digests {
            let command = format!(
                "cms -sign -binary -in content -signer {name}.pem -inkey {name}.key -md {digest} -cades -outform DER -out out {options}"
            );
            lab.openssl(command.trim_end());
            let signed = verify(&lab.read("out"), Some(b"content")).unwrap();
            assert_eq!(signed.signer, certificate, "{name} {digest}");
            signed.verify_chain(&[lab.certificate("ca.pem")], now(), Purpose::Email).unwrap();
            let wrong = verify(&lab.read("out"), Some(b"contend"));
            assert!(matches!(wrong, Err(CmsError::OtherContent)), "{name} {digest}");
        }
    }
}

#[test]
fn weak_algorithms_are_refused() {
    let lab = Lab::new();
    lab.write("content", "content");
    lab.openssl_signer("short", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024", SIGNING);
    lab.openssl(
        "cms -sign -binary -in content -signer short.pem -inkey short.key -md sha256 -outform DER -out out",
    );
    assert!(matches!(verify(&lab.read("out"), Some(b"content")), Err(CmsError::Signature(_))));
    lab.openssl("pkcs8 -topk8 -nocrypt -in short.key -outform DER -out short.p8");
    let signer = Signer::from_pkcs8(&lab.read("short.p8"), vec![lab.certificate("short.pem")]);
    assert!(matches!(signer, Err(NotASigner::Key)));

    lab.openssl_signer("ec", EC, SIGNING);
    lab.openssl("cms -sign -binary -in content -signer ec.pem -inkey ec.key -md sha1 -outform DER -out out");
    assert!(matches!(verify(&lab.read("out"), Some(b"content")), Err(CmsError::DigestAlgorithm)));
    // Without signed attributes, the signature would be over the content itself.
    lab.openssl(
        "cms -sign -binary -noattr -in content -signer ec.pem -inkey ec.key -md sha256 -outform DER -out out",
    );
    assert!(matches!(verify(&lab.read("out"), Some(b"content")), Err(CmsError::Attribute("message-digest"))));
    // The certificate left out.
    lab.openssl("cms -sign -binary -nocerts -in content -signer ec.pem -inkey ec.key -md sha256 -outform DER -out out");
    assert!(matches!(verify(&lab.read("out"), Some(b"content")), Err(CmsError::NoCertificate)));
    // Two signers.
    lab.openssl_signer("second", EC, SIGNING);
    lab.openssl(
        "cms -sign -binary -in content -signer ec.pem -inkey ec.key -signer second.pem -inkey second.key -outform DER -out out",
    );
    assert!(matches!(verify(&lab.read("out"), Some(b"content")), Err(CmsError::Signers(2))));
}

#[test]
fn the_signers_key_identifier_finds_the_certificate_too() {
    let lab = Lab::new();
    lab.write("content", "content");
    let certificate = lab.openssl_signer("ec", EC, "subjectKeyIdentifier=hash\n");
    lab.openssl("cms -sign -keyid -binary -in content -signer ec.pem -inkey ec.key -outform DER -out out");
    assert_eq!(verify(&lab.read("out"), Some(b"content")).unwrap().signer, certificate);
}

#[test]
fn a_signature_says_what_it_carries() {
    let signer = Wish::leaf("signer").alone().signer();
    let at = Timestamp(NOW.0 + 1500);
    let within = Content::Attached { content_type: ID_DATA, bytes: b"within" };
    let signed = verify(&sign(&signer, within, at).unwrap(), None).unwrap();
    assert_eq!(signed.content.as_deref(), Some(&b"within"[..]));
    assert_eq!(signed.content_type, ID_DATA);
    assert_eq!(signed.signing_time, Some(Timestamp(NOW.0 + 1000)));
    assert_eq!(signed.certificates, signer.chain());
    assert_eq!(signed.verify_time_stamp(&[]).unwrap(), None);

    let beside = sign(&signer, Content::Detached(b"beside"), at).unwrap();
    assert_eq!(verify(&beside, Some(b"beside")).unwrap().content, None);
    assert!(matches!(verify(&beside, None), Err(CmsError::NoContent)));
    let digest = crate::digest::sha256(b"beside");
    let beside = sign(&signer, Content::DetachedDigest(&digest), at).unwrap();
    verify(&beside, Some(b"beside")).unwrap();
    let both = verify(&sign(&signer, within, at).unwrap(), Some(b"within"));
    assert!(matches!(both, Err(CmsError::TwoContents)));
    // After 2049 the time has four digits for its year.
    let late = Timestamp(2_600_000_000_000);
    let signed = verify(&sign(&signer, within, late).unwrap(), None).unwrap();
    assert_eq!(signed.signing_time, Some(late));
}

#[test]
fn whoever_signs_is_vouched_for_only_by_an_anchor() {
    let root = Wish::authority("root").alone();
    let signer = Wish::leaf("signer").under(&root).signer();
    let signed = verify(&sign(&signer, Content::Detached(b""), NOW).unwrap(), Some(b"")).unwrap();
    signed.verify_chain(std::slice::from_ref(&root.certificate), NOW, Purpose::Seal).unwrap();
    signed.verify_chain(&[], NOW, Purpose::Seal).unwrap_err();
}

#[test]
fn another_certificate_of_the_same_key_is_noticed() {
    let lab = Lab::new();
    lab.openssl_signer("ec", EC, SIGNING);
    let signer = lab.signer("ec");
    let bytes = sign(&signer, Content::Detached(b""), NOW).unwrap();
    let own = signer.certificate().der();
    let at = bytes.windows(own.len()).position(|window| window == own).unwrap();
    // Same key, issuer and serial number; another extension. ECDSA's length varies: again until it fits in its place.
    lab.write("ec.ext", "keyUsage=nonRepudiation\n");
    let serial = signer.certificate().serial();
    let command = format!(
        "x509 -req -in ec.csr -CA ca.pem -CAkey ca.key -set_serial 0x{serial} -days 3650 -extfile ec.ext -out twin.pem"
    );
    let mut twins = (0..100).map(|_| {
        lab.openssl(&command);
        lab.certificate("twin.pem")
    });
    let twin = twins.find(|twin| twin.der().len() == own.len()).unwrap();
    let exchanged = [&bytes[..at], twin.der(), &bytes[at + own.len()..]].concat();
    assert!(matches!(verify(&exchanged, Some(b"")), Err(CmsError::OtherCertificate)));
}

#[test]
fn a_key_with_anothers_certificate_is_no_signer() {
    let lab = Lab::new();
    lab.openssl_signer("one", EC, SIGNING);
    let other = lab.openssl_signer("two", EC, SIGNING);
    lab.openssl("pkcs8 -topk8 -nocrypt -in one.key -outform DER -out one.p8");
    let wrong = Signer::from_pkcs8(&lab.read("one.p8"), vec![other]);
    assert!(matches!(wrong, Err(NotASigner::OtherKey { subject }) if subject == "two"));
    let none = Signer::from_pkcs8(&lab.read("one.p8"), Vec::new());
    assert!(matches!(none, Err(NotASigner::NoCertificate)));
}

#[test]
fn raw_signatures_are_those_of_openssl_and_of_jose() {
    let lab = Lab::new();
    lab.write("content", "content");
    for (name, key, algorithm, length) in [("ec", EC, "ES256", 64), ("rsa", RSA, "RS256", 256)] {
        lab.openssl_signer(name, key, SIGNING);
        lab.openssl(&format!("pkey -in {name}.key -pubout -out {name}.pub"));
        let signer = lab.signer(name);
        lab.write("signature", signer.sign(b"content").unwrap());
        lab.openssl(&format!("dgst -sha256 -verify {name}.pub -signature signature content"));
        assert_eq!(signer.jose_algorithm(), algorithm);
        let public = signer.certificate().public_key().unwrap();
        // Often enough that numbers with leading zeros are met.
        for number in 0..if name == "ec" { 600_u32 } else { 1 } {
            let message = number.to_be_bytes();
            let signature = signer.sign_fixed(&message).unwrap();
            assert_eq!(signature.len(), length);
            use aws_lc_rs::signature::{
                ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
            };
            let verifier: &'static dyn VerificationAlgorithm =
                if name == "ec" { &ECDSA_P256_SHA256_FIXED } else { &RSA_PKCS1_2048_8192_SHA256 };
            UnparsedPublicKey::new(verifier, public).verify(&message, &signature).unwrap();
        }
    }
}

#[test]
fn no_flipped_bit_gives_another_meaning() {
    let signer = Wish::leaf("signer").alone().signer();
    let within = Content::Attached { content_type: ID_DATA, bytes: b"within" };
    let bytes = sign(&signer, within, NOW).unwrap();
    let right = verify(&bytes, None).unwrap();
    for place in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[place / 8] ^= 1 << (place % 8);
        // Version numbers and the list of digests say nothing that anybody relies on.
        if let Ok(signed) = verify(&other, None) {
            assert_eq!(signed, right, "bit {place}");
        }
    }
    for end in 0..bytes.len() {
        assert!(verify(&bytes[..end], None).is_err());
    }
}
