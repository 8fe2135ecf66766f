//! Working on a run: one commit for each change, under a lease, so that another can go on where one stopped.

use model::Chain;
use tracing::{error, info, warn};

use crate::entities::{RunId, RunState};
use crate::limits::RUN_LEASE;
use crate::{HOSTS, HostError, Hosts, Result, rows};

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

impl Hosts {
    /// Works on a run until it has ended; nothing happens if somebody else does. Trouble of ours leaves it to
    /// [`Hosts::resume`]; what can never be applied ends it.
    pub async fn work(&self, run: RunId) -> Result<()> {
        let Some(token) = self.take(run).await? else { return Ok(()) };
        loop {
            match self.step(run, token).await {
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
        let abandoned = scope.read(move |tx| Ok::<_, HostError>(rows::abandoned_runs(tx, now)?)).await?;
        for run in abandoned {
            info!(%run, "applying goes on");
            self.work(run).await?;
        }
        Ok(())
    }

    /// Takes the lease of a run; `None` if another holds it or the run has ended.
    pub(crate) async fn take(&self, run: RunId) -> Result<Option<i64>> {
        let (token, now, until) =
            (self.world.new_id(), self.world.clock.now(), self.world.in_future(RUN_LEASE));
        let scope = self.db.operator("apply what waits");
        let is_ours =
            scope.write(move |tx| Ok::<_, HostError>(rows::take_run(tx, run, token, now, until)?)).await?;
        Ok(is_ours.then_some(token))
    }

    /// Applies the next change of a run, or ends it.
    pub(crate) async fn step(&self, run: RunId, token: i64) -> Result<Step> {
        let world = self.world.clone();
        self.db
            .operator("apply what waits")
            .write(move |tx| {
                let now = world.clock.now();
                if !rows::hold_run(tx, run, token, world.in_future(RUN_LEASE))? {
                    return Ok(Step::Lost);
                }
                let Some(change) = rows::next_of_run(tx, run)? else {
                    rows::end_run(tx, run, RunState::Done, None, now)?;
                    if let Some(run) = rows::run(tx, run)? {
                        tx.notify_of(Some(run.organisation), HOSTS, run.organisation.to_string());
                    }
                    return Ok(Step::Ended);
                };
                rows::apply_thing(tx, change.thing)?;
                rows::forget_change(tx, change.thing)?;
                rows::count_in_run(tx, run, true)?;
                let audited = trail::Change {
                    at: now,
                    id: world.new_id(),
                    organisation: Some(change.organisation),
                    who: change.who.clone(),
                    action: format!("apply: {} {}", change.act.as_str(), change.thing.entity()),
                    what: change.name.clone(),
                };
                trail::audit(tx, &audited)?;
                tx.notify_of(Some(change.organisation), HOSTS, change.organisation.to_string());
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
