//! What others report of a domain: DMARC (who sends as us) and TLS.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use mail_reports::{Letters, Owner, Range, ReportsError, Source};
use minijinja::{Value, context};
use model::Timestamp;

use super::Answer;
use super::subject::Subject;
use crate::chart::{self, Bar};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::words::Word;
use crate::{Shared, limits, reader};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/domains/{name}/dmarc", get(dmarc)).route("/domains/{name}/tls", get(tls))
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

/// The days that the address wishes for: 7, 30 or 90.
fn period(wish: &Wish) -> u32 {
    wish.filter("days").parse().unwrap_or(30).clamp(1, limits::CHART_DAYS_LIMIT)
}

/// Every day of a range, so that a day without reports shows as one.
pub(super) fn days(now: Timestamp, count: u32) -> Vec<Timestamp> {
    const DAY: i64 = 86_400_000;
    let today = now.0.div_euclid(DAY);
    (0..i64::from(count)).rev().map(|ago| Timestamp((today - ago) * DAY)).collect()
}

/// What became of letters: the class of its colour and its words, and the number.
fn parts(letters: Letters) -> Vec<(&'static str, i64)> {
    vec![
        ("pass", letters.passed),
        ("failed", letters.failed),
        ("quarantined", letters.quarantined),
        ("rejected", letters.rejected),
    ]
}

/// The addresses of our own servers: those that receive for the domains also send for them.
async fn own_addresses(subject: &Subject) -> Result<Vec<String>, Trouble> {
    let Some(installation) = subject.shared.zones.installation().await? else { return Ok(Vec::new()) };
    let hosts = installation.exchangers.iter().flat_map(|exchanger| &exchanger.host.addresses);
    Ok(hosts.map(ToString::to_string).collect())
}

fn source(subject: &Subject, own: &[String], source: &Source) -> Row {
    let mut name = Cell::text(source.name.clone().unwrap_or_else(|| source.address.clone()));
    if source.name.is_some() {
        name.note = source.address.clone();
    }
    let owner = if own.contains(&source.address) { Owner::Ours } else { source.owner };
    let owner = match owner {
        Owner::Ours => Cell::lamp("ok", subject.say("owner-ours", &[])),
        Owner::Known(service) => Cell::lamp("unknown", service),
        Owner::Unknown => Cell::lamp("waiting", subject.say("owner-unknown", &[])),
    };
    let passed = source.letters.passed;
    let failed = source.letters.failed + source.letters.quarantined + source.letters.rejected;
    let number = |count: i64| Cell::number(u64::try_from(count).unwrap_or(0));
    Row {
        cells: vec![name, owner, number(passed + failed), number(passed), number(failed)],
        ..Row::default()
    }
}

async fn dmarc(subject: Subject) -> Answer {
    let mut wish = Wish::of(&subject.person.guest.target);
    let period = period(&wish);
    let Some(domain) = subject.domain.as_ref().map(|domain| &domain.name) else {
        return subject.page("dmarc.html", "dmarc", context! { total => 0, period });
    };
    let now = subject.shared.world.clock.now();
    let range = Range::last_days(now, period);
    let organisation = subject.person.session.organisation;
    let summary = subject.shared.reports.summary(organisation, domain, range).await?;
    let sources = subject.shared.reports.sources(organisation, domain, range).await?;
    let by_day: BTreeMap<i64, Letters> = summary.dmarc.iter().map(|day| (day.day.0, day.letters)).collect();
    let days = days(now, period);
    let of = |day: &Timestamp| by_day.get(&day.0).copied().unwrap_or_default();
    let bars: Vec<Bar> =
        days.iter().map(|day| Bar { label: reader::label(*day), parts: parts(of(day)) }).collect();
    let rows: Vec<Value> = days
        .iter()
        .filter(|day| by_day.contains_key(&day.0))
        .map(|day| {
            let counts: Vec<i64> = parts(of(day)).into_iter().map(|(_, count)| count).collect();
            context! { day => day.rfc3339(), counts }
        })
        .collect();
    let letters = summary.letters();
    let total: i64 = parts(letters).iter().map(|(_, count)| count).sum();
    let columns = [
        Column { key: "source", ..Column::default() },
        Column { key: "owner", ..Column::default() },
        Column { key: "letters", is_number: true },
        Column { key: "passed", is_number: true },
        Column { key: "not-passed", is_number: true },
    ];
    let own = own_addresses(&subject).await?;
    wish.carry("days");
    let table = table::of(&wish, &columns, sources.iter().map(|each| source(&subject, &own, each)).collect());
    if wish.is_csv {
        return Ok(table.csv(&format!("dmarc-{}", subject.name), |key| subject.say(key, &[])));
    }
    let reporters: Vec<Value> = summary
        .reporters
        .iter()
        .map(|reporter| context! { name => reporter.name, letters => reporter.good + reporter.bad })
        .collect();
    let title = subject.say("dmarc-chart", &[("days", Word::from(period as usize))]);
    let content = context! {
        period,
        total,
        passed_percent => (letters.passed * 100).checked_div(total).unwrap_or(0),
        chart => chart::bars(&title, &bars),
        days => rows,
        left_out => summary.left_out,
        table => Value::from_serialize(&table),
        reporters,
        live => "reports",
    };
    subject.page("dmarc.html", "dmarc", content)
}

async fn tls(subject: Subject) -> Answer {
    let period = period(&Wish::of(&subject.person.guest.target));
    let Some(domain) = subject.domain.as_ref().map(|domain| &domain.name) else {
        return subject.page("tls.html", "tls", context! { total => 0, period });
    };
    let now = subject.shared.world.clock.now();
    let organisation = subject.person.session.organisation;
    let summary = subject.shared.reports.summary(organisation, domain, Range::last_days(now, period)).await?;
    let by_day: BTreeMap<i64, (i64, i64)> =
        summary.tls.iter().map(|day| (day.day.0, (day.succeeded, day.failed))).collect();
    let days = days(now, period);
    let of = |day: &Timestamp| by_day.get(&day.0).copied().unwrap_or_default();
    let bars: Vec<Bar> = days
        .iter()
        .map(|day| {
            let (succeeded, failed) = of(day);
            Bar { label: reader::label(*day), parts: vec![("pass", succeeded), ("rejected", failed)] }
        })
        .collect();
    let rows: Vec<Value> = days
        .iter()
        .filter(|day| by_day.contains_key(&day.0))
        .map(|day| context! { day => day.rfc3339(), counts => [of(day).0, of(day).1] })
        .collect();
    let failed: i64 = summary.tls.iter().map(|day| day.failed).sum();
    let total: i64 = failed + summary.tls.iter().map(|day| day.succeeded).sum::<i64>();
    let failures: Vec<Value> = summary
        .tls_troubles
        .iter()
        .map(|trouble| context! { kind => trouble.failure, host => trouble.host, count => trouble.sessions })
        .collect();
    let title = subject.say("tls-chart", &[("days", Word::from(period as usize))]);
    let content = context! {
        period,
        total,
        failed,
        failures,
        days => rows,
        reporters => summary.tls_reporters.iter().map(|reporter| context! { name => reporter.name, letters => reporter.good + reporter.bad }).collect::<Vec<_>>(),
        chart => chart::bars(&title, &bars),
        live => "reports",
    };
    subject.page("tls.html", "tls", content)
}
