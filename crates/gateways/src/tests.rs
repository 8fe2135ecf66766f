//! Certificates made here, and what is said of them; integrations on each engine.

mod administering;
mod identifying;
mod judging;

use model::{Domain, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;

use crate::{Authorities, Fingerprint, Identity};

/// Noon of a day in 2026.
const NOW: Timestamp = Timestamp(1_780_000_000_000);
const DAY: i64 = 24 * 60 * 60;

fn at(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NOW.0 / 1000 + days * DAY).unwrap()
}

/// One who issues certificates.
struct Issues {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// What a certificate shall be.
struct Wanted {
    names: &'static [&'static str],
    common_names: &'static [&'static str],
    from_day: i64,
    to_day: i64,
    purposes: Vec<ExtendedKeyUsagePurpose>,
}

/// For these names, valid from yesterday for ninety days, for servers only.
fn server(names: &'static [&'static str]) -> Wanted {
    let purposes = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Wanted { names, common_names: &[], from_day: -1, to_day: 90, purposes }
}

impl Wanted {
    fn parameters(&self) -> CertificateParams {
        let names: Vec<String> = self.names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.distinguished_name = subject(self.common_names);
        (parameters.not_before, parameters.not_after) = (at(self.from_day), at(self.to_day));
        parameters.extended_key_usages.clone_from(&self.purposes);
        parameters
    }

    fn self_signed(&self) -> CertificateDer<'static> {
        self.parameters().self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }
}

fn subject(common_names: &[&str]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Muster AG");
    for (at, common) in common_names.iter().enumerate() {
        match at {
            0 => name.push(DnType::CommonName, DnValue::Utf8String((*common).to_owned())),
            // The library keeps one value of each kind; a second common name by its object identifier.
            _ => name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), DnValue::Utf8String((*common).to_owned())),
        }
    }
    name
}

impl Issues {
    fn root(name: &str) -> Issues {
        Issues::root_until(name, 3650, None)
    }

    fn root_until(name: &str, days: i64, only_below: Option<&str>) -> Issues {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = subject(&[name]);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (parameters.not_before, parameters.not_after) = (at(-300), at(days));
        parameters.name_constraints = only_below.map(|name| NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
            excluded_subtrees: Vec::new(),
        });
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        Issues { certificate, issuer: Issuer::new(parameters, key) }
    }

    /// One that this one vouches for.
    fn below(&self, name: &str, to_day: i64) -> Issues {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = subject(&[name]);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (parameters.not_before, parameters.not_after) = (at(-300), at(to_day));
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap().der().clone();
        Issues { certificate, issuer: Issuer::new(parameters, key) }
    }

    fn issue(&self, wanted: &Wanted) -> CertificateDer<'static> {
        wanted.parameters().signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().der().clone()
    }

    fn trusted(&self) -> Authorities {
        let mut authorities = Authorities::none();
        assert!(authorities.add(&self.certificate));
        authorities
    }
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn named(name: &str) -> Identity {
    Identity::Name(domain(name))
}

fn pinned(certificate: &CertificateDer<'_>) -> Identity {
    Identity::Fingerprint(Fingerprint::of(certificate))
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    crate::Certificate::read(certificate).unwrap().pem()
}
