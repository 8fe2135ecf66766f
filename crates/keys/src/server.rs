//! What our doors show to those who connect.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::KeyError;

/// A certificate with its key, shown by every door, replaceable while connections go on.
#[derive(Clone)]
pub struct ServerTls {
    certificate_file: PathBuf,
    key_file: PathBuf,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Shown(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl ServerTls {
    /// Reads a chain (the server's own certificate first) and its key.
    pub fn from_files(certificate_file: &Path, key_file: &Path) -> Result<ServerTls, KeyError> {
        let shown = Arc::new(Shown(ArcSwap::from_pointee(load(certificate_file, key_file)?)));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| KeyError::Unusable { path: key_file.to_owned(), source })?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        Ok(ServerTls {
            certificate_file: certificate_file.to_owned(),
            key_file: key_file.to_owned(),
            shown,
            config: Arc::new(config),
        })
    }

    /// The settings for a TLS acceptor; later reloads show through it.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// Reads both files again; on an error the former certificate stays in use.
    pub fn reload(&self) -> Result<(), KeyError> {
        self.shown.0.store(Arc::new(load(&self.certificate_file, &self.key_file)?));
        Ok(())
    }
}

fn load(certificate_file: &Path, key_file: &Path) -> Result<CertifiedKey, KeyError> {
    let read = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::Read { path, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate_file)
        .and_then(Iterator::collect)
        .map_err(read(certificate_file))?;
    if chain.is_empty() {
        return Err(KeyError::Empty { path: certificate_file.to_owned() });
    }
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(read(key_file))?;
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
        .map_err(|source| KeyError::Unusable { path: key_file.to_owned(), source })
}
