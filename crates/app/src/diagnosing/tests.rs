//! A domain whose DNS breaks: its administrator finds a letter.

use std::time::Duration;

use directory::{NewAddress, NewUser, Role};
use model::{Address, Domain};
use world::{Names, StaticNames, World};
use zones::Standing;

use super::*;

const DOMAIN: &str = "valbois.test";
const SCOPE: Scope = Scope::Operator("a test administers");

fn names(spf: &[&str]) -> Names {
    let mut names = StaticNames::default()
        .with(DOMAIN, "MX", "10 mail.valbois.test.")
        .with("mail.valbois.test", "A", "192.0.2.25")
        .with("spf.mail.valbois.test", "TXT", "v=spf1 ip4:192.0.2.25 -all");
    for record in spf {
        names = names.with(DOMAIN, "TXT", record);
    }
    Names::fixed(names)
}

fn installation(db: &db::Db, blobs: &blobs::Blobs, world: &World, data: &std::path::Path) -> Installation {
    let text = format!("[node]\nhostname = 'mail.valbois.test'\ndata = '{}'", data.display());
    let config = toml::from_str(&text).unwrap();
    Installation::assemble(config, world.clone(), db.clone(), blobs.clone(), keys::Vault::testing()).unwrap()
}

#[tokio::test]
async fn administrators_hear_when_a_light_changes_and_only_then() {
    for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
        let data = tempfile::tempdir().unwrap();
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let mut world = World::testing();
        world.names = names(&["v=spf1 include:spf.mail.valbois.test -all"]);
        let well = installation(&db, &blobs, &world, data.path());
        let directory = well.directory.administration(SCOPE, "test");
        let organisation = directory.create_organisation("Commune").await.unwrap().id;
        let zones = well.zones.administration(SCOPE, "test");
        let hostname = Domain::parse("mail.valbois.test").unwrap();
        zones.change_installation(zones::Installation::single(hostname, Vec::new())).await.unwrap();
        let domain = Domain::parse(DOMAIN).unwrap();
        zones.create_domain(organisation, None, &domain, Standing::Stays).await.unwrap();
        let login = Address::parse("admin@valbois.test").unwrap();
        let new = NewAddress { address: login.clone(), alias_to: Vec::new(), quota_bytes: None };
        directory.create_address(new).await.unwrap();
        let user = NewUser {
            organisation,
            login: login.clone(),
            name: "Administration".to_owned(),
            role: Role::LegalOwner,
            password: "correct horse battery".to_owned().into(),
        };
        directory.create_user(user).await.unwrap();

        // The first look is no change.
        look_at_what_is_due(&well).await.unwrap();
        assert_eq!(letters(&well, &login).await, 0);
        let later = zones::diagnosis::INTERVAL + Duration::from_secs(1);
        world.clock.advance(later);
        look_at_what_is_due(&well).await.unwrap();
        assert_eq!(letters(&well, &login).await, 0);

        world.clock.advance(later);
        world.names = names(&["v=spf1 -all", "v=spf1 mx -all"]);
        let ill = installation(&db, &blobs, &world, data.path());
        look_at_what_is_due(&ill).await.unwrap();
        assert_eq!(letters(&ill, &login).await, 1);
        // Nobody is told twice, and nothing is looked at before its turn.
        look_at_what_is_due(&ill).await.unwrap();
        world.clock.advance(later);
        look_at_what_is_due(&ill).await.unwrap();
        assert_eq!(letters(&ill, &login).await, 1);
    }
}

/// How many letters wait for the address, or have arrived.
async fn letters(installation: &Installation, address: &Address) -> usize {
    let search = trail::Search { to: Some(address.clone()), ..trail::Search::default() };
    installation.trail.ways(search).await.unwrap().len()
}
