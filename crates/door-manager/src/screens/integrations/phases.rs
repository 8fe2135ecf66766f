//! «Phases et check-lists»: the four phases with what they deliver, and the questions of each chapter, answered where they
//! stand.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::Integration;
use minijinja::{Value, context};
use onboarding::{
    Answer as Said, Answered, Chapter, Clarity, ConnectionTest, Lead, Phase, PhaseRecord, PhaseState, Place,
};

use super::connecting::{lamp, said};
use super::{Answer, Desk, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/phases", get(show).post(set_phase))
        .route("/integrations/{id}/answers", post(answer))
}

async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    shown(&desk, &desk.found(&id).await?, &Fields::default(), &[]).await
}

/// Phases and checklists, with what was typed where something was refused.
async fn shown(desk: &Desk, one: &Integration, typed: &Fields, errors: &[FieldError]) -> Answer {
    let own = desk.onboarding();
    let (phases, answers) = (own.phases(one.id).await?, own.answers(one.id).await?);
    let tests = own.tests(one.id).await?;
    let test = tests.iter().find(|test| test.ended_at.is_some());
    let answered = answers.iter().filter(|answered| answered.state != Clarity::Unanswered).count();
    let entries = |place: Place| -> Vec<Value> {
        let of_place = answers.iter().filter(|answered| answered.item.place == place);
        of_place.map(|answered| entry(desk, answered, test, typed)).collect()
    };
    let chapters = Chapter::EACH.map(|chapter| {
        context! {
            key => chapter.as_str(),
            title => desk.tell(&format!("chapter-{}", chapter.as_str()), &[]),
            items => entries(Place::Question(chapter)),
        }
    });
    let phases: Vec<Value> = phases
        .iter()
        .map(|record| context! { items => entries(Place::Deliverable(record.phase)), ..phase(desk, record) })
        .collect();
    let content = context! {
        top => desk.top(one, "phases"),
        phases,
        chapters => chapters.to_vec(),
        clarities => Clarity::EACH.map(|one| context! {
            value => one.as_str(), text => desk.tell(&format!("clarity-{one}"), &[]),
        }).to_vec(),
        answered,
        total => answers.len(),
    };
    desk.page("integration_phases.html", content, errors)
}

fn phase(desk: &Desk, record: &PhaseRecord) -> Value {
    let phase = record.phase;
    let states = PhaseState::EACH.map(|state| {
        context! { value => state.as_str(), text => desk.tell(&format!("state-{state}"), &[]) }
    });
    context! {
        phase => phase.as_str(),
        name => desk.tell(&format!("phase-{phase}"), &[]),
        objective => desk.tell(&format!("objective-{phase}"), &[]),
        lead => desk.tell(&format!("lead-{}", phase.lead().as_str()), &[]),
        lamp => match record.state {
            PhaseState::Open => "unknown",
            PhaseState::UnderWay => "waiting",
            PhaseState::Done => "ok",
        },
        state => record.state.as_str(),
        says => desk.tell(&format!("state-{}", record.state), &[]),
        states => states.to_vec(),
        due_on => record.due_on.map(|day| day.to_string()).unwrap_or_default(),
        // Noon, which is that day in every zone here.
        due_at => record.due_on.map(|day| format!("{day}T12:00:00Z")),
        changed => said(&record.changed),
        may_change => phase.lead() != Lead::Operator || desk.person.session.is_operator,
    }
}

/// An item; its fields' names hold its key, in which a dot is as good as any other letter.
fn entry(desk: &Desk, answered: &Answered, test: Option<&ConnectionTest>, typed: &Fields) -> Value {
    let key = answered.item.key;
    let (state, remarks) = (format!("state-{key}"), format!("remarks-{key}"));
    let measured = test.and_then(|test| test.light_of(answered.item.measured_by)).map(|light| {
        context! { lamp => lamp(light), text => desk.tell(&format!("light-{}", light.as_str()), &[]) }
    });
    context! {
        key,
        number => answered.item.number(),
        text => desk.tell(&format!("item-{key}"), &[]),
        note => answered.item.has_note.then(|| desk.tell(&format!("note-{key}"), &[])),
        state => if typed.has(&state) { typed.text(&state) } else { answered.state.as_str() },
        remarks => if typed.has(&remarks) { typed.text(&remarks) } else { answered.remarks.as_str() },
        changed => said(&answered.changed),
        measured,
    }
}

async fn set_phase(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let phase: Phase = fields.text("phase").parse().map_err(|_| Trouble::NotFound)?;
    let state: PhaseState = fields.text("state").parse().map_err(|_| Trouble::NotFound)?;
    let field = format!("due-{phase}");
    let due_on = match fields.text("due_on") {
        "" => None,
        text => match text.parse() {
            Ok(day) => Some(day),
            Err(_) => {
                let words = desk.say("onboarding-day-wrong", &[("text", Word::from(text))]);
                return shown(&desk, &one, &fields, &[FieldError::new(&field, words)]).await;
            }
        },
    };
    match desk.onboarding_of_whoever().set_phase(one.id, phase, state, due_on).await {
        Ok(_) => {
            let name = desk.tell(&format!("phase-{phase}"), &[]);
            desk.done(&format!("{}/phases", path_of(&one)), "onboarding-phase-saved", &name)
        }
        Err(error) => shown(&desk, &one, &fields, &[desk.refusal(error)?.at(&field)]).await,
    }
}

/// All answers of a chapter or of a phase at once; what is not in the form stays.
async fn answer(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let mut answers = Vec::new();
    for item in onboarding::ITEMS {
        let state = format!("state-{}", item.key);
        if fields.has(&state) {
            let state = fields.text(&state).parse().map_err(|_| Trouble::NotFound)?;
            let remarks = fields.text(&format!("remarks-{}", item.key)).to_owned();
            answers.push(Said { item, state, remarks });
        }
    }
    let first = answers.first().map(|answer| answer.item.key).unwrap_or_default();
    match desk.onboarding().answer(one.id, answers).await {
        Ok(_) => desk.done(&format!("{}/phases", path_of(&one)), "onboarding-answers-saved", &one.name),
        Err(error) => {
            let error = desk.refusal(error)?.at(&format!("remarks-{first}"));
            shown(&desk, &one, &fields, &[error]).await
        }
    }
}
