//! Integrated organisations: mail servers of others that prove by their certificates whose they are.
//!
//! An [`Integration`] covers one or more domains. Its servers may send here and receive from here over TLS that shows
//! a certificate on both sides; [`judge()`] says, without IO, whether a certificate is one that was declared. A server
//! that is identified speaks for the integration's domains, and for no others; [`Book::identify`] decides that at MAIL.
//!
//! - A domain belongs to one integration only, and counts once it was shown to be the organisation's.
//! - Several certificates hold at the same time, so that a renewal never interrupts.
//! - Only the operator activates an integration and keeps the list of authorities: both say whom everybody trusts.
//! - Nothing here falls back: what is not identified is not that organisation's server.

mod administration;
mod authority;
mod book;
mod certificate;
mod entities;
mod handshake;
mod judge;
pub mod limits;
mod rows;
mod sighting;

use std::sync::Arc;

use db::{Db, Migrations};
use directory::{DirectoryError, Scope};
use keys::Keys;
use model::{Gateway, Timestamp};
use parking_lot::Mutex;
use world::World;

pub use administration::{Administration, IntegrationChange, NewCertificate, NewIntegration, Presented};
pub use authority::{Authority, AuthorityId, AuthorityKind};
pub use book::{Book, Peer, Standing};
pub use certificate::Certificate;
pub use entities::{
    CertificateId, Direction, Expiry, InboundTarget, Integration, IntegrationDomain, IntegrationState,
    PeerCertificate, Proof, ProofRecord, Warning,
};
pub use handshake::AnyClientCertificate;
pub use judge::{
    Anchor, Authorities, Examined, Fingerprint, Identity, Refusal, Verdict, examine, is_provable, judge,
};

pub use sighting::{Sighting, SightingKind};

/// A certificate in DER, as handshakes bring it.
pub use rustls::pki_types::CertificateDer;

/// Tables of integrations.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "gateways",
    steps: &[(1, "integrated organisations", include_str!("0001_gateways.sql"))],
};

/// The certificate that an identified server presented.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The whole, in DER.
    pub certificate: Vec<u8>,
}

type Result<T> = std::result::Result<T, DirectoryError>;

/// Reads an integration within the transaction's scope and keeps everybody else from changing it, what belongs to it and
/// its onboarding until the transaction ends: the first statement of whoever changes what follows from what is read.
///
/// # Errors
/// `NotFound`, where there is none within the scope.
pub fn hold(tx: &mut db::Tx, id: model::IntegrationId) -> Result<Integration> {
    administration::held(tx, id)
}

/// Integrations and authorities; cheap to clone.
#[derive(Clone)]
pub struct Gateways {
    db: Db,
    world: World,
    keys: Keys,
    kept: Arc<Mutex<Arc<Book>>>,
    lately: sighting::Lately,
}

impl Gateways {
    /// Those kept in this database.
    pub fn new(db: Db, world: World, keys: Keys) -> Gateways {
        Gateways { db, world, keys, kept: Arc::default(), lately: sighting::Lately::default() }
    }

    /// Administration within `scope`, in the name of `who`.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// What holds now: read again if anything has changed since it was last asked for.
    pub async fn book(&self) -> std::result::Result<Arc<Book>, db::DbError> {
        let known = self.kept.lock().clone();
        let revision = known.revision;
        let operator = self.db.operator("whose server a certificate stands for");
        let fresh = operator.read(move |tx| book::load(tx, revision)).await?;
        match fresh {
            None => Ok(known),
            Some(fresh) => {
                let fresh = Arc::new(fresh);
                *self.kept.lock() = fresh.clone();
                Ok(fresh)
            }
        }
    }

    /// Whether there is such an integration, in whatever state.
    pub async fn is_known(
        &self,
        integration: model::IntegrationId,
    ) -> std::result::Result<bool, db::DbError> {
        let operator = self.db.operator("whether letters wait for an integration that is gone");
        operator.read(move |tx| Ok(rows::integration(tx, integration)?.is_some())).await
    }

    /// Whether any integration was active when [`Gateways::book`] was last asked.
    pub fn has_active(&self) -> bool {
        self.kept.lock().has_active()
    }

    /// Notes which certificate an integration's server presented on one of the two ways, so that its end is known.
    /// Called for every letter; writes once for each certificate.
    pub async fn note_seen(
        &self,
        gateway: Gateway,
        (direction, identity): (Direction, &Identity),
        seen: Seen,
    ) -> std::result::Result<(), db::DbError> {
        let at = self.world.clock.now();
        let kept = self.kept.lock().clone();
        let known = kept.declared(gateway.integration);
        if known.is_some_and(|one| one.slot_unseen((direction, identity), seen.fingerprint, at).is_none()) {
            return Ok(());
        }
        let identity = identity.clone();
        self.db
            .tenant(gateway.organisation)
            .write(move |tx| {
                // One that is not active yet stands in no book.
                let Some(one) = rows::integration(tx, gateway.integration)? else { return Ok(()) };
                match one.slot_unseen((direction, &identity), seen.fingerprint, at) {
                    Some(slot) => rows::note_seen(tx, gateway.organisation, slot, &seen, at),
                    None => Ok(()),
                }
            })
            .await
    }

    /// Notes what the servers that receive have shown to deliveries and probes by this `peer`, as
    /// [`Gateways::note_seen`] does.
    pub async fn note_shown(
        &self,
        organisation: model::OrganisationId,
        peer: &Peer,
    ) -> std::result::Result<(), db::DbError> {
        let gateway = Gateway { integration: peer.integration, organisation };
        for (identity, seen) in peer.take_shown() {
            self.note_seen(gateway, (Direction::Reception, &identity), seen).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
