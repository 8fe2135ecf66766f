//! A record, read and written as people do.

use hickory_proto::rr::{Name, RData, RecordType};
use thiserror::Error;

use crate::name::{name_text, parse_name_for};
use crate::rdata;

/// Why a text is not a record: which part of it, and what is wrong there.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{field}: {reason}")]
pub struct Fault {
    /// The part: `owner`, `type`, `ttl`, or the name of a field of the data such as `target`.
    pub field: &'static str,
    /// What is wrong, in a sentence.
    pub reason: String,
}

impl Fault {
    pub(crate) fn new(field: &'static str, reason: impl Into<String>) -> Fault {
        Fault { field, reason: reason.into() }
    }
}

/// A record of class IN.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Whose.
    pub owner: Name,
    /// How many seconds it may be kept.
    pub ttl: u32,
    /// What it says.
    pub data: RData,
}

impl Record {
    /// The record's type.
    pub fn kind(&self) -> RecordType {
        self.data.record_type()
    }

    /// Its data in zone-file form, names absolute.
    pub fn data_text(&self) -> String {
        rdata::text(&self.data)
    }

    /// One line of a zone file, absolute, without its end.
    pub fn text(&self) -> String {
        format!("{} {} IN {} {}", name_text(&self.owner), self.ttl, kind_text(self.kind()), self.data_text())
    }
}

/// Reads a record from its parts. Names without a final dot are below `origin`.
pub fn parse_record(owner: &str, ttl: u32, kind: &str, data: &str, origin: &Name) -> Result<Record, Fault> {
    let owner = parse_name_for("owner", owner, origin)?;
    // RFC 2181 §8.
    if ttl > i32::MAX as u32 {
        return Err(Fault::new("ttl", "more than 2147483647 seconds (RFC 2181 §8)"));
    }
    let data = rdata::parse(parse_kind(kind)?, data, origin)?;
    Ok(Record { owner, ttl, data })
}

/// Reads a type: `MX`, or `TYPE65534` (RFC 3597 §5).
pub fn parse_kind(text: &str) -> Result<RecordType, Fault> {
    let upper = text.to_ascii_uppercase();
    if let Some(number) = upper.strip_prefix("TYPE") {
        let number: u16 =
            number.parse().map_err(|_| Fault::new("type", format!("«{text}» is not a record type")))?;
        return Ok(RecordType::from(number));
    }
    match upper.as_str() {
        // Not in the library's list. SPF is RFC 4408's former type.
        "SPF" => Ok(RecordType::Unknown(99)),
        // The library's own idea, without a registered meaning.
        "ANAME" | "ZERO" => Err(Fault::new("type", format!("«{text}» is not a record type"))),
        _ => upper.parse().map_err(|_| Fault::new("type", format!("«{text}» is not a record type"))),
    }
}

/// The type as it is written in a zone file.
pub fn kind_text(kind: RecordType) -> String {
    match kind {
        RecordType::Unknown(99) => "SPF".to_owned(),
        RecordType::Unknown(number) => format!("TYPE{number}"),
        known => known.to_string(),
    }
}
