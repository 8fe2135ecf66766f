//! The list of domains: those that take mail, and those whose zone stands here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use minijinja::{Value, context};

use super::Answer;
use super::refusal::{FieldError, refusal};
use super::subject::text;
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/domains", get(show)).route("/domains/new", get(form).post(create))
}

/// One domain of the list.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) is_hosted: bool,
    pub(super) is_mail: bool,
    pub(super) is_signed: bool,
    pub(super) synonym_of: Option<String>,
    pub(super) addresses: u64,
    pub(super) records: u64,
    /// The lamp of the last diagnosis: `ok`, `waiting`, `lost`, `unknown`.
    pub(super) state: &'static str,
}

impl Listed {
    pub(super) fn state_key(&self) -> &'static str {
        match self.state {
            "ok" => "lamp-ok",
            "waiting" => "lamp-waiting",
            "lost" => "lamp-lost",
            _ => "lamp-unknown",
        }
    }
}

/// Every domain of the organisation, by name.
pub(super) async fn listed(shared: &Shared, person: &Person) -> Result<Vec<Listed>, Trouble> {
    let organisation = person.session.organisation;
    let zones = shared.zones.administration(person.scope(), person.who()).zones(Some(organisation)).await?;
    let mail =
        shared.directory.administration(person.scope(), person.who()).domains(Some(organisation)).await?;
    let names: BTreeMap<_, _> = zones.iter().map(|zone| (zone.id, text(&zone.name))).collect();
    let mut all: BTreeMap<String, Listed> = BTreeMap::new();
    for zone in &zones {
        let name = text(&zone.name);
        all.insert(
            name.clone(),
            Listed {
                name,
                is_hosted: true,
                is_mail: false,
                is_signed: zone.is_signed,
                synonym_of: zone.main.and_then(|main| names.get(&main).cloned()),
                addresses: 0,
                records: zone.records,
                state: "unknown",
            },
        );
    }
    for domain in mail {
        let name = domain.name.to_string();
        // A mail domain may stand within a zone of a shorter name.
        let is_within = zones.iter().any(|zone| name.ends_with(&format!(".{}", text(&zone.name))));
        let entry = all.entry(name.clone()).or_insert(Listed {
            name,
            is_hosted: is_within,
            is_mail: true,
            is_signed: false,
            synonym_of: None,
            addresses: 0,
            records: 0,
            state: "unknown",
        });
        entry.is_mail = true;
        entry.addresses = domain.addresses;
    }
    let mut all: Vec<Listed> = all.into_values().collect();
    super::security::last_states(shared, person, &mut all).await?;
    Ok(all)
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let wish = Wish::of(&person.guest.target);
    let say = |key: &str| person.guest.say(key, &[]);
    let columns = [
        Column { key: "domain", ..Column::default() },
        Column { key: "state", ..Column::default() },
        Column { key: "dns", ..Column::default() },
        Column { key: "addresses", is_number: true },
        Column { key: "records", is_number: true },
    ];
    let kind = wish.filter("kind");
    let rows = listed(&shared, &person).await?.into_iter().filter(|domain| match kind {
        "hosted" => domain.is_hosted,
        "elsewhere" => !domain.is_hosted,
        "synonym" => domain.synonym_of.is_some(),
        _ => true,
    });
    let rows = rows.map(|domain| {
        let page = if domain.is_mail { "security" } else { "zone" };
        let mut name = Cell::link(&domain.name, format!("/manager/domains/{}/{page}", domain.name));
        if let Some(main) = &domain.synonym_of {
            name.note = person.guest.say("synonym-of", &[("domain", Word::from(main.as_str()))]);
        }
        let dns = match (domain.is_hosted, domain.is_signed) {
            (true, true) => say("dns-hosted-signed"),
            (true, false) => say("dns-hosted"),
            (false, _) => say("dns-elsewhere"),
        };
        let state = if domain.is_mail {
            Cell::lamp(domain.state, say(domain.state_key()))
        } else {
            Cell::lamp("unknown", say("lamp-no-mail"))
        };
        Row {
            id: domain.name.clone(),
            cells: vec![
                name,
                state,
                Cell::text(dns),
                Cell::number(domain.addresses),
                Cell::number(domain.records),
            ],
            ..Row::default()
        }
    });
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("domaines", say));
    }
    let options: Vec<Value> = ["hosted", "elsewhere", "synonym"]
        .into_iter()
        .map(|value| context! { value, text => say(&format!("kind-{value}")) })
        .collect();
    let filters = vec![
        context! { name => "kind", label => say("filter-kind"), all => say("filter-kind-all"), value => kind, options },
    ];
    page::of(
        &person,
        "domains.html",
        "domains",
        context! { table => Value::from_serialize(&table), filters, live => "zones" },
    )
}

async fn form(person: Administrator) -> Answer {
    new_zone(&person, "", &[])
}

fn new_zone(person: &Person, name: &str, errors: &[FieldError]) -> Answer {
    let content = context! { form => "zone", name, errors => Value::from_serialize(errors) };
    page::of(person, "settings.html", "domains", content)
}

async fn create(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let name = fields.text("name").to_owned();
    let zones = shared.zones.administration(person.scope(), person.who());
    match zones.create_zone(person.session.organisation, &name).await {
        Ok(zone) => {
            let name = text(&zone.name);
            let words = person.guest.say("zone-created", &[("domain", Word::from(name.as_str()))]);
            Ok(done(&person, &format!("/manager/domains/{name}/zone"), &Toast::of(words)))
        }
        Err(error) => new_zone(&person, &name, &[refusal(&person.guest, error)?.at("name")]),
    }
}
