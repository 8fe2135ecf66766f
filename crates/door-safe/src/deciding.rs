//! A registered letter is accepted or refused, by whoever has shown enough; refusing asks first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;

use crate::fields::Sent;
use crate::letter::{after, form_at};
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, pages};

/// `POST …/accept`
pub(crate) async fn accept(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let accepted = async {
        let (place, seen, fields) = form_at(&shared, &way, &id, sent).await?;
        let visitor = guest.known(&shared).await?;
        let who = visitor.reader(&shared, &seen).await?.ok_or(Trouble::Proof)?;
        shared.secure.accept(&place.slot, &who).await?;
        Ok::<_, Trouble>((place, fields))
    };
    match accepted.await {
        Ok((place, fields)) => after(&shared, &guest, &place, &fields, "accepted").await,
        Err(trouble) => trouble.page(&guest),
    }
}

/// `POST …/refuse`: the first time the page that says what follows, the second time it is done.
pub(crate) async fn refuse(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let refused = async {
        let (place, seen, fields) = form_at(&shared, &way, &id, sent).await?;
        let visitor = guest.known(&shared).await?;
        let who = visitor.reader(&shared, &seen).await?.ok_or(Trouble::Proof)?;
        if !shared.secure.may_decide(&seen, &who).await? {
            return Err(Trouble::Consent);
        }
        if fields.text("sure") != "yes" {
            let settings = shared.secure.settings();
            let content = context! {
                title => "refuse-title",
                path => place.path,
                share => fields.share(),
                sender => &*settings.shown_sender(&seen.letter, &seen.copy, guest.language).address,
                subject => seen.letter.subject,
            };
            return Ok(pages::page(guest.language, "refuse.html", &content));
        }
        shared.secure.refuse(&place.slot, &who, fields.text("reason")).await?;
        Ok::<_, Trouble>(pages::see_other(&format!("/safe/m/{}", place.slot)))
    };
    refused.await.unwrap_or_else(|trouble| trouble.page(&guest))
}
