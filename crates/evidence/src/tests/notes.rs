//! Signed notes and checkpoints: the examples of the specifications, our own, and what is none.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use crate::Digest;
use crate::limits::NOTE_SIGNATURES;
use crate::log::{Checkpoint, KeyKind, LogSigner, NotACheckpoint, NotAKey, NotANote, Note, NoteKey};

/// The example of Go's package `note`, which the specification was written from.
const GO_NOTE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const GO_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

/// The example of C2SP tlog-cosignature.
const WITNESSED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn signer() -> LogSigner {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
    let pkcs8 = pair.to_pkcs8().expect("a key");
    LogSigner::from_pkcs8("log.example.ch", pkcs8.as_ref()).expect("a signer")
}

#[test]
fn the_example_of_the_specification_is_signed() {
    let key = NoteKey::parse(GO_KEY).expect("a key");
    assert_eq!(
        (key.name(), key.kind(), key.to_string().as_str()),
        ("example.com/foo", KeyKind::Ed25519, GO_KEY)
    );
    let note = Note::parse(GO_NOTE).expect("a note");
    assert_eq!(note.text(), "This is an example message.\n");
    let signed = note.signed([&key]).expect("signed");
    assert_eq!(signed.len(), 1);
    let forged = GO_NOTE.replace("example message", "Example message");
    let refused = Note::parse(&forged).expect("a note").signed([&key]).expect_err("forged");
    assert_eq!(refused.to_string(), "the signature in the name of example.com/foo is forged");
}

#[test]
fn signatures_by_others_are_passed_over() {
    let note = Note::parse(WITNESSED).expect("a note");
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.signed([&NoteKey::parse(GO_KEY).expect("a key")]), Ok(Vec::new()));
    let checkpoint = Checkpoint::parse(note.text()).expect("a checkpoint");
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.text(), note.text());
}

#[test]
fn a_witness_says_when_it_saw_the_checkpoint() {
    use base64::Engine;
    let signer = signer();
    let note = signer.sign(5, Digest([9; 32]));
    let text = Note::parse(&note).expect("a note").text().to_owned();
    let pair = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).expect("a key");
    let public: [u8; 32] = pair.public_key().as_ref().try_into().expect("32 bytes");
    let witness = NoteKey::new("witness.example.org/one", KeyKind::Cosignature, public).expect("a key");
    let signature = pair.sign(format!("cosignature/v1\ntime 1795377600\n{text}").as_bytes());
    let mut bytes = witness.id().to_vec();
    bytes.extend(1_795_377_600_u64.to_be_bytes());
    bytes.extend(signature.as_ref());
    let line = |bytes: &[u8]| {
        let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
        format!("{note}— witness.example.org/one {base64}\n")
    };
    let signed =
        Note::parse(&line(&bytes)).expect("a note").signed([signer.key(), &witness]).expect("signed");
    let told: Vec<(&str, Option<i64>)> =
        signed.iter().map(|signed| (signed.name.as_str(), signed.at.map(|at| at.seconds()))).collect();
    assert_eq!(told, [("log.example.ch", None), ("witness.example.org/one", Some(1_795_377_600))]);
    // Another time is another statement.
    bytes[11] ^= 1;
    assert!(Note::parse(&line(&bytes)).expect("a note").signed([&witness]).is_err());
    assert!(Note::parse(&line(&bytes[..9])).expect("a note").signed([&witness]).is_err());
    assert_eq!(NoteKey::parse(&witness.to_string()), Ok(witness));
}

#[test]
fn a_checkpoint_is_signed_and_read_again() {
    let signer = signer();
    let note = signer.sign(1_234, Digest([0xab; 32]));
    let read = Note::parse(&note).expect("a note");
    assert_eq!(read.text(), "log.example.ch\n1234\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n");
    assert_eq!(read.signed([signer.key()]).expect("signed").len(), 1);
    let checkpoint = Checkpoint::parse(read.text()).expect("a checkpoint");
    assert_eq!((checkpoint.size, checkpoint.root), (1_234, Digest([0xab; 32])));
    assert_eq!(checkpoint.digest(), Digest::of(&[read.text().as_bytes()]));
    assert!(!format!("{signer:?}").contains("0707"), "no private key is shown");
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let root = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    let check = |text: String, expected: NotACheckpoint| {
        assert_eq!(Checkpoint::parse(&text), Err(expected), "{text:?}");
    };
    check(String::new(), NotACheckpoint::Lines);
    check(format!("log\n1\n{root}"), NotACheckpoint::Lines);
    check("log\n1\n".to_owned(), NotACheckpoint::Lines);
    check(format!("log\n1\n{root}\nextension\n"), NotACheckpoint::Lines);
    check(format!("\n1\n{root}\n"), NotACheckpoint::Origin);
    check(format!("{}\n1\n{root}\n", "o".repeat(256)), NotACheckpoint::Origin);
    for size in ["", "01", "+1", "-1", "1 ", "1e3", "9007199254740992", "18446744073709551616"] {
        check(format!("log\n{size}\n{root}\n"), NotACheckpoint::Size);
    }
    for root in ["", "AAAA", &root[1..], &format!("{root}="), &root.replace('s', "t"), &root.replace('=', "")]
    {
        check(format!("log\n1\n{root}\n"), NotACheckpoint::Root);
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let line = "— example.com/foo Uw2QOkn8srV1yJGh\n";
    let check = |note: String, expected: NotANote| assert_eq!(Note::parse(&note), Err(expected), "{note:?}");
    check(String::new(), NotANote::Unsigned);
    check("text\n".to_owned(), NotANote::Unsigned);
    check("text\n\n".to_owned(), NotANote::Unsigned);
    check(format!("text\n{line}"), NotANote::Unsigned);
    check(format!("text\n\n{}", line.trim_end()), NotANote::Unsigned);
    check(format!("text\r\n\n{line}"), NotANote::Control);
    check(format!("text\n\n{line}\u{0}\n"), NotANote::Control);
    check(format!("text\n\n{}", line.replace('—', "-")), NotANote::Line);
    check(format!("text\n\n{}", line.replace("foo ", "foo  ")), NotANote::Line);
    check(format!("text\n\n{}", line.replace("foo", "a+b")), NotANote::Line);
    check("text\n\n— foo AAAA\n".to_owned(), NotANote::Line);
    check("text\n\n— foo Uw2QOkn8srV1yJGhI\n".to_owned(), NotANote::Line);
    check(format!("text\n\n{}", line.repeat(NOTE_SIGNATURES + 1)), NotANote::TooMany);
    check(format!("{}\n\n{line}", "x".repeat(70_000)), NotANote::TooLong);
    assert!(Note::parse(&format!("text\n\n{}", line.repeat(16))).is_ok(), "at least sixteen are taken");
    let lines = Note::parse(&format!("one\n\ntwo\n\n{line}")).expect("a note");
    assert_eq!(lines.text(), "one\n\ntwo\n");
}

#[test]
fn what_is_no_key_is_refused() {
    for (text, expected) in [
        ("", NotAKey::Form),
        ("example.com/foo+530d903a", NotAKey::Form),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NotAKey::Identifier),
        ("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NotAKey::Identifier),
        ("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NotAKey::Identifier),
        ("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NotAKey::Kind),
        ("example.com/foo+530d903a+AeEx", NotAKey::Form),
        ("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", NotAKey::Name),
    ] {
        assert_eq!(NoteKey::parse(text), Err(expected), "{text}");
    }
    assert!(LogSigner::from_pkcs8("log.example.ch", b"no key").is_err());
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key").to_pkcs8().expect("a key");
    assert!(LogSigner::from_pkcs8("log example", pair.as_ref()).is_err());
}
