//! What is demanded of a server's TLS, and by whom.

use std::sync::Arc;

use gateways::{Refusal, Verdict};
use model::{Domain, Timestamp};
use parking_lot::Mutex;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::{CertificateError, ClientConfig, Error};
use trust::TlsFailure;
use wire_trust::tlsa;
use world::{CertificateJudge, Dial, JudgedBy, Shown};

/// What is demanded of a server's TLS. Connections are used again only under the same demand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TlsPolicy {
    /// Nothing: STARTTLS if it is offered, with any certificate; plaintext where it fails (RFC 7435).
    Opportunistic,
    /// Nothing, but what an MTA-STS policy in mode `testing` would demand is noted (RFC 8461 §5).
    Testing {
        /// Whether the policy names the server.
        is_named: bool,
    },
    /// Encryption, with any certificate.
    Encrypt(Demander),
    /// A certificate for the host's name from an authority that we trust.
    Verify(Demander),
    /// A certificate that fits a TLSA record (RFC 7672).
    Dane {
        /// The usable records.
        records: Vec<tlsa::Record>,
        /// The names for which an authority may have issued it: the server's and the recipients' domain.
        names: Vec<Domain>,
    },
    /// A certificate of the servers of an integrated organisation; ours is shown to them.
    Gateway {
        /// Whose.
        peer: gateways::Peer,
        /// The server's name, where that is certain.
        host: Option<Domain>,
    },
}

/// Who demands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Demander {
    /// TLSA records of the recipients' domain.
    Dane,
    /// The recipients' domain by its MTA-STS policy.
    MtaSts,
    /// The sender (RFC 8689).
    RequireTls,
    /// Our operator, by the settings.
    Operator,
    /// Our operator, by a rule for relays.
    Route,
}

impl Demander {
    fn label(self) -> Option<&'static str> {
        match self {
            Demander::Dane => Some("DANE"),
            Demander::MtaSts => Some("MTA-STS"),
            Demander::RequireTls => Some("REQUIRETLS"),
            Demander::Route => Some("route"),
            Demander::Operator => None,
        }
    }
}

impl TlsPolicy {
    /// Whether mail goes out without TLS rather than not at all.
    pub fn allows_plaintext(&self) -> bool {
        matches!(self, TlsPolicy::Opportunistic | TlsPolicy::Testing { .. })
    }

    /// Whether the certificate says who the server is.
    pub fn verifies(&self) -> bool {
        matches!(self, TlsPolicy::Verify(_) | TlsPolicy::Dane { .. } | TlsPolicy::Gateway { .. })
    }

    /// The word for the trail.
    pub fn label(&self) -> Option<&'static str> {
        match self {
            TlsPolicy::Opportunistic => None,
            TlsPolicy::Testing { .. } => Some("MTA-STS testing"),
            TlsPolicy::Encrypt(demander) | TlsPolicy::Verify(demander) => demander.label(),
            TlsPolicy::Dane { .. } => Some("DANE"),
            TlsPolicy::Gateway { .. } => Some("gateway"),
        }
    }

    /// TLS settings for one connection, and where it notes what would have been wrong.
    pub(crate) fn client_config(
        &self,
        dial: &Dial,
        certificate: Option<&Arc<dyn ResolvesClientCert>>,
        seen: Option<&Seen>,
    ) -> Result<(Arc<ClientConfig>, Noted), Error> {
        let noted = Noted::default();
        let config = match self {
            TlsPolicy::Opportunistic | TlsPolicy::Encrypt(_) => dial.tls_opportunistic(),
            TlsPolicy::Verify(_) => dial.tls_verified(),
            TlsPolicy::Dane { records, names } => {
                Arc::new(trust::dane::client_config(records.clone(), names)?)
            }
            TlsPolicy::Gateway { peer, host } => {
                let mut config = dial.tls_verified().as_ref().clone();
                let (noted, seen) = (noted.clone(), seen.cloned().unwrap_or_default());
                let judge = Identifies { peer: peer.clone(), host: host.clone(), noted, seen };
                let verifier = JudgedBy::new(judge, config.crypto_provider().clone());
                config.dangerous().set_certificate_verifier(verifier);
                if let Some(certificate) = certificate {
                    config.client_auth_cert_resolver = certificate.clone();
                }
                // A resumed session shows no certificate, and another one may be declared by now.
                config.resumption = rustls::client::Resumption::disabled();
                Arc::new(config)
            }
            TlsPolicy::Testing { .. } => {
                let mut config = dial.tls_verified().as_ref().clone();
                let judge = Lenient { strict: dial.verifier(), noted: noted.clone() };
                let verifier = JudgedBy::new(judge, config.crypto_provider().clone());
                config.dangerous().set_certificate_verifier(verifier);
                // A resumed session shows no certificate.
                config.resumption = rustls::client::Resumption::disabled();
                Arc::new(config)
            }
        };
        Ok((config, noted))
    }
}

/// What a lenient handshake saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    failure: Arc<Mutex<Option<TlsFailure>>>,
    why: Arc<Mutex<Option<String>>>,
}

impl Noted {
    pub(crate) fn failure(&self) -> Option<TlsFailure> {
        *self.failure.lock()
    }

    /// Why a certificate was refused, in better words than the TLS library has.
    pub(crate) fn why(&self) -> Option<String> {
        self.why.lock().clone()
    }
}

/// Takes the certificates of an integrated organisation.
#[derive(Debug)]
struct Identifies {
    peer: gateways::Peer,
    host: Option<Domain>,
    noted: Noted,
    seen: Seen,
}

/// The certificate that an integrated organisation's server showed, and what was said of it.
pub(crate) type Seen = Arc<Mutex<Option<ShownCertificate>>>;

/// A certificate as a server showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCertificate {
    /// What it says; `None` if it cannot be read.
    pub certificate: Option<gateways::Certificate>,
    /// Whether it is one that was declared.
    pub verdict: Verdict,
}

impl CertificateJudge for Identifies {
    fn judge(&self, shown: &Shown<'_>) -> Result<(), Error> {
        let chain: Vec<_> = std::iter::once(shown.end_entity).chain(shown.intermediates).cloned().collect();
        let now = Timestamp(i64::try_from(shown.now.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000));
        let verdict = self.peer.judge(&chain, now, self.host.as_ref());
        let certificate = gateways::Certificate::read(shown.end_entity);
        *self.seen.lock() = Some(ShownCertificate { certificate, verdict: verdict.clone() });
        let refusal = match verdict {
            Verdict::Identified(_) => return Ok(()),
            Verdict::Refused(refusal) => refusal,
        };
        *self.noted.why.lock() = Some(refusal.to_string());
        Err(Error::InvalidCertificate(match refusal {
            Refusal::Expired => CertificateError::Expired,
            Refusal::NotYetValid => CertificateError::NotValidYet,
            Refusal::SelfSigned | Refusal::UnknownAuthority { .. } => CertificateError::UnknownIssuer,
            Refusal::WrongName { .. } => CertificateError::NotValidForName,
            Refusal::NoCertificate | Refusal::Unreadable => CertificateError::BadEncoding,
            Refusal::Unfit { .. } => CertificateError::ApplicationVerificationFailure,
        }))
    }
}

/// Takes every certificate and notes what a strict one would have said.
#[derive(Debug)]
struct Lenient {
    strict: Arc<dyn ServerCertVerifier>,
    noted: Noted,
}

impl CertificateJudge for Lenient {
    fn judge(&self, shown: &Shown<'_>) -> Result<(), Error> {
        if let Err(error) = shown.ask(self.strict.as_ref()) {
            *self.noted.failure.lock() = Some(TlsFailure::of_handshake(&error));
        }
        Ok(())
    }
}
