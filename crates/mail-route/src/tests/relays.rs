//! Which rule a letter goes by, and who may change rules.

use db::Db;
use directory::{DirectoryError, Scope};
use model::{Domain, OrganisationId, Relay, RelayTls, Validity};
use trail::Trail;
use world::World;

use crate::*;

const VALBOIS: OrganisationId = OrganisationId(7);
const ACME: OrganisationId = OrganisationId(8);

fn towns() -> Vec<(Db, Relays)> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, keys::MIGRATIONS, MIGRATIONS])
    {
        towns.push((db.clone(), Relays::new(db, World::testing())));
    }
    towns
}

fn rule(recipients: &str, target: &str) -> NewRelayRule {
    NewRelayRule {
        position: None,
        organisation: None,
        recipients: recipients.parse().unwrap(),
        subject: None,
        relay: Relay { target: target.parse().unwrap(), tls: RelayTls::Verify },
        validity: Validity::default(),
    }
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

#[test]
fn a_pattern_takes_one_domain_or_those_below_it_or_all() {
    for (pattern, name, fits) in [
        ("*", "anything.test", true),
        ("*.incamail.ch", "clinic.incamail.ch", true),
        ("*.incamail.ch", "a.clinic.IncaMail.ch", true),
        ("*.incamail.ch", "incamail.ch", false),
        ("*.incamail.ch", "notincamail.ch", false),
        ("IncaMail.ch", "incamail.ch", true),
        ("incamail.ch", "clinic.incamail.ch", false),
    ] {
        let pattern: Pattern = pattern.parse().unwrap();
        assert_eq!(pattern.fits(&domain(name)), fits, "{pattern} {name}");
        assert_eq!(pattern.to_string().parse(), Ok(pattern));
    }
    for wrong in ["", "*.", "*x.test", "a.*.test", "[192.0.2.1]", "a b"] {
        assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn the_first_rule_that_fits_counts() {
    for (_, relays) in towns() {
        let operator = relays.administration(Scope::Operator("test"), "ops");
        operator.add(rule("*.incamail.test", "mx:im.post.test")).await.unwrap();
        let secret = NewRelayRule { subject: Some("<IM>".to_owned()), ..rule("*", "im.post.test") };
        operator.add(secret).await.unwrap();
        let first = NewRelayRule { position: Some(5), ..rule("gate.incamail.test", "192.0.2.1:26") };
        operator.add(first).await.unwrap();
        let own = NewRelayRule { organisation: Some(VALBOIS), ..rule("else.test", "relay.valbois.test") };
        operator.add(own).await.unwrap();
        for (organisation, name, subject, expected) in [
            (None, "gate.incamail.test", "", "192.0.2.1:26"),
            (None, "clinic.incamail.test", "a <im> b", "mx:im.post.test"),
            (None, "far.test", "Report <im><c>", "im.post.test:25"),
            (None, "far.test", "Report im", ""),
            (Some(VALBOIS), "else.test", "", "relay.valbois.test:25"),
            (Some(ACME), "else.test", "", ""),
            (None, "else.test", "", ""),
        ] {
            let checked = operator.check(organisation, &domain(name), subject).await.unwrap();
            let leads: Vec<_> = checked.iter().filter(|(_, fit)| *fit == Fit::Leads).collect();
            assert!(leads.len() <= 1, "{checked:?}");
            let found = leads.first().map(|(rule, _)| rule.relay.target.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{organisation:?} {name} «{subject}»");
        }
        let why = async |organisation, name: &str, subject: &str| {
            let checked = operator.check(organisation, &domain(name), subject).await.unwrap();
            checked.iter().map(|(_, fit)| fit.as_str()).collect::<Vec<_>>()
        };
        let said = why(Some(ACME), "else.test", "Report").await;
        assert_eq!(said, ["other recipients", "other recipients", "other subject", "other senders"]);
        let said = why(Some(VALBOIS), "gate.incamail.test", "a <im> b").await;
        assert_eq!(said, ["leads", "comes later", "comes later", "other recipients"]);
        // Of another organisation's rules a tenant learns nothing.
        let tenant = relays.administration(Scope::Tenant(ACME), "eve");
        assert_eq!(tenant.check(Some(VALBOIS), &domain("else.test"), "").await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn only_the_operator_changes_rules_and_each_change_is_written_down() {
    for (db, relays) in towns() {
        let operator = relays.administration(Scope::Operator("test"), "ops");
        let tenant = relays.administration(Scope::Tenant(ACME), "eve");
        let everybodys = operator.add(rule("*.incamail.test", "mx:im.post.test")).await.unwrap();
        let foreign = NewRelayRule { organisation: Some(VALBOIS), ..rule("else.test", "relay.valbois.test") };
        let foreign = operator.add(foreign).await.unwrap();
        assert_eq!(tenant.list().await.unwrap(), std::slice::from_ref(&everybodys));
        assert!(matches!(tenant.rule(foreign.id).await, Err(DirectoryError::NotFound { .. })));
        let checked = tenant.check(Some(VALBOIS), &domain("else.test"), "").await.unwrap();
        assert_eq!(checked, [(everybodys.clone(), Fit::OtherRecipients)]);
        assert!(matches!(tenant.add(rule("*", "mx:eve.test")).await, Err(DirectoryError::NotFound { .. })));
        assert!(matches!(tenant.remove(everybodys.id).await, Err(DirectoryError::NotFound { .. })));
        assert!(tenant.remove(foreign.id).await.is_err());
        assert_eq!(operator.remove(foreign.id).await.unwrap(), foreign);
        assert!(matches!(operator.remove(foreign.id).await, Err(DirectoryError::NotFound { .. })));
        let long = NewRelayRule { subject: Some("x".repeat(201)), ..rule("*", "mx:im.post.test") };
        assert!(matches!(operator.add(long).await, Err(DirectoryError::Invalid { field: "subject", .. })));
        let changes = Trail::new(db).changes(None, db::Seek::first(10)).await.unwrap();
        let told: Vec<String> =
            changes.items.iter().map(|one| format!("{} {} {}", one.actor, one.action, one.what)).collect();
        assert_eq!(
            told,
            [
                "ops remove route else.test → relay.valbois.test:25",
                "ops add route else.test → relay.valbois.test:25",
                "ops add route *.incamail.test → mx:im.post.test",
            ]
        );
    }
}
