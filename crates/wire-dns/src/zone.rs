//! A zone as it is written down.

use hickory_proto::rr::Name;

use crate::record::Record;

/// Everything that a zone says, without signatures; [`crate::Image::build`] makes it fit for answering.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneData {
    /// The name of the zone.
    pub origin: Name,
    /// Its serial number (RFC 1982): larger after every change.
    pub serial: u32,
    /// The other fields of its SOA record.
    pub soa: Soa,
    /// The TTL of the SOA record, and of records of a zone file that say none.
    pub default_ttl: u32,
    /// All records except SOA, in any order.
    pub records: Vec<Record>,
}

/// The fields of a SOA record beside the serial number (RFC 1035 §3.3.13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The primary name server.
    pub primary: Name,
    /// The mailbox of who is responsible, its @ written as a dot.
    pub contact: Name,
    /// Seconds between two looks of a secondary.
    pub refresh: u32,
    /// Seconds between two looks of a secondary that found nobody.
    pub retry: u32,
    /// Seconds after which a secondary that found nobody ceases to answer.
    pub expire: u32,
    /// Seconds that «there is no such name» may be kept (RFC 2308 §4).
    pub minimum: u32,
}

impl Soa {
    /// Sensible times: secondaries hear of changes by NOTIFY, so `refresh` is a safety net only.
    pub fn new(primary: Name, contact: Name) -> Soa {
        Soa { primary, contact, refresh: 14_400, retry: 3600, expire: 1_209_600, minimum: 3600 }
    }
}
