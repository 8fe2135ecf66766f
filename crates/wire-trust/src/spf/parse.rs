//! The grammar of RFC 7208 §12.

use super::{MacroString, Mechanism, Prefixes, Qualifier, Record, Term};
use crate::{Fault, limits};

/// record = version *( 1*SP ( directive / modifier ) ) *SP
pub(super) fn record(text: &str) -> Result<Record, Fault> {
    if text.len() > limits::RECORD_LIMIT_OCTETS {
        return Err(Fault::new(0, "", "the record is too long"));
    }
    if !Record::is_meant(text.as_bytes()) {
        return Err(Fault::new(0, text, "an SPF record begins with v=spf1 and a blank"));
    }
    let mut terms = Vec::new();
    let mut position = 6;
    for word in text[6..].split(' ') {
        let begin = position;
        position += word.len() + 1;
        if word.is_empty() {
            continue;
        }
        if let Some(octet) = word.bytes().find(|octet| !(0x21..=0x7e).contains(octet)) {
            let reason = match octet {
                0x80.. => "only US-ASCII is allowed: a name stands in its A-label form (xn--…)",
                _ => "terms are separated by blanks, and nothing else is white space",
            };
            return Err(Fault::new(begin, word, reason));
        }
        if terms.len() == limits::SPF_TERM_LIMIT {
            return Err(Fault::new(begin, word, "there are too many terms"));
        }
        let term = term(word).map_err(|reason| Fault::new(begin, word, reason))?;
        // RFC 7208 §6: each of the two at most once.
        let is_twice = terms.iter().any(|known| {
            matches!(
                (known, &term),
                (Term::Redirect(_), Term::Redirect(_)) | (Term::Explanation(_), Term::Explanation(_))
            )
        });
        if is_twice {
            return Err(Fault::new(begin, word, "redirect= and exp= may each stand there once"));
        }
        terms.push(term);
    }
    Ok(Record { terms })
}

fn term(word: &str) -> Result<Term, String> {
    // modifier = name "=" …; name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
    if let Some((name, value)) = word.split_once('=')
        && name.bytes().next().is_some_and(|octet| octet.is_ascii_alphabetic())
        && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet))
    {
        return match name.to_ascii_lowercase().as_str() {
            "redirect" => MacroString::domain(value).map(Term::Redirect),
            "exp" => MacroString::domain(value).map(Term::Explanation),
            _ => MacroString::parse(value).map(|value| Term::Unknown(name.to_owned(), value)),
        };
    }
    let (qualifier, rest) = match word.as_bytes()[0] {
        b'+' => (Qualifier::Pass, &word[1..]),
        b'-' => (Qualifier::Fail, &word[1..]),
        b'~' => (Qualifier::SoftFail, &word[1..]),
        b'?' => (Qualifier::Neutral, &word[1..]),
        _ => (Qualifier::Pass, word),
    };
    mechanism(rest).map(|mechanism| Term::Directive(qualifier, mechanism))
}

fn mechanism(word: &str) -> Result<Mechanism, String> {
    let end = word.find([':', '/']).unwrap_or(word.len());
    let (name, rest) = word.split_at(end);
    let argument = rest.strip_prefix(':');
    let wanted = || argument.ok_or_else(|| format!("{name} needs a colon and a value"));
    match name.to_ascii_lowercase().as_str() {
        "all" if rest.is_empty() => Ok(Mechanism::All),
        "all" => Err("all has no argument".to_owned()),
        "include" => Ok(Mechanism::Include(MacroString::domain(wanted()?)?)),
        "exists" => Ok(Mechanism::Exists(MacroString::domain(wanted()?)?)),
        "ptr" => match (argument, rest.is_empty()) {
            (Some(target), _) => Ok(Mechanism::Ptr(Some(MacroString::domain(target)?))),
            (None, true) => Ok(Mechanism::Ptr(None)),
            (None, false) => Err("ptr has no prefix length".to_owned()),
        },
        "a" => target_and_prefixes(argument, rest).map(|(target, prefixes)| Mechanism::A(target, prefixes)),
        "mx" => target_and_prefixes(argument, rest).map(|(target, prefixes)| Mechanism::Mx(target, prefixes)),
        "ip4" => {
            let (network, prefix) = network(wanted()?, 32)?;
            let network = network.parse().map_err(|_| format!("{network} is no IPv4 address"))?;
            Ok(Mechanism::Ip4(network, prefix))
        }
        "ip6" => {
            let (network, prefix) = network(wanted()?, 128)?;
            let network = network.parse().map_err(|_| format!("{network} is no IPv6 address"))?;
            Ok(Mechanism::Ip6(network, prefix))
        }
        _ => Err(format!("there is no mechanism {name}")),
    }
}

/// [ ":" domain-spec ] [ dual-cidr-length ]; the domain may contain slashes, so the lengths are read from the end.
fn target_and_prefixes(
    argument: Option<&str>,
    rest: &str,
) -> Result<(Option<MacroString>, Prefixes), String> {
    let text = argument.unwrap_or(rest);
    let mut prefixes = Prefixes::WHOLE;
    let (mut target, mut has_ipv6) = (text, false);
    if let Some((before, digits)) = text.rsplit_once("//").filter(|(_, digits)| is_digits(digits)) {
        prefixes.ipv6 = length(digits, 128)?;
        (target, has_ipv6) = (before, true);
    }
    if let Some((before, digits)) = target.rsplit_once('/').filter(|(_, digits)| is_digits(digits)) {
        prefixes.ipv4 = length(digits, 32)?;
        target = before;
    }
    // What is left of "a/", "a//", "a//64/24".
    if target.ends_with('/') || (has_ipv6 && target.contains("//")) {
        return Err("a prefix length is /24, //64 or /24//64".to_owned());
    }
    match (argument, target.is_empty()) {
        (None, true) => Ok((None, prefixes)),
        (None, false) => Err("a prefix length is /24, //64 or /24//64".to_owned()),
        (Some(_), _) => Ok((Some(MacroString::domain(target)?), prefixes)),
    }
}

fn network(text: &str, bits: u8) -> Result<(&str, u8), String> {
    match text.split_once('/') {
        Some((network, digits)) => Ok((network, length(digits, bits)?)),
        None => Ok((text, bits)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit())
}

/// ip4-cidr-length = "/" ("0" / %x31-39 0*1DIGIT)
fn length(digits: &str, bits: u8) -> Result<u8, String> {
    let is_plain = is_digits(digits) && (digits == "0" || !digits.starts_with('0'));
    digits
        .parse()
        .ok()
        .filter(|&length: &u8| is_plain && length <= bits)
        .ok_or_else(|| format!("a prefix length is a number from 0 to {bits}"))
}
