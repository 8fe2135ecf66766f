//! Sets of SRV records that are wanted together (R275).

use super::{Guided, Srv};

/// A set of records of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// A key for commands and languages.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Its records.
    pub entries: &'static [PresetEntry],
}

/// One record of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetEntry {
    /// Without its underscore.
    pub service: &'static str,
    /// Without its underscore.
    pub protocol: &'static str,
    /// Lower is tried first.
    pub priority: u16,
    /// The share among those of the same priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, where it is the same for everybody; otherwise it is asked for.
    pub target: Option<&'static str>,
}

const fn entry(service: &'static str, protocol: &'static str, priority: u16, port: u16) -> PresetEntry {
    PresetEntry { service, protocol, priority, weight: 1, port, target: None }
}

/// The sets, as screens list them.
pub const PRESETS: [Preset; 4] = [
    Preset {
        key: "xmpp",
        name: "XMPP",
        // RFC 6120 §3.2.1, XEP-0368.
        entries: &[
            entry("xmpp-client", "tcp", 5, 5222),
            entry("xmpp-server", "tcp", 5, 5269),
            entry("xmpps-client", "tcp", 5, 5223),
        ],
    },
    Preset {
        key: "ldap",
        name: "LDAP",
        // RFC 2782.
        entries: &[entry("ldap", "tcp", 10, 389), entry("ldaps", "tcp", 0, 636)],
    },
    Preset {
        key: "office-365",
        name: "Microsoft Office 365",
        entries: &[
            PresetEntry {
                service: "sip",
                protocol: "tls",
                priority: 100,
                weight: 1,
                port: 443,
                target: Some("sipdir.online.lync.com."),
            },
            PresetEntry {
                service: "sipfederationtls",
                protocol: "tcp",
                priority: 100,
                weight: 1,
                port: 5061,
                target: Some("sipfed.online.lync.com."),
            },
        ],
    },
    Preset {
        key: "mail",
        name: "IMAP, Submission",
        // RFC 6186 §3, RFC 8314 §5.1: implicit TLS first.
        entries: &[
            entry("imaps", "tcp", 0, 993),
            entry("imap", "tcp", 10, 143),
            entry("submissions", "tcp", 0, 465),
            entry("submission", "tcp", 10, 587),
        ],
    },
];

impl Preset {
    /// The set as entries for `domain` (relative to the zone), on `target` where it is not the same for
    /// everybody.
    pub fn entries_for(&self, domain: &str, target: &str) -> Vec<Guided> {
        self.entries
            .iter()
            .map(|entry| {
                Guided::Srv(Srv {
                    service: entry.service.to_owned(),
                    protocol: entry.protocol.to_owned(),
                    domain: domain.to_owned(),
                    priority: entry.priority,
                    weight: entry.weight,
                    port: entry.port,
                    target: entry.target.unwrap_or(target).to_owned(),
                })
            })
            .collect()
    }
}
