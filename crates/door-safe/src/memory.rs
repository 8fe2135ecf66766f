//! The memory that bodies may take: what strangers bring has another part than what visitors open who have shown who they
//! are, so that nobody without proof keeps anybody's letter closed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::limits;
use crate::trouble::Trouble;

/// Memory for envelopes, files and letters, shared by all requests.
#[derive(Clone)]
pub struct Memory {
    bringing: Arc<Semaphore>,
    opening: Arc<Semaphore>,
    verifying: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Memory {
        let part = |octets: usize| Arc::new(Semaphore::new(octets / limits::MEMORY_SHARE_BYTES));
        Memory {
            bringing: part(limits::BRINGING_MEMORY_BYTES),
            opening: part(limits::OPENING_MEMORY_BYTES),
            verifying: part(limits::VERIFYING_MEMORY_BYTES),
        }
    }
}

/// A part of the memory; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    of: Arc<Semaphore>,
    shares: Vec<OwnedSemaphorePermit>,
}

impl Memory {
    /// For an envelope that anybody may bring; nothing yet.
    pub(crate) fn bringing(&self) -> Held {
        Held { of: Arc::clone(&self.bringing), shares: Vec::new() }
    }

    /// For a letter, and an answer, of somebody who has shown who they are; nothing yet.
    pub(crate) fn opening(&self) -> Held {
        Held { of: Arc::clone(&self.opening), shares: Vec::new() }
    }

    /// For files that anybody may have verified; nothing yet.
    pub(crate) fn verifying(&self) -> Held {
        Held { of: Arc::clone(&self.verifying), shares: Vec::new() }
    }
}

impl Held {
    /// Holds at least so many octets; whoever finds nothing left comes again later.
    pub(crate) fn at_least(&mut self, octets: usize) -> Result<(), Trouble> {
        while self.shares.len() * limits::MEMORY_SHARE_BYTES < octets {
            let share = Arc::clone(&self.of).try_acquire_owned().map_err(|_| Trouble::Busy)?;
            self.shares.push(share);
        }
        Ok(())
    }
}

/// What comes next of a form: whoever sends nothing for a while keeps no memory that others need.
pub(crate) async fn arriving<T, E>(
    next: impl Future<Output = Result<T, E>>,
    broken: Trouble,
) -> Result<T, Trouble> {
    arriving_within(limits::STILL_FOR, next, broken).await
}

async fn arriving_within<T, E>(
    still_for: Duration,
    next: impl Future<Output = Result<T, E>>,
    broken: Trouble,
) -> Result<T, Trouble> {
    match timeout(still_for, next).await {
        Ok(arrived) => arrived.map_err(|_| broken),
        Err(_) => Err(Trouble::Unreadable),
    }
}

/// The next piece of a field; `None` at its end.
pub(crate) async fn piece(field: &mut Field<'_>, broken: Trouble) -> Result<Option<Bytes>, Trouble> {
    arriving(field.chunk(), broken).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_bring_and_have_verified_leaves_room_for_who_opens() {
        let memory = Memory::default();
        let (mut brought, mut verified) = (memory.bringing(), memory.verifying());
        brought.at_least(limits::BRINGING_MEMORY_BYTES).unwrap();
        verified.at_least(limits::VERIFYING_MEMORY_BYTES).unwrap();
        assert_eq!(memory.bringing().at_least(1), Err(Trouble::Busy));
        assert_eq!(memory.verifying().at_least(1), Err(Trouble::Busy));
        memory.opening().at_least(limits::OPENING_MEMORY_BYTES).unwrap();
        drop(brought);
        memory.bringing().at_least(1).unwrap();
        assert_eq!(memory.verifying().at_least(1), Err(Trouble::Busy));
    }

    #[tokio::test]
    async fn a_form_that_stands_still_is_not_waited_for() {
        let never = std::future::pending::<Result<(), ()>>();
        let waited = arriving_within(Duration::from_millis(5), never, Trouble::TooLarge).await;
        assert_eq!(waited, Err(Trouble::Unreadable));
        let broken = arriving(std::future::ready(Err::<(), _>(())), Trouble::TooLarge).await;
        assert_eq!(broken, Err(Trouble::TooLarge));
    }
}
