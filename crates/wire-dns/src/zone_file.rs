//! Zone files (RFC 1035 §5), read and written.

use hickory_proto::rr::{Name, RData};
use thiserror::Error;

use crate::lexer::{Entry, Lexer, Word};
use crate::limits::{ZONE_FILE_OCTETS, ZONE_FILE_RECORDS};
use crate::name::{name_text, parse_name_for};
use crate::rdata;
use crate::record::{Fault, Record, kind_text, parse_kind};
use crate::zone::{Soa, ZoneData};

/// A line of a zone file that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {fault}")]
pub struct BadLine {
    /// The line on which the entry begins, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What a zone file says.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneFile {
    /// The serial number and the other fields of the SOA record, where there is one.
    pub soa: Option<(u32, Soa)>,
    /// The last `$TTL` of the file, where there is one.
    pub default_ttl: Option<u32>,
    /// Each record with its line, in the file's order, without SOA.
    pub records: Vec<(usize, Record)>,
    /// The lines that cannot be used.
    pub bad_lines: Vec<BadLine>,
}

/// Reads a zone file: `$ORIGIN`, `$TTL`, owners and TTLs left out, parentheses, comments, TTLs like `1h30m`.
/// `$INCLUDE` and `$GENERATE` are refused. What follows a bad line is read all the same.
pub fn read(text: &str, origin: &Name, default_ttl: u32) -> ZoneFile {
    let mut reader = Reader {
        origin: origin.clone(),
        owner: None,
        ttl: None,
        default_ttl,
        file: ZoneFile { soa: None, default_ttl: None, records: Vec::new(), bad_lines: Vec::new() },
    };
    if text.len() > ZONE_FILE_OCTETS {
        let reason = format!("the file is larger than {ZONE_FILE_OCTETS} octets");
        reader.file.bad_lines.push(BadLine { line: 1, fault: Fault::new("line", reason) });
        return reader.file;
    }
    let mut lexer = Lexer::new(text);
    loop {
        match lexer.entry() {
            Ok(None) => break,
            Ok(Some(entry)) => {
                if reader.file.records.len() >= ZONE_FILE_RECORDS {
                    let reason = format!("the file has more than {ZONE_FILE_RECORDS} records");
                    let fault = Fault::new("line", reason);
                    reader.file.bad_lines.push(BadLine { line: entry.line, fault });
                    break;
                }
                if let Err(fault) = reader.entry(&entry) {
                    reader.file.bad_lines.push(BadLine { line: entry.line, fault });
                }
            }
            Err(bad) => {
                let fault = Fault::new("line", bad.reason);
                reader.file.bad_lines.push(BadLine { line: bad.line, fault });
            }
        }
    }
    reader.file
}

struct Reader {
    origin: Name,
    owner: Option<Name>,
    /// The TTL of the record before, for those that say none where there is no `$TTL` (RFC 1035 §5.1).
    ttl: Option<u32>,
    default_ttl: u32,
    file: ZoneFile,
}

impl Reader {
    fn entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        let mut words = entry.words.as_slice();
        if !entry.begins_blank {
            let (first, after) = words.split_first().expect("an entry has at least one word");
            if first.raw.starts_with('$') && !first.is_quoted {
                return self.directive(&first.raw, after);
            }
            self.owner = None;
            self.owner = Some(parse_name_for("owner", &first.raw, &self.origin)?);
            words = after;
        }
        let owner =
            self.owner.clone().ok_or_else(|| Fault::new("owner", "no record before says whose this is"))?;
        let mut ttl = None;
        // TTL and class in either order, each once (RFC 1035 §5.1).
        let mut has_class = false;
        loop {
            let (word, after) =
                words.split_first().ok_or_else(|| Fault::new("type", "the line says no type"))?;
            let upper = word.raw.to_ascii_uppercase();
            if !has_class && matches!(upper.as_str(), "IN" | "CH" | "HS" | "CS") {
                if upper != "IN" {
                    return Err(Fault::new("class", format!("only IN is served, not {upper}")));
                }
                has_class = true;
            } else if ttl.is_none() && word.raw.starts_with(|first: char| first.is_ascii_digit()) {
                ttl = Some(parse_ttl(&word.raw)?);
            } else {
                break;
            }
            words = after;
        }
        let (kind_word, data) = words.split_first().expect("the loop ended at a word");
        let kind = parse_kind(&kind_word.raw)?;
        if kind == hickory_proto::rr::RecordType::SOA {
            return self.soa(&owner, data);
        }
        let data = rdata::parse_words(kind, data, &self.origin)?;
        let ttl = ttl.or(self.file.default_ttl).or(self.ttl).unwrap_or(self.default_ttl);
        self.ttl = Some(ttl);
        self.file.records.push((entry.line, Record { owner, ttl, data }));
        Ok(())
    }

    fn directive(&mut self, directive: &str, words: &[Word]) -> Result<(), Fault> {
        let one = match words {
            [one] => Ok(one.raw.as_str()),
            _ => Err(Fault::new("line", format!("after {directive} one word is wanted"))),
        };
        match directive.to_ascii_uppercase().as_str() {
            "$ORIGIN" => self.origin = parse_name_for("$ORIGIN", one?, &self.origin)?,
            "$TTL" => self.file.default_ttl = Some(parse_ttl(one?)?),
            "$INCLUDE" => {
                return Err(Fault::new("line", "$INCLUDE is refused: put everything into one file"));
            }
            "$GENERATE" => return Err(Fault::new("line", "$GENERATE is refused: write the records out")),
            _ => return Err(Fault::new("line", format!("no such directive: {directive}"))),
        }
        Ok(())
    }

    fn soa(&mut self, owner: &Name, words: &[Word]) -> Result<(), Fault> {
        if self.file.soa.is_some() {
            return Err(Fault::new("type", "a second SOA record (RFC 1035 §5.2)"));
        }
        if !self.file.records.is_empty()
            && self.file.records.iter().all(|(_, record)| !owner.zone_of(&record.owner))
        {
            return Err(Fault::new("owner", "the SOA record stands at the zone's name"));
        }
        // Times may be written like 1h30m.
        let mut words = words.to_vec();
        for word in words.iter_mut().skip(3) {
            word.raw = parse_ttl(&word.raw)?.to_string();
        }
        let RData::SOA(soa) = rdata::parse_words(hickory_proto::rr::RecordType::SOA, &words, &self.origin)?
        else {
            return Err(Fault::new("data", "not the data of a SOA record"));
        };
        let seconds = |value: i32| value.unsigned_abs();
        let rest = Soa {
            primary: soa.mname,
            contact: soa.rname,
            refresh: seconds(soa.refresh),
            retry: seconds(soa.retry),
            expire: seconds(soa.expire),
            minimum: soa.minimum,
        };
        self.file.soa = Some((soa.serial, rest));
        Ok(())
    }
}

/// A number of seconds, or numbers with units: `1w2d3h4m5s`.
fn parse_ttl(text: &str) -> Result<u32, Fault> {
    let bad = || Fault::new("ttl", format!("«{text}» is not a number of seconds, nor like 1h30m"));
    let mut total: u32 = 0;
    let mut number: Option<u32> = None;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            let more = number.unwrap_or(0).checked_mul(10).and_then(|tens| tens.checked_add(digit));
            number = Some(more.ok_or_else(bad)?);
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(bad()),
        };
        let seconds = number.take().and_then(|number| number.checked_mul(unit)).ok_or_else(bad)?;
        total = total.checked_add(seconds).ok_or_else(bad)?;
    }
    let total = total.checked_add(number.unwrap_or(0)).ok_or_else(bad)?;
    // RFC 2181 §8.
    if text.is_empty() || total > i32::MAX as u32 {
        return Err(bad());
    }
    Ok(total)
}

/// Writes a zone file that [`read`] and every other server read as the same zone.
pub fn write(zone: &ZoneData) -> String {
    let Soa { primary, contact, refresh, retry, expire, minimum } = &zone.soa;
    let mut text = format!(
        "$ORIGIN {origin}\n$TTL {ttl}\n@ IN SOA {primary} {contact} (\n\t{serial} ; serial\n\t{refresh} ; refresh\n\
         \t{retry} ; retry\n\t{expire} ; expire\n\t{minimum} ) ; how long «no such name» may be kept\n",
        origin = name_text(&zone.origin),
        ttl = zone.default_ttl,
        serial = zone.serial,
        primary = name_text(primary),
        contact = name_text(contact),
    );
    for record in &zone.records {
        let owner = relative(&record.owner, &zone.origin);
        let ttl = match record.ttl == zone.default_ttl {
            true => String::new(),
            false => format!("{}\t", record.ttl),
        };
        text.push_str(&format!("{owner}\t{ttl}IN\t{}\t{}\n", kind_text(record.kind()), record.data_text()));
    }
    text
}

/// The name as the zone's people write it: `@`, or without the zone's name at its end.
fn relative(name: &Name, origin: &Name) -> String {
    let text = name_text(name);
    if !origin.zone_of(name) || origin.is_root() {
        return text;
    }
    if name.num_labels() == origin.num_labels() && name == origin {
        return "@".to_owned();
    }
    let kept = text.len() - name_text(origin).len();
    text.get(..kept.saturating_sub(1)).filter(|_| kept > 0).map_or_else(|| text.clone(), str::to_owned)
}
