//! DANE for SMTP (RFC 7672): what signed DNS says of a server's certificate, and whether a certificate fits.

use std::sync::Arc;

use aws_lc_rs::digest;
use model::Domain;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use thiserror::Error;
use wire_trust::tlsa::Record;
use world::{LookupError, Names, RData, RecordType};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::limits::TLSA_LIMIT;

/// RFC 7218 §2.1.
const DANE_TA: u8 = 2;
const DANE_EE: u8 = 3;

/// What TLSA records demand of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: there are none, or the zone is not signed.
    Nothing,
    /// Encryption, with any certificate: there are records, and none that we can use (RFC 7672 §2.2).
    Encryption,
    /// A certificate that fits one of them.
    Certificate(Vec<Record>),
}

/// Looks up what holds for `host`, whose addresses were found to be authentic (RFC 7672 §2.2). An error means
/// that the server must not be used now.
pub async fn look_up(names: &Names, host: &Domain, port: u16) -> Result<Demand, LookupError> {
    let found = match names.look_up_securely(&format!("_{port}._tcp.{host}"), RecordType::TLSA).await {
        Err(LookupError::NoSuchName(_) | LookupError::NoRecords(_)) => return Ok(Demand::Nothing),
        found => found?,
    };
    if !found.is_secure {
        return Ok(Demand::Nothing);
    }
    let records = found.records.iter().filter_map(|record| match record {
        RData::TLSA(tlsa) => Some(Record {
            usage: tlsa.cert_usage.into(),
            selector: tlsa.selector.into(),
            matching: tlsa.matching.into(),
            data: tlsa.cert_data.clone(),
        }),
        _ => None,
    });
    let usable: Vec<Record> = records.filter(is_usable).take(TLSA_LIMIT).collect();
    Ok(match usable.is_empty() {
        true => Demand::Encryption,
        false => Demand::Certificate(usable),
    })
}

/// RFC 7672 §3.1.3: PKIX-TA and PKIX-EE are not used for SMTP; RFC 7671 §4 for unknown numbers and wrong data.
fn is_usable(record: &Record) -> bool {
    let has_length = match record.matching {
        0 => !record.data.is_empty(),
        1 => record.data.len() == 32,
        2 => record.data.len() == 64,
        _ => false,
    };
    matches!(record.usage, DANE_TA | DANE_EE) && record.selector <= 1 && has_length
}

/// No TLSA record fits the certificate.
#[derive(Debug, Error)]
#[error("none of the TLSA records fits the server's certificate")]
pub struct NoMatch;

/// TLS settings that take a certificate if, and only if, one of the `records` fits it. Where a record names an
/// authority, the certificate must be for one of the `names`: the server's, and the recipients' domain
/// (RFC 7672 §3.2.2).
pub fn client_config(records: Vec<Record>, names: &[Domain]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let names = names.iter().filter_map(|name| ServerName::try_from(name.as_str().to_owned()).ok()).collect();
    let verifier = Verifier { records, names, provider: provider.clone() };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

#[derive(Debug)]
struct Verifier {
    records: Vec<Record>,
    names: Vec<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// The certificates of the chain for which a DANE-TA record vouches.
    fn authorities(&self, chain: &[CertificateDer<'_>]) -> Vec<CertificateDer<'static>> {
        let mut found = Vec::new();
        for record in self.records.iter().filter(|record| record.usage == DANE_TA) {
            // RFC 7671 §5.2.2: a whole certificate need not be in the chain.
            if (record.selector, record.matching) == (0, 0) {
                found.push(CertificateDer::from(record.data.clone()));
            }
            found.extend(
                chain.iter().filter(|certificate| fits(record, certificate)).map(|c| c.clone().into_owned()),
            );
        }
        found
    }

    fn verify_by_authority(
        &self,
        authorities: Vec<CertificateDer<'static>>,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities);
        if roots.is_empty() {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        let mut trouble = Error::from(CertificateError::NotValidForName);
        for name in &self.names {
            match verifier.verify_server_cert(end_entity, intermediates, name, &[], now) {
                Ok(verified) => return Ok(verified),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }
}

/// Whether a record is about this certificate (RFC 6698 §2.1).
fn fits(record: &Record, certificate: &CertificateDer<'_>) -> bool {
    let selected = match record.selector {
        0 => Some(certificate.as_ref()),
        // A certificate that cannot be read fits nothing.
        1 => X509Certificate::from_der(certificate)
            .ok()
            .map(|(_, parsed)| parsed.tbs_certificate.subject_pki.raw),
        _ => None,
    };
    let Some(selected) = selected else { return false };
    match record.matching {
        0 => record.data == selected,
        1 => record.data == digest::digest(&digest::SHA256, selected).as_ref(),
        2 => record.data == digest::digest(&digest::SHA512, selected).as_ref(),
        _ => false,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // RFC 7672 §3.1.1: with DANE-EE neither names nor dates of the certificate count.
        let mut own = self.records.iter().filter(|record| record.usage == DANE_EE);
        if own.any(|record| fits(record, end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        let authorities = self.authorities(intermediates);
        if authorities.is_empty() {
            return Err(CertificateError::Other(OtherError(Arc::new(NoMatch))).into());
        }
        self.verify_by_authority(authorities, end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
