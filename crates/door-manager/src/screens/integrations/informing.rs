//! «Contacts» and «Matrice réseau»: whom people ask, what recipients are told, what firewalls let through.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use gateways::Integration;
use minijinja::{Value, context};
use onboarding::{Contact, Language, Level, RecipientPage, matrix_csv};

use super::{Answer, Desk, path_of, recipients};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/contacts", get(contacts).post(set_contact))
        .route("/integrations/{id}/recipients", post(set_page))
        .route("/integrations/{id}/matrix", get(matrix))
        .route("/integrations/{id}/matrix.csv", get(csv))
}

async fn contacts(desk: Desk, Path(id): Path<String>) -> Answer {
    shown(&desk, &desk.found(&id).await?, None, &[]).await
}

/// All that recipients are told and by whom, with what was typed in the form that was refused.
pub(super) async fn shown(
    desk: &Desk,
    one: &Integration,
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let own = desk.onboarding();
    let is_staff = desk.person.session.is_operator;
    let contacts = own.contacts(one.id).await?;
    let contacts: Vec<Value> = contacts
        .into_iter()
        .map(|(level, contact)| {
            let typed = typed.filter(|typed| typed.text("level") == level.as_str());
            let text = |field: &str, kept: String| typed.map_or(kept, |typed| typed.text(field).to_owned());
            context! {
                level => level.as_str(),
                title => desk.tell(&format!("level-{level}"), &[]),
                may_change => level == Level::First || is_staff,
                is_said => !contact.is_empty(),
                name => text("name", contact.name),
                email => text("email", contact.email),
                phone => text("phone", contact.phone),
                hours => text("hours", contact.hours),
                except_holidays => typed.map_or(contact.except_holidays, |typed| typed.has("except_holidays")),
                holidays => desk.tell("except-holidays", &[]),
            }
        })
        .collect();
    let page = own.page(one.id).await?;
    let informing = recipients::form(desk, one, typed).await?;
    let typed = typed.filter(|typed| typed.has("public_name"));
    let notices: Vec<Value> = Language::ALL
        .iter()
        .zip(&page.notices)
        .map(|(language, notice)| {
            let field = format!("notice_{}", language.tag());
            let text = typed.map_or(notice.as_str(), |typed| typed.text(&field));
            context! { field, label => desk.say(&format!("onboarding-notice-{}", language.tag()), &[]), text }
        })
        .collect();
    let content = context! {
        top => desk.top(one, "contacts"),
        contacts,
        public_name => typed.map_or(page.public_name.as_str(), |typed| typed.text("public_name")),
        published => typed.map_or(page.is_published, |typed| typed.has("published")),
        is_published => page.is_published,
        href => format!("/secure-mail/{}", page.public_name),
        notices,
        informing,
    };
    desk.page("integration_contacts.html", content, errors)
}

async fn set_contact(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let level: Level = fields.text("level").parse().map_err(|_| Trouble::NotFound)?;
    let contact = Contact {
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        phone: fields.text("phone").to_owned(),
        hours: fields.text("hours").to_owned(),
        except_holidays: fields.has("except_holidays"),
    };
    match desk.onboarding_of_whoever().set_contact(one.id, level, contact).await {
        Ok(_) => desk.done(&format!("{}/contacts", path_of(&one)), "onboarding-contact-saved", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?;
            let field = format!("{level}-{}", error.field);
            shown(&desk, &one, Some(&fields), &[error.at(&field)]).await
        }
    }
}

async fn set_page(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let notices = Language::ALL.map(|language| fields.text(&format!("notice_{}", language.tag())).to_owned());
    let page = RecipientPage {
        public_name: fields.text("public_name").to_owned(),
        is_published: fields.has("published"),
        notices,
    };
    match desk.onboarding().set_page(one.id, page).await {
        Ok(_) => desk.done(&format!("{}/contacts", path_of(&one)), "onboarding-page-saved", &one.name),
        Err(error) => shown(&desk, &one, Some(&fields), &[desk.refusal(error)?]).await,
    }
}

async fn matrix(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    let rows = desk.onboarding().matrix(one.id).await?;
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let direction = row.direction.as_str();
            context! {
                direction => desk.tell(&format!("direction-{direction}"), &[]),
                purpose => desk.tell(&format!("purpose-{direction}"), &[]),
                from => row.from,
                host => row.host,
                addresses => row.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
                port => row.port.to_string(),
            }
        })
        .collect();
    let heads = ["direction", "from", "host", "addresses", "port", "purpose"];
    let heads: Vec<String> = heads.iter().map(|head| desk.tell(&format!("matrix-{head}"), &[])).collect();
    desk.page("integration_matrix.html", context! { top => desk.top(&one, "matrix"), rows, heads }, &[])
}

async fn csv(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    let rows = desk.onboarding().matrix(one.id).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"matrix-{}.csv\"", one.id)),
    ];
    Ok((headers, matrix_csv(&rows, desk.reads())).into_response())
}
