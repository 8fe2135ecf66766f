//! A letter's way in the reader's words. The trail keeps its steps as values; of what the judge and the gateway say it
//! keeps English sentences, which are told here by their form. A remote server's own words stay as they are.

use trail::Step;
use trust::Authentication;

use crate::reader;
use crate::visitor::Guest;
use crate::words::{Word, knows};

/// Sentences that are stored in English, by their form: `{}` stands for a value.
pub(crate) const SENTENCES: [(&str, &str); 28] = [
    ("way-forwarder", "the trusted forwarder {} vouches for it"),
    ("way-forwarder-vouches", "a trusted forwarder vouches for it"),
    ("way-null-mx", "the sender's domain has a null MX"),
    ("way-takes-no-mail", "the sender's domain takes no mail"),
    ("way-dmarc-refuse", "DMARC fails and {} asks to refuse"),
    ("way-dmarc-quarantine", "DMARC fails and {} asks for quarantine"),
    ("way-stranger-unproven", "a stranger claims our domain {} and nothing proves it"),
    ("way-stranger", "a stranger claims our domain {}"),
    ("way-nobody-can-say", "nobody can say who wrote it: {}"),
    ("way-spf-fail", "the peer may not send for {} (SPF fail)"),
    ("way-spf-softfail", "the peer should not send for {} (SPF softfail)"),
    ("way-listed", "{} is listed by {} ({})"),
    ("way-vouched", "{} is vouched for by {} ({})"),
    ("way-list-alone", "the list {} was left alone: {}"),
    ("way-earlier", "earlier letters of {} have {} of 100 points ({} letters)"),
    ("way-blocked", "the mail service's list of blocked senders names {} by «{}»"),
    ("way-approved", "the mail service's list of approved senders names {} by «{}»"),
    ("way-left-out", "left out by its percentage"),
    ("way-mailbox", "mailbox {}"),
    ("way-mail-servers", "mail servers of {}"),
    ("way-reports", "reports about {}"),
    ("way-route", "route {}"),
    ("way-folder", "folder {}"),
    ("way-not-offered", "not offered"),
    ("sms-no-gateway", "this installation has no gateway for SMS"),
    ("sms-settings", "the gateway's settings make no request: {}"),
    ("sms-unreachable", "the gateway cannot be reached: {}"),
    ("sms-answer", "the gateway answers {}"),
];

/// The values in a text of this form; `None` if it has another.
fn values<'a>(form: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = form.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (value, behind) = match (piece, pieces.peek()) {
            ("", None) => (rest, ""),
            (piece, None) => (rest.strip_suffix(piece)?, ""),
            (piece, Some(_)) => rest.split_once(piece)?,
        };
        values.push(value);
        rest = behind;
    }
    rest.is_empty().then_some(values)
}

/// A sentence that the trail keeps, in the reader's words where it has a known form.
pub(super) fn told(guest: &Guest, text: &str) -> String {
    if let Some(marked) = text.strip_suffix(", only marked") {
        return guest.say("way-only-marked", &[("what", Word::from(told(guest, marked)))]);
    }
    for (key, form) in SENTENCES {
        if let Some(values) = values(form, text) {
            let names = ["one", "two", "three"];
            let values: Vec<(&str, Word)> =
                names.into_iter().zip(values).map(|(name, value)| (name, Word::from(value))).collect();
            return guest.say(key, &values);
        }
    }
    match text.split_once("; ") {
        Some((first, rest)) => format!("{}; {}", told(guest, first), told(guest, rest)),
        None => text.to_owned(),
    }
}

/// What was found out about a letter's origin. The names of methods and results are the same in every language.
fn evidence(guest: &Guest, found: Option<&Authentication>) -> Option<String> {
    let words = found.map(ToString::to_string).filter(|words| !words.is_empty())?;
    let mut parts: Vec<String> = Vec::new();
    // A comma within parentheses belongs to its part.
    let mut depth = 0_usize;
    for piece in words.split(", ") {
        match parts.last_mut().filter(|_| depth > 0) {
            Some(part) => *part = format!("{part}, {piece}"),
            None => parts.push(piece.to_owned()),
        }
        depth = (depth + piece.matches('(').count()).saturating_sub(piece.matches(')').count());
    }
    Some(parts.iter().map(|part| told(guest, part)).collect::<Vec<_>>().join(", "))
}

/// A step in our words, and a server's own.
pub(super) struct Sentence {
    pub(super) ours: String,
    pub(super) theirs: String,
}

pub(super) fn sentence(guest: &Guest, step: &Step) -> Sentence {
    let say = |key: &str, name: &'static str, value: &str| guest.say(key, &[(name, Word::from(value))]);
    let known = |key: String, otherwise: &str| match knows(guest.language, &key) {
        true => guest.say(&key, &[]),
        false => otherwise.to_owned(),
    };
    let (mut parts, mut theirs) = (Vec::new(), String::new());
    match step {
        Step::Accepted { protocol, peer_ip, helo, tls, login, size_bytes, subject, message_id } => {
            parts.push(match (peer_ip, helo) {
                (None, _) => guest.say("way-from-us", &[]),
                (Some(ip), None) => say("way-from", "ip", &ip.to_canonical().to_string()),
                (Some(ip), Some(helo)) => guest.say(
                    "way-from-helo",
                    &[("ip", Word::from(ip.to_canonical().to_string())), ("helo", Word::from(helo.as_str()))],
                ),
            });
            parts.push(say("way-by", "protocol", protocol));
            parts.extend(tls.as_ref().map(|tls| say("way-tls", "tls", tls)));
            parts.extend(login.as_ref().map(|login| say("way-login", "login", login)));
            parts.push(reader::octets(guest.language, *size_bytes));
            parts.extend(subject.as_ref().map(|subject| format!("«{subject}»")));
            parts.extend(message_id.clone());
        }
        Step::Refused { peer_ip, reply, evidence: found } => {
            parts.extend(peer_ip.map(|ip| say("way-refused", "ip", &ip.to_canonical().to_string())));
            parts.extend(evidence(guest, found.as_deref()));
            theirs = reply.to_string();
        }
        Step::Judged { verdict, why, evidence: found } => {
            let verdict = known(format!("way-verdict-{verdict}"), verdict);
            parts.push(match why.is_empty() {
                true => verdict,
                false => guest.say(
                    "way-judged",
                    &[("verdict", Word::from(verdict)), ("why", Word::from(told(guest, why)))],
                ),
            });
            parts.extend(evidence(guest, found.as_deref()));
        }
        Step::Queued { route } => parts.push(say("way-queued", "route", &told(guest, route))),
        Step::Tried { host, ip, source, tls, why_no_tls, policy, failure, reply, destination: _ } => {
            parts.push(match ip {
                Some(ip) => format!("{host} [{}]", ip.to_canonical()),
                None => host.clone(),
            });
            parts.extend(source.map(|ip| say("way-source", "ip", &ip.to_canonical().to_string())));
            match (tls, why_no_tls) {
                (Some(tls), _) => parts.push(say("way-tls", "tls", tls)),
                (None, Some(why)) => parts.push(say("way-no-tls", "why", &told(guest, why))),
                (None, None) => {}
            }
            let failure = failure.as_ref().map(|failure| known(format!("tls-failure-{failure}"), failure));
            parts.extend(match (policy, failure) {
                (Some(policy), Some(failure)) => Some(guest.say(
                    "way-policy-failed",
                    &[("policy", Word::from(policy.as_str())), ("failure", Word::from(failure))],
                )),
                (policy, failure) => policy.clone().or(failure),
            });
            theirs = reply.to_string();
        }
        Step::Delivered { place, reply } => {
            parts.push(told(guest, place));
            theirs = reply.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        Step::Deferred { reply, next_at } => {
            parts.push(say("way-next", "at", &reader::moment(guest.language, &next_at.rfc3339())));
            theirs = reply.to_string();
        }
        Step::Bounced { reply } => theirs = reply.to_string(),
        // The title says it.
        Step::Expired | Step::Held | Step::Released | Step::Deleted => {}
        Step::Reported { kind } => parts.push(known(format!("way-report-{kind}"), kind)),
        Step::Complained { feedback, agent } => {
            parts.push(say("way-complained", "feedback", feedback));
            if !agent.is_empty() {
                parts.push(say("way-told-by", "agent", agent));
            }
        }
    }
    Sentence { ours: parts.join(", "), theirs }
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn a_sentence_is_known_by_its_form() {
        assert_eq!(values("mailbox {}", "mailbox anna@valbois.test"), Some(vec!["anna@valbois.test"]));
        assert_eq!(
            values("{} is listed by {} ({})", "192.0.2.1 is listed by zen.test (127.0.0.2: spam)"),
            Some(vec!["192.0.2.1", "zen.test", "127.0.0.2: spam"])
        );
        assert_eq!(values("not offered", "not offered"), Some(vec![]));
        assert_eq!(values("not offered", "not offered here"), None);
        assert_eq!(values("mailbox {}", "route x"), None);
        assert_eq!(values("DMARC fails and {} asks to refuse", "DMARC fails and"), None);
    }
}
