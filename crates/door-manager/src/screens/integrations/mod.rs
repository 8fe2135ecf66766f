//! «Passerelles»: organisations' own mail servers that are connected, known by their certificates. The list; of each
//! integration a page for what it is, one for its domains, one for its certificates; and the authorities that vouch.
//!
//! Everything is done within the organisation that is looked at. What only the operator decides (whom everybody trusts)
//! is done in the operator's scope, after the integration was found within the organisation's.

mod authorities;
mod certificates;
mod connecting;
mod connection;
mod domains;
mod informing;
mod list;
mod one;
mod phases;
mod recipients;
mod set_up;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use directory::{DirectoryError, Scope};
use gateways::{Administration, Expiry, Identity, Integration, IntegrationState, PeerCertificate};
use minijinja::{Value, context};
use model::{IntegrationId, Timestamp};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::table::Cell;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page, reader};

const PATH: &str = "/manager/integrations";
/// Octets of a fingerprint by which a sentence names a certificate.
const NAMED_OCTETS: usize = 8;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(list::routes())
        .merge(authorities::routes())
        .merge(one::routes())
        .merge(domains::routes())
        .merge(certificates::routes())
        .merge(phases::routes())
        .merge(set_up::routes())
        .merge(connection::routes())
        .merge(informing::routes())
        .merge(recipients::routes())
}

/// A request about the integrations of the organisation.
pub(super) struct Desk {
    shared: Arc<Shared>,
    person: Administrator,
}

impl FromRequestParts<Arc<Shared>> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Desk, Response> {
        let person = Administrator::from_request_parts(parts, shared).await?;
        Ok(Desk { shared: shared.clone(), person })
    }
}

impl Desk {
    fn gateways(&self) -> Administration {
        self.shared.gateways.administration(self.person.scope(), self.person.who())
    }

    /// The same for what only the operator decides; to others it does not exist.
    fn as_staff(&self) -> Result<Administration, Trouble> {
        if !self.person.session.is_operator {
            return Err(Trouble::NotFound);
        }
        let scope = Scope::Operator("the operator's staff looks after integrations");
        Ok(self.shared.gateways.administration(scope, self.person.who()))
    }

    /// The integration that a path names, within the organisation.
    async fn found(&self, id: &str) -> Result<Integration, Trouble> {
        let id = id.parse().map_err(|_| Trouble::NotFound)?;
        Ok(self.gateways().integration(IntegrationId(id)).await?)
    }

    fn now(&self) -> Timestamp {
        self.shared.world.clock.now()
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    /// A page with what is wrong in its form.
    fn page(&self, template: &str, content: Value, errors: &[FieldError]) -> Answer {
        let content = context! { errors => Value::from_serialize(errors), ..content };
        let mut page = page::of(&self.person, template, "integrations", content)?;
        if !errors.is_empty() {
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Ok(page)
    }

    /// Goes on to `location` and tells there what was done to what.
    fn done(&self, location: &str, key: &str, name: &str) -> Answer {
        let words = self.say(key, &[("name", Word::from(name))]);
        Ok(done(&self.person, location, &Toast::of(words)))
    }

    /// What a form says of a refusal.
    fn refusal(&self, error: DirectoryError) -> Result<FieldError, Trouble> {
        directory_refusal(&self.person.guest, error)
    }

    /// The lamp of a state, as class and words.
    fn state(&self, state: IntegrationState) -> (&'static str, String) {
        let lamp = match state {
            IntegrationState::Planned => "unknown",
            IntegrationState::Active => "ok",
            IntegrationState::Suspended => "waiting",
        };
        (lamp, self.say(&format!("integration-state-{state}"), &[]))
    }

    /// The lamp of a declared certificate's end.
    fn expiry(&self, certificate: &PeerCertificate, now: Timestamp) -> Cell {
        self.end(certificate.ends_at, now)
    }

    /// The lamp of a certificate's end.
    fn end(&self, ends_at: Option<Timestamp>, now: Timestamp) -> Cell {
        let day = |at: Timestamp| Word::Text(reader::day_of(self.person.guest.language, at));
        let (lamp, key) = match Expiry::of(ends_at, now) {
            Expiry::Unknown => ("unknown", "certificate-end-unknown"),
            Expiry::Far => ("ok", "certificate-ends-far"),
            Expiry::Near => ("waiting", "certificate-ends-near"),
            Expiry::Over => ("lost", "certificate-ended"),
        };
        let values: Vec<(&str, Word)> = ends_at.map(|at| ("day", day(at))).into_iter().collect();
        Cell::lamp(lamp, self.say(key, &values))
    }

    /// What every page of an integration shows above its own part.
    fn top(&self, one: &Integration, current: &str) -> Value {
        let (lamp, state) = self.state(one.state);
        context! {
            id => one.id.to_string(),
            name => one.name,
            lamp,
            state,
            current,
            domains => one.domains.len(),
            certificates => one.certificates.len(),
        }
    }
}

/// How sentences name a certificate: by its name, or by the beginning of its fingerprint.
fn name_of(identity: &Identity) -> String {
    match identity {
        Identity::Name(name) => name.to_string(),
        Identity::Fingerprint(print) => {
            let octets = print.to_string();
            format!("{}…", octets.get(..NAMED_OCTETS * 3 - 1).unwrap_or(&octets))
        }
    }
}

/// Where an integration's pages stand.
fn path_of(one: &Integration) -> String {
    format!("{PATH}/{}", one.id)
}
