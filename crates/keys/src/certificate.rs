//! What a certificate says, for the diagnosis and for TLSA records.

use aws_lc_rs::digest;
use model::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;

/// What there is to know about a certificate that our doors show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The DNS names that it holds for, in lower case.
    pub names: Vec<String>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The TLSA data that pins its public key (RFC 7671 §5.1): `3 1 1` and the SHA-256 in hexadecimal.
    pub tlsa: String,
}

impl CertificateFacts {
    /// Reads a certificate; `None` if it is none.
    pub fn read(certificate: &CertificateDer<'_>) -> Option<CertificateFacts> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let alternatives = parsed.subject_alternative_name().ok().flatten();
        let names = alternatives.iter().flat_map(|extension| &extension.value.general_names);
        let names = names.filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let key = digest::digest(&digest::SHA256, parsed.public_key().raw);
        let hexadecimal: String = key.as_ref().iter().map(|octet| format!("{octet:02X}")).collect();
        Some(CertificateFacts {
            names: names.collect(),
            ends_at: Timestamp(parsed.validity().not_after.timestamp().saturating_mul(1000)),
            tlsa: format!("3 1 1 {hexadecimal}"),
        })
    }
}
