//! What is noted of integrated organisations' servers while letters come and go, so that the test of a connection can
//! tell what has worked. It is noted after the commit, and a letter never depends on it.

use gateways::{Sighting, SightingKind};
use mail_queue::Delivery;
use mail_secure::Mode;
use model::{Address, Gateway, ReversePath, Route};
use tracing::warn;

use crate::arrival::Origin;
use crate::settle::{Conclusion, End};
use crate::{Flow, limits};

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
        // Of each kind the last one is kept: a letter to hundreds need not be told hundreds of times.
        let mut seen = Vec::new();
        for (at, recipient) in recipients.take(limits::SIGHTED_RECIPIENTS).enumerate() {
            let what = format!("{from} → {recipient}");
            if is_test && at == 0 {
                self.note(gateway, SightingKind::TestMail, &what).await;
            }
            let kind = match self.is_connected(recipient).await {
                Some(true) => SightingKind::SentInternal,
                Some(false) => SightingKind::SentExternal,
                None => continue,
            };
            if !seen.contains(&kind) {
                self.note(gateway, kind, &what).await;
                seen.push(kind);
            }
            if seen.len() == 2 {
                return;
            }
        }
    }

    /// A delivery ended: a gateway may have taken it.
    pub(crate) async fn note_taken(&self, delivery: &Delivery, conclusion: &Conclusion) {
        let (End::Delivered { .. }, Route::Gateway { integration, .. }) = (&conclusion.end, &delivery.route)
        else {
            return;
        };
        let Ok(book) = self.inner.gateways.book().await else { return };
        let Some(gateway) = book.gateway(*integration) else { return };
        let Some(author) = self.author_of(&delivery.message.from).await else { return };
        let kind = match self.is_connected(&author).await {
            Some(true) => SightingKind::ReceivedInternal,
            Some(false) => SightingKind::ReceivedExternal,
            None => return,
        };
        self.note(gateway, kind, &format!("{author} → {}", delivery.recipient)).await;
    }

    /// Whose letter it is that has this return path: of what brings an envelope, who wrote what is in it. What nobody
    /// wrote, notices of ours and reports of anybody's, is no letter that shows a way.
    async fn author_of(&self, from: &ReversePath) -> Option<Address> {
        let path = from.address()?;
        if !self.is_return_path(path) {
            return Some(path.clone());
        }
        let (slot, _) = self.returned_to(path).await.ok()?;
        Some(self.inner.secure.seen(&slot).await.ok()?.letter.sender)
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
