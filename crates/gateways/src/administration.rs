//! Making, changing, ending; everything within a scope, audited.

use aws_lc_rs::hmac;
use db::{DbError, Scoped, Tx};
use directory::{DirectoryError, Scope};
use model::{Domain, IntegrationId, OrganisationId, Timestamp};
use trail::{Change, Facts};

use crate::authority::{Authority, AuthorityId, AuthorityKind};
use crate::certificate::Certificate;
use crate::entities::{
    CertificateId, Direction, InboundTarget, Integration, IntegrationDomain, IntegrationState,
    PeerCertificate, Proof, ProofRecord,
};
use crate::judge::{Fingerprint, Identity, is_provable};
use crate::limits::{
    AUTHORITY_LIMIT, CERTIFICATE_LIMIT, CONTACT_LIMIT_CHARACTERS, DOMAIN_LIMIT, INTEGRATION_LIMIT,
    NAME_LIMIT_CHARACTERS, PEM_LIMIT_OCTETS,
};
use crate::{Gateways, Result, rows};

/// The label below a domain at which its owner publishes the proof.
const PROOF_LABEL: &str = "_relais-gateway";
/// Octets of the keyed hash that the proof shows.
const PROOF_OCTETS: usize = 16;

/// A new integration.
#[derive(Clone, Debug)]
pub struct NewIntegration {
    /// Whose.
    pub organisation: OrganisationId,
    /// What people call it.
    pub name: String,
    /// Whom to ask.
    pub contact: String,
    /// Somebody else runs the gateway for the organisation.
    pub is_hosted_gateway: bool,
    /// Where its letters go.
    pub inbound: InboundTarget,
    /// A certificate for the name of the host counts as well.
    pub accepts_host_name: bool,
    /// Ordinary letters go to its servers as well.
    pub takes_ordinary: bool,
}

impl NewIntegration {
    /// The same with blanks trimmed, or the field that breaks a rule.
    fn checked(self) -> Result<NewIntegration> {
        Ok(NewIntegration {
            name: checked("name", &self.name, 1..=NAME_LIMIT_CHARACTERS)?,
            contact: checked("contact", &self.contact, 0..=CONTACT_LIMIT_CHARACTERS)?,
            ..self
        })
    }
}

/// What to change of an integration; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IntegrationChange {
    /// Another name.
    pub name: Option<String>,
    /// Another contact.
    pub contact: Option<String>,
    /// Whether somebody else runs the gateway.
    pub is_hosted_gateway: Option<bool>,
    /// Another target.
    pub inbound: Option<InboundTarget>,
    /// Whether a certificate for the name of the host counts.
    pub accepts_host_name: Option<bool>,
    /// Whether ordinary letters go to its servers as well.
    pub takes_ordinary: Option<bool>,
    /// Another state; only the operator changes it.
    pub state: Option<IntegrationState>,
}

/// How a certificate is declared.
#[derive(Clone, Debug)]
pub enum Presented {
    /// By the host name in it.
    Name(Domain),
    /// By its fingerprint alone, so that its end is known only once it is presented.
    Fingerprint(Fingerprint),
    /// By itself, in PEM: recognised by its fingerprint.
    Pem(String),
    /// By itself, in DER, likewise.
    Der(Vec<u8>),
}

/// A certificate, about to be declared.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// What it is.
    pub presented: Presented,
    /// Which way it is used.
    pub direction: Direction,
}

/// Integrations within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    gateways: Gateways,
    scope: Scope,
    who: trail::Actor,
}

/// Who does something, and when.
#[derive(Clone)]
struct Hand {
    at: Timestamp,
    id: i64,
    audit_id: i64,
    who: trail::Actor,
}

impl Hand {
    fn audit(
        &self,
        tx: &mut Tx,
        organisation: Option<OrganisationId>,
        (action, what): (&str, String),
        (before, after): (Facts, Facts),
    ) -> Result<()> {
        let change = Change::new(self.at, self.audit_id, organisation, &self.who, action, what);
        Ok(trail::audit(tx, &change.with(before, after))?)
    }
}

impl Administration {
    pub(crate) fn new(gateways: Gateways, scope: Scope, who: trail::Actor) -> Administration {
        Administration { gateways, scope, who }
    }

    /// Integrations are the whole organisation's: within one domain they are not found.
    pub(crate) fn scoped(&self) -> Result<Scoped> {
        self.scope
            .whole(&self.gateways.db)
            .ok_or(DirectoryError::NotFound { what: "this within the domain's scope" })
    }

    fn operator_only(&self) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            Scope::Tenant(_) | Scope::Domain { .. } => {
                Err(DirectoryError::NotFound { what: "this within the organisation's scope" })
            }
        }
    }

    fn hand(&self) -> Hand {
        let world = &self.gateways.world;
        Hand { at: world.clock.now(), id: world.new_id(), audit_id: world.new_id(), who: self.who.clone() }
    }

    async fn write<T: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut Tx, &Hand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hand = self.hand();
        self.scoped()?
            .write(move |tx| {
                // Whoever changes anything waits here for whoever does so already: names, limits and domains are of
                // several integrations, and what is read from now on nobody else changes.
                rows::count_change(tx)?;
                write(tx, &hand)
            })
            .await
    }

    /// The integrations within the scope, of one organisation or of all, the oldest first.
    pub async fn list(&self, organisation: Option<OrganisationId>) -> Result<Vec<Integration>> {
        self.scoped()?.read(move |tx| Ok(rows::integrations(tx, organisation)?)).await
    }

    /// One integration.
    pub async fn integration(&self, id: IntegrationId) -> Result<Integration> {
        self.scoped()?.read(move |tx| found(tx, id)).await
    }

    /// The integration of this name or identifier within the scope.
    pub async fn integration_called(&self, name: &str) -> Result<Integration> {
        let matches = |one: &Integration| one.id.to_string() == name || one.name == name;
        let mut matching = self.list(None).await?.into_iter().filter(matches);
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(DirectoryError::invalid(
                "integration",
                format!("several are called «{name}»"),
                "a name that several organisations use needs the identifier",
            )),
            _ => Err(DirectoryError::NotFound { what: "integration" }),
        }
    }

    /// Makes an integration; it is planned.
    pub async fn create(&self, new: NewIntegration) -> Result<Integration> {
        let new = new.checked()?;
        self.write(move |tx, hand| made(tx, hand, &new)).await
    }

    /// Makes an integration with its first domain, as [`Administration::create`] and [`Administration::add_domain`] do, or
    /// neither.
    pub async fn create_with_domain(&self, new: NewIntegration, domain: Domain) -> Result<Integration> {
        let new = new.checked()?;
        directory::check_domain_name(&domain)?;
        let (first, second) = (self.hand(), self.hand());
        self.write(move |tx, _| {
            let one = made(tx, &first, &new)?;
            joined(tx, &second, &one, &domain)
        })
        .await
    }

    /// Changes an integration.
    pub async fn change(&self, id: IntegrationId, change: IntegrationChange) -> Result<Integration> {
        if change.state.is_some() {
            self.operator_only()?;
        }
        let name = change
            .name
            .as_deref()
            .map(|name| checked("name", name, 1..=NAME_LIMIT_CHARACTERS))
            .transpose()?;
        let contact = change.contact.as_deref();
        let contact =
            contact.map(|text| checked("contact", text, 0..=CONTACT_LIMIT_CHARACTERS)).transpose()?;
        self.write(move |tx, hand| {
            let mut one = held(tx, id)?;
            let before = facts(&one);
            if let Some(name) = &name {
                let others = rows::integrations(tx, Some(one.organisation))?;
                refuse_twin(&others, name, Some(id))?;
                one.name.clone_from(name);
            }
            if let Some(contact) = &contact {
                one.contact.clone_from(contact);
            }
            if let Some(inbound) = &change.inbound {
                one.inbound.clone_from(inbound);
            }
            one.is_hosted_gateway = change.is_hosted_gateway.unwrap_or(one.is_hosted_gateway);
            one.accepts_host_name = change.accepts_host_name.unwrap_or(one.accepts_host_name);
            one.takes_ordinary = change.takes_ordinary.unwrap_or(one.takes_ordinary);
            one.state = change.state.unwrap_or(one.state);
            let is_activated = change.state == Some(IntegrationState::Active);
            if is_activated || (one.state == IntegrationState::Active && change.accepts_host_name.is_some()) {
                refuse_unready(&one)?;
            }
            rows::update(tx, &one)?;
            hand.audit(
                tx,
                Some(one.organisation),
                ("change integration", one.name.clone()),
                (before, facts(&one)),
            )?;
            Ok(one)
        })
        .await
    }

    /// Ends an integration that is not active. Letters on their way to its servers go back to their senders.
    pub async fn delete(&self, id: IntegrationId) -> Result<()> {
        self.write(move |tx, hand| {
            let one = held(tx, id)?;
            if one.state == IntegrationState::Active {
                return Err(DirectoryError::InUse {
                    field: "integration",
                    value: one.name,
                    dependents: "letters that go to its servers".to_owned(),
                    rule: "an integration is suspended before it is deleted",
                });
            }
            rows::delete(tx, &one)?;
            hand.audit(
                tx,
                Some(one.organisation),
                ("delete integration", one.name.clone()),
                (facts(&one), Facts::new()),
            )
        })
        .await
    }

    /// Adds a domain. One that is hosted here as the organisation's own counts at once; every other after
    /// [`Administration::prove_domain`] or [`Administration::confirm_domain`].
    pub async fn add_domain(&self, id: IntegrationId, domain: Domain) -> Result<Integration> {
        directory::check_domain_name(&domain)?;
        self.write(move |tx, hand| {
            let one = held(tx, id)?;
            joined(tx, hand, &one, &domain)
        })
        .await
    }

    /// The text record by which the owner of a domain shows that it is the integration's: a keyed hash, so that nobody
    /// knows another one's, and nothing has to be kept.
    pub async fn proof_record(&self, one: &Integration, domain: &Domain) -> Result<ProofRecord> {
        let secret = self.gateways.keys.shared_secret("gateway domain").await.map_err(|error| {
            tracing::error!(error = %model::Chain(&error), "cannot read the secret of proofs");
            DirectoryError::Busy
        })?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = hmac::sign(&key, format!("{} {} {domain}", one.organisation, one.id).as_bytes());
        let token: String = tag.as_ref()[..PROOF_OCTETS].iter().map(|octet| format!("{octet:02x}")).collect();
        Ok(ProofRecord { name: format!("{PROOF_LABEL}.{domain}"), value: format!("relais-gateway={token}") })
    }

    /// Looks for the text record of a domain; with it the domain counts from now on.
    pub async fn prove_domain(&self, id: IntegrationId, domain: &Domain) -> Result<Integration> {
        let one = self.integration(id).await?;
        if !one.domains.iter().any(|known| known.name == *domain) {
            return Err(DirectoryError::NotFound { what: "domain" });
        }
        let wanted = self.proof_record(&one, domain).await?;
        let mut reason = format!("publish the TXT record {} with the value {}", wanted.name, wanted.value);
        match self.gateways.world.names.texts(&wanted.name).await {
            Ok(texts) if texts.iter().any(|text| text.trim_ascii() == wanted.value.as_bytes()) => {
                return self.set_proven(id, domain.clone(), Proof::Record).await;
            }
            Ok(_) => {}
            Err(error) if error.is_void() => {}
            Err(error) => reason.push_str(&format!(" ({error})")),
        }
        Err(DirectoryError::invalid(
            "domain",
            reason,
            "a domain that is not hosted here is shown to be the organisation's",
        ))
    }

    /// The operator's staff says that a domain is the organisation's.
    pub async fn confirm_domain(&self, id: IntegrationId, domain: &Domain) -> Result<Integration> {
        self.operator_only()?;
        self.set_proven(id, domain.clone(), Proof::Staff).await
    }

    async fn set_proven(&self, id: IntegrationId, domain: Domain, proof: Proof) -> Result<Integration> {
        let in_the_way = domain.clone();
        let outcome = self
            .write(move |tx, hand| {
                let one = held(tx, id)?;
                if !one.domains.iter().any(|known| known.name == domain) {
                    return Err(DirectoryError::NotFound { what: "domain" });
                }
                if rows::hosted_by(tx, &domain)?.is_some_and(|owner| owner != one.organisation) {
                    return Err(taken(&domain));
                }
                refuse_taken(tx, &one, &domain)?;
                rows::prove_domain(tx, &one, &domain, proof, hand.at)?;
                let after = Facts::new().with("domain", &domain).with("proof", proof);
                hand.audit(
                    tx,
                    Some(one.organisation),
                    ("prove domain of integration", format!("{} → {domain}", one.name)),
                    (Facts::new(), after),
                )?;
                found(tx, id)
            })
            .await;
        match outcome {
            // Two proved it at the same moment.
            Err(DirectoryError::Db(DbError::Conflict { .. })) => Err(taken(&in_the_way)),
            outcome => outcome,
        }
    }

    /// Takes a domain out of an integration.
    pub async fn remove_domain(&self, id: IntegrationId, domain: Domain) -> Result<Integration> {
        self.write(move |tx, hand| {
            let one = held(tx, id)?;
            let known = one.domains.iter().find(|known| known.name == domain);
            let known = known.ok_or(DirectoryError::NotFound { what: "domain" })?;
            let left =
                one.domains.iter().filter(|other| other.name != domain && other.proof.is_some()).count();
            if one.state == IntegrationState::Active && known.proof.is_some() && left == 0 {
                return Err(last("domain", &domain.to_string()));
            }
            rows::delete_domain(tx, &one, &domain)?;
            let before = Facts::new().with("domain", &domain).with_some("proof", known.proof);
            hand.audit(
                tx,
                Some(one.organisation),
                ("remove domain from integration", format!("{} → {domain}", one.name)),
                (before, Facts::new()),
            )?;
            found(tx, id)
        })
        .await
    }

    /// Declares a certificate beside those that are declared already.
    pub async fn add_certificate(&self, id: IntegrationId, new: NewCertificate) -> Result<Integration> {
        let (identity, declared) = match new.presented {
            Presented::Name(name) => (Identity::Name(checked_host(name)?), None),
            Presented::Fingerprint(fingerprint) => (Identity::Fingerprint(fingerprint), None),
            Presented::Pem(pem) => pinned(read_pem(&pem, CERTIFICATE_RULE)?)?,
            Presented::Der(der) => pinned(read_der(&der)?)?,
        };
        let direction = new.direction;
        let ends_at = declared.as_ref().map(|certificate| certificate.ends_at);
        self.write(move |tx, hand| {
            let one = held(tx, id)?;
            let count = one.certificates.len();
            limited("certificate", count, CERTIFICATE_LIMIT, "an integration has at most 10 certificates")?;
            if ends_at.is_some_and(|ends_at| ends_at <= hand.at) {
                return Err(DirectoryError::invalid("certificate", "it has expired", CERTIFICATE_RULE));
            }
            let overlaps = |known: &PeerCertificate| {
                known.identity == identity && (known.serves(direction) || direction == Direction::Both)
            };
            if one.certificates.iter().any(overlaps) {
                return Err(DirectoryError::Conflict {
                    field: "certificate",
                    value: identity.to_string(),
                    rule: "a certificate is declared once for each way",
                });
            }
            let certificate = PeerCertificate {
                id: CertificateId(hand.id),
                identity: identity.clone(),
                direction,
                ends_at,
                seen_fingerprint: None,
                seen_at: None,
                certificate: declared.clone(),
                created_at: hand.at,
            };
            rows::insert_certificate(tx, &one, &certificate)?;
            hand.audit(
                tx,
                Some(one.organisation),
                ("add certificate to integration", format!("{} → {identity}", one.name)),
                (Facts::new(), facts_of(&certificate)),
            )?;
            found(tx, id)
        })
        .await
    }

    /// Takes a declared certificate back.
    pub async fn remove_certificate(
        &self,
        id: IntegrationId,
        certificate: CertificateId,
    ) -> Result<Integration> {
        self.write(move |tx, hand| {
            let one = held(tx, id)?;
            let known = one.certificates.iter().find(|known| known.id == certificate);
            let known = known.ok_or(DirectoryError::NotFound { what: "certificate" })?;
            let mut left = one.clone();
            left.certificates.retain(|other| other.id != certificate);
            let is_ready = !left.certificates.is_empty() && left.knows_receivers();
            if one.state == IntegrationState::Active && !is_ready {
                return Err(last("certificate", &known.identity.to_string()));
            }
            rows::delete_certificate(tx, &one, certificate)?;
            hand.audit(
                tx,
                Some(one.organisation),
                ("remove certificate from integration", format!("{} → {}", one.name, known.identity)),
                (facts_of(known), Facts::new()),
            )?;
            found(tx, id)
        })
        .await
    }

    /// The list of authorities, those that were removed too, the oldest first. Everybody may know it.
    pub async fn authorities(&self) -> Result<Vec<Authority>> {
        self.scoped()?.read(|tx| Ok(rows::authorities(tx)?)).await
    }

    /// Registers an authority by its certificate.
    pub async fn add_authority(&self, name: &str, pem: &str) -> Result<Authority> {
        self.operator_only()?;
        let name = checked("name", name, 1..=NAME_LIMIT_CHARACTERS)?;
        let certificate = read_pem(pem, AUTHORITY_RULE)?;
        if !certificate.is_authority {
            let reason = "it may not vouch for others (RFC 5280 §4.2.1.9)";
            return Err(DirectoryError::invalid("certificate", reason, AUTHORITY_RULE));
        }
        self.write(move |tx, hand| {
            let known = rows::authorities(tx)?;
            if certificate.ends_at <= hand.at {
                return Err(DirectoryError::invalid("certificate", "it has expired", AUTHORITY_RULE));
            }
            let is_same = |one: &&Authority| match &one.kind {
                AuthorityKind::Registered(known) => known.sha256 == certificate.sha256,
                AuthorityKind::Public => false,
            };
            let twin = known.iter().find(is_same);
            if twin.is_some_and(|twin| twin.removed_at.is_none()) {
                return Err(DirectoryError::Conflict {
                    field: "certificate",
                    value: certificate.subject.clone(),
                    rule: "an authority is registered once",
                });
            }
            let holding = known.iter().filter(|one| one.removed_at.is_none()).count();
            limited("certificate", holding, AUTHORITY_LIMIT, "there are at most 200 authorities")?;
            if let Some(twin) = twin {
                // The same one again is that one, under the name that it is given now.
                let one = Authority { name: name.clone(), removed_at: None, ..twin.clone() };
                rows::restore_authority(tx, &one)?;
                let told =
                    |one: &Authority, holds| Facts::new().with("name", &one.name).with_bool("holds", holds);
                let facts = (told(twin, false), told(&one, true));
                hand.audit(tx, None, ("restore authority", one.name.clone()), facts)?;
                return Ok(one);
            }
            let one = Authority {
                id: AuthorityId(hand.id),
                name: name.clone(),
                kind: AuthorityKind::Registered(Box::new(certificate.clone())),
                added_at: hand.at,
                removed_at: None,
            };
            rows::insert_authority(tx, &one)?;
            let after = Facts::new().with("name", &one.name).with("certificate", certificate.sha256);
            hand.audit(tx, None, ("add authority", one.name.clone()), (Facts::new(), after))?;
            Ok(one)
        })
        .await
    }

    /// Removes an authority, or switches the public ones off: certificates that it vouched for identify nobody any
    /// more. `holds` is true to switch one on again.
    pub async fn set_authority(&self, id: AuthorityId, holds: bool) -> Result<Authority> {
        self.operator_only()?;
        self.write(move |tx, hand| {
            let known = rows::authorities(tx)?.into_iter().find(|one| one.id == id);
            let mut one = known.ok_or(DirectoryError::NotFound { what: "authority" })?;
            let before = Facts::new().with_bool("holds", one.removed_at.is_none());
            one.removed_at = if holds { None } else { Some(hand.at) };
            rows::set_removed(tx, id, one.removed_at)?;
            let action = if holds { "restore authority" } else { "remove authority" };
            let after = Facts::new().with_bool("holds", holds);
            hand.audit(tx, None, (action, one.name.clone()), (before, after))?;
            Ok(one)
        })
        .await
    }
}

/// A new integration, planned, and noted.
fn made(tx: &mut Tx, hand: &Hand, new: &NewIntegration) -> Result<Integration> {
    if tx.organisation().is_some_and(|own| own != new.organisation)
        || !rows::is_organisation(tx, new.organisation)?
    {
        return Err(DirectoryError::NotFound { what: "organisation" });
    }
    let others = rows::integrations(tx, Some(new.organisation))?;
    limited("name", others.len(), INTEGRATION_LIMIT, "an organisation has at most 50 integrations")?;
    refuse_twin(&others, &new.name, None)?;
    let one = Integration {
        id: IntegrationId(hand.id),
        organisation: new.organisation,
        name: new.name.clone(),
        state: IntegrationState::Planned,
        contact: new.contact.clone(),
        is_hosted_gateway: new.is_hosted_gateway,
        inbound: new.inbound.clone(),
        accepts_host_name: new.accepts_host_name,
        takes_ordinary: new.takes_ordinary,
        domains: Vec::new(),
        certificates: Vec::new(),
        created_at: hand.at,
    };
    rows::insert(tx, &one)?;
    hand.audit(
        tx,
        Some(one.organisation),
        ("create integration", one.name.clone()),
        (Facts::new(), facts(&one)),
    )?;
    Ok(one)
}

/// The integration with one more domain, noted.
fn joined(tx: &mut Tx, hand: &Hand, one: &Integration, domain: &Domain) -> Result<Integration> {
    limited("domain", one.domains.len(), DOMAIN_LIMIT, "an integration has at most 200 domains")?;
    if one.domains.iter().any(|known| known.name == *domain) {
        return Err(taken(domain));
    }
    let proof = match rows::hosted_by(tx, domain)? {
        Some(owner) if owner == one.organisation => {
            refuse_taken(tx, one, domain)?;
            Some(Proof::Hosted)
        }
        Some(_) => return Err(taken(domain)),
        None => None,
    };
    let added = IntegrationDomain { name: domain.clone(), proof, proven_at: proof.map(|_| hand.at) };
    rows::insert_domain(tx, hand.id, one, &added, hand.at)?;
    let after = Facts::new().with("domain", domain).with_some("proof", proof);
    hand.audit(
        tx,
        Some(one.organisation),
        ("add domain to integration", format!("{} → {domain}", one.name)),
        (Facts::new(), after),
    )?;
    found(tx, one.id)
}

const CERTIFICATE_RULE: &str = "a certificate (X.509, in PEM) that is valid, with an RSA key of 2048 bits or more, P-256, P-384, P-521 or Ed25519";
const READY_RULE: &str = "an integration is activated with a domain that was shown to be the organisation's and a certificate, one for reception among them";
const AUTHORITY_RULE: &str = "the certificate (X.509, in PEM) of an authority, that is valid";

fn found(tx: &mut Tx, id: IntegrationId) -> Result<Integration> {
    rows::integration(tx, id)?.ok_or(DirectoryError::NotFound { what: "integration" })
}

/// As [`found`], and nobody else changes it or its onboarding until the transaction ends.
pub(crate) fn held(tx: &mut Tx, id: IntegrationId) -> Result<Integration> {
    rows::hold(tx, id)?;
    found(tx, id)
}

fn read_pem(pem: &str, rule: &'static str) -> Result<Certificate> {
    let invalid = |reason: &str| DirectoryError::invalid("certificate", reason, rule);
    if pem.len() > PEM_LIMIT_OCTETS {
        return Err(invalid("it is too long"));
    }
    Certificate::read_pem(pem).ok_or_else(|| invalid("it cannot be read"))
}

fn read_der(der: &[u8]) -> Result<Certificate> {
    let read = if der.len() > PEM_LIMIT_OCTETS { None } else { Certificate::read(der) };
    read.ok_or_else(|| DirectoryError::invalid("certificate", "it cannot be read", CERTIFICATE_RULE))
}

/// A certificate that is declared by itself.
fn pinned(certificate: Certificate) -> Result<(Identity, Option<Box<Certificate>>)> {
    if !is_provable(&certificate.der.as_slice().into()) {
        let reason = "its key is none that a handshake proves";
        return Err(DirectoryError::invalid("certificate", reason, CERTIFICATE_RULE));
    }
    Ok((Identity::Fingerprint(certificate.sha256), Some(Box::new(certificate))))
}

fn limited(field: &'static str, count: usize, limit: usize, rule: &'static str) -> Result<()> {
    match count < limit {
        true => Ok(()),
        false => Err(DirectoryError::invalid(field, format!("there are {count} already"), rule)),
    }
}

fn refuse_twin(others: &[Integration], name: &str, own: Option<IntegrationId>) -> Result<()> {
    match others.iter().any(|other| other.name == name && Some(other.id) != own) {
        false => Ok(()),
        true => Err(DirectoryError::Conflict {
            field: "name",
            value: name.to_owned(),
            rule: "an integration's name exists once in its organisation",
        }),
    }
}

/// What an integration has to have before its servers are trusted and letters go to them.
fn refuse_unready(one: &Integration) -> Result<()> {
    let refused = |reason: &str| Err(DirectoryError::invalid("state", reason, READY_RULE));
    if one.domains.iter().all(|domain| domain.proof.is_none()) {
        return refused("no domain was shown to be the organisation's");
    }
    if one.certificates.is_empty() {
        return refused("no certificate is declared");
    }
    match one.knows_receivers() {
        true => Ok(()),
        false => refused("no certificate is declared for reception, and letters would wait for ever"),
    }
}

fn refuse_taken(tx: &mut Tx, one: &Integration, domain: &Domain) -> Result<()> {
    rows::forget_deleted(tx)?;
    if rows::is_proven_elsewhere(tx, domain, one.id)? { Err(taken(domain)) } else { Ok(()) }
}

/// Nothing is said of whose it is.
fn taken(domain: &Domain) -> DirectoryError {
    DirectoryError::Conflict {
        field: "domain",
        value: domain.to_string(),
        rule: "a domain belongs to one integration, and a hosted one to its organisation's",
    }
}

fn last(field: &'static str, value: &str) -> DirectoryError {
    DirectoryError::InUse {
        field,
        value: value.to_owned(),
        dependents: "an active integration".to_owned(),
        rule: "the last one of an active integration stays until another one is there, or it is suspended",
    }
}

fn checked(field: &'static str, text: &str, characters: std::ops::RangeInclusive<usize>) -> Result<String> {
    let text = text.trim();
    let count = text.chars().count();
    if !characters.contains(&count) || text.chars().any(|c| c.is_control() && c != '\n') {
        let reason = format!("it has {count} characters, or control characters");
        return Err(DirectoryError::invalid(
            field,
            reason,
            "a text of a limited length without control characters",
        ));
    }
    Ok(text.to_owned())
}

/// A name as certificates have it (RFC 9525 §6.3): letters, digits and hyphens, and one name, no pattern.
fn checked_host(name: Domain) -> Result<Domain> {
    let is_host = name.literal().is_none()
        && name.as_str().contains('.')
        && name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    match is_host {
        true => Ok(name),
        false => Err(DirectoryError::invalid(
            "name",
            format!("«{name}» is no host name of a certificate"),
            "one full host name in its ASCII form, without wildcard",
        )),
    }
}

/// What the log of changes tells of an integration.
fn facts(one: &Integration) -> Facts {
    Facts::new()
        .with("name", &one.name)
        .with("state", one.state)
        .with("contact", &one.contact)
        .with("inbound", &one.inbound)
        .with_bool("hosted gateway", one.is_hosted_gateway)
        .with_bool("host name counts", one.accepts_host_name)
        .with_bool("ordinary letters", one.takes_ordinary)
}

fn facts_of(certificate: &PeerCertificate) -> Facts {
    Facts::new()
        .with("certificate", &certificate.identity)
        .with("direction", certificate.direction)
        .with_some("ends", certificate.ends_at.map(Timestamp::rfc3339))
}
