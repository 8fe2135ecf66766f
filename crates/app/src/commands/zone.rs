//! `relais zone …`: hosted DNS zones.

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;
use model::RecordId;
use serde_json::{Value, json};
use zones::{
    Administration, ChangeInfo, Diff, DnsName, Edit, ImportMode, ImportOptions, NewRecord, RecordData,
    RecordInfo, RefusedLine, Secondary, ZoneChange, ZoneError, ZoneInfo, limits,
};

use super::output::{Output, card, shown, table};
use super::{OPERATOR, Platform, values};

/// Octets of a TSIG key that is made here: those of the hash (RFC 8945 §6).
const SECRET_OCTETS: usize = 32;

/// Hosted DNS zones: their records, history, signatures, secondaries and synonyms.
#[derive(Subcommand)]
pub enum Zone {
    /// Creates a zone in the organisation, with the installation's name servers: the operator's act, for any name.
    Create {
        /// Its name.
        zone: String,
    },
    /// Lists the zones.
    List,
    /// Shows one: serial, signatures, what its parent must have.
    Show {
        /// Its name.
        zone: String,
    },
    /// Changes what holds for the whole zone.
    Change {
        /// Its name.
        zone: String,
        /// Seconds for new records that say none; those that stand keep theirs.
        #[arg(long, value_name = "SECONDS")]
        default_ttl: Option<u32>,
        /// Whether the newsletter is bound to it, so that it sends too and has no synonyms.
        #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no)]
        newsletter: Option<bool>,
    },
    /// Deletes it with its records and history.
    Delete {
        /// Its name.
        zone: String,
        /// Also with synonyms, which stay as empty zones.
        #[arg(long)]
        force: bool,
    },
    /// Lists its records.
    Records {
        /// Its name.
        zone: String,
        /// Only this type.
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
    },
    /// Adds a record.
    Add {
        /// The zone's name.
        zone: String,
        /// `@` for the zone itself, otherwise a name within it.
        owner: String,
        /// The type.
        #[arg(value_name = "TYPE")]
        kind: String,
        /// The data; names without a final dot are within the zone.
        #[arg(required = true, num_args = 1..)]
        data: Vec<String>,
        /// Seconds; otherwise as the records beside it.
        #[arg(long)]
        ttl: Option<u32>,
        /// What to remember about it.
        #[arg(long, default_value = "")]
        note: String,
        /// In the place of all records of this name and type.
        #[arg(long)]
        replace: bool,
    },
    /// Removes the records of a name and type.
    Remove {
        /// The zone's name.
        zone: String,
        /// `@` for the zone itself, otherwise a name within it.
        owner: String,
        /// The type.
        #[arg(value_name = "TYPE")]
        kind: String,
        /// Only the one that says this.
        #[arg(num_args = 0..)]
        data: Vec<String>,
        /// Also what the mail service keeps, and what it does for the domain.
        #[arg(long)]
        force: bool,
    },
    /// Takes the records of a zone file (RFC 1035 §5).
    Import {
        /// The zone's name.
        zone: String,
        /// The file; `-` is standard input.
        file: PathBuf,
        /// What the file does not name goes.
        #[arg(long)]
        replace: bool,
        /// Tell what would change and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Prints it as a zone file.
    Export {
        /// Its name.
        zone: String,
    },
    /// Lists its last changes.
    History {
        /// Its name.
        zone: String,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Shows what differs between two versions.
    Diff {
        /// Its name.
        zone: String,
        /// The serial of the earlier one.
        from: u32,
        /// The serial of the later one.
        to: u32,
    },
    /// Makes it what it was at an earlier serial.
    Restore {
        /// Its name.
        zone: String,
        /// The serial.
        serial: u32,
    },
    /// Signs its answers (DNSSEC) and tells the DS record for the parent.
    Sign {
        /// Its name.
        zone: String,
    },
    /// Signs them no more. The parent's DS record must have gone a day before.
    Unsign {
        /// Its name.
        zone: String,
    },
    /// Begins to replace the key that signs it. When the parent shows the new DS record, the rest follows by itself.
    Rollover {
        /// Its name.
        zone: String,
    },
    /// Lists the secondary name servers.
    Secondaries {
        /// The zone's name.
        zone: String,
    },
    /// Lets a secondary name server transfer the zone, and tells it of changes.
    AddSecondary {
        /// The zone's name.
        zone: String,
        /// Where it listens.
        address: SocketAddr,
        /// The name of the TSIG key.
        #[arg(long)]
        key: String,
        /// The key (hmac-sha256) in base64; a new one is made and shown otherwise.
        #[arg(long)]
        secret: Option<String>,
    },
    /// Ends that.
    RemoveSecondary {
        /// The zone's name.
        zone: String,
        /// Where it listens.
        address: SocketAddr,
    },
    /// Lists the synonyms of a zone.
    Synonyms {
        /// The main zone's name.
        zone: String,
    },
    /// Makes another zone of the organisation a synonym: it says from then on what the main zone says.
    AddSynonym {
        /// The main zone's name.
        zone: String,
        /// The synonym's name.
        synonym: String,
    },
    /// Makes a synonym a zone of its own again.
    Dissociate {
        /// The synonym's name.
        synonym: String,
    },
}

impl Zone {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let zones = platform.zones();
        let id = async |name: &str| -> Result<model::ZoneId> { Ok(zones.zone_called(name).await?.id) };
        match self {
            Zone::Create { zone } => {
                let owner = platform.owner().await?;
                // Whoever sits at the machine is the operator, and `--organisation` says whose the zone is.
                let operator = platform.installation.zones.administration(OPERATOR, platform.who.clone());
                let info = operator.create_zone(owner, &zone).await?;
                if platform.organisation.is_none() {
                    zones.refresh_installation().await?;
                }
                show(&zones, &zones.zone(info.id).await?).await
            }
            Zone::List => {
                let list = zones.zones(None).await?;
                let rows = list.iter().map(|info| {
                    let cells = vec![
                        info.name.to_string(),
                        info.serial.to_string(),
                        info.records.to_string(),
                        signed(info),
                        info.organisation.to_string(),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["ZONE", "SERIAL", "RECORDS", "DNSSEC", "ORGANISATION"], rows.collect()))
            }
            Zone::Show { zone } => show(&zones, &zones.zone_called(&zone).await?).await,
            Zone::Change { zone, default_ttl, newsletter } => {
                let change = ZoneChange { default_ttl, has_newsletter: newsletter, ..ZoneChange::default() };
                let info = zones.change_zone(id(&zone).await?, change).await?;
                show(&zones, &info).await
            }
            Zone::Delete { zone, force } => {
                zones.delete_zone(id(&zone).await?, force).await?;
                Ok(Output::done(format!("{zone} is deleted")))
            }
            Zone::Records { zone, kind } => {
                let mut records = zones.records(id(&zone).await?).await?;
                if let Some(kind) = kind {
                    records.retain(|info| info.kind.as_str().eq_ignore_ascii_case(&kind));
                }
                Ok(list_records(&records))
            }
            Zone::Add { zone, owner, kind, data, ttl, note, replace } => {
                let id = id(&zone).await?;
                let remove = match replace {
                    true => matching(&zones.records(id).await?, &zone, &owner, &kind, None)?,
                    false => Vec::new(),
                };
                let new = NewRecord { owner, kind, data: data.join(" "), ttl, note };
                let edit = Edit { add: vec![new], remove, ..Edit::default() };
                Ok(changed(&zones.edit(id, edit).await?))
            }
            Zone::Remove { zone, owner, kind, data, force } => {
                let id = id(&zone).await?;
                let data = Some(data.join(" ")).filter(|data| !data.is_empty());
                let remove = matching(&zones.records(id).await?, &zone, &owner, &kind, data.as_deref())?;
                if remove.is_empty() {
                    return Err(ZoneError::NotFound { what: "record" }.into());
                }
                let edit = Edit { remove, is_forced: force, ..Edit::default() };
                Ok(changed(&zones.edit(id, edit).await?))
            }
            Zone::Import { zone, file, replace, dry_run } => {
                let text = read(&file)?;
                let mode = if replace { ImportMode::Replace } else { ImportMode::Add };
                let options = ImportOptions { mode, is_dry: dry_run, ..ImportOptions::default() };
                let import = zones.import(id(&zone).await?, text, options).await?;
                let mut output = changed(&import.diff).to_text();
                output.push_str(&format!("{} unchanged\n", import.unchanged));
                for (word, lines) in [("passed over", &import.skipped), ("refused", &import.refused)] {
                    output.extend(lines.iter().map(|line| format!("{word}: {}\n", refused_text(line))));
                }
                let json = json!({
                    "diff": diff_json(&import.diff),
                    "unchanged": import.unchanged,
                    "skipped": import.skipped.iter().map(refused_json).collect::<Vec<_>>(),
                    "refused": import.refused.iter().map(refused_json).collect::<Vec<_>>(),
                });
                // While a line is refused nothing is applied.
                let status = if import.refused.is_empty() { 0 } else { 1 };
                Ok(Output::new(json, output).with_status(status))
            }
            Zone::Export { zone } => {
                let text = zones.export(id(&zone).await?).await?;
                Ok(Output::new(json!({ "zone_file": text }), text))
            }
            Zone::History { zone, limit } => {
                let changes = zones.history(id(&zone).await?, Some(limit)).await?;
                let rows = changes.iter().map(|change| {
                    let cells = vec![
                        change.serial.to_string(),
                        change.at.rfc3339(),
                        format!("+{} -{}", change.added.len(), change.removed.len()),
                        change.called.clone(),
                        change.who.clone(),
                    ];
                    (change_json(change), cells)
                });
                Ok(table(&["SERIAL", "WHEN", "RECORDS", "WHAT", "WHO"], rows.collect()))
            }
            Zone::Diff { zone, from, to } => Ok(changed(&zones.diff(id(&zone).await?, from, to).await?)),
            Zone::Restore { zone, serial } => Ok(changed(&zones.restore(id(&zone).await?, serial).await?)),
            Zone::Sign { zone } => sign(&zones, id(&zone).await?, true).await,
            Zone::Unsign { zone } => sign(&zones, id(&zone).await?, false).await,
            Zone::Rollover { zone } => {
                let info = zones.begin_rollover(id(&zone).await?).await?;
                show(&zones, &info).await
            }
            Zone::Secondaries { zone } => {
                let secondaries = zones.secondaries(id(&zone).await?).await?;
                let rows = secondaries.iter().map(|secondary| {
                    let cells = vec![secondary.address.to_string(), secondary.key_name.to_string()];
                    (json!({"address": secondary.address, "key": secondary.key_name.to_string()}), cells)
                });
                Ok(table(&["ADDRESS", "KEY"], rows.collect()))
            }
            Zone::AddSecondary { zone, address, key, secret } => {
                let id = id(&zone).await?;
                let secret = match secret {
                    Some(text) => STANDARD.decode(text.trim()).context("--secret is no base64")?,
                    None => {
                        let mut secret = vec![0; SECRET_OCTETS];
                        platform.installation.world.random.fill(&mut secret);
                        secret
                    }
                };
                let key_name = DnsName::parse(&key).map_err(|wrong| ZoneError::Invalid {
                    field: "key",
                    reason: wrong.reason,
                    rule: wrong.rule,
                    index: None,
                })?;
                let mut secondaries = zones.secondaries(id).await?;
                secondaries.retain(|secondary| secondary.address != address);
                let shown = STANDARD.encode(&secret);
                secondaries.push(Secondary { address, key_name: key_name.clone(), secret });
                zones.set_secondaries(id, secondaries).await?;
                Ok(card(
                    json!({"address": address, "key": key_name.to_string(), "secret": shown}),
                    &[
                        ("secondary", address.to_string()),
                        ("key", key_name.to_string()),
                        ("algorithm", "hmac-sha256".to_owned()),
                        ("secret", shown),
                    ],
                ))
            }
            Zone::RemoveSecondary { zone, address } => {
                let id = id(&zone).await?;
                let mut secondaries = zones.secondaries(id).await?;
                let before = secondaries.len();
                secondaries.retain(|secondary| secondary.address != address);
                if secondaries.len() == before {
                    return Err(ZoneError::NotFound { what: "secondary" }.into());
                }
                zones.set_secondaries(id, secondaries).await?;
                Ok(Output::done(format!("{address} is no secondary of {zone} any more")))
            }
            Zone::Synonyms { zone } => {
                let synonyms = zones.synonyms(id(&zone).await?).await?;
                let mut rows = Vec::new();
                for info in &synonyms {
                    let (json, ds) = with_ds(&zones, info).await?;
                    rows.push((json, vec![info.name.to_string(), signed(info), ds.join("; ")]));
                }
                Ok(table(&["SYNONYM", "DNSSEC", "FOR THE PARENT"], rows))
            }
            Zone::AddSynonym { zone, synonym } => {
                let info = zones.add_synonym(id(&zone).await?, &synonym).await?;
                let (json, ds) = with_ds(&zones, &info).await?;
                let mut text = format!("{} says what {zone} says", info.name);
                text.extend(ds.iter().map(|ds| format!("\nfor the parent: {ds}")));
                Ok(Output::new(json, text))
            }
            Zone::Dissociate { synonym } => {
                let info = zones.dissociate_synonym(id(&synonym).await?).await?;
                Ok(Output::new(to_json(&info), format!("{} is a zone of its own again", info.name)))
            }
        }
    }
}

async fn sign(zones: &Administration, id: model::ZoneId, is_signed: bool) -> Result<Output> {
    let change = ZoneChange { is_signed: Some(is_signed), ..ZoneChange::default() };
    let info = zones.change_zone(id, change).await?;
    show(zones, &info).await
}

/// The identifiers of the records of a name and type, perhaps of those only that say `data`.
fn matching(
    records: &[RecordInfo],
    zone: &str,
    owner: &str,
    kind: &str,
    data: Option<&str>,
) -> Result<Vec<RecordId>> {
    let name = |field, text: &str, origin: Option<&DnsName>| {
        let parsed = match origin {
            Some(origin) => DnsName::within(text, origin),
            None => DnsName::parse(text),
        };
        parsed.map_err(|wrong| ZoneError::Invalid {
            field,
            reason: wrong.reason,
            rule: wrong.rule,
            index: None,
        })
    };
    let origin = name("zone", zone, None)?;
    let owner = name("owner", owner, Some(&origin))?.relative_to(&origin);
    let is_meant = |info: &&RecordInfo| {
        Some(&info.owner) == owner.as_ref()
            && info.kind.as_str().eq_ignore_ascii_case(kind)
            && data.is_none_or(|data| info.data == data || info.data.trim_matches('"') == data)
    };
    Ok(records.iter().filter(is_meant).map(|info| info.id).collect())
}

fn read(file: &Path) -> Result<String> {
    let limit = limits::ZONE_FILE_LIMIT_BYTES;
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match file == Path::new("-") {
        true => std::io::stdin().lock().take(most).read_to_end(&mut bytes),
        false => std::fs::File::open(file)
            .with_context(|| format!("cannot open {}", file.display()))?
            .take(most)
            .read_to_end(&mut bytes),
    }
    .with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(bytes.len() <= limit, "{}: a zone file has at most {limit} bytes", file.display());
    String::from_utf8(bytes).with_context(|| format!("{} is no UTF-8", file.display()))
}

fn signed(info: &ZoneInfo) -> String {
    match (&info.main, info.is_signed) {
        (_, true) => "signed".to_owned(),
        (Some(_), _) => "synonym".to_owned(),
        (None, false) => "no".to_owned(),
    }
}

fn to_json(info: &ZoneInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "name": info.name.as_str(),
        "serial": info.serial,
        "default_ttl": info.default_ttl,
        "signed": info.is_signed,
        "newsletter": info.has_newsletter,
        "synonym_of": info.main.map(|id| id.to_string()),
        "records": info.records,
        "created_at": info.created_at.rfc3339(),
        "changed_at": info.changed_at.rfc3339(),
    })
}

/// A zone with the DS records that its parent must have; none where it is not signed.
async fn with_ds(zones: &Administration, info: &ZoneInfo) -> Result<(Value, Vec<String>)> {
    let ds = if info.is_signed { zones.ds(info.id).await? } else { Vec::new() };
    let mut json = to_json(info);
    json["ds"] = json!(ds);
    Ok((json, ds))
}

async fn show(zones: &Administration, info: &ZoneInfo) -> Result<Output> {
    let (json, ds) = with_ds(zones, info).await?;
    let mut fields = vec![
        ("zone", info.name.to_string()),
        ("id", info.id.to_string()),
        ("organisation", info.organisation.to_string()),
        ("serial", info.serial.to_string()),
        ("records", info.records.to_string()),
        ("default TTL", format!("{} s", info.default_ttl)),
        ("DNSSEC", signed(info)),
        ("newsletter", if info.has_newsletter { "bound to it" } else { "no" }.to_owned()),
        ("changed", info.changed_at.rfc3339()),
    ];
    fields.extend(ds.iter().map(|ds| ("for the parent", ds.clone())));
    Ok(card(json, &fields))
}

fn record_json(record: &RecordData) -> Value {
    json!({
        "owner": record.owner,
        "type": record.kind.as_str(),
        "ttl": record.ttl,
        "data": record.data,
        "managed_by": record.managed_by.as_str(),
        "note": record.note,
    })
}

fn list_records(records: &[RecordInfo]) -> Output {
    let rows = records.iter().map(|info| {
        let mut json = record_json(info);
        json["id"] = json!(info.id.to_string());
        let cells = vec![
            info.owner.clone(),
            info.ttl.to_string(),
            info.kind.as_str().to_owned(),
            info.data.clone(),
            info.managed_by.to_string(),
        ];
        (json, cells)
    });
    table(&["OWNER", "TTL", "TYPE", "DATA", "KEPT BY"], rows.collect())
}

fn diff_json(diff: &Diff) -> Value {
    json!({
        "serial": diff.serial,
        "added": diff.added.iter().map(record_json).collect::<Vec<_>>(),
        "removed": diff.removed.iter().map(record_json).collect::<Vec<_>>(),
    })
}

pub(super) fn changed(diff: &Diff) -> Output {
    let line = |sign: char, record: &RecordData| {
        let (owner, kind, data) = (&record.owner, record.kind.as_str(), &record.data);
        shown(&format!("{sign} {owner} {} {kind} {data}", record.ttl)) + "\n"
    };
    let mut text: String = diff.removed.iter().map(|record| line('-', record)).collect();
    text.extend(diff.added.iter().map(|record| line('+', record)));
    match diff.is_empty() {
        true => text.push_str("nothing changes\n"),
        false => text.push_str(&format!("serial {}\n", diff.serial)),
    }
    Output::new(diff_json(diff), text)
}

fn change_json(change: &ChangeInfo) -> Value {
    json!({
        "serial": change.serial,
        "at": change.at.rfc3339(),
        "who": change.who,
        "called": change.called,
        "added": change.added.iter().map(record_json).collect::<Vec<_>>(),
        "removed": change.removed.iter().map(record_json).collect::<Vec<_>>(),
    })
}

fn refused_text(line: &RefusedLine) -> String {
    let place = line.line.map_or_else(|| "the whole".to_owned(), |line| format!("line {line}"));
    shown(&format!("{place}: {}: {} (rule: {})", line.field, line.reason, line.rule))
}

fn refused_json(line: &RefusedLine) -> Value {
    json!({"line": line.line, "field": line.field, "reason": line.reason, "rule": line.rule})
}
