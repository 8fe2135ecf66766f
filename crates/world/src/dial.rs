//! Outgoing connections and the TLS settings they use.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::net::{TcpSocket, TcpStream, UnixStream};

use crate::certificate::{CertificateJudge, JudgedBy, Shown};

/// The addresses that outgoing connections come from; the system chooses where none is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceAddresses {
    /// For IPv4 peers.
    pub v4: Option<Ipv4Addr>,
    /// For IPv6 peers.
    pub v6: Option<Ipv6Addr>,
}

/// The TLS library refuses our settings.
#[derive(Debug, Error)]
#[error("cannot set up TLS for outgoing connections")]
pub struct TlsSetupError(#[from] rustls::Error);

/// Dials peers.
#[derive(Clone)]
pub struct Dial {
    source: SourceAddresses,
    opportunistic: Arc<ClientConfig>,
    verified: Arc<ClientConfig>,
    verifier: Arc<WebPkiServerVerifier>,
}

impl Dial {
    /// Dials from `source`, trusting the system's certificate authorities and those of Mozilla.
    pub fn new(source: SourceAddresses) -> Result<Dial, TlsSetupError> {
        Dial::trusting(source, &[])
    }

    /// [`Dial::new`] that also trusts `authorities`, such as the demo's own.
    pub fn trusting(
        source: SourceAddresses,
        authorities: &[CertificateDer<'static>],
    ) -> Result<Dial, TlsSetupError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::debug!(%error, "a certificate of the system was not read");
        }
        roots.add_parsable_certificates(native.certs);
        for authority in authorities {
            roots.add(authority.clone())?;
        }
        let builder =
            || ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        let verified = builder()?.with_webpki_verifier(verifier.clone()).with_no_client_auth();
        let opportunistic = builder()?
            .dangerous()
            .with_custom_certificate_verifier(JudgedBy::new(AnyCertificate, provider.clone()))
            .with_no_client_auth();
        Ok(Dial { source, opportunistic: Arc::new(opportunistic), verified: Arc::new(verified), verifier })
    }

    /// Connects within `limit`, from this machine's usual address.
    pub async fn connect(&self, peer: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
        self.connect_from(None, peer, limit).await
    }

    /// Connects within `limit` from `source`, an address of this machine of the peer's family; from the usual one
    /// where none is given.
    pub async fn connect_from(
        &self,
        source: Option<IpAddr>,
        peer: SocketAddr,
        limit: Duration,
    ) -> io::Result<TcpStream> {
        let (socket, usual) = match peer {
            SocketAddr::V4(_) => (TcpSocket::new_v4()?, self.source.v4.map(IpAddr::V4)),
            SocketAddr::V6(_) => (TcpSocket::new_v6()?, self.source.v6.map(IpAddr::V6)),
        };
        if let Some(source) = source.or(usual) {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        let stream = tokio::time::timeout(limit, socket.connect(peer))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the connection was not made in time"))??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Connects to a neighbour on this machine by its socket's path.
    pub async fn connect_local(&self, path: &Path) -> io::Result<UnixStream> {
        UnixStream::connect(path).await
    }

    /// Whether this machine has an address, so that connections can come from it.
    pub fn has(&self, address: IpAddr) -> bool {
        let socket = match address {
            IpAddr::V4(_) => TcpSocket::new_v4(),
            IpAddr::V6(_) => TcpSocket::new_v6(),
        };
        socket.and_then(|socket| socket.bind(SocketAddr::new(address, 0))).is_ok()
    }

    /// Encrypts without asking who the peer is: better than nothing on port 25 (RFC 7435).
    pub fn tls_opportunistic(&self) -> Arc<ClientConfig> {
        self.opportunistic.clone()
    }

    /// What [`Dial::tls_verified`] asks, for those who want to know its answer and go on.
    pub fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        self.verifier.clone()
    }

    /// Demands a certificate of the named host from a trusted authority.
    pub fn tls_verified(&self) -> Arc<ClientConfig> {
        self.verified.clone()
    }
}

/// Takes every certificate.
#[derive(Debug)]
struct AnyCertificate;

impl CertificateJudge for AnyCertificate {
    fn judge(&self, _: &Shown<'_>) -> Result<(), rustls::Error> {
        Ok(())
    }
}
