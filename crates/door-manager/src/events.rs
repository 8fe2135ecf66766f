//! Live changes: one stream of server-sent events for each open page, which says only which kind of thing of the
//! organisation changed; the page then asks again, with its own session.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;

use crate::visitor::Person;
use crate::{Shared, limits};

/// The channels of the database that pages show.
const CHANNELS: [&str; 5] = ["zones", "keys", "reports", "hosts", "domain-operations"];

/// Tells what changed, until the page is left.
pub(crate) async fn events(State(shared): State<Arc<Shared>>, person: Person) -> Response {
    let own = person.session.organisation;
    let stream = unfold((shared.db.subscribe(), own), async |(mut notices, own)| {
        loop {
            let Ok(notice) = notices.recv().await else { return None };
            // What others do is not even counted; what concerns everybody names nothing.
            let concerns = match notice.organisation {
                Some(organisation) => organisation == own,
                None => notice.payload.is_empty(),
            };
            if !concerns {
                continue;
            }
            // Nothing of the notice goes out but the kind.
            if let Some(channel) = CHANNELS.into_iter().find(|channel| notice.channel == *channel) {
                return Some((
                    Ok::<_, Infallible>(Event::default().event("changed").data(channel)),
                    (notices, own),
                ));
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(limits::KEEP_ALIVE)).into_response()
}
