//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677): pure, no rows.
//!
//! Channel binding is not offered (no `-PLUS`): a client that asks for it is refused, one that could but
//! thinks we cannot (`y`) is right.

use std::net::IpAddr;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use subtle::ConstantTimeEq;

use super::AuthProtocol;
use crate::limits;

/// The client's first message:
/// `gs2-cbind-flag "," [authzid] "," [reserved-mext ","] username "," nonce ["," extensions]`.
pub(super) struct ClientFirst {
    pub(super) authorise_as: String,
    pub(super) login: String,
    gs2_header: String,
    bare: String,
    nonce: String,
}

impl ClientFirst {
    pub(super) fn parse(message: &[u8]) -> Result<ClientFirst, &'static str> {
        if message.len() > limits::SASL_MESSAGE_LIMIT_OCTETS {
            return Err("a message is too long");
        }
        let text = std::str::from_utf8(message).map_err(|_| "a message is UTF-8")?;
        let (flag, rest) = text.split_once(',').ok_or("a message begins with a GS2 header (RFC 5802 §7)")?;
        match flag {
            "n" | "y" => {}
            flag if flag.starts_with("p=") => return Err("channel binding is not offered here"),
            _ => return Err("a message begins with a GS2 header (RFC 5802 §7)"),
        }
        let (authorise_as, bare) =
            rest.split_once(',').ok_or("a GS2 header ends with a comma (RFC 5802 §7)")?;
        let authorise_as = match authorise_as {
            "" => String::new(),
            other => name(other.strip_prefix("a=").ok_or("an authorisation identity begins with a=")?)?,
        };
        let mut attributes = bare.split(',');
        let login = match attributes.next() {
            // RFC 5802 §5.1: m= is reserved for mandatory extensions, which nobody knows yet.
            Some(first) if first.starts_with("m=") => return Err("a mandatory extension is unknown"),
            Some(first) => name(first.strip_prefix("n=").ok_or("a user name begins with n=")?)?,
            None => return Err("a user name is missing"),
        };
        let nonce =
            attributes.next().and_then(|nonce| nonce.strip_prefix("r=")).ok_or("a nonce is missing")?;
        if nonce.is_empty() || !nonce.bytes().all(is_nonce_octet) {
            return Err("a nonce has printable characters (RFC 5802 §7)");
        }
        if login.is_empty() {
            return Err("a user name is missing");
        }
        Ok(ClientFirst {
            authorise_as,
            login,
            gs2_header: text[..text.len() - bare.len()].to_owned(),
            bare: bare.to_owned(),
            nonce: nonce.to_owned(),
        })
    }
}

/// `saslname`: commas and equals signs are written =2C and =3D.
fn name(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('=');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escaped, rest) = match (part.strip_prefix("2C"), part.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            _ => return Err("a name writes = as =3D and , as =2C (RFC 5802 §5.1)"),
        };
        name.push(escaped);
        name.push_str(rest);
    }
    if name.contains('\0') { Err("a name has no NUL") } else { Ok(name) }
}

/// `printable`: %x21-2B / %x2D-7E.
fn is_nonce_octet(octet: u8) -> bool {
    (0x21..=0x7e).contains(&octet) && octet != b','
}

/// A SCRAM login between the server's first and the client's final message.
pub struct ScramExchange {
    pub(super) login: String,
    pub(super) protocol: AuthProtocol,
    pub(super) source: IpAddr,
    gs2_header: String,
    client_first_bare: String,
    nonce: String,
    server_first: String,
}

/// What is wrong with a final message.
pub(super) enum ProofTrouble {
    /// Its grammar.
    Malformed(&'static str),
    /// What it says.
    Wrong(&'static str),
}

impl ScramExchange {
    pub(super) fn begin(
        first: ClientFirst,
        random: &[u8],
        salt: &[u8],
        iterations: u32,
        protocol: AuthProtocol,
        source: IpAddr,
    ) -> (String, ScramExchange) {
        let nonce = format!("{}{}", first.nonce, BASE64.encode(random));
        let server_first = format!("r={nonce},s={},i={iterations}", BASE64.encode(salt));
        let exchange = ScramExchange {
            login: first.login,
            protocol,
            source,
            gs2_header: first.gs2_header,
            client_first_bare: first.bare,
            nonce,
            server_first: server_first.clone(),
        };
        (server_first, exchange)
    }

    /// Reads `channel-binding "," nonce ["," extensions] "," proof`.
    pub(super) fn proof(&self, client_final: &[u8]) -> Result<Proof, ProofTrouble> {
        use ProofTrouble::{Malformed, Wrong};
        if client_final.len() > limits::SASL_MESSAGE_LIMIT_OCTETS {
            return Err(Malformed("a message is too long"));
        }
        let text = std::str::from_utf8(client_final).map_err(|_| Malformed("a message is UTF-8"))?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or(Malformed("a proof is missing"))?;
        let mut attributes = without_proof.split(',');
        let binding = attributes
            .next()
            .and_then(|binding| binding.strip_prefix("c="))
            .and_then(|binding| BASE64.decode(binding).ok())
            .ok_or(Malformed("a final message begins with the channel binding"))?;
        let nonce = attributes
            .next()
            .and_then(|nonce| nonce.strip_prefix("r="))
            .ok_or(Malformed("a nonce is missing"))?;
        let proof: [u8; 32] = BASE64
            .decode(proof)
            .ok()
            .and_then(|proof| proof.try_into().ok())
            .ok_or(Malformed("a proof has 32 octets"))?;
        // RFC 5802 §6: what was said first is said again here, under the proof.
        if binding != self.gs2_header.as_bytes() {
            return Err(Wrong("the channel binding differs from the first message"));
        }
        if nonce != self.nonce {
            return Err(Wrong("the nonce differs from ours"));
        }
        let message = format!("{},{},{without_proof}", self.client_first_bare, self.server_first);
        Ok(Proof { proof, message })
    }
}

/// A client's proof, and the AuthMessage that it is about.
pub(super) struct Proof {
    proof: [u8; 32],
    message: String,
}

impl Proof {
    /// Whether the client knows the ClientKey behind this StoredKey (RFC 5802 §3), in constant time.
    pub(super) fn is_made_with(&self, stored_key: &[u8]) -> bool {
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stored_key), self.message.as_bytes());
        let mut client_key = self.proof;
        for (octet, mask) in client_key.iter_mut().zip(signature.as_ref()) {
            *octet ^= mask;
        }
        digest::digest(&digest::SHA256, &client_key).as_ref().ct_eq(stored_key).into()
    }

    /// `v=` and the ServerSignature.
    pub(super) fn server_final(&self, server_key: &[u8]) -> String {
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, server_key), self.message.as_bytes());
        format!("v={}", BASE64.encode(signature.as_ref()))
    }
}

#[cfg(test)]
mod tests;
