//! `/log/letters`: what an address or a mail service sent and received; `/log/plan`: how much of it is shown.

use axum::Json;
use directory::{AddressInfo, AddressKind, DirectoryError, Permission};
use model::{AccountRef, ServiceId, UserId};
use serde::{Deserialize, Serialize};
use trail::{Direction, LetterSearch, Status, Whose};
use utoipa::{IntoParams, ToSchema};

use super::user::Whose as OfWhom;
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Id, Input, Of, address, moment};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// One recipient of one letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct Line {
    #[schema(format = DateTime)]
    at: String,
    /// The letter: `/log?message=…` tells its whole way; null for a refusal.
    message: Option<String>,
    /// The envelope's sender; empty for a report.
    sender: String,
    recipient: String,
    subject: Option<String>,
    size_bytes: Option<u64>,
    /// What became of it.
    status: &'static str,
    /// The words behind it: a remote server's, or ours.
    detail: String,
    #[schema(format = DateTime)]
    status_at: String,
}

/// Sent, or received.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SentOrReceived {
    Sent,
    Received,
}

/// Which letters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// An address of ours.
    address: Option<String>,
    /// Or all addresses of this mail service.
    #[param(value_type = Option<String>)]
    service: Option<Id>,
    /// On behalf of this person: the address is found if the person uses its mailbox and may see its log.
    #[param(value_type = Option<String>)]
    user: Option<Id>,
    /// What was sent, or what came.
    #[param(inline)]
    direction: SentOrReceived,
    /// From this moment on (RFC 3339); never from before what is shown.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Up to and without this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// Only letters of which this became: `delivered`, `spam`, `waiting`, `bounced`, `rejected` …
    status: Option<String>,
    /// Only letters whose sender, recipient or subject contains this, in whatever case.
    text: Option<String>,
}

/// What an address or a mail service sent or received, a line for each recipient, the newest first
#[utoipa::path(get, path = "/log/letters", tag = "log", params(Which, PageQuery),
    responses((status = 200, body = Page<Line>)))]
pub(crate) async fn list_letters(
    AnyCaller(caller): AnyCaller,
    Asked(which): Asked<Which>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Line>>> {
    let directory = caller.directory();
    // Both are looked for before anything else is said: what is another's does not exist.
    let named = match which.address.as_deref() {
        Some(text) => Some(directory.address_called(&address("address", text)?).await?),
        None => None,
    };
    let service = match which.service {
        Some(Id(id)) => Some(directory.service(ServiceId(id)).await?),
        None => None,
    };
    if let Some(Id(user)) = which.user {
        may_see(&caller, UserId(user), named.as_ref()).await?;
    }
    let (organisation, whose) = match (named, service) {
        (Some(info), None) => {
            directory.note_opened(info.id, directory::Opened::Logs).await?;
            (info.organisation, Whose::Address(info.address))
        }
        (None, Some(service)) => {
            directory.note_service_opened(service.id).await?;
            let domains = directory.domains(Some(service.organisation)).await?;
            let domains = domains.into_iter().filter(|domain| domain.service == service.id);
            (service.organisation, Whose::Domains(domains.map(|domain| domain.name).collect()))
        }
        _ => return Err(invalid("address", "both or none is said", "an address, or a service")),
    };
    let status = which.status.as_deref().map(|text| {
        text.parse::<Status>().map_err(|reason| invalid("status", reason, "one of the words of the column"))
    });
    let search = LetterSearch {
        organisation,
        whose,
        direction: match which.direction {
            SentOrReceived::Sent => Direction::Sent,
            SentOrReceived::Received => Direction::Received,
        },
        since: which.since.as_deref().map(|text| moment("since", text)).transpose()?,
        until: which.until.as_deref().map(|text| moment("until", text)).transpose()?,
        status: status.transpose()?,
        text: which.text.unwrap_or_default(),
    };
    let now = caller.shared.world.clock.now();
    let lines = caller.shared.trail.letters(search, now, page.seek()?).await?;
    Ok(Json(Page::of(lines, |line| Line {
        at: line.at.rfc3339(),
        message: line.message.map(|id| id.to_string()),
        sender: line.sender,
        recipient: line.recipient,
        subject: line.subject,
        size_bytes: line.size_bytes,
        status: line.status.as_str(),
        detail: line.detail,
        status_at: line.status_at.rfc3339(),
    })))
}

/// Whether a person sees the log of this address: that of a mailbox, by the permission `access_logs`.
async fn may_see(caller: &Caller, user: UserId, named: Option<&AddressInfo>) -> Result<()> {
    let user = caller.directory().user(user).await?.id;
    let Some(AddressInfo { organisation, kind: AddressKind::Mailbox { account, .. }, .. }) = named else {
        return Err(crate::refusal::not_found("mailbox with this permission"));
    };
    let account = AccountRef { organisation: *organisation, account: *account };
    match caller.shared.directory.may(user, account, Permission::AccessLogs).await? {
        true => Ok(()),
        false => Err(crate::refusal::not_found("mailbox with this permission")),
    }
}

/// How much of an organisation's log is shown and kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plan {
    /// Days that are shown.
    visible_days: u64,
    /// Days after which events are deleted.
    kept_days: u64,
    /// Whether older events are kept and not shown.
    has_locked: bool,
}

/// How much of the log is shown and kept
#[utoipa::path(get, path = "/log/plan", tag = "log", params(OfWhom), responses((status = 200, body = Plan)))]
pub(crate) async fn show_log_plan(caller: Caller, Asked(whose): Asked<OfWhom>) -> Result<Json<Plan>> {
    let organisation = match caller.chosen(whose.organisation()).await? {
        Some(organisation) => organisation,
        None => caller.owner(None).await?,
    };
    plan(&caller, organisation).await
}

async fn plan(caller: &Caller, organisation: model::OrganisationId) -> Result<Json<Plan>> {
    let window = caller.shared.trail.window(organisation, caller.shared.world.clock.now()).await?;
    Ok(Json(Plan {
        visible_days: window.visible_days,
        kept_days: window.kept_days,
        has_locked: window.has_locked,
    }))
}

/// What a plan shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPlan {
    /// 20 in the plan without charge, at most 366.
    #[schema(minimum = 1, maximum = 366)]
    visible_days: u64,
}

/// Set how many days of its log an organisation sees (operator only)
#[utoipa::path(put, path = "/organisations/{organisation}/log-plan", tag = "log", request_body = NewPlan,
    params(("organisation" = String, Path)), responses((status = 200, body = Plan)))]
pub(crate) async fn set_log_plan(
    caller: Caller,
    Of(id): Of,
    Input(new): Input<NewPlan>,
) -> Result<Json<Plan>> {
    if caller.scope().organisation().is_some() {
        return Err(DirectoryError::NotFound { what: "this within the organisation's scope" }.into());
    }
    let organisation = model::OrganisationId(id);
    caller.directory().set_log_days(organisation, new.visible_days).await?;
    plan(&caller, organisation).await
}
