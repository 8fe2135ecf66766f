//! What a request is about: the domain in its address, with the zone that holds it, the mail domain of that name, or
//! both. Another organisation's is not found.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use directory::DomainInfo;
use minijinja::{Value, context};
use model::Domain;
use serde::Deserialize;
use zones::{RecordInfo, ZoneError, ZoneInfo};

use super::Answer;
use super::refusal::{FieldError, refusal};
use crate::toast::{self, Toast};
use crate::trouble::Trouble;
use crate::visitor::Person;
use crate::words::Word;
use crate::{Shared, page};

/// A request about a domain.
pub(super) struct Subject {
    pub(super) shared: Arc<Shared>,
    /// Who asks.
    pub(super) person: Person,
    /// The name in the address.
    pub(super) name: String,
    /// The zone here that holds it.
    pub(super) zone: Option<ZoneInfo>,
    /// The mail domain.
    pub(super) domain: Option<DomainInfo>,
}

/// The part of the address that names the domain.
#[derive(Deserialize)]
struct Named {
    name: String,
}

impl FromRequestParts<Arc<Shared>> for Subject {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Subject, Response> {
        let person = Person::from_request_parts(parts, shared).await?;
        let Ok(Path(Named { name })) = Path::from_request_parts(parts, shared).await else {
            return Err(Trouble::NotFound.into_response());
        };
        Subject::find(shared.clone(), person, &name).await.map_err(IntoResponse::into_response)
    }
}

impl Subject {
    async fn find(shared: Arc<Shared>, person: Person, name: &str) -> Result<Subject, Trouble> {
        if !person.administers_something() {
            return Err(Trouble::NotAllowed);
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        // Within the limit to one domain nothing else is found.
        let zone = match shared.zones.administration(person.scope(), person.who()).enclosing(&name).await {
            Ok(zone) => zone,
            Err(error) if error.is_refusal() => None,
            Err(error) => return Err(error.into()),
        };
        let domain = match Domain::parse(&name) {
            Ok(domain) => {
                let directory = shared.directory.administration(person.scope(), person.who());
                match directory.domain_called(&domain).await {
                    Ok(domain) => Some(domain),
                    Err(error) if error.is_refusal() => None,
                    Err(error) => return Err(error.into()),
                }
            }
            Err(_) => None,
        };
        // A name within a zone is a subject of its own only if it is the zone or takes mail.
        let is_zone = zone.as_ref().is_some_and(|zone| text(&zone.name) == name);
        if !is_zone && domain.is_none() {
            return Err(Trouble::NotFound);
        }
        // The zone around a domain is more than the domain.
        let zone = zone.filter(|_| is_zone || person.administers());
        Ok(Subject { shared, person, name, zone, domain })
    }

    /// The zones of the organisation, in the person's name.
    pub(super) fn zones(&self) -> zones::Administration {
        self.shared.zones.administration(self.person.scope(), self.person.who())
    }

    /// A text in the person's language.
    pub(super) fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    /// The words of a refusal, or trouble if it is none.
    pub(super) fn refusal(&self, error: ZoneError) -> Result<FieldError, Trouble> {
        refusal(&self.person.guest, error)
    }

    /// A path of this domain.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/manager/domains/{}/{rest}", self.name)
    }

    /// A page about this domain.
    pub(super) fn page(&self, template: &str, section: &str, content: Value) -> Answer {
        page::of(&self.person, template, section, context! { domain => self.name, ..content })
    }

    /// Goes on to one of its pages and tells there what was done.
    pub(super) fn done(&self, rest: &str, toast: &Toast) -> Answer {
        Ok(toast::done(&self.person, &self.path(rest), toast))
    }

    /// Goes on to one of its pages and tells there why nothing was done.
    pub(super) fn refused(&self, rest: &str, error: ZoneError) -> Answer {
        self.done(rest, &Toast::of(self.refusal(error)?.sentence()))
    }
}

/// A request about a domain whose zone stands here; of any other there is no such page.
pub(super) struct Hosted {
    subject: Subject,
    /// The zone.
    pub(super) zone: ZoneInfo,
}

impl Deref for Hosted {
    type Target = Subject;

    fn deref(&self) -> &Subject {
        &self.subject
    }
}

impl FromRequestParts<Arc<Shared>> for Hosted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Hosted, Response> {
        let subject = Subject::from_request_parts(parts, shared).await?;
        subject.hosted().map_err(IntoResponse::into_response)
    }
}

impl Subject {
    /// The same with its zone.
    pub(super) fn hosted(self) -> Result<Hosted, Trouble> {
        let zone = self.zone.clone().ok_or(Trouble::NotFound)?;
        Ok(Hosted { subject: self, zone })
    }
}

impl Hosted {
    /// The zone's name without its final dot.
    pub(super) fn zone_name(&self) -> String {
        text(&self.zone.name)
    }

    /// The zone's records; a synonym's are those of its main zone.
    pub(super) async fn records(&self) -> Result<Vec<RecordInfo>, Trouble> {
        Ok(self.zones().records(self.zone.id).await?)
    }

    /// The message after a change that made `serial`, with the way back to what stood before.
    pub(super) fn undoable(&self, serial: u32, words: String) -> Toast {
        let (before, after) = (self.zone.serial.to_string(), serial.to_string());
        Toast::of(words).with_undo(self.path("zone/undo"), &[("before", &before), ("after", &after)])
    }
}

/// A name without its final dot.
pub(super) fn text(name: &zones::DnsName) -> String {
    name.to_string().trim_end_matches('.').to_owned()
}
