//! The REST API: what an administrator can do, for programs.
//!
//! Everything lies below `/api/v1/` and is described by the OpenAPI document at `/api/openapi.json`, which is
//! generated from the handlers. Whoever asks shows a token (`Authorization: Bearer relais_…`) that reaches one
//! organisation or, made by the operator, the whole installation: what lies outside is «not found», as in
//! `directory`. A handler reads its input, calls one function of a domain crate and shows the result as a view;
//! domain types have never heard of JSON. Refusals become problems (RFC 9457) in one place, `refusal`.
//!
//! A request passes, in this order: the token, its rate, whether it may write, room for a letter where it sends one, and
//! the memory of its `Idempotency-Key`.

mod caller;
mod document;
mod gate;
mod input;
pub mod limits;
mod page;
mod rate;
mod refusal;
mod repeat;
mod resource;
mod room;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router};
use directory::Directory;
use doorway_http::Problem;
use gateways::Gateways;
use hosts::Hosts;
use keys::Keys;
use mail_flow::Flow;
use mail_queue::Queue;
use mail_reports::Reports;
use mail_route::Relays;
use onboarding::Onboarding;
use renumbering::Renumberings;
use reputation::Reputation;
use tokio::sync::Semaphore;
use trail::Trail;
use world::World;
use zones::Zones;
use zones::diagnosis::Looker;

pub use document::document;
pub use limits::Limits;

/// What the API is made of.
#[derive(Clone)]
pub struct Parts {
    /// Clock and randomness.
    pub world: World,
    /// Who exists.
    pub directory: Directory,
    /// What happened.
    pub trail: Trail,
    /// What waits.
    pub queue: Queue,
    /// Which mail for others goes to a relay.
    pub relays: Relays,
    /// How the platform's endpoints get other addresses.
    pub renumberings: Renumberings,
    /// Integrated organisations.
    pub gateways: Gateways,
    /// How they are connected.
    pub onboarding: Onboarding,
    /// Hosted DNS zones and the mail records of domains.
    pub zones: Zones,
    /// Machines and their roles.
    pub hosts: Hosts,
    /// What signs letters and zones.
    pub keys: Keys,
    /// How a domain is looked at.
    pub looker: Looker,
    /// What others report of our domains.
    pub reports: Reports,
    /// What our own data say of a domain.
    pub reputation: Reputation,
    /// How letters go, and secure ones above all.
    pub flow: Flow,
    /// How much and how often.
    pub limits: Limits,
    /// Loopback is not limited: for the demo and for tests.
    pub exempt_loopback: bool,
}

/// What the handlers share.
pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) rates: rate::Rates,
    /// For letters that are sent.
    pub(crate) room: Semaphore,
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The routes of the API and its document.
pub fn router(parts: Parts) -> Router {
    let room = Semaphore::new(limits::LETTERS_AT_ONCE);
    let shared = Arc::new(Shared { parts, rates: rate::Rates::default(), room });
    let (api, document) = document::routes_and_document();
    let api = api
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // The last layer is the first that a request meets.
        .layer(axum::middleware::from_fn_with_state(shared.clone(), repeat::once))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), room::hold))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), gate::admit))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .with_state(shared);
    let document = Arc::new(document);
    let shown = get(move || {
        let document = document.clone();
        async move { Json((*document).clone()) }
    });
    Router::new().route("/api/openapi.json", shown).merge(api)
}

#[cfg(test)]
mod tests;
