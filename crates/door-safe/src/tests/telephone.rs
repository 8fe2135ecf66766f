//! Letters whose code goes to a telephone that the sender named.

use axum::http::StatusCode;
use mail_secure::{Mode, State};

use super::portals;

const LETTER: &str = "From: anna@valbois.test\r\nTo: zed@else.test\r\nX-Relais-Phone: +41 79 123 45 67\r\n\
    Subject: Salaire\r\n\r\nsecret words\r\n";
const PLAIN: &str = "From: anna@valbois.test\r\nTo: zed@else.test\r\nSubject: Bonjour\r\n\r\nother words\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_the_telephones_ending_only_and_its_code_opens_this_letter_and_nothing_else() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let plain = portal.send(Mode::Confidential, "zed@else.test", PLAIN).await;
        // Whoever has shown the mailbox has nothing for this letter.
        let mut browser = portal.browser();
        let place = browser.arrive(&plain).await;
        browser.enter(&place).await;
        assert!(browser.get(&place).await.text.contains("id=\"opening\""));
        let place = browser.arrive(&sent).await;
        let page = browser.get(&place).await;
        assert!(page.text.contains("téléphone …67"), "{}", page.text);
        for hidden in ["4567", "123 45", "+41", "zed@else.test", "id=\"opening\""] {
            assert!(!page.text.contains(hidden), "{hidden}: {}", page.text);
        }
        for act in ["share", "opened"] {
            assert_eq!(
                browser.post(&format!("{place}/{act}"), &[]).await.status,
                StatusCode::FORBIDDEN,
                "{act}"
            );
        }
        let path = format!("/safe/journal/{}", sent.slot);
        assert_eq!(browser.get(&path).await.status, StatusCode::OK);
        let evidence = browser.get(&format!("{path}/evidence")).await;
        assert_eq!(evidence.status, StatusCode::NOT_FOUND, "it names the letter's parts: {}", evidence.text);
        // The code comes there, and not by mail.
        let asked = browser.post(&format!("{place}/code"), &[]).await;
        assert_eq!(asked.header("location"), format!("{place}?step=code"));
        let page = browser.get(&format!("{place}?step=code")).await;
        assert!(
            page.text.contains("reçu par SMS") && page.text.contains("téléphone …\u{2060}67"),
            "{}",
            page.text
        );
        assert!(portal.secure.due_notices().await.unwrap().is_empty());
        let message = portal.secure.due_short_messages().await.unwrap().pop().unwrap();
        assert_eq!(message.to.number(), "+41791234567");
        let wrong = browser.post(&format!("{place}/enter"), &[("code", "00000000")]).await;
        assert_eq!(wrong.header("location"), format!("{place}?step=wrong"));
        browser.post(&format!("{place}/enter"), &[("code", &message.text[..8])]).await;
        assert!(browser.get(&place).await.text.contains("id=\"opening\""));
        // It has shown no mailbox: not for another letter, not for the journal, not for an account.
        let other = browser.arrive(&plain).await;
        assert!(browser.get(&other).await.text.contains("/code\""));
        assert_eq!(browser.post(&format!("{other}/share"), &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.get("/safe/journal").await.status, StatusCode::FORBIDDEN);
        let registered = portal.send(Mode::Registered, "zed@else.test", PLAIN).await;
        let offered = browser.arrive(&registered).await;
        assert!(!browser.get(&offered).await.text.contains("/safe/join"), "no account is opened by it");
        assert_eq!(browser.post(&format!("{place}/share"), &[]).await.status, StatusCode::OK);
        assert_eq!(browser.post(&format!("{place}/opened"), &[]).await.status, StatusCode::NO_CONTENT);
        assert_eq!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::HandedOver);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_of_the_mailbox_needs_the_code_of_the_telephone_as_well() {
    for portal in portals().await {
        let letter = LETTER.replace("zed@else.test", "bruno@valbois.test");
        let sent = portal.send(Mode::Confidential, "bruno@valbois.test", &letter).await;
        let mut browser = portal.account("bruno@valbois.test", true).await;
        let place = browser.arrive(&sent).await;
        let page = browser.get(&place).await.text;
        assert!(
            page.contains("/code\"") && page.contains("…67") && !page.contains("id=\"opening\""),
            "{page}"
        );
        assert_eq!(browser.post(&format!("{place}/share"), &[]).await.status, StatusCode::FORBIDDEN);
        browser.post(&format!("{place}/code"), &[]).await;
        let message = portal.secure.due_short_messages().await.unwrap().pop().unwrap();
        browser.post(&format!("{place}/enter"), &[("code", &message.text[..8])]).await;
        assert_eq!(browser.post(&format!("{place}/share"), &[]).await.status, StatusCode::OK);
    }
}
