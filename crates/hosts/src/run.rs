//! Working on a run: one commit for each change, under a lease, so that another can go on where one stopped.

use directory::DirectoryError;
use model::{Chain, OrganisationId};
use tracing::{error, info, warn};

use crate::entities::{RunId, RunState};
use crate::limits::RUN_LEASE;
use crate::{HOSTS, Hosts, Result, rows};

/// What one step of a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A change is applied; there may be more.
    Applied,
    /// Nothing is left: the run has ended.
    Ended,
    /// Somebody else works on it.
    Lost,
}

/// The right to work on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    token: i64,
    organisation: OrganisationId,
}

impl Hosts {
    /// Works on a run until it has ended; nothing happens if somebody else does. Trouble of ours leaves it to
    /// [`Hosts::resume`]; what can never be applied ends it.
    pub async fn work(&self, run: RunId) -> Result<()> {
        let Some(lease) = self.take(run).await? else { return Ok(()) };
        loop {
            match self.step(run, lease).await {
                Ok(Step::Applied) => {}
                Ok(Step::Ended | Step::Lost) => return Ok(()),
                Err(error) if error.is_temporary() => return Err(error),
                Err(error) => {
                    error!(error = %Chain(&error), %run, "a waiting change cannot be applied");
                    return self.end(run, Some(error.to_string())).await;
                }
            }
        }
    }

    /// [`Hosts::work`] beside what else is done.
    pub fn work_soon(&self, run: RunId) {
        let hosts = self.clone();
        tokio::spawn(async move {
            if let Err(error) = hosts.work(run).await {
                warn!(error = %Chain(&error), %run, "waiting changes are applied a little later");
            }
        });
    }

    /// Takes up the runs whose process died; called every few seconds by whoever serves.
    pub async fn resume(&self) -> Result<()> {
        let now = self.world.clock.now();
        let scope = self.db.operator("take up what a dead process left half applied");
        let abandoned = scope.read(move |tx| Ok::<_, DirectoryError>(rows::abandoned_runs(tx, now)?)).await?;
        for run in abandoned {
            info!(%run, "applying goes on");
            self.work(run).await?;
        }
        Ok(())
    }

    /// Takes the lease of a run; `None` if another holds it or the run has ended.
    pub(crate) async fn take(&self, run: RunId) -> Result<Option<Lease>> {
        let (token, now, until) =
            (self.world.new_id(), self.world.clock.now(), self.world.in_future(RUN_LEASE));
        let scope = self.db.operator("apply what waits");
        scope
            .write(move |tx| {
                if !rows::take_run(tx, run, token, now, until)? {
                    return Ok(None);
                }
                Ok(rows::run(tx, run)?.map(|run| Lease { token, organisation: run.organisation }))
            })
            .await
    }

    /// Applies the next change of a run, or ends it.
    pub(crate) async fn step(&self, run: RunId, lease: Lease) -> Result<Step> {
        let world = self.world.clone();
        // Within the organisation, so that its pages hear of it.
        self.db
            .tenant(lease.organisation)
            .write(move |tx| {
                let now = world.clock.now();
                if !rows::hold_run(tx, run, lease.token, world.in_future(RUN_LEASE))? {
                    return Ok(Step::Lost);
                }
                tx.notify(HOSTS, lease.organisation.to_string());
                let Some(change) = rows::next_of_run(tx, run)? else {
                    rows::end_run(tx, run, RunState::Done, None, now)?;
                    return Ok(Step::Ended);
                };
                rows::apply_thing(tx, change.thing)?;
                rows::forget_change(tx, change.thing)?;
                rows::count_in_run(tx, run, true)?;
                trail::tell(tx, change.applied());
                let audited = trail::Change::new(
                    now,
                    world.new_id(),
                    Some(change.organisation),
                    trail::Actor::program("relais").on_behalf_of(change.who),
                    format!("apply: {} {}", change.act.as_str(), change.thing.entity()),
                    change.name,
                );
                trail::audit(tx, &audited)?;
                Ok(Step::Applied)
            })
            .await
    }

    async fn end(&self, run: RunId, failure: Option<String>) -> Result<()> {
        let now = self.world.clock.now();
        self.db
            .operator("end what cannot be applied")
            .write(move |tx| Ok(rows::end_run(tx, run, RunState::Failed, failure.as_deref(), now)?))
            .await
    }
}
