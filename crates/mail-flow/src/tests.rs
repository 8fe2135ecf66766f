//! The story on each engine, with a stranger's server that says what a test wants to hear.

mod applications;
mod crashes;
mod gateways;
mod holders;
mod hostile;
mod judging;
mod legs;
mod letters_in;
mod letters_out;
mod machine_reports;
mod reports;
mod returned;
mod secured;
mod secured_crashes;
mod secured_ends;
mod sender_lists;
mod signing;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use blobs::Blobs;
use db::Db;
use directory::{AddressChange, Authenticated, NewAddress, Scope};
use mail_deliver::StaticRoute;
use mail_deliver::testing::Stranger;
use mail_queue::{Entry, Selection};
use mail_store::{Columns, Role, UidSet};
use model::{
    AccountRef, Address, BodyKind, CredentialId, Domain, Envelope, MessageId, Notify, OrganisationId,
    Protocol, Recipient, Reply, ReturnContent, ReversePath,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use trail::{Search, Trail};
use world::{StaticNames, World};

use crate::{Arrival, Origin, Session, Settings, testing};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// A node of the town, and its delivery loop.
struct Town {
    town: testing::Town,
    shutdown: watch::Sender<bool>,
    loop_task: Option<JoinHandle<()>>,
}

impl std::ops::Deref for Town {
    type Target = testing::Town;

    fn deref(&self) -> &testing::Town {
        &self.town
    }
}

/// A town on each engine; `routes` lead domains to strangers.
async fn towns(routes: &[(&str, &Stranger)]) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in testing::engines() {
        towns.push(Town::on(db, routes).await);
    }
    towns
}

impl Town {
    async fn on(db: Db, routes: &[(&str, &Stranger)]) -> Town {
        let names = StaticNames::default()
            .with("nomail.test", "MX", "0 .")
            .with("strict.test", "TXT", "v=spf1 ip4:192.0.2.9 -all")
            .with("reject.test", "TXT", "v=spf1 ip4:192.0.2.9 -all")
            .with("_dmarc.reject.test", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@reject.test")
            .failing("later.test");
        Town::with_names(db, names, routes).await
    }

    /// A node on a database that has its tables and people.
    fn start(world: World, db: Db, blobs: Blobs, node: &str, routes: &[(&str, &Stranger)]) -> Town {
        let mut settings = Settings::new(Domain::parse("mx.valbois.test").unwrap(), node);
        settings.outbound.routes = routes
            .iter()
            .map(|(domain, stranger)| StaticRoute {
                domain: Domain::parse(domain).unwrap(),
                host: "127.0.0.1".to_owned(),
                port: stranger.port,
            })
            .collect();
        let town = testing::Town::node(db, blobs, world, settings);
        Town { town, shutdown: watch::Sender::new(false), loop_task: None }
    }

    /// A town with the records that its domains and strangers' domains publish about their mail.
    async fn with_names(db: Db, names: StaticNames, routes: &[(&str, &Stranger)]) -> Town {
        let world = World::testing_with_names(names);
        testing::populate(&db, &world).await;
        let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
        Town::start(world, db, blobs, "node", routes)
    }

    /// A second node on the same database and bodies.
    fn second_node(&self, routes: &[(&str, &Stranger)]) -> Town {
        Town::start(self.world.clone(), self.db.clone(), self.blobs.clone(), "other", routes)
    }

    /// Starts the delivery loop.
    fn go(&mut self) {
        let (flow, shutdown) = (self.flow.clone(), self.shutdown.subscribe());
        self.loop_task = Some(tokio::spawn(async move { flow.send_due(shutdown).await }));
    }

    async fn stop(&mut self) {
        self.shutdown.send_replace(true);
        if let Some(task) = self.loop_task.take() {
            task.await.unwrap();
        }
    }

    async fn account(&self, text: &str) -> AccountRef {
        match self.directory.find(&address(text)).await.unwrap() {
            directory::Found::Mailbox { account, .. } => account,
            other => panic!("{text} is {other:?}"),
        }
    }

    async fn organisation(&self, text: &str) -> OrganisationId {
        self.account(text).await.organisation
    }

    /// Somebody who signed in with this address.
    async fn user(&self, text: &str) -> Origin {
        Origin::Submitted {
            authenticated: Arc::new(Authenticated {
                account: self.account(text).await,
                address: address(text),
                login: text.to_owned(),
                credential: CredentialId(1),
                quota_bytes: None,
            }),
            session: session(),
        }
    }

    /// RCPT and then the letter, as a door does it.
    async fn bring(&self, origin: Origin, envelope: Envelope, text: &str) -> Result<MessageId, Reply> {
        self.flow.sender(&origin, &envelope.from).await?;
        let mut asking = self.flow.asking(&origin).await?;
        for recipient in &envelope.recipients {
            self.flow.recipient(&origin, recipient, envelope.smtputf8, 0).await?;
            self.flow.ask(&mut asking, &recipient.address);
        }
        let mut body = self.flow.receive_from(asking);
        body.write(text.as_bytes()).await?;
        Ok(self.flow.accept(Arrival { origin, envelope, body }).await?.message)
    }

    async fn change_quota(&self, text: &str, quota_bytes: Option<u64>) {
        let id = self.operator.address_called(&address(text)).await.unwrap().id;
        let change = AddressChange { quota_bytes: Some(quota_bytes), ..AddressChange::default() };
        self.operator.change_address(id, change).await.unwrap();
    }

    async fn folder(&self, text: &str, role: Role) -> Vec<String> {
        let account = self.store.account(self.account(text).await);
        let folder = account.folder_of(role).await.unwrap();
        let rows = account.messages(folder.id, &UidSet::all(), Columns::default()).all().await.unwrap();
        let mut letters = Vec::new();
        for row in rows {
            let bytes = account.read_letter(row.letter).await.unwrap();
            assert_eq!(bytes.len() as u64, row.size_bytes);
            letters.push(String::from_utf8(bytes.to_vec()).unwrap());
        }
        letters
    }

    async fn inbox(&self, text: &str) -> Vec<String> {
        self.folder(text, Role::Inbox).await
    }

    /// Waits until the inbox holds `count` letters.
    async fn inbox_of(&self, text: &str, count: usize) -> Vec<String> {
        until(async || (self.inbox(text).await.len() >= count).then_some(())).await;
        let letters = self.inbox(text).await;
        assert_eq!(letters.len(), count, "{letters:#?}");
        letters
    }

    async fn queue(&self) -> Vec<Entry> {
        self.flow.queue().list(None, Selection::All, 1000).await.unwrap()
    }

    async fn queue_is_empty(&self) {
        until(async || self.queue().await.is_empty().then_some(())).await;
    }

    /// Waits until one delivery stands in the queue that nobody works on, with so many attempts.
    async fn waiting(&self, attempts: u32) -> Entry {
        until(async || {
            let queue = self.queue().await;
            queue.into_iter().find(|entry| entry.node.is_none() && entry.attempts == attempts)
        })
        .await
    }

    /// What the trail says of a recipient, one word for each step.
    async fn steps(&self, to: &str) -> Vec<&'static str> {
        let search = Search { to: Some(address(to)), ..Search::default() };
        let ways = Trail::new(self.db.clone()).ways(search).await.unwrap();
        ways.iter()
            .flat_map(|way| way.events.iter())
            .filter(|event| event.recipient.as_deref().is_none_or(|recipient| recipient == to))
            .map(|event| event.step.kind())
            .collect()
    }
}

/// Looks again and again until `look` finds something: the work goes on in other tasks and threads.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            // Whoever works has the core meanwhile.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("it happens within the test's patience")
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn session() -> Session {
    Session {
        ip: IpAddr::from([192, 0, 2, 1]),
        helo: "stranger.test".to_owned(),
        tls: None,
        protocol: Protocol::Esmtp,
        gateway: None,
    }
}

fn peer() -> Origin {
    Origin::Peer(session())
}

fn envelope(from: &str, to: &[&str]) -> Envelope {
    let from = if from.is_empty() { ReversePath::Null } else { ReversePath::Address(address(from)) };
    let recipients =
        to.iter().map(|text| Recipient { address: address(text), notify: None, original: None }).collect();
    Envelope {
        from,
        recipients,
        return_content: None,
        envelope_id: None,
        body: BodyKind::SevenBit,
        smtputf8: false,
        tls: model::TlsWish::Usual,
    }
}

fn letter(from: &str, subject: &str) -> String {
    format!(
        "From: {from}\r\nTo: somebody\r\nSubject: {subject}\r\nMessage-ID: <{subject}@test>\r\n\
         Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n.body of {subject}\r\n"
    )
}
