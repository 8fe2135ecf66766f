//! How an organisation's domains are connected, over SOAP: which certificates its mail servers show, and whether letters
//! go to them.

use directory::DirectoryError;
use door_soap::administration::{
    AddPeerCertificateRequest, ConnectionMode, Lamp, ListPeerCertificatesRequest,
    ListPeerCertificatesResponse, PeerCertificate, PeerCertificateResponse, PeerMatch,
    RemovePeerCertificateRequest, RemovePeerCertificateResponse, SetConnectionModeRequest,
    SetConnectionModeResponse, TestConnectionRequest, TestConnectionResponse, TestLine,
};
use door_soap::{Code, Fault};
use gateways::{
    Administration, CertificateId, Direction, Identity, InboundTarget, Integration, IntegrationState,
    NewCertificate, NewIntegration, Presented,
};
use model::Domain;

use super::caller::Caller;
use super::{Desk, address, of_directory};

impl Desk {
    /// The connections of the caller's organisation.
    pub(super) fn connections(&self, caller: &Caller, is_change: bool) -> Result<Administration, Fault> {
        let (scope, who) = caller.administrator(is_change)?;
        Ok(self.flow.gateways().administration(scope, who))
    }

    pub(super) async fn add_certificate(
        &self,
        caller: &Caller,
        request: AddPeerCertificateRequest,
    ) -> Result<PeerCertificateResponse, Fault> {
        let connections = self.connections(caller, true)?;
        let integration = connected(&connections, &request.domain).await?;
        let presented = presented(&request)?;
        let new = NewCertificate { presented, direction: Direction::Both };
        match connections.add_certificate(integration.id, new).await {
            Ok(after) => {
                let is_new = |one: &&gateways::PeerCertificate| {
                    integration.certificates.iter().all(|known| known.id != one.id)
                };
                let added = after.certificates.iter().find(is_new).ok_or_else(Fault::internal)?;
                Ok(PeerCertificateResponse { certificate: shown(&after, added) })
            }
            // Sent again: what is declared is answered as before.
            Err(DirectoryError::Conflict { field, value, rule }) => {
                let known = integration.certificates.iter().find(|one| one.identity.to_string() == value);
                match known {
                    Some(known) => Ok(PeerCertificateResponse { certificate: shown(&integration, known) }),
                    None => Err(of_directory(DirectoryError::Conflict { field, value, rule })),
                }
            }
            Err(error) => Err(of_directory(error)),
        }
    }

    pub(super) async fn remove_certificate(
        &self,
        caller: &Caller,
        request: RemovePeerCertificateRequest,
    ) -> Result<RemovePeerCertificateResponse, Fault> {
        let connections = self.connections(caller, true)?;
        let id = request.certificate_id.parse().map(CertificateId);
        let id = id.map_err(|_| Fault::not_found("certificate"))?;
        let all = connections.list(None).await.map_err(of_directory)?;
        let holds = |one: &&Integration| one.certificates.iter().any(|known| known.id == id);
        let integration = all.iter().find(holds).ok_or_else(|| Fault::not_found("certificate"))?;
        let after = connections.remove_certificate(integration.id, id).await.map_err(of_directory)?;
        let remaining = i64::try_from(after.certificates.len()).unwrap_or(i64::MAX);
        Ok(RemovePeerCertificateResponse { remaining })
    }

    pub(super) async fn certificates(
        &self,
        caller: &Caller,
        request: ListPeerCertificatesRequest,
    ) -> Result<ListPeerCertificatesResponse, Fault> {
        let connections = self.connections(caller, false)?;
        let integrations = match &request.domain {
            Some(domain) => vec![connected(&connections, domain).await?],
            None => connections.list(None).await.map_err(of_directory)?,
        };
        let of_one = |one: &Integration| -> Vec<PeerCertificate> {
            one.certificates.iter().map(|certificate| shown(one, certificate)).collect()
        };
        Ok(ListPeerCertificatesResponse { certificates: integrations.iter().flat_map(of_one).collect() })
    }

    pub(super) async fn set_mode(
        &self,
        caller: &Caller,
        request: SetConnectionModeRequest,
    ) -> Result<SetConnectionModeResponse, Fault> {
        let connections = self.connections(caller, true)?;
        let name = domain(&request.domain)?;
        let is_hosted = self.hosts(caller, &name).await?;
        let before = connected(&connections, &request.domain).await.ok();
        let previous = mode(is_hosted, before.as_ref(), &name);
        let after = match (request.mode, before) {
            (ConnectionMode::Mailbox, before) if is_hosted => before,
            (ConnectionMode::Mailbox, _) => {
                return Err(Fault::new(Code::Conflict, "the domain has no mailboxes on this platform"));
            }
            (ConnectionMode::Gateway | ConnectionMode::Safe, _) if is_hosted => {
                let why = "letters to a domain that is hosted here lie in its mailboxes";
                return Err(Fault::new(Code::Conflict, why));
            }
            (ConnectionMode::Gateway, Some(known)) => Some(known),
            (ConnectionMode::Gateway, None) => {
                let added = match connections.list(None).await.map_err(of_directory)?.as_slice() {
                    [] => connections.create_with_domain(planned(caller, &name), name.clone()).await,
                    [only] => connections.add_domain(only.id, name.clone()).await,
                    _ => {
                        let why = "the organisation has several connections, and one has to be chosen";
                        let fault = Fault::new(Code::Conflict, why);
                        return Err(fault.rule("the REST API, the Manager and the command line choose one"));
                    }
                };
                Some(added.map_err(of_directory)?)
            }
            (ConnectionMode::Safe, Some(known)) => {
                connections.remove_domain(known.id, name.clone()).await.map_err(of_directory)?;
                None
            }
            (ConnectionMode::Safe, None) => return Err(Fault::not_found("domain of the organisation")),
        };
        let outstanding = match (request.mode, &after) {
            (ConnectionMode::Gateway, Some(one)) => outstanding(&connections, one, &name).await?,
            _ => Vec::new(),
        };
        Ok(SetConnectionModeResponse { mode: mode(is_hosted, after.as_ref(), &name), previous, outstanding })
    }

    /// Tests the connection of a domain, and waits for what is found.
    pub(super) async fn tested(
        &self,
        caller: &Caller,
        request: TestConnectionRequest,
    ) -> Result<TestConnectionResponse, Fault> {
        let integration = connected(&self.connections(caller, true)?, &request.domain).await?;
        let letter_to = request.test_recipient.as_deref();
        let letter_to = letter_to.map(|text| address("testRecipient", text)).transpose()?;
        let (scope, who) = caller.administrator(true)?;
        let test = self.onboarding.administration(scope, who).run_test(integration.id, letter_to).await;
        let test = test.map_err(of_directory)?;
        let lines = test.lines.iter().map(|line| {
            let (seen, advice) = onboarding::line_words(onboarding::Language::English, line);
            TestLine { check: line.check.as_str().to_owned(), lamp: lamp(line.light()), seen, advice }
        });
        Ok(TestConnectionResponse {
            works: test.works(),
            time: test.ended_at.unwrap_or(test.started_at),
            lines: lines.collect(),
        })
    }

    /// Whether a domain has its mailboxes here, as one of the caller's organisation.
    async fn hosts(&self, caller: &Caller, name: &Domain) -> Result<bool, Fault> {
        match caller.administration(&self.directory, false)?.domain_called(name).await {
            Ok(_) => Ok(true),
            Err(DirectoryError::NotFound { .. }) => Ok(false),
            Err(error) => Err(of_directory(error)),
        }
    }
}

/// What is not known yet is no success: it waits for the customer's own letter.
fn lamp(light: onboarding::checks::Light) -> Lamp {
    match light {
        onboarding::checks::Light::Good => Lamp::Green,
        onboarding::checks::Light::Waiting | onboarding::checks::Light::Warning => Lamp::Yellow,
        onboarding::checks::Light::Bad => Lamp::Red,
    }
}

/// The connection that a domain belongs to.
async fn connected(connections: &Administration, text: &str) -> Result<Integration, Fault> {
    let name = domain(text)?;
    let all = connections.list(None).await.map_err(of_directory)?;
    let found = all.into_iter().find(|one| one.domains.iter().any(|known| known.name == name));
    found.ok_or_else(|| {
        let fault = Fault::new(Code::NotFound, "no connection of the organisation has this domain");
        fault.field("domain").rule("SetConnectionMode with gateway connects it")
    })
}

fn domain(text: &str) -> Result<Domain, Fault> {
    Domain::parse(text).map_err(|error| Fault::new(Code::Validation, error.to_string()).field("domain"))
}

/// How letters for the domain are delivered now.
fn mode(is_hosted: bool, integration: Option<&Integration>, name: &Domain) -> ConnectionMode {
    let is_proven = |one: &Integration| {
        one.state == IntegrationState::Active
            && one.domains.iter().any(|known| known.name == *name && known.proof.is_some())
    };
    match (is_hosted, integration.is_some_and(is_proven)) {
        (true, _) => ConnectionMode::Mailbox,
        (false, true) => ConnectionMode::Gateway,
        (false, false) => ConnectionMode::Safe,
    }
}

/// A first connection, called after its first domain.
fn planned(caller: &Caller, name: &Domain) -> NewIntegration {
    NewIntegration {
        organisation: caller.organisation(),
        name: name.to_string(),
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
    }
}

/// What a connection still lacks before letters for the domain go over it.
async fn outstanding(
    connections: &Administration,
    integration: &Integration,
    name: &Domain,
) -> Result<Vec<String>, Fault> {
    let mut lacks = Vec::new();
    if integration.domains.iter().any(|known| known.name == *name && known.proof.is_none()) {
        let record = connections.proof_record(integration, name).await.map_err(of_directory)?;
        lacks.push(format!(
            "the domain is to be shown as yours: publish {} TXT \"{}\", or let the operator confirm it",
            record.name, record.value
        ));
    }
    if integration.certificates.is_empty() {
        lacks.push("no certificate is declared: AddPeerCertificate".to_owned());
    }
    if integration.state != IntegrationState::Active {
        lacks.push("the operator activates the connection once it is tested".to_owned());
    }
    Ok(lacks)
}

/// What a request declares: a name, or a certificate in DER or PEM, of which the fingerprint counts.
fn presented(request: &AddPeerCertificateRequest) -> Result<Presented, Fault> {
    match (request.known_by, &request.name, &request.certificate) {
        (PeerMatch::Name, Some(name), None) => Ok(Presented::Name(domain(name)?)),
        (PeerMatch::Fingerprint, None, Some(octets)) => {
            let text = std::str::from_utf8(octets).unwrap_or_default();
            match text.contains("-----BEGIN") {
                true => Ok(Presented::Pem(text.to_owned())),
                false => Ok(Presented::Der(octets.to_vec())),
            }
        }
        _ => Err(Fault::new(Code::Validation, "what is declared and by what it is known do not fit")
            .field("match")
            .rule("name with a name, fingerprint with a certificate")),
    }
}

fn shown(integration: &Integration, one: &gateways::PeerCertificate) -> PeerCertificate {
    // Sixty-four digits, as the description has them.
    let digits = |text: String| text.replace(':', "").to_lowercase();
    let (known_by, name, fingerprint) = match &one.identity {
        Identity::Name(name) => (PeerMatch::Name, Some(name.to_string()), one.seen_fingerprint),
        Identity::Fingerprint(fingerprint) => (PeerMatch::Fingerprint, None, Some(*fingerprint)),
    };
    PeerCertificate {
        certificate_id: one.id.0.to_string(),
        domains: integration.domains.iter().map(|domain| domain.name.to_string()).collect(),
        known_by,
        name,
        fingerprint: fingerprint.map(|fingerprint| digits(fingerprint.to_string())),
        expires: one.ends_at,
        last_seen: one.seen_at,
    }
}
