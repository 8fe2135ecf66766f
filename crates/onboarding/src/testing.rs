//! For the tests of the doors above: the onboarding upon a database that has its tables.

use blobs::Blobs;
use db::Db;
use mail_flow::Settings;
use mail_flow::testing::Town;
use model::Domain;
use world::World;
use zones::Zones;

use crate::{Onboarding, Surroundings};

/// The onboarding of a node called `mail.relais.test`, whose letters stay in memory.
pub fn onboarding(db: &Db, world: &World, zones: &Zones) -> Onboarding {
    let hostname = Domain::parse("mail.relais.test").expect("invariant: a domain");
    let blobs = Blobs::open("memory:", blobs::Options::default()).expect("invariant: memory is always there");
    let settings = Settings::new(hostname.clone(), "one".to_owned());
    let flow = Town::node(db.clone(), blobs, world.clone(), settings).flow;
    let surroundings = Surroundings { hostname, sources: Vec::new() };
    Onboarding::new(db.clone(), world.clone(), flow, zones.clone(), surroundings)
}
