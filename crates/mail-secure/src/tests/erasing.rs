//! Erasure: what was accepted or opened opens no more, and what happened to it stays proven.

use db::{Moment, Seek, Tx};
use evidence::{Event, Verdict};
use model::OrganisationId;
use wire_safe::Slot;

use super::lab::{address, count, judged, parts, platforms, prepared, send, strong, tamper};
use crate::{Mode, Secure, SecureError, State};

const OURS: OrganisationId = OrganisationId(1);

fn boss() -> trail::Actor {
    trail::Actor::from("boss@valbois.test")
}

async fn number(secure: &Secure, slot: &Slot) -> i64 {
    secure.seen(slot).await.unwrap().letter.id
}

async fn erase(secure: &Secure, slot: &Slot, only: Option<Slot>) -> Result<Vec<Slot>, SecureError> {
    let erased = secure.erase_for(boss(), OURS, number(secure, slot).await, only, "sent\r\n twice").await;
    Ok(erased?.iter().map(|copy| copy.slot).collect())
}

async fn events(secure: &Secure, slot: &Slot) -> Vec<Event> {
    let bundle = secure.bundle(slot).await.unwrap();
    bundle.letters[0].statements.iter().map(|one| one.sealed.evidence().event).collect()
}

/// Whether what was stated about a copy proves itself.
async fn is_proven(secure: &Secure, slot: &Slot) -> bool {
    secure.notarise().await.unwrap();
    judged(secure, &secure.bundle(slot).await.unwrap()).await.verdict == Verdict::Proven
}

/// Whether a column of any row of the copies holds these octets.
async fn is_kept(secure: &Secure, wanted: Vec<u8>) -> bool {
    let scope = secure.db().operator("test");
    let shares = scope.read(|tx: &mut Tx| {
        tx.query("SELECT store_share FROM secure_recipient", &[], |row| {
            Ok(row.optional_bytes(0)?.map(<[u8]>::to_vec))
        })
    });
    shares.await.unwrap().contains(&Some(wanted))
}

#[tokio::test]
async fn an_opened_letter_that_is_erased_opens_no_more_and_stays_proven() {
    for secure in platforms() {
        let both = ["zed@else.test", "yan@else.test"];
        let prepared = prepared(&secure, Mode::Confidential, &both, None).await;
        let slots = both.map(|to| prepared.slot_of(&address(to)).unwrap());
        let zed = strong("zed@else.test");
        secure.release(&slots[0], &zed).await.unwrap();
        secure.note_opened(&slots[0], &zed, false).await.unwrap();
        secure.send_code(&slots[0], crate::Language::French, [192, 0, 2, 7].into()).await.unwrap();
        let before = events(&secure, &slots[0]).await;
        let share = secure.seen(&slots[0]).await.unwrap().copy.store_share.unwrap();
        assert!(is_kept(&secure, share.clone()).await);

        assert_eq!(
            erase(&secure, &slots[0], None).await.unwrap(),
            [slots[0]],
            "what can be taken back stays"
        );
        let copy = secure.seen(&slots[0]).await.unwrap().copy;
        assert_eq!((copy.state, copy.store_share.as_ref()), (State::HandedOver, None));
        assert_eq!((copy.erased_at, copy.ended_at), (Some(secure.now()), None));
        assert!(copy.opened_at.is_some() && !copy.can_be_opened(secure.now()));
        assert!(!is_kept(&secure, share).await);
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_code").await, 0);
        for refused in [
            secure.release(&slots[0], &zed).await.err(),
            secure.note_opened(&slots[0], &zed, false).await.err(),
            secure.send_code(&slots[0], crate::Language::French, [192, 0, 2, 7].into()).await.err(),
        ] {
            assert!(matches!(refused, Some(SecureError::Ended)), "{refused:?}");
        }
        let carrier = prepared.carriers().iter().find(|one| one.slot == slots[0]).unwrap();
        let brought = secure.bring(parts(carrier).0.into()).await;
        assert!(matches!(brought, Err(SecureError::Ended)), "with the mailbox neither: {brought:?}");
        assert_eq!(events(&secure, &slots[0]).await, before, "no event of the standard says it");
        assert!(is_proven(&secure, &slots[0]).await);

        // Who has it not is not concerned, and is taken back from instead.
        secure.release(&slots[1], &strong("yan@else.test")).await.unwrap();
        let other = send(&secure, Mode::Registered, &["zed@else.test"]).await[0];
        let offered = erase(&secure, &other, None).await;
        assert!(matches!(offered, Err(SecureError::CanBeWithdrawn)), "{offered:?}");
        let twice = erase(&secure, &slots[0], Some(slots[0])).await;
        assert!(matches!(twice, Err(SecureError::Ended)), "{twice:?}");
        let unknown = erase(&secure, &slots[0], Some(other)).await;
        assert!(matches!(unknown, Err(SecureError::NotFound)), "{unknown:?}");
    }
}

#[tokio::test]
async fn who_erased_and_why_is_in_the_log_of_changes_and_strangers_erase_nothing() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        secure.note_opened(&slot, &strong("zed@else.test"), false).await.unwrap();
        let id = number(&secure, &slot).await;
        let foreign = secure.erase_for(boss(), OrganisationId(2), id, None, "").await;
        assert!(matches!(foreign, Err(SecureError::NotFound)), "{foreign:?}");
        assert!(secure.seen(&slot).await.unwrap().copy.can_be_opened(secure.now()));
        erase(&secure, &slot, Some(slot)).await.unwrap();
        assert!(erase(&secure, &slot, Some(slot)).await.is_err(), "what is not done leaves no entry");
        let log = trail::Trail::new(secure.db().clone());
        let changes = log.changes(Some(OURS), Seek::<Moment>::first(10)).await.unwrap().items;
        let [entry] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(entry.change.action, "erase secure letter");
        assert_eq!(entry.change.what, "anna@valbois.test → zed@else.test");
        assert_eq!(entry.change.actor.who, "boss@valbois.test");
        assert_eq!(entry.after.get("reason"), Some("sent twice"));
        let entry = secure.letter(Some(OURS), id).await.unwrap();
        let line = entry.csv();
        assert!(line.trim_end().ends_with(&secure.now().rfc3339()), "{line}");
    }
}

#[tokio::test]
async fn a_letter_accepted_but_not_opened_ends_without_a_handover() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        let (zed, yan) = (strong("zed@else.test"), strong("yan@else.test"));
        secure.accept(&slots[0], &zed).await.unwrap();
        secure.accept(&slots[1], &yan).await.unwrap();
        secure.release(&slots[1], &yan).await.unwrap();
        assert_eq!(erase(&secure, &slots[0], None).await.unwrap().len(), 2);
        for (slot, begin) in slots.iter().zip([
            "erased by the sender's side before it was opened: sent twice",
            "erased by the sender's side; the key was given out on 2026-",
        ]) {
            let copy = secure.seen(slot).await.unwrap().copy;
            assert_eq!((copy.state, copy.store_share.as_ref()), (State::Unclaimed, None));
            assert_eq!((copy.erased_at, copy.ended_at), (Some(secure.now()), Some(secure.now())));
            let bundle = secure.bundle(slot).await.unwrap();
            let last = bundle.letters[0].statements.last().unwrap().sealed.evidence().clone();
            assert_eq!(last.event, Event::ContentHandoverFailure);
            assert!(last.reasons[0].detail.starts_with(begin), "{}", last.reasons[0].detail);
            assert!(is_proven(&secure, slot).await);
        }
    }
}

#[tokio::test]
async fn with_its_organisation_the_keys_of_its_letters_go() {
    for secure in platforms() {
        let opened = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        secure.note_opened(&opened, &strong("zed@else.test"), false).await.unwrap();
        let accepted = send(&secure, Mode::Registered, &["zed@else.test"]).await[0];
        secure.accept(&accepted, &strong("zed@else.test")).await.unwrap();
        let offered = send(&secure, Mode::Registered, &["zed@else.test"]).await[0];
        tamper(
            &secure,
            "INSERT INTO organisation (id, name, disabled, created_at, deleted_at)
             VALUES (1, 'Valbois', 0, 1, NULL), (2, 'Acme', 1, 1, 2)",
        )
        .await;
        assert_eq!(secure.erase_of_deleted_organisations().await.unwrap(), 0, "it is there, another is not");
        tamper(&secure, "UPDATE organisation SET deleted_at = 5 WHERE id = 1").await;
        assert_eq!(secure.erase_of_deleted_organisations().await.unwrap(), 3);
        assert_eq!(secure.erase_of_deleted_organisations().await.unwrap(), 0);
        for (slot, state, is_erased) in [
            (opened, State::HandedOver, true),
            (accepted, State::Unclaimed, true),
            (offered, State::Withdrawn, false),
        ] {
            let copy = secure.seen(&slot).await.unwrap().copy;
            assert_eq!((copy.state, copy.store_share.as_ref()), (state, None));
            assert_eq!(copy.erased_at.is_some(), is_erased);
            assert!(is_proven(&secure, &slot).await, "what happened stays proven");
        }
    }
}
