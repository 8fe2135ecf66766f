//! For the tests of this crate and of the doors above it: a town with people, and the flow of letters through it.

use blobs::Blobs;
use db::{Db, Migrations};
use directory::{Administration, Directory, NewAddress, Scope};
use mail_secure::Secure;
use mail_store::MailStore;
use model::{Address, Domain};
use world::World;

use crate::{Flow, Parts, Settings};

/// The tables that the flow needs.
pub const MIGRATIONS: [Migrations; 11] = [
    trail::MIGRATIONS,
    trust::MIGRATIONS,
    directory::MIGRATIONS,
    keys::MIGRATIONS,
    gateways::MIGRATIONS,
    mail_store::MIGRATIONS,
    mail_secure::MIGRATIONS,
    mail_queue::MIGRATIONS,
    mail_route::MIGRATIONS,
    reputation::MIGRATIONS,
    mail_reports::MIGRATIONS,
];

/// A database with these tables on each engine.
pub fn engines() -> Vec<Db> {
    db::testing::migrated(&MIGRATIONS)
}

/// A node with `valbois.test` (anna, bruno, and the alias team for both) and `acme.test` (zoe). Nothing is
/// delivered before a test runs [`Flow::send_due`].
pub struct Town {
    /// Clock, randomness and names.
    pub world: World,
    /// The rows.
    pub db: Db,
    /// The bodies.
    pub blobs: Blobs,
    /// Who exists.
    pub directory: Directory,
    /// The mailboxes.
    pub store: MailStore,
    /// Who may do everything.
    pub operator: Administration,
    /// The flow.
    pub flow: Flow,
}

impl Town {
    /// Makes the tables and the people in an empty database, and a node.
    pub async fn found(db: Db, blobs: Blobs, world: World, settings: Settings) -> Town {
        populate(&db, &world).await;
        Town::node(db, blobs, world, settings)
    }

    /// A node on a database that has its tables and people.
    pub fn node(db: Db, blobs: Blobs, world: World, settings: Settings) -> Town {
        let directory = Directory::new(db.clone(), world.clone());
        let store = MailStore::new(db.clone(), blobs.clone(), world.clone());
        let secure = Secure::new(
            db.clone(),
            blobs.clone(),
            world.clone(),
            keys::Vault::with_key(&[7; 32], world.random.clone()),
            secure_settings(&settings.hostname),
        );
        let flow = Flow::new(Parts {
            db: db.clone(),
            blobs: blobs.clone(),
            world: world.clone(),
            directory: directory.clone(),
            store: store.clone(),
            keys: keys::Keys::new(db.clone(), world.clone()),
            secure,
            settings,
        });
        let operator = directory.administration(Scope::Operator("test"), "test");
        Town { world, db, blobs, directory, store, operator, flow }
    }
}

/// What is set of secure letters: the portal of the town's mail server, and codes that go to telephones.
pub fn secure_settings(hostname: &Domain) -> mail_secure::Settings {
    let portal =
        wire_safe::PortalOrigin::parse(&format!("https://{hostname}")).expect("invariant: an origin");
    let settings = mail_secure::Settings::new(portal, hostname);
    mail_secure::Settings { sends_short_messages: true, ..settings }
}

/// Makes the tables and the people.
pub async fn populate(db: &Db, world: &World) {
    db.migrate(&MIGRATIONS).expect("a fresh database takes its tables");
    let address = |text: &str| Address::parse(text).expect("invariant: an address");
    let directory = Directory::new(db.clone(), world.clone());
    let operator = directory.administration(Scope::Operator("test"), "test");
    for (name, domain) in [("Commune de Valbois", "valbois.test"), ("Acme", "acme.test")] {
        let organisation = operator.create_organisation(name).await.expect("a fresh database takes it").id;
        let domain = Domain::parse(domain).expect("invariant: a domain");
        operator.create_domain(organisation, None, &domain).await.expect("a fresh database takes it");
    }
    let team = ["anna@valbois.test", "bruno@valbois.test"].map(address).to_vec();
    for (name, alias_to) in [
        ("anna@valbois.test", Vec::new()),
        ("bruno@valbois.test", Vec::new()),
        ("zoe@acme.test", Vec::new()),
        ("team@valbois.test", team),
    ] {
        let new = NewAddress { address: address(name), alias_to, quota_bytes: None };
        operator.create_address(new).await.expect("a fresh database takes it");
    }
}
