//! The steps by the clock: what the DNS, routes and allowed sources say before, during and after.

use std::net::IpAddr;

use directory::NewAllowedSource;
use mail_route::NewRelayRule;
use model::{Relay, RelayTls, Validity};
use zones::{Edit, NewRecord};

use super::*;
use crate::{RenumberingId, Stage};

fn hosts(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| !line.starts_with("ns1")).collect()
}

#[tokio::test]
async fn names_switch_at_the_date_with_short_times_to_live_before_it() {
    for town in towns().await {
        let one = town.declared().await;
        let before = town.lines(&["A", "TXT"]).await;
        assert_eq!(
            hosts(&before),
            [
                "@ 3600 TXT \"v=spf1 ip4:192.0.2.86 ip4:192.0.2.87 mx -all\"",
                "gw1 3600 A 192.0.2.86",
                "gw1 3600 TXT \"v=spf1 a -all\"",
                "gw2 3600 A 192.0.2.87",
                "gw2 3600 TXT \"v=spf1 a -all\"",
                "spf 3600 TXT \"v=spf1 ip4:192.0.2.86 ip4:192.0.2.87 -all\"",
                "ws 3600 A 192.0.2.85",
            ]
        );
        // Nothing happens too early.
        let prepares_at = town.renumberings.prepares_at(&one).await.unwrap();
        assert_eq!(one.switches_at.since(prepares_at), Duration::from_secs(3600 + 600));
        assert_eq!(town.until(prepares_at.minus(Duration::from_secs(1))).await, 0);
        assert_eq!(town.lines(&["A", "TXT"]).await, before);

        assert_eq!(town.until(prepares_at).await, 1);
        assert_eq!(
            hosts(&town.lines(&["A", "TXT"]).await),
            [
                "@ 300 TXT \"v=spf1 ip4:192.0.2.86 ip4:198.51.100.13 ip4:192.0.2.87 ip4:198.51.100.14 mx -all\"",
                "gw1 300 A 192.0.2.86",
                "gw1 300 TXT \"v=spf1 a ip4:192.0.2.86 ip4:192.0.2.87 ip4:198.51.100.13 ip4:198.51.100.14 -all\"",
                "gw2 300 A 192.0.2.87",
                "gw2 300 TXT \"v=spf1 a ip4:192.0.2.86 ip4:192.0.2.87 ip4:198.51.100.13 ip4:198.51.100.14 -all\"",
                "spf 300 TXT \"v=spf1 ip4:192.0.2.86 ip4:192.0.2.87 ip4:198.51.100.13 ip4:198.51.100.14 -all\"",
                "ws 300 A 192.0.2.85",
            ]
        );
        // Again, as after a crash behind the commit, it finds nothing to do; and keeping the records right neither.
        assert_eq!(town.renumberings.tend().await.unwrap(), 0);
        let kept = town.zones.refresh_installation().await.unwrap();
        assert!(kept.changes.is_empty() && kept.conflicts.is_empty(), "{kept:?}");

        assert_eq!(town.until(one.switches_at).await, 1);
        assert_eq!(
            hosts(&town.lines(&["A"]).await),
            ["gw1 300 A 198.51.100.13", "gw2 300 A 198.51.100.14", "ws 300 A 198.51.100.117"]
        );
        let spf = town.lines(&["TXT"]).await;
        assert!(spf.iter().any(|line| line.starts_with("spf 300") && line.contains("ip4:192.0.2.86")));
        assert!(town.zones.refresh_installation().await.unwrap().changes.is_empty());

        assert_eq!(town.until(one.ends_at).await, 1);
        assert_eq!(
            hosts(&town.lines(&["A", "TXT"]).await),
            [
                "@ 3600 TXT \"v=spf1 ip4:198.51.100.13 ip4:198.51.100.14 mx -all\"",
                "gw1 3600 A 198.51.100.13",
                "gw1 3600 TXT \"v=spf1 a -all\"",
                "gw2 3600 A 198.51.100.14",
                "gw2 3600 TXT \"v=spf1 a -all\"",
                "spf 3600 TXT \"v=spf1 ip4:198.51.100.13 ip4:198.51.100.14 -all\"",
                "ws 3600 A 198.51.100.117",
            ]
        );
        assert!(town.zones.refresh_installation().await.unwrap().changes.is_empty());
        let settings = town.zones.installation().await.unwrap().unwrap();
        assert!(settings.also_sends_from.is_empty());
        assert_eq!(town.operator.renumbering(one.id).await.unwrap().stage, Stage::Completed);
        assert_eq!(town.renumberings.tend().await.unwrap(), 0);
        let acts = town.acts().await;
        for act in [
            "declare change of addresses",
            "prepare change of addresses",
            "switch addresses",
            "withdraw former addresses",
        ] {
            assert_eq!(acts.iter().filter(|done| *done == act).count(), 1, "{act}: {acts:?}");
        }
    }
}

#[tokio::test]
async fn a_node_that_slept_over_the_date_does_every_step_in_its_order() {
    for town in towns().await {
        let one = town.declared().await;
        assert_eq!(town.until(one.ends_at.plus(DAY)).await, 3);
        assert!(town.lines(&["A"]).await.contains(&"ws 3600 A 198.51.100.117".to_owned()));
    }
}

#[tokio::test]
async fn of_two_nodes_one_does_a_step() {
    for town in towns().await {
        let one = town.declared().await;
        town.world.clock.advance(30 * DAY);
        let (first, second) = tokio::join!(town.renumberings.tend(), town.renumberings.tend());
        assert_eq!(first.unwrap() + second.unwrap(), 2);
        let acts = town.acts().await;
        assert_eq!(acts.iter().filter(|act| *act == "switch addresses").count(), 1);
        assert_eq!(town.operator.renumbering(one.id).await.unwrap().stage, Stage::Switched);
    }
}

async fn cancelled(town: &Town, id: RenumberingId) -> Stage {
    town.operator.cancel(id).await.unwrap().stage
}

#[tokio::test]
async fn what_is_cancelled_before_the_date_leaves_everything_as_it_was() {
    for town in towns().await {
        let before = town.lines(&["A", "TXT"]).await;
        let first = town.declared().await;
        assert_eq!(cancelled(&town, first.id).await, Stage::Cancelled);
        let second = town.declared().await;
        let prepares_at = town.renumberings.prepares_at(&second).await.unwrap();
        town.until(prepares_at).await;
        assert_ne!(town.lines(&["A", "TXT"]).await, before);
        assert_eq!(cancelled(&town, second.id).await, Stage::Cancelled);
        assert_eq!(town.lines(&["A", "TXT"]).await, before);
        assert!(town.zones.refresh_installation().await.unwrap().changes.is_empty());
        town.until(second.ends_at).await;
        assert_eq!(town.lines(&["A", "TXT"]).await, before);
        // After the date it is too late.
        let third = town.declared().await;
        town.until(third.switches_at).await;
        let refused = town.operator.cancel(third.id).await.unwrap_err();
        assert!(refused.to_string().contains("before its date"), "{refused}");
    }
}

#[tokio::test]
async fn routes_and_allowed_sources_hold_with_both_addresses_only_within_the_overlap() {
    for town in towns().await {
        let old: IpAddr = "192.0.2.86".parse().unwrap();
        let new: IpAddr = "198.51.100.13".parse().unwrap();
        allow(&town, old).await;
        let relays = town.parts.relays.administration(Scope::Operator("test"), "otto");
        let rule = NewRelayRule {
            position: None,
            organisation: None,
            recipients: "*.incamail.test".parse().unwrap(),
            subject: None,
            relay: Relay { target: "192.0.2.86:2525".parse().unwrap(), tls: RelayTls::Verify },
            validity: Validity::default(),
        };
        relays.add(rule).await.unwrap();
        let targets = async || -> Vec<String> {
            let rules = town.parts.relays.in_force().await.unwrap();
            rules.iter().map(|rule| rule.relay.target.to_string()).collect()
        };
        // A ban shows whether a source passes.
        let people = town.people();
        for source in [old, new] {
            people.ban_source(&source.to_string(), 365 * DAY, "test").await.unwrap();
        }
        let passes = async || {
            town.parts.directory.maintain().await.unwrap();
            [old, new].map(|source| town.parts.directory.is_banned(source).is_none())
        };
        let one = town.declared().await;
        assert_eq!((targets().await, passes().await), (vec!["192.0.2.86:2525".to_owned()], [true, false]));
        town.until(one.switches_at.minus(Duration::from_secs(1))).await;
        assert_eq!((targets().await, passes().await), (vec!["192.0.2.86:2525".to_owned()], [true, false]));
        town.until(one.switches_at).await;
        let both = vec!["198.51.100.13:2525".to_owned(), "192.0.2.86:2525".to_owned()];
        assert_eq!((targets().await, passes().await), (both, [true, true]));
        town.until(one.ends_at).await;
        assert_eq!((targets().await, passes().await), (vec!["198.51.100.13:2525".to_owned()], [false, true]));
    }
}

#[tokio::test]
async fn cancelling_takes_the_entries_of_the_overlap_back() {
    for town in towns().await {
        let old: IpAddr = "192.0.2.86".parse().unwrap();
        allow(&town, old).await;
        let one = town.declared().await;
        let prepares_at = town.renumberings.prepares_at(&one).await.unwrap();
        town.until(prepares_at).await;
        let active = async || -> Vec<(String, Validity)> {
            let sources = town.people().allowed_sources().await.unwrap();
            let active = sources.into_iter().filter(|one| one.state == directory::AllowState::Active);
            active.map(|one| (one.source, one.validity)).collect()
        };
        let from = Validity { from: Some(one.switches_at), until: None };
        let until = Validity { from: None, until: Some(one.ends_at) };
        assert_eq!(active().await, [("198.51.100.13".to_owned(), from), ("192.0.2.86".to_owned(), until)]);
        town.operator.cancel(one.id).await.unwrap();
        assert_eq!(active().await, [("192.0.2.86".to_owned(), Validity::default())]);
    }
}

/// Lets a source of Valbois pass for good.
async fn allow(town: &Town, source: IpAddr) {
    let people = town.people();
    let login = "anna@valbois.test";
    let user = directory::NewUser {
        organisation: town.valbois,
        login: model::Address::parse(login).unwrap(),
        name: "Anna".to_owned(),
        role: directory::Role::Administrator,
        password: "correct horse battery staple".to_owned().into(),
    };
    people.create_user(user).await.unwrap();
    people
        .add_ip(directory::NewIp {
            ip: "203.0.113.7".to_owned(),
            organisation: Some(town.valbois),
            is_static: true,
            note: String::new(),
        })
        .await
        .unwrap();
    let asked = people
        .ask_for_allowed_source(NewAllowedSource {
            organisation: town.valbois,
            ip: source.to_string(),
            purpose: "the gateways".to_owned(),
            acceptance: "accepted".to_owned(),
            language: "fr".to_owned(),
            contact: login.to_owned(),
        })
        .await
        .unwrap();
    let letters = town.parts.directory.source_letters().await.unwrap();
    let token = letters.into_iter().find_map(|letter| match letter {
        directory::SourceLetter::Confirm { token, .. } => Some(token),
        directory::SourceLetter::Asked { .. } => None,
    });
    let token = token.unwrap();
    town.parts.directory.confirm_allowed_source(&token, source).await.unwrap();
    people.decide_allowed_source(asked.id, true, "").await.unwrap();
}

#[tokio::test]
async fn records_of_customers_and_networks_stay_as_people_wrote_them() {
    for town in towns().await {
        let zone = town.zones.zone_called("valbois.test").await.unwrap();
        let add = vec![
            NewRecord::new("gateway", "A", "192.0.2.86"),
            NewRecord::new("@", "TXT", "v=spf1 ip4:192.0.2.80/28 -all"),
        ];
        town.zones.edit(zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        let before = town.zones.records(zone.id).await.unwrap();
        let one = town.declared().await;
        town.until(one.ends_at).await;
        assert_eq!(town.zones.records(zone.id).await.unwrap(), before);
    }
}
