//! The Manager in the browser: pages drawn on the server that work without script, and one small script of ours that
//! makes them immediate.
//!
//! ```text
//! request ─ visitor (session, language) ─ screen (asks the domain crates) ─ page (template + words) ─ headers
//!           form ─ fields (same origin, proof) ─┘                          └ trouble: the same frame, what to do
//! ```
//!
//! A screen takes its organisation from the [`directory::Session`] and from nowhere else, and asks the domain crates
//! within that organisation's scope; so what belongs to another one is not found. Forms carry a proof derived from
//! the session, and are refused from another origin. What a table shows stands in the address, so that a link shows
//! the same. Everything comes from the program: templates, words (`words/*/*.ftl`, four languages with the same keys),
//! style, script and icons (`web/manager`). Nothing is inline, which the Content-Security-Policy relies on.

mod assets;
mod chart;
mod events;
mod fields;
mod headers;
mod kept;
pub mod lamps;
pub mod letters;
mod limits;
mod page;
mod reader;
mod screens;
mod table;
mod templates;
mod toast;
mod trouble;
mod underway;
mod visitor;
mod ways;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use db::Db;
use directory::Directory;
use gateways::Gateways;
use hosts::Hosts;
use keys::Keys;
use mail_queue::Queue;
use mail_reports::Reports;
use mail_route::Relays;
use mail_secure::Secure;
use onboarding::Onboarding;
use renumbering::Renumberings;
use reputation::Reputation;
use trail::Trail;
use world::World;
use zones::Zones;
use zones::diagnosis::Looker;

pub use words::Language;

/// What the screens ask.
pub struct Shared {
    /// Tells of changes.
    pub db: Db,
    /// The clock.
    pub world: World,
    /// People, sessions, domains.
    pub directory: Directory,
    /// Machines and their roles.
    pub hosts: Hosts,
    /// Integrated organisations, authorities.
    pub gateways: Gateways,
    /// How they are connected.
    pub onboarding: Onboarding,
    /// Secured letters.
    pub secure: Secure,
    /// Hosted zones, diagnosis.
    pub zones: Zones,
    /// Keys that sign zones.
    pub keys: Keys,
    /// How a domain is looked at.
    pub looker: Looker,
    /// What happened to letters, and what the nodes say of themselves.
    pub trail: Trail,
    /// Letters that wait.
    pub queue: Queue,
    /// Which mail for others goes to a relay.
    pub relays: Relays,
    /// How the platform's endpoints get other addresses.
    pub renumberings: Renumberings,
    /// What others report.
    pub reports: Reports,
    /// What our own data say of a domain.
    pub reputation: Reputation,
}

/// Where paths begin whose next segment is a secret that came in a letter.
pub const SECRET_PATHS: [&str; 1] = ["/invitation/"];

/// Every page below `/manager/`.
pub fn router(shared: Arc<Shared>) -> Router {
    // Asked for what they take, never run.
    let bare = Router::new().nest("/manager", screens::routes()).merge(screens::first());
    let ways = ways::Ways::of(bare.with_state(shared.clone()));
    let screens = screens::routes()
        .route("/events", get(events::events))
        .route("/assets/{name}", get(assets::asset))
        .fallback(async || trouble::Trouble::NotFound);
    Router::new()
        .nest("/manager", screens)
        // A nested router knows `/manager`, and not `/manager/`.
        .merge(screens::first())
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(DefaultBodyLimit::max(limits::FORM_LIMIT_BYTES))
        .layer(from_fn_with_state((shared.clone(), ways), trouble::explain))
        .layer(from_fn(headers::complete))
        .with_state(shared)
}

#[cfg(test)]
mod tests;
