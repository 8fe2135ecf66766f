//! `/judge`: what the doors would say of a sender.

use std::net::IpAddr;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::AnyCaller;
use crate::input::{Asked, domain};
use crate::refusal::{Result, invalid};

/// A sender.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Sender {
    /// The address that it comes from.
    ip: String,
    /// The name that it greets with.
    helo: String,
    /// The envelope's sender; empty for a report.
    #[serde(default)]
    from: String,
}

/// What SPF says (RFC 7208).
#[derive(Serialize, ToSchema)]
pub(crate) struct SpfAnswer {
    /// `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror` or `permerror`.
    result: &'static str,
    /// The domain that was asked.
    domain: String,
    /// The term that matched, or why there is none.
    because: String,
    /// What the domain has to say about a fail.
    explanation: Option<String>,
    /// Look-ups, of 10.
    lookups: u32,
    /// Look-ups that found nothing, of 2.
    void_lookups: u32,
}

/// A domain.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    domain: String,
}

/// What a domain's SPF costs.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpfCount {
    /// Look-ups in the worst case, of 10.
    lookups: u32,
    /// Look-ups that found nothing, of 2.
    void_lookups: u32,
    /// What is wrong, the gravest first.
    problems: Vec<String>,
}

/// May this sender send in the domain's name?
#[utoipa::path(get, path = "/judge/spf", tag = "judge", params(Sender), responses((status = 200, body = SpfAnswer)))]
pub(crate) async fn judge_spf(
    AnyCaller(caller): AnyCaller,
    Asked(sender): Asked<Sender>,
) -> Result<Json<SpfAnswer>> {
    let ip: IpAddr = sender
        .ip
        .parse()
        .map_err(|_| invalid("ip", format!("«{}» is no address", sender.ip), "an IPv4 or IPv6 address"))?;
    let outcome = trust::spf::evaluate(&caller.shared.world.names, ip, &sender.helo, &sender.from).await;
    Ok(Json(SpfAnswer {
        result: outcome.result.word(),
        domain: outcome.domain,
        because: outcome.mechanism,
        explanation: outcome.explanation,
        lookups: outcome.lookups,
        void_lookups: outcome.void_lookups,
    }))
}

/// How many look-ups does a domain's SPF take?
#[utoipa::path(get, path = "/judge/spf/count", tag = "judge", params(Which), responses((status = 200, body = SpfCount)))]
pub(crate) async fn count_spf(
    AnyCaller(caller): AnyCaller,
    Asked(which): Asked<Which>,
) -> Result<Json<SpfCount>> {
    let name = domain("domain", &which.domain)?;
    let count = trust::spf::count(&caller.shared.world.names, name.as_str()).await;
    Ok(Json(SpfCount {
        lookups: count.lookups,
        void_lookups: count.void_lookups,
        problems: count.problems.iter().map(ToString::to_string).collect(),
    }))
}
