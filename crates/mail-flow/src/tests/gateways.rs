//! Letters to integrated organisations' servers.

use ::gateways::{Direction, IntegrationChange, IntegrationState, NewCertificate, NewIntegration, Presented};
use model::IntegrationId;
use rustls::pki_types::PrivateKeyDer;

use super::*;

/// A server with a certificate, and that certificate.
async fn far() -> (Stranger, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["gw1.far.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    let chain = vec![certificate.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (Stranger::new().await.offers(&["STARTTLS", "DSN"]).shows(chain, key), certificate.pem())
}

/// A town whose Acme has an integration: `far.test`, whose servers are the stranger.
async fn town_with(db: Db, stranger: &Stranger, pem: &str) -> (Town, IntegrationId) {
    let world = World::testing_with_names(StaticNames::default());
    testing::populate(&db, &world).await;
    let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
    let mut settings = Settings::new(Domain::parse("mx.valbois.test").unwrap(), "one");
    settings.outbound.may_reach_itself = true;
    let town = testing::Town::node(db, blobs, world, settings);
    let town = Town { town, shutdown: watch::Sender::new(false), loop_task: None };
    let operator = town.flow.gateways().administration(Scope::Operator("test"), "otto");
    let new = NewIntegration {
        organisation: town.organisation("zoe@acme.test").await,
        name: "far".to_owned(),
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: format!("127.0.0.1:{}", stranger.port).parse().unwrap(),
        accepts_host_name: false,
        takes_ordinary: true,
    };
    let id = operator.create(new).await.unwrap().id;
    let far = Domain::parse("far.test").unwrap();
    operator.add_domain(id, far.clone()).await.unwrap();
    operator.confirm_domain(id, &far).await.unwrap();
    let declared =
        NewCertificate { presented: Presented::Pem(pem.to_owned()), direction: Direction::Reception };
    operator.add_certificate(id, declared).await.unwrap();
    set(&town, id, IntegrationState::Active).await;
    (town, id)
}

async fn set(town: &Town, id: IntegrationId, state: IntegrationState) {
    let operator = town.flow.gateways().administration(Scope::Operator("test"), "otto");
    let change = IntegrationChange { state: Some(state), ..IntegrationChange::default() };
    operator.change(id, change).await.unwrap();
}

async fn send(town: &Town, subject: &str) {
    let anna = town.user("anna@valbois.test").await;
    let envelope = envelope("anna@valbois.test", &["zed@far.test"]);
    town.bring(anna, envelope, &letter("anna@valbois.test", subject)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordinary_letters_go_to_the_servers_of_an_integration_that_takes_them() {
    for db in testing::engines() {
        let (stranger, pem) = far().await;
        let (mut town, _) = town_with(db, &stranger, &pem).await;
        town.go();
        send(&town, "by gateway").await;
        town.queue_is_empty().await;
        assert_eq!(stranger.heard()[0].to, ["<zed@far.test>"]);
        let search = Search { to: Some(address("zed@far.test")), ..Search::default() };
        let ways = Trail::new(town.db.clone()).ways(search).await.unwrap();
        let steps: Vec<String> =
            ways.iter().flat_map(|way| &way.events).map(|event| event.step.to_string()).collect();
        assert!(steps.iter().any(|step| step.contains("gateway of far.test")), "{steps:#?}");
        assert!(
            steps.iter().any(|step| step.contains(" over TLSv1") && step.contains("(gateway)")),
            "{steps:#?}"
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_for_an_integration_waits_while_it_is_suspended_and_returns_once_it_is_gone() {
    for db in testing::engines() {
        let (stranger, pem) = far().await;
        let (mut town, id) = town_with(db, &stranger, &pem).await;
        stranger.says_once("EHLO", "421 4.3.2 not now");
        town.go();
        send(&town, "waits").await;
        town.waiting(1).await;
        set(&town, id, IntegrationState::Suspended).await;
        town.world.clock.advance(HOUR);
        let waiting = town.waiting(2).await.last_reply.unwrap();
        assert_eq!(
            (waiting.status(), waiting.text()),
            ("4.4.4".to_owned(), "the recipient organisation's integration is not active now")
        );
        assert!(stranger.heard().is_empty());
        let operator = town.flow.gateways().administration(Scope::Operator("test"), "otto");
        operator.delete(id).await.unwrap();
        town.world.clock.advance(HOUR);
        town.queue_is_empty().await;
        let report = town.inbox_of("anna@valbois.test", 1).await.remove(0);
        assert!(report.contains("integration is no more"), "{report}");
        assert!(stranger.heard().is_empty());
        town.stop().await;
    }
}

/// What was seen of the servers of an integration, by the words of the kinds.
async fn seen(town: &Town, id: IntegrationId) -> Vec<&'static str> {
    let operator = town.flow.gateways().administration(Scope::Operator("test"), "otto");
    operator.sightings(id).await.unwrap().iter().map(|sighting| sighting.kind.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gateway_brings_and_takes_is_noted_for_the_test_of_its_connection() {
    for db in testing::engines() {
        let (stranger, pem) = far().await;
        let (mut town, id) = town_with(db, &stranger, &pem).await;
        let organisation = town.organisation("zoe@acme.test").await;
        let gateway = model::Gateway { integration: id, organisation };
        let brought = || Origin::Peer(Session { gateway: Some(gateway), ..session() });
        let text = |subject: &str| letter("Zed <zed@far.test>", subject);
        // What others bring says nothing, whatever its subject.
        let tagged = format!("<im><c> {}", crate::TEST_MAIL_SUBJECT);
        town.bring(peer(), envelope("zed@far.test", &["anna@valbois.test"]), &text(&tagged)).await.unwrap();
        assert!(seen(&town, id).await.is_empty());
        let there = envelope("zed@far.test", &["hans.muster.2543@else.test.incamail.ch"]);
        town.bring(brought(), there, &text("<im><c> Another subject")).await.unwrap();
        assert_eq!(seen(&town, id).await, ["sent-external"]);
        let there = envelope("zed@far.test", &["hans.muster.2543@else.test.incamail.ch"]);
        town.bring(brought(), there, &text(&tagged)).await.unwrap();
        assert_eq!(seen(&town, id).await, ["sent-external", "test-mail"]);
        town.bring(brought(), envelope("zed@far.test", &["anna@valbois.test"]), &text("here")).await.unwrap();
        assert_eq!(seen(&town, id).await, ["sent-external", "sent-internal", "test-mail"]);
        // What nobody wrote shows no way: a report from outside to somebody there, a notice of ours.
        town.go();
        let alias_to = vec![address("zed@far.test")];
        let new = NewAddress { address: address("elsewhere@valbois.test"), alias_to, quota_bytes: None };
        town.operator.create_address(new).await.unwrap();
        let bounce = envelope("", &["elsewhere@valbois.test"]);
        town.bring(peer(), bounce, &letter("mailer-daemon@else.test", "Undelivered")).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(stranger.heard().len(), 1);
        assert_eq!(seen(&town, id).await, ["sent-external", "sent-internal", "test-mail"]);
        // A letter of a stranger that comes by us, and one of somebody connected.
        let passed_on = envelope("eve@else.test", &["elsewhere@valbois.test"]);
        town.bring(peer(), passed_on, &letter("eve@else.test", "from outside")).await.unwrap();
        until(async || seen(&town, id).await.contains(&"received-external").then_some(())).await;
        assert!(!seen(&town, id).await.contains(&"received-internal"));
        send(&town, "to far").await;
        until(async || seen(&town, id).await.contains(&"received-internal").then_some(())).await;
        // The certificate that the server has shown to deliveries is known.
        let operator = town.flow.gateways().administration(Scope::Operator("test"), "otto");
        assert!(operator.integration(id).await.unwrap().certificates[0].seen_fingerprint.is_some());
        town.stop().await;
    }
}

/// The copy of the newest letter of anna's organisation.
async fn copy(town: &Town) -> mail_secure::Copy {
    let organisation = town.organisation("anna@valbois.test").await;
    let wanted = mail_secure::Wanted { sender: None, recipient: None, before: None, limit: 1 };
    town.flow.secure().letters(Some(organisation), wanted).await.unwrap().remove(0).copies.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confidential_letter_that_is_taken_back_while_its_gateway_is_down_never_arrives() {
    for db in testing::engines() {
        let (stranger, pem) = far().await;
        let (mut town, _) = town_with(db, &stranger, &pem).await;
        stranger.says_once("EHLO", "421 4.3.2 not now");
        town.go();
        send(&town, "<im><c> Salaire").await;
        town.waiting(1).await;
        let (organisation, sent) = (town.organisation("anna@valbois.test").await, copy(&town).await);
        assert_eq!(sent.way, mail_secure::Way::Gateway);
        let foreign = town.organisation("zoe@acme.test").await;
        let refused = town.flow.secure().withdraw(foreign, sent.letter, None, "").await;
        assert!(matches!(refused, Err(mail_secure::SecureError::NotFound)));
        assert_eq!(town.queue().await.len(), 1);
        town.flow.secure().withdraw(organisation, sent.letter, None, "wrong month").await.unwrap();
        assert_eq!(copy(&town).await.state, mail_secure::State::Withdrawn);
        assert!(town.queue().await.is_empty());
        // The gateway is back: the next letter goes there, that one does not.
        town.world.clock.advance(HOUR);
        send(&town, "<im><c> Bonjour").await;
        town.queue_is_empty().await;
        let heard = stranger.heard();
        assert_eq!(heard.len(), 1);
        assert!(heard[0].body.contains("Subject: Bonjour") && !heard[0].body.contains("Salaire"));
        assert_eq!(copy(&town).await.state, mail_secure::State::Relayed);
        // As it is, it shall not travel once more on who knows which way: reports bring its header only.
        assert!(heard[0].from.contains("RET=HDRS"), "{}", heard[0].from);
        let arrived = town.flow.secure().withdraw(organisation, copy(&town).await.letter, None, "").await;
        assert!(matches!(arrived, Err(mail_secure::SecureError::Illegal(_))));
        town.stop().await;
    }
}
