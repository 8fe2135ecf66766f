//! Every limit and every span of keys, by name.

use std::time::Duration;

/// Characters of an organisation's name in a certificate (RFC 5280 appendix A.1, ub-organization-name).
pub const ORGANISATION_NAME_CHARACTERS: usize = 64;

const DAY: Duration = Duration::from_secs(86_400);

/// How long a DKIM key signs before its successor is made.
pub const DKIM_LIFETIME: Duration = Duration::from_secs(180 * 86_400);
/// How long a successor's record has to stand in the DNS before it signs: longer than any resolver may
/// remember that it was not there (RFC 2308 §5 advises three hours at most; a day is a zone's usual limit).
pub const DKIM_SETTLING: Duration = Duration::from_secs(2 * 86_400);
/// How long the record of a key that signs no more stays: a letter lies up to five days in a queue, ours or
/// another's, and is checked once more by whoever takes it over.
pub const DKIM_OVERLAP: Duration = Duration::from_secs(14 * 86_400);
/// How long the empty record of a revoked key stays (RFC 6376 §3.6.1: `p=`).
pub const DKIM_REVOKED: Duration = Duration::from_secs(90 * 86_400);
/// DKIM keys of one domain, in all states.
pub const DKIM_KEYS_PER_DOMAIN: usize = 20;
/// Domains whose signers are kept ready.
pub const SIGNERS_LIMIT: u64 = 10_000;
/// How long they are kept where no notice comes: a deleted domain stops signing within this.
pub const SIGNERS_FOR: Duration = Duration::from_secs(60);
/// How long a new zone key stands in the zone before its DS may be given to the parent (RFC 7583 §3.3.1: the
/// time to live of the DNSKEY set and the way to the secondaries).
pub const ZONE_KEY_SETTLING: Duration = DAY;
/// How long the former key stays after the new DS was seen: the DS set's time to live at the parent, a day or
/// two with most registries, and a spare one (RFC 7583 §3.3.3).
pub const ZONE_KEY_OVERLAP: Duration = Duration::from_secs(7 * 86_400);
/// Keys of one zone: the one that signs, its successor and its predecessor.
pub const ZONE_KEYS_LIMIT: usize = 3;
/// Certificates minted on demand that are kept.
pub const MINTED_LIMIT: u64 = 1_000;
/// How long one is shown before it is made anew.
pub const MINTED_FOR: Duration = DAY;
/// How long one is good for.
pub const MINTED_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// Hosts below a hosted domain for which our own authority vouches.
pub const MINTED_HOSTS: [&str; 3] = ["mta-sts", "autoconfig", "autodiscover"];
/// Hosted domains read in one go.
pub const DOMAINS_PER_PAGE: i64 = 200;
/// Master keys in the vault's file: the one in use and its predecessors.
pub const MASTER_KEYS_LIMIT: usize = 20;
