//! The zones on each engine.

mod administering;
mod diagnosing;
mod files;
mod history;
mod limited;
mod linking;
mod mailing;
mod ownership;
mod pure;
mod refusing;
mod servers;
mod suffixes;
mod synonyms;

use db::Db;
use directory::{Directory, Scope};
use keys::Keys;
use model::{Address, Domain, OrganisationId, ZoneId};
use world::{StaticNames, World};

use crate::{
    Administration, Diff, Edit, Host, Installation, MIGRATIONS, NewRecord, RecordInfo, ZoneError, ZoneInfo,
    Zones,
};

/// Two organisations; Valbois has the zone `valbois.test`, and the installation is `relais.test`.
struct Town {
    db: Db,
    world: World,
    zones: Zones,
    directory: Directory,
    operator: Administration,
    tenant: Administration,
    valbois: OrganisationId,
    acme: OrganisationId,
    zone: ZoneInfo,
}

impl Town {
    fn tenant_of(&self, organisation: OrganisationId) -> Administration {
        self.zones.administration(Scope::Tenant(organisation), "somebody")
    }

    /// Adds records, each as «owner TYPE data».
    async fn add(&self, lines: &[&str]) -> Result<Diff, ZoneError> {
        let add = lines.iter().map(|line| record(line)).collect();
        self.tenant.edit(self.zone.id, Edit { add, ..Edit::default() }).await
    }

    /// The newest entry of the organisation's log of changes of this name, as «who for whom act: what», with its facts.
    async fn newest(&self, action: &str) -> (String, trail::Facts, trail::Facts) {
        let search = trail::ChangeSearch {
            organisation: Some(self.valbois),
            action: action.to_owned(),
            ..trail::ChangeSearch::default()
        };
        let trail = trail::Trail::new(self.db.clone());
        let entry = trail.changes(search, db::Seek::first(1)).await.unwrap().items.remove(0);
        let behalf = entry.actor.behalf.as_ref().map(|behalf| format!(" for {behalf}")).unwrap_or_default();
        let told = format!("{}{behalf} {}: {}", entry.actor.who, entry.action, entry.what);
        (told, entry.before.clone(), entry.after.clone())
    }

    async fn lines(&self, zone: ZoneId) -> Vec<String> {
        self.operator.records(zone).await.unwrap().iter().map(line).collect()
    }

    async fn id_of(&self, wanted: &str) -> model::RecordId {
        let records = self.operator.records(self.zone.id).await.unwrap();
        records.iter().find(|record| line(record) == wanted).unwrap_or_else(|| panic!("no {wanted}")).id
    }
}

fn line(info: &RecordInfo) -> String {
    format!("{} {} {}", info.owner, info.kind, info.data)
}

/// «owner TYPE data»
fn record(line: &str) -> NewRecord {
    let mut parts = line.splitn(3, ' ');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    NewRecord::new(part(), part(), part())
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn installation() -> Installation {
    let mut installation =
        Installation::single(domain("mail.relais.test"), vec!["192.0.2.25".parse().unwrap()]);
    installation.spf_host = domain("spf.relais.test");
    installation.contact = Address::parse("host.master@relais.test").unwrap();
    installation.name_servers = ["ns1.relais.test", "ns2.relais.test"]
        .map(|name| Host { name: domain(name), addresses: vec!["192.0.2.53".parse().unwrap()] })
        .to_vec();
    installation
}

async fn towns() -> Vec<Town> {
    towns_in(ours(&["valbois.test"])).await
}

/// Zones whose name servers are ours, as the world sees it.
fn ours(zones: &[&str]) -> StaticNames {
    zones.iter().fold(StaticNames::default(), |names, zone| names.with(zone, "NS", "ns1.relais.test."))
}

async fn towns_in(names: StaticNames) -> Vec<Town> {
    towns_on(db::testing::migrated(&TABLES), names).await
}

/// The tables of these tests.
const TABLES: [db::Migrations; 5] =
    [trail::MIGRATIONS, directory::MIGRATIONS, hosts::MIGRATIONS, keys::MIGRATIONS, MIGRATIONS];

async fn towns_on(engines: Vec<Db>, names: StaticNames) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in engines {
        let world = World::testing_with_names(names.clone());
        let directory = Directory::new(db.clone(), world.clone());
        let keys = Keys::new(db.clone(), world.clone());
        let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys);
        let people = directory.administration(Scope::Operator("test"), "test");
        let valbois = people.create_organisation("Commune de Valbois").await.unwrap().id;
        let acme = people.create_organisation("Acme").await.unwrap().id;
        let operator = zones.administration(Scope::Operator("test"), "operator");
        operator.change_installation(installation()).await.unwrap();
        let tenant = zones.administration(Scope::Tenant(valbois), "anna");
        let zone = tenant.create_zone(valbois, "valbois.test").await.unwrap();
        towns.push(Town { db, world, zones, directory, operator, tenant, valbois, acme, zone });
    }
    towns
}

/// The field and the rule of a refusal.
fn refusal(result: Result<Diff, ZoneError>) -> (&'static str, String, &'static str) {
    match result.unwrap_err() {
        ZoneError::Invalid { field, reason, rule, .. } => (field, reason, rule),
        other => panic!("another error: {other}"),
    }
}
