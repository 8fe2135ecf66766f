//! «Sécurité globale»: the lamps of a domain, what was found and what should be, and mending one or all.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use minijinja::{Value, context};
use world::{RData, RecordType};
use zones::ZoneInfo;
use zones::diagnosis::{Check, Fix, Lamp, Light, Line, Says};

use super::Answer;
use super::domains::Listed;
use super::subject::Subject;
use crate::fields::Fields;
use crate::toast::{Toast, see_other};
use crate::trouble::Trouble;
use crate::visitor::Person;
use crate::words::{Language, Word, say};
use crate::{Shared, lamps, limits, reader};

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
pub(super) async fn last_states(shared: &Shared, person: &Person, all: &mut [Listed]) -> Result<(), Trouble> {
    let zones = shared.zones.administration(person.scope(), person.who());
    let lights = zones.last_lights(person.session.organisation).await?;
    for domain in all.iter_mut().filter(|domain| domain.is_mail) {
        let found = lights.iter().find(|(name, _)| *name == domain.name);
        domain.state = found.map_or("unknown", |(_, light)| state(*light));
    }
    Ok(())
}

/// Lines of a zone file stand as they are; the certificate's names and its end are words.
fn found(language: Language, lamp: &Lamp) -> Vec<String> {
    let told = |line: &String| match line.split_once("; until ") {
        Some((names, ends_at)) if lamp.check == Check::Certificate => {
            let day = Word::from(reader::day(language, ends_at));
            say(language, "certificate-found", &[("names", Word::from(names)), ("day", day)])
        }
        _ => line.clone(),
    };
    lamp.found.iter().map(told).collect()
}

fn view(language: Language, lamp: &Lamp) -> Value {
    let told = |lines: &[Line]| -> Vec<String> { lines.iter().map(ToString::to_string).collect() };
    let (action, remove, add) = match &lamp.fix {
        Some(Fix::Write { .. }) => ("write", Vec::new(), Vec::new()),
        Some(Fix::Sign) => ("sign", Vec::new(), Vec::new()),
        Some(Fix::Copy { remove, add }) => ("copy", told(remove), told(add)),
        None => ("", Vec::new(), Vec::new()),
    };
    let remarks = lamp.remarks.iter().filter(|remark| remark.says != Says::Right);
    context! {
        check => lamp.check.as_str(),
        light => lamp.light.as_str(),
        state => state(lamp.light),
        is_open => matches!(lamp.light, Light::Bad | Light::Warning),
        found => found(language, lamp),
        expected => lamp.expected,
        remarks => remarks.map(|remark| lamps::remark(language, remark)).collect::<Vec<_>>(),
        action,
        remove,
        add,
    }
}

async fn show(subject: Subject) -> Answer {
    let Some(domain) = &subject.domain else {
        let content = context! { lamps => Vec::<Value>::new(), fixable => 0, is_hosted => true };
        return subject.page("security.html", "security", content);
    };
    let mut diagnosis = subject.zones().diagnose(&domain.name, &subject.shared.looker).await?;
    // What does harm comes first.
    diagnosis.lamps.sort_by_key(|lamp| Reverse(lamp.light));
    let language = subject.person.guest.language;
    let is_fixable = |lamp: &&Lamp| matches!(lamp.fix, Some(Fix::Write { .. }));
    let content = context! {
        lamps => diagnosis.lamps.iter().map(|lamp| view(language, lamp)).collect::<Vec<_>>(),
        fixable => diagnosis.lamps.iter().filter(is_fixable).count(),
        is_hosted => subject.zone.is_some(),
        checked_at => diagnosis.checked_at.rfc3339(),
        live => "zones",
    };
    subject.page("security.html", "security", content)
}

/// Looks again: the page itself does.
async fn look(subject: Subject, _fields: Fields) -> Answer {
    if let Some(zone) = &subject.zone {
        wait_until_served(&subject.shared, zone, zone.serial).await;
    }
    Ok(see_other(&subject.path("security")))
}

/// Waits until the name servers say what the zone says, as they do within a second of a change, so that the next
/// look is at what is there now. Where others answer for the zone, it waits in vain, and not for long.
async fn wait_until_served(shared: &Shared, zone: &ZoneInfo, serial: u32) {
    let world = &shared.looker.world;
    for _ in 0..limits::LOOKS_FOR_CHANGE {
        let found = world.names.look_up(zone.name.as_str(), RecordType::SOA).await;
        let Ok(found) = found else { return };
        let is_served = |record: &RData| matches!(record, RData::SOA(soa) if soa.serial == serial);
        if found.records.iter().any(is_served) {
            return;
        }
        world.clock.sleep(limits::LOOK_FOR_CHANGE_AFTER).await;
    }
}

async fn fix(subject: Subject, fields: Fields) -> Answer {
    let domain = subject.domain.as_ref().ok_or(Trouble::NotFound)?;
    let checks: Vec<Check> = match fields.text("check") {
        "all" => Vec::new(),
        word => vec![word.parse().map_err(|_| Trouble::NotFound)?],
    };
    match subject.zones().mend(&domain.name, &checks, &subject.shared.looker).await {
        Ok(Some(mended)) => {
            let count = mended.diff.added.len() + mended.diff.removed.len();
            if let Some(zone) = &subject.zone {
                wait_until_served(&subject.shared, zone, mended.diff.serial).await;
            }
            let words = subject.say("security-fixed", &[("count", Word::from(count))]);
            let (before, after) = (mended.before.to_string(), mended.diff.serial.to_string());
            let way_back = [("before", before.as_str()), ("after", after.as_str())];
            subject.done("security", &Toast::of(words).with_undo(subject.path("zone/undo"), &way_back))
        }
        Ok(None) => subject.done("security", &Toast::of(subject.say("security-nothing-to-fix", &[]))),
        Err(error) => subject.refused("security", error),
    }
}
