//! Every limit of hosts and servers, by name.

use std::time::Duration;

/// Hosts of one organisation.
pub const HOSTS_LIMIT: usize = 1_000;
/// Characters of a host's description.
pub const DESCRIPTION_LIMIT_CHARACTERS: usize = 500;
/// Servers of one domain in one role.
pub const SERVERS_OF_A_DOMAIN: usize = 16;
/// Mailboxes and domains that are named of those which lead to a server.
pub const LINKED_SHOWN: usize = 50;
/// How long a node may be silent in the middle of applying before another takes over.
pub const RUN_LEASE: Duration = Duration::from_secs(10);
/// Runs that are remembered of an organisation.
pub const RUNS_KEPT: usize = 50;
