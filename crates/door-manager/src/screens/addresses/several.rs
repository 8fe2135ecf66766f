//! «Créer plusieurs adresses»: a list or a file, a preview that names each bad line, the addresses, the passwords.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFRESH};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use directory::{AddressJob, Choice, JobLine, JobState, NewAddressJob, text_of};
use minijinja::{Value, context};
use model::Domain;

use super::new::domains;
use super::{quota_text, shown};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done, see_other};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};

/// Lines that a preview looks through: more than a list may have.
const LINES: usize = 10_000;

const BAD: [Column; 4] = [
    Column { key: "line-number", is_number: true },
    Column { key: "line-field", is_number: false },
    Column { key: "line-value", is_number: false },
    Column { key: "reason", is_number: false },
];
const ALL: [Column; 6] = [
    Column { key: "line-number", is_number: true },
    Column { key: "line-local-part", is_number: false },
    Column { key: "line-password", is_number: false },
    Column { key: "line-name", is_number: false },
    Column { key: "line-quota", is_number: true },
    Column { key: "line-note", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/several", get(blank).post(preview))
        .route("/addresses/lists/{id}", get(show))
        .route("/addresses/lists/{id}/confirm", post(confirm))
        .route("/addresses/lists/{id}/discard", post(discard))
        .route("/addresses/lists/{id}/passwords", post(passwords))
}

async fn blank(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    form(&shared, &person, &Fields::default(), &[]).await
}

async fn form(shared: &Shared, person: &Person, fields: &Fields, errors: &[FieldError]) -> Answer {
    let content = context! {
        domains => domains(shared, person).await?,
        wanted_domain => fields.text("domain"),
        // What a file held stands in the field: a browser does not send a file again.
        lines => fields.file("file").map_or_else(|| fields.raw("lines").to_owned(), text_of),
        makes_passwords => fields.has("makes_passwords"),
    };
    shown(person, "addresses_several.html", content, errors)
}

async fn preview(State(shared): State<Arc<Shared>>, person: AnyAdministrator, fields: Fields) -> Answer {
    let people = person.people(&shared);
    let Ok(name) = Domain::parse(fields.text("domain")) else { return Err(Trouble::NotFound) };
    let domain = people.domain_called(&name).await?;
    let text = fields.file("file").map_or_else(|| fields.raw("lines").to_owned(), text_of);
    let new = NewAddressJob { domain: domain.id, text, makes_passwords: fields.has("makes_passwords") };
    match people.show_addresses(new).await {
        Ok(job) => Ok(see_other(&format!("/manager/addresses/lists/{}", job.id))),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            form(&shared, &person, &fields, &[error]).await
        }
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    page(&shared, &person, id, &[]).await
}

fn bad_row(person: &Person, line: JobLine) -> Row {
    let said = line.fault.map(|(fault, value)| {
        let field = person.guest.say(&format!("line-{}", fault.field()), &[]);
        let reason = person.guest.say(&format!("fault-{}", fault.as_str()), &[]);
        [Cell::text(field), Cell::text(value), Cell::text(reason)]
    });
    let mut cells = vec![Cell::number(u64::from(line.number))];
    cells.extend(said.into_iter().flatten());
    Row { id: line.number.to_string(), cells, ..Row::default() }
}

fn row(person: &Person, line: JobLine) -> Row {
    let quota = line.quota_bytes.map(|bytes| quota_text(&person.guest, bytes)).unwrap_or_default();
    let order = i64::try_from(line.quota_bytes.unwrap_or(0)).unwrap_or(i64::MAX);
    Row {
        id: line.number.to_string(),
        cells: vec![
            Cell::number(u64::from(line.number)),
            Cell::text(line.localpart),
            Cell::text(if line.has_password { "••••" } else { "" }),
            Cell::text(line.display_name),
            Cell { order, ..Cell::text(quota) },
            Cell::text(line.note),
        ],
        ..Row::default()
    }
}

async fn page(shared: &Shared, person: &Person, id: i64, errors: &[FieldError]) -> Answer {
    let people = person.people(shared);
    let job: AddressJob = people.address_job(id).await?;
    let wish = |part| Wish::part(&person.guest.target, part);
    let (bad_wish, all_wish) = (wish("bad"), wish("all"));
    let bad = people.address_job_lines(id, true, 0, LINES).await?;
    let bad = table::of(&bad_wish, &BAD, bad.into_iter().map(|line| bad_row(person, line)).collect());
    let all = match job.state {
        JobState::Shown => people.address_job_lines(id, false, 0, LINES).await?,
        JobState::Running | JobState::Done | JobState::Failed => Vec::new(),
    };
    let all = table::of(&all_wish, &ALL, all.into_iter().map(|line| row(person, line)).collect());
    for (wish, table, name) in [(&bad_wish, &bad, "bad-lines"), (&all_wish, &all, "lines")] {
        if wish.is_csv {
            return Ok(table.csv(name, |key| person.guest.say(key, &[])));
        }
    }
    let good = job.lines.saturating_sub(job.bad);
    let content = context! {
        id => job.id.to_string(),
        domain_name => job.domain_name,
        state => job.state.as_str(),
        is_running => job.state == JobState::Running,
        lines => job.lines,
        bad_count => job.bad,
        good,
        ready => job.ready,
        made => job.made,
        passwords => job.passwords,
        bad => Value::from_serialize(&bad),
        all => Value::from_serialize(&all),
    };
    let mut response: Response = shown(person, "addresses_list.html", content, errors)?;
    if job.state == JobState::Running {
        // The page goes on by itself, also without script, and also after a restart of the program.
        response.headers_mut().insert(REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

async fn confirm(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let choice = if fields.text("choice") == "good" { Choice::Good } else { Choice::All };
    match person.people(&shared).confirm_addresses(id, choice).await {
        Ok(_) => Ok(see_other(&format!("/manager/addresses/lists/{id}"))),
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            page(&shared, &person, id, &[error]).await
        }
    }
}

async fn discard(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    match person.people(&shared).discard_addresses(id).await {
        Ok(()) => {
            let words = person.guest.say("list-discarded", &[]);
            Ok(done(&person, "/manager/addresses", &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            page(&shared, &person, id, &[error]).await
        }
    }
}

/// The made passwords as a file, this once.
async fn passwords(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let made = person.people(&shared).fetch_made_passwords(id).await?;
    if made.is_empty() {
        let words = person.guest.say("passwords-fetched", &[]);
        return Ok(done(&person, &format!("/manager/addresses/lists/{id}"), &Toast::of(words)));
    }
    let mut text = String::from("\u{feff}");
    text.push_str(&format!(
        "{},{}\r\n",
        person.guest.say("column-address", &[]),
        person.guest.say("line-password", &[])
    ));
    for (address, password) in &made {
        // A spreadsheet takes a cell that begins like this for a formula.
        let address = address.to_string().replace('"', "\"\"");
        let guard = if address.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        text.push_str(&format!("\"{guard}{address}\",{}\r\n", password.as_str()));
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"passwords.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}
