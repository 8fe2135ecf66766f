//! `relais staff …`

use anyhow::Result;
use clap::Subcommand;
use model::Address;
use serde_json::json;

use super::Platform;
use super::output::{Output, table};
use super::values;

/// People who may look at every organisation.
#[derive(Subcommand)]
pub enum Staff {
    /// Takes a user into the operator's staff.
    Add {
        /// The login of a user that exists.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Takes a user out of the operator's staff; who looks at another organisation sees the own one again.
    Remove {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Lists the operator's staff.
    List,
}

impl Staff {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Staff::Add { login } => {
                let user = administration.user_called(&login).await?;
                administration.set_operator(user.id, true).await?;
                Ok(Output::done(format!("{login} may look at every organisation, from the next request on")))
            }
            Staff::Remove { login } => {
                let user = administration.user_called(&login).await?;
                administration.set_operator(user.id, false).await?;
                Ok(Output::done(format!("{login} sees the own organisation only, from the next request on")))
            }
            Staff::List => {
                let rows = administration.staff().await?.into_iter().map(|one| {
                    let value = json!({
                        "user": one.user.to_string(),
                        "organisation": one.organisation.to_string(),
                        "login": one.login,
                        "name": one.name,
                        "granted_at": one.granted_at.rfc3339(),
                    });
                    (value, vec![one.login, one.name, one.organisation.to_string(), one.granted_at.rfc3339()])
                });
                Ok(table(&["LOGIN", "NAME", "ORGANISATION", "SINCE"], rows.collect()))
            }
        }
    }
}
