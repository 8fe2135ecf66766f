//! The world outside: clock, randomness, names, dialling out. The only crate that touches them.
//!
//! Each has a real form and one for tests; no crate above knows which it holds. Faults of disk and
//! database are injected through the hooks of `db` and `blobs` instead, where they happen.
//!
//! Names are asked of the system's resolvers, of `[dns] resolvers`, or, for a zone that
//! `[dns] forward = { "test" = ["127.0.0.1:20053"] }` names ([`NamesOptions::forward`]), of that zone's own servers.

mod certificate;
mod clock;
mod dial;
mod fetch;
mod gateway;
mod names;
mod post;
mod random;

pub use certificate::{CertificateJudge, JudgedBy, Shown};
pub use clock::Clock;
pub use dial::{Dial, SourceAddresses, TlsSetupError};
pub use fetch::{FetchError, FetchOptions, is_elsewhere};
pub use gateway::{GatewayError, GatewayRequest};
pub use names::{
    Found, LookupError, Mx, Name, Names, NamesOptions, NamesSetupError, RData, RecordType, StaticNames,
    Validation,
};
pub use post::{PostError, PostRequest};
pub use random::{Ids, Random};

use std::time::Duration;

use model::{Domain, Timestamp};

/// Everything that a part of the platform may ask of the outside; cheap to clone.
#[derive(Clone)]
pub struct World {
    /// What time it is.
    pub clock: Clock,
    /// New identifiers.
    pub ids: Ids,
    /// Unpredictable bytes.
    pub random: Random,
    /// DNS look-ups.
    pub names: Names,
    /// Outgoing connections.
    pub dial: Dial,
    /// How files are fetched; [`World::fetch`] does it.
    pub fetching: FetchOptions,
}

impl World {
    /// The real world with the given resolver and outgoing addresses.
    pub fn real(names: Names, dial: Dial) -> World {
        let clock = Clock::real();
        World {
            ids: Ids::new(clock.clone()),
            clock,
            random: Random::real(),
            names,
            dial,
            fetching: FetchOptions::default(),
        }
    }

    /// A world for tests: a clock that moves only by [`Clock::advance`] and starts at
    /// 2026-11-21T12:00:00Z, repeatable randomness, no names but those put in, real dialling.
    pub fn testing() -> World {
        World::testing_with_names(StaticNames::default())
    }

    /// [`World::testing`] with names.
    pub fn testing_with_names(names: StaticNames) -> World {
        let clock = Clock::fake(Timestamp(1_795_262_400_000));
        World {
            ids: Ids::new(clock.clone()),
            clock,
            random: Random::seeded(20_261_121),
            names: Names::fixed(names),
            dial: Dial::new(SourceAddresses::default()).expect("the built-in TLS defaults are valid"),
            fetching: FetchOptions { may_reach_itself: true, ..FetchOptions::default() },
        }
    }

    /// The file at `https://host/path`, if it is small and text/plain: no redirects, and a certificate that is
    /// valid for the host.
    pub async fn fetch(&self, host: &Domain, path: &str) -> Result<Vec<u8>, FetchError> {
        fetch::fetch(&self.names, &self.dial, self.fetching, host, path).await
    }

    /// Sends one request to a gateway that the operator chose; done when it answers 2xx.
    pub async fn send_to_gateway(&self, request: &GatewayRequest) -> Result<(), GatewayError> {
        gateway::send(&self.dial, request).await
    }

    /// Asks a server that the operator chose one question by POST.
    ///
    /// # Errors
    /// When it cannot be reached, answers with another status than 200, with another type, or with too much.
    pub async fn post(&self, request: PostRequest<'_>) -> Result<Vec<u8>, PostError> {
        post::post(&self.names, &self.dial, self.fetching, request).await
    }

    /// A positive identifier, later than all before it and unique across nodes.
    pub fn new_id(&self) -> i64 {
        self.ids.next()
    }

    /// The moment `later` from now.
    pub fn in_future(&self, later: Duration) -> Timestamp {
        self.clock.now().plus(later)
    }
}

#[cfg(test)]
mod tests;
