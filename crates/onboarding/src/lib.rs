//! How an organisation's own mail servers are connected, from the first question to the record of acceptance.
//!
//! An integration (`gateways`) goes through four [`Phase`]s; the customer answers checklists, fills in the documentation
//! of the set-up and hands it in, and starts the test of the connection as often as wanted. What each phase delivers
//! and what is asked stands in one table, [`ITEMS`], whose words are in `words/` in four languages.
//!
//! - The test talks to other people's servers only where these were shown to be the customer's, one test of an
//!   integration at a time; it changes nothing there and hands over one letter at most.
//! - What is found ([`checks::Findings`]) is judged without asking anybody ([`checks::judge`]), and kept.
//! - The recipients whom an organisation names get one letter each that tells what its page for recipients tells; who got
//!   it is kept, so that nobody gets it twice.
//! - The report of acceptance says what stands here at that moment, sealed by the platform.

mod administration;
pub mod checks;
mod connection_test;
mod contacts;
mod day;
mod informing;
pub mod limits;
mod matrix;
mod page;
mod plan;
mod recipients;
mod report;
mod rows;
mod set_up;
mod support;
pub mod testing;
mod words;

use std::net::IpAddr;
use std::sync::Arc;

use db::{Db, Migrations};
use directory::{DirectoryError, Scope};
use mail_flow::Flow;
use model::Domain;
use world::World;
use zones::Zones;

pub use administration::{Administration, Answer, Answered, PhaseRecord};
pub use checks::ConnectionTest;
pub use day::Day;
pub use informing::{Asked, Informed, InformedCount, LetterState, RecipientLetter};
pub use matrix::{Direction, MatrixRow, matrix_csv};
pub use page::{Language, PublicPage, RecipientPage};
pub use plan::{Chapter, Clarity, ITEMS, Item, Lead, Phase, PhaseState, Place};
pub use set_up::{GoLive, Routing, SetUp, SetUpRecord};
pub use support::{Contact, Level};
pub use words::{line_words, say};

/// Tables of the onboarding.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "onboarding",
    steps: &[(1, "onboarding of integrations", include_str!("0001_onboarding.sql"))],
};

type Result<T> = std::result::Result<T, DirectoryError>;

/// What the installation is, as far as customers have to know.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The name of this node, where the installation says nothing else.
    pub hostname: Domain,
    /// The addresses from which letters leave, where they are set.
    pub sources: Vec<IpAddr>,
}

/// The onboarding of integrations; cheap to clone.
#[derive(Clone)]
pub struct Onboarding {
    db: Db,
    world: World,
    flow: Flow,
    zones: Zones,
    surroundings: Arc<Surroundings>,
}

impl Onboarding {
    /// Of the integrations kept in this database.
    pub fn new(db: Db, world: World, flow: Flow, zones: Zones, surroundings: Surroundings) -> Onboarding {
        Onboarding { db, world, flow, zones, surroundings: Arc::new(surroundings) }
    }

    /// Administration within `scope`, in the name of `who`.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// Our own mail exchangers; what the installation says, else this node.
    async fn exchangers(&self) -> Result<Vec<(Domain, Vec<IpAddr>)>> {
        let installation = self.zones.installation().await.map_err(|error| {
            tracing::error!(error = %model::Chain(&error), "cannot read what the installation is called");
            DirectoryError::Busy
        })?;
        Ok(match installation {
            Some(installation) => {
                let hosts = installation.exchangers.into_iter();
                hosts.map(|one| (one.host.name, one.host.addresses)).collect()
            }
            None => vec![(self.surroundings.hostname.clone(), Vec::new())],
        })
    }
}

/// A text without blanks around it, of a limited length, without control characters but line ends.
fn checked(field: &'static str, text: &str, limit: usize, rule: &'static str) -> Result<String> {
    let text = text.trim().replace("\r\n", "\n");
    let count = text.chars().count();
    if count > limit || text.chars().any(|c| c.is_control() && c != '\n') {
        let reason = format!("it has {count} characters, or control characters");
        return Err(DirectoryError::invalid(field, reason, rule));
    }
    Ok(text)
}

/// As [`checked`], of one line.
fn one_line(field: &'static str, text: &str, limit: usize, rule: &'static str) -> Result<String> {
    let text = checked(field, text, limit, rule)?;
    match text.contains('\n') {
        false => Ok(text),
        true => Err(DirectoryError::invalid(field, "it has several lines", rule)),
    }
}

#[cfg(test)]
mod tests;
