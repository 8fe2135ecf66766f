//! SPF as people keep it: checking and merging (R108–R123).

use wire_trust::spf::Record;

use crate::error::ZoneError;
use crate::limits::SPF_MERGE_LIMIT;

type Result<T> = std::result::Result<T, ZoneError>;

/// The text of an SPF record, if a receiver can read it.
pub fn checked(text: &str) -> Result<Record> {
    Record::parse(text).map_err(|fault| {
        ZoneError::invalid("data", fault.to_string(), "an SPF record follows the grammar of RFC 7208 §12")
    })
}

/// One record out of several (R121, R122): our mechanisms first, then those of the others in their order, each
/// once; the end is ours.
pub fn merge(ours: &str, others: &[&str]) -> Result<String> {
    if others.len() > SPF_MERGE_LIMIT {
        return Err(ZoneError::invalid(
            "records",
            "too many at once",
            "at most 20 records are merged at once",
        ));
    }
    let ours = checked(ours.trim())?;
    let others = others
        .iter()
        .enumerate()
        .map(|(number, text)| checked(text.trim()).map_err(|error| error.at(number)))
        .collect::<Result<Vec<Record>>>()?;
    Ok(wire_trust::spf::merge(&ours, &others).to_string())
}
