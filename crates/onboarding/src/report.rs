//! The record of acceptance: phases, checklists, documentation and the last test, as a page that the platform seals.

use directory::DirectoryError;
use gateways::{Integration, IntegrationState};
use model::{IntegrationId, Timestamp};
use receipts::{Line as Row, Report, Section, State, moment};
use wire_cms::pades::{self, Claim};

use crate::administration::{Administration, Answered, PhaseRecord, answers_of, phases_of};
use crate::checks::{ConnectionTest, Light, Part, expiry_light};
use crate::limits::SIGHTING_COUNTS;
use crate::plan::{Chapter, Clarity, Lead, Phase, PhaseState, Place};
use crate::set_up::SetUpRecord;
use crate::{Language, Result, line_words, rows, say};

/// What a report tells.
struct Told {
    one: Integration,
    phases: Vec<PhaseRecord>,
    answers: Vec<Answered>,
    set_up: SetUpRecord,
    test: Option<ConnectionTest>,
}

/// A line before it is borrowed.
struct Entry {
    state: State,
    text: String,
    remark: Option<String>,
}

impl Administration {
    /// The record of acceptance as it stands now: the name of the file, and the sealed PDF.
    ///
    /// # Errors
    /// Where the integration is not found, or the platform's seal cannot be used now.
    pub async fn report(&self, id: IntegrationId, language: Language) -> Result<(String, Vec<u8>)> {
        let one = self.found(id).await?;
        let told = self
            .read(move |tx| {
                let tests = rows::tests(tx, &one)?;
                Ok(Told {
                    phases: phases_of(tx, &one)?,
                    answers: answers_of(tx, &one)?,
                    set_up: rows::set_up(tx, &one)?,
                    test: tests.into_iter().find(|test| test.ended_at.is_some()),
                    one: one.clone(),
                })
            })
            .await?;
        let now = self.onboarding.world.clock.now();
        let secure = self.onboarding.flow.secure();
        let issuer = secure.settings().issuer.clone();
        let busy = |error: &(dyn std::error::Error + 'static)| {
            tracing::error!(error = %model::Chain(error), "cannot make a report of acceptance");
            DirectoryError::Busy
        };
        let platform = secure.platform().await.map_err(|error| busy(&error))?;
        let title = say(language, "report-title", &[]);
        let pdf = page(&told, language, (&issuer, &title), now).map_err(|error| busy(&error))?;
        let claim = Claim {
            name: &issuer,
            reason: &title,
            location: None,
            contact: Some(secure.settings().portal.as_str()),
            has_room_for_time_stamp: false,
        };
        let sealed = pades::sign(&pdf, &platform.seal, now, &claim).map_err(|error| busy(&error))?;
        Ok((format!("acceptance-{}-{}.pdf", told.one.id, &now.rfc3339()[..10]), sealed))
    }
}

fn page(
    told: &Told,
    language: Language,
    (issuer, title): (&str, &str),
    now: Timestamp,
) -> std::result::Result<Vec<u8>, receipts::NotARecord> {
    let words = |key: &str| say(language, key, &[]);
    let one = &told.one;
    let SetUpRecord { form, go_live, .. } = &told.set_up;
    let names: Vec<&str> = one.domains.iter().map(|domain| domain.name.as_str()).collect();
    let day = go_live.day().map(|day| day.written(language)).unwrap_or_default();
    let go_live = say(language, &format!("go-live-{}", go_live.as_str()), &[("day", &day)]);
    let by = |record: &Option<(Timestamp, String)>| {
        let told = record.as_ref().map(|(at, who)| format!("{}, {who}", moment(*at, language)));
        told.unwrap_or_else(|| words("never"))
    };
    let (submitted, tested) = (
        by(&told.set_up.submitted),
        match &told.test {
            Some(test) => format!("{}, {}", moment(test.started_at, language), test.started_by),
            None => words("never"),
        },
    );
    let facts = [
        ("fact-integration", one.name.clone()),
        ("fact-domains", names.join(", ")),
        ("fact-inbound", one.inbound.to_string()),
        ("fact-reception", form.reception_servers.join(", ")),
        ("fact-sending", form.sending_servers.join(", ")),
        ("fact-system", form.mail_system.clone()),
        ("fact-routing", words(&format!("routing-{}", form.routing))),
        ("fact-technical", form.technical_contact.clone()),
        ("fact-contact", form.organisational_contact.clone()),
        ("fact-submitted", submitted),
        ("fact-go-live", go_live),
        ("fact-test", tested),
    ];
    let facts: Vec<(String, String)> = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (words(key), value))
        .collect();
    let mut sections: Vec<(String, Vec<Entry>)> = vec![
        (words("phases"), told.phases.iter().map(|record| of_phase(record, language)).collect()),
        (words("certificates"), certificates(one, language, now)),
    ];
    for phase in Phase::EACH {
        let title = format!("{} – {}", words("deliverables"), words(&format!("phase-{phase}")));
        sections.push((title, entries(told, Place::Deliverable(phase), language)));
    }
    for chapter in Chapter::EACH {
        let title = words(&format!("chapter-{}", chapter.as_str()));
        sections.push((title, entries(told, Place::Question(chapter), language)));
    }
    if let Some(test) = &told.test {
        for part in Part::EACH {
            let lines = test.of_part(*part).map(|line| {
                let (text, remark) = line_words(language, line);
                Entry { state: state_of(line.light()), text, remark }
            });
            sections.push((words(&format!("part-{}", part.as_str())), lines.collect()));
        }
    }
    let sections: Vec<Section<'_>> = sections
        .iter()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(title, entries)| Section {
            title,
            lines: entries
                .iter()
                .map(|Entry { state, text, remark }| Row { state: *state, text, remark: remark.as_deref() })
                .collect(),
        })
        .collect();
    let reference = format!("{} · {}", one.name, one.id);
    receipts::report(&Report {
        language,
        issuer,
        title,
        lead: &say(
            language,
            lead_key(&told.phases, one.state, told.test.as_ref(), now),
            &[("integration", &one.name), ("issuer", issuer)],
        ),
        reference: &reference,
        at: now,
        facts: facts.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect(),
        sections,
    })
}

/// What it comes to: accepted once each phase is done, the integration is active, and a test of these days saw
/// everything work.
pub(crate) fn lead_key(
    phases: &[PhaseRecord],
    state: IntegrationState,
    test: Option<&ConnectionTest>,
    now: Timestamp,
) -> &'static str {
    let is_done = phases.iter().all(|record| record.state == PhaseState::Done);
    let is_live = state == IntegrationState::Active;
    let is_of_today = |test: &ConnectionTest| now.since(test.started_at) <= SIGHTING_COUNTS;
    match test {
        Some(test) if test.light() == Light::Bad => "report-lead-bad",
        Some(test) if is_done && is_live && is_of_today(test) && test.works() => "report-lead-accepted",
        _ => "report-lead-open",
    }
}

fn state_of(light: Light) -> State {
    match light {
        Light::Good => State::Good,
        Light::Waiting => State::NotTested,
        Light::Warning => State::Warning,
        Light::Bad => State::Bad,
    }
}

fn of_phase(record: &PhaseRecord, language: Language) -> Entry {
    let words = |key: &str| say(language, key, &[]);
    let lead = match record.phase.lead() {
        Lead::Customer => words("lead-customer"),
        Lead::Operator => words("lead-operator"),
        Lead::Both => words("lead-both"),
    };
    let state = words(&format!("state-{}", record.state));
    let mut remark = vec![words(&format!("objective-{}", record.phase))];
    remark.extend(record.due_on.map(|day| say(language, "due-on", &[("day", &day.written(language))])));
    let changed = record.changed.as_ref();
    remark.extend(changed.map(|(at, who)| format!("{}, {who}", moment(*at, language))));
    Entry {
        state: match record.state {
            PhaseState::Done => State::Good,
            PhaseState::UnderWay => State::Warning,
            PhaseState::Open => State::NotTested,
        },
        text: format!("{} ({lead}) – {state}", words(&format!("phase-{}", record.phase))),
        remark: Some(remark.join(" · ")),
    }
}

fn entries(told: &Told, place: Place, language: Language) -> Vec<Entry> {
    let of_place = told.answers.iter().filter(|answered| answered.item.place == place);
    of_place
        .map(|answered| {
            let question = say(language, &format!("item-{}", answered.item.key), &[]);
            let text = match answered.item.number() {
                Some(number) => format!("{number} {question}"),
                None => question,
            };
            Entry {
                state: match answered.state {
                    Clarity::Clear => State::Good,
                    Clarity::NotClear => State::Warning,
                    Clarity::Unanswered => State::NotTested,
                },
                text,
                remark: Some(answered.remarks.clone()).filter(|remarks| !remarks.is_empty()),
            }
        })
        .collect()
}

fn certificates(one: &Integration, language: Language, now: Timestamp) -> Vec<Entry> {
    let certificates = one.certificates.iter();
    certificates
        .map(|certificate| {
            let key = format!("certificate-{}", certificate.direction);
            let ends = certificate.ends_at.map(|at| receipts::day(at, language));
            Entry {
                state: state_of(expiry_light(certificate, now)),
                text: format!("{} – {}", certificate.identity, say(language, &key, &[])),
                remark: ends.map(|day| say(language, "certificate-until", &[("day", &day)])),
            }
        })
        .collect()
}
