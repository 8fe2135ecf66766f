//! What time and choices do to letters: reminders, standing instructions, ends.

use std::time::Duration;

use evidence::{Event, Verdict};
use model::{DeliveryId, OrganisationId, Timestamp, UserId};
use wire_safe::Slot;

use super::lab::{account, address, count, judged, platforms, send, send_with, strong, tamper};
use crate::{Carriage, Choices, Code, Heard, Leg, Mode, Secure, SecureError, Shown, State};

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
        let zed = account(&secure, "zed@else.test").await.person.unwrap();
        secure.choose(&address("zed@else.test"), zed, choices).await.unwrap();
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
async fn what_somebody_chose_ends_with_their_account() {
    for secure in platforms() {
        let zed = account(&secure, "zed@else.test").await.person.unwrap();
        let language = Some(crate::Language::Italian);
        let choices = Choices { blocks_registered: true, language, ..Choices::default() };
        secure.choose(&address("zed@else.test"), zed, choices.clone()).await.unwrap();
        assert_eq!(secure.choices_of(&address("zed@else.test"), zed).await.unwrap(), choices);
        let sent = async || {
            tamper(&secure, "DELETE FROM secure_notice").await;
            let slot = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await[0];
            secure.seen(&slot).await.unwrap().copy.state
        };
        assert_eq!(sent().await, State::Blocked);
        // The account ends: nobody has said anything, whether or not somebody comes after them.
        tamper(&secure, "UPDATE person SET login = 'gone@else.test' WHERE login = 'zed@else.test'").await;
        assert_eq!(sent().await, State::Offered);
        let successor = account(&secure, "zed@else.test").await.person.unwrap();
        assert_eq!(sent().await, State::Offered);
        let theirs = secure.choices_of(&address("zed@else.test"), successor).await.unwrap();
        assert_eq!(theirs, Choices::default());
        secure.choose(&address("zed@else.test"), successor, choices).await.unwrap();
        assert_eq!(sent().await, State::Blocked);
    }
}

#[tokio::test]
async fn a_standing_instruction_accepts_when_the_letter_has_arrived() {
    for secure in platforms() {
        let choices = Choices { accepts_registered: true, ..Choices::default() };
        let zed = account(&secure, "zed@else.test").await;
        let person = zed.person.unwrap();
        secure.choose(&address("zed@else.test"), person, choices.clone()).await.unwrap();
        // Nobody has agreed to anything: an instruction alone accepts nothing.
        let early = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await;
        arrive(&secure, &early[0]).await;
        assert_eq!(secure.seen(&early[0]).await.unwrap().copy.state, State::Offered);
        tamper(&secure, "DELETE FROM secure_notice").await;
        secure.consent(&zed, crate::Language::French).await.unwrap();
        secure.choose(&address("zed@else.test"), person, choices).await.unwrap();
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
    carried(secure, slot, Carriage::Arrived).await;
}

async fn carried(secure: &Secure, slot: &Slot, carriage: Carriage) {
    let (carried, slot) = (secure.clone(), slot.0);
    let scope = secure.db().operator("test");
    let brought = DeliveryId(carried.world().new_id());
    let leg = Leg { slot: Slot(slot), number: 0, delivery: brought, address: address("zed@else.test") };
    scope
        .write(move |tx: &mut db::Tx| {
            carried.note_legs(tx, OrganisationId(1), std::slice::from_ref(&leg))?;
            carried.note_carried(tx, slot, Heard::Queue(brought), &carriage)
        })
        .await
        .unwrap();
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
async fn a_key_that_was_given_out_is_not_taken_back_and_nobody_says_it_was_never_used() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Confidential, &["zed@else.test", "yan@else.test"]).await;
        let zed = strong("zed@else.test");
        secure.release(&slots[0], &zed).await.unwrap();
        let seen = secure.seen(&slots[0]).await.unwrap();
        let released = seen.copy.released.clone().unwrap();
        assert_eq!((released.at, released.to.as_str()), (secure.now(), "password and one-time code"));
        assert!(!seen.copy.can_be_withdrawn(Mode::Confidential));
        secure.world().clock.advance(DAY);
        secure.release(&slots[0], &zed).await.unwrap();
        assert_eq!(
            secure.seen(&slots[0]).await.unwrap().copy.released,
            Some(released),
            "the first time counts"
        );

        // The sender takes back what nobody has, and only that.
        let (organisation, letter) = (seen.letter.organisation, seen.letter.id);
        let back = secure.withdraw(organisation, letter, None, "").await.unwrap();
        assert_eq!(back.iter().map(|copy| copy.slot).collect::<Vec<_>>(), [slots[1]]);
        let refused = secure.withdraw(organisation, letter, Some(slots[0]), "").await;
        assert!(matches!(refused, Err(SecureError::Illegal(_))), "{refused:?}");
        // Nor does a late report end it.
        carried(&secure, &slots[0], Carriage::Failed("550 no such mailbox".to_owned())).await;
        assert_eq!(secure.seen(&slots[0]).await.unwrap().copy.state, State::Notified);

        secure.world().clock.advance(366 * DAY);
        let late = secure.note_opened(&slots[0], &zed, false).await;
        assert!(matches!(late, Err(SecureError::Ended)), "{late:?}");
        tamper(&secure, "DELETE FROM secure_notice").await;
        assert_eq!(secure.end_unopened().await.unwrap(), 1);
        assert_eq!(notices(&secure).await, ["told-unconfirmed anna@valbois.test"]);
        let told = secure.due_notices().await.unwrap().remove(0).bytes;
        let structure = wire_mime::Structure::parse(&told);
        let part = &structure.parts()[0];
        let text = part.encoding.decode(&told[part.body.clone()]).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("21.11.2026 13:00"), "when the key was given out: {text}");
        let bundle = secure.bundle(&slots[0]).await.unwrap();
        let last = bundle.letters[0].statements.last().unwrap().sealed.evidence().clone();
        assert_eq!(last.event, Event::ContentHandoverFailure);
        let why = &last.reasons[0].detail;
        assert!(why.starts_with("the key was given out on 2026-11-21T12:00:00Z (password"), "{why}");
    }
}

#[tokio::test]
async fn whoever_confirms_has_the_letter_and_whoever_has_it_is_given_the_key_again() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        let zed = strong("zed@else.test");
        secure.release(&slot, &zed).await.unwrap();
        secure.note_opened(&slot, &zed, false).await.unwrap();
        secure.release(&slot, &zed).await.unwrap();
        secure.world().clock.advance(366 * DAY);
        assert_eq!(secure.end_unopened().await.unwrap(), 1);
        let copy = secure.seen(&slot).await.unwrap().copy;
        assert_eq!((copy.state, copy.store_share), (State::HandedOver, None));
        assert!(notices(&secure).await.is_empty());
    }
}

#[tokio::test]
async fn one_row_that_cannot_be_read_stops_nothing() {
    for secure in platforms() {
        let (mut offered, mut notified) = (Vec::new(), Vec::new());
        for to in ["zed@else.test", "yan@else.test"] {
            offered.extend(send(&secure, Mode::Registered, &[to]).await);
            notified.extend(send(&secure, Mode::Confidential, &[to]).await);
        }
        // The oldest of each kind, which every list begins with.
        let damaged = tamper(
            &secure,
            "UPDATE secure_letter SET salt = subject WHERE id IN (SELECT MIN(id) FROM secure_letter GROUP BY mode)",
        );
        assert_eq!(damaged.await, 2);
        secure.world().clock.advance(3 * DAY);
        assert_eq!(secure.remind().await.unwrap(), 1);
        secure.world().clock.advance(9 * DAY);
        assert_eq!(secure.expire().await.unwrap(), 1);
        secure.world().clock.advance(366 * DAY);
        assert_eq!(secure.end_unopened().await.unwrap(), 1);
        let states =
            count(&secure, "SELECT COUNT(*) FROM secure_recipient WHERE state IN ('expired', 'unclaimed')");
        assert_eq!(states.await, 2);
        // A notice to nobody waits, the others leave.
        secure.notarise().await.unwrap();
        let all = count(&secure, "SELECT COUNT(*) FROM secure_notice").await;
        tamper(&secure, "UPDATE secure_notice SET recipient = '@' WHERE kind = 'reminder'").await;
        let told = secure.due_notices().await.unwrap();
        // One waits for its address, and two for letters that cannot be read.
        assert!(!told.is_empty() && (told.len() as i64) < all, "{} of {all}", told.len());
        assert!(told.iter().all(|told| told.recipient == address("anna@valbois.test")));
    }
}

#[tokio::test]
async fn all_whose_time_is_over_end_in_one_run() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Registered, &["zed@else.test"]).await[0];
        let scope = secure.db().operator("test");
        // More than a chore lists at once, and all of one moment.
        scope
            .write(move |tx: &mut db::Tx| {
                for number in 0..2 * crate::limits::CHORE_LIMIT {
                    tx.execute(
                        "INSERT INTO secure_recipient (slot, letter, organisation, address, canonical, way, state,
                             not_after, submitted_at, deadline, reminders, sequence, last_statement, passphrase,
                             is_named, last_at)
                         SELECT ?2, letter, organisation, address, canonical, way, state, not_after, submitted_at,
                             deadline, reminders, sequence, last_statement, passphrase, is_named, last_at
                         FROM secure_recipient WHERE slot = ?1",
                        db::values![&slot.to_string(), &format!("{number:032x}")],
                    )?;
                }
                Ok::<_, SecureError>(())
            })
            .await
            .unwrap();
        secure.world().clock.advance(9 * DAY);
        let all = usize::try_from(2 * crate::limits::CHORE_LIMIT + 1).unwrap();
        assert_eq!(secure.expire().await.unwrap(), all);
        assert_eq!(secure.expire().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_letter_that_arrives_when_its_time_is_over_is_not_accepted_by_instruction() {
    for secure in platforms() {
        let zed = account(&secure, "zed@else.test").await;
        secure.consent(&zed, crate::Language::French).await.unwrap();
        let choices = Choices { accepts_registered: true, ..Choices::default() };
        secure.choose(&address("zed@else.test"), zed.person.unwrap(), choices).await.unwrap();
        let slot = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await[0];
        secure.world().clock.advance(9 * DAY);
        carried(&secure, &slot, Carriage::Arrived).await;
        assert_eq!(secure.seen(&slot).await.unwrap().copy.state, State::Offered);
        assert_eq!(secure.expire().await.unwrap(), 1);
        secure.notarise().await.unwrap();
        let bundle = secure.bundle(&slot).await.unwrap();
        let report = judged(&secure, &bundle).await;
        assert_eq!(report.verdict, Verdict::Proven, "{:#?}", report.claims);
        let mut statements = bundle.letters[0].statements.iter().map(|one| one.sealed.evidence());
        assert_eq!(statements.find_map(|one| one.deadline), secure.seen(&slot).await.unwrap().copy.deadline);
    }
}

#[tokio::test]
async fn visits_and_codes_are_forgotten_when_they_are_over() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        let scope = secure.db().operator("test");
        scope
            .write(|tx: &mut db::Tx| {
                crate::rows::insert_visit(tx, &[1; 32], "zed@else.test", "x", Timestamp(5), None)
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
