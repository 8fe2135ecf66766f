//! What an organisation was told of other addresses of the platform: the sections of its own modes, what it has to change
//! itself, and its answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use minijinja::{Value, context};
use renumbering::{Administration, Announced, NoticeKind, RenumberingId};

use super::Answer;
use super::installation::endpoint;
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page, reader};

const PATH: &str = "/manager/renumberings";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/renumberings", get(show)).route("/renumberings/{renumbering}/answer", post(answer))
}

fn changes(shared: &Shared, person: &Person) -> Administration {
    shared.renumberings.administration(person.scope(), person.who())
}

/// The announcements that wait for an answer, for the first page.
pub(super) async fn alerts(shared: &Shared, person: &Person) -> Result<Vec<Value>, Trouble> {
    let unanswered = changes(shared, person).unanswered_by(person.session.organisation).await?;
    let now = shared.world.clock.now();
    let waiting = unanswered.iter().map(|change| {
        let day = reader::day_of(person.guest.language, change.switches_at);
        let values = [("date", Word::from(day)), ("name", Word::from(change.name.as_str()))];
        let key = if change.switches_at <= now { "announcement-banner-since" } else { "announcement-banner" };
        let text = person.guest.say(key, &values);
        let name = person.guest.say("announcements-title", &[]);
        context! { name, state => "waiting", text, href => PATH }
    });
    Ok(waiting.collect())
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let announced = changes(&shared, &person).announced_to(person.session.organisation).await?;
    let announced: Vec<Value> = announced.iter().map(|one| view(&person, one)).collect();
    page::of(&person, "announcements.html", "renumberings", context! { announced })
}

fn view(person: &Person, one: &Announced) -> Value {
    let (letter, change) = (&one.letter, &one.letter.renumbering);
    let say = |key: &str| person.guest.say(key, &[]);
    let sections: Vec<Value> = letter
        .modes
        .iter()
        .map(|mode| {
            context! {
                title => say(&format!("letter-renumbering-section-{}", mode.as_str().to_lowercase())),
                is_gateway => mode.as_str() == "A",
                endpoints => change.endpoints_of(*mode).map(endpoint).collect::<Vec<_>>(),
            }
        })
        .collect();
    let findings: Vec<Value> = letter
        .findings
        .iter()
        .map(|finding| {
            let new: Vec<String> = finding.new.iter().map(ToString::to_string).collect();
            context! {
                pin => say(&format!("pin-{}", finding.pin.as_str())),
                thing => finding.thing,
                old => finding.old.to_string(),
                new => new.join(", "),
            }
        })
        .collect();
    let moment = |at: model::Timestamp| Word::from(reader::moment(person.guest.language, &at.rfc3339()));
    let hosts: Vec<String> = letter
        .modes
        .iter()
        .flat_map(|mode| change.endpoints_of(*mode))
        .map(|one| one.host.to_string())
        .collect();
    let mut examples = hosts;
    examples.dedup();
    examples.truncate(2);
    let values = [
        ("date", moment(change.switches_at)),
        ("until", moment(change.ends_at)),
        ("name", Word::from(change.name.as_str())),
        ("examples", Word::from(examples.join(", "))),
    ];
    let answered = one.answer.map(|answer| {
        let values = [
            ("answer", Word::from(say(&format!("announcement-answer-{}", answer.as_str())))),
            ("who", Word::from(one.answered_by.clone().unwrap_or_default())),
        ];
        person.guest.say("announcement-answered", &values)
    });
    context! {
        id => change.id.to_string(),
        name => change.name,
        is_cancelled => letter.kind == NoticeKind::Cancellation,
        text => person.guest.say(&format!("letter-renumbering-{}", letter.kind.as_str()), &values),
        check => person.guest.say("letter-renumbering-check", &values),
        names => (!examples.is_empty()).then(|| person.guest.say("letter-renumbering-names", &values)),
        sections,
        findings,
        answered,
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let answer = renumbering::Answer::of(fields.text("answer")).ok_or(Trouble::NotFound)?;
    let organisation = person.session.organisation;
    changes(&shared, &person).answer(RenumberingId(id), organisation, answer).await?;
    Ok(done(&person, PATH, &Toast::of(person.guest.say("announcement-was-answered", &[]))))
}
