//! Operations, their steps and their log.

use std::fmt;

use model::{Domain, OrganisationId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

/// Identifies an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OperationId(pub i64);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an operation does with its domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// «Lier»: every address of the mail service answers under its name too.
    Link,
    /// «Inverser»: the addresses bear its name, and the former main domain is linked.
    Main,
    /// «Délier»: nobody answers under its name any more.
    Unlink,
    /// «Synonyme»: unlinked, and its zone says what the main domain's zone says.
    Synonym,
}

impl OperationKind {
    const ALL: [OperationKind; 4] =
        [OperationKind::Link, OperationKind::Main, OperationKind::Unlink, OperationKind::Synonym];

    /// The word that commands and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationKind::Link => "link",
            OperationKind::Main => "main",
            OperationKind::Unlink => "unlink",
            OperationKind::Synonym => "synonym",
        }
    }

    pub(super) fn read(text: &str) -> Option<OperationKind> {
        OperationKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// Some steps are still to be done.
    Running,
    /// Every step is done.
    Done,
    /// A rule refused a step; what was done before stays.
    Failed,
}

impl OperationState {
    const ALL: [OperationState; 3] = [OperationState::Running, OperationState::Done, OperationState::Failed];

    /// The word that commands and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationState::Running => "running",
            OperationState::Done => "done",
            OperationState::Failed => "failed",
        }
    }

    pub(super) fn read(text: &str) -> Option<OperationState> {
        OperationState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A step: one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The domain's zone is made.
    Zone,
    /// The domain is linked, with keys of its own.
    Domain,
    /// Its mail records are written, or left to somebody else.
    Records,
    /// The addresses get their new name.
    Addresses,
    /// What led to an address under the former name leads to the same address under the new one.
    Targets,
    /// The mail records of both names are as they have to be.
    BothRecords,
    /// The mail records that were kept right go.
    RemoveRecords,
    /// Nobody answers under the name any more.
    Unlink,
    /// The zone says what the main domain's zone says.
    Synonym,
}

impl Step {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Zone => "zone",
            Step::Domain => "domain",
            Step::Records => "records",
            Step::Addresses => "addresses",
            Step::Targets => "targets",
            Step::BothRecords => "both-records",
            Step::RemoveRecords => "remove-records",
            Step::Unlink => "unlink",
            Step::Synonym => "synonym",
        }
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options {
    pub(crate) create_zone: bool,
    pub(crate) update_dns: bool,
    pub(crate) replace: bool,
    pub(crate) make_main: bool,
    /// The operator asked, who may take any name.
    pub(crate) is_operator: bool,
}

/// What a line of the log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// The zone was made.
    ZoneMade,
    /// The zone was there.
    ZoneThere,
    /// The domain is linked.
    Linked,
    /// So many records were written or taken away.
    RecordsChanged,
    /// So many records were not written, because others stand in their place.
    RecordsInTheWay,
    /// Somebody else keeps the records.
    RecordsElsewhere,
    /// So many addresses have the new name.
    AddressesMoved,
    /// So many addresses that led to the former name lead to the new one.
    TargetsRenamed,
    /// Nobody answers under the name any more.
    Unlinked,
    /// The zone is a synonym.
    SynonymMade,
    /// A rule refused.
    Refused,
}

impl LineKind {
    const ALL: [LineKind; 11] = [
        LineKind::ZoneMade,
        LineKind::ZoneThere,
        LineKind::Linked,
        LineKind::RecordsChanged,
        LineKind::RecordsInTheWay,
        LineKind::RecordsElsewhere,
        LineKind::AddressesMoved,
        LineKind::TargetsRenamed,
        LineKind::Unlinked,
        LineKind::SynonymMade,
        LineKind::Refused,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            LineKind::ZoneMade => "zone-made",
            LineKind::ZoneThere => "zone-there",
            LineKind::Linked => "linked",
            LineKind::RecordsChanged => "records-changed",
            LineKind::RecordsInTheWay => "records-in-the-way",
            LineKind::RecordsElsewhere => "records-elsewhere",
            LineKind::AddressesMoved => "addresses-moved",
            LineKind::TargetsRenamed => "targets-renamed",
            LineKind::Unlinked => "unlinked",
            LineKind::SynonymMade => "synonym-made",
            LineKind::Refused => "refused",
        }
    }

    pub(super) fn read(text: &str) -> Option<LineKind> {
        LineKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A line of an operation's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: LineKind,
    /// To which name.
    pub name: String,
    /// How many, where that is said.
    pub count: u64,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = (&self.name, self.count);
        match self.what {
            LineKind::ZoneMade => write!(f, "the zone {name} is hosted here"),
            LineKind::ZoneThere => write!(f, "the zone {name} was hosted here already"),
            LineKind::Linked => write!(f, "{name} is linked"),
            LineKind::RecordsChanged => write!(f, "mail records of {name}: {count} changed"),
            LineKind::RecordsInTheWay => {
                write!(f, "mail records of {name}: {count} not written, because others stand there")
            }
            LineKind::RecordsElsewhere => write!(f, "the mail records of {name} are kept by others"),
            LineKind::AddressesMoved => write!(f, "{count} addresses bear the name {name}"),
            LineKind::TargetsRenamed => write!(f, "{count} targets lead to {name}"),
            LineKind::Unlinked => write!(f, "nobody answers under {name} any more"),
            LineKind::SynonymMade => write!(f, "{name} is a synonym"),
            LineKind::Refused => write!(f, "refused: {name}"),
        }
    }
}

/// Why an operation ended before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong.
    pub reason: String,
    /// What holds.
    pub rule: String,
}

/// An operation on a domain of a mail service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its identifier.
    pub id: OperationId,
    /// The owner.
    pub organisation: OrganisationId,
    /// The mail service, in which no other one runs meanwhile.
    pub service: ServiceId,
    /// What it does.
    pub kind: OperationKind,
    /// With which domain.
    pub domain: Domain,
    pub(crate) options: Options,
    /// How far it is.
    pub state: OperationState,
    /// How many of its steps are done.
    pub done: usize,
    /// The domain that was the main one before, once it is not any more.
    pub former: Option<Domain>,
    /// Who began it.
    pub who: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended before its end.
    pub failure: Option<Failure>,
}

impl Operation {
    /// Its steps, in order.
    pub fn steps(&self) -> Vec<Step> {
        const TURN: [Step; 3] = [Step::Addresses, Step::Targets, Step::BothRecords];
        match self.kind {
            OperationKind::Link => {
                let mut steps = Vec::new();
                if self.options.create_zone {
                    steps.push(Step::Zone);
                }
                steps.extend([Step::Domain, Step::Records]);
                if self.options.make_main {
                    steps.extend(TURN);
                }
                steps
            }
            OperationKind::Main => TURN.to_vec(),
            OperationKind::Unlink => vec![Step::RemoveRecords, Step::Unlink],
            OperationKind::Synonym => vec![Step::RemoveRecords, Step::Unlink, Step::Synonym],
        }
    }

    /// The step that comes next; `None` if it has ended.
    pub fn next_step(&self) -> Option<Step> {
        match self.state {
            OperationState::Running => self.steps().get(self.done).copied(),
            _ => None,
        }
    }
}
