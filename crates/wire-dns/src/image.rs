//! A zone compiled for answering.

use hickory_proto::rr::Name;
use thiserror::Error;

use crate::key::Signing;
use crate::zone::ZoneData;

/// Why a zone cannot be served as it is written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnImage {
    /// A record outside the zone.
    #[error("{0} is not in the zone")]
    Outside(String),
    /// A zone that is to be signed without a key that signs.
    #[error("there is no key that signs")]
    NoKey,
}

/// A zone compiled for answering; immutable.
#[derive(Debug)]
pub struct Image {
    origin: Name,
    serial: u32,
}

impl Image {
    /// Compiles a zone, and signs it where `signing` says how.
    pub fn build(zone: &ZoneData, signing: Option<&Signing>) -> Result<Image, NotAnImage> {
        if let Some(record) = zone.records.iter().find(|record| !zone.origin.zone_of(&record.owner)) {
            return Err(NotAnImage::Outside(record.text()));
        }
        if signing.is_some_and(|signing| !signing.keys.iter().any(|key| key.signs)) {
            return Err(NotAnImage::NoKey);
        }
        Ok(Image { origin: zone.origin.clone(), serial: zone.serial })
    }

    /// The zone's name.
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    /// The serial number that is served.
    pub fn serial(&self) -> u32 {
        self.serial
    }
}
