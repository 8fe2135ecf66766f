//! `/installation`: what the installation is called and where it is; the operator's.

use std::net::IpAddr;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use model::Address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zones::{Access, Exchanger, Host, StsMode};

use super::domain::{Refreshed, refreshed};
use crate::caller::Caller;
use crate::input::{Id, Input, domain};
use crate::refusal::{Result, invalid, not_found};

/// A host of the installation.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NameServer)]
pub(crate) struct HostView {
    name: String,
    /// Empty if its records are kept elsewhere.
    addresses: Vec<String>,
}

/// A mail exchanger of the installation.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Exchanger)]
pub(crate) struct ExchangerView {
    name: String,
    /// Empty if its records are kept elsewhere.
    addresses: Vec<String>,
    /// Lower is tried first.
    priority: u16,
}

/// What mail programs connect to; port 0 means that it is not offered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Access)]
pub(crate) struct AccessView {
    host: String,
    imaps: u16,
    imap: u16,
    submissions: u16,
    submission: u16,
    pop3s: u16,
    sieve: u16,
    https: u16,
}

/// How strictly senders of a hosted domain are to treat its exchangers (RFC 8461).
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = StsMode)]
pub(crate) enum StsModeView {
    Testing,
    Enforce,
}

/// The installation's settings, from which its own records and the mail records of every domain are made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Installation)]
pub(crate) struct InstallationView {
    /// The name that the installation greets with.
    hostname: String,
    /// Where mail for the hosted domains goes.
    exchangers: Vec<ExchangerView>,
    /// Who answers for the hosted zones; the first is the primary of every SOA.
    name_servers: Vec<HostView>,
    /// The name that every hosted domain's SPF includes.
    spf_host: String,
    /// Single mechanisms that the SPF host publishes before `-all`; empty: the addresses of the exchangers.
    spf_sources: Vec<String>,
    /// Who answers for the installation: an address.
    contact: String,
    access: AccessView,
    /// Where web pages of the hosted domains are served.
    web_host: String,
    sts_mode: StsModeView,
    /// Lists of sources of spam that the diagnosis asks: `ip:bl.example.org`, `domain:bl.example.org`.
    block_lists: Vec<String>,
}

fn texts(addresses: &[IpAddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

fn view(of: &zones::Installation) -> InstallationView {
    let exchanger = |one: &Exchanger| ExchangerView {
        name: one.host.name.to_string(),
        addresses: texts(&one.host.addresses),
        priority: one.priority,
    };
    let host = |one: &Host| HostView { name: one.name.to_string(), addresses: texts(&one.addresses) };
    InstallationView {
        hostname: of.hostname.to_string(),
        exchangers: of.exchangers.iter().map(exchanger).collect(),
        name_servers: of.name_servers.iter().map(host).collect(),
        spf_host: of.spf_host.to_string(),
        spf_sources: of.spf_sources.clone(),
        contact: of.contact.to_string(),
        access: AccessView {
            host: of.access.host.to_string(),
            imaps: of.access.imaps,
            imap: of.access.imap,
            submissions: of.access.submissions,
            submission: of.access.submission,
            pop3s: of.access.pop3s,
            sieve: of.access.sieve,
            https: of.access.https,
        },
        web_host: of.web_host.to_string(),
        sts_mode: match of.sts_mode {
            StsMode::Testing => StsModeView::Testing,
            StsMode::Enforce => StsModeView::Enforce,
        },
        block_lists: of.block_lists.iter().map(ToString::to_string).collect(),
    }
}

fn host(field: &str, name: &str, addresses: &[String]) -> Result<Host> {
    let address = |text: &String| {
        let rule = "an IPv4 or IPv6 address";
        text.parse().map_err(|_| invalid(field, format!("«{text}» is no address"), rule))
    };
    let addresses = addresses.iter().map(address).collect::<Result<Vec<IpAddr>>>()?;
    Ok(Host { name: domain(field, name)?, addresses })
}

/// The settings as they were sent; the certificates of the exchangers stay what the program knows of them.
fn read(view: InstallationView, tlsa: Vec<String>) -> Result<zones::Installation> {
    let exchanger = |one: &ExchangerView| {
        Ok(Exchanger { host: host("exchangers", &one.name, &one.addresses)?, priority: one.priority })
    };
    let list = |text: &String| {
        let rule = "as ip:bl.example.org or domain:bl.example.org";
        text.parse().map_err(|reason: String| invalid("block_lists", reason, rule))
    };
    let contact = Address::parse(&view.contact).map_err(|error| {
        invalid("contact", format!("«{}»: {error}", view.contact), "an address of mail (RFC 5321 §4.1.2)")
    })?;
    Ok(zones::Installation {
        hostname: domain("hostname", &view.hostname)?,
        exchangers: view.exchangers.iter().map(exchanger).collect::<Result<_>>()?,
        name_servers: view
            .name_servers
            .iter()
            .map(|one| host("name_servers", &one.name, &one.addresses))
            .collect::<Result<_>>()?,
        spf_host: domain("spf_host", &view.spf_host)?,
        spf_sources: view.spf_sources,
        also_sends_from: Vec::new(),
        suffixes: Vec::new(),
        contact,
        access: Access {
            host: domain("access.host", &view.access.host)?,
            imaps: view.access.imaps,
            imap: view.access.imap,
            submissions: view.access.submissions,
            submission: view.access.submission,
            pop3s: view.access.pop3s,
            sieve: view.access.sieve,
            https: view.access.https,
        },
        web_host: domain("web_host", &view.web_host)?,
        sts_mode: match view.sts_mode {
            StsModeView::Testing => StsMode::Testing,
            StsModeView::Enforce => StsMode::Enforce,
        },
        tlsa,
        block_lists: view.block_lists.iter().map(list).collect::<Result<_>>()?,
    })
}

/// Nothing is said to whoever reaches one organisation only.
fn operator_only(caller: &Caller) -> Result<()> {
    match caller.token.organisation {
        None => Ok(()),
        Some(_) => Err(not_found("this within the organisation's scope")),
    }
}

/// The installation's settings (operator only)
#[utoipa::path(get, path = "/installation", tag = "installation", responses((status = 200, body = InstallationView)))]
pub(crate) async fn show_installation(caller: Caller) -> Result<Json<InstallationView>> {
    operator_only(&caller)?;
    let known = caller.zones().installation().await?.ok_or_else(|| not_found("settings"))?;
    Ok(Json(view(&known)))
}

/// Write the installation's settings and everything that follows from them: its own records, the name servers of
/// every zone and the mail records of every domain (operator only)
#[utoipa::path(put, path = "/installation", tag = "installation", request_body = InstallationView,
    responses((status = 200, body = Refreshed)))]
pub(crate) async fn change_installation(
    caller: Caller,
    Input(wanted): Input<InstallationView>,
) -> Result<Json<Refreshed>> {
    operator_only(&caller)?;
    let zones = caller.zones();
    let tlsa = zones.installation().await?.map(|known| known.tlsa).unwrap_or_default();
    let mut kept = zones.change_installation(read(wanted, tlsa)?).await?;
    let records = zones.refresh_all().await?;
    kept.changes.extend(records.changes);
    kept.conflicts.extend(records.conflicts);
    Ok(Json(refreshed(kept)))
}

/// Whose the zone of a suffix is, where there is none yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuffixOwner {
    #[schema(value_type = String)]
    organisation: Id,
}

/// The suffixes whose wildcard leads to the exchangers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suffixes {
    items: Vec<String>,
}

/// The suffixes whose wildcard leads to the exchangers (operator only)
#[utoipa::path(get, path = "/installation/suffixes", tag = "installation",
    responses((status = 200, body = Suffixes)))]
pub(crate) async fn list_suffixes(caller: Caller) -> Result<Json<Suffixes>> {
    operator_only(&caller)?;
    let known = caller.zones().installation().await?;
    let suffixes = known.map(|known| known.suffixes).unwrap_or_default();
    Ok(Json(Suffixes { items: suffixes.iter().map(ToString::to_string).collect() }))
}

/// Make the zone of a suffix with a wildcard that leads every domain below it to the exchangers (operator only)
#[utoipa::path(put, path = "/installation/suffixes/{suffix}", tag = "installation", request_body = SuffixOwner,
    params(("suffix" = String, Path)), responses((status = 200, body = Refreshed)))]
pub(crate) async fn publish_suffix(
    caller: Caller,
    Path(suffix): Path<String>,
    Input(owner): Input<SuffixOwner>,
) -> Result<Json<Refreshed>> {
    operator_only(&caller)?;
    let suffix = domain("suffix", &suffix)?;
    let owner = caller.owner(Some(owner.organisation.0)).await?;
    let (_, kept) = caller.zones().publish_suffix(&suffix, owner).await?;
    Ok(Json(refreshed(kept)))
}

/// Take the wildcard of a suffix away; its zone stays (operator only)
#[utoipa::path(delete, path = "/installation/suffixes/{suffix}", tag = "installation",
    params(("suffix" = String, Path)), responses((status = 204)))]
pub(crate) async fn withdraw_suffix(caller: Caller, Path(suffix): Path<String>) -> Result<StatusCode> {
    operator_only(&caller)?;
    caller.zones().withdraw_suffix(&domain("suffix", &suffix)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
