//! A page: what a screen has to say, within the frame that all have.

use axum::response::{Html, IntoResponse, Response};
use directory::{Role, Support};
use minijinja::{Value, context};

use crate::templates::render;
use crate::toast;
use crate::trouble::Trouble;
use crate::visitor::{Guest, Person};
use crate::words::Language;

/// A page for somebody who is signed in. `section` is the entry of the navigation that it belongs to.
pub(crate) fn of(
    person: &Person,
    template: &str,
    section: &str,
    content: Value,
) -> Result<Response, Trouble> {
    let session = &person.session;
    let frame = context! {
        section,
        organisation => session.organisation_name,
        own_login => session.login,
        own_name => session.name,
        is_operator => session.is_operator,
        is_guest_here => !session.is_member,
        is_entering => person.lacks_second_factor(),
        administers => person.administers(),
        administers_something => person.administers_something(),
        is_collaborator => session.role == Role::Collaborator,
        contact => support(&session.support),
        brand => context! {
            name => if session.brand.name.is_empty() { &session.organisation_name } else { &session.brand.name },
            has_logo => session.brand.has_logo,
            colour => session.brand.colour,
        },
        token => person.form_token,
        postit => person.underway.waiting,
        underway => person.underway.shown(&person.guest),
        toast => person.toast.as_ref().map(Value::from_serialize),
        ..content
    };
    let text = render(
        person.guest.language,
        template,
        &context! { ..frame, ..everywhere(&person.guest, "layout.html") },
    )?;
    let mut response = Html(text).into_response();
    if person.toast.is_some() {
        toast::shown(&mut response, person.guest.client.is_tls);
    }
    Ok(response)
}

/// Whom to ask for help, as `ui.support` shows it; nothing where an organisation says nothing.
pub(crate) fn support(support: &Support) -> Value {
    if support.is_empty() {
        return Value::UNDEFINED;
    }
    let number: String = support.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let page_name = support.page.strip_prefix("https://").unwrap_or_default().trim_end_matches('/');
    context! {
        email => support.email,
        phone => support.phone,
        number,
        page => support.page,
        page_name,
        hours => support.hours,
    }
}

/// A page for nobody in particular.
pub(crate) fn alone(guest: &Guest, template: &str, content: Value) -> Result<Response, Trouble> {
    let text = render(guest.language, template, &context! { ..content, ..everywhere(guest, "alone.html") })?;
    Ok(Html(text).into_response())
}

fn everywhere(guest: &Guest, layout: &str) -> Value {
    let languages: Vec<Value> = Language::ALL
        .iter()
        .map(|language| {
            context! { tag => language.tag(), name => language.name(), is_current => *language == guest.language }
        })
        .collect();
    context! { layout, language => guest.language.tag(), languages, target => guest.target }
}
