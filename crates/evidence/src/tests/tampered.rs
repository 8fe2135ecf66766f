//! The corpus of forgeries: each must fail, and by the claim that it breaks.

use std::time::Duration;

use super::bundle::mended;
use super::lab::{Authority, Platform, READ, StampAuthority, now};
use super::statement::{ATTACHMENT, LETTER};
use super::verify::{outcomes, verified};
use crate::log::{KeyKind, LogSigner, NoteKey};
use crate::{Bundle, Digest, Document, Event, Keys, Kind, Outcome, Verdict, verify};

/// A platform, and a bundle with a letter that was read and another to a second recipient.
fn platform() -> (Platform, Bundle) {
    let mut platform = Platform::new();
    let letters = [platform.statements(3, &READ), platform.statements(4, &READ[..2])];
    let bundle = platform.bundle(&letters);
    (platform, bundle)
}

/// The change makes the verdict fail, and the claims of this kind say why.
fn check(kind: Kind, sentence: &str, change: impl FnOnce(&mut Platform, &mut Bundle, &mut Keys)) {
    let (mut platform, mut bundle) = platform();
    let mut keys = platform.keys();
    assert_eq!(verified(&bundle, &keys, &[]).verdict, Verdict::Proven);
    change(&mut platform, &mut bundle, &mut keys);
    let report = verified(&bundle, &keys, &[]);
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let found = report.with(Outcome::Failed).any(|claim| claim.kind == kind && claim.text.contains(sentence));
    assert!(found, "{kind:?}: {sentence}\n{report}");
}

#[test]
fn every_flipped_bit_of_a_file_makes_it_unreadable() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..2]);
    let bundle = platform.bundle(&[statements]);
    let mut json = bundle.to_json().expect("JSON");
    for at in 0..json.len() {
        for bit in 0..8 {
            json[at] ^= 1 << bit;
            assert!(Bundle::parse(&json).is_err(), "byte {at}, bit {bit}");
            json[at] ^= 1 << bit;
        }
    }
    assert!(Bundle::parse(&json).is_ok());
}

/// Who knows the format computes the file's digest anew. What then still passes must be bytes of a time-stamp that mean
/// nothing: its structure has some that no signature covers.
#[test]
fn a_flipped_bit_fails_also_when_the_digest_of_the_file_is_mended() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &READ[..2]);
    let bundle = platform.bundle(&[statements]);
    let keys = platform.keys();
    let later = Some(now().plus(Duration::from_secs(2)));
    let json = bundle.to_json().expect("JSON");
    let text = String::from_utf8(json.clone()).expect("text");
    let token =
        text.find("\"tokens\":[\"").expect("a token")..text.find("\"]}],\"digest\"").expect("its end");
    let own = text.find("\"digest\":\"").expect("a digest") + 10;
    let step = if std::env::var_os("SLOW_TESTS").is_some() { 1 } else { 7 };
    let mut tried = 0;
    for at in (0..json.len()).step_by(step) {
        if token.contains(&at) || (own..own + 64).contains(&at) {
            continue;
        }
        for bit in [at % 8, (at + 3) % 8] {
            let mut changed = json.clone();
            changed[at] ^= 1 << bit;
            let Ok(read) = Bundle::parse(&mended(&changed)) else { continue };
            let report = verify(&read, &keys, &[], later);
            assert_ne!(report.verdict, Verdict::Proven, "byte {at}, bit {bit}\n{report}");
            tried += 1;
        }
    }
    assert!(tried > 50, "only {tried} could be read");
}

#[test]
fn a_missing_statement_fails() {
    check(Kind::Chain, "statement 3 stands where 2 belongs", |_, bundle, _| {
        bundle.letters[0].statements.remove(1);
    });
    check(Kind::Chain, "statement 2 stands where 1 belongs", |_, bundle, _| {
        bundle.letters[0].statements.remove(0);
    });
}

#[test]
fn statements_in_another_order_fail() {
    check(Kind::Chain, "statement 3 stands where 2 belongs", |_, bundle, _| {
        bundle.letters[0].statements.swap(1, 2);
    });
    check(Kind::Log, "it stands there before the statement that it follows", |_, bundle, _| {
        bundle.letters[0].statements.swap(1, 2);
    });
}

#[test]
fn a_statement_about_another_letter_fails() {
    check(Kind::Chain, "statement 2 does not follow the one before it", |_, bundle, _| {
        let other = bundle.letters[1].statements[1].clone();
        bundle.letters[0].statements[1] = other;
    });
}

#[test]
fn two_truths_about_one_letter_fail() {
    check(Kind::Chain, "Letter 3 to its recipient is told of twice", |_, bundle, _| {
        let again = bundle.letters[0].clone();
        bundle.letters.push(again);
    });
}

#[test]
fn a_statement_of_another_log_fails() {
    check(Kind::Log, "the proof leads to another root", |_, bundle, _| {
        let mut other = Platform::new();
        let statements = other.statements(3, &READ);
        let place = other.bundle(&[statements]).letters[0].statements[1].logged.clone();
        let logged = bundle.letters[0].statements[1].logged.as_mut().expect("logged");
        logged.proof[0] = place.expect("logged").proof[0];
    });
    check(Kind::Log, "the proof leads to another root", |_, bundle, _| {
        bundle.letters[0].statements[0].blind.0[0] ^= 1;
    });
    check(Kind::Log, "is not shown to stand in the log", |_, bundle, _| {
        bundle.letters[0].statements[4].logged.as_mut().expect("logged").index += 1;
    });
}

#[test]
fn a_forged_checkpoint_fails() {
    // Somebody with a key of their own and the log's name.
    check(Kind::Checkpoint, "no published key of the log log.example.ch signed it", |platform, bundle, _| {
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key");
        let pkcs8 = pair.to_pkcs8().expect("a key");
        platform.log_signer = LogSigner::from_pkcs8("log.example.ch", pkcs8.as_ref()).expect("a signer");
        bundle.checkpoints[0] = platform.checkpoint(None);
    });
    // The log's own name and key, with another root: the signature is not over that.
    check(
        Kind::Checkpoint,
        "the signature in the name of log.example.ch is forged",
        |platform, bundle, _| {
            let note = &bundle.checkpoints[0].note;
            let (_, signature) = note.rsplit_once("\n\n").expect("a signature");
            let forged = platform.log_signer.sign(platform.log.size(), Digest([1; 32]));
            let (text, _) = forged.rsplit_once("\n\n").expect("a signature");
            bundle.checkpoints[0].note = format!("{text}\n\n{signature}");
        },
    );
    check(Kind::Checkpoint, "no published key of the log", |_, _, keys| {
        keys.log[0].until = Some(keys.log[0].from.plus(Duration::from_secs(1)));
    });
}

#[test]
fn a_log_that_took_something_away_fails() {
    check(Kind::AppendOnly, "the proof leads to another root", |platform, bundle, _| {
        let before = platform.log.size();
        platform.noise(3);
        let mut next = platform.checkpoint(Some(before));
        next.consistency[0].0[5] ^= 4;
        bundle.checkpoints.push(next);
    });
    check(Kind::AppendOnly, "the positions do not fit the size of the log", |platform, bundle, _| {
        let before = platform.log.size();
        platform.noise(3);
        let next = platform.checkpoint(Some(before));
        bundle.checkpoints.insert(0, next);
        bundle.checkpoints[0].consistency.clear();
        for statement in bundle.letters.iter_mut().flat_map(|letter| &mut letter.statements) {
            statement.logged.as_mut().expect("logged").checkpoint = 1;
        }
    });
    check(Kind::AppendOnly, "A proof stands where there is nothing to prove", |_, bundle, _| {
        bundle.checkpoints[0].consistency.push(Digest([0; 32]));
    });
    check(Kind::AppendOnly, "they are of different logs", |platform, bundle, keys| {
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key");
        let pkcs8 = pair.to_pkcs8().expect("a key");
        platform.log_signer = LogSigner::from_pkcs8("log.example.com", pkcs8.as_ref()).expect("a signer");
        let mut key = keys.log[0].clone();
        key.value = platform.log_signer.key().clone();
        keys.log.push(key);
        let before = platform.log.size();
        platform.noise(1);
        bundle.checkpoints.push(platform.checkpoint(Some(before)));
    });
}

#[test]
fn a_time_stamp_that_does_not_count_fails() {
    check(Kind::Time, "the time-stamp is over another digest", |platform, bundle, _| {
        platform.noise(1);
        bundle.checkpoints[0].tokens = platform.checkpoint(None).tokens;
    });
    check(Kind::Time, "the time-stamp authority is not trusted", |platform, bundle, _| {
        let stranger = Authority::new("Example Time");
        platform.stamps = StampAuthority::new(&stranger.time_stamping("Time One", [2025, 2030]));
        bundle.checkpoints[0] = platform.checkpoint(None);
    });
    // Its certificate had ended when it stamped.
    check(Kind::Time, "the time-stamp authority is not trusted", |platform, bundle, _| {
        platform.stamps = StampAuthority::new(&platform.stamp_root.time_stamping("Time Old", [2020, 2021]));
        bundle.checkpoints[0] = platform.checkpoint(None);
    });
    // The platform's seal is no time-stamp authority.
    check(Kind::Time, "A time-stamp of checkpoint 1 does not hold", |platform, bundle, keys| {
        keys.time_stamp = keys.seal.clone();
        platform.stamps = StampAuthority::new(&platform.seal_root.time_stamping("Time", [2020, 2021]));
        bundle.checkpoints[0] = platform.checkpoint(None);
    });
    check(Kind::Time, "A time-stamp of checkpoint 1 does not hold", |_, bundle, _| {
        bundle.checkpoints[0].tokens[0].truncate(40);
    });
    check(Kind::Time, "the time-stamp authority is not trusted", |_, _, keys| {
        keys.time_stamp[0].until = Some(keys.time_stamp[0].from.plus(Duration::from_secs(1)));
    });
    check(Kind::Time, "A time-stamp of checkpoint 1 does not hold", |_, bundle, _| {
        let token = bundle.checkpoints[0].tokens[0].clone();
        bundle.checkpoints[0].tokens.push(token[..token.len() - 1].to_vec());
    });
}

#[test]
fn a_time_stamp_from_the_future_fails() {
    let (platform, bundle) = platform();
    let report = verify(&bundle, &platform.keys(), &[], Some(platform.start));
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    assert_eq!(outcomes(&report, Kind::Time), [Outcome::Failed]);
    assert_eq!(verify(&bundle, &platform.keys(), &[], None).verdict, Verdict::Proven);
}

#[test]
fn a_statement_that_tells_of_the_future_fails() {
    let mut platform = Platform::new();
    platform.start = now().plus(Duration::from_secs(60));
    let statements = platform.statements(3, &READ[..1]);
    let bundle = platform.bundle(&[statements]);
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    assert_eq!(outcomes(&report, Kind::Before), [Outcome::Failed]);
}

#[test]
fn a_seal_by_somebody_else_fails() {
    let forge = |platform: &mut Platform, sealer: super::lab::Owned| {
        platform.sealer = sealer;
        let statements = platform.statements(3, &READ[..1]);
        platform.bundle(&[statements])
    };
    check(Kind::Seal, "does not count", |platform, bundle, _| {
        let stranger = Authority::new("Relais Example Seals").seal("Relais Example", [2025, 2030]);
        *bundle = forge(platform, stranger);
    });
    check(Kind::Seal, "does not count", |platform, bundle, _| {
        let old = platform.seal_root.seal("Relais Example", [2020, 2021]);
        *bundle = forge(platform, old);
    });
    check(Kind::Seal, "is not in the bundle", |_, bundle, _| bundle.certificates.clear());
    check(Kind::Seal, "does not count", |_, _, keys| {
        keys.seal[0].until = Some(keys.seal[0].from.plus(Duration::from_secs(1)));
    });
    check(Kind::Seal, "does not count", |_, _, keys| keys.seal.clear());
}

#[test]
fn an_impossible_course_of_events_fails() {
    let mut platform = Platform::new();
    let statements = platform.statements(3, &[Event::SubmissionAcceptance, Event::ContentHandover]);
    let bundle = platform.bundle(&[statements]);
    let report = verified(&bundle, &platform.keys(), &[]);
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    assert_eq!(outcomes(&report, Kind::States), [Outcome::Failed]);
    assert_eq!(outcomes(&report, Kind::Chain), [Outcome::Proven]);
    assert_eq!(report.letters[0].state, None);
}

#[test]
fn a_forged_cosignature_of_a_known_witness_fails() {
    check(Kind::Witness, "the signature in the name of witness.example.org is forged", |_, bundle, keys| {
        let witness = NoteKey::new("witness.example.org", KeyKind::Cosignature, [3; 32]).expect("a key");
        let mut line = witness.id().to_vec();
        line.extend([0; 72]);
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, line);
        bundle.checkpoints[0].note.push_str(&format!("— witness.example.org {base64}\n"));
        keys.witnesses = vec![crate::Valid { value: witness, from: keys.log[0].from, until: None }];
    });
}

#[test]
fn another_salt_fails_even_without_documents() {
    check(Kind::Salt, "The salt of letter 1 is not the one of its statements", |_, bundle, _| {
        bundle.letters[0].salt.0[31] ^= 1;
    });
}

#[test]
fn another_document_fails() {
    let (platform, bundle) = platform();
    let mut flipped = LETTER.to_vec();
    flipped[3] ^= 1;
    let longer = [LETTER, b"\r\n"].concat();
    let mut part = ATTACHMENT.to_vec();
    part[0] ^= 1;
    for bytes in [&flipped[..], &longer, &part, b"", &ATTACHMENT[1..]] {
        let documents = [Document { name: "letter.eml", bytes: LETTER }, Document { name: "other", bytes }];
        let report = verified(&bundle, &platform.keys(), &documents);
        assert_eq!(report.verdict, Verdict::Failed, "{report}");
        assert_eq!(outcomes(&report, Kind::Document), [Outcome::Proven, Outcome::Failed]);
        assert!(report.to_string().contains("other is neither a letter that is told of nor a part of one."));
    }
}
