//! The envelope: its version, what its header demands, and the one element of its body (SOAP 1.1 §4, SOAP 1.2 part 1 §5).

use crate::credentials::UsernameToken;
use crate::fault::{Code, Fault, quoted};
use crate::limits::HEADER_ENTRIES;
use crate::namespaces::{ENVELOPE_1_1, ENVELOPE_1_2, SECURITY};
use crate::xml::Element;

/// Which SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// SOAP 1.1: `text/xml`, the action in the field `SOAPAction`.
    One,
    /// SOAP 1.2: `application/soap+xml`, the action as its parameter.
    Two,
}

impl Version {
    /// The namespace of its envelopes.
    pub fn namespace(self) -> &'static str {
        match self {
            Version::One => ENVELOPE_1_1,
            Version::Two => ENVELOPE_1_2,
        }
    }

    /// The media type of its envelopes (SOAP 1.1 §6, RFC 3902).
    pub fn media_type(self) -> &'static str {
        match self {
            Version::One => "text/xml",
            Version::Two => "application/soap+xml",
        }
    }
}

/// What an envelope says.
pub(crate) struct Envelope<'a> {
    pub(crate) username_token: Option<UsernameToken>,
    pub(crate) body: Element<'a>,
}

/// Reads an envelope of the version that its media type announced.
pub(crate) fn read(version: Version, root: Element<'_>) -> Result<Envelope<'_>, Fault> {
    let namespace = version.namespace();
    if !root.name.is(namespace, "Envelope") {
        if &*root.name.local == "Envelope" {
            let reason = "the envelope is of another version of SOAP than its media type";
            return Err(Fault::new(Code::VersionMismatch, reason));
        }
        return Err(wrong(format!("«{}» is no Envelope", quoted(&root.name.local))));
    }
    if !root.has_only_elements() {
        return Err(wrong("text stands between the elements of the Envelope"));
    }
    let mut children = root.children.into_iter();
    let mut next = children.next();
    let mut username_token = None;
    if let Some(header) = next.take_if(|child| child.name.is(namespace, "Header")) {
        username_token = read_header(version, &header)?;
        next = children.next();
    }
    let body = next.filter(|child| child.name.is(namespace, "Body"));
    let mut body = body.ok_or_else(|| wrong("an Envelope has a Header or none, then a Body"))?;
    if children.next().is_some() {
        return Err(wrong("nothing comes after the Body"));
    }
    if !body.has_only_elements() || body.children.len() != 1 {
        return Err(wrong("a Body has exactly one element"));
    }
    let body = body.children.pop().ok_or_else(|| wrong("a Body has exactly one element"))?;
    Ok(Envelope { username_token, body })
}

fn wrong(reason: impl Into<String>) -> Fault {
    Fault::new(Code::Validation, reason).rule("SOAP 1.1 §4, SOAP 1.2 part 1 §5")
}

/// Only `Security` is known. Other entries are left alone unless they must be understood.
fn read_header(version: Version, header: &Element<'_>) -> Result<Option<UsernameToken>, Fault> {
    if header.children.len() > HEADER_ENTRIES {
        return Err(Fault::new(Code::TooLarge, format!("more than {HEADER_ENTRIES} entries in the Header")));
    }
    let mut username_token = None;
    let mut securities = 0;
    for entry in header.children.iter().filter(|entry| is_for_us(version, entry)) {
        if entry.name.is(SECURITY, "Security") {
            securities += 1;
            if securities > 1 {
                // WS-Security 1.1 §5: one for each actor.
                return Err(wrong("the Header has one entry Security"));
            }
            username_token = UsernameToken::read(entry)?;
            continue;
        }
        let must = entry.attribute(Some(version.namespace()), "mustUnderstand");
        match must.map(|must| must.trim_matches(' ')) {
            None | Some("0" | "false") => {}
            Some("1" | "true") => {
                let reason =
                    format!("the entry «{}» of the Header is not known here", quoted(&entry.name.local));
                return Err(Fault::new(Code::MustUnderstand, reason));
            }
            Some(_) => return Err(wrong("mustUnderstand is 0 or 1")),
        }
    }
    Ok(username_token)
}

/// SOAP 1.1 §4.2.2, SOAP 1.2 part 1 §2.2: entries for others are not ours to understand.
fn is_for_us(version: Version, entry: &Element<'_>) -> bool {
    let (attribute, ours) = match version {
        Version::One => ("actor", ["http://schemas.xmlsoap.org/soap/actor/next", ""]),
        Version::Two => (
            "role",
            [
                "http://www.w3.org/2003/05/soap-envelope/role/next",
                "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
            ],
        ),
    };
    let target = entry.attribute(Some(version.namespace()), attribute);
    target.is_none_or(|target| target.is_empty() || ours.contains(&target))
}
