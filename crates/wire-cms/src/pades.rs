//! Signatures in PDF documents (ISO 32000-1 §12.8, ETSI EN 319 142-1): made as an incremental update, verified over the
//! bytes of the file.
//!
//! A signature covers two stretches of the file, before and after its own hexadecimal digits (`ByteRange`). It is
//! verified without reading the document's structure: the gap may hold nothing but digits, so what is covered is what
//! the signer signed, however a program may read it. What was added after the second stretch is not covered, and
//! [`verify_whole`] refuses it.

mod embedded;
mod sign;
mod verify;

pub use embedded::{EmbeddedFile, embedded_files};
pub use sign::{Claim, sign, signature_digest, with_time_stamp};
pub use verify::{PdfSignature, verify, verify_whole};

use crate::limits;
use crate::signed_data::CmsError;
use crate::signer::SigningFailed;

/// Why a PDF cannot be signed, or its signature not be verified.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// More than [`limits::PDF_BYTES`].
    #[error("a PDF of {length} bytes is longer than {} bytes", limits::PDF_BYTES)]
    TooLong {
        /// How many.
        length: usize,
    },
    /// The document's structure cannot be read.
    #[error("cannot read the structure of the PDF")]
    Structure(#[source] Box<lopdf::Error>),
    /// The document is encrypted.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// The document has no page, or not what the standard demands where something is to be added.
    #[error("the PDF has no usable {0}")]
    Missing(&'static str),
    /// No signature is in the file.
    #[error("the PDF is not signed")]
    NotSigned,
    /// More than [`limits::PDF_SIGNATURES`].
    #[error("the PDF has more than {} signatures", limits::PDF_SIGNATURES)]
    TooManySignatures,
    /// The stretches that a signature claims to cover are not the file but for its digits.
    #[error("the PDF's signature covers something else than the file around it")]
    ByteRange,
    /// A signature does not hold.
    #[error("the PDF's signature does not hold")]
    Signature(#[from] CmsError),
    /// Something follows after what the last signature covers.
    #[error("the PDF's last {after} bytes are not covered by its signature")]
    NotCovered {
        /// How many bytes follow.
        after: usize,
    },
    /// The time-stamp does not fit into the room that was left for it.
    #[error("the signature needs {needed} bytes, and {room} were left for it")]
    Room {
        /// Bytes needed.
        needed: usize,
        /// Bytes there.
        room: usize,
    },
    /// The mathematics refused.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
    /// More embedded files, or larger ones, than [`limits::PDF_EMBEDDED_FILES`] and [`limits::PDF_EMBEDDED_BYTES`].
    #[error("the PDF holds more embedded files than are read")]
    TooMuchEmbedded,
}

impl From<lopdf::Error> for PdfError {
    fn from(error: lopdf::Error) -> PdfError {
        PdfError::Structure(Box::new(error))
    }
}

/// Reads the structure, within limits.
fn load(pdf: &[u8]) -> Result<lopdf::Document, PdfError> {
    if pdf.len() > limits::PDF_BYTES {
        return Err(PdfError::TooLong { length: pdf.len() });
    }
    let options = lopdf::LoadOptions {
        strict: true,
        ..lopdf::LoadOptions::with_max_decompressed_size(limits::PDF_STREAM_BYTES)
    };
    let document = lopdf::Document::load_mem_with_options(pdf, options)?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(PdfError::Encrypted);
    }
    Ok(document)
}
