//! `/domains/{domain}/diagnosis`: every lamp of a domain, and what mends it.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zones::diagnosis::{Check, Diagnosis, Fix, Lamp, Line};

use super::zone::{Diff, diff_view};
use crate::caller::AnyCaller;
use crate::input::{Input, OfDomain};
use crate::refusal::{Result, invalid, not_found};

/// What was found of a domain.
#[derive(Serialize, ToSchema)]
#[schema(as = Diagnosis)]
pub(crate) struct DiagnosisView {
    domain: String,
    #[schema(format = DateTime)]
    checked_at: String,
    /// The worst: `off`, `good`, `warning`, `unknown`, `bad`.
    light: &'static str,
    lamps: Vec<LampView>,
}

/// One check.
#[derive(Serialize, ToSchema)]
#[schema(as = Lamp)]
pub(crate) struct LampView {
    /// `mx`, `spf`, `dkim` and so on.
    check: &'static str,
    light: &'static str,
    /// What the world sees.
    found: Vec<String>,
    /// What ought to be there.
    expected: Vec<String>,
    /// Why, in English.
    remarks: Vec<RemarkView>,
    fix: Option<FixView>,
}

/// A remark.
#[derive(Serialize, ToSchema)]
#[schema(as = Remark)]
pub(crate) struct RemarkView {
    /// Stable, for programs.
    key: &'static str,
    /// What it is about.
    what: String,
    light: &'static str,
}

/// What mends a lamp.
#[derive(Serialize, ToSchema)]
#[schema(as = Fix)]
pub(crate) struct FixView {
    /// Whether `mend` does it: the zone is hosted here.
    here: bool,
    /// Whether the zone has to begin to sign.
    sign: bool,
    /// Lines of the zone file that must go.
    remove: Vec<String>,
    /// Lines that must come.
    add: Vec<String>,
}

/// Which lamps to mend.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mend {
    /// `mx`, `spf` and so on; none means all that a change of the zone here can mend.
    #[serde(default)]
    checks: Vec<String>,
}

/// What mending did.
#[derive(Serialize, ToSchema)]
#[schema(as = Mended)]
pub(crate) struct MendedView {
    zone: String,
    /// The serial before: restoring it takes the change back.
    before: u32,
    diff: Diff,
    /// Whether the zone began to sign.
    signed: bool,
}

/// What mending did; null if there was nothing to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct MendAnswer {
    mended: Option<MendedView>,
}

fn view(diagnosis: Diagnosis) -> DiagnosisView {
    DiagnosisView {
        domain: diagnosis.domain.to_string(),
        checked_at: diagnosis.checked_at.rfc3339(),
        light: diagnosis.light().as_str(),
        lamps: diagnosis.lamps.into_iter().map(lamp).collect(),
    }
}

fn lamp(lamp: Lamp) -> LampView {
    let remarks = lamp.remarks.into_iter().map(|remark| RemarkView {
        key: remark.says.key(),
        light: remark.light().as_str(),
        what: remark.what,
    });
    LampView {
        check: lamp.check.as_str(),
        light: lamp.light.as_str(),
        found: lamp.found,
        expected: lamp.expected,
        remarks: remarks.collect(),
        fix: lamp.fix.map(fix),
    }
}

fn fix(fix: Fix) -> FixView {
    let lines = |lines: Vec<Line>| lines.iter().map(ToString::to_string).collect();
    match fix {
        Fix::Write { remove, add } => FixView {
            here: true,
            sign: false,
            remove: lines(remove),
            add: add.iter().map(|new| format!("{} {} {}", new.owner, new.kind, new.data)).collect(),
        },
        Fix::Sign => FixView { here: true, sign: true, remove: Vec::new(), add: Vec::new() },
        Fix::Copy { remove, add } => {
            FixView { here: false, sign: false, remove: lines(remove), add: lines(add) }
        }
    }
}

/// What was found at the last look
#[utoipa::path(get, path = "/domains/{domain}/diagnosis", tag = "diagnosis", params(("domain" = String, Path)),
    responses((status = 200, body = DiagnosisView)))]
pub(crate) async fn show_diagnosis(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DiagnosisView>> {
    let name = domain.name;
    let last = caller.zones().last_diagnosis(&name).await?;
    last.map(|diagnosis| Json(view(diagnosis))).ok_or_else(|| not_found("diagnosis"))
}

/// Look at a domain now: MX, SPF, DKIM, DMARC, MTA-STS, DANE, DNSSEC and the rest
#[utoipa::path(post, path = "/domains/{domain}/diagnosis", tag = "diagnosis", params(("domain" = String, Path)),
    responses((status = 200, body = DiagnosisView)))]
pub(crate) async fn diagnose_domain(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DiagnosisView>> {
    let name = domain.name;
    Ok(Json(view(caller.zones().diagnose(&name, &caller.shared.looker).await?)))
}

/// Mend what a change of the hosted zone can mend
#[utoipa::path(post, path = "/domains/{domain}/diagnosis/mend", tag = "diagnosis",
    params(("domain" = String, Path)), request_body = Mend, responses((status = 200, body = MendAnswer)))]
pub(crate) async fn mend_domain(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Input(which): Input<Mend>,
) -> Result<Json<MendAnswer>> {
    let name = domain.name;
    let mut checks: Vec<Check> = Vec::new();
    for word in &which.checks {
        checks.push(word.parse().map_err(|reason: String| invalid("checks", reason, "names of lamps"))?);
    }
    let mended = caller.zones().mend(&name, &checks, &caller.shared.looker).await?;
    let mended = mended.map(|mended| MendedView {
        zone: mended.zone.to_string(),
        before: mended.before,
        diff: diff_view(mended.diff),
        signed: mended.is_signed_now,
    });
    Ok(Json(MendAnswer { mended }))
}
