//! Integrated organisations: whose server sends, and where theirs are.

use gateways::{CertificateDer, Direction, Gateways, Peer, Sighting, SightingKind, Standing};
use mail_deliver::{Consignment, Content, Outcome, Permission, Probed, Probing};
use mail_judge::HeaderFacts;
use model::{
    Address, BlobRef, BodyKind, Envelope, Gateway, IntegrationId, OrganisationId, Recipient, Reply,
    ReversePath, Route, TlsWish,
};
use tracing::{error, info};
use trail::{Event, Step};

use crate::arrival::Origin;
use crate::{Flow, trouble};

impl Flow {
    /// Integrations, for an administrator's commands.
    pub fn gateways(&self) -> &Gateways {
        &self.inner.gateways
    }

    /// At MAIL, before [`Flow::sender`]: whose server presented `chain`, its own certificate first. An integrated
    /// organisation's becomes the session's gateway; one that claims what is not its own is refused, which the
    /// organisation's log shows. Nothing changes for a server without a certificate, or of nobody known here.
    pub async fn identify(
        &self,
        origin: &mut Origin,
        from: &ReversePath,
        chain: &[CertificateDer<'static>],
    ) -> Result<(), Reply> {
        let Origin::Peer(session) = origin else { return Ok(()) };
        session.gateway = None;
        if chain.is_empty() {
            return Ok(());
        }
        let book = self.inner.gateways.book().await.map_err(|error| trouble::db(&error))?;
        let sender = from.address().map(|address| address.domain());
        let standing = book.identify(chain, self.inner.world.clock.now(), sender);
        if let Standing::Refused { gateway, .. } | Standing::WrongSenderDomain { gateway, .. } = &standing
            && let Some((_, reply)) = standing.reply()
        {
            let what = format!("{}: {}", session.ip, reply.text());
            self.note(*gateway, SightingKind::Refused, &what).await;
        }
        if let Some((organisation, reply)) = standing.reply() {
            let step = Step::Refused { peer_ip: Some(session.ip), reply: reply.clone(), evidence: None };
            info!(peer = %session.ip, %from, %reply, "a gateway was refused");
            self.note_at_mail(organisation, from, step).await;
            return Err(reply);
        }
        if let Standing::Identified { gateway, identity, fingerprint, ends_at } = standing {
            session.gateway = Some(gateway);
            let certificate = chain.first().map(|own| own.to_vec()).unwrap_or_default();
            let seen = gateways::Seen { fingerprint, ends_at, certificate };
            let noted = self.inner.gateways.note_seen(gateway, (Direction::Sending, &identity), seen).await;
            if let Err(error) = noted {
                error!(error = %model::Chain(&error), "cannot note which certificate a gateway presented");
            }
            let sighting = Sighting {
                kind: SightingKind::Identified,
                at: self.inner.world.clock.now(),
                detail: format!("{}: {identity}, SHA-256 {fingerprint}", session.ip),
                ends_at: Some(ends_at),
            };
            self.note_certificate(gateway, sighting).await;
        }
        Ok(())
    }

    async fn note_at_mail(&self, organisation: OrganisationId, from: &ReversePath, step: Step) {
        let event = Event {
            at: self.inner.world.clock.now(),
            id: self.inner.world.new_id(),
            organisation: Some(organisation),
            message: None,
            delivery: None,
            sender: from.to_string(),
            recipient: None,
            step,
        };
        let noted: Result<(), db::DbError> =
            self.inner.db.tenant(organisation).write(move |tx| trail::record(tx, &event)).await;
        if let Err(error) = noted {
            error!(error = %model::Chain(&error), "cannot note a refusal");
        }
    }

    /// The way to an integrated organisation's servers, where they take its ordinary letters as well.
    pub(crate) async fn by_gateway(&self, route: Route) -> Result<Route, Reply> {
        let Route::Remote { address } = route else { return Ok(route) };
        let book = self.inner.gateways.book().await.map_err(|error| trouble::db(&error))?;
        Ok(match book.ordinary_integration_of(address.domain()) {
            Some(gateway) => Route::Gateway { address, integration: gateway.integration },
            None => Route::Remote { address },
        })
    }

    /// Whether all authors of a letter write from domains of the gateway's integration: then its certificate vouches
    /// for them.
    pub(crate) async fn vouches(&self, gateway: Gateway, header: &HeaderFacts) -> Result<bool, Reply> {
        let book = self.inner.gateways.book().await.map_err(|error| trouble::db(&error))?;
        let authors = header.authors();
        let is_own = |author: &Result<Address, String>| {
            author.as_ref().is_ok_and(|author| book.integration_of(author.domain()) == Some(gateway))
        };
        Ok(!authors.is_empty() && authors.iter().all(is_own))
    }

    /// Where an integration's servers are, and by what they are known.
    pub(crate) async fn peer(&self, integration: IntegrationId) -> Result<Peer, Outcome> {
        let later = |error: db::DbError| Outcome::Later { reply: trouble::db(&error), host: None };
        let book = self.inner.gateways.book().await.map_err(later)?;
        if let Some(peer) = book.peer(integration) {
            return Ok(peer);
        }
        // RFC 3463 §3.5: X.4.4, unable to route. What waits goes by no other way.
        Err(match self.inner.gateways.is_known(integration).await.map_err(later)? {
            true => {
                let words = "the recipient organisation's integration is not active now";
                Outcome::Later { reply: Reply::later(451, 4, 4, words), host: None }
            }
            false => {
                let words = "the recipient organisation's integration is no more";
                Outcome::Failed { reply: Reply::never(550, 4, 4, words), host: None }
            }
        })
    }

    /// Looks at the servers that take the letters of `domains` for `peer`, and hands them `letter`, if there is one: bytes
    /// from us to an address of the first domain. Nothing that is at one of the addresses in `own` is looked at.
    pub async fn probe(
        &self,
        peer: &Peer,
        domains: &[model::Domain],
        letter: Option<(Address, Vec<u8>)>,
        permission: &Permission,
        own: &[std::net::IpAddr],
    ) -> Probed {
        let consignment = letter.map(|(recipient, bytes)| {
            let blob = BlobRef { segment: 0, offset: 0, size_bytes: 0, hash: [0; 32] };
            let content =
                Content { prefix: bytes.into(), blob, bytes: None, blobs: self.inner.blobs.clone() };
            Consignment {
                destination: recipient.domain().clone(),
                relay: None,
                gateway: Some(peer.clone()),
                envelope: Envelope {
                    from: ReversePath::Null,
                    smtputf8: !recipient.is_ascii(),
                    recipients: vec![Recipient { address: recipient, notify: None, original: None }],
                    return_content: None,
                    envelope_id: None,
                    body: BodyKind::SevenBit,
                    tls: TlsWish::Usual,
                },
                content,
                sources: Vec::new(),
            }
        });
        let letter = consignment.as_ref();
        self.inner.remote.probe(&Probing { peer, domains, letter, permission, own }).await
    }

    /// Notes which certificates an integration's servers have shown to deliveries, so that their ends are known.
    pub(crate) async fn note_shown(&self, peer: &Peer) {
        let Ok(book) = self.inner.gateways.book().await else { return };
        let Some(gateway) = book.gateway(peer.integration) else { return };
        if let Err(error) = self.inner.gateways.note_shown(gateway.organisation, peer).await {
            error!(error = %model::Chain(&error), "cannot note which certificate a gateway presented");
        }
    }

    /// Shows this certificate from now on to servers of integrated organisations.
    pub fn present(&self, certificate: std::sync::Arc<dyn rustls::client::ResolvesClientCert>) {
        self.inner.remote.present(certificate);
    }
}
