//! What holds now, as every letter asks for it: active integrations by domain, and who vouches.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use db::{DbError, Tx};
use model::{Domain, Gateway, IntegrationId, OrganisationId, Reply, Timestamp};
use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;

use crate::Seen;
use crate::entities::{Direction, InboundTarget, Integration, IntegrationState};
use crate::judge::{Authorities, Examined, Fingerprint, Identity, Refusal, Verdict, examine};
use crate::limits::CERTIFICATE_LIMIT;
use crate::rows::{self, Revision};

/// Whose server it is that sends with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody's that is known here: a server like any other.
    Ordinary,
    /// An integration's, and it may send what it sends.
    Identified {
        /// Whose.
        gateway: Gateway,
        /// By what it was recognised.
        identity: Identity,
        /// Its certificate.
        fingerprint: Fingerprint,
        /// When that ends.
        ends_at: Timestamp,
    },
    /// It claims an integration's domain, and its certificate is not that integration's.
    Refused {
        /// Whose domain it claims.
        gateway: Gateway,
        /// What is wrong with the certificate.
        refusal: Refusal,
    },
    /// It is an integration's, and claims a domain that is not.
    WrongSenderDomain {
        /// Whose server it is.
        gateway: Gateway,
        /// The domain that it claims.
        domain: Domain,
    },
}

impl Standing {
    /// What a peer hears, and the organisation whose log shows it; `None` where nothing is wrong.
    pub fn reply(&self) -> Option<(OrganisationId, Reply)> {
        match self {
            Standing::Ordinary | Standing::Identified { .. } => None,
            Standing::Refused { gateway, refusal } => Some((gateway.organisation, refusal.reply())),
            // RFC 3463 §3.8: X.7.1, delivery not authorised.
            Standing::WrongSenderDomain { gateway, domain } => {
                let text = format!(
                    "wrong sender domain: {domain} is not a domain of the integration of this certificate"
                );
                Some((gateway.organisation, Reply::never(550, 7, 1, text)))
            }
        }
    }
}

impl Refusal {
    /// What a peer hears: a reply of its own for each reason (RFC 3463 §3.8: X.7.5, cryptographic failure; X.7.8,
    /// credentials invalid, RFC 4954 §6).
    pub fn reply(&self) -> Reply {
        let (subject, detail) = match self {
            Refusal::NoCertificate => (5, "no certificate"),
            Refusal::Unreadable => (5, "unreadable certificate"),
            Refusal::SelfSigned => (5, "self-signed certificate"),
            Refusal::Expired => (5, "expired certificate"),
            Refusal::NotYetValid => (5, "certificate not yet valid"),
            Refusal::UnknownAuthority { .. } => (5, "unknown certificate authority"),
            Refusal::Unfit { .. } => (5, "unfit certificate"),
            Refusal::WrongName { .. } => (8, "wrong certificate name"),
        };
        let clean: String =
            self.to_string().chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(300).collect();
        Reply::never(550, 7, subject, format!("{detail}: {clean}"))
    }
}

/// An integration that is active, as letters need it.
struct Entry {
    integration: Integration,
    gateway: Gateway,
}

impl Entry {
    fn identities(&self, direction: Direction) -> impl Iterator<Item = &Identity> {
        let certificates = self.integration.certificates.iter();
        certificates.filter(move |one| one.serves(direction)).map(|one| &one.identity)
    }
}

/// What holds at one moment.
#[derive(Default)]
pub struct Book {
    pub(crate) revision: Revision,
    entries: Vec<Entry>,
    by_domain: HashMap<Domain, usize>,
    authorities: Arc<Authorities>,
}

/// Reads what holds, unless that is what `known` is a reading of.
pub(crate) fn load(tx: &mut Tx, known: Revision) -> Result<Option<Book>, DbError> {
    let revision = rows::revision(tx)?;
    if revision == known {
        return Ok(None);
    }
    let mut authorities = Authorities::none();
    for authority in rows::authorities(tx)?.into_iter().filter(|one| one.removed_at.is_none()) {
        match authority.kind {
            crate::AuthorityKind::Public => authorities.add_all(&Authorities::public()),
            crate::AuthorityKind::Registered(certificate) => {
                if !authorities.add(&CertificateDer::from(certificate.der)) {
                    tracing::warn!(authority = authority.name, "a registered authority cannot be read");
                }
            }
        }
    }
    let mut active = Vec::new();
    for integration in rows::integrations(tx, None)? {
        if integration.state == IntegrationState::Active
            && rows::is_organisation(tx, integration.organisation)?
        {
            active.push(integration);
        }
    }
    Ok(Some(Book::of(revision, active, authorities)))
}

impl Book {
    /// Of active integrations and those who vouch.
    pub(crate) fn of(revision: Revision, active: Vec<Integration>, authorities: Authorities) -> Book {
        let mut book = Book { revision, authorities: Arc::new(authorities), ..Book::default() };
        for integration in active {
            let at = book.entries.len();
            for domain in integration.domains.iter().filter(|domain| domain.proof.is_some()) {
                book.by_domain.insert(domain.name.clone(), at);
            }
            let gateway = Gateway { integration: integration.id, organisation: integration.organisation };
            book.entries.push(Entry { integration, gateway });
        }
        book
    }

    /// Whether any integration is active.
    pub fn has_active(&self) -> bool {
        !self.entries.is_empty()
    }

    /// The active integration that a domain belongs to: its letters may go there.
    pub fn integration_of(&self, domain: &Domain) -> Option<Gateway> {
        self.by_domain.get(domain).map(|at| self.entries[*at].gateway)
    }

    /// The active integration whose servers take a domain's ordinary letters as well.
    pub fn ordinary_integration_of(&self, domain: &Domain) -> Option<Gateway> {
        let entry = self.by_domain.get(domain).map(|at| &self.entries[*at])?;
        entry.integration.takes_ordinary.then_some(entry.gateway)
    }

    /// Whose server it is that presented `chain`, its own certificate first, and says that it sends for `sender`;
    /// `None` is the null sender.
    ///
    /// Where one certificate stands for several integrations, as that of somebody who runs gateways for others, the
    /// sender's domain says which is meant; with the null sender nothing does, and the server is an ordinary one.
    pub fn identify(
        &self,
        chain: &[CertificateDer<'_>],
        now: Timestamp,
        sender: Option<&Domain>,
    ) -> Standing {
        if self.entries.is_empty() || chain.is_empty() {
            return Standing::Ordinary;
        }
        let examined = examine(chain, now, &self.authorities);
        let claimed = sender.and_then(|domain| self.by_domain.get(domain)).map(|at| &self.entries[*at]);
        if let Some(entry) = claimed
            && let Some(standing) = identified(entry, &examined)
        {
            return standing;
        }
        let mut others = self.entries.iter().filter_map(|entry| identified(entry, &examined));
        match (sender, others.next(), claimed) {
            (None, Some(only), _) if others.next().is_none() => only,
            (None, ..) => Standing::Ordinary,
            (Some(domain), Some(Standing::Identified { gateway, .. }), _) => {
                Standing::WrongSenderDomain { gateway, domain: domain.clone() }
            }
            (Some(_), _, Some(entry)) => match examined.judge(entry.identities(Direction::Sending)) {
                Verdict::Refused(refusal) => Standing::Refused { gateway: entry.gateway, refusal },
                Verdict::Identified(_) => Standing::Ordinary,
            },
            (Some(_), _, None) => Standing::Ordinary,
        }
    }

    /// How to deliver to an active integration.
    pub fn peer(&self, integration: IntegrationId) -> Option<Peer> {
        self.entries.iter().find(|entry| entry.integration.id == integration).map(|entry| self.peer_of(entry))
    }

    fn peer_of(&self, entry: &Entry) -> Peer {
        Peer {
            integration: entry.integration.id,
            revision: self.revision,
            name: entry.integration.name.clone(),
            target: entry.integration.inbound.clone(),
            accepts_host_name: entry.integration.accepts_host_name,
            identities: entry.identities(Direction::Reception).cloned().collect(),
            authorities: self.authorities.clone(),
            shown: Arc::default(),
        }
    }

    /// Whose active integration it is.
    pub fn gateway(&self, integration: IntegrationId) -> Option<Gateway> {
        let entry = self.entries.iter().find(|entry| entry.integration.id == integration)?;
        Some(entry.gateway)
    }

    /// How to reach an integration's servers whether it is active or not: what tests need. Letters go by
    /// [`Book::peer`] alone.
    pub fn prospective_peer(&self, integration: &Integration) -> Peer {
        let gateway = Gateway { integration: integration.id, organisation: integration.organisation };
        let entry = Entry { integration: integration.clone(), gateway };
        self.peer_of(&entry)
    }

    /// An active integration as it is declared.
    pub(crate) fn declared(&self, integration: IntegrationId) -> Option<&Integration> {
        let entry = self.entries.iter().find(|entry| entry.integration.id == integration)?;
        Some(&entry.integration)
    }
}

fn identified(entry: &Entry, examined: &Examined) -> Option<Standing> {
    match (examined.judge(entry.identities(Direction::Sending)), examined.fingerprint(), examined.ends_at()) {
        (Verdict::Identified(identity), Some(fingerprint), Some(ends_at)) => {
            Some(Standing::Identified { gateway: entry.gateway, identity, fingerprint, ends_at })
        }
        _ => None,
    }
}

/// An integration's servers as delivery needs them: where they are, and how to know that it is them. Two are equal if
/// they are the same reading of the same integration, so that a connection is used again only under the same rules.
#[derive(Clone)]
pub struct Peer {
    /// Whose.
    pub integration: IntegrationId,
    /// What people call the integration.
    pub name: String,
    /// Where they are.
    pub target: InboundTarget,
    /// Whether a certificate for the name of the host counts, where that name is certain.
    pub accepts_host_name: bool,
    revision: Revision,
    identities: Vec<Identity>,
    authorities: Arc<Authorities>,
    shown: Arc<Mutex<Vec<(Identity, Seen)>>>,
}

impl Peer {
    /// The servers at `target` that show one of `identities`, for which `authorities` vouch.
    pub fn new(
        integration: IntegrationId,
        target: InboundTarget,
        identities: Vec<Identity>,
        authorities: Authorities,
    ) -> Peer {
        let (name, authorities) = (integration.to_string(), Arc::new(authorities));
        let revision = Revision::default();
        let shown = Arc::default();
        Peer { integration, name, target, accepts_host_name: false, revision, identities, authorities, shown }
    }

    /// Whether a server's chain, its own certificate first, is the integration's. `host` is its name, where that is
    /// certain and the integration lets it count; it has to be one of the certificate's, letter by letter.
    pub fn judge(&self, chain: &[CertificateDer<'_>], now: Timestamp, host: Option<&Domain>) -> Verdict {
        let host = host.filter(|_| self.accepts_host_name).map(|host| Identity::Name(host.clone()));
        let examined = examine(chain, now, &self.authorities);
        let verdict = examined.judge(self.identities.iter().chain(&host));
        if let (Verdict::Identified(identity), Some(own)) = (&verdict, chain.first())
            && let (Some(fingerprint), Some(ends_at)) = (examined.fingerprint(), examined.ends_at())
        {
            let mut shown = self.shown.lock();
            if shown.len() < CERTIFICATE_LIMIT && shown.iter().all(|(known, _)| known != identity) {
                shown.push((identity.clone(), Seen { fingerprint, ends_at, certificate: own.to_vec() }));
            }
        }
        verdict
    }

    /// What was identified since this was last asked, one certificate of each identity: for
    /// [`crate::Gateways::note_shown`].
    pub(crate) fn take_shown(&self) -> Vec<(Identity, Seen)> {
        std::mem::take(&mut self.shown.lock())
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Peer) -> bool {
        (self.integration, self.revision) == (other.integration, other.revision)
    }
}

impl Eq for Peer {}

impl Hash for Peer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.integration, self.revision).hash(state);
    }
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("integration", &self.integration)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
