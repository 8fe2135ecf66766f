//! Hosts and servers on each engine.

mod applying;
mod linking;
mod staging;

use std::net::Ipv4Addr;

use db::Db;
use directory::{Directory, DirectoryError, NewAddress, Scope};
use model::{Address, AddressId, Domain, DomainId, OrganisationId};
use world::World;

use crate::{Act, Administration, Host, Hosts, MIGRATIONS, MailServer, NewHost, NewMailServer, Roles};

/// Two organisations, of which the first has two domains; its host `hote1` in `valbois.test` stands in the form
/// that each test needs.
struct Town {
    db: Db,
    world: World,
    hosts: Hosts,
    valbois: OrganisationId,
    acme: OrganisationId,
    domain: DomainId,
    other_domain: DomainId,
    acme_domain: DomainId,
    anna: AddressId,
}

impl Town {
    fn admin(&self) -> Administration {
        self.hosts.administration(Scope::Tenant(self.valbois), "anna")
    }

    async fn host(&self, name: &str, last: u8) -> Host {
        self.admin().create_host(new_host(self.domain, name, last)).await.unwrap()
    }

    async fn server(&self, name: &str, last: u8, roles: Roles) -> MailServer {
        let host = self.host(name, last).await.id;
        self.admin().create_server(NewMailServer { host, roles }).await.unwrap()
    }

    async fn apply(&self) {
        let run = self.admin().begin_applying(self.valbois).await.unwrap();
        self.hosts.work(run.id).await.unwrap();
    }

    /// What waits: act and name.
    async fn waiting(&self) -> Vec<(Act, &'static str, String)> {
        let changes = self.admin().changes(None).await.unwrap();
        changes.into_iter().map(|change| (change.act, change.thing.entity(), change.name)).collect()
    }

    async fn roles(&self, host: &str) -> Option<Roles> {
        self.hosts.roles_of(host).await.unwrap()
    }
}

fn new_host(domain: DomainId, name: &str, last: u8) -> NewHost {
    NewHost {
        domain,
        name: name.to_owned(),
        fqdn: None,
        ipv4: Some(Ipv4Addr::new(192, 162, 0, last)),
        ipv6: None,
        description: String::new(),
    }
}

/// The tables of these tests.
const TABLES: [db::Migrations; 3] = [trail::MIGRATIONS, directory::MIGRATIONS, MIGRATIONS];

async fn towns() -> Vec<Town> {
    towns_on(db::testing::migrated(&TABLES)).await
}

async fn towns_on(engines: Vec<Db>) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in engines {
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let mut organisations = Vec::new();
        for name in ["Commune de Valbois", "Acme"] {
            organisations.push(operator.create_organisation(name).await.unwrap().id);
        }
        let mut domains = Vec::new();
        for (owner, name) in [(0, "valbois.test"), (0, "ecole.test"), (1, "acme.test")] {
            let name = Domain::parse(name).unwrap();
            domains.push(operator.create_domain(organisations[owner], None, &name).await.unwrap().id);
        }
        let anna = Address::parse("anna@valbois.test").unwrap();
        let new = NewAddress { address: anna, alias_to: Vec::new(), quota_bytes: None };
        let anna = operator.create_address(new).await.unwrap().id;
        let hosts = Hosts::new(db.clone(), world.clone(), directory);
        towns.push(Town {
            db,
            world,
            hosts,
            valbois: organisations[0],
            acme: organisations[1],
            domain: domains[0],
            other_domain: domains[1],
            acme_domain: domains[2],
            anna,
        });
    }
    towns
}

/// The field that a rule or a name refuses.
fn field<T>(result: Result<T, DirectoryError>) -> &'static str {
    match result.err().expect("a refusal") {
        DirectoryError::Invalid { field, reason, rule } => {
            assert!(!reason.is_empty() && !rule.is_empty());
            field
        }
        DirectoryError::Conflict { field, .. } | DirectoryError::InUse { field, .. } => field,
        DirectoryError::NotFound { .. } => "not found",
        other => panic!("{other}"),
    }
}

const IMAP: Roles = Roles { imap: true, smtp_in: false, smtp_out: false };
const NONE: Roles = Roles { imap: false, smtp_in: false, smtp_out: false };
