//! Serveurs de mail, step by step as the seed has them: search, create, view, modify, delete in two steps.

use std::sync::Arc;

use ::hosts::{
    HostId, Links, MailServer, MailServerId, NewMailServer, Roles, ServerRole, ServerSearch, Thing,
};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use directory::DirectoryError;
use minijinja::{Value, context};

use super::{Answer, Desk, addresses, id};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/servers", get(search))
        .route("/servers/new", get(new).post(create))
        .route("/servers/{id}", get(show))
        .route("/servers/{id}/edit", get(edit).post(change))
        .route("/servers/{id}/delete", get(ask_delete).post(delete))
}

/// The search form, and what it found once something was looked for.
async fn search(desk: Desk) -> Answer {
    let target = &desk.person.guest.target;
    let wish = Wish::of(target);
    let has = |role: ServerRole| wish.filter(role.as_str()) == "yes";
    let roles = Roles {
        imap: has(ServerRole::Imap),
        smtp_in: has(ServerRole::SmtpIn),
        smtp_out: has(ServerRole::SmtpOut),
    };
    let asked =
        ServerSearch { name: wish.filter("name").to_owned(), ip: wish.filter("ip").to_owned(), roles };
    let sought = context! { name => asked.name, ip => asked.ip, roles => boxes(roles) };
    if wish.filter("search").is_empty() {
        return desk.page("servers.html", "servers", context! { sought }).await;
    }
    let columns = [
        Column { key: "server-host", ..Column::default() },
        Column { key: "server-ip", ..Column::default() },
        Column { key: "imap", ..Column::default() },
        Column { key: "smtp-in", ..Column::default() },
        Column { key: "smtp-out", ..Column::default() },
    ];
    let servers = desk.servers().servers(None, asked).await?;
    let found = servers.len();
    let rows = servers.iter().map(|server| {
        let mut host = Cell::link(&server.host.name, format!("/manager/servers/{}", server.id));
        if let Some(act) = server.waits {
            host.note = desk.say(&format!("waits-{}", act.as_str()), &[]);
        }
        let mut cells = vec![host, Cell::text(addresses(&server.host))];
        let mark = |role| Cell::text(if server.roles.has(role) { "X" } else { "" });
        cells.extend(ServerRole::ALL.map(mark));
        Row { id: server.id.to_string(), cells, ..Row::default() }
    });
    let table = table::of(&wish, &columns, rows.collect());
    // «Exporter» is the page, «Tout exporter» everything that was found.
    if wish.is_csv || wish.filter("export") == "page" {
        return Ok(table.csv("serveurs-de-mail", |key| desk.say(key, &[])));
    }
    let words = desk.say("servers-found", &[("count", Word::from(found))]);
    let content = context! {
        sought,
        table => Value::from_serialize(&table),
        found => words,
        count => found,
        export => format!("{target}&export=page"),
        live => "hosts",
    };
    desk.page("servers.html", "servers", content).await
}

/// The three boxes in the seed's order.
fn boxes(roles: Roles) -> Vec<Value> {
    ServerRole::ALL
        .into_iter()
        .map(|role| {
            let key = role.as_str().replace('_', "-");
            context! { name => role.as_str(), key, value => roles.has(role) }
        })
        .collect()
}

/// The boxes that were ticked.
fn ticked(fields: &Fields) -> Roles {
    let has = |role: ServerRole| fields.has(role.as_str());
    Roles {
        imap: has(ServerRole::Imap),
        smtp_in: has(ServerRole::SmtpIn),
        smtp_out: has(ServerRole::SmtpOut),
    }
}

async fn new(desk: Desk) -> Answer {
    form(&desk, "", Roles::default(), &[]).await
}

/// The form of a new server, with the hosts that can be picked.
async fn form(desk: &Desk, picked: &str, roles: Roles, errors: &[FieldError]) -> Answer {
    let taken: Vec<HostId> = desk
        .servers()
        .servers(None, ServerSearch::default())
        .await?
        .iter()
        .map(|server| server.host.id)
        .collect();
    let hosts: Vec<Value> = desk
        .servers()
        .hosts(None)
        .await
        ?
        .iter()
        .map(|host| {
            let is_taken = taken.contains(&host.id);
            context! { id => host.id.to_string(), name => host.name, fqdn => host.full_name(), ip => addresses(host), is_taken }
        })
        .collect();
    let content = context! { picked, hosts, roles => boxes(roles), errors => Value::from_serialize(errors) };
    desk.page("server_form.html", "servers", content).await
}

async fn create(desk: Desk, fields: Fields) -> Answer {
    let roles = ticked(&fields);
    // A host was picked in the window: the form again, with it.
    if fields.has("pick") {
        return form(&desk, fields.text("pick"), roles, &[]).await;
    }
    let picked = fields.text("host");
    let Ok(host) = picked.parse() else {
        let error = FieldError::new("host", desk.say("server-choose-host", &[]));
        return form(&desk, "", roles, &[error]).await;
    };
    match desk.servers().create_server(NewMailServer { host: HostId(host), roles }).await {
        Ok(server) => {
            desk.done(&format!("/manager/servers/{}", server.id), "server-created", &server.host.name)
        }
        Err(error) => form(&desk, picked, roles, &[desk.refusal(error)?]).await,
    }
}

async fn found(desk: &Desk, text: &str) -> Result<MailServer, Trouble> {
    Ok(desk.servers().server(MailServerId(id(text)?)).await?)
}

fn facts(desk: &Desk, server: &MailServer) -> Value {
    let roles: Vec<Value> = ServerRole::ALL
        .into_iter()
        .map(|role| {
            let key = role.as_str().replace('_', "-");
            context! { key, text => desk.yes(server.roles.has(role)) }
        })
        .collect();
    context! {
        id => server.id.to_string(),
        host => server.host.name,
        host_id => server.host.id.to_string(),
        full_name => server.host.full_name(),
        ip => addresses(&server.host),
        roles,
        waits => server.waits.or(server.host.waits).map(::hosts::Act::as_str),
    }
}

async fn show(desk: Desk, Path(server): Path<String>) -> Answer {
    let server = found(&desk, &server).await?;
    let Links { users, domains } = desk.servers().links(server.id).await?;
    let linked = linked(&desk, &server).await?;
    let content = context! { server => facts(&desk, &server), users, domains, linked, live => "hosts" };
    desk.page("server.html", "servers", content).await
}

/// What leads to a server, with the pages on which it is linked and unlinked.
async fn linked(desk: &Desk, server: &MailServer) -> Result<Value, Trouble> {
    let (mailboxes, domains) = desk.servers().linked(server.id).await?;
    let known = desk.person.people(&desk.shared).domains(Some(desk.person.session.organisation)).await?;
    let mailboxes = mailboxes
        .into_iter()
        .map(|one| context! { name => one.name, href => format!("/manager/addresses/{}#server", one.id) });
    let domains = domains.into_iter().map(|one| {
        let service = known.iter().find(|domain| domain.id == one.id).map(|domain| domain.service);
        let href = service
            .filter(|_| desk.person.administers())
            .map(|service| format!("/manager/services/{service}/domains/{}/servers", one.name));
        context! { name => one.name, href => href.unwrap_or_default() }
    });
    Ok(context! {
        users => mailboxes.collect::<Vec<_>>(),
        domains => domains.collect::<Vec<_>>(),
    })
}

async fn edit(desk: Desk, Path(server): Path<String>) -> Answer {
    let server = found(&desk, &server).await?;
    edit_form(&desk, &server, server.roles, &[]).await
}

async fn edit_form(desk: &Desk, server: &MailServer, roles: Roles, errors: &[FieldError]) -> Answer {
    let content = context! {
        server => facts(desk, server),
        roles => boxes(roles),
        errors => Value::from_serialize(errors),
    };
    desk.page("server_form.html", "servers", content).await
}

async fn change(desk: Desk, Path(server): Path<String>, fields: Fields) -> Answer {
    let server = found(&desk, &server).await?;
    let roles = ticked(&fields);
    match desk.servers().change_server(server.id, roles).await {
        Ok(server) => {
            desk.done(&format!("/manager/servers/{}", server.id), "server-changed", &server.host.name)
        }
        Err(error) => edit_form(&desk, &server, roles, &[desk.refusal(error)?]).await,
    }
}

/// The first step: whether it can be deleted.
async fn ask_delete(desk: Desk, Path(server): Path<String>) -> Answer {
    let server = found(&desk, &server).await?;
    asked(&desk, &server).await
}

async fn asked(desk: &Desk, server: &MailServer) -> Answer {
    let Links { users, domains } = desk.servers().links(server.id).await?;
    let linked = linked(desk, server).await?;
    let content = context! { server => facts(desk, server), users, domains, linked };
    desk.page("server_delete.html", "servers", content).await
}

/// The second step. Who linked it meanwhile is seen here.
async fn delete(desk: Desk, Path(server): Path<String>, _proven: Fields) -> Answer {
    let server = found(&desk, &server).await?;
    match desk.servers().delete_server(server.id).await {
        Ok(()) => {
            let (name, thing) = (&server.host.name, Thing::MailServer(server.id));
            desk.deleted("/manager/servers", "server-deleted", name, thing).await
        }
        Err(DirectoryError::InUse { .. }) => asked(&desk, &server).await,
        Err(error) => Err(error.into()),
    }
}
