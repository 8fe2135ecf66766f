//! «Installation»: what the operator's staff looks after: the organisations, the staff itself, and the settings from
//! which mail records are made. To everybody else none of it exists.

mod organisations;
mod renumberings;
mod settings;
mod staff;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use directory::{Administration, Scope};
use minijinja::{Value, context};

pub(super) use renumberings::endpoint;

use super::Answer;
use super::refusal::FieldError;
use crate::toast::{Toast, done};
use crate::visitor::Staff;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(organisations::routes())
        .merge(staff::routes())
        .merge(settings::routes())
        .merge(renumberings::routes())
}

/// A request of the operator's staff about the whole installation.
struct Desk {
    shared: Arc<Shared>,
    person: Staff,
}

impl FromRequestParts<Arc<Shared>> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Desk, Response> {
        let person = Staff::from_request_parts(parts, shared).await?;
        Ok(Desk { shared: shared.clone(), person })
    }
}

impl Desk {
    /// People and organisations of the whole installation.
    fn directory(&self) -> Administration {
        let scope = Scope::Operator("the operator's staff looks after the installation");
        self.shared.directory.administration(scope, self.person.who())
    }

    /// Zones and settings of the whole installation.
    fn zones(&self) -> zones::Administration {
        let scope = Scope::Operator("the operator's staff looks after the installation");
        self.shared.zones.administration(scope, self.person.who())
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    /// A page, with what is wrong in its form.
    fn page(&self, template: &str, section: &str, content: Value, errors: &[FieldError]) -> Answer {
        let content = context! { errors => Value::from_serialize(errors), ..content };
        let mut page = page::of(&self.person, template, section, content)?;
        if !errors.is_empty() {
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(page)
    }

    fn done(&self, location: &str, words: String) -> Answer {
        Ok(done(&self.person, location, &Toast::of(words)))
    }
}
