//! Réputation: the score that our own data give a domain, what takes points away, what follows and what helps.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use minijinja::{Value, context};
use model::Domain;
use reputation::{Factor, ReputationError, TOOLS, Tool};

use super::Answer;
use super::reports::days;
use super::subject::Subject;
use crate::trouble::Trouble;
use crate::words::knows;
use crate::{Shared, chart, reader};

/// Days of the history.
const HISTORY_DAYS: u32 = 90;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/domains/{name}/reputation", get(show))
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

/// The words of `key`, or the English ones where a newer factor has none yet.
fn words(subject: &Subject, words: reputation::Words) -> String {
    let is_known = knows(subject.person.guest.language, words.key);
    if is_known { subject.say(words.key, &[]) } else { words.english.to_owned() }
}

fn factor(subject: &Subject, factor: &Factor) -> Value {
    context! {
        text => words(subject, reputation::explanation(factor.cause)),
        advice => words(subject, reputation::advice(factor.cause)),
        count => reader::number(factor.seen),
        points => reader::number(-factor.points),
    }
}

/// Where others measure: each with its page about the domain and about every address that sends for it.
async fn tools(subject: &Subject) -> Result<Vec<Value>, Trouble> {
    let installation = subject.shared.zones.installation().await?;
    let exchangers = installation.map(|installation| installation.exchangers).unwrap_or_default();
    let addresses: Vec<IpAddr> = exchangers.iter().flat_map(|each| each.host.addresses.clone()).collect();
    let domain = Domain::parse(&subject.name).ok();
    let view = |tool: &Tool| {
        let measures = subject.say(&format!("measures-{}", tool.measures.replace(' ', "-")), &[]);
        let about_domain =
            domain.iter().filter_map(|domain| Some((domain.to_string(), tool.about_domain(domain)?)));
        let about_address =
            addresses.iter().filter_map(|address| Some((address.to_string(), tool.about_address(*address)?)));
        let pages: Vec<Value> =
            about_domain.chain(about_address).map(|(name, href)| context! { name, href }).collect();
        context! { name => tool.name, href => tool.uri, measures, pages }
    };
    Ok(TOOLS.iter().map(view).collect())
}

async fn show(subject: Subject) -> Answer {
    let tools = tools(&subject).await?;
    let Some(domain) = subject.domain.as_ref().map(|domain| &domain.name) else {
        return subject.page("reputation.html", "reputation", context! { tools });
    };
    let organisation = subject.person.session.organisation;
    let score = subject.shared.reputation.score(organisation, domain).await?;
    let history = subject.shared.reputation.history(organisation, domain, HISTORY_DAYS).await?;
    let by_day: BTreeMap<i64, i64> =
        history.iter().filter_map(|day| Some((day.day.0, day.score.as_ref()?.points))).collect();
    let now = subject.shared.world.clock.now();
    // The chart begins where the history does: empty weeks before say nothing.
    let points: Vec<(String, Option<i64>)> = days(now, HISTORY_DAYS)
        .iter()
        .map(|day| (reader::label(*day), by_day.get(&day.0).copied()))
        .skip_while(|(_, points)| points.is_none())
        .collect();
    let is_unknown = score.says_little && score.factors.is_empty() && by_day.is_empty();
    let state = match score.points {
        90.. => "ok",
        40..90 => "waiting",
        _ => "lost",
    };
    let content = context! {
        score => if is_unknown { None } else { Some(score.points) },
        state,
        consequence => words(&subject, reputation::consequence(score.points)),
        factors => score.factors.iter().map(|each| factor(&subject, each)).collect::<Vec<_>>(),
        chart => (by_day.len() > 1).then(|| chart::line(&subject.say("reputation-chart", &[]), 100, &points)),
        tools,
    };
    subject.page("reputation.html", "reputation", content)
}
