//! What is noted of integrated organisations' servers while letters come and go, so that the test of a connection can
//! tell what has worked. It is noted after the commit, and a letter never depends on it.

use gateways::{Sighting, SightingKind};
use mail_queue::Delivery;
use mail_secure::Mode;
use model::{Address, Gateway, IntegrationId, ReversePath, Route};
use tracing::warn;

use crate::Flow;
use crate::arrival::Origin;
use crate::settle::{Conclusion, End};

/// The subject, behind its tag, of the letter by which a customer tries the way to us without any add-in.
pub const TEST_MAIL_SUBJECT: &str = "Test-Mail outbound to IncaMail";

/// The text of that letter.
pub const TEST_MAIL_TEXT: &str = "Ceci est un test pour vérifier si la règle de routage fonctionne.";

impl Flow {
    /// A gateway brought a letter that was taken: to whom; and whether it was the letter of a test.
    pub(crate) async fn note_brought(
        &self,
        origin: &Origin,
        from: &ReversePath,
        recipients: impl Iterator<Item = &Address>,
        secured: Option<(Mode, &str)>,
    ) {
        let Some(gateway) = origin.gateway() else { return };
        let is_test = matches!(secured, Some((Mode::Confidential, subject))
            if subject.trim().eq_ignore_ascii_case(TEST_MAIL_SUBJECT));
        for recipient in recipients {
            let what = format!("{from} → {recipient}");
            if is_test {
                self.note(gateway, SightingKind::TestMail, &what).await;
            }
            match self.is_connected(recipient).await {
                Some(true) => self.note(gateway, SightingKind::SentInternal, &what).await,
                Some(false) => self.note(gateway, SightingKind::SentExternal, &what).await,
                None => {}
            }
        }
    }

    /// A delivery ended: a gateway may have taken it.
    pub(crate) async fn note_taken(&self, delivery: &Delivery, conclusion: &Conclusion) {
        let (End::Delivered { .. }, Route::Gateway { integration, .. }) = (&conclusion.end, &delivery.route)
        else {
            return;
        };
        let from = &delivery.message.from;
        self.note_received(*integration, from, &delivery.recipient).await;
    }

    /// An integration's server took a letter.
    pub async fn note_received(&self, integration: IntegrationId, from: &ReversePath, recipient: &Address) {
        let Ok(book) = self.inner.gateways.book().await else { return };
        let Some(gateway) = book.gateway(integration) else { return };
        let is_internal = match from.address() {
            // Our own: notices, and what brings sealed letters.
            None => Some(true),
            Some(author) => self.is_connected(author).await,
        };
        let kind = match is_internal {
            Some(true) => SightingKind::ReceivedInternal,
            Some(false) => SightingKind::ReceivedExternal,
            None => return,
        };
        self.note(gateway, kind, &format!("{from} → {recipient}")).await;
    }

    /// Whether an address is hosted here, or of an integrated organisation; `None` while nobody can say.
    async fn is_connected(&self, address: &Address) -> Option<bool> {
        let book = self.inner.gateways.book().await.ok()?;
        if book.integration_of(address.domain()).is_some() {
            return Some(true);
        }
        self.inner.directory.serves(address.domain()).await.ok()
    }

    pub(crate) async fn note(&self, gateway: Gateway, kind: SightingKind, what: &str) {
        self.note_certificate(
            gateway,
            Sighting { kind, at: self.inner.world.clock.now(), detail: what.to_owned(), ends_at: None },
        )
        .await;
    }

    pub(crate) async fn note_certificate(&self, gateway: Gateway, sighting: Sighting) {
        let Sighting { kind, detail, ends_at, .. } = sighting;
        if let Err(error) = self.inner.gateways.note_sighting(gateway, kind, &detail, ends_at).await {
            warn!(error = %model::Chain(&error), kind = kind.as_str(), "cannot note what was seen of a gateway");
        }
    }
}
