//! `/routes`: which mail for others goes to a relay instead of its domain's own servers.

use axum::Json;
use axum::http::StatusCode;
use mail_route::{Fit, NewRelayRule, RelayAdministration, RelayRule};
use model::{OrganisationId, Relay};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, domain, validity};
use crate::refusal::{Result, invalid};

/// A rule; the first that fits a letter counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Route {
    id: String,
    /// Lower ones are looked at first.
    position: i64,
    /// `*.example.org` (whatever lies below it), `example.org`, or `*` for all.
    recipients: String,
    /// Only mail whose subject contains this text.
    subject: Option<String>,
    /// Only mail of this organisation's senders; null for everybody's.
    organisation: Option<String>,
    /// `mx:NAME`, `HOST:PORT` or `ADDRESS:PORT`.
    target: String,
    /// `opportunistic`, `encrypt` or `verify`.
    tls: &'static str,
    /// What speaks against the target.
    warning: Option<&'static str>,
    /// From when it leads letters; null: it always did.
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// When it no longer does; null: never.
    #[schema(format = DateTime)]
    valid_until: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

fn view(rule: RelayRule) -> Route {
    Route {
        id: rule.id.to_string(),
        position: rule.position,
        recipients: rule.recipients.to_string(),
        subject: rule.subject,
        organisation: rule.organisation.map(|id| id.to_string()),
        target: rule.relay.target.to_string(),
        tls: rule.relay.tls.as_str(),
        warning: rule.relay.target.warning(),
        valid_from: rule.validity.from.map(|at| at.rfc3339()),
        valid_until: rule.validity.until.map(|at| at.rfc3339()),
        created_at: rule.created_at.rfc3339(),
    }
}

/// The rules in their order: their number is limited, so there is one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct Routes {
    items: Vec<Route>,
}

/// A new rule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRoute)]
pub(crate) struct New {
    /// `*.example.org` (whatever lies below it), `example.org`, or `*` for all.
    recipients: String,
    /// `mx:NAME` (the mail servers of that name), `HOST`, `HOST:PORT`, or an address, which is not advised.
    target: String,
    /// Only mail whose subject contains this text.
    subject: Option<String>,
    /// Only mail of this organisation's senders.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// `opportunistic` (without it), `encrypt` or `verify`: the last two never fall back.
    tls: Option<String>,
    /// Where it stands; without it behind the others.
    position: Option<i64>,
    /// From when it leads letters (RFC 3339); without it at once.
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// When it no longer does; without it never.
    #[schema(format = DateTime)]
    valid_until: Option<String>,
}

/// A letter.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Letter {
    /// The recipient's domain.
    to: String,
    /// Its subject.
    #[serde(default)]
    #[param(required = false)]
    subject: String,
    /// The organisation of its sender; the token's own where it has one.
    #[param(value_type = Option<String>)]
    organisation: Option<Id>,
}

/// The rule by which a letter goes, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct RouteCheck {
    /// Null is the usual way: to the servers that the recipient's domain publishes.
    route: Option<Route>,
    /// Whether the recipient's domain is served here: then the letter goes by no route, whatever the rules say.
    served_here: bool,
    /// What each rule says, in their order.
    rules: Vec<RuleCheck>,
}

/// What a rule says to a letter.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleCheck {
    /// The route's identifier.
    route: String,
    /// `leads`, `comes later` (another one leads already), `other time`, `other senders`, `other recipients` or `other subject`.
    says: &'static str,
}

fn routes(caller: &Caller) -> RelayAdministration {
    caller.shared.relays.administration(caller.scope(), caller.who())
}

/// The routes that concern the token's organisation, in their order
#[utoipa::path(get, path = "/routes", tag = "routes", responses((status = 200, body = Routes)))]
pub(crate) async fn list_routes(caller: Caller) -> Result<Json<Routes>> {
    Ok(Json(Routes { items: routes(&caller).list().await?.into_iter().map(view).collect() }))
}

/// Add a route (operator only)
#[utoipa::path(post, path = "/routes", tag = "routes", request_body = New,
    responses((status = 201, body = Route)))]
pub(crate) async fn create_route(caller: Caller, Input(new): Input<New>) -> Result<Created<Route>> {
    let wrong =
        |field| move |reason: String| invalid(field, reason, "docs/manual/outbound-tls.md has the forms");
    let tls = new.tls.as_deref().map(str::parse).transpose().map_err(wrong("tls"))?.unwrap_or_default();
    let target =
        new.target.parse().map_err(|error: model::NotARelayTarget| wrong("target")(error.to_string()))?;
    let organisation = match new.organisation {
        Some(Id(id)) => caller.chosen(Some(id)).await?,
        None => None,
    };
    let rule = NewRelayRule {
        position: new.position,
        organisation,
        recipients: new.recipients.parse().map_err(wrong("recipients"))?,
        subject: new.subject,
        relay: Relay { target, tls },
        validity: validity(new.valid_from.as_deref(), new.valid_until.as_deref())?,
    };
    let rule = routes(&caller).add(rule).await?;
    Ok(Created(format!("/api/v1/routes/{}", rule.id), view(rule)))
}

/// The route by which a letter would go
#[utoipa::path(get, path = "/routes/check", tag = "routes", params(Letter),
    responses((status = 200, body = RouteCheck)))]
pub(crate) async fn check_route(caller: Caller, Asked(letter): Asked<Letter>) -> Result<Json<RouteCheck>> {
    let organisation: Option<OrganisationId> = caller.chosen(letter.organisation.map(|Id(id)| id)).await?;
    let to = domain("to", &letter.to)?;
    let served_here = caller.shared.directory.has_domain(&to).await?;
    let checked = routes(&caller).check(organisation, &to, &letter.subject).await?;
    let rules =
        checked.iter().map(|(rule, fit)| RuleCheck { route: rule.id.to_string(), says: fit.as_str() });
    let rules = rules.collect();
    let leads = checked.into_iter().find(|(_, fit)| *fit == Fit::Leads && !served_here);
    Ok(Json(RouteCheck { route: leads.map(|(rule, _)| view(rule)), served_here, rules }))
}

/// A route
#[utoipa::path(get, path = "/routes/{route}", tag = "routes", params(("route" = String, Path)),
    responses((status = 200, body = Route)))]
pub(crate) async fn show_route(caller: Caller, Of(id): Of) -> Result<Json<Route>> {
    Ok(Json(view(routes(&caller).rule(id).await?)))
}

/// Remove a route (operator only)
#[utoipa::path(delete, path = "/routes/{route}", tag = "routes", params(("route" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_route(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    routes(&caller).remove(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
