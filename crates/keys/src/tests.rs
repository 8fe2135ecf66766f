//! Certificates, DKIM keys through the years, zone keys, tenants.

mod certificates;
mod dkim;
mod vault;
mod zones;

use db::Db;
use directory::{Directory, Scope};
use model::{Domain, OrganisationId};
use world::{StaticNames, World};

use crate::{Keys, MIGRATIONS};

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

/// An installation with `valbois.test` and another tenant's `acme.test`.
struct Town {
    db: Db,
    world: World,
    keys: Keys,
    directory: Directory,
    valbois: OrganisationId,
    acme: OrganisationId,
}

/// The tables of these tests.
const TABLES: [db::Migrations; 3] = [trail::MIGRATIONS, directory::MIGRATIONS, MIGRATIONS];

impl Town {
    async fn on(db: Db, names: StaticNames) -> Town {
        let world = World::testing_with_names(names);
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let valbois = operator.create_organisation("Commune de Valbois").await.unwrap().id;
        let acme = operator.create_organisation("Acme").await.unwrap().id;
        operator.create_domain(valbois, None, &domain("valbois.test")).await.unwrap();
        operator.create_domain(acme, None, &domain("acme.test")).await.unwrap();
        let keys = Keys::new(db.clone(), world.clone());
        Town { db, world, keys, directory, valbois, acme }
    }

    /// The same rows with other names in the world: what is published has changed.
    fn with_names(&self, names: StaticNames) -> Keys {
        let mut world = self.world.clone();
        world.names = world::Names::fixed(names);
        Keys::new(self.db.clone(), world)
    }

    /// What a zone of ours does after each change of keys.
    async fn publish(&self, name: &str) {
        let (keys, name) = (self.keys.clone(), domain(name));
        self.db.operator("test").write(move |tx| keys.note_in_our_zone(tx, &name)).await.unwrap();
    }
}

async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&TABLES) {
        towns.push(Town::on(db, StaticNames::default()).await);
    }
    towns
}
