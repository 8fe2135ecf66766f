//! `/integrations`: organisations whose own mail servers are connected, known by their certificates.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use gateways::{
    Administration, CertificateId, Fingerprint, IntegrationChange, IntegrationDomain, NewCertificate,
    NewIntegration, PeerCertificate, Presented, Warning,
};
use model::{Domain, IntegrationId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Created, Id, Input, Of, domain};
use crate::refusal::{Result, invalid, not_found};

/// A connection of an organisation's mail servers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Integration {
    id: String,
    organisation: String,
    name: String,
    /// `planned`, `active` or `suspended`.
    state: &'static str,
    /// Whom to ask.
    contact: String,
    /// Where its letters go: `mx` (the mail servers of the recipient's domain), `mx:NAME`, `HOST:PORT`, `ADDRESS:PORT`.
    inbound: String,
    /// Somebody else runs the gateway for the organisation.
    hosted: bool,
    /// A certificate for the name of the host counts as well, where that name is certain.
    accepts_host_name: bool,
    /// Ordinary letters go to its servers as well.
    ordinary: bool,
    domains: Vec<ConnectedDomain>,
    certificates: Vec<DeclaredCertificate>,
    warnings: Vec<IntegrationWarning>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A domain of an integration.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectedDomain {
    domain: String,
    /// How it was shown to be the organisation's: `hosted`, `record` or `staff`; null: not yet, and it does not count.
    proof: Option<&'static str>,
    /// Where its proof is not yet there: the owner name of the text record to publish.
    record_name: Option<String>,
    /// And its text.
    record_value: Option<String>,
}

/// A certificate that was declared.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeclaredCertificate {
    id: String,
    /// The host name in it; null where it is known by its fingerprint.
    host: Option<String>,
    /// Its SHA-256 fingerprint; null where it is known by its host name.
    fingerprint: Option<String>,
    /// `both`, `sending` (to us) or `reception` (from us).
    direction: &'static str,
    /// When it, or the one that was presented last, ends; null: not known yet.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// The SHA-256 fingerprint of the one that was presented last.
    seen_fingerprint: Option<String>,
}

/// What is to be known about an integration.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationWarning {
    /// `static-address`, `hosted-gateway`, `certificate-ends`, `certificate-ended`, `single-fingerprint` or
    /// `unproven-domain`.
    kind: &'static str,
    /// A sentence.
    text: String,
}

/// The integrations: their number is limited, so there is one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct Integrations {
    items: Vec<Integration>,
}

/// A new integration; it is planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewIntegration)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    name: String,
    /// Whom to ask.
    contact: Option<String>,
    /// `mx` (without it), `mx:NAME`, `HOST`, `HOST:PORT`, or an address, which is not advised.
    inbound: Option<String>,
    /// Somebody else runs the gateway for the organisation, which is not advised.
    hosted: Option<bool>,
    accepts_host_name: Option<bool>,
    ordinary: Option<bool>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntegrationChange)]
pub(crate) struct Change {
    name: Option<String>,
    contact: Option<String>,
    inbound: Option<String>,
    hosted: Option<bool>,
    accepts_host_name: Option<bool>,
    ordinary: Option<bool>,
}

/// How far it has come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntegrationStateChange {
    /// `planned`, `active` or `suspended`.
    state: String,
}

/// A domain to connect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnectedDomain {
    domain: String,
}

/// A certificate to declare: by one of `host`, `fingerprint` and `pem`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDeclaredCertificate {
    /// The host name in it: any certificate for that name by an authority in the list, so that renewals need nothing.
    host: Option<String>,
    /// Its SHA-256 fingerprint, in hexadecimal digits, with or without colons.
    fingerprint: Option<String>,
    /// The certificate itself.
    pem: Option<String>,
    /// `both` (without it), `sending` or `reception`.
    direction: Option<String>,
}

fn gateways(caller: &Caller) -> Administration {
    caller.shared.gateways.administration(caller.scope(), caller.who())
}

async fn view(caller: &Caller, one: gateways::Integration) -> Result<Integration> {
    let now = caller.shared.world.clock.now();
    let warnings = one.warnings(now);
    let mut domains = Vec::with_capacity(one.domains.len());
    for IntegrationDomain { name, proof, .. } in &one.domains {
        let record = match proof {
            Some(_) => None,
            None => Some(gateways(caller).proof_record(&one, name).await?),
        };
        let (record_name, record_value) = record.map(|record| (record.name, record.value)).unzip();
        let proof = proof.map(gateways::Proof::as_str);
        domains.push(ConnectedDomain { domain: name.to_string(), proof, record_name, record_value });
    }
    Ok(Integration {
        id: one.id.to_string(),
        organisation: one.organisation.to_string(),
        name: one.name,
        state: one.state.as_str(),
        contact: one.contact,
        inbound: one.inbound.to_string(),
        hosted: one.is_hosted_gateway,
        accepts_host_name: one.accepts_host_name,
        ordinary: one.takes_ordinary,
        domains,
        certificates: one.certificates.into_iter().map(declared).collect(),
        warnings: warnings.iter().map(warning).collect(),
        created_at: one.created_at.rfc3339(),
    })
}

fn declared(one: PeerCertificate) -> DeclaredCertificate {
    let (host, fingerprint) = match one.identity {
        gateways::Identity::Name(name) => (Some(name.to_string()), None),
        gateways::Identity::Fingerprint(fingerprint) => (None, Some(fingerprint.to_string())),
    };
    DeclaredCertificate {
        id: one.id.0.to_string(),
        host,
        fingerprint,
        direction: one.direction.as_str(),
        ends_at: one.ends_at.map(Timestamp::rfc3339),
        seen_fingerprint: one.seen_fingerprint.map(|fingerprint| fingerprint.to_string()),
    }
}

fn warning(warning: &Warning) -> IntegrationWarning {
    IntegrationWarning { kind: warning.as_str(), text: warning.to_string() }
}

const FORMS: &str = "docs/manual/gateways.md has the forms";

fn parsed<T: std::str::FromStr<Err = String>>(field: &str, text: Option<String>) -> Result<Option<T>> {
    text.map(|text| text.parse().map_err(|reason: String| invalid(field, reason, FORMS))).transpose()
}

/// An integration and the domain that the path names in it.
fn of_domain(integration: &str, name: &str) -> Result<(IntegrationId, Domain)> {
    let id = integration.parse().map_err(|_| not_found("integration"))?;
    let name = Domain::parse(name).map_err(|_| not_found("domain"))?;
    Ok((IntegrationId(id), name))
}

/// The integrations
#[utoipa::path(get, path = "/integrations", tag = "integrations", responses((status = 200, body = Integrations)))]
pub(crate) async fn list_integrations(caller: Caller) -> Result<Json<Integrations>> {
    let mut items = Vec::new();
    for one in gateways(&caller).list(None).await? {
        items.push(view(&caller, one).await?);
    }
    Ok(Json(Integrations { items }))
}

/// Create an integration
#[utoipa::path(post, path = "/integrations", tag = "integrations", request_body = New,
    responses((status = 201, body = Integration)))]
pub(crate) async fn create_integration(
    caller: Caller,
    Input(new): Input<New>,
) -> Result<Created<Integration>> {
    let new = NewIntegration {
        organisation: caller.owner(new.organisation.map(|Id(id)| id)).await?,
        name: new.name,
        contact: new.contact.unwrap_or_default(),
        is_hosted_gateway: new.hosted.unwrap_or_default(),
        inbound: parsed("inbound", new.inbound)?.unwrap_or_default(),
        accepts_host_name: new.accepts_host_name.unwrap_or_default(),
        takes_ordinary: new.ordinary.unwrap_or_default(),
    };
    let made = gateways(&caller).create(new).await?;
    Ok(Created(format!("/api/v1/integrations/{}", made.id), view(&caller, made).await?))
}

/// An integration
#[utoipa::path(get, path = "/integrations/{integration}", tag = "integrations",
    params(("integration" = String, Path)), responses((status = 200, body = Integration)))]
pub(crate) async fn show_integration(caller: Caller, Of(id): Of) -> Result<Json<Integration>> {
    let one = gateways(&caller).integration(IntegrationId(id)).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Change an integration's name, contact, target
#[utoipa::path(patch, path = "/integrations/{integration}", tag = "integrations",
    params(("integration" = String, Path)), request_body = Change, responses((status = 200, body = Integration)))]
pub(crate) async fn change_integration(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<Integration>> {
    let change = IntegrationChange {
        name: change.name,
        contact: change.contact,
        is_hosted_gateway: change.hosted,
        inbound: parsed("inbound", change.inbound)?,
        accepts_host_name: change.accepts_host_name,
        takes_ordinary: change.ordinary,
        state: None,
    };
    let one = gateways(&caller).change(IntegrationId(id), change).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Activate an integration, or suspend it (operator only)
#[utoipa::path(put, path = "/integrations/{integration}/state", tag = "integrations",
    params(("integration" = String, Path)), request_body = IntegrationStateChange,
    responses((status = 200, body = Integration)))]
pub(crate) async fn set_integration_state(
    caller: Caller,
    Of(id): Of,
    Input(wanted): Input<IntegrationStateChange>,
) -> Result<Json<Integration>> {
    // Whose it is counts before what is asked of it.
    gateways(&caller).integration(IntegrationId(id)).await?;
    let change =
        IntegrationChange { state: parsed("state", Some(wanted.state))?, ..IntegrationChange::default() };
    let one = gateways(&caller).change(IntegrationId(id), change).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Delete an integration that is not active
#[utoipa::path(delete, path = "/integrations/{integration}", tag = "integrations",
    params(("integration" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_integration(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    gateways(&caller).delete(IntegrationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Connect a domain
#[utoipa::path(post, path = "/integrations/{integration}/domains", tag = "integrations",
    params(("integration" = String, Path)), request_body = NewConnectedDomain,
    responses((status = 200, body = Integration)))]
pub(crate) async fn connect_domain(
    caller: Caller,
    Of(id): Of,
    Input(new): Input<NewConnectedDomain>,
) -> Result<Json<Integration>> {
    gateways(&caller).integration(IntegrationId(id)).await?;
    let name = domain("domain", &new.domain)?;
    let one = gateways(&caller).add_domain(IntegrationId(id), name).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Disconnect a domain
#[utoipa::path(delete, path = "/integrations/{integration}/domains/{connected_domain}", tag = "integrations",
    params(("integration" = String, Path), ("connected_domain" = String, Path)), responses((status = 204)))]
pub(crate) async fn disconnect_domain(
    caller: Caller,
    Path((integration, name)): Path<(String, String)>,
) -> Result<StatusCode> {
    let (id, name) = of_domain(&integration, &name)?;
    gateways(&caller).remove_domain(id, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look for the record that shows whose a domain is
#[utoipa::path(post, path = "/integrations/{integration}/domains/{connected_domain}/proof", tag = "integrations",
    params(("integration" = String, Path), ("connected_domain" = String, Path)),
    responses((status = 200, body = Integration)))]
pub(crate) async fn prove_connected_domain(
    caller: Caller,
    Path((integration, name)): Path<(String, String)>,
) -> Result<Json<Integration>> {
    let (id, name) = of_domain(&integration, &name)?;
    let one = gateways(&caller).prove_domain(id, &name).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Say that a domain is the organisation's (operator only)
#[utoipa::path(post, path = "/integrations/{integration}/domains/{connected_domain}/confirmation",
    tag = "integrations", params(("integration" = String, Path), ("connected_domain" = String, Path)),
    responses((status = 200, body = Integration)))]
pub(crate) async fn confirm_connected_domain(
    caller: Caller,
    Path((integration, name)): Path<(String, String)>,
) -> Result<Json<Integration>> {
    let (id, name) = of_domain(&integration, &name)?;
    let one = gateways(&caller).confirm_domain(id, &name).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Declare a certificate beside those that are declared already
#[utoipa::path(post, path = "/integrations/{integration}/certificates", tag = "integrations",
    params(("integration" = String, Path)), request_body = NewDeclaredCertificate,
    responses((status = 200, body = Integration)))]
pub(crate) async fn declare_certificate(
    caller: Caller,
    Of(id): Of,
    Input(new): Input<NewDeclaredCertificate>,
) -> Result<Json<Integration>> {
    gateways(&caller).integration(IntegrationId(id)).await?;
    let presented = match (new.host, new.fingerprint, new.pem) {
        (Some(host), None, None) => Presented::Name(domain("host", &host)?),
        (None, Some(text), None) => {
            let fingerprint = Fingerprint::parse(&text);
            let wrong = || invalid("fingerprint", format!("«{text}» is no SHA-256 fingerprint"), FORMS);
            Presented::Fingerprint(fingerprint.ok_or_else(wrong)?)
        }
        (None, None, Some(pem)) => Presented::Pem(pem),
        _ => {
            return Err(invalid(
                "host",
                "there is none of them or more than one",
                "one of host, fingerprint, pem",
            ));
        }
    };
    let direction = parsed("direction", new.direction)?.unwrap_or_default();
    let new = NewCertificate { presented, direction };
    let one = gateways(&caller).add_certificate(IntegrationId(id), new).await?;
    Ok(Json(view(&caller, one).await?))
}

/// Take a declared certificate back
#[utoipa::path(delete, path = "/integrations/{integration}/certificates/{peer_certificate}", tag = "integrations",
    params(("integration" = String, Path), ("peer_certificate" = String, Path)), responses((status = 204)))]
pub(crate) async fn withdraw_certificate(
    caller: Caller,
    Path((integration, certificate)): Path<(String, String)>,
) -> Result<StatusCode> {
    let (Ok(integration), Ok(certificate)) = (integration.parse(), certificate.parse()) else {
        return Err(not_found("certificate"));
    };
    gateways(&caller).remove_certificate(IntegrationId(integration), CertificateId(certificate)).await?;
    Ok(StatusCode::NO_CONTENT)
}
