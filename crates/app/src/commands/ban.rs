//! `relais ban …`

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use directory::UnbanState;
use serde_json::json;

use super::Platform;
use super::output::{Output, shown, table};

/// Sources and login names that are kept out, and who asks to be let in again.
#[derive(Subcommand)]
pub enum Ban {
    /// Lists the bans that hold; with --organisation those that concern it.
    List,
    /// Keeps a source out.
    Create {
        /// An IP address; of IPv6 its /64.
        source: String,
        /// For how many hours.
        #[arg(long, default_value_t = 24)]
        hours: u32,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Lifts a ban.
    Delete {
        /// An IP address, an IPv6 network as listed, or a login name.
        subject: String,
    },
    /// Lists who asks to be let in again, the newest first.
    Requests,
    /// Lifts the ban that a request is about.
    Grant {
        /// The request's identifier.
        id: i64,
    },
    /// Lets the ban stand that a request is about.
    Refuse {
        /// The request's identifier.
        id: i64,
    },
}

impl Ban {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Ban::List => {
                let bans = administration.bans().await?;
                let rows = bans.iter().map(|view| {
                    let evidence = &view.ban.evidence;
                    let counts: Vec<String> =
                        evidence.counts.iter().map(|(protocol, count)| format!("{protocol} {count}")).collect();
                    let value = json!({
                        "subject": view.subject,
                        "from": view.from.rfc3339(),
                        "until": view.until.rfc3339(),
                        "strikes": view.strikes,
                        "rule": view.rule.as_str(),
                        "reason": view.reason,
                        "counts": evidence.counts.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
                        "logins": evidence.logins,
                        "is_known": view.is_known,
                        "is_asked": view.is_asked,
                        "can_lift": view.can_lift,
                    });
                    let cells = vec![
                        view.subject.clone(),
                        view.until.rfc3339(),
                        view.strikes.to_string(),
                        view.reason.clone(),
                        counts.join(", "),
                        shown(&evidence.logins.join(" ")),
                    ];
                    (value, cells)
                });
                Ok(table(&["SUBJECT", "UNTIL", "STRIKES", "REASON", "SEEN", "LOGINS"], rows.collect()))
            }
            Ban::Create { source, hours, reason } => {
                let for_so_long = Duration::from_secs(u64::from(hours) * 3600);
                administration.ban_source(&source, for_so_long, &reason).await?;
                Ok(Output::done(format!(
                    "{source} is kept out for {hours} hours; a running server follows within seconds"
                )))
            }
            Ban::Delete { subject } => {
                administration.lift_ban(&subject).await?;
                Ok(Output::done(format!(
                    "the ban of {subject} is lifted; a running server follows within seconds"
                )))
            }
            Ban::Requests => {
                let requests = administration.unban_requests().await?;
                let rows = requests.iter().map(|request| {
                    let until = request.banned_until.map(|until| until.rfc3339());
                    let value = json!({
                        "id": request.id.to_string(),
                        "domain": request.domain,
                        "source": request.source,
                        "contact": request.contact,
                        "message": request.message,
                        "at": request.at.rfc3339(),
                        "state": request.state.as_str(),
                        "banned_until": until,
                    });
                    let cells = vec![
                        request.id.to_string(),
                        request.at.rfc3339(),
                        request.source.clone(),
                        request.domain.clone(),
                        request.contact.clone(),
                        request.state.to_string(),
                        until.unwrap_or_else(|| "not kept out".to_owned()),
                    ];
                    (value, cells)
                });
                let columns = ["ID", "AT", "SOURCE", "DOMAIN", "CONTACT", "STATE", "KEPT OUT UNTIL"];
                Ok(table(&columns, rows.collect()))
            }
            Ban::Grant { id } => {
                Ok(Output::done(match administration.decide_unban_request(id, true).await? {
                    UnbanState::PassedOn => "the request is passed on to the operator, who decides",
                    _ => "the ban is lifted; a running server follows within seconds",
                }))
            }
            Ban::Refuse { id } => {
                administration.decide_unban_request(id, false).await?;
                Ok(Output::done("the ban stands"))
            }
        }
    }
}
