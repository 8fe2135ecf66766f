//! What a domain asks for letters in its name that nobody vouches for (RFC 7489 §6.3).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fault, Tags, limits};

/// What to do with a letter that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Nothing but reports.
    #[default]
    None,
    /// Doubt it.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl Policy {
    fn read(tags: &Tags<'_>, name: &str) -> Result<Option<Policy>, Fault> {
        match tags.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("none") => Ok(Some(Policy::None)),
            Some("quarantine") => Ok(Some(Policy::Quarantine)),
            Some("reject") => Ok(Some(Policy::Reject)),
            Some(_) => Err(tags.fault(name, "the policy is none, quarantine or reject")),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Policy::None => "none",
            Policy::Quarantine => "quarantine",
            Policy::Reject => "reject",
        })
    }
}

/// How the domain of SPF or DKIM must fit that of From (RFC 7489 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// The organisational domain is the same.
    #[default]
    Relaxed,
    /// The domain is the same.
    Strict,
}

impl Alignment {
    /// `r` or `s`.
    pub fn letter(self) -> char {
        match self {
            Alignment::Relaxed => 'r',
            Alignment::Strict => 's',
        }
    }
}

/// The TXT record of `_dmarc.<domain>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// p: for the domain itself.
    pub policy: Policy,
    /// sp: for the domains below it; `None` means the same.
    pub subdomains: Option<Policy>,
    /// np of DMARCbis: for names below it that do not exist.
    pub nonexistent: Option<Policy>,
    /// adkim.
    pub dkim_alignment: Alignment,
    /// aspf.
    pub spf_alignment: Alignment,
    /// pct: the part of letters to which the policy applies.
    pub percent: u8,
    /// t=y of DMARCbis: the domain is testing, one step milder is asked for.
    pub is_testing: bool,
    /// psd of DMARCbis: `Some(true)` for a public suffix, `Some(false)` for an organisational domain.
    pub is_public_suffix: Option<bool>,
    /// rua: URIs for aggregate reports, with their size limits (`!10m`) as written.
    pub reports_to: Vec<String>,
    /// ruf: URIs for reports about single letters, which we do not send.
    pub failures_to: Vec<String>,
    /// fo: when those are wanted.
    pub failure_options: String,
    /// ri: the interval wanted.
    pub interval_seconds: u32,
}

impl Default for Record {
    fn default() -> Record {
        Record {
            policy: Policy::None,
            subdomains: None,
            nonexistent: None,
            dkim_alignment: Alignment::Relaxed,
            spf_alignment: Alignment::Relaxed,
            percent: 100,
            is_testing: false,
            is_public_suffix: None,
            reports_to: Vec::new(),
            failures_to: Vec::new(),
            failure_options: "0".to_owned(),
            interval_seconds: 86_400,
        }
    }
}

impl Record {
    /// Reads the record. Unknown tags are skipped; everything else that is wrong is a fault, for whoever
    /// writes records. A receiver uses [`Record::receive`].
    pub fn parse(text: &str) -> Result<Record, Fault> {
        Record::read(text, true)
    }

    /// Reads the record as a receiver must: what is wrong beside v and p counts as absent (RFC 7489 §6.3),
    /// and a wrong p with a usable rua means none (§6.6.3).
    pub fn receive(text: &str) -> Result<Record, Fault> {
        Record::read(text, false)
    }

    /// Whether a TXT record means to be one (RFC 7489 §6.6.3: others are discarded).
    pub fn is_meant(text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(b"v") else { return false };
        let rest = rest.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii_start);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(b"DMARC1")) else { return false };
        matches!(rest.trim_ascii_start().first(), None | Some(b';'))
    }

    fn read(text: &str, is_strict: bool) -> Result<Record, Fault> {
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "DMARC1")) {
            return Err(Fault::new(0, "v", "a DMARC record begins with v=DMARC1"));
        }
        let lenient = |fault: Result<Option<Policy>, Fault>| match fault {
            Err(_) if !is_strict => Ok(None),
            other => other,
        };
        let mut record = Record::default();
        let uris = |name: &str| {
            let uris = tags.get(name).unwrap_or_default().split(',').map(str::trim);
            let uris = uris.filter(|uri| !uri.is_empty()).take(limits::REPORT_ADDRESS_LIMIT);
            let (good, bad): (Vec<&str>, Vec<&str>) = uris.partition(|uri| {
                uri.split_once(':').is_some_and(|(scheme, rest)| {
                    scheme.bytes().all(|octet| octet.is_ascii_alphanumeric()) && !rest.is_empty()
                })
            });
            match bad.is_empty() || !is_strict {
                true => Ok(good.into_iter().map(str::to_owned).collect::<Vec<_>>()),
                false => Err(tags.fault(name, "a report's address begins with mailto:")),
            }
        };
        record.reports_to = uris("rua")?;
        record.failures_to = uris("ruf")?;
        record.policy = match Policy::read(&tags, "p") {
            Ok(Some(policy)) => policy,
            // RFC 7489 §6.6.3, item 6.
            _ if !is_strict && !record.reports_to.is_empty() => Policy::None,
            Ok(None) => return Err(tags.fault("p", "the tag p with the policy is missing")),
            Err(fault) => return Err(fault),
        };
        record.subdomains = lenient(Policy::read(&tags, "sp"))?;
        record.nonexistent = lenient(Policy::read(&tags, "np"))?;
        let alignment = |name: &str| match tags.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("r") => Ok(Alignment::Relaxed),
            Some("s") => Ok(Alignment::Strict),
            Some(_) if !is_strict => Ok(Alignment::Relaxed),
            Some(_) => Err(tags.fault(name, "the alignment is r (relaxed) or s (strict)")),
        };
        record.dkim_alignment = alignment("adkim")?;
        record.spf_alignment = alignment("aspf")?;
        record.percent = match tags.get("pct").map(str::parse::<u8>) {
            None => 100,
            Some(Ok(percent)) if percent <= 100 => percent,
            Some(_) if !is_strict => 100,
            Some(_) => return Err(tags.fault("pct", "the percentage is a number from 0 to 100")),
        };
        record.is_testing = tags.get("t") == Some("y");
        record.is_public_suffix = match tags.get("psd") {
            Some("y") => Some(true),
            Some("n") => Some(false),
            _ => None,
        };
        if let Some(options) = tags.get("fo") {
            let is_known = options.split(':').all(|option| matches!(option.trim(), "0" | "1" | "d" | "s"));
            match (is_known, is_strict) {
                (true, _) => record.failure_options = options.to_owned(),
                (false, true) => {
                    return Err(tags.fault("fo", "the options are 0, 1, d and s, with colons between"));
                }
                (false, false) => {}
            }
        }
        match tags.get("ri").map(str::parse::<u32>) {
            None => {}
            Some(Ok(seconds)) => record.interval_seconds = seconds,
            Some(Err(_)) if !is_strict => {}
            Some(Err(_)) => return Err(tags.fault("ri", "the interval is a number of seconds")),
        }
        Ok(record)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DMARC1; p={}", self.policy)?;
        if let Some(policy) = self.subdomains {
            write!(f, "; sp={policy}")?;
        }
        if let Some(policy) = self.nonexistent {
            write!(f, "; np={policy}")?;
        }
        for (name, alignment) in [("adkim", self.dkim_alignment), ("aspf", self.spf_alignment)] {
            if alignment != Alignment::Relaxed {
                write!(f, "; {name}={}", alignment.letter())?;
            }
        }
        if self.percent != 100 {
            write!(f, "; pct={}", self.percent)?;
        }
        if self.is_testing {
            write!(f, "; t=y")?;
        }
        if let Some(is_public_suffix) = self.is_public_suffix {
            write!(f, "; psd={}", if is_public_suffix { 'y' } else { 'n' })?;
        }
        for (name, uris) in [("rua", &self.reports_to), ("ruf", &self.failures_to)] {
            if !uris.is_empty() {
                write!(f, "; {name}={}", uris.join(","))?;
            }
        }
        if self.failure_options != "0" {
            write!(f, "; fo={}", self.failure_options)?;
        }
        if self.interval_seconds != 86_400 {
            write!(f, "; ri={}", self.interval_seconds)?;
        }
        Ok(())
    }
}
