//! Aliases, on each engine.

mod forwarding;
mod relays;

use directory::{NewAddress, Scope};
use model::Domain;
use world::World;

use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A directory with the return paths of its installation.
struct Town {
    world: World,
    directory: Directory,
    paths: ReturnPaths,
    operator: directory::Administration,
}

async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, keys::MIGRATIONS, MIGRATIONS])
    {
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let paths = ReturnPaths::new(db.clone(), world.clone(), keys::Keys::new(db, world.clone()));
        let operator = directory.administration(Scope::Operator("test"), "test");
        let organisation = operator.create_organisation("Valbois").await.unwrap().id;
        operator.create_domain(organisation, None, &Domain::parse("valbois.test").unwrap()).await.unwrap();
        towns.push(Town { world, directory, paths, operator });
    }
    towns
}

async fn create(operator: &directory::Administration, name: &str, targets: &[&str]) {
    let alias_to = targets.iter().map(|target| address(target)).collect();
    let new = NewAddress { address: address(name), alias_to, quota_bytes: None };
    operator.create_address(new).await.unwrap();
}

/// The goals of a recipient, in words.
async fn goals(town: &Town, to: &str) -> String {
    goals_from(town, "eve@stranger.test", to).await
}

async fn goals_from(town: &Town, from: &str, to: &str) -> String {
    let from = match from {
        "" => ReversePath::Null,
        from => ReversePath::Address(address(from)),
    };
    let legs = route(&town.directory, &town.paths, &from, &address(to)).await.unwrap();
    let words = legs.iter().map(|leg| match &leg.route {
        Route::Account { address, .. } => address.to_string(),
        Route::Remote { address } => format!(">{address}"),
        Route::Gateway { address, integration } => format!(">{address} by {integration}"),
        Route::Reports { domain, .. } => format!("reports of {domain}"),
        Route::Nowhere { reply } => reply.status(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_recipient_has_a_route() {
    for town in towns().await {
        let operator = &town.operator;
        for mailbox in ["anna@valbois.test", "bruno@valbois.test"] {
            create(operator, mailbox, &[]).await;
        }
        create(operator, "one@valbois.test", &["anna@valbois.test"]).await;
        create(
            operator,
            "team@valbois.test",
            &["one@valbois.test", "bruno@valbois.test", "anna+x@valbois.test", "z@else.test"],
        )
        .await;
        create(operator, "all@valbois.test", &["team@valbois.test", "one@valbois.test", "z@else.test"]).await;
        create(operator, "lost@valbois.test", &["gone@valbois.test"]).await;
        for (to, expected) in [
            ("anna@valbois.test", "anna@valbois.test"),
            ("Anna+list@valbois.test", "anna@valbois.test"),
            ("postmaster@valbois.test", "anna@valbois.test"),
            ("z@else.test", ">z@else.test"),
            ("one@valbois.test", "anna@valbois.test"),
            // Breadth first, each goal once.
            ("team@valbois.test", "bruno@valbois.test anna@valbois.test >z@else.test"),
            ("all@valbois.test", ">z@else.test bruno@valbois.test anna@valbois.test"),
            ("nobody@valbois.test", "5.1.1"),
            ("lost@valbois.test", "5.1.1"),
        ] {
            assert_eq!(goals(&town, to).await, expected, "{to}");
        }
    }
}

#[tokio::test]
async fn circles_of_aliases_end() {
    for town in towns().await {
        let operator = &town.operator;
        create(operator, "anna@valbois.test", &[]).await;
        create(operator, "a@valbois.test", &["b@valbois.test"]).await;
        create(operator, "b@valbois.test", &["c@valbois.test", "anna@valbois.test"]).await;
        create(operator, "c@valbois.test", &["a@valbois.test"]).await;
        // What is outside the circle is reached.
        assert_eq!(goals(&town, "a@valbois.test").await, "anna@valbois.test");
        let id = operator.address_called(&address("b@valbois.test")).await.unwrap().id;
        let change = directory::AddressChange {
            alias_to: Some(vec![address("c@valbois.test")]),
            ..directory::AddressChange::default()
        };
        operator.change_address(id, change).await.unwrap();
        assert_eq!(goals(&town, "a@valbois.test").await, "5.4.6");
        // A long chain ends as well.
        for step in 0..12 {
            create(operator, &format!("s{step}@valbois.test"), &[&format!("s{}@valbois.test", step + 1)])
                .await;
        }
        create(operator, "s12@valbois.test", &["anna@valbois.test"]).await;
        assert_eq!(goals(&town, "s3@valbois.test").await, "anna@valbois.test");
        assert_eq!(goals(&town, "s0@valbois.test").await, "5.4.6");
    }
}

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

#[tokio::test]
async fn a_report_finds_its_way_back_through_every_kind_of_return_path() {
    for town in towns().await {
        let ours = Domain::parse("valbois.test").unwrap();
        let long = format!("{}@a-rather-long-name.newsletters.example", "bounces+7f3a".repeat(4));
        for (sender, kind) in [
            ("eve@stranger.test", "SRS0="),
            ("Eve.With=Signs@stranger.test", "SRS0="),
            ("\"eve and more\"@stranger.test", "\"SRS0="),
            ("SRS0=abcd=ef=first.example=zoe@middle.example", "SRS1="),
            ("srs0+abcd=ef=first.example=zoe@middle.example", "SRS1="),
            (long.as_str(), "SRSD="),
            ("zo\u{eb}@stranger.test", "SRS0="),
        ] {
            let path = town.paths.make(&address(sender), &ours).await.unwrap();
            assert!(path.to_string().starts_with(kind), "{path}");
            assert!(path.localpart().as_str().len() <= 64, "{path}");
            assert_eq!(path.domain(), &ours);
            let expected = match sender {
                "srs0+abcd=ef=first.example=zoe@middle.example" => {
                    ">SRS0+abcd=ef=first.example=zoe@middle.example".to_owned()
                }
                other => format!(">{other}"),
            };
            assert_eq!(goals_from(&town, "", &path.to_string()).await, expected);
            // Some servers change the case of local parts, and the hash holds all the same.
            let lower = path.to_string().to_lowercase();
            let found = goals_from(&town, "", &lower).await.to_lowercase();
            assert_eq!(found, expected.to_lowercase());
            // Only reports come this way (RFC 5321 §4.5.5: the null sender).
            assert_eq!(goals_from(&town, "eve@stranger.test", &path.to_string()).await, "5.7.1");
        }
    }
}

#[tokio::test]
async fn a_return_path_that_was_changed_or_is_too_old_leads_nowhere() {
    for town in towns().await {
        let ours = Domain::parse("valbois.test").unwrap();
        let acme = Domain::parse("acme.test").unwrap();
        let organisation = town.operator.create_organisation("Acme").await.unwrap().id;
        town.operator.create_domain(organisation, None, &acme).await.unwrap();
        let path = town.paths.make(&address("eve@stranger.test"), &ours).await.unwrap().to_string();
        for false_path in [
            path.replace("=eve@", "=eva@"),
            path.replace("stranger.test", "estranger.test"),
            // Made for one domain, used at another tenant's.
            path.replace("@valbois.test", "@acme.test"),
            "SRS0=aaaaaaaa=aa=stranger.test=eve@valbois.test".to_owned(),
            "SRS0=aaaaaaaa=aa=stranger.test@valbois.test".to_owned(),
            "SRS0==@valbois.test".to_owned(),
            "SRS1=aaaaaaaa=first.example==x=y=z=zoe@valbois.test".to_owned(),
            "SRS1=@valbois.test".to_owned(),
            "SRSD=aaaaaaaa=aa=token@valbois.test".to_owned(),
            "SRSX=aaaaaaaa=aa=token@valbois.test".to_owned(),
            "SRS0@valbois.test".to_owned(),
        ] {
            assert_eq!(goals_from(&town, "", &false_path).await, "5.1.1", "{false_path}");
        }
        // A hash of one character less, or with one changed.
        let (kind, rest) = path.split_once('=').unwrap();
        let (hash, rest) = rest.split_once('=').unwrap();
        for hash in [&hash[1..], &format!("{}7", &hash[..7]), &format!("{}a", &hash[..7]), ""] {
            let changed = format!("{kind}={hash}={rest}");
            let is_same = changed == path;
            assert_eq!(goals_from(&town, "", &changed).await == "5.1.1", !is_same, "{changed}");
        }
        let long = format!("{}@a-rather-long-name.newsletters.example", "x".repeat(50));
        let indirect = town.paths.make(&address(&long), &ours).await.unwrap().to_string();
        town.world.clock.advance(DAY * 20);
        assert_eq!(goals_from(&town, "", &path).await, ">eve@stranger.test");
        town.paths.tend().await.unwrap();
        assert_eq!(goals_from(&town, "", &indirect).await, format!(">{long}"));
        town.world.clock.advance(DAY * 2);
        assert_eq!(goals_from(&town, "", &path).await, "5.1.1");
        assert_eq!(goals_from(&town, "", &indirect).await, "5.1.1");
        town.world.clock.advance(DAY * 2);
        town.paths.tend().await.unwrap();
    }
}

#[tokio::test]
async fn an_address_that_exists_counts_before_a_return_path_and_letters_to_ours_stay_here() {
    for town in towns().await {
        create(&town.operator, "SRS0=it=is=mine@valbois.test", &[]).await;
        assert_eq!(goals(&town, "srs0=it=is=mine@valbois.test").await, "SRS0=it=is=mine@valbois.test");
        // A sender who is one of ours, reached by the path that a letter of his was given.
        create(&town.operator, "anna@valbois.test", &[]).await;
        let ours = Domain::parse("valbois.test").unwrap();
        let path = town.paths.make(&address("anna@valbois.test"), &ours).await.unwrap();
        assert_eq!(goals_from(&town, "", &path.to_string()).await, "anna@valbois.test");
        // Forwarded twice by us: from SRS0 to SRS1 and back.
        let twice = town.paths.make(&path, &ours).await.unwrap();
        assert_eq!(goals_from(&town, "", &twice.to_string()).await, "anna@valbois.test");
    }
}
