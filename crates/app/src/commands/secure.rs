//! `relais secure …`
//!
//! Whoever administers sees who wrote to whom, when, and how far it is; never a subject.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};
use directory::DirectoryError;
use mail_secure::{Copy, Entry, Event, Language, SecureError, Wanted, sixteen};
use model::{Address, Timestamp};
use serde_json::{Value, json};
use wire_safe::Slot;

use super::Platform;
use super::output::{Output, table};
use super::values::{self, When};

/// The most letters that a list has at once.
const LIMIT: u32 = 1000;

/// Secured and registered letters.
#[derive(Subcommand)]
pub enum Secure {
    /// Lists letters, the newest first.
    Letters {
        /// Of this sender.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        sender: Option<Address>,
        /// To this recipient.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        recipient: Option<Address>,
        /// Only letters before this one: the next page.
        #[arg(long, value_name = "LETTER", value_parser = values::id)]
        before: Option<i64>,
        /// The most letters.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(LIMIT)))]
        limit: u32,
    },
    /// Shows a letter: each recipient's copy, and what happened to it.
    Show {
        #[arg(value_parser = values::id)]
        letter: i64,
    },
    /// Takes a letter back from everybody who has neither accepted nor opened it.
    Withdraw {
        #[arg(value_parser = values::id)]
        letter: i64,
        /// From this copy's recipient only.
        #[arg(long)]
        slot: Option<String>,
        /// Why; it stands in the evidence.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Destroys what opens a letter, for everybody who has accepted or opened it: nobody opens it any more.
    Erase {
        #[arg(value_parser = values::id)]
        letter: i64,
        /// For this copy's recipient only.
        #[arg(long)]
        slot: Option<String>,
        /// Why; it stands in the log of changes, and in the evidence of what was not opened.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Writes the evidence of a letter, as far as it has happened, into a new file.
    Bundle {
        #[arg(value_parser = values::id)]
        letter: i64,
        file: PathBuf,
    },
    /// Writes the receipt of a copy, a signed PDF, into a new file.
    Receipt {
        #[arg(value_parser = values::id)]
        letter: i64,
        /// The copy.
        slot: String,
        /// Of what.
        #[arg(value_enum)]
        event: ReceiptOf,
        file: PathBuf,
        /// In which language: fr, de, it or en.
        #[arg(long, default_value = "fr")]
        language: String,
    },
    /// Counts copies by how they were sent and how far they are.
    Statistics {
        /// Of letters since then: 30d, or a date.
        #[arg(long, default_value = "30d", value_parser = values::when)]
        since: When,
    },
    /// Writes letters with their copies as CSV.
    Export {
        /// Since then: 30d, or a date.
        #[arg(long, default_value = "30d", value_parser = values::when)]
        since: When,
    },
    /// Prints the published keys, with which evidence is verified.
    Keys,
}

/// What a receipt is of.
#[derive(Clone, std::marker::Copy, Debug, ValueEnum)]
pub enum ReceiptOf {
    /// The letter was taken.
    Submission,
    /// It was accepted.
    Acceptance,
    /// It was refused.
    Refusal,
    /// Nobody decided in time.
    Expiry,
    /// It was opened.
    Handover,
}

impl ReceiptOf {
    fn event(self) -> Event {
        match self {
            ReceiptOf::Submission => Event::SubmissionAcceptance,
            ReceiptOf::Acceptance => Event::ConsignmentAcceptance,
            ReceiptOf::Refusal => Event::ConsignmentRejection,
            ReceiptOf::Expiry => Event::AcceptanceRejectionExpiry,
            ReceiptOf::Handover => Event::ContentHandover,
        }
    }
}

impl Secure {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let (secure, scope) = (platform.installation.flow.secure(), platform.scope());
        let now = platform.installation.world.clock.now();
        match self {
            Secure::Letters { sender, recipient, before, limit } => {
                let wanted = Wanted { sender, recipient, before, limit };
                Ok(list(&secure.letters(scope, wanted).await?))
            }
            Secure::Show { letter } => {
                let entry = secure.letter(scope, letter).await.map_err(told)?;
                let mut rows = Vec::new();
                for copy in &entry.copies {
                    for happened in secure.happened(&copy.slot).await? {
                        let index = happened.log_index.map(|index| index.to_string()).unwrap_or_default();
                        let cells = vec![
                            happened.at.rfc3339(),
                            copy.address.to_string(),
                            happened.event.to_string(),
                            index,
                            if happened.is_stamped { "yes" } else { "" }.to_owned(),
                            copy.slot.to_string(),
                        ];
                        let value = json!({
                            "at": happened.at.rfc3339(),
                            "slot": copy.slot.to_string(),
                            "event": happened.event.name(),
                            "log_index": happened.log_index,
                            "time_stamped": happened.is_stamped,
                        });
                        rows.push((value, cells));
                    }
                }
                let events: Vec<Value> = rows.iter().map(|(value, _)| value.clone()).collect();
                let text = format!(
                    "{}\n{}",
                    list(std::slice::from_ref(&entry)).to_text().trim_end(),
                    table(&["AT", "RECIPIENT", "EVENT", "LOG", "STAMPED", "SLOT"], rows).to_text()
                );
                let mut value = to_json(&entry);
                value["events"] = Value::Array(events);
                Ok(Output::new(value, text))
            }
            Secure::Withdraw { letter, slot, reason } => {
                let entry = secure.letter(scope, letter).await.map_err(told)?;
                let only = slot.map(|slot| slot_of(&entry, &slot)).transpose()?;
                let (who, organisation) = (platform.administration.actor(), entry.letter.organisation);
                let withdrawn = secure.withdraw_for(who, organisation, letter, only, &reason).await;
                Ok(ended("withdrawn", "withdrawn from", &withdrawn.map_err(told)?))
            }
            Secure::Erase { letter, slot, reason } => {
                let entry = secure.letter(scope, letter).await.map_err(told)?;
                let only = slot.map(|slot| slot_of(&entry, &slot)).transpose()?;
                let (who, organisation) = (platform.administration.actor(), entry.letter.organisation);
                let erased = secure.erase_for(who, organisation, letter, only, &reason).await;
                Ok(ended("erased", "erased for", &erased.map_err(told)?))
            }
            Secure::Bundle { letter, file } => {
                let entry = secure.letter(scope, letter).await.map_err(told)?;
                let bundle = secure.bundle_of_letter(entry.letter.id).await?;
                write_new(&file, &bundle.to_json()?)
            }
            Secure::Receipt { letter, slot, event, file, language } => {
                let entry = secure.letter(scope, letter).await.map_err(told)?;
                let slot = slot_of(&entry, &slot)?;
                let language = Language::of_tag(&language).ok_or_else(|| DirectoryError::Invalid {
                    field: "language",
                    reason: format!("«{language}» is none of ours"),
                    rule: "it is fr, de, it or en",
                })?;
                write_new(&file, &secure.receipt(&slot, event.event(), language).await.map_err(told)?)
            }
            Secure::Statistics { since } => {
                let counts = secure.statistics(scope, since.before(now)).await?;
                let rows = counts.iter().map(|count| {
                    let value = json!({
                        "organisation": count.organisation.to_string(),
                        "mode": count.mode.to_string(),
                        "state": count.state.word(),
                        "copies": count.copies,
                        "unreached": count.unreached,
                    });
                    let cells = vec![
                        count.organisation.to_string(),
                        count.mode.to_string(),
                        count.state.word().to_owned(),
                        count.copies.to_string(),
                        count.unreached.to_string(),
                    ];
                    (value, cells)
                });
                Ok(table(&["ORGANISATION", "MODE", "STATE", "COPIES", "UNREACHED"], rows.collect()))
            }
            Secure::Export { since } => {
                let (since, mut before, mut csv) = (since.before(now), None, Entry::CSV_HEADER.to_owned());
                loop {
                    let wanted = Wanted { sender: None, recipient: None, before, limit: LIMIT };
                    let page = secure.letters(scope, wanted).await?;
                    let Some(last) = page.last() else { break };
                    before = Some(last.letter.id);
                    let is_over = last.letter.submitted_at < since;
                    let within = page.iter().filter(|entry| entry.letter.submitted_at >= since);
                    within.for_each(|entry| csv.push_str(&entry.csv()));
                    if is_over {
                        break;
                    }
                }
                Ok(Output::new(json!({ "csv": csv }), csv))
            }
            Secure::Keys => {
                let keys = String::from_utf8(secure.keys_file().await?)?;
                Ok(Output::new(serde_json::from_str(&keys)?, keys))
            }
        }
    }
}

/// For whom a letter ended.
fn ended(key: &str, words: &str, copies: &[Copy]) -> Output {
    let addresses: Vec<String> = copies.iter().map(|copy| copy.address.to_string()).collect();
    let text = format!("{words} {}", addresses.join(", "));
    Output::new(json!({ key: addresses }), text)
}

/// What an administrator sees of letters.
fn list(entries: &[Entry]) -> Output {
    let rows = entries.iter().flat_map(|entry| {
        entry.copies.iter().map(|copy| {
            let letter = &entry.letter;
            let cells = vec![
                letter.id.to_string(),
                letter.submitted_at.rfc3339(),
                letter.mode.to_string(),
                letter.sender.to_string(),
                copy.address.to_string(),
                copy.way.word().to_owned(),
                copy.state.word().to_owned(),
            ];
            (Value::Null, cells)
        })
    });
    let columns = ["LETTER", "SUBMITTED", "MODE", "SENDER", "RECIPIENT", "WAY", "STATE"];
    let text = table(&columns, rows.collect()).to_text();
    Output::new(Value::Array(entries.iter().map(to_json).collect()), text)
}

fn to_json(entry: &Entry) -> Value {
    let letter = &entry.letter;
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    let copy = |copy: &Copy| {
        json!({
            "slot": copy.slot.to_string(),
            "recipient": copy.address.to_string(),
            "way": copy.way.word(),
            "state": copy.state.word(),
            "deadline": time(copy.deadline),
            "accepted_at": time(copy.accepted_at),
            "released_at": time(copy.released.as_ref().map(|released| released.at)),
            "opened_at": time(copy.opened_at),
            "ended_at": time(copy.ended_at),
            "erased_at": time(copy.erased_at),
        })
    };
    json!({
        "id": letter.id.to_string(),
        "organisation": letter.organisation.to_string(),
        "submitted_at": letter.submitted_at.rfc3339(),
        "mode": letter.mode.to_string(),
        "sender": letter.sender.to_string(),
        "size": letter.size_bytes,
        "copies": entry.copies.iter().map(copy).collect::<Vec<_>>(),
    })
}

/// A copy of this letter, by its slot.
fn slot_of(entry: &Entry, text: &str) -> Result<Slot> {
    let slot = sixteen(text).map(Slot).filter(|slot| entry.copies.iter().any(|copy| copy.slot == *slot));
    Ok(slot.ok_or(DirectoryError::NotFound { what: "copy of the letter" })?)
}

/// Writes a file that was not there.
fn write_new(file: &PathBuf, octets: &[u8]) -> Result<Output> {
    use std::io::Write;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
    let written = made.and_then(|mut made| made.write_all(octets).and_then(|()| made.sync_all()));
    written.with_context(|| format!("cannot write {}", file.display()))?;
    let (name, size) = (file.display().to_string(), octets.len());
    Ok(Output::new(json!({ "file": name, "size": size }), format!("{size} octets in {name}")))
}

/// What a rule refuses is said as other refusals are.
fn told(error: SecureError) -> anyhow::Error {
    match error {
        SecureError::NotFound => DirectoryError::NotFound { what: "secured letter" }.into(),
        SecureError::Illegal(why) => DirectoryError::Invalid {
            field: "letter",
            reason: why.to_string(),
            rule: "what was accepted or opened stays, and what has ended does not change",
        }
        .into(),
        error @ SecureError::Underway => DirectoryError::Invalid {
            field: "letter",
            reason: error.to_string(),
            rule: "what goes without an envelope is taken back while it waits, not while a server takes it",
        }
        .into(),
        error @ (SecureError::Ended | SecureError::CanBeWithdrawn) => DirectoryError::Invalid {
            field: "letter",
            reason: error.to_string(),
            rule: "what its recipient has is erased once; what they have not is taken back",
        }
        .into(),
        SecureError::NotYet => DirectoryError::Invalid {
            field: "event",
            reason: SecureError::NotYet.to_string(),
            rule: "a receipt is made once its statement is in the public log and time-stamped",
        }
        .into(),
        other => other.into(),
    }
}
