//! The master key, and what is wrapped with it: secrets that may lie in the database because the database alone
//! does not open them.
//!
//! The master key lies in a file of its own (`keys/vault.key`, mode 0600), never in the database, never in a blob.
//! Its first line is the key in use; lines below it are former keys, which open and no longer close. Every node of an
//! installation needs the same file.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest;
use thiserror::Error;
use world::Random;
use zeroize::Zeroizing;

use crate::limits;

/// Octets of a key.
const KEY_BYTES: usize = 32;
/// Octets that a wrapped secret is longer than the secret: version, key id, nonce, tag.
const OVERHEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_LEN + 16;
/// Octets by which a key is told from others.
const KEY_ID_BYTES: usize = 8;
/// The only form of a wrapped secret so far.
const VERSION: u8 = 1;

/// What opens wrapped secrets; cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Vec<MasterKey>>,
    random: Random,
}

struct MasterKey {
    id: [u8; KEY_ID_BYTES],
    key: LessSafeKey,
}

/// The vault cannot be opened, or does not open something.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The file cannot be read or written.
    #[error("cannot read or write the master key in {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file is no key.
    #[error("line {line} of {path} is no master key: 64 hexadecimal digits are")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The secret was wrapped with a key that the file does not have.
    #[error("the secret was wrapped with master key {id}, which this node does not have")]
    UnknownKey {
        /// The key's id in hexadecimal digits.
        id: String,
    },
    /// It was changed, belongs to something else, or is none.
    #[error("the wrapped secret is damaged or belongs to something else")]
    Damaged,
}

impl Vault {
    /// Opens the file, or makes one with a fresh key.
    pub fn open(path: &Path, random: Random) -> Result<Vault, VaultError> {
        let file = |source| VaultError::File { path: path.to_owned(), source };
        if !path.exists() {
            make(path, &random).map_err(file)?;
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(file)?);
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line_is_bad = || VaultError::Line { path: path.to_owned(), line: index + 1 };
            if line.trim().is_empty() {
                continue;
            }
            if keys.len() >= limits::MASTER_KEYS_LIMIT {
                return Err(line_is_bad());
            }
            let bytes = from_hex(line.trim()).ok_or_else(line_is_bad)?;
            keys.push(MasterKey::new(&bytes));
        }
        if keys.is_empty() {
            return Err(VaultError::Line { path: path.to_owned(), line: 1 });
        }
        Ok(Vault { keys: Arc::new(keys), random })
    }

    /// A vault whose key is known to everybody: for tests.
    pub fn testing() -> Vault {
        Vault::with_key(&[7; KEY_BYTES], Random::real())
    }

    /// A vault with one key that lies nowhere: for tests.
    pub fn with_key(key: &[u8; KEY_BYTES], random: Random) -> Vault {
        Vault { keys: Arc::new(vec![MasterKey::new(key)]), random }
    }

    /// The id of the key in use, in hexadecimal digits: public, it stands in envelopes.
    pub fn key_id(&self) -> String {
        self.keys.first().map(|key| hex(&key.id)).unwrap_or_default()
    }

    /// Wraps a secret; it is opened with the same `context` only. The context says what it is for and whose it is,
    /// and needs not be secret.
    pub fn wrap(&self, context: &str, secret: &[u8]) -> Vec<u8> {
        let Some(master) = self.keys.first() else { unreachable!("a vault has at least one key") };
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut wrapped = Vec::with_capacity(secret.len() + OVERHEAD_BYTES);
        wrapped.push(VERSION);
        wrapped.extend_from_slice(&master.id);
        wrapped.extend_from_slice(&nonce);
        let mut sealed = secret.to_vec();
        let aad = Aad::from(context.as_bytes());
        master
            .key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("a secret is far below what AES-GCM takes");
        wrapped.append(&mut sealed);
        wrapped
    }

    /// Opens what [`Vault::wrap`] wrapped for the same context.
    pub fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (version, rest) = wrapped.split_first().ok_or(VaultError::Damaged)?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(VaultError::Damaged)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Damaged)?;
        if *version != VERSION {
            return Err(VaultError::Damaged);
        }
        let master = self
            .keys
            .iter()
            .find(|key| key.id == *id)
            .ok_or_else(|| VaultError::UnknownKey { id: hex(id) })?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let aad = Aad::from(context.as_bytes());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length =
            master.key.open_in_place(nonce, aad, &mut opened).map_err(|_| VaultError::Damaged)?.len();
        opened.truncate(length);
        Ok(opened)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("key", &self.key_id()).finish_non_exhaustive()
    }
}

impl MasterKey {
    fn new(bytes: &[u8; KEY_BYTES]) -> MasterKey {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"relais master key\0");
        context.update(bytes);
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&context.finish().as_ref()[..KEY_ID_BYTES]);
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("a key of 32 octets is one of AES-256");
        MasterKey { id, key: LessSafeKey::new(key) }
    }
}

/// The key of one body at rest: random, used once, so that its nonce is fixed.
pub struct BodyKey(Zeroizing<[u8; KEY_BYTES]>);

/// Octets that a closed body is longer than the body.
pub const BODY_OVERHEAD_BYTES: usize = 16;

impl BodyKey {
    /// A new one.
    pub fn fresh(random: &Random) -> BodyKey {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        random.fill(&mut key[..]);
        BodyKey(key)
    }

    /// One that was wrapped in the vault.
    pub fn unwrap(vault: &Vault, context: &str, wrapped: &[u8]) -> Result<BodyKey, VaultError> {
        let bytes = vault.unwrap(context, wrapped)?;
        let bytes: [u8; KEY_BYTES] = bytes[..].try_into().map_err(|_| VaultError::Damaged)?;
        Ok(BodyKey(Zeroizing::new(bytes)))
    }

    /// Wraps it in the vault.
    pub fn wrap(&self, vault: &Vault, context: &str) -> Vec<u8> {
        vault.wrap(context, &self.0[..])
    }

    /// Closes a body; to be called once for each key.
    pub fn close(&self, mut body: Vec<u8>) -> Vec<u8> {
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        self.key()
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut body)
            .expect("a body is far below what AES-GCM takes");
        body
    }

    /// Opens it.
    pub fn open(&self, mut body: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let opened = self.key().open_in_place(nonce, Aad::empty(), &mut body);
        let length = opened.map_err(|_| VaultError::Damaged)?.len();
        body.truncate(length);
        Ok(body)
    }

    fn key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &self.0[..]).expect("a key of 32 octets is one of AES-256");
        LessSafeKey::new(key)
    }
}

/// Writes a fresh key to a new name and renames it, so that a crash leaves a whole file or none. Of two processes
/// that make one at the same time the first one counts: the link of the second is refused.
fn make(path: &Path, random: &Random) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    random.fill(&mut key[..]);
    let mut suffix = [0; 8];
    random.fill(&mut suffix);
    let fresh = path.with_extension(hex(&suffix));
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(Zeroizing::new(hex(&key[..]) + "\n").as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        done => done?,
    }
    if let Some(directory) = path.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    if text.len() != 2 * KEY_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(key)
}
