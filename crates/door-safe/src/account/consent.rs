//! The agreement to receive personal and registered letters, asked for once, before the first of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::Shared;
use crate::fields::Sent;
use crate::letter::{after, form_at};
use crate::trouble::Trouble;
use crate::visitor::Guest;

/// `POST …/consent`
pub(crate) async fn agree(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let agreed = async {
        let (place, seen, fields) = form_at(&shared, &way, &id, sent).await?;
        let visitor = guest.known(&shared).await?;
        let who = visitor.reader(&shared, &seen).await?.ok_or(Trouble::Proof)?;
        shared.secure.consent(&who, guest.language).await?;
        Ok::<_, Trouble>((place, fields))
    };
    match agreed.await {
        Ok((place, fields)) => after(&shared, &guest, &place, &fields, "agreed").await,
        Err(trouble) => trouble.page(&guest),
    }
}
