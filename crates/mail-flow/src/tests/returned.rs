//! What comes back of letters that bring an envelope, after a server had taken them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_secure::State;

use super::secured::{Carrier, carrier, letters_of, send};
use super::*;

/// A report of the stranger's server about `recipient`.
pub(super) fn report(recipient: &str, status: &str, words: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@else.test\r\nTo: you\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"=b\"\r\n\r\n\
         --=b\r\n\r\nSorry.\r\n--=b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.else.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\n\
         Status: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n\
         --=b\r\nContent-Type: message/rfc822\r\n\r\n{returned}\r\n--=b--\r\n"
    )
}

/// The return path of a letter that the stranger took.
pub(super) fn path_of(heard: &mail_deliver::testing::Heard) -> String {
    heard.from.trim_start_matches('<').split('>').next().unwrap().to_owned()
}

/// A letter that the stranger took: its return path, its copy, and the letter.
async fn sent(town: &Town, stranger: &Stranger, subject: &str) -> (String, wire_safe::Slot, String) {
    let before = stranger.heard().len();
    send(town, subject, &["zed@else.test"]).await.unwrap();
    letters_of(stranger, before + 1).await;
    let heard = stranger.heard().pop().unwrap();
    let path = path_of(&heard);
    let Carrier { envelope, text, .. } = carrier(&heard.body);
    let slot = town.flow.secure().slot_of(envelope).await.unwrap();
    town.queue_is_empty().await;
    (path, slot, text)
}

/// Who has shown the mailbox.
fn zed() -> mail_secure::Shown {
    mail_secure::Shown {
        canonical: "zed@else.test".to_owned(),
        authentication: "code sent to the mailbox".to_owned(),
        acting: None,
        person: None,
        is_strong: false,
        by_telephone: None,
    }
}

async fn state(town: &Town, slot: &wire_safe::Slot) -> State {
    town.flow.secure().seen(slot).await.unwrap().copy.state
}

/// The copies of which nothing arrived, as whoever administers Valbois finds them, and as they are counted.
async fn failed(town: &Town) -> Vec<wire_safe::Slot> {
    let secure = town.flow.secure();
    let all = mail_secure::Wanted { sender: None, recipient: None, before: None, limit: 1 };
    let all = secure.letters(None, all).await.unwrap();
    let organisation = all[0].letter.organisation;
    let sought = mail_secure::Sought { has_failed: true, limit: 10, ..Default::default() };
    let found = secure.overviews(organisation, sought).await.unwrap();
    let counts = secure.statistics(Some(organisation), model::Timestamp(0)).await.unwrap();
    assert_eq!(counts.iter().map(mail_secure::Count::failed).sum::<u64>(), found.len() as u64);
    found.iter().flat_map(|letter| &letter.copies).map(|copy| copy.slot).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_is_reported_later_ends_nothing_that_had_arrived_and_its_sender_hears_of_it_once() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        // Whoever has a letter could write the report: whether it is opened, or accepted in time, shows by itself.
        for (mode, alive, reported) in
            [("<im><c>", State::Notified, State::Consigned), ("<im><r>", State::Offered, State::Offered)]
        {
            let (path, slot, _) = sent(&town, &stranger, &format!("{mode} Bonjour")).await;
            assert_eq!(state(&town, &slot).await, alive);
            let elsewhere = report("zed@inner.else.test", "5.1.1", "550 5.1.1 gone", "Subject: x\r\n\r\n");
            town.bring(peer(), envelope("", &[&path]), &elsewhere).await.unwrap();
            assert_eq!(
                state(&town, &slot).await,
                alive,
                "a mailbox that somebody forwards to is another one"
            );
            let late = report("zed@else.test", "4.4.1", "still trying", "").replace("failed", "delayed");
            town.bring(peer(), envelope("", &[&path]), &late).await.unwrap();
            assert_eq!(state(&town, &slot).await, alive, "it still may arrive");
            let gone = report("Zed@ELSE.test", "5.1.1", "550 5.1.1 no such mailbox", "Subject: x\r\n\r\n");
            town.bring(peer(), envelope("", &[&path.to_uppercase()]), &gone).await.unwrap();
            let copy = town.flow.secure().seen(&slot).await.unwrap().copy;
            assert_eq!((copy.state, copy.store_share.is_some()), (reported, true));
            // Whoever administers is shown it, though its state is that of one that arrived.
            assert_eq!(failed(&town).await, [slot]);
            // The same once more changes nothing.
            for _ in 0..3 {
                town.bring(peer(), envelope("", &[&path]), &gone).await.unwrap();
            }
            assert_eq!(town.flow.secure().seen(&slot).await.unwrap().copy.sequence, copy.sequence);
            town.flow.secure().notarise().await.unwrap();
            let bundle = town.flow.secure().bundle(&slot).await.unwrap();
            let last = bundle.letters[0].statements.last().unwrap().sealed.evidence().clone();
            assert_eq!(last.event, mail_secure::Event::ConsignmentNotificationFailure);
            assert!(last.reasons[0].detail.contains("no such mailbox"), "{:?}", last.reasons);
            if reported == State::Consigned {
                town.flow.secure().release(&slot, &zed()).await.unwrap();
                town.flow.secure().note_opened(&slot, &zed(), false).await.unwrap();
                assert_eq!(state(&town, &slot).await, State::HandedOver, "it was there");
                assert_eq!(failed(&town).await, [], "and the report was none");
            }
        }
        town.flow.secure().notarise().await.unwrap();
        while town.flow.post_notices().await.unwrap() > 0 {}
        town.queue_is_empty().await;
        let told = town.inbox("anna@valbois.test").await;
        let about = told.iter().filter(|letter| letter.contains("Auto-Submitted: auto-generated")).count();
        assert_eq!(about, 3, "twice what was reported, and a receipt of the registered one: {told:#?}");
        town.world.clock.advance(8 * 24 * HOUR);
        assert_eq!(town.flow.secure().expire().await.unwrap(), 1, "the registered one ends by its time");
        assert_eq!(letters_out::live_blobs(&town).await, 0, "nothing that came back lies on a disk");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_filter_throws_back_later_goes_once_more_by_a_link() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let (path, slot, text) = sent(&town, &stranger, "<im><c> Bonjour").await;
        let (_, _, other) = sent(&town, &stranger, "<im><c> Autre").await;
        let before = stranger.heard().len();
        // Another letter of ours in it proves nothing about this one.
        let blocked = "554 5.7.1 HTML attachments are not allowed";
        town.bring(peer(), envelope("", &[&path]), &report("zed@else.test", "5.7.1", blocked, &text))
            .await
            .unwrap();
        letters_of(&stranger, before + 1).await;
        let linked = stranger.heard().pop().unwrap();
        let told = linked.body.clone();
        assert!(!told.contains("Relais.html"), "{told}");
        assert_ne!(path_of(&linked), path, "the second letter has a return path of its own");
        assert_eq!(state(&town, &slot).await, State::Notified);
        // Servers say it twice where the answer was lost, and others to do harm.
        let sequence = async || town.flow.secure().seen(&slot).await.unwrap().copy.sequence;
        town.queue_is_empty().await;
        let stated = sequence().await;
        for _ in 0..3 {
            let again = report("zed@else.test", "5.7.1", blocked, &text);
            town.bring(peer(), envelope("", &[&path]), &again).await.unwrap();
        }
        town.queue_is_empty().await;
        assert_eq!((stranger.heard().len(), sequence().await), (before + 1, stated), "one second letter");
        assert!(town.flow.secure().envelope(&slot, None).await.is_ok(), "the envelope stays here now");
        // By the link it has no attachment any more: refused again, nothing more goes, and its sender hears of it.
        let again = report("zed@else.test", "5.7.1", blocked, &told);
        town.bring(peer(), envelope("", &[&path_of(&linked)]), &again).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!((state(&town, &slot).await, stranger.heard().len()), (State::Consigned, before + 1));
        while town.flow.post_notices().await.unwrap() > 0 {}
        town.queue_is_empty().await;
        let heard = town.inbox("anna@valbois.test").await;
        assert_eq!(heard.len(), 1, "{heard:#?}");
        assert!(heard[0].contains("Auto-Submitted: auto-generated\r\n"), "{}", heard[0]);
        let said = heard[0].split("base64\r\n\r\n").nth(1).unwrap().replace("\r\n", "");
        let said = String::from_utf8(STANDARD.decode(said).unwrap()).unwrap();
        assert!(
            said.contains("zed@else.test") && said.contains("HTML attachments are not allowed"),
            "{said}"
        );
        let (path, slot, _) = sent(&town, &stranger, "<im><c> Encore").await;
        let foreign = report("zed@else.test", "5.7.1", blocked, &other);
        town.bring(peer(), envelope("", &[&path]), &foreign).await.unwrap();
        assert_eq!(state(&town, &slot).await, State::Consigned, "the envelope of another copy is none of it");
        assert!(town.flow.secure().envelope(&slot, None).await.is_err(), "nothing is kept");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_sent_neither_with_a_share_that_opens_nothing_nor_after_the_handover() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let blocked = "554 5.7.1 HTML attachments are not allowed";
        let (path, slot, text) = sent(&town, &stranger, "<im><c> Bonjour").await;
        let before = stranger.heard().len();
        let share = carrier(&text).share;
        let other =
            if share.starts_with('A') { share.replacen('A', "B", 1) } else { format!("A{}", &share[1..]) };
        let forged = report("zed@else.test", "5.7.1", blocked, &text.replace(&share, &other));
        town.bring(peer(), envelope("", &[&path]), &forged).await.unwrap();
        assert_eq!(state(&town, &slot).await, State::Consigned);
        let (path, slot, text) = sent(&town, &stranger, "<im><c> Encore").await;
        let who = zed();
        town.flow.secure().release(&slot, &who).await.unwrap();
        town.flow.secure().note_opened(&slot, &who, false).await.unwrap();
        let late = report("zed@else.test", "5.7.1", blocked, &text);
        town.bring(peer(), envelope("", &[&path]), &late).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(state(&town, &slot).await, State::HandedOver);
        assert!(town.flow.secure().envelope(&slot, None).await.is_err(), "nothing is kept");
        assert_eq!(stranger.heard().len(), before + 1, "no second letter of either");
        // No server tries for so long: what is reported then nobody believes.
        let (path, slot, _) = sent(&town, &stranger, "<im><c> Tard").await;
        town.world.clock.advance(11 * 24 * HOUR);
        let gone = report("zed@else.test", "5.1.1", "550 5.1.1 no such mailbox", "Subject: x\r\n\r\n");
        town.bring(peer(), envelope("", &[&path]), &gone).await.unwrap();
        assert_eq!(state(&town, &slot).await, State::Notified);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_by_a_standing_instruction_is_read_by_the_link_after_its_attachment_was_blocked() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let strong = mail_secure::Shown {
            canonical: address("zed@else.test").canonical(),
            authentication: "password and one-time code".to_owned(),
            acting: None,
            person: None,
            is_strong: true,
            by_telephone: None,
        };
        let secure = town.flow.secure();
        secure.consent(&strong, mail_secure::Language::French).await.unwrap();
        let (path, slot, text) = sent(&town, &stranger, "<im><r> Bonjour").await;
        secure.accept(&slot, &strong).await.unwrap();
        let before = stranger.heard().len();
        let blocked = report("zed@else.test", "5.7.1", "554 5.7.1 no HTML attachments", &text);
        town.bring(peer(), envelope("", &[&path]), &blocked).await.unwrap();
        letters_of(&stranger, before + 1).await;
        assert_eq!(state(&town, &slot).await, State::Notified);
        let kept = secure.envelope(&slot, None).await.unwrap();
        assert_eq!(kept, carrier(&text).envelope, "it is where the link leads");
        secure.release(&slot, &strong).await.unwrap();
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_true_return_paths_take_reports_and_nothing_else() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let (path, slot, _) = sent(&town, &stranger, "<im><c> Bonjour").await;
        let gone = report("zed@else.test", "5.1.1", "550 5.1.1 no such mailbox", "");
        let digit = if path.contains("-0") { "-1" } else { "-0" };
        let hash = path.rsplit_once('-').unwrap().1;
        let forged = path.replace(&format!("-{hash}"), &format!("{digit}{}", &hash[1..]));
        let nobody = format!("returned-{}-0-{hash}", "0".repeat(32));
        let other_leg = path.replace(&format!("-0-{hash}"), &format!("-1-{hash}"));
        assert_ne!(other_leg, path);
        for (from, to, text, wanted) in [
            ("", vec![forged.as_str()], gone.as_str(), 550),
            ("", vec![nobody.as_str()], gone.as_str(), 550),
            ("", vec![other_leg.as_str()], gone.as_str(), 550),
            ("eve@else.test", vec![path.as_str()], gone.as_str(), 550),
            ("", vec![path.as_str(), "anna@valbois.test"], gone.as_str(), 554),
            ("", vec![path.as_str()], "Subject: out of office\r\n\r\nback on Monday\r\n", 550),
        ] {
            let refused = town.bring(peer(), envelope(from, &to), text).await.unwrap_err();
            assert_eq!(refused.code(), wanted, "{from} {to:?}: {refused}");
        }
        assert_eq!(state(&town, &slot).await, State::Notified);
        assert!(town.inbox("anna@valbois.test").await.is_empty());
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_reports_is_asked_for_the_whole_of_what_brings_an_envelope() {
    let stranger = Stranger::new().await.offers(&["DSN"]);
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        sent(&town, &stranger, "<im><c> Bonjour").await;
        let heard = stranger.heard().pop().unwrap();
        assert!(heard.from.contains("RET=FULL"), "{}", heard.from);
        assert!(
            heard.to[0].contains("NOTIFY=FAILURE") && heard.to[0].contains("ORCPT=rfc822;"),
            "{:?}",
            heard.to
        );
        town.stop().await;
    }
}
