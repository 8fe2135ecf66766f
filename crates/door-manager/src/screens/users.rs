//! «Utilisateurs»: who belongs to the organisation, with which role; what an administrator may change of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{
    Administration, DirectoryError, FactorId, Joined, Limits, NewMember, NewUser, ProfileChange, Role,
    SessionId, SessionInfo, UserChange, UserInfo,
};
use minijinja::{Value, context};
use model::{Address, DomainId, ServiceId, UserId};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

const ROLES: [Role; 4] = [Role::LegalOwner, Role::Administrator, Role::Collaborator, Role::External];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/users", get(list))
        .route("/users/new", get(blank).post(create))
        .route("/users/offers/{offer}/withdraw", post(withdraw))
        .route("/users/{id}", get(show))
        .route("/users/{id}/role", post(role))
        .route("/users/{id}/block", get(blocking).post(block))
        .route("/users/{id}/delete", get(deleting).post(delete))
        .route("/users/{id}/factors/{factor}/remove", post(remove_factor))
        .route("/users/{id}/profile", post(change_profile))
        .route("/users/{id}/sessions/end", post(end_sessions))
        .route("/users/{id}/sessions/{session}/end", post(end_session))
        .route("/users/{id}/password", post(password))
}

fn role_word(person: &Person, role: Role) -> String {
    person.guest.say(&format!("role-{role}"), &[])
}

fn state(person: &Person, user: &UserInfo) -> Cell {
    let (state, key) = if user.is_disabled { ("lost", "user-blocked") } else { ("ok", "user-active") };
    let mut cell = Cell::lamp(state, person.guest.say(key, &[]));
    if !user.is_at_home {
        cell.note = person.guest.say("user-from-elsewhere", &[]);
    }
    cell
}

async fn list(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let users = person.people(&shared).users(Some(person.session.organisation)).await?;
    let columns = ["name", "login", "role", "access", "second-factor", "last-access"]
        .map(|key| Column { key, ..Column::default() });
    let wish = Wish::of(&person.guest.target);
    let chosen = wish.filter("role").to_owned();
    let rows = users.iter().filter(|user| chosen.is_empty() || user.role.as_str() == chosen).map(|user| {
        let factor = match user.second_factors {
            0 => Cell::lamp("unknown", person.guest.say("second-factor-none", &[])),
            count => Cell::lamp(
                "ok",
                person.guest.say("second-factor-count", &[("count", Word::from(count as usize))]),
            ),
        };
        let last = match user.last_used_at {
            Some(at) => Cell { order: at.0, ..Cell::kind("time", at.rfc3339()) },
            None => Cell::text(person.guest.say("never", &[])),
        };
        Row {
            id: user.id.to_string(),
            href: format!("/manager/users/{}", user.id),
            cells: vec![
                Cell::text(&user.name),
                Cell::text(&user.login),
                Cell::text(role_word(&person, user.role)),
                state(&person, user),
                factor,
                last,
            ],
            ..Row::default()
        }
    });
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("users", |key| person.guest.say(key, &[])));
    }
    let filters = [context! {
        name => "role",
        label => person.guest.say("column-role", &[]),
        all => person.guest.say("filter-role-all", &[]),
        value => chosen,
        options => roles(&person, true),
    }];
    let offers = person.people(&shared).membership_offers().await?.into_iter().map(|offer| {
        context! {
            id => offer.id.to_string(),
            login => offer.login,
            role => role_word(&person, offer.role),
            offered_by => offer.offered_by,
            expires_at => offer.expires_at.rfc3339(),
        }
    });
    let offers: Vec<Value> = offers.collect();
    let content = context! { table => Value::from_serialize(&table), filters => filters.to_vec(), offers };
    page::of(&person, "users.html", "users", content)
}

/// The roles that the person may grant: that of a legal owner only a legal owner.
fn roles(person: &Person, all: bool) -> Vec<Value> {
    let may = |role: &Role| all || *role != Role::LegalOwner || person.session.role == Role::LegalOwner;
    ROLES
        .iter()
        .filter(|role| may(role))
        .map(|role| {
            context! {
                value => role.as_str(),
                text => role_word(person, *role),
                help => person.guest.say(&format!("role-{role}-help"), &[]),
            }
        })
        .collect()
}

fn form(person: &Person, fields: &Fields, errors: &[FieldError]) -> Answer {
    let chosen = if fields.has("role") { fields.text("role") } else { "collaborator" };
    let content = context! {
        login => fields.text("login"),
        name => fields.text("name"),
        role => chosen,
        wanted_language => if fields.has("language") { fields.text("language") } else { person.guest.language.tag() },
        roles => roles(person, false),
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "user_new.html", "users", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn blank(person: Administrator) -> Answer {
    form(&person, &Fields::default(), &[])
}

async fn create(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let Ok(login) = Address::parse(fields.text("login")) else {
        let words = person.guest.say("people-no-address", &[("text", fields.text("login").into())]);
        return form(&person, &fields, &[FieldError::new("login", words)]);
    };
    let Ok(role) = fields.text("role").parse::<Role>() else { return Err(Trouble::NotFound) };
    let (people, organisation) = (person.people(&shared), person.session.organisation);
    let password = shared.directory.random_password();
    let name = if fields.has("name") { fields.text("name").to_owned() } else { login.to_string() };
    let new = NewUser { organisation, login: login.clone(), name, role, password: password.clone() };
    match people.create_user(new).await {
        Ok(user) => {
            let language = Some(fields.text("language").to_owned());
            people.change_profile(user.id, ProfileChange { language, ..ProfileChange::default() }).await?;
            secret(&person, &user, Some(password.as_str()))
        }
        // Somebody of this installation: no second account, but a place here too, if the person wants it.
        Err(DirectoryError::Conflict { field: "login", .. }) => {
            match people.add_member(NewMember { organisation, login, role }).await {
                Ok(Joined::Member(user)) => secret(&person, &user, None),
                Ok(Joined::Asked(offer)) => {
                    let words = person.guest.say("user-asked", &[("login", offer.login.into())]);
                    Ok(done(&person, "/manager/users", &Toast::of(words)))
                }
                Err(error) => form(&person, &fields, &[directory_refusal(&person.guest, error)?]),
            }
        }
        Err(error) => form(&person, &fields, &[directory_refusal(&person.guest, error)?]),
    }
}

async fn withdraw(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(offer): Path<i64>,
    _fields: Fields,
) -> Answer {
    person.people(&shared).withdraw_membership_offer(offer).await?;
    Ok(done(&person, "/manager/users", &Toast::of(person.guest.say("offer-withdrawn", &[]))))
}

/// What a new user needs to know, shown once.
fn secret(person: &Person, user: &UserInfo, password: Option<&str>) -> Answer {
    let content = context! {
        id => user.id.to_string(),
        name => user.name,
        login => user.login,
        password => password.unwrap_or_default(),
    };
    page::of(person, "user_secret.html", "users", content)
}

/// What is to be changed of a user, and of whom.
struct Subject {
    user: UserInfo,
    /// Whether the person may touch a user of this role.
    is_changeable: bool,
}

async fn subject(shared: &Shared, person: &Person, id: i64) -> Result<Subject, Trouble> {
    let user = person.people(shared).user(UserId(id)).await?;
    let is_changeable = user.role != Role::LegalOwner || person.session.role == Role::LegalOwner;
    Ok(Subject { user, is_changeable })
}

/// Where somebody is signed in, as far as that is this organisation's to know.
enum Whereabouts {
    Known(Vec<SessionInfo>),
    /// The person belongs to others too, signs in with an address of theirs, or is a legal owner.
    NotOurs,
    /// The operator's staff: nothing of the account is changed here.
    Operators,
}

async fn whereabouts(people: &Administration, user: UserId) -> Result<Whereabouts, Trouble> {
    Ok(match people.sessions_of(user).await {
        Ok(sessions) => Whereabouts::Known(sessions),
        Err(DirectoryError::Invalid { .. }) => Whereabouts::NotOurs,
        Err(DirectoryError::NotFound { .. }) => Whereabouts::Operators,
        Err(error) => return Err(error.into()),
    })
}

fn session(info: &SessionInfo) -> Value {
    context! {
        id => info.id.0.to_string(),
        browser => super::sessions::browser(&info.agent),
        source => info.source,
        created_at => info.created_at.rfc3339(),
        last_seen_at => info.last_seen_at.rfc3339(),
    }
}

/// The passwords for devices that the user made, each with its mailbox: what to look at when somebody leaves.
async fn held(people: &Administration, user: UserId) -> Result<Vec<Value>, Trouble> {
    let mut all = Vec::new();
    for (mailbox, password) in people.passwords_of_person(user).await? {
        let address = people.address_called(&mailbox).await?;
        all.push(context! {
            address => address.id.to_string(),
            id => password.id.to_string(),
            name => password.label,
            mailbox => mailbox.to_string(),
            is_disabled => password.is_disabled,
            created_at => password.created_at.rfc3339(),
            last_used_at => password.last_used_at.map(|at| at.rfc3339()),
        });
    }
    Ok(all)
}

async fn card(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let Subject { user, is_changeable } = subject(shared, person, id).await?;
    let (people, organisation) = (person.people(shared), person.session.organisation);
    let profile = people.profile(user.id).await?;
    let whereabouts = whereabouts(&people, user.id).await?;
    let is_operators = matches!(whereabouts, Whereabouts::Operators);
    let sessions: Option<Vec<Value>> = match &whereabouts {
        Whereabouts::Known(sessions) => Some(sessions.iter().map(session).collect()),
        Whereabouts::NotOurs | Whereabouts::Operators => None,
    };
    let own = |field: &str, kept: String| typed.map_or(kept, |typed| typed.raw(field).to_owned());
    let said = context! {
        name => own("name", user.name.clone()),
        language => own("language", profile.language.clone().unwrap_or_default()),
        phone => own("phone", profile.phone.clone().unwrap_or_default()),
        contacts => own("contacts", profile.contacts.join("\n")),
    };
    let factors: Vec<Value> = people
        .factors(user.id)
        .await?
        .iter()
        .map(|factor| {
            context! {
                id => factor.id.0.to_string(),
                kind => factor.kind.as_str(),
                name => factor.name,
                created_at => factor.created_at.rfc3339(),
                last_used_at => factor.last_used_at.map(|at| at.rfc3339()),
            }
        })
        .collect();
    let held = held(&people, user.id).await?;
    let granted = people.granted_services(organisation, user.id).await?;
    let services: Vec<Value> = people
        .services(Some(organisation))
        .await?
        .iter()
        .map(|service| {
            context! { id => service.id.to_string(), name => service.name, is_granted => granted.contains(&service.id) }
        })
        .collect();
    let mut domains = vec![context! { value => "", text => person.guest.say("domain-all", &[]) }];
    for domain in people.domains(Some(organisation)).await? {
        domains.push(context! { value => domain.id.to_string(), text => domain.name.to_string() });
    }
    let content = context! {
        id => user.id.to_string(),
        name => user.name,
        login => user.login,
        role => user.role.as_str(),
        role_text => role_word(person, user.role),
        roles => roles(person, user.role == Role::LegalOwner),
        is_disabled => user.is_disabled,
        is_at_home => user.is_at_home,
        is_self => user.id == person.session.user,
        is_changeable,
        // What somebody says of himself is changed where the account was made.
        is_profile_ours => is_changeable && user.is_at_home && !is_operators,
        said,
        sessions,
        phone => profile.phone.unwrap_or_default(),
        contacts => profile.contacts,
        created_at => user.created_at.rfc3339(),
        last_used_at => user.last_used_at.map(|at| at.rfc3339()),
        factors,
        held,
        services,
        domains,
        limit => user.domain.map(|domain| domain.to_string()).unwrap_or_default(),
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "user.html", "users", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    card(&shared, &person, id, None, &[]).await
}

/// Goes back to the user's page, or shows there why nothing was done.
async fn after<T>(
    shared: &Shared,
    person: &Person,
    id: i64,
    result: Result<T, DirectoryError>,
    words: String,
) -> Answer {
    match result {
        Ok(_) => Ok(done(person, &format!("/manager/users/{id}"), &Toast::of(words))),
        Err(error) => card(shared, person, id, None, &[directory_refusal(&person.guest, error)?]).await,
    }
}

async fn role(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let Ok(role) = fields.text("role").parse::<Role>() else { return Err(Trouble::NotFound) };
    let Some(limits) = limits(role, &fields) else {
        let error = FieldError::new("domain", person.guest.say("user-limit-unknown", &[]));
        return card(&shared, &person, id, None, &[error]).await;
    };
    let changed = person.people(&shared).change_role(UserId(id), role, limits).await;
    let words = person.guest.say("role-changed", &[("role", role_word(&person, role).into())]);
    after(&shared, &person, id, changed, words).await
}

/// What narrows the role, of what stands in the form; `None` if that names nothing, which never means «everything».
fn limits(role: Role, fields: &Fields) -> Option<Limits> {
    let domain = match fields.text("domain") {
        _ if role != Role::Administrator => None,
        "" => None,
        text => Some(DomainId(text.parse().ok()?)),
    };
    let services = match role {
        Role::Collaborator => {
            fields.all("service").map(|id| id.parse().ok().map(ServiceId)).collect::<Option<_>>()?
        }
        _ => Vec::new(),
    };
    Some(Limits { domain: Some(domain), services: Some(services) })
}

/// What will happen, in words, before it does.
async fn confirm(shared: &Shared, person: &Person, id: i64, act: &str) -> Answer {
    let Subject { user, .. } = subject(shared, person, id).await?;
    let losses = person.people(shared).losses_of_user(user.id).await?;
    let counted = |key: &str, count: u64| {
        let values = [("count", Word::from(usize::try_from(count).unwrap_or(usize::MAX)))];
        (count > 0).then(|| person.guest.say(key, &values))
    };
    // A person who is blocked has everything again once that ends.
    let numbers: Vec<String> = match act {
        "block" => vec![
            counted("user-loses-sessions", losses.sessions),
            counted("user-pauses-mailboxes", losses.mailboxes),
            counted("user-pauses-passwords", losses.device_passwords),
        ],
        _ => vec![
            counted("user-loses-sessions", losses.sessions),
            counted("user-loses-mailboxes", losses.mailboxes),
            counted("user-loses-passwords", losses.device_passwords),
            counted("user-loses-services", losses.services),
        ],
    }
    .into_iter()
    .flatten()
    .collect();
    let content = context! {
        numbers,
        act,
        id => user.id.to_string(),
        name => user.name,
        login => user.login,
        is_at_home => user.is_at_home,
        role_text => role_word(person, user.role),
        second_factors => user.second_factors,
        errors => Vec::<Value>::new(),
    };
    page::of(person, "user_confirm.html", "users", content)
}

async fn blocking(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    confirm(&shared, &person, id, "block").await
}

async fn block(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let is_disabled = fields.text("blocked") == "yes";
    let change = UserChange { is_disabled: Some(is_disabled), ..UserChange::default() };
    let changed = person.people(&shared).change_user(UserId(id), change).await;
    let key = if is_disabled { "user-blocked-done" } else { "user-unblocked-done" };
    let words = person.guest.say(key, &[]);
    after(&shared, &person, id, changed, words).await
}

async fn deleting(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    confirm(&shared, &person, id, "delete").await
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let user = person.people(&shared).user(UserId(id)).await?;
    match person.people(&shared).delete_user(user.id).await {
        Ok(()) => {
            let words = person.guest.say("user-deleted", &[("login", user.login.into())]);
            Ok(done(&person, "/manager/users", &Toast::of(words)))
        }
        Err(error) => card(&shared, &person, id, None, &[directory_refusal(&person.guest, error)?]).await,
    }
}

async fn change_profile(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let contacts = match super::profile::addresses(fields.raw("contacts")) {
        Ok(contacts) => contacts,
        Err(line) => {
            let words = person.guest.say("people-no-address", &[("text", line.into())]);
            return card(&shared, &person, id, Some(&fields), &[FieldError::new("contacts", words)]).await;
        }
    };
    let change = ProfileChange {
        name: Some(fields.text("name").to_owned()),
        language: Some(fields.text("language").to_owned()),
        phone: Some(fields.text("phone").to_owned()),
        contacts: Some(contacts),
    };
    match person.people(&shared).change_profile(UserId(id), change).await {
        Ok(()) => {
            let words = person.guest.say("saved", &[]);
            Ok(done(&person, &format!("/manager/users/{id}"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            card(&shared, &person, id, Some(&fields), &[error]).await
        }
    }
}

async fn end_sessions(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    ended(&shared, &person, id, None).await
}

async fn end_session(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((id, session)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    ended(&shared, &person, id, Some(SessionId(session))).await
}

async fn ended(shared: &Shared, person: &Person, id: i64, one: Option<SessionId>) -> Answer {
    let ended = person.people(shared).end_sessions_of(UserId(id), one).await;
    let count = *ended.as_ref().unwrap_or(&0);
    let count = Word::from(usize::try_from(count).unwrap_or(usize::MAX));
    let words = person.guest.say("sessions-ended", &[("count", count)]);
    after(shared, person, id, ended, words).await
}

async fn remove_factor(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((id, factor)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    let removed = person.people(&shared).remove_factor(UserId(id), FactorId(factor)).await;
    let words = person.guest.say("user-factor-removed", &[]);
    after(&shared, &person, id, removed, words).await
}

/// A new random password, shown once.
async fn password(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let password = shared.directory.random_password();
    let change = UserChange { password: Some(password.clone()), ..UserChange::default() };
    match person.people(&shared).change_user(UserId(id), change).await {
        Ok(user) => secret(&person, &user, Some(password.as_str())),
        Err(error) => card(&shared, &person, id, None, &[directory_refusal(&person.guest, error)?]).await,
    }
}
