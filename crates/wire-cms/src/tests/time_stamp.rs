//! RFC 3161, with OpenSSL as the authority and as the verifier.

use std::time::Duration;

use super::lab::{DAY, Lab, NOW, Wish, now};
use crate::ChainError;
use crate::der;
use crate::digest::sha256;
use crate::signed_data::{Content, sign, signature_digest, verify, with_time_stamp};
use crate::time_stamp::{Issuing, NotIssued, Refused, StampError, Token, issue, request, response};
use model::Timestamp;

const CONFIGURATION: &str = "[ tsa ]
default_tsa = one
[ one ]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

const TIME_STAMPING: &str = "extendedKeyUsage=critical,timeStamping\nkeyUsage=digitalSignature\n";

pub(super) struct Authority(pub(super) Lab);

impl Authority {
    pub(super) fn new(extensions: &str) -> Authority {
        let lab = Lab::new();
        lab.openssl_signer("tsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", extensions);
        lab.write("tsa.conf", CONFIGURATION);
        lab.write("serial", "01\n");
        Authority(lab)
    }

    pub(super) fn answer(&self, request: &[u8]) -> Vec<u8> {
        self.0.write("request", request);
        self.0.openssl(
            "ts -reply -config tsa.conf -queryfile request -signer tsa.pem -inkey tsa.key -out response",
        );
        self.0.read("response")
    }
}

#[test]
fn openssl_stamps_what_we_ask_and_we_verify_it() {
    let authority = Authority::new(TIME_STAMPING);
    let lab = &authority.0;
    let digest = sha256(b"document");
    let asked = request(&digest, u64::MAX);
    lab.write("request", &asked);
    let shown = lab.openssl("ts -query -in request -text");
    assert!(
        shown.contains("Certificate required: yes") && shown.contains("Nonce: 0xFFFFFFFFFFFFFFFF"),
        "{shown}"
    );

    let before = now();
    let answer = authority.answer(&asked);
    let token = response(&answer, &digest, u64::MAX).unwrap();
    let anchors = [lab.certificate("ca.pem")];
    let stamp = token.verify(&digest, &anchors).unwrap();
    assert_eq!(stamp.authority, "tsa");
    assert_eq!(stamp.policy, "1.2.3.4.1");
    assert_eq!(stamp.serial, "02");
    assert_eq!(stamp.accuracy, Some(Duration::from_micros(1_500_100)));
    assert!(before <= Timestamp(stamp.time.0 + 1) && stamp.time <= now(), "{:?}", stamp.time);
    assert_eq!((token.claimed_time(), token.digest()), (stamp.time, &digest[..]));

    // And back from the bytes that one keeps; OpenSSL agrees.
    let kept = Token::from_der(token.der()).unwrap();
    assert_eq!(kept.verify(&digest, &anchors).unwrap(), stamp);
    lab.write("document", "document");
    lab.write("token", token.der());
    lab.openssl("ts -verify -data document -in token -token_in -CAfile ca.pem");
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let authority = Authority::new(TIME_STAMPING);
    let digest = sha256(b"document");
    let answer = authority.answer(&request(&digest, 7));
    response(&answer, &digest, 7).unwrap();
    assert!(matches!(response(&answer, &digest, 8), Err(Refused::OtherQuestion("the nonce"))));
    let other = sha256(b"another");
    assert!(matches!(response(&answer, &other, 7), Err(Refused::OtherQuestion("the digest"))));
    let token = response(&answer, &digest, 7).unwrap();
    let anchors = [authority.0.certificate("ca.pem")];
    assert!(matches!(token.verify(&other, &anchors), Err(StampError::OtherDigest)));
}

#[test]
fn a_refusal_tells_the_authoritys_words() {
    let authority = Authority::new(TIME_STAMPING);
    let digest = sha256(b"document");
    // A policy that this authority does not have: 1.2.3.4.9.
    let imprint = der::sequence(&[
        &der::algorithm_null(crate::oid::SHA256),
        &der::encode(der::OCTET_STRING, &[&digest]),
    ]);
    let asked = der::sequence(&[&der::unsigned(1), &imprint, &der::object_identifier(&[0x2A, 3, 4, 9])]);
    let answer = authority.answer(&asked);
    match response(&answer, &digest, 7) {
        Err(Refused::Status { status: 2, text }) => {
            assert!(text.contains("unacceptedPolicy"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_an_authority_that_is_trusted_and_for_this_purpose_counts() {
    let digest = sha256(b"document");
    let right = Authority::new(TIME_STAMPING);
    let token = response(&right.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let stranger = Wish::authority("Lab-CA").alone().certificate;
    let refused = token.verify(&digest, &[stranger]);
    assert!(matches!(refused, Err(StampError::Chain(ChainError::BadSignature { .. }))));
    assert!(matches!(token.verify(&digest, &[]), Err(StampError::Chain(ChainError::UnknownIssuer { .. }))));

    // The same key with certificates that are for more, not critically so, or for something else. OpenSSL would not
    // sign with them, so they are exchanged after it started: here by letting it sign CMS over the same TSTInfo.
    let info = verify(token.der(), None).unwrap().content.unwrap();
    let later = now().civil().year + 1;
    for extensions in [
        "extendedKeyUsage=timeStamping\n",
        "extendedKeyUsage=critical,timeStamping,emailProtection\n",
        "extendedKeyUsage=critical,emailProtection\n",
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=keyEncipherment\n",
        "basicConstraints=CA:FALSE\n",
    ] {
        let lab = Lab::new();
        lab.openssl_signer("tsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", extensions);
        let signer = lab.signer("tsa");
        let content_type = crate::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
        let info = in_year(&without_authority_name(&info), later);
        let forged = sign(&signer, Content::Attached { content_type, bytes: &info }, NOW).unwrap();
        let refused = Token::from_der(&forged).unwrap().verify(&digest, &[lab.certificate("ca.pem")]);
        assert!(
            matches!(refused, Err(StampError::Chain(ChainError::WrongPurpose { .. }))),
            "{extensions}: {refused:?}"
        );
    }
}

/// TSTInfo without its `tsa` field, which is the last.
fn without_authority_name(info: &[u8]) -> Vec<u8> {
    let items = der::Item::only(info, der::SEQUENCE).unwrap().items().all(20).unwrap();
    let pieces: Vec<&[u8]> =
        items.iter().filter(|item| item.tag != der::context_constructed(0)).map(|item| item.whole).collect();
    der::sequence(&pieces)
}

/// TSTInfo with another year in its time; certificates of these tests are valid for ten years from now.
fn in_year(info: &[u8], year: i64) -> Vec<u8> {
    let items = der::Item::only(info, der::SEQUENCE).unwrap().items().all(20).unwrap();
    let pieces: Vec<Vec<u8>> = items
        .iter()
        .map(|item| match item.tag {
            der::GENERALIZED_TIME => {
                der::encode(item.tag, &[format!("{year:04}").as_bytes(), &item.value[4..]])
            }
            _ => item.whole.to_vec(),
        })
        .collect();
    let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    der::sequence(&pieces)
}

#[test]
fn the_authority_named_in_the_token_is_the_one_that_signed() {
    let digest = sha256(b"document");
    let right = Authority::new(TIME_STAMPING);
    let token = response(&right.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let info = verify(token.der(), None).unwrap().content.unwrap();
    let info = in_year(&info, now().civil().year + 1);
    let lab = Lab::new();
    lab.openssl_signer("other", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", TIME_STAMPING);
    let content_type = crate::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
    let anchors = [lab.certificate("ca.pem")];
    let signed = |bytes: &[u8]| {
        let bytes = sign(&lab.signer("other"), Content::Attached { content_type, bytes }, NOW).unwrap();
        Token::from_der(&bytes).unwrap().verify(&digest, &anchors)
    };
    assert!(matches!(signed(&info), Err(StampError::OtherCertificate)));
    assert_eq!(signed(&without_authority_name(&info)).unwrap().authority, "other");
}

#[test]
fn the_path_is_judged_at_the_tokens_own_time() {
    let authority = Authority::new(TIME_STAMPING);
    let digest = sha256(b"document");
    let token = response(&authority.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let info = without_authority_name(&verify(token.der(), None).unwrap().content.unwrap());
    let early = in_year(&info, 2001);
    let content_type = crate::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
    let signed =
        sign(&authority.0.signer("tsa"), Content::Attached { content_type, bytes: &early }, NOW).unwrap();
    let refused = Token::from_der(&signed).unwrap().verify(&digest, &[authority.0.certificate("ca.pem")]);
    assert!(matches!(refused, Err(StampError::Chain(ChainError::NotYetValid { .. }))), "{refused:?}");
}

#[test]
fn a_signature_carries_a_time_stamp_over_itself() {
    let authority = Authority::new(TIME_STAMPING);
    let lab = &authority.0;
    lab.openssl_signer("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "keyUsage=digitalSignature\n");
    let signed = sign(&lab.signer("ec"), Content::Detached(b"content"), NOW).unwrap();
    let digest = signature_digest(&signed).unwrap();
    let token = response(&authority.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let stamped = with_time_stamp(&signed, &token).unwrap();

    let anchors = [lab.certificate("ca.pem")];
    let read = verify(&stamped, Some(b"content")).unwrap();
    assert_eq!(read.time_stamp, Some(token.clone()));
    let stamp = read.verify_time_stamp(&anchors).unwrap().unwrap();
    assert!(now().since(stamp.time) < Duration::from_millis(DAY as u64));
    // Two time-stamps: it would not be clear which one counts.
    let twice = with_time_stamp(&stamped, &token).unwrap();
    verify(&twice, Some(b"content")).unwrap_err();
    // One over another signature proves nothing for this one.
    let other = sign(&lab.signer("ec"), Content::Detached(b"content"), Timestamp(0)).unwrap();
    let moved = verify(&with_time_stamp(&other, &token).unwrap(), Some(b"content")).unwrap();
    assert!(matches!(moved.verify_time_stamp(&anchors), Err(StampError::OtherDigest)));

    lab.write("content", "content");
    lab.write("stamped", stamped);
    lab.openssl("cms -verify -binary -inform DER -purpose any -CAfile ca.pem -in stamped -content content");
}

#[test]
fn no_flipped_bit_gives_another_time() {
    let authority = Authority::new(TIME_STAMPING);
    let digest = sha256(b"document");
    let token = response(&authority.answer(&request(&digest, 7)), &digest, 7).unwrap();
    let anchors = [authority.0.certificate("ca.pem")];
    let right = token.verify(&digest, &anchors).unwrap();
    for place in 0..token.der().len() * 8 {
        let mut other = token.der().to_vec();
        other[place / 8] ^= 1 << (place % 8);
        if let Ok(stamp) = Token::from_der(&other).and_then(|other| other.verify(&digest, &anchors)) {
            assert_eq!(stamp, right, "bit {place}");
        }
    }
}

#[test]
fn times_are_read_to_the_millisecond() {
    let info = |time: &str| {
        let imprint = der::sequence(&[
            &der::algorithm(crate::oid::SHA256),
            &der::encode(der::OCTET_STRING, &[&[7; 32]]),
        ]);
        let bytes = der::sequence(&[
            &der::unsigned(1),
            &der::object_identifier(&[0x2A, 3]),
            &imprint,
            &der::unsigned(1),
            &der::encode(der::GENERALIZED_TIME, &[time.as_bytes()]),
        ]);
        let content_type = crate::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
        let signer = Wish::leaf("signer").alone().signer();
        let token = sign(&signer, Content::Attached { content_type, bytes: &bytes }, NOW).unwrap();
        Token::from_der(&token).map(|token| token.claimed_time())
    };
    for (text, expected) in [
        ("20261123000000Z", 0),
        ("20261123000000.5Z", 500),
        ("20261123000000.005Z", 5),
        ("20261123000000.123456789Z", 123),
        ("20261123000059Z", 59_000),
    ] {
        assert_eq!(info(text).unwrap(), Timestamp(NOW.0 + expected), "{text}");
    }
    for wrong in [
        "20261123000000",
        "20261123000000.Z",
        "20261123000000.50Z",
        "20261323000000Z",
        "2026112300000xZ",
        "20261123000000+0100",
        "",
    ] {
        assert!(matches!(info(wrong), Err(StampError::Field("time"))), "{wrong}");
    }
}

/// A policy of nobody: an arc that needs no registration (ITU-T X.667).
const OWN: Issuing<'_> = Issuing { policy: "2.25.1795392000", serial: 300, at: Timestamp(NOW.0 + 120) };

#[test]
fn our_own_authority_issues_what_openssl_verifies() {
    let lab = Lab::new();
    lab.openssl_signer("tsa", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", TIME_STAMPING);
    let (signer, digest) = (lab.signer("tsa"), sha256(b"document"));
    let at = now();
    for nonce in [0, 7, u64::MAX] {
        let asked = request(&digest, nonce);
        let answer = issue(&signer, &asked, &Issuing { at, ..OWN }).unwrap();
        let token = response(&answer, &digest, nonce).unwrap();
        let stamp = token.verify(&digest, &[lab.certificate("ca.pem")]).unwrap();
        assert_eq!((stamp.time, stamp.policy.as_str(), stamp.serial.as_str()), (at, OWN.policy, "012c"));
        assert_eq!(stamp.accuracy, Some(Duration::from_secs(1)));
        lab.write("request", &asked);
        lab.write("response", &answer);
        lab.write("document", "document");
        lab.openssl("ts -verify -data document -in response -CAfile ca.pem");
        lab.openssl("ts -verify -queryfile request -in response -CAfile ca.pem");
        let (holds, said) = lab.try_openssl("ts -verify -data tsa.pem -in response -CAfile ca.pem");
        assert!(!holds, "{said}");
    }
}

#[test]
fn times_of_our_own_authority_have_no_zeros_at_their_end() {
    let lab = Lab::new();
    lab.openssl_signer("tsa", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", TIME_STAMPING);
    let (signer, digest) = (lab.signer("tsa"), sha256(b"document"));
    for milliseconds in [0, 1, 10, 100, 120, 999] {
        let at = Timestamp(NOW.0 + milliseconds);
        let answer = issue(&signer, &request(&digest, 1), &Issuing { at, ..OWN }).unwrap();
        assert_eq!(response(&answer, &digest, 1).unwrap().claimed_time(), at);
    }
}

#[test]
fn our_own_authority_answers_no_other_question() {
    let lab = Lab::new();
    lab.openssl_signer("tsa", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", TIME_STAMPING);
    let signer = lab.signer("tsa");
    lab.write("document", "document");
    let asked = |arguments: &str| {
        lab.openssl(&format!("ts -query -data document {arguments} -out request"));
        issue(&signer, &lab.read("request"), &OWN)
    };
    asked("-sha256 -cert").unwrap();
    asked("-sha256 -cert -no_nonce").unwrap();
    asked("-sha256 -cert -tspolicy 2.25.1795392000").unwrap();
    assert!(matches!(asked("-sha512 -cert"), Err(NotIssued::Unanswered("digest algorithm"))));
    assert!(matches!(asked("-sha256"), Err(NotIssued::Unanswered("certReq"))));
    assert!(matches!(asked("-sha256 -cert -tspolicy 1.2.3.4"), Err(NotIssued::Unanswered("policy"))));
    let whole = request(&sha256(b"document"), 1);
    for length in 0..whole.len() {
        assert!(issue(&signer, &whole[..length], &OWN).is_err(), "{length}");
    }
    assert!(issue(&signer, &vec![0x30; 1 << 20], &OWN).is_err());
    let nobody = Issuing { policy: "nobody", ..OWN };
    assert!(matches!(issue(&signer, &whole, &nobody), Err(NotIssued::Policy)));
}
