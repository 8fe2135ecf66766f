//! Whose a name is: what a tenant cannot take, and how it shows that a name is its own.

use directory::{Found, Scope};
use model::Address;
use world::{StaticNames, World};

use super::{Town, domain, ours, towns, towns_in};
use crate::{Administration, Standing, ZoneError, Zones};

async fn take(who: &Administration, town: &Town, name: &str) -> Result<(), ZoneError> {
    let organisation = who.scope().organisation().unwrap_or(town.acme);
    who.create_domain(organisation, None, &domain(name), Standing::Stays).await.map(drop)
}

/// The reason of a refusal of the field «domain».
async fn reason(who: &Administration, town: &Town, name: &str) -> String {
    match take(who, town, name).await {
        Err(ZoneError::Invalid { field: "domain", reason, .. }) => reason,
        other => panic!("{name}: {other:?}"),
    }
}

/// The same rows, seen in another world.
fn seen_with(town: &Town, names: StaticNames, organisation: model::OrganisationId) -> Administration {
    let mut world: World = town.world.clone();
    world.names = world::Names::fixed(names);
    let keys = keys::Keys::new(town.db.clone(), world.clone());
    Zones::new(town.db.clone(), world, town.directory.clone(), keys)
        .administration(Scope::Tenant(organisation), "somebody")
}

#[tokio::test]
async fn a_tenant_takes_no_name_of_others_nor_of_the_installation() {
    // Whatever the name servers of these names are: that is not the question here.
    let names = ours(&["valbois.test", "relais.test", "gov.relais.test", "big.test", "mail.relais.test"]);
    for town in towns_in(names).await {
        let stranger = town.tenant_of(town.acme);
        town.tenant
            .create_domain(town.valbois, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        town.operator
            .create_domain(town.valbois, None, &domain("mail-only.big.test"), Standing::Stays)
            .await
            .unwrap();
        for name in [
            "valbois.test",
            "deep.valbois.test",
            "mail-only.big.test",
            "below.mail-only.big.test",
            "big.test",
        ] {
            let error = take(&stranger, &town, name).await.unwrap_err();
            assert!(matches!(error, ZoneError::Conflict { field: "domain", .. }), "{name}: {error}");
        }
        // Nor as a zone, below a mail domain of somebody else.
        let error = stranger.create_zone(town.acme, "below.mail-only.big.test").await.unwrap_err();
        assert!(matches!(error, ZoneError::Conflict { .. }), "{error}");
        for name in ["co.uk", "github.io"] {
            assert!(reason(&stranger, &town, name).await.contains("public suffix"), "{name}");
        }
        let own_names =
            ["mail.relais.test", "ns1.relais.test", "ns2.relais.test", "spf.relais.test", "relais.test"];
        for name in own_names {
            assert!(reason(&stranger, &town, name).await.contains("of the installation"), "{name}");
            // No zone either: it would answer in the installation's place.
            let error = stranger.create_zone(town.acme, name).await.unwrap_err();
            assert!(matches!(error, ZoneError::Conflict { .. }), "{name}: {error}");
        }
        // Whose zone the installation's names are in has mail there too, and still not at the very names.
        town.operator.create_zone(town.acme, "relais.test").await.unwrap();
        take(&stranger, &town, "relais.test").await.unwrap();
        assert!(reason(&stranger, &town, "mail.relais.test").await.contains("of the installation"));
        for name in ["[192.0.2.1]", "localhost"] {
            let error = take(&stranger, &town, name).await.unwrap_err();
            assert!(matches!(error, ZoneError::Directory(_)), "{name}: {error}");
        }
        let error = stranger
            .create_domain(town.valbois, None, &domain("new.test"), Standing::Stays)
            .await
            .unwrap_err();
        assert!(matches!(error, ZoneError::NotFound { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_tenant_shows_that_a_domain_is_its_own_and_an_operator_need_not() {
    for town in towns().await {
        let refused = reason(&town.tenant, &town, "victim.test").await;
        let token = refused
            .split_once("publish the TXT record _relais.victim.test with the value ")
            .and_then(|(_, rest)| rest.split_once(" and try again"))
            .unwrap_or_else(|| panic!("{refused}"))
            .0
            .to_owned();
        assert!(token.starts_with("relais-domain=") && token.len() == 46, "{token}");
        // A hosted zone alone proves nothing: anybody may ask for one.
        town.tenant.create_zone(town.valbois, "victim.test").await.unwrap();
        assert_eq!(reason(&town.tenant, &town, "victim.test").await, refused);
        let valbois = |names| seen_with(&town, names, town.valbois);
        for names in [
            StaticNames::default().with("victim.test", "NS", "ns.elsewhere.test."),
            // Name servers of what an alias leads to are not the name's.
            ours(&["valbois.test"]).with("victim.test", "CNAME", "valbois.test."),
            StaticNames::default().with("_relais.victim.test", "TXT", "relais-domain=0123"),
        ] {
            assert_eq!(reason(&valbois(names), &town, "victim.test").await, refused);
        }
        // What cannot be looked up now is not proven, and says so.
        for failing in ["victim.test", "_relais.victim.test"] {
            let reason =
                reason(&valbois(StaticNames::default().failing(failing)), &town, "victim.test").await;
            assert!(reason.starts_with(&refused) && reason.contains("cannot be looked up now"), "{reason}");
        }
        // The proof is one organisation's and one name's.
        let published = || StaticNames::default().with("_relais.victim.test", "TXT", &token);
        town.operator
            .delete_zone(town.operator.zone_called("victim.test").await.unwrap().id, false)
            .await
            .unwrap();
        let acme = seen_with(&town, published(), town.acme);
        let others = reason(&acme, &town, "victim.test").await;
        assert!(others.contains("_relais.victim.test") && !others.contains(&token), "{others}");
        let moved = StaticNames::default().with("_relais.other.test", "TXT", &token);
        assert!(!reason(&valbois(moved), &town, "other.test").await.contains(&token));
        take(&valbois(published()), &town, "victim.test").await.unwrap();
        // Names below are shown by the zone that holds them.
        let hosted = valbois(ours(&["hosted.test"]));
        assert!(reason(&hosted, &town, "a.hosted.test").await.contains("_relais.a.hosted.test"));
        hosted.create_zone(town.valbois, "hosted.test").await.unwrap();
        take(&hosted, &town, "a.hosted.test").await.unwrap();
        take(&town.operator, &town, "unproven.test").await.unwrap();
    }
}

#[tokio::test]
async fn a_tenants_synonym_is_shown_to_be_its_own_too() {
    for town in towns().await {
        town.tenant.create_zone(town.valbois, "victim.test").await.unwrap();
        let error = town.tenant.add_synonym(town.zone.id, "victim.test").await.unwrap_err();
        let ZoneError::Invalid { field: "synonym", reason, .. } = error else { panic!("{error}") };
        assert!(reason.contains("_relais.victim.test"), "{reason}");
        let shown = seen_with(&town, ours(&["victim.test"]), town.valbois);
        shown.add_synonym(town.zone.id, "victim.test").await.unwrap();
    }
}

#[tokio::test]
async fn a_synonym_leads_to_no_mail_domain_of_another_organisation() {
    for town in towns_in(ours(&["valbois.test", "bains.test"])).await {
        town.tenant.create_zone(town.valbois, "bains.test").await.unwrap();
        town.tenant.add_synonym(town.zone.id, "bains.test").await.unwrap();
        let find = async || town.directory.find(&Address::parse("anna@bains.test").unwrap()).await.unwrap();
        assert!(matches!(find().await, Found::NotOurs));
        // The zone has no mail, and an operator gives a domain of its name to somebody else.
        let theirs = town
            .operator
            .create_domain(town.acme, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        assert!(matches!(find().await, Found::NotOurs));
        // Made anew: what signs is remembered for a while.
        let signers = async || {
            let keys = keys::Keys::new(town.db.clone(), town.world.clone());
            keys.dkim(&domain("bains.test")).await.unwrap()
        };
        assert!(signers().await.is_none());
        town.operator.delete_domain(theirs.domain.id, false).await.unwrap();
        town.tenant
            .create_domain(town.valbois, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        assert!(matches!(find().await, Found::Unknown { .. }));
        assert!(signers().await.is_some());
    }
}
