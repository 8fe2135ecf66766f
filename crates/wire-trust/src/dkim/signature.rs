//! DKIM-Signature (RFC 6376 §3.5), ARC-Message-Signature and ARC-Seal (RFC 8617 §4.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Canonicalization;
use crate::{Fault, Tags, limits};

/// The reason of the fault of a signature that names more than [`limits::SIGNED_FIELD_LIMIT`] fields: its grammar is
/// right, and it is not checked.
pub const TOO_MANY_SIGNED_FIELDS: &str = "it names too many fields";

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA with SHA-1: neither made nor believed (RFC 8301 §3.1).
    RsaSha1,
    /// RSA with SHA-256.
    RsaSha256,
    /// Ed25519 over a SHA-256 (RFC 8463 §3).
    Ed25519Sha256,
}

impl Algorithm {
    /// The word in a=.
    pub fn word(self) -> &'static str {
        match self {
            Algorithm::RsaSha1 => "rsa-sha1",
            Algorithm::RsaSha256 => "rsa-sha256",
            Algorithm::Ed25519Sha256 => "ed25519-sha256",
        }
    }

    fn read(tags: &Tags<'_>) -> Result<Algorithm, Fault> {
        match tags.get("a").map(str::to_ascii_lowercase).as_deref() {
            Some("rsa-sha1") => Ok(Algorithm::RsaSha1),
            Some("rsa-sha256") => Ok(Algorithm::RsaSha256),
            Some("ed25519-sha256") => Ok(Algorithm::Ed25519Sha256),
            Some(_) => Err(tags.fault("a", "the algorithm is unknown")),
            None => Err(tags.fault("a", "the algorithm is missing")),
        }
    }
}

/// A signature of header fields and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// a.
    pub algorithm: Algorithm,
    /// b.
    pub signature: Vec<u8>,
    /// bh.
    pub body_hash: Vec<u8>,
    /// c, of the header.
    pub header_form: Canonicalization,
    /// c, of the body.
    pub body_form: Canonicalization,
    /// d, lower case.
    pub domain: String,
    /// s.
    pub selector: String,
    /// h: the names of the fields in order, lower case.
    pub fields: Vec<String>,
    /// i as written; `None` for ARC, where it is the instance.
    pub identity: Option<String>,
    /// i of ARC; zero for DKIM.
    pub instance: u32,
    /// l: how much of the body is signed.
    pub length: Option<u64>,
    /// t, in seconds since 1970.
    pub signed_at: Option<i64>,
    /// x, in seconds since 1970.
    pub expires_at: Option<i64>,
}

impl Signature {
    /// Reads the content of a DKIM-Signature field, folded or not.
    pub fn parse(content: &str) -> Result<Signature, Fault> {
        let tags = Tags::parse(content)?;
        if tags.get("v") != Some("1") {
            return Err(tags.fault("v", "the version is 1"));
        }
        let mut signature = Signature::read(&tags)?;
        // §6.1.1: From must be signed.
        if !signature.fields.iter().any(|field| field == "from") {
            return Err(tags.fault("h", "the From field is not signed"));
        }
        if let Some(identity) = tags.get("i") {
            let domain = identity.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
            let is_within = domain.as_deref().is_some_and(|domain| {
                domain == signature.domain
                    || domain.strip_suffix(&signature.domain).is_some_and(|rest| rest.ends_with('.'))
            });
            if !is_within {
                return Err(tags.fault("i", "the identity lies outside the signing domain"));
            }
            signature.identity = Some(identity.to_owned());
        }
        if let Some(methods) = tags.get("q")
            && !methods.split(':').any(|method| method.trim() == "dns/txt")
        {
            return Err(tags.fault("q", "the key is not to be found by dns/txt"));
        }
        Ok(signature)
    }

    /// Reads the content of an ARC-Message-Signature field (RFC 8617 §4.1.2).
    pub fn parse_arc(content: &str) -> Result<Signature, Fault> {
        let tags = Tags::parse(content)?;
        let mut signature = Signature::read(&tags)?;
        signature.instance = read_instance(&tags)?;
        if signature.fields.iter().any(|field| field == "arc-seal") {
            return Err(tags.fault("h", "ARC-Seal fields are not signed here"));
        }
        Ok(signature)
    }

    fn read(tags: &Tags<'_>) -> Result<Signature, Fault> {
        let algorithm = Algorithm::read(tags)?;
        let (domain, selector) = read_domain(tags)?;
        let (header_form, body_form) = match tags.get("c").map(str::to_ascii_lowercase).as_deref() {
            None => (Canonicalization::Simple, Canonicalization::Simple),
            Some(forms) => {
                let (header, body) = forms.split_once('/').unwrap_or((forms, "simple"));
                let form = |word: &str| match word {
                    "simple" => Ok(Canonicalization::Simple),
                    "relaxed" => Ok(Canonicalization::Relaxed),
                    _ => Err(tags.fault("c", "the canonical form is simple or relaxed")),
                };
                (form(header)?, form(body)?)
            }
        };
        let Some(fields) = tags.get("h").filter(|fields| !fields.is_empty()) else {
            return Err(tags.fault("h", "the list of signed fields is missing"));
        };
        if fields.split(':').nth(limits::SIGNED_FIELD_LIMIT).is_some() {
            return Err(tags.fault("h", TOO_MANY_SIGNED_FIELDS));
        }
        let fields: Vec<String> = fields.split(':').map(|field| field.trim().to_ascii_lowercase()).collect();
        if fields.iter().any(String::is_empty) {
            return Err(tags.fault("h", "the list of signed fields is wrong"));
        }
        let number = |name: &str| match tags.get(name) {
            None => Ok(None),
            // ABNF: at most 12 digits in t and x, 76 in l.
            Some(digits) if digits.len() <= 76 && digits.bytes().all(|octet| octet.is_ascii_digit()) => {
                Ok(Some(digits.parse::<u64>().unwrap_or(u64::MAX)))
            }
            Some(_) => Err(tags.fault(name, "that is no number")),
        };
        let time = |name: &str| Ok(number(name)?.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)));
        let (signed_at, expires_at) = (time("t")?, time("x")?);
        if let (Some(signed), Some(expires)) = (signed_at, expires_at)
            && expires < signed
        {
            return Err(tags.fault("x", "it expires before it is made"));
        }
        Ok(Signature {
            algorithm,
            signature: octets(tags, "b")?,
            body_hash: octets(tags, "bh")?,
            header_form,
            body_form,
            domain,
            selector,
            fields,
            identity: None,
            instance: 0,
            length: number("l")?,
            signed_at,
            expires_at,
        })
    }
}

/// An ARC-Seal field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// i.
    pub instance: u32,
    /// a.
    pub algorithm: Algorithm,
    /// b.
    pub signature: Vec<u8>,
    /// d, lower case.
    pub domain: String,
    /// s.
    pub selector: String,
    /// cv: what the sealer found of the chain before: `none`, `pass`, `fail`.
    pub chain: String,
    /// t, in seconds since 1970.
    pub signed_at: Option<i64>,
}

impl Seal {
    /// Reads the content of an ARC-Seal field (RFC 8617 §4.1.3), folded or not.
    pub fn parse(content: &str) -> Result<Seal, Fault> {
        let tags = Tags::parse(content)?;
        if tags.get("h").is_some() {
            return Err(tags.fault("h", "a seal has no list of fields"));
        }
        let (domain, selector) = read_domain(&tags)?;
        let chain = tags.get("cv").unwrap_or_default().to_ascii_lowercase();
        if !matches!(chain.as_str(), "none" | "pass" | "fail") {
            return Err(tags.fault("cv", "the state of the chain is none, pass or fail"));
        }
        Ok(Seal {
            instance: read_instance(&tags)?,
            algorithm: Algorithm::read(&tags)?,
            signature: octets(&tags, "b")?,
            domain,
            selector,
            chain,
            signed_at: tags.get("t").and_then(|seconds| seconds.parse().ok()),
        })
    }
}

/// The instance at the beginning of an ARC-Authentication-Results field, and what stands behind it
/// (RFC 8617 §4.1.1).
pub fn instance(content: &str) -> Option<(u32, &str)> {
    let (first, rest) = content.split_once(';')?;
    let (name, number) = first.split_once('=')?;
    let number: u32 = number.trim().parse().ok()?;
    (name.trim() == "i" && (1..=50).contains(&number)).then_some((number, rest))
}

fn read_instance(tags: &Tags<'_>) -> Result<u32, Fault> {
    let number = tags.get("i").and_then(|number| number.parse().ok());
    // RFC 8617 §4.2.1: from 1 to 50.
    number
        .filter(|number| (1..=50).contains(number))
        .ok_or_else(|| tags.fault("i", "the instance is a number from 1 to 50"))
}

/// RFC 6376 §3.5: labels of letters, digits and hyphens (RFC 8616 §4: of any script; underscores are in use). Anything
/// else would mean something else where the name is written down: `good.test(.evil.test` is `good.test` and a comment in
/// an Authentication-Results field.
fn read_domain(tags: &Tags<'_>) -> Result<(String, String), Fault> {
    let name = |tag: &str| {
        let name = tags.get(tag).unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let is_name = !name.is_empty()
            && name.len() <= 253
            && name.split('.').all(|label| (1..=63).contains(&label.len()))
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if is_name { Ok(name) } else { Err(tags.fault(tag, "that is no name")) }
    };
    Ok((name("d")?, name("s")?))
}

fn octets(tags: &Tags<'_>, name: &str) -> Result<Vec<u8>, Fault> {
    let Some(text) = tags.get(name) else { return Err(tags.fault(name, "it is missing")) };
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let octets = STANDARD.decode(text).ok().filter(|octets| !octets.is_empty());
    octets.ok_or_else(|| tags.fault(name, "that is no base64"))
}

/// A signature field's content with nothing in b=: as it was when it was signed (RFC 6376 §3.7).
pub fn without_signature(content: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(content.len());
    for (number, part) in content.split(|&octet| octet == b';').enumerate() {
        if number > 0 {
            kept.push(b';');
        }
        match part.iter().position(|&octet| octet == b'=') {
            Some(at) if part[..at].trim_ascii() == b"b" => {
                kept.extend_from_slice(&part[..=at]);
                // The line's end behind the last tag belongs to the field.
                if part.ends_with(b"\r\n") && kept.len() + 2 <= content.len() {
                    kept.extend_from_slice(b"\r\n");
                }
            }
            _ => kept.extend_from_slice(part),
        }
    }
    kept
}
