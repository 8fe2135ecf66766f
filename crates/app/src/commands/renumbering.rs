//! `relais renumbering …`

use std::fmt::Write;
use std::time::Duration;

use ::renumbering::{
    Answer, Customer, Endpoint, Finding, Mode, NewRenumbering, Renumbering as Change, RenumberingId, Report,
};
use anyhow::Result;
use clap::Subcommand;
use door_manager::{Language, letters};
use model::Timestamp;
use serde_json::{Value, json};

use super::output::{Output, card, table};
use super::{Platform, values};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The platform's endpoints get other addresses: declared with a date, reported, announced, carried out by the clock.
#[derive(Subcommand)]
pub enum Renumbering {
    /// Lists the changes; with --organisation those that were announced to it.
    List,
    /// Declares a change (operator only): its steps are done when their time has come.
    Declare {
        /// What customers read, such as `New servers`.
        name: String,
        /// The date: a date (its begin in UTC) or a moment of RFC 3339.
        #[arg(long, value_name = "WHEN", value_parser = values::moment)]
        at: Timestamp,
        /// An endpoint: `HOST:PORT[/PATH] MODES OLD[,OLD] NEW[,NEW]`, such as
        /// `gw1.example.com:25 A,B 192.0.2.1 198.51.100.1`.
        #[arg(long = "endpoint", value_name = "ENDPOINT", required = true)]
        endpoints: Vec<Endpoint>,
        /// Days after the date in which the old addresses are accepted as well.
        #[arg(long, value_name = "DAYS")]
        overlap: Option<u32>,
        /// Days before the date at which whoever has not answered is reminded.
        #[arg(long, value_name = "DAYS")]
        remind: Option<u32>,
        /// The time to live of the names shortly before the date, in seconds.
        #[arg(long, value_name = "SECONDS")]
        ttl: Option<u32>,
    },
    /// Shows a change, how far it is, and what customers have answered.
    Show {
        /// Its identifier.
        id: i64,
    },
    /// Shows what names an old address, whose it is, and who has to do what (operator only).
    Report {
        /// Its identifier.
        id: i64,
    },
    /// Shows the letters to the customers without sending them (operator only).
    Letters {
        /// Its identifier.
        id: i64,
        /// In this language: fr, de, it, en.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
    /// Writes to every customer whom a change concerns, once (operator only).
    Announce {
        /// Its identifier.
        id: i64,
    },
    /// Notes what an organisation (--organisation) says: names-only, adapted.
    Answer {
        /// Its identifier.
        id: i64,
        /// `names-only`: it uses host names only; `adapted`: its systems know the new addresses.
        #[arg(value_parser = answer)]
        answer: Answer,
    },
    /// Takes a change back before its date (operator only).
    Cancel {
        /// Its identifier.
        id: i64,
    },
}

fn language(text: &str) -> Result<Language, String> {
    Language::of_tag(text).ok_or_else(|| format!("«{text}» is none of fr, de, it, en"))
}

fn answer(text: &str) -> Result<Answer, String> {
    Answer::of(text).ok_or_else(|| format!("«{text}» is neither names-only nor adapted"))
}

impl Renumbering {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let renumberings = &platform.installation.renumberings;
        let changes = renumberings.administration(platform.reach(), platform.who.clone());
        match self {
            Renumbering::List => {
                let listed = match platform.scope() {
                    None => changes.list().await?,
                    Some(organisation) => {
                        let announced = changes.announced_to(organisation).await?;
                        announced.into_iter().map(|one| one.letter.renumbering).collect()
                    }
                };
                let rows = listed.iter().map(|one| {
                    let cells = vec![
                        one.id.to_string(),
                        one.name.clone(),
                        one.stage.as_str().to_owned(),
                        one.switches_at.rfc3339(),
                        one.ends_at.rfc3339(),
                        one.announced_at.map(Timestamp::rfc3339).unwrap_or_default(),
                    ];
                    (to_json(one), cells)
                });
                let columns = ["ID", "NAME", "STAGE", "DATE", "OVERLAP UNTIL", "ANNOUNCED"];
                Ok(table(&columns, rows.collect()))
            }
            Renumbering::Declare { name, at, endpoints, overlap, remind, ttl } => {
                let days = |days: Option<u32>| days.map(|days| DAY * days);
                let new = NewRenumbering {
                    name,
                    endpoints,
                    switches_at: at,
                    overlap: days(overlap),
                    reminded_before: days(remind),
                    lowered_ttl: ttl,
                };
                let one = changes.declare(new).await?;
                let text = format!(
                    "«{}» is declared as {}: times to live are short from {}, names switch at {}, old addresses end at {}\n\
                     nobody is written to before `relais renumbering announce {}`",
                    one.name,
                    one.id,
                    renumberings.prepares_at(&one).await?.rfc3339(),
                    one.switches_at.rfc3339(),
                    one.ends_at.rfc3339(),
                    one.id,
                );
                Ok(Output::new(to_json(&one), text))
            }
            Renumbering::Show { id } => {
                let one = match platform.scope() {
                    None => changes.renumbering(RenumberingId(id)).await?,
                    Some(organisation) => {
                        let announced = changes.announced_to(organisation).await?;
                        let known = announced.into_iter().find(|one| one.letter.renumbering.id.0 == id);
                        known
                            .map(|one| one.letter.renumbering)
                            .ok_or(directory::DirectoryError::NotFound { what: "change of addresses" })?
                    }
                };
                let customers = match platform.scope() {
                    None => changes.customers(one.id).await?,
                    Some(_) => Vec::new(),
                };
                let mut value = to_json(&one);
                value["customers"] = customers.iter().map(customer_json).collect();
                let prepares_at = renumberings.prepares_at(&one).await?.rfc3339();
                let mut fields = vec![
                    ("name", one.name.clone()),
                    ("stage", one.stage.as_str().to_owned()),
                    ("prepared", one.prepared_at.map_or(format!("from {prepares_at}"), Timestamp::rfc3339)),
                    ("date", one.switches_at.rfc3339()),
                    ("overlap until", one.ends_at.rfc3339()),
                    ("announced", one.announced_at.map_or("no".to_owned(), Timestamp::rfc3339)),
                    ("reminder", one.reminds_at.rfc3339()),
                    ("declared by", one.declared_by.clone()),
                ];
                fields.extend(one.endpoints.iter().map(|endpoint| ("endpoint", endpoint.to_string())));
                fields.extend(customers.iter().map(|customer| ("customer", customer_text(customer, None))));
                Ok(card(value, &fields))
            }
            Renumbering::Report { id } => {
                let report = changes.report(RenumberingId(id)).await?;
                Ok(Output::new(report_json(&report), report_text(&report)))
            }
            Renumbering::Letters { id, language } => {
                let link = crate::notices::renumbering_link(&platform.installation);
                let (mut text, mut value) = (String::new(), Vec::new());
                for (customer, letter) in changes.preview(RenumberingId(id)).await? {
                    let words = letters::renumbering(language, &letter, &link);
                    // Writing into a text never fails.
                    let _ = writeln!(text, "── {} ──\n{}\n\n{}", customer.name, words.subject, words.text);
                    value.push(json!({
                        "organisation": customer.organisation.to_string(),
                        "name": customer.name,
                        "subject": words.subject,
                        "text": words.text,
                    }));
                }
                Ok(Output::new(Value::Array(value), text.trim_end().to_owned()))
            }
            Renumbering::Announce { id } => {
                let count = changes.announce(RenumberingId(id)).await?;
                Ok(Output::new(json!({"letters": count}), format!("{count} organisations are written to")))
            }
            Renumbering::Answer { id, answer } => {
                changes.answer(RenumberingId(id), platform.owner().await?, answer).await?;
                Ok(Output::done(format!("the answer is {}", answer.as_str())))
            }
            Renumbering::Cancel { id } => {
                let one = changes.cancel(RenumberingId(id)).await?;
                Ok(Output::new(to_json(&one), format!("«{}» is cancelled", one.name)))
            }
        }
    }
}

fn to_json(one: &Change) -> Value {
    let at = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    json!({
        "id": one.id.to_string(),
        "name": one.name,
        "stage": one.stage.as_str(),
        "switches_at": one.switches_at.rfc3339(),
        "ends_at": one.ends_at.rfc3339(),
        "reminds_at": one.reminds_at.rfc3339(),
        "lowered_ttl": one.lowered_ttl,
        "endpoints": one.endpoints.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "declared_by": one.declared_by,
        "declared_at": one.declared_at.rfc3339(),
        "announced_at": at(one.announced_at),
        "prepared_at": at(one.prepared_at),
        "switched_at": at(one.switched_at),
        "ended_at": at(one.ended_at),
    })
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "pin": finding.pin.as_str(),
        "organisation": finding.organisation.map(|id| id.to_string()),
        "thing": finding.thing,
        "value": finding.value,
        "old": finding.old.to_string(),
        "new": finding.new.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "remedy": finding.remedy.as_str(),
    })
}

fn customer_json(customer: &Customer) -> Value {
    json!({
        "organisation": customer.organisation.to_string(),
        "name": customer.name,
        "modes": customer.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>(),
        "answer": customer.answer.map(Answer::as_str),
        "answered_by": customer.answered_by,
        "answered_at": customer.answered_at.map(Timestamp::rfc3339),
        "notices": customer.notices.iter().map(|(kind, posted_at)| json!({
            "kind": kind.as_str(),
            "posted_at": posted_at.map(Timestamp::rfc3339),
        })).collect::<Vec<_>>(),
    })
}

fn report_json(report: &Report) -> Value {
    json!({
        "findings": report.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "customers": report.customers.iter().map(|customer| {
            let mut value = customer_json(customer);
            value["to_do"] = report.of(customer.organisation).count().into();
            value
        }).collect::<Vec<_>>(),
        "unseen": report.unseen.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn customer_text(customer: &Customer, to_do: Option<usize>) -> String {
    let modes: Vec<&str> = customer.modes.iter().map(|mode: &Mode| mode.as_str()).collect();
    let answer = customer.answer.map_or("no answer", Answer::as_str);
    let to_do = match to_do {
        None => String::new(),
        Some(0) => ", nothing to do with host names only".to_owned(),
        Some(count) => format!(", {count} settings to change"),
    };
    format!("{} ({}): {answer}{to_do}", customer.name, modes.join(", "))
}

fn report_text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let name = |organisation: model::OrganisationId| {
            let known = report.customers.iter().find(|customer| customer.organisation == organisation);
            known.map_or_else(|| organisation.to_string(), |customer| customer.name.clone())
        };
        let whose = finding.organisation.map_or("the installation".to_owned(), name);
        let new: Vec<String> = finding.new.iter().map(ToString::to_string).collect();
        let remedy = match finding.remedy {
            ::renumbering::Remedy::Follows => "follows at the date",
            ::renumbering::Remedy::Operator => "for the operator to change",
            ::renumbering::Remedy::Organisation => "for the organisation to change",
        };
        // Writing into a text never fails.
        let _ = writeln!(
            text,
            "{} {} of {whose}: {} → {}: {remedy}",
            finding.pin.as_str(),
            finding.thing,
            finding.old,
            new.join(", ")
        );
    }
    for customer in &report.customers {
        let to_do = report.of(customer.organisation).count();
        let _ = writeln!(text, "{}", customer_text(customer, Some(to_do)));
    }
    if !report.unseen.is_empty() {
        let unseen: Vec<String> = report.unseen.iter().map(ToString::to_string).collect();
        let _ =
            writeln!(text, "not looked at, their DNS was not asked or did not answer: {}", unseen.join(", "));
    }
    match text.trim_end() {
        "" => "nothing names an old address, and no customer is connected to these endpoints".to_owned(),
        text => text.to_owned(),
    }
}
