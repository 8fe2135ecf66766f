//! `relais domain …`

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use directory::{DomainChange, DomainInfo};
use serde_json::{Value, json};
use zones::diagnosis::Check;
use zones::{MailConflict, MailDomain, Seen, SpfStrictness, Standing};

use super::Platform;
use super::dkim::Dkim;
use super::output::{Output, card, state, table};
use super::{diagnosis, linking, reports, values};
use crate::diagnosing;

/// How often a mended domain is looked at again until the world sees it.
const LOOKS_AFTER_MENDING: usize = 10;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(300);

/// Mail domains.
#[derive(Subcommand)]
pub enum Domain {
    /// Creates a domain in the organisation; its mail service is made if it has none.
    Create {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// The mail service (name or identifier), where there are several.
        #[arg(long)]
        service: Option<String>,
        /// Mail records in its hosted zone that are in the way go.
        #[arg(long)]
        replace: bool,
    },
    /// Lists the domains.
    List,
    /// Shows one.
    Show {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Moves it, with its addresses, to another mail service of the organisation.
    Change {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// The mail service (name or identifier).
        #[arg(long)]
        service: String,
    },
    /// Puts it and its addresses out of use.
    Disable {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Puts it to use again.
    Enable {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Shows what others report of it: who sends in its name (DMARC), how TLS to its servers goes, complaints.
    Reports {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// How many days, today included.
        #[arg(long, default_value_t = reports::DAYS, value_parser = clap::value_parser!(u32).range(1..=400))]
        days: u32,
    },
    /// Shows its reputation, 0 to 100: what took points away, and its history.
    Reputation {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// How many days of history, today included.
        #[arg(long, default_value_t = reports::DAYS, value_parser = clap::value_parser!(u32).range(1..=400))]
        days: u32,
    },
    /// Deletes it.
    Delete {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// Also with all its addresses and their letters.
        #[arg(long)]
        force: bool,
    },
    /// Shows the records that its DNS should have, and whether the world sees them.
    Records {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Writes its mail records into the hosted zone that encloses it.
    Refresh {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// What people wrote and is in the way goes.
        #[arg(long)]
        replace: bool,
    },
    /// Makes its SPF record strict (`-all`: everything else is refused), marking (`~all`: it is marked) or soft
    /// (`?all`: nothing is said of it).
    Spf {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// `strict`, `marking` or `soft`.
        #[arg(value_parser = strictness)]
        strictness: SpfStrictness,
        /// An SPF record that people wrote goes.
        #[arg(long)]
        replace: bool,
    },
    /// Looks at what the world sees of it. Exit status 0: nothing bad, 1: something bad, 3: something cannot be
    /// found out.
    Check {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// Mend what a change of the hosted zone here can mend; with names of checks only those.
        #[arg(long, num_args = 0.., value_name = "CHECK")]
        fix: Option<Vec<Check>>,
    },
    /// Links it to a mail service: every address of the main domain answers under its name too.
    Link(linking::Link),
    /// Makes a linked domain the main one: the addresses bear its name, and answer under the former one too.
    Main {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Unlinks it: nobody answers under its name any more.
    Unlink {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// Only tells what would stop.
        #[arg(long)]
        dry_run: bool,
    },
    /// Unlinks it and makes its zone a synonym of the main domain's.
    Synonym {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Lists what was done to the domains of a mail service, and what is being done.
    Operations {
        /// The mail service (name or identifier), where there are several.
        #[arg(long)]
        service: Option<String>,
    },
    /// Keys that sign its letters.
    #[command(subcommand)]
    Dkim(Dkim),
}

fn strictness(text: &str) -> Result<SpfStrictness, String> {
    match text {
        "strict" => Ok(SpfStrictness::Strict),
        "marking" => Ok(SpfStrictness::Marking),
        "soft" => Ok(SpfStrictness::Soft),
        other => Err(format!("«{other}» is neither strict, marking nor soft")),
    }
}

fn standing(replace: bool) -> Standing {
    if replace { Standing::IsReplaced } else { Standing::Stays }
}

impl Domain {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |domain: &model::Domain, change| -> Result<Output> {
            let id = administration.domain_called(domain).await?.id;
            Ok(show(&administration.change_domain(id, change).await?))
        };
        match self {
            Domain::Create { domain, service, replace } => {
                let service = match service {
                    Some(service) => Some(administration.service(platform.service(&service).await?).await?),
                    None => None,
                };
                let owner = match &service {
                    Some(service) => service.organisation,
                    None => platform.owner().await?,
                };
                let service = service.map(|service| service.id);
                // Whoever sits at the machine is the operator, and proves nothing; the scope was asked above.
                let zones = platform.installation.zones.administration(super::OPERATOR, platform.who.clone());
                Ok(show_mail(&zones.create_domain(owner, service, &domain, standing(replace)).await?))
            }
            Domain::Dkim(dkim) => dkim.run(platform).await,
            Domain::Link(link) => link.run(platform).await,
            Domain::Main { domain } => linking::make_main(platform, &domain).await,
            Domain::Unlink { domain, dry_run } => linking::unlink(platform, &domain, dry_run).await,
            Domain::Synonym { domain } => linking::make_synonym(platform, &domain).await,
            Domain::Operations { service } => linking::list(platform, service).await,
            Domain::List => {
                let domains = administration.domains(None).await?;
                let rows = domains.iter().map(|info| {
                    let cells = vec![
                        info.name.to_string(),
                        info.id.to_string(),
                        info.organisation.to_string(),
                        info.addresses.to_string(),
                        info.place.to_string(),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["DOMAIN", "ID", "ORGANISATION", "ADDRESSES", "PLACE", "STATE"], rows.collect()))
            }
            Domain::Show { domain } => Ok(show(&administration.domain_called(&domain).await?)),
            Domain::Change { domain, service } => {
                let service = Some(platform.service(&service).await?);
                changed(&domain, DomainChange { service, ..DomainChange::default() }).await
            }
            Domain::Disable { domain } => {
                changed(&domain, DomainChange { is_disabled: Some(true), ..DomainChange::default() }).await
            }
            Domain::Enable { domain } => {
                changed(&domain, DomainChange { is_disabled: Some(false), ..DomainChange::default() }).await
            }
            Domain::Reports { domain, days } => {
                reports::reports(platform, &administration.domain_called(&domain).await?, days).await
            }
            Domain::Reputation { domain, days } => {
                reports::reputation(platform, &administration.domain_called(&domain).await?, days).await
            }
            Domain::Delete { domain, force } => {
                let id = administration.domain_called(&domain).await?.id;
                let kept = platform.zones().delete_domain(id, force).await?;
                let records: usize = kept.changes.iter().map(|(_, diff)| diff.removed.len()).sum();
                Ok(Output::done(match records {
                    0 => format!("{domain} is deleted"),
                    records => format!("{domain} is deleted, with {records} records of its zone"),
                }))
            }
            Domain::Records { domain } => {
                let checked = platform.zones().check_elsewhere(&domain).await?;
                let rows = checked.iter().map(|checked| {
                    let (word, others) = seen(&checked.seen);
                    let record = &checked.record;
                    let json = json!({
                        "name": record.name.as_str(),
                        "type": record.kind.as_str(),
                        "data": record.data,
                        "seen": word,
                        "others": others,
                    });
                    (json, vec![word.to_owned(), record.to_string(), others.join("; ")])
                });
                Ok(table(&["SEEN", "RECORD", "INSTEAD"], rows.collect()))
            }
            Domain::Refresh { domain, replace } => {
                Ok(show_mail(&platform.zones().refresh(&domain, standing(replace)).await?))
            }
            Domain::Spf { domain, strictness, replace } => {
                let changed = platform.zones().set_spf(&domain, strictness, standing(replace)).await?;
                Ok(show_mail(&changed))
            }
            Domain::Check { domain, fix } => {
                let zones = platform.zones();
                // Before anything of the installation is opened for a domain that is not there.
                zones.last_diagnosis(&domain).await?;
                let looker = diagnosing::looker(&platform.installation)?;
                let checks = fix.clone().unwrap_or_default();
                let mended = match fix {
                    Some(checks) => zones.mend(&domain, &checks, &looker).await?,
                    None => None,
                };
                // A domain below its zone has another name.
                let mended = match mended {
                    Some(mended) => {
                        let zone = zones.zone(mended.zone).await?.name.to_string();
                        Some((mended, zone.trim_end_matches('.').to_owned()))
                    }
                    None => None,
                };
                let mut found = zones.diagnose(&domain, &looker).await?;
                // The name servers follow within a second; until then the world sees what was there before.
                for _ in 0..LOOKS_AFTER_MENDING {
                    if mended.is_none() || !found.has_bad(&checks) {
                        break;
                    }
                    platform.installation.world.clock.sleep(LOOK_AGAIN_AFTER).await;
                    found = zones.diagnose(&domain, &looker).await?;
                }
                Ok(diagnosis::show(&found, mended.as_ref()))
            }
        }
    }
}

fn to_json(info: &DomainInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "service": info.service.to_string(),
        "name": info.name.to_string(),
        "disabled": info.is_disabled,
        "addresses": info.addresses,
        "place": info.place.as_str(),
        "created_at": info.created_at.rfc3339(),
    })
}

fn show(info: &DomainInfo) -> Output {
    card(to_json(info), &fields(info))
}

fn fields(info: &DomainInfo) -> Vec<(&'static str, String)> {
    vec![
        ("domain", info.name.to_string()),
        ("id", info.id.to_string()),
        ("organisation", info.organisation.to_string()),
        ("service", info.service.to_string()),
        ("state", state(info.is_disabled)),
        ("addresses", info.addresses.to_string()),
        ("place", info.place.to_string()),
        ("created", info.created_at.rfc3339()),
    ]
}

fn show_mail(changed: &MailDomain) -> Output {
    let mut json = to_json(&changed.domain);
    json["zone"] = json!(changed.zone.map(|zone| zone.to_string()));
    json["conflicts"] = conflicts_json(&changed.kept.conflicts);
    let mut fields = fields(&changed.domain);
    let written: usize = changed.kept.changes.iter().map(|(_, diff)| diff.added.len()).sum();
    fields.push((
        "DNS",
        match changed.zone {
            Some(_) => format!("hosted here; {written} records written"),
            None => format!("elsewhere; `relais domain records {}` lists what to copy", changed.domain.name),
        },
    ));
    fields.extend(conflict_fields(&changed.kept.conflicts));
    card(json, &fields)
}

pub(super) fn conflicts_json(conflicts: &[MailConflict]) -> Value {
    let conflicts = conflicts.iter().map(|conflict| {
        json!({
            "zone": conflict.zone.to_string(),
            "wanted": format!("{} {} {}", conflict.wanted.owner, conflict.wanted.kind, conflict.wanted.data),
            "standing": conflict.standing.iter().map(|standing| {
                format!("{} {} {}", standing.owner, standing.kind, standing.data)
            }).collect::<Vec<_>>(),
        })
    });
    Value::Array(conflicts.collect())
}

pub(super) fn conflict_fields(conflicts: &[MailConflict]) -> Vec<(&'static str, String)> {
    let texts = conflicts.iter().map(|conflict| {
        let standing: Vec<&str> = conflict.standing.iter().map(|standing| standing.data.as_str()).collect();
        let wanted = &conflict.wanted;
        let what = format!("{} {} {}", wanted.owner, wanted.kind, wanted.data);
        ("not written", format!("{what}; there stands {}", standing.join("; ")))
    });
    texts.collect()
}

fn seen(seen: &Seen) -> (&'static str, &[String]) {
    match seen {
        Seen::There => ("yes", &[]),
        Seen::Missing => ("no", &[]),
        Seen::Other(others) => ("other", others),
        Seen::Unknown(reason) => ("unknown", std::slice::from_ref(reason)),
    }
}
