//! The integrations of the organisation, with what of them needs attention; of all organisations for the operator's
//! staff; and a new one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use directory::Scope;
use gateways::{Expiry, InboundTarget, Integration, IntegrationChange, IntegrationState, NewIntegration};
use minijinja::{Value, context};
use model::{OrganisationId, RelayTarget};

use super::{Answer, Desk, PATH, path_of};
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::table::{self, Cell, Row, Wish, columns};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Staff};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations", get(list))
        .route("/integrations/new", get(new).post(create))
        .route("/installation/integrations", get(of_everybody))
}

/// Domains that a row names before it counts the others.
const NAMED_DOMAINS: usize = 3;

/// The domains of an integration, the first by name, and which of them do not count yet.
fn domains(desk: &Desk, one: &Integration) -> Cell {
    let names: Vec<&str> =
        one.domains.iter().take(NAMED_DOMAINS).map(|domain| domain.name.as_str()).collect();
    let mut text = names.join(", ");
    if one.domains.len() > NAMED_DOMAINS {
        let more = one.domains.len() - NAMED_DOMAINS;
        text = desk.say("integration-more-domains", &[("names", text.into()), ("count", Word::from(more))]);
    }
    let unproven = one.domains.iter().filter(|domain| domain.proof.is_none()).count();
    match (one.domains.is_empty(), unproven) {
        (true, _) => Cell::lamp("unknown", desk.say("integration-no-domain", &[])),
        (false, 0) => Cell::text(text),
        (false, count) => {
            Cell::text(text).with_note(desk.say("integration-unproven", &[("count", Word::from(count))]))
        }
    }
}

/// The lamp of the certificate that ends first, or of what is not known of any.
fn certificates(desk: &Desk, one: &Integration) -> Cell {
    let now = desk.now();
    let urgency = |expiry: Expiry| match expiry {
        Expiry::Over => 0,
        Expiry::Near => 1,
        Expiry::Far => 2,
        Expiry::Unknown => 3,
    };
    let first = one.certificates.iter().min_by_key(|certificate| {
        (urgency(certificate.expiry(now)), certificate.ends_at.map_or(i64::MAX, |at| at.0))
    });
    match first {
        Some(certificate) => desk.expiry(certificate, now),
        None => Cell::lamp("unknown", desk.say("integration-no-certificate", &[])),
    }
}

/// The cells that a row has in both lists.
fn cells(desk: &Desk, one: &Integration) -> Vec<Cell> {
    let (lamp, state) = desk.state(one.state);
    let warned = match one.inbound.warning() {
        Some(_) => desk.say("integration-static-short", &[]),
        None => String::new(),
    };
    vec![
        Cell::lamp(lamp, state),
        domains(desk, one),
        certificates(desk, one),
        Cell::text(target_words(desk, &one.inbound)).with_note(warned),
    ]
}

/// Where letters go, as people say it.
pub(super) fn target_words(desk: &Desk, target: &InboundTarget) -> String {
    match target {
        InboundTarget::Exchangers => desk.say("integration-inbound-mx", &[]),
        InboundTarget::Server(RelayTarget::Exchangers(name)) => {
            desk.say("integration-inbound-mx-of", &[("name", Word::from(name.to_string()))])
        }
        InboundTarget::Server(target) => target.to_string(),
    }
}

async fn list(desk: Desk) -> Answer {
    let wish = Wish::of(&desk.person.guest.target);
    let asked: Option<IntegrationState> = wish.filter("integration-state").parse().ok();
    let rows = desk
        .gateways()
        .list(Some(desk.person.session.organisation))
        .await?
        .into_iter()
        .filter(|one| asked.is_none_or(|state| one.state == state))
        .map(|one| {
            let mut all = vec![Cell::text(&one.name)];
            all.extend(cells(&desk, &one));
            Row { id: one.id.to_string(), href: path_of(&one), cells: all, ..Row::default() }
        });
    let columns = columns(["name", "state", "integration-domains", "integration-certificates", "inbound"]);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("passerelles", |key| desk.say(key, &[])));
    }
    let filter = state_filter(&desk, asked);
    let content = context! { table => Value::from_serialize(&table), filters => vec![filter], is_filtered => asked.is_some() };
    desk.page("integrations.html", content, &[])
}

fn state_filter(desk: &Desk, asked: Option<IntegrationState>) -> Value {
    let option = |state: IntegrationState| {
        let text = desk.say(&format!("integration-state-{state}"), &[]);
        context! { value => state.as_str(), text }
    };
    context! {
        name => "integration-state",
        label => desk.say("column-state", &[]),
        all => desk.say("integration-states-all", &[]),
        value => asked.map_or("", IntegrationState::as_str),
        options => IntegrationState::EACH.map(option).to_vec(),
    }
}

/// Every organisation's, for the operator's staff: what ends soon is seen before it does.
async fn of_everybody(State(shared): State<Arc<Shared>>, Staff(person): Staff) -> Answer {
    let desk = Desk { shared, person: Administrator(person) };
    let scope = Scope::Operator("the operator's staff looks after integrations");
    let directory = desk.shared.directory.administration(scope, desk.person.who());
    let organisations = directory.organisations().await?.into_iter().map(|one| (one.id, one.name));
    let names: HashMap<OrganisationId, String> = organisations.collect();
    let own = desk.person.session.organisation;
    let rows = desk.as_staff()?.list(None).await?.into_iter().map(|one| {
        let whose = names.get(&one.organisation).cloned().unwrap_or_default();
        let is_looked_at = one.organisation == own;
        let name = match is_looked_at {
            true => Cell::link(&one.name, path_of(&one)),
            false => Cell::text(&one.name),
        };
        let mut all = vec![name, Cell::text(whose)];
        all.extend(cells(&desk, &one));
        let more = context! { organisation => one.organisation.to_string(), is_looked_at };
        Row { id: one.id.to_string(), cells: all, more, ..Row::default() }
    });
    let columns = columns([
        "name",
        "organisation",
        "state",
        "integration-domains",
        "integration-certificates",
        "inbound",
    ]);
    let wish = Wish::of(&desk.person.guest.target);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("passerelles", |key| desk.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table) };
    page::of(&desk.person, "installation_integrations.html", "installation-integrations", content)
}

async fn new(desk: Desk) -> Answer {
    form(&desk, &Form::default(), None, &[])
}

async fn create(desk: Desk, fields: Fields) -> Answer {
    let typed = Form::typed(&fields);
    let inbound = match typed.target(&desk) {
        Ok(inbound) => inbound,
        Err(error) => return form(&desk, &typed, None, &[error]),
    };
    let new = NewIntegration {
        organisation: desk.person.session.organisation,
        name: typed.name.clone(),
        contact: typed.contact.clone(),
        is_hosted_gateway: typed.is_hosted,
        inbound,
        accepts_host_name: typed.accepts_host_name,
        takes_ordinary: typed.takes_ordinary,
    };
    match desk.gateways().create(new).await {
        Ok(made) => desk.done(&path_of(&made), "integration-created", &made.name),
        Err(error) => form(&desk, &typed, None, &[desk.refusal(error)?]),
    }
}

/// What the form of an integration holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    name: String,
    contact: String,
    /// `mx` or `server`.
    way: String,
    server: String,
    is_hosted: bool,
    accepts_host_name: bool,
    takes_ordinary: bool,
}

impl Form {
    pub(super) fn typed(fields: &Fields) -> Form {
        Form {
            name: fields.text("name").to_owned(),
            contact: fields.text("contact").replace("\r\n", "\n"),
            way: fields.text("inbound").to_owned(),
            server: fields.text("server").to_owned(),
            is_hosted: fields.has("hosted"),
            accepts_host_name: fields.has("accepts_host_name"),
            takes_ordinary: fields.has("ordinary"),
        }
    }

    pub(super) fn of(one: &Integration) -> Form {
        let (way, server) = match &one.inbound {
            InboundTarget::Exchangers => ("mx", String::new()),
            InboundTarget::Server(target) => ("server", target.to_string()),
        };
        Form {
            name: one.name.clone(),
            contact: one.contact.clone(),
            way: way.to_owned(),
            server,
            is_hosted: one.is_hosted_gateway,
            accepts_host_name: one.accepts_host_name,
            takes_ordinary: one.takes_ordinary,
        }
    }

    /// Where letters go, as it was typed.
    fn target(&self, desk: &Desk) -> Result<InboundTarget, FieldError> {
        if self.way != "server" {
            return Ok(InboundTarget::Exchangers);
        }
        let wrong = || {
            let text = [("text", Word::from(self.server.clone()))];
            let key =
                if self.server.is_empty() { "integration-server-none" } else { "integration-server-wrong" };
            FieldError::new("server", desk.say(key, &text))
        };
        self.server.parse().ok().filter(|_| !self.server.is_empty()).ok_or_else(wrong)
    }

    /// What it changes.
    pub(super) fn change(&self, desk: &Desk) -> Result<IntegrationChange, FieldError> {
        Ok(IntegrationChange {
            name: Some(self.name.clone()),
            contact: Some(self.contact.clone()),
            is_hosted_gateway: Some(self.is_hosted),
            inbound: Some(self.target(desk)?),
            accepts_host_name: Some(self.accepts_host_name),
            takes_ordinary: Some(self.takes_ordinary),
            state: None,
        })
    }
}

/// The form of a new integration, or of `known`.
pub(super) fn form(desk: &Desk, typed: &Form, known: Option<&Integration>, errors: &[FieldError]) -> Answer {
    let content = context! {
        known => known.map(|one| context! { id => one.id.to_string(), name => one.name }),
        action => known.map_or_else(|| format!("{PATH}/new"), |one| format!("{}/edit", path_of(one))),
        back => known.map_or_else(|| PATH.to_owned(), path_of),
        name => typed.name,
        contact_text => typed.contact,
        inbound => if typed.way.is_empty() { "mx" } else { typed.way.as_str() },
        server => typed.server,
        hosted => typed.is_hosted,
        accepts_host_name => typed.accepts_host_name,
        ordinary => typed.takes_ordinary,
    };
    desk.page("integration_form.html", content, errors)
}

/// The form of an integration that exists, as what it holds.
pub(super) fn saved(desk: &Desk, one: &Integration) -> Result<axum::response::Response, Trouble> {
    form(desk, &Form::of(one), Some(one), &[])
}
