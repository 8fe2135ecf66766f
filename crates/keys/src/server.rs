//! What our doors show to those who connect.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use moka::sync::Cache;
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SignatureScheme};
use tracing::warn;
use world::Clock;

use crate::{Authority, KeyError, limits};

/// Certificates with their keys, shown by every door by the name that a peer asks for (SNI, RFC 6066 §3),
/// replaceable while connections go on.
#[derive(Clone)]
pub struct ServerTls {
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

/// A pair of files and what they hold.
struct Pair {
    certificate_file: PathBuf,
    key_file: PathBuf,
    loaded: ArcSwap<Loaded>,
}

struct Loaded {
    key: Arc<CertifiedKey>,
    /// The names of the certificate, in lower case; `*.example.org` for any one label.
    names: Vec<String>,
}

struct Shown {
    /// The first is shown where no name fits.
    pairs: Vec<Pair>,
    mint: Option<Mint>,
}

/// Our own authority, which vouches for hosts of hosted domains.
struct Mint {
    authority: Authority,
    clock: Clock,
    hosts: ArcSwap<HashSet<String>>,
    minted: Cache<String, Arc<CertifiedKey>>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("certificates", &self.pairs.len()).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase);
        Some(self.choose(name.as_deref()))
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.choose(None))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl Shown {
    fn choose(&self, name: Option<&str>) -> Arc<CertifiedKey> {
        let default = || self.pairs[0].loaded.load().key.clone();
        let Some(name) = name else { return default() };
        for pair in &self.pairs {
            let loaded = pair.loaded.load();
            if loaded.names.iter().any(|known| covers(known, name)) {
                return loaded.key.clone();
            }
        }
        self.mint.as_ref().and_then(|mint| mint.certificate(name)).unwrap_or_else(default)
    }
}

impl Mint {
    fn certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        if !self.hosts.load().contains(name) {
            return None;
        }
        if let Some(known) = self.minted.get(name) {
            return Some(known);
        }
        match self.authority.mint(name, self.clock.now()) {
            Ok(minted) => {
                let minted = Arc::new(minted);
                self.minted.insert(name.to_owned(), minted.clone());
                Some(minted)
            }
            Err(error) => {
                warn!(error = %model::Chain(&error), name, "cannot make a certificate");
                None
            }
        }
    }
}

/// RFC 6125 §6.4.3: a wildcard stands for one whole label, the first.
fn covers(known: &str, name: &str) -> bool {
    match known.strip_prefix("*.") {
        None => known == name,
        Some(rest) => name.split_once('.').is_some_and(|(label, above)| !label.is_empty() && above == rest),
    }
}

impl ServerTls {
    /// Reads a chain (the server's own certificate first) and its key.
    pub fn from_files(certificate_file: &Path, key_file: &Path) -> Result<ServerTls, KeyError> {
        ServerTls::build(&[(certificate_file, key_file)], None)
    }

    /// Several chains with their keys: each is shown to who asks for one of its names, the first to all others.
    pub fn from_pairs(files: &[(&Path, &Path)]) -> Result<ServerTls, KeyError> {
        ServerTls::build(files, None)
    }

    /// [`ServerTls::from_files`], and certificates of our own authority for the hosts of
    /// [`ServerTls::vouch_for`], made when somebody asks for them.
    pub fn with_authority(
        certificate_file: &Path,
        key_file: &Path,
        authority: Authority,
        clock: Clock,
    ) -> Result<ServerTls, KeyError> {
        let mint = Mint {
            authority,
            clock,
            hosts: ArcSwap::default(),
            minted: Cache::builder()
                .max_capacity(limits::MINTED_LIMIT)
                .time_to_live(limits::MINTED_FOR)
                .build(),
        };
        ServerTls::build(&[(certificate_file, key_file)], Some(mint))
    }

    fn build(files: &[(&Path, &Path)], mint: Option<Mint>) -> Result<ServerTls, KeyError> {
        let mut pairs = Vec::new();
        for (certificate_file, key_file) in files {
            pairs.push(Pair {
                certificate_file: certificate_file.to_path_buf(),
                key_file: key_file.to_path_buf(),
                loaded: ArcSwap::from_pointee(load(certificate_file, key_file)?),
            });
        }
        let Some(first) = pairs.first() else { return Err(KeyError::Empty { path: PathBuf::new() }) };
        let key_file = first.key_file.clone();
        let shown = Arc::new(Shown { pairs, mint });
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| KeyError::Unusable { path: key_file, source })?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        Ok(ServerTls { shown, config: Arc::new(config) })
    }

    /// The settings for a TLS acceptor; later reloads show through it.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// [`ServerTls::config`] for a door that asks clients for a certificate, which `verifier` takes or not. Sessions of
    /// other doors are not resumed there, nor the other way.
    pub fn config_asking(
        &self,
        verifier: Arc<dyn ClientCertVerifier>,
    ) -> Result<Arc<ServerConfig>, KeyError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| KeyError::Unusable { path: self.shown.pairs[0].key_file.clone(), source })?
            .with_client_cert_verifier(verifier)
            .with_cert_resolver(self.shown.clone());
        Ok(Arc::new(config))
    }

    /// The first certificate, for servers that want to know who we are; later reloads show through it.
    pub fn as_client(&self) -> Arc<dyn ResolvesClientCert> {
        self.shown.clone()
    }

    /// The chain that is shown to who asks for no name, our own certificate first, and our own authority where that one
    /// vouches for it: what others need to check it.
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        let mut chain = self.shown.choose(None).cert.clone();
        chain.extend(self.shown.mint.as_ref().map(|mint| mint.authority.certificate()));
        chain
    }

    /// The certificate that is shown to who asks for `name`, without what certifies it: what a TLSA record of
    /// that host describes.
    pub fn certificate_for(&self, name: &str) -> CertificateDer<'static> {
        let chosen = self.shown.choose(Some(&name.to_ascii_lowercase()));
        chosen.cert.first().cloned().expect("invariant: a chain that was loaded has a certificate")
    }

    /// The hosts for which our own authority vouches from now on; nothing without one.
    pub fn vouch_for(&self, hosts: HashSet<String>) {
        if let Some(mint) = &self.shown.mint {
            mint.hosts.store(Arc::new(hosts));
        }
    }

    /// Reads all files again; on an error the former certificates stay in use.
    pub fn reload(&self) -> Result<(), KeyError> {
        let mut fresh = Vec::new();
        for pair in &self.shown.pairs {
            fresh.push(Arc::new(load(&pair.certificate_file, &pair.key_file)?));
        }
        for (pair, loaded) in self.shown.pairs.iter().zip(fresh) {
            pair.loaded.store(loaded);
        }
        Ok(())
    }
}

fn load(certificate_file: &Path, key_file: &Path) -> Result<Loaded, KeyError> {
    let read = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::Read { path, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate_file)
        .and_then(Iterator::collect)
        .map_err(read(certificate_file))?;
    let Some(own) = chain.first() else {
        return Err(KeyError::Empty { path: certificate_file.to_owned() });
    };
    let names = names_of(own);
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(read(key_file))?;
    let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
        .map_err(|source| KeyError::Unusable { path: key_file.to_owned(), source })?;
    Ok(Loaded { key: Arc::new(key), names })
}

/// The host names of a certificate (RFC 5280 §4.2.1.6).
fn names_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else { return Vec::new() };
    let Ok(Some(alternatives)) = parsed.subject_alternative_name() else { return Vec::new() };
    let names = alternatives.value.general_names.iter();
    names
        .filter_map(|name| match name {
            x509_parser::extensions::GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}
