//! What a verifier says: claims, each proven, failed or not shown, and one verdict.

use std::fmt;

use serde::Serialize;

/// What a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The log's signature of a checkpoint.
    Checkpoint,
    /// A witness saw a checkpoint.
    Witness,
    /// A checkpoint's log begins with the one before.
    AppendOnly,
    /// A checkpoint existed at a moment.
    Time,
    /// A statement is the platform's and unaltered.
    Seal,
    /// The statements about a letter follow one another without a gap.
    Chain,
    /// What they tell can happen in this order.
    States,
    /// A statement stands in the log.
    Log,
    /// A statement existed not later than a moment.
    Before,
    /// The salt is the one of the statements.
    Salt,
    /// Nothing can have followed.
    End,
    /// A document is what was sent.
    Document,
    /// A document was signed by the platform and has nothing added.
    Signature,
}

/// Whether it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It does.
    Proven,
    /// It does not.
    Failed,
    /// Nothing here says so, and nothing says otherwise.
    NotShown,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// About what.
    #[serde(rename = "claim")]
    pub kind: Kind,
    /// Which letter of the bundle, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<usize>,
    /// Which statement about it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// Which checkpoint of the bundle, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<usize>,
    /// Which document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Whether it holds.
    pub outcome: Outcome,
    /// The claim in a sentence, or why it does not hold.
    pub text: String,
}

/// The whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every statement is sealed, in its chain, in the log and time-stamped, and every document fits.
    Proven,
    /// Something is false.
    Failed,
    /// Nothing is false, but something that belongs to a proof is not there.
    Incomplete,
}

/// What the statements tell of a letter. It holds as far as the claims do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The letter's identifier.
    pub letter: String,
    /// The Message-ID.
    pub message_identifier: String,
    /// The kind of letter.
    pub mode: String,
    /// Who sent it.
    pub sender: String,
    /// To whom.
    pub recipient: String,
    /// Where it was after the last statement; `None` when the statements cannot be true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What happened.
    pub events: Vec<ToldEvent>,
}

/// What one statement tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldEvent {
    /// The event's name.
    pub event: String,
    /// When, by the platform's clock.
    pub time: String,
    /// Until when it must have been written, by a time-stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_later_than: Option<String>,
    /// Why, where something did not happen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// All that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The whole.
    pub verdict: Verdict,
    /// What the statements tell, letter by letter.
    pub letters: Vec<Told>,
    /// What holds of it.
    pub claims: Vec<Claim>,
}

impl Report {
    /// A report whose verdict follows from the claims.
    pub(crate) fn new(letters: Vec<Told>, claims: Vec<Claim>) -> Report {
        let mut report = Report { verdict: Verdict::Proven, letters, claims };
        report.judge();
        report
    }

    /// Adds a claim, and judges anew.
    pub fn add(&mut self, claim: Claim) {
        self.claims.push(claim);
        self.judge();
    }

    /// The claims with this outcome.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| claim.outcome == outcome)
    }

    fn judge(&mut self) {
        // That later statements may exist takes nothing from those that are there. A checkpoint without a time-stamp of
        // its own may have one after it: what counts is asked of each statement.
        let is_needed = |kind: Kind| !matches!(kind, Kind::End | Kind::Time);
        self.verdict = if self.with(Outcome::Failed).next().is_some() {
            Verdict::Failed
        } else if self.with(Outcome::NotShown).any(|claim| is_needed(claim.kind)) {
            Verdict::Incomplete
        } else {
            Verdict::Proven
        };
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Proven => "proven",
            Outcome::Failed => "FAILED",
            Outcome::NotShown => "not shown",
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Proven => "Proven.",
            Verdict::Failed => "FAILED: something here is not true.",
            Verdict::Incomplete => "Incomplete: nothing is false, but not everything is shown.",
        })
    }
}

/// For people: what is told, then every claim, then the verdict.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in &self.letters {
            let state = letter.state.as_deref().unwrap_or("in no state that exists");
            writeln!(
                f,
                "A {} letter {} from {} to {}",
                letter.mode, letter.message_identifier, letter.sender, letter.recipient
            )?;
            for event in &letter.events {
                write!(f, "  {}  {}", event.time, event.event)?;
                for reason in &event.reasons {
                    write!(f, " ({reason})")?;
                }
                writeln!(f)?;
            }
            writeln!(f, "  The letter is {state}.\n")?;
        }
        for claim in &self.claims {
            writeln!(f, "{:9}  {}", claim.outcome.to_string(), claim.text)?;
        }
        write!(f, "\n{}", self.verdict)
    }
}
