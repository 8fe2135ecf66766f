//! The platform's own keys for secure letters: what signs envelopes, what seals evidence and letters, what signs the
//! public log, and what tells the time where no other authority is set. Made when they are first needed, the same on
//! every node.

use std::sync::Arc;

use db::{Db, Tx};
use evidence::log::LogSigner;
use model::{Address, Timestamp};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};
use wire_cms::{Certificate, Signer};
use wire_safe::{EnvelopeKey, EnvelopeSigner};
use world::World;
use zeroize::Zeroizing;

use crate::error::SecureError;
use crate::settings::Settings;
use crate::types::hex;
use crate::{limits, rows};

/// The keys, ready to use.
pub struct Platform {
    /// Signs envelopes.
    pub envelope: EnvelopeSigner,
    /// What has signed envelopes that may still come to the portal.
    pub envelope_keys: Vec<EnvelopeKey>,
    /// Seals evidence, receipts and the letters that carry envelopes.
    pub seal: Signer,
    /// By which the seal's certificate is told from others: the first 16 digits of its SHA-256.
    pub seal_name: String,
    /// Signs the checkpoints of the public log. Its name stays what it was when the key was made.
    pub log: LogSigner,
    /// Stamps with the platform's own time, where no other authority is set.
    pub clock: Signer,
    /// When the keys of envelopes and of the log were made.
    pub made_at: Timestamp,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Envelope,
    Log,
    Seal,
    Clock,
}

impl Purpose {
    const ALL: [Purpose; 4] = [Purpose::Envelope, Purpose::Log, Purpose::Seal, Purpose::Clock];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Purpose::Envelope => "envelope",
            Purpose::Log => "log",
            Purpose::Seal => "seal",
            Purpose::Clock => "clock",
        }
    }

    fn context(self) -> String {
        format!("secure key|{}", self.word())
    }
}

/// A key as it lies in the database.
#[derive(Clone)]
pub(crate) struct KeptKey {
    pub(crate) wrapped: Vec<u8>,
    pub(crate) certificates: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) created_at: Timestamp,
}

impl Platform {
    /// Reads the keys; makes those that are missing.
    pub(crate) async fn open(
        db: &Db,
        world: &World,
        vault: &keys::Vault,
        settings: &Settings,
    ) -> Result<Platform, SecureError> {
        let mut kept = read(db).await?;
        if kept.iter().any(Option::is_none) {
            let fresh = fresh(world, vault, settings)?;
            // Another node may have been faster: its keys count.
            db.operator("make the platform's keys for secure letters")
                .write(move |tx: &mut Tx| {
                    let made = Purpose::ALL.into_iter().zip(&fresh);
                    made.into_iter().try_for_each(|(purpose, key)| rows::add_key(tx, purpose, key))
                })
                .await?;
            kept = read(db).await?;
        }
        let mut opened = Vec::new();
        for (purpose, key) in Purpose::ALL.into_iter().zip(kept) {
            let key = key.ok_or(SecureError::Keys("a key is missing"))?;
            opened.push((vault.unwrap(&purpose.context(), &key.wrapped)?, key));
        }
        let [(envelope, envelope_kept), (log, log_kept), (seal, seal_kept), (clock, clock_kept)] =
            opened.try_into().map_err(|_| SecureError::Keys("a key is missing"))?;
        let envelope = EnvelopeSigner::from_pkcs8(&envelope)
            .map_err(|_| SecureError::Keys("the key of envelopes is damaged"))?;
        let public: [u8; 32] = envelope_kept.public_key[..]
            .try_into()
            .map_err(|_| SecureError::Keys("the key of envelopes is damaged"))?;
        let seal = signer(&seal, &seal_kept, "the seal's key is damaged")?;
        let seal_name = hex(&seal.certificate().sha256()[..8]);
        let clock = signer(&clock, &clock_kept, "the clock's key is damaged")?;
        let name = std::str::from_utf8(&log_kept.public_key);
        let name = name.map_err(|_| SecureError::Keys("the log's name is damaged"))?;
        let log =
            LogSigner::from_pkcs8(name, &log).map_err(|_| SecureError::Keys("the log's key is damaged"))?;
        let envelope_keys = vec![EnvelopeKey::new(public)];
        let made_at = envelope_kept.created_at.min(log_kept.created_at);
        Ok(Platform { envelope, envelope_keys, seal, seal_name, log, clock, made_at })
    }
}

fn signer(pkcs8: &[u8], kept: &KeptKey, damaged: &'static str) -> Result<Signer, SecureError> {
    let chain = Certificate::from_pem(&kept.certificates).map_err(|_| SecureError::Keys(damaged))?;
    Signer::from_pkcs8(pkcs8, chain).map_err(|_| SecureError::Keys(damaged))
}

async fn read(db: &Db) -> Result<Vec<Option<KeptKey>>, SecureError> {
    db.operator("read the platform's keys for secure letters")
        .read(|tx: &mut Tx| Purpose::ALL.into_iter().map(|purpose| rows::key(tx, purpose)).collect())
        .await
}

/// New keys, in the order of [`Purpose::ALL`].
fn fresh(world: &World, vault: &keys::Vault, settings: &Settings) -> Result<[KeptKey; 4], SecureError> {
    let created_at = world.clock.now();
    let seed = || {
        let mut seed = Zeroizing::new([0; 32]);
        world.random.fill(&mut seed[..]);
        seed
    };
    let broken = |_| SecureError::Keys("a key of envelopes cannot be made");
    let envelope = EnvelopeSigner::generate(&seed()).map_err(broken)?;
    let pkcs8 = envelope.to_pkcs8().map_err(|_| SecureError::Keys("a key of envelopes cannot be written"))?;
    let mut log = Zeroizing::new(ED25519_PKCS8.to_vec());
    log.extend_from_slice(&seed()[..]);
    // What follows the scheme (C2SP tlog-tiles: the origin is the log's address without it).
    let (_, host) = settings.portal.as_str().split_once("://").unwrap_or_default();
    let name = format!("{host}{LOG_PATH}");
    let failed = |source| SecureError::Certificate { source: Arc::new(source) };
    let (seal, seal_certificates) = fresh_seal(created_at, settings).map_err(failed)?;
    let (clock, clock_certificates) = fresh_clock(created_at, settings).map_err(failed)?;
    let kept = |purpose: Purpose, secret: &[u8], certificates: String, public_key: Vec<u8>| KeptKey {
        wrapped: vault.wrap(&purpose.context(), secret),
        certificates,
        public_key,
        created_at,
    };
    Ok([
        kept(Purpose::Envelope, &pkcs8, String::new(), envelope.key().octets().to_vec()),
        kept(Purpose::Log, &log, String::new(), name.into_bytes()),
        kept(Purpose::Seal, &seal, seal_certificates, Vec::new()),
        kept(Purpose::Clock, &clock, clock_certificates, Vec::new()),
    ])
}

/// Where the log is published below the portal.
pub const LOG_PATH: &str = "/safe/log";

/// What stands before the 32 octets of a seed in PKCS#8 of Ed25519 (RFC 8410 §7).
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// extKeyUsage with id-kp-timeStamping alone (RFC 3161 §2.3).
const TIME_STAMPING: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];

/// A key with its certificate and that of its root: PKCS#8, and PEM.
type Certified = (Zeroizing<Vec<u8>>, String);

/// A key that seals.
fn fresh_seal(now: Timestamp, settings: &Settings) -> Result<Certified, rcgen::Error> {
    let mut seal = parameters(now, limits::SEAL_LIFE, &format!("{} – sceau", settings.issuer));
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    seal.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    seal.subject_alt_names = san(&settings.from)?;
    certified(now, seal, &format!("{} – racine du sceau", settings.issuer))
}

/// A key that stamps with the platform's own time; its name says whose time that is.
fn fresh_clock(now: Timestamp, settings: &Settings) -> Result<Certified, rcgen::Error> {
    let name = format!("{} – heure de la plateforme elle-même", settings.issuer);
    let mut clock = parameters(now, limits::SEAL_LIFE, &name);
    clock.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], TIME_STAMPING.to_vec());
    usage.set_criticality(true);
    clock.custom_extensions = vec![usage];
    certified(now, clock, &format!("{} – racine de l’heure", settings.issuer))
}

/// A key with a certificate of a root made for it alone. The root's key is forgotten: what it vouches for is this one.
fn certified(now: Timestamp, own: CertificateParams, root_name: &str) -> Result<Certified, rcgen::Error> {
    let mut root = parameters(now, limits::SEAL_ROOT_LIFE, root_name);
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let root_certificate = root.self_signed(&root_key)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = own.signed_by(&key, &Issuer::new(root, root_key))?;
    let certificates = format!("{}{}", certificate.pem(), root_certificate.pem());
    Ok((Zeroizing::new(key.serialize_der()), certificates))
}

fn san(address: &Address) -> Result<Vec<SanType>, rcgen::Error> {
    Ok(vec![SanType::Rfc822Name(Ia5String::try_from(address.to_string())?)])
}

fn parameters(now: Timestamp, life: std::time::Duration, name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.distinguished_name.push(DnType::OrganizationName, "Relais");
    let moment = |at: Timestamp| {
        time::OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
    };
    parameters.not_before = moment(now.minus(limits::VALID_BEFORE));
    parameters.not_after = moment(now.plus(life));
    parameters.use_authority_key_identifier_extension = true;
    parameters
}
