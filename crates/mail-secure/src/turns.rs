//! Turns for work that takes a processor for long, whichever door asks for it: whoever asks often keeps no more than a few
//! cores busy, and nobody else's letters waiting.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Secure, SecureError, limits};

/// The turns of one process.
pub(crate) struct Turns {
    stretching: Arc<Semaphore>,
    verifying: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Turns {
        let turns = |count| Arc::new(Semaphore::new(count));
        Turns { stretching: turns(limits::STRETCHING_TURNS), verifying: turns(limits::VERIFYING_TURNS) }
    }
}

/// A turn; over when it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not used")] OwnedSemaphorePermit);

fn taken(turns: &Arc<Semaphore>) -> Result<Turn, SecureError> {
    Arc::clone(turns).try_acquire_owned().map(Turn).map_err(|_| SecureError::Busy)
}

impl Secure {
    /// A turn to verify evidence that somebody brings.
    ///
    /// # Errors
    /// [`SecureError::Busy`] while others have them all.
    pub fn turn_to_verify(&self) -> Result<Turn, SecureError> {
        taken(&self.turns().verifying)
    }

    /// A turn to make a key of a passphrase (PBKDF2, hundreds of thousands of rounds).
    ///
    /// # Errors
    /// [`SecureError::Busy`] while others have them all.
    pub(crate) fn turn_to_stretch(&self) -> Result<Turn, SecureError> {
        taken(&self.turns().stretching)
    }
}
