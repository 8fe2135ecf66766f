//! An integration and what belongs to it.

use std::fmt;
use std::str::FromStr;

use model::{Domain, IntegrationId, OrganisationId, RelayTarget, Timestamp};

use crate::certificate::Certificate;
use crate::judge::{Fingerprint, Identity};
use crate::limits::{EXPIRY_WARNING, SEEN_AGAIN_AFTER};

/// How far an integration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntegrationState {
    /// It is being set up; its servers are strangers.
    Planned,
    /// Its servers are identified, and its letters go to them.
    Active,
    /// It is out of use for now: its servers are strangers, and its letters wait.
    Suspended,
}

impl IntegrationState {
    /// All of them.
    pub const EACH: [IntegrationState; 3] =
        [IntegrationState::Planned, IntegrationState::Active, IntegrationState::Suspended];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            IntegrationState::Planned => "planned",
            IntegrationState::Active => "active",
            IntegrationState::Suspended => "suspended",
        }
    }
}

/// Which of the two ways a certificate is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// By servers that send to us and by those that receive from us.
    #[default]
    Both,
    /// By those that send to us.
    Sending,
    /// By those that receive from us.
    Reception,
}

impl Direction {
    /// All of them.
    pub const EACH: [Direction; 3] = [Direction::Both, Direction::Sending, Direction::Reception];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Both => "both",
            Direction::Sending => "sending",
            Direction::Reception => "reception",
        }
    }
}

/// How a domain was shown to be the organisation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// It is hosted here, as one of the organisation's mail domains.
    Hosted,
    /// Its owner published the text record.
    Record,
    /// The operator's staff confirmed it.
    Staff,
}

impl Proof {
    /// All of them.
    pub const EACH: [Proof; 3] = [Proof::Hosted, Proof::Record, Proof::Staff];

    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Proof::Hosted => "hosted",
            Proof::Record => "record",
            Proof::Staff => "staff",
        }
    }
}

macro_rules! words {
    ($($kind:ident: $rule:literal),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<$kind, String> {
                $kind::EACH
                    .into_iter()
                    .find(|one| one.as_str() == text)
                    .ok_or_else(|| format!("«{text}» is none of {}", $rule))
            }
        }
    )*};
}

words!(
    IntegrationState: "planned, active, suspended",
    Direction: "both, sending, reception",
    Proof: "hosted, record, staff"
);

/// Where an integration's letters go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum InboundTarget {
    /// To the mail exchangers of the recipient's domain: `mx`.
    #[default]
    Exchangers,
    /// To another name's exchangers, to a host, to an address.
    Server(RelayTarget),
}

impl InboundTarget {
    /// What speaks against such a target.
    pub fn warning(&self) -> Option<Warning> {
        match self {
            InboundTarget::Server(RelayTarget::Address(_)) => Some(Warning::StaticAddress),
            InboundTarget::Server(RelayTarget::Host(..) | RelayTarget::Exchangers(_))
            | InboundTarget::Exchangers => None,
        }
    }
}

impl fmt::Display for InboundTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InboundTarget::Exchangers => f.write_str("mx"),
            InboundTarget::Server(target) => target.fmt(f),
        }
    }
}

impl FromStr for InboundTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<InboundTarget, String> {
        match text.trim() {
            "mx" => Ok(InboundTarget::Exchangers),
            text => text.parse().map(InboundTarget::Server).map_err(|_| {
                format!("«{text}» is neither mx nor mx:NAME nor HOST, HOST:PORT, ADDRESS, ADDRESS:PORT")
            }),
        }
    }
}

/// What an administrator ought to know about an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Its letters go to an address, and addresses usually change.
    StaticAddress,
    /// Somebody else runs the gateway, and so reads what it carries.
    HostedGateway,
    /// A certificate ends within thirty days.
    CertificateEnds {
        /// Which.
        identity: Identity,
        /// When.
        ends_at: Timestamp,
    },
    /// A certificate has ended.
    CertificateEnded {
        /// Which.
        identity: Identity,
        /// When.
        ends_at: Timestamp,
    },
    /// There is one certificate only, so that its renewal would interrupt: it is known by its fingerprint.
    SingleFingerprint,
    /// A domain has not been shown to be the organisation's.
    UnprovenDomain(Domain),
}

impl Warning {
    /// The word by which programs know it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Warning::StaticAddress => "static-address",
            Warning::HostedGateway => "hosted-gateway",
            Warning::CertificateEnds { .. } => "certificate-ends",
            Warning::CertificateEnded { .. } => "certificate-ended",
            Warning::SingleFingerprint => "single-fingerprint",
            Warning::UnprovenDomain(_) => "unproven-domain",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::StaticAddress => f.write_str(
                "static addresses are not advised, because they usually change: name the server instead",
            ),
            Warning::HostedGateway => f.write_str(
                "hosted gateways are not advised: whoever runs it can read the letters that it carries",
            ),
            Warning::CertificateEnds { identity, ends_at } => {
                write!(f, "the certificate {identity} ends at {}", ends_at.rfc3339())
            }
            Warning::CertificateEnded { identity, ends_at } => {
                write!(f, "the certificate {identity} ended at {}", ends_at.rfc3339())
            }
            Warning::SingleFingerprint => f.write_str(
                "the only certificate is known by its fingerprint: declare the next one before it is renewed, or its name",
            ),
            Warning::UnprovenDomain(domain) => {
                write!(f, "{domain} has not been shown to be the organisation's")
            }
        }
    }
}

/// The identifier of a declared certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateId(pub i64);

/// How long a certificate still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Nobody has presented it, and only its name or fingerprint was given.
    Unknown,
    /// More than thirty days.
    Far,
    /// At most thirty days.
    Near,
    /// No more.
    Over,
}

impl Expiry {
    /// Of a certificate that ends then.
    pub fn of(ends_at: Option<Timestamp>, now: Timestamp) -> Expiry {
        match ends_at {
            None => Expiry::Unknown,
            Some(ends_at) if ends_at <= now => Expiry::Over,
            Some(ends_at) if ends_at.since(now) <= EXPIRY_WARNING => Expiry::Near,
            Some(_) => Expiry::Far,
        }
    }
}

/// A certificate that was declared: a slot among several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The identifier.
    pub id: CertificateId,
    /// By what it is recognised.
    pub identity: Identity,
    /// Which way it is used.
    pub direction: Direction,
    /// When the certificate that was declared, or presented last, ends; `None`: not known yet.
    pub ends_at: Option<Timestamp>,
    /// The one that was presented last.
    pub seen_fingerprint: Option<Fingerprint>,
    /// When another one than before was presented.
    pub seen_at: Option<Timestamp>,
    /// The certificate itself that was declared, or presented last; `None`: nobody has shown it yet.
    pub certificate: Option<Box<Certificate>>,
    /// When it was declared.
    pub created_at: Timestamp,
}

impl PeerCertificate {
    /// How long it still holds.
    pub fn expiry(&self, now: Timestamp) -> Expiry {
        Expiry::of(self.ends_at, now)
    }

    /// Whether it is used this way.
    pub(crate) fn serves(&self, direction: Direction) -> bool {
        self.direction == Direction::Both || self.direction == direction
    }
}

/// A domain of an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrationDomain {
    /// Its name.
    pub name: Domain,
    /// How it was shown to be the organisation's; `None`: not yet, and it does not count.
    pub proof: Option<Proof>,
    /// When.
    pub proven_at: Option<Timestamp>,
}

/// A text record that shows that a domain is an organisation's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRecord {
    /// Its owner name, such as `_relais-gateway.example.org`.
    pub name: String,
    /// Its text.
    pub value: String,
}

/// An integrated organisation's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// The identifier.
    pub id: IntegrationId,
    /// Whose.
    pub organisation: OrganisationId,
    /// What people call it.
    pub name: String,
    /// How far it has come.
    pub state: IntegrationState,
    /// Whom to ask: names, telephone numbers, addresses.
    pub contact: String,
    /// Somebody else runs the gateway for the organisation.
    pub is_hosted_gateway: bool,
    /// Where its letters go.
    pub inbound: InboundTarget,
    /// A certificate for the name of the host identifies it as well, if that name is certain: chosen by `inbound`,
    /// or from an authentic list of exchangers (DNSSEC).
    pub accepts_host_name: bool,
    /// Ordinary letters go to its servers as well, and wait where these are not as declared. Without it only what is
    /// sent securely does, and all else goes to the servers that its domains publish.
    pub takes_ordinary: bool,
    /// Its domains, by name.
    pub domains: Vec<IntegrationDomain>,
    /// Its certificates, the oldest first.
    pub certificates: Vec<PeerCertificate>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Integration {
    /// Whether servers that receive can be told from others: without that letters to them wait for ever.
    pub fn knows_receivers(&self) -> bool {
        self.accepts_host_name
            || self.certificates.iter().any(|certificate| certificate.serves(Direction::Reception))
    }

    /// The declared certificate that an identity is on this way, unless it is noted already which one was presented for
    /// it.
    pub(crate) fn slot_unseen(
        &self,
        (direction, identity): (Direction, &Identity),
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Option<CertificateId> {
        let is_it = |slot: &&PeerCertificate| slot.identity == *identity && slot.serves(direction);
        let slot = self.certificates.iter().find(is_it)?;
        // Several servers may show certificates of one name in turn.
        let is_lately = slot.seen_at.is_some_and(|at| now.since(at) < SEEN_AGAIN_AFTER);
        (slot.seen_fingerprint != Some(fingerprint) && !is_lately).then_some(slot.id)
    }

    /// What an administrator ought to know.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = self.inbound.warning().into_iter().collect();
        if self.is_hosted_gateway {
            warnings.push(Warning::HostedGateway);
        }
        for certificate in &self.certificates {
            let identity = certificate.identity.clone();
            match (certificate.expiry(now), certificate.ends_at) {
                (Expiry::Near, Some(ends_at)) => {
                    warnings.push(Warning::CertificateEnds { identity, ends_at })
                }
                (Expiry::Over, Some(ends_at)) => {
                    warnings.push(Warning::CertificateEnded { identity, ends_at })
                }
                _ => {}
            }
        }
        if let [PeerCertificate { identity: Identity::Fingerprint(_), .. }] = self.certificates.as_slice() {
            warnings.push(Warning::SingleFingerprint);
        }
        let unproven = self.domains.iter().filter(|domain| domain.proof.is_none());
        warnings.extend(unproven.map(|domain| Warning::UnprovenDomain(domain.name.clone())));
        warnings
    }
}
