//! `relais integration …`

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, ensure};
use clap::{Args, Subcommand};
use gateways::{
    CertificateId, Direction, Fingerprint, InboundTarget, Integration as Known, IntegrationChange,
    IntegrationState, NewCertificate, NewIntegration, PeerCertificate, Presented,
};
use model::{Domain, Timestamp};
use serde_json::{Value, json};

use super::output::{Output, card, table};
use super::{Platform, values};

/// Organisations whose own mail servers are connected, known by their certificates.
#[derive(Subcommand)]
pub enum Integration {
    /// Lists the integrations.
    List,
    /// Shows one, with the records that show whose its domains are, and what is to be warned of.
    Show {
        /// Its name or identifier.
        integration: String,
    },
    /// Creates one in the organisation; it is planned until staff activates it.
    Create {
        /// Its name, unique in the organisation.
        name: String,
        /// Whom to ask: names, telephone numbers, addresses.
        #[arg(long, default_value = "")]
        contact: String,
        /// Where its letters go: `mx` (the mail servers of the recipient's domain), `mx:NAME`, `HOST`, `HOST:PORT`, or
        /// an address, which is not advised.
        #[arg(long, value_name = "TARGET", default_value = "mx")]
        inbound: InboundTarget,
        /// Somebody else runs the gateway for the organisation, which is not advised.
        #[arg(long)]
        hosted: bool,
        /// A certificate for the name of the host counts as well, where that name is certain.
        #[arg(long)]
        accept_host_name: bool,
        /// Ordinary letters go to its servers as well.
        #[arg(long)]
        ordinary: bool,
    },
    /// Changes its name, contact, target.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its name or identifier.
        integration: String,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// Whom to ask.
        #[arg(long, group = "news")]
        contact: Option<String>,
        /// Where its letters go, as with `create`.
        #[arg(long, value_name = "TARGET", group = "news")]
        inbound: Option<InboundTarget>,
        /// Whether somebody else runs the gateway: `true` or `false`.
        #[arg(long, group = "news")]
        hosted: Option<bool>,
        /// Whether a certificate for the name of the host counts: `true` or `false`.
        #[arg(long, group = "news")]
        accept_host_name: Option<bool>,
        /// Whether ordinary letters go to its servers: `true` or `false`.
        #[arg(long, group = "news")]
        ordinary: Option<bool>,
    },
    /// Activates it: from now on its servers are identified, and what is sent securely to its domains goes to them.
    Activate {
        /// Its name or identifier.
        integration: String,
    },
    /// Suspends it: its servers are strangers, and letters for them wait.
    Suspend {
        /// Its name or identifier.
        integration: String,
    },
    /// Deletes one that is not active.
    Delete {
        /// Its name or identifier.
        integration: String,
    },
    /// Adds a domain.
    AddDomain {
        /// The integration's name or identifier.
        integration: String,
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Looks for the record that shows whose a domain is.
    ProveDomain {
        /// The integration's name or identifier.
        integration: String,
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Says, as the operator's staff, that a domain is the organisation's.
    ConfirmDomain {
        /// The integration's name or identifier.
        integration: String,
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Takes a domain out of it.
    RemoveDomain {
        /// The integration's name or identifier.
        integration: String,
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Declares a certificate beside those that are declared already.
    AddCertificate {
        /// The integration's name or identifier.
        integration: String,
        #[command(flatten)]
        what: What,
        /// Which way it is used: both, sending (to us), reception (from us).
        #[arg(long, default_value = "both")]
        direction: Direction,
    },
    /// Takes a declared certificate back.
    RemoveCertificate {
        /// The integration's name or identifier.
        integration: String,
        /// The certificate's identifier.
        certificate: i64,
    },
    /// How it is connected: phases, checklists, set-up, contacts, the test of the connection.
    #[command(flatten)]
    Connecting(super::onboarding::Connecting),
}

/// How a certificate is declared.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct What {
    /// By the host name in it, from whatever authority in the list; renewals need nothing more.
    #[arg(long, value_name = "HOST", value_parser = values::domain)]
    name: Option<Domain>,
    /// By its SHA-256 fingerprint.
    #[arg(long, value_name = "SHA-256")]
    fingerprint: Option<String>,
    /// By itself: a PEM file.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

impl What {
    fn presented(self) -> Result<Presented> {
        Ok(match (self.name, self.fingerprint, self.certificate) {
            (Some(name), _, _) => Presented::Name(name),
            (_, Some(text), _) => {
                let fingerprint = Fingerprint::parse(&text);
                Presented::Fingerprint(
                    fingerprint.ok_or_else(|| {
                        anyhow!("--fingerprint: 64 hexadecimal digits, with or without colons")
                    })?,
                )
            }
            (_, _, Some(file)) => Presented::Pem(read_pem(&file)?),
            (None, None, None) => return Err(anyhow!("--name, --fingerprint or --certificate")),
        })
    }
}

/// A PEM file of an acceptable size.
pub(super) fn read_pem(file: &std::path::Path) -> Result<String> {
    let shown = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("cannot read {shown}"))?.len();
    ensure!(size <= gateways::limits::PEM_LIMIT_OCTETS as u64, "{shown} is too long for a certificate");
    std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))
}

impl Integration {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let all = platform.installation.flow.gateways();
        let gateways = all.administration(platform.reach(), platform.who.clone());
        let now = platform.installation.world.clock.now();
        let id = async |name: &str| -> Result<_> { Ok(gateways.integration_called(name).await?.id) };
        let shown = async |one: Known| -> Result<Output> {
            let mut records = Vec::new();
            for domain in one.domains.iter().filter(|domain| domain.proof.is_none()) {
                records.push(gateways.proof_record(&one, &domain.name).await?);
            }
            Ok(show(&one, &records, now))
        };
        let state = async |name: &str, state| -> Result<Output> {
            let change = IntegrationChange { state: Some(state), ..IntegrationChange::default() };
            shown(gateways.change(id(name).await?, change).await?).await
        };
        match self {
            Integration::Connecting(step) => Box::pin(step.run(platform)).await,
            Integration::List => {
                let rows = gateways.list(None).await?;
                let rows = rows.iter().map(|one| {
                    let names: Vec<&str> = one.domains.iter().map(|domain| domain.name.as_str()).collect();
                    let cells = vec![
                        one.id.to_string(),
                        one.name.clone(),
                        one.state.to_string(),
                        names.join(", "),
                        one.inbound.to_string(),
                        one.warnings(now).len().to_string(),
                    ];
                    (to_json(one, &[], now), cells)
                });
                Ok(table(&["ID", "NAME", "STATE", "DOMAINS", "INBOUND", "WARNINGS"], rows.collect()))
            }
            Integration::Show { integration } => {
                shown(gateways.integration_called(&integration).await?).await
            }
            Integration::Create { name, contact, inbound, hosted, accept_host_name, ordinary } => {
                let new = NewIntegration {
                    organisation: platform.owner().await?,
                    name,
                    contact,
                    is_hosted_gateway: hosted,
                    inbound,
                    accepts_host_name: accept_host_name,
                    takes_ordinary: ordinary,
                };
                shown(gateways.create(new).await?).await
            }
            Integration::Change {
                integration,
                name,
                contact,
                inbound,
                hosted,
                accept_host_name,
                ordinary,
            } => {
                let change = IntegrationChange {
                    name,
                    contact,
                    is_hosted_gateway: hosted,
                    inbound,
                    accepts_host_name: accept_host_name,
                    takes_ordinary: ordinary,
                    state: None,
                };
                shown(gateways.change(id(&integration).await?, change).await?).await
            }
            Integration::Activate { integration } => state(&integration, IntegrationState::Active).await,
            Integration::Suspend { integration } => state(&integration, IntegrationState::Suspended).await,
            Integration::Delete { integration } => {
                gateways.delete(id(&integration).await?).await?;
                Ok(Output::done(format!("the integration {integration} is deleted")))
            }
            Integration::AddDomain { integration, domain } => {
                shown(gateways.add_domain(id(&integration).await?, domain).await?).await
            }
            Integration::ProveDomain { integration, domain } => {
                shown(gateways.prove_domain(id(&integration).await?, &domain).await?).await
            }
            Integration::ConfirmDomain { integration, domain } => {
                shown(gateways.confirm_domain(id(&integration).await?, &domain).await?).await
            }
            Integration::RemoveDomain { integration, domain } => {
                shown(gateways.remove_domain(id(&integration).await?, domain).await?).await
            }
            Integration::AddCertificate { integration, what, direction } => {
                let new = NewCertificate { presented: what.presented()?, direction };
                shown(gateways.add_certificate(id(&integration).await?, new).await?).await
            }
            Integration::RemoveCertificate { integration, certificate } => {
                let removed =
                    gateways.remove_certificate(id(&integration).await?, CertificateId(certificate)).await?;
                shown(removed).await
            }
        }
    }
}

fn show(one: &Known, records: &[gateways::ProofRecord], now: Timestamp) -> Output {
    let yes_or_no = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    let mut lines = vec![
        ("id", one.id.to_string()),
        ("name", one.name.clone()),
        ("state", one.state.to_string()),
        ("contact", one.contact.clone()),
        ("inbound", one.inbound.to_string()),
        ("hosted", yes_or_no(one.is_hosted_gateway)),
        ("host name counts", yes_or_no(one.accepts_host_name)),
        ("ordinary letters", yes_or_no(one.takes_ordinary)),
    ];
    for domain in &one.domains {
        let proof = domain.proof.map_or_else(|| "not shown yet".to_owned(), |proof| proof.to_string());
        lines.push(("domain", format!("{} ({proof})", domain.name)));
    }
    for record in records {
        lines.push(("publish", format!("{} TXT \"{}\"", record.name, record.value)));
    }
    for certificate in &one.certificates {
        let ends = certificate
            .ends_at
            .map_or_else(|| "end not known yet".to_owned(), |at| format!("until {}", at.rfc3339()));
        let PeerCertificate { id, identity, direction, .. } = certificate;
        lines.push(("certificate", format!("{}: {identity} ({direction}, {ends})", id.0)));
    }
    for warning in one.warnings(now) {
        lines.push(("warning", warning.to_string()));
    }
    card(to_json(one, records, now), &lines)
}

fn to_json(one: &Known, records: &[gateways::ProofRecord], now: Timestamp) -> Value {
    let domain = |domain: &gateways::IntegrationDomain| {
        json!({
            "name": domain.name.as_str(),
            "proof": domain.proof.map(gateways::Proof::as_str),
            "proven_at": domain.proven_at.map(Timestamp::rfc3339),
        })
    };
    let certificate = |one: &PeerCertificate| {
        json!({
            "id": one.id.0.to_string(),
            "identity": one.identity.to_string(),
            "direction": one.direction.as_str(),
            "ends_at": one.ends_at.map(Timestamp::rfc3339),
            "seen_fingerprint": one.seen_fingerprint.map(|print| print.to_string()),
            "seen_at": one.seen_at.map(Timestamp::rfc3339),
        })
    };
    let warning =
        |warning: &gateways::Warning| json!({"kind": warning.as_str(), "text": warning.to_string()});
    json!({
        "id": one.id.to_string(),
        "organisation": one.organisation.to_string(),
        "name": one.name,
        "state": one.state.as_str(),
        "contact": one.contact,
        "inbound": one.inbound.to_string(),
        "hosted": one.is_hosted_gateway,
        "accepts_host_name": one.accepts_host_name,
        "ordinary": one.takes_ordinary,
        "domains": one.domains.iter().map(domain).collect::<Vec<_>>(),
        "records": records.iter().map(|one| json!({"name": one.name, "value": one.value})).collect::<Vec<_>>(),
        "certificates": one.certificates.iter().map(certificate).collect::<Vec<_>>(),
        "warnings": one.warnings(now).iter().map(warning).collect::<Vec<_>>(),
        "created_at": one.created_at.rfc3339(),
    })
}
