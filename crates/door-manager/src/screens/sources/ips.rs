//! The addresses of the installation: their pointers, what leaves from them, and which they are.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{IpInfo, NewIp};
use hosts::{Binding, Roles, ServerSearch};
use minijinja::{Value, context};
use model::ServiceId;
use zones::ZoneError;

use super::{View, show_with};
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{directory_refusal, refusal};
use crate::table::{self, Cell, Row, Table, Wish, columns};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Staff};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sources/ips", post(add_ip))
        .route("/sources/ips/pointer", post(pointer))
        .route("/sources/ips/binding", post(bind))
        .route("/sources/ips/look", post(look))
        .route("/sources/ips/{ip}/delete", get(ask_delete).post(delete))
}

fn row(view: &View, info: IpInfo) -> Row {
    let is_right = !info.pointer_found.is_empty()
        && (info.pointer_wanted.is_empty() || info.pointer_wanted == info.pointer_found);
    let state = match (info.looked_at.is_some(), is_right && info.is_confirmed) {
        (false, _) => "unknown",
        (true, true) => "ok",
        (true, false) => "lost",
    };
    let found = match (info.pointer_found.as_str(), info.looked_at) {
        ("", None) => view.say("ip-not-looked", &[]),
        ("", Some(_)) => view.say("ip-no-pointer", &[]),
        (found, _) => found.to_owned(),
    };
    let doubt = match !info.pointer_found.is_empty() && !info.is_confirmed {
        true => view.say("ip-not-confirmed", &[]),
        false => String::new(),
    };
    let kind = [
        if info.is_static { "ip-static" } else { "ip-dynamic" },
        if info.is_dedicated { "ip-dedicated" } else { "ip-shared" },
    ];
    Row {
        id: info.ip.to_string(),
        cells: vec![
            Cell::text(info.ip.to_string()).with_note(&info.note),
            Cell::text(kind.map(|key| view.say(key, &[])).join(", ")),
            Cell::text(&info.pointer_wanted),
            Cell::lamp(state, found).with_note(doubt),
            Cell::time(info.looked_at, String::new()),
        ],
        more: context! {
            wanted => info.pointer_wanted,
            organisation => info.organisation.map(|id| id.to_string()),
            service => info.service.map(|id| id.to_string()),
            server => info.server.map(|name| name.to_string()),
        },
        ..Row::default()
    }
}

/// All of them: an installation has few.
pub(super) async fn table(view: &View, wish: &Wish) -> Result<Table, Trouble> {
    let rows = view.directory().ips().await?.into_iter().map(|info| row(view, info)).collect();
    Ok(table::of(wish, &columns(["ip", "kind", "ip-wanted", "ip-found", "ip-looked-at"]), rows))
}

async fn add_ip(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, "installation");
    if !view.is_installation {
        return Err(Trouble::NotFound);
    }
    let new = NewIp {
        ip: fields.text("new_ip").to_owned(),
        // The one that is looked at.
        organisation: fields.has("dedicated").then_some(view.person.session.organisation),
        is_static: !fields.has("dynamic"),
        note: fields.text("note").to_owned(),
    };
    match view.directory().add_ip(new).await {
        Ok(info) => view.done(view.say("ip-added", &[("ip", Word::from(info.ip.to_string()))])),
        Err(error) => {
            let error = directory_refusal(&view.person.guest, error)?.at("new_ip");
            show_with(&view, &fields, &[error]).await
        }
    }
}

fn address(fields: &Fields) -> Result<IpAddr, Trouble> {
    fields.text("address").parse().map_err(|_| Trouble::NotFound)
}

async fn pointer(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let (ip, name) = (address(&fields)?, fields.text("pointer"));
    let zones = &view.shared.zones;
    match zones.set_pointer(&view.directory(), ip, name).await {
        Ok((_, true)) => view.done(view.say("ip-pointer-written", &[])),
        Ok((_, false)) => view.done(view.say("ip-pointer-noted", &[])),
        Err(error) => {
            let error = match error {
                ZoneError::Directory(error) => directory_refusal(&view.person.guest, error)?,
                error => refusal(&view.person.guest, error)?,
            };
            show_with(&view, &fields, &[error.at(&format!("pointer-{ip}"))]).await
        }
    }
}

/// The mail services that an address may send for.
pub(super) async fn services(view: &View) -> Result<Vec<Value>, Trouble> {
    let services = view.directory().services(None).await?;
    Ok(services
        .into_iter()
        .map(|service| {
            context! {
                id => service.id.to_string(),
                name => service.name,
                organisation => service.organisation.to_string(),
            }
        })
        .collect())
}

/// The full names of the mail servers that send.
pub(super) async fn servers(view: &View) -> Result<Vec<String>, Trouble> {
    let scope = view.directory().scope();
    let hosts = view.shared.hosts.administration(scope, view.person.who());
    let search =
        ServerSearch { roles: Roles { smtp_out: true, ..Roles::default() }, ..ServerSearch::default() };
    Ok(hosts.servers(None, search).await?.into_iter().map(|server| server.host.full_name()).collect())
}

async fn bind(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let ip: IpAddr = fields.text("binding").parse().map_err(|_| Trouble::NotFound)?;
    let service = match fields.text("service") {
        "" => None,
        id => Some(ServiceId(id.parse().map_err(|_| Trouble::NotFound)?)),
    };
    let server = Some(fields.text("server").to_owned()).filter(|server| !server.is_empty());
    let binding = Binding { service: Some(service), server: Some(server) };
    match view.shared.hosts.bind_ip(&view.directory(), ip, binding).await {
        Ok(_) => view.done(view.say("ip-bound", &[("ip", Word::from(ip.to_string()))])),
        Err(error) => {
            let error = directory_refusal(&view.person.guest, error)?;
            let field = format!("{}-{ip}", error.field);
            show_with(&view, &fields, &[error.at(&field)]).await
        }
    }
}

async fn look(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let info = view.directory().look_at_ip(address(&fields)?).await?;
    let name = if info.pointer_found.is_empty() { "—".to_owned() } else { info.pointer_found };
    view.done(view.say("ip-looked", &[("name", Word::from(name))]))
}

/// What depends on an address, in words and numbers, before it is removed.
async fn ask_delete(State(shared): State<Arc<Shared>>, person: Staff, Path(ip): Path<String>) -> Answer {
    let view = View::of_staff(shared, person);
    let ip: IpAddr = ip.parse().map_err(|_| Trouble::NotFound)?;
    let directory = view.directory();
    let info = directory.ip(ip).await?;
    let organisation = match info.organisation {
        Some(owner) => Some(directory.organisation(owner).await?.name),
        None => None,
    };
    let service = match info.service {
        Some(service) => Some(directory.service(service).await?.name),
        None => None,
    };
    let of_owner = |other: &IpInfo| other.ip != info.ip && other.organisation == info.organisation;
    let others = directory.ips().await?.iter().filter(|other| of_owner(other)).count();
    let hosts = view.shared.hosts.administration(directory.scope(), view.person.who()).hosts(None).await?;
    let hosts = hosts.iter().filter(|host| host.addresses().contains(&info.ip));
    let hosts: Vec<String> = hosts.map(|host| host.full_name()).collect();
    let content = context! {
        ip => info.ip.to_string(),
        organisation_of => organisation,
        others,
        service,
        server => info.server.as_ref().map(ToString::to_string),
        hosts,
        wanted => info.pointer_wanted,
    };
    page::of(&view.person, "ip_delete.html", "sources", content)
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    person: Staff,
    Path(ip): Path<String>,
    _proven: Fields,
) -> Answer {
    let view = View::of_staff(shared, person);
    let ip: IpAddr = ip.parse().map_err(|_| Trouble::NotFound)?;
    view.directory().remove_ip(ip).await?;
    view.done(view.say("ip-deleted", &[("ip", Word::from(ip.to_string()))]))
}
