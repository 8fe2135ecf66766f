//! The portal where recipients open secured letters: `/safe/…`.
//!
//! ```text
//! page of the letter ─ POST /safe/open ─ parked ─ 303 /safe/o/<parked>     the share behind «#» stays in the browser
//! link of the letter ─────────────────────────── /safe/m/<slot>           likewise
//!        ├ a code to the mailbox, or an account with a second factor → a visit, known by a cookie
//!        ├ registered: accept, or refuse
//!        │    └ personal or registered: an account, opened here by whoever showed the mailbox; agreed once
//!        └ open ─ in the browser: the store's share and the envelope, to the right visitor only
//!               └ without script: here, with the share that the form carries; the evidence says so
//! ```
//!
//! Looking changes nothing: whatever follows links finds pages, and every change is a form of ours, which browsers say
//! comes from our page. The mail's share of a key is never part of an address that reaches the server, of a row, of
//! a cookie or of the log; where a browser runs no script, it stands in the forms of the pages, and only there.

mod account;
mod assets;
mod bringing;
mod deciding;
mod download;
mod fields;
mod journal;
mod letter;
mod limits;
mod measuring;
mod memory;
mod opening;
mod pages;
mod place;
mod public;
mod reading;
mod reply;
mod trouble;
mod visitor;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use directory::Directory;
use journal::{list, withdrawing};
use mail_flow::Flow;
use mail_secure::Secure;
pub use memory::Memory;
use public::{log, standing, verifying};
use tokio::sync::Semaphore;
use world::World;

/// What the portal asks.
pub struct Shared {
    /// The clock.
    pub world: World,
    /// People with an account.
    pub directory: Directory,
    /// Secured letters.
    pub secure: Secure,
    /// The way of letters: what is answered here goes it.
    pub flow: Flow,
    /// The memory that envelopes and files may take while they come and go.
    pub memory: Memory,
    /// Whose letter is made a page of now, without script.
    pub turns: Turns,
}

/// Turns for work that takes a processor, shared by all requests.
#[derive(Clone)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Turns {
        Turns(Arc::new(Semaphore::new(limits::READING_TURNS)))
    }
}

/// The routes of the portal.
pub fn router(shared: Arc<Shared>) -> Router {
    let bringing = Router::new()
        .route("/safe/open", post(bringing::bring))
        .layer(DefaultBodyLimit::max(limits::BRINGING_LIMIT_BYTES));
    let answering = Router::new()
        .route("/safe/{way}/{id}/reply", post(reply::reply))
        .layer(DefaultBodyLimit::max(limits::REPLY_REQUEST_BYTES));
    let verifying = Router::new()
        .route("/safe/verify/files", post(verifying::verify))
        .layer(DefaultBodyLimit::max(limits::VERIFYING_REQUEST_BYTES));
    Router::new()
        .route("/safe", get(standing::start))
        .route("/safe/", get(standing::start))
        .route("/safe/policy", get(standing::policy))
        .route("/safe/verify", get(standing::verify))
        .route("/safe/keys.json", get(log::keys))
        .route("/safe/log/checkpoint", get(log::checkpoint))
        .route("/safe/log/tile/{*path}", get(log::tile))
        .route("/safe/journal", get(list::show))
        .route("/safe/journal/export.csv", get(list::export))
        .route("/safe/journal/{slot}", get(journal::letter::show))
        .route("/safe/journal/{slot}/receipt/{event}", get(journal::letter::receipt))
        .route("/safe/journal/{slot}/evidence", get(journal::letter::evidence))
        .route("/safe/journal/{slot}/withdraw", post(withdrawing::withdraw))
        .route("/safe/assets/{name}", get(assets::asset))
        .route("/safe/{way}/{id}", get(letter::show))
        .route("/safe/{way}/{id}/next", post(letter::next))
        .route("/safe/{way}/{id}/code", post(letter::send_code))
        .route("/safe/{way}/{id}/enter", post(letter::enter))
        .route("/safe/{way}/{id}/leave", post(letter::leave))
        .route("/safe/{way}/{id}/accept", post(deciding::accept))
        .route("/safe/{way}/{id}/refuse", post(deciding::refuse))
        .route("/safe/{way}/{id}/share", post(opening::share))
        .route("/safe/{way}/{id}/envelope", get(opening::envelope))
        .route("/safe/{way}/{id}/opened", post(opening::opened))
        .route("/safe/{way}/{id}/read", post(opening::read))
        .route("/safe/{way}/{id}/download", post(opening::download))
        .merge(account::routes())
        .layer(DefaultBodyLimit::max(limits::FORM_LIMIT_BYTES))
        .merge(bringing)
        .merge(answering)
        .merge(verifying)
        .layer(from_fn(pages::complete))
        .with_state(shared)
}

#[cfg(test)]
mod tests;
