//! Hôtes: the machines of the organisation's domains.

use std::sync::Arc;

use ::hosts::{Host, HostChange, HostId, NewHost, Thing};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use directory::DirectoryError;
use minijinja::{Value, context};
use model::{Domain, DomainId};

use super::{Answer, Desk, addresses, id};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/hosts", get(list))
        .route("/hosts/new", get(new).post(create))
        .route("/hosts/{id}", get(show))
        .route("/hosts/{id}/edit", get(edit).post(change))
        .route("/hosts/{id}/delete", get(ask_delete).post(delete))
}

async fn list(desk: Desk) -> Answer {
    let wish = Wish::of(&desk.person.guest.target);
    let columns = [
        Column { key: "server-host", ..Column::default() },
        Column { key: "server-domain", ..Column::default() },
        Column { key: "server-ip", ..Column::default() },
        Column { key: "description", ..Column::default() },
        Column { key: "server-state", ..Column::default() },
    ];
    let hosts = desk.servers().hosts(None).await?;
    let rows = hosts.iter().map(|host| Row {
        id: host.id.to_string(),
        cells: vec![
            Cell::link(&host.name, format!("/manager/hosts/{}", host.id)),
            Cell::text(host.domain_name.as_str()),
            Cell::text(addresses(host)),
            Cell::text(&host.description),
            desk.waits(host.waits),
        ],
        ..Row::default()
    });
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("hotes", |key| desk.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table), live => "hosts" };
    desk.page("hosts.html", "hosts", content).await
}

fn facts(host: &Host) -> Value {
    context! {
        id => host.id.to_string(),
        name => host.name,
        domain_name => host.domain_name.as_str(),
        fqdn => host.fqdn.as_str(),
        ipv4 => host.ipv4.map(|ip| ip.to_string()).unwrap_or_default(),
        ipv6 => host.ipv6.map(|ip| ip.to_string()).unwrap_or_default(),
        description => host.description,
        waits => host.waits.map(::hosts::Act::as_str),
    }
}

async fn found(desk: &Desk, text: &str) -> Result<Host, Trouble> {
    Ok(desk.servers().host(HostId(id(text)?)).await?)
}

async fn show(desk: Desk, Path(host): Path<String>) -> Answer {
    let host = found(&desk, &host).await?;
    let servers = desk.servers().servers(None, Default::default()).await?;
    let server = servers.iter().find(|server| server.host.id == host.id).map(|server| server.id.to_string());
    desk.page("host.html", "hosts", context! { host => facts(&host), server, live => "hosts" }).await
}

async fn new(desk: Desk) -> Answer {
    form(&desk, None, &Fields::default(), &[]).await
}

/// The form of a new host or of one that stands; what was typed stays.
async fn form(desk: &Desk, host: Option<&Host>, typed: &Fields, errors: &[FieldError]) -> Answer {
    let organisation = desk.person.session.organisation;
    let directory = desk.shared.directory.administration(desk.person.scope(), desk.person.who());
    let domains: Vec<Value> = directory
        .domains(Some(organisation))
        .await?
        .iter()
        .map(|domain| context! { value => domain.id.to_string(), text => domain.name.as_str() })
        .collect();
    let is_again = typed.pairs().next().is_some();
    let value = |field: &str, stands: String| match is_again {
        true => typed.text(field).to_owned(),
        false => stands,
    };
    let of = |part: fn(&Host) -> String| host.map(part).unwrap_or_default();
    let values = context! {
        domain => value("domain", String::new()),
        name => value("name", of(|host| host.name.clone())),
        fqdn => value("fqdn", of(|host| host.fqdn.to_string())),
        ipv4 => value("ipv4", of(|host| host.ipv4.map(|ip| ip.to_string()).unwrap_or_default())),
        ipv6 => value("ipv6", of(|host| host.ipv6.map(|ip| ip.to_string()).unwrap_or_default())),
        description => value("description", of(|host| host.description.clone())),
    };
    let content = context! {
        host => host.map(facts),
        domains,
        values,
        errors => Value::from_serialize(errors),
    };
    desk.page("host_form.html", "hosts", content).await
}

/// An address or a name that was typed; `None` if the field is empty.
fn typed<T: std::str::FromStr>(
    desk: &Desk,
    fields: &Fields,
    field: &'static str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    let text = fields.text(field);
    if text.is_empty() {
        return None;
    }
    let parsed = text.parse().ok();
    if parsed.is_none() {
        errors.push(FieldError::new(field, desk.say("host-wrong-address", &[("text", text.into())])));
    }
    parsed
}

fn full_name(desk: &Desk, fields: &Fields, errors: &mut Vec<FieldError>) -> Option<Domain> {
    let text = fields.text("fqdn");
    if text.is_empty() {
        return None;
    }
    let parsed = Domain::parse(text).ok();
    if parsed.is_none() {
        errors.push(FieldError::new("fqdn", desk.say("host-wrong-name", &[("text", text.into())])));
    }
    parsed
}

async fn create(desk: Desk, fields: Fields) -> Answer {
    let mut errors = Vec::new();
    let new = NewHost {
        domain: DomainId(id(fields.text("domain"))?),
        name: fields.text("name").to_owned(),
        fqdn: full_name(&desk, &fields, &mut errors),
        ipv4: typed(&desk, &fields, "ipv4", &mut errors),
        ipv6: typed(&desk, &fields, "ipv6", &mut errors),
        description: fields.text("description").to_owned(),
    };
    if errors.is_empty() {
        match desk.servers().create_host(new).await {
            Ok(host) => return desk.done(&format!("/manager/hosts/{}", host.id), "host-created", &host.name),
            Err(error) => errors.push(desk.refusal(error)?),
        }
    }
    form(&desk, None, &fields, &errors).await
}

async fn edit(desk: Desk, Path(host): Path<String>) -> Answer {
    let host = found(&desk, &host).await?;
    form(&desk, Some(&host), &Fields::default(), &[]).await
}

async fn change(desk: Desk, Path(host): Path<String>, fields: Fields) -> Answer {
    let host = found(&desk, &host).await?;
    let mut errors = Vec::new();
    // A full name that was not touched goes with the name.
    let fqdn = full_name(&desk, &fields, &mut errors).filter(|fqdn| *fqdn != host.fqdn);
    let change = HostChange {
        name: Some(fields.text("name").to_owned()),
        fqdn,
        ipv4: Some(typed(&desk, &fields, "ipv4", &mut errors)),
        ipv6: Some(typed(&desk, &fields, "ipv6", &mut errors)),
        description: Some(fields.text("description").to_owned()),
    };
    if errors.is_empty() {
        match desk.servers().change_host(host.id, change).await {
            Ok(host) => return desk.done(&format!("/manager/hosts/{}", host.id), "host-changed", &host.name),
            Err(error) => errors.push(desk.refusal(error)?),
        }
    }
    form(&desk, Some(&host), &fields, &errors).await
}

async fn ask_delete(desk: Desk, Path(host): Path<String>) -> Answer {
    let host = found(&desk, &host).await?;
    asked(&desk, &host, false).await
}

async fn asked(desk: &Desk, host: &Host, is_refused: bool) -> Answer {
    let servers = desk.servers().servers(None, Default::default()).await?;
    let server = servers.iter().find(|server| server.host.id == host.id).map(|server| server.id.to_string());
    let addresses = host.addresses().len();
    let content = context! { host => facts(host), server, is_refused, addresses };
    desk.page("host_delete.html", "hosts", content).await
}

async fn delete(desk: Desk, Path(host): Path<String>, _proven: Fields) -> Answer {
    let host = found(&desk, &host).await?;
    match desk.servers().delete_host(host.id).await {
        Ok(()) => desk.deleted("/manager/hosts", "host-deleted", &host.name, Thing::Host(host.id)).await,
        Err(DirectoryError::InUse { .. }) => asked(&desk, &host, true).await,
        Err(error) => Err(error.into()),
    }
}
