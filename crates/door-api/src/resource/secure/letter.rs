//! `/secure-letters`: what was sent, how far each copy is and what happened to it; taking back, erasing; counts.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use directory::ApplicationId;
use mail_secure::{Entry, Wanted};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire_safe::Slot;

use super::{SecureLetter, entry, reach, view};
use crate::caller::Caller;
use crate::input::{Asked, Input, Of, address, moment};
use crate::page::{Cursor, Page, PageQuery};
use crate::refusal::{Result, invalid, not_found};

/// Letters that are read at once for a file.
const BATCH: u32 = 1000;
/// Letters of a file at most: whoever has more asks for a shorter time.
const EXPORTED_LIMIT: usize = 100_000;
/// Of how many days where nobody says it.
const DAYS_USUAL: u64 = 30;

/// Which letters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LetterQuery {
    /// Only those of this sender.
    from: Option<String>,
    /// Only those to this recipient.
    to: Option<String>,
    /// Only the one that a programme calls so; with `application`, whose programme it is.
    reference: Option<String>,
    /// The application account of `reference`.
    application: Option<String>,
}

/// Of which time.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SinceQuery {
    /// Of letters taken at or after this moment; of the last thirty days without one.
    #[param(format = DateTime)]
    since: Option<String>,
}

impl SinceQuery {
    fn moment(&self, caller: &Caller) -> Result<Timestamp> {
        let usual = || {
            let days = std::time::Duration::from_secs(DAYS_USUAL * 86_400);
            caller.shared.world.clock.now().minus(days)
        };
        self.since.as_deref().map_or_else(|| Ok(usual()), |text| moment("since", text))
    }
}

/// A secure letter with what happened to it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowedLetter {
    letter: SecureLetter,
    /// From the first for each copy.
    events: Vec<SecureEvent>,
}

/// Something that happened to a copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureEvent {
    copy: String,
    recipient: String,
    /// By the names of ETSI EN 319 522-1 §6.
    event: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// Its place in the public log.
    log_index: Option<u64>,
    /// Whether a time-stamp shows that it was written before.
    time_stamped: bool,
}

/// What is taken back, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// From this copy's recipient only.
    copy: Option<String>,
    /// It stands in the evidence; at most 500 characters.
    #[serde(default)]
    reason: String,
}

/// What is destroyed, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// For this copy's recipient only.
    copy: Option<String>,
    /// It stands in the log of changes, and in the evidence of what was not opened; at most 500 characters.
    #[serde(default)]
    reason: String,
}

/// How many copies are where.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureStatistics {
    items: Vec<SecureCount>,
}

/// Copies of a mode in a state.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureCount {
    organisation: String,
    mode: String,
    state: &'static str,
    copies: u64,
    /// How many of them can be opened and were not, and were reported as not delivered after a server had taken them.
    unreached: u64,
}

/// Secure letters, the newest first
#[utoipa::path(get, path = "/secure-letters", tag = "secure letters", params(LetterQuery, PageQuery),
    responses((status = 200, body = Page<SecureLetter>)))]
pub(crate) async fn list_secure_letters(
    caller: Caller,
    Asked(query): Asked<LetterQuery>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<SecureLetter>>> {
    if query.reference.is_some() || query.application.is_some() {
        return Ok(Json(referred(&caller, &query).await?));
    }
    let seek = page.seek::<i64>()?;
    let wanted = Wanted {
        sender: query.from.as_deref().map(|text| address("from", text)).transpose()?,
        recipient: query.to.as_deref().map(|text| address("to", text)).transpose()?,
        before: seek.after,
        limit: u32::try_from(seek.limit).unwrap_or(u32::MAX),
    };
    let found = caller.shared.flow.secure().letters(reach(&caller), wanted).await?;
    let last = found.last().filter(|_| found.len() == seek.limit);
    let next = last.map(|entry| entry.letter.id.seal());
    Ok(Json(Page { items: found.iter().map(view).collect(), next }))
}

/// The letter that an application's programme calls by a reference: one, or none.
async fn referred(caller: &Caller, query: &LetterQuery) -> Result<Page<SecureLetter>> {
    let named = query.application.as_deref().map(|text| text.parse().map_err(|_| not_found("application")));
    let application = match named.transpose()? {
        Some(id) => Some(caller.directory().application(ApplicationId(id)).await?),
        None => None,
    };
    let (Some(application), Some(reference)) = (application, &query.reference) else {
        let rule = "reference and application stand together: each programme has references of its own";
        return Err(invalid("reference", "only one of the two is there", rule));
    };
    let kept = mail_flow::reference_of(&application.name, reference);
    let secure = caller.shared.flow.secure();
    let items = match secure.sent_as(application.organisation, &kept).await? {
        Some(letter) => vec![view(&secure.letter(Some(application.organisation), letter.id).await?)],
        None => Vec::new(),
    };
    Ok(Page { items, next: None })
}

/// A secure letter, and what happened to it
#[utoipa::path(get, path = "/secure-letters/{secure_letter}", tag = "secure letters",
    params(("secure_letter" = String, Path)), responses((status = 200, body = FollowedLetter)))]
pub(crate) async fn show_secure_letter(caller: Caller, Of(id): Of) -> Result<Json<FollowedLetter>> {
    let entry = entry(&caller, id).await?;
    let mut events = Vec::new();
    for copy in &entry.copies {
        for happened in caller.shared.flow.secure().happened(&copy.slot).await? {
            events.push(SecureEvent {
                copy: copy.slot.to_string(),
                recipient: copy.address.to_string(),
                event: happened.event.name(),
                at: happened.at.rfc3339(),
                log_index: happened.log_index,
                time_stamped: happened.is_stamped,
            });
        }
    }
    Ok(Json(FollowedLetter { letter: view(&entry), events }))
}

/// Take a secure letter back from whoever has neither accepted nor opened it
#[utoipa::path(post, path = "/secure-letters/{secure_letter}/withdrawal", tag = "secure letters",
    params(("secure_letter" = String, Path)), request_body = Withdrawal,
    responses((status = 200, body = SecureLetter)))]
pub(crate) async fn withdraw_secure_letter(
    caller: Caller,
    Of(id): Of,
    Input(withdrawal): Input<Withdrawal>,
) -> Result<Json<SecureLetter>> {
    let found = entry(&caller, id).await?;
    let only = withdrawal.copy.as_deref().map(|text| copy_of(&found, text)).transpose()?;
    let (secure, organisation) = (caller.shared.flow.secure(), found.letter.organisation);
    secure.withdraw_for(caller.who(), organisation, id, only, &withdrawal.reason).await?;
    Ok(Json(view(&entry(&caller, id).await?)))
}

/// Destroy what opens a secure letter, for whoever has accepted or opened it: nobody opens it any more
#[utoipa::path(post, path = "/secure-letters/{secure_letter}/erasure", tag = "secure letters",
    params(("secure_letter" = String, Path)), request_body = Erasure,
    responses((status = 200, body = SecureLetter)))]
pub(crate) async fn erase_secure_letter(
    caller: Caller,
    Of(id): Of,
    Input(erasure): Input<Erasure>,
) -> Result<Json<SecureLetter>> {
    let found = entry(&caller, id).await?;
    let only = erasure.copy.as_deref().map(|text| copy_of(&found, text)).transpose()?;
    let (secure, organisation) = (caller.shared.flow.secure(), found.letter.organisation);
    secure.erase_for(caller.who(), organisation, id, only, &erasure.reason).await?;
    Ok(Json(view(&entry(&caller, id).await?)))
}

/// Count copies of secure letters by how they were sent and how far they are
#[utoipa::path(get, path = "/secure-statistics", tag = "secure letters", params(SinceQuery),
    responses((status = 200, body = SecureStatistics)))]
pub(crate) async fn count_secure_letters(
    caller: Caller,
    Asked(query): Asked<SinceQuery>,
) -> Result<Json<SecureStatistics>> {
    let since = query.moment(&caller)?;
    let counts = caller.shared.flow.secure().statistics(reach(&caller), since).await?;
    let items = counts.into_iter().map(|count| SecureCount {
        organisation: count.organisation.to_string(),
        mode: count.mode.to_string(),
        state: count.state.word(),
        copies: count.copies,
        unreached: count.unreached,
    });
    Ok(Json(SecureStatistics { items: items.collect() }))
}

/// Secure letters with their copies as a file (CSV, RFC 4180)
#[utoipa::path(get, path = "/secure-journal", tag = "secure letters", params(SinceQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export_secure_letters(
    caller: Caller,
    Asked(query): Asked<SinceQuery>,
) -> Result<Response> {
    let since = query.moment(&caller)?;
    let (mut before, mut csv, mut count) = (None, Entry::CSV_HEADER.to_owned(), 0);
    loop {
        let wanted = Wanted { sender: None, recipient: None, before, limit: BATCH };
        let page = caller.shared.flow.secure().letters(reach(&caller), wanted).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.letter.id);
        let is_over = last.letter.submitted_at < since;
        let within = page.iter().filter(|entry| entry.letter.submitted_at >= since);
        within.for_each(|entry| csv.push_str(&entry.csv()));
        count += page.len();
        if is_over {
            break;
        }
        if count >= EXPORTED_LIMIT {
            let reason = format!("there are more than {EXPORTED_LIMIT} letters since then");
            return Err(invalid("since", reason, "a file has at most 100000 letters"));
        }
    }
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], csv).into_response())
}

/// A copy of this letter.
pub(super) fn copy_of(entry: &Entry, text: &str) -> Result<Slot> {
    let slot = mail_secure::sixteen(text).map(Slot);
    let slot = slot.filter(|slot| entry.copies.iter().any(|copy| copy.slot == *slot));
    slot.ok_or_else(|| not_found("copy of the letter"))
}
