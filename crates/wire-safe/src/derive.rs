//! From shares to keys: HKDF with SHA-256 (RFC 5869), each key under its own label and bound to the header.

use aws_lc_rs::aead::{Algorithm, LessSafeKey, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use zeroize::Zeroizing;

use crate::secret::RecipientSecret;
use crate::shares::{MailShare, StoreShare};

/// What the shares give for one header.
pub(crate) struct Keys {
    /// Encrypts the chunks.
    pub(crate) content: Zeroizing<[u8; 32]>,
    /// Says which keys are the right ones before anything is decrypted: AES-GCM alone would accept a ciphertext that was
    /// made to open under two keys.
    pub(crate) commitment: [u8; 32],
}

/// The shares in the order of the format: mail | store | recipient's secret.
fn shares(mail: &MailShare, store: &StoreShare, secret: Option<&RecipientSecret>) -> Zeroizing<Vec<u8>> {
    // Of full size from the start: growing would leave a copy behind.
    let mut all = Zeroizing::new(Vec::with_capacity(96));
    all.extend_from_slice(mail.octets());
    all.extend_from_slice(store.octets());
    if let Some(secret) = secret {
        all.extend_from_slice(secret.octets());
    }
    all
}

impl Keys {
    pub(crate) fn new(
        salt: &[u8; 32],
        header_digest: &[u8; 32],
        mail: &MailShare,
        store: &StoreShare,
        secret: Option<&RecipientSecret>,
    ) -> Result<Keys, Unspecified> {
        let shares = shares(mail, store, secret);
        let mut content = Zeroizing::new([0; 32]);
        expand(salt, &shares, &[b"SEM1 content", header_digest], &mut content)?;
        let mut commitment = [0; 32];
        expand(salt, &shares, &[b"SEM1 commitment", header_digest], &mut commitment)?;
        Ok(Keys { content, commitment })
    }
}

/// The salt of a new envelope. It depends on the letter too: should the same randomness ever come twice (a retry, a copied
/// virtual machine), another letter has another salt, hence another key, and no nonce is used twice under one key. Without the
/// shares it says nothing about the letter.
pub(crate) fn salt(
    mail: &MailShare,
    store: &StoreShare,
    secret: Option<&RecipientSecret>,
    randomness: &[u8; 32],
    letter_digest: &[u8; 32],
) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &shares(mail, store, secret));
    let mut context = hmac::Context::with_key(&key);
    for part in [b"SEM1 salt".as_slice(), randomness, letter_digest] {
        context.update(part);
    }
    let mut salt = [0; 32];
    salt.copy_from_slice(context.sign().as_ref());
    salt
}

struct Octets(usize);

impl hkdf::KeyType for Octets {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Extract and HKDF-Expand in one.
pub(crate) fn expand(
    salt: &[u8],
    secret: &[u8],
    info: &[&[u8]],
    key: &mut [u8; 32],
) -> Result<(), Unspecified> {
    let length = Octets(key.len());
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret).expand(info, length)?.fill(key)
}

pub(crate) fn cipher(key: &[u8; 32], algorithm: &'static Algorithm) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(algorithm, key)?))
}
