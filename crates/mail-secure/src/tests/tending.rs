//! What time and choices do to letters: reminders, standing instructions, ends.

use std::time::Duration;

use directory::{Directory, NewRecipient};
use evidence::{Event, Verdict};
use model::{Timestamp, UserId};
use wire_safe::Slot;

use super::lab::{address, count, judged, platforms, send, send_with, strong, tamper};
use crate::{Carriage, Choices, Code, Mode, Secure, SecureError, Shown, State};

const DAY: Duration = Duration::from_secs(86_400);

async fn notices(secure: &Secure) -> Vec<String> {
    let scope = secure.db().operator("test");
    scope
        .read(|tx: &mut db::Tx| {
            tx.query("SELECT kind || ' ' || recipient FROM secure_notice ORDER BY id", &[], |row| {
                Ok(row.text(0)?.to_owned())
            })
        })
        .await
        .unwrap()
}

async fn events(secure: &Secure, slot: &Slot) -> Vec<Event> {
    let bundle = secure.bundle(slot).await.unwrap();
    bundle.letters[0].statements.iter().map(|one| one.sealed.evidence().event).collect()
}

#[tokio::test]
async fn a_recipient_is_reminded_twice_of_what_waits_and_never_of_what_does_not() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        secure.accept(&slots[1], &strong("yan@else.test")).await.unwrap();
        assert_eq!(secure.remind().await.unwrap(), 0);
        let mut reminders = Vec::new();
        for _ in 0..8 {
            secure.world().clock.advance(DAY);
            reminders.push(secure.remind().await.unwrap());
        }
        assert_eq!(reminders, [0, 1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(secure.remind().await.unwrap(), 0);
        let told = notices(&secure).await;
        assert_eq!(told.iter().filter(|told| *told == "reminder zed@else.test").count(), 2, "{told:?}");
        assert_eq!(secure.seen(&slots[0]).await.unwrap().copy.reminders, 2);
        secure.notarise().await.unwrap();
        let report = judged(&secure, &secure.bundle(&slots[0]).await.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
    }
}

#[tokio::test]
async fn after_a_long_silence_there_is_one_reminder_and_not_two() {
    for secure in platforms() {
        send(&secure, Mode::Registered, &["zed@else.test"]).await;
        secure.world().clock.advance(6 * DAY);
        assert_eq!(secure.remind().await.unwrap(), 1);
        assert_eq!(secure.remind().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn who_blocks_registered_letters_gets_none_and_the_sender_hears_so() {
    for secure in platforms() {
        let choices = Choices { blocks_registered: true, accepts_registered: true, ..Choices::default() };
        secure.choose(&address("zed@else.test"), choices).await.unwrap();
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        let blocked = secure.seen(&slots[0]).await.unwrap().copy;
        assert_eq!((blocked.state, blocked.store_share), (State::Blocked, None), "nothing was sealed");
        assert_eq!(
            events(&secure, &slots[0]).await,
            [Event::SubmissionAcceptance, Event::SubmissionRejection]
        );
        assert_eq!(
            notices(&secure).await,
            ["told-blocked anna@valbois.test", "told-submitted anna@valbois.test"]
        );
        assert!(matches!(
            secure.accept(&slots[0], &strong("zed@else.test")).await,
            Err(SecureError::Illegal(_))
        ));
        // Other letters come all the same.
        let confidential = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        assert_eq!(secure.seen(&confidential).await.unwrap().copy.state, State::Notified);
    }
}

#[tokio::test]
async fn a_standing_instruction_accepts_when_the_letter_has_arrived() {
    for secure in platforms() {
        let choices = Choices { accepts_registered: true, ..Choices::default() };
        secure.choose(&address("zed@else.test"), choices.clone()).await.unwrap();
        let zed = account(&secure, "zed@else.test").await;
        // Nobody has agreed to anything: an instruction alone accepts nothing.
        let early = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await;
        arrive(&secure, &early[0]).await;
        assert_eq!(secure.seen(&early[0]).await.unwrap().copy.state, State::Offered);
        tamper(&secure, "DELETE FROM secure_notice").await;
        secure.consent(&zed, crate::Language::French).await.unwrap();
        secure.choose(&address("zed@else.test"), choices).await.unwrap();
        let slots = send_with(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"], None).await;
        for slot in &slots {
            assert_eq!(secure.seen(slot).await.unwrap().copy.state, State::Offered);
            arrive(&secure, slot).await;
        }
        assert_eq!(secure.seen(&slots[0]).await.unwrap().copy.state, State::Consigned);
        assert_eq!(secure.seen(&slots[1]).await.unwrap().copy.state, State::Offered);
        assert_eq!(
            events(&secure, &slots[0]).await[2..],
            [Event::NotificationDelivered, Event::ConsignmentAcceptance, Event::ContentConsignment]
        );
        let bundle = secure.bundle(&slots[0]).await.unwrap();
        let acceptance = bundle.letters[0].statements[3].sealed.evidence();
        let how = acceptance.recipient.authentication.as_deref();
        let how = how.unwrap();
        assert!(how.starts_with("standing instruction of the recipient; agreed to version 1 on "), "{how}");
        secure.release(&slots[0], &zed).await.unwrap();
        // Whoever has the address afterwards has said nothing: neither agreed, nor instructed.
        tamper(&secure, "UPDATE person SET id = id + 1 WHERE login = 'zed@else.test'").await;
        let later = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await;
        arrive(&secure, &later[0]).await;
        assert_eq!(secure.seen(&later[0]).await.unwrap().copy.state, State::Offered);
        let successor = Shown { person: zed.person.map(|user| UserId(user.0 + 1)), ..zed };
        assert!(matches!(secure.release(&slots[0], &successor).await, Err(SecureError::Consent)));
        secure.consent(&successor, crate::Language::German).await.unwrap();
        let chosen = secure.choices(&address("zed@else.test")).await.unwrap();
        assert!(!chosen.accepts_registered, "what the one before instructed is over");
        secure.release(&slots[0], &successor).await.unwrap();
    }
}

async fn arrive(secure: &Secure, slot: &Slot) {
    let (carried, slot) = (secure.clone(), slot.0);
    let scope = secure.db().operator("test");
    scope.write(move |tx: &mut db::Tx| carried.note_carried(tx, slot, &Carriage::Arrived)).await.unwrap();
}

/// Somebody with an account at the portal.
async fn account(secure: &Secure, login: &str) -> Shown {
    let directory = Directory::new(secure.db().clone(), secure.world().clone());
    let new = NewRecipient {
        login: address(login),
        password: "une phrase de passe".to_owned().into(),
        language: None,
        source: [192, 0, 2, 7].into(),
    };
    let opened = directory.open_recipient(new).await.unwrap();
    Shown { person: Some(opened.user), ..strong(login) }
}

#[tokio::test]
async fn what_nobody_opened_in_its_time_ends_and_what_was_opened_only_loses_its_share() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Confidential, &["zed@else.test", "yan@else.test"]).await;
        secure.note_opened(&slots[1], &strong("yan@else.test"), false).await.unwrap();
        assert_eq!(secure.end_unopened().await.unwrap(), 0);
        secure.world().clock.advance(366 * DAY);
        assert_eq!(secure.end_unopened().await.unwrap(), 2);
        assert_eq!(secure.end_unopened().await.unwrap(), 0);
        for (slot, state) in slots.iter().zip([State::Unclaimed, State::HandedOver]) {
            let copy = secure.seen(slot).await.unwrap().copy;
            assert_eq!((copy.state, copy.store_share), (state, None));
        }
        assert_eq!(notices(&secure).await, ["told-unclaimed anna@valbois.test"]);
        secure.notarise().await.unwrap();
        let report = judged(&secure, &secure.bundle(&slots[0]).await.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
    }
}

#[tokio::test]
async fn visits_and_codes_are_forgotten_when_they_are_over() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        let scope = secure.db().operator("test");
        scope
            .write(|tx: &mut db::Tx| {
                crate::rows::insert_visit(tx, &[1; 32], "zed@else.test", "x", Timestamp(5))
            })
            .await
            .unwrap();
        secure.send_code(&slot, crate::Language::French, [192, 0, 2, 7].into()).await.unwrap();
        secure.forget_what_is_over().await.unwrap();
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_visit").await, 0);
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_code").await, 1);
        secure.world().clock.advance(DAY);
        secure.forget_what_is_over().await.unwrap();
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_code").await, 0);
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_code_asked").await, 0);
        let late = secure.visit_with_code(&slot, &Code("00000000".to_owned().into())).await;
        assert!(matches!(late, Err(SecureError::Code)));
    }
}
