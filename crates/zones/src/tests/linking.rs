//! Operations on the domains of a mail service: what they do, that a crash between any two commits loses nothing, and
//! that nobody else comes in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use directory::{AddressKind, DomainPlace, Found, NewAddress, Scope};
use model::{Address, ServiceId};
use world::StaticNames;

use super::{Town, domain, ours, towns_in, towns_on};
use crate::{LineKind, NewLink, Operation, OperationKind, OperationState, Standing, Step, ZoneError};

fn names() -> StaticNames {
    ours(&["valbois.test", "bois.test", "neu.test"])
}

fn link(service: ServiceId, name: &str) -> NewLink {
    NewLink {
        service,
        name: domain(name),
        create_zone: false,
        update_dns: true,
        replace: false,
        make_main: false,
    }
}

/// The field of a refusal.
fn field<T>(result: Result<T, ZoneError>) -> String {
    match result.err().expect("a refusal") {
        ZoneError::Invalid { field, .. }
        | ZoneError::Conflict { field, .. }
        | ZoneError::InUse { field, .. } => field.to_owned(),
        ZoneError::Directory(directory::DirectoryError::NotFound { what }) | ZoneError::NotFound { what } => {
            format!("{what} not found")
        }
        ZoneError::Directory(error) => {
            assert!(error.is_refusal(), "{error}");
            error.to_string().split(':').next().unwrap_or_default().to_owned()
        }
        other => panic!("{other}"),
    }
}

impl Town {
    /// Its mail domain `valbois.test` with the mailbox of Anna and an alias; the mail service.
    async fn with_mail(&self) -> ServiceId {
        let name = domain("valbois.test");
        let made = self.tenant.create_domain(self.valbois, None, &name, Standing::Stays).await.unwrap();
        let people = self.directory.administration(Scope::Tenant(self.valbois), "anna");
        for (address, targets) in [("anna", vec![]), ("contact", vec!["anna@valbois.test"])] {
            let new = NewAddress {
                address: Address::parse(&format!("{address}@valbois.test")).unwrap(),
                alias_to: targets.into_iter().map(|target| Address::parse(target).unwrap()).collect(),
                quota_bytes: None,
            };
            people.create_address(new).await.unwrap();
        }
        made.domain.service
    }

    async fn carry(&self, operation: Operation) -> Operation {
        self.zones.carry(operation.id).await.unwrap()
    }

    async fn reaches(&self, address: &str) -> Option<String> {
        match self.directory.find(&Address::parse(address).unwrap()).await.unwrap() {
            Found::Mailbox { address, .. } => Some(address.to_string()),
            _ => None,
        }
    }

    async fn place(&self, name: &str) -> DomainPlace {
        let people = self.directory.administration(Scope::Operator("test"), "test");
        people.domain_called(&domain(name)).await.unwrap().place
    }

    async fn log(&self, operation: &Operation) -> Vec<(LineKind, u64)> {
        let (_, lines) = self.tenant.operation(operation.id).await.unwrap();
        lines.into_iter().map(|line| (line.what, line.count)).collect()
    }

    async fn has_exchanger(&self, zone: &str) -> bool {
        let zone = self.operator.zone_called(zone).await.unwrap();
        self.lines(zone.id).await.iter().any(|line| line == "@ MX 10 mail.relais.test.")
    }
}

#[tokio::test]
async fn a_domain_is_linked_becomes_the_main_one_and_the_former_one_goes() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        let bois = town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        assert_eq!(begun.next_step(), Some(Step::Domain));
        assert_eq!(town.reaches("anna@bois.test").await, None, "nothing happens before it is carried");
        let done = town.carry(begun).await;
        assert_eq!((done.state, done.done), (OperationState::Done, 2));
        assert_eq!(town.log(&done).await[0], (LineKind::Linked, 0));
        let (told, before, after) = town.newest("link domain").await;
        assert_eq!(told, "relais for anna link domain: bois.test");
        let mail = after.get("service").expect("the mail service is named").to_owned();
        assert!(before.is_empty() && !mail.is_empty() && after.get("disabled") == Some("no"), "{after:?}");
        assert_eq!(town.reaches("anna@bois.test").await.as_deref(), Some("anna@valbois.test"));
        assert!(town.has_exchanger("bois.test").await);
        // Each name has keys of its own.
        let lines = town.lines(bois.id).await;
        assert_eq!(lines.iter().filter(|line| line.contains("._domainkey TXT")).count(), 2);
        assert!(lines.contains(
            &"_dmarc TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@bois.test\"".to_owned()
        ));

        let begun = town.tenant.begin_main(service, &domain("bois.test")).await.unwrap();
        let done = town.carry(begun).await;
        assert_eq!((done.state, done.former), (OperationState::Done, Some(domain("valbois.test"))));
        let (told, before, after) = town.newest("make main domain").await;
        assert_eq!(told, "relais for anna make main domain: bois.test");
        let main = (before.get("main domain"), after.get("main domain"), after.get("addresses"));
        assert_eq!(main, (Some("valbois.test"), Some("bois.test"), Some("2")));
        for name in ["anna@bois.test", "anna@valbois.test"] {
            assert_eq!(town.reaches(name).await.as_deref(), Some("anna@bois.test"), "{name}");
        }
        assert!(town.has_exchanger("bois.test").await && town.has_exchanger("valbois.test").await);
        let people = town.directory.administration(Scope::Tenant(town.valbois), "anna");
        let contact = people.address_called(&Address::parse("contact@bois.test").unwrap()).await.unwrap();
        let AddressKind::Alias { targets } = contact.kind else { panic!("an alias") };
        assert_eq!(targets, [Address::parse("anna@bois.test").unwrap()]);
        // Reports about both names are taken.
        for name in ["bois.test", "valbois.test"] {
            let about = Address::parse(&format!("dmarc-reports@{name}")).unwrap();
            let found = town.directory.find(&about).await.unwrap();
            assert!(matches!(found, Found::Reports { domain, .. } if domain.as_str() == name));
        }

        town.add(&["www A 192.0.2.80"]).await.unwrap();
        let (told, records) = town.tenant.unlinked(service, &domain("valbois.test")).await.unwrap();
        assert_eq!((told.addresses, told.leading_there), (2, 0));
        assert!(records > 10, "{records}");
        let begun = town.tenant.begin_unlink(service, &domain("valbois.test")).await.unwrap();
        let done = town.carry(begun).await;
        assert_eq!(town.log(&done).await[0], (LineKind::RecordsChanged, records));
        let (told, before, after) = town.newest("unlink domain").await;
        assert_eq!(told, "relais for anna unlink domain: valbois.test");
        assert!(before.get("service") == Some(mail.as_str()) && after.is_empty(), "{before:?}");
        assert_eq!(town.reaches("anna@valbois.test").await, None);
        assert_eq!(town.reaches("anna@bois.test").await.as_deref(), Some("anna@bois.test"));
        // What the person wrote stays.
        let left = town.lines(town.zone.id).await;
        assert!(
            left.contains(&"www A 192.0.2.80".to_owned()) && !left.iter().any(|line| line.contains("MX"))
        );
        let history =
            town.tenant.page_of_operations(service, db::Seek { after: None, limit: 10 }).await.unwrap();
        let kinds: Vec<_> = history.items.iter().map(|operation| operation.kind).collect();
        assert_eq!(kinds, [OperationKind::Unlink, OperationKind::Main, OperationKind::Link]);
    }
}

#[tokio::test]
async fn the_options_say_what_becomes_of_the_dns() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        let bois = town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        let add = |zone, line: &str| {
            let edit = crate::Edit { add: vec![super::record(line)], ..crate::Edit::default() };
            town.tenant.edit(zone, edit)
        };
        add(bois.id, "@ MX 5 mx.elsewhere.test.").await.unwrap();
        // What stands there stays, and is told.
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        let done = town.carry(begun).await;
        assert!(town.log(&done).await.contains(&(LineKind::RecordsInTheWay, 1)));
        assert!(!town.has_exchanger("bois.test").await);
        // Or goes.
        let begun = town.tenant.begin_unlink(service, &domain("bois.test")).await.unwrap();
        town.carry(begun).await;
        let replacing = NewLink { replace: true, ..link(service, "bois.test") };
        let begun = town.tenant.begin_link(replacing).await.unwrap();
        town.carry(begun).await;
        assert!(town.has_exchanger("bois.test").await);
        // Records that nobody asked for are not written, not even later by the program itself.
        town.tenant.create_zone(town.valbois, "neu.test").await.unwrap();
        let quiet = NewLink { update_dns: false, ..link(service, "neu.test") };
        let begun = town.tenant.begin_link(quiet.clone()).await.unwrap();
        let done = town.carry(begun).await;
        assert_eq!(town.log(&done).await, [(LineKind::Linked, 0), (LineKind::RecordsElsewhere, 0)]);
        town.operator.refresh_all().await.unwrap();
        assert!(!town.has_exchanger("neu.test").await);
        assert_eq!(town.reaches("anna@neu.test").await.as_deref(), Some("anna@valbois.test"));
        // To replace and not to update says nothing.
        let both = NewLink { replace: true, update_dns: false, ..link(service, "other.test") };
        assert_eq!(field(town.tenant.begin_link(both).await), "replace");
    }
}

#[tokio::test]
async fn a_zone_can_be_made_and_the_name_turned_at_once() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        let new = NewLink { create_zone: true, make_main: true, ..link(service, "bois.test") };
        let begun = town.tenant.begin_link(new).await.unwrap();
        assert_eq!(
            begun.steps(),
            [Step::Zone, Step::Domain, Step::Records, Step::Addresses, Step::Targets, Step::BothRecords]
        );
        let done = town.carry(begun).await;
        assert_eq!(done.state, OperationState::Done);
        assert_eq!(town.place("bois.test").await, DomainPlace::Main);
        assert_eq!(town.place("valbois.test").await, DomainPlace::Linked);
        assert!(town.has_exchanger("bois.test").await);
        // A name below one that is hosted here needs no zone of its own.
        let begun = town.tenant.begin_link(link(service, "mail.bois.test")).await.unwrap();
        town.carry(begun).await;
        let zone = town.tenant.zone_called("bois.test").await.unwrap();
        assert!(town.lines(zone.id).await.contains(&"mail MX 10 mail.relais.test.".to_owned()));
    }
}

#[tokio::test]
async fn only_what_is_the_organisations_own_is_linked() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        // Elsewhere, and not proven.
        assert_eq!(field(town.tenant.begin_link(link(service, "far.test")).await), "domain");
        assert_eq!(field(town.tenant.begin_link(link(service, "test")).await), "domain");
        let far = NewLink { create_zone: true, ..link(service, "far.test") };
        assert_eq!(field(town.tenant.begin_link(far).await), "domain");
        // Another organisation's domain, mail service and operation do not exist.
        let acme = town.tenant_of(town.acme);
        assert_eq!(field(acme.begin_link(link(service, "bois.test")).await), "service not found");
        assert_eq!(field(acme.links(service).await), "service not found");
        assert_eq!(field(acme.link_candidates(service).await), "service not found");
        assert_eq!(field(acme.begin_main(service, &domain("valbois.test")).await), "service not found");
        assert_eq!(field(acme.begin_unlink(service, &domain("valbois.test")).await), "service not found");
        assert_eq!(field(acme.unlinked(service, &domain("valbois.test")).await), "service not found");
        let seek = db::Seek { after: None, limit: 10 };
        assert_eq!(field(acme.page_of_operations(service, seek).await), "service not found");
        acme.create_zone(town.acme, "neu.test").await.unwrap();
        assert_eq!(field(town.tenant.begin_link(link(service, "neu.test")).await), "domain");
        town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        assert_eq!(field(acme.operation(begun.id).await), "operation not found");
        // The operator vouches for any name.
        town.carry(begun).await;
        let begun = town.operator.begin_link(link(service, "far.test")).await.unwrap();
        assert_eq!(town.carry(begun).await.state, OperationState::Done);
        assert_eq!(field(town.operator.begin_link(link(service, "far.test")).await), "domain");
        assert_eq!(town.place("far.test").await, DomainPlace::Linked);
        // Hosts would go with their domain.
        let machines = hosts::Hosts::new(town.db.clone(), town.world.clone(), town.directory.clone());
        let machines = machines.administration(Scope::Operator("test"), "test");
        let people = town.directory.administration(Scope::Operator("test"), "test");
        let host = hosts::NewHost {
            domain: people.domain_called(&domain("far.test")).await.unwrap().id,
            name: "hote1".to_owned(),
            fqdn: None,
            ipv4: Some("192.0.2.1".parse().unwrap()),
            ipv6: None,
            description: String::new(),
        };
        let host = machines.create_host(host).await.unwrap().id;
        assert_eq!(field(town.tenant.begin_unlink(service, &domain("far.test")).await), "domain");
        machines.delete_host(host).await.unwrap();
        let begun = town.tenant.begin_unlink(service, &domain("far.test")).await.unwrap();
        assert_eq!(town.carry(begun).await.state, OperationState::Done);
        // The main one is neither unlinked nor made the main one.
        assert_eq!(field(town.tenant.begin_unlink(service, &domain("valbois.test")).await), "domain");
        assert_eq!(field(town.tenant.begin_main(service, &domain("valbois.test")).await), "domain");
    }
}

#[tokio::test]
async fn synonyms_are_dissociated_first() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        let neu = town.tenant.create_zone(town.valbois, "neu.test").await.unwrap();
        let bois = town.tenant.add_synonym(town.zone.id, "bois.test").await.unwrap();
        assert_eq!(field(town.tenant.begin_link(link(service, "bois.test")).await), "domain");
        let candidates = town.tenant.link_candidates(service).await.unwrap();
        let told: Vec<_> = candidates.iter().map(|one| (one.name.as_str(), one.refusal.is_none())).collect();
        assert_eq!(told, [("bois.test", false), ("neu.test", true)]);
        town.tenant.dissociate_synonym(bois.id).await.unwrap();
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        assert_eq!(town.carry(begun).await.state, OperationState::Done);
        // A linked domain with synonyms is not unlinked.
        town.tenant.add_synonym(bois.id, "neu.test").await.unwrap();
        assert_eq!(town.reaches("anna@neu.test").await.as_deref(), Some("anna@valbois.test"));
        assert_eq!(field(town.tenant.begin_unlink(service, &domain("bois.test")).await), "domain");
        town.tenant.dissociate_synonym(neu.id).await.unwrap();
        // It may become one itself.
        let begun = town.tenant.begin_synonym(service, &domain("bois.test")).await.unwrap();
        let done = town.carry(begun).await;
        assert_eq!((done.state, done.failure), (OperationState::Done, None));
        assert_eq!(town.tenant.zone(bois.id).await.unwrap().main, Some(town.zone.id));
        assert_eq!(town.reaches("anna@bois.test").await.as_deref(), Some("anna@valbois.test"));
    }
}

#[tokio::test]
async fn a_mail_service_has_one_operation_at_a_time() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        town.tenant.create_zone(town.valbois, "neu.test").await.unwrap();
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        assert_eq!(field(town.tenant.begin_link(link(service, "neu.test")).await), "operation");
        // Two who work on it at once do each step once.
        let (one, other) = tokio::join!(town.zones.carry(begun.id), town.zones.carry(begun.id));
        assert_eq!((one.unwrap().state, other.unwrap().state), (OperationState::Done, OperationState::Done));
        let lines = town.log(&begun).await;
        assert_eq!(lines.iter().filter(|(what, _)| *what == LineKind::Linked).count(), 1);
        let begun = town.tenant.begin_link(link(service, "neu.test")).await.unwrap();
        assert_eq!(town.carry(begun).await.state, OperationState::Done);
    }
}

#[tokio::test]
async fn what_a_rule_refuses_ends_with_the_reason_and_holds_up_nobody() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        town.tenant.create_zone(town.valbois, "bois.test").await.unwrap();
        let begun = town.tenant.begin_link(link(service, "bois.test")).await.unwrap();
        // Meanwhile it becomes a mail domain with addresses of its own.
        let name = domain("bois.test");
        town.tenant.create_domain(town.valbois, None, &name, Standing::Stays).await.unwrap();
        let people = town.directory.administration(Scope::Tenant(town.valbois), "anna");
        let own = NewAddress {
            address: Address::parse("zoe@bois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        people.create_address(own).await.unwrap();
        town.zones.carry_on().await.unwrap();
        let (failed, lines) = town.tenant.operation(begun.id).await.unwrap();
        assert_eq!((failed.state, failed.done), (OperationState::Failed, 0));
        assert!(failed.failure.unwrap().reason.contains("1 address"), "{lines:?}");
        assert_eq!(lines.last().map(|line| line.what), Some(LineKind::Refused));
        assert_eq!(town.place("bois.test").await, DomainPlace::Apart);
        let next = town.tenant.begin_link(NewLink { create_zone: true, ..link(service, "neu.test") });
        let next = next.await.unwrap();
        town.zones.carry_on().await.unwrap();
        let (next, _) = town.tenant.operation(next.id).await.unwrap();
        assert_eq!(next.state, OperationState::Done);
    }
}

/// What a stranger sees of a town: which addresses answer, where, and what its zones say.
async fn seen(town: &Town) -> Vec<String> {
    let mut seen = Vec::new();
    for name in ["anna@valbois.test", "anna@bois.test", "contact@bois.test"] {
        seen.push(format!("{name} {:?}", town.reaches(name).await));
    }
    for zone in ["valbois.test", "bois.test"] {
        let Ok(zone) = town.operator.zone_called(zone).await else { continue };
        // Keys are different in each town, and their selectors may be.
        let lines = town.lines(zone.id).await.into_iter().filter(|line| !line.contains("_domainkey"));
        seen.extend(lines.map(|line| format!("{} {line}", zone.name)));
    }
    seen.sort();
    seen
}

/// Carries an operation whose process dies at each commit after the other, and is started again each time: what is
/// there in the end is what an undisturbed one leaves, and each step was done once.
async fn dies_at_every_commit(prepare: OperationKind) {
    let left = Arc::new(AtomicI64::new(i64::MAX));
    let counter = left.clone();
    let hook: db::CommitHook = Arc::new(move |point| match point {
        db::CommitPoint::Before if counter.fetch_sub(1, Ordering::Relaxed) <= 0 => {
            Err(std::io::Error::other("the plug is pulled"))
        }
        _ => Ok(()),
    });
    let options = db::Options { commit_hook: Some(hook), durable: false, ..db::Options::default() };
    let dying = towns_on(db::testing::migrated_with(&options, &super::TABLES), names()).await;
    let undisturbed = towns_in(names()).await;
    for (town, model) in dying.into_iter().zip(undisturbed) {
        let mut expected = Vec::new();
        for town in [&model, &town] {
            let service = town.with_mail().await;
            let new = NewLink {
                create_zone: true,
                make_main: prepare == OperationKind::Link,
                ..link(service, "bois.test")
            };
            let mut begun = town.tenant.begin_link(new).await.unwrap();
            if prepare != OperationKind::Link {
                town.carry(begun).await;
                let name = domain("bois.test");
                begun = match prepare {
                    OperationKind::Main => town.tenant.begin_main(service, &name).await.unwrap(),
                    OperationKind::Synonym => town.tenant.begin_synonym(service, &name).await.unwrap(),
                    _ => town.tenant.begin_unlink(service, &name).await.unwrap(),
                };
            }
            if std::ptr::eq(town, &model) {
                town.carry(begun.clone()).await;
                expected = seen(town).await;
                continue;
            }
            let steps = begun.steps().len();
            for done in 0..steps {
                // This commit and all after it fail.
                left.store(1, Ordering::Relaxed);
                let trouble = town.zones.carry_on().await;
                left.store(i64::MAX, Ordering::Relaxed);
                let (half, _) = town.tenant.operation(begun.id).await.unwrap();
                assert_eq!(half.done, done + 1, "{trouble:?}");
                let is_last = done + 1 == steps;
                assert_eq!(trouble.is_err(), !is_last, "{trouble:?}");
                // Whatever was done: those who were reached still are, unless the name is being given up.
                let main = town.reaches("anna@valbois.test").await;
                assert!(main.is_some(), "after {done}");
            }
            let (whole, lines) = town.tenant.operation(begun.id).await.unwrap();
            assert_eq!((whole.state, whole.done), (OperationState::Done, steps));
            let (_, undisturbed) = {
                let page = model
                    .tenant
                    .page_of_operations(service_of(&model).await, db::Seek { after: None, limit: 1 });
                let last = page.await.unwrap().items.remove(0);
                model.tenant.operation(last.id).await.unwrap()
            };
            let told =
                |lines: &[crate::LogLine]| -> Vec<String> { lines.iter().map(ToString::to_string).collect() };
            assert_eq!(told(&lines), told(&undisturbed));
            assert_eq!(seen(town).await, expected);
        }
    }
}

async fn service_of(town: &Town) -> ServiceId {
    let people = town.directory.administration(Scope::Tenant(town.valbois), "anna");
    people.services(None).await.unwrap()[0].id
}

#[tokio::test]
async fn linking_survives_a_crash_at_each_step() {
    dies_at_every_commit(OperationKind::Link).await;
}

#[tokio::test]
async fn making_a_domain_the_main_one_survives_a_crash_at_each_step() {
    dies_at_every_commit(OperationKind::Main).await;
}

#[tokio::test]
async fn unlinking_survives_a_crash_at_each_step() {
    dies_at_every_commit(OperationKind::Unlink).await;
}

#[tokio::test]
async fn becoming_a_synonym_survives_a_crash_at_each_step() {
    dies_at_every_commit(OperationKind::Synonym).await;
}

#[tokio::test]
async fn the_records_of_a_domain_elsewhere_are_told() {
    for town in towns_in(names()).await {
        let service = town.with_mail().await;
        let begun = town.operator.begin_link(link(service, "far.test")).await.unwrap();
        let done = town.carry(begun).await;
        assert_eq!(town.log(&done).await, [(LineKind::Linked, 0), (LineKind::RecordsElsewhere, 0)]);
        let copied = town.tenant.records_to_copy(&domain("far.test")).await.unwrap();
        assert!(copied.iter().any(|record| record.kind == crate::RecordKind::Mx));
        let links = town.tenant.links(service).await.unwrap();
        let told: Vec<_> =
            links.iter().map(|link| (link.domain.name.as_str(), link.zone.is_some())).collect();
        assert_eq!(told, [("valbois.test", true), ("far.test", false)]);
    }
}
