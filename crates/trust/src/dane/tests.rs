//! Certificates of every kind against records of every kind.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::UnixTime;
use world::StaticNames;

use super::*;

struct Signed {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn params(name: &str, is_authority: bool) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

fn signed(params: CertificateParams, by: Option<&Signed>) -> Signed {
    let key = KeyPair::generate().unwrap();
    let certificate = match by {
        Some(by) => params.signed_by(&key, &by.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    Signed { certificate: certificate.der().clone(), issuer: Issuer::new(params, key) }
}

fn record(usage: u8, selector: u8, matching: u8, of: &Signed) -> Record {
    let (_, parsed) = X509Certificate::from_der(&of.certificate).unwrap();
    let selected =
        if selector == 0 { of.certificate.as_ref() } else { parsed.tbs_certificate.subject_pki.raw };
    let data = match matching {
        0 => selected.to_vec(),
        1 => digest::digest(&digest::SHA256, selected).as_ref().to_vec(),
        _ => digest::digest(&digest::SHA512, selected).as_ref().to_vec(),
    };
    Record { usage, selector, matching, data }
}

/// What the verifier says of a chain, leaf first: the failure, or `None`.
fn verdict(records: Vec<Record>, chain: &[&Signed]) -> Option<crate::TlsFailure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let names = ["mx.example.test", "example.test"];
    let names = names.map(|name| ServerName::try_from(name).unwrap()).to_vec();
    let judge = Judge { records, names, provider };
    let chain: Vec<_> = chain.iter().map(|signed| signed.certificate.clone()).collect();
    let name = ServerName::try_from("mx.example.test").unwrap();
    let (end_entity, intermediates) = (&chain[0], &chain[1..]);
    judge
        .judge(&Shown { end_entity, intermediates, name: &name, ocsp_response: &[], now: UnixTime::now() })
        .err()
        .map(|error| crate::TlsFailure::of_handshake(&error))
}

fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    params
}

#[test]
fn an_end_entity_record_fits_its_certificate_whatever_its_names_and_dates() {
    let right = signed(expired(params("something.else.test", false)), None);
    let wrong = signed(params("mx.example.test", false), None);
    for selector in [0, 1] {
        for matching in [0, 1, 2] {
            let record = record(3, selector, matching, &right);
            assert_eq!(verdict(vec![record.clone()], &[&right]), None, "3 {selector} {matching}");
            assert_eq!(verdict(vec![record], &[&wrong]), Some(crate::TlsFailure::TlsaInvalid));
        }
    }
    // One of several is enough: keys are rolled over so.
    assert_eq!(verdict(vec![record(3, 1, 1, &wrong), record(3, 1, 1, &right)], &[&right]), None);
}

#[test]
fn an_authority_record_demands_a_chain_names_and_dates() {
    use crate::TlsFailure::*;
    let authority = signed(params("authority.test", true), None);
    let middle = signed(params("middle.test", true), Some(&authority));
    let stranger = signed(params("authority.test", true), None);
    let leaf = signed(params("mx.example.test", false), Some(&middle));
    let of_domain = signed(params("example.test", false), Some(&middle));
    let elsewhere = signed(params("mx.elsewhere.test", false), Some(&middle));
    let old = signed(expired(params("mx.example.test", false)), Some(&middle));
    let forged = signed(params("mx.example.test", false), Some(&stranger));
    for selector in [0, 1] {
        for matching in [0, 1, 2] {
            let top = vec![record(2, selector, matching, &authority)];
            let name = format!("2 {selector} {matching}");
            assert_eq!(verdict(top.clone(), &[&leaf, &middle, &authority]), None, "{name}");
            assert_eq!(verdict(top.clone(), &[&of_domain, &middle, &authority]), None, "{name}");
            assert_eq!(
                verdict(top.clone(), &[&elsewhere, &middle, &authority]),
                Some(CertificateHostMismatch),
                "{name}"
            );
            assert_eq!(
                verdict(top.clone(), &[&old, &middle, &authority]),
                Some(CertificateExpired),
                "{name}"
            );
            assert_eq!(
                verdict(top.clone(), &[&forged, &middle, &authority]),
                Some(CertificateNotTrusted),
                "{name}"
            );
            // An authority in the middle of the chain is one as well.
            assert_eq!(verdict(vec![record(2, selector, matching, &middle)], &[&leaf, &middle]), None);
            // Without the authority in the chain, only the whole certificate in DNS helps.
            let alone = verdict(top, &[&leaf, &middle]);
            assert_eq!(alone, ((selector, matching) != (0, 0)).then_some(TlsaInvalid), "{name}");
        }
    }
    // A record for an authority does not fit the server's own certificate, nor the other way round.
    assert_eq!(verdict(vec![record(2, 1, 1, &leaf)], &[&leaf, &middle]), Some(TlsaInvalid));
    assert_eq!(verdict(vec![record(3, 1, 1, &middle)], &[&leaf, &middle]), Some(TlsaInvalid));
    // Rubbish where a certificate should be.
    let rubbish = Record { usage: 2, selector: 0, matching: 0, data: vec![1, 2, 3] };
    assert_eq!(verdict(vec![rubbish], &[&leaf]), Some(CertificateNotTrusted));
}

#[tokio::test]
async fn what_is_demanded_depends_on_signatures_and_on_usable_records() {
    let host = Domain::parse("mx.example.test").unwrap();
    let digest = "ab".repeat(32);
    let with = |records: &[&str]| {
        records.iter().fold(StaticNames::default().secure(), |names, data| {
            names.with("_25._tcp.mx.example.test", "TLSA", data)
        })
    };
    let ask = async |names: StaticNames| look_up(&Names::fixed(names), &host, 25).await;
    assert_eq!(ask(StaticNames::default()).await, Ok(Demand::Nothing));
    let unsigned =
        StaticNames::default().with("_25._tcp.mx.example.test", "TLSA", &format!("3 1 1 {digest}"));
    assert_eq!(ask(unsigned).await, Ok(Demand::Nothing));
    for unusable in ["0 1 1", "1 1 1", "3 2 1", "3 1 3", "3 1 2", "9 9 9"] {
        assert_eq!(ask(with(&[&format!("{unusable} {digest}")])).await, Ok(Demand::Encryption), "{unusable}");
    }
    let mixed = ask(with(&[&format!("1 1 1 {digest}"), &format!("3 1 1 {digest}")])).await;
    let Ok(Demand::Certificate(records)) = mixed else { panic!("{mixed:?}") };
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].usage, records[0].data.len()), (3, 32));
    let failing = ask(StaticNames::default().failing("_25._tcp.mx.example.test")).await;
    assert!(matches!(failing, Err(LookupError::Later { .. })));
}
