//! Statements: one spelling, and the rules of the form.

use model::Timestamp;
use proptest::prelude::*;

use crate::{Content, Digest, Event, Evidence, Identifier, Issuer, Mode, Part, Reason, Recipient, Sender};

/// The 32 bytes that go with the digests of [`statement`].
pub(super) const SALT: Digest = Digest([0x5a; 32]);
/// The letter of [`statement`].
pub(super) const LETTER: &[u8] =
    b"From: anna@example.ch\r\nTo: beat@example.com\r\nSubject: Lohn\r\n\r\nGr\xc3\xbcezi\r\n";
/// Its attachment.
pub(super) const ATTACHMENT: &[u8] = b"%PDF-1.7 a payslip";

/// The first statement about a registered letter.
pub(super) fn statement() -> Evidence {
    let at = Timestamp(1_795_377_600_123);
    Evidence {
        deadline: None,
        version: Evidence::version(),
        id: Identifier([1; 16]),
        event: Event::SubmissionAcceptance,
        reasons: Vec::new(),
        event_time: at,
        submission_time: at,
        policy: "https://mail.example.ch/policy/1".to_owned(),
        issuer: Issuer { name: "Relais Example".to_owned(), key: "seal-1".to_owned() },
        letter: Identifier([2; 16]),
        message_identifier: "<20261122.1@example.ch>".to_owned(),
        mode: Mode::Registered,
        sender: Sender {
            address: "anna@example.ch".to_owned(),
            organisation: Some("Gemeinde Beispiel".to_owned()),
            authentication: "password".to_owned(),
        },
        recipient: Recipient {
            address: "beat@example.com".to_owned(),
            slot: Identifier([3; 16]),
            authentication: None,
            acting_person: None,
        },
        content: Content::of(&SALT, LETTER, [("lohn.pdf", "application/pdf", ATTACHMENT)]),
        sequence: 1,
        previous: None,
    }
}

#[test]
fn a_statement_has_one_spelling() {
    let json = statement().to_json().expect("a statement");
    let text = String::from_utf8(json.clone()).expect("text");
    assert_eq!(
        text,
        concat!(
            r#"{"erdsEventId":"http://uri.etsi.org/19522/Event/SubmissionAcceptance","#,
            r#""eventTime":"2026-11-22T20:00:00.123Z","#,
            r#""evidenceIdentifier":"01010101-0101-0101-0101-010101010101","#,
            r#""evidenceIssuerDetails":{"key":"seal-1","name":"Relais Example"},"#,
            r#""evidenceIssuerPolicyID":"https://mail.example.ch/policy/1","evidenceVersion":"1","#,
            r#""letterIdentifier":"02020202-0202-0202-0202-020202020202","#,
            r#""messageIdentifier":"<20261122.1@example.ch>","mode":"registered","#,
            r#""recipientDetails":{"address":"beat@example.com","slot":"03030303-0303-0303-0303-030303030303"},"#,
            r#""senderDetails":{"address":"anna@example.ch","authentication":"password","organisation":"Gemeinde Beispiel"},"#,
            r#""sequence":1,"submissionTime":"2026-11-22T20:00:00.123Z","#,
            r#""userContentInfo":{"digest":"DIGEST","partsInfo":[{"contentType":"application/pdf","digest":"PART","#,
            r#""identifier":"lohn.pdf","size":18}],"saltDigest":"SALTED","size":71}}"#
        )
        .replace("DIGEST", &Digest::of(&[&[0x5a; 32], LETTER]).to_string())
        .replace("PART", &Digest::of(&[&[0x5a; 32], ATTACHMENT]).to_string())
        .replace("SALTED", &Digest::of(&[b"relais-evidence/1 salt\0", &[0x5a; 32]]).to_string())
    );
    assert_eq!(Evidence::parse(&json).expect("a statement"), statement());
}

proptest! {
    /// Written by fields in order; another implementation sorts and spells the same.
    #[test]
    fn the_spelling_is_the_one_of_rfc_8785(texts in prop::array::uniform12("[^\\p{Cc}]{1,40}"), numbers in prop::array::uniform3(0_u64..1 << 53)) {
        let [policy, name, key, id, sender, organisation, how, recipient, acting, code, detail, part] = texts;
        let mut evidence = statement();
        evidence.policy = policy;
        evidence.issuer = Issuer { name, key };
        evidence.message_identifier = id;
        evidence.sender = Sender { address: sender, organisation: Some(organisation), authentication: how.clone() };
        evidence.recipient.address = recipient;
        evidence.recipient.authentication = Some(how);
        evidence.recipient.acting_person = Some(acting);
        evidence.reasons = vec![Reason { code, detail }];
        evidence.content.parts[0].identifier = part;
        evidence.content.size_bytes = numbers[0];
        evidence.content.parts[0].size_bytes = numbers[1];
        evidence.sequence = numbers[2].max(2);
        evidence.previous = Some(SALT);
        let json = evidence.to_json().expect("a statement");
        let value: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        prop_assert_eq!(&json, &serde_json_canonicalizer::to_vec(&value).expect("JSON"));
        prop_assert_eq!(Evidence::parse(&json).expect("a statement"), evidence);
    }
}

#[test]
fn a_second_spelling_is_refused() {
    let text = String::from_utf8(statement().to_json().expect("a statement")).expect("text");
    for (from, to) in [
        ("{\"erds", "{ \"erds"),
        ("\"sequence\":1", "\"sequence\":1.0"),
        ("\"sequence\":1", "\"sequence\":1e0"),
        ("\"sequence\":1", "\"sequence\":1,\"previous\":null"),
        ("\"sequence\":1", "\"sequence\":1,\"sequence\":1"),
        ("\"sequence\":1", "\"sequence\":1,\"zzz\":1"),
        ("password", "p\\u0061ssword"),
        ("20:00:00.123Z", "20:00:00.1230Z"),
        ("20:00:00.123Z", "21:00:00.123+01:00"),
        ("20:00:00.123Z", "20:00:00.123z"),
        ("2026-11-22T", "2026-11-22t"),
        ("fbfcaa", "FBFCAA"),
        ("0101-0101", "0101+0101"),
        ("\"mode\":\"registered\"", "\"mode\":\"Registered\""),
        ("Event/Submission", "event/Submission"),
        ("\"evidenceVersion\":\"1\"", "\"evidenceVersion\":\"2\""),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        assert!(Evidence::parse(changed.as_bytes()).is_err(), "{from} → {to}");
    }
    assert!(Evidence::parse(format!("{text}\n").as_bytes()).is_err());
    assert!(Evidence::parse(&vec![b' '; crate::limits::SEALED_BYTES + 1]).is_err());
    assert!(Evidence::parse(b"\xff").is_err());
}

#[test]
fn what_breaks_a_rule_is_neither_written_nor_read() {
    let check = |change: &dyn Fn(&mut Evidence), expected: &str| {
        let mut changed = statement();
        change(&mut changed);
        assert_eq!(changed.to_json().expect_err(expected).to_string(), expected);
        let json = crate::statement::canonical(&changed).expect("JSON");
        assert!(Evidence::parse(&json).is_err(), "{expected}");
    };
    check(&|e| e.event = Event::ContentConsignmentFailure, "ContentConsignmentFailure needs a reason");
    check(&|e| e.sequence = 0, "statement 0 and what it says of the one before do not fit");
    check(&|e| e.sequence = 2, "statement 2 and what it says of the one before do not fit");
    check(&|e| e.previous = Some(SALT), "statement 1 and what it says of the one before do not fit");
    check(&|e| e.sequence = 1 << 53, "the statement has a number beyond 2⁵³");
    check(&|e| e.content.size_bytes = u64::MAX, "the statement has a number beyond 2⁵³");
    check(
        &|e| e.sender.address = String::new(),
        "the statement's sender's address is empty, too long or not plain text",
    );
    check(
        &|e| e.recipient.address = "a\r\nb@example.ch".to_owned(),
        "the statement's recipient's address is empty, too long or not plain text",
    );
    check(
        &|e| e.issuer.name = "x".repeat(2_001),
        "the statement's issuer is empty, too long or not plain text",
    );
    check(
        &|e| e.event_time = Timestamp(e.event_time.0 - 1),
        "the statement says that something happened before the submission",
    );
    check(&|e| e.event_time = Timestamp(i64::MAX), "the statement has a moment that cannot be written");
    check(
        &|e| e.reasons = vec![Reason { code: "RC08".to_owned(), detail: "no".to_owned() }; 17],
        "the statement has too many reasons",
    );
    let part = Part {
        identifier: "1".to_owned(),
        content_type: "text/plain".to_owned(),
        size_bytes: 0,
        digest: SALT,
    };
    check(&|e| e.content.parts = vec![part.clone(); 1_001], "the statement has too many parts");
}

#[test]
fn identifiers_and_digests_have_one_spelling() {
    let id = "0123abcd-4567-89ab-cdef-0123456789ab";
    assert_eq!(Identifier::parse(id).map(|id| id.to_string()).as_deref(), Some(id));
    for wrong in ["", "0123ABCD-4567-89ab-cdef-0123456789ab", "0123abcd456789abcdef0123456789ab", &id[1..]] {
        assert_eq!(Identifier::parse(wrong), None, "{wrong}");
    }
    let digest = "5a".repeat(32);
    assert_eq!(Digest::parse(&digest), Some(SALT));
    for wrong in ["", &digest[1..], &digest.to_uppercase(), &digest.replace('a', "g"), &"é".repeat(32)] {
        assert_eq!(Digest::parse(wrong), None, "{wrong}");
    }
}
