//! Diagnosing and mending through the database: one change, whose it is, and how it is taken back.

use world::StaticNames;

use super::{Town, domain, line, towns, towns_in};
use crate::diagnosis::{Check, Fix, Light, Looker};
use crate::{ManagedBy, Standing, ZoneError};

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
