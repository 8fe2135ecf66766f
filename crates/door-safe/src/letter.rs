//! The page of a letter: who sent it, what can be done next; the code that shows whose mailbox it is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use mail_secure::{Code, Mode, SecureError, Seen, State as LetterState};
use minijinja::{Value, context};
use model::{Address, Timestamp};
use serde::Deserialize;

use crate::fields::{Fields, Sent};
use crate::place::Place;
use crate::trouble::Trouble;
use crate::visitor::{Guest, Visitor};
use crate::{Shared, pages, reply, words};

/// What the page says of the step before.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    step: Option<String>,
}

/// Steps that an address may name.
const STEPS: [&str; 5] = ["code", "wrong", "too-often", "accepted", "agreed"];

/// `GET /safe/o/{parked}`, `GET /safe/m/{slot}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    match Place::find(&shared, &way, &id).await {
        Ok((place, _)) => {
            let step = asked.step.as_deref().filter(|step| STEPS.contains(step)).unwrap_or_default();
            page_of(&shared, &guest, &place, None, step).await
        }
        Err(trouble) => trouble.page(&guest),
    }
}

/// Moments are shown without their seconds: one from which on something works is the next full minute.
const BEFORE_THE_MINUTE: Duration = Duration::from_secs(59);

/// The page of a letter. `share` is the mail's, where the browser runs no script.
pub(crate) async fn page_of(
    shared: &Shared,
    guest: &Guest,
    place: &Place,
    share: Option<&str>,
    step: &str,
) -> Response {
    let made = async {
        let seen = shared.secure.seen(&place.slot).await?;
        let visitor = guest.known(shared).await?;
        let content = content(shared, guest, place, (&seen, &visitor), share, step).await?;
        // Where the browser opens it, the same page answers it.
        let is_opened_here =
            share.is_none() && content.get_attr("next").is_ok_and(|next| next.as_str() == Some("open"));
        let reply = match visitor.reader(shared, &seen).await?.filter(|_| is_opened_here) {
            Some(who) => Some(reply::offer(shared, guest, place, &who, None).await?),
            None => None,
        };
        Ok::<_, Trouble>(context! { reply, ..content })
    };
    let mut page = match made.await {
        Ok(content) => pages::page(guest.language, "letter.html", &content),
        Err(trouble) => return trouble.page(guest),
    };
    if guest.names_language
        && let Ok(cookie) = HeaderValue::from_str(&guest.language_cookie())
    {
        page.headers_mut().append(SET_COOKIE, cookie);
    }
    page
}

async fn content(
    shared: &Shared,
    guest: &Guest,
    place: &Place,
    (seen, visitor): (&Seen, &Visitor),
    share: Option<&str>,
    step: &str,
) -> Result<Value, Trouble> {
    let Seen { letter, copy } = seen;
    let now = shared.world.clock.now();
    let who = visitor.reader(shared, seen).await?;
    let next = match next_step(seen, who.is_some(), now) {
        step @ ("decide" | "open") => match &who {
            Some(who) if !shared.secure.may_decide(seen, who).await? => "consent",
            _ => step,
        },
        step => step,
    };
    // Only where we open it: a browser that does it itself asks nobody.
    let paused_until = match share.is_some() && copy.has_passphrase && who.is_some() {
        true => shared.secure.passphrase_pause(&copy.slot).await?,
        false => None,
    };
    let canonical = copy.address.canonical();
    let shows_subject = shared.secure.settings().shows_subject || who.is_some();
    let sender = shared.secure.settings().shown_sender(letter, copy, guest.language);
    let until = copy.deadline.filter(|_| copy.state == LetterState::Offered).unwrap_or(copy.not_after);
    Ok(context! {
        title => format!("title-{}", letter.mode),
        path => place.path,
        slot => place.slot.to_string(),
        share,
        // Then no attachment has a way without script: the key stands behind «#», which no form of ours can send.
        is_by_link => place.parked.is_none(),
        step,
        next,
        is_registered => letter.mode == Mode::Registered,
        needs_account => letter.mode != Mode::Confidential,
        sender_name => &*sender.name,
        sender => &*sender.address,
        mode => letter.mode.to_string(),
        subject => shows_subject.then(|| letter.subject.clone()),
        recipient => if who.is_some() { copy.address.to_string() } else { masked(&copy.address) },
        // An account that is not this letter's, or lacks something.
        account => visitor.hindrance(shared, seen).await?,
        login => visitor.session.as_ref().map(|session| session.login.clone()),
        acting => who.as_ref().and_then(|who| who.acting.clone()),
        // Whose mailbox it is, a code has shown: enough to open an account.
        has_shown_mailbox => visitor.by_code.as_ref().is_some_and(|who| who.canonical == canonical),
        has_passphrase => copy.has_passphrase,
        paused_until => paused_until.map(|until| moment(shared, until.plus(BEFORE_THE_MINUTE))),
        phone => copy.telephone.as_ref().map(|telephone| telephone.ending.clone()),
        submitted_at => moment(shared, letter.submitted_at),
        until => moment(shared, until),
        is_offered => copy.state == LetterState::Offered,
        accepted_at => copy.accepted_at.map(|at| moment(shared, at)),
        opened_at => copy.opened_at.map(|at| moment(shared, at)),
        erased_at => copy.erased_at.map(|at| moment(shared, at)),
        ended_at => copy.ended_at.filter(|_| copy.erased_at.is_none()).map(|at| moment(shared, at)),
        words => words::of_script(guest.language).to_string(),
    })
}

/// What can be done: by it the page chooses its words and forms.
fn next_step(seen: &Seen, is_known: bool, now: Timestamp) -> &'static str {
    let Seen { letter, copy } = seen;
    match copy.state {
        // Whatever it was before.
        _ if copy.erased_at.is_some() => "erased",
        LetterState::Refused => "refused",
        LetterState::Expired => "expired",
        LetterState::Withdrawn => "withdrawn",
        LetterState::Undeliverable => "undeliverable",
        LetterState::Blocked | LetterState::Rejected | LetterState::Unclaimed => "over",
        _ if !copy.can_be_opened(now) => "over",
        LetterState::Offered if copy.deadline.is_some_and(|deadline| now > deadline) => "expired",
        _ if !is_known && letter.mode == Mode::Confidential => "code",
        _ if !is_known => "account",
        LetterState::Offered => "decide",
        _ => "open",
    }
}

/// An address as somebody sees it who has not shown that it is theirs: `z…@else.test`.
fn masked(address: &Address) -> String {
    let text = address.to_string();
    match text.rsplit_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().next().unwrap_or_default()),
        None => "…".to_owned(),
    }
}

/// A moment in the zone of the installation, for a page: in words, and exactly.
pub(crate) fn moment(shared: &Shared, at: Timestamp) -> Value {
    context! { words => moment_in_words(shared, at), exact => at.rfc3339() }
}

/// A moment in the zone of the installation: `23.11.2026 14:05 CET`.
pub(crate) fn moment_in_words(shared: &Shared, at: Timestamp) -> String {
    let zone = &shared.secure.settings().zone;
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    match instant.in_tz(zone) {
        Ok(zoned) => zoned.strftime("%d.%m.%Y %H:%M %Z").to_string(),
        Err(_) => at.rfc3339(),
    }
}

/// A letter's place and what a form of ours sent.
pub(crate) async fn form_at(
    shared: &Shared,
    way: &str,
    id: &str,
    sent: Sent,
) -> Result<(Place, Seen, Fields), Trouble> {
    let fields = sent.0?;
    let (place, seen) = Place::find(shared, way, id).await?;
    Ok((place, seen, fields))
}

/// The page after a form: where the browser runs a script it is fetched anew, so that reloading sends nothing twice; where
/// it does not, the share stays in the page.
pub(crate) async fn after(
    shared: &Shared,
    guest: &Guest,
    place: &Place,
    fields: &Fields,
    step: &str,
) -> Response {
    match fields.share() {
        Some(share) => page_of(shared, guest, place, Some(share), step).await,
        None if step.is_empty() => pages::see_other(&place.path),
        None => pages::see_other(&format!("{}?step={step}", place.path)),
    }
}

/// `POST …/next`: the page again, for whoever runs no script and has signed in meanwhile, or reads another language.
pub(crate) async fn next(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    match form_at(&shared, &way, &id, sent).await {
        Ok((place, _, fields)) => page_of(&shared, &guest, &place, fields.share(), "").await,
        Err(trouble) => trouble.page(&guest),
    }
}

/// `POST …/code`: a code to the recipient's mailbox, or to the telephone that the sender named.
pub(crate) async fn send_code(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let (place, _, fields) = match form_at(&shared, &way, &id, sent).await {
        Ok(found) => found,
        Err(trouble) => return trouble.page(&guest),
    };
    let step = match shared.secure.send_code(&place.slot, guest.language, guest.client.ip).await {
        Ok(()) => "code",
        Err(SecureError::TooOften) => "too-often",
        // Its page says what became of it.
        Err(SecureError::Ended) => "",
        Err(error) => return Trouble::from(error).page(&guest),
    };
    after(&shared, &guest, &place, &fields, step).await
}

/// `POST …/enter`: the code that came; the browser is known from now on.
pub(crate) async fn enter(
    State(shared): State<Arc<Shared>>,
    mut guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let (place, _, fields) = match form_at(&shared, &way, &id, sent).await {
        Ok(found) => found,
        Err(trouble) => return trouble.page(&guest),
    };
    let code = Code(fields.text("code").to_owned().into());
    match shared.secure.visit_with_code(&place.slot, &code).await {
        Ok(token) => {
            guest.enter(&token);
            let mut page = after(&shared, &guest, &place, &fields, "").await;
            set_cookie(&mut page, &guest.visit_cookie(&token));
            page
        }
        Err(SecureError::Code) => after(&shared, &guest, &place, &fields, "wrong").await,
        Err(error) => Trouble::from(error).page(&guest),
    }
}

/// `POST …/leave`: the browser is known no more.
pub(crate) async fn leave(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path((way, id)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let left = async {
        let (place, ..) = form_at(&shared, &way, &id, sent).await?;
        if let Some(token) = guest.visit_token() {
            shared.secure.end_visit(token).await?;
        }
        Ok::<_, Trouble>(place)
    };
    match left.await {
        Ok(place) => {
            let mut page = pages::see_other(&place.path);
            set_cookie(&mut page, &guest.visit_cookie(""));
            page
        }
        Err(trouble) => trouble.page(&guest),
    }
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
