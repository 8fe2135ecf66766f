//! Checkpoints (C2SP tlog-checkpoint): the size and root of the log at a moment, as a signed note.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::note::{KeyKind, NotAKey, NoteKey, line};
use crate::digest::Digest;
use crate::limits::{KEY_NAME_BYTES, WHOLE_NUMBER};

/// What a log commits to: its name, how many leaves it has, and their root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: its address without `https://` and without a slash at the end.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
}

/// A text that is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotACheckpoint {
    /// Not the three lines origin, size, root.
    #[error("a checkpoint has the three lines origin, size and root")]
    Lines,
    /// Empty or too long.
    #[error("a checkpoint begins with the name of its log")]
    Origin,
    /// Not a decimal number in its one spelling, or too large for JSON.
    #[error("the size of a checkpoint is not a decimal number")]
    Size,
    /// Not 32 bytes in base64.
    #[error("the root of a checkpoint is not 32 bytes in base64")]
    Root,
}

impl Checkpoint {
    /// The text that is signed and time-stamped: three lines, each with its end. It has no extension lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// When it is not a checkpoint as [`Checkpoint::text`] writes it. Extension lines are refused: this log has none,
    /// and a statement that nobody understands is nothing to build evidence on.
    pub fn parse(text: &str) -> Result<Checkpoint, NotACheckpoint> {
        let lines = text.strip_suffix('\n').ok_or(NotACheckpoint::Lines)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NotACheckpoint::Lines);
        };
        if !(1..=KEY_NAME_BYTES).contains(&origin.len()) {
            return Err(NotACheckpoint::Origin);
        }
        let number: u64 = size.parse().map_err(|_| NotACheckpoint::Size)?;
        if number.to_string() != size || number > WHOLE_NUMBER {
            return Err(NotACheckpoint::Size);
        }
        let root = STANDARD.decode(root).map_err(|_| NotACheckpoint::Root)?;
        let root = Digest(root.try_into().map_err(|_| NotACheckpoint::Root)?);
        Ok(Checkpoint { origin: origin.to_owned(), size: number, root })
    }

    /// What a time-stamp of this checkpoint is over: SHA-256 of [`Checkpoint::text`]. Signatures are not part of it, so
    /// that witnesses may add theirs later.
    pub fn digest(&self) -> Digest {
        Digest::of(&[self.text().as_bytes()])
    }
}

/// The key of the log.
pub struct LogSigner {
    pair: Ed25519KeyPair,
    key: NoteKey,
}

/// Why there is no signer.
#[derive(Debug, Error)]
pub enum NotASigner {
    /// The name is not one of a key.
    #[error("cannot use the log's name")]
    Name(#[source] NotAKey),
    /// The private key is not Ed25519 in PKCS #8.
    #[error("cannot read the log's private key: it is not Ed25519 in PKCS #8")]
    Key(#[source] aws_lc_rs::error::KeyRejected),
}

impl LogSigner {
    /// The log `name` with its Ed25519 key in PKCS #8, DER (RFC 8410; with or without the public key).
    ///
    /// # Errors
    /// When the name or the key is none.
    pub fn from_pkcs8(name: &str, pkcs8: &[u8]) -> Result<LogSigner, NotASigner> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(NotASigner::Key)?;
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        let key = NoteKey::new(name, KeyKind::Ed25519, public).map_err(NotASigner::Name)?;
        Ok(LogSigner { pair, key })
    }

    /// The public key, to be published. Its name is the origin of the checkpoints.
    pub fn key(&self) -> &NoteKey {
        &self.key
    }

    /// The checkpoint of this log at a size, as a signed note: text, empty line, one signature.
    pub fn sign(&self, size: u64, root: Digest) -> String {
        let checkpoint = Checkpoint { origin: self.key.name().to_owned(), size, root };
        let text = checkpoint.text();
        let signature = self.pair.sign(text.as_bytes());
        format!("{text}\n{}", line(&self.key, signature.as_ref()))
    }
}

impl std::fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LogSigner").field(&self.key.to_string()).finish()
    }
}
