//! DANE for SMTP (RFC 7672): what signed DNS says of a server's certificate, and whether a certificate fits.

use std::sync::Arc;

use aws_lc_rs::digest;
use model::Domain;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, Error, OtherError, RootCertStore};
use thiserror::Error;
use wire_trust::tlsa::Record;
use world::{CertificateJudge, JudgedBy, LookupError, Names, RData, RecordType, Shown};
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
    let judge = Judge { records, names, provider: provider.clone() };
    Ok(ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(JudgedBy::new(judge, provider))
        .with_no_client_auth())
}

#[derive(Debug)]
struct Judge {
    records: Vec<Record>,
    names: Vec<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Judge {
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

    fn judge_by_authority(
        &self,
        authorities: Vec<CertificateDer<'static>>,
        shown: &Shown<'_>,
    ) -> Result<(), Error> {
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
            let Shown { end_entity, intermediates, now, .. } = *shown;
            match (Shown { end_entity, intermediates, name, ocsp_response: &[], now }).ask(verifier.as_ref())
            {
                Ok(()) => return Ok(()),
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

impl CertificateJudge for Judge {
    fn judge(&self, shown: &Shown<'_>) -> Result<(), Error> {
        // RFC 7672 §3.1.1: with DANE-EE neither names nor dates of the certificate count.
        let mut own = self.records.iter().filter(|record| record.usage == DANE_EE);
        if own.any(|record| fits(record, shown.end_entity)) {
            return Ok(());
        }
        let authorities = self.authorities(shown.intermediates);
        if authorities.is_empty() {
            return Err(CertificateError::Other(OtherError(Arc::new(NoMatch))).into());
        }
        self.judge_by_authority(authorities, shown)
    }
}

#[cfg(test)]
mod tests;
