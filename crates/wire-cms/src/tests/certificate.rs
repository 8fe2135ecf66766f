//! What a certificate says of itself.

use super::lab::{Lab, NOW, Wish};
use crate::certificate::{Certificate, NotACertificate, hexadecimal};
use crate::limits;

#[test]
fn names_fingerprints_and_serial_are_those_that_openssl_shows() {
    let lab = Lab::new();
    let certificate = lab.openssl_signer(
        "mail.example.com",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "subjectAltName=DNS:mail.example.com,DNS:*.example.com,IP:192.0.2.7,IP:2001:db8::7,email:post@example.com\n",
    );
    assert_eq!(certificate.subject(), "CN=mail.example.com,O=Lab,C=CH");
    assert_eq!(certificate.issuer(), "CN=Lab-CA");
    assert_eq!(certificate.common_name().as_deref(), Some("mail.example.com"));
    assert_eq!(certificate.dns_names(), ["mail.example.com", "*.example.com"]);
    assert_eq!(certificate.email_addresses(), ["post@example.com"]);
    let addresses: Vec<String> = certificate.ip_addresses().iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.7", "2001:db8::7"]);

    let plain = |text: String| text.trim().rsplit('=').next().unwrap().replace(':', "").to_lowercase();
    let show = |what: &str| plain(lab.openssl(&format!("x509 -in mail.example.com.pem -noout {what}")));
    assert_eq!(hexadecimal(&certificate.sha256()), show("-fingerprint -sha256"));
    assert_eq!(hexadecimal(&certificate.sha1()), show("-fingerprint -sha1"));
    assert_eq!(certificate.serial(), show("-serial"));
    assert_eq!(certificate.pem().into_bytes(), lab.read("mail.example.com.pem"));
    assert!(!certificate.is_authority() && !certificate.is_self_issued());
    let authority = lab.certificate("ca.pem");
    assert!(authority.is_authority() && authority.is_self_issued());
}

#[test]
fn a_pem_text_gives_its_certificates_in_order() {
    let (first, second) = (Wish::leaf("first").alone().certificate, Wish::leaf("second").alone().certificate);
    let text = format!(
        "Bag Attributes\r\n{}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n{}",
        first.pem(),
        second.pem().replace('\n', "\r\n")
    );
    assert_eq!(Certificate::from_pem(&text).unwrap(), [first.clone(), second]);
    for wrong in
        ["", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----"]
    {
        assert!(matches!(Certificate::from_pem(wrong), Err(NotACertificate::Pem)), "{wrong}");
    }
    let many = first.pem().repeat(limits::CERTIFICATES + 1);
    assert!(matches!(Certificate::from_pem(&many), Err(NotACertificate::TooMany)));
    let endless = format!("-----BEGIN CERTIFICATE-----\n{}", "AAAA\n".repeat(limits::CERTIFICATE_BYTES));
    assert!(matches!(Certificate::from_pem(&endless), Err(NotACertificate::TooLong(_))));
}

#[test]
fn a_certificate_cut_anywhere_or_with_more_behind_it_is_none() {
    let whole = Wish::leaf("whole").alone().certificate.der().to_vec();
    for end in 0..whole.len() {
        assert!(Certificate::from_der(&whole[..end]).is_err(), "{end}");
    }
    assert!(Certificate::from_der(&[whole.as_slice(), b"\0"].concat()).is_err());
}

#[test]
fn every_flipped_bit_is_unreadable_or_makes_the_signature_wrong() {
    let party = Wish::authority("root").alone();
    let whole = party.certificate.der().to_vec();
    party.certificate.verify_signed_by(&party.certificate).unwrap();
    for place in 0..whole.len() * 8 {
        let mut other = whole.clone();
        other[place / 8] ^= 1 << (place % 8);
        if let Ok(other) = Certificate::from_der(&other) {
            assert!(other.verify_signed_by(&party.certificate).is_err(), "bit {place}");
        }
    }
}

#[test]
fn validity_is_in_milliseconds() {
    let certificate = Wish::leaf("dated").alone().certificate;
    assert_eq!(NOW.0 - certificate.not_before().0, 10 * super::lab::DAY);
    assert_eq!(certificate.not_after().0 - NOW.0, 100 * super::lab::DAY);
}

#[test]
fn certificates_under_every_algorithm_that_counts_are_verified() {
    let rsa = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
    let pss = |digest| format!("-{digest} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest");
    for (key, options, counts) in [
        ("-algorithm ED25519", String::new(), true),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha256".into(), true),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha384".into(), true),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-sha512".into(), false),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha1".into(), false),
        (rsa, "-sha256".into(), true),
        (rsa, "-sha384".into(), true),
        (rsa, "-sha512".into(), true),
        (rsa, "-sha1".into(), false),
        (rsa, pss("sha256"), true),
        (rsa, pss("sha384"), true),
        (rsa, pss("sha512"), true),
        (rsa, "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:7".into(), false),
        (
            rsa,
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sigopt rsa_mgf1_md:sha512"
                .into(),
            false,
        ),
        ("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", pss("sha256"), true),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "-sha256".into(), false),
    ] {
        let lab = Lab::new();
        lab.openssl(&format!("genpkey {key} -out key"));
        lab.openssl(format!("req -x509 -new -key key -subj /CN=root -out pem {options}").trim_end());
        let certificate = lab.certificate("pem");
        let verified = certificate.verify_signed_by(&certificate);
        assert_eq!(verified.is_ok(), counts, "{key} {options}: {verified:?}");
    }
}
