//! Evidence that somebody brings, verified with this platform's own keys: what `relais evidence verify` does offline, for
//! programs.

use evidence::{Document, Keys, Outcome, Unreadable, Verdict, verify_files};
use thiserror::Error;

use crate::Secure;
use crate::error::SecureError;
use crate::submit::blocking;

/// A file that is brought.
#[derive(Clone, Debug)]
pub struct Evident {
    /// Its name, which stands in what is found.
    pub name: String,
    /// The file.
    pub bytes: bytes::Bytes,
}

/// What the files prove.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The whole: proven only if each of them is.
    pub verdict: Verdict,
    /// Each claim, in the order of the files.
    pub claims: Vec<Verified>,
}

/// One claim.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What is claimed, in words.
    pub claim: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// The document on which it rests.
    pub document: Option<String>,
}

/// Why nothing can be said.
#[derive(Debug, Error)]
pub enum NotVerified {
    /// None of the files is evidence, or one cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The platform's own keys are not at hand, or others have evidence verified ([`SecureError::Busy`]).
    #[error(transparent)]
    Ours(#[from] SecureError),
}

impl Secure {
    /// What files of evidence (JSON, or a receipt with it inside) prove, with the documents that are said to belong to
    /// them. Nothing of it is kept.
    ///
    /// # Errors
    /// [`NotVerified`].
    pub async fn verify(&self, files: Vec<Evident>) -> Result<Verification, NotVerified> {
        let keys = self.keys_file().await?;
        let now = self.now();
        let turn = self.turn_to_verify()?;
        blocking(move || {
            let _turn = turn;
            let keys = Keys::parse(&keys).map_err(|_| SecureError::Damaged("the published keys"))?;
            let documents: Vec<Document<'_>> =
                files.iter().map(|file| Document { name: &file.name, bytes: &file.bytes }).collect();
            let found = verify_files(&documents, &keys, Some(now))?;
            let has = |verdict| found.iter().any(|one| one.report.verdict == verdict);
            let verdict = match (has(Verdict::Failed), has(Verdict::Incomplete)) {
                (true, _) => Verdict::Failed,
                (false, true) => Verdict::Incomplete,
                (false, false) => Verdict::Proven,
            };
            let claims = found.iter().flat_map(|one| &one.report.claims).map(|claim| Verified {
                claim: claim.text.clone(),
                outcome: claim.outcome,
                document: claim.document.clone(),
            });
            Ok(Verification { verdict, claims: claims.collect() })
        })
        .await
    }
}
