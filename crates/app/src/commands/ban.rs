//! `relais ban …`

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::Platform;
use super::output::{Output, table};

/// Sources and login names that failed too often.
#[derive(Subcommand)]
pub enum Ban {
    /// Lists the bans that hold.
    List,
    /// Lifts a ban.
    Delete {
        /// An IP address, an IPv6 network as listed, or a login name.
        subject: String,
    },
}

impl Ban {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        match self {
            Ban::List => {
                let bans = platform.administration.bans().await?;
                let rows = bans.iter().map(|ban| {
                    let value = json!({
                        "subject": ban.subject,
                        "from": ban.from.rfc3339(),
                        "until": ban.until.rfc3339(),
                        "strikes": ban.strikes,
                        "reason": ban.reason,
                    });
                    let cells = vec![
                        ban.subject.clone(),
                        ban.until.rfc3339(),
                        ban.strikes.to_string(),
                        ban.reason.clone(),
                    ];
                    (value, cells)
                });
                Ok(table(&["SUBJECT", "UNTIL", "STRIKES", "REASON"], rows.collect()))
            }
            Ban::Delete { subject } => {
                platform.administration.lift_ban(&subject).await?;
                Ok(Output::done(format!(
                    "the ban of {subject} is lifted; a running server follows within seconds"
                )))
            }
        }
    }
}
