//! Synonyms: the main zone under another name, live; their prerequisites; mail; the end of it.

use directory::{Found, NewAddress, Scope};
use model::Address;

use super::{domain, ours, record, towns_in};
use crate::{Edit, Standing, ZoneChange, ZoneError};

#[tokio::test]
async fn a_synonym_says_what_its_main_zone_says() {
    for town in towns_in(ours(&["valbois-les-bains.test"])).await {
        let other = town.tenant.create_zone(town.valbois, "valbois-les-bains.test").await.unwrap();
        let add = vec![record("own A 192.0.2.9")];
        town.tenant.edit(other.id, Edit { add, ..Edit::default() }).await.unwrap();
        let synonym = town.tenant.add_synonym(town.zone.id, "valbois-les-bains.test").await.unwrap();
        assert_eq!(synonym.main, Some(town.zone.id));
        let version = async || {
            let versions = town.zones.versions().await.unwrap();
            versions.into_iter().find(|zone| zone.id == other.id).unwrap().version
        };
        let before = version().await;
        let mut notices = town.zones.subscribe();
        town.add(&["www A 192.0.2.80"]).await.unwrap();
        assert_ne!(version().await, before);
        let mut told = Vec::new();
        while told.len() < 2 {
            told.push(notices.recv().await.unwrap().payload);
        }
        assert!(told.contains(&other.id.to_string()), "{told:?}");
        let hosted = town.zones.load(other.id).await.unwrap().unwrap();
        let texts: Vec<String> = hosted.data.records.iter().map(wire_dns::Record::text).collect();
        assert!(texts.contains(&"www.valbois-les-bains.test. 3600 IN A 192.0.2.80".to_owned()), "{texts:?}");
        assert!(!texts.iter().any(|text| text.contains("own.")));
        // Secondaries never see a serial go back.
        assert!(crate::serial::is_after(hosted.data.serial, other.serial));
        // It has no records of its own to change.
        let edit = Edit { add: vec![record("x A 192.0.2.1")], ..Edit::default() };
        assert!(matches!(
            town.tenant.edit(other.id, edit).await,
            Err(ZoneError::Invalid { field: "zone", .. })
        ));
        let error = town.tenant.delete_zone(town.zone.id, false).await.unwrap_err();
        assert!(matches!(error, ZoneError::InUse { .. }), "{error}");

        let own = town.tenant.dissociate_synonym(other.id).await.unwrap();
        assert!(own.main.is_none() && crate::serial::is_after(own.serial, hosted.data.serial));
        assert_eq!(town.lines(other.id).await, ["@ NS ns1.relais.test.", "@ NS ns2.relais.test."]);
    }
}

#[tokio::test]
async fn each_prerequisite_has_its_own_error() {
    let names = ours(&["mailed.test"]).with("away.test", "NS", "ns.elsewhere.test.").with(
        "here.test",
        "NS",
        "ns2.relais.test.",
    );
    for town in towns_in(names).await {
        let reason = |result: Result<crate::ZoneInfo, ZoneError>| match result.unwrap_err() {
            ZoneError::Invalid { field: "synonym", reason, .. } => reason,
            other => panic!("{other}"),
        };
        // R176: managed here, and by the same organisation.
        assert!(
            reason(town.tenant.add_synonym(town.zone.id, "nowhere.test").await).contains("not managed here")
        );
        town.operator.create_zone(town.acme, "acme.test").await.unwrap();
        assert!(
            reason(town.operator.add_synonym(town.zone.id, "acme.test").await).contains("not managed here")
        );
        // R177: our name servers.
        town.tenant.create_zone(town.valbois, "away.test").await.unwrap();
        assert!(
            reason(town.tenant.add_synonym(town.zone.id, "away.test").await)
                .contains("name servers elsewhere")
        );
        // R178: bound to nothing.
        town.tenant.create_zone(town.valbois, "mailed.test").await.unwrap();
        town.operator
            .create_domain(town.valbois, None, &domain("mailed.test"), Standing::Stays)
            .await
            .unwrap();
        assert!(
            reason(town.tenant.add_synonym(town.zone.id, "mailed.test").await).contains("bound to a product")
        );
        let here = town.tenant.create_zone(town.valbois, "here.test").await.unwrap();
        town.tenant.add_synonym(town.zone.id, "here.test").await.unwrap();
        assert!(
            reason(town.tenant.add_synonym(town.zone.id, "here.test").await).contains("bound to a product")
        );
        town.tenant.dissociate_synonym(here.id).await.unwrap();
        // R179: no newsletter on the main domain.
        let newsletter = ZoneChange { has_newsletter: Some(true), ..ZoneChange::default() };
        town.tenant.change_zone(town.zone.id, newsletter).await.unwrap();
        assert!(reason(town.tenant.add_synonym(town.zone.id, "here.test").await).contains("newsletter"));
    }
}

#[tokio::test]
async fn mail_for_a_synonym_arrives_as_for_the_main_domain() {
    for town in towns_in(ours(&["valbois.test", "bains.test"])).await {
        town.tenant
            .create_domain(town.valbois, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        let people = town.directory.administration(Scope::Operator("test"), "operator");
        let address = Address::parse("anna@valbois.test").unwrap();
        let new = NewAddress { address: address.clone(), alias_to: Vec::new(), quota_bytes: None };
        people.create_address(new).await.unwrap();
        let other = town.tenant.create_zone(town.valbois, "bains.test").await.unwrap();
        town.tenant.add_synonym(town.zone.id, "bains.test").await.unwrap();
        let find = async |text: &str| town.directory.find(&Address::parse(text).unwrap()).await.unwrap();
        let Found::Mailbox { account, address: found, detail } = find("Anna+list@bains.test").await else {
            panic!("not found")
        };
        assert_eq!((found, detail.as_deref()), (address, Some("list")));
        let own = Address::parse("anna@bains.test").unwrap();
        assert!(town.directory.may_send_as(&account, &own).await.unwrap());
        assert!(matches!(find("nobody@bains.test").await, Found::Unknown { .. }));
        // Letters from the synonym are signed in its name with the main domain's keys, which its zone mirrors.
        let keys = keys::Keys::new(town.db.clone(), town.world.clone());
        let signers = keys.dkim(&domain("bains.test")).await.unwrap().unwrap();
        assert_eq!((signers.domain.as_str(), signers.keys.len()), ("bains.test", 2));
        let hosted = town.zones.load(other.id).await.unwrap().unwrap();
        let selector = format!("{}._domainkey.bains.test. ", signers.keys[0].selector);
        assert!(hosted.data.records.iter().any(|record| record.text().starts_with(&selector)));
        // Nobody makes a mail domain of the name meanwhile.
        assert!(people.create_domain(town.valbois, None, &domain("bains.test")).await.is_err());
        town.tenant.dissociate_synonym(other.id).await.unwrap();
        assert!(matches!(find("anna@bains.test").await, Found::NotOurs));
        people.create_domain(town.valbois, None, &domain("bains.test")).await.unwrap();
    }
}
