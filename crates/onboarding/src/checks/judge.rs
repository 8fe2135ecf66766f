//! What was seen, as lines; nobody is asked here.

use gateways::{
    Expiry, InboundTarget, Integration, IntegrationState, PeerCertificate, Refusal, Sighting, SightingKind,
    Verdict,
};
use mail_deliver::{ProbedRoute, ProbedServer, Reached};
use model::{Class, Domain, RelayTarget, Timestamp};

use super::{Check, Findings, Light, Line, Says, SuffixAnswer};
use crate::limits::{SAID_LIMIT_CHARACTERS, SIGHTING_COUNTS};

/// The lines of a test of `one`, in the order in which they are told.
pub fn judge(one: &Integration, findings: &Findings, letter_to: Option<&str>, now: Timestamp) -> Vec<Line> {
    let mut lines = Lines(Vec::new());
    declared(&mut lines, one);
    for routed in &findings.probed.routes {
        route(&mut lines, one, routed);
    }
    for server in &findings.probed.servers {
        of_server(&mut lines, server, now);
    }
    letter(&mut lines, &findings.probed.servers, letter_to);
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
            Some(sighting) => lines.saw(check, Says::WaySeen, sighting),
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
        self.0.push(Line { check, subject, says, what, at: None });
    }

    fn saw(&mut self, check: Check, says: Says, sighting: &Sighting) {
        self.add(check, "", says, &sighting.detail);
        self.of(sighting.at);
    }

    /// The end of a certificate, where there is one.
    fn ends(&mut self, check: Check, subject: &str, ends_at: Timestamp, now: Timestamp) {
        let says = match Expiry::of(Some(ends_at), now) {
            Expiry::Over => Says::EndOver,
            Expiry::Near => Says::EndNear,
            Expiry::Far | Expiry::Unknown => Says::EndFar,
        };
        self.add(check, subject, says, "");
        self.of(ends_at);
    }

    /// The moment of the line that was added last.
    fn of(&mut self, at: Timestamp) {
        if let Some(line) = self.0.last_mut() {
            line.at = Some(at);
        }
    }
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

fn route(lines: &mut Lines, one: &Integration, routed: &ProbedRoute) {
    let domain = &routed.domain;
    let hosts = match &routed.hosts {
        Some(Ok(hosts)) if !hosts.is_empty() => hosts,
        Some(Ok(_)) => return lines.add(Check::Route, domain, Says::RouteNone, ""),
        Some(Err(reply)) => return lines.add(Check::Route, domain, Says::RouteNone, reply),
        None => return lines.add(Check::Route, domain, Says::NotReached, ""),
    };
    let says = match &one.inbound {
        InboundTarget::Exchangers | InboundTarget::Server(RelayTarget::Exchangers(_)) => {
            Says::RouteExchangers
        }
        InboundTarget::Server(RelayTarget::Host(..)) => Says::RouteHost,
        InboundTarget::Server(RelayTarget::Address(_)) => Says::RouteAddress,
    };
    lines.add(Check::Route, domain, says, hosts.join(", "));
}

fn of_server(lines: &mut Lines, server: &ProbedServer, now: Timestamp) {
    let name = format!("{}:{}", server.host, server.port);
    let at = server.address.map(|ip| ip.to_string()).unwrap_or_default();
    match &server.reached {
        Reached::NotReached => return lines.add(Check::Port, name, Says::NotReached, at),
        Reached::NotAllowed => return lines.add(Check::Port, name, Says::PortNotAllowed, at),
        Reached::NoAddress(why) => return lines.add(Check::Port, name, Says::PortNoAddress, why),
        Reached::NoConnection(why) => return lines.add(Check::Port, name, Says::PortClosed, why),
        Reached::Refused(reply) => return lines.add(Check::Port, name, Says::PortRefused, reply),
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
        lines.ends(Check::CertificateEnd, &name, certificate.ends_at, now);
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

/// The letter of the test: one for all servers. What a server that does not know us says to it tells of lists.
fn letter(lines: &mut Lines, servers: &[ProbedServer], letter_to: Option<&str>) {
    let Some(to) = letter_to else { return lines.add(Check::Letter, "", Says::LetterNone, "") };
    let answer = servers.iter().find_map(|server| match &server.reached {
        Reached::Talked { letter, .. } => letter.as_ref(),
        _ => None,
    });
    match answer {
        None => lines.add(Check::Letter, to, Says::LetterNotTried, ""),
        Some(reply) => {
            let says = match reply.class() {
                Class::Done => Says::LetterTaken,
                Class::Never => Says::LetterRefused,
                _ => Says::LetterDeferred,
            };
            lines.add(Check::Letter, to, says, reply);
        }
    }
}

fn sending(lines: &mut Lines, sightings: &[Sighting], now: Timestamp) {
    let known = fresh(sightings, SightingKind::Identified, now);
    let refused = fresh(sightings, SightingKind::Refused, now);
    match (known, refused) {
        (Some(known), refused) => {
            lines.saw(Check::Sending, Says::SenderKnown, known);
            // Anybody may claim a domain: what was refused since may be theirs, or a stranger's.
            if let Some(refused) = refused.filter(|refused| refused.at > known.at) {
                lines.saw(Check::Sending, Says::SenderRefusedSince, refused);
            }
            if let Some(ends_at) = known.ends_at {
                lines.ends(Check::SendingEnd, "", ends_at, now);
            }
        }
        (None, Some(refused)) => lines.saw(Check::Sending, Says::SenderRefused, refused),
        (None, None) => lines.add(Check::Sending, "", Says::SenderNone, ""),
    }
    match fresh(sightings, SightingKind::TestMail, now) {
        Some(seen) => lines.saw(Check::TestMail, Says::TestMailSeen, seen),
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
