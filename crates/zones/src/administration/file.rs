//! Zone files (RFC 1035 §5): in, with a look before; and out.

use std::collections::{HashMap, HashSet};

use model::{RecordId, ZoneId};
use wire_dns::zone_file;

use super::{Administration, Hand, apply, found, take};
use crate::entities::{
    Diff, Import, ImportMode, ManagedBy, NewRecord, RecordData, RecordInfo, RefusedLine, ZoneInfo,
};
use crate::kind::RecordKind;
use crate::load::zone_data;
use crate::rules::{self, Draft};
use crate::{Result, ZoneError, limits, rows};

/// Lines that a preview names; after so many the file is of another kind.
const REFUSALS_LIMIT: usize = 100;

/// How to import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What happens to records that the file does not name.
    pub mode: ImportMode,
    /// Look only.
    pub is_dry: bool,
    /// Take the rest although some lines are refused.
    pub skips_refused: bool,
}

impl Administration {
    /// The zone as a file (RFC 1035 §5), with its SOA; of a synonym what it mirrors.
    pub async fn export(&self, id: ZoneId) -> Result<String> {
        self.read_limited(move |tx| {
            let zone = found("zone", rows::zone(tx, id)?)?;
            Ok(zone_file::write(&zone_data(tx, &zone)?))
        })
        .await
    }

    /// Reads a zone file into the zone, as one change; with `is_dry` it only tells what would change. The SOA,
    /// signatures and the name servers of the zone itself are passed over: they are ours to say. Times to live
    /// beyond our limits become the nearest that we allow.
    pub async fn import(&self, id: ZoneId, text: String, options: ImportOptions) -> Result<Import> {
        if text.len() > limits::ZONE_FILE_LIMIT_BYTES {
            return Err(ZoneError::invalid("file", "it is too large", "a zone file has at most 16 MiB"));
        }
        self.write_limited(move |tx, hand| {
            let mut zone = take(tx, hand, id)?;
            let before = rows::records(tx, id)?;
            let mut import = Import::default();
            let entries = read(&text, &zone, &mut import);
            let mut drafts =
                merge(hand, &before, entries.iter().map(|(_, record)| record), options.mode, &mut import);
            // One refusal after the other, without its culprit, until the rest holds together.
            let called = "imported a zone file";
            loop {
                match apply(tx, hand, &mut zone, &before, drafts.clone(), called, true) {
                    Ok(diff) => {
                        import.diff = diff;
                        break;
                    }
                    Err(ZoneError::Invalid { field, reason, rule, index }) => {
                        let line = index.and_then(|index| entries.get(index)).map(|(line, _)| *line);
                        import.refused.push(RefusedLine { line, field, reason, rule });
                        if line.is_none() || import.refused.len() >= REFUSALS_LIMIT {
                            import.diff = Diff { serial: zone.serial, ..Diff::default() };
                            return Ok(import);
                        }
                        drop_culprit(&mut drafts, &before, index);
                    }
                    Err(other) => return Err(other),
                }
            }
            import.refused.sort_by_key(|refused| refused.line);
            if !options.is_dry && (import.refused.is_empty() || options.skips_refused) {
                import.diff = apply(tx, hand, &mut zone, &before, drafts, called, false)?;
            }
            Ok(import)
        })
        .await
    }
}

/// The records of a file with their lines, each checked by itself.
fn read(text: &str, zone: &ZoneInfo, import: &mut Import) -> Vec<(usize, RecordData)> {
    let origin = crate::load::wire_name(&zone.name);
    let file = zone_file::read(text, &origin, zone.default_ttl);
    for bad in file.bad_lines.into_iter().take(REFUSALS_LIMIT) {
        import.refused.push(RefusedLine {
            line: Some(bad.line),
            field: bad.fault.field,
            reason: bad.fault.reason,
            rule: "a line of a zone file has owner, time to live, class, type and data (RFC 1035 §5.1)",
        });
    }
    if file.soa.is_some() {
        import.skipped.push(RefusedLine {
            line: None,
            field: "kind",
            reason: "the SOA is written by the platform".to_owned(),
            rule: "a zone has one SOA (RFC 1035 §5.2)",
        });
    }
    let mut entries = Vec::new();
    for (line, record) in file.records {
        let new = NewRecord {
            owner: wire_dns::name_text(&record.owner),
            kind: wire_dns::kind_text(record.kind()),
            data: record.data_text(),
            ttl: Some(record.ttl.clamp(limits::TTL_MINIMUM_SECONDS, limits::TTL_LIMIT_SECONDS)),
            note: String::new(),
        };
        let is_ours = matches!(
            new.kind.as_str(),
            "DNSKEY" | "RRSIG" | "NSEC" | "NSEC3" | "NSEC3PARAM" | "CDS" | "CDNSKEY"
        );
        match rules::checked_record(&new, zone, ManagedBy::User) {
            Ok(record) if record.owner == "@" && record.kind == RecordKind::Ns => {
                import.skipped.push(RefusedLine {
                    line: Some(line),
                    field: "kind",
                    reason: format!("{} is the name server of another provider", record.data),
                    rule: "the name servers of a zone are those of the installation as long as it is hosted here",
                });
            }
            Ok(record) => entries.push((line, record)),
            Err(ZoneError::Invalid { field, reason, rule, .. }) => {
                let refused = RefusedLine { line: Some(line), field, reason, rule };
                if is_ours {
                    import.skipped.push(refused);
                } else if import.refused.len() < REFUSALS_LIMIT {
                    import.refused.push(refused);
                }
            }
            Err(_) => {}
        }
    }
    entries
}

/// The zone with the file's records; those that stand are counted.
fn merge<'a>(
    hand: &Hand,
    before: &[RecordInfo],
    entries: impl Iterator<Item = &'a RecordData>,
    mode: ImportMode,
    import: &mut Import,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = before.iter().map(Draft::kept).collect();
    let places: HashMap<_, usize> =
        before.iter().enumerate().map(|(place, info)| (info.key(), place)).collect();
    let mut named: HashSet<(&str, RecordKind, &str)> = HashSet::new();
    for (index, record) in entries.enumerate() {
        let is_first = named.insert(record.key());
        match places.get(&record.key()) {
            _ if !is_first => import.unchanged += 1,
            Some(place) if before[*place].ttl == record.ttl => import.unchanged += 1,
            Some(place) => {
                drafts[*place].record.ttl = record.ttl;
                drafts[*place].index = Some(index);
                drafts[*place].has_own_ttl = true;
            }
            None => drafts.push(Draft {
                id: RecordId(hand.new_id()),
                record: record.clone(),
                index: Some(index),
                has_own_ttl: true,
            }),
        }
    }
    if mode == ImportMode::Replace {
        drafts.retain(|draft| {
            draft.record.managed_by != ManagedBy::User
                || draft.index.is_some()
                || named.contains(&draft.record.key())
        });
    }
    drafts
}

/// Takes the record of a refused line out again; one that stood before stays as it was.
fn drop_culprit(drafts: &mut Vec<Draft>, before: &[RecordInfo], index: Option<usize>) {
    if let Some(place) = drafts.iter().position(|draft| draft.index == index) {
        match before.iter().find(|info| info.id == drafts[place].id) {
            Some(info) => drafts[place] = Draft::kept(info),
            None => _ = drafts.remove(place),
        }
    }
}
