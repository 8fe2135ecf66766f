//! Letters of strangers are checked, and what was found is told: to the reader, to the sender, to the trail.

use super::*;

fn from_ip(ip: [u8; 4]) -> Origin {
    Origin::Peer(Session { ip: IpAddr::from(ip), ..session() })
}

async fn words(town: &Town, to: &str) -> Vec<String> {
    let search = Search { to: Some(address(to)), ..Search::default() };
    let ways = Trail::new(town.db.clone()).ways(search).await.unwrap();
    ways.iter().flat_map(|way| way.events.iter()).map(|event| event.step.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_fails_spf_goes_to_spam_and_the_trail_says_why() {
    for mut town in towns(&[]).await {
        town.go();
        let text = letter("zed@strict.test", "x");
        let envelope = || envelope("zed@strict.test", &["anna@valbois.test"]);
        town.bring(peer(), envelope(), &text).await.unwrap();
        town.bring(from_ip([192, 0, 2, 9]), envelope(), &text).await.unwrap();
        town.queue_is_empty().await;
        let (junk, inbox) =
            (town.folder("anna@valbois.test", Role::Junk).await, town.inbox("anna@valbois.test").await);
        assert!(junk.len() == 1 && junk[0].contains("spf=fail"), "{junk:?}");
        assert!(inbox.len() == 1 && inbox[0].contains("spf=pass"), "{inbox:?}");
        let words = words(&town, "anna@valbois.test").await;
        let expected = "judged: junk, because the peer may not send for strict.test (SPF fail); SPF fail (strict.test: -all)";
        assert!(words.iter().any(|line| line.starts_with(expected)), "{words:#?}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_dmarc_rejects_is_refused_in_session_and_noted_with_its_evidence() {
    for town in towns(&[]).await {
        let envelope = |from: &str| envelope(from, &["anna@valbois.test"]);
        for (from, author, status) in [
            ("zed@else.test", "zed@reject.test", "550 5.7.1"),
            ("zed@later.test", "zed@else.test", "451 4.4.3"),
            ("zed@nomail.test", "zed@else.test", "550 5.7.27"),
        ] {
            let reply = town.bring(peer(), envelope(from), &letter(author, "x")).await.unwrap_err();
            assert_eq!(format!("{} {}", reply.code(), reply.status()), status, "{reply}");
        }
        let organisation = Some(town.organisation("anna@valbois.test").await);
        let events =
            Trail::new(town.db.clone()).search(Search { organisation, ..Search::default() }).await.unwrap();
        let trail::Step::Refused { evidence: Some(evidence), .. } = &events[0].step else {
            panic!("{events:?}")
        };
        let dmarc = evidence.dmarc.as_ref().unwrap();
        assert_eq!(dmarc.disposition, trust::Disposition::Reject);
        assert_eq!(dmarc.reports_to, ["mailto:dmarc@reject.test"]);
        assert!(events[0].step.to_string().contains("DMARC fail (policy reject of reject.test)"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_do_not_write_in_our_name_but_we_do() {
    for mut town in towns(&[]).await {
        town.go();
        let (anna, text) = (town.user("anna@valbois.test").await, letter("anna@valbois.test", "x"));
        let neighbour = Origin::Peer(Session { protocol: Protocol::Lmtp, ..session() });
        for (origin, from) in [
            (peer(), "anna@valbois.test"),
            (peer(), "zed@else.test"),
            (anna, "anna@valbois.test"),
            (neighbour, "anna@valbois.test"),
        ] {
            town.bring(origin, envelope(from, &["zoe@acme.test"]), &text).await.unwrap();
        }
        town.queue_is_empty().await;
        let (junk, inbox) =
            (town.folder("zoe@acme.test", Role::Junk).await, town.inbox("zoe@acme.test").await);
        assert_eq!((junk.len(), inbox.len()), (2, 2));
        // Whom nobody checked, nobody vouches for.
        assert!(inbox.iter().all(|letter| !letter.contains("Authentication-Results")), "{inbox:?}");
        let words = words(&town, "zoe@acme.test").await;
        assert!(
            words.iter().any(|line| line.contains("a stranger claims our domain valbois.test")),
            "{words:#?}"
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_author_that_readers_might_see_and_nobody_could_check_goes_to_spam() {
    for mut town in towns(&[]).await {
        town.go();
        let hidden = [
            "From: ceo@valbois.test <>",
            "From: ceo@valbois.test <zed@else.test>",
            "From: \"ceo@valbois.test",
            "From: =?utf-8?q?ceo=40valbois.test?=",
            " From: ceo@valbois.test",
            "Sender: ceo@valbois.test",
            "Subject: x",
        ];
        for header in hidden {
            // A report is no exception.
            for sender in ["zed@else.test", ""] {
                let text = format!("{header}\r\nTo: zoe@acme.test\r\n\r\nbody\r\n");
                town.bring(peer(), envelope(sender, &["zoe@acme.test"]), &text).await.unwrap();
            }
        }
        // Whom nobody checks, nobody doubts.
        let neighbour = Origin::Peer(Session { protocol: Protocol::Lmtp, ..session() });
        let text = "Subject: x\r\n\r\nbody\r\n";
        town.bring(neighbour, envelope("zed@else.test", &["zoe@acme.test"]), text).await.unwrap();
        town.queue_is_empty().await;
        let (junk, inbox) =
            (town.folder("zoe@acme.test", Role::Junk).await, town.inbox("zoe@acme.test").await);
        assert_eq!((junk.len(), inbox.len()), (2 * hidden.len(), 1));
        assert!(junk.iter().all(|letter| letter.contains("dmarc=permerror")), "{junk:?}");
        let words = words(&town, "zoe@acme.test").await;
        for because in [
            "nobody can say who wrote it: From names ceo@valbois.test, which is no address",
            "nobody can say who wrote it: From names else.test and valbois.test",
            "nobody can say who wrote it: there is no From field",
        ] {
            let expected = format!("judged: junk, because {because}");
            assert!(words.iter().any(|line| line.starts_with(&expected)), "{expected}: {words:#?}");
        }
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_that_others_wrote_in_our_name_are_disowned_however_they_arrive() {
    for mut town in towns(&[]).await {
        town.go();
        let body = "Authentication-Results: mx.valbois.test; spf=pass\r\n".repeat(2);
        let text = format!(
            "Authentication-Results: mx.valbois.test; dmarc=pass\r\nFrom: zed@else.test\r\nAuthentication-Results:\r\n \
             MX.valbois.test; spf=pass\r\nAuthentication-Results: other.test; spf=fail\r\n\r\n{body}"
        );
        let disowned = text
            .replacen("Authentication-Results: mx", "X-thentication-Results: mx", 1)
            .replace("Authentication-Results:\r\n", "X-thentication-Results:\r\n");
        for piece in [1, 2, 7, 100, 10_000] {
            let mut incoming = town.flow.receive();
            for piece in text.as_bytes().chunks(piece) {
                incoming.write(piece).await.unwrap();
            }
            let envelope = envelope("zed@else.test", &["anna@valbois.test"]);
            town.flow.accept(Arrival { origin: peer(), envelope, body: incoming }).await.unwrap();
        }
        for letter in town.inbox_of("anna@valbois.test", 5).await {
            assert!(letter.ends_with(&disowned), "{letter}");
        }
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_letters_and_letters_without_an_end_of_their_header_arrive_whole() {
    for mut town in towns(&[]).await {
        town.go();
        let large =
            format!("From: zed@else.test\r\n\r\n{}", "0123456789abcdef line of text\r\n".repeat(20_000));
        let short = "From: zed@else.test\r\n".to_owned();
        for text in [&large, &short] {
            let mut incoming = town.flow.receive();
            for piece in text.as_bytes().chunks(60_000) {
                incoming.write(piece).await.unwrap();
            }
            let envelope = envelope("zed@else.test", &["anna@valbois.test"]);
            town.flow.accept(Arrival { origin: peer(), envelope, body: incoming }).await.unwrap();
        }
        let inbox = town.inbox_of("anna@valbois.test", 2).await;
        assert!(inbox.iter().any(|letter| letter.ends_with(&large)));
        assert!(inbox.iter().any(|letter| letter.ends_with(&short)));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_brings_an_envelope_of_another_platform_passes_lists_and_forwarding_octet_for_octet() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let forward = NewAddress {
            address: address("desk@valbois.test"),
            alias_to: vec![address("anna@valbois.test"), address("zed@else.test")],
            quota_bytes: None,
        };
        town.operator.create_address(forward).await.unwrap();
        // A signed entity: what a server touches in it breaks the signature, and a tag in the subject is not ours.
        let entity = "Content-Type: text/html; name=\"SAFE.html\"\r\nContent-Disposition: attachment;\r\n\
                      \tfilename=\"SAFE.html\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<!doctype html>  \r\n\
                      <script>open(\"https://safe.else.test/\")</script>\r\n.\u{20}\r\n";
        let body = format!(
            "--=signed\r\n{entity}\r\n--=signed\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--=signed--\r\n"
        );
        let letter = format!(
            "From: Safe <safe@strict.test>\r\nTo: desk@valbois.test\r\nSubject: <im><c> Salaire\r\n\
             Message-ID: <safe@test>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;\r\n \
             boundary=\"=signed\"\r\n\r\n{body}"
        );
        let before = stranger.heard().len();
        let from = envelope("safe@strict.test", &["desk@valbois.test"]);
        town.bring(from_ip([192, 0, 2, 9]), from, &letter).await.unwrap();
        let [arrived] = town.inbox_of("anna@valbois.test", 1).await.try_into().unwrap();
        town.queue_is_empty().await;
        let [ref forwarded] = stranger.heard()[before..] else { panic!("{:?}", stranger.heard()) };
        for text in [&arrived, &forwarded.body] {
            assert!(text.ends_with(&format!("\r\n\r\n{body}")), "what was signed is as it was: {text}");
            assert!(text.contains("Subject: <im><c> Salaire\r\n"), "a stranger's mark means nothing: {text}");
        }
        assert!(town.folder("anna@valbois.test", Role::Junk).await.is_empty());
        town.stop().await;
    }
}
