//! Journal des modifications: who changed what in the organisation, and one change with what was before and after. The
//! operator's staff has one more, of all organisations and of the installation itself. Both are chains, and are walked here.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use db::Seek;
use directory::Scope;
use futures_util::stream;
use minijinja::{Value, context};
use model::OrganisationId;
use trail::{ChainOf, ChangeSearch, Entry, Fault, Head, Walk};

use super::Answer;
use super::logs::{after, asked_zone, moment, shown};
use super::refusal::FieldError;
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Guest, Person, Staff};
use crate::words::{Word, knows, say};
use crate::{Shared, limits, page, reader};

/// Lines that a file reads at once.
const LINES_AT_ONCE: usize = 1_000;

const COLUMNS: [Column; 6] = [
    Column { key: "journal-date", is_number: false },
    Column { key: "journal-who", is_number: false },
    Column { key: "journal-action", is_number: false },
    Column { key: "journal-what", is_number: false },
    Column { key: "journal-source", is_number: false },
    // In the journal of the installation only.
    Column { key: "journal-organisation", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/journal", get(show))
        .route("/journal/verify", get(asked).post(verify))
        .route("/journal/{change}", get(one))
        .route("/installation/journal", get(show_everything))
        .route("/installation/journal/verify", get(asked_of_everything).post(verify_everything))
        .route("/installation/journal/{change}", get(one_of_everything))
}

/// Whose changes are looked at, and by whom.
#[derive(Clone)]
struct View {
    shared: Arc<Shared>,
    person: Person,
    /// Only this organisation's; `None` shows all, and the installation's own.
    organisation: Option<OrganisationId>,
    /// The organisations by identifier, where it is told whose a change is.
    names: Arc<HashMap<OrganisationId, String>>,
}

impl View {
    fn of_organisation(shared: Arc<Shared>, Administrator(person): Administrator) -> View {
        let organisation = Some(person.session.organisation);
        View { shared, person, organisation, names: Arc::default() }
    }

    async fn of_everything(shared: Arc<Shared>, person: Staff) -> Result<View, Trouble> {
        let scope = Scope::Operator("the operator's staff reads the journal of the installation");
        let all = shared.directory.administration(scope, person.who()).organisations().await?;
        let names = Arc::new(all.into_iter().map(|one| (one.id, one.name)).collect());
        Ok(View { shared, person: (*person).clone(), organisation: None, names })
    }

    fn path(&self) -> &'static str {
        if self.organisation.is_some() { "/manager/journal" } else { "/manager/installation/journal" }
    }

    /// The entry of the navigation.
    fn section(&self) -> &'static str {
        if self.organisation.is_some() { "journal" } else { "installation-journal" }
    }

    fn columns(&self) -> &'static [Column] {
        if self.organisation.is_some() { &COLUMNS[..COLUMNS.len() - 1] } else { &COLUMNS }
    }

    /// Whose change it is: an organisation that is no more has its number.
    fn owner(&self, entry: &Entry) -> String {
        match entry.organisation {
            Some(id) => self.names.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            None => self.person.guest.say("installation-title", &[]),
        }
    }

    fn row(&self, entry: &Entry) -> Row {
        let (change, guest) = (&entry.change, &self.person.guest);
        let behalf =
            change.actor.behalf.as_deref().map(|behalf| guest.say("journal-for", &[("whom", behalf.into())]));
        let mut cells = vec![
            Cell { text: change.at.rfc3339(), kind: "time", ..Cell::default() },
            Cell { text: change.actor.who.clone(), note: behalf.unwrap_or_default(), ..Cell::default() },
            Cell::text(action(guest, &change.action)),
            Cell::text(change.what.clone()),
            Cell::text(source(guest, entry)),
        ];
        if self.organisation.is_none() {
            cells.push(Cell::text(self.owner(entry)));
        }
        Row {
            id: change.id.to_string(),
            href: format!("{}/{}", self.path(), change.id),
            cells,
            ..Row::default()
        }
    }

    /// In a file the one it was done for stands beside the one who did it.
    fn exported(&self, entry: &Entry) -> Row {
        let mut row = self.row(entry);
        let behalf = entry.change.actor.behalf.as_deref().map(|behalf| format!(" ({behalf})"));
        row.cells[1].text.push_str(&behalf.unwrap_or_default());
        row
    }
}

/// The key of an action's words.
pub(crate) fn action_key(action: &str) -> String {
    let name: String = action.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("act-{name}")
}

fn opened_key(opened: &str) -> String {
    format!("journal-opened-{opened}")
}

fn role_key(role: &str) -> String {
    format!("role-{role}")
}

/// The key of the words for what is told before and after.
pub(crate) fn fact_key(name: &str) -> String {
    format!("fact-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// The action in the reader's language; as it is written, where there is no word for it.
fn action(guest: &Guest, action: &str) -> String {
    let key = action_key(action);
    if knows(guest.language, &key) { say(guest.language, &key, &[]) } else { action.to_owned() }
}

/// From where, in the reader's language where it is no address.
fn source(guest: &Guest, entry: &Entry) -> String {
    match entry.change.actor.source.as_deref() {
        Some("command") => guest.say("journal-from-command", &[]),
        Some("program") => guest.say("journal-from-program", &[]),
        Some(source) => source.to_owned(),
        None => String::new(),
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    listed(View::of_organisation(shared, person)).await
}

async fn show_everything(State(shared): State<Arc<Shared>>, person: Staff) -> Answer {
    listed(View::of_everything(shared, person).await?).await
}

async fn listed(view: View) -> Answer {
    let mut wish = Wish::of(&view.person.guest.target);
    for part in ["from", "to", "after", "who", "action", "zone"] {
        wish.hide(part);
    }
    // What is shown has one clock, whatever the zone in which the address was written.
    let (asked, zone) = (asked_zone(wish.filter("zone")), reader::zone());
    let (from, to) = (moment(wish.filter("from"), &asked), moment(wish.filter("to"), &asked));
    let search = ChangeSearch {
        organisation: view.organisation,
        text: wish.search.clone(),
        who: wish.filter("who").to_owned(),
        action: wish.filter("action").to_owned(),
        since: from,
        // To the minute: the one that is named is still in.
        until: to.map(|at| at.plus(Duration::from_secs(60))),
        is_oldest_first: wish.sort == "journal-date" && !wish.is_descending,
    };
    if wish.is_csv {
        return export(view, search).await;
    }
    let seek = Seek { after: after(&wish), limit: limits::ROWS_PER_PAGE };
    let found = view.shared.trail.changes(search, seek).await?;
    let next = found.next.map(|(at, id)| wish.address(&[("after", &format!("{}.{id}", at.0))]));
    let rows = found.items.iter().map(|entry| view.row(entry)).collect();
    let table = table::in_either_order(&wish, view.columns(), "journal-date", rows);
    let content = context! {
        table => Value::from_serialize(&table),
        next,
        is_first => after(&wish).is_none(),
        first => wish.address(&[("after", "")]),
        search => wish.search,
        who => wish.filter("who"),
        action => wish.filter("action"),
        from => from.map(|at| shown(at, &zone)),
        to => to.map(|at| shown(at, &zone)),
        zone => zone.iana_name().unwrap_or("UTC"),
        sort => wish.sort,
        path => view.path(),
    };
    page::of(&view.person, "journal.html", view.section(), content)
}

/// All lines that were asked for, as many as there are.
async fn export(view: View, search: ChangeSearch) -> Answer {
    let reader = view.clone();
    let parts = stream::try_unfold(Some(Seek::first(LINES_AT_ONCE)), move |seek| {
        let (view, search) = (reader.clone(), search.clone());
        async move {
            let Some(seek) = seek else { return Ok(None) };
            let found = view.shared.trail.changes(search, seek).await.map_err(Trouble::from)?;
            let rows: Vec<Row> = found.items.iter().map(|entry| view.exported(entry)).collect();
            let next = found.next.map(|after| Seek { after: Some(after), limit: LINES_AT_ONCE });
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts("journal", view.columns(), |key| view.person.guest.say(key, &[]), parts).await
}

async fn one(State(shared): State<Arc<Shared>>, person: Administrator, Path(change): Path<String>) -> Answer {
    entry(View::of_organisation(shared, person), &change).await
}

async fn one_of_everything(
    State(shared): State<Arc<Shared>>,
    person: Staff,
    Path(change): Path<String>,
) -> Answer {
    entry(View::of_everything(shared, person).await?, &change).await
}

/// One change: what was before, what is since, and its place in the chain.
async fn entry(view: View, change: &str) -> Answer {
    let id = change.parse().map_err(|_| Trouble::NotFound)?;
    let entry = view.shared.trail.change(view.organisation, id).await?.ok_or(Trouble::NotFound)?;
    let change = &entry.change;
    let guest = &view.person.guest;
    let names: BTreeSet<&str> =
        change.before.iter().chain(change.after.iter()).map(|(name, _)| name).collect();
    let value = |name: &str, value: Option<&str>| match value {
        Some(role) if name == "role" && knows(guest.language, &role_key(role)) => {
            guest.say(&role_key(role), &[])
        }
        Some(opened) if name == "opened" && knows(guest.language, &opened_key(opened)) => {
            guest.say(&opened_key(opened), &[])
        }
        Some("yes") => guest.say("journal-yes", &[]),
        Some("no") => guest.say("journal-no", &[]),
        Some("a new one") => guest.say("journal-new", &[]),
        value => value.unwrap_or_default().to_owned(),
    };
    let facts: Vec<Value> = names
        .into_iter()
        .map(|name| {
            let key = fact_key(name);
            let label = if knows(guest.language, &key) { guest.say(&key, &[]) } else { name.to_owned() };
            let (before, after) = (change.before.get(name), change.after.get(name));
            context! { label, before => value(name, before), after => value(name, after) }
        })
        .collect();
    let content = context! {
        at => change.at.rfc3339(),
        who => change.actor.who,
        behalf => change.actor.behalf,
        source => source(guest, &entry),
        action => action(guest, &change.action),
        what => change.what,
        facts,
        number => entry.number,
        digest => entry.digest.map(|digest| digest.to_string()),
        path => view.path(),
        owner => view.organisation.is_none().then(|| view.owner(&entry)),
    };
    page::of(&view.person, "journal_entry.html", view.section(), content)
}

async fn asked(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    verifying(&View::of_organisation(shared, person), &Fields::default(), Value::UNDEFINED, &[])
}

async fn asked_of_everything(State(shared): State<Arc<Shared>>, person: Staff) -> Answer {
    verifying(&View::of_everything(shared, person).await?, &Fields::default(), Value::UNDEFINED, &[])
}

async fn verify(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    walked(&View::of_organisation(shared, person), &fields).await
}

async fn verify_everything(State(shared): State<Arc<Shared>>, person: Staff, fields: Fields) -> Answer {
    walked(&View::of_everything(shared, person).await?, &fields).await
}

/// The page on which a chain is walked, with what was found.
fn verifying(view: &View, typed: &Fields, result: Value, errors: &[FieldError]) -> Answer {
    let content = context! {
        path => view.path(),
        is_of_all => view.organisation.is_none(),
        chains => if typed.text("chains") == "all" { "all" } else { "installation" },
        noted => typed.text("noted"),
        result,
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(&view.person, "journal_verify.html", view.section(), content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn walked(view: &View, fields: &Fields) -> Answer {
    let refused = |key: &str| {
        let error = FieldError::new("noted", view.person.guest.say(key, &[]));
        verifying(view, fields, Value::UNDEFINED, &[error])
    };
    let noted = match fields.text("noted") {
        "" => None,
        text => match text.parse::<Head>() {
            Ok(head) => Some(head),
            Err(_) => return refused("journal-verify-wrong"),
        },
    };
    let of = match (view.organisation, fields.text("chains")) {
        (Some(organisation), _) => ChainOf::Organisation(organisation),
        (None, "all") if noted.is_some() => return refused("journal-verify-one"),
        (None, "all") => ChainOf::Everybody,
        (None, _) => ChainOf::Installation,
    };
    let walks = view.shared.trail.verify(of, noted).await?;
    verifying(view, fields, found(view, &walks, noted), &[])
}

/// The words for what is wrong with an entry.
fn fault_key(fault: Fault) -> &'static str {
    match fault {
        Fault::Changed => "journal-fault-changed",
        Fault::Missing => "journal-fault-missing",
        Fault::Added => "journal-fault-added",
        Fault::Unknown => "journal-fault-unknown",
        Fault::Forgotten => "journal-fault-forgotten",
    }
}

/// What walks along the chains found.
fn found(view: &View, walks: &[Walk], noted: Option<Head>) -> Value {
    let guest = &view.person.guest;
    let broken = |walk: &Walk| {
        let broken = walk.broken?;
        let owner = match walk.organisation {
            Some(id) => view.names.get(&id).cloned().unwrap_or_else(|| id.to_string()),
            None => guest.say("installation-title", &[]),
        };
        Some(context! {
            owner => view.organisation.is_none().then_some(owner),
            number => broken.number,
            href => broken.id.map(|id| format!("{}/{id}", view.path())),
            says => guest.say(fault_key(broken.fault), &[]),
            checked => guest.say("journal-verify-before", &[("count", Word::from(walk.checked.max(0) as usize))]),
        })
    };
    // An end belongs to one chain: of several the installation's own is shown.
    let own = walks.iter().find(|walk| walk.organisation == view.organisation);
    let first = own.map_or(1, |walk| walk.first);
    context! {
        chains => walks.len(),
        checked => walks.iter().map(|walk| walk.checked).sum::<i64>(),
        broken => walks.iter().filter_map(broken).collect::<Vec<_>>(),
        head => own.and_then(|walk| walk.head).map(|head| head.to_string()),
        has_forgotten => first > 1,
        first,
        is_noted => noted.is_some(),
    }
}
