//! Answering a letter that was opened, secured like any other: to its sender, or to all whom it names.
//!
//! The form stands on the page where the letter is read, in the browser or here, and names the copy that is answered; whom
//! that copy lets one write to, the database says. What is typed and attached stays in memory until it is sealed.

pub(crate) mod form;
mod writing;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use doorway_http::Held;
use mail_flow::{Sending, TakenSecured};
use mail_secure::{Answerable, Mode, Shown};
use minijinja::{Value, context};
use model::{Address, Class, Reply};
use serde_json::json;
use tracing::warn;

use crate::letter::moment_in_words;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::visitor::{Guest, is_from_ours};
use crate::words::say;
use crate::{Shared, limits, pages};
use form::Answer;

/// Random octets by which an answer that is sent twice is known.
const ONCE_OCTETS: usize = 16;
/// With which the flow refuses what the virus scanner found.
const MALWARE: u16 = 554;

/// Why an answer was not sent.
enum Unsent {
    /// The page cannot be given at all.
    Trouble(Trouble),
    /// Something in the form is to be mended; the end of the key of its words.
    Wrong(&'static str),
}

impl<T: Into<Trouble>> From<T> for Unsent {
    fn from(trouble: T) -> Unsent {
        Unsent::Trouble(trouble.into())
    }
}

/// An answer that is ours now.
struct Sent {
    recipients: Vec<Address>,
    mode: Mode,
    /// Of the first copy, for the journal.
    letter: mail_secure::Letter,
    /// Whether the copy for its author could not be made.
    lacks_copy: bool,
}

/// The form for a letter: what may be chosen. `None` where nobody answers.
pub(crate) async fn offer(
    shared: &Shared,
    guest: &Guest,
    place: &Place,
    who: &Shown,
    quoted: Option<&str>,
) -> Result<Value, Trouble> {
    let answerable = shared.secure.would_answer(&place.slot, who).await?;
    let mut once = [0; ONCE_OCTETS];
    shared.world.random.fill(&mut once);
    let answer = Answer {
        subject: writing::subject(&answerable.letter.subject),
        once: mail_secure::hex(&once),
        quoted: quoted.unwrap_or_default().chars().take(limits::QUOTED_CHARACTERS).collect(),
        ..Answer::default()
    };
    Ok(shown(guest, &answerable, who, &answer))
}

/// The form with what was typed.
fn shown(guest: &Guest, answerable: &Answerable, who: &Shown, answer: &Answer) -> Value {
    let others: Vec<String> = answerable.others.iter().map(ToString::to_string).collect();
    let modes: Vec<&str> = match who.is_strong {
        true => vec!["confidential", "personal", "registered"],
        false => Vec::new(),
    };
    context! {
        action => format!("/safe/m/{}/reply", answerable.copy.slot),
        sender => answerable.letter.sender.to_string(),
        author => answerable.copy.address.to_string(),
        others,
        modes,
        to => answer.to,
        subject => answer.subject,
        text => answer.text,
        mode => answer.mode.map(|mode| mode.to_string()),
        wants_copy => answer.wants_copy,
        wants_quote => answer.wants_quote,
        quoted => answer.quoted,
        once => answer.once,
        mib => limits::REPLY_FILES_BYTES / (1024 * 1024),
        files => limits::REPLY_FILES_LIMIT,
        language => guest.language.tag(),
    }
}

/// `POST /safe/{way}/{id}/reply`
pub(crate) async fn reply(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let is_script = request.headers().get(ACCEPT).is_some_and(|kind| kind.as_bytes() == b"application/json");
    let answered = async {
        if !is_from_ours(request.headers(), request.uri(), request.extensions()) {
            return Err(Trouble::NotOurs);
        }
        let (place, seen) = Place::find(&shared, &way, &id).await?;
        let visitor = guest.known(&shared).await?;
        let who = visitor.reader(&shared, &seen).await?.ok_or(Trouble::Proof)?;
        let answerable = shared.secure.would_answer(&place.slot, &who).await?;
        let mut held = shared.memory.opening(guest.client.ip);
        let answer = form::read(request, &mut held).await?;
        Ok((answerable, who, answer, held))
    };
    let (answerable, who, answer, mut held) = match answered.await {
        Ok(read) => read,
        Err(trouble) if is_script => return trouble.json(),
        Err(trouble) => return trouble.page(&guest),
    };
    match send(&shared, &guest, &answerable, &who, &answer, &mut held).await {
        Ok(sent) => told(&guest, &answerable, &sent, is_script),
        Err(Unsent::Trouble(trouble)) if is_script => trouble.json(),
        Err(Unsent::Trouble(trouble)) => trouble.page(&guest),
        Err(Unsent::Wrong(wrong)) => {
            let key = format!("reply-wrong-{wrong}");
            if is_script {
                let words = say(guest.language, &key, &[]);
                return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "words": words }))).into_response();
            }
            let content = context! {
                title => "reply-title",
                wrong => key,
                has_files => !answer.files.is_empty(),
                reply => shown(&guest, &answerable, &who, &answer),
            };
            let mut page = pages::page(guest.language, "reply.html", &content);
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            page
        }
    }
}

/// Everything up to the commit that keeps the answer; it is durable when this returns.
async fn send(
    shared: &Shared,
    guest: &Guest,
    answerable: &Answerable,
    who: &Shown,
    answer: &Answer,
    held: &mut Held,
) -> Result<Sent, Unsent> {
    let mode = answer.mode.unwrap_or(Mode::Confidential);
    if mode != Mode::Confidential && !who.is_strong {
        return Err(Trouble::Proof.into());
    }
    if let Some(wrong) = answer.wrong() {
        return Err(Unsent::Wrong(wrong));
    }
    let author = answerable.copy.address.clone();
    let recipients = writing::recipients(answerable, answer.is_to_all());
    let mut boundary = [0; ONCE_OCTETS];
    shared.world.random.fill(&mut boundary);
    let at = moment_in_words(shared, answerable.letter.submitted_at);
    let quote = writing::Quote { language: guest.language, at };
    let letter = writing::letter(answerable, answer, &recipients, &quote, &mail_secure::hex(&boundary));
    let all = letter.len().saturating_mul(recipients.len());
    if all > limits::REPLY_TO_ALL_BYTES {
        return Err(Unsent::Wrong("too-large-for-all"));
    }
    // The letter, what is made of it while it is sealed, and an envelope with its carrier for each recipient.
    held.at_least(3 * letter.len() + 3 * all)?;
    let organisation = shared.flow.organisation_of(&author).await.map_err(|reply| of_reply(&reply))?;
    let authentication = match &who.acting {
        Some(acting) => format!("{}; {acting} acting for the address", who.authentication),
        None => who.authentication.clone(),
    };
    let reference = format!("answer:{}:{}", answerable.copy.slot, answer.once);
    let sending = Sending {
        organisation,
        author: author.clone(),
        authentication,
        mode,
        letter: letter.into(),
        recipients: recipients.clone(),
        reference: Some(reference.clone()),
        answers: Some(answerable.copy.slot),
        language: guest.language,
        passphrase: None,
        phones: mail_secure::phone::Phones::default(),
    };
    let TakenSecured { letter: taken, .. } = match shared.secure.sent_as(organisation, &reference).await? {
        // The form was sent twice.
        Some(letter) => TakenSecured { message: model::MessageId(0), letter },
        None => {
            // Only now: whoever sends the last one twice hears that it went.
            shared.secure.answerable(&answerable.copy.slot, who).await?;
            shared.flow.send_secured(sending.clone()).await.map_err(|reply| of_reply(&reply))?
        }
    };
    let mut lacks_copy = false;
    if answer.wants_copy {
        // To oneself nothing is registered.
        let mode = if mode == Mode::Registered { Mode::Personal } else { mode };
        let reference = Some(format!("{reference}:copy"));
        let copy = Sending { mode, recipients: vec![author], reference, answers: None, ..sending };
        if let Err(reply) = shared.flow.send_secured(copy).await {
            warn!(%reply, "the copy of an answer for its author is not sent");
            lacks_copy = true;
        }
    }
    Ok(Sent { recipients, mode, letter: taken, lacks_copy })
}

/// Why the flow did not take it.
fn of_reply(reply: &Reply) -> Unsent {
    match (reply.class(), reply.code()) {
        (Class::Later, 452) => Trouble::TooOften.into(),
        (Class::Later, _) => Trouble::Later.into(),
        (_, 552) => Unsent::Wrong("too-large"),
        (_, MALWARE) if reply.text().contains("malware") => Unsent::Wrong("malware"),
        _ => {
            warn!(%reply, "an answer from the portal is refused");
            Unsent::Wrong("refused")
        }
    }
}

/// It is sent.
fn told(guest: &Guest, answerable: &Answerable, sent: &Sent, is_script: bool) -> Response {
    let recipients: Vec<String> = sent.recipients.iter().map(ToString::to_string).collect();
    if is_script {
        let mut words = say(guest.language, "reply-sent", &[("recipients", &recipients.join(", "))]);
        if sent.lacks_copy {
            words = format!("{words} {}", say(guest.language, "reply-lacks-copy", &[]));
        }
        return Json(json!({ "sent": true, "words": words })).into_response();
    }
    let content = context! {
        title => "reply-sent-title",
        recipients,
        mode => sent.mode.to_string(),
        subject => sent.letter.subject,
        lacks_copy => sent.lacks_copy,
        slot => answerable.copy.slot.to_string(),
    };
    pages::page(guest.language, "reply-sent.html", &content)
}
