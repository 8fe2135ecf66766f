//! Signed notes (C2SP signed-note): a text, and lines of signatures over it, with Ed25519 keys and timed cosignatures
//! of witnesses (C2SP tlog-cosignature).

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use thiserror::Error;

use crate::digest::{Digest, hex};
use crate::limits::{KEY_NAME_BYTES, NOTE_BYTES, NOTE_SIGNATURES};

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The text itself: the log (type 0x01).
    Ed25519,
    /// The text with the time at which it was seen: a witness (type 0x04).
    Cosignature,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            KeyKind::Ed25519 => 0x01,
            KeyKind::Cosignature => 0x04,
        }
    }
}

/// A public key with its name, written `name+id+key`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteKey {
    name: String,
    kind: KeyKind,
    public: [u8; 32],
}

/// A text that is not a public key of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAKey {
    /// Empty, too long, or with a space or a plus.
    #[error("a key's name is not empty and has no spaces and no plus")]
    Name,
    /// Not `name+id+key`.
    #[error("a public key is written name+id+key")]
    Form,
    /// Neither an Ed25519 key of a log nor of a witness.
    #[error("the key is of a type that is not supported")]
    Kind,
    /// The identifier is not the one of this name and key.
    #[error("the key's identifier does not fit its name and value")]
    Identifier,
}

impl NoteKey {
    /// A key under a name.
    ///
    /// # Errors
    /// When the name is empty, too long, or has spaces or a plus.
    pub fn new(name: &str, kind: KeyKind, public: [u8; 32]) -> Result<NoteKey, NotAKey> {
        if !is_name(name) {
            return Err(NotAKey::Name);
        }
        Ok(NoteKey { name: name.to_owned(), kind, public })
    }

    /// Reads `name+id+key`: the identifier in eight hexadecimal digits, type and key in base64.
    ///
    /// # Errors
    /// For anything else, and for an identifier that does not fit.
    pub fn parse(text: &str) -> Result<NoteKey, NotAKey> {
        let (name, rest) = text.split_once('+').ok_or(NotAKey::Form)?;
        let (_, key) = rest.split_once('+').ok_or(NotAKey::Form)?;
        let bytes = STANDARD.decode(key).map_err(|_| NotAKey::Form)?;
        let (kind, public) = bytes.split_first().ok_or(NotAKey::Form)?;
        let kind = match kind {
            0x01 => KeyKind::Ed25519,
            0x04 => KeyKind::Cosignature,
            _ => return Err(NotAKey::Kind),
        };
        let key = NoteKey::new(name, kind, public.try_into().map_err(|_| NotAKey::Form)?)?;
        if key.to_string() == text { Ok(key) } else { Err(NotAKey::Identifier) }
    }

    /// Its name: usually the log's address without `https://`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The first four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ key)`.
    pub fn id(&self) -> [u8; 4] {
        let digest = Digest::of(&[self.name.as_bytes(), b"\n", &[self.kind.byte()], &self.public]);
        let [a, b, c, d, ..] = digest.0;
        [a, b, c, d]
    }
}

impl std::fmt::Display for NoteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(key))
    }
}

/// One line of signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's identifier.
    pub id: [u8; 4],
    /// What the algorithm made; for a cosignature eight bytes of time before it.
    pub bytes: Vec<u8>,
}

/// A text with signatures, none of them checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// A text that is not a signed note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotANote {
    /// More than the limit.
    #[error("a note of more than {NOTE_BYTES} bytes")]
    TooLong,
    /// A control character other than the end of line.
    #[error("a note with control characters")]
    Control,
    /// No empty line between text and signatures, or no signature.
    #[error("a note without signatures")]
    Unsigned,
    /// More than the limit.
    #[error("a note with more than {NOTE_SIGNATURES} signatures")]
    TooMany,
    /// A line that is not `— name base64`.
    #[error("a line of signature that is none")]
    Line,
}

/// A signature that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The key's name.
    pub name: String,
    /// For a witness, when it saw the text.
    pub at: Option<Timestamp>,
}

/// A signature in the name of a known key that is not by it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the signature in the name of {name} is forged")]
pub struct SignatureRefused {
    /// The key's name.
    pub name: String,
}

impl Note {
    /// Reads a note. Nothing is believed before [`Note::signed`] has said by whom.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(note: &str) -> Result<Note, NotANote> {
        if note.len() > NOTE_BYTES {
            return Err(NotANote::TooLong);
        }
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NotANote::Control);
        }
        // The last empty line separates: the text may have some of its own.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NotANote::Unsigned)?;
        let lines = lines.strip_suffix('\n').ok_or(NotANote::Unsigned)?;
        let signatures = lines
            .split('\n')
            .take(NOTE_SIGNATURES + 1)
            .map(NoteSignature::parse)
            .collect::<Option<Vec<NoteSignature>>>()
            .ok_or(NotANote::Line)?;
        if signatures.len() > NOTE_SIGNATURES {
            return Err(NotANote::TooMany);
        }
        Ok(Note { text: format!("{text}\n"), signatures })
    }

    /// What was signed, with its last end of line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All lines of signature, those of unknown keys too.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Who of the known keys signed. Signatures by others are passed over.
    ///
    /// # Errors
    /// When a signature in the name of a known key is not by it: then the whole note is refused.
    pub fn signed<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k NoteKey>,
    ) -> Result<Vec<Signed>, SignatureRefused> {
        let mut signed = Vec::new();
        for key in keys {
            let id = key.id();
            let mine = self.signatures.iter().filter(|line| line.name == key.name && line.id == id);
            for line in mine {
                let at = self
                    .check(key, &line.bytes)
                    .ok_or_else(|| SignatureRefused { name: key.name.clone() })?;
                signed.push(Signed { name: key.name.clone(), at });
            }
        }
        Ok(signed)
    }

    /// `Some` when the signature is good, with the time of a cosignature.
    fn check(&self, key: &NoteKey, signature: &[u8]) -> Option<Option<Timestamp>> {
        let public = UnparsedPublicKey::new(&ED25519, key.public);
        match key.kind {
            KeyKind::Ed25519 => {
                public.verify(self.text.as_bytes(), signature).ok()?;
                Some(None)
            }
            KeyKind::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let seconds = i64::try_from(u64::from_be_bytes(*time)).ok()?;
                let message = format!("cosignature/v1\ntime {seconds}\n{}", self.text);
                public.verify(message.as_bytes(), signature).ok()?;
                Some(Some(Timestamp(seconds.checked_mul(1000)?)))
            }
        }
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<NoteSignature> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (id, bytes) = bytes.split_first_chunk::<4>()?;
        (is_name(name) && !bytes.is_empty()).then(|| NoteSignature {
            name: name.to_owned(),
            id: *id,
            bytes: bytes.to_vec(),
        })
    }
}

fn is_name(name: &str) -> bool {
    (1..=KEY_NAME_BYTES).contains(&name.len())
        && !name.contains(|character: char| {
            character.is_whitespace() || character.is_control() || character == '+'
        })
}

/// One line of signature with its end.
pub(super) fn line(key: &NoteKey, signature: &[u8]) -> String {
    let mut bytes = key.id().to_vec();
    bytes.extend(signature);
    format!("— {} {}\n", key.name, STANDARD.encode(bytes))
}
