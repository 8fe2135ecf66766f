//! Types of records, and the form of their data: what somebody enters becomes the one text that is kept.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::limits::{DATA_LIMIT_OCTETS, STRING_LIMIT_OCTETS, TEXT_LIMIT_OCTETS};
use crate::name::{DnsName, NotAName};

/// The types that a zone may hold; the rest is ours to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// An IPv4 address (RFC 1035 §3.4.1).
    A,
    /// An IPv6 address (RFC 3596 §2.1).
    Aaaa,
    /// Who may issue certificates (RFC 8659).
    Caa,
    /// Another name for the same (RFC 1035 §3.3.1).
    Cname,
    /// The key of a signed zone below (RFC 4034 §5).
    Ds,
    /// How to reach a web service (RFC 9460 §9).
    Https,
    /// Where mail goes (RFC 1035 §3.3.9).
    Mx,
    /// Who answers for this name and below (RFC 1035 §3.3.11).
    Ns,
    /// The name of an address (RFC 1035 §3.3.12).
    Ptr,
    /// Where a service is (RFC 2782).
    Srv,
    /// The fingerprint of an SSH key (RFC 4255).
    Sshfp,
    /// How to reach a service (RFC 9460).
    Svcb,
    /// Which certificate a service shows (RFC 6698).
    Tlsa,
    /// Text: SPF, DKIM, DMARC and whatever else (RFC 1035 §3.3.14).
    Txt,
}

/// What is wrong with a type or with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which field: `kind`, `data`, or a part of the data as people call it.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What holds.
    pub rule: &'static str,
}

fn wrong(field: &'static str, reason: impl Into<String>, rule: &'static str) -> Wrong {
    Wrong { field, reason: reason.into(), rule }
}

impl RecordKind {
    /// Every type, as lists show them.
    pub const EACH: [RecordKind; 14] = [
        RecordKind::A,
        RecordKind::Aaaa,
        RecordKind::Cname,
        RecordKind::Mx,
        RecordKind::Txt,
        RecordKind::Ns,
        RecordKind::Srv,
        RecordKind::Caa,
        RecordKind::Ptr,
        RecordKind::Tlsa,
        RecordKind::Sshfp,
        RecordKind::Svcb,
        RecordKind::Https,
        RecordKind::Ds,
    ];

    /// The word of zone files.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::A => "A",
            RecordKind::Aaaa => "AAAA",
            RecordKind::Caa => "CAA",
            RecordKind::Cname => "CNAME",
            RecordKind::Ds => "DS",
            RecordKind::Https => "HTTPS",
            RecordKind::Mx => "MX",
            RecordKind::Ns => "NS",
            RecordKind::Ptr => "PTR",
            RecordKind::Srv => "SRV",
            RecordKind::Sshfp => "SSHFP",
            RecordKind::Svcb => "SVCB",
            RecordKind::Tlsa => "TLSA",
            RecordKind::Txt => "TXT",
        }
    }

    /// The type of this name, with the reason why others are none of a zone's own.
    pub fn parse(text: &str) -> Result<RecordKind, Wrong> {
        let word = text.trim().to_ascii_uppercase();
        if let Some(kind) = RecordKind::EACH.into_iter().find(|kind| kind.as_str() == word) {
            return Ok(kind);
        }
        Err(match word.as_str() {
            "SPF" | "TYPE99" => wrong(
                "kind",
                "the type SPF (99) is not looked up by anybody",
                "SPF stands in a TXT record (RFC 7208 §3.1)",
            ),
            "SOA" => {
                wrong("kind", "the SOA is written by the platform", "a zone has one SOA (RFC 1035 §5.2)")
            }
            "DNSKEY" | "RRSIG" | "NSEC" | "NSEC3" | "NSEC3PARAM" | "CDS" | "CDNSKEY" => wrong(
                "kind",
                format!("{word} records are made by signing"),
                "signatures and keys come with DNSSEC switched on (RFC 4034)",
            ),
            _ => wrong(
                "kind",
                format!("«{}» is no type that zones hold", text.chars().take(20).collect::<String>()),
                "A, AAAA, CNAME, MX, TXT, NS, SRV, CAA, PTR, TLSA, SSHFP, SVCB, HTTPS or DS",
            ),
        })
    }

    /// Whether its data ends with a name that must not be an alias (RFC 2181 §10.3, RFC 2782).
    pub fn names_a_host(self) -> bool {
        matches!(self, RecordKind::Mx | RecordKind::Ns | RecordKind::Srv)
    }

    /// The one form of `text` that is kept: numbers plain, names absolute below `origin`, text in quotes and
    /// cut into strings of 255 octets.
    pub fn normalise(self, text: &str, origin: &DnsName) -> Result<String, Wrong> {
        let text = text.trim();
        if text.is_empty() {
            return Err(wrong("data", "it is empty", "a record has data"));
        }
        if text.len() > DATA_LIMIT_OCTETS {
            return Err(wrong(
                "data",
                format!("it has {} octets", text.len()),
                "all text of one record has at most 4096 octets",
            ));
        }
        if self != RecordKind::Txt && text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(wrong("data", "it holds a control character", "data is one line"));
        }
        match self {
            RecordKind::A => ipv4(text),
            RecordKind::Aaaa => ipv6(text),
            RecordKind::Cname | RecordKind::Ptr => {
                let [name] = fields(text, "a name")?;
                Ok(target(name, origin, "target")?.to_string())
            }
            RecordKind::Ns => {
                let [name] = fields(text, "the name of a host")?;
                Ok(host(name, origin)?.to_string())
            }
            RecordKind::Mx => mx(text, origin),
            RecordKind::Srv => srv(text, origin),
            RecordKind::Txt => Ok(quoted(&text_octets(text)?)),
            RecordKind::Caa => caa(text),
            RecordKind::Tlsa => tlsa(text),
            RecordKind::Sshfp => sshfp(text),
            RecordKind::Ds => ds(text),
            RecordKind::Svcb | RecordKind::Https => svcb(text, origin),
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RecordKind {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<RecordKind, Wrong> {
        RecordKind::parse(text)
    }
}

/// The name that data of this type ends with, or is.
pub(crate) fn named_target(kind: RecordKind, data: &str) -> Option<DnsName> {
    match kind {
        RecordKind::Cname | RecordKind::Ptr | RecordKind::Ns | RecordKind::Mx | RecordKind::Srv => {
            DnsName::parse(data.rsplit(' ').next()?).ok()
        }
        _ => None,
    }
}

/// Exactly so many words.
fn fields<'a, const COUNT: usize>(text: &'a str, form: &'static str) -> Result<[&'a str; COUNT], Wrong> {
    let words: Vec<&str> = text.split_whitespace().collect();
    <[&str; COUNT]>::try_from(words)
        .map_err(|words| wrong("data", format!("it has {} parts instead of {COUNT}", words.len()), form))
}

fn number<N: FromStr>(text: &str, field: &'static str, rule: &'static str) -> Result<N, Wrong> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        wrong(field, format!("«{}» does not fit", text.chars().take(30).collect::<String>()), rule)
    })
}

fn hexadecimal(text: &str, field: &'static str) -> Result<String, Wrong> {
    let rule = "it is written in hexadecimal digits, two for each octet";
    let digits: String = text.split_whitespace().collect::<String>().to_ascii_lowercase();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return Err(wrong(field, "it is not hexadecimal", rule));
    }
    Ok(digits)
}

fn ipv4(text: &str) -> Result<String, Wrong> {
    match text.parse::<Ipv4Addr>() {
        Ok(ip) => Ok(ip.to_string()),
        Err(_) if text.parse::<Ipv6Addr>().is_ok() => {
            Err(wrong("data", "it is an IPv6 address", "an IPv6 address stands in an AAAA record (RFC 3596)"))
        }
        Err(_) => Err(wrong(
            "data",
            format!("«{text}» is no IPv4 address"),
            "an A record holds 192.0.2.1 (RFC 1035 §3.4.1)",
        )),
    }
}

fn ipv6(text: &str) -> Result<String, Wrong> {
    match text.parse::<Ipv6Addr>() {
        Ok(ip) => Ok(ip.to_string()),
        Err(_) if text.parse::<Ipv4Addr>().is_ok() => Err(wrong(
            "data",
            "it is an IPv4 address",
            "an IPv4 address stands in an A record (RFC 1035 §3.4.1)",
        )),
        Err(_) => Err(wrong(
            "data",
            format!("«{text}» is no IPv6 address"),
            "an AAAA record holds 2001:db8::1 (RFC 3596 §2.1)",
        )),
    }
}

fn target(text: &str, origin: &DnsName, field: &'static str) -> Result<DnsName, Wrong> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.parse::<IpAddr>().is_ok() {
        return Err(wrong(
            field,
            format!("«{text}» is an IP address"),
            "it is the name of a host, never an address (RFC 2181 §10.3)",
        ));
    }
    let name =
        DnsName::within(text, origin).map_err(|NotAName { reason, rule }| wrong(field, reason, rule))?;
    if name.is_wildcard() {
        return Err(wrong(
            field,
            "it has an asterisk",
            "an asterisk matches questions, it is no target (RFC 4592)",
        ));
    }
    Ok(name)
}

/// A target that has addresses: no underscore, not the root.
fn host(text: &str, origin: &DnsName) -> Result<DnsName, Wrong> {
    let name = target(text, origin, "target")?;
    if name.is_root() {
        return Err(wrong("target", "it is the root", "it is the name of a host (RFC 1035 §3.3.11)"));
    }
    Ok(name)
}

fn mx(text: &str, origin: &DnsName) -> Result<String, Wrong> {
    let [preference, name] = fields(text, "a preference and the name of a host: 10 mx.example.org.")?;
    let preference: u16 = number(preference, "priority", "a priority is 0 to 65535 (RFC 1035 §3.3.9)")?;
    let name = target(name, origin, "target")?;
    // RFC 7505 §3: the preference of a null MX is 0.
    if name.is_root() && preference != 0 {
        return Err(wrong("priority", format!("it is {preference}"), "a null MX is «0 .» (RFC 7505 §3)"));
    }
    Ok(format!("{preference} {name}"))
}

fn srv(text: &str, origin: &DnsName) -> Result<String, Wrong> {
    let [priority, weight, port, name] =
        fields(text, "priority, weight, port and target: 0 1 993 imap.example.org.")?;
    let rule = "priority, weight and port are 0 to 65535 (RFC 2782)";
    let priority: u16 = number(priority, "priority", rule)?;
    let weight: u16 = number(weight, "weight", rule)?;
    let port: u16 = number(port, "port", rule)?;
    Ok(format!("{priority} {weight} {port} {}", target(name, origin, "target")?))
}

fn caa(text: &str) -> Result<String, Wrong> {
    let form = "flags, tag and value: 0 issue \"ca.example.net\" (RFC 8659 §4.1)";
    let mut parts = text.splitn(3, |c: char| c.is_ascii_whitespace());
    let (Some(flags), Some(tag), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("data", "a part is missing", form));
    };
    let flags: u8 = number(flags, "flags", "flags are 0, or 128 for critical (RFC 8659 §4.1.1)")?;
    let tag = tag.to_ascii_lowercase();
    // RFC 8659 §4.1: letters and digits. A tag that nobody knows is a slip of the pen.
    if !["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail"].contains(&tag.as_str()) {
        return Err(wrong(
            "tag",
            format!("«{}» is no known property", tag.chars().take(30).collect::<String>()),
            "issue, issuewild, issuemail, iodef, contactemail or contactphone (RFC 8659 §4)",
        ));
    }
    let value = text_octets(value.trim())?;
    if value.len() > STRING_LIMIT_OCTETS {
        return Err(wrong(
            "value",
            format!("it has {} octets", value.len()),
            "a value has at most 255 octets",
        ));
    }
    Ok(format!("{flags} {tag} {}", quoted(&value)))
}

fn tlsa(text: &str) -> Result<String, Wrong> {
    let form = "usage, selector, matching type and data: 3 1 1 0c72… (RFC 6698 §2.2)";
    let mut parts = text.splitn(4, |c: char| c.is_ascii_whitespace());
    let (Some(usage), Some(selector), Some(matching), Some(data)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong("data", "a part is missing", form));
    };
    let usage: u8 = number(usage, "usage", "usage is 0 to 3 (RFC 6698 §2.1.1)")?;
    let selector: u8 = number(selector, "selector", "selector is 0 or 1 (RFC 6698 §2.1.2)")?;
    let matching: u8 = number(matching, "matching", "matching type is 0, 1 or 2 (RFC 6698 §2.1.3)")?;
    if usage > 3 || selector > 1 || matching > 2 {
        return Err(wrong("data", format!("{usage} {selector} {matching} is not assigned"), form));
    }
    let data = hexadecimal(data, "data")?;
    let wanted = [None, Some(64), Some(128)][usize::from(matching)];
    if wanted.is_some_and(|wanted| wanted != data.len()) {
        return Err(wrong(
            "data",
            format!("it has {} octets", data.len() / 2),
            "SHA-256 has 32 octets, SHA-512 has 64 (RFC 6698 §2.1.3)",
        ));
    }
    Ok(format!("{usage} {selector} {matching} {data}"))
}

fn sshfp(text: &str) -> Result<String, Wrong> {
    let form = "algorithm, type and fingerprint: 4 2 123456… (RFC 4255 §3.1)";
    let mut parts = text.splitn(3, |c: char| c.is_ascii_whitespace());
    let (Some(algorithm), Some(digest), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("data", "a part is missing", form));
    };
    let algorithm: u8 = number(algorithm, "algorithm", form)?;
    let digest: u8 = number(digest, "type", form)?;
    let data = hexadecimal(data, "fingerprint")?;
    let wanted = match digest {
        1 => 40,
        2 => 64,
        _ => {
            return Err(wrong(
                "type",
                format!("{digest} is not assigned"),
                "1 is SHA-1, 2 is SHA-256 (RFC 6594)",
            ));
        }
    };
    if data.len() != wanted {
        return Err(wrong(
            "fingerprint",
            format!("it has {} octets", data.len() / 2),
            "SHA-1 has 20 octets, SHA-256 has 32 (RFC 6594)",
        ));
    }
    Ok(format!("{algorithm} {digest} {data}"))
}

fn ds(text: &str) -> Result<String, Wrong> {
    let form = "key tag, algorithm, digest type and digest: 12345 13 2 0c72… (RFC 4034 §5.3)";
    let mut parts = text.splitn(4, |c: char| c.is_ascii_whitespace());
    let (Some(tag), Some(algorithm), Some(digest), Some(data)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong("data", "a part is missing", form));
    };
    let tag: u16 = number(tag, "key tag", form)?;
    let algorithm: u8 = number(algorithm, "algorithm", form)?;
    let digest: u8 = number(digest, "digest type", form)?;
    let data = hexadecimal(data, "digest")?;
    let wanted = match digest {
        1 => 40,
        2 => 64,
        4 => 96,
        _ => {
            return Err(wrong(
                "digest type",
                format!("{digest} is not in use"),
                "1 is SHA-1, 2 is SHA-256, 4 is SHA-384 (RFC 8624 §3.3)",
            ));
        }
    };
    if data.len() != wanted {
        return Err(wrong(
            "digest",
            format!("it has {} octets", data.len() / 2),
            "the digest has its type's length",
        ));
    }
    Ok(format!("{tag} {algorithm} {digest} {data}"))
}

fn svcb(text: &str, origin: &DnsName) -> Result<String, Wrong> {
    let form = "priority, target and parameters: 1 . alpn=\"h2,h3\" (RFC 9460 §2.1)";
    let mut parts = text.splitn(3, |c: char| c.is_ascii_whitespace());
    let (Some(priority), Some(name)) = (parts.next(), parts.next()) else {
        return Err(wrong("data", "a part is missing", form));
    };
    let priority: u16 = number(priority, "priority", "a priority is 0 to 65535 (RFC 9460 §2.4.1)")?;
    let name = target(name, origin, "target")?;
    let parameters = parts.next().unwrap_or_default().trim();
    // RFC 9460 §2.4.2: an alias has no parameters.
    if priority == 0 && !parameters.is_empty() {
        return Err(wrong(
            "parameters",
            "an alias has some",
            "priority 0 is an alias without parameters (RFC 9460 §2.4.2)",
        ));
    }
    let mut seen: Vec<&str> = Vec::new();
    for parameter in parameters.split_whitespace() {
        let key = parameter.split_once('=').map_or(parameter, |(key, _)| key);
        if seen.contains(&key) {
            return Err(wrong(
                "parameters",
                format!("«{key}» stands twice"),
                "each parameter stands once (RFC 9460 §2.1)",
            ));
        }
        seen.push(key);
    }
    Ok(if parameters.is_empty() {
        format!("{priority} {name}")
    } else {
        format!("{priority} {name} {parameters}")
    })
}

/// The octets of a text: character-strings in quotes (RFC 1035 §5.1), or anything else as it stands.
pub fn text_octets(text: &str) -> Result<Vec<u8>, Wrong> {
    let rule = "strings stand in quotes, quotes within them after a backslash (RFC 1035 §5.1)";
    let octets = if text.starts_with('"') {
        unquoted(text).ok_or_else(|| wrong("data", "a quote is not closed", rule))?
    } else {
        text.as_bytes().to_vec()
    };
    if octets.len() > TEXT_LIMIT_OCTETS {
        return Err(wrong(
            "data",
            format!("it has {} octets", octets.len()),
            "all text of one record has at most 4096 octets",
        ));
    }
    Ok(octets)
}

/// The strings of a quoted text, joined; `None` if it is not well formed.
fn unquoted(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    loop {
        // Between strings: white space, or an opening quote.
        match bytes.next() {
            None => return Some(octets),
            Some(b' ' | b'\t') => continue,
            Some(b'"') => {}
            Some(_) => return None,
        }
        loop {
            match bytes.next()? {
                b'"' => break,
                b'\\' => match bytes.next()? {
                    digit @ b'0'..=b'9' => {
                        let (second, third) = (bytes.next()?, bytes.next()?);
                        if !second.is_ascii_digit() || !third.is_ascii_digit() {
                            return None;
                        }
                        let value = [digit, second, third]
                            .iter()
                            .fold(0_u16, |value, digit| value * 10 + u16::from(digit - b'0'));
                        octets.push(u8::try_from(value).ok()?);
                    }
                    other => octets.push(other),
                },
                other => octets.push(other),
            }
        }
    }
}

/// Octets as character-strings in quotes, none longer than 255 octets.
pub fn quoted(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() + 4);
    // An empty text is one empty string.
    let chunks: Vec<&[u8]> =
        if octets.is_empty() { vec![octets] } else { octets.chunks(STRING_LIMIT_OCTETS).collect() };
    for (number, chunk) in chunks.into_iter().enumerate() {
        text.push_str(if number > 0 { " \"" } else { "\"" });
        for octet in chunk {
            match octet {
                b'"' | b'\\' => {
                    text.push('\\');
                    text.push(char::from(*octet));
                }
                b' '..=b'~' => text.push(char::from(*octet)),
                other => text.push_str(&format!("\\{other:03}")),
            }
        }
        text.push('"');
    }
    text
}
