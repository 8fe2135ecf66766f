//! Our Authentication-Results, and forged ones in our name (RFC 8601).

use trust::{ArcResult, Authentication, DmarcResult, ListEvidence, ListWeight};
use wire_mime::fields;
use wire_trust::results::{Field, Outcome, authserv_id};

use crate::limits::SENDER_POINTS_LEAST;

/// The results of a letter as a field's content, in the name of `hostname`. ARC sets carry the same (RFC 8617 §4.1.1).
pub fn results(authentication: &Authentication, hostname: &str) -> Field {
    let mut results = Vec::new();
    if let Some(spf) = &authentication.spf {
        let (property, domain) = match authentication.mail_from.is_empty() {
            true => ("smtp.helo", &spf.domain),
            false => ("smtp.mailfrom", &authentication.mail_from),
        };
        results.push(Outcome::new("spf", spf.result.word()).because(&spf.because).about(property, domain));
    }
    for dkim in &authentication.dkim {
        results.push(
            Outcome::new("dkim", dkim.result.word())
                .because(&dkim.because)
                .about("header.d", &dkim.domain)
                .about("header.s", &dkim.selector)
                .about("header.a", &dkim.algorithm)
                .about("header.b", &dkim.signature),
        );
    }
    if authentication.dkim.is_empty() {
        results.push(Outcome::new("dkim", "none"));
    }
    if let Some(dmarc) = &authentication.dmarc {
        let policy = if dmarc.domain.is_empty() { String::new() } else { dmarc.policy.to_string() };
        let policy = if dmarc.result == DmarcResult::Fail { policy } else { String::new() };
        results.push(
            Outcome::new("dmarc", dmarc.result.word())
                .because(&dmarc.because)
                .about("header.from", &authentication.header_from)
                .about("policy.dmarc", &policy),
        );
    }
    if let Some(arc) = authentication.arc.as_ref().filter(|arc| arc.result != ArcResult::TempError) {
        // RFC 8617 §10.1: the word of the chain; the sealer for people.
        let sealer = arc.sealers.last().map_or("", String::as_str);
        results.push(Outcome::new("arc", arc.result.word()).because(&arc.because).about("header.d", sealer));
    }
    if let (Some(reverse), Some(ip)) = (&authentication.reverse, authentication.ip) {
        results.push(
            Outcome::new("iprev", reverse.result.word())
                .because(&reverse.name)
                .about("policy.iprev", &ip.to_string()),
        );
    }
    results.extend(authentication.lists.iter().map(listed));
    if let Some(sender) = &authentication.sender {
        let points = format!("{} of 100 points by {} earlier letters", sender.points, sender.letters);
        let result = if sender.points < SENDER_POINTS_LEAST { "fail" } else { "pass" };
        results
            .push(Outcome::new("x-sender", result).because(&points).about("policy.domain", &sender.domain));
    }
    Field { authserv_id: hostname.to_owned(), results }
}

/// An entry in a list of good senders by the method of RFC 8904, and in others by one of ours in its likeness.
fn listed(list: &ListEvidence) -> Outcome {
    let (method, found) = match list.weight {
        ListWeight::Allow => ("dnswl", "pass"),
        ListWeight::Mark | ListWeight::Spam | ListWeight::Refuse => ("x-dnsbl", "fail"),
    };
    let result = if list.trouble.is_empty() { found } else { "temperror" };
    let codes: Vec<String> = list.codes.iter().map(ToString::to_string).collect();
    Outcome::new(method, result)
        .because(&list.trouble)
        .about("dns.zone", &list.zone)
        .about("policy.ip", &codes.join(","))
        .about("policy.txt", &list.text)
}

/// Takes our name away from results that were in the letter before it came to us (RFC 8601 §5): such a field
/// is renamed in its place, so that no other byte moves. What cannot be understood might be taken for ours by
/// somebody else.
pub fn disown(header: &mut [u8], hostname: &str) {
    let mut forged = Vec::new();
    for field in fields(header) {
        if field.is("authentication-results")
            && authserv_id(field.value).is_none_or(|id| id.eq_ignore_ascii_case(hostname))
        {
            forged.push(field.value_at);
        }
    }
    for value_at in forged {
        // The name begins its line: look back from the colon.
        let line = header[..value_at].iter().rposition(|&octet| octet == b'\n').map_or(0, |end| end + 1);
        header[line..line + 2].copy_from_slice(b"X-");
    }
}

/// Takes fields away that only we write, `X-Relais-…`: each is renamed in its place to `X-Forged-…`, so that no other
/// byte moves.
pub fn disown_fields(header: &mut [u8]) {
    const OURS: &[u8] = b"x-relais-";
    let is_ours = |name: &[u8]| name.get(..OURS.len()).is_some_and(|start| start.eq_ignore_ascii_case(OURS));
    let forged: Vec<usize> =
        fields(header).filter(|field| is_ours(field.name)).map(|field| field.value_at).collect();
    for value_at in forged {
        let line = header[..value_at].iter().rposition(|&octet| octet == b'\n').map_or(0, |end| end + 1);
        header[line + 2..line + 8].copy_from_slice(b"Forged");
    }
}
