//! The file that is kept: statements with their proofs, so that nobody has to be asked again (`*.evidence.json`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire_cms::{Certificate, NotACertificate};

use crate::digest::{Digest, hex};
use crate::limits;
use crate::log::{NotANote, Note};
use crate::seal::{NotSealed, Sealed};
use crate::statement::canonical;

/// Names the form.
const FORMAT: &str = "relais-evidence/1";
/// Where the file's digest stands. It cannot stand in a text before: there the quotes would be escaped.
const DIGEST: &str = "\"digest\":\"";

/// All that shows what happened to some letters, as far as it happened until then.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// A letter to one recipient each.
    pub letters: Vec<BundledLetter>,
    /// States of the log, from the smallest to the largest.
    pub checkpoints: Vec<BundledCheckpoint>,
    /// Of the seals, and of their issuers up to the published roots.
    pub certificates: Vec<Certificate>,
}

/// The statements about one letter to one recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct BundledLetter {
    /// With it documents can be compared with the statements.
    pub salt: Digest,
    /// From the first.
    pub statements: Vec<BundledStatement>,
}

/// One statement, and where it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct BundledStatement {
    /// The statement.
    pub sealed: Sealed,
    /// What hides it in the log.
    pub blind: Digest,
    /// Its place; `None` before the next checkpoint.
    pub logged: Option<Logged>,
}

/// A place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    /// Which of the bundle's checkpoints the proof leads to, from 0.
    pub checkpoint: usize,
    /// The number of the leaf, from 0.
    pub index: u64,
    /// The inclusion proof, the lowest hash first.
    pub proof: Vec<Digest>,
}

/// A state of the log with its time-stamps.
#[derive(Clone, Debug, PartialEq)]
pub struct BundledCheckpoint {
    /// The signed note.
    pub note: String,
    /// Time-stamp tokens (RFC 3161) over the note's text, DER.
    pub tokens: Vec<Vec<u8>>,
    /// The consistency proof from the checkpoint before in the bundle; empty for the first.
    pub consistency: Vec<Digest>,
}

// Fields stand in the order of their names, for `canonical`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    certificates: Vec<String>,
    checkpoints: Vec<FileCheckpoint>,
    digest: Digest,
    format: String,
    letters: Vec<FileLetter>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLetter {
    salt: Digest,
    statements: Vec<FileStatement>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStatement {
    blind: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logged: Option<Logged>,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCheckpoint {
    consistency: Vec<Digest>,
    note: String,
    tokens: Vec<String>,
}

/// Why a file is not a bundle.
#[derive(Debug, Error)]
pub enum NotABundle {
    /// Longer than the limit.
    #[error("the file has more than {} bytes", limits::BUNDLE_BYTES)]
    TooLong,
    /// Not JSON of this form.
    #[error("cannot read the file as a bundle of evidence")]
    Json(#[source] serde_json::Error),
    /// Another format or version.
    #[error("the file is of the unknown format {0:?}")]
    Format(String),
    /// JSON, but not in its one spelling (RFC 8785).
    #[error("the file is not in the form in which it was written")]
    NotCanonical,
    /// The digest of the file is not the one in it.
    #[error("the file was altered after it was written")]
    Altered,
    /// More of something than the limit.
    #[error("the file has too many {0}")]
    TooMany(&'static str),
    /// Nothing is said.
    #[error("the file has no statement")]
    Empty,
    /// A statement that is none.
    #[error("cannot read statement {statement} of letter {letter}")]
    Statement {
        /// The letter, from 1.
        letter: usize,
        /// The statement, from 1.
        statement: usize,
        /// Why.
        source: NotSealed,
    },
    /// A place in the log that does not exist.
    #[error("statement {statement} of letter {letter} leads to a checkpoint that is not in the file")]
    NoCheckpoint {
        /// The letter, from 1.
        letter: usize,
        /// The statement, from 1.
        statement: usize,
    },
    /// A checkpoint that is none.
    #[error("cannot read checkpoint {number}")]
    Checkpoint {
        /// Which, from 1.
        number: usize,
        /// Why.
        source: NotANote,
    },
    /// A time-stamp or a certificate that is not base64, or too long.
    #[error("{0} is not base64, or too long")]
    Der(&'static str),
    /// A certificate that is none.
    #[error("cannot read certificate {number}")]
    Certificate {
        /// Which, from 1.
        number: usize,
        /// Why.
        source: NotACertificate,
    },
}

impl Bundle {
    /// The file.
    ///
    /// # Errors
    /// When [`Bundle::parse`] would refuse it: too much of something, a note or a place that is none.
    pub fn to_json(&self) -> Result<Vec<u8>, NotABundle> {
        let file = File {
            certificates: self.certificates.iter().map(|one| STANDARD.encode(one.der())).collect(),
            checkpoints: self.checkpoints.iter().map(FileCheckpoint::of).collect(),
            digest: Digest([0; 32]),
            format: FORMAT.to_owned(),
            letters: self.letters.iter().map(FileLetter::of).collect(),
        };
        self.check()?;
        let mut json = canonical(&file).map_err(NotABundle::Json)?;
        let digest = Digest::of(&[&json]);
        let at = digest_place(&json).ok_or(NotABundle::NotCanonical)?;
        json[at..at + 64].copy_from_slice(hex(&digest.0).as_bytes());
        if json.len() > limits::BUNDLE_BYTES {
            return Err(NotABundle::TooLong);
        }
        Ok(json)
    }

    /// Reads a file. What it says is not believed before [`verify`](crate::verify()) has looked at it.
    ///
    /// # Errors
    /// When it is not a bundle, or not byte for byte as it was written.
    pub fn parse(json: &[u8]) -> Result<Bundle, NotABundle> {
        if json.len() > limits::BUNDLE_BYTES {
            return Err(NotABundle::TooLong);
        }
        // The digest is over the file with zeros in its place. It comes first, so that an altered file is told from
        // one that never was a bundle; it is not a signature: whoever alters a file can compute it anew.
        if let Some(at) = digest_place(json)
            && hex(&Digest::of(&[&json[..at], &[b'0'; 64], &json[at + 64..]]).0).as_bytes()
                != &json[at..at + 64]
        {
            return Err(NotABundle::Altered);
        }
        let file: File = serde_json::from_slice(json).map_err(NotABundle::Json)?;
        if file.format != FORMAT {
            return Err(NotABundle::Format(file.format));
        }
        if canonical(&file).map_err(NotABundle::Json)? != json {
            return Err(NotABundle::NotCanonical);
        }
        let bundle = file.into_bundle()?;
        bundle.check()?;
        Ok(bundle)
    }

    /// Whether somebody meant this file to be a bundle, of any version.
    pub fn looks_like_one(bytes: &[u8]) -> bool {
        let name = b"relais-evidence/";
        bytes.starts_with(b"{") && bytes.windows(name.len()).any(|window| window == name)
    }

    fn check(&self) -> Result<(), NotABundle> {
        let too_many = [
            ("letters", self.letters.len() > limits::LETTERS),
            ("checkpoints", self.checkpoints.len() > limits::CHECKPOINTS),
            ("certificates", self.certificates.len() > limits::CERTIFICATES),
            ("statements", self.letters.iter().any(|one| one.statements.len() > limits::STATEMENTS)),
            ("time-stamps", self.checkpoints.iter().any(|one| one.tokens.len() > limits::TOKENS)),
            (
                "hashes in a proof",
                self.checkpoints.iter().any(|one| one.consistency.len() > limits::PROOF_HASHES),
            ),
        ];
        if let Some((what, _)) = too_many.into_iter().find(|(_, too_many)| *too_many) {
            return Err(NotABundle::TooMany(what));
        }
        if self.letters.is_empty() || self.letters.iter().any(|letter| letter.statements.is_empty()) {
            return Err(NotABundle::Empty);
        }
        for (letter, one) in (1..).zip(&self.letters) {
            for (statement, one) in (1..).zip(&one.statements) {
                let Some(logged) = &one.logged else { continue };
                if logged.checkpoint >= self.checkpoints.len() || logged.index > limits::WHOLE_NUMBER {
                    return Err(NotABundle::NoCheckpoint { letter, statement });
                }
                if logged.proof.len() > limits::PROOF_HASHES {
                    return Err(NotABundle::TooMany("hashes in a proof"));
                }
            }
        }
        for (number, one) in (1..).zip(&self.checkpoints) {
            Note::parse(&one.note).map_err(|source| NotABundle::Checkpoint { number, source })?;
            if one.tokens.iter().any(|token| token.len() > limits::DER_BYTES) {
                return Err(NotABundle::Der("a time-stamp"));
            }
        }
        Ok(())
    }
}

impl File {
    fn into_bundle(self) -> Result<Bundle, NotABundle> {
        // Counted before anything of it is read.
        if self.certificates.len() > limits::CERTIFICATES {
            return Err(NotABundle::TooMany("certificates"));
        }
        let mut letters = Vec::new();
        for (letter, one) in (1..).zip(self.letters) {
            let mut statements = Vec::new();
            for (statement, one) in (1..).zip(one.statements) {
                let sealed = Sealed::parse(&one.sealed).map_err(|source| NotABundle::Statement {
                    letter,
                    statement,
                    source,
                })?;
                statements.push(BundledStatement { sealed, blind: one.blind, logged: one.logged });
            }
            letters.push(BundledLetter { salt: one.salt, statements });
        }
        let mut checkpoints = Vec::new();
        for one in self.checkpoints {
            let tokens =
                one.tokens.iter().map(|token| der(token, "a time-stamp")).collect::<Result<_, _>>()?;
            checkpoints.push(BundledCheckpoint { note: one.note, tokens, consistency: one.consistency });
        }
        let mut certificates = Vec::new();
        for (number, one) in (1..).zip(&self.certificates) {
            let certificate = Certificate::from_der(&der(one, "a certificate")?)
                .map_err(|source| NotABundle::Certificate { number, source })?;
            certificates.push(certificate);
        }
        Ok(Bundle { letters, checkpoints, certificates })
    }
}

impl FileLetter {
    fn of(letter: &BundledLetter) -> FileLetter {
        let statement = |one: &BundledStatement| FileStatement {
            blind: one.blind,
            logged: one.logged.clone(),
            sealed: one.sealed.text().to_owned(),
        };
        FileLetter { salt: letter.salt, statements: letter.statements.iter().map(statement).collect() }
    }
}

impl FileCheckpoint {
    fn of(checkpoint: &BundledCheckpoint) -> FileCheckpoint {
        FileCheckpoint {
            consistency: checkpoint.consistency.clone(),
            note: checkpoint.note.clone(),
            tokens: checkpoint.tokens.iter().map(|token| STANDARD.encode(token)).collect(),
        }
    }
}

fn der(base64: &str, what: &'static str) -> Result<Vec<u8>, NotABundle> {
    if base64.len() > limits::DER_BYTES.div_ceil(3) * 4 {
        return Err(NotABundle::Der(what));
    }
    STANDARD.decode(base64).map_err(|_| NotABundle::Der(what))
}

/// Where the 64 digits of the file's digest stand.
fn digest_place(json: &[u8]) -> Option<usize> {
    let key = DIGEST.as_bytes();
    let at = json.windows(key.len()).position(|window| window == key)? + key.len();
    (json.len() >= at + 64).then_some(at)
}
