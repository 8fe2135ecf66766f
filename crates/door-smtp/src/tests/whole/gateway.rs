//! Integrated organisations' servers: who is identified at MAIL, who is refused, and that nothing changes for others.

use directory::Scope;
use gateways::{
    Administration, AuthorityId, Direction, InboundTarget, IntegrationChange, IntegrationState,
    NewCertificate, NewIntegration, Presented,
};
use model::IntegrationId;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::HandshakeKind;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

use super::*;

/// One who issues certificates.
struct Issues {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn parameters(names: &[&str], now: Timestamp, days: std::ops::Range<i64>) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    let at = |days: i64| time::OffsetDateTime::from_unix_timestamp(now.0 / 1000 + days * 86_400).unwrap();
    (parameters.not_before, parameters.not_after) = (at(days.start), at(days.end));
    parameters
}

impl Issues {
    fn new(name: &str, now: Timestamp) -> Issues {
        let mut parameters = parameters(&[], now, -10..1000);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Issues { pem, issuer: Issuer::new(parameters, key) }
    }

    /// A certificate with its key.
    fn issue(&self, name: &str, now: Timestamp, days: std::ops::Range<i64>) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters(&[name], now, days).signed_by(&key, &self.issuer).unwrap();
        Shown { chain: vec![certificate.der().clone()], key }
    }
}

/// What a client shows.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

fn self_signed(name: &str, now: Timestamp) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = parameters(&[name], now, -1..30).self_signed(&key).unwrap();
    Shown { chain: vec![certificate.der().clone()], key }
}

impl Shown {
    fn config(&self, place: &Place, version: &'static rustls::SupportedProtocolVersion) -> Arc<ClientConfig> {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(place.roots.clone())
            .with_client_auth_cert(self.chain.clone(), key)
            .unwrap();
        Arc::new(config)
    }
}

type Encrypted = Client<tokio_rustls::client::TlsStream<tokio::io::DuplexStream>>;

impl Place {
    fn gateways(&self) -> Administration {
        self.shared.flow.gateways().administration(Scope::Operator("test"), "otto")
    }

    /// The integration of a far organisation: `far.test`, whose servers are `gw1.far.test`.
    async fn integrated(&self, authority: &Issues) -> IntegrationId {
        let gateways = self.gateways();
        let operator = self.shared.directory.administration(Scope::Operator("test"), "test");
        let organisation = operator.create_organisation("Far").await.unwrap().id;
        let new = NewIntegration {
            organisation,
            name: "far".to_owned(),
            contact: String::new(),
            is_hosted_gateway: false,
            inbound: InboundTarget::Exchangers,
            accepts_host_name: false,
            takes_ordinary: false,
        };
        let id = gateways.create(new).await.unwrap().id;
        let (far, name) = (Domain::parse("far.test").unwrap(), Domain::parse("gw1.far.test").unwrap());
        gateways.add_domain(id, far.clone()).await.unwrap();
        gateways.confirm_domain(id, &far).await.unwrap();
        let declared = NewCertificate { presented: Presented::Name(name), direction: Direction::Both };
        gateways.add_certificate(id, declared).await.unwrap();
        gateways.add_authority("Far Root", &authority.pem).await.unwrap();
        self.set(id, IntegrationState::Active).await;
        id
    }

    async fn set(&self, id: IntegrationId, state: IntegrationState) {
        let change = IntegrationChange { state: Some(state), ..IntegrationChange::default() };
        self.gateways().change(id, change).await.unwrap();
        self.shared.flow.gateways().book().await.unwrap();
    }

    /// A connection up to EHLO within TLS.
    async fn greeted(&self, config: &Arc<ClientConfig>, ip: IpAddr) -> Encrypted {
        let (mut client, _) = self.connect(Kind::Mx, ip);
        client.reply().await;
        client.ask("EHLO gw1.far.test").await;
        client.ask("STARTTLS").await;
        let name = ServerName::try_from("mx.valbois.test").unwrap();
        let stream = TlsConnector::from(config.clone()).connect(name, client.stream).await.unwrap();
        let mut client = Client { stream, read: Vec::new() };
        client.ask("EHLO gw1.far.test").await;
        client
    }

    /// What is said to MAIL by one who shows this.
    async fn said(&self, shown: &Shown, from: &str) -> String {
        let mut client = self.greeted(&shown.config(self, &TLS13), STRANGER).await;
        let said = client.ask(&format!("MAIL FROM:<{from}>")).await;
        said.split(':').next().unwrap().to_owned()
    }

    /// What the log of the far organisation has of refusals.
    async fn refusals(&self, id: IntegrationId) -> Vec<String> {
        let organisation = self.gateways().integration(id).await.unwrap().organisation;
        let search = trail::Search { organisation: Some(organisation), ..trail::Search::default() };
        let events = trail::Trail::new(self.db.clone()).search(search).await.unwrap();
        events.iter().map(|event| event.step.to_string()).collect()
    }
}

#[tokio::test]
async fn each_wrong_certificate_is_refused_at_mail_and_the_organisation_sees_it() {
    for place in places(Limits::default()).await {
        let now = place.world.clock.now();
        let (root, unknown) = (Issues::new("Far Root", now), Issues::new("Unknown", now));
        let id = place.integrated(&root).await;
        let good = root.issue("gw1.far.test", now, -1..60);
        let ok = "250 2.1.0 Sender ok";
        assert_eq!(place.said(&good, "a@far.test").await, ok);
        assert_eq!(place.said(&good, "").await, ok);
        assert_eq!(place.said(&good, "a@acme.test").await, "550 5.7.1 wrong sender domain");
        let other = unknown.issue("gw1.far.test", now, -1..60);
        assert_eq!(place.said(&other, "a@far.test").await, "550 5.7.5 unknown certificate authority");
        let old = root.issue("gw1.far.test", now, -9..-1);
        assert_eq!(place.said(&old, "a@far.test").await, "550 5.7.5 expired certificate");
        let early = root.issue("gw1.far.test", now, 1..9);
        assert_eq!(place.said(&early, "a@far.test").await, "550 5.7.5 certificate not yet valid");
        let own = self_signed("gw1.far.test", now);
        assert_eq!(place.said(&own, "a@far.test").await, "550 5.7.5 self-signed certificate");
        let wrong = root.issue("gw2.far.test", now, -1..60);
        assert_eq!(place.said(&wrong, "a@far.test").await, "550 5.7.8 wrong certificate name");
        assert_eq!(place.refusals(id).await.len(), 6, "{:?}", place.refusals(id).await);
        // Whoever claims nothing of an integration is a server like any other, whatever he shows.
        for shown in [&other, &old, &early, &own, &wrong] {
            assert_eq!(place.said(shown, "a@else.test").await, ok);
            assert_eq!(place.said(shown, "").await, ok);
        }
        assert_eq!(place.refusals(id).await.len(), 6);
        // Without a certificate nothing is different.
        let mut plain = place.greeted(&place.trust, STRANGER).await;
        assert_eq!(plain.ask("MAIL FROM:<a@far.test>").await, ok);
        place.set(id, IntegrationState::Suspended).await;
        assert_eq!(place.said(&own, "a@far.test").await, ok);
    }
}

#[tokio::test]
async fn no_list_and_no_ban_keeps_an_identified_gateway_out() {
    let names = StaticNames::default().with("7.2.0.192.bl.test", "A", "127.0.0.9");
    let list = mail_judge::List {
        list: "ip:bl.test".parse().unwrap(),
        codes: Vec::new(),
        weight: ListWeight::Refuse,
    };
    let wanted = Wanted { names, lists: vec![list], ..Wanted::default() };
    for place in places_with(&wanted).await {
        let now = place.world.clock.now();
        let root = Issues::new("Far Root", now);
        let id = place.integrated(&root).await;
        let config = root.issue("gw1.far.test", now, -1..60).config(&place, &TLS13);
        let letter = "From: a@far.test\r\n\r\ntext\r\n.\r\n";
        let envelope = "MAIL FROM:<a@far.test>\r\nRCPT TO:<anna@valbois.test>\r\nDATA\r\n";
        let send = async |client: &mut Encrypted| {
            client.send(envelope).await;
            for _ in 0..3 {
                client.reply().await;
            }
            client.send(letter).await;
            client.reply().await
        };
        let mut stranger = place.greeted(&place.trust, STRANGER).await;
        assert!(send(&mut stranger).await.starts_with("550 5.7.1 192.0.2.7 is listed"));
        let mut gateway = place.greeted(&config, STRANGER).await;
        assert!(send(&mut gateway).await.starts_with("250 "));
        // It is no relay for all that: a subject may say that a letter goes secured, and this one does not.
        gateway.ask("MAIL FROM:<a@far.test>").await;
        assert!(gateway.ask("RCPT TO:<x@elsewhere.test>").await.starts_with("250 "));
        assert!(gateway.ask("DATA").await.starts_with("354 "));
        gateway.send(letter).await;
        assert!(gateway.reply().await.starts_with("550 5.7.1 "));
        let operator = place.shared.directory.administration(Scope::Operator("test"), "test");
        operator.ban_source("192.0.2.7", Duration::from_secs(3600), "test").await.unwrap();
        place.shared.directory.maintain().await.unwrap();
        assert!(place.shared.directory.is_banned(STRANGER).is_some());
        let mut gateway = place.greeted(&config, STRANGER).await;
        assert!(send(&mut gateway).await.starts_with("250 "));
        let mut stranger = place.greeted(&place.trust, STRANGER).await;
        assert!(stranger.ask("MAIL FROM:<a@far.test>").await.starts_with("421 4.7.0 "));
        assert_eq!(stranger.reply().await, "closed");
        let mut liar =
            place.greeted(&self_signed("gw1.far.test", now).config(&place, &TLS13), STRANGER).await;
        assert!(liar.ask("MAIL FROM:<a@far.test>").await.starts_with("421 4.7.0 "));
        // Over a socket: who is banned comes in only where an integration is active.
        let admitted = async || {
            let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            let (shared, stop) = (place.shared.clone(), place.stop.subscribe());
            tokio::spawn(serve(listener, Kind::Mx, shared, stop));
            let stream = TcpStream::connect(address).await.unwrap();
            Client { stream, read: Vec::new() }.reply().await
        };
        operator.ban_source("127.0.0.1", Duration::from_secs(3600), "test").await.unwrap();
        place.shared.directory.maintain().await.unwrap();
        assert!(admitted().await.starts_with("220 "));
        place.set(id, IntegrationState::Suspended).await;
        assert!(admitted().await.starts_with("421 "));
    }
}

#[tokio::test]
async fn a_resumed_session_keeps_its_identity_and_gains_none() {
    for place in places(Limits::default()).await {
        let now = place.world.clock.now();
        let root = Issues::new("Far Root", now);
        let id = place.integrated(&root).await;
        for version in [&TLS12, &TLS13] {
            let config = root.issue("gw1.far.test", now, -1..60).config(&place, version);
            let mut kinds = Vec::new();
            for _ in 0..2 {
                let mut client = place.greeted(&config, STRANGER).await;
                assert_eq!(client.ask("MAIL FROM:<a@far.test>").await, "250 2.1.0 Sender ok");
                assert!(client.ask("MAIL FROM:<a@acme.test>").await.starts_with("503 "));
                client.ask("RSET").await;
                assert!(client.ask("MAIL FROM:<a@acme.test>").await.starts_with("550 5.7.1 wrong sender"));
                kinds.push(client.stream.get_ref().1.handshake_kind());
            }
            assert_eq!(kinds.last(), Some(&Some(HandshakeKind::Resumed)), "{version:?}");
            // What was resumed is judged as of now.
            place.gateways().set_authority(AuthorityId::PUBLIC, false).await.unwrap();
            place.set(id, IntegrationState::Suspended).await;
            let mut client = place.greeted(&config, STRANGER).await;
            assert_eq!(client.ask("MAIL FROM:<a@acme.test>").await, "250 2.1.0 Sender ok");
            place.set(id, IntegrationState::Active).await;
            // A session of a door that asks for no certificate is none of this one.
            let (mut other, _) = place.connect(Kind::Submission, STRANGER);
            other.reply().await;
            other.ask("EHLO gw1.far.test").await;
            other.ask("STARTTLS").await;
            let fresh = root.issue("gw1.far.test", now, -1..60).config(&place, version);
            let name = ServerName::try_from("mx.valbois.test").unwrap();
            let stream = TlsConnector::from(fresh.clone()).connect(name, other.stream).await.unwrap();
            let mut other = Client { stream, read: Vec::new() };
            other.ask("EHLO gw1.far.test").await;
            other.ask("QUIT").await;
            let mut client = place.greeted(&fresh, STRANGER).await;
            assert_eq!(client.ask("MAIL FROM:<a@far.test>").await, "250 2.1.0 Sender ok");
            assert_ne!(client.stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));
        }
    }
}

#[tokio::test]
async fn whoever_shows_a_certificate_without_its_key_is_turned_away() {
    for place in places(Limits::default()).await {
        let now = place.world.clock.now();
        let root = Issues::new("Far Root", now);
        place.integrated(&root).await;
        let good = root.issue("gw1.far.test", now, -1..60);
        let thief = Shown { chain: good.chain.clone(), key: KeyPair::generate().unwrap() };
        for version in [&TLS12, &TLS13] {
            let resolver = Arc::new(Stolen(Arc::new(rustls::sign::CertifiedKey::new(
                thief.chain.clone(),
                rustls::crypto::aws_lc_rs::sign::any_supported_type(&PrivateKeyDer::Pkcs8(
                    thief.key.serialize_der().into(),
                ))
                .unwrap(),
            ))));
            let mut config = good.config(&place, version).as_ref().clone();
            config.client_auth_cert_resolver = resolver;
            let (mut client, _) = place.connect(Kind::Mx, STRANGER);
            client.reply().await;
            client.ask("EHLO gw1.far.test").await;
            client.ask("STARTTLS").await;
            let name = ServerName::try_from("mx.valbois.test").unwrap();
            // In TLS 1.3 a client learns of its refusal only when it reads.
            let stream = TlsConnector::from(Arc::new(config)).connect(name, client.stream).await;
            if let Ok(mut stream) = stream {
                let _ = stream.write_all(b"EHLO gw1.far.test\r\n").await;
                let mut read = Vec::new();
                assert!(!matches!(stream.read_buf(&mut read).await, Ok(1..)), "{version:?}");
            }
        }
    }
}

/// Shows a certificate with another one's key.
#[derive(Debug)]
struct Stolen(Arc<rustls::sign::CertifiedKey>);

impl rustls::client::ResolvesClientCert for Stolen {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}
