//! Authorities, keys and OpenSSL for the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use crate::{Certificate, Signer};

/// 2026-11-23T00:00:00Z.
pub(super) const NOW: Timestamp = Timestamp(1_795_392_000_000);
pub(super) const DAY: i64 = 86_400_000;

/// A folder in which OpenSSL works.
pub(super) struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    pub(super) fn new() -> Lab {
        Lab { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs `openssl` with arguments apart by spaces, in the folder. Says whether it succeeded, and what it said.
    pub(super) fn try_openssl(&self, arguments: &str) -> (bool, String) {
        run(self.folder.path(), "openssl", arguments)
    }

    /// The same where it must succeed.
    pub(super) fn openssl(&self, arguments: &str) -> String {
        let (succeeded, said) = self.try_openssl(arguments);
        assert!(succeeded, "openssl {arguments}: {said}");
        said
    }

    /// A key in `NAME.key` and a certificate from `ca.key`, `ca.pem` in `NAME.pem`, made by OpenSSL.
    pub(super) fn openssl_signer(&self, name: &str, key: &str, extensions: &str) -> Certificate {
        if !self.path("ca.pem").exists() {
            self.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
            self.openssl(
                "req -x509 -new -key ca.key -subj /CN=Lab-CA -days 3650 -out ca.pem -addext keyUsage=critical,keyCertSign",
            );
        }
        self.openssl(&format!("genpkey {key} -out {name}.key"));
        self.openssl(&format!("req -new -key {name}.key -subj /C=CH/O=Lab/CN={name} -out {name}.csr"));
        self.write(&format!("{name}.ext"), extensions);
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile {name}.ext -out {name}.pem"
        ));
        self.certificate(&format!("{name}.pem"))
    }

    pub(super) fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_pem(&String::from_utf8(self.read(name)).unwrap()).unwrap().remove(0)
    }

    /// The key and certificate of [`Lab::openssl_signer`] as ours.
    pub(super) fn signer(&self, name: &str) -> Signer {
        self.openssl(&format!("pkcs8 -topk8 -nocrypt -in {name}.key -outform DER -out {name}.p8"));
        Signer::from_pkcs8(&self.read(&format!("{name}.p8")), vec![self.certificate(&format!("{name}.pem"))])
            .unwrap()
    }
}

pub(super) fn run(folder: &Path, program: &str, arguments: &str) -> (bool, String) {
    let output =
        Command::new(program).args(arguments.split(' ')).current_dir(folder).output().expect(program);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

/// The moment of the machine: what OpenSSL issues is valid from now.
pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(since.as_millis() as i64)
}

/// What makes one certificate different from an ordinary one.
pub(super) struct Wish {
    pub(super) name: &'static str,
    /// Days from [`NOW`].
    pub(super) valid: (i64, i64),
    pub(super) authority: Option<BasicConstraints>,
    pub(super) key_usage: Vec<KeyUsagePurpose>,
    pub(super) purposes: Vec<ExtendedKeyUsagePurpose>,
    pub(super) extension: Option<rcgen::CustomExtension>,
}

impl Wish {
    pub(super) fn leaf(name: &'static str) -> Wish {
        Wish {
            name,
            valid: (-10, 100),
            authority: None,
            key_usage: vec![KeyUsagePurpose::DigitalSignature],
            purposes: Vec::new(),
            extension: None,
        }
    }

    pub(super) fn authority(name: &'static str) -> Wish {
        Wish {
            authority: Some(BasicConstraints::Unconstrained),
            key_usage: vec![KeyUsagePurpose::KeyCertSign],
            ..Wish::leaf(name)
        }
    }

    fn parameters(&self) -> CertificateParams {
        let mut parameters = CertificateParams::new(vec![format!("{}.example.com", self.name)]).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, self.name);
        let day = |days: i64| time::OffsetDateTime::from_unix_timestamp((NOW.0 + days * DAY) / 1000).unwrap();
        (parameters.not_before, parameters.not_after) = (day(self.valid.0), day(self.valid.1));
        parameters.is_ca = self.authority.map_or(IsCa::NoCa, IsCa::Ca);
        parameters.key_usages.clone_from(&self.key_usage);
        parameters.extended_key_usages.clone_from(&self.purposes);
        parameters.custom_extensions = self.extension.clone().into_iter().collect();
        parameters
    }

    /// Signed by itself.
    pub(super) fn alone(&self) -> Party {
        let key = KeyPair::generate().unwrap();
        let certificate = self.parameters().self_signed(&key).unwrap();
        Party::new(self.parameters(), key, &certificate)
    }

    /// Signed by another.
    pub(super) fn under(&self, issuer: &Party) -> Party {
        let key = KeyPair::generate().unwrap();
        let certificate = self.parameters().signed_by(&key, &issuer.issuer()).unwrap();
        Party::new(self.parameters(), key, &certificate)
    }
}

/// A key with its certificate.
pub(super) struct Party {
    parameters: CertificateParams,
    key: KeyPair,
    pub(super) certificate: Certificate,
}

impl Party {
    fn new(parameters: CertificateParams, key: KeyPair, certificate: &rcgen::Certificate) -> Party {
        Party { parameters, key, certificate: Certificate::from_der(certificate.der()).unwrap() }
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::new(self.parameters.clone(), &self.key)
    }

    pub(super) fn signer(&self) -> Signer {
        Signer::from_pkcs8(self.key.serialized_der(), vec![self.certificate.clone()]).unwrap()
    }
}
