//! Verifying SignedData.

use x509_cert::der::asn1::ObjectIdentifier;

use super::{CmsError, Signed, attributes, structure};
use crate::der::{self, OCTET_STRING, SET};
use crate::digest::Digest;
use crate::oid;
use crate::time_stamp::Token;

/// Verifies the signature with the certificate that came along (RFC 5652 §5.6). `content` is what travelled beside it;
/// `None` if it is within.
///
/// The certificate is **not** judged: anybody can make one. Ask [`Signed::verify_chain`].
///
/// # Errors
/// Why the signature does not hold.
pub fn verify(signed_data: &[u8], content: Option<&[u8]>) -> Result<Signed, CmsError> {
    match content {
        Some(content) => verify_pieces(signed_data, Some(&[content])),
        None => verify_pieces(signed_data, None),
    }
}

/// The same over content in pieces.
pub(crate) fn verify_pieces(signed_data: &[u8], content: Option<&[&[u8]]>) -> Result<Signed, CmsError> {
    let structure = structure::read(signed_data)?;
    let info = &structure.signer;

    let certificates = structure.certificates()?;
    let mut signer = None;
    for certificate in &certificates {
        if info.is(certificate)? {
            signer = Some(certificate.clone());
            break;
        }
    }
    let signer = signer.ok_or(CmsError::NoCertificate)?;

    let digest = Digest::of(&info.digest_algorithm)?.ok_or(CmsError::DigestAlgorithm)?;
    let attached = structure.content.map(|content| [content]);
    let pieces = match (&attached, content) {
        (None, Some(pieces)) => pieces,
        (Some(attached), None) => attached.as_slice(),
        (None, None) => return Err(CmsError::NoContent),
        (Some(_), Some(_)) => return Err(CmsError::TwoContents),
    };

    let signed = &info.signed_attributes;
    // RFC 5652 §11.1: content-type must be there and be that of the content.
    let content_type = attributes::find(signed, oid::CONTENT_TYPE, "content-type")?
        .ok_or(CmsError::Attribute("content-type"))?;
    if content_type.tag != der::OBJECT_IDENTIFIER || content_type.value != structure.content_type {
        return Err(CmsError::Attribute("content-type"));
    }
    let message_digest = attributes::find(signed, oid::MESSAGE_DIGEST, "message-digest")?
        .filter(|value| value.tag == OCTET_STRING)
        .ok_or(CmsError::Attribute("message-digest"))?;
    if message_digest.value != digest.compute_pieces(pieces).as_ref() {
        return Err(CmsError::OtherContent);
    }
    let signing_time = attributes::find(signed, oid::SIGNING_TIME, "signing-time")?
        .map(|value| attributes::read_time(&value))
        .transpose()?;
    if attributes::names_certificate(signed, &signer)? == Some(false) {
        return Err(CmsError::OtherCertificate);
    }

    // RFC 5652 §5.4: the signature is over the attributes as SET OF.
    let mut message = signed.whole.to_vec();
    message[0] = SET;
    signer.verify_signature(&info.signature_algorithm, digest, &message, info.signature)?;

    let time_stamp = match info.unsigned_attributes {
        Some(unsigned) => attributes::find(&unsigned, oid::TIME_STAMP_TOKEN, "time-stamp-token")?,
        None => None,
    };
    let time_stamp = time_stamp
        .map(|token| Token::from_der(token.whole))
        .transpose()
        .map_err(|error| CmsError::TimeStamp(Box::new(error)))?;
    Ok(Signed {
        content: structure.content.map(<[u8]>::to_vec),
        content_type: ObjectIdentifier::from_bytes(structure.content_type)
            .map_err(|_| CmsError::Attribute("content-type"))?,
        signer,
        certificates,
        signing_time,
        signature: info.signature.to_vec(),
        time_stamp,
    })
}

/// Whether the signed attributes name the signer's certificate by its hash (RFC 5035 §3); required of time-stamps.
pub(crate) fn names_its_certificate(signed_data: &[u8], signed: &Signed) -> Result<bool, CmsError> {
    let structure = structure::read(signed_data)?;
    let named = attributes::names_certificate(&structure.signer.signed_attributes, &signed.signer)?;
    Ok(named == Some(true))
}
