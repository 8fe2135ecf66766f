//! From a lamp to what would mend it: records to write where the zone is ours, lines to copy where it is not.

use std::collections::BTreeSet;

use wire_trust::dmarc;
use wire_trust::spf;
use world::{RData, RecordType};

use super::judge::{is_same, same_uri, text};
use super::remark::{Light, Says};
use super::{Check, Expectation, Lamp, Wanted};
use crate::entities::NewRecord;
use crate::kind::quoted;

/// What mends a lamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// One change of the zone here.
    Write {
        /// What is in the way, as absolute name, type and data.
        remove: Vec<Line>,
        /// What is to come, with absolute owners.
        add: Vec<NewRecord>,
    },
    /// The zone here begins to sign its answers.
    Sign,
    /// What somebody has to do elsewhere, as lines of a zone file.
    Copy {
        /// What must go.
        remove: Vec<Line>,
        /// What must come.
        add: Vec<Line>,
    },
}

/// A record as a line of a zone file has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The whole name, without the final dot.
    pub name: String,
    /// The type.
    pub kind: String,
    /// The data in presentation form.
    pub data: String,
}

impl Line {
    /// The line of a record; text in quotes and cut to strings of 255 octets (RFC 1035 §5.1).
    pub(super) fn of(name: &str, record: &RData) -> Line {
        match text(record) {
            Some(text) => Line::of_text(name, &text),
            None => Line {
                name: name.to_owned(),
                kind: record.record_type().to_string(),
                data: record.to_string(),
            },
        }
    }

    /// The line of a TXT record.
    pub(super) fn of_text(name: &str, text: &str) -> Line {
        Line { name: name.to_owned(), kind: "TXT".to_owned(), data: quoted(text.as_bytes()) }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}. IN {} {}", self.name, self.kind, self.data)
    }
}

/// What stands at a name now: in the zone if it is ours, otherwise in the DNS.
pub(super) type Present = Vec<(String, RData)>;

/// What would mend `lamp`; `None` if nothing needs to, or if no record can.
pub fn fix(lamp: &Lamp, expectation: &Expectation, present: &Present) -> Option<Fix> {
    if matches!(lamp.light, Light::Good | Light::Off) {
        return None;
    }
    let says = |says: Says| lamp.remarks.iter().any(|remark| remark.says == says);
    let (remove, add) = match lamp.check {
        Check::Spf => {
            let is_meant = |text: &str| spf::Record::is_meant(text.as_bytes());
            one_text(expectation, &spf_text(expectation, present)?, present, Check::Spf, is_meant)
        }
        Check::Dmarc => {
            let is_meant = |text: &str| dmarc::Record::is_meant(text.as_bytes());
            let wish = dmarc_text(expectation, present)?;
            let (remove, mut add) = one_text(expectation, &wish, present, Check::Dmarc, is_meant);
            let permissions = expectation.report_permissions().filter(|wanted| !is_present(wanted, present));
            add.extend(permissions.map(|wanted| wanted.record.clone()));
            (remove, add)
        }
        Check::Mx | Check::Dkim | Check::MtaSts | Check::Dane | Check::Autoconfig => {
            replaced(expectation, lamp.check, present)
        }
        Check::Dnssec => {
            let zone = expectation.zone.as_ref()?;
            if says(Says::NotSigned) || says(Says::DsWithoutKey) {
                return Some(Fix::Sign);
            }
            let ds =
                |data: &String| Line { name: zone.name.clone(), kind: "DS".to_owned(), data: data.clone() };
            return Some(Fix::Copy { remove: Vec::new(), add: zone.ds.iter().map(ds).collect() });
        }
        Check::Reverse => {
            let add = expectation.addresses.iter().map(|ip| Line {
                name: world::Name::from(*ip).to_ascii().trim_end_matches('.').to_owned(),
                kind: "PTR".to_owned(),
                data: format!("{}.", expectation.hostname),
            });
            return Some(Fix::Copy { remove: Vec::new(), add: add.collect() });
        }
        Check::Helo => {
            let add = expectation.addresses.iter().map(|ip| Line {
                name: expectation.hostname.to_string(),
                kind: if ip.is_ipv4() { "A" } else { "AAAA" }.to_owned(),
                data: ip.to_string(),
            });
            return Some(Fix::Copy { remove: Vec::new(), add: add.collect() });
        }
        Check::BlockLists | Check::Certificate => return None,
    };
    if remove.is_empty() && add.is_empty() {
        return None;
    }
    Some(match &expectation.zone {
        Some(zone) if add.iter().all(|record| is_within(&record.owner, &zone.name)) => {
            Fix::Write { remove, add }
        }
        _ => Fix::Copy { remove, add: add.iter().map(as_line).collect() },
    })
}

fn is_within(owner: &str, zone: &str) -> bool {
    let owner = owner.trim_end_matches('.');
    zone.is_empty() || owner == zone || owner.strip_suffix(zone).is_some_and(|above| above.ends_with('.'))
}

fn as_line(record: &NewRecord) -> Line {
    Line {
        name: record.owner.trim_end_matches('.').to_owned(),
        kind: record.kind.clone(),
        data: record.data.clone(),
    }
}

/// The wanted records of `check` that are absent, and what stands in their place.
fn replaced(expectation: &Expectation, check: Check, present: &Present) -> (Vec<Line>, Vec<NewRecord>) {
    let wanted: Vec<&Wanted> = expectation.of(check).collect();
    let is_wanted = |name: &str, data: &RData| {
        wanted.iter().any(|wanted| wanted.name == name && is_same(&wanted.data, data))
    };
    let sets: BTreeSet<(&str, u16)> =
        wanted.iter().map(|wanted| (wanted.name.as_str(), wanted.kind().into())).collect();
    let is_in_the_way = |name: &str, data: &RData| match data.record_type() {
        // RFC 1034 §3.6.2: an alias tolerates nothing beside it.
        RecordType::CNAME => sets.iter().any(|(set, _)| *set == name),
        kind => sets.contains(&(name, kind.into())) || sets.contains(&(name, RecordType::CNAME.into())),
    };
    let remove = present
        .iter()
        .filter(|(name, data)| is_in_the_way(name, data) && !is_wanted(name, data))
        .map(|(name, data)| Line::of(name, data))
        .collect();
    let add = wanted
        .iter()
        .filter(|wanted| !is_present(wanted, present))
        .map(|wanted| wanted.record.clone())
        .collect();
    (remove, add)
}

fn is_present(wanted: &Wanted, present: &Present) -> bool {
    present.iter().any(|(name, data)| *name == wanted.name && is_same(data, &wanted.data))
}

/// `wish` in the place of all texts that mean the same.
fn one_text(
    expectation: &Expectation,
    wish: &str,
    present: &Present,
    check: Check,
    is_meant: impl Fn(&str) -> bool,
) -> (Vec<Line>, Vec<NewRecord>) {
    let Some(wanted) = expectation.of(check).next() else { return Default::default() };
    let here = present.iter().filter(|(name, _)| *name == wanted.name);
    let others = here.filter_map(|(name, data)| Some((name, data, text(data)?)));
    let (same, others): (Vec<_>, Vec<_>) =
        others.filter(|(_, _, text)| is_meant(text)).partition(|(_, _, text)| text == wish);
    let remove = others.iter().map(|(name, data, _)| Line::of(name, data)).collect();
    let add = match same.is_empty() {
        true => vec![NewRecord { data: quoted(wish.as_bytes()), ..wanted.record.clone() }],
        false => Vec::new(),
    };
    (remove, add)
}

/// Ours with what the records that stand there allow besides: our mechanisms first, our qualifier (R122).
/// Records that cannot be read are dropped.
fn spf_text(expectation: &Expectation, present: &Present) -> Option<String> {
    let wanted = expectation.of(Check::Spf).next()?;
    let ours = text(&wanted.data)?;
    let ours = spf::Record::parse(&ours).ok()?;
    let others = present.iter().filter(|(name, _)| *name == wanted.name).filter_map(|(_, data)| text(data));
    let others = others.filter(|text| spf::Record::is_meant(text.as_bytes()));
    let others: Vec<spf::Record> = others.filter_map(|text| spf::Record::parse(&text).ok()).collect();
    Some(spf::merge(&ours, &others).to_string())
}

/// The record that stands there, made strict enough and reporting to us; ours if there is none that holds.
fn dmarc_text(expectation: &Expectation, present: &Present) -> Option<String> {
    let wanted = expectation.of(Check::Dmarc).next()?;
    let our_text = text(&wanted.data)?;
    let ours = dmarc::Record::parse(&our_text).ok()?;
    let here = present.iter().filter(|(name, _)| *name == wanted.name).filter_map(|(_, data)| text(data));
    let meant: Vec<String> = here.filter(|text| dmarc::Record::is_meant(text.as_bytes())).collect();
    let [only] = meant.as_slice() else { return Some(our_text) };
    let Ok(mut record) = dmarc::Record::parse(only) else { return Some(our_text) };
    record.policy = record.policy.max(ours.policy);
    record.percent = 100;
    for uri in ours.reports_to {
        if !record.reports_to.iter().any(|given| same_uri(given, &uri)) {
            record.reports_to.push(uri);
        }
    }
    Some(record.to_string())
}
