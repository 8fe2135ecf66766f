//! `POST /safe/open`: somebody brings the envelope that came with a letter. The page of the letter sends it from anywhere, from
//! a file as well; so it is taken from whoever sends it, as far as it is an envelope that this platform has signed.

use std::sync::Arc;

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::response::Response;
use bytes::Bytes;
use doorway_http::{Held, Pace};
use mail_secure::{Brought, SecureError};
use wire_safe::{ENVELOPE_FIELD, FormField, NotAFormField, SHARE_FIELD};

use crate::memory::{arriving, pace, piece};
use crate::place::Place;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::{Shared, letter, limits, pages};

/// What was brought.
struct Form {
    envelope: Bytes,
    /// The mail's share, from a browser that runs no script.
    share: Option<String>,
    held: Held,
}

/// `POST /safe/open`
pub(crate) async fn bring(State(shared): State<Arc<Shared>>, guest: Guest, request: Request) -> Response {
    let form = match read(&shared, &guest, request).await {
        Ok(form) => form,
        Err(trouble) => return trouble.page(&guest),
    };
    let Form { envelope, share, held } = form;
    let brought = shared.secure.bring(envelope.clone()).await;
    let place = match brought {
        Ok(Brought { parked, slot }) => Place::brought(parked, slot),
        // What became of it, its page says: nothing is needed for that.
        Err(SecureError::Ended) => match shared.secure.slot_of(envelope).await {
            Ok(slot) => return pages::see_other(&format!("/safe/m/{slot}")),
            Err(error) => return Trouble::from(error).page(&guest),
        },
        Err(error) => return Trouble::from(error).page(&guest),
    };
    drop(held);
    match share {
        // The fragment of the address goes with it: it is the browser that keeps it (Fetch §4.4, «HTTP-redirect fetch»).
        None => pages::see_other(&place.path),
        Some(share) => letter::page_of(&shared, &guest, &place, Some(&share), "").await,
    }
}

async fn read(shared: &Shared, guest: &Guest, request: Request) -> Result<Form, Trouble> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Trouble::Unreadable)?;
    let (mut held, mut pace) = (shared.memory.bringing(guest.client.ip), pace());
    let (mut envelope, mut share, mut count) = (None, None, 0);
    while let Some(field) = arriving(&mut pace, form.next_field(), Trouble::Unreadable).await? {
        count += 1;
        if count > limits::BRINGING_FIELDS_LIMIT {
            return Err(Trouble::Unreadable);
        }
        match field.name() {
            // One envelope for a request.
            Some(ENVELOPE_FIELD) if envelope.is_none() => {
                envelope = Some(taken(field, &mut pace, &mut held).await?)
            }
            Some(SHARE_FIELD) if share.is_none() => share = Some(short(field, &mut pace).await?),
            _ => return Err(Trouble::Unreadable),
        }
    }
    let envelope = Bytes::from(envelope.ok_or(Trouble::Unreadable)?);
    Ok(Form { envelope, share: share.filter(|share| !share.is_empty()), held })
}

async fn taken(mut field: Field<'_>, pace: &mut Pace, held: &mut Held) -> Result<Vec<u8>, Trouble> {
    let mut reading = FormField::default();
    while let Some(piece) = piece(pace, &mut field, Trouble::Unreadable).await? {
        // A vector that grows has, for a moment, its old and its new place.
        held.at_least(2 * (reading.octets() + piece.len()))?;
        reading.push(&piece).map_err(|error| refused(&error))?;
    }
    reading.finish().map_err(|error| refused(&error))
}

fn refused(error: &NotAFormField) -> Trouble {
    match error {
        NotAFormField::TooLarge { .. } => Trouble::TooLarge,
        NotAFormField::Base64(_) | NotAFormField::BehindTheEnd => Trouble::Forged,
    }
}

async fn short(mut field: Field<'_>, pace: &mut Pace) -> Result<String, Trouble> {
    let mut text = Vec::new();
    while let Some(piece) = piece(pace, &mut field, Trouble::Unreadable).await? {
        text.extend_from_slice(&piece);
        if text.len() > limits::SHARE_FIELD_LIMIT_BYTES {
            return Err(Trouble::Unreadable);
        }
    }
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}
