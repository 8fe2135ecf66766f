//! The records of a domain's mail service: pure, from the installation's data and the domain's keys.
//!
//! Why these values:
//!
//! - **SPF** is strict (`-all`): all mail of the domain leaves through us, and DKIM carries what is forwarded.
//! - **DMARC** asks for quarantine and not for rejection: a mailing list that changes letters breaks DKIM and
//!   SPF at once, and letters of people should then be looked for in Spam and not come back. Reports come to
//!   us, from where the screens draw their charts; alignment is relaxed (RFC 7489 §3.1), so that sub-domains
//!   work.
//! - **MTA-STS** changes its id with the policy (RFC 8461 §3.1): it is a digest of it.
//! - **SRV** names what is offered, implicit TLS before STARTTLS (RFC 8314 §5.1), and says `0 0 0 .` for what
//!   is not (RFC 6186 §3.4), so that programs need not try.

use hosts::DomainServers;
use model::Domain;

use crate::entities::{ManagedBy, RecordData};
use crate::installation::{Exchanger, Host, Installation};
use crate::kind::{RecordKind, quoted};
use crate::name::DnsName;

/// Seconds for which senders keep our MTA-STS policy: a week, so that a change of exchangers is known soon
/// enough (RFC 8461 §3.2 suggests weeks or more).
pub const STS_MAX_AGE_SECONDS: u32 = 604_800;

/// The local part that DMARC reports of a hosted domain come to.
pub const DMARC_REPORTS: &str = "dmarc-reports";
/// The labels between another domain and the one that takes its DMARC reports.
pub const REPORTS_LABELS: &str = "_report._dmarc";
/// The local part that TLS reports of a hosted domain come to.
pub const TLS_REPORTS: &str = "tls-reports";

/// What a hosted domain's SPF says at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpfStrictness {
    /// `-all`: the default (R112, R113).
    #[default]
    Strict,
    /// `?all`: the one-click soft variant (R116).
    Soft,
    /// `~all`: what comes from elsewhere is marked (R118).
    Marking,
}

impl SpfStrictness {
    /// The last term.
    pub fn term(self) -> &'static str {
        match self {
            SpfStrictness::Strict => "-all",
            SpfStrictness::Soft => "?all",
            SpfStrictness::Marking => "~all",
        }
    }

    /// What a record's text ends in; anything else is strict.
    pub(crate) fn of_end(text: &str) -> SpfStrictness {
        [SpfStrictness::Soft, SpfStrictness::Marking]
            .into_iter()
            .find(|strictness| text.ends_with(strictness.term()))
            .unwrap_or_default()
    }
}

/// A record with its whole name, for a zone that is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullRecord {
    /// Whose.
    pub name: DnsName,
    /// Its type.
    pub kind: RecordKind,
    /// Its data in presentation form.
    pub data: String,
}

impl std::fmt::Display for FullRecord {
    /// A line of a zone file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} IN {} {}", self.name, self.kind, self.data)
    }
}

/// The text of the MTA-STS policy of every hosted domain (RFC 8461 §3.2), as `mta-sts.<domain>` serves it.
pub fn sts_policy(installation: &Installation) -> String {
    let mut policy = format!("version: STSv1\r\nmode: {}\r\n", installation.sts_mode.as_str());
    for exchanger in &installation.exchangers {
        policy.push_str(&format!("mx: {}\r\n", exchanger.host.name));
    }
    policy.push_str(&format!("max_age: {STS_MAX_AGE_SECONDS}\r\n"));
    policy
}

/// The id of the policy: another one for another policy (RFC 8461 §3.1: up to 32 letters and digits).
pub fn sts_id(installation: &Installation) -> String {
    // FNV-1a: nobody gains anything from a collision.
    let digest = sts_policy(installation).bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}")
}

/// Names below a mail domain that our web doors answer for.
pub const WEB_NAMES: [&str; 3] = ["mta-sts", "autoconfig", "autodiscover"];

/// The installation as a domain with servers of its own has it: they take its mail.
pub fn for_domain(installation: &Installation, servers: &DomainServers) -> Installation {
    let mut installation = installation.clone();
    if !servers.smtp_in.is_empty() {
        let host =
            |server: &hosts::Server| Host { name: server.name.clone(), addresses: server.addresses.clone() };
        let exchangers = servers.smtp_in.iter().map(|server| Exchanger { host: host(server), priority: 10 });
        installation.exchangers = exchangers.collect();
        // These certificates are those of the installation's own exchangers.
        installation.tlsa.clear();
    }
    installation
}

/// The SPF of a domain: through the installation, and through its own servers with SMTP out.
fn spf_text(installation: &Installation, servers: &DomainServers, strictness: SpfStrictness) -> String {
    let mut terms = vec!["v=spf1".to_owned()];
    for address in servers.smtp_out.iter().flat_map(|server| &server.addresses) {
        let family = if address.is_ipv4() { "ip4" } else { "ip6" };
        terms.push(format!("{family}:{address}"));
    }
    terms.push(format!("include:{}", installation.spf_host));
    terms.push(strictness.term().to_owned());
    terms.join(" ")
}

/// Everything that the DNS should say for the mail of `domain`, with whole names. `second_names` are those that it has
/// in the synonyms of its zone; where it has `servers` of its own, they stand in place of the installation's.
pub fn records(
    domain: &Domain,
    second_names: &[DnsName],
    installation: &Installation,
    servers: &DomainServers,
    spf: SpfStrictness,
    dkim: &[keys::DkimRecord],
) -> Vec<FullRecord> {
    let apex = DnsName::from(domain);
    let installation = &for_domain(installation, servers);
    let mut records = Vec::new();
    let mut add = |label: &str, kind: RecordKind, data: String| {
        let name = if label.is_empty() { Ok(apex.clone()) } else { DnsName::within(label, &apex) };
        // A domain that is nearly as long as a name can be has no room for the longest of these.
        if let Ok(name) = name {
            records.push(FullRecord { name, kind, data });
        }
    };
    let text = |text: String| quoted(text.as_bytes());
    for exchanger in &installation.exchangers {
        let host = DnsName::from(&exchanger.host.name);
        add("", RecordKind::Mx, format!("{} {host}", exchanger.priority));
    }
    add("", RecordKind::Txt, text(spf_text(installation, servers, spf)));
    for key in dkim {
        add(&format!("{}._domainkey", key.selector), RecordKind::Txt, quoted(key.value.as_bytes()));
    }
    add(
        "_dmarc",
        RecordKind::Txt,
        text(format!("v=DMARC1; p=quarantine; rua=mailto:{DMARC_REPORTS}@{domain}")),
    );
    // A synonym says the same `rua=` under its own name, and this domain says that it takes those reports too
    // (RFC 7489 §7.1).
    for name in second_names {
        add(&format!("{}.{REPORTS_LABELS}", name.as_str()), RecordKind::Txt, text("v=DMARC1".to_owned()));
    }
    add("_mta-sts", RecordKind::Txt, text(format!("v=STSv1; id={}", sts_id(installation))));
    add("_smtp._tls", RecordKind::Txt, text(format!("v=TLSRPTv1; rua=mailto:{TLS_REPORTS}@{domain}")));
    let web = DnsName::from(&installation.web_host);
    for label in WEB_NAMES {
        add(label, RecordKind::Cname, web.to_string());
    }
    let access = &installation.access;
    let names = |own: &[hosts::Server]| match own {
        [] => vec![DnsName::from(&access.host)],
        own => own.iter().map(|server| DnsName::from(&server.name)).collect(),
    };
    let (reading, sending) = (names(&servers.imap), names(&servers.smtp_out));
    let offers = [
        ("_imaps._tcp", &reading, access.imaps, 0),
        ("_imap._tcp", &reading, access.imap, 10),
        ("_submissions._tcp", &sending, access.submissions, 0),
        ("_submission._tcp", &sending, access.submission, 10),
        ("_pop3s._tcp", &reading, access.pop3s, 0),
        ("_pop3._tcp", &reading, 0, 10),
        ("_sieve._tcp", &reading, access.sieve, 0),
    ];
    for (label, hosts, port, priority) in offers {
        // What is not offered is said once.
        let hosts = if port == 0 { &hosts[..1] } else { &hosts[..] };
        for host in hosts {
            add(label, RecordKind::Srv, offer(host, port, priority));
        }
    }
    add("_autodiscover._tcp", RecordKind::Srv, offer(&web, access.https, 0));
    // Those of another domain have their addresses there.
    for server in servers.all() {
        let name = DnsName::from(&server.name);
        for address in server.addresses.iter().filter(|_| name.relative_to(&apex).is_some()) {
            let kind = if address.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa };
            records.push(FullRecord { name: name.clone(), kind, data: address.to_string() });
        }
    }
    records
}

fn offer(host: &DnsName, port: u16, priority: u16) -> String {
    match port {
        0 => "0 0 0 .".to_owned(),
        port => format!("{priority} 1 {port} {host}"),
    }
}

/// What a domain loses without a record of its mail service.
pub(crate) fn loss(record: &RecordData) -> &'static str {
    let has = |label: &str| record.owner.split('.').any(|part| part == label);
    match record.kind {
        RecordKind::Mx => "mail for the domain has nowhere to go",
        RecordKind::Srv => "mail programs no longer find the servers by themselves",
        _ if has("_domainkey") => "letters signed with this key no longer prove whose they are",
        _ if has("_report") => "DMARC reports about the synonym are no longer sent",
        _ if has("_dmarc") => "forgeries are delivered, and DMARC reports end",
        _ if has("_tls") => "reports about failing TLS end",
        _ if has("_mta-sts") || has("mta-sts") => {
            "other servers no longer insist on TLS when they deliver here"
        }
        RecordKind::Cname => "mail programs no longer set themselves up",
        _ => "receivers no longer know which servers may send for the domain (SPF)",
    }
}

/// These records in a zone that encloses the domain.
pub(crate) fn in_zone(
    records: Vec<FullRecord>,
    zone: &crate::ZoneInfo,
    managed_by: ManagedBy,
) -> Vec<RecordData> {
    records
        .into_iter()
        .filter_map(|FullRecord { name, kind, data }| {
            let owner = name.relative_to(&zone.name)?;
            Some(RecordData { owner, kind, data, ttl: zone.default_ttl, managed_by, note: String::new() })
        })
        .collect()
}
