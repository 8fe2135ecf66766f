//! Letters to report addresses: read, and kept as rows instead of letters.

use std::sync::Arc;

use db::DbError;
use mail_deliver::Outcome;
use mail_reports::{Content, Kept, Reading, ReportsError, Unreadable};
use model::{Domain, OrganisationId, Reply};
use thiserror::Error;
use tracing::{error, info, warn};
use trail::Step;

use crate::hand::Job;
use crate::settle::Ended;
use crate::{Flow, limits};

#[derive(Debug, Error)]
enum Unkept {
    #[error("the claim is no longer ours")]
    Lost,
    #[error("the database does not take a report")]
    Db(#[from] DbError),
}

impl Flow {
    /// Sends a report on its way into the tables.
    pub(crate) fn take_report(&self, organisation: OrganisationId, domain: Domain, job: Job) {
        let (flow, job) = (self.clone(), Arc::new(job));
        tokio::spawn(async move {
            // A task of its own, so that a panic does not take the delivery with it.
            let (kept, reading) = (job.clone(), flow.clone());
            if tokio::spawn(reading.keep_report(organisation, domain, kept)).await.is_err() {
                error!(
                    message = job.delivery.message.id.0,
                    "a report makes us panic; it is tried again later"
                );
                flow.give_up_for_now(vec![job]).await;
            }
        });
    }

    async fn keep_report(self, organisation: OrganisationId, domain: Domain, job: Arc<Job>) {
        let reading = match self.read_report(organisation, &domain, &job).await {
            Ok(reading) => Ok(reading),
            Err(ReportsError::Unreadable(why)) => Err(why),
            Err(trouble) => {
                warn!(error = %model::Chain(&trouble), "a report waits");
                let reply = Reply::later(451, 3, 0, "temporary trouble here");
                self.settle(vec![Ended { job, outcome: Outcome::Later { reply, host: None } }], Vec::new())
                    .await;
                return;
            }
        };
        let reading = Arc::new(reading);
        loop {
            let (flow, written, kept) = (self.clone(), reading.clone(), job.clone());
            let committed = self
                .inner
                .db
                .tenant(organisation)
                .write(move |tx| {
                    if !mail_queue::finish(tx, &kept.delivery)? {
                        return Err(Unkept::Lost);
                    }
                    let step = match &*written {
                        Ok(reading) => {
                            let id = flow.inner.world.new_id();
                            let told = match mail_reports::keep(tx, reading, id)? {
                                Kept::New => "",
                                Kept::Known => " (it had come before)",
                                Kept::Unproved => {
                                    " (it counts for nothing: it names no letter sent from here)"
                                }
                                Kept::TooMany => " (not kept: too many of one day)",
                            };
                            let kind = reading.content.kind();
                            let place = format!("reports about {}: a {kind}{told}", reading.domain);
                            Step::Delivered { place, reply: None }
                        }
                        // Nobody is written to: an answer to a machine's report makes the next report.
                        Err(why) => Step::Refused {
                            peer_ip: None,
                            reply: Reply::never(554, 6, 0, why.to_string()),
                            evidence: None,
                        },
                    };
                    let now = flow.inner.world.clock.now();
                    trail::record(tx, &flow.event(&kept.delivery, now, step))?;
                    Ok(())
                })
                .await;
            match committed {
                Ok(()) => {
                    match &*reading {
                        Ok(reading) => {
                            info!(message = job.delivery.message.id.0, domain = %reading.domain, kind = reading.content.kind(), "report kept");
                        }
                        Err(why) => info!(message = job.delivery.message.id.0, %why, "no report"),
                    }
                    return;
                }
                Err(Unkept::Lost) => return,
                Err(Unkept::Db(error)) if error.is_temporary() => {
                    warn!(error = %model::Chain(&error), "a report waits for the database");
                    self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                }
                Err(error) => {
                    error!(error = %model::Chain(&error), "a report is not kept");
                    self.give_up_for_now(vec![job]).await;
                    return;
                }
            }
        }
    }

    async fn read_report(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        job: &Job,
    ) -> Result<Reading, ReportsError> {
        let message = &job.delivery.message;
        if message.is_doubtful {
            return Err(Unreadable::Doubtful.into());
        }
        if message.blob.size_bytes > limits::REPORT_LIMIT_BYTES {
            return Err(Unreadable::TooLarge.into());
        }
        let Ok(bytes) = self.body(&job.cargo).await else {
            return Err(ReportsError::Body);
        };
        // Unpacking and reading take their time, in which others should go on.
        let content = tokio::task::spawn_blocking(move || Content::find(&bytes)).await;
        let content = content.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        self.inner.reports.read(organisation, domain, message.received_at, content).await
    }
}
