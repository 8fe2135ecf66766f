//! Guided entry: which fields each kind of record has, the record that they make, and the fields that a record came
//! from. What a guide cannot say is shown as it stands (`raw`), so nothing is lost by opening a record.

mod compose;
mod decompose;

pub(super) use compose::compose;
pub(super) use decompose::{as_raw, decompose};

/// The kinds in the order in which they are offered: mail first, then addresses, then the rest.
pub(super) const KINDS: [(&str, &[&str]); 3] = [
    ("mail", &["mx", "spf", "dkim", "dmarc", "bimi"]),
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

impl Input {
    /// Whether somebody has to type something: the others have a value from the beginning.
    pub(super) fn is_typed(&self) -> bool {
        self.is_required && matches!(self.kind, "text" | "number" | "textarea")
    }
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
const BIMI: &[Input] = &[
    OWNER,
    input("selector", "text", "default", true),
    input("location", "text", "", true),
    input("certificate", "text", "", false),
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
        "bimi" => BIMI,
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
        (_, "bimi") => "location",
        (_, "caa") => "authority",
        (_, "tlsa" | "sshfp" | "ds") => "digest",
        (_, "a" | "aaaa") => "address",
        (_, "txt") => "text",
        (_, "raw") => "data",
        _ => "target",
    }
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
