//! What the verifier proves of a bundle in which all is well.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

use super::lab::{Platform, READ, REFUSED, now, openssl};
use super::statement::{ATTACHMENT, LETTER};
use crate::{Bundle, Document, Keys, Kind, Outcome, Report, Verdict, verify};

/// Verifies what was written and read again, as anybody would.
pub(super) fn verified(bundle: &Bundle, keys: &Keys, documents: &[Document<'_>]) -> Report {
    let bundle = Bundle::parse(&bundle.to_json().expect("JSON")).expect("a bundle");
    let keys = Keys::parse(&keys.to_json().expect("JSON")).expect("keys");
    verify(&bundle, &keys, documents, Some(now().plus(Duration::from_secs(2))))
}

pub(super) fn outcomes(report: &Report, kind: Kind) -> Vec<Outcome> {
    report.claims.iter().filter(|claim| claim.kind == kind).map(|claim| claim.outcome).collect()
}

#[test]
fn a_letter_that_was_read_is_proven_with_its_documents() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ);
    let bundle = platform.bundle(&[statements]);
    let documents =
        [Document { name: "letter.eml", bytes: LETTER }, Document { name: "lohn.pdf", bytes: ATTACHMENT }];
    let report = verified(&bundle, &platform.keys(), &documents);
    assert_eq!(report.verdict, Verdict::Proven, "{report}");
    assert_eq!(outcomes(&report, Kind::Seal), [Outcome::Proven; 5]);
    assert_eq!(outcomes(&report, Kind::Log), [Outcome::Proven; 5]);
    assert_eq!(outcomes(&report, Kind::Before), [Outcome::Proven; 5]);
    assert_eq!(outcomes(&report, Kind::Document), [Outcome::Proven; 2]);
    for kind in [Kind::Checkpoint, Kind::Time, Kind::Chain, Kind::States, Kind::Salt] {
        assert_eq!(outcomes(&report, kind), [Outcome::Proven], "{kind:?}");
    }
    assert_eq!(outcomes(&report, Kind::End), [Outcome::NotShown], "more may have happened since");
    let told = &report.letters[0];
    assert_eq!((told.recipient.as_str(), told.state.as_deref()), ("beat@example.com", Some("handed over")));
    assert_eq!(told.events.len(), 5);
    let text = report.to_string();
    for sentence in [
        "Statement 3 of letter 1 is unaltered: ConsignmentAcceptance, sealed by Relais Example at ",
        "The statements about letter 1 are the first 5, in their order and their times, and none between is missing.",
        "Checkpoint 1 is the log log.example.ch with 8 statements, signed by its key.",
        "letter.eml is letter 1 as it goes to its recipient, byte for byte.",
        "lohn.pdf is the part \"lohn.pdf\" of letter 1, byte for byte.",
        "More may have happened to letter 1 since: this file ends with statement 5.",
    ] {
        assert!(text.contains(sentence), "{sentence}\n{text}");
    }
    assert!(text.ends_with("\nProven."), "{text}");
}

#[test]
fn a_letter_at_its_end_is_shown_to_be_there() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &REFUSED);
    let bundle = platform.bundle(&[statements]);
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Proven, "{report}");
    assert_eq!(outcomes(&report, Kind::End), [Outcome::Proven]);
    assert_eq!(report.letters[0].events[2].reasons, ["RC08: as it was"]);
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["verdict"], "proven");
    assert_eq!(json["letters"][0]["state"], "refused");
    assert_eq!(json["claims"][0]["claim"], "time");
    assert_eq!(json["claims"][0]["checkpoint"], 1);
}

#[test]
fn one_time_stamp_covers_all_letters_below_it() {
    let mut platform = Platform::new();
    let letters: Vec<_> = (1..=20).map(|slot| platform.statements(slot, &READ[..2])).collect();
    let bundle = platform.bundle(&letters);
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Proven, "{report}");
    assert_eq!(outcomes(&report, Kind::Time).len(), 1);
    assert_eq!(outcomes(&report, Kind::Before), [Outcome::Proven; 40]);
}

#[test]
fn a_later_stamp_of_the_same_log_covers_an_earlier_checkpoint() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..2]);
    let mut bundle = platform.bundle(&[statements]);
    let before = platform.log.size();
    bundle.checkpoints[0].tokens.clear();
    assert_eq!(verified(&bundle, &platform.keys(), &[]).verdict, Verdict::Incomplete);
    platform.noise(9);
    bundle.checkpoints.push(platform.checkpoint(Some(before)));
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Proven, "{report}");
    assert_eq!(outcomes(&report, Kind::AppendOnly), [Outcome::Proven]);
    assert_eq!(outcomes(&report, Kind::Before), [Outcome::Proven; 2]);
}

#[test]
fn what_is_not_yet_logged_is_not_proven_and_not_false() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ);
    let mut bundle = platform.bundle(&[statements]);
    bundle.letters[0].statements[4].logged = None;
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert_eq!(report.with(Outcome::Failed).count(), 0);
    assert_eq!(outcomes(&report, Kind::Log)[4], Outcome::NotShown);
    assert_eq!(outcomes(&report, Kind::Before)[4], Outcome::NotShown);
    assert_eq!(outcomes(&report, Kind::Seal), [Outcome::Proven; 5]);
}

#[test]
fn openssl_says_the_same_of_the_time_stamp() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..1]);
    let bundle = platform.bundle(&[statements]);
    let at = tempfile::TempDir::new().expect("a directory");
    let note = &bundle.checkpoints[0].note;
    let (text, _) = note.rsplit_once("\n\n").expect("signatures");
    let token = STANDARD.encode(&bundle.checkpoints[0].tokens[0]);
    std::fs::write(at.path().join("text"), format!("{text}\n")).expect("a file");
    std::fs::write(at.path().join("token"), STANDARD.decode(token).expect("base64")).expect("a file");
    std::fs::write(at.path().join("ca.pem"), platform.stamp_root.root.pem()).expect("a file");
    let said = openssl(
        at.path(),
        &["ts", "-verify", "-data", "text", "-in", "token", "-token_in", "-CAfile", "ca.pem"],
    );
    assert!(said.contains("Verification: OK"), "{said}");
}
