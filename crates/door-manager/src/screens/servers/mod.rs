//! Administration: hosts, mail servers, and what of them waits to be applied.

mod changes;
mod hosts;
mod mail_servers;
mod used;

use std::sync::Arc;

use ::hosts::{Administration, Thing};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use directory::DirectoryError;
use minijinja::Value;

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::table::Cell;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::AnyAdministrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .merge(hosts::routes())
        .merge(mail_servers::routes())
        .merge(changes::routes())
        .merge(used::routes())
}

pub(super) use used::offered;

/// A request about the hosts and servers of the organisation.
struct Desk {
    shared: Arc<Shared>,
    person: AnyAdministrator,
}

impl FromRequestParts<Arc<Shared>> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Desk, Response> {
        let person = AnyAdministrator::from_request_parts(parts, shared).await?;
        Ok(Desk { shared: shared.clone(), person })
    }
}

impl Desk {
    /// The hosts and servers within the organisation.
    fn servers(&self) -> Administration {
        self.shared.hosts.administration(self.person.scope(), self.person.who())
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    fn yes(&self, is_so: bool) -> String {
        self.say(if is_so { "yes" } else { "no" }, &[])
    }

    /// A page with the post-it above it.
    async fn page(&self, template: &str, section: &str, content: Value) -> Answer {
        page::of(&self.person, template, section, content)
    }

    /// Goes on to `location` and tells there what was done and what the post-it is for.
    fn done(&self, location: &str, key: &str, name: &str) -> Answer {
        let words = self.say(key, &[("name", Word::from(name))]);
        let more = self.say("changes-postit-hint", &[]);
        Ok(done(&self.person, location, &Toast::of(format!("{words} {more}"))))
    }

    /// The same after a deletion, which waits with the other changes and can be taken back.
    async fn deleted(&self, location: &str, key: &str, name: &str, thing: Thing) -> Answer {
        let words = self.say(key, &[("name", Word::from(name))]);
        let more = self.say("changes-postit-hint", &[]);
        let toast = Toast::of(format!("{words} {more}"));
        let waiting = self.servers().changes(None).await?;
        let toast = match waiting.iter().find(|change| change.thing == thing) {
            Some(change) => {
                let change = change.id.to_string();
                toast.with_undo("/manager/changes/cancel".to_owned(), &[("change", &change)])
            }
            None => toast,
        };
        Ok(done(&self.person, location, &toast))
    }

    /// What a form says of a refusal.
    fn refusal(&self, error: DirectoryError) -> Result<FieldError, Trouble> {
        directory_refusal(&self.person.guest, error)
    }

    /// Whether something waits, as a cell.
    fn waits(&self, act: Option<::hosts::Act>) -> Cell {
        match act {
            Some(act) => Cell::lamp("waiting", self.say(&format!("waits-{}", act.as_str()), &[])),
            None => Cell::lamp("ok", self.say("waits-not", &[])),
        }
    }
}

/// The number in a part of the address.
fn id(text: &str) -> Result<i64, Trouble> {
    text.parse().map_err(|_| Trouble::NotFound)
}

/// The addresses of a host, as people read them.
fn addresses(host: &::hosts::Host) -> String {
    host.addresses().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
