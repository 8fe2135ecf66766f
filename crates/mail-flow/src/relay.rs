//! What goes to a relay instead of its domain's own servers, by the rules of the operator.

use bytes::Bytes;
use mail_queue::{Message, NewDelivery};
use mail_route::RelayRule;
use model::{Domain, OrganisationId, Reply, Route};
use wire_mime::{Summary, whole_header};

use crate::{Flow, limits, trouble};

impl Flow {
    /// Where accepted copies go, in words for the trail; the rules may be others when they really go.
    pub(crate) async fn describe(
        &self,
        deliveries: &[NewDelivery],
        subject: &str,
    ) -> Result<Vec<String>, Reply> {
        let goes_out = deliveries.iter().any(|delivery| matches!(delivery.route, Route::Remote { .. }));
        let rules = if goes_out { self.rules().await? } else { Vec::new() };
        let describe = |delivery: &NewDelivery| match &delivery.route {
            Route::Account { address, .. } => format!("mailbox {address}"),
            Route::Remote { address } => {
                let domain = address.domain();
                let fits = |rule: &&RelayRule| {
                    rule.concerns(delivery.organisation, domain) && rule.fits_subject(subject)
                };
                match rules.iter().find(fits) {
                    Some(rule) => format!("route {rule}"),
                    None => self.inner.remote.describe(domain),
                }
            }
            Route::Gateway { address, .. } => format!("gateway of {}", address.domain()),
            Route::Reports { domain, .. } => format!("reports about {domain}"),
            Route::Nowhere { .. } => "nowhere".to_owned(),
        };
        Ok(deliveries.iter().map(describe).collect())
    }

    /// The rule by which copies of a message go to a domain, if any. An error is temporary trouble of ours.
    pub(crate) async fn relay_rule(
        &self,
        organisation: Option<OrganisationId>,
        destination: &Domain,
        message: &Message,
        bytes: Option<&Bytes>,
    ) -> Result<Option<RelayRule>, Reply> {
        let mut rules = self.rules().await?;
        rules.retain(|rule| rule.concerns(organisation, destination));
        // The header is opened only where a rule asks about it.
        let subject = match rules.first() {
            Some(rule) if rule.subject.is_some() => {
                let head = self.head(message, bytes).await?;
                Summary::of(whole_header(&head).unwrap_or(&head)).subject
            }
            _ => String::new(),
        };
        Ok(rules.into_iter().find(|rule| rule.fits_subject(&subject)))
    }

    /// The beginning of a letter, with its header.
    pub(crate) async fn head(&self, message: &Message, bytes: Option<&Bytes>) -> Result<Bytes, Reply> {
        if let Some(bytes) = bytes {
            return Ok(bytes.clone());
        }
        let end = message.blob.size_bytes.min(limits::HEAD_LIMIT_BYTES as u64);
        self.inner.blobs.get_range(&message.blob, 0..end).await.map_err(|error| trouble::blobs(&error))
    }

    async fn rules(&self) -> Result<Vec<RelayRule>, Reply> {
        self.inner.relays.in_force().await.map_err(|error| trouble::db(&error))
    }
}
