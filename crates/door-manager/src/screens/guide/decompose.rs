//! From a record to the fields that make it again; as it stands where no guide can say it.

use zones::{RecordData, RecordKind, text_octets};

use super::compose;
use crate::fields::Fields;
use crate::screens::zone::purpose;

fn pairs<const N: usize>(values: [(&str, &str); N]) -> Fields {
    values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The kind and the fields that make this record again; `raw` where no guide can.
pub(in crate::screens) fn decompose(record: &RecordData, spf_host: &str) -> (&'static str, Fields) {
    let guided = guess(record, spf_host).filter(|(kind, fields)| {
        let made = compose(kind, fields, spf_host);
        let is_same_owner = made.owner == record.owner || (made.owner.is_empty() && record.owner == "@");
        is_same_owner && made.kind == record.kind.as_str() && same_data(&made.data, &record.data)
    });
    guided.unwrap_or_else(|| as_raw(record))
}

/// The record as it stands.
pub(in crate::screens) fn as_raw(record: &RecordData) -> (&'static str, Fields) {
    let owner = if record.owner == "@" { "" } else { &record.owner };
    ("raw", pairs([("owner", owner), ("kind", record.kind.as_str()), ("data", &record.data)]))
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
            match purpose(record) {
                "spf" => ("spf", spf_fields(owner, &text, spf_host)?),
                "dmarc" if owner == "_dmarc" => ("dmarc", dmarc_fields(&text)),
                "dkim" => ("dkim", dkim_fields(owner, &text)?),
                "bimi" => ("bimi", bimi_fields(owner, &text)?),
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

fn bimi_fields(owner: &str, text: &str) -> Option<Fields> {
    let (selector, rest) = owner.split_once("._bimi")?;
    let value = |wanted: &str| tags(text).find(|(name, _)| *name == wanted).map_or("", |(_, value)| value);
    let owner = rest.trim_start_matches('.');
    let (location, certificate) = (value("l"), value("a"));
    Some(pairs([
        ("owner", owner),
        ("selector", selector),
        ("location", location),
        ("certificate", certificate),
    ]))
}

#[cfg(test)]
mod tests {
    use zones::{ManagedBy, RecordData, RecordKind};

    use super::{compose, decompose};
    use crate::screens::guide::inputs;

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
            (
                "default._bimi",
                RecordKind::Txt,
                "\"v=BIMI1; l=https://a.test/m.svg; a=https://a.test/m.pem\"",
                "bimi",
            ),
            ("news._bimi.shop", RecordKind::Txt, "\"v=BIMI1; l=https://a.test/m.svg\"", "bimi"),
            ("default._bimi", RecordKind::Txt, "\"v=BIMI1; l=; a=\"", "raw"),
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
