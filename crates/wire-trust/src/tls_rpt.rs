//! Where reports about TLS to a domain's mail servers are wanted (RFC 8460 §3).

use std::fmt;

use crate::{Fault, Tags, limits};

/// `v=TLSRPTv1; rua=mailto:…`, the TXT record of `_smtp._tls.<domain>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// URIs: `mailto:` or `https:`.
    pub reports_to: Vec<String>,
}

impl Record {
    /// Reads the record.
    pub fn parse(text: &str) -> Result<Record, Fault> {
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "TLSRPTv1")) {
            return Err(Fault::new(0, "v", "a TLS-RPT record begins with v=TLSRPTv1"));
        }
        let Some(rua) = tags.get("rua") else {
            return Err(tags.fault("rua", "the tag rua with the reports' address is missing"));
        };
        let reports_to: Vec<String> =
            rua.split(',').map(|uri| uri.trim().to_owned()).take(limits::REPORT_ADDRESS_LIMIT).collect();
        if !reports_to.iter().all(|uri| uri.starts_with("mailto:") || uri.starts_with("https:")) {
            return Err(tags.fault("rua", "a report's address begins with mailto: or https:"));
        }
        Ok(Record { reports_to })
    }

    /// Whether a TXT record means to be one (others at the name are skipped, RFC 8460 §3).
    pub fn is_meant(text: &[u8]) -> bool {
        text.starts_with(b"v=TLSRPTv1;")
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=TLSRPTv1; rua={}", self.reports_to.join(","))
    }
}
