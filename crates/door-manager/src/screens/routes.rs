//! Routes: which mail for others goes to a relay instead of its domain's own servers. The organisation's
//! administrators see those that concern its senders, and ask which one a letter would take; the operator's staff adds and
//! removes them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use directory::Scope;
use mail_route::{Fit, NewRelayRule, RelayAdministration, RelayRule};
use minijinja::{Value, context};
use model::{Address, Domain, OrganisationId, Relay, RelayTarget, Timestamp, Validity};

use super::Answer;
use super::refusal::{FieldError, detail, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page, reader};

const PATH: &str = "/manager/routes";

/// The parts of the address that ask which route a letter takes.
const CHECKED: [&str; 3] = ["sender", "recipient", "about"];

/// The first that fits is taken: their order is told by its number.
const COLUMNS: [Column; 6] = [
    Column { key: "route-order", is_number: true },
    Column { key: "route-recipients", is_number: false },
    Column { key: "route-target", is_number: false },
    Column { key: "route-subject", is_number: false },
    Column { key: "route-tls", is_number: false },
    Column { key: "route-whose", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/routes", get(show).post(add)).route("/routes/remove", post(remove))
}

fn relays(shared: &Shared, person: &Person) -> RelayAdministration {
    let scope = match person.session.is_operator {
        true => Scope::Operator("the operator's staff looks after routes"),
        false => person.scope(),
    };
    shared.relays.administration(scope, person.who())
}

fn row(person: &Person, position: usize, rule: &RelayRule) -> Row {
    let own = person.session.organisation;
    let say = |key: &str| person.guest.say(key, &[]);
    let organisation = [("organisation", Word::from(person.session.organisation_name.as_str()))];
    let whose = match rule.organisation {
        None => say("route-everybodys"),
        Some(whose) if whose == own => person.guest.say("route-own", &organisation),
        Some(_) => say("route-another"),
    };
    let warning = is_static(&rule.relay.target).then(|| say("route-static"));
    let note: Vec<String> = warning.into_iter().chain(validity_words(person, rule.validity)).collect();
    let note = note.join(" · ");
    Row {
        id: rule.id.to_string(),
        cells: vec![
            Cell::number(position as u64),
            Cell::kind("code", rule.recipients.to_string()),
            Cell::kind("code", rule.relay.target.to_string()).with_note(note),
            Cell::text(rule.subject.clone().unwrap_or_default()),
            Cell::text(say(&format!("route-tls-{}", rule.relay.tls.as_str()))),
            Cell::text(whose),
        ],
        ..Row::default()
    }
}

/// From when until when, where that is bounded.
pub(super) fn validity_words(person: &Person, validity: Validity) -> Option<String> {
    let moment = |at: Option<Timestamp>| {
        let text = at.map(|at| reader::moment(person.guest.language, &at.rfc3339()));
        Word::from(text.unwrap_or_default())
    };
    let key = match (validity.from, validity.until) {
        (None, None) => return None,
        (Some(_), None) => "valid-from",
        (None, Some(_)) => "valid-until",
        (Some(_), Some(_)) => "valid-between",
    };
    Some(person.guest.say(key, &[("from", moment(validity.from)), ("until", moment(validity.until))]))
}

/// R096: an address is not advised, because it usually changes.
fn is_static(target: &RelayTarget) -> bool {
    target.warning().is_some()
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    show_with(&shared, &person, &Fields::default(), &[]).await
}

/// The page, with what was typed and what is wrong with it.
async fn show_with(shared: &Shared, person: &Person, typed: &Fields, errors: &[FieldError]) -> Answer {
    let rules = relays(shared, person).list().await?;
    let mut wish = Wish::of(&person.guest.target);
    for part in CHECKED {
        wish.hide(part);
    }
    let rows = rules.iter().enumerate().map(|(index, rule)| row(person, index + 1, rule));
    let table = table::of(&wish, &COLUMNS, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("routes", |key| person.guest.say(key, &[])));
    }
    let [sender, recipient, about] = CHECKED.map(|part| wish.filter(part).to_owned());
    let is_asked = !(sender.is_empty() && recipient.is_empty() && about.is_empty());
    let (answer, check_errors) = match is_asked {
        true => match checked(shared, person, [&sender, &recipient, &about]).await? {
            Ok(answer) => (answer, Vec::new()),
            Err(errors) => (Value::UNDEFINED, errors),
        },
        false => (Value::UNDEFINED, Vec::new()),
    };
    let content = context! {
        table => Value::from_serialize(&table),
        can_change => person.session.is_operator,
        sender,
        recipient,
        about,
        answer,
        check_errors => Value::from_serialize(check_errors),
        recipients => typed.text("recipients"),
        subject => typed.text("subject"),
        route_target => typed.text("route_target"),
        tls => if typed.has("tls") { typed.text("tls") } else { "opportunistic" },
        own => typed.has("own"),
        errors => Value::from_serialize(errors),
    };
    page::of(person, "routes.html", "routes", content)
}

/// The domain of an address, or one that stands alone.
fn domain_of(text: &str) -> Option<Domain> {
    match Address::parse(text) {
        Ok(address) => Some(address.domain().clone()),
        Err(_) => Domain::parse(text).ok(),
    }
}

/// Whose sender that is: an organisation asks about its own only, and without one it is one of these.
async fn organisation_of(
    shared: &Shared,
    person: &Person,
    sender: &str,
) -> Result<Result<Option<OrganisationId>, &'static str>, Trouble> {
    if sender.is_empty() {
        return Ok(Ok(Some(person.session.organisation)));
    }
    let Some(domain) = domain_of(sender) else { return Ok(Err("route-check-no-address")) };
    let people = match person.session.is_operator {
        true => {
            let scope = Scope::Operator("the operator's staff asks whose a sender is");
            shared.directory.administration(scope, person.who())
        }
        false => person.people(shared),
    };
    match people.domain_called(&domain).await {
        Ok(domain) => Ok(Ok(Some(domain.organisation))),
        // Somebody from elsewhere, whose letter is led on: everybody's routes count for it.
        Err(error) if error.is_refusal() && person.session.is_operator => Ok(Ok(None)),
        Err(error) if error.is_refusal() => Ok(Err("route-check-not-yours")),
        Err(error) => Err(error.into()),
    }
}

/// Which route a letter takes and why, or what cannot be read of the question.
async fn checked(
    shared: &Shared,
    person: &Person,
    [sender, recipient, about]: [&str; 3],
) -> Result<Result<Value, Vec<FieldError>>, Trouble> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, key: &str| errors.push(FieldError::new(field, person.guest.say(key, &[])));
    let organisation = match organisation_of(shared, person, sender).await? {
        Ok(organisation) => organisation,
        Err(key) => {
            wrong("sender", key);
            None
        }
    };
    let Some(domain) = domain_of(recipient) else {
        wrong("recipient", "route-check-no-address");
        return Ok(Err(errors));
    };
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let values = [("domain", Word::from(domain.to_string()))];
    if shared.directory.has_domain(&domain).await? {
        let says = person.guest.say("route-check-here", &values);
        return Ok(Ok(context! { says, rules => Vec::<Value>::new() }));
    }
    let found = relays(shared, person).check(organisation, &domain, about).await?;
    let leads = found.iter().position(|(_, fit)| *fit == Fit::Leads);
    let says = match leads {
        Some(index) => {
            let rule = &found[index].0;
            let target = [
                ("order", Word::from(index + 1)),
                ("target", Word::from(rule.relay.target.to_string())),
                ("tls", person.guest.say(&format!("route-tls-{}", rule.relay.tls.as_str()), &[]).into()),
            ];
            person.guest.say("route-check-led", &target)
        }
        None => person.guest.say("route-check-usual", &values),
    };
    let line = |(index, (rule, fit)): (usize, &(RelayRule, Fit))| {
        let key = format!("route-fit-{}", fit.as_str().replace(' ', "-"));
        let subject = [("subject", Word::from(rule.subject.as_deref().unwrap_or_default()))];
        let says = match (fit, &rule.subject) {
            (Fit::Leads, Some(_)) => person.guest.say("route-fit-leads-subject", &subject),
            (Fit::OtherSubject, _) => person.guest.say(&key, &subject),
            _ => person.guest.say(&key, &[]),
        };
        context! {
            order => index + 1,
            recipients => rule.recipients.to_string(),
            route_target => rule.relay.target.to_string(),
            leads => *fit == Fit::Leads,
            says,
        }
    };
    let rules: Vec<Value> = found.iter().enumerate().map(line).collect();
    Ok(Ok(context! { says, rules }))
}

/// A bound of a route's validity in a way back: milliseconds, as nobody types them.
fn bound(fields: &Fields, name: &str) -> Option<Timestamp> {
    fields.text(name).parse().ok().map(Timestamp)
}

/// What was typed, or what cannot be read of it.
fn typed(person: &Person, fields: &Fields) -> Result<NewRelayRule, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, reason: String| {
        let error = FieldError::new(field, person.guest.say(&format!("route-wrong-{field}"), &[]));
        errors.push(FieldError { rule: detail(&person.guest, &reason), ..error });
    };
    let recipients = fields.text("recipients").parse().map_err(|error| wrong("recipients", error)).ok();
    let target = fields.text("route_target").parse();
    let target =
        target.map_err(|error: model::NotARelayTarget| wrong("route_target", error.to_string())).ok();
    let tls = fields.text("tls").parse().unwrap_or_default();
    let subject = fields.has("subject").then(|| fields.text("subject").to_owned());
    match (recipients, target) {
        (Some(recipients), Some(target)) => Ok(NewRelayRule {
            position: fields.text("position").parse().ok(),
            organisation: fields.has("own").then_some(person.session.organisation),
            recipients,
            subject,
            relay: Relay { target, tls },
            validity: Validity { from: bound(fields, "valid_from"), until: bound(fields, "valid_until") },
        }),
        _ => Err(errors),
    }
}

async fn add(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    if !person.session.is_operator {
        return Err(Trouble::NotFound);
    }
    // A way back leads to the organisation from which it came, whichever is looked at by now.
    let own = person.session.organisation.to_string();
    if fields.has("of") && fields.text("of") != own {
        return Err(Trouble::NotFound);
    }
    let new = match typed(&person, &fields) {
        Ok(new) => new,
        Err(errors) => return show_with(&shared, &person, &fields, &errors).await,
    };
    match relays(&shared, &person).add(new).await {
        Ok(rule) => {
            let key = if is_static(&rule.relay.target) { "route-added-static" } else { "route-added" };
            Ok(done(&person, PATH, &Toast::of(person.guest.say(key, &[]))))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            show_with(&shared, &person, &fields, &[error]).await
        }
    }
}

async fn remove(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    let routes = relays(&shared, &person);
    let rules = routes.list().await?;
    routes.remove(id).await?;
    let toast = Toast::of(person.guest.say("route-removed", &[]));
    // Back to where it stood. Another organisation's is not made from here.
    let own = person.session.organisation;
    let known = rules.iter().find(|rule| rule.id.to_string() == fields.text("id"));
    let toast = match known.filter(|rule| rule.organisation.is_none_or(|whose| whose == own)) {
        Some(rule) => toast.with_undo(
            PATH.to_owned(),
            &[
                ("recipients", &rule.recipients.to_string()),
                ("route_target", &rule.relay.target.to_string()),
                ("subject", rule.subject.as_deref().unwrap_or_default()),
                ("tls", rule.relay.tls.as_str()),
                ("own", if rule.organisation.is_some() { "yes" } else { "" }),
                ("of", &own.to_string()),
                ("position", &rule.position.to_string()),
                ("valid_from", &rule.validity.from.map(|at| at.0.to_string()).unwrap_or_default()),
                ("valid_until", &rule.validity.until.map(|at| at.0.to_string()).unwrap_or_default()),
            ],
        ),
        None => toast,
    };
    Ok(done(&person, PATH, &toast))
}
