//! SMTP TLS reports (RFC 8460 §4): a value, read from JSON and written to it.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::capped::{capped, one_or_many};
use crate::limits::{FAILURES_LIMIT, POLICIES_LIMIT, POLICY_LINES};
use crate::{Unreadable, kept};

/// A report about connections to a domain's mail servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TlsReport {
    /// Who connected.
    #[serde(default)]
    pub organization_name: String,
    /// The period.
    pub date_range: DateRange,
    /// Whom to ask.
    #[serde(default)]
    pub contact_info: String,
    /// The reporter's name for the report.
    pub report_id: String,
    /// What was seen, for each policy.
    #[serde(default, deserialize_with = "capped::<_, _, POLICIES_LIMIT>")]
    pub policies: Vec<TlsPolicyRow>,
}

/// RFC 8460 §4.3: date and time of RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DateRange {
    /// The beginning.
    pub start_datetime: String,
    /// The end.
    pub end_datetime: String,
}

/// What was seen under one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TlsPolicyRow {
    /// The policy.
    pub policy: TlsPolicy,
    /// How many connections.
    #[serde(default)]
    pub summary: TlsSummary,
    /// What went wrong.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "capped::<_, _, FAILURES_LIMIT>"
    )]
    pub failure_details: Vec<TlsFailure>,
}

/// The policy that the connections followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TlsPolicy {
    /// `tlsa`, `sts`, `no-policy-found`.
    pub policy_type: String,
    /// Its lines.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "capped::<_, _, POLICY_LINES>"
    )]
    pub policy_string: Vec<String>,
    /// Whose it is.
    pub policy_domain: String,
    /// The names that it permits: a list, or one text where reporters take RFC 8460's example by its word.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_many::<_, POLICY_LINES>"
    )]
    pub mx_host: Vec<String>,
}

/// Counts of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct TlsSummary {
    /// Those that followed the policy.
    pub total_successful_session_count: u64,
    /// Those that did not.
    pub total_failure_session_count: u64,
}

/// Connections that failed alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TlsFailure {
    /// RFC 8460 §4.3: `starttls-not-supported`, `certificate-expired` and the like.
    pub result_type: String,
    /// Who connected.
    #[serde(default, skip_serializing_if = "String::is_empty", rename = "sending-mta-ip")]
    pub sending_mta_ip: String,
    /// Whereto.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub receiving_mx_hostname: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub receiving_ip: String,
    /// How many.
    #[serde(default)]
    pub failed_session_count: u64,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub additional_information: String,
    /// More about it, as a word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub failure_reason_code: String,
}

impl TlsReport {
    /// Reads a report; texts and lists are cut to their limits, lists while they are read.
    pub fn parse(json: &[u8]) -> Result<TlsReport, Unreadable> {
        let mut report: TlsReport =
            serde_json::from_slice(json).map_err(|error| Unreadable::Wrong(kept(&error.to_string())))?;
        let cut = |text: &mut String| *text = kept(text);
        cut(&mut report.organization_name);
        cut(&mut report.contact_info);
        cut(&mut report.report_id);
        for row in &mut report.policies {
            cut(&mut row.policy.policy_type);
            row.policy.policy_domain = kept(&row.policy.policy_domain.to_lowercase());
            row.policy.policy_string.iter_mut().for_each(cut);
            row.policy.mx_host.iter_mut().for_each(cut);
            for failure in &mut row.failure_details {
                for text in [
                    &mut failure.result_type,
                    &mut failure.sending_mta_ip,
                    &mut failure.receiving_mx_hostname,
                    &mut failure.receiving_ip,
                    &mut failure.additional_information,
                    &mut failure.failure_reason_code,
                ] {
                    cut(text);
                }
            }
        }
        if report.report_id.is_empty() || report.period().is_none() {
            return Err(Unreadable::Wrong("it lacks report-id or date-range".to_owned()));
        }
        Ok(report)
    }

    /// The report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("invariant: texts and numbers are JSON")
    }

    /// The period, if both ends are moments and in order.
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let begin = rfc3339(&self.date_range.start_datetime)?;
        let end = rfc3339(&self.date_range.end_datetime)?;
        (begin <= end).then_some((begin, end))
    }
}

/// A moment of RFC 3339 §5.6, with or without fractions, in any zone.
fn rfc3339(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok().filter(|n| *n >= 0);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_formed = text.get(4..5)? == "-" && text.get(7..8)? == "-" && text.get(13..14)? == ":";
    if !is_formed || !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    let zone = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset_minutes = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') => 0,
        Some(sign @ (b'+' | b'-')) => {
            let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if *sign == b'+' { minutes } else { -minutes }
        }
        Some(_) => return None,
    };
    // Howard Hinnant's days_from_civil, as model::Timestamp::civil the other way round.
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second.min(59) - offset_minutes * 60;
    Some(Timestamp(seconds * 1000))
}
