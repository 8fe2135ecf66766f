//! Entries that guide: a record as typed fields with plain words and consequences, and back to the record.
//!
//! The raw record stands beside it always: what the fields cannot say stays raw ([`Guided::read`] gives `None`).

mod explain;
mod presets;

use std::fmt;

use wire_trust::dkim::{KeyRecord, KeyType};
use wire_trust::spf;

use crate::entities::{NewRecord, RecordData};
use crate::error::ZoneError;
use crate::kind::{RecordKind, quoted, text_octets};

pub use explain::{Explanation, propagation};
pub use presets::{PRESETS, Preset, PresetEntry};
pub use wire_trust::bimi::Record as Bimi;
pub use wire_trust::dmarc::{Alignment, Policy, Record as Dmarc};

type Result<T> = std::result::Result<T, ZoneError>;

/// A record as fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Guided {
    /// Who may send.
    Spf(Spf),
    /// Where a service is.
    Srv(Srv),
    /// Where mail goes.
    Mx(Mx),
    /// A key that signs letters.
    Dkim(Dkim),
    /// What happens to forgeries.
    Dmarc {
        /// The domain that it holds for, relative to the zone: `@`.
        domain: String,
        /// The record.
        record: Dmarc,
    },
    /// Who may issue certificates.
    Caa(Caa),
    /// A picture beside letters.
    Bimi {
        /// The domain that it holds for, relative to the zone: `@`.
        domain: String,
        /// Which picture; `default` normally.
        selector: String,
        /// The record.
        record: Bimi,
    },
}

/// Who may send in the name of a domain (RFC 7208).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf {
    /// The domain, relative to the zone: `@`.
    pub domain: String,
    /// `include:…`, `ip4:…`, `mx`: whatever stands before the end, in order.
    pub sources: Vec<String>,
    /// What holds for everybody else: `-`, `~`, `?` or `+`; `None` where `redirect=` among the sources decides.
    pub others: Option<char>,
}

/// Where a service is (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Without its underscore: `imaps`.
    pub service: String,
    /// Without its underscore: `tcp`, `udp`, `tls`.
    pub protocol: String,
    /// The domain, relative to the zone: `@`.
    pub domain: String,
    /// Lower is tried first.
    pub priority: u16,
    /// The share among those of the same priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; `.` says that the service is not offered.
    pub target: String,
}

/// Where mail goes (RFC 5321 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx {
    /// The domain, relative to the zone: `@`.
    pub domain: String,
    /// Lower is tried first.
    pub priority: u16,
    /// The host, never an address; `.` says that the domain takes no mail.
    pub host: String,
}

/// A key that signs letters (RFC 6376 §3.6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dkim {
    /// The domain, relative to the zone: `@`.
    pub domain: String,
    /// The name of the key.
    pub selector: String,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// In base64; empty says that the key is revoked.
    pub public_key: String,
    /// Whether the domain is only trying (`t=y`).
    pub is_testing: bool,
}

/// Who may issue certificates (RFC 8659).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caa {
    /// The domain, relative to the zone: `@`.
    pub domain: String,
    /// Whether an authority that does not know the property must refuse.
    pub is_critical: bool,
    /// `issue`, `issuewild`, `issuemail`, `iodef`.
    pub property: String,
    /// `letsencrypt.org`; `;` is nobody; of `iodef` where to complain.
    pub value: String,
}

impl Guided {
    /// The fields of a record; `None` if it is of another kind, or says more than the fields can.
    pub fn read(record: &RecordData) -> Option<Guided> {
        match record.kind {
            RecordKind::Txt => read_text(&record.owner, &text_octets(&record.data).ok()?),
            RecordKind::Mx => {
                let (priority, host) = record.data.split_once(' ')?;
                let (domain, priority, host) =
                    (record.owner.clone(), priority.parse().ok()?, host.to_owned());
                Some(Guided::Mx(Mx { domain, priority, host }))
            }
            RecordKind::Srv => {
                let mut labels = record.owner.splitn(3, '.');
                let service = labels.next()?.strip_prefix('_')?.to_owned();
                let protocol = labels.next()?.strip_prefix('_')?.to_owned();
                let domain = labels.next().unwrap_or("@").to_owned();
                let mut words = record.data.split(' ');
                let mut number = || words.next()?.parse().ok();
                let (priority, weight, port) = (number()?, number()?, number()?);
                let target = words.next()?.to_owned();
                Some(Guided::Srv(Srv { service, protocol, domain, priority, weight, port, target }))
            }
            RecordKind::Caa => {
                let mut words = record.data.splitn(3, ' ');
                let flags: u8 = words.next()?.parse().ok()?;
                let property = words.next()?.to_owned();
                let value = String::from_utf8(text_octets(words.next()?).ok()?).ok()?;
                let domain = record.owner.clone();
                Some(Guided::Caa(Caa { domain, is_critical: flags & 128 != 0, property, value }))
            }
            _ => None,
        }
    }

    /// The record to write; the zone's rules are checked when it is written.
    pub fn record(&self) -> Result<NewRecord> {
        let text = |owner: String, text: String| NewRecord::new(owner, "TXT", quoted(text.as_bytes()));
        Ok(match self {
            Guided::Spf(spf) => text(spf.domain.clone(), spf.text()?),
            Guided::Srv(srv) => {
                let word = |field, word: &str| {
                    let word = word.trim().trim_start_matches('_').to_ascii_lowercase();
                    let is_word =
                        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                    if !is_word || word.len() > 62 {
                        let rule = "service and protocol are words of letters, digits and hyphens (RFC 2782, RFC 6335 §5.1)";
                        return Err(ZoneError::invalid(field, format!("«{word}» is no such word"), rule));
                    }
                    Ok(word)
                };
                let label =
                    format!("_{}._{}", word("service", &srv.service)?, word("protocol", &srv.protocol)?);
                let data = format!("{} {} {} {}", srv.priority, srv.weight, srv.port, srv.target);
                NewRecord::new(below(&label, &srv.domain), "SRV", data)
            }
            Guided::Mx(mx) => NewRecord::new(&mx.domain, "MX", format!("{} {}", mx.priority, mx.host)),
            Guided::Dkim(dkim) => {
                let owner = below(&format!("{}._domainkey", dkim.selector.trim()), &dkim.domain);
                text(owner, dkim.text()?)
            }
            Guided::Dmarc { domain, record } => text(below("_dmarc", domain), record.to_string()),
            Guided::Caa(caa) => {
                let flags = if caa.is_critical { 128 } else { 0 };
                let data = format!("{flags} {} {}", caa.property, quoted(caa.value.as_bytes()));
                NewRecord::new(&caa.domain, "CAA", data)
            }
            Guided::Bimi { domain, selector, record } => {
                text(below(&format!("{}._bimi", selector.trim()), domain), record.to_string())
            }
        })
    }
}

/// `label` in front of a relative domain.
fn below(label: &str, domain: &str) -> String {
    match domain.trim() {
        "@" | "" => label.to_owned(),
        domain => format!("{label}.{domain}"),
    }
}

/// What stands in front: `_dmarc` and `@`, or `_dmarc` and `shop`.
fn domain_behind(rest: Option<&str>) -> String {
    rest.filter(|rest| !rest.is_empty()).unwrap_or("@").to_owned()
}

fn read_text(owner: &str, octets: &[u8]) -> Option<Guided> {
    let text = std::str::from_utf8(octets).ok()?;
    let (first, rest) = owner.split_once('.').map_or((owner, None), |(first, rest)| (first, Some(rest)));
    if spf::Record::is_meant(octets) {
        return Spf::read(owner, text).map(Guided::Spf);
    }
    if first == "_dmarc" {
        let record = Dmarc::parse(text).ok()?;
        return Some(Guided::Dmarc { domain: domain_behind(rest), record });
    }
    let (second, behind) =
        rest?.split_once('.').map_or((rest?, None), |(second, behind)| (second, Some(behind)));
    match second {
        "_domainkey" => {
            let key = KeyRecord::parse(text).ok()?;
            // What the fields do not show would be lost.
            let says_more = !key.hashes.is_empty() || !key.services.is_empty() || !key.note.is_empty();
            if says_more || key.is_exact {
                return None;
            }
            Some(Guided::Dkim(Dkim {
                domain: domain_behind(behind),
                selector: first.to_owned(),
                algorithm: if key.key_type == KeyType::Ed25519 { "ed25519" } else { "rsa" }.to_owned(),
                public_key: encode(&key.public_key),
                is_testing: key.is_testing,
            }))
        }
        "_bimi" => {
            let record = Bimi::parse(text).ok()?;
            Some(Guided::Bimi { domain: domain_behind(behind), selector: first.to_owned(), record })
        }
        _ => None,
    }
}

fn encode(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

impl Spf {
    fn read(owner: &str, text: &str) -> Option<Spf> {
        let record = spf::Record::parse(text).ok()?;
        let others = record.all().map(spf::Qualifier::sign);
        let is_all = |term: &spf::Term| matches!(term, spf::Term::Directive(_, spf::Mechanism::All));
        // What stands behind `all` is never looked at, and would move before it.
        let end = record.terms.iter().position(is_all);
        if end.is_some_and(|end| end + 1 != record.terms.len()) {
            return None;
        }
        let sources = record.terms.iter().filter(|term| !is_all(term)).map(ToString::to_string).collect();
        Some(Spf { domain: owner.to_owned(), sources, others })
    }

    /// The record's text.
    pub fn text(&self) -> Result<String> {
        let mut text = "v=spf1".to_owned();
        for source in &self.sources {
            text.push(' ');
            text.push_str(source.trim());
        }
        if let Some(sign) = self.others {
            if !['-', '~', '?', '+'].contains(&sign) {
                let rule = "the end is -all, ~all, ?all or +all (RFC 7208 §4.6.2)";
                return Err(ZoneError::invalid("others", format!("«{sign}» is no qualifier"), rule));
            }
            text.push(' ');
            text.push(sign);
            text.push_str("all");
        }
        Ok(crate::spf::checked(&text)?.to_string())
    }
}

impl Dkim {
    /// The record's text.
    pub fn text(&self) -> Result<String> {
        let rule = "a DKIM key is rsa or ed25519, in base64 (RFC 6376 §3.6.1, RFC 8463 §4)";
        let algorithm = self.algorithm.trim().to_ascii_lowercase();
        if !matches!(algorithm.as_str(), "rsa" | "ed25519") {
            return Err(ZoneError::invalid("algorithm", format!("«{algorithm}» is none"), rule));
        }
        let key: String = self.public_key.split_whitespace().collect();
        let testing = if self.is_testing { "t=y; " } else { "" };
        let text = format!("v=DKIM1; k={algorithm}; {testing}p={key}");
        KeyRecord::parse(&text).map_err(|fault| ZoneError::invalid("public key", fault.to_string(), rule))?;
        Ok(text)
    }
}

impl fmt::Display for Guided {
    /// What kind of entry it is, as a key for other languages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guided::Spf(_) => "spf",
            Guided::Srv(_) => "srv",
            Guided::Mx(_) => "mx",
            Guided::Dkim(_) => "dkim",
            Guided::Dmarc { .. } => "dmarc",
            Guided::Caa(_) => "caa",
            Guided::Bimi { .. } => "bimi",
        })
    }
}
