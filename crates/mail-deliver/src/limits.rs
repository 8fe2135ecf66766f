//! Every limit of carrying, by name.

use std::time::Duration;

/// To make a TCP connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// For the TLS handshake.
pub const TLS_TIMEOUT: Duration = Duration::from_secs(60);
/// For the greeting (RFC 5321 §4.5.3.2.1: 5 minutes).
pub const GREETING_TIMEOUT: Duration = Duration::from_secs(300);
/// For the answer to MAIL and the commands before it (RFC 5321 §4.5.3.2.2: 5 minutes).
pub const MAIL_TIMEOUT: Duration = Duration::from_secs(300);
/// For the answer to RCPT (RFC 5321 §4.5.3.2.3: 5 minutes).
pub const RCPT_TIMEOUT: Duration = Duration::from_secs(300);
/// For the 354 (RFC 5321 §4.5.3.2.4: 2 minutes).
pub const DATA_TIMEOUT: Duration = Duration::from_secs(120);
/// For a block of the message to go out (RFC 5321 §4.5.3.2.5: 3 minutes).
pub const BLOCK_TIMEOUT: Duration = Duration::from_secs(180);
/// For the answer to the final dot (RFC 5321 §4.5.3.2.6: 10 minutes).
pub const FINAL_TIMEOUT: Duration = Duration::from_secs(600);
/// For the answer to RSET and QUIT, after which nothing depends on the peer.
pub const FAREWELL_TIMEOUT: Duration = Duration::from_secs(10);
/// Addresses tried in one attempt (RFC 5321 §5.1: at least two).
pub const ADDRESS_LIMIT: usize = 8;
/// Mail exchangers looked up in one attempt.
pub const EXCHANGER_LIMIT: usize = 10;
/// Recipients in one transaction (RFC 5321 §4.5.3.1.8: every server takes 100).
pub const RECIPIENT_LIMIT: usize = 100;
/// Bytes of the message that are read and written at a time.
pub const BLOCK_BYTES: usize = 128 * 1024;
/// Idle connections kept for one server.
pub const IDLE_PER_SERVER: usize = 4;
/// Idle connections kept in all.
pub const IDLE_LIMIT: usize = 100;
/// How long an idle connection is kept; most servers close theirs after five minutes.
pub const IDLE_TIME: Duration = Duration::from_secs(30);
/// Messages over one connection; some servers grow suspicious of more.
pub const USES_LIMIT: u32 = 100;
/// A message above this is not converted to seven bits.
pub const CONVERSION_LIMIT_BYTES: u64 = 32 * 1024 * 1024;
/// Servers of one domain that a test of a connection looks at.
pub const PROBED_SERVERS: usize = 4;
/// Domains whose exchangers are asked for whether a host is among them.
pub const PROBED_DOMAINS: usize = 20;
/// Servers, and questions to the name service, that a test has under way at the same time.
pub const PROBED_AT_ONCE: usize = 8;
/// How long a test waits for the name service to say where the servers are.
pub const ROUTES_TIME: Duration = Duration::from_secs(15);
/// How long it then looks at servers.
pub const PROBES_TIME: Duration = Duration::from_secs(45);
/// For the whole conversation of a test with one server.
pub const PROBE_TIME: Duration = Duration::from_secs(20);
