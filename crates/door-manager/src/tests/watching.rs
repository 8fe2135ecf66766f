//! Logs, IP addresses, queue and system through the router.

use axum::http::StatusCode;
use directory::{NewIp, NewUnbanRequest, Scope};
use model::{Address, DeliveryId, MessageId, OrganisationId, Timestamp};
use trail::{Event, Step};

use super::{Town, towns};

const PAGES: [&str; 4] = ["logs", "queue", "sources", "sources/allow"];

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).expect(before).0
}

impl Town {
    /// A mailbox of an organisation.
    async fn mailbox(&self, address: &str) {
        let new = directory::NewAddress {
            address: Address::parse(address).unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        self.operator().create_address(new).await.unwrap();
    }

    fn operator(&self) -> directory::Administration {
        self.directory.administration(Scope::Operator("test"), "test")
    }

    /// A letter that came and was put into the inbox.
    pub(super) async fn letter(
        &self,
        organisation: OrganisationId,
        id: i64,
        at: Timestamp,
        to: &str,
        subject: &str,
    ) {
        let event = |number, delivery: Option<i64>, step| Event {
            at,
            id: id + number,
            organisation: Some(organisation),
            message: Some(MessageId(id)),
            delivery: delivery.map(DeliveryId),
            sender: "eve@far.test".to_owned(),
            recipient: delivery.map(|_| to.to_owned()),
            step,
        };
        let accepted = Step::Accepted {
            protocol: "ESMTPS".to_owned(),
            peer_ip: None,
            helo: None,
            tls: None,
            login: None,
            size_bytes: 4096,
            subject: Some(subject.to_owned()),
            message_id: None,
        };
        let events = [
            event(0, None, accepted),
            event(1, Some(id), Step::Queued { route: "mailbox".to_owned() }),
            event(2, Some(id), Step::Delivered { place: "INBOX".to_owned(), reply: None }),
        ];
        self.db
            .operator("test")
            .write(move |tx| -> Result<(), db::DbError> {
                events.iter().try_for_each(|event| trail::record(tx, event))
            })
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_log_shows_the_first_address_and_what_is_the_organisations_own() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        town.mailbox("boss@acme.test").await;
        let now = town.world.clock.now();
        let hour = |count: u64| now.minus(std::time::Duration::from_secs(3600 * count));
        town.letter(town.valbois, 1000, hour(1), "anna@valbois.test", "Séance <b>").await;
        town.letter(town.valbois, 3000, hour(24 * 25), "anna@valbois.test", "Trop vieux").await;
        town.letter(town.acme, 2000, hour(1), "boss@acme.test", "Secret").await;
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/logs").await;
        assert_eq!(page.status, StatusCode::OK);
        for word in
            ["Expéditeur", "Destinataire", "Sujet", "Taille", "Statut", "Réceptionnés", "Rechercher", "Livré"]
        {
            assert!(page.text.contains(word), "{word}: {}", page.text);
        }
        assert!(page.text.contains("Séance &lt;b&gt;") && page.text.contains("4,1\u{a0}ko"), "{}", page.text);
        assert!(!page.text.contains("Trop vieux"), "the 21st day is not shown");
        assert!(page.text.contains("conservés"), "and it is said that there is more");
        assert!(!page.text.contains("Secret") && !page.text.contains("acme.test"));
        let file = browser.get("/manager/logs?format=csv").await;
        assert!(
            file.text.contains("\"eve@far.test\",\"anna@valbois.test\",\"Séance <b>\",\"4096\""),
            "{}",
            file.text
        );
        let way = browser.get("/manager/logs/1000").await;
        assert!(way.text.contains("Mis en file") && way.text.contains("INBOX"), "{}", way.text);
        // Another's address, letter or service does not exist, and neither does what is out of sight.
        for path in
            ["logs?address=boss%40acme.test", "logs?address=service%3A17", "logs/2000", "logs/3000", "logs/x"]
        {
            let answer = browser.get(&format!("/manager/{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let none = browser.get("/manager/logs?direction=sent&status=bounced").await;
        assert!(none.text.contains("Aucun message sur cette période"), "{}", none.text);
    }
}

#[tokio::test]
async fn the_minutes_that_are_named_are_both_in() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        // A whole minute, some hours ago.
        let minute = town.world.clock.now().0 / 60_000 * 60_000 - 6 * 3_600_000;
        let at = |seconds: i64| Timestamp(minute + seconds * 1000);
        for (id, seconds) in [(1000, -1), (2000, 0), (3000, 119), (4000, 120)] {
            let subject = format!("Lettre {id}");
            town.letter(town.valbois, id, at(seconds), "anna@valbois.test", &subject).await;
        }
        let named = |at: Timestamp| at.rfc3339()[..16].replace(':', "%3A");
        let mut browser = town.signed_in("valbois").await;
        let path = format!("/manager/logs?zone=UTC&from={}&to={}", named(at(0)), named(at(60)));
        let page = browser.get(&path).await;
        let seen = [1000, 2000, 3000, 4000].map(|id| page.text.contains(&format!("Lettre {id}")));
        assert_eq!(seen, [false, true, true, false], "{path}");
    }
}

#[tokio::test]
async fn no_cell_of_a_list_is_a_formula_for_a_spreadsheet() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        let now = town.world.clock.now();
        for (id, subject) in
            [(1000, "=HYPERLINK(1)"), (2000, "+1"), (3000, "-1"), (4000, "@SUM"), (5000, "\t=1")]
        {
            town.letter(town.valbois, id, now, "anna@valbois.test", subject).await;
        }
        let new = directory::NewUser {
            organisation: town.valbois,
            login: Address::parse("eve@far.test").unwrap(),
            name: "=cmd|' /C calc'!A0".to_owned(),
            role: directory::Role::Collaborator,
            password: directory::Zeroizing::new(super::PASSWORD.to_owned()),
        };
        town.operator().create_user(new).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        for (path, cell) in [
            ("logs", "\"'=HYPERLINK(1)\""),
            ("logs", "\"'+1\""),
            ("logs", "\"'-1\""),
            ("logs", "\"'@SUM\""),
            ("users", "\"'=cmd|' /C calc'!A0"),
        ] {
            let file = browser.get(&format!("/manager/{path}?format=csv")).await;
            assert!(file.text.contains(cell), "{cell}: {}", file.text);
        }
        for path in ["logs", "users", "addresses", "services", "domains", "hosts", "queue"] {
            let file = browser.get(&format!("/manager/{path}?format=csv")).await;
            let is_formula = |cell: &str| cell.starts_with(['=', '+', '@', '\t']);
            let cells = file
                .text
                .split("\r\n")
                .flat_map(|line| line.split(",\"").map(|cell| cell.trim_start_matches('"')));
            assert_eq!(
                cells.filter(|cell| is_formula(cell)).collect::<Vec<_>>(),
                Vec::<&str>::new(),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn an_administrator_unbans_where_own_people_come_from_and_passes_on_the_rest() {
    for town in towns().await {
        let hours = std::time::Duration::from_secs(7200);
        for source in ["198.51.100.7", "198.51.100.8"] {
            town.operator().ban_source(source, hours, "essai").await.unwrap();
        }
        let request = NewUnbanRequest {
            domain: "valbois.test".to_owned(),
            ip: "198.51.100.7".to_owned(),
            contact: "worker@far.test".to_owned(),
            message: "<script>".to_owned(),
        };
        town.directory.ask_to_be_let_in(request, "203.0.113.1".parse().unwrap()).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/sources").await;
        assert!(page.text.contains("198.51.100.7") && !page.text.contains("198.51.100.8"), "{}", page.text);
        assert!(page.text.contains("&lt;script&gt;"), "{}", page.text);
        assert!(page.text.contains("Transmettre à l’opérateur") && !page.text.contains("Débloquer"));
        for source in ["198.51.100.7", "198.51.100.8"] {
            let subject = format!("source {source}");
            browser.post("/manager/sources/bans/lift", &[("subject", &subject)]).await;
        }
        assert_eq!(town.operator().bans().await.unwrap().len(), 2, "the operator's own bans stay");
        let id = between(&page.text, "name=\"id\" value=\"", "\"").to_owned();
        let passed = [("id", id.as_str()), ("decision", "grant")];
        let passed = browser.post("/manager/sources/requests", &passed).await;
        assert_eq!(passed.status, StatusCode::SEE_OTHER);
        assert_eq!(town.operator().bans().await.unwrap().len(), 2);
        let page = browser.get("/manager/sources").await.text;
        assert!(page.contains("transmise à l’opérateur") && !page.contains("Transmettre"), "{page}");
        // A rule's ban of where one's own people come from.
        let at = "198.51.100.9".parse().unwrap();
        town.directory.sign_in("admin@valbois.test", super::PASSWORD, at).await.unwrap();
        for _ in 0..10 {
            // Too long to be hashed, so that the test is quick.
            drop(town.directory.sign_in("x@far.test", &"x".repeat(1000), at).await);
        }
        assert_eq!(town.operator().bans().await.unwrap().len(), 3);
        let lifted = browser.post("/manager/sources/bans/lift", &[("subject", "source 198.51.100.9")]).await;
        assert_eq!(lifted.status, StatusCode::SEE_OTHER);
        assert_eq!(town.operator().bans().await.unwrap().len(), 2);
        // What only the operator does is not there for others.
        for (path, fields) in [
            ("sources/bans", [("ip", "198.51.100.9"), ("reason", "x"), ("hours", "1")]),
            ("sources/ips", [("new_ip", "203.0.113.10"), ("note", "x"), ("dedicated", "yes")]),
        ] {
            let answer = browser.post(&format!("/manager/{path}"), &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let mut other = town.signed_in("acme").await;
        assert!(!other.get("/manager/sources").await.text.contains("198.51.100"));
    }
}

#[tokio::test]
async fn asking_for_a_permanent_permission_keeps_what_was_typed_and_needs_the_acceptance() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let ip = ("ip", "198.51.100.7");
        let typed = [ip, ("purpose", "le bureau"), ("contact", "admin@valbois.test"), ("acceptance", "yes")];
        let refused = browser.post("/manager/sources/allow", &typed).await;
        assert!(
            refused.text.contains("le bureau") && refused.text.contains("adresse IP dédiée"),
            "{}",
            refused.text
        );
        assert!(!refused.text.contains("permanent permission"), "{}", refused.text);
        let new = NewIp {
            ip: "203.0.113.10".to_owned(),
            organisation: Some(town.valbois),
            is_static: true,
            note: String::new(),
        };
        town.operator().add_ip(new).await.unwrap();
        let without = browser.post("/manager/sources/allow", &typed[..3]).await;
        assert!(without.text.contains("le bureau"), "{}", without.text);
        assert_eq!(town.operator().allowed_sources().await.unwrap(), []);
        let asked = browser.post("/manager/sources/allow", &typed).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        let sources = town.operator().allowed_sources().await.unwrap();
        assert!(sources[0].acceptance.contains("l’entière responsabilité"), "{}", sources[0].acceptance);
        let page = browser.get("/manager/sources").await;
        assert!(page.text.contains("Demandée") && page.text.contains("203.0.113.10"), "{}", page.text);
        let pointer = [("address", "203.0.113.10"), ("pointer", "mail.valbois.test")];
        browser.post("/manager/sources/ips/pointer", &pointer).await;
        assert_eq!(town.operator().ips().await.unwrap()[0].pointer_wanted, "mail.valbois.test");
        let mut other = town.signed_in("acme").await;
        let answer = other.post("/manager/sources/ips/pointer", &pointer).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        // What leaves from it.
        assert!(page.text.contains("Mails envoyés depuis cette adresse"), "{}", page.text);
        let service = town.operator().services(Some(town.valbois)).await.unwrap()[0].id.to_string();
        let bound =
            [("binding", "203.0.113.10"), ("service", service.as_str()), ("server", "x.valbois.test")];
        let refused = browser.post("/manager/sources/ips/binding", &bound).await;
        assert!(refused.text.contains("le rôle SMTP out"), "{}", refused.text);
        let saved = browser.post("/manager/sources/ips/binding", &bound[..2]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let info = town.operator().ips().await.unwrap().remove(0);
        assert_eq!(info.service.map(|id| id.to_string()).as_deref(), Some(service.as_str()));
        assert_eq!(
            other.post("/manager/sources/ips/binding", &bound[..1]).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn every_page_speaks_every_language_and_the_system_is_the_operators() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        let mut browser = town.signed_in("valbois").await;
        for language in ["fr", "de", "it", "en"] {
            browser.language = language;
            for page in PAGES {
                let answer = browser.get(&format!("/manager/{page}")).await;
                assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.text);
                assert!(answer.text.contains(&format!("lang=\"{language}\"")));
            }
        }
        assert_eq!(browser.get("/manager/system").await.status, StatusCode::NOT_FOUND);
    }
}
