//! CMS SignedData (RFC 5652 §5): bytes with one signature, its certificate, and perhaps a time-stamp.

mod attributes;
mod sign;
mod structure;
mod verify;

use model::Timestamp;
use x509_cert::der::asn1::ObjectIdentifier;

pub use sign::{sign, signature_digest, with_time_stamp};
pub use verify::verify;

pub(crate) use sign::sign_digest;
pub(crate) use structure::content_of_type;
pub(crate) use verify::{names_its_certificate, verify_pieces};

use crate::algorithm::SignatureError;
use crate::certificate::Certificate;
use crate::chain::{self, ChainError, Purpose};
use crate::der::NotDer;
use crate::digest;
use crate::limits;
use crate::time_stamp::{Stamp, StampError, Token};

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Bytes that travel beside the signature, as id-data (RFC 5652 §4).
    Detached(&'a [u8]),
    /// The SHA-256 of such bytes.
    DetachedDigest(&'a [u8; 32]),
    /// Bytes that travel within the signature.
    Attached {
        /// Their type, `1.2.840.113549.1.7.1` (id-data) for plain ones.
        content_type: ObjectIdentifier,
        /// The bytes.
        bytes: &'a [u8],
    },
}

/// A signature that holds. It says which key signed which bytes; whether the certificate deserves any trust is asked by
/// [`Signed::verify_chain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The content if it was attached.
    pub content: Option<Vec<u8>>,
    /// Its type.
    pub content_type: ObjectIdentifier,
    /// Whose key signed.
    pub signer: Certificate,
    /// All certificates that came along, in their order; the signer's among them.
    pub certificates: Vec<Certificate>,
    /// When the signer says that he signed (RFC 5652 §11.3); his word, not a proof.
    pub signing_time: Option<Timestamp>,
    /// The signature itself, over whose digest a time-stamp is.
    pub signature: Vec<u8>,
    /// The time-stamp over the signature (RFC 3161 appendix A), not yet verified.
    pub time_stamp: Option<Token>,
}

impl Signed {
    /// Asks whether one of `anchors` vouches for the signer at this moment.
    ///
    /// # Errors
    /// Why none does.
    pub fn verify_chain(
        &self,
        anchors: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
    ) -> Result<(), ChainError> {
        chain::verify(&self.signer, &self.certificates, anchors, at, purpose)
    }

    /// Verifies the time-stamp over the signature; `None` if there is none.
    ///
    /// # Errors
    /// It is there and does not hold.
    pub fn verify_time_stamp(&self, anchors: &[Certificate]) -> Result<Option<Stamp>, StampError> {
        let Some(token) = &self.time_stamp else { return Ok(None) };
        token.verify(&digest::sha256(&self.signature), anchors).map(Some)
    }
}

/// Why bytes are not a signature that holds.
#[derive(Debug, thiserror::Error)]
pub enum CmsError {
    /// More than [`limits::SIGNED_DATA_BYTES`].
    #[error("SignedData of {length} bytes is longer than {} bytes", limits::SIGNED_DATA_BYTES)]
    TooLong {
        /// How many.
        length: usize,
    },
    /// The structure of RFC 5652 §5 is not there.
    #[error("cannot read the structure of SignedData")]
    Structure(#[from] NotDer),
    /// Another kind of CMS.
    #[error("the bytes are CMS, but not SignedData")]
    NotSignedData,
    /// None, or more than one; with several it would not be clear whose word counts.
    #[error("{0} signers where one was expected")]
    Signers(usize),
    /// The content is detached and was not given.
    #[error("the signed content is missing")]
    NoContent,
    /// Content was given for a signature that carries its own.
    #[error("the signature carries its own content and does not speak of the one given")]
    TwoContents,
    /// A digest algorithm other than SHA-256, SHA-384, SHA-512.
    #[error("the digest algorithm is not accepted")]
    DigestAlgorithm,
    /// A signed attribute is missing, there twice, or not of its form.
    #[error("the signed attribute {0} is missing or wrong")]
    Attribute(&'static str),
    /// The content is not what was signed.
    #[error("the content is not what was signed")]
    OtherContent,
    /// The signer's certificate did not come along.
    #[error("the signer's certificate is missing")]
    NoCertificate,
    /// The certificate is not the one that the signer named in the signed attributes (RFC 5035 §3).
    #[error("the certificate is not the one that the signer named")]
    OtherCertificate,
    /// The signature is wrong.
    #[error("the signature does not hold")]
    Signature(#[from] SignatureError),
    /// The time-stamp beside the signature cannot be read.
    #[error("the time-stamp in the signature cannot be read")]
    TimeStamp(#[source] Box<StampError>),
}
