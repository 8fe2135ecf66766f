//! What waits, taking it back, and beginning to apply it.

use db::{Page, Seek};
use directory::DirectoryError;
use model::OrganisationId;

use super::{Administration, conflict, found, page};
use crate::entities::{ApplyRun, ChangeId, PendingChange, RunId, RunState, Thing};
use crate::limits::RUNS_KEPT;
use crate::{Result, rows};

impl Administration {
    /// What waits within the scope, of one organisation or of all, in the order in which it will be applied.
    pub async fn changes(&self, organisation: Option<OrganisationId>) -> Result<Vec<PendingChange>> {
        let domain = self.domain;
        self.read(move |tx| Ok(rows::changes(tx, organisation, domain)?)).await
    }

    /// As [`Administration::changes`], a page at a time in the order they were made.
    pub async fn page_of_changes(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<PendingChange>> {
        Ok(page(self.changes(organisation).await?, seek, |change| change.id.0))
    }

    /// How many changes wait.
    pub async fn count_changes(&self, organisation: Option<OrganisationId>) -> Result<u64> {
        let domain = self.domain;
        self.read(move |tx| Ok(rows::count_changes(tx, organisation, domain)?)).await
    }

    /// Takes a change back before it is applied, also while others of its run are.
    pub async fn cancel_change(&self, id: ChangeId) -> Result<()> {
        self.write(move |tx, hand| {
            let change = rows::change(tx, id)?.filter(|change| hand.reaches(change.domain));
            let change = found("change", change)?;
            match change.thing {
                Thing::Host(host) => hand.revert_host(tx, host)?,
                Thing::MailServer(server) => hand.revert_server(tx, server)?,
            }
            trail::tell(tx, change.taken_back());
            hand.audit(tx, change.organisation, "cancel change", change.name)
        })
        .await
    }

    /// Begins to apply everything that waits within the scope; [`crate::Hosts::work`] does it. Refused while a run
    /// of the organisation is under way, and when nothing waits.
    pub async fn begin_applying(&self, organisation: OrganisationId) -> Result<ApplyRun> {
        let domain = self.domain;
        self.write(move |tx, hand| {
            let total = rows::count_changes(tx, Some(organisation), domain)?;
            if total == 0 {
                return Err(DirectoryError::invalid(
                    "changes",
                    "nothing waits",
                    "something must wait to be applied",
                ));
            }
            let underway = || DirectoryError::Conflict {
                field: "run",
                value: "applying".to_owned(),
                rule: "changes are applied once at a time: wait until the run has ended",
            };
            if rows::runs(tx, Some(organisation), None, 1)?
                .first()
                .is_some_and(|run| run.state == RunState::Running)
            {
                return Err(underway());
            }
            let run = ApplyRun {
                id: RunId(hand.world.new_id()),
                organisation,
                domain,
                who: hand.who.to_string(),
                started_at: hand.at,
                ended_at: None,
                state: RunState::Running,
                total,
                done: 0,
                failure: None,
            };
            rows::begin_run(tx, &run).map_err(conflict(underway))?;
            rows::forget_old_runs(tx, organisation, RUNS_KEPT)?;
            let name = rows::organisation_name(tx, organisation)?.unwrap_or_default();
            trail::tell(tx, trail::Told::of_thing(&name).after(trail::Facts::new().with("changes", total)));
            hand.audit(tx, organisation, "apply changes", name)?;
            hand.tell(tx, organisation)?;
            Ok(run)
        })
        .await
    }

    /// A run.
    pub async fn run(&self, id: RunId) -> Result<ApplyRun> {
        let domain = self.domain;
        self.read(move |tx| {
            let run = rows::run(tx, id)?;
            found("run", run.filter(|run| domain.is_none() || run.domain == domain))
        })
        .await
    }

    /// The last run, of one organisation or of all.
    pub async fn last_run(&self, organisation: Option<OrganisationId>) -> Result<Option<ApplyRun>> {
        let domain = self.domain;
        self.read(move |tx| Ok(rows::runs(tx, organisation, domain, 1)?.into_iter().next())).await
    }
}
