//! A letter's way is told in the reader's language; only a remote server's words stay as they are.

use directory::{NewAddress, Scope};
use model::{Address, DeliveryId, MessageId, Reply};
use trail::{Event, Step};

use super::{Town, towns};

impl Town {
    /// A letter that came from `eve@far.test` for Anna, with these steps, the last `of_delivery` of them for her.
    async fn way(&self, id: i64, steps: Vec<Step>, of_delivery: usize) {
        let first = steps.len() - of_delivery;
        let event = |(number, step): (usize, Step)| Event {
            at: self.world.clock.now(),
            id: id + number as i64,
            organisation: Some(self.valbois),
            message: Some(MessageId(id)),
            delivery: (number >= first).then_some(DeliveryId(id)),
            sender: "eve@far.test".to_owned(),
            recipient: (number >= first).then(|| "anna@valbois.test".to_owned()),
            step,
        };
        let events: Vec<Event> = steps.into_iter().enumerate().map(event).collect();
        self.db
            .operator("test")
            .write(move |tx| -> Result<(), db::DbError> {
                events.iter().try_for_each(|event| trail::record(tx, event))
            })
            .await
            .unwrap();
    }
}

fn accepted() -> Step {
    Step::Accepted {
        protocol: "ESMTPS".to_owned(),
        peer_ip: Some("192.0.2.9".parse().unwrap()),
        helo: Some("mx.far.test".to_owned()),
        tls: Some("TLS 1.3".to_owned()),
        login: None,
        size_bytes: 4096,
        subject: Some("Séance".to_owned()),
        message_id: None,
    }
}

#[tokio::test]
async fn a_letters_way_is_told_in_the_readers_language() {
    for town in towns().await.into_iter().take(1) {
        let new = NewAddress {
            address: Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        town.directory.administration(Scope::Operator("test"), "test").create_address(new).await.unwrap();
        let judged = Step::Judged {
            verdict: "junk".to_owned(),
            why: "the peer may not send for far.test (SPF fail)".to_owned(),
            evidence: None,
        };
        let queued = || Step::Queued { route: "mailbox anna@valbois.test".to_owned() };
        let spam = Step::Delivered { place: "Spam".to_owned(), reply: None };
        town.way(1000, vec![accepted(), judged, queued(), spam], 2).await;
        let reply = Reply::later(451, 4, 7, "come back later");
        let deferred = Step::Deferred { reply, next_at: town.world.clock.now() };
        let complained = Step::Complained { feedback: "abuse".to_owned(), agent: "Outlook".to_owned() };
        town.way(2000, vec![accepted(), queued(), deferred, complained], 3).await;

        let mut browser = town.signed_in("valbois").await;
        for (language, says) in [
            (
                "fr",
                [
                    "de 192.0.2.9 (mx.far.test)",
                    "le serveur n’a pas le droit d’envoyer pour far.test",
                    "la boîte anna",
                ],
            ),
            (
                "de",
                [
                    "von 192.0.2.9 (mx.far.test)",
                    "der Server darf nicht für far.test senden",
                    "das Postfach anna",
                ],
            ),
            (
                "it",
                ["da 192.0.2.9 (mx.far.test)", "il server non può inviare per far.test", "la casella anna"],
            ),
            (
                "en",
                ["from 192.0.2.9 (mx.far.test)", "the server may not send for far.test", "the mailbox anna"],
            ),
        ] {
            browser.language = language;
            let way = browser.get("/manager/logs/1000").await.text;
            for words in says {
                assert!(way.contains(words), "{language} {words}: {way}");
            }
            assert!(!way.contains("words\" lang=\"en\""), "nothing here is another server's: {way}");
            let log = browser.get("/manager/logs?direction=received").await.text;
            assert!(log.contains(says[1]), "{language} {}: {log}", says[1]);
        }
        browser.language = "fr";
        let way = browser.get("/manager/logs/2000").await.text;
        assert!(way.contains("words\" lang=\"en\">451 4.4.7 come back later</p>"), "{way}");
        assert!(way.contains("prochain essai") && way.contains("Plainte d’un lecteur"), "{way}");
        assert!(way.contains("annoncé par Outlook") && !way.contains("deferred until"), "{way}");
    }
}
