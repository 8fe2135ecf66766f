//! Limits of changes of addresses.

use std::time::Duration;

/// Endpoints of one change.
pub const ENDPOINT_LIMIT: usize = 32;
/// Old, and new, addresses of one endpoint.
pub const ADDRESS_LIMIT: usize = 16;
/// Characters of what people call a change.
pub const NAME_LIMIT_CHARACTERS: usize = 100;
/// Octets of an endpoint's path.
pub const PATH_LIMIT_OCTETS: usize = 200;
/// Changes that are under way at once: two would wait for each other's addresses.
pub const OPEN_LIMIT: usize = 10;

/// The time to live shortly before the date, in seconds, unless somebody says another one.
pub const LOWERED_TTL_SECONDS: u32 = 300;
/// The shortest time to live: a zone takes no shorter one.
pub const TTL_MINIMUM_SECONDS: u32 = 60;
/// The longest one that is still short.
pub const TTL_LIMIT_SECONDS: u32 = 3_600;

/// How long before the date a reminder goes, unless somebody says otherwise.
pub const REMINDED_BEFORE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long both addresses are accepted, unless somebody says otherwise.
pub const OVERLAP: Duration = Duration::from_secs(30 * 24 * 3600);
/// The longest overlap.
pub const OVERLAP_LIMIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// How much earlier than one old time to live before the date the short one stands: secondaries fetch the zone, and this
/// chore comes once a minute.
pub const TTL_SLACK: Duration = Duration::from_secs(10 * 60);

/// Mail domains elsewhere whose DNS one report asks for.
pub const LOOKED_AT_LIMIT: usize = 500;
/// How many of these are asked for at once.
pub const LOOKED_AT_ONCE: usize = 16;
/// Letters that are made at once.
pub const LETTERS_AT_ONCE: i64 = 100;
