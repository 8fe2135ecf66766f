//! The onboarding on each engine, with a server of a customer's on loopback; the words; what is judged of what was seen.

mod connecting;
mod informing;
mod judging;
mod recording;
mod words;

use blobs::Blobs;
use db::Db;
use directory::{Directory, DirectoryError, Scope};
use gateways::{
    Direction, InboundTarget, Integration, IntegrationChange, IntegrationState, NewCertificate,
    NewIntegration, Presented,
};
use keys::Keys;
use mail_flow::testing::Town as Flows;
use mail_flow::{Flow, Settings};
use model::{Domain, IntegrationId, OrganisationId};
use world::{StaticNames, World};
use zones::Zones;

use crate::{Administration, Onboarding, Surroundings};

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

/// Two organisations with an integration each; that of Valbois has the domain `else.test`, confirmed by staff.
struct Town {
    db: Db,
    world: World,
    flow: Flow,
    onboarding: Onboarding,
    valbois: OrganisationId,
    one: IntegrationId,
    acme: OrganisationId,
    other: IntegrationId,
}

/// An address of ours.
const OWN: &str = "198.51.100.25";

/// Names that lead to a server on loopback.
fn names() -> StaticNames {
    StaticNames::default()
        .with("else.test", "MX", "10 gw1.else.test.")
        .with("gw1.else.test", "A", "127.0.0.1")
        .with("mail.relais.test", "A", "192.0.2.25")
        .with("else.test.incamail.ch", "MX", "10 mail.relais.test.")
}

async fn towns() -> Vec<Town> {
    towns_with(names(), 25, true).await
}

async fn towns_with(names: StaticNames, port: u16, may_reach_itself: bool) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&mail_flow::testing::MIGRATIONS) {
        db.migrate(&[hosts::MIGRATIONS, zones::MIGRATIONS, crate::MIGRATIONS]).unwrap();
        let world = World::testing_with_names(names.clone());
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let valbois = operator.create_organisation("Valbois").await.unwrap().id;
        let acme = operator.create_organisation("Acme").await.unwrap().id;
        let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
        let mut settings = Settings::new(domain("mail.relais.test"), "one".to_owned());
        settings.outbound.port = port;
        settings.outbound.may_reach_itself = may_reach_itself;
        let flow = Flows::node(db.clone(), blobs, world.clone(), settings).flow;
        let keys = Keys::new(db.clone(), world.clone());
        let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys);
        let surroundings =
            Surroundings { hostname: domain("mail.relais.test"), sources: vec![OWN.parse().unwrap()] };
        let onboarding = Onboarding::new(db.clone(), world.clone(), flow.clone(), zones, surroundings);
        let (one, other) = (made(&flow, valbois).await, made(&flow, acme).await);
        let staff = flow.gateways().administration(Scope::Operator("test"), "otto");
        staff.add_domain(one, domain("else.test")).await.unwrap();
        staff.confirm_domain(one, &domain("else.test")).await.unwrap();
        towns.push(Town { db, world, flow, onboarding, valbois, one, acme, other });
    }
    towns
}

async fn made(flow: &Flow, organisation: OrganisationId) -> IntegrationId {
    made_called(flow, organisation, "Muster AG").await
}

async fn made_called(flow: &Flow, organisation: OrganisationId, name: &str) -> IntegrationId {
    let new = NewIntegration {
        organisation,
        name: name.to_owned(),
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
    };
    let own = flow.gateways().administration(Scope::Tenant(organisation), "anna");
    own.create(new).await.unwrap().id
}

impl Town {
    /// Somebody of Valbois.
    fn anna(&self) -> Administration {
        self.onboarding.administration(Scope::Tenant(self.valbois), "anna")
    }

    /// Somebody of Acme.
    fn zoe(&self) -> Administration {
        self.onboarding.administration(Scope::Tenant(self.acme), "zoe")
    }

    fn operator(&self) -> Administration {
        self.onboarding.administration(Scope::Operator("test"), "otto")
    }

    async fn declare(&self, host: &str) -> Integration {
        let staff = self.flow.gateways().administration(Scope::Operator("test"), "otto");
        let presented = Presented::Name(domain(host));
        staff
            .add_certificate(self.one, NewCertificate { presented, direction: Direction::Both })
            .await
            .unwrap()
    }

    async fn activate(&self) -> Integration {
        let staff = self.flow.gateways().administration(Scope::Operator("test"), "otto");
        let change =
            IntegrationChange { state: Some(IntegrationState::Active), ..IntegrationChange::default() };
        staff.change(self.one, change).await.unwrap()
    }

    /// What the log of changes has of Valbois, the oldest first.
    async fn log(&self) -> Vec<String> {
        let seek = db::Seek { after: None, limit: 200 };
        let page = trail::Trail::new(self.db.clone()).changes(Some(self.valbois), seek).await.unwrap();
        let told = page.items.iter().map(|entry| format!("{}: {}", entry.change.action, entry.change.what));
        let mut told: Vec<String> = told.collect();
        told.reverse();
        told
    }
}

/// The field that a rule refuses, or that nothing was found.
fn field<T>(result: Result<T, DirectoryError>) -> &'static str {
    match result.err().expect("a refusal") {
        DirectoryError::Invalid { field, .. }
        | DirectoryError::Conflict { field, .. }
        | DirectoryError::InUse { field, .. } => field,
        DirectoryError::NotFound { .. } => "not found",
        other => panic!("{other}"),
    }
}
