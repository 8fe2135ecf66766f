//! The four phases of an integration, what each delivers, and the questions of the checklists: one table, whose words
//! stand in `words/` under the same keys.

use std::fmt;
use std::str::FromStr;

use crate::checks::Check;

/// A phase of an integration, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Everything is decided.
    Planning,
    /// Everything is ready.
    Preparation,
    /// The customer is connected.
    SetUp,
    /// Both are certain that it works.
    Test,
}

/// Who leads a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The customer.
    Customer,
    /// The operator of this platform.
    Operator,
    /// Both together.
    Both,
}

/// How far a phase has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhaseState {
    /// It has not begun.
    #[default]
    Open,
    /// It has begun.
    UnderWay,
    /// It is done.
    Done,
}

/// What was answered to a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clarity {
    /// Nothing yet.
    #[default]
    Unanswered,
    /// It is clear.
    Clear,
    /// It is not clear.
    NotClear,
}

/// A chapter of the checklists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    /// 4: the policy of e-mail.
    Policy,
    /// 5: organisation and communication.
    Organisation,
    /// 6: techniques.
    Technique,
    /// 7: next steps.
    NextSteps,
}

/// A question of the checklists, or something that a phase delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// By which it is kept, and by which its words are found: `4.1`, `planning.date`.
    pub key: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether a note stands beside it.
    pub has_note: bool,
    /// What the test of the connection says of it.
    pub measured_by: &'static [Check],
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the questions of a chapter.
    Question(Chapter),
    /// Among the deliverables of a phase.
    Deliverable(Phase),
}

const fn question(chapter: Chapter, key: &'static str) -> Item {
    Item { key, place: Place::Question(chapter), has_note: false, measured_by: &[] }
}

const fn deliverable(phase: Phase, key: &'static str) -> Item {
    Item { key, place: Place::Deliverable(phase), has_note: false, measured_by: &[] }
}

impl Item {
    const fn noted(self) -> Item {
        Item { has_note: true, ..self }
    }

    const fn measured(self, measured_by: &'static [Check]) -> Item {
        Item { measured_by, ..self }
    }

    /// The item of a key.
    pub fn of_key(key: &str) -> Option<&'static Item> {
        ITEMS.iter().find(|item| item.key == key)
    }

    /// The number in front of a question: `4.1`; deliverables have none.
    pub fn number(&self) -> Option<&'static str> {
        matches!(self.place, Place::Question(_)).then_some(self.key)
    }

    /// The questions of a chapter, in their order.
    pub fn of_chapter(chapter: Chapter) -> impl Iterator<Item = &'static Item> {
        ITEMS.iter().filter(move |item| item.place == Place::Question(chapter))
    }

    /// What a phase delivers, in its order.
    pub fn of_phase(phase: Phase) -> impl Iterator<Item = &'static Item> {
        ITEMS.iter().filter(move |item| item.place == Place::Deliverable(phase))
    }
}

/// Every item, in the order in which they are asked.
pub const ITEMS: &[Item] = &[
    deliverable(Phase::Planning, "planning.plan"),
    deliverable(Phase::Planning, "planning.documentation"),
    deliverable(Phase::Planning, "planning.date"),
    deliverable(Phase::Preparation, "preparation.authority").noted().measured(&[Check::Certificate]),
    deliverable(Phase::Preparation, "preparation.certificate").measured(&[
        Check::Certificate,
        Check::OurCertificate,
        Check::Sending,
    ]),
    deliverable(Phase::Preparation, "preparation.add-in"),
    deliverable(Phase::Preparation, "preparation.policy"),
    deliverable(Phase::Preparation, "preparation.users"),
    deliverable(Phase::Preparation, "preparation.partners"),
    deliverable(Phase::SetUp, "set-up.connection").measured(&[
        Check::State,
        Check::Certificate,
        Check::Sending,
    ]),
    deliverable(Phase::Test, "test.ways").measured(&[
        Check::SendInternal,
        Check::SendExternal,
        Check::ReceiveInternal,
        Check::ReceiveExternal,
    ]),
    deliverable(Phase::Test, "test.report"),
    deliverable(Phase::Test, "test.documentation"),
    question(Chapter::Policy, "4.1"),
    question(Chapter::Policy, "4.2"),
    question(Chapter::Policy, "4.3"),
    question(Chapter::Policy, "4.4"),
    question(Chapter::Organisation, "5.1").noted(),
    question(Chapter::Organisation, "5.2").noted(),
    question(Chapter::Organisation, "5.3").noted(),
    question(Chapter::Organisation, "5.4").noted(),
    question(Chapter::Organisation, "5.5").noted(),
    question(Chapter::Technique, "6.1"),
    question(Chapter::Technique, "6.1.1").measured(&[Check::StartTls, Check::OurCertificate]),
    question(Chapter::Technique, "6.1.2").measured(&[Check::Certificate, Check::Sending]),
    question(Chapter::Technique, "6.1.3"),
    question(Chapter::Technique, "6.1.4").noted().measured(&[Check::OurCertificate]),
    question(Chapter::Technique, "6.2").measured(&[Check::StartTls]),
    question(Chapter::Technique, "6.3"),
    question(Chapter::Technique, "6.4").noted().measured(&[Check::Port]),
    question(Chapter::Technique, "6.5").noted(),
    question(Chapter::Technique, "6.6"),
    question(Chapter::Technique, "6.7").noted(),
    question(Chapter::Technique, "6.8").noted().measured(&[Check::Letter]),
    question(Chapter::NextSteps, "7.1"),
    question(Chapter::NextSteps, "7.2").noted(),
    question(Chapter::NextSteps, "7.3").noted(),
];

impl Phase {
    /// All of them.
    pub const EACH: [Phase; 4] = [Phase::Planning, Phase::Preparation, Phase::SetUp, Phase::Test];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Planning => "planning",
            Phase::Preparation => "preparation",
            Phase::SetUp => "set-up",
            Phase::Test => "test",
        }
    }

    /// Who leads it.
    pub fn lead(self) -> Lead {
        match self {
            Phase::Planning | Phase::Preparation => Lead::Customer,
            Phase::SetUp => Lead::Both,
            Phase::Test => Lead::Operator,
        }
    }
}

impl Lead {
    /// The word in views.
    pub fn as_str(self) -> &'static str {
        match self {
            Lead::Customer => "customer",
            Lead::Operator => "operator",
            Lead::Both => "both",
        }
    }
}

impl PhaseState {
    /// All of them.
    pub const EACH: [PhaseState; 3] = [PhaseState::Open, PhaseState::UnderWay, PhaseState::Done];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            PhaseState::Open => "open",
            PhaseState::UnderWay => "under-way",
            PhaseState::Done => "done",
        }
    }
}

impl Clarity {
    /// All of them.
    pub const EACH: [Clarity; 3] = [Clarity::Unanswered, Clarity::Clear, Clarity::NotClear];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Clarity::Unanswered => "unanswered",
            Clarity::Clear => "clear",
            Clarity::NotClear => "not-clear",
        }
    }
}

impl Chapter {
    /// All of them.
    pub const EACH: [Chapter; 4] =
        [Chapter::Policy, Chapter::Organisation, Chapter::Technique, Chapter::NextSteps];

    /// The word in views.
    pub fn as_str(self) -> &'static str {
        match self {
            Chapter::Policy => "policy",
            Chapter::Organisation => "organisation",
            Chapter::Technique => "technique",
            Chapter::NextSteps => "next-steps",
        }
    }
}

macro_rules! words {
    ($($kind:ident: $rule:literal),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<$kind, String> {
                $kind::EACH
                    .into_iter()
                    .find(|one| one.as_str() == text)
                    .ok_or_else(|| format!("«{text}» is none of {}", $rule))
            }
        }
    )*};
}

words!(
    Phase: "planning, preparation, set-up, test",
    PhaseState: "open, under-way, done",
    Clarity: "unanswered, clear, not-clear"
);
