//! From a recipient to the routes of its copies: aliases are expanded here, once, when a letter is accepted.
//! The return paths of what is forwarded are made and followed here as well ([`ReturnPaths`]), and the rules
//! kept by which mail for others goes to a relay ([`Relays`]).

pub mod limits;
mod relay;
mod return_path;
mod rows;
mod succession;

use std::collections::{HashSet, VecDeque};

use directory::{Directory, DirectoryError, Forwarding, Found};
use model::{AccountRef, Address, OrganisationId, Reply, ReversePath, Route};
use thiserror::Error;

pub use relay::{Fit, NewRelayRule, Pattern, RelayAdministration, RelayRule, Relays};
pub use return_path::{ReturnPathError, ReturnPaths, looks_like_one};
pub use rows::MIGRATIONS;
pub use succession::{follow_routes, take_back_routes};

/// One copy of a letter for a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Whose directory led here: the owner of the mailbox or alias; `None` for an address that is not ours.
    pub organisation: Option<OrganisationId>,
    /// Where the copy goes.
    pub route: Route,
}

/// Nobody can say now where a letter goes.
#[derive(Debug, Error)]
pub enum RouteError {
    /// The directory does not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A return path cannot be followed.
    #[error(transparent)]
    ReturnPath(#[from] ReturnPathError),
}

/// The copies for `recipient`: at least one, each goal at most once. A remote recipient is its own route;
/// what leads nowhere (deleted meanwhile, disabled, a circle of aliases) becomes [`Route::Nowhere`].
///
/// A return path of ours leads `from` the null sender to the first sender of what was forwarded; an address of
/// such a form that really exists counts before it.
pub async fn route(
    directory: &Directory,
    return_paths: &ReturnPaths,
    from: &ReversePath,
    recipient: &Address,
) -> Result<Vec<Leg>, RouteError> {
    let mut legs: Vec<Leg> = Vec::new();
    let mut seen = HashSet::from([recipient.canonical()]);
    let mut open = VecDeque::from([(recipient.clone(), None, 0)]);
    let mut circle = None;
    while let Some((address, owner, depth)) = open.pop_front() {
        let (organisation, route) = match directory.find(&address).await? {
            Found::Mailbox { account, address, forwarding, .. } => {
                let organisation = Some(account.organisation);
                if let Some(Forwarding { targets, keeps_copy }) = forwarding
                    && depth < limits::ALIAS_DEPTH_LIMIT
                {
                    let before = open.len();
                    let new = targets.into_iter().filter(|target| seen.insert(target.canonical()));
                    open.extend(new.map(|target| (target, organisation, depth + 1)));
                    // What would be led nowhere, because mailboxes lead to each other, stays where it is.
                    if !keeps_copy && open.len() > before {
                        continue;
                    }
                }
                (organisation, Route::Account { account, address })
            }
            Found::Reports { organisation, domain } => {
                (Some(organisation), Route::Reports { organisation, domain })
            }
            Found::NotOurs => (owner, Route::Remote { address }),
            Found::Redirection { organisation, targets } if targets.is_empty() => {
                (Some(organisation), unanswered())
            }
            Found::Alias { organisation, .. } | Found::Redirection { organisation, .. }
                if depth >= limits::ALIAS_DEPTH_LIMIT =>
            {
                circle = Some(organisation);
                continue;
            }
            Found::Alias { organisation, targets } | Found::Redirection { organisation, targets } => {
                for target in targets {
                    if seen.insert(target.canonical()) {
                        open.push_back((target, Some(organisation), depth + 1));
                    } else {
                        circle = Some(organisation);
                    }
                }
                continue;
            }
            // A return path is one even where somebody takes what no address takes.
            Found::CatchAll { account, address: mailbox } if !looks_like_one(&address) => {
                (Some(account.organisation), Route::Account { account, address: mailbox })
            }
            Found::Unknown { organisation }
            | Found::CatchAll { account: AccountRef { organisation, .. }, .. } => {
                match return_paths.follow(&address).await? {
                    None => (Some(organisation), unknown()),
                    Some(Err(reply)) => (Some(organisation), Route::Nowhere { reply }),
                    Some(Ok(_)) if *from != ReversePath::Null => (Some(organisation), reports_only()),
                    Some(Ok(sender)) => {
                        if depth < limits::ALIAS_DEPTH_LIMIT && seen.insert(sender.canonical()) {
                            open.push_back((sender, Some(organisation), depth + 1));
                        } else {
                            circle = Some(organisation);
                        }
                        continue;
                    }
                }
            }
            Found::Disabled { organisation } => (Some(organisation), disabled()),
        };
        if !legs.iter().any(|leg| is_same_goal(&leg.route, &route)) {
            legs.push(Leg { organisation, route });
        }
        if legs.len() >= limits::TARGET_LIMIT {
            break;
        }
    }
    if legs.is_empty() {
        // RFC 3463 §3.5: X.4.6, a routing loop. An alias without targets ends here as well.
        let reply = Reply::never(554, 4, 6, "the address is an alias that leads nowhere");
        legs.push(Leg { organisation: circle, route: Route::Nowhere { reply } });
    }
    Ok(legs)
}

/// The answer to an address that a hosted domain does not have.
pub fn unknown() -> Route {
    Route::Nowhere { reply: Reply::never(550, 1, 1, "no such address here") }
}

/// The answer to an address that its administrator has disabled.
pub fn disabled() -> Route {
    Route::Nowhere { reply: Reply::never(550, 2, 1, "the address is disabled") }
}

/// The answer to an address that leads to others, of whom nobody has agreed yet.
pub fn unanswered() -> Route {
    Route::Nowhere { reply: Reply::never(550, 2, 1, "nobody has agreed to receive for the address yet") }
}

/// The answer to a letter that is no report and comes to a return path.
pub fn reports_only() -> Route {
    Route::Nowhere { reply: Reply::never(550, 7, 1, "only reports come back by this path") }
}

/// Two mailbox addresses of one account are one goal.
fn is_same_goal(one: &Route, other: &Route) -> bool {
    match (one, other) {
        (Route::Account { account: one, .. }, Route::Account { account: other, .. }) => one == other,
        (Route::Remote { address: one }, Route::Remote { address: other }) => {
            one.canonical() == other.canonical()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
