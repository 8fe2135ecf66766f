//! Policies of a web server on loopback, with a certificate of an authority that only the test knows.

use std::net::{IpAddr, Ipv4Addr};

use db::testing::engines;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use world::{Dial, SourceAddresses, StaticNames};

use super::*;

/// A web server that answers everything with the same bytes, and counts.
struct Web {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
    requests: Arc<Mutex<Vec<String>>>,
    authority: CertificateDer<'static>,
}

fn answer(media_type: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

impl Web {
    async fn new(name: &str) -> Web {
        let mut params = CertificateParams::new(vec!["authority.test".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap().der().clone();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Web { port, answer: Arc::default(), requests: Arc::default(), authority };
        let (words, requests) = (web.answer.clone(), web.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                requests.lock().push(String::from_utf8_lossy(&request[..length]).into_owned());
                let words = words.lock().clone();
                drop(stream.write_all(&words).await);
                drop(stream.shutdown().await);
            }
        });
        web
    }

    fn says(&self, bytes: Vec<u8>) {
        *self.answer.lock() = bytes;
    }

    fn world(&self, id: &str) -> World {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut names = StaticNames::default().with_address("mta-sts.example.test", ip);
        if !id.is_empty() {
            names = names.with("_mta-sts.example.test", "TXT", id);
        }
        let mut world = World::testing_with_names(names);
        world.fetching.port = self.port;
        world.dial =
            Dial::trusting(SourceAddresses::default(), std::slice::from_ref(&self.authority)).unwrap();
        world
    }

    fn requests(&self) -> usize {
        self.requests.lock().len()
    }
}

fn policy(mode: &str, max_age_seconds: u32) -> Vec<u8> {
    let text =
        format!("version: STSv1\r\nmode: {mode}\r\nmx: *.example.test\r\nmax_age: {max_age_seconds}\r\n");
    answer("text/plain; charset=utf-8", &text)
}

fn domain() -> Domain {
    Domain::parse("example.test").unwrap()
}

fn mode(found: &Found) -> Option<Mode> {
    found.policy.as_ref().map(|policy| policy.mode)
}

/// The same database seen with a later or other DNS.
fn later(db: &Db, world: World, passed: Duration) -> MtaSts {
    world.clock.advance(passed);
    MtaSts::new(db.clone(), world)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ONE: &str = "v=STSv1; id=1;";
const TWO: &str = "v=STSv1; id=2;";

#[tokio::test]
async fn a_policy_is_fetched_once_kept_over_restarts_and_refreshed_with_a_new_id() {
    for db in engines() {
        db.migrate(&[MIGRATIONS]).unwrap();
        let web = Web::new("mta-sts.example.test").await;
        web.says(policy("enforce", 864_000));
        let policies = later(&db, web.world(ONE), Duration::ZERO);
        let found = policies.find(&domain()).await.unwrap();
        assert_eq!((mode(&found), found.trouble), (Some(Mode::Enforce), None));
        assert!(web.requests.lock()[0].starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"));
        policies.find(&domain()).await.unwrap();
        // Another process, the next day.
        assert_eq!(
            mode(&later(&db, web.world(ONE), DAY).find(&domain()).await.unwrap()),
            Some(Mode::Enforce)
        );
        assert_eq!(web.requests(), 1);
        // A new id, but the web server has nothing good: what is kept stays in force.
        web.says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
        let policies = later(&db, web.world(TWO), DAY);
        for _ in 0..3 {
            let found = policies.find(&domain()).await.unwrap();
            assert_eq!(mode(&found), Some(Mode::Enforce));
            assert_eq!(found.trouble.unwrap().failure, TlsFailure::StsPolicyFetchError);
        }
        assert_eq!(web.requests(), 2, "a failure is not repeated at once");
        web.says(policy("testing", 864_000));
        policies.world.clock.advance(STS_FAILURE_INTERVAL);
        assert_eq!(mode(&policies.find(&domain()).await.unwrap()), Some(Mode::Testing));
        // Halfway to its end it is fetched again although nothing changed.
        web.says(policy("enforce", 864_000));
        let policies = later(&db, web.world(TWO), 7 * DAY);
        assert_eq!(mode(&policies.find(&domain()).await.unwrap()), Some(Mode::Enforce));
        assert_eq!(web.requests(), 4);
        // Without a record it lives on, to its end and no longer.
        assert_eq!(
            mode(&later(&db, web.world(""), 16 * DAY).find(&domain()).await.unwrap()),
            Some(Mode::Enforce)
        );
        let last = later(&db, web.world(""), 18 * DAY);
        assert_eq!(mode(&last.find(&domain()).await.unwrap()), None);
        assert_eq!(forget_expired(&db, last.world.clock.now()).await.unwrap(), 1);
        assert_eq!(last.kept(&domain()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_is_no_policy_is_none_and_says_why() {
    let web = Web::new("mta-sts.example.test").await;
    let moved =
        b"HTTP/1.1 302 Found\r\nLocation: https://mta-sts.example.test/other\r\nContent-Length: 0\r\n\r\n";
    let long = answer("text/plain", &"x".repeat(70_000));
    for (words, expected) in [
        (moved.to_vec(), TlsFailure::StsPolicyFetchError),
        (
            answer("text/html", "version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 9\n"),
            TlsFailure::StsPolicyFetchError,
        ),
        (long, TlsFailure::StsPolicyFetchError),
        (answer("text/plain", "mode: enforce\n"), TlsFailure::StsPolicyInvalid),
        (answer("text/plain", ""), TlsFailure::StsPolicyInvalid),
        (b"rubbish".to_vec(), TlsFailure::StsPolicyFetchError),
    ] {
        let db = engines().remove(0);
        db.migrate(&[MIGRATIONS]).unwrap();
        web.says(words.clone());
        let found = MtaSts::new(db, web.world(ONE)).find(&domain()).await.unwrap();
        let shown = String::from_utf8_lossy(&words[..words.len().min(100)]).into_owned();
        assert_eq!(found.policy, None, "{shown}");
        assert_eq!(found.trouble.unwrap().failure, expected, "{shown}");
    }
    // Two records, or none of version 1, are as good as none; and the mode none is no policy.
    web.says(policy("none", 86_400));
    for record in ["v=STSv2; id=1;", "v=STSv1; id=;", ONE] {
        let db = engines().remove(0);
        db.migrate(&[MIGRATIONS]).unwrap();
        let found = MtaSts::new(db, web.world(record)).find(&domain()).await.unwrap();
        assert_eq!(found, Found::default(), "{record}");
    }
    let requests = web.requests();
    assert_eq!(requests, 7, "only what announces a policy leads to the web server");
}

#[tokio::test]
async fn the_web_servers_certificate_must_be_valid_for_its_name() {
    let web = Web::new("www.example.test").await;
    web.says(policy("enforce", 86_400));
    let db = engines().remove(0);
    db.migrate(&[MIGRATIONS]).unwrap();
    let found = MtaSts::new(db.clone(), web.world(ONE)).find(&domain()).await.unwrap();
    assert_eq!(found.trouble.unwrap().failure, TlsFailure::StsWebpkiInvalid);
    assert_eq!(found.policy, None);
    let mut world = Web::new("mta-sts.example.test").await.world(ONE);
    world.fetching.may_reach_itself = false;
    let found = MtaSts::new(db, world).find(&domain()).await.unwrap();
    assert!(found.trouble.unwrap().why.contains("none that a web server can have"));
}
