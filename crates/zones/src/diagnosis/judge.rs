//! From what was found to lamps; asks nobody.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::{Domain, Timestamp};
use trust::limits::{SPF_LOOKUP_LIMIT, SPF_VOID_LIMIT};
use trust::spf::{Branch, Count, Problem};
use wire_trust::spf::Qualifier;
use wire_trust::{dmarc, mta_sts, spf};
use world::{LookupError, RData, RecordType};

use super::remark::{Remark, Says};
use super::{Check, Expectation, Lamp, Line, Wanted};

/// How long before its end a certificate is worth a warning.
const CERTIFICATE_WARNING: std::time::Duration = std::time::Duration::from_secs(14 * 86_400);

/// The records of a name and type.
pub type Answer = Result<Vec<RData>, LookupError>;

/// The MTA-STS policy as it was fetched, or why not.
pub type Policy = Result<mta_sts::Policy, String>;

/// The certificate that our doors show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The names that it holds for.
    pub names: Vec<String>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether this installation's own authority made it.
    pub is_own: bool,
}

impl Certificate {
    fn holds_for(&self, host: &str) -> bool {
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            // RFC 6125 §6.4.3: one label.
            Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
            None => name.eq_ignore_ascii_case(host),
        })
    }
}

/// What a block list says of an address or of the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAnswer {
    /// The list's name.
    pub list: String,
    /// The address or domain.
    pub subject: String,
    /// The code and the reason if listed; `Ok(None)` if not; `Err` if the list does not answer us.
    pub answer: Result<Option<String>, String>,
}

/// Everything that was looked up.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// By name (lower case, without the final dot) and type.
    pub answers: BTreeMap<(String, RecordType), Answer>,
    /// The names of our addresses.
    pub pointers: BTreeMap<IpAddr, Result<Vec<String>, LookupError>>,
    /// The addresses of those names, and of the name that we greet with.
    pub addresses: BTreeMap<String, Result<Vec<IpAddr>, LookupError>>,
    /// The SPF record and those that it leads to.
    pub spf: Option<Count>,
    /// The policy; `None` if no record announces one.
    pub policy: Option<Policy>,
    /// Ours.
    pub certificate: Option<Certificate>,
    /// Block lists; empty where none is switched on.
    pub lists: Vec<ListAnswer>,
}

impl Findings {
    fn answer(&self, name: &str, kind: RecordType) -> Answer {
        let asked = self.answers.get(&(name.to_owned(), kind));
        asked.cloned().unwrap_or_else(|| Err(LookupError::NoRecords(name.to_owned())))
    }

    fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, Remark> {
        match self.answer(name, kind) {
            Ok(records) => Ok(records),
            Err(error) if error.is_void() => Ok(Vec::new()),
            Err(error) => Err(Remark::unanswered(&error)),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Remark> {
        let records = self.records(name, RecordType::TXT)?;
        Ok(records.iter().filter_map(text).collect())
    }
}

/// The text of a TXT record, its strings joined.
pub(super) fn text(record: &RData) -> Option<String> {
    match record {
        RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
        _ => None,
    }
}

/// Whether two records say the same; texts are compared joined, however they were cut.
pub(super) fn is_same(one: &RData, other: &RData) -> bool {
    match (text(one), text(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A line of a zone file.
fn line(name: &str, record: &RData) -> String {
    Line::of(name, record).to_string()
}

fn text_line(name: &str, text: &str) -> String {
    Line::of_text(name, text).to_string()
}

/// A lamp while it is being made.
struct Making {
    found: Vec<String>,
    expected: Vec<String>,
    remarks: Vec<Remark>,
}

impl Making {
    fn new(expectation: &Expectation, check: Check) -> Making {
        Making {
            found: Vec::new(),
            expected: expectation.of(check).map(Wanted::line).collect(),
            remarks: Vec::new(),
        }
    }

    fn say(&mut self, says: Says, what: impl Into<String>) {
        self.remarks.push(Remark::new(says, what));
    }

    fn find(&mut self, name: &str, records: &[RData]) {
        self.found.extend(records.iter().map(|record| line(name, record)));
    }

    fn end(mut self, check: Check) -> Lamp {
        if self.remarks.is_empty() {
            self.say(Says::Right, "");
        }
        let light = self.remarks.iter().map(Remark::light).max().unwrap_or(super::Light::Off);
        Lamp { check, light, found: self.found, expected: self.expected, remarks: self.remarks, fix: None }
    }
}

/// The lamps, in the order of [`Check::EACH`], still without what would mend them.
pub fn judge(expectation: &Expectation, findings: &Findings, now: Timestamp) -> Vec<Lamp> {
    Check::EACH
        .into_iter()
        .map(|check| {
            let mut making = Making::new(expectation, check);
            let done = match check {
                Check::Mx => mx(expectation, findings, &mut making),
                Check::Spf => spf(expectation, findings, &mut making),
                Check::Dkim => dkim(expectation, findings, &mut making),
                Check::Dmarc => dmarc(expectation, findings, &mut making),
                Check::MtaSts => mta_sts(expectation, findings, &mut making),
                Check::Dane => dane(expectation, findings, &mut making),
                Check::Dnssec => dnssec(expectation, findings, &mut making),
                Check::Autoconfig => autoconfig(expectation, findings, &mut making),
                Check::Reverse => reverse(expectation, findings, &mut making),
                Check::Helo => helo(expectation, findings, &mut making),
                Check::BlockLists => block_lists(findings, &mut making),
                Check::Certificate => certificate(expectation, findings, now, &mut making),
            };
            if let Err(trouble) = done {
                making.remarks.push(trouble);
            }
            making.end(check)
        })
        .collect()
}

type Done = Result<(), Remark>;

fn mx(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let domain = expectation.domain.as_str();
    let records = findings.records(domain, RecordType::MX)?;
    making.find(domain, &records);
    let ours: Vec<&str> = expectation.exchangers.iter().map(Domain::as_str).collect();
    let mut is_ours = false;
    let mut elsewhere = Vec::new();
    for record in &records {
        let RData::MX(mx) = record else { continue };
        let host = host_text(&mx.exchange.to_ascii());
        if mx.exchange.is_root() {
            making.say(Says::NullMx, "");
        } else if ours.contains(&host.as_str()) {
            is_ours = true;
        } else {
            elsewhere.push(host);
        }
    }
    if records.is_empty() {
        making.say(Says::Missing, "MX");
    } else if !elsewhere.is_empty() {
        making.say(if is_ours { Says::MxAlsoElsewhere } else { Says::MxElsewhere }, elsewhere.join(", "));
    }
    not_delegated(expectation, findings, making)
}

/// A zone here that nobody asks: everything written into it is in vain.
fn not_delegated(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let Some(zone) = &expectation.zone else { return Ok(()) };
    let servers: Vec<String> = findings
        .records(&zone.name, RecordType::NS)?
        .iter()
        .filter_map(|record| match record {
            RData::NS(name) => Some(host_text(&name.0.to_ascii())),
            _ => None,
        })
        .collect();
    if !servers.is_empty() && !servers.iter().any(|server| zone.name_servers.contains(server)) {
        making.say(Says::NotDelegated, servers.join(", "));
    }
    Ok(())
}

fn spf(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let domain = expectation.domain.as_str();
    let mut records = findings.texts(domain)?;
    records.retain(|text| spf::Record::is_meant(text.as_bytes()));
    making.found.extend(records.iter().map(|text| text_line(domain, text)));
    match records.len() {
        0 => making.say(Says::Missing, "SPF"),
        1 => {
            if let Some(count) = &findings.spf {
                spf_record(expectation, count, making);
            }
        }
        several => making.say(Says::SpfSeveral, several.to_string()),
    }
    Ok(())
}

fn spf_record(expectation: &Expectation, count: &Count, making: &mut Making) {
    let mut is_complete = true;
    for problem in &count.problems {
        match problem {
            // The counter and the end of the record say these below.
            Problem::TooManyLookups(_) | Problem::TooManyVoids(_) | Problem::Remark(..) => continue,
            Problem::Later(_) => is_complete = false,
            _ => {}
        }
        making.remarks.push(Remark::of_spf(problem, expectation.domain.as_str()));
    }
    let too_many = count.lookups > SPF_LOOKUP_LIMIT;
    making.say(if too_many { Says::SpfTooManyLookups } else { Says::SpfUsed }, count.lookups.to_string());
    if count.void_lookups > SPF_VOID_LIMIT {
        making.say(Says::SpfTooManyVoids, count.void_lookups.to_string());
    }
    if let Some(host) = &expectation.spf_host
        && is_complete
        && !leads_to(&count.tree, host)
    {
        making.say(Says::SpfWithoutUs, format!("include:{host}"));
    }
    match last_qualifier(&count.tree) {
        // Without `all` the outcome is neutral (RFC 7208 §4.7).
        None => making.say(Says::SpfSoft, "?all"),
        Some(Qualifier::Pass) => making.say(Says::SpfAllowsAll, ""),
        Some(Qualifier::Fail) => {}
        Some(soft) => making.say(Says::SpfSoft, format!("{}all", soft.sign())),
    }
}

fn leads_to(branch: &Branch, host: &str) -> bool {
    branch.domain == host || branch.branches.iter().any(|below| leads_to(below, host))
}

/// The qualifier of `all`, of the record itself or of the one that it redirects to.
fn last_qualifier(branch: &Branch) -> Option<Qualifier> {
    let record = spf::Record::parse(branch.record.as_deref()?).ok()?;
    let redirected = branch.branches.iter().find(|below| below.term.starts_with("redirect="));
    record.all().or_else(|| redirected.and_then(last_qualifier))
}

fn dkim(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    if expectation.of(Check::Dkim).next().is_none() {
        making.say(Says::DkimNoKey, "");
    }
    for wanted in expectation.of(Check::Dkim) {
        let records = findings.records(&wanted.name, RecordType::TXT)?;
        making.find(&wanted.name, &records);
        let key = text(&wanted.data).as_deref().and_then(public_key);
        let keys: Vec<Option<String>> =
            records.iter().filter_map(text).map(|text| public_key(&text)).collect();
        if keys.is_empty() {
            let is_successor = expectation.successors.contains(&wanted.name);
            let says = if is_successor { Says::DkimNotSeenYet } else { Says::DkimMissing };
            making.say(says, &wanted.name);
        } else if keys.len() > 1 || keys[0] != key {
            making.say(Says::DkimDiffers, &wanted.name);
        }
    }
    Ok(())
}

/// The `p=` of a DKIM record, without white space; other tags may differ without harm.
fn public_key(text: &str) -> Option<String> {
    let tag = text.split(';').find_map(|tag| tag.trim().strip_prefix("p=").map(str::to_owned))?;
    Some(tag.split_whitespace().collect())
}

fn dmarc(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    dmarc_record(expectation, findings, making)?;
    for permission in expectation.report_permissions() {
        let mut texts = findings.texts(&permission.name)?;
        texts.retain(|text| dmarc::Record::is_meant(text.as_bytes()));
        making.found.extend(texts.iter().map(|text| text_line(&permission.name, text)));
        if texts.is_empty() {
            making.say(Says::DmarcReportsRefused, &permission.name);
        }
    }
    Ok(())
}

fn dmarc_record(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let name = format!("_dmarc.{}", expectation.domain);
    let mut records = findings.texts(&name)?;
    records.retain(|text| dmarc::Record::is_meant(text.as_bytes()));
    making.found.extend(records.iter().map(|text| text_line(&name, text)));
    let record = match records.as_slice() {
        [] => {
            making.say(Says::Missing, "DMARC");
            return Ok(());
        }
        [record] => record,
        several => {
            making.say(Says::DmarcSeveral, several.len().to_string());
            return Ok(());
        }
    };
    let record = match dmarc::Record::parse(record) {
        Ok(record) => record,
        Err(fault) => {
            making.say(Says::DmarcWrong, fault.to_string());
            return Ok(());
        }
    };
    if record.policy == dmarc::Policy::None {
        making.say(Says::DmarcNone, "");
    } else if record.percent < 100 {
        making.say(Says::DmarcPart, record.percent.to_string());
    }
    for ours in expectation.of(Check::Dmarc).filter(|wanted| wanted.name == name) {
        let Some(ours) = text(&ours.data) else { continue };
        let Ok(ours) = dmarc::Record::parse(&ours) else { continue };
        for uri in &ours.reports_to {
            if !record.reports_to.iter().any(|given| same_uri(given, uri)) {
                making.say(Says::DmarcReportsElsewhere, format!("rua={uri}"));
            }
        }
    }
    Ok(())
}

/// Whether two report addresses are the same, whatever their size limits.
pub(super) fn same_uri(one: &str, other: &str) -> bool {
    let bare = |uri: &str| uri.split('!').next().unwrap_or(uri).to_ascii_lowercase();
    bare(one) == bare(other)
}

fn mta_sts(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let name = format!("_mta-sts.{}", expectation.domain);
    let mut records = findings.texts(&name)?;
    records.retain(|text| mta_sts::Record::is_meant(text.as_bytes()));
    making.found.extend(records.iter().map(|text| text_line(&name, text)));
    let [record] = records.as_slice() else {
        making.say(Says::WouldHelp, name);
        return Ok(());
    };
    if let Err(fault) = mta_sts::Record::parse(record) {
        making.say(Says::PolicyRecordWrong, fault.to_string());
        return Ok(());
    }
    let policy = match &findings.policy {
        None => return Ok(()),
        Some(Err(reason)) => {
            making.say(Says::PolicyUnreachable, reason);
            return Ok(());
        }
        Some(Ok(policy)) => policy,
    };
    making.found.push(format!("mode: {}; mx: {}", policy.mode, policy.mx.join(", ")));
    if policy.mode != mta_sts::Mode::Enforce {
        making.say(Says::PolicyTesting, policy.mode.to_string());
    }
    for host in &expectation.exchangers {
        if policy.mode != mta_sts::Mode::None && !policy.allows(host.as_str()) {
            making.say(Says::PolicyWithoutMx, host.as_str());
        }
    }
    Ok(())
}

fn dane(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let wanted: Vec<&Wanted> = expectation.of(Check::Dane).collect();
    if wanted.is_empty() {
        making.say(Says::DaneNotSigned, join(&expectation.exchangers));
        return Ok(());
    }
    let mut names: Vec<&str> = wanted.iter().map(|wanted| wanted.name.as_str()).collect();
    names.dedup();
    for name in names {
        let records = findings.records(name, RecordType::TLSA)?;
        making.find(name, &records);
        let fits =
            |record: &RData| wanted.iter().any(|wanted| wanted.name == name && is_same(&wanted.data, record));
        if records.is_empty() {
            making.say(Says::WouldHelp, format!("TLSA {name}"));
        } else if !records.iter().any(fits) {
            making.say(Says::DaneDiffers, name);
        }
    }
    Ok(())
}

fn dnssec(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let name = expectation.zone.as_ref().map_or(expectation.domain.as_str(), |zone| zone.name.as_str());
    let parent = findings.records(name, RecordType::DS)?;
    making.find(name, &parent);
    let Some(zone) = &expectation.zone else {
        if parent.is_empty() {
            making.say(Says::NotSigned, "");
        }
        return Ok(());
    };
    making.expected.extend(zone.ds.iter().map(|ds| format!("{name}. IN DS {ds}")));
    let is_ours = |record: &RData| {
        zone.ds.iter().any(|ds| RData::try_from_str(RecordType::DS, ds).is_ok_and(|ds| is_same(&ds, record)))
    };
    let parent_lines = || parent.iter().map(RData::to_string).collect::<Vec<_>>().join("; ");
    match (zone.is_signed, parent.is_empty()) {
        (false, true) => making.say(Says::NotSigned, ""),
        (false, false) => making.say(Says::DsWithoutKey, parent_lines()),
        (true, true) => making.say(Says::DsMissing, "DS"),
        (true, false) if !parent.iter().any(is_ours) => making.say(Says::DsDiffers, parent_lines()),
        (true, false) => {}
    }
    Ok(())
}

fn autoconfig(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let mut names: Vec<(&str, RecordType)> =
        expectation.of(Check::Autoconfig).map(|wanted| (wanted.name.as_str(), wanted.kind())).collect();
    names.sort_by(|one, other| (one.0, u16::from(one.1)).cmp(&(other.0, u16::from(other.1))));
    names.dedup();
    for (name, kind) in names {
        let records = findings.records(name, kind)?;
        making.find(name, &records);
        let is_wanted = |record: &RData| {
            expectation
                .of(Check::Autoconfig)
                .any(|wanted| wanted.name == name && is_same(&wanted.data, record))
        };
        if !records.iter().any(is_wanted) {
            making.say(Says::WouldHelp, format!("{kind} {name}"));
        }
    }
    Ok(())
}

fn reverse(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let public: Vec<IpAddr> = expectation.addresses.iter().copied().filter(is_public).collect();
    if public.is_empty() {
        making.say(Says::NoPublicAddress, join(&expectation.addresses));
        return Ok(());
    }
    for ip in public {
        making.expected.push(format!("{ip} PTR {}.", expectation.hostname));
        let names = match findings.pointers.get(&ip) {
            Some(Ok(names)) => names.as_slice(),
            Some(Err(error)) if !error.is_void() => {
                making.remarks.push(Remark::unanswered(error));
                continue;
            }
            _ => &[],
        };
        making.found.extend(names.iter().map(|name| format!("{ip} PTR {name}.")));
        let leads_back = |name: &&String| {
            findings
                .addresses
                .get(*name)
                .is_some_and(|found| found.as_ref().is_ok_and(|found| found.contains(&ip)))
        };
        if names.is_empty() {
            making.say(Says::PointerMissing, ip.to_string());
        } else if !names.iter().any(|name| leads_back(&name)) {
            making.say(Says::PointerNotConfirmed, names.join(", "));
        } else if !names.iter().any(|name| name == expectation.hostname.as_str()) {
            making.say(Says::PointerDiffers, names.join(", "));
        }
    }
    Ok(())
}

fn helo(expectation: &Expectation, findings: &Findings, making: &mut Making) -> Done {
    let name = expectation.hostname.as_str();
    making.expected.extend(expectation.addresses.iter().map(|ip| format!("{name} → {ip}")));
    match findings.addresses.get(name) {
        Some(Ok(found)) => {
            making.found.extend(found.iter().map(|ip| format!("{name} → {ip}")));
            if !expectation.addresses.is_empty() && !found.iter().any(|ip| expectation.addresses.contains(ip))
            {
                making.say(Says::HeloElsewhere, name);
            }
        }
        Some(Err(error)) if !error.is_void() => making.remarks.push(Remark::unanswered(error)),
        _ => making.say(Says::HeloWithoutAddress, name),
    }
    Ok(())
}

fn block_lists(findings: &Findings, making: &mut Making) -> Done {
    if findings.lists.is_empty() {
        making.say(Says::SwitchedOff, "");
    }
    for list in &findings.lists {
        match &list.answer {
            Ok(None) => making.found.push(format!("{}: {} is not listed", list.list, list.subject)),
            Ok(Some(why)) => making.say(Says::Listed, format!("{} at {} ({why})", list.subject, list.list)),
            Err(why) => making.say(Says::ListSilent, format!("{} ({why})", list.list)),
        }
    }
    Ok(())
}

fn certificate(expectation: &Expectation, findings: &Findings, now: Timestamp, making: &mut Making) -> Done {
    making.expected.extend(expectation.exchangers.iter().map(ToString::to_string));
    let Some(certificate) = &findings.certificate else {
        making.say(Says::SwitchedOff, "");
        return Ok(());
    };
    let ends = certificate.ends_at.rfc3339();
    making.found.push(format!("{}; until {ends}", certificate.names.join(", ")));
    for host in &expectation.exchangers {
        if !certificate.holds_for(host.as_str()) {
            making.say(Says::CertificateWithout, host.as_str());
        }
    }
    if certificate.ends_at <= now {
        making.say(Says::CertificateEnded, &ends);
    } else if certificate.ends_at.since(now) < CERTIFICATE_WARNING && !certificate.is_own {
        // Our own authority renews by itself.
        making.say(Says::CertificateEndsSoon, &ends);
    }
    if certificate.is_own {
        making.say(Says::OwnAuthority, "");
    }
    Ok(())
}

fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()),
        // fc00::/7 (RFC 4193) and fe80::/10.
        IpAddr::V6(v6) => {
            !(v6.is_loopback()
                || v6.is_unspecified()
                || v6.segments()[0] & 0xfe00 == 0xfc00
                || v6.segments()[0] & 0xffc0 == 0xfe80)
        }
    }
}

/// As host names are compared: lower case, without the final dot.
fn host_text(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn join<T: ToString>(things: &[T]) -> String {
    things.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}
