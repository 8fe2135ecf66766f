//! Guided entry: which fields each kind of record has, the record that they make, and the fields that a record came
//! from. What a guide cannot say is shown as it stands (`raw`), so nothing is lost by opening a record.

use zones::{NewRecord, RecordData, RecordKind, quoted, text_octets};

use crate::fields::Fields;

/// The kinds in the order in which they are offered: mail first, then addresses, then the rest.
pub(super) const KINDS: [(&str, &[&str]); 3] = [
    ("mail", &["mx", "spf", "dkim", "dmarc"]),
    ("hosts", &["a", "aaaa", "cname", "txt", "srv", "caa"]),
    ("more", &["ns", "ptr", "tlsa", "sshfp", "svcb", "https", "ds", "raw"]),
];

/// One field of a guide; its words are `field-KIND-NAME` or `field-NAME`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) options: &'static [&'static str],
    pub(super) default: &'static str,
    pub(super) is_required: bool,
}

const fn input(name: &'static str, kind: &'static str, default: &'static str, is_required: bool) -> Input {
    Input { name, kind, options: &[], default, is_required }
}

const fn choice(
    name: &'static str,
    kind: &'static str,
    options: &'static [&'static str],
    default: &'static str,
) -> Input {
    Input { name, kind, options, default, is_required: true }
}

const OWNER: Input = input("owner", "owner", "", false);
const TARGET: Input = input("target", "text", "", true);

const MX: &[Input] = &[OWNER, input("priority", "number", "10", true), TARGET];
const SPF: &[Input] = &[
    OWNER,
    input("ours", "check", "yes", false),
    input("mx", "check", "", false),
    input("a", "check", "", false),
    input("includes", "textarea", "", false),
    input("networks", "textarea", "", false),
    choice("all", "choices", &["-", "~", "?"], "-"),
];
const DKIM: &[Input] = &[
    input("selector", "text", "", true),
    choice("algorithm", "select", &["rsa", "ed25519"], "rsa"),
    input("key", "textarea", "", true),
    input("testing", "check", "", false),
];
const DMARC: &[Input] = &[
    choice("policy", "choices", &["none", "quarantine", "reject"], "quarantine"),
    choice("subdomains", "select", &["", "none", "quarantine", "reject"], ""),
    input("percent", "number", "100", true),
    input("reports", "text", "", false),
    choice("dkim_alignment", "select", &["r", "s"], "r"),
    choice("spf_alignment", "select", &["r", "s"], "r"),
];
const ADDRESS: &[Input] = &[OWNER, input("address", "text", "", true)];
const HOST: &[Input] = &[OWNER, TARGET];
const TXT: &[Input] = &[OWNER, input("text", "textarea", "", true)];
const SRV: &[Input] = &[
    input("service", "text", "", true),
    choice("protocol", "select", &["tcp", "udp", "tls"], "tcp"),
    OWNER,
    input("priority", "number", "0", true),
    input("weight", "number", "1", true),
    input("port", "number", "", true),
    TARGET,
];
const CAA: &[Input] = &[
    OWNER,
    choice("tag", "choices", &["issue", "issuewild", "iodef"], "issue"),
    input("authority", "text", "", false),
    input("critical", "check", "", false),
];
const TLSA: &[Input] = &[
    input("port", "number", "25", true),
    OWNER,
    choice("usage", "select", &["3", "2", "1", "0"], "3"),
    choice("part", "select", &["1", "0"], "1"),
    choice("matching", "select", &["1", "2", "0"], "1"),
    input("digest", "textarea", "", true),
];
const SSHFP: &[Input] = &[
    OWNER,
    choice("algorithm", "select", &["4", "3", "1", "2", "6"], "4"),
    choice("matching", "select", &["2", "1"], "2"),
    input("digest", "textarea", "", true),
];
const SVCB: &[Input] =
    &[OWNER, input("priority", "number", "1", true), TARGET, input("parameters", "text", "", false)];
const DS: &[Input] = &[
    OWNER,
    input("key_tag", "number", "", true),
    input("algorithm_number", "number", "13", true),
    input("digest_kind", "number", "2", true),
    input("digest", "textarea", "", true),
];
const RAW: &[Input] = &[OWNER, input("kind", "text", "", true), input("data", "textarea", "", true)];

/// The fields of a kind; `None` if there is no such kind.
pub(super) fn inputs(kind: &str) -> Option<&'static [Input]> {
    Some(match kind {
        "mx" => MX,
        "spf" => SPF,
        "dkim" => DKIM,
        "dmarc" => DMARC,
        "a" | "aaaa" => ADDRESS,
        "cname" | "ns" | "ptr" => HOST,
        "txt" => TXT,
        "srv" => SRV,
        "caa" => CAA,
        "tlsa" => TLSA,
        "sshfp" => SSHFP,
        "svcb" | "https" => SVCB,
        "ds" => DS,
        "raw" => RAW,
        _ => return None,
    })
}

/// The field at which a refusal of the record is shown.
pub(super) fn field_for(kind: &str, refused: &str) -> &'static str {
    let known = inputs(kind).unwrap_or(RAW);
    if let Some(input) = known.iter().find(|input| input.name == refused) {
        return input.name;
    }
    match (refused, kind) {
        ("ttl", _) => "ttl",
        ("note", _) => "note",
        ("owner" | "name", "srv") => "service",
        ("owner" | "name", "dkim") => "selector",
        ("owner" | "name", "dmarc") => "policy",
        ("owner" | "name", _) => "owner",
        (_, "spf") => "includes",
        (_, "dkim") => "key",
        (_, "dmarc") => "policy",
        (_, "caa") => "authority",
        (_, "tlsa" | "sshfp" | "ds") => "digest",
        (_, "a" | "aaaa") => "address",
        (_, "txt") => "text",
        (_, "raw") => "data",
        _ => "target",
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\n', '\r', '\t', ',']).map(str::trim).filter(|word| !word.is_empty())
}

/// Data of fields with spaces between them; an empty field stays a gap that the rules complain about.
fn joined<const N: usize>(fields: &Fields, names: [&str; N]) -> String {
    names.map(|name| fields.text(name).to_owned()).join(" ").trim().to_owned()
}

fn digest(fields: &Fields) -> String {
    words(fields.text("digest")).collect()
}

/// The SPF record of a form. `spf_host` is the name that stands for this installation.
pub(super) fn spf_text(fields: &Fields, spf_host: &str) -> String {
    let mut terms = vec!["v=spf1".to_owned()];
    if fields.has("ours") && !spf_host.is_empty() {
        terms.push(format!("include:{spf_host}"));
    }
    terms.extend(["mx", "a"].iter().filter(|name| fields.has(name)).map(|name| (*name).to_owned()));
    for include in words(fields.text("includes")) {
        let is_term = include.contains(':') || include.contains('=');
        terms.push(if is_term { include.to_owned() } else { format!("include:{include}") });
    }
    for network in words(fields.text("networks")) {
        terms.push(match (network.starts_with("ip"), network.matches(':').count() > 1) {
            (true, _) => network.to_owned(),
            (false, true) => format!("ip6:{network}"),
            (false, false) => format!("ip4:{network}"),
        });
    }
    let sign = match fields.text("all") {
        sign @ ("~" | "?") => sign,
        _ => "-",
    };
    terms.push(format!("{sign}all"));
    terms.join(" ")
}

fn dkim_text(fields: &Fields) -> String {
    let key: String = words(fields.text("key")).collect();
    // A whole record pasted as others show it.
    let key = key.split(';').find_map(|tag| tag.strip_prefix("p=")).map_or(key.clone(), str::to_owned);
    let key = key.replace('"', "");
    let testing = if fields.has("testing") { "; t=y" } else { "" };
    let algorithm = if fields.text("algorithm") == "ed25519" { "ed25519" } else { "rsa" };
    format!("v=DKIM1; k={algorithm}{testing}; p={key}")
}

fn dmarc_text(fields: &Fields) -> String {
    let mut tags = vec!["v=DMARC1".to_owned(), format!("p={}", fields.text("policy"))];
    let mut add = |name: &str, value: &str, usual: &str| {
        if value != usual && !value.is_empty() {
            tags.push(format!("{name}={value}"));
        }
    };
    add("sp", fields.text("subdomains"), "");
    add("pct", fields.text("percent"), "100");
    add("adkim", fields.text("dkim_alignment"), "r");
    add("aspf", fields.text("spf_alignment"), "r");
    let reports: Vec<String> = words(fields.text("reports"))
        .map(|address| if address.contains(':') { address.to_owned() } else { format!("mailto:{address}") })
        .collect();
    add("rua", &reports.join(","), "");
    tags.join("; ")
}

fn under(labels: &str, owner: &str) -> String {
    if owner.is_empty() || owner == "@" { labels.to_owned() } else { format!("{labels}.{owner}") }
}

/// The record that the fields of a form make. The rules of the zone judge it.
pub(super) fn compose(kind: &str, fields: &Fields, spf_host: &str) -> NewRecord {
    let text = |name: &str| fields.text(name).to_owned();
    let owner = text("owner");
    let quote = |text: &str| quoted(text.as_bytes());
    let (owner, kind, data) = match kind {
        "mx" => (owner, "MX", joined(fields, ["priority", "target"])),
        "spf" => (owner, "TXT", quote(&spf_text(fields, spf_host))),
        "dkim" => (format!("{}._domainkey", text("selector")), "TXT", quote(&dkim_text(fields))),
        "dmarc" => ("_dmarc".to_owned(), "TXT", quote(&dmarc_text(fields))),
        "a" => (owner, "A", text("address")),
        "aaaa" => (owner, "AAAA", text("address")),
        "cname" => (owner, "CNAME", text("target")),
        "ns" => (owner, "NS", text("target")),
        "ptr" => (owner, "PTR", text("target")),
        "txt" => (owner, "TXT", quote(&text("text"))),
        "srv" => {
            let service = text("service");
            let labels =
                format!("_{}._{}", service.trim_start_matches('_'), text("protocol").trim_start_matches('_'));
            (under(&labels, &owner), "SRV", joined(fields, ["priority", "weight", "port", "target"]))
        }
        "caa" => {
            let flags = if fields.has("critical") { "128" } else { "0" };
            let authority = text("authority");
            let authority = if authority.is_empty() { ";".to_owned() } else { authority };
            (owner, "CAA", format!("{flags} {} {}", text("tag"), quote(&authority)))
        }
        "tlsa" => (
            under(&format!("_{}._tcp", text("port")), &owner),
            "TLSA",
            format!("{} {}", joined(fields, ["usage", "part", "matching"]), digest(fields)),
        ),
        "sshfp" => {
            (owner, "SSHFP", format!("{} {}", joined(fields, ["algorithm", "matching"]), digest(fields)))
        }
        "svcb" => (owner, "SVCB", joined(fields, ["priority", "target", "parameters"])),
        "https" => (owner, "HTTPS", joined(fields, ["priority", "target", "parameters"])),
        "ds" => (
            owner,
            "DS",
            format!("{} {}", joined(fields, ["key_tag", "algorithm_number", "digest_kind"]), digest(fields)),
        ),
        _ => {
            let kind = text("kind").to_uppercase();
            return with_rest(NewRecord::new(owner, kind, text("data")), fields);
        }
    };
    with_rest(NewRecord::new(owner, kind, data), fields)
}

fn with_rest(mut record: NewRecord, fields: &Fields) -> NewRecord {
    record.ttl = fields.text("ttl").parse().ok();
    record.note = fields.text("note").to_owned();
    record
}

fn pairs<const N: usize>(values: [(&str, &str); N]) -> Fields {
    values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The kind and the fields that make this record again; `raw` where no guide can.
pub(super) fn decompose(record: &RecordData, spf_host: &str) -> (&'static str, Fields) {
    let guided = guess(record, spf_host).filter(|(kind, fields)| {
        let made = compose(kind, fields, spf_host);
        let is_same_owner = made.owner == record.owner || (made.owner.is_empty() && record.owner == "@");
        is_same_owner && made.kind == record.kind.as_str() && same_data(&made.data, &record.data)
    });
    guided.unwrap_or_else(|| {
        let owner = if record.owner == "@" { "" } else { &record.owner };
        ("raw", pairs([("owner", owner), ("kind", record.kind.as_str()), ("data", &record.data)]))
    })
}

fn same_data(made: &str, stored: &str) -> bool {
    match (text_octets(made), text_octets(stored)) {
        (Ok(made), Ok(stored)) if stored.len() > 255 => made == stored,
        _ => made == stored,
    }
}

fn guess(record: &RecordData, spf_host: &str) -> Option<(&'static str, Fields)> {
    let owner = if record.owner == "@" { "" } else { record.owner.as_str() };
    let parts: Vec<&str> = record.data.split_whitespace().collect();
    let text = || text_octets(&record.data).ok().and_then(|octets| String::from_utf8(octets).ok());
    let kind = record.kind.as_str();
    Some(match (kind, parts.as_slice()) {
        ("MX", [priority, target]) => {
            ("mx", pairs([("owner", owner), ("priority", priority), ("target", target)]))
        }
        ("A", [address]) => ("a", pairs([("owner", owner), ("address", address)])),
        ("AAAA", [address]) => ("aaaa", pairs([("owner", owner), ("address", address)])),
        ("CNAME", [target]) => ("cname", pairs([("owner", owner), ("target", target)])),
        ("NS", [target]) => ("ns", pairs([("owner", owner), ("target", target)])),
        ("PTR", [target]) => ("ptr", pairs([("owner", owner), ("target", target)])),
        ("SRV", [priority, weight, port, target]) => {
            let (service, rest) = owner.strip_prefix('_')?.split_once("._")?;
            let (protocol, owner) = rest.split_once('.').unwrap_or((rest, ""));
            let names = [("service", service), ("protocol", protocol), ("owner", owner)];
            let numbers =
                [("priority", *priority), ("weight", *weight), ("port", *port), ("target", *target)];
            let all = names.into_iter().chain(numbers);
            ("srv", all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        ("CAA", [flags, tag, ..]) => {
            let value = record.data.splitn(3, ' ').nth(2)?.trim_matches('"');
            let authority = if value == ";" { "" } else { value };
            let critical = if *flags == "128" { "yes" } else { "" };
            ("caa", pairs([("owner", owner), ("tag", tag), ("authority", authority), ("critical", critical)]))
        }
        ("TLSA", [usage, part, matching, rest @ ..]) => {
            let (port, host) = owner.strip_prefix('_')?.split_once("._tcp")?;
            let host = host.trim_start_matches('.');
            let digest = rest.concat();
            let place = [("port", port), ("owner", host), ("usage", *usage), ("part", *part)];
            let all = place.into_iter().chain([("matching", *matching), ("digest", digest.as_str())]);
            ("tlsa", all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        ("SSHFP", [algorithm, matching, rest @ ..]) => (
            "sshfp",
            pairs([
                ("owner", owner),
                ("algorithm", algorithm),
                ("matching", matching),
                ("digest", &rest.concat()),
            ]),
        ),
        ("SVCB" | "HTTPS", [priority, target, rest @ ..]) => {
            let guide = if kind == "SVCB" { "svcb" } else { "https" };
            let parameters = rest.join(" ");
            (
                guide,
                pairs([
                    ("owner", owner),
                    ("priority", priority),
                    ("target", target),
                    ("parameters", &parameters),
                ]),
            )
        }
        ("DS", [key_tag, algorithm, kind, rest @ ..]) => {
            let digest = rest.concat();
            let numbers = [("owner", owner), ("key_tag", *key_tag), ("algorithm_number", *algorithm)];
            let all = numbers.into_iter().chain([("digest_kind", *kind), ("digest", digest.as_str())]);
            ("ds", all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        ("TXT", _) => {
            let text = text()?;
            match super::zone::purpose(record) {
                "spf" => ("spf", spf_fields(owner, &text, spf_host)?),
                "dmarc" if owner == "_dmarc" => ("dmarc", dmarc_fields(&text)),
                "dkim" => ("dkim", dkim_fields(owner, &text)?),
                _ => ("txt", pairs([("owner", owner), ("text", &text)])),
            }
        }
        _ => return None,
    })
    .filter(|_| record.kind != RecordKind::Txt || text().is_some())
}

fn spf_fields(owner: &str, text: &str, spf_host: &str) -> Option<Fields> {
    let ours = format!("include:{spf_host}");
    let (mut includes, mut networks) = (Vec::new(), Vec::new());
    let mut made = vec![("owner", owner.to_owned())];
    for term in text.strip_prefix("v=spf1")?.split_whitespace() {
        match term {
            term if term == ours => made.push(("ours", "yes".to_owned())),
            "mx" => made.push(("mx", "yes".to_owned())),
            "a" => made.push(("a", "yes".to_owned())),
            "-all" | "~all" | "?all" => made.push(("all", term[..1].to_owned())),
            term if term.starts_with("ip4:") || term.starts_with("ip6:") => networks.push(term.to_owned()),
            term => includes.push(term.strip_prefix("include:").unwrap_or(term).to_owned()),
        }
    }
    made.push(("includes", includes.join("\n")));
    made.push(("networks", networks.join("\n")));
    Some(made.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn tags(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';').filter_map(|tag| tag.split_once('=')).map(|(name, value)| (name.trim(), value.trim()))
}

fn dmarc_fields(text: &str) -> Fields {
    let value = |wanted: &str, usual: &str| {
        tags(text).find(|(name, _)| *name == wanted).map_or(usual.to_owned(), |(_, value)| value.to_owned())
    };
    let reports: Vec<String> = value("rua", "")
        .split(',')
        .filter(|uri| !uri.is_empty())
        .map(|uri| uri.trim().strip_prefix("mailto:").unwrap_or(uri).to_owned())
        .collect();
    [
        ("policy", value("p", "none")),
        ("subdomains", value("sp", "")),
        ("percent", value("pct", "100")),
        ("reports", reports.join(", ")),
        ("dkim_alignment", value("adkim", "r")),
        ("spf_alignment", value("aspf", "r")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn dkim_fields(owner: &str, text: &str) -> Option<Fields> {
    let selector = owner.strip_suffix("._domainkey")?;
    let value = |wanted: &str| tags(text).find(|(name, _)| *name == wanted).map_or("", |(_, value)| value);
    let algorithm = if value("k").is_empty() { "rsa" } else { value("k") };
    let testing = if value("t").contains('y') { "yes" } else { "" };
    Some(pairs([("selector", selector), ("algorithm", algorithm), ("key", value("p")), ("testing", testing)]))
}

/// What SRV records are used for: preset, service, protocol, port (R275, RFC 6186, RFC 8314, RFC 6120, RFC 2782).
pub(super) const PRESETS: [(&str, &str, &str, &str); 9] = [
    ("imaps", "imaps", "tcp", "993"),
    ("submissions", "submissions", "tcp", "465"),
    ("submission", "submission", "tcp", "587"),
    ("xmpp-client", "xmpp-client", "tcp", "5222"),
    ("xmpp-server", "xmpp-server", "tcp", "5269"),
    ("ldap", "ldap", "tcp", "389"),
    ("office-sip", "sip", "tls", "443"),
    ("office-federation", "sipfederationtls", "tcp", "5061"),
    ("caldavs", "caldavs", "tcp", "443"),
];

#[cfg(test)]
mod tests {
    use zones::{ManagedBy, RecordData, RecordKind};

    use super::{compose, decompose, inputs};

    const SPF_HOST: &str = "spf.relais.test";

    fn record(owner: &str, kind: RecordKind, data: &str) -> RecordData {
        RecordData {
            owner: owner.to_owned(),
            kind,
            data: data.to_owned(),
            ttl: 3600,
            managed_by: ManagedBy::User,
            note: String::new(),
        }
    }

    /// What a guide opens it makes again, to the octet.
    #[test]
    fn a_record_that_is_opened_and_saved_stays_as_it_was() {
        for (owner, kind, data, guide) in [
            ("@", RecordKind::Mx, "10 mx.relais.test.", "mx"),
            ("@", RecordKind::Txt, "\"v=spf1 include:spf.relais.test -all\"", "spf"),
            (
                "@",
                RecordKind::Txt,
                "\"v=spf1 include:spf.relais.test mx include:a.test ip4:192.0.2.0/24 ?all\"",
                "spf",
            ),
            ("@", RecordKind::Txt, "\"v=spf1 a mx include:spf.relais.test -all\"", "raw"),
            ("@", RecordKind::Txt, "\"v=spf1 redirect=_spf.a.test\"", "raw"),
            ("_dmarc", RecordKind::Txt, "\"v=DMARC1; p=quarantine; rua=mailto:d@a.test\"", "dmarc"),
            ("_dmarc", RecordKind::Txt, "\"v=DMARC1; p=reject; fo=1\"", "raw"),
            ("s1._domainkey", RecordKind::Txt, "\"v=DKIM1; k=ed25519; p=AAAA\"", "dkim"),
            ("www", RecordKind::A, "192.0.2.1", "a"),
            ("_imaps._tcp", RecordKind::Srv, "0 1 993 imap.relais.test.", "srv"),
            ("_xmpp-client._tcp.chat", RecordKind::Srv, "5 0 5222 x.test.", "srv"),
            ("@", RecordKind::Caa, "0 issue \"letsencrypt.org\"", "caa"),
            ("@", RecordKind::Caa, "0 issue \";\"", "caa"),
            ("_25._tcp.mx", RecordKind::Tlsa, "3 1 1 AABB", "tlsa"),
            ("@", RecordKind::Https, "1 . alpn=h2", "https"),
            ("note", RecordKind::Txt, "\"a \\\"word\\\"\"", "txt"),
        ] {
            let record = record(owner, kind, data);
            let (chosen, fields) = decompose(&record, SPF_HOST);
            assert_eq!(chosen, guide, "{data}");
            assert!(inputs(chosen).is_some());
            let made = compose(chosen, &fields, SPF_HOST);
            assert_eq!(made.data, record.data);
        }
    }
}
