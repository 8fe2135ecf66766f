//! The counts and the letters of an organisation: by mode and state for a period, by day; searched, filtered, as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as Kept;
use axum::routing::get;
use evidence::{Mode, State};
use futures_util::stream;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mail_secure::{Count, DayCount, Overview, Sought};
use minijinja::{Value, context};
use model::Timestamp;

use super::{Answer, FAILED, MODES, PATH, days_ago, lamp, mode_words, state_cell, state_key, way_words};
use crate::chart::{self, Bar};
use crate::screens::reports::days;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page, reader};

/// Letters of a file that are read at once.
const LETTERS_AT_ONCE: u32 = 500;

const COLUMNS: [Column; 6] = [
    Column { key: "log-date", is_number: false },
    Column { key: "log-sender", is_number: false },
    Column { key: "log-recipient", is_number: false },
    Column { key: "secured-mode", is_number: false },
    Column { key: "secured-way", is_number: false },
    Column { key: "secured-state", is_number: false },
];

/// How the bars and the legend show a mode.
const PARTS: [(&str, Mode); 3] =
    [("pass", Mode::Confidential), ("failed", Mode::Personal), ("ink", Mode::Registered)];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/secured", get(show))
}

/// A day of a form, `2026-11-23`, as the moment at which it begins for the reader.
fn day_of(text: &str, zone: &TimeZone) -> Option<(Date, Timestamp)> {
    let date: Date = text.parse().ok()?;
    Some((date, beginning(date, zone)?))
}

fn beginning(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(Timestamp(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

/// What the address asks for.
fn sought(wish: &Wish) -> Sought {
    let zone = reader::zone();
    let after = |text: &str| beginning(day_of(text, &zone)?.0.tomorrow().ok()?, &zone);
    let state = wish.filter("state").replace('-', " ");
    Sought {
        part: Some(wish.search.trim().to_owned()).filter(|part| !part.is_empty()),
        mode: MODES.into_iter().find(|mode| mode.to_string() == wish.filter("mode")),
        state: State::from_word(&state),
        has_failed: wish.filter("state") == FAILED,
        since: day_of(wish.filter("from"), &zone).map(|(_, at)| at),
        until: after(wish.filter("to")),
        before: wish.filter("before").parse().ok(),
        limit: limits::ROWS_PER_PAGE as u32,
    }
}

/// A row for each copy of a letter.
fn rows(person: &Person, letter: &Overview) -> Vec<Row> {
    letter
        .copies
        .iter()
        .map(|copy| Row {
            id: copy.slot.to_string(),
            href: format!("{PATH}/{}", letter.id),
            cells: vec![
                Cell::time(Some(letter.submitted_at), String::new()),
                Cell::text(letter.sender.to_string()),
                Cell::text(copy.address.to_string()),
                Cell::text(mode_words(person, letter.mode)),
                Cell::text(way_words(person, copy.way)),
                state_cell(person, copy.state),
            ],
            ..Row::default()
        })
        .collect()
}

async fn show(Kept(shared): Kept<Arc<Shared>>, person: Administrator) -> Answer {
    let wish = Wish::of(&person.guest.target);
    let sought = sought(&wish);
    if wish.is_csv {
        return export(&shared, &person, Sought { before: None, limit: LETTERS_AT_ONCE, ..sought }).await;
    }
    let organisation = person.session.organisation;
    // One more than a page tells whether there is another page.
    let asked = Sought { limit: sought.limit + 1, ..sought.clone() };
    let mut letters = shared.secure.overviews(organisation, asked).await?;
    let has_more = letters.len() > limits::ROWS_PER_PAGE;
    letters.truncate(limits::ROWS_PER_PAGE);
    let next =
        letters.last().filter(|_| has_more).map(|last| wish.address(&[("before", &last.id.to_string())]));
    let rows = letters.iter().flat_map(|letter| rows(&person, letter)).collect();
    let mut table = Value::from_serialize(table::in_order(&wish, &COLUMNS, rows));
    // The newest first is the only order.
    table = context! { heads => COLUMNS.map(|column| context! { key => column.key, is_number => false, href => "", direction => "" }).to_vec(), ..table };
    let period: u32 = wish.filter("days").parse().unwrap_or(30).clamp(1, limits::CHART_DAYS_LIMIT);
    let counted = counted(&shared, &person, period).await?;
    let option = |value: String, text: String| context! { value, text };
    let modes: Vec<Value> =
        MODES.iter().map(|mode| option(mode.to_string(), mode_words(&person, *mode))).collect();
    let mut states: Vec<Value> = State::ALL
        .iter()
        .filter(|state| !matches!(state, State::Unsent | State::Rejected))
        .map(|state| option(state.word().replace(' ', "-"), person.guest.say(&state_key(*state), &[])))
        .collect();
    states.push(option(FAILED.to_owned(), person.guest.say("secured-failed", &[])));
    let is_asked = ["mode", "state", "from", "to"].iter().any(|name| !wish.filter(name).is_empty());
    let content = context! {
        table,
        has_rows => !letters.is_empty(),
        is_asked => is_asked || sought.part.is_some(),
        text => wish.search,
        mode => wish.filter("mode"),
        state => wish.filter("state"),
        from => wish.filter("from"),
        to => wish.filter("to"),
        modes,
        states,
        period,
        is_first => wish.filter("before").is_empty(),
        first => wish.address(&[("before", "")]),
        next,
        csv => wish.address(&[("format", "csv"), ("before", "")]),
        ..counted
    };
    page::of(&person, "secured.html", "secured", content)
}

/// The numbers of a period: in all, by mode and state, by day.
async fn counted(shared: &Shared, person: &Person, period: u32) -> Result<Value, Trouble> {
    let (now, organisation) = (shared.world.clock.now(), person.session.organisation);
    let since = days_ago(now, period);
    let counts = shared.secure.statistics(Some(organisation), since).await?;
    let by_day = shared.secure.days(organisation, since).await?;
    let (bars, rows) = by_days(now, period, &by_day);
    let of = |fits: &dyn Fn(&Count) -> bool| -> u64 {
        counts.iter().filter(|count| fits(count)).map(|count| count.copies).sum()
    };
    let figures: Vec<Value> = MODES
        .iter()
        .map(
            |mode| context! { name => mode_words(person, *mode), copies => of(&|count| count.mode == *mode) },
        )
        .collect();
    let states: Vec<Value> = State::ALL
        .iter()
        .filter(|state| counts.iter().any(|count| count.state == **state))
        .map(|state| {
            let each = MODES.map(|mode| of(&|count| count.state == *state && count.mode == mode));
            context! {
                lamp => lamp(*state),
                name => person.guest.say(&state_key(*state), &[]),
                each => each.to_vec(),
                all => of(&|count| count.state == *state),
            }
        })
        .collect();
    let total = of(&|_| true);
    let title = person
        .guest
        .say("secured-by-day", &[("count", Word::from(usize::try_from(total).unwrap_or(usize::MAX)))]);
    Ok(context! {
        total,
        figures,
        waiting => of(&|count| lamp(count.state) == "waiting"),
        by_state => states,
        chart => chart::bars(&title, &bars),
        days => rows,
    })
}

/// A bar for each day, and the rows of the table that says the same.
fn by_days(now: Timestamp, period: u32, counts: &[DayCount]) -> (Vec<Bar>, Vec<Value>) {
    let mut of: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
    for count in counts {
        if let Some(place) = MODES.iter().position(|mode| *mode == count.mode) {
            of.entry(count.day.0).or_default()[place] += i64::try_from(count.copies).unwrap_or(i64::MAX);
        }
    }
    let days = days(now, period);
    let bars = days.iter().map(|day| {
        let each = of.get(&day.0).copied().unwrap_or_default();
        let parts = PARTS.iter().zip(each).map(|((class, _), copies)| (*class, copies)).collect();
        Bar { label: reader::label(*day), parts }
    });
    let rows = of.iter().map(|(day, each)| {
        context! { day => Timestamp(*day).rfc3339(), counts => each.to_vec() }
    });
    (bars.collect(), rows.collect())
}

/// All that was asked for, as a file.
async fn export(shared: &Arc<Shared>, person: &Person, sought: Sought) -> Answer {
    let (organisation, secure) = (person.session.organisation, shared.secure.clone());
    let reader = person.clone();
    let parts = stream::try_unfold(Some(sought), move |sought| {
        let (secure, reader) = (secure.clone(), reader.clone());
        async move {
            let Some(sought) = sought else { return Ok(None) };
            let letters = secure.overviews(organisation, sought.clone()).await.map_err(Trouble::from)?;
            let next = letters.last().map(|last| Sought { before: Some(last.id), ..sought });
            let found: Vec<Row> = letters.iter().flat_map(|letter| rows(&reader, letter)).collect();
            Ok(Some((found, next)))
        }
    });
    table::csv_in_parts("lettres-securisees", &COLUMNS, |key| person.guest.say(key, &[]), parts).await
}
