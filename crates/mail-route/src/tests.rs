//! Aliases, on each engine.

use directory::{NewAddress, Scope};
use model::Domain;
use world::World;

use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

async fn towns() -> Vec<(Directory, directory::Administration)> {
    let mut towns = Vec::new();
    for db in db::testing::engines() {
        db.migrate(&[trail::MIGRATIONS, directory::MIGRATIONS]).unwrap();
        let directory = Directory::new(db, World::testing());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let organisation = operator.create_organisation("Valbois").await.unwrap().id;
        operator.create_domain(organisation, None, &Domain::parse("valbois.test").unwrap()).await.unwrap();
        towns.push((directory, operator));
    }
    towns
}

async fn create(operator: &directory::Administration, name: &str, targets: &[&str]) {
    let alias_to = targets.iter().map(|target| address(target)).collect();
    let new = NewAddress { address: address(name), alias_to, quota_bytes: None };
    operator.create_address(new).await.unwrap();
}

/// The goals of a recipient, in words.
async fn goals(directory: &Directory, to: &str) -> String {
    let legs = route(directory, &address(to)).await.unwrap();
    let words = legs.iter().map(|leg| match &leg.route {
        Route::Account { address, .. } => address.to_string(),
        Route::Remote { address } => format!(">{address}"),
        Route::Nowhere { reply } => reply.status(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_recipient_has_a_route() {
    for (directory, operator) in towns().await {
        for mailbox in ["anna@valbois.test", "bruno@valbois.test"] {
            create(&operator, mailbox, &[]).await;
        }
        create(&operator, "one@valbois.test", &["anna@valbois.test"]).await;
        create(
            &operator,
            "team@valbois.test",
            &["one@valbois.test", "bruno@valbois.test", "anna+x@valbois.test", "z@else.test"],
        )
        .await;
        create(&operator, "all@valbois.test", &["team@valbois.test", "one@valbois.test", "z@else.test"])
            .await;
        create(&operator, "lost@valbois.test", &["gone@valbois.test"]).await;
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
            assert_eq!(goals(&directory, to).await, expected, "{to}");
        }
    }
}

#[tokio::test]
async fn circles_of_aliases_end() {
    for (directory, operator) in towns().await {
        create(&operator, "anna@valbois.test", &[]).await;
        create(&operator, "a@valbois.test", &["b@valbois.test"]).await;
        create(&operator, "b@valbois.test", &["c@valbois.test", "anna@valbois.test"]).await;
        create(&operator, "c@valbois.test", &["a@valbois.test"]).await;
        // What is outside the circle is reached.
        assert_eq!(goals(&directory, "a@valbois.test").await, "anna@valbois.test");
        let id = operator.address_called(&address("b@valbois.test")).await.unwrap().id;
        let change = directory::AddressChange {
            alias_to: Some(vec![address("c@valbois.test")]),
            ..directory::AddressChange::default()
        };
        operator.change_address(id, change).await.unwrap();
        assert_eq!(goals(&directory, "a@valbois.test").await, "5.4.6");
        // A long chain ends as well.
        for step in 0..12 {
            create(&operator, &format!("s{step}@valbois.test"), &[&format!("s{}@valbois.test", step + 1)])
                .await;
        }
        create(&operator, "s12@valbois.test", &["anna@valbois.test"]).await;
        assert_eq!(goals(&directory, "s3@valbois.test").await, "anna@valbois.test");
        assert_eq!(goals(&directory, "s0@valbois.test").await, "5.4.6");
    }
}
