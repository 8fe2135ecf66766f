//! The authority keeps what it made, and its certificates open real handshakes.

use std::time::Duration;

use model::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};

use crate::{Authority, CertificateFacts, Keys, ServerTls};

const NOW: Timestamp = Timestamp(1_795_262_400_000);

fn names() -> Vec<String> {
    vec!["mail.valbois.test".to_owned(), "127.0.0.1".to_owned()]
}

#[test]
fn a_server_certificate_stays_until_its_names_or_time_run_out() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::open(directory.path(), NOW).unwrap();
    let (file, _) = authority.server_certificate(&names(), NOW).unwrap();
    let first = std::fs::read(&file).unwrap();

    let again = Authority::open(directory.path(), NOW).unwrap();
    again.server_certificate(&names(), NOW).unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), first);

    again.server_certificate(&names(), NOW.plus(Duration::from_secs(380 * 86_400))).unwrap();
    let renewed = std::fs::read(&file).unwrap();
    assert_ne!(renewed, first);

    again.server_certificate(&["other.test".to_owned()], NOW).unwrap();
    assert_ne!(std::fs::read(&file).unwrap(), renewed);
}

#[test]
fn a_server_certificate_says_whose_server_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let subject = |name: &str| {
        let authority = Authority::open(directory.path(), NOW).unwrap().of_organisation(name);
        let (file, _) = authority.server_certificate(&names(), NOW).unwrap();
        let certificate = CertificateDer::from_pem_file(file).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
        parsed.subject().to_string()
    };
    assert_eq!(subject(""), "CN=mail.valbois.test");
    assert_eq!(subject("Commune de Valbois"), "CN=mail.valbois.test, O=Commune de Valbois");
    assert_eq!(subject(&"é".repeat(80)), format!("CN=mail.valbois.test, O={}", "é".repeat(64)));
}

#[test]
fn a_client_that_trusts_the_authority_accepts_the_server() {
    let directory = tempfile::tempdir().unwrap();
    // The TLS library compares with the system's clock.
    let now = Timestamp(
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64,
    );
    let authority = Authority::open(directory.path(), now).unwrap();
    let (certificate, key) = authority.server_certificate(&names(), now).unwrap();
    let server = ServerTls::from_files(&certificate, &key).unwrap();
    server.reload().unwrap();
    shown(&server, &authority, "mail.valbois.test").unwrap();
}

#[test]
fn a_missing_file_is_named() {
    let error = ServerTls::from_files("/nowhere/a.pem".as_ref(), "/nowhere/a.key".as_ref()).err().unwrap();
    assert_eq!(error.to_string(), "cannot read /nowhere/a.pem");
}

/// A handshake with a client that trusts `authority` and asks for `name`.
fn shown(server: &ServerTls, authority: &Authority, name: &str) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(client.into(), name).unwrap();
    let mut server = ServerConnection::new(server.config()).unwrap();
    for _ in 0..10 {
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut bytes.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut bytes = Vec::new();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut bytes.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok(())
}

#[test]
fn our_authority_vouches_for_hosts_of_hosted_domains_and_for_no_others() {
    let directory = tempfile::tempdir().unwrap();
    let clock = world::Clock::real();
    let authority = Authority::open(directory.path(), clock.now()).unwrap();
    let (certificate, key) = authority.server_certificate(&names(), clock.now()).unwrap();
    let own = Authority::open(directory.path(), clock.now()).unwrap();
    let server = ServerTls::with_authority(&certificate, &key, own, clock).unwrap();
    shown(&server, &authority, "mail.valbois.test").unwrap();
    shown(&server, &authority, "mta-sts.valbois.test").unwrap_err();
    server.vouch_for(["mta-sts.valbois.test".to_owned()].into());
    shown(&server, &authority, "mta-sts.valbois.test").unwrap();
    shown(&server, &authority, "MTA-STS.Valbois.test").unwrap();
    shown(&server, &authority, "mta-sts.acme.test").unwrap_err();
    // The same one to everybody, and not that of the server itself.
    let first = server.certificate_for("mta-sts.valbois.test");
    assert_eq!(server.certificate_for("mta-sts.valbois.test"), first);
    assert_ne!(server.certificate_for("mail.valbois.test"), first);
    server.vouch_for(std::collections::HashSet::new());
    assert_eq!(server.certificate_for("mta-sts.valbois.test"), server.certificate_for("mail.valbois.test"));
}

#[test]
fn each_of_several_certificates_is_shown_to_who_asks_for_its_names() {
    let directory = tempfile::tempdir().unwrap();
    let now = world::Clock::real().now();
    let (one, other) = (directory.path().join("one"), directory.path().join("other"));
    let (one, other) = (Authority::open(&one, now).unwrap(), Authority::open(&other, now).unwrap());
    let first = one.server_certificate(&["mail.valbois.test".to_owned()], now).unwrap();
    let second = other.server_certificate(&["*.acme.test".to_owned()], now).unwrap();
    let server = ServerTls::from_pairs(&[(&first.0, &first.1), (&second.0, &second.1)]).unwrap();
    shown(&server, &one, "mail.valbois.test").unwrap();
    shown(&server, &other, "mail.acme.test").unwrap();
    // A wildcard is one label; what fits nobody gets the first.
    for name in ["acme.test", "a.mail.acme.test", "else.test"] {
        assert_eq!(server.certificate_for(name), server.certificate_for("mail.valbois.test"));
    }
    // New files at the same paths, also for other names, without a restart.
    other.server_certificate(&["imap.acme.test".to_owned()], now).unwrap();
    server.reload().unwrap();
    shown(&server, &other, "imap.acme.test").unwrap();
    assert_eq!(server.certificate_for("mail.acme.test"), server.certificate_for("mail.valbois.test"));
}

#[tokio::test]
async fn only_hosts_of_hosted_domains_are_to_be_vouched_for() {
    for town in super::towns().await {
        let valbois = town.valbois;
        let add = move |tx: &mut db::Tx| -> Result<(), directory::DirectoryError> {
            directory::add_synonym(
                tx,
                valbois,
                &super::domain("bains.test"),
                &super::domain("valbois.test"),
            )?;
            // Of a domain that is somebody else's, or nobody's.
            directory::add_synonym(tx, valbois, &super::domain("other.test"), &super::domain("acme.test"))
        };
        town.db.operator("test").write(add).await.unwrap();
        let hosts = town.keys.hosts_to_vouch_for().await.unwrap();
        let mut hosts: Vec<_> = hosts.into_iter().collect();
        hosts.sort();
        assert_eq!(
            hosts,
            [
                "autoconfig.acme.test",
                "autoconfig.bains.test",
                "autoconfig.valbois.test",
                "autodiscover.acme.test",
                "autodiscover.bains.test",
                "autodiscover.valbois.test",
                "mta-sts.acme.test",
                "mta-sts.bains.test",
                "mta-sts.valbois.test"
            ]
        );
    }
}

#[tokio::test]
async fn whoever_vouches_hears_at_once_of_a_domain_that_gets_its_keys() {
    for town in super::towns().await {
        let mut notices = town.keys.subscribe();
        town.keys.dkim_records(&super::domain("valbois.test")).await.unwrap();
        Keys::changed(&mut notices).await;
    }
}

#[test]
fn a_certificate_tells_its_names_its_end_and_the_data_that_pins_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::open(directory.path(), NOW).unwrap();
    let minted = authority.mint("MTA-STS.valbois.example", NOW).unwrap();
    let certificate = minted.end_entity_cert().unwrap();
    let facts = CertificateFacts::read(certificate).unwrap();
    assert_eq!(facts.names, ["mta-sts.valbois.example"]);
    assert!(facts.ends_at > NOW, "{facts:?}");
    // What rustls computes from the key pair and what we compute from the certificate pin the same key.
    let spki = minted.key.public_key().unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &spki);
    let hexadecimal: String = digest.as_ref().iter().map(|octet| format!("{octet:02X}")).collect();
    assert_eq!(facts.tlsa, format!("3 1 1 {hexadecimal}"));
    assert_eq!(CertificateFacts::read(&vec![0x30, 0x03, 1, 2, 3].into()), None);
}
