//! How TLS with another server fails, in the words of RFC 8460.

use std::fmt;

use rustls::{CertificateError, Error};

/// A result type of RFC 8460 §4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsFailure {
    /// STARTTLS is not offered, or refused.
    StarttlsNotSupported,
    /// The certificate is for other names, or the server is not one that the policy names.
    CertificateHostMismatch,
    /// The certificate has expired, or is not valid yet.
    CertificateExpired,
    /// No authority that we trust, or that DNS names, vouches for it.
    CertificateNotTrusted,
    /// Another reason.
    ValidationFailure,
    /// None of the TLSA records fits the certificate.
    TlsaInvalid,
    /// What DNS says is not authentic.
    DnssecInvalid,
    /// DANE is demanded, and DNS has no usable TLSA records for the server.
    DaneRequired,
    /// The MTA-STS policy cannot be fetched.
    StsPolicyFetchError,
    /// The MTA-STS policy breaks the grammar.
    StsPolicyInvalid,
    /// The certificate of the policy's web server is not valid.
    StsWebpkiInvalid,
}

impl TlsFailure {
    /// The word that reports carry.
    pub fn as_str(self) -> &'static str {
        match self {
            TlsFailure::StarttlsNotSupported => "starttls-not-supported",
            TlsFailure::CertificateHostMismatch => "certificate-host-mismatch",
            TlsFailure::CertificateExpired => "certificate-expired",
            TlsFailure::CertificateNotTrusted => "certificate-not-trusted",
            TlsFailure::ValidationFailure => "validation-failure",
            TlsFailure::TlsaInvalid => "tlsa-invalid",
            TlsFailure::DnssecInvalid => "dnssec-invalid",
            TlsFailure::DaneRequired => "dane-required",
            TlsFailure::StsPolicyFetchError => "sts-policy-fetch-error",
            TlsFailure::StsPolicyInvalid => "sts-policy-invalid",
            TlsFailure::StsWebpkiInvalid => "sts-webpki-invalid",
        }
    }

    /// Why a handshake failed.
    pub fn of_handshake(error: &Error) -> TlsFailure {
        let Error::InvalidCertificate(certificate) = error else { return TlsFailure::ValidationFailure };
        match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFailure::CertificateExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFailure::CertificateHostMismatch
            }
            CertificateError::UnknownIssuer | CertificateError::Revoked | CertificateError::BadSignature => {
                TlsFailure::CertificateNotTrusted
            }
            CertificateError::Other(other) if other.0.is::<crate::dane::NoMatch>() => TlsFailure::TlsaInvalid,
            _ => TlsFailure::ValidationFailure,
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
