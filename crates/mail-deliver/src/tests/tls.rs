//! Strangers with right and wrong certificates, under each policy.

use std::net::{IpAddr, Ipv4Addr};

use aws_lc_rs::digest::{SHA256, digest};
use model::TlsWish;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use world::{Dial, SourceAddresses};

use super::*;

const HOST: &str = "mx.else.test";

struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

type Certificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(vec!["authority.test".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Authority { certificate, issuer: Issuer::new(params, key) }
    }

    fn issues(&self, name: &str, is_expired: bool) -> Certificate {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if is_expired {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        (vec![own, self.certificate.clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }

    /// `3 0 1` for the first, `2 0 1` for the last of a chain.
    fn tlsa(usage: u8, certificate: &CertificateDer<'_>) -> String {
        let hex: String =
            digest(&SHA256, certificate).as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
        format!("{usage} 0 1 {hex}")
    }
}

/// Where `else.test` has one server, known to this test's authority.
struct Scene {
    stranger: Stranger,
    authority: Authority,
    names: StaticNames,
    fetch_port: u16,
}

impl Scene {
    async fn new(certificate: impl FnOnce(&Authority) -> Certificate) -> Scene {
        let authority = Authority::new();
        let (chain, key) = certificate(&authority);
        let stranger =
            Stranger::new().await.offers(&["STARTTLS", "PIPELINING", "REQUIRETLS"]).shows(chain, key);
        let names = StaticNames::default()
            .with("else.test", "MX", &format!("10 {HOST}."))
            .with_address(HOST, IpAddr::V4(Ipv4Addr::LOCALHOST));
        Scene { stranger, authority, names, fetch_port: 443 }
    }

    fn tlsa(mut self, data: &str) -> Scene {
        self.names = self.names.secure().with(&format!("_{}._tcp.{HOST}", self.stranger.port), "TLSA", data);
        self
    }

    /// Publishes an MTA-STS policy at a web server of its own.
    async fn policy(mut self, mode: &str, mx: &str) -> Scene {
        let (chain, key) = self.authority.issues("mta-sts.else.test", false);
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.fetch_port = listener.local_addr().unwrap().port();
        let body = format!("version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 86400\n");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 4096]).await;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        self.names = self
            .names
            .with("_mta-sts.else.test", "TXT", "v=STSv1; id=1;")
            .with_address("mta-sts.else.test", IpAddr::V4(Ipv4Addr::LOCALHOST));
        self
    }

    fn remote(&self) -> Remote {
        let mut world = World::testing_with_names(self.names.clone());
        let authorities = std::slice::from_ref(&self.authority.certificate);
        world.dial = Dial::trusting(SourceAddresses::default(), authorities).unwrap();
        world.fetching.port = self.fetch_port;
        remote(world, outbound(self.stranger.port))
    }

    async fn carry(&self, wish: TlsWish) -> Carried {
        let mut consignment = consignment(&["zed@else.test"], TEXT).await;
        consignment.envelope.tls = wish;
        self.remote().carry(&consignment).await
    }

    /// What became of it, under which policy, and what was wrong.
    async fn story(&self) -> String {
        story(&self.carry(TlsWish::Usual).await)
    }
}

fn story(carried: &Carried) -> String {
    let last = carried.attempts.last().unwrap();
    let encrypted = if last.tls.is_some() { "encrypted" } else { "plain" };
    let policy = last.policy.as_deref().unwrap_or("-");
    format!("{}, {encrypted}, {policy}, {}", words(carried)[0], last.failure.unwrap_or("-"))
}

#[tokio::test]
async fn without_a_policy_any_certificate_will_do() {
    let scene = Scene::new(|authority| authority.issues("other.test", true)).await;
    assert_eq!(scene.story().await, "delivered, encrypted, -, -");
}

#[tokio::test]
async fn dane_takes_what_the_records_name_and_nothing_else() {
    let scene = Scene::new(|authority| authority.issues("other.test", true)).await;
    let chain = scene.authority.issues("x.test", false).0;
    let wrong = Authority::tlsa(3, &chain[0]);
    let scene = scene.tlsa(&wrong);
    assert_eq!(scene.story().await, "later 4.7.5, plain, DANE, tlsa-invalid");
    assert_eq!(scene.stranger.heard(), [], "nothing goes out in plaintext");
    // The right end entity, whatever its name and dates.
    let mut shown = None;
    let scene = Scene::new(|authority| {
        let certificate = authority.issues("other.test", true);
        shown = Some(Authority::tlsa(3, &certificate.0[0]));
        certificate
    })
    .await
    .tlsa(&shown.unwrap());
    assert_eq!(scene.story().await, "delivered, encrypted, DANE, -");
    // An authority: the name and the dates count.
    for (name, is_expired, expected) in [
        (HOST, false, "delivered, encrypted, DANE, -"),
        ("else.test", false, "delivered, encrypted, DANE, -"),
        ("other.test", false, "later 4.7.5, plain, DANE, certificate-host-mismatch"),
        (HOST, true, "later 4.7.5, plain, DANE, certificate-expired"),
    ] {
        let scene = Scene::new(|authority| authority.issues(name, is_expired)).await;
        let record = Authority::tlsa(2, &scene.authority.certificate);
        assert_eq!(scene.tlsa(&record).story().await, expected, "{name} {is_expired}");
    }
}

#[tokio::test]
async fn dane_demands_encryption_and_answers_from_dns() {
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await;
    let record = Authority::tlsa(2, &scene.authority.certificate);
    let scene = scene.tlsa(&record);
    let scene = Scene { stranger: scene.stranger.offers(&["PIPELINING"]), ..scene };
    assert_eq!(scene.story().await, "later 4.7.4, plain, DANE, starttls-not-supported");
    assert_eq!(scene.stranger.heard(), []);
    // Records that nobody can use demand encryption, and no more.
    let unusable = Scene::new(|authority| authority.issues("other.test", true)).await;
    let unusable = unusable.tlsa(&format!("1 1 1 {}", "ab".repeat(32)));
    assert_eq!(unusable.story().await, "delivered, encrypted, DANE, -");
    let unusable = Scene { stranger: unusable.stranger.offers(&[]), ..unusable };
    assert_eq!(unusable.story().await, "later 4.7.4, plain, DANE, starttls-not-supported");
    // Where the records cannot be looked up, the server is not used.
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await;
    let name = format!("_{}._tcp.{HOST}", scene.stranger.port);
    let scene = Scene { names: scene.names.clone().secure().failing(&name), ..scene };
    assert_eq!(scene.story().await, "later 4.4.3, plain, DANE, dnssec-invalid");
    assert_eq!(scene.stranger.connections(), 0);
    // Records that nobody signed count for nothing.
    let mut scene = Scene::new(|authority| authority.issues("other.test", false)).await;
    scene.names = scene.names.with(&name, "TLSA", &format!("3 1 1 {}", "ab".repeat(32)));
    assert_eq!(scene.story().await, "delivered, encrypted, -, -");
}

#[tokio::test]
async fn an_mta_sts_policy_is_enforced() {
    for (name, is_expired, mode, mx, expected) in [
        (HOST, false, "enforce", "*.else.test", "delivered, encrypted, MTA-STS, -"),
        ("other.test", false, "enforce", HOST, "later 4.7.5, plain, MTA-STS, certificate-host-mismatch"),
        (HOST, true, "enforce", HOST, "later 4.7.5, plain, MTA-STS, certificate-expired"),
        (HOST, false, "enforce", "mx2.else.test", "later 4.7.5, plain, MTA-STS, validation-failure"),
        (HOST, false, "testing", HOST, "delivered, encrypted, MTA-STS testing, -"),
        (
            "other.test",
            false,
            "testing",
            HOST,
            "delivered, encrypted, MTA-STS testing, certificate-host-mismatch",
        ),
        (
            HOST,
            false,
            "testing",
            "mx2.else.test",
            "delivered, encrypted, MTA-STS testing, validation-failure",
        ),
        ("other.test", true, "none", HOST, "delivered, encrypted, -, -"),
    ] {
        let scene = Scene::new(|authority| authority.issues(name, is_expired)).await.policy(mode, mx).await;
        assert_eq!(scene.story().await, expected, "{name} {is_expired} {mode} {mx}");
    }
    // A certificate of an authority that nobody knows.
    let scene = Scene::new(|_| Authority::new().issues(HOST, false)).await.policy("enforce", HOST).await;
    assert_eq!(scene.story().await, "later 4.7.5, plain, MTA-STS, certificate-not-trusted");
    assert_eq!(scene.stranger.heard(), []);
    // No STARTTLS.
    let scene = Scene { stranger: scene.stranger.offers(&[]), ..scene };
    assert_eq!(scene.story().await, "later 4.7.4, plain, MTA-STS, starttls-not-supported");
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await.policy("testing", HOST).await;
    let scene = Scene { stranger: scene.stranger.offers(&[]), ..scene };
    assert_eq!(scene.story().await, "delivered, plain, MTA-STS testing, starttls-not-supported");
    // A policy that cannot be fetched hinders nothing, and is noted.
    let mut scene = Scene::new(|authority| authority.issues(HOST, false)).await.policy("enforce", HOST).await;
    let nobody = Stranger::nobody();
    scene.fetch_port = nobody.port;
    assert_eq!(scene.story().await, "delivered, encrypted, -, sts-policy-fetch-error");
}

#[tokio::test]
async fn dane_counts_before_mta_sts() {
    // MTA-STS would refuse the name; DANE knows the certificate.
    let mut shown = None;
    let scene = Scene::new(|authority| {
        let certificate = authority.issues("other.test", false);
        shown = Some(Authority::tlsa(3, &certificate.0[0]));
        certificate
    })
    .await
    .tlsa(&shown.unwrap())
    .policy("enforce", "mx2.else.test")
    .await;
    assert_eq!(scene.story().await, "delivered, encrypted, DANE, -");
    // And the other way round: MTA-STS would be content.
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await;
    let other = scene.authority.issues(HOST, false);
    let scene = scene.tlsa(&Authority::tlsa(3, &other.0[0])).policy("enforce", HOST).await;
    assert_eq!(scene.story().await, "later 4.7.5, plain, DANE, tlsa-invalid");
}

#[tokio::test]
async fn what_requires_tls_goes_to_known_servers_that_require_it_too() {
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await.policy("enforce", HOST).await;
    assert_eq!(story(&scene.carry(TlsWish::Required).await), "delivered, encrypted, REQUIRETLS, -");
    assert!(scene.stranger.heard()[0].from.ends_with(" REQUIRETLS"), "{:?}", scene.stranger.heard());
    assert_eq!(scene.story().await, "delivered, encrypted, MTA-STS, -");
    assert!(!scene.stranger.heard()[1].from.contains("REQUIRETLS"));
    // The next server does not offer it.
    let scene = Scene { stranger: scene.stranger.offers(&["STARTTLS"]), ..scene };
    assert_eq!(words(&scene.carry(TlsWish::Required).await), ["failed 5.7.30"]);
    // Nobody vouches for the server's name.
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await;
    assert_eq!(words(&scene.carry(TlsWish::Required).await), ["failed 5.7.30"]);
    // DNSSEC does, but the certificate is for another.
    let scene = Scene::new(|authority| authority.issues("other.test", false)).await;
    let scene = Scene { names: scene.names.clone().secure(), ..scene };
    assert_eq!(
        story(&scene.carry(TlsWish::Required).await),
        "failed 5.7.30, plain, REQUIRETLS, certificate-host-mismatch"
    );
    assert_eq!(scene.stranger.heard(), []);
}

#[tokio::test]
async fn whoever_waives_tls_gets_through_without() {
    let scene =
        Scene::new(|_| Authority::new().issues("other.test", true)).await.policy("enforce", HOST).await;
    assert_eq!(words(&scene.carry(TlsWish::Usual).await), ["later 4.7.5"]);
    assert_eq!(story(&scene.carry(TlsWish::Waived).await), "delivered, encrypted, -, -");
    let scene = Scene { stranger: scene.stranger.offers(&[]), ..scene };
    assert_eq!(story(&scene.carry(TlsWish::Waived).await), "delivered, plain, -, -");
}

#[tokio::test]
async fn connections_are_used_again_under_the_same_policy_only() {
    let scene = Scene::new(|authority| authority.issues(HOST, false)).await.policy("enforce", HOST).await;
    let remote = scene.remote();
    let carry = async |wish| {
        let mut consignment = consignment(&["zed@else.test"], TEXT).await;
        consignment.envelope.tls = wish;
        assert_eq!(words(&remote.carry(&consignment).await), ["delivered"]);
        scene.stranger.connections()
    };
    assert_eq!(carry(TlsWish::Waived).await, 1);
    assert_eq!(carry(TlsWish::Waived).await, 1);
    assert_eq!(carry(TlsWish::Usual).await, 2);
    assert_eq!(carry(TlsWish::Usual).await, 2);
    assert_eq!(carry(TlsWish::Required).await, 3);
    assert_eq!(carry(TlsWish::Waived).await, 3);
}

/// What becomes of mail for `clinic.test` by a rule that leads it to the scene's server.
async fn by_relay(scene: &Scene, target: &str, tls: model::RelayTls) -> String {
    let mut consignment = consignment(&["zed@clinic.test"], TEXT).await;
    let target = target.replace("PORT", &scene.stranger.port.to_string()).parse().unwrap();
    consignment.relay = Some(model::Relay { target, tls });
    story(&scene.remote().carry(&consignment).await)
}

#[tokio::test]
async fn a_relay_gets_what_a_rule_leads_to_it_and_nothing_without_what_the_rule_demands() {
    use model::RelayTls::{Encrypt, Opportunistic, Verify};
    let good = Scene::new(|authority| authority.issues(HOST, false)).await;
    for target in ["mx.else.test:PORT", "mx:else.test"] {
        for tls in [Opportunistic, Encrypt, Verify] {
            assert_eq!(
                by_relay(&good, target, tls).await,
                "delivered, encrypted, route, -",
                "{target} {tls:?}"
            );
        }
    }
    let wrong = Scene::new(|authority| authority.issues("other.test", false)).await;
    for target in ["mx.else.test:PORT", "mx:else.test", "127.0.0.1:PORT"] {
        for tls in [Opportunistic, Encrypt] {
            assert_eq!(
                by_relay(&wrong, target, tls).await,
                "delivered, encrypted, route, -",
                "{target} {tls:?}"
            );
        }
        let refused = "later 4.7.5, plain, route, certificate-host-mismatch";
        assert_eq!(by_relay(&wrong, target, Verify).await, refused, "{target}");
    }
    assert_eq!(wrong.stranger.heard().len(), 6, "what is to be verified goes nowhere");
    let plain = Scene { stranger: Stranger::new().await, ..good };
    assert_eq!(by_relay(&plain, "mx.else.test:PORT", Opportunistic).await, "delivered, plain, route, -");
    let before = plain.stranger.heard().len();
    for tls in [Encrypt, Verify] {
        let refused = "later 4.7.4, plain, route, starttls-not-supported";
        assert_eq!(by_relay(&plain, "mx.else.test:PORT", tls).await, refused, "{tls:?}");
    }
    assert_eq!(plain.stranger.heard().len(), before);
}

#[tokio::test]
async fn a_relay_that_demands_nothing_gets_what_its_own_domain_demands() {
    let scene = Scene::new(|authority| authority.issues("other.test", false)).await;
    let scene = scene.policy("enforce", HOST).await;
    let refused = "later 4.7.5, plain, route, MTA-STS, certificate-host-mismatch";
    assert_eq!(by_relay(&scene, "mx:else.test", model::RelayTls::Opportunistic).await, refused);
}
