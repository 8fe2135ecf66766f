//! How many statements a second are verified: `cargo run --release -p evidence --example speed`. Needs `openssl` as
//! time-stamp authority.
//!
//! A thousand registered letters with four statements each, in a log of ten thousand. Once as one file, and once as a
//! file for each letter, where certificates, checkpoint and time-stamp are verified anew for every four statements.
//! Counted is the time that the processor spent, so that neighbours do not matter much.

use std::collections::HashMap;
use std::error::Error;
use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::Ed25519KeyPair;
use evidence::log::{Frontier, LogSigner, Node, Note, inclusion, leaf};
use evidence::{
    Bundle, BundledCheckpoint, BundledLetter, BundledStatement, Content, Digest, Event, Evidence, Identifier,
    Issuer, Keys, Logged, Mode, Recipient, Sealed, Sender, Valid, Verdict, seal, verify,
};
use model::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, IsCa, KeyPair};
use wire_cms::{Certificate, Signer};

const LETTERS: u64 = 1_000;
const EVENTS: [Event; 4] = [
    Event::SubmissionAcceptance,
    Event::NotificationForAcceptance,
    Event::ConsignmentAcceptance,
    Event::ContentConsignment,
];
const SALT: Digest = Digest([0x5a; 32]);

fn main() -> Result<(), Box<dyn Error>> {
    let (root, seal_key, seal_certificate) = authority(None)?;
    let (stamp_root, stamp_key, stamp_certificate) = authority(Some("timeStamping"))?;
    let signer = Signer::from_pkcs8(&seal_key.serialize_der(), vec![seal_certificate.clone()])?;
    let log_key = Ed25519KeyPair::generate()?.to_pkcs8()?;
    let log_signer = LogSigner::from_pkcs8("log.example.ch", log_key.as_ref())?;
    let start = now()?.minus(Duration::from_secs(60));

    let began = Processor::now()?;
    let mut chains: Vec<Vec<Sealed>> = Vec::new();
    for number in 0..LETTERS {
        let mut chain: Vec<Sealed> = Vec::new();
        for (sequence, event) in (1..).zip(EVENTS) {
            let evidence = statement(number, sequence, event, start, chain.last());
            chain.push(seal(&evidence, &signer, evidence.event_time)?);
        }
        chains.push(chain);
    }
    let statements = LETTERS * EVENTS.len() as u64;
    rate("sealed", statements, began.elapsed()?);

    let (mut log, mut nodes): (Frontier, HashMap<Node, Digest>) = Default::default();
    for number in 0_u64..6_000 {
        nodes.extend(log.push(Digest::of(&[&number.to_be_bytes()])));
    }
    let began = Processor::now()?;
    let mut places = Vec::new();
    for sealed in chains.iter().flatten() {
        let blind = Digest::of(&[b"blind", &log.size().to_be_bytes()]);
        places.push((log.size(), blind));
        nodes.extend(log.push(leaf(&blind, &sealed.digest())));
    }
    rate("logged", statements, began.elapsed()?);

    let note = log_signer.sign(log.size(), log.root());
    let text = Note::parse(&note)?.text().to_owned();
    let token = token(&stamp_key, &stamp_certificate, &Digest::of(&[text.as_bytes()]))?;
    let checkpoint = BundledCheckpoint { note, tokens: vec![token], consistency: Vec::new() };
    let mut letters = Vec::new();
    let mut places = places.into_iter();
    for chain in chains {
        let mut bundled = Vec::new();
        for sealed in chain {
            let (index, blind) = places.next().ok_or("a place for each")?;
            let proof = inclusion(index, log.size(), |node| nodes.get(&node).copied())?;
            bundled.push(BundledStatement {
                sealed,
                blind,
                logged: Some(Logged { index, checkpoint: 0, proof }),
            });
        }
        letters.push(BundledLetter { salt: SALT, statements: bundled });
    }
    let bundle = |letters: Vec<BundledLetter>| Bundle {
        letters,
        checkpoints: vec![checkpoint.clone()],
        certificates: vec![seal_certificate.clone()],
    };
    let from = start.minus(Duration::from_secs(60));
    let keys = Keys {
        platform: "Example".to_owned(),
        seal: vec![Valid { value: root, from, until: None }],
        time_stamp: vec![Valid { value: stamp_root, from, until: None }],
        log: vec![Valid { value: log_signer.key().clone(), from, until: None }],
        witnesses: Vec::new(),
        envelope: Vec::new(),
    };
    let each: Vec<Vec<u8>> =
        letters.iter().map(|letter| bundle(vec![letter.clone()]).to_json()).collect::<Result<_, _>>()?;
    let all = vec![bundle(letters).to_json()?];
    for (name, files) in [("one file", &all), ("a file for each letter", &each)] {
        let bytes: usize = files.iter().map(Vec::len).sum();
        let began = Processor::now()?;
        for file in files {
            let report = verify(&Bundle::parse(file)?, &keys, &[], None);
            if report.verdict != Verdict::Proven {
                return Err(format!("not proven:\n{report}").into());
            }
        }
        rate(&format!("verified, {name} ({} KiB)", bytes / 1024), statements, began.elapsed()?);
    }
    Ok(())
}

/// What this thread has used of a core (proc(5): schedstat, nanoseconds).
struct Processor(Duration);

impl Processor {
    fn now() -> Result<Processor, Box<dyn Error>> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
        let spent = text.split(' ').next().ok_or("a first field")?;
        Ok(Processor(Duration::from_nanos(spent.parse()?)))
    }

    fn elapsed(&self) -> Result<Duration, Box<dyn Error>> {
        Ok(Processor::now()?.0 - self.0)
    }
}

fn rate(what: &str, statements: u64, took: Duration) {
    let each = took.as_secs_f64() / statements as f64;
    println!("{what}: {statements} statements in {took:.2?}, {:.0} a second", 1.0 / each);
}

fn now() -> Result<Timestamp, Box<dyn Error>> {
    Ok(Timestamp(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis() as i64))
}

/// A root, and a key with a certificate of it.
fn authority(usage: Option<&str>) -> Result<(Certificate, KeyPair, Certificate), Box<dyn Error>> {
    let root_key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = Certificate::from_der(params.self_signed(&root_key)?.der())?;
    let issuer = rcgen::Issuer::new(params, root_key);
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    if usage.is_some() {
        // Extended key usage with timeStamping alone, critical (RFC 3161 §2.3).
        let only = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];
        let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], only);
        usage.set_criticality(true);
        params.custom_extensions = vec![usage];
    }
    let certificate = Certificate::from_der(params.signed_by(&key, &issuer)?.der())?;
    Ok((root, key, certificate))
}

fn token(key: &KeyPair, certificate: &Certificate, digest: &Digest) -> Result<Vec<u8>, Box<dyn Error>> {
    let at = tempfile::TempDir::new()?;
    let configuration = "[ tsa ]\ndefault_tsa = one\n[ one ]\nserial = serial\ncrypto_device = builtin\n\
        signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\nclock_precision_digits = 3\n\
        ess_cert_id_alg = sha256\n";
    for (name, text) in [
        ("tsa.conf", configuration.to_owned()),
        ("serial", "01\n".to_owned()),
        ("tsa.pem", certificate.pem()),
        ("tsa.key", key.serialize_pem()),
    ] {
        std::fs::write(at.path().join(name), text)?;
    }
    for arguments in [
        format!("ts -query -digest {digest} -sha256 -cert -out query"),
        "ts -reply -config tsa.conf -queryfile query -signer tsa.pem -inkey tsa.key -token_out -out token"
            .to_owned(),
    ] {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(at.path()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
    }
    Ok(std::fs::read(at.path().join("token"))?)
}

fn statement(
    number: u64,
    sequence: u64,
    event: Event,
    start: Timestamp,
    before: Option<&Sealed>,
) -> Evidence {
    let identifier = |purpose: u64| {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        bytes[8..].copy_from_slice(&purpose.to_be_bytes());
        Identifier(bytes)
    };
    let payslip = number.to_be_bytes();
    Evidence {
        deadline: None,
        version: Evidence::version(),
        id: identifier(sequence),
        event,
        reasons: Vec::new(),
        event_time: start.plus(Duration::from_secs(sequence)),
        submission_time: start,
        policy: "https://mail.example.ch/policy/1".to_owned(),
        issuer: Issuer { name: "Relais Example".to_owned(), key: "seal-1".to_owned() },
        letter: identifier(100),
        message_identifier: format!("<{number}.payslip@example.ch>"),
        mode: Mode::Registered,
        sender: Sender {
            address: "lohn@example.ch".to_owned(),
            organisation: Some("Gemeinde Beispiel".to_owned()),
            authentication: "password".to_owned(),
        },
        recipient: Recipient {
            address: format!("person{number}@example.com"),
            slot: identifier(101),
            authentication: Some("password and one-time code".to_owned()),
            acting_person: None,
        },
        content: Content::of(
            &SALT,
            b"the whole letter",
            [("1", "text/plain", &b"Bonjour"[..]), ("lohn.pdf", "application/pdf", &payslip[..])],
        ),
        sequence,
        previous: before.map(Sealed::digest),
    }
}
