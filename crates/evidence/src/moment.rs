//! Moments as statements write them: RFC 3339 in UTC, in one spelling to the millisecond or to the second.

use model::Timestamp;

/// The first and last moment that can be written: the years 0000 to 9999.
const WRITABLE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// `2026-11-21T20:05:00.123Z` (RFC 3339 §5.6).
pub(crate) fn to_text(time: Timestamp) -> String {
    let seconds = time.rfc3339();
    let seconds = seconds.strip_suffix('Z').unwrap_or(&seconds);
    format!("{seconds}.{:03}Z", time.0.rem_euclid(1000))
}

/// Reads what [`to_text`] writes, and nothing else: a second spelling would be a second statement of one moment.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    read(text, to_text)
}

/// Reads `2026-11-21T20:05:00Z`, and nothing else.
pub(crate) fn parse_seconds(text: &str) -> Option<Timestamp> {
    read(text, Timestamp::rfc3339)
}

fn read(text: &str, write: impl Fn(Timestamp) -> String) -> Option<Timestamp> {
    let time = Timestamp(text.parse::<jiff::Timestamp>().ok()?.as_millisecond());
    (is_writable(time) && write(time) == text).then_some(time)
}

/// Whether the moment has a spelling of four digits for the year.
pub(crate) fn is_writable(time: Timestamp) -> bool {
    WRITABLE.contains(&time.0)
}

/// For `#[serde(with = "crate::moment::milliseconds")]`.
pub(crate) mod milliseconds {
    use model::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::to_text(*time))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        crate::digest::text(deserializer, super::parse, "a moment in UTC with milliseconds")
    }
}

/// For `#[serde(default, with = "crate::moment::optional_milliseconds")]`: what is not there is left out.
pub(crate) mod optional_milliseconds {
    use model::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::milliseconds::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        super::milliseconds::deserialize(deserializer).map(Some)
    }
}

/// For `#[serde(with = "crate::moment::seconds")]`.
pub(crate) mod seconds {
    use model::Timestamp;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.rfc3339())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        crate::digest::text(deserializer, super::parse_seconds, "a moment in UTC with seconds")
    }
}
