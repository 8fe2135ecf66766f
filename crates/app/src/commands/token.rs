//! `relais token …`

use anyhow::Result;
use clap::Subcommand;
use db::Seek;
use directory::{NewToken, TokenId, TokenInfo};
use model::{Address, Domain};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, table};
use super::values::{self, When};

/// Tokens that are read at once.
const PAGE: usize = 200;

/// Tokens of programs that use the API.
#[derive(Subcommand)]
pub enum Token {
    /// Makes a token and shows it this once. With --organisation it reaches that organisation, otherwise
    /// the whole installation.
    Create {
        /// What it is called.
        name: String,
        /// It may change things, not only read.
        #[arg(long)]
        write: bool,
        /// Until then: a date, or a time of RFC 3339; without, until it is revoked.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        until: Option<When>,
        /// It reaches this mail domain of the organisation only, with what is linked to it and its synonyms.
        #[arg(long, value_name = "NAME", value_parser = values::domain)]
        domain: Option<Domain>,
        /// It is this administrator's of the organisation: it never reaches further than this person does.
        #[arg(long, value_name = "LOGIN", value_parser = values::address)]
        user: Option<Address>,
    },
    /// Lists the tokens, without their secrets.
    List,
    /// Revokes a token, at once.
    Revoke {
        /// Its identifier, as listed.
        #[arg(value_parser = values::id)]
        token: i64,
    },
}

impl Token {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Token::Create { name, write, until, domain, user } => {
                let now = platform.installation.world.clock.now();
                let domain = match domain {
                    Some(name) => Some(administration.domain_called(&name).await?.id),
                    None => None,
                };
                let user = match user {
                    Some(login) => Some(administration.user_called(&login).await?.id),
                    None => None,
                };
                let new = NewToken {
                    organisation: platform.scope(),
                    domain,
                    user,
                    name,
                    may_write: write,
                    expires_at: until.map(|until| until.before(now)),
                };
                let made = administration.create_token(new).await?;
                let mut value = to_json(&made.info);
                value["secret"] = made.token.as_str().into();
                let fields = [
                    ("token", made.token.to_string()),
                    ("identifier", made.info.id.to_string()),
                    ("may", right(&made.info).to_owned()),
                    ("note", "it is shown this once".to_owned()),
                ];
                Ok(card(value, &fields))
            }
            Token::List => {
                let mut tokens = Vec::new();
                let mut seek = Seek::first(PAGE);
                loop {
                    let page = administration.tokens(seek).await?;
                    tokens.extend(page.items);
                    seek.after = page.next;
                    if seek.after.is_none() {
                        break;
                    }
                }
                let rows = tokens.into_iter().map(|token| {
                    let cells = vec![
                        token.id.to_string(),
                        token.name.clone(),
                        format!("{}…", token.shown),
                        token.organisation.map_or_else(|| "all".to_owned(), |id| id.to_string()),
                        right(&token).to_owned(),
                        token.expires_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339()),
                        token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339()),
                    ];
                    (to_json(&token), cells)
                });
                let columns = ["ID", "NAME", "TOKEN", "ORGANISATION", "MAY", "EXPIRES", "LAST USED"];
                Ok(table(&columns, rows.collect()))
            }
            Token::Revoke { token } => {
                administration.revoke_token(TokenId(token)).await?;
                Ok(Output::done("the token is revoked"))
            }
        }
    }
}

fn right(token: &TokenInfo) -> &'static str {
    if token.may_write { "read and write" } else { "read" }
}

fn to_json(token: &TokenInfo) -> Value {
    json!({
        "id": token.id.to_string(),
        "organisation": token.organisation.map(|id| id.to_string()),
        "domain": token.domain.map(|id| id.to_string()),
        "user": token.user.map(|id| id.to_string()),
        "name": token.name,
        "shown": token.shown,
        "write": token.may_write,
        "created_by": token.created_by,
        "created_at": token.created_at.rfc3339(),
        "expires_at": token.expires_at.map(|at| at.rfc3339()),
        "last_used_at": token.last_used_at.map(|at| at.rfc3339()),
        "last_source": token.last_source,
    })
}
