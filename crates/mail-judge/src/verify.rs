//! One signature of DKIM or ARC against its key: what is hashed, and the cryptography (RFC 6376 §6.1).

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use trust::DkimResult;
use wire_mime::Field;
use wire_trust::dkim::{
    Algorithm, Canonicalization, KeyRecord, KeyType, Signature, canonical_field, without_signature,
};
use world::{LookupError, Names};

use crate::limits::{RSA_KEY_LEAST_OCTETS, RSA_KEY_WANTED_OCTETS};

/// A result that is no pass, and why.
pub(crate) type Flaw = (DkimResult, String);

/// The key at `selector._domainkey.domain`.
pub(crate) async fn key(names: &Names, selector: &str, domain: &str) -> Result<KeyRecord, Flaw> {
    let flaw = |why: &str| (DkimResult::PermError, why.to_owned());
    let name = format!("{selector}._domainkey.{domain}");
    let texts = match names.texts(&name).await {
        Ok(texts) => texts,
        Err(error @ LookupError::Later { .. }) => return Err((DkimResult::TempError, error.to_string())),
        Err(_) => return Err((DkimResult::PermError, format!("there is no key at {name}"))),
    };
    let mut fault = flaw("there is no key");
    // RFC 6376 §3.6.2.2: with several records the result is undefined; the first that can be used counts.
    for text in texts.iter().take(5) {
        match std::str::from_utf8(text).map(KeyRecord::parse) {
            Ok(Ok(key)) if key.is_revoked() => fault = flaw("the key was taken back"),
            Ok(Ok(key)) if !key.serves_mail() => fault = flaw("the key is not for this"),
            Ok(Ok(key)) => return Ok(key),
            Ok(Err(broken)) => fault = flaw(&format!("the key record is broken {broken}")),
            Err(_) => fault = flaw("the key record is no text"),
        }
    }
    Err(fault)
}

/// The fields of a letter, found by name: made once for all its signatures.
pub(crate) struct Header<'a> {
    fields: Vec<Field<'a>>,
    /// Lower-case name → its fields' places, the lowest in the header first.
    by_name: HashMap<Vec<u8>, Vec<usize>>,
}

impl<'a> Header<'a> {
    pub(crate) fn new(header: &'a [u8]) -> Header<'a> {
        let fields: Vec<_> = wire_mime::fields(header).collect();
        let mut by_name: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (place, field) in fields.iter().enumerate().rev() {
            by_name.entry(field.name.to_ascii_lowercase()).or_default().push(place);
        }
        Header { fields, by_name }
    }

    /// Every field in order.
    pub(crate) fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The fields of that name, which is lower case, the topmost first.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Field<'a>> {
        let places = self.by_name.get(name.as_bytes()).map_or(&[][..], Vec::as_slice);
        places.iter().rev().map(|&place| &self.fields[place])
    }

    /// The bytes that a signature over header fields covers (RFC 6376 §3.7, §5.4.2). `own` is the signature's field.
    pub(crate) fn signed(&self, own: &Field<'_>, signature: &Signature) -> Vec<u8> {
        let mut data = Vec::with_capacity(2048);
        // What is left of the fields of a name, from the bottom.
        let mut left: HashMap<&str, std::slice::Iter<'_, usize>> = HashMap::new();
        for name in &signature.fields {
            let places = left
                .entry(name)
                .or_insert_with(|| self.by_name.get(name.as_bytes()).map_or(&[][..], Vec::as_slice).iter());
            // A field that is not there is signed as absent.
            if let Some(&place) = places.next() {
                let field = &self.fields[place];
                add(&mut data, field, field.value, signature.header_form);
                data.extend_from_slice(b"\r\n");
            }
        }
        add(&mut data, own, &without_signature(own.value), signature.header_form);
        data
    }
}

/// A field in canonical form.
pub(crate) fn add(data: &mut Vec<u8>, field: &Field<'_>, value: &[u8], form: Canonicalization) {
    // The simple form keeps blanks before the colon.
    let name = field.raw.split(|&octet| octet == b':').next().unwrap_or(field.name);
    canonical_field(name, value, form, &mut |bytes| data.extend_from_slice(bytes));
}

/// Whether `signature` over `data` was made with the key. `Ok` says what is weak about it, if anything.
pub(crate) fn verify(
    algorithm: Algorithm,
    key: &KeyRecord,
    data: &[u8],
    signature: &[u8],
) -> Result<&'static str, Flaw> {
    let holds = match (algorithm, key.key_type) {
        // RFC 8301 §3.1: must not be taken for a valid signature.
        (Algorithm::RsaSha1, _) => {
            return Err((DkimResult::Policy, "SHA-1 proves nothing any more".to_owned()));
        }
        (Algorithm::RsaSha256, KeyType::Rsa) => {
            if signature.len() < RSA_KEY_LEAST_OCTETS {
                // RFC 8301 §3.2.
                let bits = signature.len() * 8;
                return Err((DkimResult::Policy, format!("an RSA key of {bits} bits is too short")));
            }
            let key =
                UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, &key.public_key);
            key.verify(data, signature).is_ok()
        }
        (Algorithm::Ed25519Sha256, KeyType::Ed25519) => {
            // RFC 8463 §3: PureEdDSA of the hash.
            let hash = digest(&SHA256, data);
            UnparsedPublicKey::new(&ED25519, &key.public_key).verify(hash.as_ref(), signature).is_ok()
        }
        _ => return Err((DkimResult::PermError, "the key is of another kind than the signature".to_owned())),
    };
    match (holds, algorithm) {
        (false, _) => Err((DkimResult::Fail, "the signature does not fit the header".to_owned())),
        (true, Algorithm::RsaSha256) if signature.len() < RSA_KEY_WANTED_OCTETS => {
            Ok("the RSA key is shorter than 2048 bits")
        }
        (true, _) => Ok(""),
    }
}
