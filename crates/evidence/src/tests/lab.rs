//! A small platform for tests: keys, a log, and OpenSSL as the time-stamp authority.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::Ed25519KeyPair;
use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use tempfile::TempDir;
use wire_cms::{Certificate, Signer};

use super::statement::{SALT, statement};
use crate::log::{Frontier, LogSigner, Node, consistency, inclusion, leaf};
use crate::seal::sealed_by;
use crate::{
    Bundle, BundledCheckpoint, BundledLetter, BundledStatement, Digest, Event, Evidence, Identifier, Keys,
    Logged, Reason, Sealed, Valid,
};

/// What OpenSSL's `ts` needs to know.
const CONFIGURATION: &str = "[ tsa ]
default_tsa = one
[ one ]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_alg = sha256
";

/// id-ce-extKeyUsage with id-kp-timeStamping alone.
const TIME_STAMPING: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];

/// An authority with its key.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) root: Certificate,
}

/// A certificate with its key.
pub(super) struct Owned {
    pub(super) certificate: Certificate,
    pub(super) key: KeyPair,
}

impl Owned {
    pub(super) fn signer(&self) -> Signer {
        Signer::from_pkcs8(&self.key.serialize_der(), vec![self.certificate.clone()]).expect("a signer")
    }
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn named(name: &str, years: [i32; 2]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(years[0], 1, 1);
    params.not_after = date_time_ymd(years[1], 1, 1);
    params
}

impl Authority {
    pub(super) fn new(name: &str) -> Authority {
        let mut params = named(name, [2020, 2060]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = key();
        let root = params.self_signed(&key).expect("a certificate");
        let root = Certificate::from_der(root.der()).expect("a certificate");
        Authority { issuer: Issuer::new(params, key), root }
    }

    pub(super) fn seal(&self, name: &str, years: [i32; 2]) -> Owned {
        self.issue(named(name, years))
    }

    pub(super) fn time_stamping(&self, name: &str, years: [i32; 2]) -> Owned {
        let mut params = named(name, years);
        let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], TIME_STAMPING.to_vec());
        usage.set_criticality(true);
        params.custom_extensions = vec![usage];
        self.issue(params)
    }

    fn issue(&self, mut params: CertificateParams) -> Owned {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Owned { certificate: Certificate::from_der(certificate.der()).expect("a certificate"), key }
    }
}

/// An RFC 3161 authority: OpenSSL with a certificate of ours.
pub(super) struct StampAuthority {
    directory: TempDir,
}

impl StampAuthority {
    pub(super) fn new(owned: &Owned) -> StampAuthority {
        let directory = TempDir::new().expect("a directory");
        let write = |name: &str, text: &str| {
            std::fs::write(directory.path().join(name), text).expect("a file");
        };
        write("tsa.conf", CONFIGURATION);
        write("serial", "01\n");
        write("tsa.pem", &owned.certificate.pem());
        write("tsa.key", &owned.key.serialize_pem());
        StampAuthority { directory }
    }

    /// A token over a digest, with the time of this machine.
    pub(super) fn token(&self, digest: &Digest) -> Vec<u8> {
        let at = self.directory.path();
        openssl(at, &["ts", "-query", "-digest", &digest.to_string(), "-sha256", "-cert", "-out", "query"]);
        openssl(
            at,
            &[
                "ts",
                "-reply",
                "-config",
                "tsa.conf",
                "-queryfile",
                "query",
                "-signer",
                "tsa.pem",
                "-inkey",
                "tsa.key",
                "-token_out",
                "-out",
                "token",
            ],
        );
        std::fs::read(at.join("token")).expect("a token")
    }
}

pub(super) fn openssl(at: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).current_dir(at).output().expect("openssl runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// This machine's time, by which OpenSSL stamps.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Timestamp(since.as_millis() as i64)
}

/// A platform with its log.
pub(super) struct Platform {
    pub(super) seal_root: Authority,
    pub(super) sealer: Owned,
    pub(super) stamp_root: Authority,
    pub(super) stamps: StampAuthority,
    pub(super) log_signer: LogSigner,
    pub(super) log: Frontier,
    nodes: HashMap<Node, Digest>,
    /// When the letters of this platform were submitted.
    pub(super) start: Timestamp,
}

impl Platform {
    pub(super) fn new() -> Platform {
        let seal_root = Authority::new("Relais Example Seals");
        let stamp_root = Authority::new("Example Time");
        let sealer = seal_root.seal("Relais Example", [2025, 2030]);
        let stamps = StampAuthority::new(&stamp_root.time_stamping("Time One", [2025, 2030]));
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let pkcs8 = pair.to_pkcs8().expect("a key");
        let log_signer = LogSigner::from_pkcs8("log.example.ch", pkcs8.as_ref()).expect("a signer");
        let start = now().minus(Duration::from_secs(600));
        let (log, nodes) = (Frontier::empty(), HashMap::new());
        Platform { seal_root, sealer, stamp_root, stamps, log_signer, log, nodes, start }
    }

    pub(super) fn keys(&self) -> Keys {
        let from = Timestamp(1_735_689_600_000);
        let root = |authority: &Authority| Valid { value: authority.root.clone(), from, until: None };
        Keys {
            platform: "Relais Example".to_owned(),
            seal: vec![root(&self.seal_root)],
            time_stamp: vec![root(&self.stamp_root)],
            log: vec![Valid { value: self.log_signer.key().clone(), from, until: None }],
            witnesses: Vec::new(),
            envelope: vec![Valid { value: [5; 32], from, until: None }],
        }
    }

    /// The statements about a letter, a second between two of them.
    pub(super) fn statements(&self, slot: u8, events: &[Event]) -> Vec<Sealed> {
        let signer = self.sealer.signer();
        let mut sealed: Vec<Sealed> = Vec::new();
        for (sequence, event) in (1..).zip(events) {
            let evidence = self.evidence(slot, sequence, *event, sealed.last());
            // Also by who should not.
            sealed.push(sealed_by(&evidence, &signer, evidence.event_time).expect("sealed"));
        }
        sealed
    }

    pub(super) fn evidence(
        &self,
        slot: u8,
        sequence: u64,
        event: Event,
        before: Option<&Sealed>,
    ) -> Evidence {
        let mut evidence = statement();
        evidence.id = Identifier([slot.wrapping_mul(16).wrapping_add(sequence as u8); 16]);
        evidence.recipient.slot = Identifier([slot; 16]);
        evidence.event = event;
        evidence.sequence = sequence;
        evidence.submission_time = self.start;
        evidence.event_time = self.start.plus(Duration::from_secs(sequence - 1));
        evidence.previous = before.map(Sealed::digest);
        if event.is_negative() {
            evidence.reasons = vec![Reason { code: "RC08".to_owned(), detail: "as it was".to_owned() }];
        }
        evidence
    }

    /// Logs a statement and gives its place and its blind.
    pub(super) fn log(&mut self, sealed: &Sealed) -> (u64, Digest) {
        let index = self.log.size();
        let blind = Digest::of(&[b"blind", &index.to_be_bytes()]);
        let made = self.log.push(leaf(&blind, &sealed.digest()));
        self.nodes.extend(made);
        (index, blind)
    }

    /// Statements of others.
    pub(super) fn noise(&mut self, count: u64) {
        for number in 0..count {
            let made = self.log.push(Digest::of(&[b"noise", &number.to_be_bytes()]));
            self.nodes.extend(made);
        }
    }

    /// The log as it is now, time-stamped, after the checkpoint of `before` leaves.
    pub(super) fn checkpoint(&self, before: Option<u64>) -> BundledCheckpoint {
        let note = self.log_signer.sign(self.log.size(), self.log.root());
        let text = crate::log::Note::parse(&note).expect("a note").text().to_owned();
        let tokens = vec![self.stamps.token(&Digest::of(&[text.as_bytes()]))];
        let consistency = before.map_or(Ok(Vec::new()), |old| {
            consistency(old, self.log.size(), |node| self.nodes.get(&node).copied())
        });
        BundledCheckpoint { note, tokens, consistency: consistency.expect("a proof") }
    }

    pub(super) fn logged(&self, index: u64, checkpoint: usize) -> Option<Logged> {
        let proof = inclusion(index, self.log.size(), |node| self.nodes.get(&node).copied());
        Some(Logged { index, checkpoint, proof: proof.expect("a proof") })
    }

    /// A bundle of letters, all of whose statements stand in one checkpoint.
    pub(super) fn bundle(&mut self, letters: &[Vec<Sealed>]) -> Bundle {
        let mut places = Vec::new();
        for letter in letters {
            self.noise(2);
            places.push(letter.iter().map(|sealed| self.log(sealed)).collect::<Vec<_>>());
        }
        self.noise(1);
        let statement = |sealed: &Sealed, (index, blind): &(u64, Digest)| BundledStatement {
            sealed: sealed.clone(),
            blind: *blind,
            logged: self.logged(*index, 0),
        };
        let letter = |(letter, places): (&Vec<Sealed>, &Vec<(u64, Digest)>)| BundledLetter {
            salt: SALT,
            statements: letter.iter().zip(places).map(|(sealed, place)| statement(sealed, place)).collect(),
        };
        Bundle {
            letters: letters.iter().zip(&places).map(letter).collect(),
            checkpoints: vec![self.checkpoint(None)],
            certificates: vec![self.sealer.certificate.clone()],
        }
    }
}

/// A registered letter that was read.
pub(super) const READ: [Event; 5] = [
    Event::SubmissionAcceptance,
    Event::NotificationForAcceptance,
    Event::ConsignmentAcceptance,
    Event::ContentConsignment,
    Event::ContentHandover,
];

/// A registered letter that was refused.
pub(super) const REFUSED: [Event; 3] =
    [Event::SubmissionAcceptance, Event::NotificationForAcceptance, Event::ConsignmentRejection];
