//! The mail records: written with a domain, kept right, removed with it; never over what people wrote.

use super::{domain, installation, record, towns, towns_in};
use crate::{Edit, ManagedBy, Seen, SpfStrictness, Standing, ZoneError};
use world::StaticNames;

#[tokio::test]
async fn a_mail_domain_comes_with_its_records_and_goes_with_them() {
    for town in towns().await {
        let name = domain("valbois.test");
        let before = town.lines(town.zone.id).await;
        let created = town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        assert_eq!(created.zone, Some(town.zone.id));
        assert!(created.kept.conflicts.is_empty());
        let lines = town.lines(town.zone.id).await;
        for wanted in [
            "@ MX 10 mail.relais.test.",
            // R113, exactly.
            "@ TXT \"v=spf1 include:spf.relais.test -all\"",
            "_dmarc TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@valbois.test\"",
            "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls-reports@valbois.test\"",
            "mta-sts CNAME mail.relais.test.",
            "autoconfig CNAME mail.relais.test.",
            "autodiscover CNAME mail.relais.test.",
            "_imaps._tcp SRV 0 1 993 mail.relais.test.",
            "_submissions._tcp SRV 0 1 465 mail.relais.test.",
            "_submission._tcp SRV 10 1 587 mail.relais.test.",
            "_pop3s._tcp SRV 0 0 0 .",
            "_autodiscover._tcp SRV 0 1 443 mail.relais.test.",
        ] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted} in {lines:#?}");
        }
        assert_eq!(lines.iter().filter(|line| line.contains("._domainkey TXT \"v=DKIM1; k=")).count(), 2);
        assert!(lines.iter().any(|line| line.starts_with("_mta-sts TXT \"v=STSv1; id=")));
        // One change in the history, and everything is marked.
        assert_eq!(created.kept.changes.len(), 1);
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let managed = ManagedBy::MailService(created.domain.id);
        assert_eq!(
            records.iter().filter(|info| info.managed_by == managed).count(),
            lines.len() - before.len()
        );
        // Refreshing is no change.
        let again = town.tenant.refresh(&name, Standing::Stays).await.unwrap();
        assert!(again.kept.changes.is_empty() && again.kept.conflicts.is_empty());
        town.add(&["www A 192.0.2.80"]).await.unwrap();
        town.tenant.delete_domain(created.domain.id, false).await.unwrap();
        let mut left = before;
        left.push("www A 192.0.2.80".to_owned());
        assert_eq!(town.lines(town.zone.id).await, left);
    }
}

#[tokio::test]
async fn what_people_wrote_is_told_and_replaced_only_when_they_say_so() {
    for town in towns().await {
        town.add(&["@ MX 5 mx.elsewhere.test.", "@ TXT v=spf1 include:elsewhere.test ~all", "@ TXT hello"])
            .await
            .unwrap();
        town.add(&["autoconfig A 192.0.2.1", "_imaps._tcp SRV 0 1 993 imap.elsewhere.test."]).await.unwrap();
        let name = domain("valbois.test");
        let kept = town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap().kept;
        let mut told: Vec<_> = kept
            .conflicts
            .iter()
            .map(|conflict| {
                (conflict.wanted.owner.as_str(), conflict.wanted.kind.as_str(), conflict.standing.len())
            })
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [("@", "MX", 1), ("@", "TXT", 1), ("_imaps._tcp", "SRV", 1), ("autoconfig", "CNAME", 1)]
        );
        assert!(town.lines(town.zone.id).await.contains(&"@ MX 5 mx.elsewhere.test.".to_owned()));
        let replaced = town.tenant.refresh(&name, Standing::IsReplaced).await.unwrap().kept;
        assert!(replaced.conflicts.is_empty());
        let lines = town.lines(town.zone.id).await;
        assert!(lines.contains(&"@ MX 10 mail.relais.test.".to_owned()));
        assert!(!lines.iter().any(|line| line.contains("elsewhere")));
        assert!(lines.contains(&"@ TXT \"hello\"".to_owned()));
        // One change: what was there can be had again.
        let history = town.tenant.history(town.zone.id, Some(1)).await.unwrap();
        assert_eq!(history[0].removed.len(), 4);
    }
}

#[tokio::test]
async fn spf_is_softened_with_one_click_and_stays_so() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let spf = async || {
            let lines = town.lines(town.zone.id).await;
            lines.into_iter().find(|line| line.starts_with("@ TXT")).unwrap()
        };
        town.tenant.set_spf(&name, SpfStrictness::Soft, Standing::Stays).await.unwrap();
        assert_eq!(spf().await, "@ TXT \"v=spf1 include:spf.relais.test ?all\"");
        town.tenant.refresh(&name, Standing::Stays).await.unwrap();
        assert_eq!(spf().await, "@ TXT \"v=spf1 include:spf.relais.test ?all\"");
        town.tenant.set_spf(&name, SpfStrictness::Marking, Standing::Stays).await.unwrap();
        town.tenant.refresh(&name, Standing::Stays).await.unwrap();
        assert_eq!(spf().await, "@ TXT \"v=spf1 include:spf.relais.test ~all\"");
        town.tenant.set_spf(&name, SpfStrictness::Strict, Standing::Stays).await.unwrap();
        assert_eq!(spf().await, "@ TXT \"v=spf1 include:spf.relais.test -all\"");
    }
}

#[tokio::test]
async fn a_merged_spf_takes_the_place_of_the_one_there() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        town.add(&["@ TXT hello"]).await.unwrap();
        let ours = "v=spf1 include:spf.relais.test -all";
        let merged = crate::spf::merge(ours, &["v=spf1 include:news.test ~all"]).unwrap();
        let diff = town.tenant.replace_spf(town.zone.id, "@", &merged).await.unwrap();
        assert_eq!((diff.removed.len(), diff.added.len()), (1, 1));
        let lines = town.lines(town.zone.id).await;
        let texts: Vec<_> = lines.iter().filter(|line| line.starts_with("@ TXT")).collect();
        assert_eq!(
            texts,
            ["@ TXT \"hello\"", "@ TXT \"v=spf1 include:spf.relais.test include:news.test -all\""]
        );
        // It is the people's now: the mail service tells it and leaves it alone.
        let kept = town.tenant.refresh(&name, Standing::Stays).await.unwrap().kept;
        assert_eq!(kept.conflicts.len(), 1);
        assert!(town.tenant.replace_spf(town.zone.id, "@", "v=spf2 -all").await.is_err());
    }
}

#[tokio::test]
async fn a_zone_that_comes_later_takes_the_records_over() {
    for town in towns().await {
        let name = domain("sub.later.test");
        let created = town.operator.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        assert_eq!(created.zone, None);
        let parent = town.tenant.create_zone(town.valbois, "later.test").await.unwrap();
        assert!(town.lines(parent.id).await.contains(&"sub MX 10 mail.relais.test.".to_owned()));
        // A deeper zone speaks for its names from now on.
        let child = town.tenant.create_zone(town.valbois, "sub.later.test").await.unwrap();
        assert!(town.lines(child.id).await.contains(&"@ MX 10 mail.relais.test.".to_owned()));
        assert!(!town.lines(parent.id).await.iter().any(|line| line.starts_with("sub")));
    }
}

#[tokio::test]
async fn the_installation_publishes_itself_from_data() {
    for town in towns().await {
        let zone = town.operator.create_zone(town.acme, "relais.test").await.unwrap();
        let mut changed = installation();
        changed.spf_sources = ["include:relay.relais.test", "include:app.relais.test", "ip4:192.0.2.0/28"]
            .map(str::to_owned)
            .to_vec();
        changed.tlsa = vec![format!("3 1 1 {}", "ab".repeat(32))];
        assert!(town.operator.change_installation(changed.clone()).await.unwrap().conflicts.is_empty());
        let lines = town.lines(zone.id).await;
        for wanted in [
            "mail A 192.0.2.25".to_owned(),
            "ns1 A 192.0.2.53".to_owned(),
            "mail TXT \"v=spf1 a -all\"".to_owned(),
            "spf TXT \"v=spf1 include:relay.relais.test include:app.relais.test ip4:192.0.2.0/28 -all\""
                .to_owned(),
            format!("_25._tcp.mail TLSA 3 1 1 {}", "ab".repeat(32)),
        ] {
            assert!(lines.contains(&wanted), "{wanted} in {lines:#?}");
        }
        assert_eq!(town.operator.installation().await.unwrap(), Some(changed.clone()));
        // Other name servers are in every zone at once.
        let before = town.zones.versions().await.unwrap();
        changed.name_servers.truncate(1);
        town.operator.change_installation(changed.clone()).await.unwrap();
        assert_eq!(town.lines(town.zone.id).await, ["@ NS ns1.relais.test."]);
        let after = town.zones.versions().await.unwrap();
        assert!(before.iter().zip(&after).all(|(before, after)| before.version < after.version));
        town.operator.set_tlsa(vec![format!("3 1 1 {}", "cd".repeat(32))]).await.unwrap();
        assert!(town.lines(zone.id).await.iter().any(|line| line.contains("cdcd")));
        // A second hosted exchanger follows into the mail records.
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        changed.exchangers[0].priority = 7;
        town.operator.change_installation(changed.clone()).await.unwrap();
        assert!(town.operator.refresh_all().await.unwrap().conflicts.is_empty());
        assert!(town.lines(town.zone.id).await.contains(&"@ MX 7 mail.relais.test.".to_owned()));
        for broken in [
            crate::Installation { spf_sources: vec!["ip4:nonsense".to_owned()], ..changed.clone() },
            crate::Installation { spf_sources: vec!["-all".to_owned()], ..changed.clone() },
            crate::Installation { exchangers: Vec::new(), ..changed.clone() },
            crate::Installation { tlsa: vec!["3 1 1 00".to_owned()], ..changed.clone() },
            crate::Installation { hostname: domain("localhost"), ..changed.clone() },
        ] {
            let error = town.operator.change_installation(broken).await.unwrap_err();
            assert!(matches!(error, ZoneError::Invalid { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn for_a_zone_elsewhere_there_are_lines_to_copy_and_a_look() {
    let names = StaticNames::default()
        .with("elsewhere.test", "MX", "10 mail.relais.test.")
        .with("elsewhere.test", "TXT", "v=spf1 include:other.test -all")
        .with("elsewhere.test", "TXT", "verification=7")
        .with(
            "_dmarc.elsewhere.test",
            "TXT",
            "v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@elsewhere.test",
        )
        .failing("mta-sts.elsewhere.test");
    for town in towns_in(names).await {
        let name = domain("elsewhere.test");
        let created = town.operator.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        assert_eq!(created.zone, None);
        let copies = town.tenant.records_to_copy(&name).await.unwrap();
        assert_eq!(copies[0].to_string(), "elsewhere.test. IN MX 10 mail.relais.test.");
        let checked = town.tenant.check_elsewhere(&name).await.unwrap();
        let seen = |wanted: &str| {
            let found = checked.iter().find(|checked| checked.record.to_string().starts_with(wanted));
            found.unwrap_or_else(|| panic!("{wanted}")).seen.clone()
        };
        assert_eq!(seen("elsewhere.test. IN MX"), Seen::There);
        assert_eq!(
            seen("elsewhere.test. IN TXT"),
            Seen::Other(vec!["\"v=spf1 include:other.test -all\"".to_owned()])
        );
        assert_eq!(seen("_dmarc"), Seen::There);
        assert_eq!(seen("_imaps"), Seen::Missing);
        assert!(matches!(seen("mta-sts"), Seen::Unknown(_)));
        // Another tenant's domain is not found.
        let stranger = town.tenant_of(town.acme);
        for result in [
            stranger.records_to_copy(&name).await.map(drop),
            stranger.check_elsewhere(&name).await.map(drop),
            stranger.refresh(&name, Standing::Stays).await.map(drop),
            stranger.set_spf(&name, SpfStrictness::Soft, Standing::Stays).await.map(drop),
            stranger.delete_domain(created.domain.id, true).await.map(drop),
        ] {
            let error = result.unwrap_err();
            assert!(
                matches!(
                    &error,
                    ZoneError::NotFound { .. }
                        | ZoneError::Directory(directory::DirectoryError::NotFound { .. })
                ),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn what_says_exactly_the_same_can_be_adopted() {
    for town in towns().await {
        town.add(&["@ MX 10 mail.relais.test."]).await.unwrap();
        let name = domain("valbois.test");
        let created = town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let manager = async || {
            let records = town.tenant.records(town.zone.id).await.unwrap();
            records.iter().find(|info| info.kind == crate::RecordKind::Mx).unwrap().managed_by
        };
        assert_eq!(manager().await, ManagedBy::User);
        town.tenant.refresh(&name, Standing::IsAdopted).await.unwrap();
        assert_eq!(manager().await, ManagedBy::MailService(created.domain.id));
    }
}

#[tokio::test]
async fn a_domain_that_is_refused_leaves_nothing() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let lines = town.lines(town.zone.id).await;
        let error = town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap_err();
        assert!(error.is_refusal(), "{error}");
        assert_eq!(town.lines(town.zone.id).await, lines);
        // A delegation in the zone keeps our hands off what lies below it.
        town.add(&["shop NS ns.elsewhere.test."]).await.unwrap();
        let shop = domain("shop.valbois.test");
        let kept = town.tenant.create_domain(town.valbois, None, &shop, Standing::Stays).await.unwrap().kept;
        assert!(kept.changes.is_empty() && !kept.conflicts.is_empty());
        let edit = Edit { add: vec![record("fine A 192.0.2.1")], ..Edit::default() };
        town.tenant.edit(town.zone.id, edit).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_mail_service_keeps_is_removed_only_by_force() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let kept: Vec<_> =
            records.iter().filter(|info| matches!(info.managed_by, ManagedBy::MailService(_))).collect();
        let mut losses = std::collections::BTreeSet::new();
        for info in &kept {
            let edit = Edit { remove: vec![info.id], ..Edit::default() };
            match town.tenant.edit(town.zone.id, edit).await.unwrap_err() {
                ZoneError::Invalid { field: "force", reason, .. } => {
                    let what =
                        format!("«{} {}» is kept by the mail service: without it ", info.owner, info.kind);
                    losses
                        .insert(reason.strip_prefix(&what).unwrap_or_else(|| panic!("{reason}")).to_owned());
                }
                other => panic!("{other}"),
            }
        }
        let [mx, spf] = ["@ MX 10 mail.relais.test.", "@ TXT \"v=spf1 include:spf.relais.test -all\""];
        assert_eq!(losses.len(), 8, "{losses:#?}");
        assert!(losses.contains("mail for the domain has nowhere to go"));
        // Something else in its place is a decision; so is force.
        let edit = Edit {
            remove: vec![town.id_of(spf).await],
            add: vec![record("@ TXT v=spf1 -all")],
            ..Edit::default()
        };
        town.tenant.edit(town.zone.id, edit).await.unwrap();
        let edit = Edit { remove: vec![town.id_of(mx).await], is_forced: true, ..Edit::default() };
        town.tenant.edit(town.zone.id, edit).await.unwrap();
        assert!(!town.lines(town.zone.id).await.iter().any(|line| line == mx || line == spf));
    }
}

#[tokio::test]
async fn keys_are_published_in_the_act_that_makes_them() {
    for town in towns().await {
        let name = domain("valbois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let published = async |words: &str| {
            let lines = town.lines(town.zone.id).await;
            lines.iter().filter(|line| line.contains("._domainkey") && line.contains(words)).count()
        };
        assert_eq!(published("p=M").await, 1, "one RSA key");
        let keys = town.tenant.rotate_dkim(&name).await.unwrap();
        assert_eq!((keys.len(), published("v=DKIM1").await), (4, 4));
        assert!(keys.iter().all(|key| key.is_in_our_zone && key.seen_at.is_some()));
        town.tenant.revoke_dkim(&name, Some(&keys[0].selector)).await.unwrap();
        assert_eq!(published("p=\"").await, 1);
    }
}
