//! «Jetons d'API» of the organisation: what programs hold to administer it; made, shown once, revoked.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use db::Seek;
use directory::{NewToken, Role, TokenId, TokenInfo, UserInfo};
use minijinja::{Value, context};
use model::{DomainId, Timestamp, UserId};

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::{Shared, limits, page};

const PATH: &str = "/manager/organisation/tokens";
const DAY: Duration = Duration::from_secs(86_400);
/// For how many days a token may be made to hold; 0 is until it is revoked.
const DAYS: [u32; 4] = [30, 90, 365, 0];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/organisation/tokens", get(list).post(create))
        .route("/organisation/tokens/{token}", get(show).post(revoke))
}

/// What the tokens of an organisation are told with: its people and its mail domains.
struct Names {
    people: Vec<UserInfo>,
    domains: Vec<(DomainId, String)>,
}

impl Names {
    async fn of(shared: &Shared, person: &Person) -> Result<Names, Trouble> {
        let (people, organisation) = (person.people(shared), person.session.organisation);
        let domains = people.domains(Some(organisation)).await?;
        Ok(Names {
            people: people.users(Some(organisation)).await?,
            domains: domains.into_iter().map(|domain| (domain.id, domain.name.to_string())).collect(),
        })
    }

    /// How far a token reaches.
    fn reach(&self, person: &Person, token: &TokenInfo) -> String {
        match token.domain {
            None if token.is_own => person.guest.say("token-reach-own", &[]),
            None => person.guest.say("token-reach-organisation", &[]),
            Some(id) => {
                let name = self.domains.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
                name.unwrap_or_else(|| person.guest.say("token-reach-gone", &[]))
            }
        }
    }

    /// Whose token it is; empty where it is the organisation's.
    fn owner(&self, token: &TokenInfo) -> String {
        let owner = |user: UserId| self.people.iter().find(|known| known.id == user);
        token.user.map_or(String::new(), |user| {
            owner(user).map_or_else(|| user.to_string(), |one| one.login.clone())
        })
    }
}

fn right(person: &Person, token: &TokenInfo) -> String {
    person.guest.say(if token.may_write { "token-writes" } else { "token-reads" }, &[])
}

/// Every token of the organisation; there are at most a hundred.
async fn tokens(shared: &Shared, person: &Person) -> Result<Vec<TokenInfo>, Trouble> {
    let people = person.people(shared);
    let (mut all, mut seek) = (Vec::new(), Seek::first(limits::ROWS_PER_PAGE));
    loop {
        let page = people.tokens(seek).await?;
        all.extend(page.items);
        seek = Seek::first(limits::ROWS_PER_PAGE);
        seek.after = page.next;
        if seek.after.is_none() {
            return Ok(all);
        }
    }
}

fn time(at: Option<Timestamp>, otherwise: String) -> Cell {
    match at {
        Some(at) => Cell::kind("time", at.rfc3339()),
        None => Cell::text(otherwise),
    }
}

async fn list(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    listed(&shared, &person, &Fields::default(), &[]).await
}

/// The list with the form of a new one.
async fn listed(shared: &Shared, person: &Person, typed: &Fields, errors: &[FieldError]) -> Answer {
    let names = Names::of(shared, person).await?;
    let wish = Wish::of(&person.guest.target);
    let is_mine = wish.filter("whose") == "mine";
    let now = shared.world.clock.now();
    let say = |key: &str| person.guest.say(key, &[]);
    let mut rows = Vec::new();
    for token in tokens(shared, person).await? {
        if is_mine && token.user != Some(person.session.user) {
            continue;
        }
        let is_over = token.expires_at.is_some_and(|at| at <= now);
        let mut last = time(token.last_used_at, say("never"));
        last.note = token.last_source.clone().unwrap_or_default();
        let mut until = time(token.expires_at, say("token-until-revoked"));
        if is_over {
            until.note = say("token-over");
        }
        let owner = names.owner(&token);
        rows.push(Row {
            id: token.id.to_string(),
            href: format!("{PATH}/{}", token.id),
            cells: vec![
                Cell { note: format!("{}…", token.shown), ..Cell::text(&token.name) },
                Cell { note: owner, ..Cell::text(names.reach(person, &token)) },
                Cell::text(right(person, &token)),
                last,
                until,
            ],
            ..Row::default()
        });
    }
    let columns = ["name", "token-reach", "token-right", "token-last-used", "token-until"]
        .map(|key| Column { key, is_number: false });
    let table = table::of(&wish, &columns, rows);
    if wish.is_csv {
        return Ok(table.csv("tokens", |key| person.guest.say(key, &[])));
    }
    let option = |value: String, text: String| context! { value, text };
    let mut reaches = vec![option(String::new(), say("token-reach-organisation"))];
    reaches.extend(names.domains.iter().map(|(id, name)| option(id.to_string(), name.clone())));
    let mut owners = vec![option(String::new(), say("token-of-organisation"))];
    let administers =
        |user: &&UserInfo| matches!(user.role, Role::LegalOwner | Role::Administrator) && !user.is_disabled;
    owners.extend(names.people.iter().filter(administers).map(|user| {
        let text = match user.id == person.session.user {
            true => person.guest.say("token-of-self", &[("login", user.login.clone().into())]),
            false => user.login.clone(),
        };
        option(user.id.to_string(), text)
    }));
    let days: Vec<Value> =
        DAYS.iter().map(|days| option(days.to_string(), say(&format!("token-days-{days}")))).collect();
    let whose = context! {
        name => "whose",
        label => say("token-whose"),
        all => say("token-whose-all"),
        value => if is_mine { "mine" } else { "" },
        options => vec![option("mine".to_owned(), say("whose-mine"))],
    };
    let content = context! {
        table => Value::from_serialize(&table),
        filters => vec![whose],
        reaches,
        owners,
        until => days,
        name => typed.text("name"),
        write => if typed.has("write") { typed.text("write") } else { "no" },
        reach => typed.text("reach"),
        user => typed.text("user"),
        chosen_days => if typed.has("days") { typed.text("days") } else { "365" },
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "tokens.html", "organisation", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// A number that a list of choices sent; `None` for the first, which says nothing.
fn chosen(fields: &Fields, name: &str) -> Result<Option<i64>, Trouble> {
    match fields.text(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Trouble::NotFound),
    }
}

async fn create(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let days: u32 = fields.text("days").parse().map_err(|_| Trouble::NotFound)?;
    if !DAYS.contains(&days) {
        return Err(Trouble::NotFound);
    }
    let now = shared.world.clock.now();
    let new = NewToken {
        organisation: Some(person.session.organisation),
        domain: chosen(&fields, "reach")?.map(DomainId),
        user: chosen(&fields, "user")?.map(UserId),
        name: fields.text("name").to_owned(),
        may_write: fields.text("write") == "yes",
        expires_at: (days > 0).then(|| now.plus(DAY * days)),
    };
    match person.people(&shared).create_token(new).await {
        Ok(made) => {
            let names = Names::of(&shared, &person).await?;
            let content = context! {
                secret => made.token.as_str(),
                ..facts(&person, &names, &made.info)
            };
            page::of(&person, "token_secret.html", "organisation", content)
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let error = match error.field.as_str() {
                "expires_at" => error.at("days"),
                "user" => error,
                _ => error.at("name"),
            };
            listed(&shared, &person, &fields, &[error]).await
        }
    }
}

fn facts(person: &Person, names: &Names, token: &TokenInfo) -> Value {
    context! {
        id => token.id.to_string(),
        title => token.name,
        shown => token.shown,
        reach => names.reach(person, token),
        owner => names.owner(token),
        right => right(person, token),
        created_by => token.created_by,
        created_at => token.created_at.rfc3339(),
        expires_at => token.expires_at.map(|at| at.rfc3339()),
        last_used_at => token.last_used_at.map(|at| at.rfc3339()),
        last_source => token.last_source,
    }
}

/// A token with what revoking it does.
async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let token = person.people(&shared).token(TokenId(id)).await?;
    let names = Names::of(&shared, &person).await?;
    page::of(&person, "token.html", "organisation", facts(&person, &names, &token))
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let token = people.token(TokenId(id)).await?;
    people.revoke_token(token.id).await?;
    Ok(done(&person, PATH, &Toast::of(person.guest.say("token-revoked", &[("name", token.name.into())]))))
}
