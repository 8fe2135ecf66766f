//! Phases, checklists and the documentation of the set-up, within a scope, in somebody's name; every change is audited.

use db::{Scoped, Tx};
use directory::{DirectoryError, Scope};
use gateways::Integration;
use model::{IntegrationId, OrganisationId, Timestamp};
use trail::{Change, Facts};

use crate::day::Day;
use crate::limits::REMARKS_LIMIT_CHARACTERS;
use crate::plan::{Clarity, ITEMS, Item, Lead, Phase, PhaseState};
use crate::set_up::{GoLive, SetUp, SetUpRecord};
use crate::{Onboarding, Result, checked, rows};

/// A phase of an integration as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseRecord {
    /// Which.
    pub phase: Phase,
    /// How far it has come.
    pub state: PhaseState,
    /// The day until which it is to be done.
    pub due_on: Option<Day>,
    /// When it was last changed, and by whom; `None`: never.
    pub changed: Option<(Timestamp, String)>,
}

/// An item with what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Which.
    pub item: &'static Item,
    /// What was answered.
    pub state: Clarity,
    /// What is to be done, what else is to be known.
    pub remarks: String,
    /// When it was last changed, and by whom; `None`: never.
    pub changed: Option<(Timestamp, String)>,
}

/// What to answer to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which.
    pub item: &'static Item,
    /// Clear, or not.
    pub state: Clarity,
    /// What is to be done.
    pub remarks: String,
    /// What stood there when it was answered, where that is known: what somebody else has said since then stays.
    pub was: Option<(Clarity, String)>,
}

impl Answer {
    /// The same with blanks trimmed, or the field that breaks a rule.
    pub fn checked(self) -> Result<Answer> {
        let rule = "at most 2000 characters without control characters";
        let remarks = checked("remarks", &self.remarks, REMARKS_LIMIT_CHARACTERS, rule)?;
        Ok(Answer { remarks, ..self })
    }
}

/// The onboarding within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    pub(crate) onboarding: Onboarding,
    pub(crate) scope: Scope,
    pub(crate) who: trail::Actor,
    pub(crate) gateways: gateways::Administration,
}

/// Who does something, and when.
#[derive(Clone)]
pub(crate) struct Hand {
    pub(crate) at: Timestamp,
    pub(crate) id: i64,
    audit_id: i64,
    who: trail::Actor,
}

impl Hand {
    pub(crate) fn audit(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        (action, what): (&str, String),
        (before, after): (Facts, Facts),
    ) -> Result<()> {
        let change = Change::new(self.at, self.audit_id, Some(organisation), &self.who, action, what);
        Ok(trail::audit(tx, &change.with(before, after))?)
    }

    pub(crate) fn name(&self) -> String {
        self.who.to_string()
    }
}

impl Administration {
    pub(crate) fn new(onboarding: Onboarding, scope: Scope, who: trail::Actor) -> Administration {
        let gateways = onboarding.flow.gateways().administration(scope, who.clone());
        Administration { onboarding, scope, who, gateways }
    }

    /// Integrations are the whole organisation's: within one domain they are not found.
    pub(crate) fn scoped(&self) -> Result<Scoped> {
        self.scope
            .whole(&self.onboarding.db)
            .ok_or(DirectoryError::NotFound { what: "this within the domain's scope" })
    }

    /// Whether staff of the operator asks.
    pub fn is_operator(&self) -> bool {
        matches!(self.scope, Scope::Operator(_))
    }

    pub(crate) fn operator_only(&self) -> Result<()> {
        match self.is_operator() {
            true => Ok(()),
            false => Err(DirectoryError::NotFound { what: "this within the organisation's scope" }),
        }
    }

    /// The integration, if it is within the scope.
    pub(crate) async fn found(&self, id: IntegrationId) -> Result<Integration> {
        self.gateways.integration(id).await
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        mut read: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped()?.read(move |tx| read(tx)).await
    }

    /// Changes something of an integration's onboarding: nobody else does until it is written.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        id: IntegrationId,
        mut write: impl FnMut(&mut Tx, &Hand, &Integration) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let world = &self.onboarding.world;
        let hand = Hand {
            at: world.clock.now(),
            id: world.new_id(),
            audit_id: world.new_id(),
            who: self.who.clone(),
        };
        self.scoped()?
            .write(move |tx| {
                let one = gateways::hold(tx, id)?;
                write(tx, &hand, &one)
            })
            .await
    }

    /// The phases of an integration, in their order.
    pub async fn phases(&self, id: IntegrationId) -> Result<Vec<PhaseRecord>> {
        let one = self.found(id).await?;
        self.read(move |tx| phases_of(tx, &one)).await
    }

    /// Says how far a phase has come, and until when it is to be done. A phase that the operator leads is the
    /// operator's to change.
    pub async fn set_phase(
        &self,
        id: IntegrationId,
        phase: Phase,
        state: PhaseState,
        due_on: Option<Day>,
    ) -> Result<PhaseRecord> {
        if phase.lead() == Lead::Operator && !self.is_operator() {
            return Err(DirectoryError::invalid(
                "phase",
                format!("the operator leads the phase «{phase}»"),
                "who leads a phase says how far it has come",
            ));
        }
        self.write(id, move |tx, hand, one| {
            let before = phases_of(tx, one)?.into_iter().find(|record| record.phase == phase);
            let before = before.unwrap_or_else(|| rows::untouched(phase));
            let changed = Some((hand.at, hand.name()));
            let record = PhaseRecord { phase, state, due_on, changed };
            rows::put_phase(tx, one, &record, (hand.at, &hand.name()))?;
            let facts = |record: &PhaseRecord| {
                Facts::new().with("state", record.state).with_some("due on", record.due_on)
            };
            hand.audit(
                tx,
                one.organisation,
                ("change phase of integration", format!("{} → {phase}", one.name)),
                (facts(&before), facts(&record)),
            )?;
            Ok(record)
        })
        .await
    }

    /// Every item of the checklists and deliverables with what was answered, in the order in which they are asked.
    pub async fn answers(&self, id: IntegrationId) -> Result<Vec<Answered>> {
        let one = self.found(id).await?;
        self.read(move |tx| answers_of(tx, &one)).await
    }

    /// Answers some items; what says the same as before is not written.
    ///
    /// # Errors
    /// A conflict names the key of the first item that somebody else has answered since what the answer says that stood
    /// there; nothing is written then.
    pub async fn answer(&self, id: IntegrationId, answers: Vec<Answer>) -> Result<Vec<Answered>> {
        let cleaned: Vec<Answer> = answers.into_iter().map(Answer::checked).collect::<Result<_>>()?;
        self.write(id, move |tx, hand, one| {
            let known = answers_of(tx, one)?;
            let (mut before, mut after) = (Facts::new(), Facts::new());
            let mut changed: Vec<&str> = Vec::new();
            for answer in &cleaned {
                let Some(old) = known.iter().find(|old| old.item.key == answer.item.key) else { continue };
                if old.state == answer.state && old.remarks == answer.remarks {
                    continue;
                }
                let stood =
                    |(state, remarks): &(Clarity, String)| old.state == *state && old.remarks == *remarks;
                if !answer.was.as_ref().is_none_or(stood) {
                    return Err(DirectoryError::Conflict {
                        field: "item",
                        value: answer.item.key.to_owned(),
                        rule: "what somebody else has answered meanwhile is not written over unseen",
                    });
                }
                let answered = Answered {
                    item: answer.item,
                    state: answer.state,
                    remarks: answer.remarks.clone(),
                    changed: None,
                };
                rows::put_answer(tx, one, &answered, (hand.at, &hand.name()))?;
                changed.push(answer.item.key);
                before = before.with("answer", old.state).with("remarks", &old.remarks);
                after = after.with("answer", answer.state).with("remarks", &answer.remarks);
            }
            if !changed.is_empty() {
                // One entry for all that was said at once; of several, which.
                if changed.len() > 1 {
                    (before, after) = (Facts::new(), Facts::new());
                }
                hand.audit(
                    tx,
                    one.organisation,
                    ("answer checklist of integration", format!("{} → {}", one.name, changed.join(", "))),
                    (before, after),
                )?;
            }
            answers_of(tx, one)
        })
        .await
    }

    /// The documentation of the set-up.
    pub async fn set_up(&self, id: IntegrationId) -> Result<SetUpRecord> {
        let one = self.found(id).await?;
        self.read(move |tx| Ok(rows::set_up(tx, &one)?)).await
    }

    /// Saves the documentation. What was handed in before has to be handed in again; a day that was agreed upon stays,
    /// as long as the same day is wished.
    pub async fn save_set_up(&self, id: IntegrationId, form: SetUp) -> Result<SetUpRecord> {
        let form = form.checked()?;
        self.write(id, move |tx, hand, one| {
            let before = rows::set_up(tx, one)?;
            if before.saved.is_some() && before.form == form {
                return Ok(before);
            }
            let keeps_day = before.form.wished_on == form.wished_on;
            let record = SetUpRecord {
                form: form.clone(),
                saved: Some((hand.at, hand.name())),
                submitted: None,
                go_live: if keeps_day { before.go_live.clone() } else { GoLive::Open },
                go_live_note: if keeps_day { before.go_live_note.clone() } else { String::new() },
            };
            rows::put_set_up(tx, one, &record)?;
            hand.audit(
                tx,
                one.organisation,
                ("save set-up of integration", one.name.clone()),
                (facts(&before), facts(&record)),
            )?;
            Ok(record)
        })
        .await
    }

    /// Hands the documentation in, with the day on which the customer wants to go live.
    pub async fn submit_set_up(&self, id: IntegrationId) -> Result<SetUpRecord> {
        self.write(id, move |tx, hand, one| {
            let mut record = rows::set_up(tx, one)?;
            let before = facts(&record);
            let day = record.form.complete(one, Day::of(hand.at), &record.go_live)?;
            record.submitted = Some((hand.at, hand.name()));
            match record.go_live {
                // What is agreed upon or offered stands until another day is wished.
                GoLive::Confirmed(agreed) if agreed == day => {}
                GoLive::Offered(_) => {}
                GoLive::Open | GoLive::Wished(_) | GoLive::Confirmed(_) => {
                    record.go_live = GoLive::Wished(day);
                    record.go_live_note.clear();
                }
            }
            rows::put_set_up(tx, one, &record)?;
            hand.audit(
                tx,
                one.organisation,
                ("submit set-up of integration", one.name.clone()),
                (before, facts(&record)),
            )?;
            Ok(record)
        })
        .await
    }

    /// The operator confirms the day that was wished, or offers another one.
    pub async fn answer_go_live(
        &self,
        id: IntegrationId,
        other: Option<Day>,
        note: &str,
    ) -> Result<SetUpRecord> {
        self.operator_only()?;
        let rule = "at most 2000 characters without control characters";
        let note = checked("note", note, REMARKS_LIMIT_CHARACTERS, rule)?;
        self.write(id, move |tx, hand, one| {
            let mut record = rows::set_up(tx, one)?;
            let before = facts(&record);
            if record.submitted.is_none() {
                return Err(DirectoryError::invalid("go_live", "nothing was handed in", HANDED_IN_RULE));
            }
            let Some(wished) = record.form.wished_on else {
                return Err(DirectoryError::invalid("go_live", "no day is wished", HANDED_IN_RULE));
            };
            if let Some(day) = other
                && day < Day::of(hand.at)
            {
                return Err(DirectoryError::invalid("go_live", "that day is over", DAY_RULE));
            }
            record.go_live = match other {
                Some(day) if day != wished => GoLive::Offered(day),
                _ => GoLive::Confirmed(wished),
            };
            record.go_live_note.clone_from(&note);
            rows::put_set_up(tx, one, &record)?;
            hand.audit(
                tx,
                one.organisation,
                ("answer go-live of integration", one.name.clone()),
                (before, facts(&record)),
            )?;
            Ok(record)
        })
        .await
    }

    /// The customer takes the day that was offered.
    pub async fn accept_go_live(&self, id: IntegrationId) -> Result<SetUpRecord> {
        self.write(id, move |tx, hand, one| {
            let mut record = rows::set_up(tx, one)?;
            let before = facts(&record);
            let GoLive::Offered(day) = record.go_live else {
                let rule = "a day is accepted that the operator offers";
                return Err(DirectoryError::invalid("go_live", "no other day is offered", rule));
            };
            if record.submitted.is_none() {
                return Err(DirectoryError::invalid("go_live", "nothing was handed in", HANDED_IN_RULE));
            }
            if day < Day::of(hand.at) {
                return Err(DirectoryError::invalid("go_live", "that day is over", DAY_RULE));
            }
            record.go_live = GoLive::Confirmed(day);
            record.form.wished_on = Some(day);
            rows::put_set_up(tx, one, &record)?;
            hand.audit(
                tx,
                one.organisation,
                ("accept go-live of integration", one.name.clone()),
                (before, facts(&record)),
            )?;
            Ok(record)
        })
        .await
    }
}

const HANDED_IN_RULE: &str = "a day is confirmed or another one offered once the documentation was handed in";
const DAY_RULE: &str = "another day is one to come";

pub(crate) fn phases_of(tx: &mut Tx, one: &Integration) -> Result<Vec<PhaseRecord>> {
    let known = rows::phases(tx, one)?;
    let record = |phase| {
        let found = known.iter().find(|record| record.phase == phase);
        found.cloned().unwrap_or_else(|| rows::untouched(phase))
    };
    Ok(Phase::EACH.into_iter().map(record).collect())
}

pub(crate) fn answers_of(tx: &mut Tx, one: &Integration) -> Result<Vec<Answered>> {
    let known = rows::answers(tx, one)?;
    let answered = |item: &'static Item| {
        let found = known.iter().find(|answered| answered.item.key == item.key);
        found.cloned().unwrap_or(Answered {
            item,
            state: Clarity::default(),
            remarks: String::new(),
            changed: None,
        })
    };
    Ok(ITEMS.iter().map(answered).collect())
}

/// What the log of changes tells of a documentation.
fn facts(record: &SetUpRecord) -> Facts {
    if record.saved.is_none() {
        return Facts::new();
    }
    let SetUp { reception_servers, sending_servers, mail_system, routing, wished_on, .. } = &record.form;
    Facts::new()
        .with("reception", reception_servers.join(", "))
        .with("sending", sending_servers.join(", "))
        .with("mail system", mail_system)
        .with("routing", routing)
        .with("technical contact", &record.form.technical_contact)
        .with("contact", &record.form.organisational_contact)
        .with("remarks", &record.form.remarks)
        .with_some("wished on", *wished_on)
        .with_bool("handed in", record.submitted.is_some())
        .with("go-live", record.go_live.as_str())
        .with_some("go-live on", record.go_live.day())
        .with("note", &record.go_live_note)
}
