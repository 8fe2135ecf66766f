//! `/address-lists`: many addresses from one list, shown first, made once somebody confirmed it.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{AddressJob, Choice, JobLine, NewAddressJob};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::AnyCaller;
use crate::input::{Asked, Created, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};
use crate::repeat::ShownOnce;

/// A list of new addresses.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddressList {
    id: String,
    organisation: String,
    /// The domain of its addresses.
    domain: String,
    /// `shown` until it is confirmed, `running`, `done`, or `failed` (nothing was made).
    state: String,
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    lines: u64,
    /// How many lines are bad.
    bad: u64,
    /// How many are ready to be made.
    ready: u64,
    /// How many addresses are made.
    made: u64,
    /// How many made passwords can be fetched.
    passwords: u64,
}

fn view(job: AddressJob) -> AddressList {
    AddressList {
        id: job.id.to_string(),
        organisation: job.organisation.to_string(),
        domain: job.domain_name,
        state: job.state.as_str().to_owned(),
        created_by: job.created_by,
        created_at: job.created_at.rfc3339(),
        ended_at: job.ended_at.map(|at| at.rfc3339()),
        lines: job.lines,
        bad: job.bad,
        ready: job.ready,
        made: job.made,
        passwords: job.passwords,
    }
}

/// What is wrong with a line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineFault {
    /// A word for programs: `local-part`, `taken`, `restorable`, `twice`, `password`, `name`, `quota`, `note` or
    /// `cells`.
    kind: String,
    /// The column that it concerns.
    field: String,
    reason: String,
    /// What stands there; a password is not told.
    value: String,
}

/// A line of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddressListLine {
    /// Where it stands, from 1.
    number: u32,
    local_part: String,
    name: String,
    /// A quota of its own.
    quota_bytes: Option<u64>,
    note: String,
    /// Whether it has a password, given or to be made.
    has_password: bool,
    /// Null for a good line.
    fault: Option<LineFault>,
    /// The address that was made of it.
    address: Option<String>,
}

fn line(line: JobLine) -> AddressListLine {
    AddressListLine {
        number: line.number,
        local_part: line.localpart,
        name: line.display_name,
        quota_bytes: line.quota_bytes,
        note: line.note,
        has_password: line.has_password,
        fault: line.fault.map(|(fault, value)| LineFault {
            kind: fault.as_str().to_owned(),
            field: fault.field().to_owned(),
            reason: fault.reason().to_owned(),
            value,
        }),
        address: line.address.map(|id| id.to_string()),
    }
}

/// A new list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAddressList {
    /// The domain of its addresses, by identifier or by name.
    domain: String,
    /// Lines of local part, password, name, quota and note; all but the first may be missing. Between them stand
    /// semicolons, commas or tabulators, as in a CSV file. 1 to 5000 lines.
    lines: String,
    /// Whether a password is made for each line that has none.
    #[serde(default)]
    make_passwords: bool,
}

/// What to do about bad lines.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = BadLines)]
pub(crate) enum ChoiceView {
    /// Make all addresses, or none.
    All,
    /// Leave the bad ones out.
    Good,
}

/// That the addresses are to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmAddressList {
    choice: ChoiceView,
}

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Lines {
    /// Only the bad ones.
    #[serde(default)]
    #[param(required = false)]
    bad: bool,
}

/// A password that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadePassword {
    address: String,
    password: String,
}

/// The passwords that were made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadePasswords {
    items: Vec<MadePassword>,
}

/// The lists of new addresses
#[utoipa::path(get, path = "/address-lists", tag = "address lists", params(PageQuery),
    responses((status = 200, body = Page<AddressList>)))]
pub(crate) async fn list_address_lists(
    AnyCaller(caller): AnyCaller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<AddressList>>> {
    let page = caller.directory().page_of_address_jobs(page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Show what would come of a list of new addresses; nothing is made yet
#[utoipa::path(post, path = "/address-lists", tag = "address lists", request_body = NewAddressList,
    responses((status = 201, body = AddressList)))]
pub(crate) async fn create_address_list(
    AnyCaller(caller): AnyCaller,
    Input(new): Input<NewAddressList>,
) -> Result<Created<AddressList>> {
    let domain = caller.domain(&new.domain).await?.id;
    let new = NewAddressJob { domain, text: new.lines, makes_passwords: new.make_passwords };
    let shown = caller.directory().show_addresses(new).await?;
    Ok(Created(format!("/api/v1/address-lists/{}", shown.id), view(shown)))
}

/// A list of new addresses, and how far it has come
#[utoipa::path(get, path = "/address-lists/{address_list}", tag = "address lists",
    params(("address_list" = String, Path)), responses((status = 200, body = AddressList)))]
pub(crate) async fn show_address_list(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<AddressList>> {
    Ok(Json(view(caller.directory().address_job(id).await?)))
}

/// The lines of a list, each bad one with what is wrong with it
#[utoipa::path(get, path = "/address-lists/{address_list}/lines", tag = "address lists",
    params(("address_list" = String, Path), Lines, PageQuery),
    responses((status = 200, body = Page<AddressListLine>)))]
pub(crate) async fn list_address_list_lines(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Asked(which): Asked<Lines>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<AddressListLine>>> {
    let seek = page.seek::<i64>()?;
    let after = u32::try_from(seek.after.unwrap_or(0)).map_err(|_| {
        invalid("after", "it is no place in a list", "the `next` of the page before, unchanged")
    })?;
    // One more than shown tells whether there is another page.
    let lines = caller.directory().address_job_lines(id, which.bad, after, seek.limit + 1).await?;
    let page = seek.page(lines, |one| i64::from(one.number));
    Ok(Json(Page::of(page, line)))
}

/// Make the addresses of a list; the same request once more does nothing more
#[utoipa::path(post, path = "/address-lists/{address_list}/confirm", tag = "address lists",
    params(("address_list" = String, Path)), request_body = ConfirmAddressList,
    responses((status = 202, body = AddressList)))]
pub(crate) async fn confirm_address_list(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(confirm): Input<ConfirmAddressList>,
) -> Result<(StatusCode, Json<AddressList>)> {
    let choice = match confirm.choice {
        ChoiceView::All => Choice::All,
        ChoiceView::Good => Choice::Good,
    };
    let job = caller.directory().confirm_addresses(id, choice).await?;
    Ok((StatusCode::ACCEPTED, Json(view(job))))
}

/// Fetch the passwords that were made; they are shown this once
#[utoipa::path(post, path = "/address-lists/{address_list}/passwords", tag = "address lists",
    params(("address_list" = String, Path)), responses((status = 200, body = MadePasswords)))]
pub(crate) async fn fetch_made_passwords(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<(Extension<ShownOnce>, Json<MadePasswords>)> {
    let made = caller.directory().fetch_made_passwords(id).await?;
    let view = |(address, password): (model::Address, directory::Zeroizing<String>)| MadePassword {
        address: address.to_string(),
        password: password.to_string(),
    };
    Ok((Extension(ShownOnce), Json(MadePasswords { items: made.into_iter().map(view).collect() })))
}

/// Discard a list that is not confirmed, or that has ended
#[utoipa::path(delete, path = "/address-lists/{address_list}", tag = "address lists",
    params(("address_list" = String, Path)), responses((status = 204)))]
pub(crate) async fn discard_address_list(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().discard_addresses(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
