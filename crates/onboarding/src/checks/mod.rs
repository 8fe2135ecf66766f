//! The test of a connection that a customer starts: what is looked at (`look`), what it means (`judge`), how it is kept.

mod judge;
mod kept;
mod line;
mod look;

pub(crate) use judge::expiry_light;
pub use judge::judge;
pub(crate) use kept::{read, write};
pub use line::{Check, Light, Line, Part, Says};
pub use look::{Findings, SuffixAnswer};
pub(crate) use look::{Looking, look};

use model::{IntegrationId, OrganisationId, Timestamp};

use crate::limits::TEST_ABANDONED_AFTER;

/// A test of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionTest {
    /// The identifier.
    pub id: i64,
    /// Whose.
    pub organisation: OrganisationId,
    /// Of which integration.
    pub integration: IntegrationId,
    /// When it began.
    pub started_at: Timestamp,
    /// Who started it.
    pub started_by: String,
    /// To whom its letter went; `None`: there was none.
    pub letter_to: Option<String>,
    /// When it ended; `None`: it is under way, or was interrupted.
    pub ended_at: Option<Timestamp>,
    /// What was found.
    pub lines: Vec<Line>,
}

impl ConnectionTest {
    /// Whether it goes on.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now.since(self.started_at) < TEST_ABANDONED_AFTER
    }

    /// The worst of its lines; `Waiting` while there are none.
    pub fn light(&self) -> Light {
        self.lines.iter().map(Line::light).max().unwrap_or(Light::Waiting)
    }

    /// The worst of the lines of these checks; `None` where none was looked at.
    pub fn light_of(&self, checks: &[Check]) -> Option<Light> {
        self.lines.iter().filter(|line| checks.contains(&line.check)).map(Line::light).max()
    }

    /// Whether the connection was seen to work: active, with servers on both ways that were identified, and a letter on
    /// each of the four ways, and nothing wrong. What nobody has seen yet is no success.
    pub fn works(&self) -> bool {
        let is_good = |check: &Check| self.light_of(&[*check]) == Some(Light::Good);
        let each = [
            Check::State,
            Check::Certificate,
            Check::SendInternal,
            Check::SendExternal,
            Check::ReceiveInternal,
            Check::ReceiveExternal,
        ];
        // Strangers who claim a domain may add warnings to what is said of the server that sends.
        let says = |says: Says| self.lines.iter().any(|line| line.says == says);
        self.light() < Light::Bad
            && says(Says::SenderKnown)
            && !says(Says::NotReached)
            && each.iter().all(is_good)
    }

    /// How many lines have a light.
    pub fn count(&self, light: Light) -> usize {
        self.lines.iter().filter(|line| line.light() == light).count()
    }

    /// The lines of one part, in their order.
    pub fn of_part(&self, part: Part) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.check.part() == part)
    }
}
