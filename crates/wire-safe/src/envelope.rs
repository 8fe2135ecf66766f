//! Reading an envelope, in three steps of which each needs the one before: it is one ([`Envelope::parse`]), the platform made
//! it ([`Envelope::verify`]), it opens ([`GenuineEnvelope::open`]). What nobody has signed cannot be opened, by type.

use aws_lc_rs::aead::Aad;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use thiserror::Error;

use crate::chunks::{TAG_OCTETS, cipher, encrypted_octets, nonce};
use crate::derive::Keys;
use crate::header::{Header, NotAHeader};
use crate::letter::Letter;
use crate::limits::{CHUNK_OCTETS, ENVELOPE_LIMIT_OCTETS, HEADER_LIMIT_OCTETS};
use crate::names::EnvelopeKeyId;
use crate::secret::RecipientSecret;
use crate::shares::{MailShare, StoreShare};
use crate::signing::{EnvelopeKey, signed_octets};
use crate::tree::{Tree, hash};

/// The first octets of an envelope.
pub(crate) const MAGIC: &[u8; 4] = b"SEM1";
pub(crate) const COMMITMENT_OCTETS: usize = 32;
pub(crate) const ROOT_OCTETS: usize = 32;
pub(crate) const SIGNATURE_OCTETS: usize = 64;

/// An envelope that has the right form. Who made it is not known yet.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    header: Header,
    header_digest: [u8; 32],
    commitment: &'a [u8; 32],
    root: &'a [u8; 32],
    signature: &'a [u8; 64],
    chunks: &'a [u8],
}

/// An envelope that the platform has sealed, unchanged.
#[derive(Clone, Debug)]
pub struct GenuineEnvelope<'a>(Envelope<'a>);

/// Octets that are not an envelope.
#[derive(Debug, Error)]
pub enum NotAnEnvelope {
    /// More than 64 MiB.
    #[error("an envelope has at most 64 MiB, not {octets} octets")]
    TooLarge {
        /// What there is.
        octets: usize,
    },
    /// Other first octets.
    #[error("this does not begin like an envelope")]
    Magic,
    /// A header that cannot be one by its length.
    #[error("a header of {octets} octets is not read")]
    HeaderLength {
        /// What the envelope says.
        octets: u32,
    },
    /// The header is wrong.
    #[error("the envelope has no right header")]
    Header(#[from] NotAHeader),
    /// Cut off, or something behind its end.
    #[error("the envelope's chunks have {octets} octets, not {expected}")]
    Length {
        /// What there is.
        octets: usize,
        /// What the padded length in the header demands.
        expected: usize,
    },
    /// Ends within its fixed parts.
    #[error("the envelope ends before its chunks begin")]
    CutOff,
}

/// An envelope that the platform has not sealed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Forged {
    /// Signed by nobody of the platform.
    #[error("no key {0} signs envelopes here")]
    UnknownKey(EnvelopeKeyId),
    /// The chunks are not those that were signed.
    #[error("the chunks are not those of this envelope")]
    Chunks,
    /// The header, the commitment or the root is not the one that was signed.
    #[error("the signature is not right")]
    Signature,
}

/// A genuine envelope does not open.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotOpened {
    /// The recipient has to say his passphrase.
    #[error("this envelope needs a passphrase")]
    SecretMissing,
    /// It was stretched otherwise than the header says, or none is needed.
    #[error("the passphrase was not stretched for this envelope")]
    SecretOfAnother,
    /// One of the shares, or the passphrase, is another's.
    #[error("the shares or the passphrase are not those of this envelope")]
    Shares,
    /// A chunk does not decrypt. Only the platform itself can have made such an envelope.
    #[error("chunk {number} does not open")]
    Chunk {
        /// From 0 on.
        number: usize,
    },
    /// The padding is not the one of its letter. Only the platform itself can have made such an envelope.
    #[error("the letter is not padded as it should be")]
    Padding,
    /// The cryptographic library failed, which it does for want of memory.
    #[error("the keys of the envelope cannot be derived")]
    Cryptography,
}

impl<'a> Envelope<'a> {
    /// Reads the form: magic, header, lengths. Allocates a header's worth of memory, whatever it is given.
    pub fn parse(octets: &'a [u8]) -> Result<Envelope<'a>, NotAnEnvelope> {
        if octets.len() > ENVELOPE_LIMIT_OCTETS {
            return Err(NotAnEnvelope::TooLarge { octets: octets.len() });
        }
        let rest = octets.strip_prefix(MAGIC).ok_or(NotAnEnvelope::Magic)?;
        let (length, rest) = rest.split_first_chunk().ok_or(NotAnEnvelope::CutOff)?;
        let length = u32::from_be_bytes(*length);
        let header_octets = usize::try_from(length).ok().filter(|length| *length <= HEADER_LIMIT_OCTETS);
        let header_octets = header_octets.ok_or(NotAnEnvelope::HeaderLength { octets: length })?;
        let (encoded, rest) = rest.split_at_checked(header_octets).ok_or(NotAnEnvelope::CutOff)?;
        let header = Header::decode(encoded)?;
        let (commitment, rest) = rest.split_first_chunk().ok_or(NotAnEnvelope::CutOff)?;
        let (root, rest) = rest.split_first_chunk().ok_or(NotAnEnvelope::CutOff)?;
        let (signature, chunks) = rest.split_first_chunk().ok_or(NotAnEnvelope::CutOff)?;
        let expected = encrypted_octets(header.padded_octets).unwrap_or(usize::MAX);
        if chunks.len() != expected {
            return Err(NotAnEnvelope::Length { octets: chunks.len(), expected });
        }
        Ok(Envelope { header, header_digest: hash(&[encoded]), commitment, root, signature, chunks })
    }

    /// What the envelope says of itself. Nobody has vouched for it yet.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Checks that a key of the platform has signed exactly this.
    pub fn verify(self, keys: &[EnvelopeKey]) -> Result<GenuineEnvelope<'a>, Forged> {
        let id = self.header.signing_key;
        let key = keys.iter().find(|key| key.id() == id).ok_or(Forged::UnknownKey(id))?;
        // Before the chunks: a forger does not make us hash what he sends.
        if !key.has_signed(&signed_octets(&self.header_digest, self.commitment, self.root), self.signature) {
            return Err(Forged::Signature);
        }
        let mut tree = Tree::default();
        self.chunks.chunks(CHUNK_OCTETS + TAG_OCTETS).for_each(|chunk| tree.push(chunk));
        if tree.root() != *self.root {
            return Err(Forged::Chunks);
        }
        Ok(GenuineEnvelope(self))
    }
}

impl GenuineEnvelope<'_> {
    /// What the platform has written on the envelope.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The letter. Needs both shares, and the stretched passphrase where the header asks for one; which of them was wrong
    /// cannot be told. Whether the envelope may be opened now ([`Header::is_valid_at`]) is for the caller to ask.
    pub fn open(
        &self,
        mail_share: &MailShare,
        store_share: &StoreShare,
        secret: Option<&RecipientSecret>,
    ) -> Result<Letter, NotOpened> {
        self.0.open(mail_share, store_share, secret)
    }

    /// Whether these are the shares of this envelope, without opening it; `None` where it asks for a passphrase as well:
    /// without that it cannot be told.
    pub fn fits(&self, mail_share: &MailShare, store_share: &StoreShare) -> Option<bool> {
        if self.0.header.stretching.is_some() {
            return None;
        }
        let keys =
            Keys::new(&self.0.header.salt, &self.0.header_digest, mail_share, store_share, None).ok()?;
        Some(verify_slices_are_equal(&keys.commitment, self.0.commitment).is_ok())
    }
}

impl Envelope<'_> {
    pub(crate) fn open(
        &self,
        mail_share: &MailShare,
        store_share: &StoreShare,
        secret: Option<&RecipientSecret>,
    ) -> Result<Letter, NotOpened> {
        match (&self.header.stretching, secret) {
            (Some(_), None) => return Err(NotOpened::SecretMissing),
            (wanted, given) if wanted.as_ref() != given.map(RecipientSecret::stretching) => {
                return Err(NotOpened::SecretOfAnother);
            }
            _ => {}
        }
        let keys = Keys::new(&self.header.salt, &self.header_digest, mail_share, store_share, secret);
        let keys = keys.map_err(|Unspecified| NotOpened::Cryptography)?;
        verify_slices_are_equal(&keys.commitment, self.commitment).map_err(|_| NotOpened::Shares)?;
        self.decrypt(&keys)?.unpadded()
    }

    /// The padded letter.
    pub(crate) fn decrypt(&self, keys: &Keys) -> Result<Letter, NotOpened> {
        let cipher = cipher(&keys.content).map_err(|Unspecified| NotOpened::Cryptography)?;
        let mut letter = Letter::with_room(self.header.padded_octets);
        let chunks = self.chunks.chunks(CHUNK_OCTETS + TAG_OCTETS);
        let last = chunks.len() - 1;
        for (number, (chunk, plain)) in chunks.zip(letter.padded().chunks_mut(CHUNK_OCTETS)).enumerate() {
            let (ciphertext, tag) = chunk.split_at(plain.len());
            let (nonce, header_digest) = (nonce(number, number == last), Aad::from(&self.header_digest));
            cipher
                .open_separate_gather(nonce, header_digest, ciphertext, tag, plain)
                .map_err(|_| NotOpened::Chunk { number })?;
        }
        Ok(letter)
    }
}
