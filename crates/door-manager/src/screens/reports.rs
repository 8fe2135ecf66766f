//! What others report of a domain: DMARC (who sends as us), TLS; and the reputation that our own data give it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use mail_reports::{Letters, Owner, Range, ReportsError};
use minijinja::{Value, context};
use model::{Domain, Timestamp};
use reputation::{ReputationError, TOOLS};

use super::Answer;
use super::subject::Subject;
use crate::chart::{self, Bar};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, limits, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/dmarc", get(dmarc))
        .route("/domains/{name}/tls", get(tls))
        .route("/domains/{name}/reputation", get(reputation))
}

impl From<ReportsError> for Trouble {
    fn from(error: ReportsError) -> Trouble {
        match error {
            ReportsError::Directory(error) => error.into(),
            ReportsError::Db(error) if error.is_temporary() => Trouble::Later,
            other => Trouble::ours(&other),
        }
    }
}

impl From<ReputationError> for Trouble {
    fn from(error: ReputationError) -> Trouble {
        match error {
            ReputationError::Directory(error) => error.into(),
            ReputationError::Db(error) if error.is_temporary() => Trouble::Later,
            other => Trouble::ours(&other),
        }
    }
}

/// The days that the address wishes for: 7, 30 or 90.
fn period(wish: &Wish) -> u32 {
    wish.filter("days").parse().unwrap_or(30).clamp(1, limits::CHART_DAYS_LIMIT)
}

/// Every day of a range, so that a day without reports shows as one.
fn days(now: Timestamp, count: u32) -> Vec<Timestamp> {
    const DAY: i64 = 86_400_000;
    let today = now.0.div_euclid(DAY);
    (0..i64::from(count)).rev().map(|ago| Timestamp((today - ago) * DAY)).collect()
}

fn mail_domain(subject: &Subject) -> Result<&Domain, Trouble> {
    subject.domain.as_ref().map(|domain| &domain.name).ok_or(Trouble::NotFound)
}

async fn dmarc(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let mut wish = Wish::of(&person.guest.target);
    let period = period(&wish);
    let Ok(domain) = mail_domain(&subject) else {
        return page::of(
            &person,
            "dmarc.html",
            "dmarc",
            context! { domain => subject.name, total => 0, period },
        );
    };
    let now = shared.world.clock.now();
    let range = Range::last_days(now, period);
    let organisation = person.session.organisation;
    let summary = shared.reports.summary(organisation, domain, range).await?;
    let sources = shared.reports.sources(organisation, domain, range).await?;
    let by_day: BTreeMap<i64, Letters> = summary.dmarc.iter().map(|day| (day.day.0, day.letters)).collect();
    let days = days(now, period);
    let of = |day: &Timestamp| by_day.get(&day.0).copied().unwrap_or_default();
    let bars: Vec<Bar> = days
        .iter()
        .map(|day| {
            let letters = of(day);
            let parts = vec![
                ("pass", letters.passed),
                ("failed", letters.failed),
                ("quarantined", letters.quarantined),
                ("rejected", letters.rejected),
            ];
            Bar { label: chart::day(*day), parts }
        })
        .collect();
    let rows: Vec<Value> = days
        .iter()
        .filter(|day| by_day.contains_key(&day.0))
        .map(|day| {
            let letters = of(day);
            context! { day => day.rfc3339().get(..10), pass => letters.passed, failed => letters.failed, quarantined => letters.quarantined, rejected => letters.rejected }
        })
        .collect();
    let letters = summary.letters();
    let total = letters.passed + letters.failed + letters.quarantined + letters.rejected;
    let say = |key: &str| person.guest.say(key, &[]);
    let columns = [
        Column { key: "source", ..Column::default() },
        Column { key: "owner", ..Column::default() },
        Column { key: "letters", is_number: true },
        Column { key: "passed", is_number: true },
        Column { key: "not-passed", is_number: true },
    ];
    let table_rows = sources.iter().map(|source| {
        let mut cell = Cell::text(source.name.clone().unwrap_or_else(|| source.address.clone()));
        if source.name.is_some() {
            cell.note = source.address.clone();
        }
        let owner = match source.owner {
            Owner::Ours => Cell::lamp("ok", say("owner-ours")),
            Owner::Known(service) => Cell::lamp("unknown", service),
            Owner::Unknown => Cell::lamp("waiting", say("owner-unknown")),
        };
        let failed = source.letters.failed + source.letters.quarantined + source.letters.rejected;
        let number = |count: i64| Cell::number(u64::try_from(count).unwrap_or(0));
        Row {
            cells: vec![
                cell,
                owner,
                number(source.letters.passed + failed),
                number(source.letters.passed),
                number(failed),
            ],
            ..Row::default()
        }
    });
    wish.hide("days");
    let table = table::of(&wish, &columns, table_rows.collect());
    if wish.is_csv {
        return Ok(table.csv(&format!("dmarc-{}", subject.name), say));
    }
    let reporters: Vec<Value> = summary
        .reporters
        .iter()
        .map(|reporter| context! { name => reporter.name, letters => reporter.good + reporter.bad })
        .collect();
    let content = context! {
        domain => subject.name,
        period,
        total,
        passed_percent => (letters.passed * 100).checked_div(total).unwrap_or(0),
        chart => chart::bars(&person.guest.say("dmarc-chart", &[("days", Word::from(period as usize))]), &bars),
        days => rows,
        table => Value::from_serialize(&table),
        reporters,
        live => "reports",
    };
    page::of(&person, "dmarc.html", "dmarc", content)
}

async fn tls(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let period = period(&Wish::of(&person.guest.target));
    let Ok(domain) = mail_domain(&subject) else {
        return page::of(&person, "tls.html", "tls", context! { domain => subject.name, total => 0, period });
    };
    let now = shared.world.clock.now();
    let summary =
        shared.reports.summary(person.session.organisation, domain, Range::last_days(now, period)).await?;
    let by_day: BTreeMap<i64, (i64, i64)> =
        summary.tls.iter().map(|day| (day.day.0, (day.succeeded, day.failed))).collect();
    let bars: Vec<Bar> = days(now, period)
        .iter()
        .map(|day| {
            let (succeeded, failed) = by_day.get(&day.0).copied().unwrap_or_default();
            Bar { label: chart::day(*day), parts: vec![("pass", succeeded), ("rejected", failed)] }
        })
        .collect();
    let failed: i64 = summary.tls.iter().map(|day| day.failed).sum();
    let total: i64 = failed + summary.tls.iter().map(|day| day.succeeded).sum::<i64>();
    let failures: Vec<Value> = summary
        .tls_troubles
        .iter()
        .map(|trouble| context! { kind => trouble.failure, count => trouble.sessions })
        .collect();
    let content = context! {
        domain => subject.name,
        period,
        total,
        failed,
        failures,
        chart => chart::bars(&person.guest.say("tls-chart", &[("days", Word::from(period as usize))]), &bars),
        live => "reports",
    };
    page::of(&person, "tls.html", "tls", content)
}

/// Days of the reputation's history.
const HISTORY_DAYS: u32 = 90;

async fn reputation(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let tools: Vec<Value> =
        TOOLS.iter().map(|tool| context! { name => tool.name, href => tool.uri }).collect();
    let Ok(domain) = mail_domain(&subject) else {
        return page::of(
            &person,
            "reputation.html",
            "reputation",
            context! { domain => subject.name, tools },
        );
    };
    let organisation = person.session.organisation;
    let score = shared.reputation.score(organisation, domain).await?;
    let history = shared.reputation.history(organisation, domain, HISTORY_DAYS).await?;
    let by_day: BTreeMap<i64, i64> =
        history.iter().filter_map(|day| Some((day.day.0, day.score.as_ref()?.points))).collect();
    let points: Vec<(String, Option<i64>)> = days(shared.world.clock.now(), HISTORY_DAYS)
        .iter()
        .map(|day| (chart::day(*day), by_day.get(&day.0).copied()))
        .collect();
    let state = match score.points {
        90.. => "ok",
        40..90 => "waiting",
        _ => "lost",
    };
    let factors: Vec<Value> = score
        .factors
        .iter()
        .map(|factor| {
            let words = reputation::explanation(factor.cause);
            context! { key => words.key, text => words.english, count => factor.seen, points => format!("−{}", factor.points) }
        })
        .collect();
    let chart =
        (by_day.len() > 1).then(|| chart::line(&person.guest.say("reputation-chart", &[]), 100, &points));
    let content = context! {
        domain => subject.name,
        score => if score.says_little && score.factors.is_empty() && by_day.is_empty() { None } else { Some(score.points) },
        state,
        factors,
        chart,
        tools,
    };
    page::of(&person, "reputation.html", "reputation", content)
}
