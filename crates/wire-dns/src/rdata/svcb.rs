//! The parameters of SVCB and HTTPS (RFC 9460 §2.1, §7, appendix A).

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::lexer::Word;
use crate::record::Fault;

const FIELD: &str = "parameters";
const MANDATORY: u16 = 0;
const ALPN: u16 = 1;
const NO_DEFAULT_ALPN: u16 = 2;
const PORT: u16 = 3;
const IPV4HINT: u16 = 4;
const ECH: u16 = 5;
const IPV6HINT: u16 = 6;
/// Keys by number.
const NAMES: [&str; 7] = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

fn key_number(name: &str) -> Option<u16> {
    if let Some(index) = NAMES.iter().position(|known| *known == name) {
        return u16::try_from(index).ok();
    }
    name.strip_prefix("key")?.parse().ok()
}

fn key_name(number: u16) -> String {
    NAMES.get(usize::from(number)).map_or_else(|| format!("key{number}"), |name| (*name).to_owned())
}

/// The octets of `alpn=h2 port=8443 …`, in the order of their numbers.
pub(super) fn parse_params(words: &[Word]) -> Result<Vec<u8>, Fault> {
    let mut params: Vec<(u16, Vec<u8>)> = Vec::new();
    for word in words {
        let bad = |reason: &str| Fault::new(FIELD, format!("«{}»: {reason}", word.raw));
        let end = word.octets.iter().position(|octet| *octet == b'=').unwrap_or(word.octets.len());
        let name = std::str::from_utf8(&word.octets[..end]).unwrap_or_default();
        let number = key_number(name).ok_or_else(|| bad("no such parameter"))?;
        let value = word.octets.get(end + 1..).unwrap_or_default();
        if params.iter().any(|(known, _)| *known == number) {
            return Err(bad("stands twice (RFC 9460 §2.1)"));
        }
        params.push((number, parse_value(number, value).map_err(bad)?));
    }
    params.sort();
    let mut octets = Vec::new();
    for (number, value) in &params {
        octets.extend(number.to_be_bytes());
        let length = u16::try_from(value.len()).map_err(|_| Fault::new(FIELD, "too long"))?;
        octets.extend(length.to_be_bytes());
        octets.extend(value);
    }
    Ok(octets)
}

fn parse_value(number: u16, value: &[u8]) -> Result<Vec<u8>, &'static str> {
    let text = || std::str::from_utf8(value).map_err(|_| "not text");
    let mut octets = Vec::new();
    match number {
        MANDATORY => {
            let mut numbers: Vec<u16> = Vec::new();
            for name in text()?.split(',') {
                numbers.push(key_number(name).ok_or("no such parameter")?);
            }
            numbers.sort_unstable();
            for number in numbers {
                octets.extend(number.to_be_bytes());
            }
        }
        ALPN => {
            for protocol in split_list(value) {
                let length =
                    u8::try_from(protocol.len()).map_err(|_| "a protocol of more than 255 octets")?;
                if length == 0 {
                    return Err("an empty protocol");
                }
                octets.push(length);
                octets.extend(protocol);
            }
        }
        NO_DEFAULT_ALPN if !value.is_empty() => return Err("takes no value"),
        NO_DEFAULT_ALPN => {}
        PORT => octets.extend(text()?.parse::<u16>().map_err(|_| "not a port")?.to_be_bytes()),
        IPV4HINT => {
            for address in text()?.split(',') {
                octets.extend(address.parse::<Ipv4Addr>().map_err(|_| "not an IPv4 address")?.octets());
            }
        }
        ECH => octets.extend(STANDARD.decode(value).map_err(|_| "not base64")?),
        IPV6HINT => {
            for address in text()?.split(',') {
                octets.extend(address.parse::<Ipv6Addr>().map_err(|_| "not an IPv6 address")?.octets());
            }
        }
        _ => octets.extend(value),
    }
    Ok(octets)
}

/// RFC 9460 appendix A.1: commas separate, `\,` and `\\` stand for themselves.
fn split_list(value: &[u8]) -> Vec<Vec<u8>> {
    let mut items = vec![Vec::new()];
    let mut octets = value.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b',' => items.push(Vec::new()),
            b'\\' => items.last_mut().expect("there is one").extend(octets.next()),
            other => items.last_mut().expect("there is one").push(*other),
        }
    }
    items
}

/// The words of parameters; `None` where the octets are none.
pub(super) fn params_text(mut rest: &[u8]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    while !rest.is_empty() {
        let number = u16::from_be_bytes(super::take(&mut rest, 2)?.try_into().ok()?);
        let length = u16::from_be_bytes(super::take(&mut rest, 2)?.try_into().ok()?);
        let value = super::take(&mut rest, usize::from(length))?;
        let name = key_name(number);
        words.push(match value_text(number, value)? {
            Some(value) => format!("{name}={value}"),
            None => name,
        });
    }
    Some(words)
}

fn value_text(number: u16, value: &[u8]) -> Option<Option<String>> {
    let text = match number {
        MANDATORY => {
            let numbers = value.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            numbers.map(|number| number.map(key_name)).collect::<Option<Vec<_>>>()?.join(",")
        }
        ALPN => {
            let mut rest = value;
            let mut list = Vec::new();
            while !rest.is_empty() {
                if !list.is_empty() {
                    list.push(b',');
                }
                for octet in super::take_text(&mut rest)? {
                    if matches!(octet, b',' | b'\\') {
                        list.push(b'\\');
                    }
                    list.push(*octet);
                }
            }
            super::quoted(&list)
        }
        NO_DEFAULT_ALPN => return value.is_empty().then_some(None),
        PORT => u16::from_be_bytes(value.try_into().ok()?).to_string(),
        IPV4HINT => {
            let addresses = value.chunks(4).map(|four| <[u8; 4]>::try_from(four).ok());
            let addresses = addresses.map(|four| four.map(|four| Ipv4Addr::from(four).to_string()));
            addresses.collect::<Option<Vec<_>>>()?.join(",")
        }
        ECH => STANDARD.encode(value),
        IPV6HINT => {
            let addresses = value.chunks(16).map(|sixteen| <[u8; 16]>::try_from(sixteen).ok());
            let addresses = addresses.map(|sixteen| sixteen.map(|octets| Ipv6Addr::from(octets).to_string()));
            addresses.collect::<Option<Vec<_>>>()?.join(",")
        }
        _ if value.is_empty() => return Some(None),
        _ => super::quoted(value),
    };
    Some(Some(text))
}
