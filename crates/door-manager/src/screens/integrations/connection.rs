//! «Test de liaison»: started here, followed while it goes on, its lines with what to do; and the record of acceptance.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use gateways::Integration;
use minijinja::{Value, context};
use model::Address;
use onboarding::checks::{Light, Line, Part};
use onboarding::{ConnectionTest, line_words};
use serde::Deserialize;

use super::connecting::lamp;
use super::{Answer, Desk, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/test", get(show).post(start))
        .route("/integrations/{id}/report.pdf", get(report))
}

/// Earlier tests that are offered.
const SHOWN: usize = 10;

/// Which test; without it, the newest.
#[derive(Default, Deserialize)]
struct Which {
    #[serde(default)]
    test: String,
}

async fn show(desk: Desk, Path(id): Path<String>, Query(which): Query<Which>) -> Answer {
    shown(&desk, &desk.found(&id).await?, &which.test, "", &[]).await
}

async fn shown(desk: &Desk, one: &Integration, which: &str, typed: &str, errors: &[FieldError]) -> Answer {
    let own = desk.onboarding();
    let now = desk.now();
    let tests = own.tests(one.id).await?;
    let running = tests.first().is_some_and(|test| test.is_running(now));
    let chosen = tests.iter().find(|test| test.id.to_string() == which);
    let chosen = chosen.or_else(|| tests.iter().find(|test| test.ended_at.is_some()));
    let path = path_of(one);
    let earlier: Vec<Value> = tests
        .iter()
        .filter(|test| test.ended_at.is_some())
        .take(SHOWN)
        .map(|test| {
            let lamps = [Light::Bad, Light::Warning, Light::Waiting, Light::Good].map(|light| {
                let words = desk.tell(&format!("light-{}", light.as_str()), &[]);
                context! { lamp => lamp(light), text => words, count => test.count(light) }
            });
            context! {
                href => format!("{path}/test?test={}", test.id),
                is_current => chosen.is_some_and(|chosen| chosen.id == test.id),
                at => test.started_at.rfc3339(),
                who => test.started_by,
                lamps => lamps.to_vec(),
            }
        })
        .collect();
    let content = context! {
        top => desk.top(one, "test"),
        running,
        test => chosen.map(|test| result(desk, test)),
        earlier,
        commands => own.test_commands().await?,
        letter_to => typed,
        language => desk.reads().tag(),
    };
    desk.page("integration_test.html", content, errors)
}

fn result(desk: &Desk, test: &ConnectionTest) -> Value {
    let parts: Vec<Value> = Part::EACH
        .iter()
        .map(|part| {
            let lines: Vec<Value> = test.of_part(*part).map(|one| line(desk, one)).collect();
            context! { title => desk.tell(&format!("part-{}", part.as_str()), &[]), lines }
        })
        .collect();
    let light = test.light();
    context! {
        at => test.started_at.rfc3339(),
        who => test.started_by,
        lamp => lamp(light),
        says => desk.say(&format!("onboarding-test-{}", light.as_str()), &[]),
        parts,
    }
}

fn line(desk: &Desk, line: &Line) -> Value {
    let (text, remedy) = line_words(desk.reads(), line);
    let light = line.light();
    context! { lamp => lamp(light), light => desk.tell(&format!("light-{}", light.as_str()), &[]), text, remedy }
}

async fn start(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let typed = fields.text("letter_to");
    let letter_to = match typed {
        "" => None,
        text => match Address::parse(text) {
            Ok(address) => Some(address),
            Err(_) => {
                let words = desk.say("onboarding-address-wrong", &[("text", Word::from(text))]);
                return shown(&desk, &one, "", typed, &[FieldError::new("letter_to", words)]).await;
            }
        },
    };
    match desk.onboarding_of_whoever().start_test(one.id, letter_to).await {
        Ok(_) => desk.done(&format!("{}/test", path_of(&one)), "onboarding-test-started", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?.at("letter_to");
            shown(&desk, &one, "", typed, &[error]).await
        }
    }
}

/// The record of acceptance, in the reader's language.
async fn report(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    let (name, pdf) = desk.onboarding().report(one.id, desk.reads()).await?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, pdf).into_response())
}
