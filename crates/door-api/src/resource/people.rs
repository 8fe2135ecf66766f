//! Memberships, second factors and passwords of others, and what an organisation says of itself.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{
    AllowedSender, FactorId, FactorInfo, Joined, Membership as Member, MembershipOffer as Offered, NewMember,
    OrganisationSettings, SecuringRule, SettingsChange,
};
use model::{OrganisationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::device_password::{DevicePassword, view as password_view};
use super::user::{RoleView, User, view as user_view};
use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, absent_or, address};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid, not_found};

/// Somebody who is to belong to an organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMembership {
    /// The organisation; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// The login of somebody who has an account in this installation.
    login: String,
    role: RoleView,
}

/// Somebody is asked to belong to an organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct MembershipOffer {
    id: String,
    organisation: String,
    organisation_name: String,
    /// Who is asked; no more is told of the person before the answer.
    login: String,
    role: RoleView,
    offered_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when the person can accept.
    #[schema(format = DateTime)]
    expires_at: String,
}

pub(super) fn offer_view(offer: Offered) -> MembershipOffer {
    MembershipOffer {
        id: offer.id.to_string(),
        organisation: offer.organisation.to_string(),
        organisation_name: offer.organisation_name,
        login: offer.login,
        role: offer.role.into(),
        offered_by: offer.offered_by,
        created_at: offer.created_at.rfc3339(),
        expires_at: offer.expires_at.rfc3339(),
    }
}

/// Ask somebody who has an account to belong to an organisation
///
/// The person is told by letter and accepts or declines within seven days; the operator's token takes the person in at
/// once.
#[utoipa::path(post, path = "/memberships", tag = "users", request_body = NewMembership,
    responses((status = 201, body = User), (status = 202, body = MembershipOffer)))]
pub(crate) async fn create_membership(caller: Caller, Input(new): Input<NewMembership>) -> Result<Response> {
    let new = NewMember {
        organisation: caller.owner(new.organisation.map(|Id(id)| id)).await?,
        login: address("login", &new.login)?,
        role: new.role.into(),
    };
    Ok(match caller.directory().add_member(new).await? {
        Joined::Member(made) => {
            Created(format!("/api/v1/users/{}", made.id), user_view(*made)).into_response()
        }
        Joined::Asked(offer) => (StatusCode::ACCEPTED, Json(offer_view(offer))).into_response(),
    })
}

/// Who is asked to belong to an organisation and has not answered
#[utoipa::path(get, path = "/membership-offers", tag = "users", params(PageQuery),
    responses((status = 200, body = Page<MembershipOffer>)))]
pub(crate) async fn list_membership_offers(
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<MembershipOffer>>> {
    let page = caller.directory().page_of_membership_offers(page.seek()?).await?;
    Ok(Json(Page::of(page, offer_view)))
}

/// Ask somebody no longer
#[utoipa::path(delete, path = "/membership-offers/{membership_offer}", tag = "users",
    params(("membership_offer" = String, Path)), responses((status = 204)))]
pub(crate) async fn withdraw_membership_offer(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().withdraw_membership_offer(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a user is in one organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Membership {
    organisation: String,
    organisation_name: String,
    role: RoleView,
    /// The only mail domain within which an administrator administers; null is all.
    domain: Option<String>,
    /// Whether the user is blocked there.
    disabled: bool,
    /// Whether it is where the login belongs.
    home: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

fn membership_view(of: Member) -> Membership {
    Membership {
        organisation: of.organisation.to_string(),
        organisation_name: of.organisation_name,
        role: of.role.into(),
        domain: of.domain.map(|domain| domain.to_string()),
        disabled: of.is_disabled,
        home: of.is_home,
        created_at: of.created_at.rfc3339(),
    }
}

/// The organisations that a user belongs to: an organisation's token sees its own
#[utoipa::path(get, path = "/users/{user}/memberships", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = Vec<Membership>)))]
pub(crate) async fn list_memberships(caller: Caller, Of(id): Of) -> Result<Json<Vec<Membership>>> {
    let all = caller.directory().memberships(UserId(id)).await?;
    Ok(Json(all.into_iter().map(membership_view).collect()))
}

/// A password that a user made, and the mailbox that it opens.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldPassword {
    /// The mailbox's address.
    address: String,
    device_password: DevicePassword,
}

/// The passwords that a user made for devices, on whichever mailbox
#[utoipa::path(get, path = "/users/{user}/device-passwords", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = Vec<HeldPassword>)))]
pub(crate) async fn list_passwords_of_user(caller: Caller, Of(id): Of) -> Result<Json<Vec<HeldPassword>>> {
    let held = caller.directory().passwords_of_person(UserId(id)).await?;
    let view = |(address, info): (model::Address, _)| HeldPassword {
        address: address.to_string(),
        device_password: password_view(info),
    };
    Ok(Json(held.into_iter().map(view).collect()))
}

/// A second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactor {
    id: String,
    /// `totp` or `passkey`.
    kind: String,
    /// What its owner calls it.
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

pub(super) fn factor_view(info: FactorInfo) -> SecondFactor {
    SecondFactor {
        id: info.id.0.to_string(),
        kind: info.kind.as_str().to_owned(),
        name: info.name,
        created_at: info.created_at.rfc3339(),
        last_used_at: info.last_used_at.map(|at| at.rfc3339()),
    }
}

/// The second factors of a user
#[utoipa::path(get, path = "/users/{user}/second-factors", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = Vec<SecondFactor>)))]
pub(crate) async fn list_second_factors(caller: Caller, Of(id): Of) -> Result<Json<Vec<SecondFactor>>> {
    let factors = caller.directory().factors(UserId(id)).await?;
    Ok(Json(factors.into_iter().map(factor_view).collect()))
}

/// Remove a second factor of a user who has lost it
#[utoipa::path(delete, path = "/users/{user}/second-factors/{factor}", tag = "users",
    params(("user" = String, Path), ("factor" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove_second_factor(
    caller: Caller,
    Path((user, factor)): Path<(String, String)>,
) -> Result<StatusCode> {
    let (Ok(user), Ok(factor)) = (user.parse(), factor.parse()) else {
        return Err(not_found("second factor"));
    };
    caller.directory().remove_factor(UserId(user), FactorId(factor)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an organisation says of itself; texts are empty where it says nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct Settings {
    legal_name: String,
    /// Whether its people need a second factor.
    requires_second_factor: bool,
    support_email: String,
    support_phone: String,
    support_page: String,
    /// When somebody answers, in words.
    support_hours: String,
    /// The name shown.
    brand_name: String,
    /// `#rrggbb`.
    brand_colour: String,
    has_logo: bool,
    /// Who alone sends secured letters: addresses and domains; null: everybody.
    secured_senders: Option<Vec<String>>,
    /// What goes secured though its sender did not say so.
    secured_rules: Vec<Rule>,
    /// What its people are told about writing them.
    secured_guidance: String,
}

/// A rule by which letters go secured: it is about the recipients or about the subject.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecuringRule)]
pub(crate) struct Rule {
    /// How at least: `confidential`, `personal` or `registered`.
    mode: String,
    /// Letters to such an address: `eve@clinic.example`, `clinic.example` with everything below it, `*@clinic.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Letters whose subject has this in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl Rule {
    fn of(rule: &SecuringRule) -> Rule {
        let (mode, (occasion, about)) = (rule.mode.to_string(), rule.occasion());
        match occasion {
            "to" => Rule { mode, to: Some(about), subject: None },
            _ => Rule { mode, to: None, subject: Some(about) },
        }
    }

    fn read(&self) -> Result<SecuringRule> {
        let (occasion, about) = match (&self.to, &self.subject) {
            (Some(about), None) => ("to", about),
            (None, Some(about)) => ("subject", about),
            _ => {
                let rule = "a rule is about what is written to somebody (to), or about the subject (subject)";
                return Err(invalid("secured_rules", "it has both, or neither".to_owned(), rule));
            }
        };
        Ok(SecuringRule::new(&self.mode, occasion, about)?)
    }
}

fn settings_view(settings: OrganisationSettings) -> Settings {
    Settings {
        legal_name: settings.legal_name,
        requires_second_factor: settings.requires_second_factor,
        support_email: settings.support.email,
        support_phone: settings.support.phone,
        support_page: settings.support.page,
        support_hours: settings.support.hours,
        brand_name: settings.brand.name,
        brand_colour: settings.brand.colour,
        has_logo: settings.brand.has_logo,
        secured_senders: settings.secured.senders.map(|all| all.iter().map(ToString::to_string).collect()),
        secured_rules: settings.secured.rules.iter().map(Rule::of).collect(),
        secured_guidance: settings.secured.guidance,
    }
}

/// What to change; what is absent stays, an empty text takes away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SettingsChange)]
pub(crate) struct ChangeSettings {
    legal_name: Option<String>,
    requires_second_factor: Option<bool>,
    support_email: Option<String>,
    support_phone: Option<String>,
    support_page: Option<String>,
    support_hours: Option<String>,
    brand_name: Option<String>,
    /// `#rrggbb`, dark enough for white letters on it.
    brand_colour: Option<String>,
    /// A PNG, or an SVG that only draws, in Base64; null takes it away.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    logo: Option<Option<String>>,
    /// Who alone sends secured letters: addresses, and domains for all their addresses; null is everybody.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<Vec<String>>)]
    secured_senders: Option<Option<Vec<String>>>,
    /// What goes secured though its sender did not say so, in the place of the rules before.
    secured_rules: Option<Vec<Rule>>,
    /// When and how to write them, in the organisation's own words.
    secured_guidance: Option<String>,
}

/// A logo.
#[derive(Serialize, ToSchema)]
pub(crate) struct Logo {
    /// `image/png` or `image/svg+xml`.
    media_type: String,
    /// The file in Base64.
    content: String,
}

/// What an organisation says of itself
#[utoipa::path(get, path = "/organisations/{organisation}/settings", tag = "organisations",
    params(("organisation" = String, Path)), responses((status = 200, body = Settings)))]
pub(crate) async fn show_settings(caller: Caller, Of(id): Of) -> Result<Json<Settings>> {
    Ok(Json(settings_view(caller.directory().settings(OrganisationId(id)).await?)))
}

/// Change what an organisation says of itself, and whether its people need a second factor
#[utoipa::path(patch, path = "/organisations/{organisation}/settings", tag = "organisations",
    params(("organisation" = String, Path)), request_body = ChangeSettings,
    responses((status = 200, body = Settings)))]
pub(crate) async fn change_settings(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<ChangeSettings>,
) -> Result<Json<Settings>> {
    let decoded = |text: String| {
        STANDARD
            .decode(text.trim())
            .map_err(|_| invalid("logo", "it cannot be decoded", "Base64 (RFC 4648 §4)"))
    };
    let logo = change.logo.map(|logo| logo.map(decoded).transpose()).transpose()?;
    let sender = |text: String| {
        text.parse::<AllowedSender>()
            .map_err(|error| invalid("secured_senders", error.to_string(), "addresses and domains"))
    };
    let several = |all: Vec<String>| all.into_iter().map(sender).collect::<Result<Vec<_>>>();
    let secured_senders = change.secured_senders.map(|all| all.map(several).transpose()).transpose()?;
    let rules = |rules: Vec<Rule>| rules.iter().map(Rule::read).collect::<Result<Vec<_>>>();
    let secured_rules = change.secured_rules.map(rules).transpose()?;
    let change = SettingsChange {
        name: None,
        legal_name: change.legal_name,
        requires_second_factor: change.requires_second_factor,
        support_email: change.support_email,
        support_phone: change.support_phone,
        support_page: change.support_page,
        support_hours: change.support_hours,
        brand_name: change.brand_name,
        brand_colour: change.brand_colour,
        logo,
        secured_senders,
        secured_rules,
        secured_guidance: change.secured_guidance,
    };
    Ok(Json(settings_view(caller.directory().change_settings(OrganisationId(id), change).await?)))
}

/// The logo of an organisation
#[utoipa::path(get, path = "/organisations/{organisation}/logo", tag = "organisations",
    params(("organisation" = String, Path)), responses((status = 200, body = Logo)))]
pub(crate) async fn show_logo(caller: Caller, Of(id): Of) -> Result<Json<Logo>> {
    let logo = caller.directory().logo(OrganisationId(id)).await?.ok_or_else(|| not_found("logo"))?;
    let media_type = logo.kind.media_type().to_owned();
    Ok(Json(Logo { media_type, content: STANDARD.encode(&logo.octets) }))
}
