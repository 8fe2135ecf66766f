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

/// A page's text as its reader has it.
fn plain(text: &str) -> String {
    text.replace("&#x2f;", "/").replace("&quot;", "\"")
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

    /// A letter that waits in the queue.
    pub(super) async fn waits(&self, organisation: OrganisationId, id: i64, from: &str, to: &str) {
        let address = |text: &str| Address::parse(text).unwrap();
        let message = mail_queue::Message {
            id: MessageId(id * 1000),
            organisation: Some(organisation),
            from: model::ReversePath::Address(address(from)),
            blob: model::BlobRef { segment: 1, offset: 2, size_bytes: 3, hash: [4; 32] },
            prefix: Vec::new(),
            received_at: self.world.clock.now(),
            return_content: None,
            envelope_id: None,
            body: model::BodyKind::SevenBit,
            tls: model::TlsWish::Usual,
            needs_smtputf8: false,
            is_doubtful: false,
            body_key: None,
            pending: 1,
        };
        let delivery = mail_queue::NewDelivery {
            id: DeliveryId(id * 1000 + 1),
            organisation: Some(organisation),
            recipient: address(to),
            original: None,
            notify: None,
            route: model::Route::Remote { address: address(to) },
            is_doubtful: None,
            slot: None,
        };
        self.db
            .operator("test")
            .write(move |tx| mail_queue::commit(tx, &message, std::slice::from_ref(&delivery), "one", None))
            .await
            .unwrap();
    }

    pub(super) fn operator(&self) -> directory::Administration {
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

impl Town {
    /// The entries of the journal of valbois with this action.
    async fn told(&self, action: &str) -> Vec<trail::Entry> {
        let trail = trail::Trail::new(self.db.clone());
        let all = trail.changes(Some(self.valbois), db::Seek::first(50)).await.unwrap().items;
        all.into_iter().filter(|entry| entry.change.action == action).collect()
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
        // Whoever only comes there sees nobody's log, and nobody is told.
        let page = browser.get("/manager/logs").await.text;
        assert!(page.contains("Rien n’est encore cherché") && !page.contains("Séance"), "{page}");
        let chosen = between(&page, "<select id=\"field-address\"", "</select>");
        assert!(chosen.contains("value=\"anna@valbois.test\" selected"), "R320: the first one: {chosen}");
        let told = town.told("open mailbox data").await;
        assert!(told.is_empty(), "{told:?}");
        let page = browser.get("/manager/logs?address=anna%40valbois.test").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(town.told("open mailbox data").await.len(), 1);
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
        // Searched where the letters are found, sorted by what the heads name, and as a whole in the file.
        let found = browser.get("/manager/logs?q=s%C3%89ance").await.text;
        assert!(found.contains("Séance") && found.contains("value=\"sÉance\""), "{found}");
        let found = browser.get("/manager/logs?q=s%C3%A9ance&sort=-log-size").await.text;
        assert!(found.contains("Séance") && found.contains("aria-sort=\"descending\""), "{found}");
        let found = browser.get("/manager/logs?q=nulle+part").await.text;
        assert!(!found.contains("Séance"), "{found}");
        let none = browser.get("/manager/logs?direction=sent&status=bounced").await;
        assert!(none.text.contains("Aucun message sur cette période"), "{}", none.text);
    }
}

#[tokio::test]
async fn the_queue_is_searched_sorted_and_exported_and_held_to_the_domain_of_who_looks() {
    for town in towns().await {
        for number in 1..=3 {
            town.waits(town.valbois, number, "anna@valbois.test", &format!("u{number}@far.test")).await;
        }
        town.waits(town.valbois, 4, "paul@ecole.test", "dora@far.test").await;
        town.waits(town.acme, 5, "boss@acme.test", "eve@far.test").await;
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/queue").await.text;
        assert_eq!(page.matches("<tr data-row>").count(), 4, "{page}");
        for (query, first) in
            [("q=U2%40FAR", "u2@far.test"), ("sort=-log-recipient", "u3@far.test"), ("q=anna", "u1@far.test")]
        {
            let page = browser.get(&format!("/manager/queue?{query}")).await.text;
            let row = between(&page, "<tr data-row>", "</tr>");
            assert!(row.contains(first), "{query}: {row}");
        }
        let none = browser.get("/manager/queue?q=boss").await.text;
        assert!(none.contains("Rien ne correspond"), "{none}");
        let file = browser.get("/manager/queue?format=csv").await.text;
        assert!(file.lines().count() == 5 && file.contains("prochain essai"), "{file}");
        let mut limited = super::limited::limited(&town).await;
        let page = limited.get("/manager/queue").await.text;
        assert!(page.contains("u1@far.test") && !page.contains("dora@"), "{page}");
        let file = limited.get("/manager/queue?format=csv").await.text;
        assert!(!file.contains("dora@"), "{file}");
    }
}

#[tokio::test]
async fn a_file_holds_every_line_and_not_only_those_of_a_page() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        let now = town.world.clock.now();
        // More than are read at once.
        for number in 0..510 {
            let at = now.minus(std::time::Duration::from_secs(60 + number as u64));
            town.letter(town.valbois, 10_000 + number * 10, at, "anna@valbois.test", "=1+1").await;
        }
        let mut browser = town.signed_in("valbois").await;
        let file = browser.get("/manager/logs?format=csv").await;
        assert_eq!(file.text.lines().count(), 511, "the heads and every line");
        // A spreadsheet takes no subject for a formula.
        assert_eq!(file.text.matches("\"'=1+1\"").count(), 510);
        let page = browser.get("/manager/logs?direction=received").await.text;
        assert_eq!(page.matches("<tr data-row>").count(), 50);
    }
}

#[tokio::test]
async fn each_table_of_a_page_is_searched_and_sorted_by_itself() {
    for town in towns().await {
        let hours = std::time::Duration::from_secs(7200);
        for number in 1..=60 {
            town.operator().ban_source(&format!("198.51.100.{number}"), hours, "essai").await.unwrap();
        }
        let at = "203.0.113.7".parse().unwrap();
        for ip in ["198.51.100.7", "198.51.100.8"] {
            let request = NewUnbanRequest {
                domain: "valbois.test".to_owned(),
                ip: ip.to_owned(),
                contact: "worker@far.test".to_owned(),
                message: String::new(),
            };
            town.directory.ask_to_be_let_in(request, at).await.unwrap();
        }
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/sources?bans-q=100.8&requests-sort=-source").await.text;
        let (bans, requests) = page.split_once("id=\"requests\"").unwrap();
        assert!(bans.contains(">198.51.100.8<") || bans.contains("198.51.100.8\n"), "{bans}");
        assert!(!bans.contains("198.51.100.7"), "{bans}");
        let (first, second) = (requests.find("198.51.100.8"), requests.find("198.51.100.7"));
        assert!(first.is_some() && first < second, "{requests}");
        // Each keeps what the other was asked for.
        assert!(page.contains("name=\"requests-sort\" value=\"-source\""), "{page}");
        let file = browser.get("/manager/sources?bans-format=csv").await.text;
        assert_eq!(file.lines().count(), 3, "the heads and the two that concern the organisation: {file}");
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

#[tokio::test]
async fn a_ban_that_was_lifted_is_back_at_a_click_and_none_that_was_not() {
    for town in towns().await {
        let at = "198.51.100.9".parse().unwrap();
        town.directory.sign_in("admin@valbois.test", super::PASSWORD, at).await.unwrap();
        for _ in 0..10 {
            drop(town.directory.sign_in("x@far.test", &"x".repeat(1000), at).await);
        }
        let until = town.operator().bans().await.unwrap()[0].ban.until;
        let mut browser = town.signed_in("valbois").await;
        browser.post("/manager/sources/bans/lift", &[("subject", "source 198.51.100.9")]).await;
        assert_eq!(town.operator().bans().await.unwrap().len(), 0);
        let page = plain(&browser.get("/manager/sources").await.text);
        let undo = between(&page, "action=\"/manager/sources/bans/again\"", "</form>");
        let value = |name: &str, end| between(undo, &format!("name=\"{name}\" value=\""), end).to_owned();
        let (ban, seal) = (value("ban", "\">"), value("seal", "\""));
        // What was not given out does not come back, nor with another's session.
        let other = ban.replace("198.51.100.9", "203.0.113.1");
        let forged = browser.post("/manager/sources/bans/again", &[("ban", &other), ("seal", &seal)]).await;
        assert_eq!(forged.status, StatusCode::NOT_FOUND);
        let mut stranger = town.signed_in("acme").await;
        let forged = stranger.post("/manager/sources/bans/again", &[("ban", &ban), ("seal", &seal)]).await;
        assert_eq!(forged.status, StatusCode::NOT_FOUND);
        let again = browser.post("/manager/sources/bans/again", &[("ban", &ban), ("seal", &seal)]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        let bans = town.operator().bans().await.unwrap();
        assert_eq!((bans.len(), bans[0].ban.until), (1, until));
        browser.post("/manager/sources/bans/again", &[("ban", &ban), ("seal", &seal)]).await;
        let told = browser.get("/manager/sources").await.text;
        assert!(told.contains("plus rien à annuler"), "{told}");
    }
}

#[tokio::test]
async fn a_screen_has_one_clock_and_bounds_count_to_the_minute() {
    for town in towns().await {
        town.mailbox("anna@valbois.test").await;
        // 09:30:59.999 in New York.
        let noon = town.world.clock.now();
        let minute = Timestamp(noon.0 - noon.0 % 60_000 - 3_600_000);
        let last = minute.plus(std::time::Duration::from_millis(59_999));
        let next = minute.plus(std::time::Duration::from_secs(60));
        let before = Timestamp(minute.0 - 1);
        for (id, at, subject) in [(1000, last, "Dernier"), (2000, next, "Suivant"), (3000, before, "Avant")] {
            town.letter(town.valbois, id, at, "anna@valbois.test", subject).await;
        }
        let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
        let local = jiff::Timestamp::from_millisecond(minute.0).unwrap().to_zoned(zone);
        let typed = local.strftime("%Y-%m-%dT%H:%M").to_string();
        let mut browser = town.signed_in("valbois").await;
        browser.cookies.push("relais-zone=America/New_York".to_owned());
        let asked = format!("/manager/logs?from={typed}&to={typed}");
        let page = plain(&browser.get(&asked).await.text);
        assert!(page.contains("Dernier"), "the minute that is named is still in: {page}");
        assert!(!page.contains("Suivant") && !page.contains("Avant"), "{page}");
        // The form, the table and the file say the same hour, and which zone it is.
        let hour = local.strftime("%H:%M").to_string();
        let short = local.strftime("%Z").to_string();
        assert!(page.contains(&format!("value=\"{typed}\"")), "{page}");
        assert!(page.contains(&format!("{hour} {short}</time>")), "{page}");
        assert!(page.contains("America/New_York"), "{page}");
        let file = browser.get(&format!("{asked}&format=csv")).await.text;
        let offset = local.strftime("%:z").to_string();
        assert!(file.contains(&format!("{typed}:59{offset}")), "{file}");
        // An address that was written elsewhere means the same moments.
        browser.cookies.retain(|cookie| !cookie.starts_with("relais-zone"));
        let page = plain(&browser.get(&format!("{asked}&zone=America%2FNew_York")).await.text);
        assert!(page.contains("Dernier") && !page.contains("Suivant"), "{page}");
        assert!(page.contains("Europe/Zurich"), "{page}");
    }
}

#[tokio::test]
async fn what_asks_for_attention_stands_on_the_first_page_with_a_link() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let calm = plain(&browser.get("/manager/").await.text);
        for link in ["/manager/queue?sort", "/manager/sources#requests", "/manager/system"] {
            assert!(!calm.contains(&format!("href=\"{link}")), "{link}: {calm}");
        }
        // A held letter.
        town.waits(town.valbois, 1, "anna@valbois.test", "u@far.test").await;
        let queue = mail_queue::Queue::new(town.db.clone(), town.world.clone(), "two");
        assert_eq!(queue.hold(None, mail_queue::Selection::All, "test").await.unwrap(), 1);
        // A letter that nobody has taken for two hours.
        town.waits(town.valbois, 2, "anna@valbois.test", "v@far.test").await;
        let tried = |tx: &mut db::Tx| -> Result<u64, db::DbError> {
            tx.execute("UPDATE queue_delivery SET attempts = 3 WHERE is_held = 0", db::values![])?;
            tx.execute("UPDATE queue_message SET received_at = received_at - 7200000", db::values![])
        };
        town.db.operator("test").write(tried).await.unwrap();
        // Somebody who is kept out.
        let hours = std::time::Duration::from_secs(7200);
        town.operator().ban_source("198.51.100.7", hours, "essai").await.unwrap();
        let request = NewUnbanRequest {
            domain: "valbois.test".to_owned(),
            ip: "198.51.100.7".to_owned(),
            contact: "worker@far.test".to_owned(),
            message: String::new(),
        };
        town.directory.ask_to_be_let_in(request, "203.0.113.1".parse().unwrap()).await.unwrap();
        // A mailbox without room.
        let new = directory::NewAddress {
            address: Address::parse("plein@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: Some(100),
        };
        let full = town.operator().create_address(new).await.unwrap();
        let directory::AddressKind::Mailbox { account, .. } = full.kind else { panic!() };
        let whose = town.valbois;
        let insert = move |tx: &mut db::Tx| -> Result<u64, db::DbError> {
            tx.execute(
                "INSERT INTO store_account
                     (account, organisation, modseq, used_bytes, used_messages, last_uid_validity)
                 VALUES (?1, ?2, 1, 95, 1, 1)",
                db::values![account, whose],
            )
        };
        town.db.operator("test").write(insert).await.unwrap();
        // A node whose disk and certificate come to an end.
        let now = town.world.clock.now();
        let state = trail::NodeState {
            name: "un".to_owned(),
            version: "1".to_owned(),
            started_at: now,
            doors: String::new(),
            disk_bytes: Some(100),
            free_bytes: Some(5),
            certificate_names: "mail.relais.test".to_owned(),
            certificate_ends_at: Some(now.plus(std::time::Duration::from_secs(86_400))),
        };
        trail::Trail::new(town.db.clone()).node_is_here(state, now).await.unwrap();
        let page = plain(&browser.get("/manager/").await.text);
        for (link, words) in [
            ("/manager/queue?sort=queue-state", "1 message retenu"),
            ("/manager/queue?sort=queue-received", "1 message attend depuis plus d’une heure"),
            ("/manager/sources#requests", "1 demande"),
            (&format!("/manager/addresses/{}", full.id), "plein@valbois.test"),
        ] {
            assert!(page.contains(&format!("href=\"{link}\"")) && page.contains(words), "{link}: {page}");
        }
        assert!(!page.contains("href=\"/manager/system\""), "machines are the operator's: {page}");
        let everybody = town.operator().users(None).await.unwrap();
        let chief = everybody.iter().find(|user| user.login == "admin@valbois.test").unwrap().id;
        town.operator().set_operator(chief, true).await.unwrap();
        let page = plain(&browser.get("/manager/").await.text);
        let alerts = page.split_once("À regarder").unwrap().1;
        assert!(alerts.contains("95\u{202f}%") && alerts.contains("certificat"), "{alerts}");
        assert!(alerts.contains("href=\"/manager/system\""), "{alerts}");
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
async fn the_first_page_counts_what_there_is() {
    for town in towns().await {
        let domain = town.mail_domain().await;
        town.mailbox("anna@valbois.test").await;
        town.mailbox("boss@acme.test").await;
        town.people().create_service(town.valbois, "écoles", None).await.unwrap();
        for (id, to) in [(1, "u@far.test"), (2, "v@far.test"), (3, "w@far.test")] {
            town.waits(town.valbois, id, "anna@valbois.test", to).await;
        }
        town.waits(town.acme, 4, "boss@acme.test", "u@far.test").await;
        let hosts = town.hosts.administration(Scope::Tenant(town.valbois), "test");
        for name in ["un", "deux", "trois", "quatre"] {
            let new = hosts::NewHost {
                domain,
                name: name.to_owned(),
                fqdn: None,
                ipv4: Some("192.0.2.40".parse().unwrap()),
                ipv6: None,
                description: String::new(),
            };
            hosts.create_host(new).await.unwrap();
        }
        let page = plain(&town.signed_in("valbois").await.get("/manager/").await.text);
        let figures = between(&page, "<dl class=\"figures\">", "</dl>");
        for (link, count) in [("domains", 1), ("services", 2), ("addresses", 1), ("queue", 3), ("changes", 4)]
        {
            let figure = between(figures, &format!("href=\"/manager/{link}\""), "</div>");
            assert_eq!(between(figure, "<dd>", "</dd>"), count.to_string(), "{link}: {figure}");
        }
    }
}
