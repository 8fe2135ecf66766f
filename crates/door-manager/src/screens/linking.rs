//! Gestion des domaines: under which names a mail service answers, and the operations that change that, followed live.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use directory::DomainPlace;
use minijinja::{Value, context};
use model::{Domain, ServiceId};
use serde::Deserialize;
use zones::{LineKind, Link, LogLine, NewLink, Operation, OperationState, ZoneError};

use super::Answer;
use super::refusal::{FieldError, detail, in_words, refusal};
use super::subject::text;
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

/// Operations that the page shows.
const OPERATIONS_SHOWN: usize = 10;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/services/{service}/domains", get(show))
        .route("/services/{service}/domains/add", get(form).post(link))
        .route("/services/{service}/domains/{name}/{act}", get(confirm).post(act))
}

/// A request about the domains of a mail service.
struct Desk {
    shared: Arc<Shared>,
    person: Administrator,
    service: directory::ServiceInfo,
}

/// The part of the address that names the mail service.
#[derive(Deserialize)]
struct Named {
    service: i64,
}

impl FromRequestParts<Arc<Shared>> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Desk, Response> {
        let person = Administrator::from_request_parts(parts, shared).await?;
        let Ok(Path(Named { service })) = Path::from_request_parts(parts, shared).await else {
            return Err(Trouble::NotFound.into_response());
        };
        let directory = shared.directory.administration(person.scope(), person.who());
        match directory.service(ServiceId(service)).await {
            Ok(service) => Ok(Desk { shared: shared.clone(), person, service }),
            Err(error) => Err(Trouble::from(error).into_response()),
        }
    }
}

/// What can be done with a linked domain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Main,
    Unlink,
    Synonym,
}

impl Act {
    fn of(text: &str) -> Result<Act, Trouble> {
        match text {
            "main" => Ok(Act::Main),
            "unlink" => Ok(Act::Unlink),
            "synonym" => Ok(Act::Synonym),
            _ => Err(Trouble::NotFound),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Act::Main => "main",
            Act::Unlink => "unlink",
            Act::Synonym => "synonym",
        }
    }
}

/// The linked domain in the address, and what is to be done with it.
#[derive(Deserialize)]
struct Chosen {
    name: String,
    act: String,
}

impl Desk {
    fn zones(&self) -> zones::Administration {
        self.shared.zones.administration(self.person.scope(), self.person.who())
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    fn path(&self) -> String {
        format!("/manager/services/{}/domains", self.service.id)
    }

    fn page(&self, template: &str, content: Value) -> Answer {
        let frame = context! {
            linking => context! { path => self.path(), service => self.service.name },
            ..content
        };
        page::of(&self.person, template, "linking", frame)
    }

    fn refusal(&self, error: ZoneError) -> Result<FieldError, Trouble> {
        refusal(&self.person.guest, error)
    }

    /// Back to the list, where the operation is followed.
    fn begun(&self, operation: &Operation) -> Answer {
        let words = self.say(
            &format!("operation-begun-{}", operation.kind.as_str()),
            &[("domain", Word::from(operation.domain.as_str()))],
        );
        Ok(done(&self.person, &self.path(), &Toast::of(words)))
    }

    async fn links(&self) -> Result<Vec<Link>, Trouble> {
        Ok(self.zones().links(self.service.id).await?)
    }

    /// The newest operations, as the page shows them.
    async fn operations(&self) -> Result<Vec<Value>, Trouble> {
        let seek = db::Seek { after: None, limit: OPERATIONS_SHOWN };
        let page = self.zones().page_of_operations(self.service.id, seek).await?;
        let mut shown = Vec::new();
        for operation in page.items {
            let (operation, lines) = self.zones().operation(operation.id).await?;
            shown.push(self.operation(&operation, &lines));
        }
        Ok(shown)
    }

    fn operation(&self, operation: &Operation, lines: &[LogLine]) -> Value {
        let steps = operation.steps();
        let shown: Vec<Value> = steps
            .iter()
            .enumerate()
            .map(|(number, step)| {
                let state = match (operation.state, number < operation.done, number == operation.done) {
                    (_, true, _) => "ok",
                    (OperationState::Failed, _, true) => "lost",
                    (OperationState::Running, _, true) => "waiting",
                    _ => "unknown",
                };
                context! { state, text => self.say(&format!("step-{}", step.as_str()), &[]) }
            })
            .collect();
        let log: Vec<Value> = lines
            .iter()
            .map(|line| {
                let name = match line.what {
                    // The log keeps the reason; its rule stands beside.
                    LineKind::Refused => match &operation.failure {
                        Some(failure) => in_words(&self.person.guest, &line.name, &failure.rule).0,
                        None => detail(&self.person.guest, &line.name),
                    },
                    _ => line.name.clone(),
                };
                let values = [("name", Word::from(name)), ("count", Word::from(line.count as usize))];
                let says = self.say(&format!("operation-line-{}", line.what.as_str()), &values);
                context! { at => line.at.rfc3339(), says }
            })
            .collect();
        let failure = operation.failure.as_ref().map(|failure| {
            let (reason, rule) = in_words(&self.person.guest, &failure.reason, &failure.rule);
            context! { reason, rule }
        });
        context! {
            title => self.say(
                &format!("operation-{}", operation.kind.as_str()),
                &[("domain", Word::from(operation.domain.as_str()))],
            ),
            state => operation.state.as_str(),
            is_running => operation.state == OperationState::Running,
            done => operation.done,
            total => steps.len(),
            steps => shown,
            log,
            failure,
            who => operation.who,
            at => operation.ended_at.unwrap_or(operation.started_at).rfc3339(),
        }
    }
}

async fn show(desk: Desk) -> Answer {
    show_with(&desk, None).await
}

async fn show_with(desk: &Desk, refused: Option<String>) -> Answer {
    let links: Vec<Value> = desk
        .links()
        .await?
        .into_iter()
        .map(|link| {
            let is_linked = link.domain.place == DomainPlace::Linked;
            let zone = link.zone.as_ref().map(|zone| text(&zone.name));
            context! {
                name => link.domain.name.as_str(),
                place => link.domain.place.as_str(),
                is_linked,
                // A synonym is a zone of its own name.
                can_be_synonym => is_linked && zone.as_deref() == Some(link.domain.name.as_str()),
                is_apart => link.domain.place == DomainPlace::Apart,
                is_disabled => link.domain.is_disabled,
                addresses => link.domain.addresses,
                keeps_records => link.domain.keeps_records,
                zone,
            }
        })
        .collect();
    let operations = desk.operations().await?;
    let is_running = operations
        .first()
        .is_some_and(|one| one.get_attr("is_running").is_ok_and(|is_running| is_running.is_true()));
    let content = context! { links, operations, is_running, refused, live => "domain-operations zones" };
    desk.page("linking.html", content)
}

async fn form(desk: Desk) -> Answer {
    form_with(&desk, &Typed::default(), &[]).await
}

/// What a form held when it was refused.
#[derive(Default)]
struct Typed {
    name: String,
    create_zone: bool,
    update_dns: bool,
    replace: bool,
    main: bool,
}

async fn form_with(desk: &Desk, typed: &Typed, errors: &[FieldError]) -> Answer {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for candidate in desk.zones().link_candidates(desk.service.id).await? {
        let name = candidate.name.to_string();
        match candidate.refusal {
            None => open.push(context! { name }),
            Some(error) => closed.push(context! { name, why_not => desk.refusal(error)?.sentence() }),
        }
    }
    let main = desk.links().await?.into_iter().find(|link| link.domain.place == DomainPlace::Main);
    let content = context! {
        open,
        closed,
        main => main.map(|link| link.domain.name.to_string()),
        name => typed.name,
        create_zone => typed.create_zone,
        update_dns => typed.update_dns,
        replace => typed.replace,
        make_main => typed.main,
        errors => Value::from_serialize(errors),
    };
    desk.page("linking_add.html", content)
}

async fn link(desk: Desk, fields: Fields) -> Answer {
    let typed = Typed {
        name: fields.text("name").trim().to_owned(),
        create_zone: fields.has("create_zone"),
        update_dns: fields.has("update_dns"),
        replace: fields.has("replace"),
        main: fields.has("main"),
    };
    let Ok(name) = Domain::parse(&typed.name) else {
        let wrong = FieldError::new("name", desk.say("linking-no-name", &[]));
        return form_with(&desk, &typed, &[wrong]).await;
    };
    let new = NewLink {
        service: desk.service.id,
        name,
        create_zone: typed.create_zone,
        update_dns: typed.update_dns,
        // The box is of no use without the one above it.
        replace: typed.replace && typed.update_dns,
        make_main: typed.main,
    };
    match desk.zones().begin_link(new).await {
        Ok(operation) => desk.begun(&operation),
        Err(error) => {
            let error = desk.refusal(error)?.at("name");
            form_with(&desk, &typed, &[error]).await
        }
    }
}

async fn confirm(desk: Desk, Path(Chosen { name, act }): Path<Chosen>) -> Answer {
    let (act, name) = (Act::of(&act)?, chosen(&name)?);
    let links = desk.links().await?;
    let main = links.iter().find(|link| link.domain.place == DomainPlace::Main).ok_or(Trouble::NotFound)?;
    let link = links.iter().find(|link| link.domain.name == name).ok_or(Trouble::NotFound)?;
    if link.domain.place != DomainPlace::Linked {
        return Err(Trouble::NotFound);
    }
    let lost = match act {
        Act::Main => Value::from(()),
        Act::Unlink | Act::Synonym => match desk.zones().unlinked(desk.service.id, &name).await {
            Ok((unlinked, records)) => context! {
                addresses => unlinked.addresses,
                examples => unlinked.examples.iter().map(ToString::to_string).collect::<Vec<_>>(),
                leading_there => unlinked.leading_there,
                records,
            },
            Err(error) => {
                let refused = desk.refusal(error)?.sentence();
                return show_with(&desk, Some(refused)).await;
            }
        },
    };
    let content = context! {
        act => act.key(),
        name => name.as_str(),
        main => main.domain.name.as_str(),
        addresses => main.domain.addresses,
        lost,
    };
    desk.page("linking_confirm.html", content)
}

async fn act(desk: Desk, Path(Chosen { name, act }): Path<Chosen>, _proven: Fields) -> Answer {
    let (act, name) = (Act::of(&act)?, chosen(&name)?);
    let (zones, service) = (desk.zones(), desk.service.id);
    let begun = match act {
        Act::Main => zones.begin_main(service, &name).await,
        Act::Unlink => zones.begin_unlink(service, &name).await,
        Act::Synonym => zones.begin_synonym(service, &name).await,
    };
    match begun {
        Ok(operation) => desk.begun(&operation),
        Err(error) => {
            let refused = desk.refusal(error)?.sentence();
            show_with(&desk, Some(refused)).await
        }
    }
}

fn chosen(name: &str) -> Result<Domain, Trouble> {
    Domain::parse(name).map_err(|_| Trouble::NotFound)
}
