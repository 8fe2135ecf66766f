//! Routes that lead to an address which moves: the route to the new address leads from the date on, the one to the old
//! address until the end of an overlap and behind it. Both steps run within the caller's transaction.

use std::net::SocketAddr;

use db::Tx;
use directory::{DirectoryError, Succession, Successor};
use model::{Relay, RelayTarget, Validity};
use trail::{Change, Facts};

use crate::RelayRule;
use crate::relay::{facts, name};
use crate::rows;

type Result<T> = std::result::Result<T, DirectoryError>;

/// Limits every route to an old address, and puts one to the new address before it.
pub fn follow_routes(tx: &mut Tx, succession: &Succession<'_>) -> Result<Vec<Successor>> {
    let rules = rows::relay_rules(tx)?;
    let mut followed = Vec::new();
    for rule in &rules {
        let RelayTarget::Address(target) = rule.relay.target else { continue };
        let Some((_, new)) = succession.pairs.iter().find(|(old, _)| *old == target.ip().to_canonical())
        else {
            continue;
        };
        let until_before = rule.validity.until;
        let until = until_before.map_or(succession.until, |before| before.min(succession.until));
        let limited =
            RelayRule { validity: Validity { until: Some(until), ..rule.validity }, ..rule.clone() };
        rows::limit_relay_rule(tx, &limited)?;
        tell(tx, succession, "limit route", &limited, facts(rule))?;
        for address in new {
            let target = RelayTarget::Address(SocketAddr::new(*address, target.port()));
            let is_there = |other: &RelayRule| {
                other.relay.target == target
                    && other.recipients == rule.recipients
                    && other.organisation == rule.organisation
                    && other.subject == rule.subject
            };
            let twin = match rules.iter().any(is_there) {
                true => None,
                false => {
                    let twin = RelayRule {
                        id: succession.world.new_id(),
                        position: rule.position.saturating_sub(1),
                        relay: Relay { target, tls: rule.relay.tls },
                        created_at: succession.at,
                        validity: Validity { from: Some(succession.from), until: until_before },
                        ..rule.clone()
                    };
                    rows::add_relay_rule(tx, &twin)?;
                    tell(tx, succession, "add route", &twin, Facts::new())?;
                    Some(twin.id)
                }
            };
            followed.push(Successor { original: rule.id, twin, until_before });
        }
    }
    Ok(followed)
}

/// Takes back what [`follow_routes`] did; a route that is gone meanwhile stays so.
pub fn take_back_routes(tx: &mut Tx, succession: &Succession<'_>, followed: &[Successor]) -> Result<()> {
    for one in followed {
        let rules = rows::relay_rules(tx)?;
        if let Some(rule) = rules.iter().find(|rule| rule.id == one.original)
            && rule.validity.until == Some(succession.until)
        {
            let validity = Validity { until: one.until_before, ..rule.validity };
            let freed = RelayRule { validity, ..rule.clone() };
            rows::limit_relay_rule(tx, &freed)?;
            tell(tx, succession, "limit route", &freed, facts(rule))?;
        }
        if let Some(twin) = rules.iter().find(|rule| Some(rule.id) == one.twin) {
            rows::remove_relay_rule(tx, twin.id)?;
            let change = change(succession, "remove route", twin);
            trail::audit(tx, &change.with(facts(twin), Facts::new()))?;
        }
    }
    Ok(())
}

fn change(succession: &Succession<'_>, action: &str, rule: &RelayRule) -> Change {
    let id = succession.world.new_id();
    Change::new(succession.at, id, rule.organisation, succession.who.clone(), action, name(rule))
}

fn tell(
    tx: &mut Tx,
    succession: &Succession<'_>,
    action: &str,
    rule: &RelayRule,
    before: Facts,
) -> Result<()> {
    Ok(trail::audit(tx, &change(succession, action, rule).with(before, facts(rule)))?)
}
