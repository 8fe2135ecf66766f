//! DMARC aggregate reports (RFC 7489 §7.2 and appendix C): a value, read from XML and written to it.

use std::fmt::Write as _;
use std::net::IpAddr;

use model::{Domain, Timestamp};
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use serde::{Deserialize, Serialize};

use crate::limits::{DEPTH_LIMIT, ELEMENT_LIMIT_OCTETS, RESULTS_PER_ROW};
use crate::merge::Merged;
use crate::{Unreadable, kept, word};

/// A report about letters that claimed to come from a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// The organisation that received the letters (`org_name`).
    pub reporter: String,
    /// Its address (`email`).
    pub contact: String,
    /// More about it.
    pub extra_contact: Option<String>,
    /// Its name for the report.
    pub report_id: String,
    /// The beginning of the period.
    pub begins_at: Timestamp,
    /// Its end.
    pub ends_at: Timestamp,
    /// What the domain published.
    pub policy: Published,
    /// What was seen.
    pub rows: Vec<AggregateRow>,
    /// Letters of rows that could not be read, or were of small sources beyond [`crate::limits::ROWS_LIMIT`].
    pub left_out: u64,
}

/// The policy that the reporter found (`policy_published`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Where the record stood.
    pub domain: String,
    /// `r` or `s`.
    pub adkim: String,
    /// `r` or `s`.
    pub aspf: String,
    /// `none`, `quarantine`, `reject`.
    pub p: String,
    /// The same for names below.
    pub sp: String,
    /// The percentage of letters that it holds for.
    pub pct: u8,
    /// When reports about single letters are wanted: `0`, `1`, `d`, `s`.
    #[serde(default)]
    pub fo: String,
}

/// Letters of one source that look alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateRow {
    /// Who delivered them.
    pub source: IpAddr,
    /// How many.
    pub count: u64,
    /// What was done with them.
    pub disposition: Treatment,
    /// Whether an aligned signature held.
    pub dkim_aligned: bool,
    /// Whether an aligned envelope passed SPF.
    pub spf_aligned: bool,
    /// Why something else was done than the policy asks: type and comment.
    pub reasons: Vec<(String, String)>,
    /// The domain of From.
    pub header_from: String,
    /// The domain of MAIL FROM.
    pub envelope_from: Option<String>,
    /// The domain of the recipients.
    pub envelope_to: Option<String>,
    /// DKIM: domain, selector, result.
    pub dkim: Vec<(String, Option<String>, String)>,
    /// SPF: domain, scope (`mfrom`, `helo`), result.
    pub spf: Vec<(String, Option<String>, String)>,
}

/// RFC 7489 appendix C: DispositionType.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    /// Nothing was done because of DMARC.
    None,
    /// It was treated as suspicious.
    Quarantine,
    /// It was refused.
    Reject,
}

impl Treatment {
    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Treatment::None => "none",
            Treatment::Quarantine => "quarantine",
            Treatment::Reject => "reject",
        }
    }

    pub(crate) fn parse(word: &str) -> Treatment {
        match word {
            "quarantine" => Treatment::Quarantine,
            "reject" => Treatment::Reject,
            // `pass` was a word of the first drafts, and is still sent.
            _ => Treatment::None,
        }
    }
}

impl AggregateRow {
    /// Whether DMARC passed: one aligned identifier suffices (RFC 7489 §4.2).
    pub fn passes(&self) -> bool {
        self.dkim_aligned || self.spf_aligned
    }
}

/// A row while its elements come in; most of them are needed.
#[derive(Default)]
struct Draft {
    source: Option<IpAddr>,
    count: u64,
    disposition: Option<Treatment>,
    dkim_aligned: bool,
    spf_aligned: bool,
    reasons: Vec<(String, String)>,
    header_from: String,
    envelope_from: Option<String>,
    envelope_to: Option<String>,
    dkim: Vec<(String, Option<String>, String)>,
    spf: Vec<(String, Option<String>, String)>,
    // The element within auth_results or reason that is open.
    one: String,
    two: Option<String>,
    three: String,
}

impl Draft {
    fn finish(self) -> Result<AggregateRow, u64> {
        let Some(source) = self.source.filter(|_| !self.header_from.is_empty()) else {
            return Err(self.count);
        };
        Ok(AggregateRow {
            source: source.to_canonical(),
            count: self.count,
            disposition: self.disposition.unwrap_or(Treatment::None),
            dkim_aligned: self.dkim_aligned,
            spf_aligned: self.spf_aligned,
            reasons: self.reasons,
            header_from: self.header_from,
            envelope_from: self.envelope_from,
            envelope_to: self.envelope_to,
            dkim: self.dkim,
            spf: self.spf,
        })
    }
}

/// The name of a domain as it is kept: lower case, bounded.
fn name(text: &str) -> String {
    let text = kept(&text.to_lowercase());
    Domain::parse(&text).map_or(text, |domain| domain.to_string())
}

fn optional(text: &str, form: impl Fn(&str) -> String) -> Option<String> {
    let text = form(text);
    (!text.is_empty()).then_some(text)
}

impl Aggregate {
    /// Reads a report. Document types are refused, since nobody honest sends one and entities multiply; unknown
    /// elements and namespaces are passed over, since many reporters add their own. Rows that say the same become one.
    pub fn parse(xml: &[u8]) -> Result<Aggregate, Unreadable> {
        let text = String::from_utf8_lossy(xml);
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
        let wrong = |error: quick_xml::Error| Unreadable::Wrong(kept(&error.to_string()));
        let mut report = Aggregate::empty();
        let mut path: Vec<String> = Vec::new();
        let mut content = String::new();
        let mut row: Option<Draft> = None;
        let mut merged = Merged::default();
        let (mut has_begin, mut has_end) = (false, false);
        loop {
            match reader.read_event().map_err(wrong)? {
                Event::Start(start) => {
                    if path.len() >= DEPTH_LIMIT {
                        return Err(Unreadable::Wrong("elements stand too deep".to_owned()));
                    }
                    let name = kept(start.local_name().into_inner());
                    if path.is_empty() && name != "feedback" {
                        return Err(Unreadable::NoReport);
                    }
                    if path.len() == 1 && name == "record" {
                        row = Some(Draft::default());
                    }
                    path.push(name);
                    content.clear();
                }
                Event::Text(text) => add(&mut content, text.into_inner().as_ref())?,
                Event::CData(text) => add(&mut content, text.into_inner().as_ref())?,
                Event::GeneralRef(reference) => {
                    let character = match reference.resolve_char_ref().map_err(wrong)? {
                        Some(character) => character,
                        None => match reference.into_inner().as_ref() {
                            "lt" => '<',
                            "gt" => '>',
                            "amp" => '&',
                            "quot" => '"',
                            "apos" => '\'',
                            // Only a document type could define others.
                            _ => return Err(Unreadable::Wrong("an entity is unknown".to_owned())),
                        },
                    };
                    add(&mut content, character.encode_utf8(&mut [0; 4]))?;
                }
                Event::End(_) => {
                    let text = content.trim();
                    let names: Vec<&str> = path.iter().map(String::as_str).collect();
                    match names[..] {
                        ["feedback", "record"] => match row.take().map(Draft::finish) {
                            Some(Ok(row)) => merged.add(row),
                            Some(Err(count)) => merged.leave_out(count),
                            None => {}
                        },
                        ["feedback", "record", ref inner @ ..] => {
                            if let Some(row) = &mut row {
                                row.take(inner, text);
                            }
                        }
                        ["feedback", "report_metadata", "date_range", "begin"] => {
                            report.begins_at = moment(text)?;
                            has_begin = true;
                        }
                        ["feedback", "report_metadata", "date_range", "end"] => {
                            report.ends_at = moment(text)?;
                            has_end = true;
                        }
                        ["feedback", "report_metadata", field] => report.take_metadata(field, text),
                        ["feedback", "policy_published", field] => report.policy.take(field, text),
                        _ => {}
                    }
                    content.clear();
                    path.pop();
                }
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err(Unreadable::Wrong("it has a document type".to_owned())),
                Event::Eof => break,
            }
        }
        if !path.is_empty() {
            return Err(Unreadable::Wrong("it is cut off".to_owned()));
        }
        (report.rows, report.left_out) = merged.finish();
        let needs = [
            ("policy_published/domain", !report.policy.domain.is_empty()),
            ("report_metadata/report_id", !report.report_id.is_empty()),
            ("report_metadata/date_range", has_begin && has_end && report.begins_at <= report.ends_at),
        ];
        match needs.iter().find(|(_, is_there)| !is_there) {
            Some((what, _)) => Err(Unreadable::Wrong(format!("it lacks {what}"))),
            None => Ok(report),
        }
    }

    fn empty() -> Aggregate {
        Aggregate {
            reporter: String::new(),
            contact: String::new(),
            extra_contact: None,
            report_id: String::new(),
            begins_at: Timestamp(0),
            ends_at: Timestamp(0),
            policy: Published {
                domain: String::new(),
                adkim: "r".to_owned(),
                aspf: "r".to_owned(),
                p: "none".to_owned(),
                sp: String::new(),
                pct: 100,
                fo: "0".to_owned(),
            },
            rows: Vec::new(),
            left_out: 0,
        }
    }

    fn take_metadata(&mut self, field: &str, text: &str) {
        match field {
            "org_name" => self.reporter = kept(text),
            "email" => self.contact = kept(text),
            "extra_contact_info" => self.extra_contact = optional(text, kept),
            "report_id" => self.report_id = kept(text),
            _ => {}
        }
    }

    /// The report as XML, in the order of RFC 7489 appendix C.
    pub fn to_xml(&self) -> String {
        let mut xml = String::with_capacity(1024 + 512 * self.rows.len());
        xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feedback>\n  <version>1.0</version>\n");
        xml.push_str("  <report_metadata>\n");
        element(&mut xml, 4, "org_name", &self.reporter);
        element(&mut xml, 4, "email", &self.contact);
        if let Some(extra) = &self.extra_contact {
            element(&mut xml, 4, "extra_contact_info", extra);
        }
        element(&mut xml, 4, "report_id", &self.report_id);
        let (begin, end) = (self.begins_at.seconds(), self.ends_at.seconds());
        // Writing into a String cannot fail.
        let _ = writeln!(
            xml,
            "    <date_range>\n      <begin>{begin}</begin>\n      <end>{end}</end>\n    </date_range>"
        );
        xml.push_str("  </report_metadata>\n  <policy_published>\n");
        element(&mut xml, 4, "domain", &self.policy.domain);
        element(&mut xml, 4, "adkim", &self.policy.adkim);
        element(&mut xml, 4, "aspf", &self.policy.aspf);
        element(&mut xml, 4, "p", &self.policy.p);
        element(&mut xml, 4, "sp", &self.policy.sp);
        let _ = writeln!(xml, "    <pct>{}</pct>", self.policy.pct);
        element(&mut xml, 4, "fo", &self.policy.fo);
        xml.push_str("  </policy_published>\n");
        for row in &self.rows {
            row.write(&mut xml);
        }
        xml.push_str("</feedback>\n");
        xml
    }
}

impl Published {
    fn take(&mut self, field: &str, text: &str) {
        match field {
            "domain" => self.domain = name(text),
            "adkim" => self.adkim = word(text),
            "aspf" => self.aspf = word(text),
            "p" => self.p = word(text),
            "sp" => self.sp = word(text),
            "fo" => self.fo = word(text),
            "pct" => self.pct = text.parse().unwrap_or(100),
            _ => {}
        }
    }
}

impl Draft {
    fn take(&mut self, path: &[&str], text: &str) {
        match path {
            ["row", "source_ip"] => self.source = text.parse().ok(),
            ["row", "count"] => self.count = text.parse().unwrap_or(0),
            ["row", "policy_evaluated", "disposition"] => self.disposition = Some(Treatment::parse(text)),
            ["row", "policy_evaluated", "dkim"] => self.dkim_aligned = text == "pass",
            ["row", "policy_evaluated", "spf"] => self.spf_aligned = text == "pass",
            ["row", "policy_evaluated", "reason", "type"] => self.one = kept(text),
            ["row", "policy_evaluated", "reason", "comment"] => self.three = kept(text),
            ["row", "policy_evaluated", "reason"] => {
                let reason = (std::mem::take(&mut self.one), std::mem::take(&mut self.three));
                push(&mut self.reasons, reason);
            }
            // Yahoo and others write `identities` as the drafts did.
            ["identifiers" | "identities", "header_from"] => self.header_from = name(text),
            ["identifiers" | "identities", "envelope_from"] => self.envelope_from = optional(text, name),
            ["identifiers" | "identities", "envelope_to"] => self.envelope_to = optional(text, name),
            ["auth_results", "dkim" | "spf", "domain"] => self.one = name(text),
            ["auth_results", "dkim", "selector"] | ["auth_results", "spf", "scope"] => {
                self.two = optional(text, kept);
            }
            ["auth_results", "dkim" | "spf", "result"] => self.three = kept(text),
            ["auth_results", kind @ ("dkim" | "spf")] => {
                let result = (
                    std::mem::take(&mut self.one),
                    self.two.take(),
                    std::mem::take(&mut self.three).to_lowercase(),
                );
                push(if *kind == "dkim" { &mut self.dkim } else { &mut self.spf }, result);
            }
            _ => {}
        }
    }
}

fn push<T>(list: &mut Vec<T>, value: T) {
    if list.len() < RESULTS_PER_ROW {
        list.push(value);
    }
}

fn add(content: &mut String, text: &str) -> Result<(), Unreadable> {
    if content.len() + text.len() > ELEMENT_LIMIT_OCTETS {
        return Err(Unreadable::Wrong("an element is too long".to_owned()));
    }
    content.push_str(text);
    Ok(())
}

fn moment(text: &str) -> Result<Timestamp, Unreadable> {
    let seconds: i64 =
        text.parse().map_err(|_| Unreadable::Wrong("its period is no number of seconds".to_owned()))?;
    Ok(Timestamp(seconds.saturating_mul(1000)))
}

fn element(xml: &mut String, indent: usize, name: &str, text: &str) {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let _ = writeln!(xml, "{:indent$}<{name}>{}</{name}>", "", escape(text.as_str()));
}

impl AggregateRow {
    fn write(&self, xml: &mut String) {
        let word = |passes| if passes { "pass" } else { "fail" };
        xml.push_str("  <record>\n    <row>\n");
        let _ = writeln!(
            xml,
            "      <source_ip>{}</source_ip>\n      <count>{}</count>",
            self.source, self.count
        );
        let _ = writeln!(xml, "      <policy_evaluated>");
        element(xml, 8, "disposition", self.disposition.word());
        element(xml, 8, "dkim", word(self.dkim_aligned));
        element(xml, 8, "spf", word(self.spf_aligned));
        for (kind, comment) in &self.reasons {
            xml.push_str("        <reason>\n");
            element(xml, 10, "type", kind);
            if !comment.is_empty() {
                element(xml, 10, "comment", comment);
            }
            xml.push_str("        </reason>\n");
        }
        xml.push_str("      </policy_evaluated>\n    </row>\n    <identifiers>\n");
        if let Some(to) = &self.envelope_to {
            element(xml, 6, "envelope_to", to);
        }
        element(xml, 6, "envelope_from", self.envelope_from.as_deref().unwrap_or_default());
        element(xml, 6, "header_from", &self.header_from);
        xml.push_str("    </identifiers>\n    <auth_results>\n");
        for (domain, selector, result) in &self.dkim {
            xml.push_str("      <dkim>\n");
            element(xml, 8, "domain", domain);
            if let Some(selector) = selector {
                element(xml, 8, "selector", selector);
            }
            element(xml, 8, "result", result);
            xml.push_str("      </dkim>\n");
        }
        for (domain, scope, result) in &self.spf {
            xml.push_str("      <spf>\n");
            element(xml, 8, "domain", domain);
            if let Some(scope) = scope {
                element(xml, 8, "scope", scope);
            }
            element(xml, 8, "result", result);
            xml.push_str("      </spf>\n");
        }
        xml.push_str("    </auth_results>\n  </record>\n");
    }
}
