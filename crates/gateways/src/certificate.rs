//! What a certificate says, for people: subject, names, fingerprints, dates.

use aws_lc_rs::digest;
use base64::Engine;
use model::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::extensions::GeneralName;

use crate::judge::Fingerprint;

/// Characters of a line of PEM (RFC 7468 §2).
const PEM_LINE: usize = 64;

/// A certificate and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The whole, in DER.
    pub der: Vec<u8>,
    /// The subject as RFC 4514 writes it, the most general part first: `C=CH, O=Muster AG, CN=gw1.example.ch`.
    pub subject: String,
    /// The issuer, likewise.
    pub issuer: String,
    /// The DNS names among the alternative names, in lower case.
    pub names: Vec<String>,
    /// The SHA-1 digest in the form of `openssl x509 -fingerprint`; to compare by eye, never to recognise by.
    pub sha1: String,
    /// The SHA-256 digest.
    pub sha256: Fingerprint,
    /// From when it holds.
    pub begins_at: Timestamp,
    /// Until when it holds.
    pub ends_at: Timestamp,
    /// Whether it may vouch for others (RFC 5280 §4.2.1.9).
    pub is_authority: bool,
}

impl Certificate {
    /// Reads one in DER; `None` if it is none.
    pub fn read(der: &[u8]) -> Option<Certificate> {
        let (rest, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let alternatives = parsed.subject_alternative_name().ok().flatten();
        let names = alternatives.iter().flat_map(|extension| &extension.value.general_names);
        let names = names.filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
        let sha1: Vec<String> = sha1.as_ref().iter().map(|octet| format!("{octet:02X}")).collect();
        let at = |time: x509_parser::time::ASN1Time| Timestamp(time.timestamp().saturating_mul(1000));
        Some(Certificate {
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            names: names.collect(),
            sha1: sha1.join(":"),
            sha256: Fingerprint::of(der),
            begins_at: at(parsed.validity().not_before),
            ends_at: at(parsed.validity().not_after),
            is_authority: parsed.is_ca(),
            der: der.to_vec(),
        })
    }

    /// The certificate in PEM (RFC 7468 §5.1).
    pub fn pem(&self) -> String {
        let text = base64::engine::general_purpose::STANDARD.encode(&self.der);
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for (at, letter) in text.chars().enumerate() {
            if at > 0 && at % PEM_LINE == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem + "\n-----END CERTIFICATE-----\n"
    }

    /// Reads the first one of a PEM text; `None` if there is none.
    pub fn read_pem(pem: &str) -> Option<Certificate> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        Certificate::read(&der)
    }
}
