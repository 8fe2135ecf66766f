//! `/applications`: accounts of business software, which sends by SMTP with AUTH and by SOAP.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{
    AllowedSender, ApplicationChange, ApplicationId, ApplicationInfo, CreatedApplication, NewApplication,
};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, address};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};
use crate::repeat::ShownOnce;

/// An account of business software, without its password.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationAccount {
    id: String,
    organisation: String,
    name: String,
    /// What it signs in with, by SMTP and by SOAP.
    login: String,
    /// Whom it may name as the sender: addresses, and domains for all their addresses.
    senders: Vec<String>,
    /// The addresses whose secure letters it reads by SOAP.
    reads: Vec<String>,
    /// To how many recipients it may write within an hour.
    hourly_limit: u32,
    /// Octets of one letter.
    size_limit_bytes: u64,
    disabled: bool,
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last signed in, to the hour.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// From where.
    last_source: Option<String>,
}

fn view(info: ApplicationInfo) -> ApplicationAccount {
    ApplicationAccount {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        name: info.name,
        login: info.login,
        senders: info.senders.iter().map(ToString::to_string).collect(),
        reads: info.reads.iter().map(ToString::to_string).collect(),
        hourly_limit: info.hourly_limit,
        size_limit_bytes: info.size_limit_bytes,
        disabled: info.is_disabled,
        created_by: info.created_by,
        created_at: info.created_at.rfc3339(),
        last_used_at: info.last_used_at.map(Timestamp::rfc3339),
        last_source: info.last_source,
    }
}

/// An account with its password: the only moment at which that can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApplicationAccount {
    password: String,
    application: ApplicationAccount,
}

fn once(made: CreatedApplication) -> CreatedApplicationAccount {
    CreatedApplicationAccount { password: made.password.to_string(), application: view(made.info) }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApplicationAccount)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// Small letters and digits, with `. - _` between them.
    name: String,
    /// Whom it may name as the sender: addresses and domains of the organisation, 1 to 50.
    senders: Vec<String>,
    /// The addresses whose secure letters it reads: of the organisation's domains, nobody's login.
    #[serde(default)]
    reads: Vec<String>,
    hourly_limit: Option<u32>,
    size_limit_bytes: Option<u64>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplicationAccountChange)]
pub(crate) struct Change {
    senders: Option<Vec<String>>,
    reads: Option<Vec<String>>,
    hourly_limit: Option<u32>,
    size_limit_bytes: Option<u64>,
    /// Whether it is out of use.
    disabled: Option<bool>,
}

fn senders(texts: &[String]) -> Result<Vec<AllowedSender>> {
    let one = |text: &String| {
        let rule = "an address (payroll@example.ch), or a domain (example.ch) for all its addresses";
        text.parse().map_err(|error: directory::NotASender| invalid("senders", error.to_string(), rule))
    };
    texts.iter().map(one).collect()
}

fn addresses(texts: &[String]) -> Result<Vec<model::Address>> {
    texts.iter().map(|text| address("reads", text)).collect()
}

/// The accounts of business software
#[utoipa::path(get, path = "/applications", tag = "applications", params(PageQuery),
    responses((status = 200, body = Page<ApplicationAccount>)))]
pub(crate) async fn list_applications(
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ApplicationAccount>>> {
    let page = caller.directory().applications(page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Make an account for business software; its password is shown this once
#[utoipa::path(post, path = "/applications", tag = "applications", request_body = New,
    responses((status = 201, body = CreatedApplicationAccount)))]
pub(crate) async fn create_application(
    caller: Caller,
    Input(new): Input<New>,
) -> Result<(Extension<ShownOnce>, Created<CreatedApplicationAccount>)> {
    let new = NewApplication {
        organisation: caller.owner(new.organisation.map(|Id(id)| id)).await?,
        name: new.name,
        senders: senders(&new.senders)?,
        reads: addresses(&new.reads)?,
        hourly_limit: new.hourly_limit,
        size_limit_bytes: new.size_limit_bytes,
    };
    let made = caller.directory().create_application(new).await?;
    let place = format!("/api/v1/applications/{}", made.info.id);
    Ok((Extension(ShownOnce), Created(place, once(made))))
}

/// An account of business software
#[utoipa::path(get, path = "/applications/{application}", tag = "applications",
    params(("application" = String, Path)), responses((status = 200, body = ApplicationAccount)))]
pub(crate) async fn show_application(caller: Caller, Of(id): Of) -> Result<Json<ApplicationAccount>> {
    Ok(Json(view(caller.directory().application(ApplicationId(id)).await?)))
}

/// Change, disable or enable an account of business software
#[utoipa::path(patch, path = "/applications/{application}", tag = "applications",
    params(("application" = String, Path)), request_body = Change,
    responses((status = 200, body = ApplicationAccount)))]
pub(crate) async fn change_application(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<ApplicationAccount>> {
    let directory = caller.directory();
    // Whose it is counts before what is asked of it.
    directory.application(ApplicationId(id)).await?;
    let change = ApplicationChange {
        senders: change.senders.as_deref().map(senders).transpose()?,
        reads: change.reads.as_deref().map(addresses).transpose()?,
        hourly_limit: change.hourly_limit,
        size_limit_bytes: change.size_limit_bytes,
        is_disabled: change.disabled,
    };
    Ok(Json(view(directory.change_application(ApplicationId(id), change).await?)))
}

/// Give an account of business software another password; it is shown this once, and the former opens nothing any more
#[utoipa::path(post, path = "/applications/{application}/password", tag = "applications",
    params(("application" = String, Path)), responses((status = 200, body = CreatedApplicationAccount)))]
pub(crate) async fn renew_application_password(
    caller: Caller,
    Of(id): Of,
) -> Result<(Extension<ShownOnce>, Json<CreatedApplicationAccount>)> {
    let made = caller.directory().renew_application_password(ApplicationId(id)).await?;
    Ok((Extension(ShownOnce), Json(once(made))))
}

/// Delete an account of business software, at once
#[utoipa::path(delete, path = "/applications/{application}", tag = "applications",
    params(("application" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_application(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().delete_application(ApplicationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
