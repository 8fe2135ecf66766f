//! SOAP for business software: sending secure letters, reading them, and administration, as three services.
//!
//! What can be asked stands in three tables ([`send`], [`read`], [`administration`]), which are Rust types at the same
//! time; `wire-soap` makes the WSDL of them, reads requests against them and writes answers. This crate stands between
//! HTTP and two things that are given to it: an [`Authenticator`], which says who calls, and [`Operations`], which does
//! what is asked. The operations speak the words of the tables and know nothing of XML; whoever implements them calls
//! one function of the domain for each, as a handler of the REST API does, and sends an idempotent one's `clientRef` on
//! to where it is remembered.
//!
//! A request passes, in this order: who calls as far as HTTP says it, the size it announces, the body and the room for what
//! has come of it, the envelope and the table, who calls as far as the header says it, the operation.
//!
//! The paths are those that customers of the service have in their programs already; its operations were never
//! published, so that ours are our own. Names of hosts are configuration ([`Addresses`]).

mod authenticator;
mod exchange;
pub mod limits;
mod patterns;
mod services;
mod shown;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use doorway_http::Room;
use wire_soap::Service;
use world::World;

pub use authenticator::{Authenticator, Certificate, Password, Shown};
pub use limits::Limits;
pub use services::{Operations, administration, common, read, send};
pub use wire_soap::{Code, Fault};

/// What the door is made of.
pub struct Parts<O, A> {
    /// Clock and randomness.
    pub world: World,
    /// Does what is asked.
    pub operations: O,
    /// Says who asks.
    pub authenticator: A,
    /// Where each service is, as its WSDL says it.
    pub addresses: Addresses,
    /// How much.
    pub limits: Limits,
    /// Loopback may show passwords without TLS: for the demo and for tests.
    pub exempt_loopback: bool,
}

/// The beginning of each service's URL, without the path: `https://ws.example.ch`. It is configuration, and not what a
/// request says: whoever reads the WSDL sends his password there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of the service that sends.
    pub send: String,
    /// Of the service that reads.
    pub read: String,
    /// Of the service that administers.
    pub administration: String,
}

/// What requests share.
pub(crate) struct Shared<O, A> {
    pub(crate) parts: Parts<O, A>,
    /// Room for bodies of callers who showed a password with the head.
    pub(crate) callers: Room,
    /// Room for those of nobody who is known yet, so that strangers keep no caller waiting.
    pub(crate) strangers: Room,
}

/// The routes of the three services: POST asks, GET with `?wsdl` describes.
pub fn router<C, O, A>(parts: Parts<O, A>) -> Router
where
    C: Send + Sync + 'static,
    O: Operations<C>,
    A: Authenticator<Caller = C>,
{
    let limits = &parts.limits;
    let callers = Room::new(limits.room_octets, limits.room_share_octets);
    let strangers = Room::new(limits.strangers_octets, limits.strangers_share_octets);
    let shared = Arc::new(Shared { parts, callers, strangers });
    let route = |router: Router<Arc<Shared<O, A>>>, path: &'static str, service: services::Which| {
        let asked = move |state, request| exchange::answer::<C, O, A>(service, state, request);
        let described = move |state, query| exchange::describe::<O, A>(service, state, query);
        router.route(path, get(described).post(asked))
    };
    let mut router = Router::new();
    for service in services::Which::ALL {
        router = route(router, service.table().path, service);
    }
    // Some programs cut the last slash off.
    router = route(router, "/3.0", services::Which::Send);
    router.with_state(shared)
}

/// The three tables.
pub fn tables() -> [&'static Service; 3] {
    services::Which::ALL.map(services::Which::table)
}

#[cfg(test)]
mod tests;
