//! How much of everything.

/// Zones of one organisation.
pub const ZONES_PER_ORGANISATION_LIMIT: u64 = 10_000;
/// Records of one zone.
pub const RECORDS_PER_ZONE_LIMIT: usize = 50_000;
/// Records of one name and type: an answer has to fit into 64 KiB (RFC 1035 §4.2.2).
pub const RECORDS_PER_SET_LIMIT: usize = 250;
/// Records that one change may name; an import is one change.
pub const RECORDS_PER_CHANGE_LIMIT: usize = 50_000;
/// Octets of a zone file that is imported.
pub const ZONE_FILE_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Changes that are kept of each zone; older ones are forgotten with the next change.
pub const HISTORY_LIMIT: i64 = 1_000;
/// Secondary name servers of one zone.
pub const SECONDARIES_LIMIT: usize = 16;
/// Synonyms of one zone.
pub const SYNONYMS_LIMIT: u64 = 100;
/// Operations that are remembered of each mail service, with their logs.
pub const OPERATIONS_KEPT: i64 = 100;
/// Zones whose name servers are looked up before somebody chooses a synonym among them.
pub const CANDIDATES_LOOKED_UP: usize = 50;

/// The shortest time to live that a record may have, in seconds.
pub const TTL_MINIMUM_SECONDS: u32 = 60;
/// The longest time to live that a record may have, in seconds.
pub const TTL_LIMIT_SECONDS: u32 = 86_400;
/// The time to live of records that say none, in seconds.
pub const TTL_DEFAULT_SECONDS: u32 = 3_600;

/// Octets of a name in text, without the final dot (RFC 1035 §2.3.4: 255 on the wire).
pub const NAME_LIMIT_OCTETS: usize = 253;
/// Octets of one label (RFC 1035 §2.3.4).
pub const LABEL_LIMIT_OCTETS: usize = 63;
/// Octets of one character-string (RFC 1035 §3.3).
pub const STRING_LIMIT_OCTETS: usize = 255;
/// Octets of all strings of one TXT record: keys of 4096 bits need about 800.
pub const TEXT_LIMIT_OCTETS: usize = 4_096;
/// Octets of a record's data in presentation form, as it is given.
pub const DATA_LIMIT_OCTETS: usize = 4 * TEXT_LIMIT_OCTETS;
/// Characters of a note or of what a change is called.
pub const NOTE_LIMIT_CHARACTERS: usize = 500;

/// Name servers and mail exchangers of the installation.
pub const SERVERS_LIMIT: usize = 16;
/// Mechanisms of the installation's SPF host.
pub const SPF_SOURCES_LIMIT: usize = 60;
/// Block lists that the diagnosis asks.
pub const BLOCK_LISTS_LIMIT: usize = 32;
/// Records that the SPF merge takes at once.
pub const SPF_MERGE_LIMIT: usize = 20;

/// Suffixes that are published.
pub const SUFFIXES_LIMIT: usize = 16;
