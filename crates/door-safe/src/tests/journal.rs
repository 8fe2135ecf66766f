//! The journal: who sees what, receipts and evidence from it, taking back, the file.

use axum::http::StatusCode;
use evidence::{Document, Keys, Verdict, verify_files};
use mail_secure::{Mode, State};

use super::portals;

fn letter(subject: &str) -> String {
    format!(
        "From: anna@valbois.test\r\nTo: bruno@valbois.test\r\nSubject: {subject}\r\n\r\nwords of {subject}\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_they_have_shown_enough_for() {
    for portal in portals().await {
        let confidential = portal.send(Mode::Confidential, "bruno@valbois.test", &letter("Alpha")).await;
        let registered = portal.send(Mode::Registered, "bruno@valbois.test", &letter("Beta")).await;
        portal.send(Mode::Confidential, "eve@else.test", &letter("Gamma")).await;
        let nobody = portal.browser().get("/safe/journal").await;
        assert_eq!(nobody.status, StatusCode::FORBIDDEN);
        assert!(nobody.text.contains("/safe/sign-in?next=%2Fsafe%2Fjournal"), "{}", nobody.text);

        let mut zed = portal.browser();
        let place = zed.arrive(&confidential).await;
        zed.enter(&place).await;
        let page = zed.get("/safe/journal").await.text;
        assert!(page.contains("Alpha") && !page.contains("Beta") && !page.contains("Gamma"), "{page}");
        assert_eq!(
            zed.get(&format!("/safe/journal/{}", registered.slot)).await.status,
            StatusCode::NOT_FOUND
        );

        let mut weak = portal.account("bruno@valbois.test", false).await;
        let page = weak.get("/safe/journal").await.text;
        assert!(
            page.contains("Alpha") && !page.contains("Beta") && page.contains("pas de deuxième facteur"),
            "{page}"
        );
        let mut anna = portal.account("anna@valbois.test", false).await;
        let page = anna.get("/safe/journal").await.text;
        assert!(["Alpha", "Beta", "Gamma"].iter().all(|subject| page.contains(subject)), "{page}");
        assert!(page.contains("Attend l’acceptation"), "{page}");

        for (query, found) in [
            ("words=BETA", vec!["Beta"]),
            ("words=eve%40", vec!["Gamma"]),
            ("mode=registered", vec!["Beta"]),
            ("state=offered", vec!["Beta"]),
            ("direction=received", vec![]),
            ("direction=sent&words=alp", vec!["Alpha"]),
            ("from=2026-11-22", vec![]),
            ("until=2026-11-20", vec![]),
            ("from=2026-11-21&until=2026-11-21", vec!["Alpha", "Beta", "Gamma"]),
            ("from=nonsense&mode=nonsense&after=nonsense", vec!["Alpha", "Beta", "Gamma"]),
        ] {
            let page = anna.get(&format!("/safe/journal?{query}")).await.text;
            let table = page.split("<tbody>").nth(1).unwrap_or_default();
            let seen: Vec<&str> =
                ["Alpha", "Beta", "Gamma"].into_iter().filter(|one| table.contains(one)).collect();
            assert_eq!(seen, found, "{query}");
        }
        let hostile = anna.get("/safe/journal?words=%22%3E%3Cscript%3E&state=%22%3E%3Cscript%3E").await.text;
        assert!(!hostile.contains("<script>") && hostile.contains("&lt;script"), "{hostile}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_and_evidence_of_the_journal_verify_with_the_published_keys() {
    for portal in portals().await {
        let text = letter("Beta");
        let sent = portal.send(Mode::Registered, "bruno@valbois.test", &text).await;
        let mut zed = portal.account("bruno@valbois.test", true).await;
        let mut anna = portal.account("anna@valbois.test", false).await;
        let page = format!("/safe/journal/{}", sent.slot);
        let early = anna.get(&format!("{page}/receipt/SubmissionAcceptance")).await;
        assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE, "its time-stamp is missing");
        assert_eq!(
            zed.get(&format!("{page}/evidence")).await.status,
            StatusCode::NOT_FOUND,
            "it names the parts"
        );
        let place = zed.arrive(&sent).await;
        zed.post(&format!("{place}/consent"), &[]).await;
        zed.post(&format!("{place}/accept"), &[]).await;
        zed.post(&format!("{place}/opened"), &[]).await;
        portal.secure.notarise().await.unwrap();
        let seen = anna.get(&page).await.text;
        for words in [
            "Accepté par le destinataire",
            "Remis au destinataire",
            "registre public",
            "compte de la plateforme avec un deuxième facteur",
        ] {
            assert!(seen.contains(words), "{words}: {seen}");
        }
        assert!(seen.contains("receipt/ConsignmentAcceptance") && !seen.contains("/withdraw"), "{seen}");
        let acceptance = anna.get(&format!("{page}/receipt/ConsignmentAcceptance")).await;
        assert_eq!(acceptance.header("content-type"), "application/pdf");
        assert!(acceptance.header("content-disposition").starts_with("attachment"));
        let bundle = zed.get(&format!("{page}/evidence")).await;
        assert_eq!(
            zed.get(&format!("{page}/receipt/SubmissionAcceptance")).await.status,
            StatusCode::NOT_FOUND
        );
        let keys = Keys::parse(&anna.get("/safe/keys.json").await.bytes).unwrap();
        let files = [
            Document { name: "receipt.pdf", bytes: &acceptance.bytes },
            Document { name: "evidence.json", bytes: &bundle.bytes },
            Document { name: "letter.eml", bytes: text.as_bytes() },
        ];
        for one in verify_files(&files, &keys, None).unwrap() {
            assert_eq!(one.report.verdict, Verdict::Proven, "{}", one.report);
        }
        for event in ["ConsignmentRejection", "RelayFailure", "nonsense"] {
            let answer = anna.get(&format!("{page}/receipt/{event}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{event}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_taken_back_by_its_sender_until_it_is_accepted_and_only_after_a_question() {
    for portal in portals().await {
        let all =
            portal.send_to(Mode::Registered, &["yan@else.test", "bruno@valbois.test"], &letter("Beta")).await;
        let single = portal.send(Mode::Confidential, "bruno@valbois.test", &letter("Alpha")).await;
        let mut anna = portal.account("anna@valbois.test", false).await;
        let mut zed = portal.account("bruno@valbois.test", true).await;
        let withdraw = |slot: wire_safe::Slot| format!("/safe/journal/{slot}/withdraw");
        assert_eq!(zed.post(&withdraw(all[1].slot), &[("sure", "yes")]).await.status, StatusCode::NOT_FOUND);
        let asked = anna.post(&withdraw(all[0].slot), &[]).await;
        assert!(
            asked.text.contains("Retirer cette lettre") && asked.text.contains("tous les 2 destinataires"),
            "{}",
            asked.text
        );
        let state = async |slot| portal.secure.seen(slot).await.unwrap().copy.state;
        assert_eq!(state(&all[0].slot).await, State::Offered);
        let done = anna.post(&withdraw(all[0].slot), &[("sure", "yes"), ("reason", "mistake <b>")]).await;
        assert!(
            done.text.contains("La lettre est retirée") && done.text.contains("mistake &lt;b&gt;"),
            "{}",
            done.text
        );
        assert_eq!(
            (state(&all[0].slot).await, state(&all[1].slot).await),
            (State::Withdrawn, State::Offered)
        );
        let place = zed.arrive(&all[1]).await;
        zed.post(&format!("{place}/consent"), &[]).await;
        zed.post(&format!("{place}/accept"), &[]).await;
        let late = anna.post(&withdraw(all[1].slot), &[("sure", "yes")]).await;
        assert_eq!((late.status, state(&all[1].slot).await), (StatusCode::CONFLICT, State::Consigned));
        anna.post(&withdraw(single.slot), &[("sure", "yes"), ("all", "yes")]).await;
        assert_eq!(state(&single.slot).await, State::Withdrawn);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_goes_on_page_by_page_and_is_saved_whole() {
    for portal in portals().await.into_iter().take(1) {
        for number in 0..crate::limits::JOURNAL_PAGE + 2 {
            portal.world.clock.advance(std::time::Duration::from_secs(1));
            portal.send(Mode::Confidential, "bruno@valbois.test", &letter(&format!("=n{number:03}"))).await;
        }
        let mut anna = portal.account("anna@valbois.test", false).await;
        let first = anna.get("/safe/journal?words=n").await.text;
        assert!(first.contains("=n051") && !first.contains("=n001"), "{first}");
        let next = first
            .split("/safe/journal?words=n&amp;after=")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let second = anna.get(&format!("/safe/journal?words=n&after={next}")).await.text;
        assert!(
            second.contains("=n001") && second.contains("=n000") && !second.contains("=n002"),
            "{second}"
        );
        assert!(!second.contains("after="), "there is no third page");
        let file = anna.get("/safe/journal/export.csv").await;
        assert_eq!(file.text.lines().count(), crate::limits::JOURNAL_PAGE + 3);
        assert!(file.text.contains(",'=n000,"), "no spreadsheet computes it: {}", file.text);
        let some = anna.get("/safe/journal/export.csv?words=n05").await;
        assert_eq!(some.text.lines().count(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_to_the_mailbox_alone_takes_nothing_back() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", &letter("Alpha")).await;
        let received = portal.send(Mode::Personal, "anna@valbois.test", &letter("Beta")).await;
        let mut reader = portal.browser();
        let place = reader.arrive(&received).await;
        reader.enter(&place).await;
        let page = format!("/safe/journal/{}", sent.slot);
        let seen = reader.get(&page).await;
        assert_eq!(seen.status, StatusCode::OK, "the letter is the mailbox's own: {}", seen.text);
        assert!(!seen.text.contains("/withdraw"), "{}", seen.text);
        let refused = reader.post(&format!("{page}/withdraw"), &[("sure", "yes")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_ne!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::Withdrawn);
        let mut anna = portal.account("anna@valbois.test", false).await;
        assert!(anna.get(&page).await.text.contains("/withdraw"));
        anna.post(&format!("{page}/withdraw"), &[("sure", "yes")]).await;
        assert_eq!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::Withdrawn);
    }
}
