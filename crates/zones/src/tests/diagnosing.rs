//! Diagnosing and mending through the database: one change, whose it is, and how it is taken back.

use world::StaticNames;

use super::{Town, domain, installation, line, towns, towns_in};
use crate::diagnosis::{Check, Fix, Light, Looker, Says};
use crate::{Edit, ManagedBy, Standing, ZoneError};

/// A domain whose owner had mail elsewhere and two SPF records; the world sees what its zone says.
async fn moved() -> Vec<Town> {
    let names = StaticNames::default()
        .with("valbois.test", "MX", "5 mx.elsewhere.test.")
        .with("valbois.test", "TXT", "v=spf1 ip4:192.0.2.7 ~all")
        .with("valbois.test", "NS", "ns1.relais.test.");
    let towns = towns_in(names).await;
    for town in &towns {
        town.add(&["@ MX 5 mx.elsewhere.test.", "@ TXT v=spf1 ip4:192.0.2.7 ~all", "@ TXT hello"])
            .await
            .unwrap();
        let created = town
            .tenant
            .create_domain(town.valbois, None, &domain("valbois.test"), Standing::Stays)
            .await
            .unwrap();
        assert_eq!(created.kept.conflicts.len(), 2);
    }
    towns
}

fn looker(town: &Town) -> Looker {
    Looker { world: town.world.clone(), certificate: None }
}

#[tokio::test]
async fn one_press_mends_in_one_change_and_another_takes_it_back() {
    for town in moved().await {
        let (name, looker) = (domain("valbois.test"), looker(&town));
        assert_eq!(town.tenant.last_diagnosis(&name).await.unwrap(), None);
        let found = town.tenant.diagnose(&name, &looker).await.unwrap();
        assert_eq!(found.lamp(Check::Mx).unwrap().light, Light::Bad);
        assert_eq!(found.lamp(Check::Spf).unwrap().light, Light::Bad);
        // What was found is kept, without what would mend it.
        let mut kept = found.clone();
        for lamp in &mut kept.lamps {
            lamp.fix = None;
        }
        assert_eq!(town.tenant.last_diagnosis(&name).await.unwrap(), Some(kept));

        let before = town.lines(town.zone.id).await;
        let serial = town.tenant.zone(town.zone.id).await.unwrap().serial;
        let mended = town.tenant.mend(&name, &[Check::Mx, Check::Spf], &looker).await.unwrap().unwrap();
        assert_eq!((mended.zone, mended.before, mended.is_signed_now), (town.zone.id, serial, false));
        assert_eq!((mended.diff.added.len(), mended.diff.removed.len()), (2, 2));
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let managed_by = |text: &str| {
            records
                .iter()
                .find(|record| line(record) == text)
                .unwrap_or_else(|| panic!("no {text}"))
                .managed_by
        };
        assert!(matches!(managed_by("@ MX 10 mail.relais.test."), ManagedBy::MailService(_)));
        // Ours first, theirs kept, our qualifier; and what people wrote stays theirs.
        let merged = "@ TXT \"v=spf1 include:spf.relais.test ip4:192.0.2.7 -all\"";
        assert_eq!(managed_by(merged), ManagedBy::User);
        assert_eq!(managed_by("@ TXT \"hello\""), ManagedBy::User);
        let history = town.tenant.history(town.zone.id, Some(1)).await.unwrap();
        assert_eq!(history[0].called, "mended mx, spf");

        town.tenant.restore(town.zone.id, mended.before).await.unwrap();
        assert_eq!(town.lines(town.zone.id).await, before);
    }
}

#[tokio::test]
async fn signing_is_switched_on_only_by_name() {
    for town in moved().await {
        let (name, looker) = (domain("valbois.test"), looker(&town));
        town.tenant.mend(&name, &[], &looker).await.unwrap();
        assert!(!town.tenant.zone(town.zone.id).await.unwrap().is_signed);
        let mended = town.tenant.mend(&name, &[Check::Dnssec], &looker).await.unwrap().unwrap();
        assert!(mended.is_signed_now && town.tenant.zone(town.zone.id).await.unwrap().is_signed);
        // Then the parent has to say so.
        let found = town.tenant.diagnose(&name, &looker).await.unwrap();
        let Some(Fix::Copy { add, .. }) = &found.lamp(Check::Dnssec).unwrap().fix else {
            panic!("{found:?}")
        };
        assert_eq!((add[0].name.as_str(), add[0].kind.as_str()), ("valbois.test", "DS"));
        assert!(add[0].data.split(' ').count() == 4, "{}", add[0].data);
    }
}

#[tokio::test]
async fn a_zone_elsewhere_is_not_mended_here() {
    for town in towns().await {
        let name = domain("elsewhere.test");
        town.operator.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let refused = town.tenant.mend(&name, &[], &looker(&town)).await.unwrap_err();
        assert!(matches!(refused, ZoneError::Invalid { field: "domain", .. }), "{refused}");
    }
}

#[tokio::test]
async fn another_tenants_domain_is_not_found() {
    for town in moved().await {
        let (name, stranger) = (domain("valbois.test"), town.tenant_of(town.acme));
        let looker = looker(&town);
        town.tenant.diagnose(&name, &looker).await.unwrap();
        for refused in [
            stranger.diagnose(&name, &looker).await.map(drop),
            stranger.last_diagnosis(&name).await.map(drop),
            stranger.mend(&name, &[], &looker).await.map(drop),
        ] {
            assert!(matches!(&refused, Err(error) if error.is_refusal()), "{refused:?}");
            assert!(refused.unwrap_err().to_string().contains("not found"));
        }
        assert!(stranger.last_lights(town.valbois).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_second_name_of_a_domain_is_looked_at_too() {
    // The world sees the synonym as it was before, without the permission for reports.
    let names = StaticNames::default()
        .with("bains.test", "NS", "ns1.relais.test.")
        .with("bains.test", "MX", "10 mail.relais.test.")
        .with("_dmarc.bains.test", "TXT", "v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@valbois.test");
    for town in towns_in(names).await {
        let (main, second) = (domain("valbois.test"), domain("bains.test"));
        town.operator.create_domain(town.valbois, None, &main, Standing::Stays).await.unwrap();
        town.tenant.create_zone(town.valbois, "bains.test").await.unwrap();
        let looker = looker(&town);
        let unknown = town.operator.diagnose(&second, &looker).await.unwrap_err();
        assert!(unknown.to_string().contains("not found"), "{unknown}");
        town.operator.add_synonym(town.zone.id, "bains.test").await.unwrap();
        let found = town.tenant.diagnose(&second, &looker).await.unwrap();
        assert_eq!(found.domain, second);
        assert_eq!(found.lamp(Check::Mx).unwrap().light, Light::Good);
        let dmarc = found.lamp(Check::Dmarc).unwrap();
        assert_eq!(dmarc.remarks[0].says, Says::DmarcReportsRefused);
        let missing = "bains.test._report._dmarc.valbois.test";
        assert_eq!(dmarc.remarks[0].what, missing);
        let Some(Fix::Copy { remove, add }) = &dmarc.fix else { panic!("{dmarc:?}") };
        assert_eq!((remove.len(), add[0].to_string()), (0, format!("{missing}. IN TXT \"v=DMARC1\"")));
        // The keys are looked for under the second name.
        let dkim = found.lamp(Check::Dkim).unwrap();
        assert!(
            dkim.remarks.iter().all(|remark| remark.what.ends_with("._domainkey.bains.test")),
            "{dkim:?}"
        );
        // It is kept right in the main zone, and the main domain's page knows nothing of it.
        let refused = town.tenant.mend(&second, &[], &looker).await.unwrap_err();
        assert!(refused.to_string().contains("is a synonym"), "{refused}");
        assert_eq!(town.tenant.last_diagnosis(&main).await.unwrap(), None);
        // The main domain's own page says that the permission is missing, and writes it.
        let permission =
            town.id_of(&format!("{} TXT \"v=DMARC1\"", missing.trim_end_matches(".valbois.test"))).await;
        let edit = Edit { remove: vec![permission], is_forced: true, ..Edit::default() };
        town.tenant.edit(town.zone.id, edit).await.unwrap();
        let found = town.tenant.diagnose(&main, &looker).await.unwrap();
        let Some(Fix::Write { add, .. }) = &found.lamp(Check::Dmarc).unwrap().fix else {
            panic!("{found:?}")
        };
        assert_eq!(add.len(), 1, "the DMARC record stands in the zone");
        town.tenant.mend(&main, &[Check::Dmarc], &looker).await.unwrap().unwrap();
        town.id_of("bains.test._report._dmarc TXT \"v=DMARC1\"").await;
    }
}

#[tokio::test]
async fn lists_of_bad_senders_are_asked_once_they_are_switched_on() {
    let names = StaticNames::default()
        .with("valbois.test", "NS", "ns1.relais.test.")
        .with("25.2.0.192.bl.test", "A", "127.0.0.2")
        .with("valbois.test.names.test", "A", "127.0.1.2");
    for town in towns_in(names).await {
        let (name, looker) = (domain("valbois.test"), looker(&town));
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let look = async || town.tenant.diagnose(&name, &looker).await.unwrap();
        let light = |found: &crate::diagnosis::Diagnosis| found.lamp(Check::BlockLists).unwrap().light;
        assert_eq!(light(&look().await), Light::Off, "nobody is asked unless the operator wants it");

        let mut asking = installation();
        asking.block_lists = vec!["ip:clean.test".parse().unwrap()];
        town.operator.change_installation(asking.clone()).await.unwrap();
        assert_eq!(light(&look().await), Light::Good);

        asking.block_lists = vec!["ip:bl.test".parse().unwrap(), "domain:names.test".parse().unwrap()];
        town.operator.change_installation(asking).await.unwrap();
        let found = look().await;
        assert_eq!(light(&found), Light::Bad);
        let remarks = &found.lamp(Check::BlockLists).unwrap().remarks;
        let told: Vec<String> = remarks.iter().map(ToString::to_string).collect();
        let told = told.join("\n");
        for listed in ["192.0.2.25 at bl.test", "valbois.test at names.test"] {
            assert!(told.contains(listed), "{told}");
        }
    }
}
