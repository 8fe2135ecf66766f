//! From the fields of a form to the record that they make. The rules of the zone judge it.

use zones::{NewRecord, quoted};

use crate::fields::Fields;

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
fn spf_text(fields: &Fields, spf_host: &str) -> String {
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

fn bimi_text(fields: &Fields) -> String {
    let picture = format!("v=BIMI1; l={}", fields.text("location"));
    match fields.text("certificate") {
        "" => picture,
        certificate => format!("{picture}; a={certificate}"),
    }
}

fn under(labels: &str, owner: &str) -> String {
    if owner.is_empty() || owner == "@" { labels.to_owned() } else { format!("{labels}.{owner}") }
}

/// The record that the fields of a form make.
pub(in crate::screens) fn compose(kind: &str, fields: &Fields, spf_host: &str) -> NewRecord {
    let text = |name: &str| fields.text(name).to_owned();
    let owner = text("owner");
    let quote = |text: &str| quoted(text.as_bytes());
    let (owner, kind, data) = match kind {
        "mx" => (owner, "MX", joined(fields, ["priority", "target"])),
        "spf" => (owner, "TXT", quote(&spf_text(fields, spf_host))),
        "dkim" => (format!("{}._domainkey", text("selector")), "TXT", quote(&dkim_text(fields))),
        "dmarc" => ("_dmarc".to_owned(), "TXT", quote(&dmarc_text(fields))),
        "bimi" => {
            let labels = format!("{}._bimi", text("selector"));
            (under(&labels, &owner), "TXT", quote(&bimi_text(fields)))
        }
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
    record.ttl = fields.number("ttl");
    record.note = fields.text("note").to_owned();
    record
}
