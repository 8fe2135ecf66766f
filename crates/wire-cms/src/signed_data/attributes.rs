//! Attributes beside a signature: what is signed with the content, and what was added later.

use model::Timestamp;
use x509_cert::der::Decode as _;
use x509_cert::time::Time;

use super::CmsError;
use crate::certificate::Certificate;
use crate::der::{self, Item, NotDer, OCTET_STRING, SEQUENCE, SET};
use crate::digest::{self, Digest};
use crate::{limits, oid};

/// The value of the only attribute with this name, which has exactly one value (RFC 5652 §11: each of those that are
/// asked for here must not be there twice, and has one value).
///
/// ```text
/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
/// ```
pub(super) fn find<'a>(
    attributes: &Item<'a>,
    wanted: &[u8],
    name: &'static str,
) -> Result<Option<Item<'a>>, CmsError> {
    let mut found = None;
    for attribute in attributes.items().all(limits::ATTRIBUTES)? {
        let mut items = Item::only(attribute.whole, SEQUENCE)?.items();
        let attribute_name = items.object_identifier()?;
        let values = items.take(SET)?;
        items.end()?;
        if attribute_name != wanted {
            continue;
        }
        let values = values.items().all(limits::ATTRIBUTES)?;
        let [value] = values.as_slice() else { return Err(CmsError::Attribute(name)) };
        if found.replace(*value).is_some() {
            return Err(CmsError::Attribute(name));
        }
    }
    Ok(found)
}

/// The moment of a signing-time attribute (RFC 5652 §11.3).
pub(super) fn read_time(value: &Item<'_>) -> Result<Timestamp, CmsError> {
    let wrong = CmsError::Attribute("signing-time");
    let Ok(time) = Time::from_der(value.whole) else { return Err(wrong) };
    i64::try_from(time.to_unix_duration().as_millis()).map(Timestamp).map_err(|_| wrong)
}

/// The same as UTCTime until 2049, as GeneralizedTime after (RFC 5652 §11.3).
fn write_time(at: Timestamp) -> Vec<u8> {
    let civil = at.civil();
    let rest =
        format!("{:02}{:02}{:02}{:02}{:02}Z", civil.month, civil.day, civil.hour, civil.minute, civil.second);
    if (1950..2050).contains(&civil.year) {
        let text = format!("{:02}{rest}", civil.year % 100);
        der::encode(der::UTC_TIME, &[text.as_bytes()])
    } else {
        let text = format!("{:04}{rest}", civil.year);
        der::encode(der::GENERALIZED_TIME, &[text.as_bytes()])
    }
}

/// The signed attributes, as the SET OF over which the signature is (RFC 5652 §5.4).
///
/// The hash of signing-certificate-v2 is SHA-256, its default, and its issuerSerial is left out: the hash says more.
pub(super) fn signed(
    certificate: &Certificate,
    content_type: &[u8],
    message_digest: &[u8; 32],
    signing_time: Option<Timestamp>,
) -> Vec<u8> {
    let certificate_identifier = der::sequence(&[&der::encode(OCTET_STRING, &[&certificate.sha256()])]);
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &der::object_identifier(content_type)),
        attribute(oid::MESSAGE_DIGEST, &der::encode(OCTET_STRING, &[message_digest])),
        attribute(oid::SIGNING_CERTIFICATE_V2, &der::sequence(&[&der::sequence(&[&certificate_identifier])])),
    ];
    if let Some(at) = signing_time {
        attributes.push(attribute(oid::SIGNING_TIME, &write_time(at)));
    }
    der::set_of(SET, attributes)
}

/// An attribute with one value.
pub(super) fn attribute(name: &[u8], value: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::object_identifier(name), &der::encode(SET, &[value])])
}

/// What signing-certificate or signing-certificate-v2 say of this certificate: the first of their identifiers must be
/// its own (RFC 5035 §5.4.1). `None` if neither is there.
pub(super) fn names_certificate(
    attributes: &Item<'_>,
    certificate: &Certificate,
) -> Result<Option<bool>, CmsError> {
    let second = find(attributes, oid::SIGNING_CERTIFICATE_V2, "signing-certificate-v2")?;
    let first = find(attributes, oid::SIGNING_CERTIFICATE, "signing-certificate")?;
    if second.is_none() && first.is_none() {
        return Ok(None);
    }
    let mut fits = true;
    if let Some(value) = second {
        fits &= names_v2(&value, certificate)?;
    }
    if let Some(value) = first {
        fits &= names_v1(&value, certificate)?;
    }
    Ok(Some(fits))
}

/// ```text
/// SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF … OPTIONAL }
/// ESSCertIDv2 ::= SEQUENCE {
///     hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
///     certHash OCTET STRING,
///     issuerSerial IssuerSerial OPTIONAL }
/// ```
fn names_v2(value: &Item<'_>, certificate: &Certificate) -> Result<bool, CmsError> {
    let mut identifier = first_identifier(value)?;
    let digest = match identifier.optional(SEQUENCE)? {
        Some(algorithm) => Digest::of(&algorithm)?.ok_or(CmsError::DigestAlgorithm)?,
        None => Digest::Sha256,
    };
    let hash = identifier.take(OCTET_STRING)?.value;
    Ok(hash == digest.compute(certificate.der()).as_ref()
        && issuer_serial_fits(identifier.optional(SEQUENCE)?, certificate)?)
}

/// ```text
/// ESSCertID ::= SEQUENCE { certHash OCTET STRING (SHA-1), issuerSerial IssuerSerial OPTIONAL }   -- RFC 2634 §5.4.1
/// ```
///
/// SHA-1 is weak, but the signature's own key is in the certificate that is compared: another certificate with the
/// same key and the same SHA-1 would have to be issued by an authority that is trusted.
fn names_v1(value: &Item<'_>, certificate: &Certificate) -> Result<bool, CmsError> {
    let mut identifier = first_identifier(value)?;
    let hash = identifier.take(OCTET_STRING)?.value;
    Ok(hash == digest::sha1(certificate.der())
        && issuer_serial_fits(identifier.optional(SEQUENCE)?, certificate)?)
}

fn first_identifier<'a>(value: &Item<'a>) -> Result<der::Items<'a>, NotDer> {
    let mut certificates = Item::only(value.whole, SEQUENCE)?.items().take(SEQUENCE)?.items();
    Ok(certificates.take(SEQUENCE)?.items())
}

/// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber CertificateSerialNumber }
fn issuer_serial_fits(identifier: Option<Item<'_>>, certificate: &Certificate) -> Result<bool, NotDer> {
    let Some(identifier) = identifier else { return Ok(true) };
    let mut items = identifier.items();
    let issuer = items.take(SEQUENCE)?.items().all(1)?;
    let serial = items.take(der::INTEGER)?;
    // directoryName [4] is explicit, as Name is a CHOICE.
    let names_issuer = issuer.first().is_some_and(|name| {
        name.tag == der::context_constructed(4) && name.value == certificate.issuer_der()
    });
    Ok(names_issuer && serial.whole == certificate.serial_der())
}
