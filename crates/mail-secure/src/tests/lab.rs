//! A platform that sends registered letters, and OpenSSL as its time-stamp authority.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blobs::Blobs;
use db::{Db, Tx};
use directory::{Directory, NewRecipient};
use evidence::{Bundle, Document, Keys, Report};
use keys::Vault;
use model::{Address, Domain, OrganisationId, UserId};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wire_cms::Certificate;
use wire_safe::{PortalOrigin, Slot};
use world::World;

use crate::{
    Mode, NoTimeStamp, Parcel, Prepared, Secure, SecureError, Settings, Shown, Submission, Unmarked, Way,
};

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Sets a fake clock to this machine's, if it is behind: real authorities stamp with that one.
pub(super) fn catch_up(world: &World) {
    let behind = world::Clock::real().now().since(world.clock.now());
    world.clock.advance(behind);
}

/// Notarises with a real authority, as long as its clock is this machine's: on a busy one the fake clock, which stands
/// still, may be too late again by the time the answer is there. How many leaves were stamped.
pub(super) async fn stamped(secure: &Secure) -> Option<u64> {
    for _ in 0..10 {
        catch_up(secure.world());
        match secure.notarise().await {
            Err(SecureError::NoTimeStamp(NoTimeStamp::Clock { .. })) => {}
            done => return done.unwrap().stamped,
        }
    }
    panic!("the clocks differ");
}

/// A page's worth of letter.
pub(super) const LETTER: &str = "From: Anna <anna@valbois.test>\r\nTo: zed@else.test\r\nSubject: Décision\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
    it is so\r\n--b\r\nContent-Type: application/pdf; name=decision.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    JVBERi0=\r\n--b--\r\n";

pub(super) fn settings() -> Settings {
    let portal = PortalOrigin::parse("https://safe.valbois.test").unwrap();
    Settings::new(portal, &Domain::parse("valbois.test").unwrap())
}

/// The tables of these tests.
const TABLES: [db::Migrations; 3] = [trail::MIGRATIONS, directory::MIGRATIONS, crate::MIGRATIONS];

/// A database with the tables on each engine.
pub(super) fn engines() -> Vec<Db> {
    db::testing::migrated(&TABLES)
}

/// A platform on each engine.
pub(super) fn platforms() -> Vec<Secure> {
    engines().into_iter().map(|db| platform(db, World::testing(), settings())).collect()
}

pub(super) fn platform(db: Db, world: World, settings: Settings) -> Secure {
    db.migrate(&TABLES).unwrap();
    node(db, world, settings)
}

/// One more node on a database that has its tables.
pub(super) fn node(db: Db, world: World, settings: Settings) -> Secure {
    node_with(db, world, settings, "memory:")
}

/// One more node, with its bodies at a place of its own.
pub(super) fn node_with(db: Db, world: World, settings: Settings, bodies: &str) -> Secure {
    let blobs = Blobs::open(bodies, blobs::Options::default()).unwrap();
    let vault = Vault::with_key(&[7; 32], world.random.clone());
    Secure::new(db, blobs, world, vault, settings)
}

/// Sends a letter to some, who have agreed to receive it; gives their slots in the order of the addresses.
pub(super) async fn send(secure: &Secure, mode: Mode, to: &[&str]) -> Vec<Slot> {
    let slots = send_with(secure, mode, to, None).await;
    for to in to {
        secure.consent(&strong(to), crate::Language::French).await.unwrap();
    }
    slots
}

/// The same to people who have agreed to nothing, with a passphrase of the sender's or without.
pub(super) async fn send_with(
    secure: &Secure,
    mode: Mode,
    to: &[&str],
    passphrase: Option<&str>,
) -> Vec<Slot> {
    let prepared = prepared(secure, mode, to, passphrase).await;
    to.iter().map(|to| prepared.slot_of(&address(to)).unwrap()).collect()
}

/// A letter that was taken, with what brings it.
pub(super) async fn prepared(
    secure: &Secure,
    mode: Mode,
    to: &[&str],
    passphrase: Option<&str>,
) -> Arc<Prepared> {
    taken(secure, mode, to, LETTER, passphrase, None).await.unwrap()
}

/// A letter of its own, which may be an answer.
pub(super) async fn send_letter(
    secure: &Secure,
    mode: Mode,
    to: &[&str],
    letter: &str,
    answers: Option<Slot>,
) -> Result<Vec<Slot>, SecureError> {
    let prepared = taken(secure, mode, to, letter, None, answers).await?;
    Ok(to.iter().map(|to| prepared.slot_of(&address(to)).unwrap()).collect())
}

async fn taken(
    secure: &Secure,
    mode: Mode,
    to: &[&str],
    letter: &str,
    passphrase: Option<&str>,
    answers: Option<Slot>,
) -> Result<Arc<Prepared>, SecureError> {
    let submission = Submission {
        organisation: OrganisationId(1),
        sender: address("anna@valbois.test"),
        sender_name: "Anna".to_owned(),
        authentication: "password of the mailbox (SMTP AUTH)".to_owned(),
        mode,
        letter: Unmarked {
            bytes: letter.as_bytes().to_vec(),
            subject: "Décision".to_owned(),
            message_id: Some("<1@valbois.test>".to_owned()),
            passphrase: passphrase.map(|text| crate::wish::Passphrase::parse(text).unwrap()),
            phones: crate::phone::phones(letter.as_bytes(), &secure.settings().marks.suffixes).unwrap(),
        },
        message_id: String::new(),
        recipients: to.iter().map(|to| (address(to), Way::Sealed)).collect(),
        language: crate::Language::French,
        client_reference: None,
        answers,
    };
    let prepared = Arc::new(secure.prepare(submission).await?);
    let (committing, kept) = (secure.clone(), prepared.clone());
    let scope = secure.db().operator("test");
    scope.write(move |tx: &mut Tx| committing.commit(tx, &kept)).await?;
    Ok(prepared)
}

/// The envelope in the page of a carrier, and the mail's share of its key.
pub(super) fn parts(carrier: &Parcel) -> (Vec<u8>, String) {
    let text = String::from_utf8(carrier.bytes.to_vec()).unwrap();
    let between = |from: &str| {
        let start = text.find(from).unwrap() + from.len();
        text[start..start + text[start..].find('"').unwrap()].to_owned()
    };
    let encoded: String =
        between("name=\"envelope\" value=\"").chars().filter(|c| !c.is_whitespace()).collect();
    (STANDARD.decode(encoded).unwrap(), between("/safe/open#a="))
}

pub(super) fn strong(who: &str) -> Shown {
    Shown {
        canonical: who.to_owned(),
        authentication: "password and one-time code".to_owned(),
        acting: None,
        person: Some(UserId(who.len() as i64)),
        is_strong: true,
        by_telephone: None,
    }
}

/// Somebody with an account at the portal.
pub(super) async fn account(secure: &Secure, login: &str) -> Shown {
    let directory = Directory::new(secure.db().clone(), secure.world().clone());
    let new = NewRecipient {
        login: address(login),
        password: "une phrase de passe".to_owned().into(),
        language: None,
        source: [192, 0, 2, 7].into(),
    };
    let opened = directory.open_recipient(new).await.unwrap();
    Shown { person: Some(opened.user), ..strong(login) }
}

/// What a bundle proves with the published keys, each by way of its file, and the letter.
pub(super) async fn judged(secure: &Secure, bundle: &Bundle) -> Report {
    let keys = Keys::parse(&secure.keys_file().await.unwrap()).unwrap();
    let bundle = Bundle::parse(&bundle.to_json().unwrap()).unwrap();
    let letter = Document { name: "letter.eml", bytes: LETTER.as_bytes() };
    evidence::verify(&bundle, &keys, &[letter], None)
}

/// Changes rows behind the platform's back.
pub(super) async fn tamper(secure: &Secure, sql: &'static str) -> u64 {
    let scope = secure.db().operator("test");
    scope.write(move |tx: &mut Tx| Ok::<_, SecureError>(tx.execute(sql, &[])?)).await.unwrap()
}

pub(super) async fn count(secure: &Secure, sql: &'static str) -> i64 {
    let scope = secure.db().operator("test");
    let found = scope.read(move |tx: &mut Tx| tx.query_one(sql, &[], |row| row.integer(0))).await;
    found.unwrap().unwrap_or_default()
}

const CONFIGURATION: &str = "[ tsa ]\ndefault_tsa = one\n[ one ]\nserial = serial\ncrypto_device = builtin\n\
    signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\n\
    clock_precision_digits = 3\ness_cert_id_alg = sha256\n";

/// extKeyUsage with id-kp-timeStamping alone.
const TIME_STAMPING: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];

/// `openssl ts` behind HTTP on loopback.
pub(super) struct Authority {
    pub(super) url: String,
    pub(super) root: Certificate,
    asked: Arc<AtomicUsize>,
}

impl Authority {
    pub(super) async fn new() -> Authority {
        let named = |name: &str| {
            let mut parameters = CertificateParams::default();
            parameters.distinguished_name.push(DnType::CommonName, name);
            parameters.not_before = date_time_ymd(2020, 1, 1);
            parameters.not_after = date_time_ymd(2060, 1, 1);
            parameters
        };
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let (root_key, tsa_key) = (key(), key());
        let mut root = named("Horloge suisse, racine");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root_certificate = Certificate::from_der(root.self_signed(&root_key).unwrap().der()).unwrap();
        let mut tsa = named("Horloge suisse");
        tsa.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], TIME_STAMPING.to_vec());
        usage.set_criticality(true);
        tsa.custom_extensions = vec![usage];
        let certificate = tsa.signed_by(&tsa_key, &Issuer::new(root, root_key)).unwrap();

        let folder = TempDir::new().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("tsa.conf", CONFIGURATION);
        write("serial", "01\n");
        write("tsa.pem", &certificate.pem());
        write("tsa.key", &tsa_key.serialize_pem());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counting = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut request = Vec::new();
                let body = loop {
                    let mut octets = [0; 4096];
                    let count = connection.read(&mut octets).await.unwrap_or_default();
                    request.extend_from_slice(&octets[..count]);
                    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
                    assert!(head.contains("content-type: application/timestamp-query"), "{head}");
                    let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
                    let length: usize = length.parse().unwrap();
                    if count == 0 || request.len() >= end + 4 + length {
                        break request[end + 4..].to_vec();
                    }
                };
                std::fs::write(folder.path().join("query"), body).unwrap();
                let arguments =
                    "ts -reply -config tsa.conf -queryfile query -signer tsa.pem -inkey tsa.key -out reply";
                let ran =
                    Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output();
                assert!(ran.unwrap().status.success());
                counting.fetch_add(1, Ordering::SeqCst);
                let reply = std::fs::read(folder.path().join("reply")).unwrap();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    reply.len()
                );
                let answer = [head.as_bytes(), &reply].concat();
                connection.write_all(&answer).await.unwrap();
            }
        });
        Authority { url, root: root_certificate, asked }
    }

    /// How many questions it has answered.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn settings(&self) -> Settings {
        Settings {
            time_stamps: vec![self.url.clone()],
            time_stamp_roots: vec![self.root.clone()],
            ..settings()
        }
    }
}
