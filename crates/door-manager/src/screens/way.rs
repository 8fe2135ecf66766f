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

/// What we say ourselves of a server that cannot be reached or is of no use, in the form of an answer: the queue, the log
/// and the way of a letter keep it so. A remote server that is a Relais too says some of them in the same words.
pub(crate) const ANSWERS: [(&str, &str); 53] = [
    ("answer-connect", "cannot connect: {}"),
    ("answer-not-in-time", "the connection was not made in time"),
    ("answer-nobody", "no server of the destination answers"),
    ("answer-lately", "the destination has not answered lately"),
    ("answer-not-ours", "the letter is to leave from {}, which this node does not have"),
    ("answer-unfit", "the address of {} is none that a mail server can have"),
    ("answer-no-domain", "the domain {} does not exist"),
    ("answer-no-server", "the domain {} has no mail server"),
    ("answer-no-lookup", "the domain {} cannot be looked up now"),
    ("answer-null-mx", "{} takes no mail (null MX)"),
    ("answer-loop", "the mail of {} comes back to us, and we do not host it"),
    ("answer-trouble-later", "temporary trouble here, try again later"),
    ("answer-trouble", "temporary trouble here"),
    ("answer-room", "not enough room, try again later"),
    ("answer-tlsa", "the TLSA records of {} cannot be looked up now: {}"),
    ("answer-requiretls", "REQUIRETLS cannot be met: {}"),
    ("answer-unvouched", "neither DNSSEC nor MTA-STS vouches for the server's name"),
    ("answer-requiretls-not-offered", "the server does not offer REQUIRETLS"),
    ("answer-sts", "the MTA-STS policy of {} does not name {}"),
    ("answer-tls", "no TLS: {}"),
    ("answer-starttls", "STARTTLS refused: {}"),
    ("answer-handshake", "the handshake failed: {}"),
    ("answer-handshake-slow", "the handshake takes too long"),
    ("answer-tlsa-none", "none of the TLSA records fits the server's certificate"),
    ("answer-configured", "as configured"),
    ("answer-between", "the server spoke between STARTTLS and the handshake"),
    ("answer-mechanisms", "the server offers neither PLAIN nor LOGIN"),
    ("answer-sign-in", "signing in was refused: {}"),
    ("answer-out-of-place", "an answer out of place: {}"),
    ("answer-writing", "the connection was lost while writing: {}"),
    ("answer-none-to", "no answer to {}: {}"),
    ("answer-not-reading", "the server does not read"),
    ("answer-closed", "the connection was closed"),
    ("answer-nothing-within", "nothing within {} seconds"),
    ("answer-greeting", "the greeting"),
    ("answer-dot", "the final dot"),
    ("answer-command", "a command"),
    ("answer-none", "no answer"),
    ("answer-more-recipients", "more recipients than one transaction takes"),
    ("answer-full-of", "the mailbox of {} is full"),
    ("answer-full", "the mailbox is full"),
    ("answer-gone", "no such address here any more"),
    ("answer-nobody-here", "no such address here"),
    ("answer-alias", "the address is an alias that leads nowhere"),
    ("answer-disabled", "the address is disabled"),
    ("answer-nobody-agreed", "nobody has agreed to receive for the address yet"),
    ("answer-no-relay", "we do not relay to that domain"),
    ("answer-smtputf8", "an address or a header needs SMTPUTF8, which the server does not offer"),
    ("answer-eight-bit", "the message has eight-bit lines, and the server does not offer 8BITMIME"),
    ("answer-binary", "the message is binary, and the server does not offer CHUNKING and BINARYMIME"),
    ("answer-demands-tls", "the sender demands REQUIRETLS, which the server does not offer"),
    ("answer-size", "the message has {} bytes, and the server takes {} at most"),
    ("answer-name-later", "the name {} cannot be looked up now: {}"),
];

/// What the operating system says of a connection.
pub(crate) const SYSTEM: [(&str, &str); 7] = [
    ("answer-refused", "Connection refused (os error {})"),
    ("answer-timed-out", "Connection timed out (os error {})"),
    ("answer-no-route", "No route to host (os error {})"),
    ("answer-no-network", "Network is unreachable (os error {})"),
    ("answer-reset", "Connection reset by peer (os error {})"),
    ("answer-pipe", "Broken pipe (os error {})"),
    ("answer-no-source", "Cannot assign requested address (os error {})"),
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

/// The code of an answer and what follows it: `451 4.4.1 cannot connect…`.
fn code_and_text(answer: &str) -> Option<(&str, &str)> {
    let is_code = |word: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let (code, text) = answer.split_once(' ').filter(|(code, _)| is_code(code, 3..=3))?;
    match text.split_once(' ').filter(|(status, _)| is_code(status, 5..=9)) {
        Some((status, text)) => Some((&answer[..code.len() + 1 + status.len()], text)),
        None => Some((code, text)),
    }
}

/// What a form of ours says in the reader's words; `None` where the text has none of them.
fn said(guest: &Guest, text: &str) -> Option<String> {
    for (key, form) in SENTENCES.iter().chain(&ANSWERS).chain(&SYSTEM) {
        if let Some(values) = values(form, text) {
            // In an answer of ours there may be another: «cannot connect: the connection was not made in time».
            let is_answer = key.starts_with("answer-");
            let value = |value: &str| if is_answer { told(guest, value) } else { value.to_owned() };
            let names = ["one", "two", "three"];
            let values: Vec<(&str, Word)> =
                names.into_iter().zip(values).map(|(name, text)| (name, Word::from(value(text)))).collect();
            return Some(guest.say(key, &values));
        }
    }
    None
}

/// A sentence that the trail or the queue keeps, in the reader's words where it has a known form.
pub(super) fn told(guest: &Guest, text: &str) -> String {
    if let Some(marked) = text.strip_suffix(", only marked") {
        return guest.say("way-only-marked", &[("what", Word::from(told(guest, marked)))]);
    }
    if let Some(said) = said(guest, text) {
        return said;
    }
    if let Some((code, answer)) = code_and_text(text) {
        // A remote server's own words are not touched.
        return said(guest, answer).map_or_else(|| text.to_owned(), |said| format!("{code} {said}"));
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

/// A step in our words, what was answered, and whether the answer is in a server's own words.
pub(super) struct Sentence {
    pub(super) ours: String,
    pub(super) answer: String,
    pub(super) is_theirs: bool,
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
    let answer = told(guest, &theirs);
    Sentence { ours: parts.join(", "), is_theirs: answer == theirs, answer }
}

#[cfg(test)]
mod tests {
    use super::{code_and_text, values};

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

    #[test]
    fn the_code_of_an_answer_stands_before_its_words() {
        assert_eq!(code_and_text("451 4.4.1 cannot connect: x"), Some(("451 4.4.1", "cannot connect: x")));
        assert_eq!(code_and_text("550 nobody here"), Some(("550", "nobody here")));
        assert_eq!(code_and_text("550"), None);
        assert_eq!(code_and_text("mailbox anna@valbois.test"), None);
    }
}
