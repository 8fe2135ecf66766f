//! «Phases et check-lists»: the four phases with what they deliver, and the questions of each chapter, answered where they
//! stand.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use directory::DirectoryError;
use gateways::Integration;
use minijinja::{Value, context};
use onboarding::{
    Answer as Said, Answered, Chapter, Clarity, ConnectionTest, Item, Lead, Phase, PhaseRecord, PhaseState,
    Place,
};

use super::connecting::{lamp, said};
use super::{Answer, Desk, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;
use crate::words::Word;

/// The question whether recipients are informed: how many got the letter stands beside it.
const ABOUT_RECIPIENTS: &str = "5.5";

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
    let informed = own.informed_count(one.id).await?.posted;
    let entries = |place: Place| -> Vec<Value> {
        let of_place = answers.iter().filter(|answered| answered.item.place == place);
        let entry = |answered: &Answered| {
            let is_about_recipients = answered.item.key == ABOUT_RECIPIENTS && informed > 0;
            context! { informed => is_about_recipients.then_some(informed), ..entry(desk, answered, test, typed) }
        };
        of_place.map(entry).collect()
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
        .map(|record| context! { items => entries(Place::Deliverable(record.phase)), ..phase(desk, record, typed) })
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

fn phase(desk: &Desk, record: &PhaseRecord, typed: &Fields) -> Value {
    let phase = record.phase;
    // The form of one phase comes alone.
    let typed = Some(typed).filter(|typed| typed.text("phase") == phase.as_str());
    let text = |field: &str, kept: String| typed.map_or(kept, |typed| typed.text(field).to_owned());
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
        state => text("state", record.state.to_string()),
        says => desk.tell(&format!("state-{}", record.state), &[]),
        states => states.to_vec(),
        due_on => text("due_on", record.due_on.map(|day| day.to_string()).unwrap_or_default()),
        // Noon, which is that day in every zone here.
        due_at => record.due_on.map(|day| format!("{day}T12:00:00Z")),
        changed => said(&record.changed),
        may_change => phase.lead() != Lead::Operator || desk.person.session.is_operator,
    }
}

/// What was typed for an item, and what stood there when the form was opened.
struct Typed {
    state: String,
    remarks: String,
    was: (String, String),
}

impl Typed {
    /// `None` where the form does not have the item, or its row says what it said when it was opened: a form posts
    /// every row of its chapter, and a row that nobody touched takes nothing from what a colleague has said meanwhile.
    fn of(fields: &Fields, item: &Item) -> Option<Typed> {
        let text = |name: &str| fields.text(&format!("{name}-{}", item.key)).trim().replace("\r\n", "\n");
        if !fields.has(&format!("state-{}", item.key)) {
            return None;
        }
        let was = (text("was-state"), text("was-remarks"));
        let typed = Typed { state: text("state"), remarks: text("remarks"), was };
        ((&typed.state, &typed.remarks) != (&typed.was.0, &typed.was.1)).then_some(typed)
    }
}

/// An item; its fields' names hold its key, in which a dot is as good as any other letter.
fn entry(desk: &Desk, answered: &Answered, test: Option<&ConnectionTest>, fields: &Fields) -> Value {
    let key = answered.item.key;
    let typed = Typed::of(fields, answered.item);
    let measured = test.and_then(|test| test.light_of(answered.item.measured_by)).map(|light| {
        context! { lamp => lamp(light), text => desk.tell(&format!("light-{}", light.as_str()), &[]) }
    });
    // What a colleague has said since the form was opened stands beside what was typed.
    let kept = (answered.state.as_str(), answered.remarks.as_str());
    let is_other = |typed: &&Typed| kept != (typed.was.0.as_str(), typed.was.1.as_str());
    let meanwhile = typed.as_ref().filter(is_other).map(|_| {
        let clarity = desk.tell(&format!("clarity-{}", answered.state), &[]);
        let parts = [clarity.as_str(), &answered.remarks];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ")
    });
    context! {
        key,
        number => answered.item.number(),
        text => desk.tell(&format!("item-{key}"), &[]),
        note => answered.item.has_note.then(|| desk.tell(&format!("note-{key}"), &[])),
        state => typed.as_ref().map_or(answered.state.as_str(), |typed| typed.state.as_str()),
        remarks => typed.as_ref().map_or(answered.remarks.as_str(), |typed| typed.remarks.as_str()),
        was_state => answered.state.as_str(),
        was_remarks => answered.remarks,
        meanwhile,
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

/// All answers of a chapter or of a phase that were changed in the form; what is not in it stays.
async fn answer(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let word = |text: &str| text.parse::<Clarity>().map_err(|_| Trouble::NotFound);
    let mut answers = Vec::new();
    for item in onboarding::ITEMS {
        let Some(typed) = Typed::of(&fields, item) else { continue };
        // A form of before this one was deployed, or of a program, does not say what stood there.
        let was = match typed.was.0.as_str() {
            "" => None,
            state => Some((word(state)?, typed.was.1)),
        };
        let said = Said { item, state: word(&typed.state)?, remarks: typed.remarks, was };
        match said.checked() {
            Ok(said) => answers.push(said),
            Err(error) => {
                let error = desk.refusal(error)?.at(&format!("remarks-{}", item.key));
                return shown(&desk, &one, &fields, &[error]).await;
            }
        }
    }
    match desk.onboarding().answer(one.id, answers).await {
        Ok(_) => desk.done(&format!("{}/phases", path_of(&one)), "onboarding-answers-saved", &one.name),
        Err(error) => {
            let key = match &error {
                DirectoryError::Conflict { value, .. } => value.clone(),
                _ => String::new(),
            };
            let error = desk.refusal(error)?.at(&format!("remarks-{key}"));
            shown(&desk, &one, &fields, &[error]).await
        }
    }
}
