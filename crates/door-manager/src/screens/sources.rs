//! Adresses IP: bans, who asks to be let in again, sources that no rule keeps out, dedicated addresses and their
//! pointers.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use directory::{
    Administration, AllowState, AllowedSource, BanView, DirectoryError, NewAllowedSource, NewIp, Role, Scope,
    UnbanState,
};
use hosts::{Binding, Roles, ServerSearch};
use minijinja::{Value, context};
use model::ServiceId;

use zones::ZoneError;

use super::Answer;
use super::refusal::{FieldError, directory_refusal, refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sources", get(show))
        .route("/sources/bans/lift", post(lift))
        .route("/sources/bans", post(ban))
        .route("/sources/requests", post(decide_request))
        .route("/sources/allow", get(form).post(ask))
        .route("/sources/allowed", post(decide_allowed))
        .route("/sources/ips", post(add_ip))
        .route("/sources/ips/pointer", post(pointer))
        .route("/sources/ips/binding", post(bind))
        .route("/sources/ips/look", post(look))
}

/// What is looked at: the organisation, or by the operator's staff the whole installation.
struct View {
    person: Administrator,
    shared: Arc<Shared>,
    is_installation: bool,
}

impl View {
    fn of(shared: Arc<Shared>, person: Administrator, of: &str) -> View {
        let is_installation = person.session.is_operator && of == "installation";
        View { person, shared, is_installation }
    }

    fn directory(&self) -> Administration {
        let scope = match self.is_installation {
            true => Scope::Operator("the operator's staff looks after sources"),
            false => self.person.scope(),
        };
        self.shared.directory.administration(scope, self.person.who())
    }

    fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        self.person.guest.say(key, values)
    }

    fn path(&self) -> &'static str {
        if self.is_installation { "/manager/sources?of=installation" } else { "/manager/sources" }
    }

    fn done(&self, words: String) -> Answer {
        Ok(done(&self.person, self.path(), &Toast::of(words)))
    }

    /// Tells on the page why nothing was done.
    fn refused(&self, error: DirectoryError) -> Answer {
        let error = directory_refusal(&self.person.guest, error)?;
        self.done(error.sentence())
    }
}

fn of(person: &Person) -> String {
    let query = person.guest.target.split_once('?').map_or("", |(_, query)| query);
    let parts = url::form_urlencoded::parse(query.as_bytes());
    parts.into_iter().find(|(name, _)| name == "of").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn ban_view(view: &View, ban: BanView) -> Value {
    let (kind, subject) = ban.subject.split_once(' ').unwrap_or(("source", &ban.subject));
    let counts: Vec<String> =
        ban.evidence.counts.iter().map(|(protocol, count)| format!("{protocol} {count}")).collect();
    context! {
        key => ban.subject,
        kind,
        subject,
        from => ban.from.rfc3339(),
        until => ban.until.rfc3339(),
        strikes => ban.strikes,
        rule => view.say(&format!("ban-{}", ban.rule), &[]),
        // Of the operator's own words there is no translation.
        reason => if ban.rule == directory::BanRule::Operator { ban.reason.as_str() } else { "" },
        counts => counts.join(", "),
        logins => ban.evidence.logins,
        is_known => ban.is_known,
        is_asked => ban.is_asked,
        can_lift => ban.can_lift,
    }
}

fn allowed_view(source: AllowedSource) -> Value {
    let state = match source.state {
        AllowState::Active => "ok",
        AllowState::Asked | AllowState::Confirmed => "waiting",
        AllowState::Refused => "lost",
        AllowState::Ended => "unknown",
    };
    context! {
        id => source.id.to_string(),
        source => source.source,
        state,
        state_key => format!("allow-{}", source.state),
        purpose => source.purpose,
        acceptance => source.acceptance,
        asked_by => source.asked_by,
        asked_at => source.asked_at.rfc3339(),
        contact => source.contact,
        confirmed_at => source.confirmed_at.map(|at| at.rfc3339()),
        decided_by => source.decided_by,
        decided_at => source.decided_at.map(|at| at.rfc3339()),
        reason => source.reason,
        is_confirmed => source.state == AllowState::Confirmed,
        can_end => !matches!(source.state, AllowState::Refused | AllowState::Ended),
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let wanted = of(&person);
    show_with(&View::of(shared, person, &wanted), &Fields::default(), &[]).await
}

/// The page, with what was typed and what is wrong with it.
async fn show_with(view: &View, typed: &Fields, errors: &[FieldError]) -> Answer {
    let directory = view.directory();
    let bans: Vec<Value> = directory.bans().await?.into_iter().map(|ban| ban_view(view, ban)).collect();
    let requests: Vec<Value> = directory
        .unban_requests()
        .await?
        .into_iter()
        .map(|request| {
            context! {
                id => request.id.to_string(),
                source => request.source,
                domain => request.domain,
                contact => request.contact,
                message => request.message,
                at => request.at.rfc3339(),
                // What administrators passed on waits for the operator.
                is_open => request.state == UnbanState::Open
                    || (view.is_installation && request.state == UnbanState::PassedOn),
                can_lift => request.can_lift,
                state_key => format!("request-{}", request.state),
                decided_by => request.decided_by,
                banned_until => request.banned_until.map(|until| until.rfc3339()),
            }
        })
        .collect();
    let allowed: Vec<Value> = directory.allowed_sources().await?.into_iter().map(allowed_view).collect();
    let ips: Vec<Value> = directory
        .ips()
        .await?
        .into_iter()
        .map(|info| {
            let is_right = !info.pointer_found.is_empty()
                && (info.pointer_wanted.is_empty() || info.pointer_wanted == info.pointer_found);
            let state = match (info.looked_at.is_some(), is_right && info.is_confirmed) {
                (false, _) => "unknown",
                (true, true) => "ok",
                (true, false) => "lost",
            };
            context! {
                ip => info.ip.to_string(),
                kind => if info.is_static { "ip-static" } else { "ip-dynamic" },
                sharing => if info.is_dedicated { "ip-dedicated" } else { "ip-shared" },
                note => info.note,
                wanted => info.pointer_wanted,
                found => info.pointer_found,
                is_confirmed => info.is_confirmed,
                looked_at => info.looked_at.map(|at| at.rfc3339()),
                state,
                organisation => info.organisation.map(|id| id.to_string()),
                service => info.service.map(|id| id.to_string()),
                server => info.server.map(|name| name.to_string()),
            }
        })
        .collect();
    // Only where there is an address that something can be bound to.
    let (services, servers) = match ips.is_empty() {
        true => (Vec::new(), Vec::new()),
        false => (services(view).await?, servers(view).await?),
    };
    let content = context! {
        services,
        servers,
        binding_of => typed.text("binding"),
        bound_service => typed.text("service"),
        bound_server => typed.text("server"),
        is_installation => view.is_installation,
        of => if view.is_installation { "installation" } else { "" },
        own_ip => view.person.guest.client.ip.to_string(),
        bans,
        requests,
        allowed,
        ips,
        ip => typed.text("ip"),
        reason => if typed.has("id") { "" } else { typed.text("reason") },
        new_ip => typed.text("new_ip"),
        note => typed.text("note"),
        dedicated => typed.has("dedicated"),
        dynamic => typed.has("dynamic"),
        // The source that is refused, and the address whose pointer is set.
        refused_id => typed.text("id"),
        refused_reason => typed.text("reason"),
        pointer_of => typed.text("address"),
        pointer => typed.text("pointer"),
        hours => if typed.has("hours") { typed.text("hours") } else { "24" },
        errors => Value::from_serialize(errors),
    };
    page::of(&view.person, "sources.html", "sources", content)
}

async fn lift(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let subject = fields.text("subject");
    match view.directory().lift_ban(subject).await {
        Ok(()) => {
            let shown = subject.split_once(' ').map_or(subject, |(_, shown)| shown);
            view.done(view.say("ban-lifted", &[("subject", Word::from(shown))]))
        }
        Err(error) => view.refused(error),
    }
}

async fn ban(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, "installation");
    if !view.is_installation {
        return Err(Trouble::NotFound);
    }
    let hours = u64::from(fields.number("hours").unwrap_or(0));
    let for_so_long = std::time::Duration::from_secs(hours * 3600);
    match view.directory().ban_source(fields.text("ip"), for_so_long, fields.text("reason")).await {
        Ok(()) => view.done(view.say("ban-made", &[("subject", Word::from(fields.text("ip")))])),
        Err(error) => {
            let error = directory_refusal(&view.person.guest, error)?;
            let error = if error.field == "source" { error.at("ip") } else { error };
            show_with(&view, &fields, &[error]).await
        }
    }
}

async fn decide_request(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    let is_granted = fields.text("decision") == "grant";
    match view.directory().decide_unban_request(id, is_granted).await {
        Ok(state) => view.done(view.say(&format!("request-was-{state}"), &[])),
        Err(error) => view.refused(error),
    }
}

async fn form(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    form_with(&View::of(shared, person, ""), &Fields::default(), &[]).await
}

/// The form with the words that are accepted.
async fn form_with(view: &View, typed: &Fields, errors: &[FieldError]) -> Answer {
    let people = view.directory().users(Some(view.person.session.organisation)).await?;
    let contacts: Vec<Value> = people
        .into_iter()
        .filter(|user| matches!(user.role, Role::LegalOwner | Role::Administrator) && !user.is_disabled)
        .map(|user| context! { value => user.login, text => format!("{} ({})", user.login, user.name) })
        .collect();
    let content = context! {
        ip => typed.text("ip"),
        purpose => typed.text("purpose"),
        contact => if typed.has("contact") { typed.text("contact") } else { &view.person.session.login },
        contacts,
        errors => Value::from_serialize(errors),
    };
    page::of(&view.person, "allow.html", "sources", content)
}

async fn ask(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, "");
    // What is kept is what was shown.
    let acceptance = if fields.has("acceptance") { view.say("allow-acceptance", &[]) } else { String::new() };
    let new = NewAllowedSource {
        organisation: view.person.session.organisation,
        ip: fields.text("ip").to_owned(),
        purpose: fields.text("purpose").to_owned(),
        acceptance,
        language: view.person.guest.language.tag().to_owned(),
        contact: fields.text("contact").to_owned(),
    };
    match view.directory().ask_for_allowed_source(new).await {
        Ok(source) => {
            view.done(view.say("allow-was-asked", &[("contact", Word::from(source.contact.as_str()))]))
        }
        Err(error) => form_with(&view, &fields, &[directory_refusal(&view.person.guest, error)?]).await,
    }
}

async fn decide_allowed(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    let directory = view.directory();
    let (result, key) = match fields.text("decision") {
        "grant" => (directory.decide_allowed_source(id, true, "").await.map(drop), "allow-was-granted"),
        "refuse" => {
            let reason = fields.text("reason");
            (directory.decide_allowed_source(id, false, reason).await.map(drop), "allow-was-refused")
        }
        _ => (directory.end_allowed_source(id, "").await, "allow-was-ended"),
    };
    match result {
        Ok(()) => view.done(view.say(key, &[])),
        Err(error) if fields.has("reason") => {
            let error = directory_refusal(&view.person.guest, error)?;
            let field = format!("reason-{}", fields.text("id"));
            show_with(&view, &fields, &[error.at(&field)]).await
        }
        Err(error) => view.refused(error),
    }
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
    match zones.set_pointer(&view.directory(), ip, name, &view.person.who()).await {
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
async fn services(view: &View) -> Result<Vec<Value>, Trouble> {
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
async fn servers(view: &View) -> Result<Vec<String>, Trouble> {
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
    match view.shared.hosts.bind_ip(&view.directory(), &view.person.who(), ip, binding).await {
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
