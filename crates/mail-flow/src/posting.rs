//! Our own reports leave as letters: the outbox forgets each in the commit that queues it.

use std::sync::Arc;

use db::DbError;
use mail_reports::{Outgoing, OutgoingKind, ReportsError};
use model::{BodyKind, Class, Envelope, Notify, Recipient, Reply, ReversePath, TlsWish};
use tracing::{info, warn};

use crate::Flow;
use crate::arrival::{Arrival, Origin};

impl Flow {
    /// Counts finished days and sends the reports that are due; tells how many letters were queued. To be called from
    /// time to time, on any node.
    pub async fn send_reports(&self) -> Result<usize, ReportsError> {
        let clock = &self.inner.world.clock;
        self.inner.reports.gather(clock.now()).await?;
        let mut posted = 0;
        loop {
            let due = self.inner.reports.due(clock.now()).await?;
            if due.is_empty() {
                return Ok(posted);
            }
            for outgoing in due {
                posted += usize::from(self.post(outgoing).await?);
            }
        }
    }

    /// Queues one report; false if that has to wait, or will never be.
    async fn post(&self, outgoing: Outgoing) -> Result<bool, ReportsError> {
        let ready = match self.letter_of(&outgoing).await {
            Ok(arrival) => self.prepare(arrival).await,
            Err(reply) => Err(reply),
        };
        let ready = match ready {
            Ok(ready) => Arc::new(ready),
            Err(reply) if reply.class() == Class::Later => {
                warn!(%reply, domain = %outgoing.domain, "a report waits for its next turn");
                return Ok(false);
            }
            Err(reply) => {
                info!(%reply, domain = %outgoing.domain, "a report finds no recipient");
                self.inner.reports.give_up(&outgoing, reply.to_string()).await?;
                return Ok(false);
            }
        };
        let (domain, letters) = (outgoing.domain.clone(), [ready.clone()]);
        let scope = self.inner.db.operator("queue a report of ours and end it in the outbox");
        let committed: Result<bool, DbError> =
            self.committed(&letters, scope, move |tx| mail_reports::sent(tx, &outgoing)).await;
        let is_posted = committed?;
        if is_posted {
            info!(message = ready.message.id.0, %domain, "a report goes out");
        }
        Ok(is_posted)
    }

    async fn letter_of(&self, outgoing: &Outgoing) -> Result<Arrival, Reply> {
        let mut body = self.receive();
        body.write(&outgoing.letter).await?;
        let recipients = outgoing.recipients.iter().map(|address| Recipient {
            address: address.clone(),
            notify: Some(Notify::NEVER),
            original: None,
        });
        Ok(Arrival {
            origin: Origin::Ourselves,
            envelope: Envelope {
                // Nobody is to answer a report: a full mailbox there makes no letters here.
                from: ReversePath::Null,
                recipients: recipients.collect(),
                return_content: None,
                envelope_id: None,
                body: BodyKind::SevenBit,
                smtputf8: false,
                // RFC 8460 §3: what is reported must not keep the report from arriving.
                tls: match outgoing.kind {
                    OutgoingKind::Tls => TlsWish::Waived,
                    OutgoingKind::Dmarc => TlsWish::Usual,
                },
            },
            body,
        })
    }
}
