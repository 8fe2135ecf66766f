//! Domaines synonymes: second names of a domain, which say what its zone says.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use minijinja::{Value, context};
use model::ZoneId;
use zones::Candidate;

use super::Answer;
use super::refusal::FieldError;
use super::subject::{Hosted, Subject, text};
use crate::Shared;
use crate::fields::Fields;
use crate::toast::Toast;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/domains/{name}/synonyms", get(show).post(act))
}

async fn show(subject: Subject) -> Answer {
    if subject.zone.is_none() {
        return subject.page("synonyms.html", "synonyms", context! { elsewhere => true });
    }
    let at = subject.hosted()?;
    let step = at.person.guest.target.split_once('?').map_or("", |(_, query)| query);
    let chosen = step.strip_prefix("synonym=").unwrap_or_default();
    show_with(&at, chosen, &[]).await
}

/// A domain of the list: one that may be chosen, or why not.
fn choice(at: &Hosted, candidate: Candidate) -> Result<Value, Trouble> {
    let why_not = match candidate.refusal {
        Some(error) => at.refusal(error)?.reason,
        None => String::new(),
    };
    Ok(context! { name => text(&candidate.zone.name), why_not })
}

async fn show_with(at: &Hosted, chosen: &str, errors: &[FieldError]) -> Answer {
    let content = match at.zone.main {
        Some(main) => context! {
            main => text(&at.zones().zone(main).await?.name),
            zone_id => at.zone.id.to_string(),
        },
        None => choosing(at, chosen, errors).await?,
    };
    at.page("synonyms.html", "synonyms", context! { live => "zones", ..content })
}

async fn choosing(at: &Hosted, chosen: &str, errors: &[FieldError]) -> Result<Value, Trouble> {
    let mut synonyms = Vec::new();
    for synonym in at.zones().synonyms(at.zone.id).await? {
        // Each has a key of its own, and a parent that has to know it.
        let ds = if synonym.is_signed { at.zones().ds(synonym.id).await? } else { Vec::new() };
        synonyms.push(context! { id => synonym.id.to_string(), name => text(&synonym.name), ds });
    }
    let (mut open, mut closed, mut lost) = (Vec::new(), Vec::new(), None);
    // The others are other domains of the organisation.
    let candidates = match at.person.administers() {
        true => at.zones().synonym_candidates(at.zone.id).await?,
        false => Vec::new(),
    };
    for candidate in candidates {
        // One of this very zone stands in the list above.
        if candidate.zone.main == Some(at.zone.id) {
            continue;
        }
        if candidate.refusal.is_none() && text(&candidate.zone.name) == chosen {
            lost = Some(candidate.zone.records);
        }
        let list = if candidate.refusal.is_none() { &mut open } else { &mut closed };
        list.push(choice(at, candidate)?);
    }
    Ok(context! { synonyms, open, closed, chosen, lost, errors => Value::from_serialize(errors) })
}

async fn act(at: Hosted, fields: Fields) -> Answer {
    // A synonym is another domain of the organisation: not for who administers this one only.
    if !at.person.administers() {
        return Err(Trouble::NotAllowed);
    }
    if fields.has("dissociate") {
        let id = ZoneId(fields.text("dissociate").parse().map_err(|_| Trouble::NotFound)?);
        let freed = at.zones().dissociate_synonym(id).await?;
        let words = at.say("synonym-dissociated", &[("domain", Word::from(text(&freed.name)))]);
        return at.done("synonyms", &Toast::of(words));
    }
    match at.zones().add_synonym(at.zone.id, fields.text("synonym")).await {
        Ok(synonym) => {
            let words = at.say("synonym-added", &[("domain", Word::from(text(&synonym.name)))]);
            let id = synonym.id.to_string();
            at.done("synonyms", &Toast::of(words).with_undo(at.path("synonyms"), &[("dissociate", &id)]))
        }
        Err(error) => show_with(&at, "", &[at.refusal(error)?.at("synonym")]).await,
    }
}
