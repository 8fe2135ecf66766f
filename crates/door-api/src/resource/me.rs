//! `/me`: what is a person's own, under a token that the person made for it.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{
    AuthRefusal, DirectoryError, NewOwnToken, OpenedInfo, Proof, Proved, SessionId, TokenId, Zeroizing,
};
use doorway_http::Problem;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::member::{ChangeProfile, EndedSessions, ProfileView, Sessions, profile_view, sessions_view};
use super::people::{MembershipOffer, SecondFactor, factor_view, offer_view};
use super::token::{CreatedToken, Token, view as token_view};
use super::user::RoleView;
use crate::caller::Me;
use crate::input::{Created, Input, Of, moment};
use crate::refusal::{Refusal, Result, invalid, trouble};
use crate::repeat::ShownOnce;

/// An organisation to which the person belongs.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnMembership {
    organisation: String,
    name: String,
    role: RoleView,
    /// Whether it made the account.
    home: bool,
}

/// The person whose token it is.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    id: String,
    login: String,
    name: String,
    /// Where the person may do something.
    memberships: Vec<OwnMembership>,
}

/// Who I am
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = MeView)))]
pub(crate) async fn show_me(me: Me) -> Result<Json<MeView>> {
    let memberships = me.directory().choices(&me.person).await?;
    let view = |one: directory::Membership| OwnMembership {
        organisation: one.organisation.to_string(),
        name: one.organisation_name,
        role: one.role.into(),
        home: one.is_home,
    };
    Ok(Json(MeView {
        id: me.person.user.to_string(),
        memberships: memberships.into_iter().map(view).collect(),
        login: me.person.login,
        name: me.person.name,
    }))
}

/// What I say of myself
#[utoipa::path(get, path = "/me/profile", tag = "me", responses((status = 200, body = ProfileView)))]
pub(crate) async fn show_own_profile(me: Me) -> Result<Json<ProfileView>> {
    Ok(Json(profile_view(me.directory().own_profile(&me.person).await?)))
}

/// Change my name, language, telephone number or other addresses
#[utoipa::path(patch, path = "/me/profile", tag = "me", request_body = ChangeProfile,
    responses((status = 200, body = ProfileView)))]
pub(crate) async fn change_own_profile(
    me: Me,
    Input(change): Input<ChangeProfile>,
) -> Result<Json<ProfileView>> {
    me.directory().change_own_profile(&me.person, change.checked()?).await?;
    Ok(Json(profile_view(me.directory().own_profile(&me.person).await?)))
}

/// A new password in the place of the present one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOwnPassword {
    /// The present password: it proves that it is the person who asks.
    #[schema(format = Password)]
    present: String,
    /// At least 10 characters.
    #[schema(format = Password)]
    password: String,
}

/// That the present password is right. A wrong one counts like a failed sign-in.
async fn proved(me: &Me, present: String) -> Result<Proved> {
    let proof = Proof::Password(Zeroizing::new(present));
    let ip = me.caller.client.ip;
    me.directory().prove(&me.person, proof, ip).await.map_err(|refusal| match refusal {
        AuthRefusal::Banned { until } => {
            let now = me.caller.shared.world.clock.now();
            too_often(now, until)
        }
        AuthRefusal::Later(error) => refused(error),
        AuthRefusal::Wrong | AuthRefusal::Disabled | AuthRefusal::Maintenance | AuthRefusal::Malformed(_) => {
            invalid("present", "it is another one", "the present password proves that it is the person")
        }
    })
}

fn too_often(now: Timestamp, until: Timestamp) -> Refusal {
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "failures", "The password was wrong too often");
    problem.retry_after(u32::try_from(until.since(now).as_secs()).unwrap_or(u32::MAX)).into()
}

fn refused(error: DirectoryError) -> Refusal {
    let is_temporary = error.is_temporary();
    trouble(&error, is_temporary)
}

/// Give me another password; every session and every token of mine ends with the old one, this token too
#[utoipa::path(put, path = "/me/password", tag = "me", request_body = NewOwnPassword,
    responses((status = 204)))]
pub(crate) async fn change_own_password(me: Me, Input(new): Input<NewOwnPassword>) -> Result<StatusCode> {
    let proved = proved(&me, new.present).await?;
    me.directory().change_own_password(&me.person, proved, &Zeroizing::new(new.password)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where I am signed in
#[utoipa::path(get, path = "/me/sessions", tag = "me", responses((status = 200, body = Sessions)))]
pub(crate) async fn list_own_sessions(me: Me) -> Result<Json<Sessions>> {
    Ok(sessions_view(me.directory().sessions(&me.person).await?))
}

/// End all my sessions in browsers
#[utoipa::path(delete, path = "/me/sessions", tag = "me", responses((status = 200, body = EndedSessions)))]
pub(crate) async fn end_own_sessions(me: Me) -> Result<Json<EndedSessions>> {
    Ok(Json(EndedSessions { ended: me.directory().end_other_sessions(&me.person).await? }))
}

/// End one of my sessions
#[utoipa::path(delete, path = "/me/sessions/{session}", tag = "me", params(("session" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn end_own_session(me: Me, Of(id): Of) -> Result<StatusCode> {
    me.directory().end_session(&me.person, SessionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// My second factors; they are added and removed in the browser
#[utoipa::path(get, path = "/me/second-factors", tag = "me",
    responses((status = 200, body = Vec<SecondFactor>)))]
pub(crate) async fn list_own_second_factors(me: Me) -> Result<Json<Vec<SecondFactor>>> {
    let factors = me.directory().own_factors(&me.person).await?;
    Ok(Json(factors.all.into_iter().map(factor_view).collect()))
}

/// Tokens of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnTokens {
    items: Vec<Token>,
}

/// A new token for my own things.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOwnToken)]
pub(crate) struct New {
    name: String,
    /// Whether it may change things.
    #[serde(default)]
    write: bool,
    /// Until when it holds; it ends with the password too.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The present password.
    #[schema(format = Password)]
    present: String,
}

/// My tokens for my own things
#[utoipa::path(get, path = "/me/tokens", tag = "me", responses((status = 200, body = OwnTokens)))]
pub(crate) async fn list_own_tokens(me: Me) -> Result<Json<OwnTokens>> {
    let tokens = me.directory().own_tokens(&me.person).await?;
    Ok(Json(OwnTokens { items: tokens.into_iter().map(token_view).collect() }))
}

/// Make another token for my own things; its secret is shown this once
#[utoipa::path(post, path = "/me/tokens", tag = "me", request_body = New,
    responses((status = 201, body = CreatedToken)))]
pub(crate) async fn create_own_token(
    me: Me,
    Input(new): Input<New>,
) -> Result<(Extension<ShownOnce>, Created<CreatedToken>)> {
    let expires_at = new.expires_at.as_deref().map(|text| moment("expires_at", text)).transpose()?;
    let proved = proved(&me, new.present).await?;
    let new = NewOwnToken { name: new.name, may_write: new.write, expires_at };
    let made = me.directory().create_own_token(&me.person, proved, new).await?;
    let place = format!("/api/v1/me/tokens/{}", made.info.id);
    let shown = CreatedToken { secret: made.token.to_string(), token: token_view(made.info) };
    Ok((Extension(ShownOnce), Created(place, shown)))
}

/// Revoke one of my tokens, at once; this one too
#[utoipa::path(delete, path = "/me/tokens/{token}", tag = "me", params(("token" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn revoke_own_token(me: Me, Of(id): Of) -> Result<StatusCode> {
    me.directory().revoke_own_token(&me.person, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Organisations that ask a person to belong to them.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnOffers {
    items: Vec<MembershipOffer>,
}

/// Which organisations ask me to belong to them
#[utoipa::path(get, path = "/me/membership-offers", tag = "me",
    responses((status = 200, body = OwnOffers)))]
pub(crate) async fn list_own_membership_offers(me: Me) -> Result<Json<OwnOffers>> {
    let offers = me.directory().own_membership_offers(&me.person).await?;
    Ok(Json(OwnOffers { items: offers.into_iter().map(offer_view).collect() }))
}

/// Belong to an organisation that asks me
#[utoipa::path(post, path = "/me/membership-offers/{membership_offer}/accept", tag = "me",
    params(("membership_offer" = String, Path)), responses((status = 204)))]
pub(crate) async fn accept_membership_offer(me: Me, Of(id): Of) -> Result<StatusCode> {
    me.directory().answer_membership_offer(&me.person, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Do not belong to an organisation that asks me
#[utoipa::path(post, path = "/me/membership-offers/{membership_offer}/decline", tag = "me",
    params(("membership_offer" = String, Path)), responses((status = 204)))]
pub(crate) async fn decline_membership_offer(me: Me, Of(id): Of) -> Result<StatusCode> {
    me.directory().answer_membership_offer(&me.person, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What somebody opened of a mailbox of mine.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedData {
    address: String,
    /// `access`, `logs`, `service`, `letter`, `password`, `chosen` or `redirection`.
    kind: String,
    /// Whose access it is, or where letters are sent on to.
    detail: String,
    /// Who did it.
    who: String,
    #[schema(format = DateTime)]
    at: String,
}

/// What was opened of my mailboxes, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedOfMine {
    items: Vec<OpenedData>,
}

/// What administrators opened of my mailboxes, the newest first
#[utoipa::path(get, path = "/me/notices", tag = "me", responses((status = 200, body = OpenedOfMine)))]
pub(crate) async fn list_own_notices(me: Me) -> Result<Json<OpenedOfMine>> {
    let opened = me.directory().opened_of_own(&me.person).await?;
    let view = |one: OpenedInfo| OpenedData {
        address: one.address,
        kind: one.kind,
        detail: one.detail,
        who: one.who,
        at: one.at.rfc3339(),
    };
    Ok(Json(OpenedOfMine { items: opened.into_iter().map(view).collect() }))
}
