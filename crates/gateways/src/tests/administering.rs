//! Integrations in rows: who may do what, what is refused, what is written down.

use db::{Db, Seek};
use directory::{Directory, DirectoryError, Scope};
use keys::Keys;
use model::OrganisationId;
use world::{StaticNames, World};

use super::*;
use crate::{
    Administration, AuthorityId, Direction, Gateways, InboundTarget, Integration, IntegrationChange,
    IntegrationState, NewCertificate, NewIntegration, Presented, Proof, Standing, Warning,
};

/// Two organisations; `valbois.test` is hosted here as the first one's, `acme.test` as the second one's.
struct Town {
    db: Db,
    world: World,
    directory: Directory,
    gateways: Gateways,
    valbois: OrganisationId,
    acme: OrganisationId,
}

async fn towns(names: StaticNames) -> Vec<Town> {
    let mut towns = Vec::new();
    let tables = [trail::MIGRATIONS, directory::MIGRATIONS, keys::MIGRATIONS, crate::MIGRATIONS];
    for db in db::testing::migrated(&tables) {
        let world = World::testing_with_names(names.clone());
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let mut organisations = Vec::new();
        for name in ["valbois", "acme"] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            operator.create_domain(organisation, None, &domain(&format!("{name}.test"))).await.unwrap();
            organisations.push(organisation);
        }
        let keys = Keys::new(db.clone(), world.clone());
        let gateways = Gateways::new(db.clone(), world.clone(), keys);
        let (valbois, acme) = (organisations[0], organisations[1]);
        towns.push(Town { db, world, directory, gateways, valbois, acme });
    }
    towns
}

impl Town {
    fn of(&self, organisation: OrganisationId) -> Administration {
        self.gateways.administration(Scope::Tenant(organisation), "anna")
    }

    fn operator(&self) -> Administration {
        self.gateways.administration(Scope::Operator("test"), "otto")
    }

    async fn made(&self, organisation: OrganisationId, name: &str) -> Integration {
        self.of(organisation).create(new(organisation, name)).await.unwrap()
    }

    /// What an organisation's log of changes has, the oldest first.
    async fn log(&self, organisation: OrganisationId) -> Vec<String> {
        let seek = Seek { after: None, limit: 100 };
        let page = trail::Trail::new(self.db.clone()).changes(Some(organisation), seek).await.unwrap();
        let mut told: Vec<String> = page
            .items
            .iter()
            .map(|entry| format!("{}: {}", entry.change.action, entry.change.what))
            .collect();
        told.reverse();
        told
    }

    /// Whose server it is that presents `certificate` and sends for `sender`, or why not.
    async fn word(&self, certificate: &CertificateDer<'_>, sender: &str) -> String {
        let book = self.gateways.book().await.unwrap();
        let now = self.world.clock.now();
        match book.identify(std::slice::from_ref(certificate), now, Some(&domain(sender))) {
            Standing::Ordinary => "ordinary".to_owned(),
            Standing::Identified { .. } => "identified".to_owned(),
            refused => refused.reply().unwrap().1.text().split(':').next().unwrap().to_owned(),
        }
    }
}

fn new(organisation: OrganisationId, name: &str) -> NewIntegration {
    NewIntegration {
        organisation,
        name: name.to_owned(),
        contact: "Otto Muster, +41 44 000 00 00".to_owned(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
    }
}

fn by_name(name: &str) -> NewCertificate {
    NewCertificate { presented: Presented::Name(domain(name)), direction: Direction::Both }
}

fn by_pem(certificate: &CertificateDer<'_>) -> NewCertificate {
    NewCertificate { presented: Presented::Pem(pem(certificate)), direction: Direction::Both }
}

fn state(state: IntegrationState) -> IntegrationChange {
    IntegrationChange { state: Some(state), ..IntegrationChange::default() }
}

/// The field that a rule or a name refuses.
fn field<T>(result: Result<T, DirectoryError>) -> &'static str {
    match result.err().expect("a refusal") {
        DirectoryError::Invalid { field, .. }
        | DirectoryError::Conflict { field, .. }
        | DirectoryError::InUse { field, .. } => field,
        DirectoryError::NotFound { .. } => "not found",
        other => panic!("{other}"),
    }
}

/// The days of the certificates here, as the clock of the tests has them.
fn issued_now(
    town: &Town,
    root: &Issues,
    names: &'static [&'static str],
    days: i64,
) -> CertificateDer<'static> {
    let today = (town.world.clock.now().0 - NOW.0) / (DAY * 1000);
    root.issue(&Wanted { from_day: today - 1, to_day: today + days, ..server(names) })
}

fn root_now(town: &Town) -> Issues {
    let today = (town.world.clock.now().0 - NOW.0) / (DAY * 1000);
    Issues::root_until("Muster Root", today + 3650, None)
}

#[tokio::test]
async fn an_integration_holds_once_the_operator_activates_it_and_only_while_it_is_active() {
    for town in towns(StaticNames::default()).await {
        let root = root_now(&town);
        town.operator().add_authority("Muster Root", &pem(&root.certificate)).await.unwrap();
        let (id, own) = (town.made(town.valbois, "main").await.id, town.of(town.valbois));
        let certificate = issued_now(&town, &root, &["gw1.valbois.test"], 90);
        assert_eq!(field(town.operator().change(id, state(IntegrationState::Active)).await), "state");
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        assert_eq!(field(town.operator().change(id, state(IntegrationState::Active)).await), "state");
        own.add_certificate(id, by_name("gw1.valbois.test")).await.unwrap();
        assert_eq!(field(own.change(id, state(IntegrationState::Active)).await), "not found");
        assert_eq!(town.word(&certificate, "valbois.test").await, "ordinary");
        assert!(!town.gateways.has_active());
        town.operator().change(id, state(IntegrationState::Active)).await.unwrap();
        assert_eq!(town.word(&certificate, "valbois.test").await, "identified");
        assert_eq!(town.word(&certificate, "acme.test").await, "wrong sender domain");
        assert!(town.gateways.has_active());
        assert_eq!(field(own.delete(id).await), "integration");
        assert_eq!(field(own.remove_domain(id, domain("valbois.test")).await), "domain");
        let slot = own.integration(id).await.unwrap().certificates[0].id;
        assert_eq!(field(own.remove_certificate(id, slot).await), "certificate");
        town.operator().change(id, state(IntegrationState::Suspended)).await.unwrap();
        assert_eq!(town.word(&certificate, "valbois.test").await, "ordinary");
        own.delete(id).await.unwrap();
        assert_eq!(
            town.log(town.valbois).await[2..],
            [
                "create integration: main",
                "add domain to integration: main → valbois.test",
                "add certificate to integration: main → gw1.valbois.test",
                "change integration: main",
                "change integration: main",
                "delete integration: main",
            ]
            .map(str::to_owned)
        );
    }
}

#[tokio::test]
async fn a_foreign_domain_counts_once_it_is_shown_and_belongs_to_one_integration() {
    for town in towns(StaticNames::default()).await {
        let (first, own) = (town.made(town.valbois, "main").await.id, town.of(town.valbois));
        assert_eq!(field(own.add_domain(first, domain("acme.test")).await), "domain");
        let added = own.add_domain(first, domain("far.test")).await.unwrap();
        assert_eq!(added.domains[0].proof, None);
        assert_eq!(added.warnings(NOW), [Warning::UnprovenDomain(domain("far.test"))]);
        assert_eq!(field(own.prove_domain(first, &domain("far.test")).await), "domain");
        assert_eq!(field(own.confirm_domain(first, &domain("far.test")).await), "not found");
        // Another one may claim it as well, until one shows that it is his.
        let other = town.made(town.acme, "main").await.id;
        town.of(town.acme).add_domain(other, domain("far.test")).await.unwrap();
        let confirmed = town.operator().confirm_domain(other, &domain("far.test")).await.unwrap();
        assert_eq!(confirmed.domains[0].proof, Some(Proof::Staff));
        assert_eq!(field(town.operator().confirm_domain(first, &domain("far.test")).await), "domain");
        own.add_domain(first, domain("valbois.test")).await.unwrap();
        let second = town.made(town.valbois, "second").await.id;
        assert_eq!(field(own.add_domain(second, domain("valbois.test")).await), "domain");
        // What is hosted here counts only as long as it is.
        let directory = town.directory.administration(Scope::Operator("test"), "test");
        let hosted = directory.domains(Some(town.valbois)).await.unwrap()[0].id;
        directory.delete_domain(hosted, true).await.unwrap();
        let domains = own.integration(first).await.unwrap().domains;
        assert!(domains.iter().all(|domain| domain.proof.is_none()), "{domains:?}");
    }
}

#[tokio::test]
async fn a_text_record_shows_whose_a_domain_is() {
    for town in towns(StaticNames::default()).await {
        let made = town.made(town.valbois, "main").await;
        let own = town.of(town.valbois);
        let one = own.add_domain(made.id, domain("far.test")).await.unwrap();
        let record = own.proof_record(&one, &domain("far.test")).await.unwrap();
        assert_eq!(record.name, "_relais-gateway.far.test");
        let elsewhere = own.proof_record(&one, &domain("other.test")).await.unwrap();
        assert_ne!(record.value, elsewhere.value);
        let mut world = town.world.clone();
        let names = StaticNames::default().with(&record.name, "TXT", &record.value);
        world.names = world::Names::fixed(names);
        let gateways = Gateways::new(town.db.clone(), world.clone(), Keys::new(town.db.clone(), world));
        let own = gateways.administration(Scope::Tenant(town.valbois), "anna");
        let proven = own.prove_domain(made.id, &domain("far.test")).await.unwrap();
        assert_eq!(proven.domains[0].proof, Some(Proof::Record));
        assert_eq!(field(own.prove_domain(made.id, &domain("unknown.test")).await), "not found");
    }
}

#[tokio::test]
async fn nobody_reaches_what_is_another_ones() {
    for town in towns(StaticNames::default()).await {
        let id = town.made(town.valbois, "main").await.id;
        let other = town.of(town.acme);
        let slot = crate::CertificateId(1);
        assert!(other.list(None).await.unwrap().is_empty());
        assert!(other.list(Some(town.valbois)).await.unwrap().is_empty());
        assert_eq!(field(other.integration(id).await), "not found");
        assert_eq!(field(other.change(id, IntegrationChange::default()).await), "not found");
        assert_eq!(field(other.delete(id).await), "not found");
        assert_eq!(field(other.add_domain(id, domain("far.test")).await), "not found");
        assert_eq!(field(other.prove_domain(id, &domain("far.test")).await), "not found");
        assert_eq!(field(other.remove_domain(id, domain("far.test")).await), "not found");
        assert_eq!(field(other.add_certificate(id, by_name("gw1.acme.test")).await), "not found");
        assert_eq!(field(other.remove_certificate(id, slot).await), "not found");
        assert_eq!(field(other.create(new(town.valbois, "theirs")).await), "not found");
        assert_eq!(field(other.add_authority("x", "y").await), "not found");
        assert_eq!(field(other.set_authority(AuthorityId::PUBLIC, false).await), "not found");
        assert_eq!(other.authorities().await.unwrap().len(), 1);
        let domain_scope = town.directory.administration(Scope::Operator("test"), "test");
        let domain_id = domain_scope.domains(Some(town.valbois)).await.unwrap()[0].id;
        let limited = Scope::Domain { organisation: town.valbois, domain: domain_id };
        assert_eq!(field(town.gateways.administration(limited, "dora").list(None).await), "not found");
    }
}

#[tokio::test]
async fn a_renewal_overlaps_and_its_end_is_told_thirty_days_ahead() {
    for town in towns(StaticNames::default()).await {
        let root = root_now(&town);
        let (id, own) = (town.made(town.valbois, "main").await.id, town.of(town.valbois));
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        let old = issued_now(&town, &root, &["gw1.valbois.test"], 20);
        let new = issued_now(&town, &root, &["gw1.valbois.test"], 90);
        let one = own.add_certificate(id, by_pem(&old)).await.unwrap();
        let words = |one: &Integration| -> Vec<&str> {
            one.warnings(town.world.clock.now()).iter().map(Warning::as_str).collect()
        };
        assert_eq!(words(&one), ["certificate-ends", "single-fingerprint"]);
        town.operator().change(id, state(IntegrationState::Active)).await.unwrap();
        assert_eq!(town.word(&old, "valbois.test").await, "identified");
        assert_eq!(town.word(&new, "valbois.test").await, "unknown certificate authority");
        let one = own.add_certificate(id, by_pem(&new)).await.unwrap();
        assert_eq!(words(&one), ["certificate-ends"]);
        assert_eq!(town.word(&old, "valbois.test").await, "identified");
        assert_eq!(town.word(&new, "valbois.test").await, "identified");
        assert_eq!(field(own.add_certificate(id, by_pem(&new)).await), "certificate");
        let over = issued_now(&town, &root, &["gw1.valbois.test"], 0);
        assert_eq!(field(own.add_certificate(id, by_pem(&over)).await), "certificate");
        own.remove_certificate(id, one.certificates[0].id).await.unwrap();
        assert_eq!(town.word(&old, "valbois.test").await, "unknown certificate authority");
        assert_eq!(town.word(&new, "valbois.test").await, "identified");
        let change = IntegrationChange {
            inbound: Some("192.0.2.7".parse().unwrap()),
            is_hosted_gateway: Some(true),
            ..IntegrationChange::default()
        };
        let one = own.change(id, change).await.unwrap();
        assert_eq!(words(&one), ["static-address", "hosted-gateway", "single-fingerprint"]);
    }
}

#[tokio::test]
async fn an_authority_vouches_while_it_is_in_the_list() {
    for town in towns(StaticNames::default()).await {
        let root = root_now(&town);
        let (id, own, operator) =
            (town.made(town.valbois, "main").await.id, town.of(town.valbois), town.operator());
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        own.add_certificate(id, by_name("gw1.valbois.test")).await.unwrap();
        operator.change(id, state(IntegrationState::Active)).await.unwrap();
        let certificate = issued_now(&town, &root, &["gw1.valbois.test"], 90);
        assert_eq!(town.word(&certificate, "valbois.test").await, "unknown certificate authority");
        let added = operator.add_authority("Muster Root", &pem(&root.certificate)).await.unwrap();
        assert_eq!(town.word(&certificate, "valbois.test").await, "identified");
        assert_eq!(field(operator.add_authority("again", &pem(&root.certificate)).await), "certificate");
        assert_eq!(field(operator.add_authority("host", &pem(&certificate)).await), "certificate");
        assert_eq!(field(operator.add_authority("junk", "junk").await), "certificate");
        operator.set_authority(added.id, false).await.unwrap();
        assert_eq!(town.word(&certificate, "valbois.test").await, "unknown certificate authority");
        let public = operator.set_authority(AuthorityId::PUBLIC, false).await.unwrap();
        assert!(public.removed_at.is_some());
        assert!(operator.set_authority(AuthorityId::PUBLIC, true).await.unwrap().removed_at.is_none());
    }
}

#[tokio::test]
async fn what_a_server_presents_is_noted_once_and_an_organisation_that_goes_takes_its_own_along() {
    for town in towns(StaticNames::default()).await {
        let root = root_now(&town);
        let (id, own, operator) =
            (town.made(town.valbois, "main").await.id, town.of(town.valbois), town.operator());
        operator.add_authority("Muster Root", &pem(&root.certificate)).await.unwrap();
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        own.add_certificate(id, by_name("gw1.valbois.test")).await.unwrap();
        operator.change(id, state(IntegrationState::Active)).await.unwrap();
        let certificate = issued_now(&town, &root, &["gw1.valbois.test"], 90);
        let book = town.gateways.book().await.unwrap();
        let now = town.world.clock.now();
        let standing = book.identify(std::slice::from_ref(&certificate), now, Some(&domain("valbois.test")));
        let Standing::Identified { gateway, identity, fingerprint, ends_at } = standing else {
            panic!("{standing:?}")
        };
        for _ in 0..2 {
            let seen = crate::Seen { fingerprint, ends_at, certificate: certificate.to_vec() };
            town.gateways.note_seen(gateway, (Direction::Sending, &identity), seen).await.unwrap();
            town.gateways.book().await.unwrap();
        }
        let slot = own.integration(id).await.unwrap().certificates.remove(0);
        assert_eq!((slot.seen_fingerprint, slot.ends_at), (Some(fingerprint), Some(ends_at)));
        let shown = slot.certificate.unwrap();
        assert_eq!((shown.sha256, shown.names), (fingerprint, vec!["gw1.valbois.test".to_owned()]));
        let declared =
            NewCertificate { presented: Presented::Pem(pem(&certificate)), direction: Direction::Sending };
        let two = own.add_certificate(id, declared).await.unwrap().certificates;
        assert_eq!(two[1].certificate.as_ref().map(|one| one.sha1.len()), Some(59), "to compare by eye");
        let directory = town.directory.administration(Scope::Operator("test"), "test");
        directory.delete_organisation(town.valbois, true).await.unwrap();
        assert_eq!(town.word(&certificate, "valbois.test").await, "ordinary");
        assert!(operator.list(None).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_suspends_does_not_come_back_by_what_somebody_else_saves() {
    for town in towns(StaticNames::default()).await {
        let (id, own, operator) =
            (town.made(town.valbois, "main").await.id, town.of(town.valbois), town.operator());
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        own.add_certificate(id, by_name("gw1.valbois.test")).await.unwrap();
        for round in 0..50 {
            operator.change(id, state(IntegrationState::Active)).await.unwrap();
            let contact = format!("Otto Muster, {round}");
            let saved = IntegrationChange { contact: Some(contact.clone()), ..IntegrationChange::default() };
            let (suspended, saved) =
                tokio::join!(operator.change(id, state(IntegrationState::Suspended)), own.change(id, saved));
            suspended.unwrap();
            saved.unwrap();
            let one = own.integration(id).await.unwrap();
            assert_eq!((one.state, one.contact), (IntegrationState::Suspended, contact), "round {round}");
        }
        // Nor do two take away each the other's last: what the last one is, is seen by one of them only.
        own.add_certificate(id, by_name("gw2.valbois.test")).await.unwrap();
        operator.change(id, state(IntegrationState::Active)).await.unwrap();
        let slots: Vec<_> =
            own.integration(id).await.unwrap().certificates.iter().map(|slot| slot.id).collect();
        let (first, second) =
            tokio::join!(own.remove_certificate(id, slots[0]), operator.remove_certificate(id, slots[1]));
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
        // Nor do two make one name twice.
        for round in 0..20 {
            let name = format!("twin {round}");
            let (first, second) =
                tokio::join!(own.create(new(town.valbois, &name)), operator.create(new(town.valbois, &name)));
            assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{name}");
            let made = first.or(second).unwrap();
            own.delete(made.id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_integration_is_active_only_while_its_receiving_servers_can_be_told_from_others() {
    for town in towns(StaticNames::default()).await {
        let (id, own, operator) =
            (town.made(town.valbois, "main").await.id, town.of(town.valbois), town.operator());
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        let way = |name: &str, direction| NewCertificate { direction, ..by_name(name) };
        own.add_certificate(id, way("gw1.valbois.test", Direction::Sending)).await.unwrap();
        // What is declared for one way is not declared for both as well.
        let both = own.add_certificate(id, way("gw1.valbois.test", Direction::Both)).await;
        assert_eq!(field(both), "certificate");
        assert_eq!(field(operator.change(id, state(IntegrationState::Active)).await), "state");
        own.add_certificate(id, way("gw1.valbois.test", Direction::Reception)).await.unwrap();
        operator.change(id, state(IntegrationState::Active)).await.unwrap();
        let slots = own.integration(id).await.unwrap().certificates;
        assert_eq!(field(own.remove_certificate(id, slots[1].id).await), "certificate");
        own.remove_certificate(id, slots[0].id).await.unwrap();
        assert_eq!(field(own.remove_certificate(id, slots[1].id).await), "certificate");
    }
}

#[tokio::test]
async fn an_integration_and_its_first_domain_are_made_together_or_not_at_all() {
    for town in towns(StaticNames::default()).await {
        let own = town.of(town.valbois);
        let foreign = own.create_with_domain(new(town.valbois, "main"), domain("acme.test")).await;
        assert_eq!(field(foreign), "domain");
        assert!(own.list(None).await.unwrap().is_empty());
        let one = own.create_with_domain(new(town.valbois, "main"), domain("valbois.test")).await.unwrap();
        assert_eq!(one.domains[0].proof, Some(Proof::Hosted));
        assert_eq!(
            town.log(town.valbois).await[2..],
            ["create integration: main", "add domain to integration: main → valbois.test"].map(str::to_owned)
        );
    }
}

#[tokio::test]
async fn an_authority_that_was_removed_and_is_added_again_is_the_same_one() {
    for town in towns(StaticNames::default()).await {
        let (root, operator) = (root_now(&town), town.operator());
        let added = operator.add_authority("Muster Root", &pem(&root.certificate)).await.unwrap();
        operator.set_authority(added.id, false).await.unwrap();
        let again = operator.add_authority("Muster Root G2", &pem(&root.certificate)).await.unwrap();
        assert_eq!((again.id, again.name.as_str(), again.removed_at), (added.id, "Muster Root G2", None));
        let known = operator.authorities().await.unwrap();
        assert_eq!(known.iter().filter(|one| one.name.starts_with("Muster")).collect::<Vec<_>>(), [&again]);
        let refused = operator.add_authority("junk", "junk").await;
        assert!(refused.unwrap_err().to_string().contains("of an authority"));
    }
}

#[tokio::test]
async fn the_end_of_a_receiving_servers_certificate_is_known_once_it_was_presented() {
    for town in towns(StaticNames::default()).await {
        let root = root_now(&town);
        town.operator().add_authority("Muster Root", &pem(&root.certificate)).await.unwrap();
        let (id, own) = (town.made(town.valbois, "main").await.id, town.of(town.valbois));
        own.add_domain(id, domain("valbois.test")).await.unwrap();
        for direction in [Direction::Sending, Direction::Reception] {
            own.add_certificate(id, NewCertificate { direction, ..by_name("gw1.valbois.test") })
                .await
                .unwrap();
        }
        let certificate = issued_now(&town, &root, &["gw1.valbois.test"], 20);
        let now = town.world.clock.now();
        let ends = async || -> Vec<crate::Expiry> {
            let one = own.integration(id).await.unwrap();
            one.certificates.iter().map(|slot| slot.expiry(now)).collect()
        };
        use crate::Expiry::{Near, Unknown};
        assert_eq!(ends().await, [Unknown, Unknown]);
        // A probe of what is planned, and deliveries to what is active, bring the same.
        let book = town.gateways.book().await.unwrap();
        let peer = book.prospective_peer(&own.integration(id).await.unwrap());
        let verdict = peer.judge(std::slice::from_ref(&certificate), now, None);
        assert!(matches!(verdict, crate::Verdict::Identified(_)), "{verdict:?}");
        town.gateways.note_shown(town.valbois, &peer).await.unwrap();
        assert_eq!(ends().await, [Unknown, Near], "of the slot for reception, and of no other");
        town.operator().change(id, state(IntegrationState::Active)).await.unwrap();
        let renewed = issued_now(&town, &root, &["gw1.valbois.test"], 90);
        town.world.clock.advance(std::time::Duration::from_secs(2 * 60 * 60));
        let book = town.gateways.book().await.unwrap();
        let peer = book.peer(id).unwrap();
        peer.judge(std::slice::from_ref(&renewed), town.world.clock.now(), None);
        town.gateways.note_shown(town.valbois, &peer).await.unwrap();
        assert_eq!(ends().await, [Unknown, crate::Expiry::Far]);
    }
}
