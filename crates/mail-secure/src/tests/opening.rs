//! What opening takes besides the proof: an agreement, a passphrase of the sender's.

use evidence::Event;
use wire_safe::{Envelope, MailShare};
use world::World;
use zeroize::Zeroizing;

use super::lab::{LETTER, address, node_with, platforms, prepared, send_with, settings, strong};
use crate::{Language, Mode, SecureError, Shown, State};

const PASSPHRASE: &str = "trois petits chats, 4711";

#[tokio::test]
async fn personal_and_registered_letters_are_opened_by_whoever_has_agreed_to_receive_them() {
    for secure in platforms() {
        let zed = strong("zed@else.test");
        let personal = send_with(&secure, Mode::Personal, &["zed@else.test"], None).await[0];
        let registered = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await[0];
        assert!(!secure.has_consented(&zed).await.unwrap());
        for refused in [
            secure.accept(&registered, &zed).await.err(),
            secure.refuse(&registered, &zed, "").await.err(),
            secure.release(&personal, &zed).await.err(),
            secure.note_opened(&personal, &zed, false).await.err(),
        ] {
            assert!(matches!(refused, Some(SecureError::Consent)), "{refused:?}");
        }
        let by_code = Shown { is_strong: false, person: None, ..zed.clone() };
        assert!(matches!(secure.consent(&by_code, Language::French).await, Err(SecureError::Proof)));
        secure.consent(&zed, Language::German).await.unwrap();
        let first = secure.choices(&address("zed@else.test")).await.unwrap().consent.unwrap();
        assert_eq!((first.version, first.language, first.person), (1, Language::German, zed.person));
        secure.world().clock.advance(std::time::Duration::from_secs(60));
        secure.consent(&zed, Language::French).await.unwrap();
        let again = secure.choices(&address("zed@else.test")).await.unwrap().consent.unwrap();
        assert_eq!(first, again, "the first agreement holds");
        // Confidential letters ask for nothing of the kind.
        let confidential = send_with(&secure, Mode::Confidential, &["yan@else.test"], None).await[0];
        secure.release(&confidential, &strong("yan@else.test")).await.unwrap();
        // The evidence says to what, and when, with the first thing that is done.
        secure.accept(&registered, &zed).await.unwrap();
        secure.note_opened(&personal, &zed, false).await.unwrap();
        secure.note_opened(&personal, &zed, false).await.unwrap();
        secure.notarise().await.unwrap();
        let wanted = format!("password and one-time code; agreed to version 1 on {}", first.at.rfc3339());
        for (slot, event, wanted) in [
            (registered, Event::ConsignmentAcceptance, wanted.as_str()),
            (personal, Event::ContentHandover, wanted.as_str()),
            (personal, Event::ContentAccessTracking, "password and one-time code"),
        ] {
            let bundle = secure.bundle(&slot).await.unwrap();
            let mut statements = bundle.letters[0].statements.iter().map(|one| one.sealed.evidence());
            let found = statements.rfind(|evidence| evidence.event == event).unwrap();
            assert_eq!(found.recipient.authentication.as_deref(), Some(wanted), "{event}");
        }
    }
}

#[tokio::test]
async fn who_acts_for_others_is_named_and_has_agreed_themselves() {
    for secure in platforms() {
        let slot = send_with(&secure, Mode::Registered, &["info@else.test"], None).await[0];
        secure.consent(&strong("info@else.test"), Language::French).await.unwrap();
        let clerk = Shown { acting: Some("clerk@else.test".to_owned()), ..strong("info@else.test") };
        assert!(matches!(secure.accept(&slot, &clerk).await, Err(SecureError::Consent)));
        secure.consent(&clerk, Language::French).await.unwrap();
        secure.accept(&slot, &clerk).await.unwrap();
        secure.notarise().await.unwrap();
        let bundle = secure.bundle(&slot).await.unwrap();
        let mut statements = bundle.letters[0].statements.iter().map(|one| one.sealed.evidence());
        let accepted = statements.rfind(|one| one.event == Event::ConsignmentAcceptance).unwrap();
        assert_eq!(accepted.recipient.address, "info@else.test");
        assert_eq!(accepted.recipient.acting_person.as_deref(), Some("clerk@else.test"));
    }
}

#[tokio::test]
async fn a_passphrase_is_asked_for_kept_nowhere_and_may_be_mistyped() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], Some(PASSPHRASE)).await;
        let carrier = prepared.carriers()[0].clone();
        let whole = String::from_utf8_lossy(&carrier.bytes).into_owned();
        let said = crate::wish::Passphrase::parse(PASSPHRASE).unwrap();
        assert!(!whole.contains(PASSPHRASE) && !format!("{said:?}").contains(PASSPHRASE));
        let (envelope, share) = super::lab::parts(&carrier);
        assert!(Envelope::parse(&envelope).unwrap().header().stretching.is_some());
        let slot = carrier.slot;
        let copy = secure.seen(&slot).await.unwrap().copy;
        assert!(copy.has_passphrase);
        let zed = strong("zed@else.test");
        let say = |said: &str| (MailShare::from_base64url(&share).unwrap(), Zeroizing::new(said.to_owned()));
        for wrong in ["", "4711", "trois petits chats", "Trois petits chats, 4711"] {
            let refused = secure.open_here(&slot, envelope.clone().into(), say(wrong), &zed).await;
            assert!(matches!(refused, Err(SecureError::Passphrase)), "«{wrong}»");
            assert_eq!(
                secure.seen(&slot).await.unwrap().copy.state,
                State::Notified,
                "«{wrong}» ends nothing"
            );
        }
        let opened = secure.open_here(&slot, envelope.into(), say(PASSPHRASE), &zed).await.unwrap();
        assert_eq!(&opened[..], LETTER.as_bytes());
        assert_eq!(secure.seen(&slot).await.unwrap().copy.state, State::HandedOver);
    }
}

#[tokio::test]
async fn no_more_than_two_keys_are_made_of_passphrases_at_the_same_time() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], Some(PASSPHRASE)).await;
        let carrier = prepared.carriers()[0].clone();
        let (envelope, share) = super::lab::parts(&carrier);
        let zed = strong("zed@else.test");
        let say = || (MailShare::from_base64url(&share).unwrap(), Zeroizing::new("4711 and more".to_owned()));
        let turns: Vec<_> = (0..2).map(|_| secure.turn_to_stretch().unwrap()).collect();
        let refused = secure.open_here(&carrier.slot, envelope.clone().into(), say(), &zed).await;
        assert!(matches!(refused, Err(SecureError::Busy)), "{:?}", refused.err());
        drop(turns);
        let asked = secure.open_here(&carrier.slot, envelope.into(), say(), &zed).await;
        assert!(matches!(asked, Err(SecureError::Passphrase)));
        // Verifying evidence has turns of its own, for all doors together.
        let _verifying: Vec<_> = (0..2).map(|_| secure.turn_to_verify().unwrap()).collect();
        assert!(matches!(secure.turn_to_verify(), Err(SecureError::Busy)));
        secure.turn_to_stretch().unwrap();
    }
}

/// Octets of all files below a folder.
fn octets_in(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.metadata().unwrap() {
            folder if folder.is_dir() => octets_in(&entry.path()),
            file => file.len(),
        })
        .sum()
}

#[tokio::test]
async fn the_same_envelope_that_is_brought_again_lies_here_once() {
    for db in db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, crate::MIGRATIONS]) {
        let folder = tempfile::tempdir().unwrap();
        let bodies = format!("file:{}", folder.path().display());
        let secure = node_with(db, World::testing(), settings(), &bodies);
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], None).await;
        let (envelope, _) = super::lab::parts(&prepared.carriers()[0]);
        let before = octets_in(folder.path());
        let first = secure.bring(envelope.clone().into()).await.unwrap();
        let once = octets_in(folder.path());
        assert!(once >= before + envelope.len() as u64, "{before} {once}");
        for _ in 0..19 {
            let again = secure.bring(envelope.clone().into()).await.unwrap();
            assert_eq!((again.parked, again.slot), (first.parked.clone(), first.slot));
        }
        assert_eq!(octets_in(folder.path()), once, "nothing was written again");
        // As long as somebody may need who opens an account on the way.
        secure.world().clock.advance(std::time::Duration::from_secs(110 * 60));
        assert_eq!(secure.parked(&first.parked).await.unwrap(), Some(first.slot));
        assert_eq!(&secure.envelope(&first.slot, Some(&first.parked)).await.unwrap()[..], &envelope[..]);
        secure.world().clock.advance(std::time::Duration::from_secs(20 * 60));
        assert_eq!(secure.parked(&first.parked).await.unwrap(), None);
    }
}

#[tokio::test]
async fn no_octet_of_an_envelope_can_be_varied_and_who_tries_keeps_nobody_out() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], None).await;
        let (envelope, _) = super::lab::parts(&prepared.carriers()[0]);
        // Every part: the header, what is signed with it, the signature, what is sealed; and what is cut off or added.
        for place in (0..envelope.len()).step_by(envelope.len() / 50 + 1).chain([envelope.len() - 1]) {
            let mut other = envelope.clone();
            other[place] ^= 1;
            assert!(matches!(secure.bring(other.into()).await, Err(SecureError::Forged)), "{place}");
        }
        for other in [&envelope[..envelope.len() - 1], &[&envelope[..], b"x"].concat()] {
            assert!(matches!(secure.bring(other.to_vec().into()).await, Err(SecureError::Forged)));
        }
        assert_eq!(super::lab::count(&secure, "SELECT COUNT(*) FROM secure_parked").await, 0);
        secure.bring(envelope.into()).await.unwrap();
        assert_eq!(super::lab::count(&secure, "SELECT COUNT(*) FROM secure_parked").await, 1);
    }
}

#[tokio::test]
async fn after_five_wrong_passphrases_of_a_letter_there_is_a_pause_that_grows() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], Some(PASSPHRASE)).await;
        let (envelope, share) = super::lab::parts(&prepared.carriers()[0]);
        let slot = prepared.carriers()[0].slot;
        let zed = strong("zed@else.test");
        let say = async |secure: &crate::Secure, said: &str| {
            let shares = (MailShare::from_base64url(&share).unwrap(), Zeroizing::new(said.to_owned()));
            secure.open_here(&slot, envelope.clone().into(), shares, &zed).await.map(drop)
        };
        let minutes = |count: u64| std::time::Duration::from_secs(60 * count);
        // Nothing said is no guess.
        for _ in 0..10 {
            assert!(matches!(say(&secure, "").await, Err(SecureError::Passphrase)));
        }
        for _ in 0..5 {
            assert_eq!(secure.passphrase_pause(&slot).await.unwrap(), None);
            assert!(matches!(say(&secure, "4711").await, Err(SecureError::Passphrase)));
        }
        for pause in [1, 2, 4] {
            let until = secure.now().plus(minutes(pause));
            assert_eq!(secure.passphrase_pause(&slot).await.unwrap(), Some(until));
            // Neither the right one nor another node: what is counted lies in the database.
            let node = super::lab::node(secure.db().clone(), secure.world().clone(), settings());
            for secure in [&secure, &node] {
                let refused = say(secure, PASSPHRASE).await;
                assert!(matches!(refused, Err(SecureError::Paused { until: said }) if said == until));
            }
            secure.world().clock.advance(minutes(pause));
            secure.forget_what_is_over().await.unwrap();
            assert!(matches!(say(&secure, "4712").await, Err(SecureError::Passphrase)));
        }
        secure.world().clock.advance(minutes(8));
        say(&secure, PASSPHRASE).await.unwrap();
        // Who knows it opens the letter as often as they like; then it is as if nobody had guessed.
        for _ in 0..6 {
            say(&secure, PASSPHRASE).await.unwrap();
        }
        assert!(matches!(say(&secure, "4711").await, Err(SecureError::Passphrase)));
        assert_eq!(secure.passphrase_pause(&slot).await.unwrap(), None);
        secure.world().clock.advance(minutes(25 * 60));
        secure.forget_what_is_over().await.unwrap();
        assert_eq!(super::lab::count(&secure, "SELECT COUNT(*) FROM secure_passphrase_try").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_passphrases_at_the_same_time_no_more_are_compared_than_one_after_the_other() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], Some(PASSPHRASE)).await;
        let (envelope, share) = super::lab::parts(&prepared.carriers()[0]);
        let slot = prepared.carriers()[0].slot;
        let mut compared = 0;
        // In rounds, as turns are two for each node: nothing is left of them to hide behind.
        for _ in 0..10 {
            let tries = (0..2).map(|_| {
                let (secure, envelope, share) = (secure.clone(), envelope.clone(), share.clone());
                tokio::spawn(async move {
                    let shares =
                        (MailShare::from_base64url(&share).unwrap(), Zeroizing::new("4711".to_owned()));
                    secure.open_here(&slot, envelope.into(), shares, &strong("zed@else.test")).await.err()
                })
            });
            for tried in tries.collect::<Vec<_>>() {
                match tried.await.unwrap() {
                    Some(SecureError::Passphrase) => compared += 1,
                    Some(SecureError::Paused { .. } | SecureError::Busy) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(compared, 5);
    }
}
