//! Live changes: one stream of server-sent events for each open page, which says only which kind of thing changed;
//! the page then asks again, with its own session.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;

use crate::visitor::Person;
use crate::{Shared, limits};

/// The channels of the database that pages show.
const CHANNELS: [&str; 3] = ["zones", "keys", "reports"];

/// Tells what changed, until the page is left.
pub(crate) async fn events(State(shared): State<Arc<Shared>>, _person: Person) -> Response {
    let stream = unfold(shared.db.subscribe(), async |mut notices| {
        loop {
            let Ok(notice) = notices.recv().await else { return None };
            // Nothing of the notice goes out but the kind: the identifiers may be another organisation's.
            if let Some(channel) = CHANNELS.into_iter().find(|channel| notice.channel == *channel) {
                return Some((Ok::<_, Infallible>(Event::default().event("changed").data(channel)), notices));
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(limits::KEEP_ALIVE)).into_response()
}
