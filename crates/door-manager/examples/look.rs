//! Serves the Manager on 127.0.0.1:8099 with made-up data, to look at it while working on the screens.

use std::sync::Arc;

use directory::{Directory, NewAddress, NewUser, Options, Role, Scope};
use model::{Address, Domain};
use world::{StaticNames, World};
use zones::diagnosis::Looker;
use zones::{Edit, Installation, NewRecord, Standing, Zones};

#[tokio::main]
async fn main() {
    let db = db::Db::open("sqlite:/tmp/h-look.db", db::Options::default()).expect("a database in memory");
    db.migrate(&[
        trail::MIGRATIONS,
        directory::MIGRATIONS,
        keys::MIGRATIONS,
        zones::MIGRATIONS,
        mail_reports::MIGRATIONS,
        reputation::MIGRATIONS,
        trust::MIGRATIONS,
    ])
    .expect("tables");
    let names = StaticNames::default()
        .with("valbois.test", "TXT", "v=spf1 include:spf.relais.test include:_spf.newsletter.test -all")
        .with("spf.relais.test", "TXT", "v=spf1 ip4:127.0.0.1 include:relay.relais.test -all")
        .with("relay.relais.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all")
        .with("_spf.newsletter.test", "TXT", "v=spf1 include:a.newsletter.test mx ~all")
        .with("a.newsletter.test", "TXT", "v=spf1 ip4:198.51.100.0/24 ~all")
        .with("valbois.test", "MX", "10 mail.relais.test.")
        .with("_dmarc.valbois.test", "TXT", "v=DMARC1; p=none");
    let world = World::testing_with_names(names);
    let directory = Directory::with_options(
        db.clone(),
        world.clone(),
        Options { exempt_loopback: true, ..Options::default() },
    );
    let operator = directory.administration(Scope::Operator("look"), "look");
    let organisation = operator.create_organisation("Commune de Valbois").await.unwrap().id;
    operator.create_organisation("Acme SA").await.unwrap();
    let keys = keys::Keys::new(db.clone(), world.clone());
    let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
    let all = zones.administration(Scope::Operator("look"), "look");
    let hostname = Domain::parse("mail.relais.test").unwrap();
    all.change_installation(Installation::single(hostname.clone(), vec!["192.0.2.25".parse().unwrap()]))
        .await
        .unwrap();
    let tenant = zones.administration(Scope::Tenant(organisation), "admin@valbois.test");
    let zone = tenant
        .create_zone(organisation, "valbois.test")
        .await
        .or(all.create_zone(organisation, "valbois.test").await)
        .unwrap();
    all.create_zone(organisation, "valbois-tourisme.test").await.unwrap();
    let domain = Domain::parse("valbois.test").unwrap();
    tenant.create_domain(organisation, None, &domain, Standing::Stays).await.unwrap();
    tenant
        .create_domain(organisation, None, &Domain::parse("ailleurs.test").unwrap(), Standing::Stays)
        .await
        .unwrap();
    let add = vec![
        NewRecord::new("www", "A", "192.0.2.80"),
        NewRecord::new("www", "AAAA", "2001:db8::80"),
        NewRecord::new("@", "A", "192.0.2.80"),
        NewRecord::new("@", "CAA", "0 issue \"letsencrypt.org\""),
        NewRecord::new("blog", "CNAME", "www"),
        NewRecord::new("@", "TXT", "preuve-de-possession=3b1f0c9d"),
    ];
    tenant.edit(zone.id, Edit { called: "Site web".to_owned(), add, ..Edit::default() }).await.unwrap();
    tenant
        .edit(
            zone.id,
            Edit {
                add: (0..70)
                    .map(|n| NewRecord::new(format!("poste-{n:02}"), "A", format!("192.0.2.{n}")))
                    .collect(),
                ..Edit::default()
            },
        )
        .await
        .unwrap();
    for login in ["anna@valbois.test", "bruno@valbois.test"] {
        operator
            .create_address(NewAddress {
                address: Address::parse(login).unwrap(),
                alias_to: Vec::new(),
                quota_bytes: None,
            })
            .await
            .unwrap();
    }
    let user = operator
        .create_user(NewUser {
            organisation,
            login: Address::parse("admin@valbois.test").unwrap(),
            name: "Claire Dubois".to_owned(),
            role: Role::LegalOwner,
            password: directory::Zeroizing::new("une phrase de passe".to_owned()),
        })
        .await
        .unwrap();
    operator.set_operator(user.id, true).await.unwrap();
    let reports = mail_reports::Reports::new(
        db.clone(),
        world.clone(),
        directory.clone(),
        mail_reports::Settings::new(hostname),
    );
    let reputation = reputation::Reputation::new(db.clone(), world.clone(), directory.clone());
    let looker = Looker { world: world.clone(), certificate: None };
    let shared = door_manager::Shared { db, world, directory, zones, keys, looker, reports, reputation };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await.unwrap();
    axum::serve(listener, door_manager::router(Arc::new(shared))).await.unwrap();
}
