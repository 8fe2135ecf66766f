//! A small certificate authority of our own, for the demo and for an installation without certificates.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::Timestamp;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::{KeyError, limits};

/// How long the authority itself lives.
const AUTHORITY_YEARS: i64 = 10;
/// How long a server's certificate lives: some clients refuse more than 398 days.
const SERVER_LIFE: Duration = Duration::from_secs(397 * 86_400);
/// A server's certificate with less than this left is made anew.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 86_400);

/// The authority whose certificate and key lie in a directory.
pub struct Authority {
    directory: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    /// Whose servers it vouches for, as their certificates say it.
    organisation: Option<String>,
}

impl Authority {
    /// Loads the authority of `directory` (`ca.pem`, `ca.key`), or makes it there.
    pub fn open(directory: &Path, now: Timestamp) -> Result<Authority, KeyError> {
        let certificate_file = directory.join("ca.pem");
        let key_file = directory.join("ca.key");
        if !certificate_file.exists() {
            make_authority(&certificate_file, &key_file, now)?;
        }
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|error| KeyError::Read {
                path: path.to_owned(),
                source: rustls::pki_types::pem::Error::Io(error),
            })
        };
        let making = |source| KeyError::Make { name: AUTHORITY_NAME.to_owned(), source };
        let certificate = CertificateDer::from_pem_file(&certificate_file)
            .map_err(|source| KeyError::Read { path: certificate_file.clone(), source })?;
        let key = KeyPair::from_pem(&read(&key_file)?).map_err(making)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(making)?;
        Ok(Authority { directory: directory.to_owned(), issuer, certificate, organisation: None })
    }

    /// Names in the certificates that it makes from now on whose servers they are of (`O=`, at most 64 characters are
    /// taken: RFC 5280 appendix A.1, ub-organization-name), so that whoever compares a certificate reads it.
    pub fn of_organisation(mut self, name: &str) -> Authority {
        let name: String = name.chars().take(limits::ORGANISATION_NAME_CHARACTERS).collect();
        self.organisation = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        self
    }

    /// The file with the authority's certificate.
    pub fn certificate_file(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// The authority's certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    /// The files of a certificate and key for `names` (host names and IP addresses): those of earlier if
    /// they cover the same names for a while yet, otherwise new ones.
    pub fn server_certificate(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<(PathBuf, PathBuf), KeyError> {
        let certificate_file = self.directory.join("server.pem");
        let key_file = self.directory.join("server.key");
        if !serves(&certificate_file, names, self.organisation.as_deref(), now) {
            self.issue(names, now, &certificate_file, &key_file)?;
        }
        Ok((certificate_file, key_file))
    }

    /// A certificate for one name that is kept nowhere but in memory, with its key.
    pub fn mint(&self, name: &str, now: Timestamp) -> Result<CertifiedKey, KeyError> {
        let (certificate, key) = self.certify(&[name.to_owned()], now, limits::MINTED_LIFE)?;
        let chain = vec![certificate.der().clone()];
        let pkcs8 = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        CertifiedKey::from_der(chain, pkcs8, &aws_lc_rs::default_provider())
            .map_err(|source| KeyError::Unusable { path: name.into(), source })
    }

    fn issue(
        &self,
        names: &[String],
        now: Timestamp,
        certificate_file: &Path,
        key_file: &Path,
    ) -> Result<(), KeyError> {
        let (certificate, key) = self.certify(names, now, SERVER_LIFE)?;
        // The key first: a certificate without its key would look finished to the next start.
        write(key_file, &key.serialize_pem(), 0o600)?;
        write(certificate_file, &certificate.pem(), 0o644)
    }

    fn certify(
        &self,
        names: &[String],
        now: Timestamp,
        life: Duration,
    ) -> Result<(Certificate, KeyPair), KeyError> {
        let name = names.first().cloned().unwrap_or_default();
        let making = |source| KeyError::Make { name: name.clone(), source };
        let mut parameters = CertificateParams::default();
        for name in names {
            parameters.subject_alt_names.push(match name.parse() {
                Ok(ip) => SanType::IpAddress(ip),
                Err(_) => SanType::DnsName(Ia5String::try_from(name.as_str()).map_err(making)?),
            });
        }
        parameters.distinguished_name = common_name(&name);
        if let Some(organisation) = &self.organisation {
            parameters.distinguished_name.push(DnType::OrganizationName, organisation.as_str());
        }
        // A day back: the clocks of others may be behind ours.
        (parameters.not_before, parameters.not_after) =
            (day(now.minus(Duration::from_secs(86_400))), day(now.plus(life)));
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // Integrated organisations see it as a client's, when we deliver to them.
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        parameters.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(making)?;
        let certificate = parameters.signed_by(&key, &self.issuer).map_err(making)?;
        Ok((certificate, key))
    }
}

const AUTHORITY_NAME: &str = "Relais local authority";

fn make_authority(certificate_file: &Path, key_file: &Path, now: Timestamp) -> Result<(), KeyError> {
    let making = |source| KeyError::Make { name: AUTHORITY_NAME.to_owned(), source };
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = common_name(AUTHORITY_NAME);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let life = Duration::from_secs(AUTHORITY_YEARS as u64 * 365 * 86_400);
    (parameters.not_before, parameters.not_after) =
        (day(now.minus(Duration::from_secs(86_400))), day(now.plus(life)));
    let key = KeyPair::generate().map_err(making)?;
    let certificate = parameters.self_signed(&key).map_err(making)?;
    write(key_file, &key.serialize_pem(), 0o600)?;
    write(certificate_file, &certificate.pem(), 0o644)
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn day(moment: Timestamp) -> time::OffsetDateTime {
    let civil = moment.civil();
    date_time_ymd(civil.year as i32, civil.month as u8, civil.day as u8)
}

/// Whether the certificate in `file` names exactly `names` and this organisation, and is good for a while yet.
fn serves(file: &Path, names: &[String], organisation: Option<&str>, now: Timestamp) -> bool {
    let Ok(certificate) = CertificateDer::from_pem_file(file) else { return false };
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(&certificate) else { return false };
    let Ok(Some(alternatives)) = parsed.subject_alternative_name() else { return false };
    let named = parsed.subject().iter_organization().next().and_then(|name| name.as_str().ok());
    if named != organisation {
        return false;
    }
    let mut found: Vec<String> = alternatives
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            x509_parser::extensions::GeneralName::DNSName(name) => Some((*name).to_owned()),
            x509_parser::extensions::GeneralName::IPAddress(octets) => match octets.len() {
                4 => {
                    <[u8; 4]>::try_from(*octets).ok().map(|octets| std::net::IpAddr::from(octets).to_string())
                }
                _ => <[u8; 16]>::try_from(*octets)
                    .ok()
                    .map(|octets| std::net::IpAddr::from(octets).to_string()),
            },
            _ => None,
        })
        .collect();
    let mut wanted = names.to_vec();
    found.sort();
    wanted.sort();
    found == wanted && parsed.validity().not_after.timestamp() > now.plus(RENEW_BEFORE).seconds()
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), KeyError> {
    let new = path.with_extension("new");
    let attempt = || -> io::Result<()> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let _ = fs::remove_file(&new);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    attempt().map_err(|source| KeyError::Write { path: path.to_owned(), source })
}
