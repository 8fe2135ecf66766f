//! A letter's way through the portal: brought, shown whose, opened; and its ends.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mail_secure::{Mode, State};
use wire_safe::{Envelope, MailShare, StoreShare};

use super::portals;

const LETTER: &str = "From: anna@valbois.test\r\nSubject: Bonjour\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p>secret words</p><script>alert(1)</script><img src=\"https://evil.test/pixel\">";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_the_code_gets_what_opens_the_letter_in_the_browser() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        assert!(place.starts_with("/safe/o/") && !place.contains('#') && !place.contains(&sent.share));
        let page = browser.get(&place).await.text;
        assert!(page.contains("z…@else.test") && !page.contains("zed@else.test"), "{page}");
        assert!(page.contains("Anna Muster") && page.contains("Bonjour"), "{page}");
        browser.enter(&place).await;
        let cookie = browser.cookie.clone();
        assert!(cookie.starts_with("__Host-relais-safe="), "{cookie}");
        let answer = browser.post(&format!("{place}/share"), &[]).await;
        let share = serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["share"]
            .as_str()
            .unwrap()
            .to_owned();
        let octets = browser.get(&format!("{place}/envelope")).await.bytes;
        assert_eq!(octets, sent.envelope);
        let platform = portal.secure.platform().await.unwrap();
        let genuine = Envelope::parse(&octets).unwrap().verify(&platform.envelope_keys).unwrap();
        let store = StoreShare::new(URL_SAFE_NO_PAD.decode(share).unwrap().try_into().unwrap());
        let mail = MailShare::from_base64url(&sent.share).unwrap();
        let letter = genuine.open(&mail, &store, None).unwrap();
        assert!(String::from_utf8_lossy(&letter).contains("secret words"));
        assert_eq!(portal.secure.seen(&sent.slot).await.unwrap().copy.opened_at, None);
        assert_eq!(browser.post(&format!("{place}/opened"), &[]).await.status, StatusCode::NO_CONTENT);
        assert_eq!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::HandedOver);
        // The same browser needs no second code for the same address.
        let second = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let place = browser.arrive(&second).await;
        assert!(browser.get(&place).await.text.contains("id=\"opening\""));
        browser.post(&format!("{place}/leave"), &[]).await;
        assert!(browser.get(&place).await.text.contains("/code\""));
        browser.cookie = cookie;
        assert!(browser.get(&place).await.text.contains("/code\""), "a visit that ended opens nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_the_share_stands_in_forms_only_and_the_letter_is_shown_harmless() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let mut browser = portal.browser();
        let encoded = STANDARD.encode(&sent.envelope);
        let page = browser.bring(&[("a", sent.share.as_bytes()), ("envelope", encoded.as_bytes())]).await;
        assert_eq!(page.status, StatusCode::OK);
        let hidden = format!("<input type=\"hidden\" name=\"a\" value=\"{}\">", sent.share);
        assert!(page.text.contains(&hidden), "{}", page.text);
        let place = page.text.split("action=\"").nth(1).unwrap().split("/code\"").next().unwrap().to_owned();
        let asked = browser.post(&format!("{place}/code"), &[("a", &sent.share)]).await;
        assert!(asked.text.contains(&hidden) && asked.text.contains("name=\"code\""), "{}", asked.text);
        let code = portal.code().await;
        let entered = browser.post(&format!("{place}/enter"), &[("a", &sent.share), ("code", &code)]).await;
        assert_eq!(entered.status, StatusCode::OK);
        for answer in [&page, &asked, &entered] {
            let everything: String = answer.headers.iter().map(|(_, value)| format!("{value:?}")).collect();
            assert!(!everything.contains(&sent.share), "no header has it: {everything}");
            let elsewhere = answer.text.replace(&hidden, "");
            assert!(!elsewhere.contains(&sent.share), "nothing but the forms has it: {elsewhere}");
        }
        let other = MailShare::new([9; 32]).to_base64url();
        let refused = browser.post(&format!("{place}/read"), &[("a", &other)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_ne!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::HandedOver);
        let read = browser.post(&format!("{place}/read"), &[("a", &sent.share)]).await;
        assert!(
            read.text.contains("secret words") && read.text.contains("sandbox=\"allow-popups"),
            "{}",
            read.text
        );
        assert!(!read.text.contains("alert(1)") && !read.text.contains("evil.test"), "{}", read.text);
        assert_eq!(portal.secure.seen(&sent.slot).await.unwrap().copy.state, State::HandedOver);
        let file = browser.post(&format!("{place}/download"), &[("a", &sent.share)]).await;
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert!(file.text.contains("Subject: Bonjour"));
        // Nothing of the share lies in the database.
        for table in ["SELECT id FROM secure_parked", "SELECT canonical || authentication FROM secure_visit"]
        {
            let rows: Vec<String> = portal
                .db
                .operator("test")
                .read(move |tx| tx.query(table, &[], |row| Ok(row.text(0)?.to_owned())))
                .await
                .unwrap();
            assert!(!rows.is_empty() && rows.iter().all(|row| !row.contains(&sent.share)), "{rows:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ended_says_so_plainly_and_gives_nothing() {
    for portal in portals().await {
        let sent = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        browser.enter(&place).await;
        let letter = portal.secure.seen(&sent.slot).await.unwrap().letter.id;
        portal.secure.withdraw(portal.organisation, letter, None, "").await.unwrap();
        let page = browser.get(&place).await;
        assert!(page.text.contains("a retiré ce message"), "{}", page.text);
        for what in ["share", "read"] {
            let answer = browser.post(&format!("{place}/{what}"), &[("a", &sent.share)]).await;
            assert_eq!(answer.status, StatusCode::GONE, "{what}");
        }
        // Brought again, its page says the same.
        let again = browser.arrive(&sent).await;
        assert_eq!(again, format!("/safe/m/{}", sent.slot));
        assert!(browser.get(&again).await.text.contains("a retiré ce message"));
        // Whoever read it finds it erased.
        let erased = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let place = browser.arrive(&erased).await;
        let read = browser.post(&format!("{place}/read"), &[("a", &erased.share)]).await;
        assert!(read.text.contains("secret words"), "{}", read.text);
        let letter = portal.secure.seen(&erased.slot).await.unwrap().letter.id;
        let scope = directory::Scope::Operator("test");
        let who = portal.directory.administration(scope, "boss@valbois.test").actor();
        portal.secure.erase_for(who, portal.organisation, letter, None, "").await.unwrap();
        let again = browser.arrive(&erased).await;
        for (place, tag) in [(&place, "fr"), (&again, "fr"), (&again, "de"), (&again, "it"), (&again, "en")] {
            let page = browser.get(&format!("{place}?lang={tag}")).await.text;
            let wanted = match tag {
                "de" => "hat diese Nachricht gelöscht",
                "it" => "ha cancellato questo messaggio",
                "en" => "The sender erased this message",
                _ => "a effacé ce message",
            };
            assert!(page.contains(wanted) && page.contains("<time datetime=\"2026-"), "{tag}: {page}");
        }
        for what in ["share", "read", "download"] {
            let answer = browser.post(&format!("{place}/{what}"), &[("a", &erased.share)]).await;
            assert_eq!(answer.status, StatusCode::GONE, "{what}");
            assert!(!answer.text.contains("secret words"), "{what}");
        }
        let journal = browser.get(&format!("/safe/journal/{}?lang=fr", erased.slot)).await.text;
        assert!(journal.contains("effacée par l’expéditeur"), "{journal}");
        // An envelope is not kept here for ever.
        let other = portal.send(Mode::Confidential, "zed@else.test", LETTER).await;
        let place = browser.arrive(&other).await;
        portal.world.clock.advance(mail_secure::limits::PARKED_FOR + std::time::Duration::from_secs(1));
        assert_eq!(browser.get(&place).await.status, StatusCode::GONE);
    }
}
