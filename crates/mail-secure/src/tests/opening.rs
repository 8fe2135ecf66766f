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
async fn so_many_different_envelopes_of_a_letter_lie_here_and_no_more() {
    for secure in platforms() {
        let prepared = prepared(&secure, Mode::Confidential, &["zed@else.test"], None).await;
        let (envelope, _) = super::lab::parts(&prepared.carriers()[0]);
        let mut refused = None;
        for change in 0..=crate::limits::PARKED_PER_SLOT_LIMIT {
            // What is sealed is not what is signed: only whoever opens it sees that it was changed.
            let mut other = envelope.clone();
            let last = other.len() - 1;
            other[last] ^= u8::try_from(change).unwrap();
            refused = secure.bring(other.into()).await.err();
        }
        assert!(
            matches!(refused, Some(SecureError::TooOften | SecureError::Forged)),
            "the disk is not filled with variations: {refused:?}"
        );
        secure.bring(envelope.into()).await.unwrap();
    }
}
