//! What every HTTP door has in common: connections, TLS, limits, headers.
//!
//! A door is an `axum::Router`; the program merges the doors and hands them to [`serve`], once for each
//! listener. Between the socket and the router stand, in this order: the gate (how many connections), TLS
//! (HTTP/2 or HTTP/1.1 by ALPN), limits of size and time, the check of the host (a bare address is no name
//! of ours), the way to https, and around the router a net for panics. On the way out every answer gets its
//! request id and the headers that make a browser careful, and the log gets one line.
//!
//! Handlers find the [`Client`] and the [`Host`] among the request's extensions. Everything is said with
//! [`Problem`].

mod connection;
mod headers;
mod host;
mod limits;
mod own;
mod problem;
mod request;
mod room;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use doorway::{Doorway, Gate};
use keys::ServerTls;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use world::World;

pub use headers::CONTENT_SECURITY_POLICY;
pub use host::Host;
pub use limits::Limits;
pub use own::ToHttps;
pub use problem::{PROBLEM_JSON, Problem};
pub use room::{Full, Held, Pace, Room, TooSlow};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Where the connection comes from; IPv4 in IPv6 as IPv4.
    pub ip: IpAddr,
    /// Whether the connection is encrypted.
    pub is_tls: bool,
}

/// The name under which the log has this request; the client gets it as `X-Request-Id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// What all listeners of HTTP share.
pub struct Shared {
    /// Clock and randomness.
    pub world: World,
    /// How much and how long.
    pub limits: Limits,
    /// Counts connections.
    pub gate: Gate,
    /// Loopback is not limited: for the demo and for tests.
    pub exempt_loopback: bool,
    /// Where plain HTTP sends clients on; `None` where there is no https.
    pub https: Option<ToHttps>,
    /// Where paths begin whose next segment is a secret that came in a letter: it stands in no log.
    pub secret_paths: Vec<&'static str>,
    /// What is counted while it runs.
    pub counters: Counters,
}

/// What is counted while it runs.
#[derive(Default)]
pub struct Counters {
    under_way: Mutex<HashMap<IpAddr, usize>>,
    panics: AtomicU64,
}

impl Counters {
    /// How many requests ended by a bug of ours.
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}

impl Shared {
    /// With the default limits.
    pub fn new(world: World) -> Shared {
        Shared {
            world,
            limits: Limits::default(),
            gate: Gate::default(),
            exempt_loopback: false,
            https: None,
            secret_paths: Vec::new(),
            counters: Counters::default(),
        }
    }

    fn is_exempt(&self, ip: IpAddr) -> bool {
        self.exempt_loopback && ip.to_canonical().is_loopback()
    }
}

/// Answers with `router` what comes in at `listener`, encrypted where `tls` is given, until `shutdown`
/// becomes true; then requests under way end first.
pub async fn serve(
    listener: TcpListener,
    tls: Option<ServerTls>,
    router: Router,
    shared: Arc<Shared>,
    shutdown: watch::Receiver<bool>,
) {
    let tls = tls.map(|tls| TlsAcceptor::from(Arc::new(connection::with_alpn(&tls))));
    let router = router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(request::route_body_limit());
    let doorway = Doorway { listener, gate: shared.gate.clone(), clock: shared.world.clock.clone() };
    let stop = shutdown.clone();
    let admit = {
        let shared = shared.clone();
        move |_: &tokio::net::TcpStream, peer: std::net::SocketAddr| {
            let exempt = shared.is_exempt(peer.ip());
            let now = shared.world.clock.now();
            // Nothing is said to who has to wait outside: with TLS nothing could be understood yet.
            shared.gate.admit(peer.ip(), exempt, &shared.limits.allowance, now).ok()
        }
    };
    doorway
        .serve(shutdown, admit, move |stream, ip| {
            connection::converse(stream, ip, tls.clone(), router.clone(), shared.clone(), stop.clone())
        })
        .await;
}

#[cfg(test)]
mod tests;
