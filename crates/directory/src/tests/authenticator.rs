//! An authenticator in memory, that makes and shows passkeys (WebAuthn Level 3 §6): what a telephone does.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) const HOST: &str = "mail.relais.test";
pub(super) const ORIGIN: &str = "https://mail.relais.test";

pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    handle: String,
    counter: u32,
    pub(super) verifies_user: bool,
    pub(super) origin: &'static str,
}

fn base64(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

impl Authenticator {
    pub(super) fn new(id: &str) -> Authenticator {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Authenticator {
            key,
            id: id.as_bytes().to_vec(),
            handle: String::new(),
            counter: 0,
            verifies_user: true,
            origin: ORIGIN,
        }
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let verified = if self.verifies_user { 0x04 } else { 0 };
        let mut data = digest(&SHA256, HOST.as_bytes()).as_ref().to_vec();
        data.push(0x01 | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = &options["publicKey"]["challenge"];
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false}).to_string()
    }

    /// What `navigator.credentials.create` gives.
    pub(super) fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.handle = options["publicKey"]["user"]["id"].as_str().unwrap().to_owned();
        // An uncompressed point: 04, x, y.
        let point = self.key.public_key().as_ref().to_vec();
        let mut data = self.data(0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // RFC 9053 §7.1.1 in CBOR: kty EC2, alg ES256, crv P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend(&data);
        let client_data = self.client_data("webauthn.create", &options);
        json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {
                "attestationObject": base64(&attestation),
                "clientDataJSON": base64(client_data.as_bytes()),
            },
            "extensions": {},
        })
        .to_string()
    }

    /// What `navigator.credentials.get` gives.
    pub(super) fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let data = self.data(0);
        let client_data = self.client_data("webauthn.get", &options);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client_data.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {
                "authenticatorData": base64(&data),
                "clientDataJSON": base64(client_data.as_bytes()),
                "signature": base64(signature.as_ref()),
                "userHandle": self.handle,
            },
            "extensions": {},
        })
        .to_string()
    }
}
