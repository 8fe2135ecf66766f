//! `relais route …`

use anyhow::Result;
use clap::Subcommand;
use mail_route::{Fit, NewRelayRule, Pattern, RelayRule};
use model::{Address, Relay, RelayTarget, RelayTls, Timestamp, Validity};
use serde_json::{Value, json};

use super::output::{Output, table};
use super::{Platform, values};

/// Rules that lead mail for others to a relay instead of its domain's own servers.
#[derive(Subcommand)]
pub enum Route {
    /// Lists the routes in the order in which they are looked at.
    List,
    /// Adds a route, behind the others unless --position says otherwise.
    Add {
        /// The recipients' domains: `*.example.org` (whatever lies below it), `example.org`, or `*` for all.
        recipients: Pattern,
        /// Where the mail goes: `mx:NAME` (the mail servers of that name), `HOST`, `HOST:PORT`, or an address.
        target: RelayTarget,
        /// Only mail whose subject contains this text.
        #[arg(long, value_name = "TEXT")]
        subject: Option<String>,
        /// Only mail of this organisation's senders (its name or identifier).
        #[arg(long, value_name = "ORGANISATION")]
        senders: Option<String>,
        /// What is demanded of the servers' encryption: opportunistic, encrypt, verify.
        #[arg(long, default_value = "opportunistic")]
        tls: RelayTls,
        /// Where it stands: routes with lower numbers are looked at first.
        #[arg(long, value_name = "NUMBER")]
        position: Option<i64>,
        /// From when it leads letters: a date (its begin in UTC) or a moment of RFC 3339.
        #[arg(long, value_name = "WHEN", value_parser = values::moment)]
        valid_from: Option<Timestamp>,
        /// When it no longer does.
        #[arg(long, value_name = "WHEN", value_parser = values::moment)]
        valid_until: Option<Timestamp>,
    },
    /// Removes a route.
    Remove {
        /// Its identifier.
        route: i64,
    },
    /// Shows the route by which a letter to an address would go.
    Check {
        /// The recipient.
        #[arg(value_parser = values::address)]
        address: Address,
        /// The letter's subject.
        #[arg(long, value_name = "TEXT", default_value = "")]
        subject: String,
        /// The organisation of its sender (its name or identifier).
        #[arg(long, value_name = "ORGANISATION")]
        senders: Option<String>,
    },
}

impl Route {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let routes =
            platform.installation.flow.relays().administration(platform.reach(), platform.who.clone());
        let organisation = async |name: Option<String>| -> Result<_> {
            Ok(match name {
                Some(name) => Some(platform.administration.organisation_called(&name).await?.id),
                None => None,
            })
        };
        match self {
            Route::List => {
                let routes = routes.list().await?;
                let rows = routes.iter().map(|rule| {
                    let senders = rule.organisation.map_or_else(|| "all".to_owned(), |id| id.to_string());
                    let cells = vec![
                        rule.position.to_string(),
                        rule.id.to_string(),
                        rule.recipients.to_string(),
                        rule.subject.clone().unwrap_or_default(),
                        senders,
                        rule.relay.target.to_string(),
                        rule.relay.tls.as_str().to_owned(),
                    ];
                    (to_json(rule), cells)
                });
                let columns = ["POSITION", "ID", "RECIPIENTS", "SUBJECT", "SENDERS", "TARGET", "TLS"];
                Ok(table(&columns, rows.collect()))
            }
            Route::Add { recipients, target, subject, senders, tls, position, valid_from, valid_until } => {
                let validity = Validity { from: valid_from, until: valid_until };
                let organisation = organisation(senders).await?;
                let relay = Relay { target, tls };
                let new = NewRelayRule { position, organisation, recipients, subject, relay, validity };
                let rule = routes.add(new).await?;
                let warning = rule.relay.target.warning();
                let warning = warning.map_or_else(String::new, |warning| format!("\nwarning: {warning}"));
                Ok(Output::new(to_json(&rule), format!("route {}: {rule}{warning}", rule.id)))
            }
            Route::Remove { route } => {
                let rule = routes.remove(route).await?;
                Ok(Output::done(format!("the route {rule} is removed")))
            }
            Route::Check { address, subject, senders } => {
                let organisation = organisation(senders).await?;
                let checked = routes.check(organisation, address.domain(), &subject).await?;
                let served_here = platform.installation.directory.has_domain(address.domain()).await?;
                let leads = checked.iter().find(|(_, fit)| *fit == Fit::Leads && !served_here);
                let mut text = match leads {
                    Some((rule, _)) => format!("route {}: {rule}", rule.id),
                    None if served_here => format!("no route: {} is served here", address.domain()),
                    None => format!("no route: the usual way to {}", address.domain()),
                };
                for (rule, fit) in checked.iter().filter(|_| !served_here) {
                    text.push_str(&format!("\n  {}: {} ({rule})", rule.id, fit.as_str()));
                }
                let said = |(rule, fit): &(RelayRule, Fit)| json!({"route": rule.id.to_string(), "says": fit.as_str()});
                let value = json!({
                    "route": leads.map(|(rule, _)| to_json(rule)),
                    "served_here": served_here,
                    "rules": checked.iter().map(said).collect::<Vec<_>>(),
                });
                Ok(Output::new(value, text))
            }
        }
    }
}

fn to_json(rule: &RelayRule) -> Value {
    json!({
        "id": rule.id.to_string(),
        "position": rule.position,
        "recipients": rule.recipients.to_string(),
        "subject": rule.subject,
        "organisation": rule.organisation.map(|id| id.to_string()),
        "target": rule.relay.target.to_string(),
        "tls": rule.relay.tls.as_str(),
        "warning": rule.relay.target.warning(),
        "valid_from": rule.validity.from.map(Timestamp::rfc3339),
        "valid_until": rule.validity.until.map(Timestamp::rfc3339),
        "created_at": rule.created_at.rfc3339(),
    })
}
