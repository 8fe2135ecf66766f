//! Domaines synonymes: second names of a domain, which say what its zone says.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use minijinja::{Value, context};
use model::ZoneId;

use super::Answer;
use super::subject::{FieldError, Subject, refusal, text};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/domains/{name}/synonyms", get(show).post(act))
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let step = person.guest.target.split_once('?').map_or("", |(_, query)| query);
    let chosen = step.strip_prefix("synonym=").unwrap_or_default().to_owned();
    page_of(&shared, &person, &subject, &chosen, Vec::new()).await
}

async fn page_of(
    shared: &Shared,
    person: &Administrator,
    subject: &Subject,
    chosen: &str,
    errors: Vec<FieldError>,
) -> Answer {
    let zones = shared.zones.administration(person.scope(), person.who());
    let Some(zone) = &subject.zone else {
        return page::of(
            person,
            "synonyms.html",
            "synonyms",
            context! { domain => subject.name, elsewhere => true },
        );
    };
    let all = zones.zones(Some(person.session.organisation)).await?;
    let synonyms: Vec<Value> = zones
        .synonyms(zone.id)
        .await?
        .iter()
        .map(|synonym| context! { id => synonym.id.to_string(), name => text(&synonym.name), since => synonym.changed_at.rfc3339() })
        .collect();
    let candidates: Vec<String> = all
        .iter()
        .filter(|other| other.id != zone.id && other.main.is_none())
        .map(|other| text(&other.name))
        .collect();
    let main =
        zone.main.and_then(|main| all.iter().find(|other| other.id == main)).map(|main| text(&main.name));
    let lost = all.iter().find(|other| text(&other.name) == chosen).map_or(0, |other| other.records);
    let content = context! {
        domain => subject.name,
        zone_id => zone.id.to_string(),
        synonyms,
        candidates,
        main,
        chosen,
        lost,
        errors => Value::from_serialize(&errors),
        live => "zones",
    };
    page::of(person, "synonyms.html", "synonyms", content)
}

async fn act(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let zones = shared.zones.administration(person.scope(), person.who());
    let back = subject.path("synonyms");
    if fields.has("dissociate") {
        let id = ZoneId(fields.text("dissociate").parse().map_err(|_| Trouble::NotFound)?);
        let freed = zones.dissociate_synonym(id).await?;
        let words = person.guest.say("synonym-dissociated", &[("domain", Word::from(text(&freed.name)))]);
        return Ok(done(&person, &back, &Toast::of(words)));
    }
    let chosen = fields.text("synonym").to_owned();
    match zones.add_synonym(zone.id, &chosen).await {
        Ok(synonym) => {
            let words = person.guest.say("synonym-added", &[("domain", Word::from(text(&synonym.name)))]);
            let id = synonym.id.to_string();
            Ok(done(&person, &back, &Toast::of(words).with_undo(back.clone(), &[("dissociate", &id)])))
        }
        Err(error) => {
            let mut error = refusal(&person, error)?;
            error.field = "synonym".to_owned();
            page_of(&shared, &person, &subject, "", vec![error]).await
        }
    }
}
