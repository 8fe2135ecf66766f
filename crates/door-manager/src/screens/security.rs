//! «Sécurité globale»: the lamps of a domain, what was found and what should be, and mending one or all.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use minijinja::{Value, context};
use zones::diagnosis::{Check, Diagnosis, Fix, Lamp, Light};

use super::Answer;
use super::domains::Listed;
use super::subject::{Subject, refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done, see_other};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/security", get(show))
        .route("/domains/{name}/security/look", post(look))
        .route("/domains/{name}/security/fix", post(fix))
}

/// The lamp's picture: our four states for the five lights.
fn state(light: Light) -> &'static str {
    match light {
        Light::Good => "ok",
        Light::Warning => "waiting",
        Light::Bad => "lost",
        Light::Unknown | Light::Off => "unknown",
    }
}

/// Sets the states of the list to what was found at the last look.
pub(super) async fn last_states(
    shared: &Shared,
    person: &Administrator,
    all: &mut [Listed],
) -> Result<(), Trouble> {
    let zones = shared.zones.administration(person.scope(), person.who());
    let lights = zones.last_lights(person.session.organisation).await?;
    for domain in all.iter_mut().filter(|domain| domain.is_mail) {
        let found = lights.iter().find(|(name, _)| *name == domain.name);
        domain.state = found.map_or("unknown", |(_, light)| state(*light));
    }
    Ok(())
}

fn view(lamp: &Lamp) -> Value {
    let told =
        |lines: &[zones::diagnosis::Line]| -> Vec<String> { lines.iter().map(ToString::to_string).collect() };
    let (action, remove, add) = match &lamp.fix {
        Some(Fix::Write { .. }) => ("write", Vec::new(), Vec::new()),
        Some(Fix::Sign) => ("sign", Vec::new(), Vec::new()),
        Some(Fix::Copy { remove, add }) => ("copy", told(remove), told(add)),
        None => ("", Vec::new(), Vec::new()),
    };
    let remarks: Vec<Value> = lamp
        .remarks
        .iter()
        .map(|remark| context! { says => remark.says.key(), what => remark.what })
        .collect();
    context! {
        check => lamp.check.as_str(),
        light => lamp.light.as_str(),
        state => state(lamp.light),
        is_open => matches!(lamp.light, Light::Bad | Light::Warning),
        found => lamp.found,
        expected => lamp.expected,
        remarks,
        action,
        remove,
        add,
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let Some(domain) = &subject.domain else {
        let content = context! { domain => subject.name, lamps => Vec::<Value>::new(), fixable => 0, is_hosted => true, checked_at => "" };
        return page::of(&person, "security.html", "security", content);
    };
    let zones = shared.zones.administration(person.scope(), person.who());
    let diagnosis: Diagnosis = zones.diagnose(&domain.name, &shared.looker).await?;
    let lamps: Vec<Value> = diagnosis.lamps.iter().map(view).collect();
    let fixable = diagnosis.lamps.iter().filter(|lamp| matches!(lamp.fix, Some(Fix::Write { .. }))).count();
    let content = context! {
        domain => subject.name,
        lamps,
        fixable,
        is_hosted => subject.zone.is_some(),
        checked_at => diagnosis.checked_at.rfc3339(),
        live => "zones",
    };
    page::of(&person, "security.html", "security", content)
}

/// Looks again: the page itself does.
async fn look(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    _fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    Ok(see_other(&subject.path("security")))
}

async fn fix(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let domain = subject.domain.as_ref().ok_or(Trouble::NotFound)?;
    let checks: Vec<Check> = match fields.text("check") {
        "all" => Vec::new(),
        word => vec![word.parse().map_err(|_| Trouble::NotFound)?],
    };
    let back = subject.path("security");
    let zones = shared.zones.administration(person.scope(), person.who());
    match zones.mend(&domain.name, &checks, &shared.looker).await {
        Ok(Some(mended)) => {
            let count = mended.diff.added.len() + mended.diff.removed.len();
            let words = person.guest.say("security-fixed", &[("count", Word::from(count))]);
            let (before, after) = (mended.before.to_string(), mended.diff.serial.to_string());
            let toast = Toast::of(words)
                .with_undo(subject.path("zone/undo"), &[("before", &before), ("after", &after)]);
            Ok(done(&person, &back, &toast))
        }
        Ok(None) => Ok(done(&person, &back, &Toast::of(person.guest.say("security-nothing-to-fix", &[])))),
        Err(error) => {
            let error = refusal(&person, error)?;
            Ok(done(&person, &back, &Toast::of(format!("{} {}", error.reason, error.rule))))
        }
    }
}
