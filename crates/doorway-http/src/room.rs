//! Room for bodies that lie in memory: taken as octets arrive, given back with the request; and the pace at which they have
//! to arrive. Whoever announces much and sends nothing takes nothing, and no source takes more than its share.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use doorway::network_of;
use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::limits::PACE_OCTETS;

/// Room that requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    octets: usize,
    share_octets: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    octets: usize,
    /// Only of those who hold something.
    by_source: HashMap<IpAddr, usize>,
}

/// What one request has taken; given back when it is dropped.
#[derive(Debug)]
pub struct Held {
    room: Room,
    source: IpAddr,
    octets: usize,
}

/// Too much is held at the same time: by everybody, or by this source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Room {
    /// Room for so many octets, of which one source (an IPv4 address, the /64 of an IPv6 address) gets so many.
    pub fn new(octets: usize, share_octets: usize) -> Room {
        Room(Arc::new(Shared { octets, share_octets, taken: Mutex::default() }))
    }

    /// For a request from there; nothing yet.
    pub fn hold(&self, ip: IpAddr) -> Held {
        Held { room: self.clone(), source: network_of(ip), octets: 0 }
    }
}

impl Held {
    /// Holds room for at least so many octets.
    ///
    /// # Errors
    /// [`Full`]: what is held already stays.
    pub fn at_least(&mut self, octets: usize) -> Result<(), Full> {
        let more = octets.saturating_sub(self.octets);
        if more == 0 {
            return Ok(());
        }
        let Shared { octets: all, share_octets, taken } = &*self.room.0;
        let mut taken = taken.lock();
        let of_source = taken.by_source.get(&self.source).copied().unwrap_or_default();
        let fits = |held: usize, limit: &usize| held.checked_add(more).filter(|sum| sum <= limit);
        let (Some(sum), Some(of_source)) = (fits(taken.octets, all), fits(of_source, share_octets)) else {
            return Err(Full);
        };
        taken.octets = sum;
        taken.by_source.insert(self.source, of_source);
        self.octets = octets;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.octets == 0 {
            return;
        }
        let mut taken = self.room.0.taken.lock();
        taken.octets = taken.octets.saturating_sub(self.octets);
        if let Some(of_source) = taken.by_source.get_mut(&self.source) {
            *of_source = of_source.saturating_sub(self.octets);
            if *of_source == 0 {
                taken.by_source.remove(&self.source);
            }
        }
    }
}

/// How fast a body comes: in each span either its end, or `PACE_OCTETS` octets. A drop now and then keeps no room.
#[derive(Debug)]
pub struct Pace {
    span: Duration,
    until: Instant,
    octets: usize,
}

/// A body stands still, or almost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl Pace {
    /// From now on.
    pub fn new(span: Duration) -> Pace {
        Pace { span, until: Instant::now() + span, octets: 0 }
    }

    /// What comes next.
    ///
    /// # Errors
    /// [`TooSlow`], once the span is over.
    pub async fn next<T>(&mut self, next: impl Future<Output = T>) -> Result<T, TooSlow> {
        timeout_at(self.until, next).await.map_err(|_| TooSlow)
    }

    /// So many octets have come.
    pub fn came(&mut self, octets: usize) {
        self.octets = self.octets.saturating_add(octets);
        if self.octets >= PACE_OCTETS {
            *self = Pace::new(self.span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn room_is_taken_as_it_is_needed_and_given_back_with_the_request() {
        let room = Room::new(200, 200);
        let (mut one, mut other) = (room.hold(HERE), room.hold(HERE));
        one.at_least(1).unwrap();
        one.at_least(100).unwrap();
        one.at_least(50).unwrap();
        other.at_least(100).unwrap();
        assert_eq!(other.at_least(101), Err(Full));
        drop(one);
        other.at_least(200).unwrap();
        assert_eq!(other.at_least(usize::MAX), Err(Full));
        assert_eq!(room.hold(HERE).at_least(1), Err(Full));
        room.hold(HERE).at_least(0).unwrap();
        drop(other);
        assert!(room.0.taken.lock().by_source.is_empty(), "nothing is remembered of whoever has gone");
        room.hold(HERE).at_least(200).unwrap();
    }

    #[test]
    fn no_source_holds_more_than_its_share() {
        for (one, same, other) in [
            ("192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8"),
            ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ] {
            let room = Room::new(300, 100);
            let (mut first, mut second) = (room.hold(ip(one)), room.hold(ip(same)));
            first.at_least(60).unwrap();
            second.at_least(40).unwrap();
            assert_eq!(second.at_least(41), Err(Full), "{one} and {same} are one source");
            let mut others = room.hold(ip(other));
            others.at_least(100).unwrap();
            drop(first);
            second.at_least(100).unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_not_waited_for() {
        let span = Duration::from_secs(10);
        let mut pace = Pace::new(span);
        // Much of it in each span: as long as it takes.
        for _ in 0..10 {
            pace.next(tokio::time::sleep(Duration::from_secs(9))).await.unwrap();
            pace.came(PACE_OCTETS);
        }
        // One octet now and then.
        pace.next(tokio::time::sleep(Duration::from_secs(9))).await.unwrap();
        pace.came(1);
        assert_eq!(pace.next(tokio::time::sleep(Duration::from_secs(9))).await, Err(TooSlow));
        // What is there already is taken.
        Pace::new(span).next(std::future::ready(())).await.unwrap();
    }
}
