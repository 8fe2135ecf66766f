//! What was seen, as lines; nobody is asked here.

use gateways::{
    Expiry, InboundTarget, Integration, IntegrationState, PeerCertificate, Refusal, Sighting, SightingKind,
    Verdict,
};
use mail_deliver::{Probed, ProbedServer, Reached};
use model::{Class, Domain, RelayTarget, Reply, Timestamp};

use super::{Check, Findings, Light, Line, Says, SuffixAnswer};
use crate::limits::{SAID_LIMIT_CHARACTERS, SIGHTING_COUNTS};

/// The lines of a test of `one`, in the order in which they are told.
pub fn judge(one: &Integration, findings: &Findings, letter_to: Option<&str>, now: Timestamp) -> Vec<Line> {
    let mut lines = Lines(Vec::new());
    declared(&mut lines, one);
    for probed in &findings.servers {
        reception(&mut lines, one, probed, now);
    }
    letter(&mut lines, &findings.servers, letter_to);
    sending(&mut lines, &findings.sightings, now);
    for answer in &findings.suffixes {
        suffix(&mut lines, answer, &findings.own_exchangers);
    }
    for (check, kind) in [
        (Check::SendInternal, SightingKind::SentInternal),
        (Check::SendExternal, SightingKind::SentExternal),
        (Check::ReceiveInternal, SightingKind::ReceivedInternal),
        (Check::ReceiveExternal, SightingKind::ReceivedExternal),
    ] {
        match fresh(&findings.sightings, kind, now) {
            Some(sighting) => lines.add(check, "", Says::WaySeen, told(sighting)),
            None => lines.add(check, "", Says::WayNone, ""),
        }
    }
    lines.0
}

struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, check: Check, subject: impl ToString, says: Says, what: impl ToString) {
        // What others said is shown to people and printed: one line, of a limited length.
        let clean = |text: String| -> String {
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID_LIMIT_CHARACTERS).collect()
        };
        let (subject, what) = (clean(subject.to_string()), clean(what.to_string()));
        self.0.push(Line { check, subject, says, what });
    }
}

/// `2026-11-23 10:12 UTC`.
fn moment(at: Timestamp) -> String {
    let text = at.rfc3339();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

fn told(sighting: &Sighting) -> String {
    format!("{}, {}", moment(sighting.at), sighting.detail)
}

fn said(reply: &Reply) -> String {
    reply.to_string()
}

fn fresh(sightings: &[Sighting], kind: SightingKind, now: Timestamp) -> Option<&Sighting> {
    let found = sightings.iter().find(|sighting| sighting.kind == kind)?;
    (now.since(found.at) <= SIGHTING_COUNTS).then_some(found)
}

fn declared(lines: &mut Lines, one: &Integration) {
    if one.domains.is_empty() {
        lines.add(Check::Domain, "", Says::DomainNone, "");
    }
    for domain in &one.domains {
        let says = if domain.proof.is_some() { Says::DomainProven } else { Says::DomainUnproven };
        lines.add(Check::Domain, &domain.name, says, &domain.name);
    }
    let says = match one.state {
        IntegrationState::Active => Says::Active,
        IntegrationState::Planned => Says::Planned,
        IntegrationState::Suspended => Says::Suspended,
    };
    lines.add(Check::State, "", says, "");
}

fn reception(lines: &mut Lines, one: &Integration, probed: &Probed, now: Timestamp) {
    let domain = &probed.domain;
    let servers = match &probed.servers {
        Ok(servers) if !servers.is_empty() => servers,
        Ok(_) => return lines.add(Check::Route, domain, Says::RouteNone, ""),
        Err(reply) => return lines.add(Check::Route, domain, Says::RouteNone, said(reply)),
    };
    let hosts: Vec<&str> = servers.iter().map(|server| server.host.as_str()).collect();
    let says = match &one.inbound {
        InboundTarget::Exchangers | InboundTarget::Server(RelayTarget::Exchangers(_)) => {
            Says::RouteExchangers
        }
        InboundTarget::Server(RelayTarget::Host(..)) => Says::RouteHost,
        InboundTarget::Server(RelayTarget::Address(_)) => Says::RouteAddress,
    };
    lines.add(Check::Route, domain, says, hosts.join(", "));
    for server in servers {
        of_server(lines, server, now);
    }
}

fn of_server(lines: &mut Lines, server: &ProbedServer, now: Timestamp) {
    let name = format!("{}:{}", server.host, server.port);
    let at = server.address.map(|ip| ip.to_string()).unwrap_or_default();
    match &server.reached {
        Reached::NotAllowed => return lines.add(Check::Port, name, Says::PortNotAllowed, at),
        Reached::NoAddress(why) => return lines.add(Check::Port, name, Says::PortNoAddress, why),
        Reached::NoConnection(why) => return lines.add(Check::Port, name, Says::PortClosed, why),
        Reached::Refused(reply) => return lines.add(Check::Port, name, Says::PortRefused, said(reply)),
        Reached::NoStartTls(_) | Reached::NoHandshake(_) | Reached::HungUp(_) | Reached::Talked { .. } => {
            lines.add(Check::Port, &name, Says::PortOpen, at);
        }
    }
    match &server.reached {
        Reached::NoStartTls(why) => return lines.add(Check::StartTls, name, Says::TlsMissing, why),
        Reached::Talked { tls, .. } => lines.add(Check::StartTls, &name, Says::TlsOffered, tls),
        Reached::NoHandshake(why) if server.shown.is_none() => {
            return lines.add(Check::StartTls, name, Says::TlsFailed, why);
        }
        _ => lines.add(Check::StartTls, &name, Says::TlsOffered, "STARTTLS"),
    }
    let Some(shown) = &server.shown else { return };
    let (says, what) = match &shown.verdict {
        Verdict::Identified(identity) => (Says::CertificateKnown, identity.to_string()),
        Verdict::Refused(refusal) => refused(refusal),
    };
    lines.add(Check::Certificate, &name, says, what);
    if says != Says::CertificateKnown {
        return;
    }
    if let Some(certificate) = &shown.certificate {
        ends(lines, Check::CertificateEnd, &name, certificate.ends_at, now);
    }
    match &server.reached {
        Reached::HungUp(why) => lines.add(Check::OurCertificate, name, Says::OursRefused, why),
        Reached::Talked { .. } if server.asked_for_ours => {
            lines.add(Check::OurCertificate, name, Says::OursTaken, "");
        }
        Reached::Talked { .. } => lines.add(Check::OurCertificate, name, Says::OursNotAsked, ""),
        _ => {}
    }
}

/// A reason of its own for each kind of wrong certificate.
fn refused(refusal: &Refusal) -> (Says, String) {
    match refusal {
        Refusal::SelfSigned => (Says::CertificateSelfSigned, String::new()),
        Refusal::Expired => (Says::CertificateExpired, String::new()),
        Refusal::NotYetValid => (Says::CertificateNotYet, String::new()),
        Refusal::UnknownAuthority { issuer } => (Says::CertificateUnknownAuthority, issuer.clone()),
        Refusal::WrongName { presented } => (Says::CertificateWrongName, presented.join(", ")),
        Refusal::NoCertificate | Refusal::Unreadable | Refusal::Unfit { .. } => {
            (Says::CertificateUnfit, refusal.to_string())
        }
    }
}

fn ends(lines: &mut Lines, check: Check, subject: &str, ends_at: Timestamp, now: Timestamp) {
    let near = ends_at.since(now) <= gateways::limits::EXPIRY_WARNING;
    lines.add(check, subject, if near { Says::EndNear } else { Says::EndFar }, &ends_at.rfc3339()[..10]);
}

/// The letter of the test: one for all servers. What a server that does not know us says to it tells of lists.
fn letter(lines: &mut Lines, probed: &[Probed], letter_to: Option<&str>) {
    let Some(to) = letter_to else { return lines.add(Check::Letter, "", Says::LetterNone, "") };
    let servers = probed.iter().filter_map(|probed| probed.servers.as_ref().ok()).flatten();
    let answer = servers
        .filter_map(|server| match &server.reached {
            Reached::Talked { letter: Some(reply), .. } => Some((server, reply)),
            _ => None,
        })
        .next();
    match answer {
        None => lines.add(Check::Letter, to, Says::LetterNotTried, ""),
        Some((_, reply)) => {
            let says = match reply.class() {
                Class::Done => Says::LetterTaken,
                Class::Never => Says::LetterRefused,
                _ => Says::LetterDeferred,
            };
            lines.add(Check::Letter, to, says, said(reply));
        }
    }
}

fn sending(lines: &mut Lines, sightings: &[Sighting], now: Timestamp) {
    let known = fresh(sightings, SightingKind::Identified, now);
    let refused = fresh(sightings, SightingKind::Refused, now);
    match (known, refused) {
        (Some(known), refused) if refused.is_none_or(|refused| refused.at <= known.at) => {
            lines.add(Check::Sending, "", Says::SenderKnown, told(known));
            if let Some(ends_at) = known.ends_at {
                ends(lines, Check::SendingEnd, "", ends_at, now);
            }
        }
        (_, Some(refused)) => lines.add(Check::Sending, "", Says::SenderRefused, told(refused)),
        _ => lines.add(Check::Sending, "", Says::SenderNone, ""),
    }
    match fresh(sightings, SightingKind::TestMail, now) {
        Some(seen) => lines.add(Check::TestMail, "", Says::TestMailSeen, told(seen)),
        None => lines.add(Check::TestMail, "", Says::TestMailNone, ""),
    }
}

fn suffix(lines: &mut Lines, answer: &SuffixAnswer, own: &[Domain]) {
    let (says, what) = match &answer.exchangers {
        Err(why) => (Says::SuffixNone, why.clone()),
        Ok(hosts) => {
            let names: Vec<&str> = hosts.iter().map(Domain::as_str).collect();
            let is_ours = hosts.iter().any(|host| own.contains(host));
            (if is_ours { Says::SuffixOurs } else { Says::SuffixElsewhere }, names.join(", "))
        }
    };
    lines.add(Check::Suffix, &answer.name, says, what);
}

/// How a declared certificate stands, for the report.
pub(crate) fn expiry_light(certificate: &PeerCertificate, now: Timestamp) -> Light {
    match certificate.expiry(now) {
        Expiry::Far => Light::Good,
        Expiry::Unknown => Light::Waiting,
        Expiry::Near => Light::Warning,
        Expiry::Over => Light::Bad,
    }
}
