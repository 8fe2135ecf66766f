//! Answers: to whom they go, how they are secured, what is refused; and that the portal relays for nobody.

use axum::http::{Request, StatusCode};
use mail_judge::Scanner;
use mail_secure::{Mode, Own, Owner, Reach, Searched, State, Way};
use model::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::watch;

use super::{Answer, Browser, Portal, Sent, portals, portals_with};
use crate::limits;

const LETTER: &str = "From: Anna Muster <anna@valbois.test>\r\nTo: zed@else.test, \"Yan\" <yan@else.test>\r\n\
    Cc: bruno@valbois.test\r\nSubject: =?utf-8?Q?D=C3=A9cision?=\r\nMessage-ID: <d.1@valbois.test>\r\n\r\nfirst line\r\n> old\r\n";
/// In the order in which the letter is sent; the last one is blind.
const ALL: [&str; 4] = ["zed@else.test", "yan@else.test", "bruno@valbois.test", "blind@else.test"];
const ONCE: &str = "000102030405060708090a0b0c0d0e0f";

/// zed has opened the letter with a code; gives the page on which it is read, without script.
async fn read_by_zed<'a>(portal: &'a Portal, sent: &Sent) -> (Browser<'a>, Answer) {
    let mut zed = portal.browser();
    let place = zed.arrive(sent).await;
    zed.enter(&place).await;
    let read = zed.post(&format!("{place}/read"), &[("a", &sent.share)]).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    (zed, read)
}

fn fields<'a>(to: &'a str, text: &'a str, once: &'a str) -> Vec<(&'a str, &'a [u8])> {
    [("to", to), ("subject", "Re: Décision"), ("text", text), ("once", once)]
        .map(|(name, value)| (name, value.as_bytes()))
        .to_vec()
}

fn reply_to(sent: &Sent) -> String {
    format!("/safe/m/{}/reply", sent.slot)
}

/// What somebody has sent.
async fn sent_by(portal: &Portal, who: &str) -> Vec<Own> {
    let owner = Owner { canonical: who.to_owned(), reach: Reach::SecondFactor };
    let searched = Searched { is_sent: Some(true), ..Searched::default() };
    portal.secure.own_letters(&owner, &searched, 100).await.unwrap().letters
}

/// The letters in somebody's mailbox here, once there are so many.
async fn mailbox(portal: &Portal, who: &str, count: usize) -> Vec<String> {
    let stop = watch::Sender::new(false);
    let (flow, stopped) = (portal.flow.clone(), stop.subscribe());
    let sending = tokio::spawn(async move { flow.send_due(stopped).await });
    for _ in 0..2_000 {
        let directory::Found::Mailbox { account, .. } =
            portal.directory.find(&Address::parse(who).unwrap()).await.unwrap()
        else {
            panic!("{who} has a mailbox")
        };
        let account = portal.store.account(account);
        let folder = account.folder_of(mail_store::Role::Inbox).await.unwrap();
        let all = mail_store::UidSet::all();
        let rows = account.messages(folder.id, &all, mail_store::Columns::default()).all().await.unwrap();
        if rows.len() >= count {
            let mut letters = Vec::new();
            for row in rows {
                let bytes = account.read_letter(row.letter).await.unwrap();
                letters.push(String::from_utf8(bytes.to_vec()).unwrap());
            }
            stop.send_replace(true);
            sending.await.unwrap();
            return letters;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no {count} letters for {who}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_all_goes_to_whom_the_letter_names_and_to_no_blind_recipient() {
    for portal in portals().await {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let (mut zed, page) = read_by_zed(&portal, &all[0]).await;
        assert!(
            page.text.contains("id=\"reply-form\"") && page.text.contains("value=\"Re: Décision\""),
            "{}",
            page.text
        );
        assert!(
            page.text.contains("yan@else.test, bruno@valbois.test")
                || page.text.contains("bruno@valbois.test, yan@else.test")
        );
        assert!(!page.text.contains("blind@else.test"), "{}", page.text);
        assert!(page.text.contains("name=\"quoted\" value=\"first line"), "{}", page.text);
        assert!(!page.text.contains("name=\"mode\""), "a code is enough for confidential answers only");
        let mut form = fields("all", "Grüezi\nwohl", ONCE);
        form.extend([("quote", &b"yes"[..]), ("quoted", b"first line\r\n> old\r\n"), ("copy", b"yes")]);
        let files = [("files", "C:\\dir\\r\u{e9}sum\u{e9}.txt", &b"42"[..]), ("files", "", b"")];
        let answer = zed.post_files(&reply_to(&all[0]), &form, &files).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(
            answer.text.contains("Réponse envoyée") && answer.text.contains("anna@valbois.test, "),
            "{}",
            answer.text
        );

        let own = sent_by(&portal, "zed@else.test").await;
        let mut went: Vec<(String, Way)> =
            own.iter().map(|own| (own.copy.address.to_string(), own.copy.way)).collect();
        went.sort_by(|one, other| one.0.cmp(&other.0));
        let wanted = [
            ("anna@valbois.test", Way::Mailbox),
            ("bruno@valbois.test", Way::Mailbox),
            ("yan@else.test", Way::Sealed),
            ("zed@else.test", Way::Sealed),
        ];
        assert_eq!(went, wanted.map(|(address, way)| (address.to_owned(), way)));
        let answer = own.iter().find(|own| own.copy.address.to_string() == "anna@valbois.test").unwrap();
        assert_eq!(answer.letter.organisation.0, 0);
        assert_eq!(answer.letter.authentication, "code sent to the mailbox");
        assert_eq!(answer.letter.answers, Some(all[0].slot));
        assert_eq!(answer.letter.mode, Mode::Confidential);
        let bundle = portal.secure.bundle(&answer.copy.slot).await.unwrap().to_json().unwrap();
        let told =
            evidence::Bundle::parse(&bundle).unwrap().letters[0].statements[0].sealed.evidence().clone();
        assert_eq!(told.sender.authentication, "code sent to the mailbox");

        let letters = mailbox(&portal, "anna@valbois.test", 1).await;
        let text = &letters[0];
        for field in [
            "\r\nFrom: zed@else.test\r\n",
            "\r\nTo: \"Anna Muster\" <anna@valbois.test>\r\n",
            "\r\nIn-Reply-To: <d.1@valbois.test>\r\nReferences: <d.1@valbois.test>\r\n",
            "\r\nX-Relais-Secure: confidential\r\n",
            "filename*=UTF-8''r%C3%A9sum%C3%A9.txt",
        ] {
            assert!(text.contains(field), "{field} in {text}");
        }
        assert!(!text.contains("blind@else.test"));
        let structure = wire_mime::Structure::parse(text.as_bytes());
        let part = structure.parts().iter().find(|part| part.content_type.value == "text/plain").unwrap();
        let body = part.encoding.decode(&text.as_bytes()[part.body.clone()]).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.starts_with("Grüezi\r\nwohl\r\n\r\nAnna Muster a écrit le "), "{body}");
        assert!(body.ends_with(":\r\n> first line\r\n>> old\r\n"), "{body}");
        assert_eq!(mailbox(&portal, "bruno@valbois.test", 1).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_twice_goes_once_and_a_script_hears_it_in_a_word() {
    for portal in portals().await {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let (mut zed, _) = read_by_zed(&portal, &all[0]).await;
        for _ in 0..2 {
            let request = Request::post(reply_to(&all[0])).header("accept", "application/json");
            let answer = zed.post_files_as(request, &fields("sender", "once", ONCE), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
            let told: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
            assert_eq!(told["sent"], true);
            assert_eq!(told["words"], "Envoyé à anna@valbois.test.");
        }
        assert_eq!(sent_by(&portal, "zed@else.test").await.len(), 1);
        let request = Request::post(reply_to(&all[0])).header("accept", "application/json");
        let empty = zed.post_files_as(request, &fields("sender", " ", ONCE), &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("Écrivez quelque chose"), "{}", empty.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_relayed_for() {
    for portal in portals().await {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let path = reply_to(&all[0]);
        let form = fields("all", "words", ONCE);
        assert_eq!(portal.browser().post_files(&path, &form, &[]).await.status, StatusCode::FORBIDDEN);
        let mut zed = portal.browser();
        let place = zed.arrive(&all[0]).await;
        zed.enter(&place).await;
        assert_eq!(
            zed.post_files(&path, &form, &[]).await.status,
            StatusCode::CONFLICT,
            "it was not opened yet"
        );
        zed.post(&format!("{place}/opened"), &[]).await;
        let others = reply_to(&all[1]);
        assert_eq!(
            zed.post_files(&others, &form, &[]).await.status,
            StatusCode::FORBIDDEN,
            "the copy is yan's"
        );
        for (name, value) in
            [("recipient", "victim@far.test"), ("cc", "victim@far.test"), ("mode", "plain"), ("once", "x")]
        {
            let mut form = fields("all", "words", ONCE);
            form.push((name, value.as_bytes()));
            let answer = zed.post_files(&path, &form, &[]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {}", answer.text);
        }
        for mode in ["personal", "registered"] {
            let mut form = fields("all", "words", ONCE);
            form.push(("mode", mode.as_bytes()));
            assert_eq!(
                zed.post_files(&path, &form, &[]).await.status,
                StatusCode::FORBIDDEN,
                "{mode} needs an account"
            );
        }
        let elsewhere = Request::post(&path).header("origin", "https://evil.test");
        assert_eq!(zed.post_files_as(elsewhere, &form, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(sent_by(&portal, "zed@else.test").await.len(), 0);
        // Tags and fields within what is typed mean nothing.
        let mut form = fields("sender", "words", ONCE);
        form[1] = ("subject", b"<im><r> x\r\nBcc: victim@far.test");
        assert_eq!(zed.post_files(&path, &form, &[]).await.status, StatusCode::OK);
        let own = sent_by(&portal, "zed@else.test").await;
        assert_eq!((own.len(), own[0].letter.mode), (1, Mode::Confidential));
        let text = mailbox(&portal, "anna@valbois.test", 1).await.remove(0);
        assert!(!text.to_lowercase().contains("\r\nbcc:"), "{text}");
        // A letter that was taken back, or whose time is over, is answered no more.
        portal.world.clock.advance(mail_secure::limits::OPEN_FOR);
        let answer = zed.post_files(&path, &fields("sender", "late", &"1".repeat(32)), &[]).await;
        assert_ne!(answer.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_answers_to_a_letter_and_no_more() {
    for portal in portals().await.into_iter().take(1) {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let (mut zed, _) = read_by_zed(&portal, &all[0]).await;
        let path = reply_to(&all[0]);
        for number in 0..mail_secure::limits::ANSWERS_PER_COPY_LIMIT {
            let once = format!("{number:032x}");
            let answer = zed.post_files(&path, &fields("sender", "words", &once), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{number}: {}", answer.text);
        }
        let once = "f".repeat(32);
        let answer = zed.post_files(&path, &fields("sender", "words", &once), &[]).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let again = format!("{:032x}", 0);
        let answer = zed.post_files(&path, &fields("sender", "words", &again), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "that one went before");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_said_and_what_was_typed_stays() {
    for portal in portals().await.into_iter().take(1) {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let (mut zed, _) = read_by_zed(&portal, &all[0]).await;
        let path = reply_to(&all[0]);
        let long = vec![b'x'; limits::REPLY_FILES_BYTES + 1];
        let many = vec![("files", "a", &b"1"[..]); limits::REPLY_FILES_LIMIT + 1];
        let subject = "x".repeat(limits::REPLY_SUBJECT_CHARACTERS + 1);
        let mut subjected = fields("all", "my <b>words</b>", ONCE);
        subjected[1] = ("subject", subject.as_bytes());
        for (form, files, told) in [
            (fields("all", "my <b>words</b>", ONCE), vec![("files", "a", &long[..])], "trop grands ensemble"),
            (fields("all", "my <b>words</b>", ONCE), many, "trop de fichiers"),
            (subjected, vec![], "trop long"),
        ] {
            let answer = zed.post_files(&path, &form, &files).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
            assert!(
                answer.text.contains("my &lt;b&gt;words") && answer.text.contains(ONCE),
                "{}",
                answer.text
            );
        }
        let endless = vec![b'x'; limits::REPLY_REQUEST_BYTES + 1];
        let answer = zed.post_files(&path, &fields("all", "w", ONCE), &[("files", "a", &endless)]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(sent_by(&portal, "zed@else.test").await.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_an_account_and_a_second_factor_an_answer_may_be_registered() {
    for portal in portals().await {
        let sent = portal.send(Mode::Personal, "bruno@valbois.test", LETTER).await;
        let mut zed = portal.account("bruno@valbois.test", true).await;
        let place = zed.arrive(&sent).await;
        zed.post(&format!("{place}/consent"), &[]).await;
        let page = zed.get(&place).await;
        assert!(page.text.contains("<details id=\"answer\""), "{}", page.text);
        assert!(page.text.contains("<option value=\"registered\">"), "{}", page.text);
        zed.post(&format!("{place}/opened"), &[]).await;
        let mut form = fields("sender", "words", ONCE);
        form.extend([("mode", &b"registered"[..]), ("copy", b"yes")]);
        let answer = zed.post_files(&reply_to(&sent), &form, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let mut own = sent_by(&portal, "bruno@valbois.test").await;
        own.sort_by_key(|own| own.letter.id);
        assert_eq!((own[0].letter.mode, own[0].copy.state), (Mode::Registered, State::Offered));
        assert_eq!(own[0].letter.authentication, "account of the platform with a second factor");
        assert_eq!(
            (own[1].letter.mode, own[1].copy.address.to_string()),
            (Mode::Personal, "bruno@valbois.test".to_owned())
        );
        // The sender of a registered answer hears of it as anybody does: the receipt of submission is on its way.
        portal.secure.notarise().await.unwrap();
        let told = portal.secure.due_notices().await.unwrap();
        assert!(told.iter().any(|told| told.recipient.to_string() == "bruno@valbois.test"), "{}", told.len());
    }
}

/// A clamd that knows one thing.
fn scanner(folder: &std::path::Path) -> Scanner {
    let path = folder.join("clamd");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut letter = Vec::new();
            let mut command = [0; 10];
            stream.read_exact(&mut command).await.unwrap();
            loop {
                let size = stream.read_u32().await.unwrap() as usize;
                if size == 0 {
                    break;
                }
                let start = letter.len();
                letter.resize(start + size, 0);
                stream.read_exact(&mut letter[start..]).await.unwrap();
            }
            // base64 of the malware, as it stands in an attachment.
            let is_bad = String::from_utf8_lossy(&letter).contains("TUFMV0FSRQ==");
            let answer: &[u8] = if is_bad { b"stream: Test.Malware FOUND\0" } else { b"stream: OK\0" };
            stream.write_all(answer).await.unwrap();
        }
    });
    Scanner::Local(path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malware_in_an_answer_goes_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    for portal in portals_with(&Some(scanner(folder.path()))).await {
        let all = portal.send_to(Mode::Confidential, &ALL, LETTER).await;
        let (mut zed, _) = read_by_zed(&portal, &all[0]).await;
        let path = reply_to(&all[0]);
        let bad = [("files", "invoice.exe", &b"MALWARE"[..])];
        let answer = zed.post_files(&path, &fields("sender", "words", ONCE), &bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("Un logiciel malveillant"), "{}", answer.text);
        assert_eq!(sent_by(&portal, "zed@else.test").await.len(), 0);
        let good = [("files", "invoice.pdf", &b"harmless"[..])];
        let answer = zed.post_files(&path, &fields("sender", "words", ONCE), &good).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}
