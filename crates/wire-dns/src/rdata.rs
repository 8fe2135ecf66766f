//! The data of records as text and as octets. Octets are the middle: text is made to octets and octets to text, and
//! the library's types are read from and written to octets.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::{BinDecoder, BinEncodable, BinEncoder, NameEncoding, Restrict};

use crate::lexer::{Lexer, Word};
use crate::limits::DATA_OCTETS;
use crate::name::{from_wire, name_text, parse_name_for, wire};
use crate::rdata::svcb::{params_text, parse_params};
use crate::record::{Fault, kind_text};

mod svcb;

/// One field of the data of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Octet(&'static str),
    Short(&'static str),
    Long(&'static str),
    V4,
    V6,
    Name(&'static str),
    /// One character string.
    Text(&'static str),
    /// At least one character string, to the end.
    Texts,
    /// A character string without quotes: the tag of CAA.
    Tag,
    /// Octets to the end, as one string: the value of CAA.
    Value,
    Hex(&'static str),
    Base64(&'static str),
    Params,
}

/// The fields of the types that have a text form of their own here.
fn fields(kind: RecordType) -> Option<&'static [Field]> {
    use Field::{Base64, Hex, Long, Name, Octet, Params, Short, Tag, Text, Texts, V4, V6, Value};
    Some(match kind {
        RecordType::A => &[V4],
        RecordType::AAAA => &[V6],
        RecordType::NS | RecordType::CNAME | RecordType::PTR => &[Name("target")],
        RecordType::MX => &[Short("preference"), Name("exchange")],
        RecordType::TXT | RecordType::Unknown(99) => &[Texts],
        RecordType::SRV => &[Short("priority"), Short("weight"), Short("port"), Name("target")],
        RecordType::CAA => &[Octet("flags"), Tag, Value],
        RecordType::TLSA | RecordType::SMIMEA => {
            &[Octet("usage"), Octet("selector"), Octet("matching"), Hex("data")]
        }
        RecordType::SSHFP => &[Octet("algorithm"), Octet("kind"), Hex("fingerprint")],
        RecordType::DS | RecordType::CDS => {
            &[Short("tag"), Octet("algorithm"), Octet("digest kind"), Hex("digest")]
        }
        RecordType::DNSKEY | RecordType::CDNSKEY => {
            &[Short("flags"), Octet("protocol"), Octet("algorithm"), Base64("key")]
        }
        RecordType::SVCB | RecordType::HTTPS => &[Short("priority"), Name("target"), Params],
        RecordType::NAPTR => &[
            Short("order"),
            Short("preference"),
            Text("flags"),
            Text("services"),
            Text("expression"),
            Name("replacement"),
        ],
        RecordType::HINFO => &[Text("machine"), Text("system")],
        RecordType::OPENPGPKEY => &[Base64("key")],
        RecordType::SOA => &[
            Name("primary"),
            Name("contact"),
            Long("serial"),
            Long("refresh"),
            Long("retry"),
            Long("expire"),
            Long("minimum"),
        ],
        _ => return None,
    })
}

/// Which names in the data are in lower case in what is signed (RFC 4034 §6.2, RFC 6840 §5.1).
pub(crate) fn canonical(kind: RecordType, octets: &[u8]) -> Vec<u8> {
    let mut lower = octets.to_vec();
    let is_listed = matches!(
        kind,
        RecordType::NS
            | RecordType::CNAME
            | RecordType::PTR
            | RecordType::MX
            | RecordType::SRV
            | RecordType::SOA
            | RecordType::NAPTR
    );
    let Some(fields) = fields(kind).filter(|_| is_listed) else { return lower };
    let mut at = 0;
    for field in fields {
        match field {
            Field::Octet(_) => at += 1,
            Field::Short(_) => at += 2,
            Field::Long(_) => at += 4,
            Field::Text(_) => at += usize::from(octets[at]) + 1,
            Field::Name(_) => {
                let end = at + name_octets(&octets[at..]).map_or(0, <[u8]>::len);
                lower[at..end].make_ascii_lowercase();
                at = end;
            }
            _ => break,
        }
    }
    lower
}

/// The names that an answer with this data should bring the addresses of (RFC 1035 §3.3, RFC 2782, RFC 9460 §4.1).
pub(crate) fn target(kind: RecordType, octets: &[u8]) -> Option<&[u8]> {
    let skip = match kind {
        RecordType::NS => 0,
        RecordType::MX | RecordType::SVCB | RecordType::HTTPS => 2,
        RecordType::SRV => 6,
        _ => return None,
    };
    name_octets(octets.get(skip..)?)
}

/// An uncompressed name at the start of `octets`, with its root.
pub(crate) fn name_octets(octets: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        match usize::from(*octets.get(at)?) {
            0 => return Some(&octets[..=at]),
            length if length <= 63 => at += length + 1,
            _ => return None,
        }
    }
}

/// Data of octets without compression; `None` where they are not data of that type.
pub(crate) fn read(kind: RecordType, octets: &[u8]) -> Option<RData> {
    let length = u16::try_from(octets.len()).ok()?;
    let mut decoder = BinDecoder::new(octets);
    let data = RData::read(&mut decoder, kind, Restrict::new(length)).ok()?;
    decoder.is_empty().then_some(data)
}

/// The octets of data, names uncompressed and in their case.
pub(crate) fn octets(data: &RData) -> Vec<u8> {
    let mut octets = Vec::with_capacity(64);
    let mut encoder = BinEncoder::new(&mut octets);
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    data.emit(&mut encoder).expect("invariant: data that was read can be written");
    octets
}

/// Reads data in zone-file form.
pub(crate) fn parse(kind: RecordType, text: &str, origin: &Name) -> Result<RData, Fault> {
    let bad = |reason: &str| Fault::new("data", reason);
    let mut lexer = Lexer::new(text);
    let words = match lexer.entry() {
        Ok(Some(entry)) => entry.words,
        Ok(None) => Vec::new(),
        Err(bad_line) => return Err(bad(bad_line.reason)),
    };
    if !matches!(lexer.entry(), Ok(None)) {
        return Err(bad("a record is one line, or several in parentheses"));
    }
    parse_words(kind, &words, origin)
}

/// Reads data from its words.
pub(crate) fn parse_words(kind: RecordType, words: &[Word], origin: &Name) -> Result<RData, Fault> {
    let written_by_signing = matches!(
        kind,
        RecordType::DNSKEY
            | RecordType::CDS
            | RecordType::CDNSKEY
            | RecordType::RRSIG
            | RecordType::NSEC
            | RecordType::NSEC3
            | RecordType::NSEC3PARAM
    );
    if written_by_signing {
        let reason = format!("{kind} records are written by the server when the zone is signed");
        return Err(Fault::new("type", reason));
    }
    // Questions, not data (RFC 6895 §3.1); and a redirection of a whole tree is not offered.
    if (128..256).contains(&u16::from(kind))
        || matches!(kind, RecordType::OPT | RecordType::DNAME | RecordType::SIG | RecordType::KEY)
        || u16::from(kind) == 0
    {
        return Err(Fault::new("type", format!("{} records are not served here", kind_text(kind))));
    }
    let octets = match words {
        [first, length, hex @ ..] if first.raw == "\\#" => parse_generic(length, hex)?,
        _ => parse_fields(kind, words, origin)?,
    };
    if octets.len() > DATA_OCTETS {
        return Err(Fault::new("data", format!("longer than {DATA_OCTETS} octets")));
    }
    read(kind, &octets)
        .ok_or_else(|| Fault::new("data", format!("this is not the data of a {} record", kind_text(kind))))
}

/// RFC 3597 §5.
fn parse_generic(length: &Word, hex: &[Word]) -> Result<Vec<u8>, Fault> {
    let octets =
        from_hex(hex).ok_or_else(|| Fault::new("data", "after \\# hexadecimal digits are wanted"))?;
    match length.raw.parse::<usize>() {
        Ok(length) if length == octets.len() => Ok(octets),
        _ => {
            Err(Fault::new("data", format!("\\# says {} octets, and there are {}", length.raw, octets.len())))
        }
    }
}

fn parse_fields(kind: RecordType, words: &[Word], origin: &Name) -> Result<Vec<u8>, Fault> {
    let Some(fields) = fields(kind) else {
        let reason = format!("{} records are written as \\# LENGTH HEX (RFC 3597 §5)", kind_text(kind));
        return Err(Fault::new("data", reason));
    };
    let mut octets = Vec::new();
    let mut rest = words;
    for field in fields {
        let name = match field {
            Field::Octet(name) | Field::Short(name) | Field::Long(name) => name,
            Field::Name(name) | Field::Text(name) | Field::Hex(name) | Field::Base64(name) => name,
            Field::V4 | Field::V6 => "address",
            Field::Texts => "text",
            Field::Tag => "tag",
            Field::Value => "value",
            Field::Params => "parameters",
        };
        if *field == Field::Params {
            octets.extend(parse_params(rest)?);
            return Ok(octets);
        }
        let Some((word, after)) = rest.split_first() else {
            return Err(Fault::new(name, "missing"));
        };
        rest = after;
        let wrong = |wanted: &str| Fault::new(name, format!("«{}» is not {wanted}", word.raw));
        match field {
            Field::Octet(_) => {
                octets.push(word.raw.parse().map_err(|_| wrong("a number from 0 to 255"))?);
            }
            Field::Short(_) => {
                let number: u16 = word.raw.parse().map_err(|_| wrong("a number from 0 to 65535"))?;
                octets.extend(number.to_be_bytes());
            }
            Field::Long(_) => {
                let number: u32 = word.raw.parse().map_err(|_| wrong("a number from 0 to 4294967295"))?;
                octets.extend(number.to_be_bytes());
            }
            Field::V4 => {
                let address: Ipv4Addr = word.raw.parse().map_err(|_| wrong("an IPv4 address"))?;
                octets.extend(address.octets());
            }
            Field::V6 => {
                let address: Ipv6Addr = word.raw.parse().map_err(|_| wrong("an IPv6 address"))?;
                octets.extend(address.octets());
            }
            Field::Name(_) => octets.extend(wire(&parse_name_for(name, &word.raw, origin)?)),
            Field::Text(_) => push_text(&mut octets, &word.octets, name)?,
            Field::Texts => {
                push_text(&mut octets, &word.octets, name)?;
                for word in rest {
                    push_text(&mut octets, &word.octets, name)?;
                }
                rest = &[];
            }
            Field::Tag => {
                // RFC 8659 §4.1.
                let is_tag =
                    !word.raw.is_empty() && word.raw.bytes().all(|octet| octet.is_ascii_alphanumeric());
                if !is_tag {
                    return Err(wrong("a tag of letters and digits, such as issue"));
                }
                push_text(&mut octets, &word.octets, name)?;
            }
            Field::Value => octets.extend(&word.octets),
            Field::Hex(_) => {
                let words = [std::slice::from_ref(word), rest].concat();
                octets.extend(
                    from_hex(&words)
                        .filter(|octets| !octets.is_empty())
                        .ok_or_else(|| wrong("hexadecimal, two digits for each octet"))?,
                );
                rest = &[];
            }
            Field::Base64(_) => {
                let text: String = words_text(word, rest);
                octets.extend(STANDARD.decode(text).map_err(|_| wrong("base64"))?);
                rest = &[];
            }
            Field::Params => unreachable!("handled above"),
        }
    }
    match rest.first() {
        None => Ok(octets),
        Some(word) => Err(Fault::new("data", format!("«{}» is too much", word.raw))),
    }
}

fn words_text(first: &Word, rest: &[Word]) -> String {
    std::iter::once(first).chain(rest).map(|word| word.raw.as_str()).collect()
}

fn push_text(octets: &mut Vec<u8>, text: &[u8], field: &'static str) -> Result<(), Fault> {
    let length = u8::try_from(text.len())
        .map_err(|_| Fault::new(field, "a string of more than 255 octets: cut it in several"))?;
    octets.push(length);
    octets.extend_from_slice(text);
    Ok(())
}

fn from_hex(words: &[Word]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = words.iter().flat_map(|word| word.raw.bytes()).collect();
    let value = |digit: u8| char::from(digit).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(value(*high)? << 4 | value(*low)?).ok(),
            _ => None,
        })
        .collect()
}

/// Data in zone-file form, names absolute.
pub(crate) fn text(data: &RData) -> String {
    text_of_wire(data.record_type(), &octets(data))
}

/// The zone-file form of octets.
pub(crate) fn text_of_wire(kind: RecordType, octets: &[u8]) -> String {
    fields_text(kind, octets).unwrap_or_else(|| {
        let mut text = format!("\\# {}", octets.len());
        if !octets.is_empty() {
            text.push(' ');
            text.push_str(&hex(octets));
        }
        text
    })
}

/// `None` where the octets do not have the type's form.
fn fields_text(kind: RecordType, octets: &[u8]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = octets;
    for field in fields(kind)? {
        match field {
            Field::Octet(_) => parts.push(take(&mut rest, 1)?[0].to_string()),
            Field::Short(_) => {
                parts.push(u16::from_be_bytes(take(&mut rest, 2)?.try_into().ok()?).to_string());
            }
            Field::Long(_) => {
                parts.push(u32::from_be_bytes(take(&mut rest, 4)?.try_into().ok()?).to_string());
            }
            Field::V4 => {
                let octets: [u8; 4] = take(&mut rest, 4)?.try_into().ok()?;
                parts.push(Ipv4Addr::from(octets).to_string());
            }
            Field::V6 => {
                let octets: [u8; 16] = take(&mut rest, 16)?.try_into().ok()?;
                parts.push(Ipv6Addr::from(octets).to_string());
            }
            Field::Name(_) => {
                let name = name_octets(rest)?;
                rest = &rest[name.len()..];
                parts.push(name_text(&from_wire(name)?));
            }
            Field::Text(_) => parts.push(quoted(take_text(&mut rest)?)),
            Field::Texts => {
                while !rest.is_empty() {
                    parts.push(quoted(take_text(&mut rest)?));
                }
            }
            Field::Tag => parts.push(String::from_utf8(take_text(&mut rest)?.to_vec()).ok()?),
            Field::Value => parts.push(quoted(std::mem::take(&mut rest))),
            Field::Hex(_) => parts.push(hex(std::mem::take(&mut rest))),
            Field::Base64(_) => parts.push(STANDARD.encode(std::mem::take(&mut rest))),
            Field::Params => parts.extend(params_text(std::mem::take(&mut rest))?),
        }
    }
    rest.is_empty().then(|| parts.join(" "))
}

fn take<'octets>(rest: &mut &'octets [u8], count: usize) -> Option<&'octets [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn take_text<'octets>(rest: &mut &'octets [u8]) -> Option<&'octets [u8]> {
    let length = usize::from(*take(rest, 1)?.first()?);
    take(rest, length)
}

/// A character string in quotes (RFC 1035 §5.1).
fn quoted(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() + 2);
    text.push('"');
    escape_into(&mut text, octets);
    text.push('"');
    text
}

fn escape_into(text: &mut String, octets: &[u8]) {
    for octet in octets {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*octet));
            }
            0x20..=0x7e => text.push(char::from(*octet)),
            other => _ = write!(text, "\\{other:03}"),
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        let _ = write!(text, "{octet:02X}");
        text
    })
}
