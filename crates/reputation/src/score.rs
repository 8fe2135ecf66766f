//! The score: pure, so that every point can be explained.

use serde::{Deserialize, Serialize};

use crate::limits;

/// What was seen of a domain on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Recipients elsewhere of letters that the domain's users submitted.
    pub sent: i64,
    /// Of these, refused as spam or by policy.
    pub policy_bounces: i64,
    /// Refused because there is no such recipient.
    pub unknown_bounces: i64,
    /// Complaints of recipients.
    pub complaints: i64,
    /// Letters of our own sources that failed DMARC, as others report.
    pub authentication_failures: i64,
    /// Letters to addresses that nobody has a reason to write to.
    pub trap_hits: i64,
    /// Recipients in the busiest hour.
    pub busiest_hour: i64,
}

/// What a factor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Servers refused letters as spam or by policy.
    PolicyBounces,
    /// Recipients did not exist.
    UnknownRecipients,
    /// Recipients complained.
    Complaints,
    /// Letters failed DMARC at others.
    AuthenticationFailures,
    /// Traps were written to.
    TrapHits,
    /// Much more was sent than usual.
    Burst,
}

/// What took points away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// What it is about.
    pub cause: Cause,
    /// The points that it costs.
    pub points: i64,
    /// How often it was seen in the days that count.
    pub seen: i64,
    /// Of how many.
    pub of: i64,
}

/// A domain's score: 100 is spotless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub points: i64,
    /// What took points away, the most first.
    pub factors: Vec<Factor>,
    /// So little was sent that the score says little.
    pub says_little: bool,
}

/// The score that follows from the last days; `days[0]` is the day itself, `days[1]` the one before it, and so on.
pub fn score(days: &[Counts]) -> Score {
    let weighted = |of: fn(&Counts) -> i64| -> f64 {
        let weights = (0..).map(|age| 0.5f64.powf(f64::from(age) / limits::HALF_LIFE_DAYS));
        days.iter().zip(weights).map(|(day, weight)| of(day) as f64 * weight).sum()
    };
    let total = |of: fn(&Counts) -> i64| days.iter().map(of).fold(0i64, i64::saturating_add);
    let sent = weighted(|day| day.sent);
    let of = total(|day| day.sent);
    let rate = |cause, count: fn(&Counts) -> i64, most: f64, full_at: f64| {
        let least = if cause == Cause::Complaints { limits::COMPLAINTS_OF_AT_LEAST } else { limits::LITTLE };
        let points = (weighted(count) / sent.max(least) / full_at).min(1.0) * most;
        Factor { cause, points: points.round() as i64, seen: total(count), of }
    };
    let traps = (weighted(|day| day.trap_hits) * limits::TRAP_POINTS).min(limits::TRAPS_POINTS);
    let mut factors = vec![
        rate(Cause::PolicyBounces, |day| day.policy_bounces, limits::POLICY_POINTS, 0.1),
        rate(Cause::UnknownRecipients, |day| day.unknown_bounces, limits::UNKNOWN_POINTS, 0.2),
        rate(Cause::Complaints, |day| day.complaints, limits::COMPLAINT_POINTS, 0.003),
        rate(
            Cause::AuthenticationFailures,
            |day| day.authentication_failures,
            limits::AUTHENTICATION_POINTS,
            0.2,
        ),
        Factor { cause: Cause::TrapHits, points: traps.round() as i64, seen: total(|day| day.trap_hits), of },
    ];
    factors.extend(burst(days));
    factors.retain(|factor| factor.points > 0);
    factors.sort_by_key(|factor| (-factor.points, factor.cause));
    let lost: i64 = factors.iter().map(|factor| factor.points).sum();
    Score { points: (100 - lost).clamp(0, 100), factors, says_little: sent < limits::LITTLE }
}

/// The worst burst of the days: its busiest hour beside the usual day's, half forgiven after a week.
fn burst(days: &[Counts]) -> Option<Factor> {
    let worst = |(age, day): (usize, &Counts)| {
        let others = days.iter().enumerate().filter(|(other, day)| *other != age && day.busiest_hour > 0);
        let others: Vec<i64> = others.map(|(_, day)| day.busiest_hour).collect();
        let usual = match others.len() {
            // A domain that has not sent on any other day has no usual one; a first mailing is a burst all the same.
            0 => limits::BURST_MINIMUM as f64 / limits::BURST_FACTOR,
            count => others.iter().sum::<i64>() as f64 / count as f64,
        };
        let usual = usual.max(limits::BURST_MINIMUM as f64 / limits::BURST_FACTOR);
        let excess = day.busiest_hour as f64 / (usual * limits::BURST_FACTOR);
        if day.busiest_hour < limits::BURST_MINIMUM || excess < 1.0 {
            return None;
        }
        let forgiven = 0.5f64.powf(age as f64 / limits::HALF_LIFE_DAYS);
        let points = (limits::BURST_POINTS * (excess / 4.0).min(1.0) * forgiven).round() as i64;
        Some(Factor { cause: Cause::Burst, points, seen: day.busiest_hour, of: usual.round() as i64 })
    };
    days.iter().enumerate().filter_map(worst).max_by_key(|factor| factor.points)
}
