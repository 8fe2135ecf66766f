//! Whose certificate is taken: one verifier for every client. It leaves the certificate to a judge, and always demands that
//! the server holds its key.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// What a server shows in a handshake.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Its own certificate.
    pub end_entity: &'a CertificateDer<'a>,
    /// What is to lead from there to an authority.
    pub intermediates: &'a [CertificateDer<'a>],
    /// The name by which it was asked for.
    pub name: &'a ServerName<'a>,
    /// What the authority says of it now (RFC 6960); often empty.
    pub ocsp_response: &'a [u8],
    /// When.
    pub now: UnixTime,
}

impl Shown<'_> {
    /// What another verifier says of it.
    pub fn ask(&self, verifier: &dyn ServerCertVerifier) -> Result<(), Error> {
        let Shown { end_entity, intermediates, name, ocsp_response, now } = self;
        verifier.verify_server_cert(end_entity, intermediates, name, ocsp_response, *now).map(drop)
    }
}

/// Decides whether a server's certificate is taken.
pub trait CertificateJudge: fmt::Debug + Send + Sync {
    /// An error ends the handshake.
    fn judge(&self, shown: &Shown<'_>) -> Result<(), Error>;
}

/// Takes the certificates that `judge` takes.
#[derive(Debug)]
pub struct JudgedBy<J> {
    judge: J,
    provider: Arc<CryptoProvider>,
}

impl<J: CertificateJudge> JudgedBy<J> {
    /// For a client's settings.
    pub fn new(judge: J, provider: Arc<CryptoProvider>) -> Arc<JudgedBy<J>> {
        Arc::new(JudgedBy { judge, provider })
    }
}

impl<J: CertificateJudge> ServerCertVerifier for JudgedBy<J> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge.judge(&Shown { end_entity, intermediates, name, ocsp_response, now })?;
        Ok(ServerCertVerified::assertion())
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
