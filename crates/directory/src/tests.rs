//! The directory on each engine.

mod access;
mod administering;
mod applications;
mod authenticator;
mod deleting;
mod factors;
mod finding;
mod forgetting;
mod forwarding;
mod jobs;
mod limited;
mod linking;
mod logging_in;
mod memberships;
mod recipients;
mod sender_lists;
mod sessions;
mod sources;
mod tokens;

use std::net::IpAddr;

use db::Db;
use model::{Address, AddressId, Domain, OrganisationId};
use world::World;
use zeroize::Zeroizing;

use crate::{
    Administration, Attempt, AuthProtocol, AuthRefusal, Authenticated, Directory, MIGRATIONS, NewAddress,
    Options, Scope,
};

const CHOSEN: &str = "une phrase de passe";

/// A directory with `valbois.test` and `acme.test`, and `anna@valbois.test` with a chosen password.
struct Town {
    db: Db,
    world: World,
    directory: Directory,
    operator: Administration,
    valbois: OrganisationId,
    acme: OrganisationId,
    anna: AddressId,
}

impl Town {
    fn tenant(&self, organisation: OrganisationId) -> Administration {
        self.directory.administration(Scope::Tenant(organisation), "test")
    }

    async fn mailbox(&self, address_text: &str) -> AddressId {
        let new = NewAddress { address: address(address_text), alias_to: Vec::new(), quota_bytes: None };
        self.operator.create_address(new).await.unwrap().id
    }

    async fn alias(&self, address_text: &str, targets: &[&str]) -> AddressId {
        let alias_to = targets.iter().map(|target| address(target)).collect();
        let new = NewAddress { address: address(address_text), alias_to, quota_bytes: None };
        self.operator.create_address(new).await.unwrap().id
    }

    /// The newest entry of the log of changes of an organisation: «who act: what», and its facts before and after.
    async fn newest(
        &self,
        organisation: OrganisationId,
    ) -> (String, Vec<(String, String)>, Vec<(String, String)>) {
        let trail = trail::Trail::new(self.db.clone());
        let entry = trail.changes(Some(organisation), db::Seek::first(1)).await.unwrap().items.remove(0);
        let facts = |facts: &trail::Facts| {
            facts.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        let told = format!("{} {}: {}", entry.actor, entry.action, entry.what);
        (told, facts(&entry.before), facts(&entry.after))
    }

    async fn log_in(&self, login: &str, password: &str, source: &str) -> Result<Authenticated, AuthRefusal> {
        self.directory.authenticate(attempt(login, password, source)).await
    }

    /// The same database after a restart of the program.
    fn restarted(&self, options: Options) -> Directory {
        Directory::with_options(self.db.clone(), self.world.clone(), options)
    }
}

/// The tables of these tests.
const TABLES: [db::Migrations; 2] = [trail::MIGRATIONS, MIGRATIONS];

async fn towns() -> Vec<Town> {
    towns_with(Options::default()).await
}

async fn towns_with(options: Options) -> Vec<Town> {
    towns_on(db::testing::migrated(&TABLES), options).await
}

async fn towns_on(databases: Vec<Db>, options: Options) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in databases {
        let world = World::testing();
        let directory = Directory::with_options(db.clone(), world.clone(), options.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let mut ids = Vec::new();
        for (name, domain) in [("Commune de Valbois", "valbois.test"), ("Acme", "acme.test")] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            let domain = Domain::parse(domain).unwrap();
            operator.create_domain(organisation, None, &domain).await.unwrap();
            ids.push(organisation);
        }
        let mut town =
            Town { db, world, directory, operator, valbois: ids[0], acme: ids[1], anna: AddressId(0) };
        town.anna = town.mailbox("anna@valbois.test").await;
        town.operator.choose_password(town.anna, CHOSEN).await.unwrap();
        towns.push(town);
    }
    towns
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn attempt(login: &str, password: &str, source: &str) -> Attempt {
    Attempt {
        login: login.to_owned(),
        authorise_as: String::new(),
        password: Zeroizing::new(password.to_owned()),
        protocol: AuthProtocol::Imap,
        source: ip(source),
    }
}
