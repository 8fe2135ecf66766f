//! Changes of addresses on each engine, with the seed's kind of installation: two gateways, a submission host, SOAP.

mod announcing;
mod reporting;
mod stepping;

use std::time::Duration;

use db::Db;
use directory::{Directory, Scope};
use gateways::Gateways;
use hosts::Hosts;
use keys::Keys;
use mail_route::Relays;
use model::{Domain, OrganisationId, Timestamp};
use world::{StaticNames, World};
use zones::{Edit, Exchanger, Host, Installation, NewRecord, ZoneInfo, Zones};

use crate::{Administration, Endpoint, MIGRATIONS, NewRenumbering, Parts, Renumbering, Renumberings};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The installation's own zone `relais.test`, a customer with a zone `valbois.test`, another one without any.
struct Town {
    world: World,
    parts: Parts,
    renumberings: Renumberings,
    operator: Administration,
    zones: zones::Administration,
    valbois: OrganisationId,
    acme: OrganisationId,
    own: ZoneInfo,
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn endpoint(text: &str) -> Endpoint {
    text.parse().unwrap()
}

/// Two gateways and the SOAP services.
fn endpoints() -> Vec<Endpoint> {
    [
        "gw1.relais.test:25 A,B 192.0.2.86 198.51.100.13",
        "gw2.relais.test:25 A,B 192.0.2.87 198.51.100.14",
        "ws.relais.test:443/3.0/ C 192.0.2.85 198.51.100.117",
    ]
    .map(endpoint)
    .to_vec()
}

fn installation() -> Installation {
    let host =
        |name: &str, address: &str| Host { name: domain(name), addresses: vec![address.parse().unwrap()] };
    let mut installation =
        Installation::single(domain("gw1.relais.test"), vec!["192.0.2.86".parse().unwrap()]);
    installation.exchangers = vec![
        Exchanger { host: host("gw1.relais.test", "192.0.2.86"), priority: 10 },
        Exchanger { host: host("gw2.relais.test", "192.0.2.87"), priority: 20 },
    ];
    installation.name_servers = vec![host("ns1.relais.test", "192.0.2.53")];
    installation.spf_host = domain("spf.relais.test");
    installation
}

async fn towns() -> Vec<Town> {
    towns_in(StaticNames::default()).await
}

async fn towns_in(names: StaticNames) -> Vec<Town> {
    let names = ["relais.test", "valbois.test"]
        .into_iter()
        .fold(names, |names, zone| names.with(zone, "NS", "ns1.relais.test."));
    let mut towns = Vec::new();
    for db in db::testing::migrated(&TABLES) {
        towns.push(town(db, names.clone()).await);
    }
    towns
}

/// The tables of these tests.
const TABLES: [db::Migrations; 8] = [
    trail::MIGRATIONS,
    directory::MIGRATIONS,
    hosts::MIGRATIONS,
    keys::MIGRATIONS,
    gateways::MIGRATIONS,
    zones::MIGRATIONS,
    mail_route::MIGRATIONS,
    MIGRATIONS,
];

async fn town(db: Db, names: StaticNames) -> Town {
    let world = World::testing_with_names(names);
    let directory = Directory::new(db.clone(), world.clone());
    let keys = Keys::new(db.clone(), world.clone());
    let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
    let parts = Parts {
        db: db.clone(),
        world: world.clone(),
        directory: directory.clone(),
        hosts: Hosts::new(db.clone(), world.clone(), directory.clone()),
        gateways: Gateways::new(db.clone(), world.clone(), keys),
        zones: zones.clone(),
        relays: Relays::new(db.clone(), world.clone()),
    };
    let people = directory.administration(Scope::Operator("test"), "test");
    let home = people.create_organisation("Relais").await.unwrap().id;
    let valbois = people.create_organisation("Commune de Valbois").await.unwrap().id;
    let acme = people.create_organisation("Acme").await.unwrap().id;
    let names = zones.administration(Scope::Operator("test"), "otto");
    names.change_installation(installation()).await.unwrap();
    let own = names.create_zone(home, "relais.test").await.unwrap();
    names.create_zone(valbois, "valbois.test").await.unwrap();
    names.refresh_installation().await.unwrap();
    let add = [("ws", "A", "192.0.2.85"), ("@", "TXT", "v=spf1 ip4:192.0.2.86 ip4:192.0.2.87 mx -all")];
    let add = add.map(|(owner, kind, data)| NewRecord::new(owner, kind, data)).to_vec();
    names.edit(own.id, Edit { add, ..Edit::default() }).await.unwrap();
    let own = names.zone(own.id).await.unwrap();
    let renumberings = Renumberings::new(parts.clone());
    let operator = renumberings.administration(Scope::Operator("test"), "otto");
    Town { world, parts, renumberings, operator, zones: names, valbois, acme, own }
}

impl Town {
    /// The change of the seed: in thirty days, ten days of overlap.
    fn wished(&self) -> NewRenumbering {
        NewRenumbering {
            name: "New servers".to_owned(),
            endpoints: endpoints(),
            switches_at: self.world.clock.now().plus(30 * DAY),
            overlap: Some(10 * DAY),
            reminded_before: None,
            lowered_ttl: None,
        }
    }

    async fn declared(&self) -> Renumbering {
        self.operator.declare(self.wished()).await.unwrap()
    }

    fn people(&self) -> directory::Administration {
        self.parts.directory.administration(Scope::Operator("test"), "otto")
    }

    /// Until a moment, with what is due then done.
    async fn until(&self, moment: Timestamp) -> usize {
        self.world.clock.advance(moment.since(self.world.clock.now()));
        self.renumberings.tend().await.unwrap()
    }

    /// The records of the own zone of these owners and types, as «owner ttl TYPE data».
    async fn lines(&self, kinds: &[&str]) -> Vec<String> {
        let records = self.zones.records(self.own.id).await.unwrap();
        let wanted = records.iter().filter(|record| kinds.contains(&record.kind.as_str()));
        wanted.map(|one| format!("{} {} {} {}", one.owner, one.ttl, one.kind, one.data)).collect()
    }

    /// Acts in the installation's log of changes, the oldest first.
    async fn acts(&self) -> Vec<String> {
        let trail = trail::Trail::new(self.parts.db.clone());
        let changes = trail.changes(None, db::Seek::first(200)).await.unwrap().items;
        changes.iter().rev().map(|one| one.action.clone()).collect()
    }
}
