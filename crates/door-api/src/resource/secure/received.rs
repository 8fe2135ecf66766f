//! `/received-letters`: what came to somebody, listed, opened, accepted, refused and answered by a program.
//!
//! A person's own token reads that person's letters. An organisation's token reads *as* an application account, for the
//! addresses that the account was given; whoever may only look does not, for it would read what is in the letters.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::ApplicationId;
use doorway_http::Problem;
use mail_flow::received::{self, Answer, NotDone, Reader};
use mail_secure::receiving::{Behind, Sought};
use mail_secure::{Attached, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire_safe::Slot;

use super::sending::{LetterFile, decoded, is_text_there, of_reply, reference_holds, subject_holds};
use crate::caller::{Bearer, Caller};
use crate::input::{Asked, Created, Input, address};
use crate::page::{Cursor, Page, PageQuery};
use crate::refusal::{Refusal, Result, invalid, not_found, trouble};
use crate::repeat::ShownOnce;

/// How a person's own token stands in evidence.
const BY_OWN_TOKEN: &str = "token of the person's own for the account (REST)";
/// Characters of a reason.
const REASON_CHARACTERS: usize = 500;

/// As whom is read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadAs {
    /// The application account as which an organisation's token reads; without it a person's own token reads that person's
    /// letters.
    application: Option<String>,
}

/// Which received letters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceivedQuery {
    /// Only those to this of the addresses that are read for.
    address: Option<String>,
    /// Only those that are so far: `offered`, `consigned`, `handed over` and so on.
    state: Option<String>,
    /// Only those that were not acknowledged.
    #[serde(default)]
    unprocessed: bool,
}

/// A letter that came. What a registered one says of itself before it is accepted depends on its profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceivedLetter {
    /// The recipient's copy: another name than the one by which its sender knows the letter.
    id: String,
    /// `confidential`, `personal` or `registered`.
    mode: String,
    /// Who sent it; some profiles hide it until the letter is accepted.
    from: Option<String>,
    /// The address at which it came.
    to: String,
    /// Some installations hide it until the letter is accepted.
    subject: Option<String>,
    /// How far it is.
    state: &'static str,
    #[schema(format = DateTime)]
    submitted_at: String,
    /// Of a registered letter: until when it can be accepted or refused.
    #[schema(format = DateTime)]
    deadline: Option<String>,
    /// When the sender's side destroyed its key: nobody opens it any more.
    #[schema(format = DateTime)]
    erased_at: Option<String>,
    size_bytes: u64,
}

/// What a letter is opened with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterOpening {
    /// The e-mail that brought it, as a mail server gave it out, or the page that was attached to that, in base64: half of
    /// the key is in it. Not needed where the mailbox is on this platform and the e-mail still in it.
    #[schema(content_encoding = "base64")]
    mail: Option<String>,
    /// The number of one file, from 1: only that one is answered with its content.
    part: Option<i64>,
}

/// A letter, opened. That it was is in its evidence.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedLetter {
    letter: ReceivedLetter,
    /// To whom, as the letter says.
    to: Vec<String>,
    cc: Vec<String>,
    text: Option<String>,
    /// As it came: nothing of it was made harmless.
    html: Option<String>,
    attachments: Vec<OpenedAttachment>,
}

/// A file of an opened letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedAttachment {
    /// Its number, from 1.
    part: i64,
    /// Its name, as the sender says: no path to write to.
    file_name: String,
    media_type: String,
    size_bytes: u64,
    /// The file, where it was asked for.
    #[schema(content_encoding = "base64")]
    content: Option<String>,
}

/// A step that was taken, with the evidence of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterStep {
    /// How far the letter is now.
    state: &'static str,
    /// The statement about it.
    evidence_id: String,
    #[schema(format = DateTime)]
    at: String,
}

/// Why a letter is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterRefusal {
    /// For the sender, and in the evidence; at most 500 characters.
    #[serde(default)]
    reason: String,
}

/// It is known that a letter was processed.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterAcknowledged {
    /// When it was first acknowledged.
    #[schema(format = DateTime)]
    at: String,
}

/// An answer to a letter, in its mode.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLetterReply {
    /// The program's name for it, 1 to 128 visible ASCII characters: sent again it is not sent twice.
    reference: String,
    /// Whether it goes to all who stand in the letter's To and Cc and got it.
    #[serde(default)]
    to_all: bool,
    /// The e-mail that brought the letter, in base64, where it is needed: only the letter says who got it.
    #[schema(content_encoding = "base64")]
    mail: Option<String>,
    /// That of the letter where nothing is said.
    subject: Option<String>,
    /// The text; it or `html`, or both.
    text: Option<String>,
    html: Option<String>,
    /// At most 50.
    #[serde(default)]
    attachments: Vec<LetterFile>,
}

/// An answer that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenReply {
    /// What others call it: the identifier in evidence and receipts.
    public_id: String,
    /// The evidence that it was taken.
    evidence_id: String,
    #[schema(format = DateTime)]
    submitted_at: String,
}

/// The letters that came, the newest first
#[utoipa::path(get, path = "/received-letters", tag = "secure letters", params(ReadAs, ReceivedQuery, PageQuery),
    responses((status = 200, body = Page<ReceivedLetter>)))]
pub(crate) async fn list_received_letters(
    Bearer(caller): Bearer,
    Asked(read_as): Asked<ReadAs>,
    Asked(query): Asked<ReceivedQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ReceivedLetter>>> {
    let reader = read_as.reader(&caller).await?;
    let seek = page.seek::<Behind>()?;
    let only = query.address.as_deref().map(|text| address("address", text)).transpose()?;
    let sought = Sought {
        state: query.state.as_deref().map(state).transpose()?,
        is_unprocessed: query.unprocessed,
        behind: seek.after,
        limit: seek.limit,
        ..Sought::default()
    };
    let flow = &caller.shared.flow;
    let found = flow.received(&reader, only.as_ref(), sought).await?;
    let items = found.items.iter().map(|one| view(flow.summary(&one.letter, &one.copy)));
    Ok(Json(Page { items: items.collect(), next: found.next.map(Cursor::seal) }))
}

/// A letter that came, unopened
#[utoipa::path(get, path = "/received-letters/{received_letter}", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), responses((status = 200, body = ReceivedLetter)))]
pub(crate) async fn show_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
) -> Result<Json<ReceivedLetter>> {
    let reader = read_as.reader(&caller).await?;
    Ok(Json(view(caller.shared.flow.received_letter(&reader, &slot(&id)?).await?)))
}

/// Open a letter; a registered one is accepted first. The evidence says that the platform decrypted it for the reader
#[utoipa::path(post, path = "/received-letters/{received_letter}/opening", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), request_body = LetterOpening,
    responses((status = 200, body = OpenedLetter)))]
pub(crate) async fn open_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
    Input(opening): Input<LetterOpening>,
) -> Result<(Extension<ShownOnce>, Json<OpenedLetter>)> {
    let reader = read_as.reader(&caller).await?;
    let mail = opening.mail.as_deref().map(mail).transpose()?;
    let (summary, opened) = caller.shared.flow.open_received(&reader, &slot(&id)?, mail).await?;
    if opening.part.is_some_and(|part| !opened.files.iter().any(|file| file.part == part)) {
        return Err(not_found("file of the letter"));
    }
    let texts = |addresses: &[model::Address]| addresses.iter().map(ToString::to_string).collect();
    let letter = OpenedLetter {
        letter: view(summary),
        to: texts(&opened.to),
        cc: texts(&opened.cc),
        text: opened.plain,
        html: opened.html,
        attachments: opened
            .files
            .into_iter()
            .map(|file| OpenedAttachment {
                part: file.part,
                file_name: file.name,
                media_type: file.media_type,
                size_bytes: file.content.len() as u64,
                content: opening
                    .part
                    .is_none_or(|part| part == file.part)
                    .then(|| STANDARD.encode(&file.content)),
            })
            .collect(),
    };
    // Under an Idempotency-Key the answer would lie in the database as it is.
    Ok((Extension(ShownOnce), Json(letter)))
}

/// Accept a registered letter
#[utoipa::path(post, path = "/received-letters/{received_letter}/acceptance", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), responses((status = 200, body = LetterStep)))]
pub(crate) async fn accept_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
) -> Result<Json<LetterStep>> {
    let reader = read_as.reader(&caller).await?;
    Ok(Json(step(caller.shared.flow.accept_received(&reader, &slot(&id)?).await?)))
}

/// Refuse a registered letter
#[utoipa::path(post, path = "/received-letters/{received_letter}/refusal", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), request_body = LetterRefusal,
    responses((status = 200, body = LetterStep)))]
pub(crate) async fn refuse_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
    Input(refusal): Input<LetterRefusal>,
) -> Result<Json<LetterStep>> {
    let reader = read_as.reader(&caller).await?;
    if refusal.reason.chars().count() > REASON_CHARACTERS {
        return Err(invalid("reason", "it is longer", "at most 500 characters"));
    }
    Ok(Json(step(caller.shared.flow.refuse_received(&reader, &slot(&id)?, &refusal.reason).await?)))
}

/// Say that a letter was processed, so that lists can leave it out; its sender learns nothing of it
#[utoipa::path(post, path = "/received-letters/{received_letter}/acknowledgement", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), responses((status = 200, body = LetterAcknowledged)))]
pub(crate) async fn acknowledge_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
) -> Result<Json<LetterAcknowledged>> {
    let reader = read_as.reader(&caller).await?;
    let at = caller.shared.flow.acknowledge_received(&reader, &slot(&id)?).await?;
    Ok(Json(LetterAcknowledged { at: at.rfc3339() }))
}

/// Answer a letter that was opened, in its mode, from the address at which it came
#[utoipa::path(post, path = "/received-letters/{received_letter}/replies", tag = "secure letters",
    params(("received_letter" = String, Path), ReadAs), request_body = NewLetterReply,
    responses((status = 201, body = TakenReply)))]
pub(crate) async fn reply_to_received_letter(
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    Asked(read_as): Asked<ReadAs>,
    Input(new): Input<NewLetterReply>,
) -> Result<Created<TakenReply>> {
    let reader = read_as.reader(&caller).await?;
    reference_holds(&new.reference)?;
    new.subject.as_deref().map_or(Ok(()), subject_holds)?;
    is_text_there(new.text.as_deref(), new.html.as_deref())?;
    let contents = decoded(&new.attachments)?;
    let files = new.attachments.iter().zip(&contents);
    let answer = Answer {
        reference: &new.reference,
        to_all: new.to_all,
        mail: new.mail.as_deref().map(mail).transpose()?,
        subject: new.subject.as_deref(),
        plain: new.text.as_deref(),
        html: new.html.as_deref(),
        attachments: files
            .map(|(file, content)| Attached { name: &file.file_name, media_type: &file.media_type, content })
            .collect(),
    };
    let taken = caller.shared.flow.answer_received(&reader, &slot(&id)?, answer).await?;
    let reply = TakenReply {
        public_id: mail_secure::hex(&taken.letter.public_id),
        // A chain begins with its submission.
        evidence_id: format!("{}.1", taken.first),
        submitted_at: taken.letter.submitted_at.rfc3339(),
    };
    Ok(Created(format!("/api/v1/secure-letters/{}", taken.letter.id), reply))
}

impl ReadAs {
    /// For whom the caller reads.
    pub(super) async fn reader(&self, caller: &Caller) -> Result<Reader> {
        let shared = &caller.shared;
        match (&self.application, caller.token.is_own) {
            (None, true) => {
                let person = shared.directory.person_of(&caller.token).await?;
                let person = person.ok_or_else(|| not_found("this of a person who is no longer there"))?;
                let person = person.coming_from(caller.client.ip).by_token(&caller.token.name);
                Ok(shared.flow.reader_of_person(&person, caller.token.may_write, BY_OWN_TOKEN).await?)
            }
            (Some(_), true) => Err(not_found("this under a token for a person's own things")),
            (_, false) if caller.token.domain.is_some() => Err(not_found("this within the token's domain")),
            (None, false) => Err(invalid(
                "application",
                "it is not said as whom is read",
                "an organisation's token names an application account; a person's own token reads that person's letters",
            )),
            (Some(named), false) => {
                let id = named.parse().map_err(|_| not_found("application"))?;
                let info = caller.directory().application(ApplicationId(id)).await?;
                if caller.token.organisation != Some(info.organisation) {
                    let title = "What a person sent is that person's";
                    let detail = "letters are read with a token of the organisation itself";
                    return Err(Problem::new(StatusCode::FORBIDDEN, "content", title).detail(detail).into());
                }
                if !caller.token.may_write {
                    let title = "This token may only read";
                    let detail = "as an application only a token acts that may write";
                    return Err(Problem::new(StatusCode::FORBIDDEN, "read-only", title)
                        .detail(detail)
                        .into());
                }
                let by = format!("token {}… of the API for", caller.token.shown);
                let by = mail_secure::application_words(&by, &info.login, "REST");
                Ok(shared.flow.reader_of_application(&super::sending::acting(info), by).await?)
            }
        }
    }
}

/// The word of a state, as the lists have it.
pub(super) fn state(word: &str) -> Result<State> {
    State::from_word(&word.replace('-', " ")).ok_or_else(|| {
        let rule = "submitted, offered, accepted, refused, expired, consigned, notified, handed over, withdrawn and so on";
        invalid("state", format!("«{}» is none", word.chars().take(40).collect::<String>()), rule)
    })
}

fn slot(text: &str) -> Result<Slot> {
    mail_secure::sixteen(text).map(Slot).ok_or_else(|| not_found("secure letter"))
}

fn mail(text: &str) -> Result<bytes::Bytes> {
    let decoded = STANDARD.decode(text);
    decoded
        .map(bytes::Bytes::from)
        .map_err(|error| invalid("mail", error.to_string(), "base64 with padding (RFC 4648 §4)"))
}

fn view(of: received::Summary) -> ReceivedLetter {
    ReceivedLetter {
        id: of.slot.to_string(),
        mode: of.mode.to_string(),
        from: of.from.map(|from| from.to_string()),
        to: of.to.to_string(),
        subject: of.subject,
        state: of.state.word(),
        submitted_at: of.submitted_at.rfc3339(),
        deadline: of.deadline.map(model::Timestamp::rfc3339),
        erased_at: of.erased_at.map(model::Timestamp::rfc3339),
        size_bytes: of.size_bytes,
    }
}

fn step(taken: received::Step) -> LetterStep {
    LetterStep {
        state: taken.state.word(),
        evidence_id: format!("{}.{}", taken.slot, taken.statement),
        at: taken.at.rfc3339(),
    }
}

impl From<NotDone> for Refusal {
    fn from(error: NotDone) -> Refusal {
        match error {
            NotDone::NotFound(what) => not_found(what),
            NotDone::Forbidden(why) => super::not_allowed(why).into(),
            NotDone::State { reason, rule } => {
                super::state_problem().detail(format!("{reason}: {rule}")).into()
            }
            error @ NotDone::MailNeeded => invalid(
                "mail",
                error.to_string(),
                "the e-mail as a mail server gave it out, or the page that was attached to it, in base64",
            ),
            NotDone::Refused(reply) => of_reply(&reply),
            NotDone::Secure(error) => error.into(),
            NotDone::Directory(error) => error.into(),
            error @ NotDone::Store(_) => trouble(&error, true),
        }
    }
}
