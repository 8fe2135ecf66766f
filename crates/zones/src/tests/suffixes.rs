//! The zone of a suffix, with its wildcard.

use super::*;

#[tokio::test]
async fn a_suffix_leads_every_domain_below_it_to_the_exchangers() {
    for town in towns().await {
        let own = town.operator.create_zone(town.acme, "relais.test").await.unwrap();
        let suffix = domain("incamail.test");
        let (zone, kept) = town.operator.publish_suffix(&suffix, town.acme).await.unwrap();
        assert_eq!((zone.organisation, zone.name.as_str()), (town.acme, "incamail.test"));
        assert!(kept.conflicts.is_empty(), "{kept:?}");
        let lines = town.lines(zone.id).await;
        assert!(lines.contains(&"* MX 10 mail.relais.test.".to_owned()), "{lines:?}");
        assert!(lines.contains(&"* TXT \"v=spf1 -all\"".to_owned()), "{lines:?}");
        // The exchangers' addresses are in their own zone.
        assert!(town.lines(own.id).await.contains(&"mail A 192.0.2.25".to_owned()));
        // Once more changes nothing; writing the settings keeps it; other exchangers are followed.
        let (_, kept) = town.operator.publish_suffix(&suffix, town.valbois).await.unwrap();
        assert!(kept.changes.is_empty(), "{kept:?}");
        let mut settings = installation();
        settings.exchangers[0].priority = 20;
        town.operator.change_installation(settings).await.unwrap();
        assert!(town.lines(zone.id).await.contains(&"* MX 20 mail.relais.test.".to_owned()));
        town.operator.withdraw_suffix(&suffix).await.unwrap();
        let lines = town.lines(zone.id).await;
        assert!(!lines.iter().any(|line| line.starts_with('*')), "{lines:?}");
        assert!(matches!(
            town.operator.withdraw_suffix(&suffix).await,
            Err(ZoneError::NotFound { what: "suffix" })
        ));
        assert!(town.tenant.publish_suffix(&suffix, town.valbois).await.is_err());
        assert!(town.tenant.withdraw_suffix(&suffix).await.is_err());
    }
}
