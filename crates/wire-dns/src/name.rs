//! Names as octets and as text (RFC 1034 §3.1, RFC 1035 §5.1, RFC 4343).

use hickory_proto::rr::Name;

use crate::limits::{LABEL_OCTETS, NAME_OCTETS};
use crate::record::Fault;

/// Reads a name in zone-file form: `@` is the origin, a name without a final dot is below it.
pub fn parse_name(text: &str, origin: &Name) -> Result<Name, Fault> {
    parse_name_for("name", text, origin)
}

pub(crate) fn parse_name_for(field: &'static str, text: &str, origin: &Name) -> Result<Name, Fault> {
    let fault = |reason: String| Fault { field, reason };
    if text == "@" {
        return Ok(origin.clone());
    }
    if text == "." {
        return Ok(Name::root());
    }
    if text.is_empty() {
        return Err(fault("a name is missing".to_owned()));
    }
    if !text.is_ascii() {
        return Err(fault(format!("«{text}» is not in ASCII: write its xn-- form")));
    }
    let mut labels: Vec<Vec<u8>> = vec![Vec::new()];
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        match octet {
            b'.' => labels.push(Vec::new()),
            b'\\' => {
                let escaped = unescape(&mut octets).ok_or_else(|| {
                    fault(format!("«{text}» has a backslash without a character or three digits after it"))
                })?;
                labels.last_mut().expect("there is always a last label").push(escaped);
            }
            _ => labels.last_mut().expect("there is always a last label").push(octet),
        }
    }
    let is_absolute = labels.len() > 1 && labels.last().is_some_and(Vec::is_empty);
    if is_absolute {
        labels.pop();
    }
    if labels.iter().any(Vec::is_empty) {
        return Err(fault(format!("«{text}» has an empty label: two dots, or a dot at its start")));
    }
    if let Some(label) = labels.iter().find(|label| label.len() > LABEL_OCTETS) {
        let label = String::from_utf8_lossy(label);
        return Err(fault(format!(
            "the label «{label}» is longer than {LABEL_OCTETS} octets (RFC 1035 §2.3.4)"
        )));
    }
    if !is_absolute {
        labels.extend(origin.iter().map(<[u8]>::to_vec));
    }
    // Each label with its length octet, and the root.
    if labels.iter().map(|label| label.len() + 1).sum::<usize>() + 1 > NAME_OCTETS {
        return Err(fault(format!("«{text}» is longer than 253 characters (RFC 1035 §2.3.4)")));
    }
    let mut name = Name::from_labels(labels.iter().map(Vec::as_slice))
        .map_err(|error| fault(format!("«{text}» is not a name: {error}")))?;
    name.set_fqdn(true);
    Ok(name)
}

/// What stands after a backslash: `\DDD` or the character itself (RFC 1035 §5.1).
pub(crate) fn unescape(octets: &mut std::str::Bytes<'_>) -> Option<u8> {
    let first = octets.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let mut value = u32::from(first - b'0');
    for _ in 0..2 {
        let digit = octets.next().filter(u8::is_ascii_digit)?;
        value = value * 10 + u32::from(digit - b'0');
    }
    u8::try_from(value).ok()
}

/// The name in zone-file form, absolute, its case kept.
pub fn name_text(name: &Name) -> String {
    if name.is_root() {
        return ".".to_owned();
    }
    let mut text = String::new();
    for label in name.iter() {
        for octet in label {
            match octet {
                b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                    text.push('\\');
                    text.push(char::from(*octet));
                }
                0x21..=0x7e => text.push(char::from(*octet)),
                other => text.push_str(&format!("\\{other:03}")),
            }
        }
        text.push('.');
    }
    text
}

/// The octets of a name on the wire, its case kept.
pub(crate) fn wire(name: &Name) -> Vec<u8> {
    let mut octets = Vec::with_capacity(32);
    for label in name.iter() {
        octets.push(u8::try_from(label.len()).expect("a label is at most 63 octets"));
        octets.extend_from_slice(label);
    }
    octets.push(0);
    octets
}

/// The octets of a name on the wire, in lower case: how names are compared (RFC 4343).
pub(crate) fn key(name: &Name) -> Vec<u8> {
    let mut octets = wire(name);
    // Length octets are below 64, so this changes letters only.
    octets.make_ascii_lowercase();
    octets
}

/// The name of its wire octets.
pub(crate) fn from_wire(octets: &[u8]) -> Option<Name> {
    let mut labels = Vec::new();
    let mut rest = octets;
    while let [length, after @ ..] = rest {
        if *length == 0 {
            let mut name = Name::from_labels(labels).ok()?;
            name.set_fqdn(true);
            return Some(name);
        }
        let label = after.get(..usize::from(*length))?;
        labels.push(label);
        rest = &after[label.len()..];
    }
    None
}

/// Octets that order as names do (RFC 4034 §6.1): labels from the right, each ended by 0, the octets 0 and 1 in
/// them written as 1 1 and 1 2. `key` must be in lower case.
pub(crate) fn sort_key(key: &[u8], into: &mut Vec<u8>) {
    into.clear();
    // At most 127 labels fit into 255 octets.
    let mut starts = [0u8; 128];
    let mut count = 0;
    let mut at = 0;
    while key[at] != 0 {
        starts[count] = u8::try_from(at).expect("a name is at most 255 octets");
        count += 1;
        at += usize::from(key[at]) + 1;
    }
    for start in starts[..count].iter().rev() {
        let start = usize::from(*start);
        for octet in &key[start + 1..start + 1 + usize::from(key[start])] {
            match octet {
                0 => into.extend_from_slice(&[1, 1]),
                1 => into.extend_from_slice(&[1, 2]),
                other => into.push(*other),
            }
        }
        into.push(0);
    }
}
