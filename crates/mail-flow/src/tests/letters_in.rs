//! Letters that come in and stay here.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_from_a_stranger_reaches_the_inbox_with_its_stamps() {
    for mut town in towns(&[]).await {
        town.go();
        let text = letter("Zed <zed@else.test>", "hello");
        let id =
            town.bring(peer(), envelope("zed@else.test", &["anna+list@valbois.test"]), &text).await.unwrap();
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        let expected = format!(
            "Return-Path: <zed@else.test>\r\nDelivered-To: anna+list@valbois.test\r\n\
             Authentication-Results: mx.valbois.test;\r\n\tspf=none\r\n\t reason=\"else.test publishes no SPF \
             record\" smtp.mailfrom=else.test;\r\n\tdkim=none;\r\n\tdmarc=none header.from=else.test;\r\n\
             \tiprev=permerror policy.iprev=192.0.2.1\r\n\
             Received: from stranger.test ([192.0.2.1])\r\n\tby mx.valbois.test with ESMTP\r\n\tid {id}\r\n\
             \tfor <anna+list@valbois.test>;\r\n\tSat, 21 Nov 2026 12:00:00 +0000\r\n{text}"
        );
        assert_eq!(inbox, [expected]);
        town.queue_is_empty().await;
        let steps = town.steps("anna+list@valbois.test").await;
        assert_eq!(steps, ["accepted", "judged", "queued", "delivered"]);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_recipients_get_a_copy_each_and_no_hint_of_the_others() {
    for mut town in towns(&[]).await {
        town.go();
        let to = ["team@valbois.test", "zoe@acme.test", "anna@valbois.test", "anna@valbois.test"];
        town.bring(peer(), envelope("zed@else.test", &to), &letter("zed@else.test", "all")).await.unwrap();
        let anna = town.inbox_of("anna@valbois.test", 2).await;
        assert!(anna.iter().any(|letter| letter.contains("Delivered-To: team@valbois.test\r\n")));
        assert!(anna.iter().any(|letter| letter.contains("Delivered-To: anna@valbois.test\r\n")));
        for letter in town.inbox_of("zoe@acme.test", 1).await.iter().chain(&anna) {
            assert!(!letter.contains("\tfor <"), "{letter}");
        }
        town.inbox_of("bruno@valbois.test", 1).await;
        town.queue_is_empty().await;
        // Each organisation's trail tells of its own recipients only.
        let organisation = Some(town.organisation("zoe@acme.test").await);
        let events =
            Trail::new(town.db.clone()).search(Search { organisation, ..Search::default() }).await.unwrap();
        let recipients: Vec<_> = events.iter().filter_map(|event| event.recipient.as_deref()).collect();
        assert_eq!(recipients, ["zoe@acme.test", "zoe@acme.test"]);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_logged_in_and_from_where_is_for_the_own_organisation_to_see() {
    for mut town in towns(&[]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let to = ["zoe@acme.test", "bruno@valbois.test"];
        let text = letter("anna@valbois.test", "both");
        town.bring(anna, envelope("anna@valbois.test", &to), &text).await.unwrap();
        town.bring(peer(), envelope("zed@else.test", &to), &letter("zed@else.test", "both")).await.unwrap();
        town.queue_is_empty().await;
        // Refused: these are not her words.
        let anna = town.user("anna@valbois.test").await;
        let foreign = letter("zed@else.test", "not hers");
        town.bring(anna, envelope("anna@valbois.test", &["zoe@acme.test"]), &foreign).await.unwrap_err();
        let seen = async |whose: &str| {
            let organisation = Some(town.organisation(whose).await);
            let search = Search { organisation, ..Search::default() };
            let (mut accepted, mut refused) = (Vec::new(), Vec::new());
            for event in Trail::new(town.db.clone()).search(search).await.unwrap() {
                match event.step {
                    trail::Step::Accepted { peer_ip, helo, login, protocol, .. } => {
                        assert!(!protocol.is_empty());
                        assert_eq!(peer_ip.is_some(), helo.is_some());
                        accepted.push((event.sender, peer_ip.is_some(), login));
                    }
                    trail::Step::Refused { peer_ip, .. } => refused.push(peer_ip),
                    _ => {}
                }
            }
            accepted.sort();
            (accepted, refused)
        };
        let (ours, strangers) = ("anna@valbois.test".to_owned(), ("zed@else.test".to_owned(), true, None));
        assert_eq!(
            seen("zoe@acme.test").await,
            (vec![(ours.clone(), false, None), strangers.clone()], vec![None])
        );
        let login = Some("anna@valbois.test".to_owned());
        assert_eq!(seen("anna@valbois.test").await, (vec![(ours, true, login), strangers], Vec::new()));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_to_one_account_keep_their_order() {
    for mut town in towns(&[]).await {
        town.go();
        for number in 0..40 {
            let text = letter("zed@else.test", &format!("n{number}"));
            town.bring(peer(), envelope("zed@else.test", &["anna@valbois.test"]), &text).await.unwrap();
        }
        let inbox = town.inbox_of("anna@valbois.test", 40).await;
        for (number, letter) in inbox.iter().enumerate() {
            assert!(letter.contains(&format!("Subject: n{number}\r\n")));
        }
        town.queue_is_empty().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_are_answered_one_by_one() {
    for town in towns(&[]).await {
        let anna = town.user("anna@valbois.test").await;
        let id = town.operator.address_called(&address("bruno@valbois.test")).await.unwrap().id;
        let change = AddressChange { is_disabled: Some(true), ..AddressChange::default() };
        town.operator.change_address(id, change).await.unwrap();
        for (origin, to, expected) in [
            (&peer(), "anna@valbois.test", ""),
            (&peer(), "ANNA+x@VALBOIS.test", ""),
            (&peer(), "team@valbois.test", ""),
            (&peer(), "postmaster@valbois.test", ""),
            (&peer(), "abuse@acme.test", ""),
            (&peer(), "nobody@valbois.test", "550 5.1.1"),
            (&peer(), "bruno@valbois.test", "550 5.2.1"),
            (&peer(), "zed@else.test", "550 5.7.1"),
            (&peer(), "josé@valbois.test", "553 5.6.7"),
            (&anna, "zed@else.test", ""),
            (&anna, "nobody@acme.test", "550 5.1.1"),
            (&Origin::Ourselves, "zed@else.test", ""),
        ] {
            let recipient = Recipient { address: address(to), notify: None, original: None };
            let answer = match town.flow.recipient(origin, &recipient, false, 0).await {
                Ok(()) => String::new(),
                Err(reply) => format!("{} {}", reply.code(), reply.status()),
            };
            assert_eq!(answer, expected, "{to}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_send_in_their_own_name() {
    for town in towns(&[]).await {
        let anna = town.user("anna@valbois.test").await;
        for (from, expected) in [
            ("anna@valbois.test", true),
            ("anna+x@valbois.test", true),
            ("", true),
            ("bruno@valbois.test", false),
            ("team@valbois.test", false),
            ("zed@else.test", false),
        ] {
            assert_eq!(town.flow.sender(&anna, &envelope(from, &[]).from).await.is_ok(), expected, "{from}");
        }
        let sent = |from: &str| {
            let text = letter(from, "x");
            let (town, anna) = (&town, anna.clone());
            async move { town.bring(anna, envelope("anna@valbois.test", &["zoe@acme.test"]), &text).await }
        };
        assert!(sent("Anna <anna@valbois.test>").await.is_ok());
        assert_eq!(sent("Bruno <bruno@valbois.test>").await.unwrap_err().status(), "5.7.1");
        assert_eq!(sent("anna@valbois.test, zed@else.test").await.unwrap_err().status(), "5.7.1");
        assert_eq!(sent("").await.unwrap_err().status(), "5.7.1");
        assert!(town.steps("zoe@acme.test").await.contains(&"refused"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn submissions_get_the_fields_that_they_lack() {
    for mut town in towns(&[]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let text = "From: anna@valbois.test\r\n\r\nhello\r\n";
        let id = town.bring(anna, envelope("anna@valbois.test", &["zoe@acme.test"]), text).await.unwrap();
        let inbox = town.inbox_of("zoe@acme.test", 1).await;
        assert!(inbox[0].contains("with ESMTPA\r\n"), "{}", inbox[0]);
        assert!(inbox[0].contains(&format!("\r\nMessage-ID: <{id}@mx.valbois.test>\r\n")));
        assert!(inbox[0].contains("\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nFrom: anna"));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_was_here_before_is_refused() {
    for town in towns(&[]).await {
        let text = format!("Delivered-To: Anna@valbois.test\r\n{}", letter("zed@else.test", "again"));
        let to_anna = || envelope("zed@else.test", &["anna@valbois.test"]);
        assert_eq!(town.bring(peer(), to_anna(), &text).await.unwrap_err().status(), "5.4.6");
        // To somebody else it may go, and a user may send on what lies in the mailbox.
        town.bring(peer(), envelope("zed@else.test", &["zoe@acme.test"]), &text).await.unwrap();
        let text = text.replace("From: zed@else.test", "From: anna@valbois.test");
        let anna = town.user("anna@valbois.test").await;
        town.bring(anna, envelope("anna@valbois.test", &["anna@valbois.test"]), &text).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_mailbox_takes_letters_again_when_there_is_room() {
    for mut town in towns(&[]).await {
        town.go();
        let text = letter("zed@else.test", "big");
        town.change_quota("anna@valbois.test", Some(1 << 20)).await;
        let big = format!("{text}{}", "0123456789\r\n".repeat(100_000));
        town.bring(peer(), envelope("zed@else.test", &["anna@valbois.test", "zoe@acme.test"]), &big)
            .await
            .unwrap();
        let waiting = town.waiting(1).await;
        assert_eq!(waiting.last_reply.unwrap().status(), "4.2.2");
        town.inbox_of("zoe@acme.test", 1).await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        town.change_quota("anna@valbois.test", None).await;
        town.world.clock.advance(6 * MINUTE);
        town.inbox_of("anna@valbois.test", 1).await;
        town.queue_is_empty().await;
        // And at RCPT, once it is full.
        town.change_quota("anna@valbois.test", Some(1 << 20)).await;
        let recipient = Recipient { address: address("anna@valbois.test"), notify: None, original: None };
        let ask =
            async |declared_bytes| town.flow.recipient(&peer(), &recipient, false, declared_bytes).await;
        let reply = ask(0).await.unwrap_err();
        assert_eq!((reply.code(), reply.status().as_str()), (452, "4.2.2"));
        // Or when what SIZE declares has no room, although others have.
        town.change_quota("anna@valbois.test", Some(10 << 20)).await;
        assert_eq!(ask(9 << 20).await.unwrap_err().status(), "4.2.2");
        assert_eq!((ask(0).await, ask(1000).await), (Ok(()), Ok(())));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aliases_that_lead_nowhere_are_refused_or_reported() {
    for mut town in towns(&[]).await {
        town.go();
        for (alias, target) in [("a@valbois.test", "b@valbois.test"), ("b@valbois.test", "a@valbois.test")] {
            let new =
                NewAddress { address: address(alias), alias_to: vec![address(target)], quota_bytes: None };
            // The directory may refuse what is not there yet, or a circle; then there is nothing to test.
            if town.operator.create_address(new).await.is_err() {
                return;
            }
        }
        let reply = town
            .bring(peer(), envelope("zed@else.test", &["a@valbois.test"]), &letter("zed@else.test", "x"))
            .await
            .unwrap_err();
        assert_eq!(reply.status(), "5.4.6");
        let both = envelope("anna@valbois.test", &["a@valbois.test", "zoe@acme.test"]);
        let anna = town.user("anna@valbois.test").await;
        town.bring(anna, both, &letter("anna@valbois.test", "x")).await.unwrap();
        town.inbox_of("zoe@acme.test", 1).await;
        let report = town.inbox_of("anna@valbois.test", 1).await;
        assert!(report[0].contains("Status: 5.4.6\r\n"), "{}", report[0]);
        town.stop().await;
    }
}
