//! SPF as people keep it: checking and merging (R108–R123).

use std::net::IpAddr;

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

/// The mechanism that names one address (RFC 7208 §5.6).
pub fn mechanism(address: &IpAddr) -> String {
    match address {
        IpAddr::V4(ip) => format!("ip4:{ip}"),
        IpAddr::V6(ip) => format!("ip6:{ip}"),
    }
}

/// Whether a term of a record lets this address send, by naming it alone or a network that it lies in.
pub fn names(term: &str, address: &IpAddr) -> bool {
    let term = term.strip_prefix(['+', '?', '~', '-']).unwrap_or(term).to_ascii_lowercase();
    let Some(network) = term.strip_prefix("ip4:").or_else(|| term.strip_prefix("ip6:")) else { return false };
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, None),
    };
    let covers = |bits: u32, base: u128, address: u128, length: Option<u32>| {
        let kept = length.unwrap_or(bits).min(bits);
        // A shift by all the bits is none; everything is within a network of no bits.
        (base ^ address).checked_shr(bits - kept).unwrap_or(0) == 0
    };
    match (base.parse::<IpAddr>(), address) {
        (Ok(IpAddr::V4(base)), IpAddr::V4(address)) => {
            covers(32, base.to_bits().into(), address.to_bits().into(), length)
        }
        (Ok(IpAddr::V6(base)), IpAddr::V6(address)) => covers(128, base.to_bits(), address.to_bits(), length),
        _ => false,
    }
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
