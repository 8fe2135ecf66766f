//! «Organisation»: what it says of itself, whom its people ask for help, how its pages look, and whether its people
//! need a second factor.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use directory::{OrganisationSettings, SettingsChange, contrast_with_white};
use minijinja::{Value, context};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Entering, Person};
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/organisation", get(show).post(change))
        .route("/organisation/logo", get(logo))
        .route("/organisation/brand.css", get(style))
}

async fn shown(
    shared: &Shared,
    person: &Person,
    name: &str,
    settings: &OrganisationSettings,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let users = people.users(Some(person.session.organisation)).await?;
    let without = users.iter().filter(|user| user.second_factors == 0 && !user.is_disabled).count();
    let contrast = contrast_with_white(&settings.brand.colour).map(|ratio| format!("{ratio:.1}"));
    let content = context! {
        name,
        legal_name => settings.legal_name,
        requires => settings.requires_second_factor,
        without,
        support => context! {
            email => settings.support.email,
            phone => settings.support.phone,
            page => settings.support.page,
            hours => settings.support.hours,
        },
        look => context! {
            name => settings.brand.name,
            colour => settings.brand.colour,
            has_logo => settings.brand.has_logo,
        },
        contrast,
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "organisation.html", "organisation", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let settings = person.people(&shared).settings(person.session.organisation).await?;
    shown(&shared, &person, &person.session.organisation_name, &settings, &[]).await
}

async fn change(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let (people, organisation) = (person.people(&shared), person.session.organisation);
    let before = people.settings(organisation).await?;
    let text = |name: &str| Some(fields.text(name).to_owned());
    let logo = match (fields.has("remove_logo"), fields.file("logo")) {
        (true, _) => Some(None),
        (false, Some(octets)) => Some(Some(octets.to_vec())),
        (false, None) => None,
    };
    let is_renamed = fields.text("name") != person.session.organisation_name;
    let change = SettingsChange {
        name: is_renamed.then(|| fields.text("name").to_owned()),
        legal_name: text("legal_name"),
        requires_second_factor: Some(fields.has("requires")),
        support_email: text("support_email"),
        support_phone: text("support_phone"),
        support_page: text("support_page"),
        support_hours: text("support_hours"),
        brand_name: text("brand_name"),
        brand_colour: text("brand_colour"),
        logo,
        ..SettingsChange::default()
    };
    match people.change_settings(organisation, change).await {
        Ok(_) => Ok(done(&person, "/manager/organisation", &Toast::of(person.guest.say("saved", &[])))),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let mut typed = before;
            typed.legal_name = fields.text("legal_name").to_owned();
            typed.requires_second_factor = fields.has("requires");
            typed.support.email = fields.text("support_email").to_owned();
            typed.support.phone = fields.text("support_phone").to_owned();
            typed.support.page = fields.text("support_page").to_owned();
            typed.support.hours = fields.text("support_hours").to_owned();
            typed.brand.name = fields.text("brand_name").to_owned();
            typed.brand.colour = fields.text("brand_colour").to_owned();
            shown(&shared, &person, fields.text("name"), &typed, &[error]).await
        }
    }
}

/// The logo of the organisation that is looked at. It draws and does nothing else, also when it is opened alone.
async fn logo(State(shared): State<Arc<Shared>>, Entering(person): Entering) -> Answer {
    let logo = shared.directory.logo(&person.session).await?.ok_or(Trouble::NotFound)?;
    let headers =
        [(CONTENT_TYPE, logo.kind.media_type()), (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")];
    Ok((headers, logo.octets).into_response())
}

/// The colour of the organisation that is looked at, as a style sheet: nothing stands inline in the pages.
async fn style(Entering(person): Entering) -> Answer {
    let colour = &person.session.brand.colour;
    // It was checked when it was written: six digits behind a #.
    let text = match contrast_with_white(colour) {
        Some(_) => format!(".header .organisation {{ background: {colour}; color: #fff; }}\n"),
        None => String::new(),
    };
    Ok(([(CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response())
}
