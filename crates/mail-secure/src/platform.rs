//! The platform's own keys for secure letters: what signs envelopes, what seals evidence and letters, what signs the
//! public log. Made when they are first needed, the same on every node.

use std::sync::Arc;

use db::{Db, Tx};
use model::{Address, Timestamp};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
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
    /// Signs the checkpoints of the public log: a seed of Ed25519.
    pub log_seed: Zeroizing<[u8; 32]>,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Envelope,
    Log,
    Seal,
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Envelope, Purpose::Log, Purpose::Seal];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Purpose::Envelope => "envelope",
            Purpose::Log => "log",
            Purpose::Seal => "seal",
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
            let now = world.clock.now();
            // Another node may have been faster: its keys count.
            db.operator("make the platform's keys for secure letters")
                .write(move |tx: &mut Tx| {
                    let made = Purpose::ALL.into_iter().zip(&fresh);
                    made.into_iter().try_for_each(|(purpose, key)| rows::add_key(tx, purpose, key, now))
                })
                .await?;
            kept = read(db).await?;
        }
        let mut opened = Vec::new();
        for (purpose, key) in Purpose::ALL.into_iter().zip(kept) {
            let key = key.ok_or(SecureError::Keys("a key is missing"))?;
            opened.push((vault.unwrap(&purpose.context(), &key.wrapped)?, key));
        }
        let [(envelope, envelope_kept), (log, _), (seal, seal_kept)] =
            opened.try_into().map_err(|_| SecureError::Keys("a key is missing"))?;
        let envelope = EnvelopeSigner::from_pkcs8(&envelope)
            .map_err(|_| SecureError::Keys("the key of envelopes is damaged"))?;
        let public: [u8; 32] = envelope_kept.public_key[..]
            .try_into()
            .map_err(|_| SecureError::Keys("the key of envelopes is damaged"))?;
        let chain = Certificate::from_pem(&seal_kept.certificates)
            .map_err(|_| SecureError::Keys("the seal's certificate is damaged"))?;
        let seal =
            Signer::from_pkcs8(&seal, chain).map_err(|_| SecureError::Keys("the seal's key is damaged"))?;
        let seal_name = hex(&seal.certificate().sha256()[..8]);
        let log_seed = log[..].try_into().map_err(|_| SecureError::Keys("the log's key is damaged"))?;
        Ok(Platform {
            envelope,
            envelope_keys: vec![EnvelopeKey::new(public)],
            seal,
            seal_name,
            log_seed: Zeroizing::new(log_seed),
        })
    }
}

async fn read(db: &Db) -> Result<Vec<Option<KeptKey>>, SecureError> {
    db.operator("read the platform's keys for secure letters")
        .read(|tx: &mut Tx| Purpose::ALL.into_iter().map(|purpose| rows::key(tx, purpose)).collect())
        .await
}

/// New keys, in the order of [`Purpose::ALL`].
fn fresh(world: &World, vault: &keys::Vault, settings: &Settings) -> Result<[KeptKey; 3], SecureError> {
    let seed = || {
        let mut seed = Zeroizing::new([0; 32]);
        world.random.fill(&mut seed[..]);
        seed
    };
    let broken = |_| SecureError::Keys("a key of envelopes cannot be made");
    let envelope = EnvelopeSigner::generate(&seed()).map_err(broken)?;
    let pkcs8 = envelope.to_pkcs8().map_err(|_| SecureError::Keys("a key of envelopes cannot be written"))?;
    let (seal, certificates) = fresh_seal(world.clock.now(), settings)
        .map_err(|source| SecureError::Certificate { source: Arc::new(source) })?;
    let wrap = |purpose: Purpose, secret: &[u8]| vault.wrap(&purpose.context(), secret);
    Ok([
        KeptKey {
            wrapped: wrap(Purpose::Envelope, &pkcs8),
            certificates: String::new(),
            public_key: envelope.key().octets().to_vec(),
        },
        KeptKey {
            wrapped: wrap(Purpose::Log, &seed()[..]),
            certificates: String::new(),
            public_key: Vec::new(),
        },
        KeptKey { wrapped: wrap(Purpose::Seal, &seal), certificates, public_key: Vec::new() },
    ])
}

/// A key that seals, with a certificate of a root made for it alone: PKCS#8, and both certificates as PEM. The root's
/// key is forgotten: what it vouches for is this one seal.
fn fresh_seal(now: Timestamp, settings: &Settings) -> Result<(Zeroizing<Vec<u8>>, String), rcgen::Error> {
    let mut root = parameters(now, limits::SEAL_ROOT_LIFE, &format!("{} – racine du sceau", settings.issuer));
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let root_certificate = root.self_signed(&root_key)?;
    let mut seal = parameters(now, limits::SEAL_LIFE, &format!("{} – sceau", settings.issuer));
    seal.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    seal.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    seal.subject_alt_names = san(&settings.from)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = seal.signed_by(&key, &Issuer::new(root, root_key))?;
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
    // A little earlier: other clocks are not ours.
    parameters.not_before = moment(now.minus(std::time::Duration::from_secs(300)));
    parameters.not_after = moment(now.plus(life));
    parameters.use_authority_key_identifier_extension = true;
    parameters
}
