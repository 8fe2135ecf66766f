//! What programs ask besides: how letters would reach somebody, what happened since, what the journal has, what evidence
//! proves, and what this platform takes.

use axum::Json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_flow::received::Direction;
use mail_secure::following::{self, Cursor as Since};
use mail_secure::receiving::{Behind, Sought};
use mail_secure::{Evident, NotVerified, Outcome, Verdict};
use model::Address;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entry;
use super::received::{ReadAs, state};
use super::sending::{LetterFile, Protection, decoded, of_reply};
use crate::caller::{Bearer, Caller};
use crate::input::{Asked, Input, address, moment};
use crate::page::{Cursor, Page, PageQuery};
use crate::refusal::{Result, invalid, not_found};

/// Addresses that are looked at in one request.
const CHECKED_LIMIT: usize = 200;
/// Claims that are answered.
const CLAIMS_LIMIT: usize = 1000;

/// Whom to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecipientQuestion {
    /// The addresses, 1 to 200.
    recipients: Vec<String>,
    mode: Protection,
}

/// How letters would reach the addresses, in the order of the question.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedRecipients {
    items: Vec<CheckedRecipient>,
}

/// How a letter would reach an address. Whether somebody has an account, or takes no registered letters, is said to nobody
/// who has not sent one.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedRecipient {
    address: String,
    /// Whether its organisation is connected by its own servers over TLS.
    connected: bool,
    /// What its reader has to show at least: `mailbox` (a code that is sent there) or `account` (with a second factor).
    least_authentication: &'static str,
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Of which organisation; a token's own where it has one.
    organisation: Option<String>,
    /// Only those of this letter.
    secure_letter: Option<String>,
}

/// What happened, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterEvents {
    items: Vec<LetterEvent>,
    /// Give it as `after` to go on, also where nothing more has happened yet; null as long as nothing has at all.
    next: Option<String>,
}

/// What happened to a letter, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterEvent {
    /// Its own name among all: the copy, and the statement's number.
    id: String,
    /// What others call the letter.
    public_id: String,
    recipient: String,
    /// By the names of ETSI EN 319 522-1 §6.
    event: &'static str,
    #[schema(format = DateTime)]
    at: String,
}

/// Which entries of the journal.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JournalQuery {
    /// Taken at or after.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Taken before.
    #[param(format = DateTime)]
    until: Option<String>,
    /// With whom.
    address: Option<String>,
    /// On which side: `received` or `sent`; both without it.
    direction: Option<String>,
    /// `confidential`, `personal` or `registered`.
    mode: Option<String>,
    /// How far: `offered`, `handed over` and so on.
    state: Option<String>,
}

/// A letter in the journal, for one recipient.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureJournalEntry {
    /// Of a received letter the copy, of a sent one what others call it.
    name: String,
    /// `received` or `sent`.
    direction: &'static str,
    mode: String,
    /// The other side; a sender as far as it is told yet.
    address: Option<String>,
    /// As far as it is told yet.
    subject: Option<String>,
    state: &'static str,
    #[schema(format = DateTime)]
    submitted_at: String,
    #[schema(format = DateTime)]
    last_event_at: String,
}

/// Evidence to verify.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceQuestion {
    /// A bundle of evidence (JSON), or a receipt (PDF) with one inside, in base64.
    #[schema(content_encoding = "base64")]
    bundle: String,
    /// What it is said to be about: compared with the digests in it. At most 50.
    #[serde(default)]
    documents: Vec<LetterFile>,
}

/// What evidence proves, with this platform's own keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerifiedEvidence {
    /// `proven`, `failed` or `incomplete`: proven only if each claim is.
    verdict: &'static str,
    claims: Vec<VerifiedClaim>,
}

/// One claim.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerifiedClaim {
    claim: String,
    /// `proven`, `failed` or `not-shown`.
    outcome: &'static str,
    /// The document on which it rests.
    document: Option<String>,
}

/// What this platform takes.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureServiceView {
    version: &'static str,
    /// Octets of a letter.
    letter_bytes: usize,
    /// Recipients of one letter.
    recipients: usize,
    /// Days within which a letter's reference keeps it from being sent twice.
    reference_days: u32,
    /// By which custom registered letters are treated: `ch`, `fr`, `at` or `basic`.
    profile: &'static str,
}

/// How letters would reach addresses
#[utoipa::path(post, path = "/secure-recipients/check", tag = "secure letters", request_body = RecipientQuestion,
    responses((status = 200, body = CheckedRecipients)))]
pub(crate) async fn check_secure_recipients(
    Bearer(caller): Bearer,
    Input(question): Input<RecipientQuestion>,
) -> Result<Json<CheckedRecipients>> {
    if question.recipients.is_empty() || question.recipients.len() > CHECKED_LIMIT {
        let reason = format!("there are {}", question.recipients.len());
        return Err(invalid("recipients", reason, "1 to 200 addresses"));
    }
    let addresses: Vec<Address> =
        question.recipients.iter().map(|text| address("recipients", text)).collect::<Result<_>>()?;
    let checked = caller.shared.flow.check_recipients(addresses, question.mode.mode()).await;
    let items = checked.map_err(|reply| of_reply(&reply))?.into_iter().map(|one| CheckedRecipient {
        address: one.address.to_string(),
        connected: one.is_connected,
        least_authentication: if one.needs_account { "account" } else { "mailbox" },
    });
    Ok(Json(CheckedRecipients { items: items.collect() }))
}

/// What happened to an organisation's letters since a point, oldest first; an event is told once it is in the public log
#[utoipa::path(get, path = "/secure-events", tag = "secure letters", params(EventQuery, PageQuery),
    responses((status = 200, body = LetterEvents)))]
pub(crate) async fn list_secure_events(
    caller: Caller,
    Asked(query): Asked<EventQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<LetterEvents>> {
    let seek = page.seek::<Since>()?;
    let named = query.organisation.as_deref();
    let named = named.map(|text| text.parse().map_err(|_| not_found("organisation"))).transpose()?;
    let organisation = caller.owner(named).await?;
    let letter = match query.secure_letter.as_deref() {
        None => None,
        Some(text) => {
            let id = text.parse().map_err(|_| not_found("secure letter"))?;
            Some(entry(&caller, id).await?.letter.public_id)
        }
    };
    let (secure, limit) = (caller.shared.flow.secure(), seek.limit.min(following::HAPPENED_LIMIT));
    let listed = secure.happened_since(organisation, letter, seek.after, limit).await?;
    let next = listed.last().map(Since::behind).or(seek.after).map(Cursor::seal);
    let items = listed.into_iter().map(|one| LetterEvent {
        id: format!("{}.{}", one.slot, one.sequence),
        public_id: mail_secure::hex(&one.letter),
        recipient: one.recipient.to_string(),
        event: one.event.name(),
        at: one.at.rfc3339(),
    });
    Ok(Json(LetterEvents { items: items.collect(), next }))
}

/// What a person or an application sent and received, the newest first
#[utoipa::path(get, path = "/secure-journal/entries", tag = "secure letters", params(ReadAs, JournalQuery, PageQuery),
    responses((status = 200, body = Page<SecureJournalEntry>)))]
pub(crate) async fn search_secure_journal(
    Bearer(caller): Bearer,
    Asked(read_as): Asked<ReadAs>,
    Asked(query): Asked<JournalQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<SecureJournalEntry>>> {
    let reader = read_as.reader(&caller).await?;
    let seek = page.seek::<Behind>()?;
    let mode = |word: &str| {
        let known = mail_secure::wish::mode_named(word);
        known.ok_or_else(|| invalid("mode", "it is none", "confidential, personal or registered"))
    };
    let only = match query.direction.as_deref() {
        None => None,
        Some("received") => Some(Direction::Received),
        Some("sent") => Some(Direction::Sent),
        Some(_) => return Err(invalid("direction", "it is none", "received or sent")),
    };
    let sought = Sought {
        since: query.since.as_deref().map(|text| moment("since", text)).transpose()?,
        until: query.until.as_deref().map(|text| moment("until", text)).transpose()?,
        with: query.address.as_deref().map(|text| address("address", text)).transpose()?,
        mode: query.mode.as_deref().map(mode).transpose()?,
        state: query.state.as_deref().map(state).transpose()?,
        is_unprocessed: false,
        behind: seek.after,
        limit: seek.limit,
    };
    let found = caller.shared.flow.search_journal(&reader, only, sought).await?;
    let items = found.items.into_iter().map(|one| SecureJournalEntry {
        name: one.name,
        direction: match one.direction {
            Direction::Received => "received",
            Direction::Sent => "sent",
        },
        mode: one.mode.to_string(),
        address: one.address.map(|address| address.to_string()),
        subject: one.subject,
        state: one.state.word(),
        submitted_at: one.submitted_at.rfc3339(),
        last_event_at: one.last_at.rfc3339(),
    });
    Ok(Json(Page { items: items.collect(), next: found.next.map(Cursor::seal) }))
}

/// Verify evidence with this platform's own keys; nothing of it is kept
#[utoipa::path(post, path = "/secure-evidence/verification", tag = "secure letters",
    request_body = EvidenceQuestion, responses((status = 200, body = VerifiedEvidence)))]
pub(crate) async fn verify_secure_evidence(
    Bearer(caller): Bearer,
    Input(question): Input<EvidenceQuestion>,
) -> Result<Json<VerifiedEvidence>> {
    let rule = "a bundle of evidence (JSON), or a receipt (PDF) with one inside, in base64";
    let bundle = STANDARD.decode(&question.bundle);
    let bundle = bundle.map_err(|error| invalid("bundle", error.to_string(), rule))?;
    let contents = decoded(&question.documents)?;
    let mut files = vec![Evident { name: "bundle".to_owned(), bytes: bundle.into() }];
    let documents = question.documents.into_iter().zip(contents);
    files.extend(documents.map(|(file, bytes)| Evident { name: file.file_name, bytes: bytes.into() }));
    let found = match caller.shared.flow.secure().verify(files).await {
        Ok(found) => found,
        Err(NotVerified::Ours(error)) => return Err(error.into()),
        Err(error @ NotVerified::Unreadable(_)) => {
            return Err(invalid("bundle", model::Chain(&error).to_string(), rule));
        }
    };
    let claims = found.claims.into_iter().take(CLAIMS_LIMIT).map(|one| VerifiedClaim {
        claim: one.claim,
        outcome: match one.outcome {
            Outcome::Proven => "proven",
            Outcome::Failed => "failed",
            Outcome::NotShown => "not-shown",
        },
        document: one.document,
    });
    Ok(Json(VerifiedEvidence {
        verdict: match found.verdict {
            Verdict::Proven => "proven",
            Verdict::Failed => "failed",
            Verdict::Incomplete => "incomplete",
        },
        claims: claims.collect(),
    }))
}

/// What this platform takes
#[utoipa::path(get, path = "/secure-service", tag = "secure letters",
    responses((status = 200, body = SecureServiceView)))]
pub(crate) async fn show_secure_service(Bearer(caller): Bearer) -> Json<SecureServiceView> {
    let service = caller.shared.flow.secure_service();
    Json(SecureServiceView {
        version: env!("CARGO_PKG_VERSION"),
        letter_bytes: service.letter_bytes,
        recipients: service.recipients,
        reference_days: service.reference_days,
        profile: service.profile,
    })
}
