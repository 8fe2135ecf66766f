//! Finds the report in a letter and files it under the domain that it is about.

use model::{Domain, OrganisationId, Timestamp};
use wire_mime::{Structure, fields};

use crate::complaint::is_kind;
use crate::limits::{AGE_LIMIT, PARTS_TRIED, PERIOD_LIMIT};
use crate::unpack::unpack;
use crate::{Aggregate, Complaint, Sent, TlsReport, Unreadable};

/// What a letter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A DMARC aggregate report.
    Aggregate(Aggregate),
    /// A TLS report.
    Tls(TlsReport),
    /// A recipient's complaint.
    Complaint(Complaint),
}

/// A report that was read and found to be about a hosted domain of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The domain's owner.
    pub organisation: OrganisationId,
    /// The hosted domain that it is filed under.
    pub domain: Domain,
    /// When it came.
    pub received_at: Timestamp,
    /// What it says.
    pub content: Content,
    /// The letter of ours that a complaint is about; without one it counts for nothing.
    pub letter: Option<Sent>,
}

impl Content {
    /// Finds and reads the report in a letter: pure, and slow for large ones.
    pub fn find(message: &[u8]) -> Result<Content, Unreadable> {
        let structure = Structure::parse(message);
        if let Some(complaint) = Complaint::find(message, &structure) {
            return Ok(Content::Complaint(complaint));
        }
        let mut trouble = Unreadable::NoReport;
        let leaves = structure.parts().iter().filter(|part| part.children.is_empty());
        for part in leaves.take(PARTS_TRIED) {
            let Some(body) = message.get(part.body.clone()) else { continue };
            let file = part.content_type.text("name").or_else(|| file_name(message, part.header.clone()));
            let kind = part.content_type.value.as_str();
            if !may_be_report(kind, file.as_deref().unwrap_or_default()) {
                continue;
            }
            let read = || {
                let unknown = || Unreadable::Packed("the transfer encoding is unknown".to_owned());
                let decoded = part.encoding.decode(body).ok_or_else(unknown)?;
                let bytes = unpack(&decoded)?;
                match bytes.iter().find(|octet| !octet.is_ascii_whitespace()) {
                    Some(b'{') => TlsReport::parse(&bytes).map(Content::Tls),
                    // With or without a byte order mark.
                    Some(b'<' | 0xef) => Aggregate::parse(&bytes).map(Content::Aggregate),
                    _ => Err(Unreadable::NoReport),
                }
            };
            match read() {
                Ok(content) => return Ok(content),
                // The first part that looked like a report says best what is wrong with it.
                Err(error) if trouble == Unreadable::NoReport => trouble = error,
                Err(_) => {}
            }
        }
        Err(trouble)
    }

    /// The domains that the report says it is about, the most likely first.
    pub(crate) fn about(&self) -> Vec<Domain> {
        let parse = |text: &str| Domain::parse(text).ok();
        match self {
            Content::Aggregate(report) => parse(&report.policy.domain).into_iter().collect(),
            Content::Tls(report) => {
                report.policies.iter().take(10).filter_map(|row| parse(&row.policy.policy_domain)).collect()
            }
            Content::Complaint(complaint) => {
                let domain = |text: &Option<String>| {
                    let (_, domain) = text.as_deref()?.rsplit_once('@')?;
                    parse(domain.trim_end_matches(['>', ' ']))
                };
                [domain(&complaint.author), domain(&complaint.sender)].into_iter().flatten().collect()
            }
        }
    }

    /// The middle of the period, which says to which day the report belongs.
    pub(crate) fn middle(&self, received_at: Timestamp) -> Result<Timestamp, Unreadable> {
        let (begin, end) = match self {
            Content::Aggregate(report) => (report.begins_at, report.ends_at),
            Content::Tls(report) => report.period().unwrap_or((received_at, received_at)),
            Content::Complaint(_) => (received_at, received_at),
        };
        if end.since(begin) > PERIOD_LIMIT {
            return Err(Unreadable::Wrong("its period is too long".to_owned()));
        }
        if begin < received_at.minus(AGE_LIMIT) || end > received_at.plus(PERIOD_LIMIT) {
            return Err(Unreadable::Wrong("its period is not of these days".to_owned()));
        }
        Ok(begin.plus(end.since(begin) / 2))
    }

    /// The word for the trail.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Aggregate(_) => "DMARC report",
            Content::Tls(_) => "TLS report",
            Content::Complaint(_) => "complaint",
        }
    }
}

/// Reporters name their attachments as they like: `application/gzip`, `application/zip`, `application/tlsrpt+gzip`
/// (RFC 8460 §6.3), `application/octet-stream`, `text/xml`.
fn may_be_report(kind: &str, file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    let by_name = [".xml", ".gz", ".zip", ".json"].iter().any(|end| file.ends_with(end));
    let by_kind =
        ["gzip", "zip", "xml", "json", "tlsrpt", "compressed"].iter().any(|word| kind.contains(word));
    by_name || by_kind || is_kind(kind, "application/octet-stream")
}

fn file_name(message: &[u8], header: std::ops::Range<usize>) -> Option<String> {
    let header = message.get(header)?;
    let field = fields(header).find(|field| field.is("content-disposition"))?;
    wire_mime::Valued::parse(&field.unfolded()).text("filename")
}
