//! Opening: what a browser needs to do it itself, to the right visitor only; and the platform in its place, where a
//! browser runs no script.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use directory::Zeroizing;
use doorway_http::Held;
use mail_secure::Shown;
use minijinja::context;
use serde_json::json;
use wire_safe::MailShare;

use crate::fields::{Fields, Sent};
use crate::letter::{form_at, page_of};
use crate::place::Place;
use crate::reading::{self, Letter};
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, download, pages, reply};

/// The field of the sender's passphrase, where the browser runs no script.
const PASSPHRASE: &str = "passphrase";

/// The right visitor for a letter, at its place.
async fn reader(
    shared: &Shared,
    guest: &Guest,
    (way, id): &(String, String),
    sent: Sent,
) -> Result<(Place, Fields, Shown), Trouble> {
    let (place, seen, fields) = form_at(shared, way, id, sent).await?;
    let visitor = guest.known(shared).await?;
    let who = visitor.reader(shared, &seen).await?.ok_or(Trouble::Proof)?;
    Ok((place, fields, who))
}

/// `POST …/share`: the store's share of the key.
pub(crate) async fn share(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(at): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let released = async {
        let (place, _, who) = reader(&shared, &guest, &at, sent).await?;
        Ok::<_, Trouble>(shared.secure.release(&place.slot, &who).await?)
    };
    match released.await {
        Ok(opening) => Json(json!({ "share": *opening.store_share })).into_response(),
        Err(trouble) => trouble.json(),
    }
}

/// `GET …/envelope`: the octets of the envelope.
pub(crate) async fn envelope(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
) -> Response {
    let fetched = async {
        let (place, seen) = Place::find(&shared, &way, &id).await?;
        guest.known(&shared).await?.reader(&shared, &seen).await?.ok_or(Trouble::Proof)?;
        let mut held = shared.memory.opening(guest.client.ip);
        held.at_least(usize::try_from(seen.letter.size_bytes).unwrap_or(usize::MAX))?;
        Ok::<_, Trouble>((shared.secure.envelope(&place.slot, place.parked.as_deref()).await?, held))
    };
    match fetched.await {
        Ok((octets, held)) => {
            let mut response = Response::new(Body::from(octets));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            // The memory is given back when the answer has gone.
            response.extensions_mut().insert(Arc::new(held) as Arc<Held>);
            response
        }
        Err(trouble) => trouble.json(),
    }
}

/// `POST …/opened`: the browser has the letter open.
pub(crate) async fn opened(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(at): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let noted = async {
        let (place, _, who) = reader(&shared, &guest, &at, sent).await?;
        shared.secure.note_opened(&place.slot, &who, false).await?;
        Ok::<_, Trouble>(())
    };
    match noted.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(trouble) => trouble.json(),
    }
}

/// Why a letter was not decrypted; where something else may be said, with the place and the share of its page.
type NotDecrypted = (Trouble, Option<(Place, String)>);

/// The letter, decrypted here at the recipient's wish.
async fn decrypted(
    shared: &Shared,
    guest: &Guest,
    at: &(String, String),
    sent: Sent,
) -> Result<(Place, Fields, Shown, wire_safe::Letter, Held), NotDecrypted> {
    let alone = |trouble| (trouble, None);
    let (place, fields, who) = reader(shared, guest, at, sent).await.map_err(alone)?;
    let share = fields.share().ok_or(alone(Trouble::Share))?;
    let mail_share = MailShare::from_base64url(share).map_err(|_| alone(Trouble::Share))?;
    let opening = async {
        let seen = shared.secure.seen(&place.slot).await?;
        let mut held = shared.memory.opening(guest.client.ip);
        // The envelope, the letter, and what is made of it.
        held.at_least(usize::try_from(seen.letter.size_bytes).unwrap_or(usize::MAX).saturating_mul(3))?;
        let envelope = shared.secure.envelope(&place.slot, place.parked.as_deref()).await?;
        let shares = (mail_share, Zeroizing::new(fields.raw(PASSPHRASE).to_owned()));
        let letter = shared.secure.open_here(&place.slot, envelope, shares, &who).await;
        let letter = letter.map_err(|error| match Trouble::from(error) {
            // The envelope is genuine, or it would not be here.
            Trouble::Forged => Trouble::Share,
            trouble => trouble,
        })?;
        Ok::<_, Trouble>((letter, held))
    };
    match opening.await {
        Ok((letter, held)) => Ok((place, fields, who, letter, held)),
        Err(trouble) => {
            let share = share.to_owned();
            Err((trouble, Some((place, share))))
        }
    }
}

/// `POST …/read`: the letter as a page, for a browser that runs no script.
pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(at): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let (place, fields, who, letter, _held) = match decrypted(&shared, &guest, &at, sent).await {
        Ok(opened) => opened,
        // Why it is refused, and that the next has to wait, its page says.
        Err((Trouble::Passphrase | Trouble::Paused, Some((place, share)))) => {
            return page_of(&shared, &guest, &place, Some(&share), "passphrase").await;
        }
        Err((trouble, _)) => return trouble.page(&guest),
    };
    let passphrase = fields.raw(PASSPHRASE).to_owned();
    let share = fields.share().unwrap_or_default().to_owned();
    // Waits, because what others have read takes milliseconds.
    let Ok(turn) = shared.turns.0.clone().acquire_owned().await else { return Trouble::Later.page(&guest) };
    let read = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        Letter::read(&letter)
    });
    let read = read.await;
    let Ok(letter) = read else { return Trouble::Later.page(&guest) };
    let reply = match reply::offer(&shared, &guest, &place, &who, letter.text()).await {
        Ok(reply) => reply,
        Err(trouble) => return trouble.page(&guest),
    };
    let content = context! {
        title => "reading-title", path => place.path, share, passphrase, letter => letter.shown(), reply,
    };
    pages::page(guest.language, "reading.html", &content)
}

/// `POST …/download`: the letter as a file, or one of its attachments.
pub(crate) async fn download(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(at): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let (_, fields, _, letter, _held) = match decrypted(&shared, &guest, &at, sent).await {
        Ok(opened) => opened,
        Err((trouble, _)) => return trouble.page(&guest),
    };
    let file = match fields.text("part") {
        "" => Some(("message/rfc822".to_owned(), "message.eml".to_owned(), letter.to_vec())),
        number => number.parse().ok().and_then(|number| reading::attachment(&letter, number)),
    };
    let Some((kind, name, octets)) = file else { return Trouble::NotFound.page(&guest) };
    download::file(&kind, &name, octets)
}
