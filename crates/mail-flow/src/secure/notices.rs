//! Sends what people have to hear of secure letters: codes, reminders, receipts, ends.

use db::Tx;
use mail_secure::SecureError;
use model::{Class, Notify, Recipient, Reply, ReversePath, Route};
use tracing::{info, warn};

use crate::arrival::Origin;
use crate::secure::carriers::Outgoing;
use crate::secure::known;
use crate::{Flow, trouble};

impl Flow {
    /// Sends what people have to hear of secure letters, until `shutdown`; on any node.
    pub async fn send_notices(&self, mut shutdown: tokio::sync::watch::Receiver<bool>) {
        let mut notices = self.inner.db.subscribe();
        loop {
            match self.post_notices().await {
                // There may be more than are taken at once.
                Ok(posted) if posted > 0 => continue,
                Ok(_) => {}
                Err(error) => warn!(error = %model::Chain(&error), "notices of secure letters wait"),
            }
            let pause = self.inner.world.in_future(crate::limits::NOTICE_INTERVAL);
            tokio::select! {
                biased;
                () = async { drop(shutdown.wait_for(|stop| *stop).await) } => return,
                () = self.inner.world.clock.sleep_until(pause) => {}
                () = async {
                    while let Ok(notice) = notices.recv().await {
                        if notice.channel == mail_secure::CHANNEL {
                            return;
                        }
                    }
                    std::future::pending().await
                } => {}
            }
        }
    }

    /// Queues the notices that are due; tells how many.
    pub async fn post_notices(&self) -> Result<usize, SecureError> {
        let mut posted = 0;
        for told in self.inner.secure.due_notices().await? {
            match self.post_notice(&told).await {
                Ok(()) => posted += 1,
                Err(reply) if reply.class() == Class::Never => {
                    warn!(recipient = %told.recipient, %reply, "a notice of a secure letter is refused");
                    let id = told.id;
                    let scope = self.inner.db.operator("give up a notice that nobody takes");
                    scope.write(move |tx: &mut Tx| mail_secure::sent(tx, id)).await?;
                }
                Err(reply) => {
                    info!(recipient = %told.recipient, %reply, "a notice of a secure letter waits");
                    self.inner.secure.postpone(told.id).await?;
                }
            }
        }
        Ok(posted)
    }

    async fn post_notice(&self, told: &mail_secure::Told) -> Result<(), Reply> {
        let recipient =
            Recipient { address: told.recipient.clone(), notify: Some(Notify::NEVER), original: None };
        let legs = mail_route::route(
            &self.inner.directory,
            &self.inner.return_paths,
            &ReversePath::Null,
            &recipient.address,
        );
        let organisation = known(told.organisation);
        let legs = legs.await.map_err(|error| trouble::routing(&error))?;
        let mut deliveries = Vec::new();
        for leg in legs {
            let route = self.by_gateway(leg.route).await?;
            deliveries.push(self.new_delivery(leg.organisation.or(organisation), &recipient, route));
        }
        // A code, and what was in a letter's subject, lie closed on their way as the letter does.
        let is_closed = !deliveries.iter().any(|delivery| matches!(delivery.route, Route::Account { .. }));
        let outgoing = Outgoing {
            origin: &Origin::Ourselves,
            organisation,
            from: ReversePath::Null,
            bytes: told.bytes.clone().into(),
            deliveries,
            is_closed,
            sent_as: None,
            is_notice: true,
        };
        let ready = self.ready(outgoing).await?;
        let (scope, id) = (
            self.inner.db.operator("queue a notice of a secure letter and forget it in the outbox"),
            told.id,
        );
        let committed = self.committed(&[ready], scope, move |tx| mail_secure::sent(tx, id)).await;
        committed.map(drop).map_err(|error: SecureError| trouble::secure(&error))
    }
}
