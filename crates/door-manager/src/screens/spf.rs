//! SPF: what the record costs of the ten look-ups, the tree of its includes, strict or soft, and the merge tool.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use minijinja::{Value, context};
use trust::spf::{Branch, Count, Problem};
use wire_trust::spf::{Qualifier, Record};
use zones::diagnosis::Remark;
use zones::{Edit, ManagedBy, NewRecord, RecordInfo, SpfStrictness, Standing, quoted, text_octets};

use super::Answer;
use super::refusal::{FieldError, detail};
use super::subject::{Hosted, Subject, text};
use super::zone::purpose;
use crate::fields::Fields;
use crate::toast::Toast;
use crate::trouble::Trouble;
use crate::words::Language;
use crate::{Shared, lamps, limits};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/spf", get(show))
        .route("/domains/{name}/spf/all", post(set_all))
        .route("/domains/{name}/spf/merge", post(merge))
}

/// The owner of the domain's own records within its zone.
fn owner_of(subject: &Subject) -> String {
    let zone = subject.zone.as_ref().map_or(String::new(), |zone| text(&zone.name));
    match subject.name.strip_suffix(&zone).map(|rest| rest.trim_end_matches('.')) {
        Some("") | None => "@".to_owned(),
        Some(rest) => rest.to_owned(),
    }
}

/// The SPF records that stand at the domain in our zone.
async fn standing(subject: &Subject) -> Result<Vec<RecordInfo>, Trouble> {
    let Some(zone) = &subject.zone else { return Ok(Vec::new()) };
    let owner = owner_of(subject);
    let records = subject.zones().records(zone.id).await?;
    Ok(records.into_iter().filter(|record| record.owner == owner && purpose(record) == "spf").collect())
}

/// What this installation would write for the domain.
async fn expected(subject: &Subject) -> Result<Option<String>, Trouble> {
    Ok(subject.shared.zones.installation().await?.map(|installation| installation.domain_spf()))
}

fn plain(record: &RecordInfo) -> String {
    text_octets(&record.data)
        .map_or_else(|_| record.data.clone(), |octets| String::from_utf8_lossy(&octets).into_owned())
}

fn tree(branch: &Branch) -> Value {
    context! {
        term => branch.term,
        domain => branch.domain,
        record => branch.record,
        lookups => branch.lookups,
        branches => branch.branches.iter().map(tree).collect::<Vec<_>>(),
    }
}

/// What the world sees at the domain; empty where that cannot be found out.
async fn published(subject: &Subject) -> Vec<String> {
    let texts = subject.shared.world.names.texts(&subject.name).await.unwrap_or_default();
    texts
        .iter()
        .filter(|text| Record::is_meant(text.as_slice()))
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .collect()
}

fn in_words(language: Language, problem: &Problem, domain: &str) -> String {
    lamps::remark(language, &Remark::of_spf(problem, domain))
}

fn problems(language: Language, count: &Count) -> Vec<Value> {
    let view = |problem: &Problem| {
        let state = if problem.is_grave() { "lost" } else { "waiting" };
        context! { text => in_words(language, problem, &count.tree.domain), state }
    };
    count.problems.iter().map(view).collect()
}

async fn show(subject: Subject) -> Answer {
    show_with(&subject, Merging::default()).await
}

/// The merge tool as it was filled in.
#[derive(Default)]
struct Merging {
    pasted: String,
    result: Option<String>,
    replaced: usize,
    errors: Vec<FieldError>,
}

async fn show_with(subject: &Subject, merging: Merging) -> Answer {
    let records = standing(subject).await?;
    let count = trust::spf::count(&subject.shared.world.names, &subject.name).await;
    let (is_hosted, language) = (subject.zone.is_some(), subject.person.guest.language);
    let texts = match is_hosted {
        true => records.iter().map(plain).collect(),
        false => published(subject).await,
    };
    let all = texts.first().and_then(|text| Record::parse(text).ok()).and_then(|record| record.all());
    let sign = all.map_or("", |all| match all {
        Qualifier::Fail => "fail",
        Qualifier::SoftFail => "softfail",
        Qualifier::Neutral => "neutral",
        Qualifier::Pass => "pass",
    });
    let content = context! {
        is_hosted,
        is_known => is_hosted || count.is_known(),
        texts,
        record_path => records.first().map(|record| subject.path(&format!("zone/records/{}", record.id))),
        sign,
        lookups => count.lookups,
        voids => count.void_lookups,
        tree => tree(&count.tree),
        problems => problems(language, &count),
        expected => expected(subject).await?,
        pasted => merging.pasted,
        result => merging.result,
        replaced => merging.replaced,
        errors => Value::from_serialize(&merging.errors),
        live => "zones",
    };
    subject.page("spf.html", "spf", content)
}

/// Writes `wanted` as the only SPF record of the domain.
async fn write(at: &Hosted, wanted: &str, words: String) -> Answer {
    let records = standing(at).await?;
    let record = NewRecord::new(owner_of(at), "TXT", quoted(wanted.as_bytes()));
    let mut edit = Edit::default();
    match records.split_first() {
        Some((first, others)) => {
            edit.change
                .push((first.id, NewRecord { ttl: Some(first.ttl), note: first.note.clone(), ..record }));
            edit.remove = others.iter().map(|other| other.id).collect();
        }
        None => edit.add.push(record),
    }
    match at.zones().edit(at.zone.id, edit).await {
        Ok(diff) => at.done("spf", &at.undoable(diff.serial, words)),
        Err(error) => at.refused("spf", error),
    }
}

async fn set_all(at: Hosted, fields: Fields) -> Answer {
    let (qualifier, strictness) = match fields.text("all") {
        "softfail" => (Qualifier::SoftFail, SpfStrictness::Marking),
        "neutral" => (Qualifier::Neutral, SpfStrictness::Soft),
        _ => (Qualifier::Fail, SpfStrictness::Strict),
    };
    let records = standing(&at).await?;
    let is_kept = |record: &RecordInfo| matches!(record.managed_by, ManagedBy::MailService(_));
    // What the mail service keeps right stays its own.
    if let Some(domain) = at.domain.as_ref().filter(|_| records.iter().all(is_kept)) {
        match at.zones().set_spf(&domain.name, strictness, Standing::Stays).await {
            // Its records are kept by hand.
            Ok(changed) if changed.zone.is_none() => {}
            Ok(changed) => {
                let words = at.say("spf-written", &[]);
                let toast = match changed.kept.changes.iter().find(|(zone, _)| *zone == at.zone.id) {
                    Some((_, diff)) => at.undoable(diff.serial, words),
                    None => Toast::of(words),
                };
                return at.done("spf", &toast);
            }
            Err(error) => return at.refused("spf", error),
        }
    }
    let text = match records.first() {
        Some(record) => Some(plain(record)),
        None => expected(&at).await?,
    };
    let record = text.as_deref().and_then(|text| Record::parse(text).ok()).ok_or(Trouble::NotFound)?;
    write(&at, &record.with_all(qualifier).to_string(), at.say("spf-written", &[])).await
}

/// Record lines of a pasted text: each begins with the version.
fn pasted_records(text: &str) -> Vec<String> {
    let flat = text.replace(['"', '\r', '\n', '\t'], " ");
    let lower = flat.to_ascii_lowercase();
    let starts: Vec<usize> =
        lower.match_indices("v=spf1").map(|(index, _)| index).take(limits::SPF_RECORDS_LIMIT).collect();
    let ends = starts.iter().skip(1).copied().chain([flat.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| flat[*start..end].split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

async fn merge(subject: Subject, fields: Fields) -> Answer {
    let pasted = fields.raw("pasted").to_owned();
    let mut merging = Merging { pasted: pasted.clone(), ..Merging::default() };
    let records = standing(&subject).await?;
    // Ours first: what stands here, or else what this installation would write.
    let mut texts: Vec<String> = records.iter().map(plain).collect();
    if texts.is_empty() {
        texts.extend(expected(&subject).await?);
    }
    if subject.zone.is_none() {
        texts.extend(published(&subject).await);
    }
    let given = pasted_records(&pasted);
    if given.is_empty() && texts.len() < 2 {
        merging.errors.push(FieldError::new("pasted", subject.say("spf-merge-empty", &[])));
        return show_with(&subject, merging).await;
    }
    for text in given {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let mut parsed = Vec::new();
    for text in &texts {
        match Record::parse(text) {
            Ok(record) => parsed.push(record),
            Err(fault) => {
                let problem = Problem::Syntax(subject.name.clone(), fault.clone());
                let reason = in_words(subject.person.guest.language, &problem, &subject.name);
                let rule = detail(&subject.person.guest, &fault.to_string());
                let error = FieldError { rule, ..FieldError::new("pasted", reason) };
                merging.errors.push(error);
            }
        }
    }
    if !merging.errors.is_empty() {
        return show_with(&subject, merging).await;
    }
    let Some((ours, others)) = parsed.split_first() else { return Err(Trouble::NotFound) };
    let result = wire_trust::spf::merge(ours, others).to_string();
    if fields.text("step") == "apply" && subject.zone.is_some() {
        let at = subject.hosted()?;
        return write(&at, &result, at.say("spf-merged", &[])).await;
    }
    merging.replaced = records.len();
    merging.result = Some(result);
    show_with(&subject, merging).await
}

#[cfg(test)]
mod tests {
    use super::pasted_records;

    #[test]
    fn records_are_found_in_what_people_paste() {
        let pasted = "\"v=spf1 include:a.test ?all\"\n example.ch. IN TXT v=spf1  include:b.test ~all";
        let found = pasted_records(pasted);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], "v=spf1 include:b.test ~all");
        assert!(pasted_records("nothing here").is_empty());
    }
}
