//! What others report of a domain, and what our own data say of it.

use axum::Json;
use mail_reports::Range;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::AnyCaller;
use crate::input::{Asked, OfDomain};
use crate::refusal::Result;

/// The most days: reports are kept for thirteen months.
const DAYS_LIMIT: u32 = 400;

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// The last days, today included; more than 400 are 400.
    #[param(minimum = 1, default = 30)]
    days: Option<u32>,
}

impl Days {
    fn count(&self) -> u32 {
        self.days.unwrap_or(30).clamp(1, DAYS_LIMIT)
    }
}

/// Letters by what DMARC said.
#[derive(Serialize, ToSchema)]
#[schema(as = Letters)]
pub(crate) struct LettersView {
    passed: i64,
    failed: i64,
    quarantined: i64,
    rejected: i64,
}

impl From<mail_reports::Letters> for LettersView {
    fn from(letters: mail_reports::Letters) -> LettersView {
        LettersView {
            passed: letters.passed,
            failed: letters.failed,
            quarantined: letters.quarantined,
            rejected: letters.rejected,
        }
    }
}

/// A day; days without reports are left out.
#[derive(Serialize, ToSchema)]
#[schema(as = DmarcDay)]
pub(crate) struct DmarcDayView {
    /// Its first moment in UTC.
    #[schema(format = DateTime)]
    day: String,
    letters: LettersView,
}

/// Somebody who reports.
#[derive(Serialize, ToSchema)]
#[schema(as = Reporter)]
pub(crate) struct ReporterView {
    name: String,
    reports: i64,
    good: i64,
    bad: i64,
}

/// A server that sends in the domain's name.
#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
pub(crate) struct SourceView {
    address: String,
    /// Its name, confirmed forth and back.
    name: Option<String>,
    /// `ours`, a known service, or `unknown`.
    owner: &'static str,
    letters: LettersView,
    dkim_aligned: i64,
    spf_aligned: i64,
}

/// What DMARC reports say.
#[derive(Serialize, ToSchema)]
pub(crate) struct DmarcReports {
    total: LettersView,
    days: Vec<DmarcDayView>,
    reporters: Vec<ReporterView>,
    sources: Vec<SourceView>,
    complaints: i64,
}

/// A day of TLS connections.
#[derive(Serialize, ToSchema)]
#[schema(as = TlsDay)]
pub(crate) struct TlsDayView {
    #[schema(format = DateTime)]
    day: String,
    succeeded: i64,
    failed: i64,
}

/// How connections failed.
#[derive(Serialize, ToSchema)]
#[schema(as = TlsTrouble)]
pub(crate) struct TlsTroubleView {
    /// A result type of RFC 8460 §4.3.
    failure: String,
    host: String,
    policy: String,
    sessions: i64,
}

/// What TLS reports say.
#[derive(Serialize, ToSchema)]
pub(crate) struct TlsReports {
    days: Vec<TlsDayView>,
    troubles: Vec<TlsTroubleView>,
    reporters: Vec<ReporterView>,
}

/// What took points away.
#[derive(Serialize, ToSchema)]
#[schema(as = Factor)]
pub(crate) struct FactorView {
    /// `policy_bounces`, `unknown_recipients`, `complaints`, `authentication_failures`, `trap_hits` or `burst`.
    #[schema(value_type = String)]
    cause: reputation::Cause,
    points: i64,
    seen: i64,
    of: i64,
}

/// A day's score.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReputationDay {
    #[schema(format = DateTime)]
    day: String,
    sent: i64,
    /// Null if it was not computed.
    points: Option<i64>,
}

/// A domain's reputation by our own data: 100 is spotless.
#[derive(Serialize, ToSchema)]
#[schema(as = Reputation)]
pub(crate) struct ReputationView {
    points: i64,
    /// So little was sent that the score says little.
    says_little: bool,
    factors: Vec<FactorView>,
    history: Vec<ReputationDay>,
}

fn reporters(reporters: Vec<mail_reports::Reporter>) -> Vec<ReporterView> {
    let view = |one: mail_reports::Reporter| ReporterView {
        name: one.name,
        reports: one.reports,
        good: one.good,
        bad: one.bad,
    };
    reporters.into_iter().map(view).collect()
}

/// What DMARC reports say of a domain, and who sends in its name
#[utoipa::path(get, path = "/domains/{domain}/reports/dmarc", tag = "reports",
    params(("domain" = String, Path), Days), responses((status = 200, body = DmarcReports)))]
pub(crate) async fn show_dmarc_reports(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Asked(days): Asked<Days>,
) -> Result<Json<DmarcReports>> {
    let range = Range::last_days(caller.shared.world.clock.now(), days.count());
    let reports = &caller.shared.reports;
    let summary = reports.summary(domain.organisation, &domain.name, range).await?;
    let sources = reports.sources(domain.organisation, &domain.name, range).await?;
    let total = summary.letters().into();
    let days = summary
        .dmarc
        .into_iter()
        .map(|day| DmarcDayView { day: day.day.rfc3339(), letters: day.letters.into() });
    let sources = sources.into_iter().map(|source| SourceView {
        address: source.address,
        name: source.name,
        owner: source.owner.word(),
        letters: source.letters.into(),
        dkim_aligned: source.dkim_aligned,
        spf_aligned: source.spf_aligned,
    });
    Ok(Json(DmarcReports {
        total,
        days: days.collect(),
        reporters: reporters(summary.reporters),
        sources: sources.collect(),
        complaints: summary.complaints,
    }))
}

/// What TLS reports say of a domain
#[utoipa::path(get, path = "/domains/{domain}/reports/tls", tag = "reports",
    params(("domain" = String, Path), Days), responses((status = 200, body = TlsReports)))]
pub(crate) async fn show_tls_reports(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Asked(days): Asked<Days>,
) -> Result<Json<TlsReports>> {
    let range = Range::last_days(caller.shared.world.clock.now(), days.count());
    let summary = caller.shared.reports.summary(domain.organisation, &domain.name, range).await?;
    let days = summary.tls.into_iter().map(|day| TlsDayView {
        day: day.day.rfc3339(),
        succeeded: day.succeeded,
        failed: day.failed,
    });
    let troubles = summary.tls_troubles.into_iter().map(|trouble| TlsTroubleView {
        failure: trouble.failure,
        host: trouble.host,
        policy: trouble.policy,
        sessions: trouble.sessions,
    });
    Ok(Json(TlsReports {
        days: days.collect(),
        troubles: troubles.collect(),
        reporters: reporters(summary.tls_reporters),
    }))
}

/// A domain's reputation by our own data, its factors and its history
#[utoipa::path(get, path = "/domains/{domain}/reputation", tag = "reports",
    params(("domain" = String, Path), Days), responses((status = 200, body = ReputationView)))]
pub(crate) async fn show_reputation(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Asked(days): Asked<Days>,
) -> Result<Json<ReputationView>> {
    let reputation = &caller.shared.reputation;
    let score = reputation.score(domain.organisation, &domain.name).await?;
    let history = reputation.history(domain.organisation, &domain.name, days.count()).await?;
    let factors = score.factors.into_iter().map(|factor| FactorView {
        cause: factor.cause,
        points: factor.points,
        seen: factor.seen,
        of: factor.of,
    });
    let history = history.into_iter().map(|day| ReputationDay {
        day: day.day.rfc3339(),
        sent: day.counts.sent,
        points: day.score.map(|score| score.points),
    });
    Ok(Json(ReputationView {
        points: score.points,
        says_little: score.says_little,
        factors: factors.collect(),
        history: history.collect(),
    }))
}
