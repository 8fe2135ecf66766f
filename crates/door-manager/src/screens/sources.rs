//! Adresses IP: bans, who asks to be let in again, sources that no rule keeps out, dedicated addresses and their
//! pointers.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use directory::{
    Administration, AllowState, AllowedSource, BanRule, BanView, DirectoryError, IpInfo, LiftedBan,
    NewAllowedSource, NewIp, Role, Scope, UnbanRequest, UnbanState,
};
use hosts::{Binding, Roles, ServerSearch};
use minijinja::{Value, context};
use model::{ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use zones::ZoneError;

use super::Answer;
use super::refusal::{FieldError, directory_refusal, refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Row, Table, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sources", get(show))
        .route("/sources/bans/lift", post(lift))
        .route("/sources/bans/again", post(ban_again))
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

/// Bans that one list holds: when it is full, the search finds the others.
const LISTED: usize = 1_000;

fn ban_row(view: &View, ban: BanView) -> Row {
    let (_, subject) = ban.subject.split_once(' ').unwrap_or(("source", &ban.subject));
    let known = [(ban.is_known, "ban-known"), (ban.is_asked, "ban-asked")];
    let known = known.into_iter().filter(|(is_so, _)| *is_so).map(|(_, key)| view.say(key, &[]));
    let counts = ban.evidence.counts.iter().map(|(protocol, count)| format!("{protocol} {count}"));
    // Of the operator's own words there is no translation.
    let reason = if ban.rule == BanRule::Operator { ban.reason.as_str() } else { "" };
    let strikes = match ban.strikes {
        0 | 1 => String::new(),
        strikes => view.say("ban-strikes", &[("count", Word::from(strikes as usize))]),
    };
    Row {
        id: ban.subject.clone(),
        cells: vec![
            Cell::text(subject).with_note(known.collect::<Vec<_>>().join(" · ")),
            Cell::text(view.say(&format!("ban-{}", ban.rule), &[])).with_note(reason),
            Cell::time(Some(ban.from), String::new()),
            Cell::time(Some(ban.until), String::new()).with_note(strikes),
            Cell::text(counts.collect::<Vec<_>>().join(", ")).with_note(ban.evidence.logins.join(", ")),
        ],
        more: context! { can_lift => ban.can_lift },
        ..Row::default()
    }
}

fn request_row(view: &View, request: UnbanRequest) -> Row {
    // What administrators passed on waits for the operator.
    let is_open =
        request.state == UnbanState::Open || (view.is_installation && request.state == UnbanState::PassedOn);
    let state = match (request.state, is_open) {
        (_, true) => "waiting",
        (UnbanState::Granted, _) => "ok",
        _ => "unknown",
    };
    let word = view.say(&format!("request-{}", request.state), &[]);
    Row {
        id: request.id.to_string(),
        cells: vec![
            Cell::text(request.source),
            Cell::text(request.contact).with_note(request.domain),
            Cell::text(request.message),
            Cell::time(Some(request.at), String::new()),
            Cell::time(request.banned_until, view.say("request-not-banned", &[])),
            Cell::lamp(state, word).with_note(request.decided_by.unwrap_or_default()),
        ],
        more: context! { is_open, can_lift => request.can_lift },
        ..Row::default()
    }
}

fn allowed_row(view: &View, source: AllowedSource) -> Row {
    let state = match source.state {
        AllowState::Active => "ok",
        AllowState::Asked | AllowState::Confirmed => "waiting",
        AllowState::Refused => "lost",
        AllowState::Ended => "unknown",
    };
    let contact = view.say("allow-contact", &[("contact", Word::from(source.contact.as_str()))]);
    Row {
        id: source.id.to_string(),
        cells: vec![
            Cell::text(source.source),
            Cell::lamp(state, view.say(&format!("allow-{}", source.state), &[])).with_note(&source.reason),
            Cell::text(source.purpose),
            Cell::time(Some(source.asked_at), String::new()).with_note(source.asked_by),
            Cell::time(source.confirmed_at, String::new()).with_note(contact),
            Cell::time(source.decided_at, String::new()).with_note(source.decided_by.unwrap_or_default()),
        ],
        more: context! {
            acceptance => source.acceptance,
            is_confirmed => source.state == AllowState::Confirmed,
            can_end => !matches!(source.state, AllowState::Refused | AllowState::Ended),
        },
        ..Row::default()
    }
}

fn ip_row(view: &View, info: IpInfo) -> Row {
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

/// The four tables of the page: each with its own search, order and page.
struct Tables {
    bans: Table,
    is_cut: bool,
    requests: Table,
    allowed: Table,
    ips: Table,
    has_ips: bool,
}

/// Which of them is asked for as a file.
const PARTS: [&str; 4] = ["bans", "requests", "allowed", "ips"];

async fn tables(view: &View) -> Result<Tables, Trouble> {
    let directory = view.directory();
    let wish = |part| Wish::part(&view.person.guest.target, part);
    let [bans, requests, allowed, ips] = PARTS.map(wish);
    let found = directory.find_bans(&bans.search).await?;
    let is_cut = found.len() >= LISTED;
    let found = found.into_iter().map(|ban| ban_row(view, ban)).collect();
    let bans_columns = columns(["source", "reason", "ban-from", "ban-until", "evidence"]);
    let asked = directory.unban_requests().await?.into_iter().map(|one| request_row(view, one));
    let asked_columns = columns(["source", "contact", "request-message", "asked-at", "ban-until", "state"]);
    let sources = directory.allowed_sources().await?.into_iter().map(|one| allowed_row(view, one));
    let sources_columns =
        columns(["source", "state", "purpose", "asked-at", "allow-confirmed-at", "decided-at"]);
    let addresses = directory.ips().await?;
    let has_ips = !addresses.is_empty();
    let addresses = addresses.into_iter().map(|one| ip_row(view, one));
    let addresses_columns = columns(["ip", "kind", "ip-wanted", "ip-found", "ip-looked-at"]);
    Ok(Tables {
        // The search has been done where the bans are found.
        bans: table::of(&bans.found(), &bans_columns, found).with_search(&bans),
        is_cut,
        requests: table::of(&requests, &asked_columns, asked.collect()),
        allowed: table::of(&allowed, &sources_columns, sources.collect()),
        ips: table::of(&ips, &addresses_columns, addresses.collect()),
        has_ips,
    })
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let wanted = of(&person);
    let view = View::of(shared, person, &wanted);
    let target = &view.person.guest.target;
    if let Some(part) = PARTS.into_iter().find(|part| Wish::part(target, part).is_csv) {
        let tables = tables(&view).await?;
        let table = match part {
            "bans" => tables.bans,
            "requests" => tables.requests,
            "allowed" => tables.allowed,
            _ => tables.ips,
        };
        return Ok(table.csv(part, |key| view.say(key, &[])));
    }
    show_with(&view, &Fields::default(), &[]).await
}

/// The page, with what was typed and what is wrong with it.
async fn show_with(view: &View, typed: &Fields, errors: &[FieldError]) -> Answer {
    let tables = tables(view).await?;
    // Only where there is an address that something can be bound to.
    let (services, servers) = match tables.has_ips {
        false => (Vec::new(), Vec::new()),
        true => (services(view).await?, servers(view).await?),
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
        bans => Value::from_serialize(&tables.bans),
        is_cut => tables.is_cut,
        listed => LISTED,
        requests => Value::from_serialize(&tables.requests),
        allowed => Value::from_serialize(&tables.allowed),
        ips => Value::from_serialize(&tables.ips),
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
    let known = view.directory().find_bans(subject).await?;
    let known = known.into_iter().find(|known| known.ban.subject == subject);
    match view.directory().lift_ban(subject).await {
        Ok(()) => {
            let shown = subject.split_once(' ').map_or(subject, |(_, shown)| shown);
            let words = view.say("ban-lifted", &[("subject", Word::from(shown))]);
            let toast = match known {
                Some(known) => {
                    let lifted = Lifted::of(known);
                    let seal = view.person.toast_key.seal(&lifted);
                    let fields = [("ban", lifted.as_str()), ("seal", &seal), ("of", fields.text("of"))];
                    Toast::of(words).with_undo("/manager/sources/bans/again".to_owned(), &fields)
                }
                None => Toast::of(words),
            };
            Ok(done(&view.person, view.path(), &toast))
        }
        Err(error) => view.refused(error),
    }
}

/// A ban that was lifted a moment ago, as the way back carries it.
#[derive(Serialize, Deserialize)]
struct Lifted {
    subject: String,
    from: i64,
    until: i64,
    strikes: u32,
    reason: String,
    rule: String,
}

impl Lifted {
    fn of(view: BanView) -> String {
        let ban = view.ban;
        let lifted = Lifted {
            subject: ban.subject,
            from: ban.from.0,
            until: ban.until.0,
            strikes: ban.strikes,
            reason: ban.reason,
            rule: ban.rule.to_string(),
        };
        serde_json::to_string(&lifted).unwrap_or_default()
    }

    fn read(text: &str) -> Option<LiftedBan> {
        let lifted: Lifted = serde_json::from_str(text).ok()?;
        Some(LiftedBan {
            subject: lifted.subject,
            from: Timestamp(lifted.from),
            until: Timestamp(lifted.until),
            strikes: lifted.strikes,
            reason: lifted.reason,
            rule: BanRule::EACH.into_iter().find(|rule| rule.as_str() == lifted.rule)?,
        })
    }
}

/// The lifting is taken back: only what was lifted in this session comes back, as it was.
async fn ban_again(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let text = fields.raw("ban");
    if !view.person.toast_key.is_sealed(text, fields.text("seal")) {
        return Err(Trouble::NotFound);
    }
    let lifted = Lifted::read(text).ok_or(Trouble::NotFound)?;
    let subject = lifted.subject.split_once(' ').map_or("", |(_, shown)| shown).to_owned();
    let key = match view.directory().ban_again(lifted).await {
        Ok(()) => "ban-again",
        // It is over by now, or holds already.
        Err(DirectoryError::NotFound { .. }) => "ban-not-again",
        Err(error) => return view.refused(error),
    };
    view.done(view.say(key, &[("subject", Word::from(subject))]))
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
