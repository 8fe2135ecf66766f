//! What the recipients of an organisation's secure letters are told before the first one comes: the standard text or
//! the organisation's own, whom to ask, and the same as plain text to be copied into a notice.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use doorway_http::Problem;
use minijinja::context;
use serde::Deserialize;
use tracing::warn;

use crate::{Shared, pages, words};

#[derive(Deserialize)]
pub(crate) struct Question {
    lang: Option<String>,
}

/// `GET /secure-mail/{public name}`
pub(crate) async fn page(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = words::language(question.lang.as_deref(), &headers);
    let found = shared.onboarding.public_page(&name, language).await.map_err(|error| {
        warn!(error = %model::Chain(&error), "cannot read a page for recipients now");
        Problem::later()
    })?;
    let page = found.ok_or_else(Problem::not_found)?;
    let paragraphs = page.paragraphs(language);
    let contact = &page.contact;
    let path = page.path();
    let mut copy = paragraphs.join("\n\n");
    for line in [&contact.name, &contact.email, &contact.phone, &contact.hours] {
        if !line.is_empty() {
            copy.push_str(&format!("\n{line}"));
        }
    }
    let content = context! {
        title => "recipients-title",
        organisation => page.organisation,
        paragraphs,
        copy,
        contact => context! {
            is_said => !contact.is_empty(),
            name => contact.name,
            email => contact.email,
            phone => contact.phone,
            number => contact.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>(),
            hours => contact.hours,
            holidays => contact.except_holidays.then(|| onboarding::say(language, "except-holidays", &[])),
        },
    };
    pages::page(language, "recipients.html", &path, content)
}
