//! The memory that bodies may take: what strangers bring has another part than what visitors open who have shown who they
//! are, so that nobody without proof keeps anybody's letter closed; and of each part no source gets all.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use doorway_http::{Full, Held, Pace, Room, TooSlow};

use crate::limits;
use crate::trouble::Trouble;

/// Memory for envelopes, files and letters, shared by all requests.
#[derive(Clone)]
pub struct Memory {
    bringing: Room,
    opening: Room,
    verifying: Room,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            bringing: Room::new(limits::BRINGING_MEMORY_BYTES, limits::BRINGING_SHARE_BYTES),
            opening: Room::new(limits::OPENING_MEMORY_BYTES, limits::OPENING_SHARE_BYTES),
            verifying: Room::new(limits::VERIFYING_MEMORY_BYTES, limits::VERIFYING_SHARE_BYTES),
        }
    }
}

impl Memory {
    /// For an envelope that anybody may bring, from there; nothing yet.
    pub(crate) fn bringing(&self, ip: IpAddr) -> Held {
        self.bringing.hold(ip)
    }

    /// For a letter, and an answer, of somebody who has shown who they are; nothing yet.
    pub(crate) fn opening(&self, ip: IpAddr) -> Held {
        self.opening.hold(ip)
    }

    /// For files that anybody may have verified; nothing yet.
    pub(crate) fn verifying(&self, ip: IpAddr) -> Held {
        self.verifying.hold(ip)
    }
}

impl From<Full> for Trouble {
    fn from(Full: Full) -> Trouble {
        Trouble::Busy
    }
}

impl From<TooSlow> for Trouble {
    fn from(TooSlow: TooSlow) -> Trouble {
        Trouble::Unreadable
    }
}

/// The pace of a form that begins to arrive.
pub(crate) fn pace() -> Pace {
    Pace::new(limits::STILL_FOR)
}

/// What comes next of a form: whoever sends next to nothing for a while keeps no memory that others need.
pub(crate) async fn arriving<T, E>(
    pace: &mut Pace,
    next: impl Future<Output = Result<T, E>>,
    broken: Trouble,
) -> Result<T, Trouble> {
    pace.next(next).await?.map_err(|_| broken)
}

/// The next piece of a field; `None` at its end.
pub(crate) async fn piece(
    pace: &mut Pace,
    field: &mut Field<'_>,
    broken: Trouble,
) -> Result<Option<Bytes>, Trouble> {
    let piece = arriving(pace, field.chunk(), broken).await?;
    pace.came(piece.as_ref().map_or(0, Bytes::len));
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 8));

    #[test]
    fn what_strangers_bring_and_have_verified_leaves_room_for_who_opens() {
        let memory = Memory::default();
        let all = |of: fn(&Memory, IpAddr) -> Held, share| {
            [HERE, THERE].map(|ip| {
                let mut held = of(&memory, ip);
                held.at_least(share).unwrap();
                held
            })
        };
        let brought = all(Memory::bringing, limits::BRINGING_SHARE_BYTES);
        let _verified = all(Memory::verifying, limits::VERIFYING_SHARE_BYTES);
        let third = IpAddr::from([192, 0, 2, 9]);
        assert_eq!(memory.bringing(third).at_least(1), Err(Full));
        assert_eq!(memory.verifying(third).at_least(1), Err(Full));
        memory.opening(HERE).at_least(limits::OPENING_SHARE_BYTES).unwrap();
        drop(brought);
        memory.bringing(third).at_least(1).unwrap();
        assert_eq!(memory.verifying(third).at_least(1), Err(Full));
    }

    #[test]
    fn one_source_leaves_room_for_another_in_each_part_and_has_enough_for_what_is_largest() {
        const LETTER: usize = mail_secure::limits::LETTER_LIMIT_BYTES;
        let memory = Memory::default();
        for (part, largest) in [
            (Memory::bringing as fn(&Memory, IpAddr) -> Held, 2 * wire_safe::limits::ENVELOPE_LIMIT_OCTETS),
            (
                Memory::opening,
                (3 * LETTER).max(3 * limits::REPLY_FILES_BYTES + 3 * limits::REPLY_TO_ALL_BYTES),
            ),
            (Memory::verifying, 3 * limits::VERIFYING_BYTES),
        ] {
            let mut held = part(&memory, HERE);
            held.at_least(largest).unwrap();
            let mut more = Vec::new();
            loop {
                let mut next = part(&memory, HERE);
                if next.at_least(limits::VERIFYING_REQUEST_BYTES / 64).is_err() {
                    break;
                }
                more.push(next);
            }
            part(&memory, THERE).at_least(largest).unwrap();
        }
    }

    #[tokio::test]
    async fn a_form_that_stands_still_is_not_waited_for() {
        let never = std::future::pending::<Result<(), ()>>();
        let mut pace = Pace::new(std::time::Duration::from_millis(5));
        assert_eq!(arriving(&mut pace, never, Trouble::TooLarge).await, Err(Trouble::Unreadable));
        let broken = std::future::ready(Err::<(), _>(()));
        assert_eq!(arriving(&mut self::pace(), broken, Trouble::TooLarge).await, Err(Trouble::TooLarge));
    }
}
