//! Sending for business software: in the name of an application account, whose senders, hour and sizes count.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{ApplicationId, ApplicationInfo, Phone, SignedInApplication};
use doorway_http::Problem;
use mail_flow::{Composed, Ground, NotTaken};
use mail_secure::phone::Phones;
use mail_secure::wish::Passphrase;
use mail_secure::{Attached, Language, Mode};
use model::{Address, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SecureLetter, view};
use crate::caller::Caller;
use crate::input::{Created, Id, Input, address};
use crate::refusal::{Refusal, Result, invalid};

/// Characters of a programme's name for a letter.
const REFERENCE_CHARACTERS: usize = 128;
/// Files of a letter.
const FILES_LIMIT: usize = 50;
/// Recipients of a letter, in To and Cc each.
const RECIPIENTS_LIMIT: usize = 100;
/// Characters of a subject.
const SUBJECT_CHARACTERS: usize = 998;
/// Seconds after which a letter that was deferred is worth another try.
const DEFERRED_SECONDS: u32 = 600;

/// How a letter is protected.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protection {
    /// Encrypted on the way, read by whoever reads the recipient's mailbox.
    Confidential,
    /// Read by the recipient in person.
    Personal,
    /// Offered to the recipient in person, with evidence of every step.
    Registered,
}

impl Protection {
    pub(super) fn mode(self) -> Mode {
        match self {
            Protection::Confidential => Mode::Confidential,
            Protection::Personal => Mode::Personal,
            Protection::Registered => Mode::Registered,
        }
    }
}

/// Somebody who gets a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterRecipient {
    /// The address, without a suffix for secure mail.
    address: String,
    name: Option<String>,
    /// A telephone of this recipient's, with its country: the code for a confidential letter goes there by SMS, and not to
    /// the mailbox.
    #[schema(example = "+41 79 123 45 67")]
    phone: Option<String>,
}

/// A file with a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetterFile {
    /// Its name, without a path.
    pub(super) file_name: String,
    /// `application/pdf` and so on.
    pub(super) media_type: String,
    /// The file, in base64 (RFC 4648 §4).
    #[schema(content_encoding = "base64")]
    content: String,
}

/// A letter to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecureLetter {
    /// The application account as which it is sent.
    #[schema(value_type = String)]
    application: Id,
    /// The programme's name for it, 1 to 128 visible ASCII characters: sent again it is not sent twice, but answered as
    /// before. SOAP's clientRef is the same.
    reference: String,
    /// One of the account's senders.
    from: String,
    /// 1 to 100.
    to: Vec<LetterRecipient>,
    #[serde(default)]
    cc: Vec<LetterRecipient>,
    subject: String,
    /// The text; it or `html`, or both.
    text: Option<String>,
    html: Option<String>,
    mode: Protection,
    /// In which language recipients are written to of whom none is known: `fr` (without it), `de`, `it` or `en`.
    language: Option<String>,
    /// At most 50; the whole letter at most 30 MiB.
    #[serde(default)]
    attachments: Vec<LetterFile>,
    /// What the recipients have to know besides, at least 4 characters; you tell them by another way. It is kept nowhere:
    /// whoever forgets it opens the letter no more.
    #[schema(min_length = 4, max_length = 1024)]
    passphrase: Option<String>,
}

/// A letter that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenLetter {
    /// Whether it had been taken before under this reference.
    repetition: bool,
    letter: SecureLetter,
}

/// Send a secure letter as an application; when this answers, it is durably taken and the evidence of that exists
#[utoipa::path(post, path = "/secure-letters", tag = "secure letters", request_body = NewSecureLetter,
    responses((status = 201, body = TakenLetter)))]
pub(crate) async fn send_secure_letter(
    caller: Caller,
    Input(new): Input<NewSecureLetter>,
) -> Result<Created<TakenLetter>> {
    let info = caller.directory().application(ApplicationId(new.application.0)).await?;
    check(&new)?;
    let application = acting(info);
    let passphrase = new.passphrase.as_deref().map(passphrase).transpose()?;
    let contents = decoded(&new.attachments)?;
    let files = new.attachments.iter().zip(&contents);
    let by = format!("token {}… of the API for", caller.token.shown);
    let composed = Composed {
        authentication: mail_secure::application_words(&by, &application.login, "REST"),
        application: &application,
        reference: &new.reference,
        from: address("from", &new.from)?,
        to: named("to", &new.to)?,
        cc: named("cc", &new.cc)?,
        subject: &new.subject,
        plain: new.text.as_deref(),
        html: new.html.as_deref(),
        attachments: files
            .map(|(file, content)| Attached { name: &file.file_name, media_type: &file.media_type, content })
            .collect(),
        mode: new.mode.mode(),
        language: match new.language.as_deref() {
            None => Language::default(),
            Some(tag) => Language::of_tag(tag)
                .ok_or_else(|| invalid("language", format!("«{tag}» is none of ours"), "fr, de, it or en"))?,
        },
        passphrase,
        phones: phones(new.to.iter().chain(&new.cc))?,
    };
    let taken = caller.shared.flow.send_composed(composed).await.map_err(refused)?;
    let owner = Some(taken.letter.organisation);
    let entry = caller.shared.flow.secure().letter(owner, taken.letter.id).await?;
    let place = format!("/api/v1/secure-letters/{}", taken.letter.id);
    Ok(Created(place, TakenLetter { repetition: taken.is_repetition, letter: view(&entry) }))
}

/// What is wrong with a letter before anything is done with it.
fn check(new: &NewSecureLetter) -> Result<()> {
    reference_holds(&new.reference)?;
    if new.to.is_empty() || new.to.len() > RECIPIENTS_LIMIT || new.cc.len() > RECIPIENTS_LIMIT {
        let reason = format!("there are {} in to and {} in cc", new.to.len(), new.cc.len());
        return Err(invalid("to", reason, "1 to 100 recipients in to, at most 100 in cc"));
    }
    subject_holds(&new.subject)?;
    is_text_there(new.text.as_deref(), new.html.as_deref())
}

/// A programme's name for a letter.
pub(super) fn reference_holds(reference: &str) -> Result<()> {
    let is_visible = reference.bytes().all(|byte| byte.is_ascii_graphic());
    match (1..=REFERENCE_CHARACTERS).contains(&reference.len()) && is_visible {
        true => Ok(()),
        false => {
            let rule = "1 to 128 visible characters of ASCII";
            Err(invalid("reference", "it is empty, too long, or has other characters", rule))
        }
    }
}

pub(super) fn subject_holds(subject: &str) -> Result<()> {
    match subject.chars().count() > SUBJECT_CHARACTERS || subject.contains(char::is_control) {
        true => {
            let rule = "one line of at most 998 characters";
            Err(invalid("subject", "it is longer, or has several lines", rule))
        }
        false => Ok(()),
    }
}

pub(super) fn is_text_there(text: Option<&str>, html: Option<&str>) -> Result<()> {
    match text.or(html) {
        Some(_) => Ok(()),
        None => Err(invalid("text", "neither text nor html is there", "text or html, or both")),
    }
}

/// What it says stands in no answer and no log.
fn passphrase(text: &str) -> Result<Passphrase> {
    Passphrase::parse(text.trim()).map_err(|_| {
        let reason = "it is too short, too long, or has control characters";
        invalid("passphrase", reason, "at least 4 characters, at most 1024 octets, one line")
    })
}

/// The telephones that a request names, each with its recipient. Their numbers stand in no answer and no log.
fn phones<'a>(recipients: impl Iterator<Item = &'a LetterRecipient>) -> Result<Phones> {
    let mut phones = Phones::default();
    for recipient in recipients {
        let Some(number) = &recipient.phone else { continue };
        let number = Phone::parse(number).map_err(|bad| {
            invalid("phone", bad.to_string(), "a number with its country: +41 79 123 45 67")
        })?;
        phones.add(Some(address("address", &recipient.address)?), number);
    }
    Ok(phones)
}

/// An account as one that has signed in.
pub(super) fn acting(info: ApplicationInfo) -> SignedInApplication {
    SignedInApplication {
        id: info.id,
        organisation: info.organisation,
        name: info.name,
        login: info.login,
        version: info.version,
    }
}

/// The files of a letter, of which there are not too many.
pub(super) fn decoded(files: &[LetterFile]) -> Result<Vec<Vec<u8>>> {
    if files.len() > FILES_LIMIT {
        let reason = format!("there are {}", files.len());
        return Err(invalid("attachments", reason, "at most 50 files"));
    }
    files.iter().map(decoded_file).collect()
}

fn decoded_file(file: &LetterFile) -> Result<Vec<u8>> {
    STANDARD.decode(&file.content).map_err(|error| {
        let reason = format!("«{}»: {error}", file.file_name.chars().take(100).collect::<String>());
        invalid("attachments", reason, "content is base64 with padding (RFC 4648 §4)")
    })
}

fn named(field: &str, recipients: &[LetterRecipient]) -> Result<Vec<(Address, Option<String>)>> {
    recipients.iter().map(|one| Ok((address(field, &one.address)?, one.name.clone()))).collect()
}

fn refused(error: NotTaken) -> Refusal {
    match error {
        NotTaken::Sender => {
            let rule = "an address among the account's senders, of a domain of its organisation";
            invalid("from", error.to_string(), rule)
        }
        NotTaken::Refused(reply) => of_reply(&reply),
        NotTaken::Directory(error) => error.into(),
        NotTaken::Secure(error) => error.into(),
    }
}

pub(crate) fn of_reply(reply: &Reply) -> Refusal {
    let problem = |status, kind, title| Problem::new(status, kind, title).detail(reply.text());
    match Ground::of(reply) {
        Ground::Later => Problem::later().detail(reply.text()).retry_after(DEFERRED_SECONDS).into(),
        Ground::Account => {
            problem(StatusCode::FORBIDDEN, "application", "The application no longer sends").into()
        }
        Ground::NotAllowed => super::not_allowed(reply.text()).into(),
        Ground::TooLarge => {
            problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The letter is too large").into()
        }
        Ground::Malware => {
            let title = "Malware was found in the letter";
            problem(StatusCode::UNPROCESSABLE_ENTITY, "malware", title).into()
        }
        Ground::UnknownRecipient => invalid("to", reply.text(), "an address that exists"),
        Ground::ClosedRecipient => {
            let title = "A recipient takes no letters";
            let rule = "an address that takes letters";
            problem(StatusCode::UNPROCESSABLE_ENTITY, "recipient-blocked", title).field("to", rule).into()
        }
        Ground::Recipients => invalid("to", reply.text(), "as many recipients as the detail says"),
        Ground::Letter => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "not-taken", "The letter is not taken").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;
    use mail_flow::Ground;
    use model::Reply;
    use serde_json::Value;

    #[tokio::test]
    async fn each_ground_of_a_refusal_is_a_problem_of_its_own() {
        let table = [
            (Reply::later(451, 3, 0, "the scanner does not answer"), 503, "later", None),
            (Reply::never(530, 7, 0, "disabled"), 403, "application", None),
            (Reply::never(550, 7, 1, "not among those who may"), 403, "not-allowed", None),
            (Reply::never(552, 3, 4, "30 MiB"), 413, "too-large", None),
            (Reply::never(554, 7, 1, "malware was found"), 422, "malware", None),
            (Reply::never(550, 1, 1, "no such address here"), 422, "invalid", Some("to")),
            (Reply::never(550, 2, 1, "the address is disabled"), 422, "recipient-blocked", Some("to")),
            (Reply::never(550, 5, 3, "at most 7 within an hour"), 422, "invalid", Some("to")),
            (Reply::never(550, 7, 0, "another rule"), 422, "not-taken", None),
        ];
        for (reply, status, kind, field) in &table {
            let response = super::of_reply(reply).into_response();
            assert_eq!(response.status(), StatusCode::from_u16(*status).unwrap(), "{reply}");
            let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["type"], format!("urn:relais:problem:{kind}"), "{reply}");
            assert_eq!(problem["field"].as_str(), *field, "{reply}");
            assert_eq!(problem["detail"], reply.text());
        }
        let grounds: Vec<Ground> = table.iter().map(|(reply, ..)| Ground::of(reply)).collect();
        assert!(Ground::ALL.iter().all(|ground| grounds.contains(ground)), "{grounds:?}");
    }
}
