//! The BIMI assertion record: where a brand's picture lies (draft-brand-indicators-for-message-identification §4.2).

use std::fmt;

use crate::{Fault, Tags};

/// `v=BIMI1; l=https://…; a=https://…`, the TXT record of `default._bimi.<domain>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The picture (SVG Tiny PS) behind HTTPS; empty declines.
    pub location: String,
    /// The certificate that proves the right to it; empty if there is none.
    pub authority: String,
}

impl Record {
    /// Reads the record.
    pub fn parse(text: &str) -> Result<Record, Fault> {
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "BIMI1")) {
            return Err(Fault::new(0, "v", "a BIMI record begins with v=BIMI1"));
        }
        let uri = |name: &str| match tags.get(name).unwrap_or_default() {
            uri if uri.is_empty() || uri.starts_with("https://") => Ok(uri.to_owned()),
            _ => Err(tags.fault(name, "the address begins with https://")),
        };
        if tags.get("l").is_none() {
            return Err(tags.fault("l", "the tag l with the picture's address is missing"));
        }
        Ok(Record { location: uri("l")?, authority: uri("a")? })
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=BIMI1; l={}", self.location)?;
        if !self.authority.is_empty() {
            write!(f, "; a={}", self.authority)?;
        }
        Ok(())
    }
}
