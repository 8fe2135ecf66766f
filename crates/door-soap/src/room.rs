//! Room for bodies. It is taken as octets arrive: whoever announces much and sends nothing takes nothing. Whoever has not yet
//! said who calls has a room apart, so that strangers never keep callers waiting who showed a password with the head.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Limits;

/// In what pieces room is given.
const PIECE_OCTETS: usize = 64 * 1024;

/// Room that requests share.
pub(crate) struct Room {
    callers: Semaphore,
    strangers: Semaphore,
}

/// What one request has taken; given back with it.
pub(crate) struct Held<'s> {
    from: &'s Semaphore,
    permits: Option<SemaphorePermit<'s>>,
    pieces: usize,
}

/// Too much is sent at the same time.
#[derive(Debug)]
pub(crate) struct Full;

impl Room {
    pub(crate) fn new(limits: &Limits) -> Room {
        let pieces = |octets: usize| Semaphore::new(octets.div_ceil(PIECE_OCTETS));
        Room { callers: pieces(limits.room_octets), strangers: pieces(limits.strangers_octets) }
    }

    /// For a request, of somebody who is known by its head or of nobody yet.
    pub(crate) fn hold(&self, is_known: bool) -> Held<'_> {
        let from = if is_known { &self.callers } else { &self.strangers };
        Held { from, permits: None, pieces: 0 }
    }
}

impl Held<'_> {
    /// Holds room for at least so many octets.
    ///
    /// # Errors
    /// [`Full`]: what is held already stays.
    pub(crate) fn at_least(&mut self, octets: usize) -> Result<(), Full> {
        let wanted = octets.div_ceil(PIECE_OCTETS);
        let more = u32::try_from(wanted.saturating_sub(self.pieces)).map_err(|_| Full)?;
        if more == 0 {
            return Ok(());
        }
        let taken = self.from.try_acquire_many(more).map_err(|_| Full)?;
        match &mut self.permits {
            Some(permits) => permits.merge(taken),
            None => self.permits = Some(taken),
        }
        self.pieces = wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_as_it_is_needed_and_given_back_with_the_request() {
        let limits =
            Limits { room_octets: 2 * PIECE_OCTETS, strangers_octets: PIECE_OCTETS, ..Limits::default() };
        let room = Room::new(&limits);
        let (mut one, mut other) = (room.hold(true), room.hold(true));
        one.at_least(1).unwrap();
        one.at_least(PIECE_OCTETS).unwrap();
        other.at_least(1).unwrap();
        other.at_least(PIECE_OCTETS + 1).unwrap_err();
        let mut stranger = room.hold(false);
        stranger.at_least(PIECE_OCTETS).unwrap();
        stranger.at_least(PIECE_OCTETS + 1).unwrap_err();
        drop(one);
        other.at_least(PIECE_OCTETS + 1).unwrap();
        room.hold(false).at_least(1).unwrap_err();
        drop(stranger);
        room.hold(false).at_least(1).unwrap();
    }
}
