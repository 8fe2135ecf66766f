//! Changes of the platform's addresses: declared, with what pins an old one and whom it concerns; the letters before they
//! are sent; how far each has come.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use directory::{Scope, UserInfo};
use minijinja::{Value, context};
use model::Timestamp;
use renumbering::{
    Administration, Customer, Endpoint, Finding, NewRenumbering, Pin, Remedy, Renumbering, RenumberingId,
    Report, Stage,
};

use super::{Answer, Desk};
use crate::Shared;
use crate::fields::Fields;
use crate::letters;
use crate::screens::refusal::{FieldError, refusal};
use crate::table::{self, Cell, Row, Wish, columns};
use crate::trouble::Trouble;
use crate::words::{Language, Word};

const PATH: &str = "/manager/installation/renumberings";
const SECTION: &str = "installation-renumberings";
const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/installation/renumberings", get(list))
        .route("/installation/renumberings/new", get(new).post(declare))
        .route("/installation/renumberings/{renumbering}", get(show))
        .route("/installation/renumberings/{renumbering}/letters", get(preview))
        .route("/installation/renumberings/{renumbering}/announce", post(announce))
        .route("/installation/renumberings/{renumbering}/cancel", post(cancel))
}

impl Desk {
    fn changes(&self) -> Administration {
        let scope = Scope::Operator("the operator's staff changes addresses");
        self.shared.renumberings.administration(scope, self.person.who())
    }
}

fn lamp(desk: &Desk, stage: Stage) -> Cell {
    let state = match stage {
        Stage::Declared | Stage::Prepared | Stage::Switched => "waiting",
        Stage::Completed => "ok",
        Stage::Cancelled => "unknown",
    };
    Cell::lamp(state, desk.say(&format!("renumbering-stage-{}", stage.as_str()), &[]))
}

async fn list(desk: Desk) -> Answer {
    let heads = columns([
        "renumbering-name",
        "renumbering-stage",
        "renumbering-date",
        "renumbering-until",
        "renumbering-announced",
    ]);
    let rows = desk.changes().list().await?.into_iter().map(|one| Row {
        id: one.id.to_string(),
        href: format!("{PATH}/{}", one.id),
        cells: vec![
            Cell::text(&one.name),
            lamp(&desk, one.stage),
            Cell::time(Some(one.switches_at), String::new()),
            Cell::time(Some(one.ends_at), String::new()),
            Cell::time(one.announced_at, desk.say("renumbering-none", &[])),
        ],
        ..Row::default()
    });
    let wish = Wish::of(&desk.person.guest.target);
    let table = table::of(&wish, &heads, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("renumberings", |key| desk.say(key, &[])));
    }
    desk.page("renumberings.html", SECTION, context! { table => Value::from_serialize(&table) }, &[])
}

async fn new(desk: Desk) -> Answer {
    form(&desk, &Fields::default(), &[])
}

fn form(desk: &Desk, typed: &Fields, errors: &[FieldError]) -> Answer {
    let or = |name: &str, usual: &str| {
        if typed.has("sent") { typed.text(name).to_owned() } else { usual.to_owned() }
    };
    let content = context! {
        name => typed.text("name"),
        date => typed.text("date"),
        overlap => or("overlap", "30"),
        remind => or("remind", "7"),
        ttl => or("ttl", "300"),
        endpoints => typed.raw("endpoints"),
    };
    desk.page("renumbering_new.html", SECTION, content, errors)
}

/// What was typed, or what cannot be read of it.
fn typed(desk: &Desk, fields: &Fields) -> Result<NewRenumbering, Vec<FieldError>> {
    let mut errors = Vec::new();
    let date = fields.text("date");
    let full = if date.len() == 10 { format!("{date}T00:00:00Z") } else { date.to_owned() };
    let switches_at = full.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()));
    if switches_at.is_none() {
        errors.push(FieldError::new("date", desk.say("renumbering-wrong-date", &[])));
    }
    let mut endpoints = Vec::new();
    for line in fields.raw("endpoints").lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.parse::<Endpoint>() {
            Ok(endpoint) => endpoints.push(endpoint),
            Err(reason) => {
                let said = desk.say("renumbering-wrong-endpoints", &[("line", Word::from(line))]);
                let rule =
                    if desk.person.guest.language == Language::English { reason } else { String::new() };
                errors.push(FieldError { rule, ..FieldError::new("endpoints", said) });
            }
        }
    }
    let mut number = |name: &str| {
        let typed = fields.has(name).then(|| fields.number(name));
        if typed == Some(None) {
            errors.push(FieldError::new(name, desk.say("renumbering-wrong-number", &[])));
        }
        typed.flatten()
    };
    let (overlap, remind, lowered_ttl) = (number("overlap"), number("remind"), number("ttl"));
    match switches_at {
        Some(switches_at) if errors.is_empty() => Ok(NewRenumbering {
            name: fields.text("name").to_owned(),
            endpoints,
            switches_at,
            overlap: overlap.map(|days| DAY * days),
            reminded_before: remind.map(|days| DAY * days),
            lowered_ttl,
        }),
        _ => Err(errors),
    }
}

async fn declare(desk: Desk, fields: Fields) -> Answer {
    let new = match typed(&desk, &fields) {
        Ok(new) => new,
        Err(errors) => return form(&desk, &fields, &errors),
    };
    match desk.changes().declare(new).await {
        Ok(one) => desk.done(&format!("{PATH}/{}", one.id), desk.say("renumbering-declared", &[])),
        Err(error) => {
            let known = ["name", "date", "overlap", "ttl", "endpoints"];
            let error = refusal(&desk.person.guest, error)?.at_known(&known, "name");
            form(&desk, &fields, &[error])
        }
    }
}

async fn show(desk: Desk, Path(id): Path<i64>) -> Answer {
    let one = desk.changes().renumbering(RenumberingId(id)).await?;
    let report = desk.changes().report(one.id).await?;
    let names: Vec<(String, String)> = desk
        .directory()
        .organisations()
        .await?
        .into_iter()
        .map(|organisation| (organisation.id.to_string(), organisation.name))
        .collect();
    let findings = report.findings.iter().enumerate().map(|(at, finding)| row(&desk, &names, at, finding));
    let heads = columns(["pin", "pin-whose", "pin-thing", "pin-addresses", "pin-remedy"]);
    let findings = table::of(&Wish::part(&desk.person.guest.target, "pin-"), &heads, findings.collect());
    let customers = report.customers.iter().map(|customer| customer_row(&desk, &report, customer));
    let heads =
        columns(["customer", "customer-modes", "customer-to-do", "customer-letter", "customer-answer"]);
    let customers = table::of(&Wish::part(&desk.person.guest.target, "to-"), &heads, customers.collect());
    let content = context! {
        id => one.id.to_string(),
        name => one.name,
        stage => one.stage.as_str(),
        steps => steps(&desk, &one).await?,
        endpoints => one.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        findings => Value::from_serialize(&findings),
        customers => Value::from_serialize(&customers),
        count => report.customers.len(),
        can_announce => one.announced_at.is_none() && is_before(&one) && !report.customers.is_empty(),
        can_cancel => is_before(&one),
    };
    desk.page("renumbering.html", SECTION, content, &[])
}

fn is_before(one: &Renumbering) -> bool {
    matches!(one.stage, Stage::Declared | Stage::Prepared)
}

/// An endpoint as the pages show it.
pub(in crate::screens) fn endpoint(endpoint: &Endpoint) -> Value {
    let list = |all: &[std::net::IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let modes: Vec<&str> = endpoint.modes.iter().map(|mode| mode.as_str()).collect();
    context! {
        place => endpoint.place(),
        modes => modes.join(", "),
        old => list(&endpoint.old),
        new => list(&endpoint.new),
    }
}

/// What was done and what is still to come, in the order of the clock.
async fn steps(desk: &Desk, one: &Renumbering) -> Result<Vec<Value>, Trouble> {
    let prepares_at = desk.shared.renumberings.prepares_at(one).await?;
    let is_open = one.is_open();
    let cancelled = (one.stage == Stage::Cancelled).then_some(one.ended_at).flatten();
    let completed = (one.stage == Stage::Completed).then_some(one.ended_at).flatten();
    let mut all = vec![("declared", Some(one.declared_at), one.declared_at)];
    if one.announced_at.is_some() || is_before(one) {
        all.push(("announced", one.announced_at, one.announced_at.unwrap_or(one.switches_at)));
    }
    if one.reminds() && is_before(one) {
        let now = desk.shared.world.clock.now();
        let reminded = (one.reminds_at <= now).then_some(one.reminds_at);
        all.push(("reminded", reminded, one.reminds_at));
    }
    all.push(("prepared", one.prepared_at, one.prepared_at.unwrap_or(prepares_at)));
    all.push(("switched", one.switched_at, one.switches_at));
    all.push(("completed", completed, one.ends_at));
    if let Some(at) = cancelled {
        all.push(("cancelled", Some(at), at));
    }
    all.retain(|(_, done, _)| is_open || done.is_some());
    let view = |(step, done, at): (&str, Option<Timestamp>, Timestamp)| {
        // Nobody has said when the letters go.
        let has_time = done.is_some() || step != "announced";
        context! {
            text => desk.say(&format!("renumbering-step-{step}"), &[]),
            is_done => done.is_some(),
            at => has_time.then(|| done.unwrap_or(at).rfc3339()),
        }
    };
    Ok(all.into_iter().map(view).collect())
}

/// The pin's own word, as commands and the API have it, is the key of the words.
fn pin_words(desk: &Desk, pin: Pin) -> String {
    desk.say(&format!("pin-{}", pin.as_str()), &[])
}

fn row(desk: &Desk, names: &[(String, String)], at: usize, finding: &Finding) -> Row {
    let whose = match finding.organisation {
        None => desk.say("installations-own", &[]),
        Some(organisation) => {
            let id = organisation.to_string();
            names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()).unwrap_or(id)
        }
    };
    let state = match finding.remedy {
        Remedy::Follows => "ok",
        Remedy::Operator => "lost",
        Remedy::Organisation => "waiting",
    };
    let new: Vec<String> = finding.new.iter().map(ToString::to_string).collect();
    let value = if finding.value == finding.thing { String::new() } else { finding.value.clone() };
    Row {
        id: at.to_string(),
        cells: vec![
            Cell::text(pin_words(desk, finding.pin)),
            Cell::text(whose),
            Cell::text(&finding.thing).with_note(value),
            Cell::kind("code", format!("{} → {}", finding.old, new.join(", "))),
            Cell::lamp(state, desk.say(&format!("remedy-{}", finding.remedy.as_str()), &[])),
        ],
        ..Row::default()
    }
}

fn customer_row(desk: &Desk, report: &Report, customer: &Customer) -> Row {
    let modes: Vec<&str> = customer.modes.iter().map(|mode| mode.as_str()).collect();
    let to_do = match report.of(customer.organisation).count() {
        0 => Cell::lamp("ok", desk.say("renumbering-nothing-to-do", &[])),
        count => Cell::lamp("waiting", desk.say("renumbering-pins", &[("count", Word::from(count))])),
    };
    let posted = customer.notices.iter().filter_map(|(_, at)| *at).max();
    let answer = match customer.answer {
        Some(answer) => Cell::lamp("ok", desk.say(&format!("answer-{}", answer.as_str()), &[]))
            .with_note(customer.answered_by.clone().unwrap_or_default()),
        None => Cell::text(desk.say("renumbering-none", &[])),
    };
    Row {
        id: customer.organisation.to_string(),
        cells: vec![
            Cell::text(&customer.name),
            Cell::text(modes.join(", ")),
            to_do,
            Cell::time(posted, desk.say("renumbering-none", &[])),
            answer,
        ],
        ..Row::default()
    }
}

/// Every letter as it would go, in the language of the first person whom it reaches.
async fn preview(desk: Desk, Path(id): Path<i64>) -> Answer {
    let one = desk.changes().renumbering(RenumberingId(id)).await?;
    let directory = desk.directory();
    let mut letters = Vec::new();
    for (customer, letter) in desk.changes().preview(one.id).await? {
        let people: Vec<UserInfo> = directory.users(Some(customer.organisation)).await?;
        let contacts: Vec<&UserInfo> = people.iter().filter(|user| user.answers_for_organisation()).collect();
        let own = contacts.first().and_then(|user| user.language.as_deref()).and_then(Language::of_tag);
        let language = own.unwrap_or(Language::French);
        let words = letters::renumbering(language, &letter, "…/manager/renumberings");
        let to: Vec<&str> = contacts.iter().map(|user| user.login.as_str()).collect();
        letters.push(context! {
            organisation => customer.name,
            to => to.join(", "),
            language => language.tag(),
            subject => words.subject,
            text => words.text,
        });
    }
    let content = context! {
        id => one.id.to_string(),
        name => one.name,
        count => letters.len(),
        letters,
        can_announce => one.announced_at.is_none() && is_before(&one),
    };
    desk.page("renumbering_letters.html", SECTION, content, &[])
}

async fn announce(desk: Desk, Path(id): Path<i64>, _: Fields) -> Answer {
    match desk.changes().announce(RenumberingId(id)).await {
        Ok(count) => {
            let words = desk.say("renumbering-announced", &[("count", Word::from(count))]);
            desk.done(&format!("{PATH}/{id}"), words)
        }
        Err(error) => refused(&desk, id, error),
    }
}

async fn cancel(desk: Desk, Path(id): Path<i64>, _: Fields) -> Answer {
    match desk.changes().cancel(RenumberingId(id)).await {
        Ok(_) => desk.done(&format!("{PATH}/{id}"), desk.say("renumbering-was-cancelled", &[])),
        Err(error) => refused(&desk, id, error),
    }
}

/// Somebody else was first, or the date is over: back to the page, which shows what holds now.
fn refused(desk: &Desk, id: i64, error: zones::ZoneError) -> Answer {
    let said = refusal(&desk.person.guest, error)?.sentence();
    desk.done(&format!("{PATH}/{id}"), said)
}
