//! The journal of a person, and answers: who finds what, how far a search goes, whom one may write to.

use db::Tx;
use model::Timestamp;
use wire_safe::Slot;

use super::lab::{LETTER, address, count, engines, platform, platforms, send, send_letter, settings, strong};
use crate::{
    Event, Mode, Own, Owner, Place, Profile, Reach, Searched, Secure, SecureError, Shown, State, limits,
};

fn owner(text: &str, reach: Reach) -> Owner {
    Owner { canonical: text.to_owned(), reach }
}

async fn found(secure: &Secure, owner: &Owner, searched: Searched) -> Vec<(bool, String)> {
    let page = secure.own_letters(owner, &searched, 100).await.unwrap();
    assert!(page.next.is_none() && !page.is_cut);
    page.letters.iter().map(|own| (own.is_sent, own.other(secure, crate::Language::French))).collect()
}

fn tick(secure: &Secure) {
    secure.world().clock.advance(std::time::Duration::from_secs(1));
}

#[tokio::test]
async fn people_find_what_they_sent_and_received_as_far_as_they_have_shown_who_they_are() {
    for secure in platforms() {
        let first = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        tick(&secure);
        let between = secure.now();
        send(&secure, Mode::Confidential, &["zed@else.test"]).await;
        tick(&secure);
        send(&secure, Mode::Personal, &["anna@valbois.test"]).await;
        let all = Searched::default;
        let anna = owner("anna@valbois.test", Reach::SecondFactor);
        let to = |text: &str| (true, text.to_owned());
        let sent = [to("anna@valbois.test"), to("zed@else.test"), to("zed@else.test")];
        assert_eq!(
            found(&secure, &anna, all()).await,
            sent,
            "the newest first, and what one sent oneself once"
        );
        assert_eq!(found(&secure, &owner("anna@valbois.test", Reach::Account), all()).await.len(), 3);
        assert_eq!(found(&secure, &owner("anna@valbois.test", Reach::Mailbox), all()).await, sent[1..2]);
        let by = || (false, "anna@valbois.test".to_owned());
        assert_eq!(found(&secure, &owner("zed@else.test", Reach::SecondFactor), all()).await, [by(), by()]);
        for reach in [Reach::Mailbox, Reach::Account] {
            let zed = owner("zed@else.test", reach);
            assert_eq!(found(&secure, &zed, all()).await, [by()]);
            let asked = Searched { mode: Some(Mode::Registered), ..all() };
            assert_eq!(found(&secure, &zed, asked).await, []);
            assert!(matches!(secure.own_letter(&zed, &first[0]).await, Err(SecureError::NotFound)));
        }
        assert_eq!(found(&secure, &owner("yan@else.test", Reach::SecondFactor), all()).await, []);
        for (searched, wanted) in [
            (Searched { words: "DÉCIS".to_owned(), ..all() }, 3),
            (Searched { words: "zed@".to_owned(), ..all() }, 2),
            (Searched { words: "nothing".to_owned(), ..all() }, 0),
            (Searched { is_sent: Some(false), ..all() }, 0),
            (Searched { mode: Some(Mode::Registered), ..all() }, 1),
            (Searched { state: Some(State::Offered), ..all() }, 1),
            (Searched { from: Some(between), ..all() }, 2),
            (Searched { until: Some(between), ..all() }, 1),
        ] {
            assert_eq!(found(&secure, &anna, searched.clone()).await.len(), wanted, "{searched:?}");
        }
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let page = secure.own_letters(&anna, &Searched { after, ..all() }, 1).await.unwrap();
            seen.extend(page.letters.iter().map(Own::place));
            after = page.next.map(|next| Place::parse(&next.to_string()).unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 3);
        assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
        for bad in ["", "1", "-", "x-00", "1-0"] {
            assert_eq!(Place::parse(bad), None);
        }
    }
}

#[tokio::test]
async fn a_search_reads_only_so_much_at_once_and_goes_on() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0].to_string();
        let scope = secure.db().operator("test");
        scope
            .write(move |tx: &mut Tx| {
                for number in 0..limits::SEARCHED_LIMIT {
                    let copy = Slot((number as u128).to_be_bytes()).to_string();
                    let to = if number == 0 { "needle@else.test" } else { "zed@else.test" };
                    tx.execute(
                        "INSERT INTO secure_recipient (slot, letter, organisation, address, canonical, way, state,
                             not_after, submitted_at, reminders, sequence, last_statement, is_named, passphrase, last_at)
                         SELECT ?2, letter, organisation, ?3, ?3, way, state, not_after, submitted_at, reminders,
                             sequence, last_statement, is_named, passphrase, last_at FROM secure_recipient WHERE slot = ?1",
                        db::values![&slot, &copy, to],
                    )?;
                }
                Ok::<_, SecureError>(())
            })
            .await
            .unwrap();
        let anna = owner("anna@valbois.test", Reach::Account);
        let searched = Searched { words: "needle".to_owned(), ..Searched::default() };
        let page = secure.own_letters(&anna, &searched, 50).await.unwrap();
        assert!(page.letters.is_empty() && page.is_cut);
        let page = secure.own_letters(&anna, &Searched { after: page.next, ..searched }, 50).await.unwrap();
        assert_eq!((page.letters.len(), page.is_cut), (1, false));
    }
}

#[tokio::test]
async fn whoever_may_not_know_the_sender_yet_does_not_find_them_in_the_journal() {
    for db in engines() {
        let mut french = settings();
        french.follow(Profile::France);
        let secure = platform(db, world::World::testing(), french);
        let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        let zed = owner("zed@else.test", Reach::SecondFactor);
        let by_sender = || Searched { words: "anna".to_owned(), ..Searched::default() };
        assert_eq!(found(&secure, &zed, by_sender()).await, []);
        let own = secure.own_letter(&zed, &slots[0]).await.unwrap();
        assert!(
            !own.other(&secure, crate::Language::English).contains('@') && !own.csv(&secure).contains("anna")
        );
        assert!(!own.may_have_receipt(&secure, Event::ConsignmentRejection));
        secure.accept(&slots[0], &strong("zed@else.test")).await.unwrap();
        assert_eq!(found(&secure, &zed, by_sender()).await, [(false, "anna@valbois.test".to_owned())]);
    }
}

#[tokio::test]
async fn whoever_has_an_address_after_somebody_else_sees_nothing_of_their_letters() {
    for secure in platforms() {
        let before = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        secure.world().clock.advance(std::time::Duration::from_secs(60));
        let (scope, now) = (secure.db().operator("test"), secure.now());
        let ended = "INSERT INTO past_login (login, ended_at) VALUES (?2, ?1), (?3, ?1)";
        scope
            .write(move |tx: &mut Tx| {
                tx.execute(ended, db::values![now, "zed@else.test", "anna@valbois.test"])
            })
            .await
            .unwrap();
        secure.world().clock.advance(std::time::Duration::from_secs(60));
        let after = send(&secure, Mode::Confidential, &["zed@else.test"]).await[0];
        for who in ["zed@else.test", "anna@valbois.test"] {
            let owner = owner(who, Reach::SecondFactor);
            let page = secure.own_letters(&owner, &Searched::default(), 10).await.unwrap();
            assert_eq!(page.letters.iter().map(|own| own.copy.slot).collect::<Vec<_>>(), [after], "{who}");
            let older = Searched { from: Some(Timestamp(0)), ..Searched::default() };
            assert_eq!(secure.own_letters(&owner, &older, 10).await.unwrap().letters.len(), 1, "{who}");
            secure.own_letter(&owner, &after).await.unwrap();
            assert!(matches!(secure.own_letter(&owner, &before).await, Err(SecureError::NotFound)), "{who}");
        }
    }
}

#[tokio::test]
async fn what_happened_is_told_with_its_reason_and_its_proof() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        secure.notarise().await.unwrap();
        secure.refuse(&slots[0], &strong("zed@else.test"), "not for me").await.unwrap();
        let own = secure.own_letter(&owner("anna@valbois.test", Reach::Account), &slots[0]).await.unwrap();
        let events = secure.own_events(&own).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!((last.event, last.reason.as_deref()), (Event::ConsignmentRejection, Some("not for me")));
        assert!(
            last.authentication.as_deref().is_some_and(|how| how.starts_with("password and one-time code"))
        );
        assert_eq!((last.log_index, last.stamped_at), (None, None));
        assert_eq!(events[0].log_index, Some(0));
        assert!(events[0].stamped_at.is_some_and(|at| at >= Timestamp(events[0].at.0 - 1000)));
        assert!(!own.can_be_withdrawn() && own.may_have_evidence());
        let zed = secure.own_letter(&owner("zed@else.test", Reach::SecondFactor), &slots[0]).await.unwrap();
        assert!(!zed.may_have_evidence() && !zed.may_have_receipt(&secure, Event::SubmissionAcceptance));
        assert!(zed.may_have_receipt(&secure, Event::ConsignmentRejection));
        assert!(matches!(secure.withdraw_own(&zed, true, "").await, Err(SecureError::NotFound)));
    }
}

#[tokio::test]
async fn whoever_opened_a_letter_may_answer_its_sender_and_those_whom_it_names() {
    let text = LETTER
        .replace("To: zed@else.test", "To: Zed <ZED@else.test>, x: yan@else.test;\r\nCc: gone@else.test");
    for secure in platforms() {
        let to = ["zed@else.test", "yan@else.test", "gone@else.test", "blind@else.test"];
        let slots = send_letter(&secure, Mode::Confidential, &to, &text, None).await.unwrap();
        assert_eq!(count(&secure, "SELECT COUNT(*) FROM secure_recipient WHERE is_named = 1").await, 3);
        let zed = Shown { is_strong: false, ..strong("zed@else.test") };
        assert!(matches!(secure.answerable(&slots[0], &zed).await, Err(SecureError::Illegal(_))));
        assert!(matches!(secure.would_answer(&slots[1], &zed).await, Err(SecureError::Proof)));
        secure.note_opened(&slots[0], &zed, false).await.unwrap();
        let others = secure.answerable(&slots[0], &zed).await.unwrap().others;
        assert_eq!(others, [address("gone@else.test"), address("yan@else.test")]);
        let blind = Shown { is_strong: false, ..strong("blind@else.test") };
        assert_eq!(
            secure.would_answer(&slots[3], &blind).await.unwrap().others.len(),
            3,
            "they see what is named"
        );
        secure.world().clock.advance(limits::OPEN_FOR);
        assert!(matches!(secure.answerable(&slots[0], &zed).await, Err(SecureError::Ended)));
    }
}

#[tokio::test]
async fn answers_are_counted_by_letter_and_by_day() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Confidential, &["anna@valbois.test"]).await;
        let other = send(&secure, Mode::Confidential, &["anna@valbois.test"]).await;
        let anna = strong("anna@valbois.test");
        secure.note_opened(&slots[0], &anna, false).await.unwrap();
        secure.note_opened(&other[0], &anna, false).await.unwrap();
        let answer = async |slot: Slot| {
            send_letter(&secure, Mode::Confidential, &["zed@else.test"], LETTER, Some(slot)).await
        };
        for _ in 0..limits::ANSWERS_PER_COPY_LIMIT {
            answer(slots[0]).await.unwrap();
        }
        assert!(matches!(secure.answerable(&slots[0], &anna).await, Err(SecureError::TooOften)));
        assert!(matches!(answer(slots[0]).await, Err(SecureError::TooOften)), "asked again in the commit");
        secure.answerable(&other[0], &anna).await.unwrap();
        let scope = secure.db().operator("test");
        // As many more by another letter as a day has room for.
        scope
            .write(move |tx: &mut Tx| {
                for number in 0..limits::ANSWERS_PER_DAY_LIMIT - limits::ANSWERS_PER_COPY_LIMIT {
                    tx.execute(
                        "INSERT INTO secure_letter (id, organisation, public_id, mode, sender, sender_name, authentication,
                             message_id, subject, content, salt, size_bytes, submitted_at, digests, answers)
                         SELECT ?2, organisation, ?3, mode, sender, sender_name, authentication, message_id, subject,
                             content, salt, size_bytes, submitted_at, digests, 'other'
                         FROM secure_letter WHERE answers = ?1 ORDER BY id LIMIT 1",
                        db::values![&slots[0].to_string(), number + 1, &format!("{number:032x}")],
                    )?;
                }
                Ok::<_, SecureError>(())
            })
            .await
            .unwrap();
        assert!(matches!(secure.answerable(&other[0], &anna).await, Err(SecureError::TooOften)));
        secure.world().clock.advance(limits::ANSWERS_COUNTED_FOR + std::time::Duration::from_secs(1));
        secure.answerable(&other[0], &anna).await.unwrap();
    }
}
