//! Integrated organisations' servers: ours is shown to them, theirs is judged, and nothing leaves otherwise.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use gateways::{Authorities, CertificateDer, Fingerprint, Identity, InboundTarget, Peer};
use model::{IntegrationId, RelayTarget};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;

use super::*;

const HOST: &str = "gw1.else.test";

type Certificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

struct Issues {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Issues {
    fn new(name: &str) -> Issues {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        Issues { certificate, issuer: Issuer::new(parameters, key) }
    }

    fn issue(&self, name: &str, last_year: i32) -> Certificate {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let own = parameters.signed_by(&key, &self.issuer).unwrap().der().clone();
        (vec![own], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }

    fn trusted(&self) -> Authorities {
        let mut authorities = Authorities::none();
        assert!(authorities.add(&self.certificate));
        authorities
    }
}

/// Our own certificate.
#[derive(Debug)]
struct Ours(Arc<CertifiedKey>);

impl ResolvesClientCert for Ours {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn ours(issues: &Issues) -> (Vec<u8>, Arc<Ours>) {
    let (chain, key) = issues.issue("mx.valbois.test", 4000);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    (chain[0].to_vec(), Arc::new(Ours(Arc::new(CertifiedKey::from_der(chain, key, &provider).unwrap()))))
}

fn named(name: &str) -> Identity {
    Identity::Name(domain(name))
}

/// What became of a letter to `else.test` by way of that peer, and why not.
async fn carried(names: &StaticNames, stranger: &Stranger, peer: Peer) -> (Carried, Option<Vec<u8>>) {
    let remote = remote(World::testing_with_names(names.clone()), outbound(stranger.port));
    let (own, ours) = ours(&Issues::new("valbois.test"));
    remote.present(ours);
    let mut consignment = consignment(&["zed@else.test"], TEXT).await;
    consignment.gateway = Some(peer);
    let carried = remote.carry(&consignment).await;
    (carried, Some(own))
}

fn names() -> StaticNames {
    StaticNames::default()
        .with("else.test", "MX", &format!("10 {HOST}."))
        .with_address(HOST, IpAddr::V4(Ipv4Addr::LOCALHOST))
}

async fn server((chain, key): Certificate) -> Stranger {
    Stranger::new().await.offers(&["STARTTLS", "PIPELINING"]).shows(chain, key)
}

fn reason(carried: &Carried) -> String {
    let last = carried.attempts.last().unwrap();
    format!("{}, {}: {}", words(carried)[0], last.policy.as_deref().unwrap_or("-"), last.reply.text())
}

#[tokio::test]
async fn each_target_is_reached_over_tls_that_shows_both_certificates() {
    let root = Issues::new("Else Root");
    let stranger = server(root.issue(HOST, 4000)).await;
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let targets = [
        InboundTarget::Exchangers,
        InboundTarget::Server(RelayTarget::Exchangers(domain("else.test"))),
        InboundTarget::Server(RelayTarget::Host(domain(HOST), stranger.port)),
        InboundTarget::Server(RelayTarget::Address(SocketAddr::new(local, stranger.port))),
    ];
    for target in targets {
        let peer = Peer::new(IntegrationId(1), target.clone(), vec![named(HOST)], root.trusted());
        let (carried, own) = carried(&names(), &stranger, peer).await;
        assert_eq!(words(&carried), ["delivered"], "{target}: {:?}", carried.attempts);
        let attempt = carried.attempts.last().unwrap();
        assert!(attempt.tls.as_deref().unwrap().starts_with("TLSv1"));
        assert_eq!((attempt.policy.as_deref(), attempt.failure), (Some("gateway"), None));
        assert_eq!(stranger.shown().pop().unwrap(), own);
    }
}

#[tokio::test]
async fn a_peer_of_another_certificate_gets_nothing_and_the_letter_waits() {
    let (root, unknown) = (Issues::new("Else Root"), Issues::new("Unknown"));
    let wrong = [
        (root.issue(HOST, 2021), "has expired"),
        (unknown.issue(HOST, 4000), "authority is not registered here"),
        (root.issue("gw2.else.test", 4000), "it is for gw2.else.test"),
    ];
    for (certificate, why) in wrong {
        let stranger = server(certificate).await;
        let peer = Peer::new(IntegrationId(1), InboundTarget::Exchangers, vec![named(HOST)], root.trusted());
        let (carried, _) = carried(&names(), &stranger, peer).await;
        let reason = reason(&carried);
        assert!(reason.starts_with("later 4.7.5, gateway: no TLS: ") && reason.contains(why), "{reason}");
        assert!(stranger.heard().is_empty());
        assert!(!stranger.commands().iter().any(|command| command.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn a_peer_without_tls_gets_nothing_in_plaintext() {
    let root = Issues::new("Else Root");
    for refuses in [false, true] {
        let stranger = match refuses {
            false => Stranger::new().await.offers(&["PIPELINING"]),
            true => server(root.issue(HOST, 4000)).await,
        };
        stranger.says("STARTTLS", "454 4.7.0 not now");
        let peer = Peer::new(IntegrationId(1), InboundTarget::Exchangers, vec![named(HOST)], root.trusted());
        let (carried, _) = carried(&names(), &stranger, peer).await;
        assert!(reason(&carried).starts_with("later 4.7.4, gateway: no TLS: "), "{}", reason(&carried));
        assert!(stranger.heard().is_empty());
        assert!(!stranger.commands().iter().any(|command| command.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn fingerprints_and_names_of_hosts_count_where_they_are_declared() {
    let (root, unknown) = (Issues::new("Else Root"), Issues::new("Unknown"));
    let certificate = unknown.issue("anything.test", 4000);
    let pin = Identity::Fingerprint(Fingerprint::of(&certificate.0[0]));
    let stranger = server(certificate).await;
    let peer = Peer::new(IntegrationId(1), InboundTarget::Exchangers, vec![pin], root.trusted());
    assert_eq!(words(&carried(&names(), &stranger, peer).await.0), ["delivered"]);
    // The name of the host that was found counts only if the integration says so and the name is certain.
    let stranger = server(root.issue(HOST, 4000)).await;
    let declared = vec![named("other.else.test")];
    let host = InboundTarget::Server(RelayTarget::Host(domain(HOST), stranger.port));
    for (target, accepts, is_authentic, expected) in [
        (InboundTarget::Exchangers, true, true, "delivered"),
        (InboundTarget::Exchangers, true, false, "later 4.7.5"),
        (InboundTarget::Exchangers, false, true, "later 4.7.5"),
        (host.clone(), true, false, "delivered"),
        (host, false, false, "later 4.7.5"),
    ] {
        let mut peer = Peer::new(IntegrationId(1), target.clone(), declared.clone(), root.trusted());
        peer.accepts_host_name = accepts;
        let names = if is_authentic { names().secure() } else { names() };
        assert_eq!(
            words(&carried(&names, &stranger, peer).await.0),
            [expected],
            "{target} {accepts} {is_authentic}"
        );
    }
}

#[tokio::test]
async fn what_an_integration_names_never_leads_to_this_machine_itself() {
    let root = Issues::new("Else Root");
    let stranger = server(root.issue(HOST, 4000)).await;
    let outbound = Outbound { may_reach_itself: false, ..outbound(stranger.port) };
    let remote = remote(World::testing_with_names(names()), outbound);
    let local = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), stranger.port);
    for target in [InboundTarget::Exchangers, InboundTarget::Server(RelayTarget::Address(local))] {
        let mut consignment = consignment(&["zed@else.test"], TEXT).await;
        consignment.gateway = Some(Peer::new(IntegrationId(1), target, vec![named(HOST)], root.trusted()));
        assert_eq!(words(&remote.carry(&consignment).await), ["failed 5.4.4"]);
    }
    assert_eq!(stranger.connections(), 0);
}
