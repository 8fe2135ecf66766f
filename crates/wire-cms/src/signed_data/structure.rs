//! The pieces of SignedData, each as it came.

use super::CmsError;
use crate::certificate::Certificate;
use crate::der::{self, Item, Items, OCTET_STRING, SEQUENCE, SET};
use crate::{limits, oid};

/// ```text
/// SignedData ::= SEQUENCE {                               -- RFC 5652 §5.1
///     version CMSVersion,
///     digestAlgorithms DigestAlgorithmIdentifiers,
///     encapContentInfo EncapsulatedContentInfo,
///     certificates [0] IMPLICIT CertificateSet OPTIONAL,
///     crls [1] IMPLICIT RevocationInfoChoices OPTIONAL,
///     signerInfos SignerInfos }
/// ```
pub(super) struct Structure<'a> {
    /// Everything before signerInfos, as it came.
    pub(super) before_signers: &'a [u8],
    pub(super) content_type: &'a [u8],
    pub(super) content: Option<&'a [u8]>,
    pub(super) certificates: Option<Item<'a>>,
    pub(super) signer: SignerInfo<'a>,
}

/// ```text
/// SignerInfo ::= SEQUENCE {                               -- RFC 5652 §5.3
///     version CMSVersion,
///     sid SignerIdentifier,
///     digestAlgorithm DigestAlgorithmIdentifier,
///     signedAttrs [0] IMPLICIT SignedAttributes OPTIONAL,
///     signatureAlgorithm SignatureAlgorithmIdentifier,
///     signature SignatureValue,
///     unsignedAttrs [1] IMPLICIT UnsignedAttributes OPTIONAL }
/// ```
pub(super) struct SignerInfo<'a> {
    /// Everything before unsignedAttrs, as it came.
    pub(super) before_unsigned: &'a [u8],
    pub(super) identifier: Item<'a>,
    pub(super) digest_algorithm: Item<'a>,
    pub(super) signed_attributes: Item<'a>,
    pub(super) signature_algorithm: Item<'a>,
    pub(super) signature: &'a [u8],
    pub(super) unsigned_attributes: Option<Item<'a>>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Structure<'_>, CmsError> {
    if bytes.len() > limits::SIGNED_DATA_BYTES {
        return Err(CmsError::TooLong { length: bytes.len() });
    }
    // ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT } (RFC 5652 §3).
    let mut info = Item::only(bytes, SEQUENCE)?.items();
    if info.object_identifier()? != oid::SIGNED_DATA {
        return Err(CmsError::NotSignedData);
    }
    let content = info.take(der::context_constructed(0))?;
    info.end()?;
    let signed_data = Item::only(content.value, SEQUENCE)?;
    let mut items = signed_data.items();
    items.take(der::INTEGER)?;
    items.take(SET)?;
    let (content_type, content) = read_content(items.take(SEQUENCE)?.items())?;
    let certificates = items.optional(der::context_constructed(0))?;
    items.optional(der::context_constructed(1))?;
    let before_signers = &signed_data.value[..signed_data.value.len() - items.0.len()];
    let signers = items.take(SET)?.items().all(limits::ATTRIBUTES)?;
    items.end()?;
    let [signer] = signers.as_slice() else { return Err(CmsError::Signers(signers.len())) };
    Ok(Structure { before_signers, content_type, content, certificates, signer: read_signer(signer)? })
}

/// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent \[0\] EXPLICIT OCTET STRING OPTIONAL } (§5.2).
fn read_content(mut items: Items<'_>) -> Result<(&[u8], Option<&[u8]>), CmsError> {
    let content_type = items.object_identifier()?;
    let content = match items.optional(der::context_constructed(0))? {
        Some(explicit) => Some(Item::only(explicit.value, OCTET_STRING)?.value),
        None => None,
    };
    items.end()?;
    Ok((content_type, content))
}

fn read_signer<'a>(signer: &Item<'a>) -> Result<SignerInfo<'a>, CmsError> {
    let signer = Item::only(signer.whole, SEQUENCE)?;
    let mut items = signer.items();
    items.take(der::INTEGER)?;
    let identifier = items.next()?.ok_or(der::NotDer::Short)?;
    let digest_algorithm = items.take(SEQUENCE)?;
    // Without them, the digest of the content is signed itself, and a signature over attributes could be passed off as
    // one over content (RFC 5652 §5.4 signs both with the same key). Nobody whom we meet leaves them out.
    let signed_attributes =
        items.optional(der::context_constructed(0))?.ok_or(CmsError::Attribute("message-digest"))?;
    let signature_algorithm = items.take(SEQUENCE)?;
    let signature = items.take(OCTET_STRING)?.value;
    let before_unsigned = &signer.value[..signer.value.len() - items.0.len()];
    let unsigned_attributes = items.optional(der::context_constructed(1))?;
    items.end()?;
    Ok(SignerInfo {
        before_unsigned,
        identifier,
        digest_algorithm,
        signed_attributes,
        signature_algorithm,
        signature,
        unsigned_attributes,
    })
}

impl Structure<'_> {
    /// The certificates that can be read. Others (attribute certificates, old forms) vouch for nobody here.
    pub(super) fn certificates(&self) -> Result<Vec<Certificate>, CmsError> {
        let Some(certificates) = self.certificates else { return Ok(Vec::new()) };
        let all = certificates.items().all(limits::CERTIFICATES)?;
        let own = all.iter().filter(|item| item.tag == SEQUENCE);
        Ok(own.filter_map(|item| Certificate::from_der(item.whole).ok()).collect())
    }
}

impl SignerInfo<'_> {
    /// Whether the signer is this one: by issuer and serial number, or by the key's identifier.
    pub(super) fn is(&self, certificate: &Certificate) -> Result<bool, CmsError> {
        match self.identifier.tag {
            SEQUENCE => {
                let mut items = self.identifier.items();
                let issuer = items.take(SEQUENCE)?;
                let serial = items.take(der::INTEGER)?;
                items.end()?;
                Ok(issuer.whole == certificate.issuer_der() && serial.whole == certificate.serial_der())
            }
            tag if tag == der::context(0) => {
                Ok(certificate.extensions.subject_key_identifier.as_deref() == Some(self.identifier.value))
            }
            found => Err(der::NotDer::Tag { expected: SEQUENCE, found }.into()),
        }
    }
}

/// The attached content, if it is of this type; nothing is verified.
pub(crate) fn content_of_type<'a>(bytes: &'a [u8], content_type: &[u8]) -> Result<&'a [u8], CmsError> {
    let structure = read(bytes)?;
    if structure.content_type != content_type {
        return Err(CmsError::Attribute("content-type"));
    }
    structure.content.ok_or(CmsError::NoContent)
}
