//! Making SignedData.

use model::Timestamp;

use super::{CmsError, Content, attributes, structure};
use crate::der::{self, OCTET_STRING, SEQUENCE, SET};
use crate::signer::{Signer, SigningFailed};
use crate::time_stamp::Token;
use crate::{digest, limits, oid};

/// Signs with SHA-256. The signed attributes are content-type, message-digest, signing-time (RFC 5652 §11) and
/// signing-certificate-v2 (RFC 5035 §3); the signer's certificates come along. The bytes are DER.
///
/// # Errors
/// The mathematics refused.
pub fn sign(signer: &Signer, content: Content<'_>, at: Timestamp) -> Result<Vec<u8>, SigningFailed> {
    match content {
        Content::Detached(bytes) => sign_digest(signer, oid::DATA, None, &digest::sha256(bytes), Some(at)),
        Content::DetachedDigest(digest) => sign_digest(signer, oid::DATA, None, digest, Some(at)),
        Content::Attached { content_type, bytes } => {
            let digest = digest::sha256(bytes);
            sign_digest(signer, content_type.as_bytes(), Some(bytes), &digest, Some(at))
        }
    }
}

/// The same, with or without the time that the signer claims.
pub(crate) fn sign_digest(
    signer: &Signer,
    content_type: &[u8],
    content: Option<&[u8]>,
    message_digest: &[u8; 32],
    signing_time: Option<Timestamp>,
) -> Result<Vec<u8>, SigningFailed> {
    let certificate = signer.certificate();
    let attributes = attributes::signed(certificate, content_type, message_digest, signing_time);
    let signature = signer.sign(&attributes)?;
    // The SET OF becomes [0] IMPLICIT: only the tag changes.
    let mut implicit = attributes;
    implicit[0] = der::context_constructed(0);

    let sha256 = der::algorithm(oid::SHA256);
    let signer_info = der::sequence(&[
        // RFC 5652 §5.3: 1 with issuerAndSerialNumber.
        &der::unsigned(1),
        &der::sequence(&[certificate.issuer_der(), certificate.serial_der()]),
        &sha256,
        &implicit,
        &signer.algorithm(),
        &der::encode(OCTET_STRING, &[&signature]),
    ]);
    let content = content
        .map(|bytes| der::encode(der::context_constructed(0), &[&der::encode(OCTET_STRING, &[bytes])]));
    let content = content.as_deref().unwrap_or_default();
    let certificates = signer.chain().iter().map(|certificate| certificate.der().to_vec()).collect();
    // RFC 5652 §5.1: 1 if the content is id-data, else 3.
    let version = if content_type == oid::DATA { 1 } else { 3 };
    Ok(content_info(&[
        &der::unsigned(version),
        &der::encode(SET, &[&sha256]),
        &der::sequence(&[&der::object_identifier(content_type), content]),
        &der::set_of(der::context_constructed(0), certificates),
        &der::encode(SET, &[&signer_info]),
    ]))
}

fn content_info(signed_data: &[&[u8]]) -> Vec<u8> {
    let signed_data = der::sequence(signed_data);
    der::sequence(&[
        &der::object_identifier(oid::SIGNED_DATA),
        &der::encode(der::context_constructed(0), &[&signed_data]),
    ])
}

/// SHA-256 of the signature in SignedData: what a time-stamp over it is asked for (RFC 3161 appendix A).
///
/// # Errors
/// The bytes are not SignedData with one signer.
pub fn signature_digest(signed_data: &[u8]) -> Result<[u8; 32], CmsError> {
    Ok(digest::sha256(structure::read(signed_data)?.signer.signature))
}

/// SignedData with this token as unsigned attribute (RFC 3161 appendix A); the signature stays as it is.
///
/// # Errors
/// The bytes are not SignedData with one signer, or too many attributes are there.
pub fn with_time_stamp(signed_data: &[u8], token: &Token) -> Result<Vec<u8>, CmsError> {
    let structure = structure::read(signed_data)?;
    let mut unsigned = vec![attributes::attribute(oid::TIME_STAMP_TOKEN, token.der())];
    if let Some(others) = structure.signer.unsigned_attributes {
        for other in others.items().all(limits::ATTRIBUTES - 1)? {
            unsigned.push(other.whole.to_vec());
        }
    }
    let unsigned = der::set_of(der::context_constructed(1), unsigned);
    let signer = der::encode(SEQUENCE, &[structure.signer.before_unsigned, &unsigned]);
    Ok(content_info(&[structure.before_signers, &der::encode(SET, &[&signer])]))
}
