//! Synonyms: the main zone under another name, live; their prerequisites; mail; the end of it.

use directory::{Found, NewAddress, Scope};
use model::Address;

use super::{domain, line, ours, record, towns_in};
use crate::{Edit, ManagedBy, Standing, ZoneChange, ZoneError};

#[tokio::test]
async fn a_synonym_says_what_its_main_zone_says() {
    for town in towns_in(ours(&["valbois-les-bains.test"])).await {
        let other = town.tenant.create_zone(town.valbois, "valbois-les-bains.test").await.unwrap();
        let add = vec![record("own A 192.0.2.9")];
        town.tenant.edit(other.id, Edit { add, ..Edit::default() }).await.unwrap();
        let synonym = town.tenant.add_synonym(town.zone.id, "valbois-les-bains.test").await.unwrap();
        assert_eq!(synonym.main, Some(town.zone.id));
        let (told, ..) = town.newest("add synonym").await;
        assert_eq!(told, "anna add synonym: valbois-les-bains.test → valbois.test");
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
        let (told, ..) = town.newest("dissociate synonym").await;
        assert_eq!(told, "anna dissociate synonym: valbois-les-bains.test → valbois.test");
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
        let Found::Mailbox { account, address: found, detail, .. } = find("Anna+list@bains.test").await
        else {
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

const PERMISSION: &str = "bains.test._report._dmarc TXT \"v=DMARC1\"";

#[tokio::test]
async fn reports_about_a_synonym_are_welcome_as_long_as_it_is_one() {
    for town in towns_in(ours(&["valbois.test", "bains.test"])).await {
        let valbois = domain("valbois.test");
        let says_so = async || town.lines(town.zone.id).await.iter().any(|line| line == PERMISSION);
        let other = town.tenant.create_zone(town.valbois, "bains.test").await.unwrap();
        town.tenant.add_synonym(town.zone.id, "bains.test").await.unwrap();
        // Without mail nobody reports anything.
        assert!(!says_so().await);
        let made =
            town.tenant.create_domain(town.valbois, None, &valbois, Standing::Stays).await.unwrap().domain;
        assert!(says_so().await);
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let permission = records.iter().find(|info| line(info) == PERMISSION).unwrap();
        assert_eq!(permission.managed_by, ManagedBy::MailService(made.id));
        town.tenant.dissociate_synonym(other.id).await.unwrap();
        assert!(!says_so().await);
        // A domain below the zone has second names too.
        let below = domain("hall.valbois.test");
        town.tenant.create_domain(town.valbois, None, &below, Standing::Stays).await.unwrap();
        town.tenant.add_synonym(town.zone.id, "bains.test").await.unwrap();
        assert!(says_so().await);
        let below = "hall.bains.test._report._dmarc.hall TXT \"v=DMARC1\"";
        assert!(town.lines(town.zone.id).await.iter().any(|line| line == below));
        town.tenant.delete_zone(other.id, false).await.unwrap();
        assert!(!says_so().await);
        // With the zone the synonym has gone for mail too.
        let found = town.directory.find(&Address::parse("postmaster@bains.test").unwrap()).await.unwrap();
        assert!(matches!(found, Found::NotOurs), "{found:?}");
    }
}

#[tokio::test]
async fn a_synonym_of_a_signed_zone_is_signed_by_a_key_of_its_own() {
    for town in towns_in(ours(&["bains.test", "hot.test"])).await {
        let (main, signed) =
            (town.zone.id, |is_signed| ZoneChange { is_signed: Some(is_signed), ..ZoneChange::default() });
        let early = town.tenant.create_zone(town.valbois, "bains.test").await.unwrap().id;
        town.tenant.add_synonym(main, "bains.test").await.unwrap();
        assert!(!town.tenant.zone(early).await.unwrap().is_signed);
        town.tenant.change_zone(main, signed(true)).await.unwrap();
        let late = town.tenant.create_zone(town.valbois, "hot.test").await.unwrap().id;
        let joined = town.tenant.add_synonym(main, "hot.test").await.unwrap();
        assert!(joined.is_signed);
        let mut tags = std::collections::BTreeSet::new();
        for (zone, name) in [(main, "valbois.test."), (early, "bains.test."), (late, "hot.test.")] {
            assert!(town.zones.load(zone).await.unwrap().unwrap().is_signed);
            let ds = town.tenant.ds(zone).await.unwrap();
            let [line] = ds.as_slice() else { panic!("{ds:?}") };
            let digest = line.strip_prefix(&format!("{name} IN DS ")).unwrap_or_else(|| panic!("{line}"));
            assert!(tags.insert(digest.to_owned()), "the keys are not the same");
        }
        // Its secondaries see another serial when its key is about to change.
        let before = town.tenant.zone(early).await.unwrap().serial;
        let rolling = town.tenant.begin_rollover(early).await.unwrap();
        assert!(crate::serial::is_after(rolling.serial, before));
        assert_eq!(
            (town.tenant.ds(early).await.unwrap().len(), town.tenant.ds(main).await.unwrap().len()),
            (2, 1)
        );
        // First the main zone's signatures end, then theirs, each when its parent has forgotten the key.
        let refused = town.tenant.change_zone(early, signed(false)).await.unwrap_err();
        assert!(refused.to_string().contains("is a synonym of valbois.test., which is signed"), "{refused}");
        town.tenant.change_zone(main, signed(false)).await.unwrap();
        assert!(town.tenant.zone(early).await.unwrap().is_signed);
        town.tenant.change_zone(early, signed(false)).await.unwrap();
        assert!(town.tenant.ds(early).await.unwrap().is_empty());
        // A zone that leaves takes its key along: its parent still says that it is signed.
        let key = town.tenant.ds(late).await.unwrap();
        assert!(town.tenant.dissociate_synonym(late).await.unwrap().is_signed);
        assert_eq!(town.tenant.ds(late).await.unwrap(), key);
    }
}

#[tokio::test]
async fn what_a_synonym_has_of_its_main_zone_is_not_changed_at_the_synonym() {
    for town in towns_in(ours(&["bains.test"])).await {
        let synonym = town.tenant.create_zone(town.valbois, "bains.test").await.unwrap().id;
        town.tenant.add_synonym(town.zone.id, "bains.test").await.unwrap();
        for change in [
            ZoneChange { default_ttl: Some(600), ..ZoneChange::default() },
            ZoneChange { has_newsletter: Some(true), ..ZoneChange::default() },
        ] {
            let refused = town.tenant.change_zone(synonym, change).await.unwrap_err();
            assert!(refused.to_string().contains("bains.test. is a synonym"), "{refused}");
        }
    }
}
