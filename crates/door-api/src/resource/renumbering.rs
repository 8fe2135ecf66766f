//! `/renumberings`, `/announcements`: the platform's endpoints get other addresses.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use model::{OrganisationId, Timestamp};
use renumbering::{
    Administration, Announced, Answer, Customer, Endpoint, Finding, NewRenumbering, Renumbering,
    RenumberingId, Report,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, moment};
use crate::refusal::{Result, invalid};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A change of addresses of the platform's endpoints.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeOfAddresses {
    id: String,
    name: String,
    /// `declared`, `prepared` (times to live are short), `switched`, `completed` (the old addresses are withdrawn) or
    /// `cancelled`.
    stage: &'static str,
    /// When the names lead to the new addresses.
    #[schema(format = DateTime)]
    switches_at: String,
    /// Until then the old addresses are accepted as well.
    #[schema(format = DateTime)]
    ends_at: String,
    /// When whoever has not answered is reminded.
    #[schema(format = DateTime)]
    reminds_at: String,
    /// The time to live shortly before the date, in seconds.
    lowered_ttl: u32,
    /// As `gw1.example.com:25 A,B 192.0.2.1 198.51.100.1`: host and port, modes, old and new addresses.
    endpoints: Vec<String>,
    declared_by: String,
    #[schema(format = DateTime)]
    declared_at: String,
    #[schema(format = DateTime)]
    announced_at: Option<String>,
    #[schema(format = DateTime)]
    prepared_at: Option<String>,
    #[schema(format = DateTime)]
    switched_at: Option<String>,
    /// When it was completed or cancelled.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

fn view(one: Renumbering) -> ChangeOfAddresses {
    let at = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    ChangeOfAddresses {
        id: one.id.to_string(),
        name: one.name,
        stage: one.stage.as_str(),
        switches_at: one.switches_at.rfc3339(),
        ends_at: one.ends_at.rfc3339(),
        reminds_at: one.reminds_at.rfc3339(),
        lowered_ttl: one.lowered_ttl,
        endpoints: one.endpoints.iter().map(ToString::to_string).collect(),
        declared_by: one.declared_by,
        declared_at: one.declared_at.rfc3339(),
        announced_at: at(one.announced_at),
        prepared_at: at(one.prepared_at),
        switched_at: at(one.switched_at),
        ended_at: at(one.ended_at),
    }
}

/// All changes: they are few, so there is one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangesOfAddresses {
    items: Vec<ChangeOfAddresses>,
}

/// A new change of addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewChangeOfAddresses)]
pub(crate) struct New {
    /// What customers read.
    name: String,
    /// Each as `HOST:PORT[/PATH] MODES OLD[,OLD] NEW[,NEW]`, such as
    /// `gw1.example.com:25 A,B 192.0.2.1 198.51.100.1`.
    endpoints: Vec<String>,
    /// The date (RFC 3339).
    #[schema(format = DateTime)]
    switches_at: String,
    /// Days in which both addresses are accepted; without it 30.
    overlap_days: Option<u32>,
    /// Days before the date at which whoever has not answered is reminded; without it 7.
    reminder_days: Option<u32>,
    /// The time to live shortly before the date, in seconds; without it 300.
    lowered_ttl: Option<u32>,
}

/// Something that names an old address.
#[derive(Serialize, ToSchema)]
pub(crate) struct PinnedAddress {
    /// `route`, `allowed-source`, `integration`, `host`, `dedicated`, `address`, `spf`, `elsewhere`, `domain-spf`,
    /// `domain-exchanger` or `setting`.
    kind: &'static str,
    /// Whose; null: the installation's.
    organisation: Option<String>,
    thing: String,
    value: String,
    old: String,
    new: Vec<String>,
    /// `follows` (by itself at the date), `operator` or `organisation`: who has to change it.
    remedy: &'static str,
}

fn pinned(finding: &Finding) -> PinnedAddress {
    PinnedAddress {
        kind: finding.pin.as_str(),
        organisation: finding.organisation.map(|id| id.to_string()),
        thing: finding.thing.clone(),
        value: finding.value.clone(),
        old: finding.old.to_string(),
        new: finding.new.iter().map(ToString::to_string).collect(),
        remedy: finding.remedy.as_str(),
    }
}

/// An organisation that a change concerns.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConcernedOrganisation {
    organisation: String,
    name: String,
    /// How it is connected: `A`, `B`, `C`.
    modes: Vec<&'static str>,
    /// How many settings it has to change; with none it has nothing to do as long as it uses host names only.
    to_do: usize,
    /// `names-only` or `adapted`; null: not yet.
    answer: Option<&'static str>,
    answered_by: Option<String>,
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    letters: Vec<WrittenLetter>,
}

/// A letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct WrittenLetter {
    /// `announcement`, `reminder` or `cancellation`.
    kind: &'static str,
    /// When it went; null: it waits.
    #[schema(format = DateTime)]
    posted_at: Option<String>,
}

fn concerned(report: &Report, customer: &Customer) -> ConcernedOrganisation {
    let letters = customer.notices.iter();
    ConcernedOrganisation {
        organisation: customer.organisation.to_string(),
        name: customer.name.clone(),
        modes: customer.modes.iter().map(|mode| mode.as_str()).collect(),
        to_do: report.of(customer.organisation).count(),
        answer: customer.answer.map(Answer::as_str),
        answered_by: customer.answered_by.clone(),
        answered_at: customer.answered_at.map(Timestamp::rfc3339),
        letters: letters
            .map(|(kind, at)| WrittenLetter { kind: kind.as_str(), posted_at: at.map(Timestamp::rfc3339) })
            .collect(),
    }
}

/// What names an old address, and whom the change concerns.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddressReport {
    findings: Vec<PinnedAddress>,
    organisations: Vec<ConcernedOrganisation>,
    /// Mail domains elsewhere of which nothing is known: their DNS does not answer now, or there are more than are asked for
    /// at a time.
    unseen: Vec<String>,
}

/// How many organisations are written to.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncedChange {
    letters: usize,
}

/// A change as an organisation sees it: the endpoints of its own modes only.
#[derive(Serialize, ToSchema)]
pub(crate) struct Announcement {
    /// Of the change of addresses.
    id: String,
    name: String,
    stage: &'static str,
    #[schema(format = DateTime)]
    switches_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// How the organisation is connected: `A`, `B`, `C`.
    modes: Vec<&'static str>,
    endpoints: Vec<String>,
    /// What the organisation has to change; nothing: there is nothing to do as long as it uses host names only.
    findings: Vec<PinnedAddress>,
    /// `names-only` or `adapted`; null: not yet.
    answer: Option<&'static str>,
}

fn announcement(one: Announced) -> Announcement {
    let (letter, answer) = (one.letter, one.answer);
    let change = letter.renumbering;
    let is_own = |endpoint: &&Endpoint| endpoint.modes.iter().any(|mode| letter.modes.contains(mode));
    Announcement {
        id: change.id.to_string(),
        stage: change.stage.as_str(),
        switches_at: change.switches_at.rfc3339(),
        ends_at: change.ends_at.rfc3339(),
        modes: letter.modes.iter().map(|mode| mode.as_str()).collect(),
        endpoints: change.endpoints.iter().filter(is_own).map(ToString::to_string).collect(),
        findings: letter.findings.iter().map(pinned).collect(),
        answer: answer.map(Answer::as_str),
        name: change.name,
    }
}

/// Those that are under way: they are few, so there is one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct Announcements {
    items: Vec<Announcement>,
}

/// Whose announcements.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The organisation; the token's own where it has one.
    #[param(value_type = Option<String>)]
    organisation: Option<Id>,
}

/// What an organisation says to an announcement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnnouncementAnswer {
    /// `names-only`: it uses host names only; `adapted`: its systems know the new addresses.
    answer: String,
    /// The organisation; the token's own where it has one.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
}

fn changes(caller: &Caller) -> Administration {
    caller.shared.renumberings.administration(caller.scope(), caller.who())
}

/// The changes of addresses, the newest first (operator only)
#[utoipa::path(get, path = "/renumberings", tag = "renumberings",
    responses((status = 200, body = ChangesOfAddresses)))]
pub(crate) async fn list_renumberings(caller: Caller) -> Result<Json<ChangesOfAddresses>> {
    let items = changes(&caller).list().await?.into_iter().map(view).collect();
    Ok(Json(ChangesOfAddresses { items }))
}

/// Declare a change of addresses: its steps are done when their time has come (operator only)
#[utoipa::path(post, path = "/renumberings", tag = "renumberings", request_body = New,
    responses((status = 201, body = ChangeOfAddresses)))]
pub(crate) async fn declare_renumbering(
    caller: Caller,
    Input(new): Input<New>,
) -> Result<Created<ChangeOfAddresses>> {
    if caller.token.organisation.is_some() {
        // Nothing is said about what lies outside of a tenant's scope, not even what is wrong with it.
        changes(&caller).list().await?;
    }
    let wrong = |reason: String| {
        invalid("endpoints", reason, "HOST:PORT[/PATH] MODES OLD[,OLD] NEW[,NEW]: docs/manual/renumbering.md")
    };
    let endpoints = new.endpoints.iter().map(|text| text.parse::<Endpoint>().map_err(wrong));
    let days = |days: Option<u32>| days.map(|days| DAY * days);
    let new = NewRenumbering {
        endpoints: endpoints.collect::<Result<_>>()?,
        switches_at: moment("switches_at", &new.switches_at)?,
        overlap: days(new.overlap_days),
        reminded_before: days(new.reminder_days),
        lowered_ttl: new.lowered_ttl,
        name: new.name,
    };
    let one = changes(&caller).declare(new).await?;
    Ok(Created(format!("/api/v1/renumberings/{}", one.id), view(one)))
}

/// A change of addresses (operator only)
#[utoipa::path(get, path = "/renumberings/{renumbering}", tag = "renumberings",
    params(("renumbering" = String, Path)), responses((status = 200, body = ChangeOfAddresses)))]
pub(crate) async fn show_renumbering(caller: Caller, Of(id): Of) -> Result<Json<ChangeOfAddresses>> {
    Ok(Json(view(changes(&caller).renumbering(RenumberingId(id)).await?)))
}

/// What names an old address, whose it is, and whom the change concerns (operator only)
#[utoipa::path(get, path = "/renumberings/{renumbering}/report", tag = "renumberings",
    params(("renumbering" = String, Path)), responses((status = 200, body = AddressReport)))]
pub(crate) async fn show_renumbering_report(caller: Caller, Of(id): Of) -> Result<Json<AddressReport>> {
    let report = changes(&caller).report(RenumberingId(id)).await?;
    Ok(Json(AddressReport {
        findings: report.findings.iter().map(pinned).collect(),
        organisations: report.customers.iter().map(|customer| concerned(&report, customer)).collect(),
        unseen: report.unseen.iter().map(ToString::to_string).collect(),
    }))
}

/// Write to every organisation that a change concerns, once (operator only)
#[utoipa::path(post, path = "/renumberings/{renumbering}/announcement", tag = "renumberings",
    params(("renumbering" = String, Path)), responses((status = 200, body = AnnouncedChange)))]
pub(crate) async fn announce_renumbering(caller: Caller, Of(id): Of) -> Result<Json<AnnouncedChange>> {
    let letters = changes(&caller).announce(RenumberingId(id)).await?;
    Ok(Json(AnnouncedChange { letters }))
}

/// Take a change of addresses back before its date (operator only)
#[utoipa::path(post, path = "/renumberings/{renumbering}/cancellation", tag = "renumberings",
    params(("renumbering" = String, Path)), responses((status = 200, body = ChangeOfAddresses)))]
pub(crate) async fn cancel_renumbering(caller: Caller, Of(id): Of) -> Result<Json<ChangeOfAddresses>> {
    Ok(Json(view(changes(&caller).cancel(RenumberingId(id)).await?)))
}

async fn whose(caller: &Caller, named: Option<Id>) -> Result<OrganisationId> {
    caller.owner(named.map(|Id(id)| id)).await
}

/// The changes of addresses that were announced to the organisation
#[utoipa::path(get, path = "/announcements", tag = "renumberings", params(Whose),
    responses((status = 200, body = Announcements)))]
pub(crate) async fn list_announcements(
    caller: Caller,
    Asked(asked): Asked<Whose>,
) -> Result<Json<Announcements>> {
    let organisation = whose(&caller, asked.organisation).await?;
    let announced = changes(&caller).announced_to(organisation).await?;
    Ok(Json(Announcements { items: announced.into_iter().map(announcement).collect() }))
}

/// Say that the organisation uses host names only, or that its systems know the new addresses
#[utoipa::path(put, path = "/announcements/{renumbering}/answer", tag = "renumberings",
    request_body = AnnouncementAnswer, params(("renumbering" = String, Path)), responses((status = 204)))]
pub(crate) async fn answer_announcement(
    caller: Caller,
    Of(id): Of,
    Input(said): Input<AnnouncementAnswer>,
) -> Result<StatusCode> {
    let organisation = whose(&caller, said.organisation).await?;
    let answers = changes(&caller);
    // What is not there is not found, whatever is said to it.
    let known = answers.announced_to(organisation).await?;
    if known.iter().all(|one| one.letter.renumbering.id.0 != id) {
        return Err(crate::refusal::not_found("change of addresses"));
    }
    let rule = "names-only or adapted";
    let answer = Answer::of(&said.answer)
        .ok_or_else(|| invalid("answer", format!("«{}» is neither", said.answer), rule))?;
    answers.answer(RenumberingId(id), organisation, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}
