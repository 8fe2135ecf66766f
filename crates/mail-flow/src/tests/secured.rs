//! Secured letters from the sender's wish to the reader, on each engine.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use mail_deliver::testing::Stranger;
use mail_secure::{Code, SecureError, Shown, State};
use wire_safe::{Envelope as SealedEnvelope, MailShare, Slot, StoreShare};

use super::{Town, address, envelope, letter, peer, towns, until};

/// What a stranger has of a letter that came sealed.
pub(super) struct Carrier {
    pub(super) envelope: Bytes,
    pub(super) share: String,
    pub(super) text: String,
}

/// Takes the page from a letter, and the envelope and the share of the key from the page.
pub(super) fn carrier(letter: &str) -> Carrier {
    assert!(letter.is_ascii(), "a carrier is seven bits");
    let text = letter.to_owned();
    let between = |from: &str, to: &str| {
        let start = text.find(from).unwrap_or_else(|| panic!("{from} in {text}")) + from.len();
        let end = text[start..].find(to).expect("it ends") + start;
        text[start..end].to_owned()
    };
    let encoded: String =
        between("name=\"envelope\" value=\"", "\"").chars().filter(|c| !c.is_whitespace()).collect();
    Carrier {
        envelope: STANDARD.decode(encoded).expect("base64").into(),
        share: between("/safe/open#a=", "\""),
        text,
    }
}

/// The letters that a stranger was brought.
pub(super) async fn letters_of(stranger: &Stranger, count: usize) -> Vec<String> {
    until(async || {
        let heard: Vec<String> = stranger.heard().into_iter().map(|heard| heard.body).collect();
        (heard.len() >= count).then_some(heard)
    })
    .await
}

pub(super) async fn send(town: &Town, subject: &str, to: &[&str]) -> Result<model::MessageId, model::Reply> {
    let anna = town.user("anna@valbois.test").await;
    let text = letter("Anna Muster <anna@valbois.test>", subject);
    town.bring(anna, envelope("anna@valbois.test", to), &text).await
}

/// Shows a code that came by mail; gives who has shown it, the code, and the visit's token.
pub(super) async fn visit(
    town: &Town,
    stranger: &Stranger,
    slot: &Slot,
    letters: usize,
) -> (Shown, String, String) {
    let secure = town.flow.secure();
    secure.send_code(slot, mail_secure::Language::English, [192, 0, 2, 7].into()).await.unwrap();
    assert_eq!(town.flow.post_notices().await.unwrap(), 1);
    let told = letters_of(stranger, letters).await.pop().unwrap();
    let code = told.split("Subject: Your code: ").nth(1).unwrap()[..8].to_owned();
    let token = secure.visit_with_code(slot, &Code(code.clone().into())).await.unwrap();
    (secure.visit(&token).await.unwrap().unwrap(), code, token.to_string())
}

fn store_share(text: &str) -> StoreShare {
    StoreShare::new(URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tagged_letter_goes_sealed_and_is_read_by_who_has_the_mailbox() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        send(&town, "<im><c> Bonjour", &["zed@else.test"]).await.unwrap();
        let letters = letters_of(&stranger, before + 1).await;
        let Carrier { envelope, share, text } = carrier(letters.last().unwrap());
        assert!(!text.contains("body of"), "no word of it leaves in the open: {text}");
        assert!(text.contains("\r\nSubject: Bonjour (confidentiel)\r\n"), "{text}");
        assert!(text.contains("\r\nReply-To: anna@valbois.test\r\n"), "{text}");
        assert!(text.contains("\r\nTo: zed@else.test\r\n"), "{text}");
        let secure = town.flow.secure();
        let brought = secure.bring(envelope.clone()).await.unwrap();
        assert_eq!(secure.parked(&brought.parked).await.unwrap(), Some(brought.slot));
        let (who, ..) = visit(&town, &stranger, &brought.slot, before + 2).await;
        let opening = secure.release(&brought.slot, &who).await.unwrap();
        let platform = secure.platform().await.unwrap();
        let genuine = SealedEnvelope::parse(&envelope).unwrap().verify(&platform.envelope_keys).unwrap();
        let mail_share = MailShare::from_base64url(&share).unwrap();
        let opened = genuine.open(&mail_share, &store_share(&opening.store_share), None).unwrap();
        let opened = String::from_utf8(opened.to_vec()).unwrap();
        assert!(opened.contains("\r\nSubject: Bonjour\r\n"), "{opened}");
        assert!(opened.ends_with("\r\n\r\n.body of <im><c> Bonjour\r\n"), "{opened}");
        secure.note_opened(&brought.slot, &who, false).await.unwrap();
        assert_eq!(secure.seen(&brought.slot).await.unwrap().copy.state, State::HandedOver);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_holder_alone_opens_a_letter() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        send(&town, "<im><c> Secret", &["zed@else.test"]).await.unwrap();
        let letters = letters_of(&stranger, before + 1).await;
        let Carrier { envelope, share, .. } = carrier(letters.last().unwrap());
        let secure = town.flow.secure();
        let platform = secure.platform().await.unwrap();
        let genuine = || SealedEnvelope::parse(&envelope).unwrap().verify(&platform.envelope_keys).unwrap();
        let slot = genuine().header().slot;
        let share = MailShare::from_base64url(&share).unwrap();
        // The mailbox's copy alone: the envelope and the mail's share.
        assert!(genuine().open(&share, &StoreShare::new([0; 32]), None).is_err());
        // The database and the master key: the store's share, and no other. Not even with the envelope, which is not
        // there.
        let kept = secure.seen(&slot).await.unwrap().copy.store_share.unwrap();
        let context = secure.share_context(&slot).await.unwrap();
        let unwrapped = secure.vault().unwrap(&context, &kept).unwrap();
        let store = StoreShare::new(unwrapped[..].try_into().unwrap());
        assert!(genuine().open(&MailShare::new([0; 32]), &store, None).is_err());
        assert!(matches!(secure.envelope(&slot, None).await, Err(SecureError::NotFound)));
        // The database without the master key: what lies there is wrapped.
        let other = keys::Vault::with_key(&[8; 32], town.world.random.clone());
        assert!(other.unwrap(&context, &kept).is_err());
        // Both together: that is the reader.
        assert!(genuine().open(&share, &store, None).is_ok());
        town.queue_is_empty().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_secured_letter_lies_open_while_it_waits() {
    let nobody = Stranger::nobody();
    for town in towns(&[("else.test", &nobody)]).await {
        send(&town, "<im><p> Diagnosis", &["zed@else.test"]).await.unwrap();
        // Nobody works on it: the claim with which it was born runs out.
        town.world.clock.advance(2 * mail_queue::limits::LEASE);
        let waiting = town.flow.queue().claim(10).await.unwrap();
        let [delivery] = waiting.as_slice() else { panic!("{waiting:?}") };
        let stored = town.blobs.get(&delivery.message.blob).await.unwrap();
        for word in ["body of", "Diagnosis", "#a=", "anna"] {
            let is_there = stored.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!is_there, "«{word}» lies open in the queue");
        }
        assert!(delivery.message.body_key.is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_hosted_here_reads_a_confidential_letter_in_the_mailbox() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let text = "From: anna@valbois.test\r\nTo: Zoe <zoe@acme.test.incamail.ch>\r\n\
                    Subject: =?utf-8?q?Re=3A_=3Cim=3E=3Cc=3E_R=C3=A9sultat?=\r\nX-Relais-Anything: 1\r\n\
                    Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\nit is good\r\n";
        let to = envelope("anna@valbois.test", &["zoe@acme.test.incamail.ch"]);
        town.bring(anna, to, text).await.unwrap();
        let [arrived] = town.inbox_of("zoe@acme.test", 1).await.try_into().unwrap();
        assert!(arrived.contains("Delivered-To: zoe@acme.test\r\n"), "{arrived}");
        assert!(arrived.contains("\r\nTo: Zoe <zoe@acme.test>\r\n"), "{arrived}");
        assert!(arrived.contains("\r\nSubject: Re:\r\n =?utf-8?B?UsOpc3VsdGF0?=\r\n"), "{arrived}");
        assert!(arrived.contains("\r\nX-Relais-Secure: confidential\r\n"), "how it came: {arrived}");
        assert!(!arrived.contains("X-Relais-Anything"), "{arrived}");
        assert!(arrived.contains("\r\nMessage-ID: <"), "what the sender forgot is added: {arrived}");
        assert!(arrived.ends_with("\r\n\r\nit is good\r\n"), "{arrived}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_seals_a_letter_for_everybody_and_leaves_with_none() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        let anna = town.user("anna@valbois.test").await;
        let with = |said: &str| {
            let letter = letter("anna@valbois.test", "Salaire");
            format!("X-Relais-Passphrase: {said}\r\n{letter}")
        };
        // No other mark is needed, and a mailbox here gets it sealed as well.
        let to = envelope("anna@valbois.test", &["zoe@acme.test", "zed@else.test"]);
        town.bring(town.user("anna@valbois.test").await, to, &with("=?utf-8?q?Gr=C3=BCezi_4711?="))
            .await
            .unwrap();
        let [arrived] = town.inbox_of("zoe@acme.test", 1).await.try_into().unwrap();
        let left = letters_of(&stranger, before + 1).await;
        for text in [&arrived, left.last().unwrap()] {
            assert!(!text.contains("4711") && !text.contains("body of"), "{text}");
            let Carrier { envelope, .. } = carrier(text);
            let parsed = SealedEnvelope::parse(&envelope).unwrap();
            assert!(parsed.header().stretching.is_some(), "the passphrase is a part of the key");
        }
        // One that cannot be taken bounces, and is not repeated in the answer.
        let to = envelope("anna@valbois.test", &["zed@else.test"]);
        let refused = town.bring(anna, to, &with("abc")).await.unwrap_err().to_string();
        assert!(refused.contains("X-Relais-Passphrase") && !refused.contains("abc"), "{refused}");
        // Strangers set nothing: theirs is renamed, and the letter arrives as any other.
        let from = envelope("zed@else.test", &["anna@valbois.test"]);
        let text = format!("X-Relais-Passphrase: 4711\r\n{}", letter("zed@else.test", "Simple"));
        town.bring(peer(), from, &text).await.unwrap();
        let [arrived] = town.inbox_of("anna@valbois.test", 1).await.try_into().unwrap();
        assert!(
            arrived.contains("body of Simple") && !arrived.contains("\r\nX-Relais-Passphrase"),
            "{arrived}"
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_that_the_sender_named_gets_the_code_and_its_letter_goes_sealed() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        let anna = town.user("anna@valbois.test").await;
        let with = |said: &str| {
            let letter = letter("anna@valbois.test", "Salaire");
            format!("X-Relais-Phone: {said}\r\n{letter}")
        };
        // No other mark is needed. Whose telephone is named gets it sealed, also in a mailbox here; the other as it is.
        let to = envelope("anna@valbois.test", &["zoe@acme.test", "bruno@valbois.test"]);
        town.bring(anna.clone(), to, &with("zoe@acme.test +41 79 123 45 67")).await.unwrap();
        let [sealed] = town.inbox_of("zoe@acme.test", 1).await.try_into().unwrap();
        let [plain] = town.inbox_of("bruno@valbois.test", 1).await.try_into().unwrap();
        assert!(!sealed.contains("body of") && plain.contains("body of Salaire"), "{sealed}{plain}");
        let to = envelope("anna@valbois.test", &["zed@else.test"]);
        town.bring(anna.clone(), to, &with("0041791234567")).await.unwrap();
        let left = letters_of(&stranger, before + 1).await;
        for text in [&sealed, &plain, left.last().unwrap()] {
            assert!(
                !text.contains("791234567") && !text.contains("79 123"),
                "the number leaves with none: {text}"
            );
        }
        let secure = town.flow.secure();
        let Carrier { envelope: brought, .. } = carrier(left.last().unwrap());
        let slot = secure.bring(brought).await.unwrap().slot;
        secure.send_code(&slot, mail_secure::Language::French, [192, 0, 2, 7].into()).await.unwrap();
        assert_eq!(town.flow.post_notices().await.unwrap(), 0, "nothing goes to the mailbox");
        let message = secure.due_short_messages().await.unwrap().pop().unwrap();
        assert_eq!(message.to.number(), "+41791234567");
        let token = secure.visit_with_code(&slot, &Code(message.text[..8].to_owned().into())).await.unwrap();
        let who = secure.visit(&token).await.unwrap().unwrap();
        secure.release(&slot, &who).await.unwrap();
        secure.note_opened(&slot, &who, false).await.unwrap();
        assert_eq!(secure.seen(&slot).await.unwrap().copy.state, State::HandedOver);
        // What cannot be honoured bounces with its reason, without the number.
        for (said, to, wanted) in [
            ("079 987 65 43", "zed@else.test", "with its country"),
            ("yan@else.test +41791234567", "zed@else.test", "yan@else.test, who is no recipient"),
            ("+41791234567\r\nX-Relais-Secure: registered", "zed@else.test", "ask for an account"),
        ] {
            let to = envelope("anna@valbois.test", &[to]);
            let refused = town.bring(anna.clone(), to, &with(said)).await.unwrap_err().to_string();
            assert!(refused.starts_with("550") && refused.contains(wanted), "{refused}");
            assert!(!refused.contains("1234567") && !refused.contains("987 65"), "{refused}");
        }
        // Strangers name nobody's telephone: their field is renamed, and the letter arrives as any other.
        let from = envelope("zed@else.test", &["anna@valbois.test"]);
        let text = format!("X-Relais-Phone: +41791234567\r\n{}", letter("zed@else.test", "Simple"));
        town.bring(peer(), from, &text).await.unwrap();
        let [arrived] = town.inbox_of("anna@valbois.test", 1).await.try_into().unwrap();
        assert!(arrived.contains("body of Simple") && !arrived.contains("\r\nX-Relais-Phone"), "{arrived}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registered_letter_is_opened_only_once_it_is_accepted() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        send(&town, "<im><r> Décision", &["zed@else.test"]).await.unwrap();
        let letters = letters_of(&stranger, before + 1).await;
        let Carrier { envelope, .. } = carrier(letters.last().unwrap());
        let secure = town.flow.secure();
        let slot = secure.bring(envelope).await.unwrap().slot;
        let weak = Shown {
            canonical: address("zed@else.test").canonical(),
            authentication: "code".to_owned(),
            acting: None,
            person: None,
            is_strong: false,
            by_telephone: None,
        };
        let strong = Shown {
            is_strong: true,
            authentication: "password and one-time code".to_owned(),
            ..weak.clone()
        };
        assert!(matches!(secure.accept(&slot, &weak).await, Err(SecureError::Proof)));
        let other = Shown { canonical: "yan@else.test".to_owned(), ..strong.clone() };
        assert!(matches!(secure.accept(&slot, &other).await, Err(SecureError::Proof)));
        assert!(matches!(secure.accept(&slot, &strong).await, Err(SecureError::Consent)));
        secure.consent(&strong, mail_secure::Language::French).await.unwrap();
        assert!(matches!(secure.release(&slot, &strong).await, Err(SecureError::Illegal(_))));
        assert_eq!(secure.accept(&slot, &strong).await.unwrap().copy.state, State::Consigned);
        assert!(matches!(secure.refuse(&slot, &strong, "").await, Err(SecureError::Illegal(_))));
        secure.release(&slot, &strong).await.unwrap();
        let (organisation, id) =
            (town.organisation("anna@valbois.test").await, secure.seen(&slot).await.unwrap().letter.id);
        assert!(matches!(secure.withdraw(organisation, id, None, "").await, Err(SecureError::Illegal(_))));
        // The sender hears of the submission and of the acceptance as soon as receipts can be made: no earlier.
        assert_eq!(town.flow.post_notices().await.unwrap(), 0);
        secure.notarise().await.unwrap();
        assert_eq!(town.flow.post_notices().await.unwrap(), 3);
        let told = town.inbox_of("anna@valbois.test", 2).await;
        assert!(told.iter().all(|letter| letter.contains("Auto-Submitted: auto-generated")), "{told:#?}");
        assert!(told.iter().all(|letter| letter.contains("application/pdf; name=\"receipt-")), "{told:#?}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_withdrawn_or_late_is_never_opened() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let strong = Shown {
            canonical: address("zed@else.test").canonical(),
            authentication: "password and one-time code".to_owned(),
            acting: None,
            person: None,
            is_strong: true,
            by_telephone: None,
        };
        town.flow.secure().consent(&strong, mail_secure::Language::French).await.unwrap();
        for end in ["refuse", "withdraw", "expire"] {
            let before = stranger.heard().len();
            send(&town, "<im><r> Décision", &["zed@else.test"]).await.unwrap();
            let letters = letters_of(&stranger, before + 1).await;
            let Carrier { envelope, .. } = carrier(letters.last().unwrap());
            let secure = town.flow.secure();
            let slot = secure.bring(envelope.clone()).await.unwrap().slot;
            let seen = secure.seen(&slot).await.unwrap();
            match end {
                "refuse" => drop(secure.refuse(&slot, &strong, "not for me").await.unwrap()),
                "withdraw" => {
                    let foreign = town.organisation("zoe@acme.test").await;
                    let nothing = secure.withdraw(foreign, seen.letter.id, None, "").await;
                    assert!(matches!(nothing, Err(SecureError::NotFound)), "another organisation's");
                    drop(secure.withdraw(seen.letter.organisation, seen.letter.id, None, "").await.unwrap());
                }
                _ => {
                    // Noon of Saturday in UTC: the seventh day ends on Saturday at 23 hours in UTC.
                    assert_eq!(seen.copy.deadline.unwrap().rfc3339(), "2026-11-28T22:59:59Z");
                    assert_eq!(secure.expire().await.unwrap(), 0);
                    town.world.clock.advance(std::time::Duration::from_secs(8 * 86_400));
                    assert_eq!(secure.expire().await.unwrap(), 1);
                }
            }
            assert!(
                secure.seen(&slot).await.unwrap().copy.store_share.is_none(),
                "{end}: the share is destroyed"
            );
            assert!(matches!(secure.bring(envelope).await, Err(SecureError::Ended)), "{end}");
            assert!(secure.accept(&slot, &strong).await.is_err(), "{end}");
            assert!(matches!(secure.release(&slot, &strong).await, Err(SecureError::Ended)), "{end}");
        }
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_of_strangers_mean_nothing_and_bad_marks_send_nothing() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let forged = letter("Zed <zed@else.test>", "<im><r> Gewonnen");
        town.bring(peer(), envelope("zed@else.test", &["zoe@acme.test"]), &forged).await.unwrap();
        town.inbox_of("zoe@acme.test", 1).await;
        let forged = forged.replace("Subject:", "X-Relais-Secure: registered\r\nSubject:");
        town.bring(peer(), envelope("zed@else.test", &["zoe@acme.test"]), &forged).await.unwrap();
        let arrived = town.inbox_of("zoe@acme.test", 2).await.pop().unwrap();
        assert!(!arrived.contains("X-Relais-Secure"), "{arrived}");
        assert!(arrived.contains("\r\nX-Forged-Secure: registered\r\n"), "{arrived}");
        let relayed =
            town.bring(peer(), envelope("zed@else.test", &["yan@else.test.incamail.ch"]), &forged).await;
        assert_eq!(relayed.unwrap_err().code(), 550);
        for (subject, to) in [("<im><x> Nope", "zed@else.test"), ("<im><c> Nope", "zed@incamail.ch")] {
            let refused = send(&town, subject, &[to]).await.unwrap_err();
            assert!((550..=553).contains(&refused.code()), "{subject}: {refused}");
        }
        assert!(stranger.heard().iter().all(|heard| !heard.body.contains("Nope")));
        assert!(town.queue().await.is_empty());
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_for_its_attachment_goes_once_more_by_a_link() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        stranger.says_once(".", "554 5.7.1 HTML attachments are not allowed");
        send(&town, "<im><c> Bonjour", &["zed@else.test"]).await.unwrap();
        let letters = letters_of(&stranger, before + 1).await;
        let told = letters.last().unwrap();
        let body: String =
            told.split("base64\r\n\r\n").nth(1).unwrap().split("\r\n\r\n").next().unwrap().to_owned();
        let body = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        let body = String::from_utf8(body).unwrap();
        assert!(!told.contains("Relais.html"), "{told}");
        let link = body.split("https://mx.valbois.test/safe/m/").nth(1).unwrap_or_else(|| panic!("{body}"));
        let slot = Slot(mail_secure::sixteen(&link[..32]).unwrap());
        let share = MailShare::from_base64url(&link[35..78]).unwrap();
        let secure = town.flow.secure();
        let envelope = secure.envelope(&slot, None).await.unwrap();
        let (who, ..) = visit(&town, &stranger, &slot, before + 2).await;
        let opening = secure.release(&slot, &who).await.unwrap();
        let platform = secure.platform().await.unwrap();
        let genuine = SealedEnvelope::parse(&envelope).unwrap().verify(&platform.envelope_keys).unwrap();
        let opened = genuine.open(&share, &store_share(&opening.store_share), None).unwrap();
        assert!(opened.ends_with(b".body of <im><c> Bonjour\r\n"));
        // A mailbox that does not exist is another matter: the sender hears of it.
        stranger.says_once("RCPT", "550 5.1.1 no such mailbox");
        send(&town, "<im><c> Encore", &["nobody@else.test"]).await.unwrap();
        town.queue_is_empty().await;
        until(async || (town.flow.post_notices().await.unwrap() > 0).then_some(())).await;
        let [told] = town.inbox_of("anna@valbois.test", 1).await.try_into().unwrap();
        assert!(
            told.contains("Subject: Non\r\n") || told.contains("Non distribu") || told.contains("=?utf-8?"),
            "{told}"
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_named_by_the_organisation_sends_no_secured_letter_and_hears_why() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let owner = town.directory.find(&address("anna@valbois.test")).await.unwrap();
        let directory::Found::Mailbox { account, .. } = owner else { panic!("{owner:?}") };
        let only = async |sender: &str| {
            let senders = Some(Some(vec![sender.parse().unwrap()]));
            let change = directory::SettingsChange {
                secured_senders: senders,
                ..directory::SettingsChange::default()
            };
            town.operator.change_settings(account.organisation, change).await.unwrap();
        };
        only("direction@valbois.test").await;
        let before = stranger.heard().len();
        let refused = send(&town, "<im><c> Bonjour", &["zed@else.test"]).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.to_string().contains("its administrator can add you")),
            (550, true)
        );
        assert!(town.flow.secure().statistics(None, model::Timestamp(0)).await.unwrap().is_empty());
        send(&town, "Bonjour", &["zed@else.test"]).await.unwrap();
        letters_of(&stranger, before + 1).await;
        only("valbois.test").await;
        send(&town, "<im><c> Bonjour", &["zed@else.test"]).await.unwrap();
        letters_of(&stranger, before + 2).await;
        town.stop().await;
    }
}

/// What an organisation demands goes secured without a mark, by its strictest rule; whoever may not send secured letters
/// of their own accord does so here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_rule_asks_for_goes_sealed_without_a_mark() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger), ("lab.else.test", &stranger)]).await {
        town.go();
        let owner = town.directory.find(&address("anna@valbois.test")).await.unwrap();
        let directory::Found::Mailbox { account, .. } = owner else { panic!("{owner:?}") };
        let rules = [
            "personal to *@lab.else.test",
            "confidential subject Diagnose",
            "registered subject letzte mahnung",
        ];
        let change = directory::SettingsChange {
            secured_rules: Some(rules.iter().map(|rule| rule.parse().unwrap()).collect()),
            secured_senders: Some(Some(vec!["direction@valbois.test".parse().unwrap()])),
            ..directory::SettingsChange::default()
        };
        town.operator.change_settings(account.organisation, change).await.unwrap();
        let mut count = stranger.heard().len();
        for (subject, to, mode) in [
            ("Bonjour", "zed@else.test", None),
            ("Votre =?utf-8?q?d=49agnose?=", "zed@else.test", Some("confidentiel")),
            ("Letzte MAHNUNG: Diagnose", "zed@else.test", Some("recommandé")),
            ("Bonjour", "eve@lab.else.test", Some("personnel")),
        ] {
            send(&town, subject, &[to]).await.unwrap();
            count += 1;
            let letters = letters_of(&stranger, count).await;
            let text = letters.last().unwrap();
            let subject = wire_mime::Summary::of(text.as_bytes()).subject;
            match mode {
                None => assert!(text.contains("body of Bonjour"), "{text}"),
                Some(mode) => {
                    assert!(!text.contains("body of"), "{text}");
                    assert!(subject.contains(mode), "{subject}");
                }
            }
        }
        // All recipients of a letter get it in one way.
        send(&town, "Bonjour", &["zed@else.test", "eve@lab.else.test"]).await.unwrap();
        count += 2;
        let letters = letters_of(&stranger, count).await;
        assert!(letters[count - 2..].iter().all(|text| !text.contains("body of")), "{letters:?}");
        // A mark is a wish of one's own, for which one has to be named.
        let refused = send(&town, "<im><c> Bonjour", &["zed@else.test"]).await.unwrap_err();
        assert_eq!(refused.code(), 550);
        town.stop().await;
    }
}
