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
use crate::{Secure, limits, rows};

/// The keys, ready to use: as they are at a moment.
pub struct Platform {
    /// Signs envelopes.
    pub envelope: EnvelopeSigner,
    /// What has signed envelopes that may still come to the portal.
    pub envelope_keys: Vec<EnvelopeKey>,
    /// Seals evidence, receipts and the letters that carry envelopes.
    pub seal: Arc<Signer>,
    /// By which the seal's certificate is told from others: the first 16 digits of its SHA-256.
    pub seal_name: String,
    /// Every generation of the seal, the first first: also those that are used no more, and one that is not used yet.
    pub(crate) seals: Vec<Generation>,
    /// Signs the checkpoints of the public log. Its name stays what it was when the key was made.
    pub log: LogSigner,
    /// Stamps with the platform's own time, where no other authority is set.
    pub clock: Arc<Signer>,
    /// Every generation of the clock.
    pub(crate) clocks: Vec<Generation>,
    /// When the keys of envelopes and of the log were made.
    pub made_at: Timestamp,
}

/// A key with a certificate that ends, of which there is a next one before it does.
pub(crate) struct Generation {
    number: i64,
    pub(crate) signer: Arc<Signer>,
    /// From when on it is used.
    pub(crate) used_from: Timestamp,
}

/// The generation in use at a moment: the newest whose time has come.
fn in_use(generations: &[Generation], at: Timestamp) -> Option<&Generation> {
    generations.iter().rfind(|one| one.used_from <= at).or(generations.first())
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
    /// Those with certificates, which end.
    pub(crate) const CERTIFIED: [Purpose; 2] = [Purpose::Seal, Purpose::Clock];

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
    pub(crate) generation: i64,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) certificates: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) used_from: Timestamp,
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
        if kept.iter().any(Vec::is_empty) {
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
        let [envelopes, logs, seals, clocks] =
            kept.try_into().map_err(|_| SecureError::Keys("a key is missing"))?;
        let now = world.clock.now();
        let (envelope_kept, log_kept) = (newest(&envelopes)?, newest(&logs)?);
        let damaged = "the key of envelopes is damaged";
        let envelope = vault.unwrap(&Purpose::Envelope.context(), &envelope_kept.wrapped)?;
        let envelope = EnvelopeSigner::from_pkcs8(&envelope).map_err(|_| SecureError::Keys(damaged))?;
        let envelope_key = |key: &KeptKey| {
            let public: [u8; 32] = key.public_key[..].try_into().map_err(|_| SecureError::Keys(damaged))?;
            Ok::<_, SecureError>(EnvelopeKey::new(public))
        };
        let envelope_keys = envelopes.iter().map(envelope_key).collect::<Result<_, _>>()?;
        let seals = generations(vault, Purpose::Seal, &seals, "the seal's key is damaged")?;
        let clocks = generations(vault, Purpose::Clock, &clocks, "the clock's key is damaged")?;
        let used = |generations: &[Generation]| {
            let used = in_use(generations, now).ok_or(SecureError::Keys("a key is missing"))?;
            Ok::<_, SecureError>(used.signer.clone())
        };
        let (seal, clock) = (used(&seals)?, used(&clocks)?);
        let seal_name = hex(&seal.certificate().sha256()[..8]);
        let log = vault.unwrap(&Purpose::Log.context(), &log_kept.wrapped)?;
        let name = std::str::from_utf8(&log_kept.public_key);
        let name = name.map_err(|_| SecureError::Keys("the log's name is damaged"))?;
        let log =
            LogSigner::from_pkcs8(name, &log).map_err(|_| SecureError::Keys("the log's key is damaged"))?;
        let made_at = envelope_kept.created_at.min(log_kept.created_at);
        Ok(Platform { envelope, envelope_keys, seal, seal_name, seals, log, clock, clocks, made_at })
    }

    /// The seal that was in use at a moment: a page that is made later says what was known then, and its certificate has
    /// to hold then.
    pub(crate) fn seal_at(&self, at: Timestamp) -> &Signer {
        in_use(&self.seals, at).map_or(&self.seal, |one| &one.signer)
    }

    /// Until when what is read here may be used: another generation comes into use then, or a node may have made one.
    pub(crate) fn good_until(&self, now: Timestamp) -> Timestamp {
        let next = self.seals.iter().chain(&self.clocks).map(|one| one.used_from).filter(|from| *from > now);
        next.min().unwrap_or(Timestamp(i64::MAX)).min(now.plus(limits::KEYS_READ_AGAIN))
    }

    /// The roots that vouch for the clock's time-stamps, of every generation.
    pub(crate) fn clock_roots(&self) -> impl Iterator<Item = &Certificate> {
        self.clocks.iter().filter_map(|one| one.signer.chain().last())
    }
}

/// Certificates of the seal and of the clock that ought to have a successor by now and have none, with the moment when
/// they end: `relais check` tells them. Nothing where no key was made yet.
///
/// # Errors
/// When the database does not answer, or [`SecureError::Keys`] for what cannot be read.
pub fn ending_keys(tx: &mut Tx, now: Timestamp) -> Result<Vec<(&'static str, Timestamp)>, SecureError> {
    let mut ending = Vec::new();
    for purpose in Purpose::CERTIFIED {
        let kept = rows::keys(tx, purpose)?;
        let Some(newest) = kept.last() else { continue };
        let chain = Certificate::from_pem(&newest.certificates)
            .map_err(|_| SecureError::Keys("a certificate is damaged"))?;
        let ends_at = chain.first().map(Certificate::not_after);
        // The chore looks every day.
        let is_late = |at: &Timestamp| *at <= now.plus(limits::RENEWED_BEFORE - limits::RENEWAL_MAY_TAKE);
        ending.extend(ends_at.filter(is_late).map(|at| (purpose.word(), at)));
    }
    Ok(ending)
}

fn newest(kept: &[KeptKey]) -> Result<&KeptKey, SecureError> {
    kept.last().ok_or(SecureError::Keys("a key is missing"))
}

fn generations(
    vault: &keys::Vault,
    purpose: Purpose,
    kept: &[KeptKey],
    damaged: &'static str,
) -> Result<Vec<Generation>, SecureError> {
    let one = |key: &KeptKey| {
        let pkcs8 = vault.unwrap(&purpose.context(), &key.wrapped)?;
        let chain = Certificate::from_pem(&key.certificates).map_err(|_| SecureError::Keys(damaged))?;
        let signer = Signer::from_pkcs8(&pkcs8, chain).map_err(|_| SecureError::Keys(damaged))?;
        Ok(Generation { number: key.generation, signer: Arc::new(signer), used_from: key.used_from })
    };
    kept.iter().map(one).collect()
}

async fn read(db: &Db) -> Result<Vec<Vec<KeptKey>>, SecureError> {
    db.operator("read the platform's keys for secure letters")
        .read(|tx: &mut Tx| Purpose::ALL.into_iter().map(|purpose| rows::keys(tx, purpose)).collect())
        .await
}

impl Secure {
    /// Makes the next generation of the seal and of the clock a year before the present one ends: it is published at once
    /// and used a month later, so that whoever keeps the published keys has it before it seals anything. Says whether it
    /// made one. For a chore, on every node.
    ///
    /// # Errors
    /// When the keys can be neither read nor made.
    pub async fn renew_keys(&self) -> Result<bool, SecureError> {
        let platform = self.platform().await?;
        let now = self.now();
        let mut made = Vec::new();
        for (purpose, generations) in Purpose::CERTIFIED.into_iter().zip([&platform.seals, &platform.clocks])
        {
            let Some(last) = generations.last() else { continue };
            let ends_at = last.signer.certificate().not_after();
            if ends_at > now.plus(limits::RENEWED_BEFORE) {
                continue;
            }
            let made_now = match purpose {
                Purpose::Seal => fresh_seal(now, self.settings()),
                _ => fresh_clock(now, self.settings()),
            };
            let (secret, certificates) =
                made_now.map_err(|source| SecureError::Certificate { source: Arc::new(source) })?;
            // What has ended already, or ends before, cannot wait to be replaced.
            let published = now.plus(limits::PUBLISHED_BEFORE);
            let used_from = if ends_at <= published { now } else { published };
            let key = KeptKey {
                generation: last.number + 1,
                wrapped: self.vault().wrap(&purpose.context(), &secret),
                certificates,
                public_key: Vec::new(),
                created_at: now,
                used_from,
            };
            made.push((purpose, key));
        }
        if made.is_empty() {
            return Ok(false);
        }
        // Another node may have been faster: its keys count.
        self.db()
            .operator("make the next keys of the platform for secure letters")
            .write(move |tx: &mut Tx| {
                made.iter().try_for_each(|(purpose, key)| rows::add_key(tx, *purpose, key))
            })
            .await?;
        self.forget_platform();
        Ok(true)
    }
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
        generation: 1,
        wrapped: vault.wrap(&purpose.context(), secret),
        certificates,
        public_key,
        created_at,
        used_from: created_at,
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
